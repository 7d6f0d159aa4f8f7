"""Rates over the hours: how fast cells pass from live to early to late apoptotic, or to necrotic, with their limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cytotools.compartments import FASTEST, SLOWEST, TRANSITIONS, Course
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.courses import Treatment, treatments
from cytotools.experiments import caution, condition_columns, join, read_groups
from cytotools.fractions import Z_95
from cytotools.rate_fits import RateFit, fit_rates, joint_limits, profile

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
KINETICS_COLUMNS = ("transition", "rate_per_hour", "low", "high", "n", "caution")
SCATTER_ALLOWED = 2.25  # tubes may scatter half as much again as the fit's weights take
GROWTH_TOLD = 0.4  # largest error of the log rate of turning apoptotic where division is fitted beside it
NAN = float("nan")


def rate_table(
    quadrants: pd.DataFrame,
    control: str | None = None,
    vehicles: Mapping[str, str] | None = None,
    by: Sequence[str] = CONDITION_COLUMNS,
) -> pd.DataFrame:
    """Return kinetics.csv: the rates of each condition that was harvested at several hours.

    Parameters
    ----------
    quadrants : DataFrame
        Rows of quadrants.csv; with `events_per_ul` in every tube of a course its cells a volume are fitted too.
    control, vehicles, by
        As `cytotools.comparison.compare_to_control` takes them.

    Returns
    -------
    DataFrame
        The condition columns without `hours`, then `transition` (live_to_early, early_to_late, live_to_necrotic, and
        late_lost where cells a volume are known), `rate_per_hour, low, high, n, caution`. Rates are constant over the
        course; each experiment is fitted for itself. With two experiments or more the interval is t on the log rate
        over experiments, with one it is that of its tubes. A rate that the tubes don't fix has no estimate but a
        limit: `low` = 0 where none is excluded, `high` = inf where all may pass at once; limits are then those of the
        joint likelihood of the experiments. Without cells a volume the rates are apparent: fitted as if no cell
        divided or dissolved.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
    >>> course = {0.0: (0.94, 0.03, 0.02, 0.01), 6.0: (0.83, 0.11, 0.04, 0.02), 24.0: (0.57, 0.19, 0.2, 0.04)}
    >>> rows = [{"file": f"{hours}-{r}", "role": "treated" if hours else "untreated", "replicate": r, "hours": hours,
    ...          "compound": "cisplatin" if hours else "", "population": p, "fraction": f, "parent_events": 20_000,
    ...          "low": f - 0.004, "high": f + 0.004}
    ...         for r in (1, 2) for hours, fractions in course.items() for p, f in zip(parts, fractions)]
    >>> table = rate_table(pd.DataFrame(rows))
    >>> table[["transition", "rate_per_hour", "n"]].round(3).values.tolist()
    [['live_to_early', 0.019, 2], ['early_to_late', 0.052, 2], ['live_to_necrotic', 0.002, 2]]
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for treatment in treatments(read_groups(quadrants, by), control, vehicles or {}):
        rows += rates_of(treatment)
    columns = [column for column in condition_columns(quadrants, by) if column != "hours"]
    return pd.DataFrame(rows, columns=[*columns, *KINETICS_COLUMNS])


def rates_of(treatment: Treatment) -> list[dict[str, Any]]:
    """Return the rows of kinetics.csv of one condition, a row a transition."""
    courses = [course for course in treatment.courses if len(course.hours) > 1]
    counted = bool(courses) and all(course.counted for course in courses)
    said = (
        [*treatment.cautions]
        if counted
        else [*treatment.cautions, caution("apparent_rates", "no events_per_ul, so division makes them low")]
    )
    if not courses:
        return []  # an end point, not a course
    courses = courses if counted else [_fractions_alone(course) for course in courses]
    growths, on_growth = _growths(treatment, courses) if counted else ([None] * len(courses), [])
    fits = [fit_rates(course, growth) for course, growth in zip(courses, growths, strict=True)]
    said += [*on_growth, *_on_fits(courses, fits)]
    rows = []
    for place in range(4 if counted else 3):
        found, on_rate = _rate(place, courses, fits, growths)
        rows.append(_row(treatment, TRANSITIONS[place], found, len(fits), [*said, *on_rate]))
    return rows


