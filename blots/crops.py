"""Where the strips of a figure are cut: round one row of bands each, all as wide as one another, nothing bent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blots.blot import Blot
from blots.grey_window import GreyWindow, grey_window
from blots.layout import Band, BlotGeometry
from blots.panel import Crop

Array = NDArray[np.float64]

_ROOM = 0.7  # of a band's outline, left above and under it: a journal wants to see what lies beside a band
_CLEAR = 0.25  # of a band's outline: with less room to a non-specific row, that is shown whole and not cut through
_SIDE = 0.3  # of the lanes' pitch, left beside the outer lanes
_WHOLE_LANES = ("total_protein",)


@dataclass(frozen=True, eq=False)
class Cut:
    """One strip of an upright picture: its box, its scale of grey, and `places` (n_lanes, 2), column and row of lanes.

    `beside` is column and row of the last lane's non-specific band, where the strip had to be cut round that too.
    """

    crop: Crop
    window: GreyWindow
    places: Array
    beside: tuple[float, float] | None = None


def cut_rows(blot: Blot, geometry: BlotGeometry, targets: Sequence[str], lanes: Sequence[int]) -> dict[str, Cut]:
    """Return where to cut the rows of some targets, over neighbouring lanes, in pixels of the upright picture.

    A box holds every band of its row whole, however the row tilts or smiles, with room above and under it that ends
    half way to the next row; a non-specific row that is too near for that is taken in. All boxes of a picture are
    equally wide, so that its lanes stand under one another.

    Parameters
    ----------
    blot : Blot
        The picture, upright.
    geometry : BlotGeometry
        Its lanes and bands.
    targets : sequence of str
        Targets of `geometry`.
    lanes : sequence of int
        Lanes of `geometry`, from 1, the first and the last of which bound the strips.

    Examples
    --------
    >>> from blots.geometry import find_geometry
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> cuts = cut_rows(blot, find_geometry(blot, 12, BANDS), ["cIAP2", "actin"], range(1, 13))
    >>> cuts["cIAP2"].crop.width == cuts["actin"].crop.width, cuts["actin"].places.shape
    (True, (12, 2))
    """
    chosen = range(min(lanes), max(lanes) + 1)
    rows = {target: _rows_of(geometry, target, chosen, blot.shape) for target in targets}
    heights = {target: (top, bottom) for target, (top, bottom, _) in rows.items()}
    sides = {target: _columns_of(geometry, chosen, heights[target]) for target in targets}
    widest = max(right - left for left, right in sides.values())
    middles = {target: (left + right) / 2 for target, (left, right) in sides.items()}
    room = _side_room(geometry, chosen, blot.shape[1])
    # As much room at every strip's side as the strip nearest to the picture's edge has.
    before = min([room[0], *(middle - widest / 2 + 0.5 for middle in middles.values())])
    after = min([room[1], *(blot.shape[1] - 0.5 - middle - widest / 2 for middle in middles.values())])
    width = min(int(np.ceil(widest + max(before, 0.0) + max(after, 0.0))), blot.shape[1])
    cuts = {}
    for target in targets:
        top, bottom = heights[target]
        left = round(middles[target] - widest / 2 - max(before, 0.0) + 0.5)
        crop = Crop(min(max(left, 0), blot.shape[1] - width), top, width, bottom - top)
        beside = [geometry.band(chosen[-1], other) for other in rows[target][2]]
        place = (beside[0].x, beside[0].y) if beside else None
        cuts[target] = replace(_cut(blot, geometry, target, chosen, crop), beside=place)
    return cuts


def _cut(blot: Blot, geometry: BlotGeometry, target: str, lanes: range, crop: Crop) -> Cut:
    pixels = blot.signal[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
    bands = np.zeros(pixels.shape, dtype=bool)
    places = []
    for number in lanes:
        band, lane = geometry.band(number, target), geometry.lanes[number - 1]
        top, bottom = _outline(geometry, band)
        rows = slice(max(0, int(top) - crop.y), max(0, int(np.ceil(bottom)) + 1 - crop.y))
        columns = (round(band.x + side * lane.width_px / 2) - crop.x for side in (-1, 1))
        left, right = (max(0, column) for column in columns)
        bands[rows, left : right + 1] = True
        middle = float(np.mean(lane.x[crop.y : crop.y + crop.height])) if geometry.targets == _WHOLE_LANES else band.x
        places.append((middle, band.y))
    return Cut(crop, grey_window(pixels, bands), np.array(places))


def _outline(geometry: BlotGeometry, band: Band) -> tuple[float, float]:
    """Return the first and last row of a band's outline, which follows the course of its row."""
    half = geometry.lanes[band.lane - 1].width_px / 2
    columns = np.arange(len(geometry.course))
    drop = np.interp(band.x + np.array([-half, half]), columns, geometry.course)
    drop = drop - np.interp(band.x, columns, geometry.course)
    lowest, highest = min(float(drop.min()), 0.0), max(float(drop.max()), 0.0)
    return band.y + lowest - band.half_height_px, band.y + highest + band.half_height_px


