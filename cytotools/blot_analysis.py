"""The blots of a study, step by step: bands, loading, levels over time and between lines, rebounds."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cytotools.blot_images import Map, budget_of, masses_of, measure_images, refused_as_twin
from cytotools.cautions import Entry, documented, entry_of
from cytotools.findings import Findings, excluded, refusal, vehicles_of
from cytotools.results import MeasuredImage, RefusedImage

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.study import BlotsBlock, Study


def analyse_blots(study: Study, block: BlotsBlock, found: Findings, map: Map = builtins.map) -> None:
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

    found.entries += excluded(block.lanes, "blots", "membrane")
    measured = _measure(study, block, found, map)
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
    found.tables["error_budget"] = pd.concat([budget_of(image) for image in found.images], ignore_index=True)
    linear = _linearised(samples, lanes, found)
    normalised = normalise(linear, loading_controls=block.loading_controls, lanes=lanes)
    found.keep("normalised", "blots", normalised, ["membrane", "lane", "target"])
    vehicles = vehicles_of(study)
    audit = audit_loading(linear, lanes, block.loading_controls, reference, vehicles=vehicles)
    found.keep("loading", "blots", audit, ["loading_control", "question"])
    found.keep("time_course", "blots", fold_changes(normalised, lanes, reference, vehicles=vehicles), ["target"])
    found.keep("rebound", "blots", rebound_table(normalised, lanes, reference, vehicles=vehicles), ["target"])
    differences = compare_lines(normalised, lanes, reference, vehicles=vehicles)
    if len(differences):
        found.keep_more("comparisons", "blots", differences, ["quantity", "contrast"])
    found.keep("abundance", "blots", abundance_table(normalised, lanes), ["target", "reference"])
    found.keep("cleavage", "blots", cleavage_table(linear, lanes), ["target"])


def _linearised(bands: pd.DataFrame, lanes: pd.DataFrame, found: Findings) -> pd.DataFrame:
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


def _measure(study: Study, block: BlotsBlock, found: Findings, map: Map) -> list[pd.DataFrame]:
    """Return the bands of every image that can be measured; keep the others with the reason."""
    scope, tables = documented()["interval_scope"], []
    seen = measure_images(study, block.lanes, block.images, map)
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
            found.entries.append(refusal("blots", image.file, measured.error))
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
