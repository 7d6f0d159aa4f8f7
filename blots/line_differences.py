"""Does a protein come back more in one line than in another: the difference of two time courses, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from blots.cautions import caution, join
from blots.contrasts import Contrasts, largest_contrast
from blots.courses import Course, read_course
from blots.designs import design_of, side_by_side
from blots.errors import InvalidTimeCourse
from blots.families import Family
from blots.levels import CONDITIONS, LINE, ZERO_HOURS, conditions_first, distinct, grouped
from blots.line_pairs import line_name
from blots.measured_courses import MeasuredCourse, measured_courses
from blots.multiplicity import holm
from blots.scatter import ROUNDING, later_scatter_of, side_by_side_scatter
from blots.target_names import plain

LEVEL = 0.05
COLUMNS = ("quantity", "contrast", "scale", "estimate", "low", "high", "p_value", "p_adjusted", "n", "caution")


@dataclass(frozen=True)
class RiseDifference:
    """How many times larger the rise between two hours is in one line than in another.

    Attributes
    ----------
    earlier_hours, later_hours : float
        The pair of hours, both after the start, where the lines differ most clearly; NaN where nothing can be said.
    ratio, low, high : float
        Rise in the one line over rise in the other, with an interval at 95 % that holds for all pairs of hours at once.
    p_value : float
        Two-sided, the choice among all pairs paid for; NaN without replicates.
    n : int
        Replicates of the line that has fewer.
    caution : str
    """

    earlier_hours: float
    later_hours: float
    ratio: float
    low: float
    high: float
    p_value: float
    n: int
    caution: str


def compare_rises(one: Course, other: Course) -> RiseDifference:
    """Compare how two lines rise from one hour to a later one.

    Parameters
    ----------
    one, other : Course
        As `blots.courses.read_course` leaves them: replicates of each line, the reference hour first.

    Returns
    -------
    RiseDifference
        Of the pair of common hours after the reference whose difference is largest over its error.

    Notes
    -----
    Each line has blot and hour effects of its own; levels before treatment and the gain of membranes drop out. The
    largest of all differences of rises, either way round, is compared with its exact distribution (see
    `blots.contrasts`). Hours with a band below detection in either line are left out, with a caution: a limit bounds
    no difference.

    Examples
    --------
    >>> hours = [0, 1, 6, 24]
    >>> one = read_course([[0.0, -2.0, -2.1, 0.5], [0.1, -1.9, -2.0, 0.6], [0.0, -2.0, -2.2, 0.4]], hours, None, None)
    >>> blots = [[0.0, -2.0, -2.2, -2.0], [0.1, -2.0, -2.1, -2.1], [0.0, -1.8, -2.0, -2.0]]
    >>> other = read_course(blots, hours, None, None)
    >>> found = compare_rises(one, other)
    >>> found.earlier_hours, found.later_hours, round(found.ratio), found.low > 1
    (6.0, 24.0, 13, True)
    """
    one, other, cautions = _usable(one, other)
    n = min(len(one.values), len(other.values))
    if len(np.intersect1d(one.hours[1:], other.hours[1:])) < 2:
        words = caution("too_few_common_hours", "the lines share fewer than two usable hours after the start")
        return _nothing(n, join(*cautions, words))
    family, pairs = _family(tuple(one.hours.tolist()), tuple(other.hours.tolist()))
    contrasts = _contrasts(one, other, family)
    if contrasts.null is None:
        cautions.append(caution("one_replicate", "a difference without a test or limits"))
    forwards = np.array([earlier < later for earlier, later in pairs])
    clearness = np.abs(contrasts.statistics if contrasts.null else contrasts.estimates)
    best = max(np.flatnonzero(forwards).tolist(), key=lambda pair: (clearness[pair], abs(contrasts.estimates[pair])))
    estimate, reach = float(contrasts.estimates[best]), contrasts.reach * float(contrasts.standard_errors[best])
    p_value = np.nan if contrasts.null is None else contrasts.null.p_value(float(clearness[best]))
    ratio, low, high = (float(np.exp(value)) for value in (estimate, estimate - reach, estimate + reach))
    return RiseDifference(*pairs[best], ratio, low, high, p_value, n, join(*cautions))


def compare_lines(
    normalised: pd.DataFrame,
    lanes: pd.DataFrame,
    reference: str = ZERO_HOURS,
    conditions: Sequence[str] = CONDITIONS,
    primary: str = "cIAP2",
    vehicles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return rows of comparisons.csv: for each pair of lines under one treatment, how their rises differ.

    Parameters
    ----------
    normalised, lanes, reference, conditions, primary, vehicles
        As `rebound_table` takes them.

    Returns
    -------
    DataFrame
        The condition columns (line and arm of the first of the two), then `quantity` ("cIAP2 rise from 6 h to 24 h,
        over actin"), `contrast` ("ECA109 against ECA109-Smac"), `scale` "ratio", `estimate, low, high, p_value,
        p_adjusted, n, caution`. The primary target's p-value stands unadjusted; those of the others are adjusted by
        Holm's method within a pair of lines, treatment and loading control.
    """
    courses = measured_courses(normalised, lanes, reference, conditions, vehicles)
    rows = []
    for same in grouped(courses, _beside).values():
        rows += [_row(one, other) for one, other in combinations(same, 2) if one.first.line != other.first.line]
    for family in grouped(rows, lambda row: row["family"]).values():
        others = [row for row in family if plain(row["target"]) != plain(primary)]
        for row, adjusted in zip(others, holm([row["p_value"] for row in others]), strict=True):
            row["p_adjusted"] = adjusted
    return conditions_first(rows, lanes, conditions, COLUMNS)


