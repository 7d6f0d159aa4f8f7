"""The law of a picture's noise: in numbers that are linear in light, its variance is a straight line of the level."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LOOKED_AT = 260_000  # pixels
_CLASSES = 24
_FEWEST = 150  # pixels in a class of levels
_SMOOTHEST = 0.4  # of a class: pixels on slopes would add the picture's own change
_UNSURE = 0.06  # relative error of a class's variance beyond chance: what is left of the picture's own change
_ROUNDING = 1 / 12
_FILTERED = 1.4  # wider differences vary this much more where a filter has mixed neighbours
_GAMMAS = np.exp(np.linspace(np.log(0.3), np.log(3.0), 47))


class NoiseLaw(NamedTuple):
    """`gamma` that makes the noise linear in light, 1 for a linear picture; `evidence` against 1 (log likelihood)."""

    gamma: float
    evidence: float


def find_noise_law(signal: Array, step: float = 1.0) -> NoiseLaw:
    """Find the curve under which the noise of a picture would be that of light.

    Photons and read-out make a variance of ``a + b * light``. Where light went through ``light ** gamma``, the
    variance of what came out bends; the gamma that makes it straight again is found by likelihood.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        The picture, its zero where no light is.
    step : float
        The step of its levels, whose rounding is taken out of the noise.

    Returns
    -------
    NoiseLaw
        (1, 0) where the noise is finer than the levels or the picture holds too few of them.

    References
    ----------
    Janesick J. R., Photon Transfer (SPIE 2007), doi:10.1117/3.725073. Immerkaer J., Comput. Vis. Image Underst.
    64:300 (1996), doi:10.1006/cviu.1996.0060.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> light = rng.poisson(np.tile(np.linspace(300, 20_000, 600), (400, 1))) + rng.normal(0, 5, (400, 600))
    >>> find_noise_law(light).evidence < 20, round(find_noise_law(65535 * (light / 65535) ** 0.5).gamma, 1)
    (True, 0.5)
    """
    level, variance, wider, count = _photon_transfer(signal / step)
    variance, wider = variance - _ROUNDING, wider - _ROUNDING
    seen = (variance > 0.1) & (level > 0)
    if seen.sum() < 6 or float(np.median(wider[seen] / variance[seen])) > _FILTERED:
        return NoiseLaw(1.0, 0.0)
    top, bottom = float(level.max()), max(float(signal.min()) / step, 0.0)
    unlikely = _misfit(level[seen] / top, variance[seen] / top**2, count[seen], bottom / top)
    best = int(unlikely.argmin())
    linear = unlikely[int(np.abs(np.log(_GAMMAS)).argmin())]
    return NoiseLaw(float(_GAMMAS[best]), float(linear - unlikely[best]))


def _photon_transfer(numbers: Array) -> tuple[Array, Array, Array, Array]:
    """Return level, variance, variance by wider differences and pixels of each class of levels.

    Only the smoothest pixels of each class count: on slopes the picture's own change would add to the noise.
    """
    change, wider, level, slope = _stencils(numbers)
    low, high = np.quantile(level[::17], [0.005, 0.9999])
    edges = low + (high - low) * np.linspace(0, 1, _CLASSES + 1) ** 2
    place = np.searchsorted(edges, level).astype(np.int16)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(1, _CLASSES + 2))
    rows = []
    for first, last in pairwise(starts):
        inside = order[first:last]
        if inside.size < _FEWEST:
            continue
        calm = inside[slope[inside] <= np.quantile(slope[inside], _SMOOTHEST)]
        rows.append((level[calm].mean(), _trimmed(change[calm] ** 2), _trimmed(wider[calm] ** 2), calm.size))
    found = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return found[:, 0], found[:, 1], found[:, 2], found[:, 3]


def _stencils(numbers: Array) -> tuple[Array, Array, Array, Array]:
    """Return two mixed fourth differences (next pixels, and those beyond), the level and the slope at each pixel."""
    rows = max(16, _LOOKED_AT // numbers.shape[1])
    part = numbers if len(numbers) <= rows else _strips(numbers, rows)
    flat = part.reshape(-1, *part.shape[-2:])
    sums = flat[:, 1:-3] + flat[:, 2:-2] + flat[:, 3:-1]
    level = (sums[:, :, 1:-3] + sums[:, :, 2:-2] + sums[:, :, 3:-1]) / 9
    down = flat[:, 3:-1] - flat[:, 1:-3]
    slope = np.abs(sums[:, :, 3:-1] - sums[:, :, 1:-3])
    slope += np.abs(down[:, :, 1:-3] + down[:, :, 2:-2] + down[:, :, 3:-1])
    return _change(flat, 1).ravel(), _change(flat, 2).ravel(), level.ravel(), slope.ravel()


def _change(flat: Array, apart: int) -> Array:
    """Return the mixed fourth difference, whose variance is that of one pixel where pixels are independent."""
    middle, low, high = slice(2, -2), slice(2 - apart, -2 - apart), slice(2 + apart, apart - 2 or None)
    across = flat[:, :, low] - 2 * flat[:, :, middle] + flat[:, :, high]
    return np.asarray((across[:, low] - 2 * across[:, middle] + across[:, high]) / 6)


def _strips(numbers: Array, rows: int) -> Array:
    """Return strips of 16 rows, evenly spread over a large picture."""
    count = max(1, rows // 16)
    starts = np.linspace(0, len(numbers) - 16, count).astype(int)
    return np.stack([numbers[start : start + 16] for start in starts])


def _trimmed(squares: Array) -> float:
    """Return the mean of squares without those that no noise makes."""
    mean = float(squares.mean())
    for _ in range(3):
        mean = float(squares[squares <= 12 * mean].mean())
    return mean


def _misfit(level: Array, variance: Array, count: Array, bottom: float) -> Array:
    """Return -2 log likelihood of each gamma, with the best straight line of each."""
    gamma = _GAMMAS[:, None]
    light = level ** (1 / gamma)
    bend = (light / (level * gamma)) ** 2
    of_light = variance * bend
    error = np.sqrt(4 / count + _UNSURE**2)
    dark = np.maximum(bottom, 0.0) ** (1 / gamma)
    model = of_light
    for _ in range(4):
        model = _line(light, of_light, 1 / (error * model) ** 2, dark)
    return np.asarray((((of_light - model) / (error * model)) ** 2 + 2 * np.log(model / bend)).sum(axis=1))


def _line(light: Array, variance: Array, weight: Array, dark: Array) -> Array:
    """Return the straight line that neither falls with light nor reaches zero before the darkest pixel."""
    total = weight.sum(axis=1, keepdims=True)
    x = (weight * light).sum(axis=1, keepdims=True) / total
    y = (weight * variance).sum(axis=1, keepdims=True) / total
    slope = (weight * (light - x) * (variance - y)).sum(axis=1, keepdims=True)
    slope = np.maximum(slope / (weight * (light - x) ** 2).sum(axis=1, keepdims=True), 0.0)
    over = light - dark
    steepest = (weight * over * variance).sum(axis=1, keepdims=True) / (weight * over**2).sum(axis=1, keepdims=True)
    free = y + slope * (light - x)
    bound = (y - slope * x) < -slope * dark
    return np.asarray(np.maximum(np.where(bound, steepest * over, free), 1e-12 * y))
