"""Where everything lies on one blot: its lanes, the bands in them, and how its rows run; found, or said by a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.bands import BandRows, find_band_rows
from blots.blot import Blot
from blots.boxed_geometry import boxed_band, geometry_of_boxes, through_boxes
from blots.boxes import Box, check_boxes
from blots.cautions import caution
from blots.clipping import domed
from blots.errors import BlotError
from blots.lane_count import count_lanes
from blots.lane_lines import LaneLines, draw_lane_lines
from blots.lanes import rows_across
from blots.layout import Band, BlotGeometry, Lane
from blots.row_course import find_row_course, straighten

__all__ = ["Band", "BlotGeometry", "Lane", "find_geometry"]

Array = NDArray[np.float64]

_SEEN_BAND = 6.0  # over the noise; a fainter crest does not give its own place
_HALF_HEIGHT = 2.5  # of a row's standard deviation: what is drawn as the band


def find_geometry(
    blot: Blot,
    lanes: int,
    bands: Sequence[str],
    boxes: pd.DataFrame | None = None,
    *,
    empty_lanes: Collection[int] = (),
) -> BlotGeometry:
    """Find the lanes and bands of a blot; a box, where given, overrides what would be found.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    lanes : int
        How many lanes the picture has, empty and ladder lanes included.
    bands : sequence of str
        Targets from top to bottom.
    boxes : DataFrame, optional
        ``lane, target, x, y, width, height`` in pixels of the image as stored, half-open; an empty target is the whole
        lane. Where every band has a box nothing is searched for.
    empty_lanes : collection of int
        Lanes, from 1, known to hold no band; needed only for those at the edges.

    Returns
    -------
    BlotGeometry
        One lane a number, one band a lane and target.

    Raises
    ------
    LanesNotFound
        When the picture shows another number of lanes.
    InvalidBoxes
        When a box can't be meant.
    BlotError
        When fewer rows of bands are seen than are named, or `lanes` or `bands` name none, or a band twice.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import SCENES, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> simulated = simulate_blot(example_design(rng), SCENES["full"], rng=rng)
    >>> blot = blot_from_array(simulated.image, "simulated")
    >>> geometry = find_geometry(blot, 12, ["cIAP2", "cIAP1", "non-specific", "XIAP", "actin"])
    >>> truth = simulated.truth.x.to_numpy()
    >>> bool(np.abs([band.x for band in geometry.bands] - truth).max() < 3)
    True
    """
    targets = _checked_request(blot.name, lanes, bands)
    given = {(box.lane, box.target): box for box in check_boxes(boxes, blot.shape, lanes, targets)}
    signal = domed(blot.signal, blot.saturated)
    if all((lane, target) in given for lane in range(1, lanes + 1) for target in targets):
        return geometry_of_boxes(signal, lanes, targets, given)
    course = find_row_course(signal)
    level = straighten(signal, course)
    lines, said, seen = _lines(blot, level, course, lanes, given, empty_lanes)
    rows, more = _rows(blot, level, course, lines, targets, given)
    clear = (seen > 0.2) | (rows.clear > _SEEN_BAND).any(axis=1)
    found = _lanes_of(lines, course, clear, given, blot.shape)
    placed = _bands_of(signal, found, rows, course, lines, targets, given)
    said = tuple(s for s in (*said, *more) if s)
    return BlotGeometry(targets, found, placed, course, rows.sigma_px, said)


def _checked_request(name: str, lanes: int, bands: Sequence[str]) -> tuple[str, ...]:
    targets = tuple(bands)
    if lanes < 1:
        raise BlotError(name, expected="at least one lane", got=f"{lanes}", remedy="Count the lanes of the picture.")
    if not targets or len(set(targets)) != len(targets) or not all(targets):
        got = ", ".join(targets) or "none"
        raise BlotError(name, expected="bands with a name each", got=got, remedy="Name every row once, from the top.")
    return targets


def _lines(
    blot: Blot,
    level: Array,
    course: Array,
    lanes: int,
    given: dict[tuple[int, str], Box],
    empty_lanes: Collection[int],
) -> tuple[LaneLines, tuple[str, ...], Array]:
    """Return the lanes' lines in the straightened picture, what is to be said, and how clearly each lane is seen."""
    whole = [given.get((lane, "")) for lane in range(1, lanes + 1)]
    if all(box is not None for box in whole):
        x = np.array([box.centre[0] for box in whole if box is not None])
        widths = np.array([box.width for box in whole if box is not None], dtype=float)
        return LaneLines(np.tile(x[:, None], (1, len(level))), widths), (), np.ones(lanes)
    rows = rows_across(level)
    counted = count_lanes(blot.name, rows, blot.shape, lanes, empty_lanes)
    lines = draw_lane_lines(level, rows, counted.comb)
    for i, box in enumerate(whole):
        if box is not None:
            lines.x[i], lines.width_px[i] = box.centre[0], box.width
    return lines, (counted.caution,), counted.comb.seen


