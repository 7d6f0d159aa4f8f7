"""The centre line and the width of every lane, drawn through the sides of its bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from blots.band_scale import bend_noise
from blots.lanes import Comb, RowsAcross

Array = NDArray[np.float64]

_MISPLACED = 0.15  # of the pitch: how far the comb may have put a lane
_STRAY = 0.1  # of the pitch: how far a lane strays from straight
_STRAY_LENGTH = 0.22  # of the picture's height: over which it strays
_SIDE_ERROR_PX = 0.8
_CLEAR_BAND = 2.5  # over the noise
_OUTSHONE = 1.6
_FLANK = 0.05  # of the pitch, for each e-fold by which a neighbour is stronger
_UNLIKE = 0.1  # of the width: how far lanes differ
_OWN_STRAY = 0.04  # of the pitch: what one lane's place says about all lanes
_TOGETHER = 0.12  # of the pitch: how far all lanes stray together
_APART = 0.2  # of the pitch: how far they spread


class LaneLines(NamedTuple):
    """`x` (n_lanes, rows): each lane's centre column at every row; `width_px` (n_lanes,): how wide its bands are."""

    x: Array
    width_px: Array


class Sides(NamedTuple):
    """The sides of every band found: `left`, `right` (n_lanes, n_bands) in columns, NaN where none was clear."""

    left: Array
    right: Array
    error: Array


def draw_lane_lines(level: Array, rows: RowsAcross, comb: Comb, sigma_px: float | None = None) -> LaneLines:
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
    sigma_px : float, optional
        The height of the bands as a standard deviation.

    Returns
    -------
    LaneLines
        In rows and columns of the straightened picture.

    Examples
    --------
    >>> from blots.lanes import rows_across
    >>> y = np.arange(200.0)[:, None]
    >>> picture = np.random.default_rng(0).normal(0, 0.5, (200, 300))
    >>> for x in (60, 110, 160, 210):
    ...     picture[:, x - 15 : x + 16] += 100 * np.exp(-0.5 * ((y - 100) / 4) ** 2)
    >>> comb = Comb(np.array([57.0, 112.0, 160.0, 212.0]), 50.0, 0.0, np.ones(4), 1.0)
    >>> lines = draw_lane_lines(picture, rows_across(picture, 4.0), comb, 4.0)
    >>> lines.x[:, 100].round().tolist()
    [60.0, 110.0, 160.0, 210.0]
    """
    height = level.shape[0]
    depth = (rows.y - height / 2) / (height / 2)
    t = (np.arange(height) - height / 2) / (height / 2)
    sides = _one_sided(_find_sides(level, rows, comb, sigma_px or max(1.5, height / 130)), level.shape[1])
    rest = (sides.left + sides.right) / 2 - comb.at(rows.y - height / 2)
    across = (comb.x - comb.x.mean()) / max(float(np.ptp(comb.x)) / 2, comb.pitch_px)
    shared, shared_at = _shared_course(rest, sides.error, depth, t, across, comb.pitch_px)
    own = rest - shared_at
    stray = np.stack([_stray(r, e, depth, t, comb.pitch_px) for r, e in zip(own, sides.error, strict=True)])
    stray = _between_neighbours(stray, np.asarray(np.isfinite(rest).any(axis=1)))
    return LaneLines(comb.at(t * height / 2) + shared + stray, _widths(sides, comb.pitch_px))


def _one_sided(sides: Sides, columns: int) -> Sides:
    """Return the sides with those outside the picture put where the lane's usual width places them."""
    whole = (sides.left > 0.5) & (sides.right < columns - 1.5)
    if not whole.any():
        return sides
    usual = float(np.median((sides.right - sides.left)[whole]))
    left = np.where(sides.left <= 0.5, np.minimum(sides.left, sides.right - usual), sides.left)
    right = np.where(sides.right >= columns - 1.5, np.maximum(sides.right, sides.left + usual), sides.right)
    return Sides(left, right, sides.error)


def _shared_course(
    rest: Array, error: Array, depth: Array, t: Array, across: Array, pitch: float
) -> tuple[Array, Array]:
    """Return how all lanes together move and spread on their way down, at every row and at the rows of bands."""
    moved, spread = np.zeros(len(depth)), np.zeros(len(depth))
    known = np.isfinite(rest)
    count = known.sum(axis=0)
    for j in np.flatnonzero(count):
        moved[j], spread[j] = _line_across(across[known[:, j]], rest[known[:, j], j], error[known[:, j], j])
    sure = count > 0
    if sure.sum() < 2:
        return np.zeros((len(across), len(t))), np.zeros(rest.shape)
    doubt = _OWN_STRAY * pitch / np.sqrt(count[sure])
    moved = moved[sure] - np.median(moved[sure])
    wide = count[sure] >= 4
    spread = spread[sure][wide]
    found = []
    for at in (t, depth):
        move = _smooth(depth[sure], moved, doubt, at, _TOGETHER * pitch, _TOGETHER * pitch)
        widen = np.zeros_like(at)
        if wide.sum() > 1:
            spread_by = spread - np.median(spread)
            widen = _smooth(depth[sure][wide], spread_by, doubt[wide], at, _APART * pitch, 0.3 * _APART * pitch)
        found.append(move[None] + across[:, None] * widen[None])
    return found[0], found[1]


