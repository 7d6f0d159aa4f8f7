"""Lanes and bands where a person drew them: what the boxes sheet says, as geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blots.bands import crest_inside
from blots.boxes import Box, overlaps
from blots.cautions import caution
from blots.errors import InvalidBoxes
from blots.layout import Band, BlotGeometry, Lane
from blots.row_course import find_row_course
from blots.row_map import RowMap

Array = NDArray[np.float64]

_SIGMAS_HIGH = 5.0  # a box drawn round what the eye sees of a band
_BESIDE = 1.5  # of its height: how far from a box without a crest another crest is looked for
_FEWEST_CLEAR = 3  # bands that fix where the other bands of their row lie
_STRANGE = 0.9  # of a band's standard deviation
_MOSTLY_CLEAR = 0.3  # of the bands: the picture then shows the course of its rows itself
_AS_GOOD = 0.3  # px of scatter: the picture's own course is finer than one drawn through a few crests


def through_boxes(centre: Array, boxes: Sequence[Box]) -> Array:
    """Return a centre line moved so that it runs through the middle of every box."""
    if not boxes:
        return centre
    rows = np.arange(len(centre), dtype=float)
    at = np.array([box.centre[1] for box in boxes])
    off = np.array([box.centre[0] for box in boxes]) - np.interp(at, rows, centre)
    return np.asarray(centre + np.interp(rows, at, off))


def row_levels(boxes: Sequence[Box], row_map: RowMap, targets: Sequence[str], name: str) -> dict[str, float]:
    """Return the level in the straightened picture of every target that has a box in any lane.

    Parameters
    ----------
    boxes : sequence of Box
        From `check_boxes`.
    row_map : RowMap
        How the rows lie in the picture.
    targets : sequence of str
        From top to bottom.
    name : str
        What messages call the image.

    Raises
    ------
    InvalidBoxes
        When the boxes put the rows in another order.

    Examples
    --------
    >>> drawn = [Box(1, "actin", 0, 90, 20, 11), Box(2, "XIAP", 30, 50, 20, 11), Box(2, "actin", 30, 92, 20, 11)]
    >>> row_levels(drawn, RowMap(np.zeros(60), 0.0, 120), ["cIAP1", "XIAP", "actin"], "rep1.tif")
    {'XIAP': 55.0, 'actin': 96.0}
    """
    below = {box: float(row_map.level(*map(np.asarray, box.centre))) for box in boxes}
    drawn = {target: [y for box, y in below.items() if box.target == target] for target in targets}
    levels = {target: float(np.median(y)) for target, y in drawn.items() if y}
    for upper, lower in pairwise(levels):
        if levels[upper] >= levels[lower]:
            raise InvalidBoxes(
                f"{name} boxes",
                expected=f"bands from top to bottom as listed ({', '.join(targets)})",
                got=f"{upper} near row {levels[upper]:.0f} and {lower} near row {levels[lower]:.0f}",
                remedy="Correct the targets of the boxes, or the order of `bands`.",
            )
    return levels


def boxed_band(signal: Array, lane: Lane, target: str, box: Box, sigma: float, room: float = np.inf) -> Band:
    """Return the band of a box, at the crest in its middle, else at one elsewhere in it, else in its very middle.

    `room` is how far the next boxed band is, whose crest is not to be taken for this one's.
    """
    crest = _crest_in(signal, box, sigma, room)
    y = box.centre[1] if crest is None else crest
    return Band(lane.number, target, box.centre[0], y, box.height / 2, "box")


def geometry_of_boxes(
    signal: Array, lanes: int, targets: tuple[str, ...], given: Mapping[tuple[int, str], Box]
) -> BlotGeometry:
    """Return the geometry that the boxes alone describe."""
    found = []
    sigma = np.array([np.median([given[n, t].height for n in range(1, lanes + 1)]) for t in targets]) / _SIGMAS_HIGH
    crests = np.full((lanes, len(targets)), np.nan)
    for number in range(1, lanes + 1):
        boxes = [given[number, t] for t in targets]
        whole = given.get((number, ""))
        width = whole.width if whole else float(np.median([box.width for box in boxes]))
        line = through_boxes(_straight(boxes, len(signal)), sorted(boxes, key=lambda box: box.centre[1]))
        found.append(Lane(number, line, width, "box"))
        room = _room(np.array([box.centre[1] for box in boxes]))
        tried = [_crest_in(signal, *pair) for pair in zip(boxes, sigma.tolist(), room.tolist(), strict=True)]
        crests[number - 1] = [np.nan if crest is None else crest for crest in tried]
    drawn = [[given[number, t] for t in targets] for number in range(1, lanes + 1)]
    x, y = (np.array([[box.centre[axis] for box in row] for row in drawn]) for axis in (0, 1))
    height = np.array([[box.height for box in row] for row in drawn])
    course, y = _rows_of(signal, x, y, crests, height)
    placed = [
        Band(i + 1, target, float(x[i, k]), float(y[i, k]), float(height[i, k]) / 2, "box")
        for i in range(lanes)
        for k, target in enumerate(targets)
    ]
    return BlotGeometry(targets, tuple(found), tuple(placed), course, _sigmas(signal, drawn, crests, sigma))


def with_doubts(signal: Array, geometry: BlotGeometry, boxes: Sequence[Box]) -> BlotGeometry:
    """Return the geometry with what is to be said of the boxes that it was made from."""
    outlines = [box.caution for box in boxes if box.caution]
    said = (*geometry.cautions, *outlines, overlaps(boxes), _beside(signal, geometry, boxes))
    return replace(geometry, cautions=tuple(s for s in said if s))


def _crest_in(signal: Array, box: Box, sigma: float, room: float) -> float | None:
    """Return the row of the crest that a box holds: one in its inner half first, for its edge may hold a neighbour."""
    middle = box.centre[1]
    for reach in (box.height / 4, min(box.height / 2, 0.45 * room)):
        y = crest_inside(signal, _resized(box, 4 * reach), sigma)
        if y != middle and abs(y - middle) < reach - 0.5:
            return y
    return None


def _resized(box: Box, height: float) -> Box:
    return replace(box, y=box.y + (box.height - height) / 2, height=height)


def _room(y: Array) -> Array:
    """Return how far each of one lane's bands is from the next one above or below."""
    gaps = np.concatenate([[np.inf], np.diff(y), [np.inf]])
    return np.asarray(np.minimum(gaps[:-1], gaps[1:]))


