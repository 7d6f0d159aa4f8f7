"""What a time course says for a loss, a rise and an induction: its levels and the families of tested contrasts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from blots.contrasts import Contrasts, largest_contrast
from blots.courses import Course
from blots.designs import Design, FloatArray, design_of
from blots.families import Family, differences, gains, losses, rises
from blots.scatter import ROUNDING, Scatter, later_scatter_of, scatter_of

LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Evidence:
    """The levels over the reference, and the contrasts that the verdict rests on.

    `levels` (n_times,) are natural logarithms over the reference; `loss` (reference minus hour), `gain` (hour minus
    reference), `rise` (hour minus mean of earlier hours) and `difference` (of any two later hours) are tested, each as
    a family; `mean_low` is the lower 95 % limit of the mean of all later hours; `is_identical` tells that replicates
    show no scatter at all, `is_floored` that measurement errors stand in for it in
    some lane.
    """

    course: Course
    levels: FloatArray
    loss: Contrasts
    gain: Contrasts
    rise: Contrasts
    difference: Contrasts
    mean_low: float
    is_identical: bool
    is_floored: bool

    @property
    def tested(self) -> bool:
        """Tell whether there is scatter between replicates to test with."""
        return self.loss.null is not None

    @cached_property
    def countable(self) -> NDArray[np.bool_]:
        """Tell which hours may count as risen: those without an entry that is an upper limit, shape (n_times,)."""
        return np.asarray(~self.course.censored.any(axis=0), dtype=np.bool_)

    @cached_property
    def lost(self) -> NDArray[np.bool_]:
        """Tell which hours lie significantly below the reference, shape (n_times,)."""
        return np.append(False, self.loss.significant)

    @cached_property
    def induced(self) -> NDArray[np.bool_]:
        """Tell which hours lie significantly above the reference, shape (n_times,)."""
        return np.append(False, self.gain.significant) & self.countable

    @cached_property
    def troughs(self) -> NDArray[np.bool_]:
        """Tell from which hours a rise counts: the lost ones, where there are any, else all but the reference."""
        return self.lost if self.lost.any() else np.asarray(np.arange(len(self.levels)) > 0, dtype=bool)

    @cached_property
    def from_troughs(self) -> NDArray[np.bool_]:
        """Tell which rises start from troughs alone, shape (n_rises,)."""
        return np.asarray(~(self.rise.family.earlier & ~self.troughs).any(axis=1), dtype=np.bool_)

    @cached_property
    def risen(self) -> NDArray[np.bool_]:
        """Tell which rises are significant, shape (n_rises,)."""
        return self.from_troughs & self.countable[self.rise.family.later] & self.rise.significant

    @cached_property
    def lowest_earlier(self) -> NDArray[np.int64]:
        """Return the column of the lowest of the hours that each rise starts from, shape (n_rises,)."""
        levels = np.where(self.rise.family.earlier, self.levels, np.inf)
        return np.asarray(np.argmin(levels, axis=1), dtype=np.int64)

    @cached_property
    def possible_nadirs(self) -> NDArray[np.bool_]:
        """Tell which later hours may be the lowest (95 % together), shape (n_times,): none lies clearly below them.

        J. C. Hsu, Ann. Statist. 9:1026 (1981), doi:10.1214/aos/1176345582 (comparisons with the best).
        """
        possible = np.arange(len(self.levels)) > 0
        if self.tested:
            above = self.difference.family.later[self.difference.significant]
            possible[above] = ~self.countable[above]  # an upper limit may be lower still
        return np.asarray(possible, dtype=np.bool_)


def weigh(course: Course) -> Evidence:
    """Return the evidence in a course: additive model by least squares, errors from the scatter hour by hour.

    Parameters
    ----------
    course : Course
        Every hour tied to the reference, as `read_course` leaves it.

    Returns
    -------
    Evidence
        With no degree of freedom left (one replicate) nothing is tested and there are no limits.

    Examples
    --------
    >>> from blots.courses import read_course
    >>> evidence = weigh(read_course([[0.0, -2.0, 0.0], [1.0, -1.1, 1.1], [0.0, -2.1, 0.1]], [0, 6, 24], None, None))
    >>> evidence.lost.tolist(), evidence.risen.tolist()
    ([False, True, False], [True])
    """
    observed = np.isfinite(course.values)
    design, entries = design_of(observed), course.values[observed]
    measured = course.standard_errors[observed] ** 2
    levels = design.weights @ entries
    identical = _is_identical(design, entries)
    if identical:  # a difference that is only the rounding of equal numbers would be infinitely significant
        levels = np.where(np.abs(levels) < ROUNDING, 0.0, levels)
    n_times = len(levels)
    tested = design.degrees_of_freedom > 0
    of_all = scatter_of(design) if tested else None
    of_later = later_scatter_of(design) if tested else None
    alone = _Alone(design, levels, entries, measured)
    return Evidence(
        course,
        levels,
        alone.contrasts(losses(n_times), of_all),
        alone.contrasts(gains(n_times), of_all, like=losses(n_times)),
        alone.contrasts(rises(n_times), of_later),
        alone.contrasts(differences(n_times), of_later),
        alone.mean_low(of_all),
        tested and identical,
        of_all is not None and not identical and bool((of_all.variances(entries, measured) == measured).any()),
    )


@dataclass(frozen=True, eq=False)
class _Alone:
    """One course on its own, ready to have its contrasts taken."""

    design: Design
    levels: FloatArray
    entries: FloatArray
    measured: FloatArray

    def contrasts(self, family: Family, scatter: Scatter | None, like: Family | None = None) -> Contrasts:
        """Return one family; `like` is a family whose null it shares, being its mirror image."""
        estimates = family.matrix @ self.levels
        weights = family.matrix @ self.design.weights
        if scatter is None:
            return Contrasts(family, estimates, np.full(len(family), np.nan), None, np.nan)
        errors = np.sqrt(weights**2 @ scatter.variances(self.entries, self.measured))
        if not len(family):
            return Contrasts(family, estimates, errors, None, np.nan)
        null = largest_contrast(self.design, scatter, like or family)
        return Contrasts(family, estimates, errors, null, null.critical_value(LEVEL))

    def mean_low(self, scatter: Scatter | None) -> float:
        """Return the lower limit, of a two-sided 95 % interval, of the mean of all later levels over the reference."""
        if scatter is None:
            return -np.inf
        weights = self.design.weights[1:].mean(axis=0)
        error = float(np.sqrt(weights**2 @ scatter.variances(self.entries, self.measured)))
        return float(weights @ self.entries - stdtrit(scatter.degrees_of_freedom, 0.975) * error)


def _is_identical(design: Design, entries: FloatArray) -> bool:
    """Tell whether the residuals are only the rounding of equal numbers."""
    rounding = ROUNDING * max(1.0, float(np.abs(entries).max()))
    return bool(np.abs(design.residual_maker @ entries).max() < rounding)
