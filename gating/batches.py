"""One batch and cell line: its tubes compensated, cleaned, divided by two thresholds and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import caution, join
from gating.cleanup import debris_limit
from gating.controls import Group
from gating.errors import UnusableControl
from gating.group_spillover import group_spillovers
from gating.parts import Map, Part, counts_of
from gating.spillover import Spillover
from gating.thresholds import FINE, Evidence, Grid, Threshold, grid_for, place_threshold
from gating.tubes import Counts, Reader, Survey, count_tube, fine_histograms, gate_of, pooled
from gating.whole_cells import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

SWAPPED = 3.0  # times brighter in the wrong channel, both ways, is no spillover


def gate_batch(
    group: Group, surveys: Mapping[str, Survey], folder: Path, read: Reader, map: Map, pictures: bool
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
    """
    files = [file for file in dict.fromkeys(group.files) if file in surveys]
    spillovers, compensation = group_spillovers(group, files, surveys, folder, read)
    recipes = _recipes(group, files, surveys, spillovers)
    fine = dict(zip(files, map(partial(_fine, folder, recipes, read), files), strict=True))
    histograms = {file: h for file, h in fine.items() if isinstance(h, np.ndarray)}
    _require_unswapped(group, histograms, surveys[files[0]])
    rng = np.random.default_rng(20_261_121)  # the interval of a threshold must not change from run to run
    grids, thresholds = [], []
    for axis, lacking in enumerate(("dye_only", "annexin_only")):
        grid, threshold = _place(group, histograms, axis, lacking, rng)
        grids.append(grid)
        thresholds.append(threshold)
    pair = (thresholds[0], thresholds[1])
    drawn = (grids[0], grids[1]) if pictures else None
    counted = map(partial(_count, folder, recipes, pair, drawn, read), files)
    rows = [
        {
            "batch": group.batch,
            "cell_line": group.cell_line,
            "file": "",
            "channel": channel,
            "threshold": t.value,
            "low": t.low,
            "high": t.high,
            "basis": t.basis,
            "caution": join(compensation, t.caution, _missing_controls(group)),
        }
        for channel, t in zip((recipes[files[0]].annexin, recipes[files[0]].dye), thresholds, strict=True)
    ]
    return Part(
        counts=counts_of(counted),
        gates={file: gate_of(recipes[file], pair) for file in files},
        spillovers=spillovers,
        thresholds=rows,
        caution=join(compensation, *(t.caution for t in thresholds), _missing_controls(group)),
        interval_holds="counting and placing only",
    )


def _fine(folder: Path, recipes: Mapping[str, Recipe], read: Reader, file: str) -> NDArray[np.int64]:
    return fine_histograms(file, folder, recipes[file], read)


def _count(
    folder: Path,
    recipes: Mapping[str, Recipe],
    thresholds: tuple[Threshold, Threshold],
    grids: tuple[Grid, Grid] | None,
    read: Reader,
    file: str,
) -> Counts:
    return count_tube(file, folder, recipes[file], thresholds, grids, read)


def _recipes(
    group: Group,
    files: Sequence[str],
    surveys: Mapping[str, Survey],
    spillovers: Mapping[str, Spillover | None],
) -> dict[str, Recipe]:
    """Return how each tube is cleaned; the debris limit is one for the group, since a treated tube hides its gap."""
    with_scatter = [surveys[file].scatter for file in group.samples or files if file in surveys]
    shares = [h / h.sum() for h in with_scatter if h is not None]
    limit = debris_limit(np.sum(shares, axis=0)) if shares else None
    return {
        file: Recipe(
            surveys[file].annexin,
            surveys[file].dye,
            surveys[file].forward,
            surveys[file].height,
            spillovers[file],
            limit,
        )
        for file in files
    }


def _place(
    group: Group, fine: Mapping[str, NDArray[np.int64]], axis: int, lacking: str, rng: np.random.Generator
) -> tuple[Grid, Threshold]:
    """Place one axis' threshold from the group's tubes."""
    bounds = pooled(fine, group.controls.get(lacking, group.controls.get("unstained", ())), axis)
    negatives = pooled(fine, group.negatives, axis)
    stained = pooled(fine, group.samples + group.controls.get("positive", ()), axis) or [h[axis] for h in fine.values()]
    grid = display_grid(bounds or negatives or stained, stained, is_control=bool(bounds))
    evidence = Evidence(
        grid.rebin(np.sum(bounds, axis=0), FINE) if bounds else None,
        [grid.rebin(h, FINE) for h in negatives],
        [grid.rebin(h, FINE) for h in stained],
    )
    return grid, place_threshold(evidence, grid, rng)


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


def _require_unswapped(group: Group, fine: Mapping[str, NDArray[np.int64]], survey: Survey) -> None:
    """Refuse single stains that are each brighter in the other's channel: the batch would be divided upside down."""
    tubes = {role: group.controls.get(role, ()) for role in ("annexin_only", "dye_only")}
    if not all(tubes.values()):
        return
    bright = {
        role: [_brightness(np.sum(pooled(fine, files, axis), axis=0)) for axis in (0, 1)]
        for role, files in tubes.items()
    }
    annexin, dye = bright["annexin_only"], bright["dye_only"]
    if SWAPPED * annexin[0] < dye[0] and SWAPPED * dye[1] < annexin[1]:
        raise UnusableControl(
            f"{tubes['annexin_only'][0]} and {tubes['dye_only'][0]}",
            expected=f"annexin_only bright in {survey.annexin} and dye_only bright in {survey.dye}",
            got="each bright in the other's channel",
            remedy="Check whether the two tubes, or `annexin:` and `dye:`, are swapped.",
        )


def _brightness(histogram: NDArray[np.int64]) -> float:
    """Return the linear value that one event in a hundred exceeds, from a FINE histogram."""
    cumulative = np.cumsum(histogram)
    return max(float(FINE.scale.inverse(FINE.centres[int(np.searchsorted(cumulative, 0.99 * cumulative[-1]))])), 1.0)


def _missing_controls(group: Group) -> str:
    if not any(group.controls.get(role) for role in ("unstained", "annexin_only", "dye_only")):
        return caution("no_controls", "the threshold rests on the samples alone")
    return ""