def _sigmas(signal: Array, drawn: Sequence[Sequence[Box]], crests: Array, guess: Array) -> Array:
    """Return each row's height as a standard deviation, from its clear bands; as the boxes say where none is clear.

    How generously a box was drawn says little about how high its band is.
    """
    rows = np.full(crests.shape, np.nan)
    for i, k in np.argwhere(np.isfinite(crests)):
        rows[i, k] = _half_height(signal, drawn[i][k], float(crests[i, k]), float(guess[k])) / 2.355
    usable = (rows > 0.4 * guess) & (rows < 2.5 * guess)
    return np.array([np.median(own[u]) if u.any() else g for own, u, g in zip(rows.T, usable.T, guess, strict=True)])


def _half_height(signal: Array, box: Box, crest: float, guess: float) -> float:
    """Return a band's width at half height over the line between its sides; NaN where a neighbour is in the way."""
    peak, reach = round(crest), round(6 * guess)
    a, b = max(0, peak - reach), min(len(signal), peak + reach + 1)
    columns = slice(round(box.x + 0.2 * box.width), round(box.x + 0.8 * box.width) + 1)
    profile = np.median(signal[a:b, columns], axis=1)
    piece = profile - np.interp(np.arange(b - a), [0, b - a - 1], [profile[0], profile[-1]])
    half = piece[peak - a] / 2
    left, right = np.flatnonzero(piece[: peak - a] < half), np.flatnonzero(piece[peak - a :] < half)
    if half <= 0 or not left.size or not right.size:
        return float("nan")
    return float(peak - a + right[0] - left[-1] - 1)


