"""The centre line and the width of every lane, drawn through the sides of its bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from blots.band_scale import bend_noise, crest_bend
from blots.lane_sides import Sides, find_sides, one_sided
from blots.lanes import Comb, RowsAcross

Array = NDArray[np.float64]

_MISPLACED = 0.15  # of the pitch: how far the comb may have put a lane
_STRAY = 0.1  # of the pitch: how far a lane strays from straight
_STRAY_LENGTH = 0.22  # of the picture's height: over which it strays
_OWN_STRAY = 0.04  # of the pitch: what one lane's place says about all lanes
_TOGETHER = 0.12  # of the pitch: how far all lanes stray together
_APART = 0.2  # of the pitch: how far they spread


class LaneLines(NamedTuple):
    """`x` (n_lanes, rows): each lane's centre column at every row; `width_px` (n_lanes,): how wide its bands are."""

    x: Array
    width_px: Array


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
    sigma = sigma_px or max(1.5, len(level) / 130)
    bend = crest_bend(level, sigma)
    noise = float(bend_noise(bend[:: max(1, len(bend) // 150)]))
    width = max(3, round(comb.pitch_px / 16))
    crests = [uniform_filter1d(bend[max(0, y - 2) : y + 3].mean(axis=0), width) for y in rows.y.astype(int)]
    return draw_through_sides(np.array(crests).reshape(-1, level.shape[1]), rows.y, comb, noise, len(level))


def draw_through_sides(profiles: Array, y: Array, comb: Comb, noise: float, height: int) -> LaneLines:
    """Return each lane's centre line through the sides of what profiles across the picture show.

    Parameters
    ----------
    profiles : ndarray, shape (n, columns)
        How much of a band each column holds in a row of bands, or in any other slab of the picture.
    y : ndarray, shape (n,)
        The row of each profile.
    comb : Comb
        Where the lanes are to a few pixels.
    noise : float
        Of the profiles' pixels; fainter bands do not tell.
    height : int
        Rows of the picture.

    Examples
    --------
    >>> stain = np.where((np.arange(200) // 20) % 2 == 1, 50.0, 0.0) * np.ones((3, 1))
    >>> comb = Comb(np.array([31.0, 68.0, 110.0, 149.0, 190.0]), 40.0, 0.0, np.ones(5), 1.0)
    >>> lines = draw_through_sides(stain, np.array([20.0, 50.0, 80.0]), comb, 1.0, 100)
    >>> bool(np.abs(lines.x[:, 50] - [29.5, 69.5, 109.5, 149.5, 189.5]).max() < 1)
    True
    """
    depth = (y - height / 2) / (height / 2)
    t: Array = (np.arange(height, dtype=np.float64) - height / 2) / (height / 2)
    sides = one_sided(find_sides(profiles, y - height / 2, comb, noise), profiles.shape[1])
    rest = (sides.left + sides.right) / 2 - comb.at(y - height / 2)
    across = (comb.x - comb.x.mean()) / max(float(np.ptp(comb.x)) / 2, comb.pitch_px)
    shared, shared_at = _shared_course(rest, sides.error, depth, t, across, comb.pitch_px)
    own = rest - shared_at
    stray = np.stack([_stray(r, e, depth, t, comb.pitch_px) for r, e in zip(own, sides.error, strict=True)])
    stray = _between_neighbours(stray, np.asarray(np.isfinite(rest).any(axis=1)))
    return LaneLines(comb.at(t * height / 2) + shared + stray, _widths(sides, comb.pitch_px))


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
