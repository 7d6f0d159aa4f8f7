"""The centre line and the width of every lane, drawn through the sides of its bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from blots.lanes import Comb, RowsAcross

Array = NDArray[np.float64]

_MISPLACED = 0.15  # of the pitch: how far the comb may have put a lane
_STRAY = 0.05  # of the pitch: how far a lane strays from straight
_STRAY_LENGTH = 0.22  # of the picture's height: over which it strays
_SIDE_ERROR_PX = 0.8
_CLEAR_BAND = 8.0  # over the noise


class LaneLines(NamedTuple):
    """`x` (n_lanes, rows): each lane's centre column at every row; `width_px` (n_lanes,): how wide its bands are."""

    x: Array
    width_px: Array


class Sides(NamedTuple):
    """The sides of every band found: `left`, `right` (n_lanes, n_bands) in columns, NaN where none was clear."""

    left: Array
    right: Array
    error: Array


def draw_lane_lines(level: Array, rows: RowsAcross, comb: Comb) -> LaneLines:
    """Return each lane's centre line, bent as its bands are.

    Every clear band gives the middle of its two sides (where it has fallen to half, or the dip to its neighbour).
    Through these runs a smooth curve a lane (a Gaussian process: Rasmussen and Williams 2006, chapter 2), held
    towards the slope that all lanes share; a lane that shows no band lies between its neighbours.

    Parameters
    ----------
    level : ndarray, shape (rows, columns)
        The straightened signal.
    rows : RowsAcross
        Rows of bands.
    comb : Comb
        Where the lanes are to a few pixels.

    Returns
    -------
    LaneLines
        In rows and columns of the straightened picture.

    Examples
    --------
    >>> picture = np.zeros((200, 300))
    >>> for x in (60, 110, 160, 210):
    ...     picture[95:105, x - 15 : x + 16] = 100.0
    >>> from blots.lanes import rows_across
    >>> comb = Comb(np.array([57.0, 112.0, 160.0, 212.0]), 50.0, 0.0, np.ones(4), 1.0)
    >>> lines = draw_lane_lines(picture, rows_across(picture), comb)
    >>> lines.x[:, 100].round().tolist()
    [60.0, 110.0, 160.0, 210.0]
    """
    height = level.shape[0]
    depth = (rows.y - height / 2) / (height / 2)
    sides = _find_sides(level, rows, comb)
    middle = (sides.left + sides.right) / 2 - comb.x[:, None]
    slope = _shared_slope(middle, sides.error, depth, comb.slope * height / 2)
    t = (np.arange(height) - height / 2) / (height / 2)
    rest = middle - slope * depth
    stray = np.stack([_stray(r, e, depth, t, comb.pitch_px) for r, e in zip(rest, sides.error, strict=True)])
    stray = _between_neighbours(stray, np.asarray(np.isfinite(middle).any(axis=1)))
    return LaneLines(comb.x[:, None] + slope * t + stray, _widths(sides, comb.pitch_px))


def _find_sides(level: Array, rows: RowsAcross, comb: Comb) -> Sides:
    sigma = max(1.5, len(level) / 130)
    bend = -gaussian_filter1d(level, sigma, axis=0, order=2, mode="nearest")
    noise = 1.4826 * float(np.median(np.abs(bend)))
    shape = (len(comb.x), len(rows.y))
    left, right, error = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    for j, y in enumerate(rows.y.astype(int)):
        crest = uniform_filter1d(bend[max(0, y - 2) : y + 3].mean(axis=0), 3)
        at = comb.x + comb.slope * (y - len(level) / 2)
        for i, x in enumerate(at):
            found = _sides_of(crest, float(x), comb.pitch_px, noise)
            if found is not None:
                left[i, j], right[i, j], error[i, j] = found
    # A band of another width than the rest has dust or a streak at one side.
    odd = np.abs(right - left - np.nanmedian(right - left)) if np.isfinite(left).any() else 0.0
    return Sides(left, right, np.hypot(error, odd))


