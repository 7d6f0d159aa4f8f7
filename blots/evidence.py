"""What a time course says for a loss, a rise and an induction: its levels and three families of tested contrasts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from blots.contrasts import Contrasts, largest_contrast
from blots.courses import Course
from blots.designs import Design, FloatArray, IntArray, design_of, gains, rises

LEVEL = 0.05
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Evidence:
    """The levels over the reference, and the contrasts that the verdict rests on.

    `levels` (n_times,) are natural logarithms over the reference; `loss` (reference minus hour), `gain` (hour minus
    reference) and `rise` (later minus earlier hour) are tested, each as a family; `mean_low` is the lower 95 %
    limit of the mean of all later hours; `scatter` is the residual variance between replicates, and `floored` tells
    whether measurement errors stood in for it.
    """

    course: Course
    levels: FloatArray
    loss: Contrasts
    gain: Contrasts
    rise: Contrasts
    mean_low: float
    scatter: float
    floored: bool

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
        return np.append(False, self.loss.significant(LEVEL))

    @cached_property
    def induced(self) -> NDArray[np.bool_]:
        """Tell which hours lie significantly above the reference, shape (n_times,)."""
        return np.append(False, self.gain.significant(LEVEL)) & self.countable

    @cached_property
    def troughs(self) -> NDArray[np.bool_]:
        """Tell from which hours a rise counts: the lost ones, where there are any, else all but the reference."""
        return self.lost if self.lost.any() else np.asarray(np.arange(len(self.levels)) > 0, dtype=bool)

    @cached_property
    def risen(self) -> NDArray[np.bool_]:
        """Tell which pairs of hours are a significant rise, shape (n_pairs,)."""
        earlier, later = self.rise.pairs.T
        risen: NDArray[np.bool_] = self.troughs[earlier] & self.countable[later] & self.rise.significant(LEVEL)
        return risen


def weigh(course: Course) -> Evidence:
    """Return the evidence in a course: additive model by least squares, one residual variance.

    Parameters
    ----------
    course : Course
        Every hour tied to the reference, as `read_course` leaves it.

    Returns
    -------
    Evidence
        With no degree of freedom left (one replicate) nothing is tested; limits then hold the measurement errors
        alone.

    Examples
    --------
    >>> from blots.courses import read_course
    >>> evidence = weigh(read_course([[0.0, -2.0, 0.0], [1.0, -1.1, 1.1], [0.0, -2.1, 0.1]], [0, 6, 24], None, None))
    >>> evidence.lost.tolist(), evidence.risen.tolist()
    ([False, True, False], [True])
    """
    design = design_of(np.isfinite(course.values))
    entries = course.values[design.observed]
    scatter = _residual_variance(design, entries)
    levels = design.weights @ entries
    if scatter == 0.0:  # a difference that is only the rounding of equal numbers would be infinitely significant
        levels = np.where(np.abs(levels) < ROUNDING, 0.0, levels)
    gain_pairs = gains(len(levels))
    loss, gain, rise = (
        _contrasts(course, design, levels, scatter, pairs)
        for pairs in (np.ascontiguousarray(gain_pairs[:, ::-1]), gain_pairs, rises(len(levels)))
    )
    floored = bool(design.degrees_of_freedom) and _is_floored(course, design, scatter)
    return Evidence(course, levels, loss, gain, rise, _mean_low(course, design, scatter), scatter, floored)


def _contrasts(course: Course, design: Design, levels: FloatArray, scatter: float, pairs: IntArray) -> Contrasts:
    """Return one family; its errors are never below what the measurement errors alone give."""
    estimates = levels[pairs[:, 1]] - levels[pairs[:, 0]]
    measured = design.error_variances(pairs, course.standard_errors[design.observed] ** 2)
    if not design.degrees_of_freedom:
        errors = np.sqrt(measured) if course.measured else np.full(len(pairs), np.nan)
        return Contrasts(pairs, estimates, errors, None, float(-ndtri(0.025 / max(len(pairs), 1))))
    errors = np.sqrt(np.maximum(scatter * design.unit_variances(pairs), measured))
    if not len(pairs):
        return Contrasts(pairs, estimates, errors, None, np.nan)
    null = largest_contrast(design, pairs)
    reach = max(null.critical_value(LEVEL), float(stdtrit(design.degrees_of_freedom, 0.975)))
    return Contrasts(pairs, estimates, errors, null, reach)


def _residual_variance(design: Design, entries: FloatArray) -> float:
    """Return the residual mean square: 0 where it is only the rounding of equal numbers, or has none to rest on."""
    residuals = design.residual_maker @ entries
    rounding = ROUNDING * max(1.0, float(np.abs(entries).max()))
    if not design.degrees_of_freedom or float(np.abs(residuals).max()) < rounding:
        return 0.0
    return float(residuals @ residuals) / design.degrees_of_freedom


def _is_floored(course: Course, design: Design, scatter: float) -> bool:
    pairs = np.vstack([gains(len(course.hours)), rises(len(course.hours))])
    measured = design.error_variances(pairs, course.standard_errors[design.observed] ** 2)
    return bool((measured > scatter * design.unit_variances(pairs)).any())


def _mean_low(course: Course, design: Design, scatter: float) -> float:
    """Return the lower limit, of a two-sided 95 % interval, of the mean of all later levels over the reference."""
    if not design.degrees_of_freedom:
        return -np.inf
    weights = design.weights[1:].mean(axis=0)
    measured = float(weights**2 @ course.standard_errors[design.observed] ** 2)
    error = np.sqrt(max(scatter * float(weights @ weights), measured))
    return float(weights @ course.values[design.observed] - stdtrit(design.degrees_of_freedom, 0.975) * error)
