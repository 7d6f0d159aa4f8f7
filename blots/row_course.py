"""How the rows of bands run across the picture: tilt and smile, found by laying all columns over one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from blots.band_scale import bend_noise, crest_bend, two_sided, upright_strips

Array = NDArray[np.float64]

_STRIPS = 48
_ROWS_LOOKED_AT = 400
_STEEPEST_DEGREES = 9.0
_DEEPEST_SMILE = 0.08  # of the picture's height


def find_row_course(signal: Array, sigma_px: float | None = None) -> Array:
    """Return how far the rows of bands lie below their level in the middle of the picture, column by column.

    The picture is cut into narrow upright strips. Their band patterns are shifted against one another along a cubic
    in the column (tilt, smile, lopsided smile) until their sum is sharpest; shifts are phases of the strips' Fourier
    transforms, so that a thousand courses cost milliseconds.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        More signal is larger.
    sigma_px : float, optional
        The height of the bands as a standard deviation.

    Returns
    -------
    ndarray, shape (columns,)
        Shift in pixels, positive where a row lies lower in the picture; zero in the middle column.

    Examples
    --------
    >>> y, x = np.mgrid[:200, :300]
    >>> bands = np.exp(-(((y - 80 - 0.05 * (x - 150)) / 5.0) ** 2)) * ((x % 30) > 8) * 100.0
    >>> course = find_row_course(bands)
    >>> bool(abs(course[280] - course[20] - 13) < 1)
    True
    """
    rows, columns = signal.shape
    sigma = sigma_px or max(1.5, rows / 120)
    step = max(1, min(rows // _ROWS_LOOKED_AT, int(sigma / 2)))
    ridges = band_ridges(_upright_strips(signal, step), max(1.2, sigma / step))
    z = (np.arange(_STRIPS) + 0.5) / _STRIPS * 2 - 1
    steepest = np.tan(np.radians(_STEEPEST_DEGREES)) * columns / 2 / step
    curve = _sharpest(ridges, z, steepest, _DEEPEST_SMILE * len(ridges), max(0.5, sigma / step / 3.3)) * step
    across = (np.arange(columns) - columns / 2) / (columns / 2)
    return np.asarray(curve @ np.stack([across, across**2, across**3]))


def band_ridges(signal: Array, sigma_px: float | None = None) -> Array:
    """Return how clearly each pixel lies on the crest of a band, in compressed units that start at zero.

    The second derivative down the picture ignores offset, gradient and haze; the logarithm keeps one strong band from
    outvoting the weak ones.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(0, 1, (120, 40))
    >>> picture[60] += 50
    >>> int(band_ridges(picture).mean(axis=1).argmax())
    60
    """
    sigma = sigma_px or max(1.5, len(signal) / 120)
    bend = crest_bend(signal, sigma)
    noise = float(bend_noise(bend[:: max(1, len(bend) // 150)]))
    return np.asarray(np.log1p(np.maximum(two_sided(bend, sigma) / (noise or 1.0) - 2, 0)))


def straighten(signal: Array, course: Array) -> Array:
    """Return the picture with every column moved up by `course`, so that the rows of bands lie level.

    Examples
    --------
    >>> straighten(np.arange(12.0).reshape(4, 3), np.array([0.0, 1.0, 0.5]))[0].tolist()
    [0.0, 4.0, 3.5]
    """
    rows, columns = signal.shape
    whole = np.floor(course).astype(int)
    part = course - whole
    above = np.clip(np.arange(rows)[:, None] + whole, 0, rows - 1)
    below = np.clip(above + 1, 0, rows - 1)
    column = np.arange(columns)
    return np.asarray(signal[above, column] * (1 - part) + signal[below, column] * part)


def _upright_strips(signal: Array, step: int) -> Array:
    rows, columns = signal.shape
    lower = signal[: rows // step * step].reshape(rows // step, step, columns).mean(axis=1)
    return upright_strips(lower, _STRIPS)


def _sharpest(ridges: Array, z: Array, steepest: float, deepest: float, unit: float) -> Array:
    """Return the coefficients of z, z squared and z cubed whose shifts make the sum of the strips sharpest."""
    length = 2 * len(ridges)
    spectrum = np.fft.rfft(ridges, n=length, axis=0)
    frequency = 2 * np.pi * np.fft.rfftfreq(length)
    powers = np.stack([z, z**2, z**3])

    def sharpness(curves: Array, blur: float) -> Array:
        kept = frequency * blur < 2.5
        turn = np.exp(1j * frequency[kept][:, None, None] * (curves @ powers).T[None])
        power = np.abs(np.einsum("ks,ksc->kc", spectrum[kept], turn)) ** 2
        return np.asarray(np.exp(-((frequency[kept] * blur) ** 2)) @ power)

    tilts, smiles = np.meshgrid(np.linspace(-steepest, steepest, 45), np.linspace(-deepest, deepest, 17))
    start = np.stack([tilts.ravel(), smiles.ravel(), np.zeros(tilts.size)], axis=1)
    best = np.asarray(start[sharpness(start, 6.0 * unit).argmax()])
    for blur, move in ((4.0, 3.0), (3.0, 2.0), (2.0, 1.0), (1.0, 0.5), (1.0, 0.25)):
        best = _climb(sharpness, best, blur * unit, move * unit)
    return best


def _climb(sharpness, best: Array, blur: float, move: float) -> Array:  # type: ignore[no-untyped-def]
    for _ in range(12):
        tried = np.concatenate([best[None], best + move * np.concatenate([np.eye(3), -np.eye(3)])])
        winner = int(sharpness(tried, blur).argmax())
        if winner == 0:
            break
        best = tried[winner]
    return best


def smooth_across(picture: Array, width_px: int) -> Array:
    """Return the picture averaged along its rows over `width_px` columns."""
    return np.asarray(uniform_filter1d(picture, width_px, axis=1, mode="nearest"))
