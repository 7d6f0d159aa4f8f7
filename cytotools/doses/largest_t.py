"""How large the largest of many correlated t values becomes by chance: simultaneous limits, adjusted p-values."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc

FloatArray = NDArray[np.float64]
DRAWS, SEED = 4096, 20_261_203
TOGETHER = 16  # neighbours among the sorted draws that one number stands for, where a scale smooths them
LEVEL = 0.95
HALVINGS = 40


@lru_cache(maxsize=8)
def _deviates(size: int) -> FloatArray:
    return np.random.default_rng(SEED).standard_normal((DRAWS, size))


class LargestT:
    """The largest |t| of estimates with one correlation, whose errors share one scale.

    The normal deviates are drawn, always the same ones; over the scale the chance is exact, so that small p-values
    keep their digits.

    Parameters
    ----------
    correlation : ndarray, shape (n, n)
    degrees : float
        Of the scale; inf where it is known.

    Examples
    --------
    Two independent estimates, one scale of 10 degrees: the table of the studentised maximum modulus says 2.61.

    >>> round(LargestT(np.eye(2), 10.0).critical(), 1)
    2.6
    """

    def __init__(self, correlation: FloatArray, degrees: float) -> None:
        values, axes = np.linalg.eigh(correlation)
        root = axes * np.sqrt(np.maximum(values, 0.0)) @ axes.T
        self._largest = np.sort(np.abs(_deviates(len(correlation)) @ root).max(axis=1))
        if np.isfinite(degrees):
            self._largest = self._largest.reshape(-1, TOGETHER).mean(axis=1)
        self._degrees = degrees

    def p_values(self, t_values: ArrayLike) -> FloatArray:
        """Return the chance that the largest |t| reaches each value (n,); NaN of NaN."""
        t = np.abs(np.atleast_1d(np.asarray(t_values, dtype=np.float64)))
        if np.isinf(self._degrees):
            chance = 1.0 - np.searchsorted(self._largest, t) / len(self._largest)
        else:
            with np.errstate(divide="ignore"):
                ratio = (self._largest / t[:, None]) ** 2
            chance = gammainc(0.5 * self._degrees, 0.5 * self._degrees * ratio).mean(axis=1)
        return np.where(np.isnan(t), np.nan, chance)

    def critical(self) -> float:
        """Return the value that the largest |t| reaches in 5 %."""
        if np.isinf(self._degrees):
            return float(np.quantile(self._largest, LEVEL))
        low, high = 0.0, 1e3 * float(self._largest[-1])
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.p_values(middle)[0] > 1.0 - LEVEL else (low, middle)
        return high