def _line_across(across: Array, rest: Array, error: Array) -> tuple[float, float]:
    """Return the height and slope of a line through one row's lanes, outlying lanes counting less."""
    spread = np.ones_like(rest)
    powers = np.stack([np.ones_like(across), across])
    for _ in range(4):
        weight = 1 / (error * spread) ** 2
        held = np.diag([0, 1e-9 if len(rest) >= 4 else 1e9]) * weight.sum()
        held[0, 0] = 1e-9 * weight.sum()
        line = np.linalg.solve(powers * weight @ powers.T + held, powers * weight @ rest)
        miss = np.abs(rest - line @ powers)
        spread = np.sqrt(np.maximum(1, miss / max(1.5 * float(np.median(miss)), 0.3)))
    return float(line[0]), float(line[1])


def _smooth(at: Array, seen: Array, doubt: Array, wanted: Array, tilt: float, bend: float) -> Array:
    """Return a smooth curve through values seen: an offset, a slope of about `tilt` and bends of about `bend`."""

    def alike(a: Array, b: Array) -> Array:
        near = np.exp(-0.5 * ((a[:, None] - b[None]) / (2 * _STRAY_LENGTH)) ** 2)
        return np.asarray(tilt**2 * (1 + a[:, None] * b[None]) + bend**2 * near)

    return np.asarray(alike(wanted, at) @ np.linalg.solve(alike(at, at) + np.diag(doubt**2), seen))


def _find_sides(level: Array, rows: RowsAcross, comb: Comb, sigma: float) -> Sides:
    bend = -gaussian_filter1d(level, sigma, axis=0, order=2, mode="nearest")
    noise = float(bend_noise(bend[:: max(1, len(bend) // 150)]))
    shape = (len(comb.x), len(rows.y))
    left, right, error = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    for j, y in enumerate(rows.y.astype(int)):
        crest = uniform_filter1d(bend[max(0, y - 2) : y + 3].mean(axis=0), max(3, round(comb.pitch_px / 16)))
        for i, x in enumerate(comb.at(y - len(level) / 2)[:, 0]):
            found = _sides_of(crest, float(x), comb.pitch_px, noise)
            if found is not None:
                left[i, j], right[i, j], error[i, j] = found
    return Sides(left, right, np.hypot(error, _odd_widths(right - left)))


def _odd_widths(width: Array) -> Array | float:
    """Return how far each band's width is off its lane's: such a band has dust or a streak at one side."""
    known = np.isfinite(width)
    if not known.any():
        return 0.0
    common = float(np.median(width[known]))
    own = np.array([np.median(w[k]) if k.sum() > 2 else common for w, k in zip(width, known, strict=True)])
    allowed = np.where(known.sum(axis=1) > 2, 0.0, _UNLIKE * common)
    own = np.clip(own, 0.8 * common, 1.2 * common)
    return np.asarray(np.maximum(np.abs(width - own[:, None]) - allowed[:, None], 0))


def _sides_of(crest: Array, x: float, pitch: float, noise: float) -> tuple[float, float, float] | None:
    a, b = max(0, round(x - 0.65 * pitch)), min(len(crest), round(x + 0.65 * pitch) + 1)
    inner = crest[max(0, round(x - 0.25 * pitch)) : round(x + 0.25 * pitch) + 1]
    if inner.size < 3 or b - a < 5 or not 0 <= x < len(crest):
        return None
    top = float(np.median(inner))
    if top < _CLEAR_BAND * noise / np.sqrt(3):
        return None
    middle = min(max(round(x), a + 1), b - 2)
    left = middle - _edge(crest[a : middle + 1][::-1], top, pitch, a == 0)
    right = middle + _edge(crest[middle:b], top, pitch, b == len(crest))
    if not (0.2 if left <= 0 or right >= len(crest) - 1 else 0.3) * pitch < right - left < 1.2 * pitch:
        return None
    # Beside a far stronger band the sides are where the neighbour's flank lets them be seen.
    outshone = np.log(max(float(crest[a:b].max()) / top / _OUTSHONE, 1.0))
    return left, right, _SIDE_ERROR_PX + 3 * noise / top + _FLANK * pitch * float(outshone)


def _edge(crest: Array, top: float, pitch: float, at_side: bool) -> float:
    """Return where the band ends, at half of what it is just inside: a band may be brighter on one side."""
    if at_side and not (crest < top / 2).any():  # the picture ends before the band does
        return float(len(crest) - 1)
    first = _walk(crest, top / 2)
    inside = crest[max(0, round(first - 0.2 * pitch)) : max(1, round(first - 0.06 * pitch))]
    own = float(np.median(inside)) if inside.size else top
    return _walk(crest, float(np.clip(own, 0.6 * top, 1.6 * top)) / 2)


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
