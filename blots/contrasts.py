"""The largest of many contrasts: its exact null distribution, its p-value and its critical value.

Whoever picks the lowest hour and the highest later one has looked at every pair, so the largest of all standardised
contrasts is compared with its own distribution where all hours are equal. That null is the least favourable one:
wherever hours differ, fewer pairs can deceive.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import fdtrc

from blots.designs import Design, FloatArray, IntArray

DRAWS = 400_000
SEED = 20_260_704
KEPT_SINGLY, BIN_DRAWS = 200, 800


@dataclass(frozen=True, eq=False)
class LargestContrast:
    """The null distribution of the largest standardised contrast of a family.

    The levels' errors are a random direction in `dimensions` times a length; `draws` are the largest contrasts of
    drawn directions at length 1, `shares` their weights. Length over estimated error follows F and is integrated
    out exactly, so that p-values are smooth and never 0 by lack of draws.
    """

    draws: FloatArray
    shares: FloatArray
    dimensions: int
    degrees_of_freedom: int

    def p_value(self, statistic: float) -> float:
        """Return the chance of a largest contrast of at least `statistic` where all hours are equal.

        Examples
        --------
        A family of one contrast is Student's t: with 3 blots and 3 hours, t = 2.132 on 4 degrees of freedom has p =
        0.05.

        >>> from blots.designs import design_of, rises
        >>> null = largest_contrast(design_of(np.ones((3, 3), dtype=bool)), rises(3))
        >>> round(null.p_value(2.132), 2)
        0.05
        """
        if statistic == np.inf:
            return 0.0
        if statistic == -np.inf:
            return 1.0
        if statistic == 0.0:
            return float(self.shares[self.draws > 0].sum())
        k, df = self.dimensions, self.degrees_of_freedom
        towards = self.draws * statistic > 0
        ratios = (statistic / self.draws[towards]) ** 2 / k
        if statistic > 0:
            return float(fdtrc(k, df, ratios) @ self.shares[towards])
        return float(1.0 - fdtrc(k, df, ratios) @ self.shares[towards])

    def critical_value(self, level: float) -> float:
        """Return the statistic whose p-value is `level` (0 to 0.5).

        Examples
        --------
        >>> from blots.designs import design_of, rises
        >>> null = largest_contrast(design_of(np.ones((3, 6), dtype=bool)), rises(6))
        >>> round(null.critical_value(0.05), 1)  # three blots, six hours
        3.0
        """
        return _critical_value(self, level)


def largest_contrast(design: Design, pairs: IntArray) -> LargestContrast:
    """Return the null distribution of the largest contrast of the family, simulated once for each design and family.

    Examples
    --------
    >>> from blots.designs import design_of, rises
    >>> complete = design_of(np.ones((3, 4), dtype=bool))
    >>> largest_contrast(complete, rises(4)) is largest_contrast(complete, rises(4))
    True
    """
    return _null(design, pairs.tobytes())


@dataclass(frozen=True, eq=False)
class Contrasts:
    """One family of contrasts in one time course: estimates, standard errors, their joint test, and their limits.

    `pairs` (n_pairs, 2) are columns (earlier, later), `null` is None where there is nothing to test with, and
    `reach` is how many standard errors the simultaneous limits lie from the estimate.
    """

    pairs: IntArray
    estimates: FloatArray
    standard_errors: FloatArray
    null: LargestContrast | None
    reach: float

    @cached_property
    def statistics(self) -> FloatArray:
        """Return estimate / standard error, shape (n_pairs,): infinite where there is no error at all."""
        certain = np.where(self.estimates == 0, 0.0, np.copysign(np.inf, self.estimates))
        return np.divide(self.estimates, self.standard_errors, out=certain, where=self.standard_errors != 0)

    def significant(self, level: float) -> NDArray[np.bool_]:
        """Return which contrasts are above 0 at this one-sided level, the choice among all of the family paid for."""
        if self.null is None:
            return np.zeros(len(self.pairs), dtype=bool)
        return self.statistics > self.null.critical_value(level)

    def p_value(self, chosen: NDArray[np.bool_]) -> float:
        """Return the p-value of the largest chosen contrast: 1 where none is chosen, NaN where there is no test."""
        if self.null is None:
            return np.nan
        return self.null.p_value(float(self.statistics[chosen].max())) if chosen.any() else 1.0

    def lower(self, chosen: NDArray[np.bool_]) -> float:
        """Return the simultaneous lower limit of the largest chosen contrast, -inf where none is chosen."""
        return float(np.max((self.estimates - self.reach * self.standard_errors)[chosen], initial=-np.inf))

    def upper(self, chosen: NDArray[np.bool_]) -> float:
        """Return the simultaneous upper limit of the largest chosen contrast, inf where none is chosen."""
        if not chosen.any():
            return np.inf
        return float(np.max((self.estimates + self.reach * self.standard_errors)[chosen]))


@lru_cache(maxsize=512)
def _null(design: Design, family: bytes) -> LargestContrast:
    pairs = np.frombuffer(family, dtype=np.int64).reshape(-1, 2)
    levels = design.weights[1:]
    root = np.linalg.cholesky(levels @ levels.T)
    directions = np.random.default_rng(SEED).standard_normal((len(levels), DRAWS))
    directions /= np.sqrt(np.einsum("ij,ij->j", directions, directions))
    by_hour = np.vstack([np.zeros(DRAWS), root @ directions])
    largest = np.full(DRAWS, -np.inf)
    for (earlier, later), variance in zip(pairs, design.unit_variances(pairs), strict=True):
        np.maximum(largest, (by_hour[later] - by_hour[earlier]) / np.sqrt(variance), out=largest)
    return LargestContrast(*_condensed(np.sort(largest)), len(levels), design.degrees_of_freedom)


def _condensed(draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return means of neighbouring draws and their shares; the largest, which small p-values rest on, stay single."""
    top = len(draws) - KEPT_SINGLY
    starts = np.concatenate([np.arange(0, top, BIN_DRAWS), np.arange(top, len(draws))])
    counts = np.diff(np.append(starts, len(draws)))
    return _read_only(np.add.reduceat(draws, starts) / counts), _read_only(counts / len(draws))


@lru_cache(maxsize=512)
def _critical_value(null: LargestContrast, level: float) -> float:
    highest = 4.0
    while null.p_value(highest) > level:
        highest *= 4.0
    return float(brentq(lambda statistic: null.p_value(statistic) - level, 0.0, highest, xtol=1e-12))


def _read_only(array: FloatArray) -> FloatArray:
    array.setflags(write=False)
    return array