def _rows(
    blot: Blot,
    level: Array,
    course: Array,
    lines: LaneLines,
    targets: tuple[str, ...],
    given: dict[tuple[int, str], Box],
) -> tuple[BandRows, tuple[str, ...]]:
    """Return the rows of all targets; those whose every band has a box are taken from the boxes."""
    lanes = range(1, len(lines.x) + 1)
    boxed = {t: [given[lane, t] for lane in lanes] for t in targets if all((lane, t) in given for lane in lanes)}
    levels = {t: np.array([_level(box, course) for box in boxes]) for t, boxes in boxed.items()}
    taken = [float(np.median(y)) for y in levels.values()]
    sought = [t for t in targets if t not in boxed]
    found = find_band_rows(blot.name, level, lines, sought, taken)
    y, clear = np.zeros((len(lines.x), len(targets))), np.zeros((len(lines.x), len(targets)))
    sigma = np.full(len(targets), float(np.median(found.sigma_px)))
    for k, target in enumerate(targets):
        if target in levels:
            y[:, k], clear[:, k] = levels[target], np.inf
        else:
            j = sought.index(target)
            y[:, k], clear[:, k], sigma[k] = found.y[:, j], found.clear[:, j], found.sigma_px[j]
    said: tuple[str, ...] = ()
    if found.rivals:
        places = ", ".join(f"{r:.0f}" for r in found.rivals)
        said = (caution("rows_unsure", f"rows about as clear were left out near row {places}"),)
    return BandRows(y, sigma, clear, found.rivals), said


def _level(box: Box, course: Array) -> float:
    """Return a box's row in the straightened picture."""
    x, y = box.centre
    return float(y - np.interp(x, np.arange(len(course)), course))


def _lanes_of(
    lines: LaneLines, course: Array, seen: NDArray[np.bool_], given: dict[tuple[int, str], Box], shape: tuple[int, int]
) -> tuple[Lane, ...]:
    """Return the lanes in rows of the image as stored, bent through the boxes of their bands."""
    rows = np.arange(shape[0], dtype=float)
    found = []
    for i, (x, width) in enumerate(zip(lines.x, lines.width_px, strict=True)):
        stored_rows = rows + np.interp(x, np.arange(len(course)), course)
        centre = np.interp(rows, stored_rows, x)
        basis = "found" if seen[i] else "neighbours"
        if (i + 1, "") in given:
            basis, centre = "box", np.full_like(rows, given[i + 1, ""].centre[0])
        bands = sorted((box for (lane, t), box in given.items() if lane == i + 1 and t), key=lambda box: box.y)
        found.append(Lane(i + 1, through_boxes(centre, bands), float(width), basis))
    return tuple(found)


def _bands_of(
    signal: Array,
    lanes: tuple[Lane, ...],
    rows: BandRows,
    course: Array,
    lines: LaneLines,
    targets: tuple[str, ...],
    given: dict[tuple[int, str], Box],
) -> tuple[Band, ...]:
    placed = []
    for i, lane in enumerate(lanes):
        for k, target in enumerate(targets):
            box = given.get((lane.number, target))
            if box is not None:
                placed.append(boxed_band(signal, lane, target, box, float(rows.sigma_px[k])))
                continue
            across = np.interp(rows.y[i, k], np.arange(lines.x.shape[1]), lines.x[i])
            y = float(rows.y[i, k] + np.interp(across, np.arange(len(course)), course))
            y = float(np.clip(y, 0, len(signal) - 1))
            basis = "found" if rows.clear[i, k] > _SEEN_BAND else "neighbours"
            x = float(np.interp(y, np.arange(len(signal)), lane.x))
            placed.append(Band(lane.number, target, x, y, _HALF_HEIGHT * float(rows.sigma_px[k]), basis))
    return tuple(placed)
