"""How the rows of bands lie in the picture: their course, and how far rows above and below fan out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from blots.band_scale import upright_strips
from blots.row_course import band_ridges, find_row_course

Array = NDArray[np.float64]

_STRIPS = 24
_ROWS_LOOKED_AT = 400
_WIDEST = 0.13  # rows that a row at the bottom gains against one in the middle, at the picture's side
_FEWEST_SIGMAS = 30  # a lower picture is a strip
_BETTER = 1.06  # how much sharper the rows must get before they are said to fan out


@dataclass(frozen=True, eq=False)
class RowMap:
    """Where a level row of the straightened picture is seen in the picture as stored.

    `course` (columns,) is its shift at mid-height; `fan` what a row gains on that for every row further down, at the
    right side of the picture, and loses at its left (perspective, or pieces laid at an angle).
    """

    course: Array
    fan: float
    height: int

    @property
    def lean(self) -> float:
        """Columns that lanes at right angles to the rows move for each row further down."""
        columns = len(self.course)
        return -float(np.polynomial.polynomial.polyfit(np.linspace(-1, 1, columns), self.course, 1)[1]) * 2 / columns

    def stored(self, x: Array, level: Array) -> Array:
        """Return the stored rows of points at columns `x` and rows `level` of the straightened picture."""
        columns = np.arange(len(self.course))
        return np.asarray(level + np.interp(x, columns, self.course) + self._fanned(x) * (level - self.height / 2))

    def level(self, x: Array, stored: Array) -> Array:
        """Return the rows of the straightened picture that are stored at columns `x` and rows `stored`."""
        columns, k = np.arange(len(self.course)), self._fanned(x)
        return np.asarray((stored - np.interp(x, columns, self.course) + k * self.height / 2) / (1 + k))

    def scaled(self, down: float, across: float, shape: tuple[int, int]) -> RowMap:
        """Return the map of a picture `down` times as high and `across` times as wide, of `shape`."""
        at = (np.arange(shape[1]) - (across - 1) / 2) / across
        return RowMap(np.interp(at, np.arange(len(self.course)), self.course) * down, self.fan, shape[0])

    def straighten(self, signal: Array) -> Array:
        """Return the picture with its rows of bands laid level.

        Examples
        --------
        >>> RowMap(np.array([0.0, 1.0, 0.5]), 0.0, 4).straighten(np.arange(12.0).reshape(4, 3))[0].tolist()
        [0.0, 4.0, 3.5]
        """
        rows, columns = signal.shape
        column = np.arange(columns)
        at = self.stored(column.astype(float), np.arange(rows, dtype=float)[:, None])
        whole = np.floor(at).astype(int)
        part = at - whole
        above, below = np.clip(whole, 0, rows - 1), np.clip(whole + 1, 0, rows - 1)
        return np.asarray(signal[above, column] * (1 - part) + signal[below, column] * part)

    def _fanned(self, x: Array) -> Array:
        half = len(self.course) / 2
        return np.asarray(self.fan * (x - half) / half)


def find_row_map(signal: Array, sigma_px: float) -> RowMap:
    """Find the course of the rows, and whether rows above and below fan out.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        More signal is larger.
    sigma_px : float
        The height of the bands as a standard deviation.

    Examples
    --------
    >>> y, x = np.mgrid[:300, :400].astype(float)
    >>> lanes = (x % 40) > 12
    >>> rows = [y0 + 0.08 * (x - 200) / 200 * (y0 - 150) for y0 in (50, 140, 250)]
    >>> picture = sum(np.exp(-(((y - row) / 6) ** 2)) for row in rows) * lanes * 100.0
    >>> picture += np.random.default_rng(0).normal(0, 1, picture.shape)
    >>> abs(find_row_map(picture, 4.0).fan - 0.08) < 0.01
    True
    """
    course = find_row_course(signal, sigma_px)
    rows, columns = signal.shape
    step = max(1, min(rows // _ROWS_LOOKED_AT, int(sigma_px / 2)))
    lower = signal[: rows // step * step].reshape(-1, step, columns).mean(axis=1)
    ridges = band_ridges(upright_strips(lower, _STRIPS), max(1.2, sigma_px / step))
    centres = (np.arange(_STRIPS) + 0.5) / _STRIPS * columns
    laid = np.interp(centres, np.arange(columns), course) / step
    turn, fan = _fan_of(ridges, laid, sigma_px / step)
    z = (np.arange(columns) - columns / 2) / (columns / 2)
    return RowMap(course + turn * step * z, fan, rows)


def _fan_of(ridges: Array, laid: Array, sigma: float) -> tuple[float, float]:
    """Return the turn of the middle row and the fan, zeros where these make the rows no sharper."""
    rows = len(ridges)
    z = (np.arange(_STRIPS) + 0.5) / _STRIPS * 2 - 1
    y = np.arange(rows, dtype=float)[:, None]
    column = np.arange(_STRIPS)
    padded = np.pad(ridges, ((1, 1), (0, 0)))

    def sharpness(turn: float, fan: float, blur: float) -> float:
        at = y + laid + turn * z + fan * z * (y - rows / 2)
        moved = padded[np.clip(np.rint(at).astype(int) + 1, 0, rows + 1), column]
        return float((gaussian_filter1d(moved.sum(axis=1), blur) ** 2).sum())

    start = max(sharpness(turn * sigma, 0, sigma) for turn in (-1.5, -1, -0.5, 0, 0.5, 1, 1.5))
    fans = np.linspace(-_WIDEST, _WIDEST, 21)
    tried = [(t * f * rows / 2, f) for f in fans for t in np.linspace(-1, 1, 7)]
    best = max(tried, key=lambda p: sharpness(p[0], p[1], sigma))
    if sharpness(*best, sigma) < _BETTER * start or rows < _FEWEST_SIGMAS * sigma or abs(best[1]) > 0.95 * _WIDEST:
        return 0.0, 0.0
    for move in (1.0, 0.5, 0.25):
        steps = ((move * sigma, 0), (-move * sigma, 0), (0, 0.008 * move), (0, -0.008 * move))
        for _ in range(8):
            near = [best, *((best[0] + t, best[1] + f) for t, f in steps)]
            winner = max(near, key=lambda p: sharpness(p[0], p[1], sigma / 2))
            if winner == best:
                break
            best = winner
    return (float(best[0]), float(best[1])) if sharpness(*best, sigma) > _BETTER * start else (0.0, 0.0)
