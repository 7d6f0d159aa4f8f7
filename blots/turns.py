"""Pictures stored lying on their side: the quarter turn that stands the lanes upright, and positions turned back.

Quarter turns count anticlockwise, as `numpy.rot90` does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter1d

from blots.band_scale import usual_band_sigma
from blots.blot import Blot
from blots.cautions import caution
from blots.errors import BlotError
from blots.geometry import checked_lanes, checked_targets, find_geometry
from blots.layout import BlotGeometry
from blots.row_evenness import loading_end, row_spreads

Array = NDArray[np.float64]

_PIXELS_LOOKED_AT = 300
_CLEARLY_WIDER = 1.15  # bands are this much wider than tall, or taller than wide
_ROOM_FOR_A_LANE_PX = 25
_NARROWEST_LANE_PX = 12  # a strip is too low to hold its lanes side by side the other way
_FEWEST_LANES = 4
_FAR_MORE_EVEN = 0.15  # of ln(level): by which one end's row must be more even to tell top from bottom


def upright(blot: Blot, lanes: int, bands: Sequence[str], *, empty_lanes: Collection[int] = ()) -> Blot:
    """Return the blot with its lanes standing upright; the same blot where they do already.

    Bands are wider than tall: where the picture says so clearly, it is left alone at the cost of one pass. Else both
    ways are searched for the lanes and rows of the sheet. A picture on its side can have been turned either way, and
    nothing but its contents tells which: the row that is even over the lanes is taken for the loading control where
    one is named first or last, else a turn clockwise is assumed. What was done and assumed stands in a caution,
    `turned`.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    lanes : int
        How many lanes the picture has.
    bands : sequence of str
        Targets from top to bottom.
    empty_lanes : collection of int
        Lanes known to hold no band.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import BANDS, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "rep1.tif")
    >>> upright(blot, 12, BANDS) is blot
    True
    >>> found = upright(turned(blot, 1), 12, BANDS)
    >>> found.quarter_turns, bool(np.array_equal(found.signal, blot.signal))
    (0, True)
    """
    lanes, bands = checked_lanes(blot.name, lanes), checked_targets(blot.name, bands)
    wider = wider_than_tall(blot.signal)
    if wider > _CLEARLY_WIDER or blot.shape[0] < _NARROWEST_LANE_PX * lanes:
        return blot
    lying = wider < 1 / _CLEARLY_WIDER and blot.shape[0] > _ROOM_FOR_A_LANE_PX * lanes
    as_stored = None if lying else _found(blot, lanes, bands, empty_lanes)
    if as_stored is not None and (wider > 1 or not as_stored.cautions):
        return blot
    turns = -blot.quarter_turns % 4 if blot.quarter_turns % 2 else 3
    geometry = _found(turned(blot, turns), lanes, bands, empty_lanes)
    if geometry is None:
        return blot
    turns, words = _which_way(blot, turns, geometry)
    said = f"the picture lies on its side and was turned by 90 degrees {'anti' if turns == 1 else ''}clockwise, {words}"
    upright_blot = turned(blot, turns)
    return replace(upright_blot, cautions=(*upright_blot.cautions, caution("turned", said)))


def turned(blot: Blot, quarter_turns: int) -> Blot:
    """Return the blot turned anticlockwise by quarter turns (3 is one clockwise).

    Examples
    --------
    >>> blot = Blot("demo", np.arange(6.0).reshape(2, 3), np.zeros((2, 3), dtype=bool))
    >>> turned(blot, 1).signal.tolist(), turned(blot, 1).quarter_turns
    ([[2.0, 5.0], [1.0, 4.0], [0.0, 3.0]], 1)
    """
    k = quarter_turns % 4
    if k == 0:
        return blot
    signal, saturated = np.rot90(blot.signal, k), np.rot90(blot.saturated, k)
    repair = None if blot.repair is None else blot.repair.turned(k)
    turns = (blot.quarter_turns + k) % 4
    return replace(blot, signal=signal, saturated=saturated, quarter_turns=turns, repair=repair)


def to_stored(x: ArrayLike, y: ArrayLike, blot: Blot) -> tuple[Array, Array]:
    """Return columns and rows of the image as stored for those of a blot that may be turned.

    Examples
    --------
    >>> blot = turned(Blot("demo", np.arange(6.0).reshape(2, 3), np.zeros((2, 3), dtype=bool)), 1)
    >>> [array.tolist() for array in to_stored([0], [0], blot)]
    [[2.0], [0.0]]
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    rows, columns = blot.shape
    for _ in range(blot.quarter_turns % 4):
        x, y = rows - 1 - y, x
        rows, columns = columns, rows
    return x, y


