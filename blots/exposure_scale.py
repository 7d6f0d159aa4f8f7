"""The straight line between two exposures of the same pixels, when both are noisy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ROUNDS = 30
_HUBER = 2.5
_MODEL = 0.01  # of the signal: what places and membranes leave over beside noise, alike at all levels
_FEWEST_IN_TILE = 40
_FEWEST_TILES = 5
_BEND_SURE = 5.0  # standard errors


@dataclass(frozen=True)
class ExposureScale:
    """``long = offset + slope * short``.

    `error` is the standard error of the slope as a fraction of it: that of all pixels together, and how far it really
    differs from place to place on the membrane. `bend` is the slope in the brighter half of the shared levels over
    that in the darker half, minus 1; `bend_error` its standard error.
    """

    offset: float
    slope: float
    error: float
    bend: float
    bend_error: float

    @property
    def is_bent(self) -> bool:
        """Whether the bend is more than chance and worth telling (10 %)."""
        return abs(self.bend) > max(0.1, _BEND_SURE * self.bend_error)


def fit_exposure_scale(
    short: Array, long: Array, short_var: Array, long_var: Array, tile: NDArray[np.intp]
) -> ExposureScale:
    """Fit the line between two exposures.

    Parameters
    ----------
    short, long : ndarray, shape (n,)
        The same pixels in both, clipped in neither.
    short_var, long_var : ndarray, shape (n,)
        Variance of their noise.
    tile : ndarray of int, shape (n,)
        Which part of the membrane each pixel lies in: exposures of one membrane agree in all of them.

    Returns
    -------
    ExposureScale

    Notes
    -----
    Ordinary least squares takes `short` as exact and finds a slope that is too small; York's solution weighs the
    noise of both. One percent of the signal is added to the noise, so that bright pixels do not rule alone.

    References
    ----------
    York D. et al., Am. J. Phys. 72:367 (2004), doi:10.1119/1.1632486.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> light = rng.uniform(500, 6000, 4000)
    >>> short, long = light + rng.normal(0, 100, 4000), 40 + 8 * light + rng.normal(0, 100, 4000)
    >>> ones, tile = np.full(4000, 1e4), np.arange(4000) // 100
    >>> scale = fit_exposure_scale(short, long, ones, ones, tile)
    >>> round(scale.slope, 1), scale.is_bent
    (8.0, False)
    """
    ground = float(np.quantile(long, 0.02))
    long_var = long_var + (_MODEL * np.maximum(long - ground, 0)) ** 2
    offset, slope, weight, expected = _york(short, long, short_var, long_var)
    middle = float(np.average(expected, weights=weight))
    chance = 1 / np.sqrt(float((weight * (expected - middle) ** 2).sum())) / slope
    uneven, common = _between_tiles(long - offset - slope * short, expected, weight, tile, slope)
    bend, bend_error = _bend(short, long, short_var, long_var)
    off = abs(bend) / 2 if abs(bend) > _BEND_SURE * bend_error else 0.0
    return ExposureScale(offset, slope, float(np.sqrt(chance**2 + uneven**2 + common**2 + off**2)), bend, bend_error)


def _york(short: Array, long: Array, short_var: Array, long_var: Array) -> tuple[float, float, Array, Array]:
    """Return offset, slope, the weights, and what the short exposure holds by both together."""
    slope = float(np.std(long) / max(float(np.std(short)), 1e-300))
    trust = np.ones(len(short))
    for _ in range(_ROUNDS):
        weight = trust / (long_var + slope**2 * short_var)
        x, y = float(np.average(short, weights=weight)), float(np.average(long, weights=weight))
        u, v = short - x, long - y
        beta = (u * long_var + slope * v * short_var) / (long_var + slope**2 * short_var)
        was, slope = slope, float((weight * beta * v).sum() / (weight * beta * u).sum())
        rest = np.abs(v - slope * u) / np.sqrt(long_var + slope**2 * short_var)
        usual = max(1.4826 * float(np.median(rest)), 1e-9)
        trust = np.minimum(1.0, _HUBER * usual / np.maximum(rest, 1e-300))
        if abs(slope - was) < 1e-7 * abs(slope):
            break
    return y - slope * x, slope, weight, x + beta


def _between_tiles(
    rest: Array, light: Array, weight: Array, tile: NDArray[np.intp], slope: float
) -> tuple[float, float]:
    """Return how far the slope differs between tiles beyond chance, and the error of its mean; as fractions of it."""
    light = light - float(np.quantile(light, 0.02))
    own, chance = [], []
    for number in np.unique(tile):
        here = tile == number
        power = float((weight[here] * light[here] ** 2).sum())
        if here.sum() < _FEWEST_IN_TILE or power <= 0:
            continue
        own.append(float((weight[here] * light[here] * rest[here]).sum()) / power / slope)
        chance.append(1 / np.sqrt(power) / slope)
    if len(own) < _FEWEST_TILES:
        return 0.0, 0.02
    usual = 1.4826 * float(np.median(np.abs(np.array(own) - np.median(own))))
    return float(np.sqrt(max(usual**2 - float(np.median(chance)) ** 2, 0.0))), usual / float(np.sqrt(len(own)))


def _bend(short: Array, long: Array, short_var: Array, long_var: Array) -> tuple[float, float]:
    """Return how much steeper the relation is in the brighter half of the levels, and the error of that."""
    middle = (float(np.quantile(long, 0.02)) + float(long.max())) / 2
    slopes, errors = [], []
    for half in (long < middle, long >= middle):
        if half.sum() < _FEWEST_IN_TILE:
            return 0.0, np.inf
        _, slope, weight, expected = _york(short[half], long[half], short_var[half], long_var[half])
        mean = np.average(expected, weights=weight)
        slopes.append(slope)
        errors.append(1 / np.sqrt(float((weight * (expected - mean) ** 2).sum())) / max(abs(slope), 1e-300))
    if min(slopes) <= 0:
        return 0.0, np.inf
    return slopes[1] / slopes[0] - 1, float(np.hypot(*errors))
