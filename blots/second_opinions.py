"""Two plain ways to measure a band, as second opinions on the fit: the line between valleys, and a box's border."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from blots.strips import LaneStrip

Array = NDArray[np.float64]

_WINDOW_SIGMAS = 3.2
_BORDER_PX = 3


def windows(y: Array, sigma_px: Array, rows: int) -> list[tuple[int, int]]:
    """Return the rows (half-open) of each band of one lane: 3.2 sigma each way, at most half-way to the next.

    Examples
    --------
    >>> windows(np.array([50.0, 70.0]), np.array([5.0, 5.0]), 100)
    [(34, 60), (60, 86)]
    """
    found = []
    for k, (at, sigma) in enumerate(zip(y, sigma_px, strict=True)):
        first, last = at - _WINDOW_SIGMAS * sigma, at + _WINDOW_SIGMAS * sigma
        if k > 0:
            first = max(first, (y[k - 1] + at) / 2)
        if k + 1 < len(y):
            last = min(last, (y[k + 1] + at) / 2)
        start = int(np.clip(round(first), 0, rows - 2))
        found.append((start, int(np.clip(round(last), start + 2, rows))))
    return found


def valley_volumes(profile: Array, y: Array, sigma_px: Array) -> Array:
    """Measure each band as the area above a straight line between the lowest points at its two sides.

    This is what ImageJ's gel tool does by hand. A neighbour lifts the valley, so it reads crowded bands too low.

    Parameters
    ----------
    profile : ndarray, shape (rows,)
        Sums across one lane.
    y, sigma_px : ndarray, shape (n_bands,)
        Where the bands lie and how high they are.

    Examples
    --------
    >>> rows = np.arange(100.0)
    >>> profile = 50 + np.exp(-0.5 * ((rows - 40) / 4) ** 2) / np.sqrt(2 * np.pi) / 4 * 1000
    >>> float(valley_volumes(profile, np.array([40.0]), np.array([4.0]))[0].round(-1))
    960.0
    """
    smooth = gaussian_filter1d(profile, 1.5)
    found = []
    for at, (start, stop) in zip(y, windows(y, sigma_px, len(profile)), strict=True):
        middle = int(np.clip(round(at), start + 1, stop - 1))
        left = start + int(smooth[start:middle].argmin())
        right = middle + int(smooth[middle:stop].argmin())
        rows = np.arange(left, right + 1)
        line = np.interp(rows, [left, right], [smooth[left], smooth[right]])
        found.append(float((profile[left : right + 1] - line).sum()))
    return np.array(found)


def border_volumes(strip: LaneStrip, y: Array, sigma_px: Array) -> Array:
    """Measure each band as the sum in a box less the median of the rows just above and below it, times its area.

    The border lies in the lane itself, never in the gutter, which has no haze.

    Parameters
    ----------
    strip : LaneStrip
        One lane.
    y, sigma_px : ndarray, shape (n_bands,)
        Where the bands lie and how high they are.

    Returns
    -------
    ndarray, shape (n_bands,)
    """
    found = []
    rows = len(strip.values)
    for start, stop in windows(y, sigma_px, rows):
        above = strip.values[max(0, start - _BORDER_PX) : max(start, 1)]
        below = strip.values[min(stop, rows - 1) : min(stop + _BORDER_PX, rows)]
        ground = np.median(np.stack([above.mean(axis=0), below.mean(axis=0)]), axis=0)
        found.append(float((strip.values[start:stop] - ground).sum()))
    return np.array(found)
