"""The largest of many contrasts: its exact null distribution, its p-value and its critical value.

Whoever picks the lowest hour and the highest later one has looked at every pair, so the largest of all standardised
contrasts is compared with its own distribution where all hours are equal and equally noisy. For the levels that null is
the least favourable one: wherever hours differ, fewer contrasts can deceive.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import fdtrc

from blots.designs import Design, FloatArray
from blots.families import Family
from blots.scatter import Scatter

DRAWS, CHUNK = 200_000, 20_000
SEED = 20_260_704
KEPT_SINGLY, BIN_DRAWS = 200, 400
FEW = 3


@dataclass(frozen=True, eq=False)
class LargestContrast:
    """The null distribution of the largest standardised contrast of a family.

    The levels' errors are a random direction in `dimensions` times a length, and so are the residuals that tell how
    large errors are; `draws` are the largest contrasts of drawn directions at lengths of 1, `shares` their weights.
    Length over length follows F and is integrated out exactly, so that p-values are smooth and never 0 by lack of
    draws.
    """

    draws: FloatArray
    shares: FloatArray
    dimensions: int
    degrees_of_freedom: int

    def p_value(self, statistic: float) -> float:
        """Return the chance of a largest contrast of at least `statistic` where all hours are equal.

        Examples
        --------
        Three blots, six hours, all rises after the reference.

        >>> from blots.designs import design_of
        >>> from blots.families import rises
        >>> from blots.scatter import later_scatter_of
        >>> design = design_of(np.ones((3, 6), dtype=bool))
        >>> null = largest_contrast(design, later_scatter_of(design), rises(6))
        >>> round(null.p_value(3.53), 2), null.p_value(float("inf"))
        (0.05, 0.0)
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
        >>> from blots.designs import design_of
        >>> from blots.families import losses
        >>> from blots.scatter import scatter_of
        >>> design = design_of(np.ones((3, 6), dtype=bool))
        >>> round(largest_contrast(design, scatter_of(design), losses(6)).critical_value(0.05), 1)
        2.9
        """
        return _critical_value(self, level)


@lru_cache(maxsize=512)
def largest_contrast(design: Design, scatter: Scatter, family: Family) -> LargestContrast:
    """Return the null distribution of the largest contrast of a family, simulated once for each design.

    A family of fewer than three contrasts is tested on both sides: one-sided limits would then be closer than those
    of a 95 % interval, and the test would call what the interval does not exclude.

    Examples
    --------
    With one contrast that is Student's t, here on 4 degrees of freedom, where all hours count as one.

    >>> from dataclasses import replace
    >>> from blots.designs import design_of
    >>> from blots.families import rises
    >>> from blots.scatter import scatter_of
    >>> design = design_of(np.ones((3, 3), dtype=bool))
    >>> null = largest_contrast(design, replace(scatter_of(design), prior=1e9), rises(3))
    >>> round(null.p_value(2.776), 2)
    0.05
    """
    contrasts = family.matrix @ design.weights
    to_length = np.asarray(np.linalg.pinv(design.weights @ design.weights.T), dtype=np.float64)
    dimensions = int(np.linalg.matrix_rank(design.weights))
    by_hour = scatter.by_hour((contrasts**2).T).T
    rng = np.random.default_rng(SEED)
    parts = [
        _drawn(design, scatter, contrasts, by_hour, to_length, len(family) < FEW, rng) for _ in range(0, DRAWS, CHUNK)
    ]
    draws = np.sort(np.concatenate(parts))
    return LargestContrast(*_condensed(draws), dimensions, scatter.degrees_of_freedom)


def _drawn(
    design: Design,
    scatter: Scatter,
    contrasts: FloatArray,
    by_hour: FloatArray,
    to_length: FloatArray,
    two_sided: bool,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the largest standardised contrasts of drawn errors, levels and residuals of length 1, shape (CHUNK,)."""
    errors = rng.standard_normal((contrasts.shape[1], CHUNK))
    levels = design.weights @ errors
    lengths = np.sqrt(np.einsum("ij,ij->j", levels, to_length @ levels))
    squares = scatter.by_hour((scatter.residual_maker @ errors) ** 2)
    squares *= scatter.degrees_of_freedom / squares.sum(axis=0)
    factors = scatter.factors(squares)
    estimates = contrasts @ errors / lengths
    largest = np.abs(estimates) if two_sided else estimates
    return np.asarray((largest / np.sqrt(by_hour @ factors)).max(axis=0))


@dataclass(frozen=True, eq=False)
class Contrasts:
    """One family of contrasts in one time course: estimates, standard errors, their joint test, and their limits.

    `estimates` and `standard_errors` are (n_contrasts,), `null` is None where there is nothing to test with, and
    `reach` is how many standard errors the simultaneous limits lie from the estimate.
    """

    family: Family
    estimates: FloatArray
    standard_errors: FloatArray
    null: LargestContrast | None
    reach: float

    @cached_property
    def statistics(self) -> FloatArray:
        """Return estimate / standard error, shape (n_contrasts,): infinite where there is no error at all."""
        certain = np.where(self.estimates == 0, 0.0, np.copysign(np.inf, self.estimates))
        return np.divide(self.estimates, self.standard_errors, out=certain, where=self.standard_errors != 0)

    @cached_property
    def significant(self) -> NDArray[np.bool_]:
        """Tell which contrasts have a lower limit above 0: the choice among all of the family is paid for."""
        if self.null is None:
            return np.zeros(len(self.family), dtype=bool)
        return np.asarray(self.estimates - self.reach * self.standard_errors > 0, dtype=np.bool_)

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
