"""The conductor: from a study to its results, step by step, as a person would do it by hand."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cytotools.blot_images import budget_of, masses_of, measure_images, refused_as_twin
from cytotools.cautions import Entry, caution_table, documented, entries_of, entry_of
from cytotools.comparison import compare, summarise_fractions
from cytotools.errors import Problem, StudyError
from cytotools.kinetics import rate_table
from cytotools.results import MeasuredImage, RefusedImage, Results
from cytotools.tables import complete, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.gate_files import GivenGates
    from cytotools.study import BlotsBlock, FlowBlock, Study
    from gating.errors import GatingError
    from gating.plate import Plate

ASSAYS = ("flow", "blots", "plates")
Map = Callable[[Callable[[str], object], Iterable[str]], Iterable[object]]


@dataclass
class _Findings:
    """What the steps have found so far."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    plate: Plate | None = None
    images: list[MeasuredImage] = field(default_factory=list)
    refused_images: list[RefusedImage] = field(default_factory=list)

    def keep(self, name: str, assay: str, table: pd.DataFrame, place_columns: Sequence[str]) -> pd.DataFrame:
        """Keep a table and its cautions, but not those that it only inherits from a table kept before."""
        known = {(entry.code, entry.caution) for entry in self.entries if entry.assay == assay}
        self.tables[name] = table
        for entry in entries_of(table, assay, place_columns):
            if not any(entry.code == code and entry.caution.startswith(words) for code, words in known):
                self.entries.append(entry)
        return table

    def keep_more(self, name: str, assay: str, table: pd.DataFrame, place_columns: Sequence[str]) -> None:
        """Keep a table after the rows of that name which another assay has given."""
        import pandas as pd

        before = self.tables.get(name)
        self.keep(name, assay, table, place_columns)
        if before is not None:
            self.tables[name] = pd.concat([before, table], ignore_index=True)


def analyse(study: Study, only: Sequence[str] | None = None, map: Map = builtins.map) -> Results:
    """Analyse a study.

    Parameters
    ----------
    study : Study
        As `read_study` returns it.
    only : sequence of {"flow", "blots", "plates"}, optional
        The assays wanted; default all that the study has.
    map : callable
        The seam for parallel work over files.

    Returns
    -------
    Results
        Files whose content can't be used are left out and named in `.cautions`.

    Raises
    ------
    StudyError
        An assay was asked for that the study does not have.
    """
    assays = _chosen(study, only)
    found = _Findings(entries=[_note(note) for note in study.notes])
    if study.flow and "flow" in assays:
        _analyse_flow(study, study.flow, map, found)
    if study.blots and "blots" in assays:
        _analyse_blots(study, study.blots, found)
    if study.plates and "plates" in assays:
        words = "plate readings are checked but not analysed in this version"
        found.entries.append(Entry("note", "plates", "", "plates", "not_analysed", words, "Use a later version."))
    found.tables["cautions"] = caution_table(found.entries)
    return Results(study, complete(found.tables), assays, found.plate, tuple(found.images), tuple(found.refused_images))


def _chosen(study: Study, only: Sequence[str] | None) -> tuple[str, ...]:
    present = tuple(a for a, b in zip(ASSAYS, (study.flow, study.blots, study.plates), strict=True) if b)
    if only is None:
        return present
    absent = [assay for assay in only if assay not in present]
    if absent:
        got, have = f"--only {','.join(only)}", " and ".join(present) or "no assay"
        remedy = f"Choose from {', '.join(present)}."
        raise StudyError(
            [Problem(study.path.name, "the assays asked for", f"assays of the study ({have})", got, remedy)]
        )
    return tuple(assay for assay in present if assay in only)


def _note(note: Problem) -> Entry:
    words = f"{note.what}: expected {note.expected}, got {note.got}"
    return Entry("note", "study", "", note.place, "sheet", words, note.remedy)