def _rows_of(
    geometry: BlotGeometry, target: str, lanes: range, shape: tuple[int, int]
) -> tuple[int, int, tuple[str, ...]]:
    """Return the first row of a strip, the one after its last, and the non-specific rows that it takes in."""
    if geometry.targets == _WHOLE_LANES:
        return 0, shape[0], ()
    high = float(np.median([2 * geometry.band(n, target).half_height_px for n in lanes]))
    own, k = _extent(geometry, target, lanes), geometry.targets.index(target)
    above, taken_above = _end(geometry, own[0], [*reversed(geometry.targets[:k])], lanes, high, -1)
    below, taken_below = _end(geometry, own[1], geometry.targets[k + 1 :], lanes, high, 1)
    top, bottom = int(np.floor(above + 0.5)), int(np.ceil(below + 0.5))
    return max(0, min(top, shape[0] - 1)), max(1, min(bottom, shape[0])), (*taken_above, *taken_below)


def _end(
    geometry: BlotGeometry, end: float, others: Sequence[str], lanes: range, high: float, side: int
) -> tuple[float, tuple[str, ...]]:
    """Return how far a strip reaches above (-1) or below (1) an end of its bands, and what it takes in on the way."""
    if not others:
        return end + side * _ROOM * high, ()
    near, far = _extent(geometry, others[0], lanes)[:: 1 if side > 0 else -1]
    between = side * (near - end)
    if between / 2 < _CLEAR * high and others[0].startswith("non-specific"):
        further, taken = _end(geometry, far, others[1:], lanes, high, side)
        # Where rows tilt so much that the next one would be cut through instead, nothing is won.
        if side * (further - far) >= _CLEAR * high:
            return further, (others[0], *taken)
    return end + side * min(_ROOM * high, max(between / 2, 1.0)), ()


def _extent(geometry: BlotGeometry, target: str, lanes: range) -> tuple[float, float]:
    tops, bottoms = zip(*(_outline(geometry, geometry.band(n, target)) for n in lanes), strict=True)
    return min(tops), max(bottoms)


def _columns_of(geometry: BlotGeometry, lanes: range, rows: tuple[int, int]) -> tuple[float, float]:
    """Return the left side of the first lane and the right side of the last, as far out as they lie in these rows."""
    first, last = geometry.lanes[lanes[0] - 1], geometry.lanes[lanes[-1] - 1]
    left = float(first.x[slice(*rows)].min()) - first.width_px / 2
    return left, float(last.x[slice(*rows)].max()) + last.width_px / 2


def _side_room(geometry: BlotGeometry, lanes: range, columns: int) -> tuple[float, float]:
    """Return how much is shown beside the outer lanes; of a neighbour that is not shown, nothing."""
    middles = [float(np.median(lane.x)) for lane in geometry.lanes]
    pitch = float(np.median(np.diff(middles))) if len(middles) > 1 else geometry.lanes[0].width_px * 1.4
    wanted, room = min(_SIDE * pitch, columns / 4), []
    for edge, step in ((lanes[0], -1), (lanes[-1], 1)):
        other = edge + step
        gap = np.inf
        if 1 <= other <= len(geometry.lanes):
            own, near = geometry.lanes[edge - 1], geometry.lanes[other - 1]
            gap = float((step * (near.x - own.x)).min()) - (own.width_px + near.width_px) / 2
        room.append(min(wanted, max(gap / 2, 0.0)))
    return room[0], room[1]
