"""One batch and cell line: its tubes compensated, cleaned, divided by two thresholds and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.agreed_channels import agree_channels
from gating.artefacts.across_tubes import check_group
from gating.artefacts.finding import Finding
from gating.artefacts.within_tubes import check_tubes
from gating.cautions import caution, join
from gating.compound_wells import bare_tubes, without_compound_light
from gating.controls import Group
from gating.debris import find_debris_limit
from gating.errors import UnusableControl
from gating.estimates import estimates, evidence_rows
from gating.group_spillover import group_spillovers
from gating.parts import Map, Part, counts_of
from gating.sensitivity import CutPair, cut_pairs, sensitivity_rows
from gating.settings import check_settings
from gating.spillover import Spillover
from gating.thresholds import FINE, Evidence, Grid, Threshold, grid_for, place_threshold
from gating.tubes import FEWEST_CELLS, Counts, Reader, Survey, count_tube, fine_histograms, gate_of, pooled
from gating.whole_cells import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

LACKING = ("dye_only", "annexin_only")  # the control that lacks only the stain of an axis


def gate_batch(
    group: Group,
    surveys: Mapping[str, Survey],
    folder: Path,
    read: Reader,
    map: Map,
    pictures: bool,
    rows: Mapping[str, Mapping[str, Any]],
) -> Part:
    """Gate the tubes of one batch and cell line: compensate, clean, place two thresholds, count.

    Parameters
    ----------
    group : Group
        The tubes, with the controls that serve them.
    surveys : mapping of file to Survey
        The first look at each; files without one are left out.
    folder : Path
        Where the files lie.
    read : callable
        Reads one file.
    map : callable
        The seam for parallel work over files.
    pictures : bool
        Keep a density of each tube.
    rows : mapping of file to row
        The sheet, for the checks that ask for well, compound and dose.

    Raises
    ------
    UnusableControl
        A control contradicts its role, or was read with other settings than the samples.
    """
    every = surveys
    surveys = agree_channels({file: every[file] for file in dict.fromkeys(group.files) if file in every})
    refused = check_settings(group, surveys)
    bare = tuple(file for file in bare_tubes(group, rows) if file in every and file not in surveys)
    surveys |= {file: every[file] for file in bare}
    files = [file for file in surveys if file not in refused]
    compensation = group_spillovers(group, files, surveys, folder, read)
    recipes = _recipes(group, files, surveys, compensation.matrices)
    fine = dict(zip(files, map(partial(_fine, folder, recipes, read), files), strict=True))
    histograms = {file: h for file, h in fine.items() if isinstance(h, np.ndarray)}
    rng = np.random.default_rng(20_261_121)  # the interval of a threshold must not change from run to run
    placed = [_place(group, histograms, axis, lacking, rng) for axis, lacking in enumerate(LACKING)]
    grids, pair = (placed[0][0], placed[1][0]), (placed[0][1], placed[1][1])
    bounds = [_control(group, histograms, axis, lacking) for axis, lacking in enumerate(LACKING)]
    pairs = cut_pairs(bounds[0], bounds[1], FINE)
    counts = counts_of(map(partial(_count, folder, recipes, pair, grids, pairs, read), files))
    names = (recipes[files[0]].annexin, recipes[files[0]].dye)
    enough = {file for file, c in counts.items() if c.quadrants.total >= FEWEST_CELLS}
    stained = {file: d for file in group.stained if file in enough and (d := counts[file].density) is not None}
    estimated, mixture = estimates(stained, pair, names)
    estimated |= without_compound_light(group, bare, rows, recipes, pair, folder, read)
    shared = join(compensation.caution, _missing_controls(group))
    return Part(
        counts=counts if pictures else {file: replace(c, density=None) for file, c in counts.items()},
        gates={file: gate_of(recipes[file], pair) for file in files},
        spillovers=compensation.matrices,
        thresholds=[_threshold_row(group, c, t, shared) for c, t in zip(names, pair, strict=True)],
        caution=join(shared, *(t.caution for t in pair)),
        interval_holds="counting and placing only",
        estimates=estimated,
        evidence=evidence_rows(group, mixture, list(stained), names),
        compensation=compensation.rows,
        sensitivity=sensitivity_rows({file: c.at_quantiles for file, c in counts.items()}, pairs),
        findings=(*compensation.findings, *_findings(group, counts, rows)),
        refused=refused,
        group=group,
    )


def _findings(group: Group, counts: Mapping[str, Counts], rows: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Make every check of the batch's tubes."""
    profiles = {file: c.profile for file, c in counts.items() if c.profile is not None}
    levels = {file: c.levels for file, c in counts.items() if c.levels is not None}
    return [*check_tubes(profiles, group), *check_group(levels, group, rows)]


