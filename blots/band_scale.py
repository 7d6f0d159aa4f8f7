"""How high the bands of a picture are, before anything else is known about it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d, maximum_filter1d

Array = NDArray[np.float64]

_AS_WELL = 0.9  # of the best scale's worth
_STRIPS = 40
_ROWS_LOOKED_AT = 500
_COARSE_ENOUGH_PX = 2.0
_SMALLEST_PX = 1.2
_STEP = 1.4
_NOISE = 6.0
_LOBE = 3.0  # a crest counts up to this many times the weaker of the two hollows beside it


def usual_band_sigma(signal: Array) -> float:
    """Return the height of the picture's usual band as a standard deviation in pixels.

    The second derivative down narrow upright strips is taken at a series of scales (Lindeberg 1998,
    doi:10.1023/A:1008045108935); times its scale squared, it is largest where the scale fits the bands.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        More signal is larger.

    Examples
    --------
    >>> y = np.arange(300.0)[:, None]
    >>> picture = np.random.default_rng(0).normal(0, 1, (300, 200))
    >>> picture += 100 * np.exp(-0.5 * ((y - 90) / 7) ** 2) + 60 * np.exp(-0.5 * ((y - 200) / 7) ** 2)
    >>> 4 < usual_band_sigma(picture) < 9
    True
    """
    strips = upright_strips(signal, _STRIPS)
    step = len(signal) // _ROWS_LOOKED_AT
    if step > 1:
        coarse = usual_band_sigma(strips[: len(strips) // step * step].reshape(-1, step, _STRIPS).mean(axis=1))
        if coarse > _COARSE_ENOUGH_PX:
            return coarse * step
    largest = max(len(signal) / 6, 2 * _SMALLEST_PX)
    scales = _SMALLEST_PX * _STEP ** np.arange(int(np.log(largest / _SMALLEST_PX) / np.log(_STEP)) + 1)
    each = np.stack([_crest_sum(strips, float(s)) for s in scales])
    most = each.max(axis=0)
    if most.max() <= 0:
        return max(1.5, len(signal) / 130)
    # Every strip has about one vote: burnt-in letters outshine all bands, but stand in few strips.
    worth = (each / (most + np.median(most[most > 0]))).sum(axis=1)
    # Flat tops have two crests at a fine scale: of two scales that fit about as well, the coarser takes in the band.
    peak = np.r_[True, worth[1:] >= worth[:-1]] & np.r_[worth[:-1] >= worth[1:], True]
    k = int(np.flatnonzero(peak & (worth > _AS_WELL * worth.max())).max())
    best = float(np.log(scales[k]))
    if 0 < k < len(scales) - 1:
        left, top, right = worth[k - 1 : k + 2]
        best += 0.5 * (left - right) / (left - 2 * top + right) * np.log(_STEP)
    return float(np.exp(best) / np.sqrt(2))


def upright_strips(signal: Array, strips: int) -> Array:
    """Return the means of `strips` upright strips, shape (rows, strips).

    Examples
    --------
    >>> upright_strips(np.arange(8.0).reshape(2, 4), 2).tolist()
    [[0.5, 2.5], [4.5, 6.5]]
    """
    columns = signal.shape[1]
    edges = np.linspace(0, columns, strips + 1).astype(int)
    starts = np.minimum(edges[:-1], columns - 1)
    return np.asarray(np.add.reduceat(signal, starts, axis=1) / np.maximum(np.diff(edges), 1))


def crest_bend(signal: Array, sigma_px: float, axis: int = 0) -> Array:
    """Return the second derivative of the smoothed signal with its sign turned, so that crests are positive.

    The kernel sums to exactly zero. One that is merely cut off, as is usual, answers to the offset of a bright
    membrane, and a faint band on it then has no hollow beside its crest.

    Parameters
    ----------
    signal : ndarray
        More signal is larger.
    sigma_px : float
        Scale of the Gaussian.
    axis : int
        Which axis runs down the lanes.

    Examples
    --------
    >>> bool(np.abs(crest_bend(np.full(100, 50_000.0), 3.0)).max() < 1e-9)
    True
    """
    x = np.arange(-int(4 * sigma_px + 0.5), int(4 * sigma_px + 0.5) + 1)
    gauss = np.exp(-0.5 * (x / sigma_px) ** 2)
    kernel = (1 - (x / sigma_px) ** 2) * gauss / (gauss.sum() * sigma_px**2)
    kernel -= kernel.sum() * gauss / gauss.sum()
    return np.asarray(correlate1d(signal, kernel, axis=axis, mode="nearest"))


def two_sided(bend: Array, sigma_px: float, axis: int = 0) -> Array:
    """Return the second derivative held down to what a crest with two sides may have.

    The edge of a membrane or a label bends down on one side only; a band has a hollow on both.

    Parameters
    ----------
    bend : ndarray
        Second derivative at the scale `sigma_px`, positive on crests.
    sigma_px : float
        The scale.
    axis : int
        Which axis runs down the lanes.

    Examples
    --------
    >>> step = np.repeat([0.0, 1.0], 50)
    >>> bend = crest_bend(step, 3.0)
    >>> bool(two_sided(bend, 3.0).max() < 0.1 * bend.max())
    True
    """
    near, far = max(1, round(0.8 * sigma_px)), max(2, round(4.5 * sigma_px))
    size = far - near + 1
    middle = near + size // 2
    hollow = maximum_filter1d(-bend, size, axis=axis, mode="nearest")
    sides = []
    for shift in (middle, -middle):
        at = np.clip(np.arange(bend.shape[axis]) + shift, 0, bend.shape[axis] - 1)
        sides.append(np.take(hollow, at, axis=axis))
    return np.asarray(np.minimum(bend, _LOBE * np.maximum(np.minimum(*sides), 0)))


def bend_noise(bend: Array, axis: int | None = None) -> Array:
    """Return the noise of second derivatives, also where bands fill most of a picture.

    The median deviation speaks; in a narrow strip, which its bands fill, the quietest fifth holds it down.

    Examples
    --------
    >>> float(bend_noise(np.random.default_rng(0).normal(0, 2, 10_000)).round(1))
    2.0
    """
    low, middle = np.percentile(np.abs(bend), (20, 50), axis=axis, keepdims=axis is not None)
    return np.asarray(np.minimum(1.4826 * middle, 2 * low / 0.2533))


def _crest_sum(strips: Array, scale: float) -> Array:
    bend = crest_bend(strips, scale) * scale**2
    noise = float(bend_noise(bend))
    crest = two_sided(bend, scale)
    inner = crest[1:-1]
    peak = (inner > crest[:-2]) & (inner >= crest[2:])
    return np.asarray(np.sqrt(np.where(peak, np.maximum(inner - _NOISE * noise, 0), 0)).sum(axis=0))