def _analyse_flow(study: Study, block: FlowBlock, map: Map, found: _Findings) -> None:
    """Gate the tubes, put the replicates together, compare the treated with their control."""
    from gating import GatingError, MissingChannel, gate_plate

    if block.annexin and block.annexin == block.dye:
        got, remedy = f"{block.annexin} twice", "Name the Annexin V channel and the dead-cell dye's channel."
        raise StudyError([Problem(study.path.name, "flow", "two different channels in annexin and dye", got, remedy)])
    found.entries += _excluded(block.samples, "flow", "file")
    given = _gates_by_hand(study, block)
    found.entries += [_of_gate_file(block, words) for words in given.notes()]
    try:
        plate = gate_plate(
            block.samples.drop(columns="place"),
            study.folder,
            gates=given.gates or None,
            annexin=block.annexin,
            dye=block.dye,
            read=given.read,
            map=map,
            pictures=True,
        )
    except GatingError as error:
        if isinstance(error, MissingChannel) and (block.annexin or block.dye):
            raise StudyError([_wrong_channel(study, block, error)]) from error
        found.entries.append(_refusal("flow", error.thing, error))
        return
    found.plate = plate
    found.entries += [_refusal("flow", file, error) for file, error in plate.refused.items()]
    quadrants = found.keep("quadrants", "flow", plate.table, ["file"])
    found.keep("thresholds", "flow", plate.thresholds, ["batch", "cell_line", "channel"])
    found.keep("compensation", "flow", plate.compensation, ["batch", "cell_line", "source", "detector"])
    found.keep("artefacts", "flow", plate.artefacts, ["batch", "cell_line"])
    found.keep("cleanup", "flow", plate.cleanup, ["step", "population"])
    found.keep("debris_sensitivity", "flow", plate.debris_sensitivity, ["population"])
    found.keep("sensitivity", "flow", plate.sensitivity, [])
    found.tables["evidence"] = plate.evidence
    found.keep("apoptosis", "flow", summarise_fractions(quadrants), [])
    control, vehicles = study.control or None, _vehicles(study)
    found.keep("comparisons", "flow", compare(quadrants, control, vehicles), ["quantity", "contrast"])
    found.keep("kinetics", "flow", rate_table(quadrants, control, vehicles), ["transition"])


def _gates_by_hand(study: Study, block: FlowBlock) -> GivenGates:
    """Return a gate for each file from the gate file or the sheet of thresholds, where the study names one."""
    from cytotools.gate_files import GivenGates, gates_from_file
    from cytotools.thresholds_by_hand import gates_from_thresholds

    if block.gates is not None and block.thresholds is not None:
        got, remedy = "both", "Keep the one that holds the gates to be used."
        raise StudyError([Problem(study.path.name, "flow", "`gates:` or `thresholds:`", got, remedy)])
    if block.gates is not None:
        return gates_from_file(block.gates, block.samples, study.folder, block.annexin, block.dye)
    if block.thresholds is None:
        return GivenGates({})
    return GivenGates(gates_from_thresholds(block.thresholds, block.samples, study.folder, block.annexin, block.dye))


def _wrong_channel(study: Study, block: FlowBlock, error: GatingError) -> Problem:
    """Say that a channel of the study file is in none of its FCS files."""
    named = ", ".join(f"`{key}: {value}`" for key, value in (("annexin", block.annexin), ("dye", block.dye)) if value)
    remedy = f"{error.remedy} This was read from {error.thing}."
    return Problem(study.path.name, f"flow ({named})", error.expected, error.got, remedy)


def _of_gate_file(block: FlowBlock, words: str) -> Entry:
    remedy = "Compare the counts with those of the program that drew the gates."
    return Entry("warning", "flow", str(block.gates), str(block.gates), "gate_file", words, remedy)


def _vehicles(study: Study) -> dict[str, str]:
    return {name: compound.vehicle for name, compound in study.compounds.items() if compound.vehicle}


def _analyse_blots(study: Study, block: BlotsBlock, found: _Findings) -> None:
    """Measure the bands, divide by the loading control, follow levels over time, compare lines, test the rebound."""
    import pandas as pd

    from blots import (
        abundance_table,
        audit_loading,
        cleavage_table,
        compare_lines,
        fold_changes,
        normalise,
        rebound_table,
    )

    found.entries += _excluded(block.lanes, "blots", "membrane")
    measured = _measure(study, block, found)
    if not measured:
        return
    lanes, reference = block.lanes.drop(columns="place"), str(block.reference)
    bands = pd.concat(measured, ignore_index=True)
    masses = pd.concat([masses_of(image, study) for image in found.images], ignore_index=True)
    found.keep("molecular_weight", "blots", masses, ["image", "target"])
    # What is doubtful about a band that carries no result (non-specific, ladder and empty lanes) stays in its own row.
    idle = lanes.loc[lanes["role"].isin(["ladder", "empty"]), ["membrane", "lane"]].itertuples(index=False, name=None)
    here = bands[["membrane", "lane"]].apply(tuple, axis=1).isin(set(idle))
    samples = bands[(bands["target"] != "non-specific") & ~here]
    found.keep("bands", "blots", samples, ["image", "lane", "target"])
    found.entries = [_not_withheld(entry, found.images) for entry in found.entries]
    found.tables["bands"] = bands.drop(columns="gel")
    found.tables["error_budget"] = pd.concat(map(budget_of, found.images), ignore_index=True)
    linear = _linearised(samples, lanes, found)
    normalised = normalise(linear, loading_controls=block.loading_controls, lanes=lanes)
    found.keep("normalised", "blots", normalised, ["membrane", "lane", "target"])
    vehicles = _vehicles(study)
    audit = audit_loading(linear, lanes, block.loading_controls, reference, vehicles=vehicles)
    found.keep("loading", "blots", audit, ["loading_control", "question"])
    found.keep("time_course", "blots", fold_changes(normalised, lanes, reference, vehicles=vehicles), ["target"])
    found.keep("rebound", "blots", rebound_table(normalised, lanes, reference, vehicles=vehicles), ["target"])
    differences = compare_lines(normalised, lanes, reference, vehicles=vehicles)
    if len(differences):
        found.keep_more("comparisons", "blots", differences, ["quantity", "contrast"])
    found.keep("abundance", "blots", abundance_table(normalised, lanes), ["target", "reference"])
    found.keep("cleavage", "blots", cleavage_table(linear, lanes), ["target"])