def _threshold_row(group: Group, channel: str, threshold: Threshold, shared: str) -> dict[str, object]:
    return {
        "batch": group.batch,
        "cell_line": group.cell_line,
        "file": "",
        "channel": channel,
        "threshold": threshold.value,
        "low": threshold.low,
        "high": threshold.high,
        "basis": threshold.basis,
        "caution": join(shared, threshold.caution),
    }


def _fine(folder: Path, recipes: Mapping[str, Recipe], read: Reader, file: str) -> NDArray[np.int64]:
    return fine_histograms(file, folder, recipes[file], read)


def _count(
    folder: Path,
    recipes: Mapping[str, Recipe],
    thresholds: tuple[Threshold, Threshold],
    grids: tuple[Grid, Grid],
    pairs: tuple[CutPair, ...],
    read: Reader,
    file: str,
) -> Counts:
    return count_tube(file, folder, recipes[file], thresholds, grids, read, pairs)


def _recipes(
    group: Group,
    files: Sequence[str],
    surveys: Mapping[str, Survey],
    spillovers: Mapping[str, Spillover | None],
) -> dict[str, Recipe]:
    """Return how each tube is cleaned; the debris limit is one for the group, since a treated tube hides its gap."""
    limit = find_debris_limit(_scatter(surveys, group.samples or files), _scatter(surveys, group.negatives))
    return {
        file: Recipe(
            annexin=surveys[file].annexin,
            dye=surveys[file].dye,
            forward=surveys[file].forward,
            height=surveys[file].height,
            spillover=spillovers[file],
            debris_limit=limit.value if limit else None,
            width=surveys[file].width,
            side=surveys[file].side,
            time=surveys[file].time,
            debris_caution=limit.caution if limit else "",
        )
        for file in files
    }


def _scatter(surveys: Mapping[str, Survey], files: Sequence[str]) -> list[NDArray[np.int64]]:
    return [h for file in files if file in surveys and (h := surveys[file].scatter) is not None]


def _place(
    group: Group, fine: Mapping[str, NDArray[np.int64]], axis: int, lacking: str, rng: np.random.Generator
) -> tuple[Grid, Threshold]:
    """Place one axis' threshold from the group's tubes."""
    control = _control(group, fine, axis, lacking)
    negatives = _with_cells(pooled(fine, group.negatives, axis))
    stained = _with_cells(pooled(fine, group.stained, axis)) or _with_cells([h[axis] for h in fine.values()])
    if not any(h.any() for h in stained):
        raise UnusableControl(
            group.name,
            expected="whole single cells in a stained tube",
            got="none",
            remedy="Look at the tubes: too few events, or all of them below the debris limit.",
        )
    evidence = Evidence(control, negatives, stained)
    reference = [control] if control is not None and evidence.has_control else negatives
    reference = reference if any(h.any() for h in reference) else stained
    grid = display_grid(reference, stained, is_control=evidence.has_control)
    return grid, place_threshold(evidence.on(grid, FINE), grid, rng)


def _with_cells(tubes: list[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Return the tubes that have cells enough to say where these lie; where none has, those that have any."""
    return [h for h in tubes if h.sum() >= FEWEST_CELLS] or [h for h in tubes if h.any()]


def _control(group: Group, fine: Mapping[str, NDArray[np.int64]], axis: int, lacking: str) -> NDArray[np.int64] | None:
    """Return the FINE histogram of the control that lacks an axis' stain, the unstained one where that is missing."""
    controls = (pooled(fine, group.controls.get(role, ()), axis) for role in (lacking, "unstained"))
    found = next((tubes for tubes in controls if tubes), None)
    return None if found is None else np.asarray(np.sum(found, axis=0), dtype=np.int64)


def display_grid(reference: Sequence[NDArray[np.int64]], tubes: Sequence[NDArray[np.int64]], is_control: bool) -> Grid:
    """Return the display scale on which negative events fill the linear part and every tube has its place."""
    low, mid = _spread(np.sum(reference, axis=0), is_control)
    top = max(int(np.flatnonzero(h)[-1]) if h.any() else 0 for h in tubes)
    return grid_for(low, mid, float(FINE.scale.inverse(FINE.centres[top])))


def _spread(histogram: NDArray[np.int64], is_control: bool) -> tuple[float, float]:
    """Return 5th and 50th percentile of the negative events, linear, from a FINE histogram.

    A control is negative as a whole. Other tubes may be mostly positive: their negative events are then the dimmest
    few, whose spread the lowest percentiles tell.
    """
    cumulative = np.cumsum(histogram)
    lowest, low, mid = (
        float(FINE.scale.inverse(FINE.centres[int(np.searchsorted(cumulative, q * cumulative[-1]))]))
        for q in (0.005, 0.05, 0.5)
    )
    return (low, mid) if is_control else (low, min(mid, low + (low - lowest) * 1.645 / 0.931))


def _missing_controls(group: Group) -> str:
    if not any(group.controls.get(role) for role in ("unstained", "annexin_only", "dye_only")):
        return caution("no_controls", "the threshold rests on the samples alone")
    return ""