def from_stored(x: ArrayLike, y: ArrayLike, blot: Blot) -> tuple[Array, Array]:
    """Return columns and rows of a blot that may be turned for those of the image as stored.

    Examples
    --------
    >>> blot = turned(Blot("demo", np.arange(6.0).reshape(2, 3), np.zeros((2, 3), dtype=bool)), 3)
    >>> x, y = from_stored(*to_stored([1.0], [2.0], blot), blot)
    >>> x.tolist(), y.tolist()
    ([1.0], [2.0])
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    rows, columns = blot.shape if blot.quarter_turns % 2 == 0 else blot.shape[::-1]
    for _ in range(blot.quarter_turns % 4):
        x, y = y, columns - 1 - x
        rows, columns = columns, rows
    return x, y


def boxes_to_stored(boxes: pd.DataFrame, blot: Blot) -> pd.DataFrame:
    """Return boxes of a blot that may be turned, as boxes of the image as stored.

    Examples
    --------
    >>> blot = turned(Blot("demo", np.zeros((20, 30)), np.zeros((20, 30), dtype=bool)), 1)
    >>> box = pd.DataFrame({"lane": [1], "target": ["actin"], "x": [2], "y": [4], "width": [5], "height": [3]})
    >>> stored = boxes_to_stored(box, blot)
    >>> stored[["x", "y", "width", "height"]].to_numpy().tolist()
    [[23, 2, 3, 5]]
    >>> bool(boxes_from_stored(stored, blot).equals(box))
    True
    """
    found, rows, columns = boxes.copy(), *blot.shape
    for _ in range(blot.quarter_turns % 4):
        found = found.assign(x=rows - found.y - found.height, y=found.x, width=found.height, height=found.width)
        rows, columns = columns, rows
    return found


def boxes_from_stored(boxes: pd.DataFrame, blot: Blot) -> pd.DataFrame:
    """Return boxes of the image as stored, as boxes of a blot that may be turned."""
    rows, columns = blot.shape if blot.quarter_turns % 2 == 0 else blot.shape[::-1]
    found = boxes.copy()
    for _ in range(blot.quarter_turns % 4):
        found = found.assign(x=found.y, y=columns - found.x - found.width, width=found.height, height=found.width)
        rows, columns = columns, rows
    return found


def wider_than_tall(signal: Array) -> float:
    """Return how much wider than tall the picture's bands are; above 1 for lanes that stand upright.

    Slopes down the picture are set against slopes across it, both after the same blur, where they exceed the noise.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(0, 1, (200, 300))
    >>> for x in range(20, 280, 40):
    ...     picture[90:100, x : x + 28] += 100
    >>> wider_than_tall(picture) > 1.5, wider_than_tall(picture.T) < 0.67
    (True, True)
    """
    step = max(1, min(signal.shape) // _PIXELS_LOOKED_AT)
    rows, columns = (n // step * step for n in signal.shape)
    small = signal[:rows, :columns].reshape(rows // step, step, columns // step, step).mean(axis=(1, 3))
    sigma = min(usual_band_sigma(small), usual_band_sigma(small.T))
    smooth = gaussian_filter1d(gaussian_filter1d(small, sigma, axis=0), sigma, axis=1)
    return float(_steepness(smooth, 0) / max(_steepness(smooth, 1), 1e-12))


def _steepness(smooth: Array, axis: int) -> float:
    slope = np.abs(np.diff(smooth, axis=axis))
    noise = 1.4826 * float(np.median(slope))
    return float(np.sqrt(np.maximum(slope - 6 * noise, 0)).sum()) + 1e-9


def _found(blot: Blot, lanes: int, bands: Sequence[str], empty_lanes: Collection[int]) -> BlotGeometry | None:
    try:
        return find_geometry(blot, lanes, bands, empty_lanes=empty_lanes)
    except BlotError:
        return None


def _which_way(blot: Blot, turns: int, geometry: BlotGeometry) -> tuple[int, str]:
    """Return this turn or the one the other way, and what the choice rests on."""
    end = loading_end(geometry.targets)
    if end != 0 and len(geometry.lanes) >= _FEWEST_LANES:
        first, last = row_spreads(turned(blot, turns).signal, geometry)[[0, -1]]
        if abs(first - last) > _FAR_MORE_EVEN:
            name = geometry.targets[-1 if end > 0 else 0]
            return turns if (first > last) == (end > 0) else 4 - turns, f"so that the even row is that of {name}"
    return turns, "which way round is assumed, for nothing in the picture tells"