def _linearised(bands: pd.DataFrame, lanes: pd.DataFrame, found: _Findings) -> pd.DataFrame:
    """Return the bands of the samples, corrected by the dilution series of their membrane where it has one."""
    from blots.dilution_series import at_other_loads
    from blots.levels import CONDITIONS
    from blots.linear_range import find_ranges, range_table
    from blots.linearised import linearise, linearised_table

    ranges = find_ranges(bands, lanes)
    found.keep("linear_range", "blots", range_table(ranges, bands), ["membrane", "target"])
    linear = linearise(bands, ranges)
    found.keep("linearised", "blots", linearised_table(linear), ["image", "lane", "target"])
    standards = at_other_loads(lanes, CONDITIONS)
    return linear[[key not in standards for key in zip(linear["membrane"], linear["lane"], strict=True)]]


def _measure(study: Study, block: BlotsBlock, found: _Findings) -> list[pd.DataFrame]:
    """Return the bands of every image that can be measured; keep the others with the reason."""
    scope, tables = documented()["interval_scope"], []
    seen = measure_images(study, block.lanes, block.images)
    kind = documented()["exposures_not_merged"]
    for apart in seen.apart:
        place = apart.images[0].membrane
        words = f"{apart.files}: {apart.reason}"
        found.entries.append(
            Entry(kind.severity, "blots", apart.files, place, "exposures_not_merged", words, apart.remedy)
        )
    for measured in seen.outcomes:
        image = measured.image
        if isinstance(measured, MeasuredImage):
            measured = refused_as_twin(measured, found.images) or measured
        if isinstance(measured, RefusedImage):
            found.entries.append(_refusal("blots", image.file, measured.error))
            said = measured.blot.cautions if measured.blot else ()  # why nothing may have been found on it
            found.entries += [entry_of(one, "blots", image.file, image.file) for one in said]
            found.refused_images.append(measured)
            continue
        found.entries.append(
            Entry(scope.severity, "blots", image.file, image.file, "interval_scope", scope.meaning, scope.remedy)
        )
        found.images.append(measured)
        tables.append(measured.bands.assign(gel=image.gel))
    return tables


def _not_withheld(entry: Entry, images: Sequence[MeasuredImage]) -> Entry:
    """Return what was said of a whole image that was measured all the same (`force`): a warning, no refusal."""
    forced = any(
        image.file == entry.file
        and image.image.force
        and any(said.startswith(f"{entry.code}:") for said in image.blot.cautions)
        for image in images
    )
    return replace(entry, severity="warning") if forced and entry.severity == "refused" else entry


def _excluded(sheet: pd.DataFrame, assay: str, key: str) -> list[Entry]:
    if "exclude" not in sheet.columns:
        return []
    rows = rows_of(sheet[sheet["exclude"] != ""])
    return [
        Entry(
            "note",
            assay,
            str(r.get("file", "")),
            f"{r[key]}, {r['place']}",
            "excluded",
            str(r["exclude"]),
            "None is needed.",
        )
        for r in rows
    ]


def _refusal(assay: str, file: str, error: ValueError) -> Entry:
    remedy = str(getattr(error, "remedy", "See the message."))
    words = str(error).removesuffix(remedy).rstrip()  # the remedy stands beside it
    return Entry("refused", assay, file, file, "unusable_file", words, remedy)
