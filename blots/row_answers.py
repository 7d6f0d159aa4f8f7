"""How every column of a straightened picture answers in its rows of bands: what lanes are read from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import find_peaks

from blots.row_course import band_ridges, smooth_across

Array = NDArray[np.float64]

_SLABS = 8
_CLEAREST_ROW = 0.15


class RowsAcross(NamedTuple):
    """Rows of bands across the picture: their level `y` (n,) and each column's `answer` (n, columns).

    `slabs` (m, columns) says how much of a band each column holds anywhere in the slabs around `slabs_y`.
    """

    y: Array
    answer: Array
    slabs: Array = np.empty((0, 0))
    slabs_y: Array = np.empty(0)
    height_px: int = 0


def rows_across(level: Array, sigma_px: float | None = None, lanes: int = 12) -> RowsAcross:
    """Return the rows of bands of a picture that was straightened, and how each of its columns answers in them.

    Parameters
    ----------
    level : ndarray, shape (rows, columns)
        The signal after `RowMap.straighten`.
    sigma_px : float, optional
        The height of the bands as a standard deviation.
    lanes : int
        About how many lanes there are.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(0, 1, (200, 300))
    >>> picture[:, 40:260] += 100 * np.exp(-0.5 * ((np.arange(200) - 99) / 3) ** 2)[:, None]
    >>> rows_across(picture).y.tolist()
    [99.0]
    """
    sigma = sigma_px or max(1.5, len(level) / 130)
    ridges = band_ridges(level, sigma)
    clear = smooth_across(ridges, 5)
    height = clear.mean(axis=1) - np.median(clear.mean(axis=1))
    # Pure noise and blotches stay below 0.13 of these logarithmic units, the faintest real blots stand above 1.
    least = max(0.12 * float(height.max()), _CLEAREST_ROW)
    peaks, _ = find_peaks(height, height=least, distance=max(1, round(sigma)))
    strongest = np.sort(peaks[np.argsort(height[peaks])[::-1][:14]])
    reach = max(1, round(sigma))
    if strongest.size == 0:
        return RowsAcross(np.empty(0), np.empty((0, level.shape[1])))
    answer = np.stack([clear[max(0, y - reach) : y + reach + 1].mean(axis=0) for y in strongest])
    height = np.stack([ridges[max(0, y - reach) : y + reach + 1].mean(axis=0) for y in strongest])
    edges = np.linspace(0, len(level), _SLABS + 1).astype(int)
    slabs = np.stack(
        [clear[a:b].mean(axis=0) for a, b in zip(edges[:-1], np.maximum(edges[1:], edges[:-1] + 1), strict=True)]
    )
    answer = answer * _dips(height, lanes)
    return RowsAcross(strongest.astype(float), answer, slabs, (edges[:-1] + edges[1:]) / 2, len(level))


def _dips(height: Array, lanes: int) -> Array:
    """Return how far each column falls short of its surroundings, 1 where it does not.

    Logarithms make weak lanes count, but hide the shallow dips between bright touching lanes; these are put back in.
    """
    linear = np.maximum(uniform_filter1d(np.expm1(height), 3, axis=1), 0)
    usual = linear.mean(axis=0)
    extent = np.flatnonzero(usual > 0.1 * np.percentile(usual, 95))
    across = float(np.ptp(extent)) + 1 if extent.size else float(height.shape[1])
    around = maximum_filter1d(linear, max(3, round(1.1 * across / lanes)), axis=1)
    return np.asarray(np.sqrt(linear / np.maximum(around, 1e-9)))