def _beside(course: MeasuredCourse) -> Any:
    """Return what courses of different lines must share to be compared."""
    treatment = tuple(item for item in course.first.treatment if item[0] not in LINE)
    return treatment, course.first.measure


def _row(one: MeasuredCourse, other: MeasuredCourse) -> dict[str, Any]:
    first = one.first
    names = [line_name(course.first.line) for course in (one, other)]
    try:
        courses = [read_course(c.values, c.hours, c.standard_errors, c.censored) for c in (one, other)]
        found = compare_rises(*courses)
    except InvalidTimeCourse as error:
        words = caution("no_time_course", f"{error.expected} expected, {error.got} found")
        found = _nothing(0, words)
    between = f" from {found.earlier_hours:g} h to {found.later_hours:g} h" if found.ratio == found.ratio else ""
    return dict(first.condition) | {
        "target": first.target,
        "family": (_beside(one)[0], first.loading_control, *names),
        "quantity": f"{first.target} rise{between}, over {first.loading_control}",
        "contrast": f"{names[0]} against {names[1]}",
        "scale": "ratio",
        "estimate": found.ratio,
        "low": found.low,
        "high": found.high,
        "p_value": found.p_value,
        "p_adjusted": found.p_value,
        "n": found.n,
        "caution": distinct([found.caution]),
    }


def _nothing(n: int, caution: str) -> RiseDifference:
    nan = float("nan")
    return RiseDifference(nan, nan, nan, nan, nan, nan, n, caution)


def _usable(one: Course, other: Course) -> tuple[Course, Course, list[str]]:
    """Return both courses without the hours that hold a band below detection, and what must be said."""
    cautions, kept = [], []
    for course in (one, other):
        limited = np.array(course.censored.any(axis=0), dtype=np.bool_)
        limited[0] = False
        hours = ", ".join(f"{hour:g}" for hour in course.hours[limited])
        if hours:
            cautions.append(caution("below_detection", f"{hours} h are left out: a band is under its detection limit"))
        rows = np.array(np.isfinite(course.values[:, ~limited]).sum(axis=1) >= 2, dtype=np.bool_)
        kept.append(course.keeping(rows, ~limited))
    return kept[0], kept[1], cautions


@lru_cache(maxsize=64)
def _family(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[Family, list[tuple[float, float]]]:
    """Return the differences of rises as contrasts of the hours of both lines, and the hours of each.

    Every pair of common hours stands there both ways round, so that the largest of all is two-sided.
    """
    common = sorted(set(one[1:]) & set(other[1:]))
    pairs = [(earlier, later) for earlier in common for later in common if earlier != later]
    matrix = np.zeros((len(pairs), len(one) + len(other)))
    for row, (earlier, later) in enumerate(pairs):
        matrix[row, one.index(later)] = matrix[row, len(one) + other.index(earlier)] = 1.0
        matrix[row, one.index(earlier)] = matrix[row, len(one) + other.index(later)] = -1.0
    return Family(matrix, matrix < 0, np.argmax(matrix, axis=1)), pairs


def _contrasts(one: Course, other: Course, family: Family) -> Contrasts:
    observed = np.isfinite(one.values), np.isfinite(other.values)
    designs = design_of(observed[0]), design_of(observed[1])
    design = side_by_side(*designs)
    entries = np.concatenate([one.values[observed[0]], other.values[observed[1]]])
    measured = np.concatenate([one.standard_errors[observed[0]], other.standard_errors[observed[1]]]) ** 2
    weights = family.matrix @ design.weights
    estimates = weights @ entries
    estimates = np.where(np.abs(estimates) < ROUNDING, 0.0, estimates)  # copied replicates have no error to hide it in
    if not all(design.degrees_of_freedom for design in designs):
        return Contrasts(family, estimates, np.full(len(family), np.nan), None, np.nan)
    scatter = side_by_side_scatter(later_scatter_of(designs[0]), later_scatter_of(designs[1]))
    errors = np.sqrt(weights**2 @ scatter.variances(entries, measured))
    null = largest_contrast(design, scatter, family)
    return Contrasts(family, estimates, errors, null, null.critical_value(LEVEL))
