"""The mean of a few normal values of which some are only known to lie beyond a limit, with its 95 % interval.

Where every value is known this is Student's t. Where some are known only to lie above (or below) a limit, the interval
is that of the likelihood ratio, cut where it is Student's t in the absence of such values: n ln(1 + t² / (n - 1)).
Where none is known, the mean is bounded by how often so many values would all lie beyond their limits.

A p-value takes a scatter that is measured: with fewer than two known values there is none, and limits alone are given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import log_ndtr, stdtr, stdtrit

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
LARGEST_SD = float(np.log(2.0))  # of ln values: a 2-fold scatter from experiment to experiment is a failed assay
_SDS = 80
_FAR = 40.0  # in standard deviations from the nearest value: no limit lies farther


@dataclass(frozen=True, eq=False)
class CensoredMean:
    """The mean of n values with a 95 % interval (-inf, inf where open); `sd` is their scatter, NaN where unknown.

    `p_value` is that of a mean of 0, below 0.05 exactly when the interval excludes 0; NaN where fewer than two values
    are known, whose scatter is then assumed.
    """

    mean: float
    low: float
    high: float
    sd: float
    p_value: float
    n: int


def censored_mean(
    values: FloatArray, above: BoolArray, below: BoolArray, errors: FloatArray, alpha: float = 0.05
) -> CensoredMean:
    """Return the mean of values on a log scale over independent experiments.

    Parameters
    ----------
    values : ndarray, shape (n,), n at least 2
        Known values; the limit where `above` or `below` holds.
    above, below : ndarray of bool, shape (n,)
        Where a value is known only to lie above (below) its entry.
    errors : ndarray, shape (n,)
        Standard error of each value within its experiment, which the scatter between experiments can't fall short of
        where values are missing, and which stands in for the scatter of values that agree to the last digit.
    alpha : float
        How often the interval may miss.

    Returns
    -------
    CensoredMean

    Notes
    -----
    With values beyond limits the scatter is taken to be at most `LARGEST_SD`, or twice that of the entries where these
    scatter more: two or three open experiments tell nothing about it. So assumed, it must not make p small: p is at
    least that of Student's t at the same limits.

    Where all values lie above their limits, the lower limit of the mean may lie below every one of them, as Student's
    limit of three values does. It is the limit of the mean of all experiments that might be done, of which n were:
    three lie above their median together in one study of eight, so the least of three limits would miss too often
    (12.5 % where 2.5 % is meant). With a scatter of ln 2 the limit of three lies a factor 1.5 below it, that of six
    does not.

    References
    ----------
    J. Tobin, Econometrica 26:24 (1958), doi:10.2307/1907382 (the likelihood of values beyond a limit).

    Examples
    --------
    >>> known = np.zeros(3, dtype=bool)
    >>> found = censored_mean(np.array([0.0, 0.2, 0.4]), known, known, np.full(3, 0.1))
    >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3)
    (0.2, -0.297, 0.697)

    The third lies above 0.4, so that the mean may be larger.

    >>> third = np.array([False, False, True])
    >>> found = censored_mean(np.array([0.0, 0.2, 0.4]), third, known, np.full(3, 0.1))
    >>> found.high > 1.0
    True
    """
    if not (above | below).any():
        return _by_t(values, errors, alpha)
    if (above | below).all():
        return _bounded(values, above, below, errors, alpha)
    return _by_likelihood(values, above, below, errors, alpha)


def _by_t(values: FloatArray, errors: FloatArray, alpha: float) -> CensoredMean:
    n, mean, sd = len(values), float(values.mean()), float(values.std(ddof=1))
    scatter = float(np.sqrt(np.mean(errors**2))) if identical(values) else sd
    error = scatter / n**0.5
    reach = float(stdtrit(n - 1, 1.0 - alpha / 2.0)) * error
    p_value = 2.0 * float(stdtr(n - 1, -abs(mean) / error)) if error > 0 else float(mean == 0)
    return CensoredMean(mean, mean - reach, mean + reach, sd, p_value, n)


def identical(values: FloatArray) -> bool:
    """Tell whether values agree to the last digits, as copies do: the rounding of equal numbers is no scatter."""
    return bool(np.ptp(values) <= 1e-9 * max(1.0, float(np.abs(values).max())))


def _bounded(values: FloatArray, above: BoolArray, below: BoolArray, errors: FloatArray, alpha: float) -> CensoredMean:
    """Return limits of a mean of which no value is known: beyond them, all would so lie too rarely."""
    n, nan = len(values), float("nan")
    if above.any() and below.any():
        return CensoredMean(nan, -np.inf, np.inf, nan, nan, n)
    sign = 1.0 if above.all() else -1.0
    limits, sds = sign * values, np.sqrt(LARGEST_SD**2 + errors**2)

    def log_chance(mean: float) -> float:
        return float(log_ndtr((mean - limits) / sds).sum())

    far = _FAR * float(sds.max())
    low = brentq(lambda m: log_chance(m) - np.log(alpha / 2.0), limits.min() - far, limits.max() + far)
    low = min(float(low), float(limits.max()))
    return CensoredMean(nan, *((low, np.inf) if sign > 0 else (-np.inf, -low)), nan, nan, n)


def _by_likelihood(
    values: FloatArray, above: BoolArray, below: BoolArray, errors: FloatArray, alpha: float
) -> CensoredMean:
    n, known = len(values), ~(above | below)
    smallest = max(float(np.sqrt(np.mean(errors[known] ** 2))), 1e-3)
    largest = max(LARGEST_SD, 2.0 * float(values.std()), 2.0 * smallest)
    sds = np.geomspace(smallest, largest, _SDS)[:, None]
    sign = np.where(above, -1.0, 1.0)

    def log_likelihoods(mean: float) -> FloatArray:
        z = (values - mean) / sds
        return np.asarray(np.where(known, -0.5 * z * z - np.log(sds), log_ndtr(sign * z)).sum(axis=1))

    def profile(mean: float) -> float:
        return float(log_likelihoods(mean).max())

    bounds = float(values.min()) - 3.0 * largest, float(values.max()) + 3.0 * largest
    best = float(minimize_scalar(lambda mean: -profile(mean), bounds=bounds, method="bounded").x)
    top = max(profile(best), profile(0.0))
    cut = 0.5 * n * np.log1p(float(stdtrit(n - 1, 1.0 - alpha / 2.0)) ** 2 / (n - 1))
    ends = float(values.min()) - _FAR * largest, float(values.max()) + _FAR * largest
    low, high = (_crossing(profile, best, end, top - cut) for end in ends)
    ratio = 2.0 * (top - profile(0.0))
    p_value = 2.0 * float(stdtr(n - 1, -np.sqrt((n - 1) * np.expm1(ratio / n))))
    p_value = max(p_value, p_at_limits(best, low, high, n - 1, alpha)) if known.sum() > 1 else float("nan")
    sd = float(sds[log_likelihoods(best).argmax(), 0])
    return CensoredMean(best, low, high, sd, p_value, n)


def p_at_limits(mean: float, low: float, high: float, degrees: float, alpha: float = 0.05) -> float:
    """Return the p-value of a mean of 0 by Student's t, whose limits on the side of 0 are these."""
    reach = mean - low if mean > 0 else high - mean
    if not reach < np.inf:
        return 1.0
    t = abs(mean) / reach * float(stdtrit(degrees, 1.0 - alpha / 2.0))
    return 2.0 * float(stdtr(degrees, -t))


def _crossing(profile: Callable[[float], float], best: float, end: float, level: float) -> float:
    if profile(end) > level:
        return float(np.copysign(np.inf, end - best))
    return float(brentq(lambda mean: profile(mean) - level, best, end, xtol=1e-9))
