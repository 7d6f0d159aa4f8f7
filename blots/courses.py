"""A replicated time course whose shapes, hours and gaps have been checked, hours in order, the reference first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blots.cautions import caution
from blots.designs import FloatArray, tied_to_reference
from blots.errors import InvalidTimeCourse


@dataclass(frozen=True, eq=False)
class Course:
    """Levels over time on the natural-log scale.

    `values`, `standard_errors` and `censored` are (n_replicates, n_times); `values` is NaN where missing,
    `standard_errors` 0 where unknown. Every row holds at least two hours and every hour is tied to the reference,
    which is column 0.
    """

    values: FloatArray
    hours: FloatArray
    standard_errors: FloatArray
    censored: NDArray[np.bool_]
    cautions: tuple[str, ...] = ()

    def keeping(self, rows: NDArray[np.bool_], columns: NDArray[np.bool_], *cautions: str) -> Course:
        """Return the course of these replicates and hours alone, with further cautions."""
        return replace(
            self,
            values=self.values[np.ix_(rows, columns)],
            hours=self.hours[columns],
            standard_errors=self.standard_errors[np.ix_(rows, columns)],
            censored=self.censored[np.ix_(rows, columns)],
            cautions=(*self.cautions, *cautions),
        )


def read_course(
    log_ratios: ArrayLike, hours: ArrayLike, standard_errors: ArrayLike | None, censored: ArrayLike | None
) -> Course:
    """Check the arguments of `blots.find_rebound` and put them in order.

    Parameters
    ----------
    log_ratios, hours, standard_errors, censored
        As `blots.find_rebound` takes them.

    Returns
    -------
    Course
        Hours that no replicate ties to the reference are left out with a caution, replicates with fewer than two
        hours too.

    Raises
    ------
    InvalidTimeCourse
        Shapes differ, an hour appears twice or is no number, a value is infinite, a standard error is negative, or
        the reference or every later hour has no data.

    Examples
    --------
    >>> read_course([[2.0, 1.0], [2.2, 1.1]], hours=[24, 0], standard_errors=None, censored=None).values.tolist()
    [[1.0, 2.0], [1.1, 2.2]]
    """
    values, times = _values_and_hours(log_ratios, hours)
    errors = _like(values, standard_errors, np.nan, "standard_errors")
    if (errors < 0).any() or np.isinf(errors).any():
        raise _refusal("standard_errors", "0 or more, or NaN", "a negative or infinite one", "Give NaN where unknown.")
    limits = _like(values, censored, 0.0, "censored").astype(bool)
    order = np.argsort(times)
    course = Course(
        values[:, order],
        times[order],
        np.nan_to_num(errors)[:, order],
        limits[:, order],
    )
    return _sorted_rows(_tied(course))


def _values_and_hours(log_ratios: ArrayLike, hours: ArrayLike) -> tuple[FloatArray, FloatArray]:
    values, times = _numbers(log_ratios, "log_ratios"), _numbers(hours, "hours")
    if values.ndim != 2 or times.ndim != 1 or values.shape[1] != len(times):
        expected = "log_ratios of shape (n_replicates, n_times) and hours of shape (n_times,)"
        raise _refusal("time course", expected, f"{values.shape} and {times.shape}", "Give each replicate a row.")
    if not np.isfinite(times).all():
        raise _refusal("hours", "numbers", "NaN or an infinite hour", "Give every column its hour.")
    if len(np.unique(times)) < len(times):
        twice = sorted({f"{hour:g}" for hour in times if (times == hour).sum() > 1})
        raise _refusal("hours", "each hour once", f"{', '.join(twice)} h more than once", "Average repeats first.")
    if np.isinf(values).any():
        remedy = "Give a band without signal as its detection limit, with censored True."
        raise _refusal("log_ratios", "finite numbers, or NaN where missing", "an infinite one", remedy)
    return values, times


def _numbers(given: ArrayLike, name: str) -> FloatArray:
    try:
        if np.iscomplexobj(given):
            raise TypeError
        if isinstance(given, np.ma.MaskedArray):
            return np.where(np.ma.getmaskarray(given), np.nan, np.ma.getdata(given).astype(np.float64))
        return np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise _refusal(name, "an array of numbers", "something else", "Rows must be of one length.") from None


def _like(values: FloatArray, given: ArrayLike | None, fill: float, name: str) -> FloatArray:
    array = np.full(values.shape, fill) if given is None else _numbers(given, name)
    if array.shape != values.shape:
        raise _refusal(name, f"the shape of log_ratios, {values.shape}", f"{array.shape}", "Give one for each entry.")
    return array


def _tied(course: Course) -> Course:
    """Leave out what can't be compared with the reference, and say so."""
    observed = np.isfinite(course.values)
    if course.values.shape[1] < 2 or not observed[:, :1].any() or not observed[:, 1:].any():
        remedy = "A time course needs its reference and at least one later hour."
        raise _refusal("time course", "data at the smallest hour and at a later one", _seen(course, observed), remedy)
    columns = tied_to_reference(observed)
    rows = observed[:, columns].sum(axis=1) >= 2
    if not rows.any():
        remedy = "Load the reference and a later hour on one membrane."
        raise _refusal("time course", "a replicate with the reference and a later hour", "none", remedy)
    columns &= observed[rows].any(axis=0)
    kept = course.keeping(rows, columns)
    without = int((~np.isfinite(kept.values[:, 0])).sum())
    return replace(kept, cautions=_gaps(course.hours[~columns], int((~rows).sum()), without, len(kept.values)))


def _gaps(hours: FloatArray, rows: int, without_reference: int, n: int) -> tuple[str, ...]:
    cautions = []
    if len(hours):
        named = ", ".join(f"{hour:g}" for hour in hours)
        cautions.append(caution("hour_left_out", f"{named} h shares no replicate with the reference"))
    if rows:
        cautions.append(caution("replicate_left_out", f"{rows} with fewer than two usable hours"))
    if without_reference:
        words = f"{without_reference} of {n} lack the reference and inform the later hours only"
        cautions.append(caution("replicate_without_reference", words))
    return tuple(cautions)


def _seen(course: Course, observed: NDArray[np.bool_]) -> str:
    named = ", ".join(f"{hour:g} h" for hour in course.hours[observed.any(axis=0)])
    return f"data at {named}" if named else "no data"


def _sorted_rows(course: Course) -> Course:
    """Put like rows together, so that equal patterns of gaps share one simulated null."""
    order = np.lexsort(np.isfinite(course.values).T[::-1])
    return replace(
        course,
        values=course.values[order],
        standard_errors=course.standard_errors[order],
        censored=course.censored[order],
    )


def _refusal(thing: str, expected: str, got: str, remedy: str) -> InvalidTimeCourse:
    return InvalidTimeCourse(thing, expected=expected, got=got, remedy=remedy)