def _row(
    treatment: Treatment, transition: str, found: tuple[float, float, float], n: int, cautions: Sequence[str]
) -> dict[str, Any]:
    rate, low, high = found
    own = {"transition": transition, "rate_per_hour": rate, "low": low, "high": high, "n": n}
    return dict(treatment.condition) | own | {"caution": join(cautions)}


def _fractions_alone(course: Course) -> Course:
    return Course(course.hours, course.fractions, course.errors, course.events, np.full(len(course.hours), np.nan))


def _growths(treatment: Treatment, courses: Sequence[Course]) -> tuple[list[float | None], list[str]]:
    """Return None where the tubes tell how fast live cells divide, else the rate at which those of the control do.

    A treatment may hold up division, so the treated tubes have the first word.
    """
    controls = [course for course in treatment.vehicle if course is not None and course.counted]
    told = [fit.errors[0] < GROWTH_TOLD and fit.identified[0] for fit in map(fit_rates, courses)]
    if all(told) or not controls:
        return [None] * len(courses), []
    growth = float(np.mean([fit_rates(course).growth for course in controls]))
    return [growth] * len(courses), [caution("growth_from_control", f"division at {growth:.3g} an hour")]


def _limit(degrees: int) -> float:
    """Return what a sum of squares exceeds in one of a hundred good fits."""
    from scipy.special import chdtri

    return SCATTER_ALLOWED * float(chdtri(degrees, 0.01))


def _on_fits(courses: Sequence[Course], fits: Sequence[RateFit]) -> list[str]:
    hours, degrees = min(len(course.hours) for course in courses), sum(fit.degrees for fit in fits)
    said = []
    if hours < 3:
        said.append(caution("few_hours", f"{hours} hours in an experiment"))
    elif degrees > 0 and sum(fit.cost for fit in fits) > _limit(degrees):
        said.append(caution("rates_change", "constant rates miss the tubes by more than they scatter"))
    if any(fit.two_courses for fit in fits):
        two = sum(fit.two_courses for fit in fits)
        said.append(caution("two_courses", f"in {two} of {len(fits)} experiments"))
    if len(fits) == 1:
        said.append(caution("one_experiment", "the interval is that of its tubes"))
    return said


def _rate(
    place: int, courses: Sequence[Course], fits: Sequence[RateFit], growths: Sequence[float | None]
) -> tuple[tuple[float, float, float], list[str]]:
    """Return a rate with its limits, and what must be said of it."""
    enough = min(len(course.hours) for course in courses) > 2
    if enough and all(fit.identified[place] for fit in fits):
        return _over_experiments(np.array([fit.log_rates[place] for fit in fits]), _error(fits[0], place)), []
    grid = np.linspace(np.log(SLOWEST), np.log(FASTEST), 29)
    costs = [profile(c, f, place, grid, g) for c, f, g in zip(courses, fits, growths, strict=True)]
    rate, low, high = joint_limits([cost / _scatter(fits) for cost in costs], grid)
    if low == 0.0 and high == np.inf:
        return (NAN, low, high), [caution("rate_not_fixed", "any rate agrees with the tubes")]
    if high == np.inf:
        return (NAN, low, high), [caution("rate_open", f"at least {low:.2g} an hour")]
    if low == 0.0:
        return (NAN, low, high), [caution("rate_near_zero", f"at most {high:.2g} an hour")]
    if not enough:
        return (NAN, low, high), []
    return (rate, low, high), [caution("rate_blurred", "limits are those of the joint likelihood of the experiments")]


def _scatter(fits: Sequence[RateFit]) -> float:
    """Return by how much the tubes scatter more than the weights take, as a ratio of variances; never below 1."""
    return max(1.0, sum(fit.cost for fit in fits) / max(sum(fit.degrees for fit in fits), 1))


def _error(fit: RateFit, place: int) -> float:
    """Return the error of a log rate by one experiment's tubes: their intervals, or the scatter between tubes."""
    return float(max(fit.own_errors[place], fit.errors[place] * np.sqrt(_scatter([fit]))))


def _over_experiments(logs: FloatArray, own_error: float) -> tuple[float, float, float]:
    from scipy.special import stdtrit

    n = len(logs)
    error = float(own_error) if n == 1 else float(np.std(logs, ddof=1)) / float(np.sqrt(n))
    reach = error * (Z_95 if n == 1 else float(stdtrit(n - 1, 0.975)))
    rate, low, high = np.exp(logs.mean() + np.array([0.0, -reach, reach])).tolist()
    return rate, low, high