def _sides_of(crest: Array, x: float, pitch: float, noise: float) -> tuple[float, float, float] | None:
    a, b = max(0, round(x - 0.65 * pitch)), min(len(crest), round(x + 0.65 * pitch) + 1)
    inner = crest[max(0, round(x - 0.25 * pitch)) : round(x + 0.25 * pitch) + 1]
    if inner.size < 3 or b - a < 5:
        return None
    top = float(np.median(inner))
    if top < _CLEAR_BAND * noise / np.sqrt(3):
        return None
    middle = min(max(round(x), a + 1), b - 2)
    left = middle - _walk(crest[a : middle + 1][::-1], top / 2)
    right = middle + _walk(crest[middle:b], top / 2)
    if not 0.3 * pitch < right - left < 1.2 * pitch:
        return None
    return left, right, _SIDE_ERROR_PX + 6 * noise / top


def _walk(crest: Array, half: float) -> float:
    """Return how many columns out the band falls to half, or where it is lowest if its neighbour begins before that."""
    under = np.flatnonzero(crest < half)
    if under.size == 0:
        outer = len(crest) // 2
        return float(outer + crest[outer:].argmin())
    j = int(under[0])
    if j == 0:
        return 0.0
    return j - 1 + float((crest[j - 1] - half) / (crest[j - 1] - crest[j]))


def _shared_slope(middle: Array, error: Array, depth: Array, expected: float) -> float:
    """Return the columns that all lanes move from mid-height to the bottom."""
    known = np.isfinite(middle)
    if known.sum() < 3 or (known.sum(axis=1) > 1).sum() == 0:
        return expected
    weight = np.where(known, 1 / np.where(known, error, 1.0) ** 2, 0)
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    filled = np.where(known, middle, 0)
    m = filled - (weight * filled).sum(axis=1, keepdims=True) / total
    d = depth - (weight * depth).sum(axis=1, keepdims=True) / total
    steep = (weight * d * d).sum()
    slopes = np.where(known & (np.abs(d) > 0.02), m / np.where(np.abs(d) > 0.02, d, 1), np.nan)
    return float(np.nanmedian(slopes)) if steep > 0 and np.isfinite(slopes).any() else expected


def _stray(rest: Array, error: Array, depth: Array, t: Array, pitch: float) -> Array:
    """Return how far one lane lies beside the shared line at every row `t`, outlying bands counting less."""
    known = np.isfinite(rest)
    if not known.any():
        return np.zeros_like(t)
    at, seen, spread = depth[known], rest[known], error[known]

    def alike(a: Array, b: Array) -> Array:
        near = np.exp(-0.5 * ((a[:, None] - b[None]) / (2 * _STRAY_LENGTH)) ** 2)
        return np.asarray((_MISPLACED * pitch) ** 2 + (_STRAY * pitch) ** 2 * near)

    for _ in range(3):
        weights = np.linalg.solve(alike(at, at) + np.diag(spread**2), seen)
        miss = np.abs(seen - alike(at, at) @ weights)
        spread = error[known] * np.sqrt(np.maximum(1, miss / (2.5 * error[known])))
    return np.asarray(alike(t, at) @ np.linalg.solve(alike(at, at) + np.diag(spread**2), seen))


def _between_neighbours(stray: Array, known: NDArray[np.bool_]) -> Array:
    """Return the strays with those of bandless lanes taken from the nearest lanes that show a band."""
    if known.all() or not known.any():
        return stray
    lanes = np.arange(len(stray))
    return np.stack([np.interp(lanes, lanes[known], column[known]) for column in stray.T], axis=1)


def _widths(sides: Sides, pitch: float) -> Array:
    width = sides.right - sides.left
    common = float(np.nanmedian(width)) if np.isfinite(width).any() else 0.7 * pitch
    own = np.array([np.nanmedian(w) if np.isfinite(w).any() else common for w in width])
    return np.clip((own + common) / 2, 0.75 * common, 1.25 * common)
