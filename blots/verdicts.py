"""The verdict on every time course of a study: one row a line, treatment, target and loading control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from blots.cautions import caution
from blots.errors import InvalidTimeCourse
from blots.levels import CONDITIONS, ZERO_HOURS, conditions_first, distinct, grouped
from blots.measured_courses import MeasuredCourse, measured_courses
from blots.multiplicity import holm
from blots.rebound import Rebound, find_rebound, not_resolved
from blots.target_names import plain

REBOUND_COLUMNS = (
    "target",
    "loading_control",
    "verdict",
    "nadir_hours",
    "nadir_fold",
    "nadir_low",
    "nadir_high",
    "rebound_fold",
    "low",
    "high",
    "p_value",
    "p_adjusted",
    "n",
    "possible_nadir_hours",
    "caution",
)


def rebound_table(
    normalised: pd.DataFrame,
    lanes: pd.DataFrame,
    reference: str = ZERO_HOURS,
    conditions: Sequence[str] = CONDITIONS,
    primary: str = "cIAP2",
    vehicles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return rebound.csv: the verdict on each course, a treatment of a line from 0 h on.

    Parameters
    ----------
    normalised, lanes, conditions, vehicles
        As `fold_changes` takes them.
    reference : str
        How `fold_changes` was called. A verdict compares with that hour, and with 0 h where the reference is no
        hour; where it is the vehicle of the same hour, a caution says so, and vehicle lanes stand for a missing 0 h.
    primary : str
        The target whose rebound is the primary hypothesis: its p-value stands unadjusted, the other targets of the
        same condition and loading control are adjusted by Holm's method.

    Returns
    -------
    DataFrame
        The condition columns without `hours`, then those of rebound.csv; see `blots.find_rebound` for their meaning.
        `possible_nadir_hours` is text, such as "3 6 12".

    Raises
    ------
    InvalidTimeCourse
        As `fold_changes`.
    """
    courses = measured_courses(normalised, lanes, reference, conditions, vehicles)
    rows = [_verdict(course) for course in courses]
    return conditions_first(_adjusted(rows, primary), lanes, conditions, REBOUND_COLUMNS)


def _verdict(course: MeasuredCourse) -> dict[str, Any]:
    """Return one row of rebound.csv, its p-value not yet adjusted."""
    found, first = judged(course), course.first
    named = {"target": first.target, "loading_control": first.loading_control}
    family = (first.treatment, first.loading_control)
    told = {
        "possible_nadir_hours": " ".join(f"{hour:g}" for hour in found.possible_nadir_hours),
        "caution": distinct([found.caution, course.caution]),
    }
    return dict(first.condition) | named | asdict(found) | told | {"family": family}


def judged(course: MeasuredCourse) -> Rebound:
    """Return the verdict on a course; one that can't be judged is not resolved, with the reason.

    Examples
    --------
    >>> lanes = pd.DataFrame({"membrane": ["a", "a"], "lane": [1, 2], "hours": [1, 6]})
    >>> ratios = lanes[["membrane", "lane"]].assign(target="XIAP", loading_control="actin", censored=False, caution="")
    >>> ratios = ratios.assign(log_ratio=[1.0, 0.0], low=[0.9, -0.1], high=[1.1, 0.1])
    >>> judged(measured_courses(ratios, lanes)[0]).caution
    'no_reference: no usable lane at 0 h'
    """
    if not course.has_start:
        return not_resolved(caution("no_reference", f"no usable lane at {course.start:g} h"))
    try:
        return find_rebound(course.values, course.hours, course.standard_errors, course.censored)
    except InvalidTimeCourse as error:
        return not_resolved(caution("no_time_course", f"{error.expected} expected, {error.got} found"))


def _adjusted(rows: list[dict[str, Any]], primary: str) -> list[dict[str, Any]]:
    """Return the rows with `p_adjusted`: the primary target's own, Holm's over the other targets of its family."""
    families = grouped(range(len(rows)), lambda i: rows[i]["family"])
    for family in families.values():
        others = [i for i in family if plain(rows[i]["target"]) != plain(primary)]
        adjusted = dict(zip(others, holm([rows[i]["p_value"] for i in others]), strict=True))
        for i in family:
            rows[i]["p_adjusted"] = adjusted.get(i, rows[i]["p_value"])
    return rows
