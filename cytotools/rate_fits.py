"""The rates of one experiment by weighted least squares, and what a rate held elsewhere costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cytotools.compartments import FASTEST, SLOWEST, Course, passed
from cytotools.many_fits import least_squares, slopes_of

FloatArray = NDArray[np.float64]
TUBE_SCATTER = 0.2  # SD of a logit between tubes of one condition, beyond counting
COUNT_SCATTER = 0.1  # SD of the natural logarithm of cells per volume, by pipetting
SHIFTS = np.array([0.0, -2.0, 2.0, 4.0])  # of the log rates at the start: fast courses have valleys of their own
AS_GOOD = 3.841  # what a second valley may cost more before it is ruled out
IDENTIFIED = 0.8  # largest standard error of a log rate that still makes it a number


@dataclass(frozen=True, eq=False)
class RateFit:
    """The fit of one experiment: `log_rates` of the transitions (three, or four with counts) and the errors of these.

    `errors` hold the scatter between tubes, `own_errors` only what the tubes' own intervals say. `cost` is the sum of
    squared standardised residuals with `degrees` degrees of freedom. Where `two_courses` fit as well (slow
    passage, or fast passage and fast loss), the slower is given.
    """

    log_rates: FloatArray
    errors: FloatArray
    own_errors: FloatArray
    growth: float
    cost: float
    degrees: int
    parameters: FloatArray
    expected: FloatArray
    two_courses: bool

    @property
    def identified(self) -> NDArray[np.bool_]:
        """Return which rates are numbers: away from 0 and from at once, and not blurred over orders of magnitude."""
        inside = (self.log_rates > np.log(3 * SLOWEST)) & (self.log_rates < np.log(FASTEST / 3))
        return np.asarray(inside & (self.errors < IDENTIFIED))


def fit_rates(course: Course, growth: float | None = None) -> RateFit:
    """Return the rates of one experiment by weighted least squares.

    Parameters
    ----------
    course : Course
        Where it is counted, the cells a volume are fitted too, with `late_lost`; else fractions alone, as if no cell
        divided or dissolved: apparent rates.
    growth : float, optional
        Rate of division an hour; None fits it where the course is counted.

    Returns
    -------
    RateFit

    Examples
    --------
    >>> from cytotools.compartments import Rates, cells_at
    >>> hours, events = np.array([0.0, 6.0, 12.0, 24.0]), np.full(4, 20_000.0)
    >>> truth = cells_at(Rates(0.02, 0.05, 0.002), np.array([0.94, 0.03, 0.02, 0.01]), hours)
    >>> course = Course(hours, truth, np.full((4, 4), 0.003), events, np.full(4, np.nan))
    >>> np.exp(fit_rates(course).log_rates).round(3).tolist()
    [0.02, 0.05, 0.002]
    """
    problem = _Problem(course, growth, course.fractions)
    parameters = problem.first_guess()
    for _ in range(2):  # the second time with the scatter that the first fit expects, so that low tubes don't pull
        starts = parameters + SHIFTS[:, None] * (np.arange(len(parameters)) < problem.rates)
        found = least_squares(problem.residuals, starts, problem.free, *problem.bounds())
        costs = np.sum(problem.residuals(found) ** 2, axis=-1)
        rivals = found[costs < costs.min() + AS_GOOD]
        parameters = rivals[np.argmin(rivals[:, : problem.rates].sum(axis=1))]
        problem = replace(problem, expected=problem.fractions_of(parameters))
    slopes = slopes_of(problem.residuals, parameters[None], problem.free)[0].T
    inverse = np.linalg.pinv(slopes)
    ratio = np.append((course.errors / problem.spreads).ravel(), [1.0] * (len(slopes) - course.errors.size))
    errors, own_errors = (np.sqrt(np.sum(np.square(m), axis=1))[: problem.rates] for m in (inverse, inverse * ratio))
    two = bool((np.ptp(rivals[:, : problem.rates], axis=0) > 1.0).any())
    cost, degrees = float(np.sum(problem.residuals(parameters) ** 2)), len(slopes) - len(course.hours) - slopes.shape[1]
    growth = float(parameters[problem.rates])
    logs = parameters[: problem.rates]
    return RateFit(logs, errors, own_errors, growth, cost, degrees, parameters, problem.expected, two)


def profile(course: Course, fit: RateFit, transition: int, log_rates: FloatArray, growth: float | None) -> FloatArray:
    """Return the least cost of the course where one rate is held at each of these values, shape (n_values,)."""
    problem = _Problem(course, growth, fit.expected, transition)
    starts = np.repeat(fit.parameters[None], len(log_rates), axis=0)
    starts[:, transition] = log_rates
    costs: list[FloatArray] = []
    for shift in (0.0, -1.0):  # from two sides: with a rate held the others may have two valleys
        moved = starts.copy()
        moved[:, : problem.rates] += shift * problem.free[: problem.rates]
        found = least_squares(problem.residuals, moved, problem.free, *problem.bounds(), tolerance=1e-3)
        costs.append(np.sum(problem.residuals(found) ** 2, axis=-1))
    return np.asarray(np.min(costs, axis=0), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Problem:
    """Parameters: log rates, then growth, then the logs of the four states at the start; some of them are held."""

    course: Course
    growth: float | None
    expected: FloatArray
    held: int | None = None

    @property
    def rates(self) -> int:
        return 4 if self.course.counted else 3

    @property
    def free(self) -> NDArray[np.bool_]:
        free = np.ones(self.rates + 5, dtype=bool)
        free[self.rates] = self.course.counted and self.growth is None
        if not self.course.counted:
            free[self.rates + 1] = False  # fractions have no level: the live cells at the start are the unit
        if self.held is not None:
            free[self.held] = False
        return free

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        low = np.array([np.log(SLOWEST)] * self.rates + [-0.2] + [-40.0] * 4)
        high = np.array([np.log(FASTEST)] * self.rates + [0.2] + [40.0] * 4)
        return low, high

    def cells(self, parameters: FloatArray) -> FloatArray:
        rates = np.zeros((*parameters.shape[:-1], 5))
        rates[..., : self.rates] = np.exp(parameters[..., : self.rates])
        rates[..., 4] = parameters[..., self.rates]
        return passed(rates, np.exp(parameters[..., -4:]), self.course.hours - self.course.hours[0])

    def fractions_of(self, parameters: FloatArray) -> FloatArray:
        cells = self.cells(parameters)
        return np.asarray(cells / cells.sum(axis=-1, keepdims=True), dtype=np.float64)

    @cached_property
    def spreads(self) -> FloatArray:
        """Return the spread of each fraction: counting, and the scatter between tubes.

        The four sum to 1; the spreads are such that their squared residuals together have the three degrees of freedom
        which that leaves, as Pearson's are.
        """
        events = self.course.events[:, None]
        p = (self.expected * events + 0.5) / (events + 2.0)
        return np.asarray(np.sqrt(p / events + (TUBE_SCATTER * p) ** 2 * (1.0 - p)), dtype=np.float64)

    def residuals(self, parameters: FloatArray) -> FloatArray:
        cells = self.cells(parameters)
        totals = np.maximum(cells.sum(axis=-1), 1e-300)
        found = (self.course.fractions - cells / totals[..., None]) / self.spreads
        found = found.reshape(*found.shape[:-2], -1)
        if not self.course.counted:
            return np.asarray(found, dtype=np.float64)
        levels = (np.log(self.course.cells_per_ul) - np.log(totals)) / COUNT_SCATTER
        return np.concatenate([found, levels], axis=-1)

    def first_guess(self) -> FloatArray:
        """Return rates from the areas under the courses."""
        course = self.course
        hours = course.hours - course.hours[0]
        cells = course.fractions * (course.cells_per_ul[:, None] if course.counted else 1.0)
        live, early = (max(float(np.trapezoid(cells[:, i], hours)), 1e-9) for i in (0, 1))
        rise = np.maximum(cells[-1] - cells[0], 1e-4 * cells[0].sum())
        rates = np.array([(rise[1] + rise[2]) / live, rise[2] / early, rise[3] / live, 0.01])
        begin = np.maximum(cells[0], 1e-4 * cells[0].sum())
        begin = begin if course.counted else begin / begin[0]
        logs = np.log(np.clip(rates[: self.rates], 10 * SLOWEST, FASTEST / 10))
        growth = 0.01 if self.growth is None and course.counted else (self.growth or 0.0) * course.counted
        return np.concatenate([logs, [growth], np.log(begin)])


def joint_limits(costs: Sequence[FloatArray], log_rates: FloatArray) -> tuple[float, float, float]:
    """Return rate, lower and upper 95 % limit from the summed profiles of experiments; 0 and inf where they are open.

    Examples
    --------
    >>> grid = np.linspace(np.log(1e-5), np.log(3.0), 41)
    >>> [round(v, 3) for v in joint_limits([(grid - np.log(0.02)) ** 2 / 0.04], grid)]
    [0.02, 0.013, 0.03]
    """
    total = np.sum(costs, axis=0)
    total = total - total.min()
    best = int(np.argmin(total))
    inside = total < 3.841
    estimate = float(np.exp(_vertex(log_rates, total, best)))
    first, last = np.flatnonzero(inside)[[0, -1]]  # the outermost: there may be two valleys
    low = 0.0 if inside[0] else float(np.exp(_crossing(log_rates, total, int(first), -1)))
    high = np.inf if inside[-1] else float(np.exp(_crossing(log_rates, total, int(last), 1)))
    return (0.0 if best == 0 else estimate), low, high


def _vertex(x: FloatArray, y: FloatArray, best: int) -> float:
    if best in (0, len(x) - 1):
        return float(x[best])
    before, here, after = y[best - 1 : best + 2]
    return float(x[best] + 0.5 * (x[1] - x[0]) * (before - after) / max(before - 2 * here + after, 1e-12))


def _crossing(x: FloatArray, y: FloatArray, place: int, step: int) -> float:
    """Return where the cost passes 3.841 beyond this place, on the root of the cost, which is straight there."""
    first, second = np.sqrt(y[place]), np.sqrt(y[place + step])
    return float(x[place] + (x[place + step] - x[place]) * (np.sqrt(3.841) - first) / (second - first))