def _straight(boxes: Sequence[Box], rows: int) -> Array:
    """Return the straight line of a lane through its bands' boxes; upright where they are too few to tell."""
    x, y = (np.array([box.centre[axis] for box in boxes]) for axis in (0, 1))
    if len(boxes) < 3:
        return np.full(rows, x.mean())
    return np.asarray(np.polynomial.Polynomial.fit(y, x, 1)(np.arange(rows)))


def _rows_of(signal: Array, x: Array, y: Array, crests: Array, height: Array) -> tuple[Array, Array]:
    """Return the course of the rows, and every band's row: its crest, else what its lane and row predict in its box."""
    clear = np.isfinite(crests)
    best = np.where(clear, crests, y)
    columns = np.arange(signal.shape[1])
    course = _course_of(x, best, clear, len(columns))
    if clear.mean() > _MOSTLY_CLEAR:
        shown = find_row_course(signal)
        if _scatter(best - np.interp(x, columns, shown), clear) < _AS_GOOD + _scatter(
            best - np.interp(x, columns, course), clear
        ):
            course = shown
    level = best - np.interp(x, columns, course)
    row = np.array([_median(level[:, k], clear[:, k]) for k in range(level.shape[1])])
    lane = np.array([_median(level[i] - row, clear[i]) for i in range(len(level))])
    predicted = row + np.nan_to_num(lane)[:, None] + np.interp(x, columns, course)
    inside = np.abs(predicted - y) < height / 2
    # A crest far off its row and lane is a neighbour's, or a shoulder of one, that a box drawn aside took in.
    strange = np.abs(best - predicted) > _STRANGE * height / _SIGMAS_HIGH
    return course, np.where(inside & (strange | ~clear), predicted, best)


def _scatter(level: Array, clear: NDArray[np.bool_]) -> float:
    """Return how far the clear bands lie off their rows, in pixels (median)."""
    rows = [level[c, k] for k, c in enumerate(clear.T) if c.sum() >= _FEWEST_CLEAR]
    return float(np.median(np.abs(np.concatenate([r - np.median(r) for r in rows])))) if rows else np.inf


def _median(values: Array, clear: NDArray[np.bool_]) -> float:
    """Return the median of the clear ones, NaN where they are too few to tell."""
    return float(np.median(values[clear])) if clear.sum() >= _FEWEST_CLEAR else float("nan")


def _course_of(x: Array, y: Array, clear: NDArray[np.bool_], columns: int) -> Array:
    """Return the course of the rows that the boxed bands themselves show; level where there are too few."""
    if len(x) < 4:
        return np.zeros(columns)
    sure = clear if clear.any(axis=1).sum() >= 4 else np.ones_like(clear)
    off = y - np.array([np.median(y[s, k]) if s.any() else np.median(y[:, k]) for k, s in enumerate(sure.T)])
    z = (np.arange(columns) - columns / 2) / (columns / 2)
    fitted = np.polynomial.Polynomial.fit(x[sure], off[sure], min(3, len(x) - 2))
    inside = np.clip(np.arange(columns), x[sure].min(), x[sure].max())
    curve = np.asarray(fitted(inside))
    return curve - float(np.interp(0.0, z, curve))


def _beside(signal: Array, geometry: BlotGeometry, boxes: Sequence[Box]) -> str:
    """Return the caution on boxes without a crest beside which one stands that belongs to no other band."""
    found = []
    for box in (box for box in boxes if box.target):
        k = geometry.targets.index(box.target)
        sigma = float(geometry.sigma_px[k])
        others = [b.y for b in geometry.bands if b.lane == box.lane and b.target != box.target]
        if crest_inside(signal, _resized(box, 2 * box.height), sigma) != box.centre[1]:
            continue
        y = crest_inside(signal, _resized(box, 4 * _BESIDE * box.height), sigma)
        reach = _BESIDE * box.height
        if y != box.centre[1] and abs(y - box.centre[1]) < reach - 0.5 and all(abs(y - o) > 3 * sigma for o in others):
            found.append(f"{box.name} (crest near row {y:.0f})")
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return caution("box_beside_band", ", ".join(found[:3]) + more) if found else ""
