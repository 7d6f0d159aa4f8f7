"""The conductor: from a study to its results, step by step, as a person would do it by hand."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.blot_analysis import analyse_blots
from cytotools.cautions import Entry, caution_table
from cytotools.comparison import compare, summarise_fractions
from cytotools.errors import Problem, StudyError
from cytotools.findings import Findings, entry_of_note, excluded, refusal, vehicles_of
from cytotools.kinetics import rate_table
from cytotools.miflowcyt import miflowcyt
from cytotools.plate_analysis import analyse_plates
from cytotools.results import Results
from cytotools.tables import complete
from cytotools.verdict_analysis import judge_study

if TYPE_CHECKING:
    from cytotools.gate_files import GivenGates
    from cytotools.study import FlowBlock, Study
    from gating.errors import GatingError
    from gating.plate import Plate
    from gating.tubes import Reader

ASSAYS = ("flow", "blots", "plates")
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


def analyse(study: Study, only: str | Sequence[str] | None = None, map: Map = builtins.map) -> Results:
    """Analyse a study.

    Parameters
    ----------
    study : Study
        As `read_study` returns it.
    only : {"flow", "blots", "plates"} or sequence of them, optional
        The assays wanted; default all that the study has.
    map : callable
        The seam for parallel work over files; the plates, whose wells belong together, are one piece of it, which
        a map that begins at once works at beside the others.

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
    found = Findings(entries=[entry_of_note("study", "", note) for note in study.notes])
    plates = map(_found_on_plates, [study] if "plates" in assays else [])
    if study.flow and "flow" in assays:
        _analyse_flow(study, study.flow, map, found)
    if study.blots and "blots" in assays:
        analyse_blots(study, study.blots, found, map)
    for of_plates in plates:
        found.add(of_plates)
    judge_study(study, found)
    found.tables["cautions"] = caution_table(found.entries)
    return Results(
        study,
        complete(found.tables),
        assays,
        found.plate,
        tuple(found.images),
        tuple(found.refused_images),
        found.curves,
        found.standards,
        found.combinations,
    )


def _found_on_plates(study: Study) -> Findings:
    found = Findings()
    analyse_plates(study, found)
    return found


def _chosen(study: Study, only: str | Sequence[str] | None) -> tuple[str, ...]:
    present = tuple(a for a, b in zip(ASSAYS, (study.flow, study.blots, study.plates), strict=True) if b)
    if only is None:
        return present
    only = (only,) if isinstance(only, str) else only
    absent = [assay for assay in only if assay not in present]
    if absent:
        got, have = f"--only {','.join(only)}", " and ".join(present) or "no assay"
        remedy = f"Choose from {', '.join(present)}."
        raise StudyError(
            [Problem(study.path.name, "the assays asked for", f"assays of the study ({have})", got, remedy)]
        )
    return tuple(assay for assay in present if assay in only)


def _analyse_flow(study: Study, block: FlowBlock, map: Map, found: Findings) -> None:
    """Gate the tubes, put the replicates together, compare the treated with their control."""
    from gating import GatingError, MissingChannel, gate_plate

    if block.annexin and block.annexin == block.dye:
        got, remedy = f"{block.annexin} twice", "Name the Annexin V channel and the dead-cell dye's channel."
        raise StudyError([Problem(study.path.name, "flow", "two different channels in annexin and dye", got, remedy)])
    found.entries += excluded(block.samples, "flow", "file")
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
        found.entries.append(refusal("flow", error.thing, error))
        return
    found.plate = plate
    found.entries += [refusal("flow", file, error) for file, error in plate.refused.items()]
    quadrants = found.keep("quadrants", "flow", plate.table, ["file"])
    found.keep("thresholds", "flow", plate.thresholds, ["batch", "cell_line", "channel"])
    found.keep("compensation", "flow", plate.compensation, ["batch", "cell_line", "source", "detector"])
    found.keep("artefacts", "flow", plate.artefacts, ["batch", "cell_line"])
    found.keep("cleanup", "flow", plate.cleanup, ["step", "population"])
    found.keep("debris_sensitivity", "flow", plate.debris_sensitivity, ["population"])
    found.keep("sensitivity", "flow", plate.sensitivity, [])
    found.tables["evidence"] = plate.evidence
    found.keep("apoptosis", "flow", summarise_fractions(quadrants), [])
    control, vehicles = study.control or None, vehicles_of(study)
    found.keep("comparisons", "flow", compare(quadrants, control, vehicles), ["quantity", "contrast"])
    found.keep("kinetics", "flow", rate_table(quadrants, control, vehicles), ["transition"])
    _state_the_experiment(study, block, plate, given.read, found)


def _state_the_experiment(study: Study, block: FlowBlock, plate: Plate, read: Reader, found: Findings) -> None:
    """Fill what MIFlowCyt asks for from the study and the keywords of the tubes that were gated."""
    tubes = list(plate.gates)
    keywords = [read(study.folder / file).keywords for file in tubes]
    gates = [plate.gates[file] for file in tubes]
    channels = list(dict.fromkeys(name for gate in gates for name in (gate.annexin, gate.dye)))
    found.tables["miflowcyt"] = miflowcyt(study.title, block.samples, keywords, channels, found.tables)


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
