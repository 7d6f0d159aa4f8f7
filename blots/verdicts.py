"""The verdict on every time course of a study: one row a line, treatment, target and loading control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd

from blots.cautions import caution
from blots.errors import InvalidTimeCourse
from blots.levels import (
    CONDITIONS,
    VEHICLE,
    ZERO_HOURS,
    Level,
    conditions_first,
    distinct,
    grouped,
    mean_level,
    read_levels,
    reference_hours,
    with_zero_hours,
)
from blots.multiplicity import holm
from blots.rebound import Rebound, find_rebound, not_resolved

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
    "caution",
)


def rebound_table(
    normalised: pd.DataFrame,
    lanes: pd.DataFrame,
    reference: str = ZERO_HOURS,
    conditions: Sequence[str] = CONDITIONS,
    primary: str = "cIAP2",
) -> pd.DataFrame:
    """Return rebound.csv: the verdict on each course, a treatment of a line from 0 h on.

    Parameters
    ----------
    normalised, lanes, conditions
        As `fold_changes` takes them.
    reference : str
        How `fold_changes` was called. A verdict compares with that hour, and with 0 h where the reference is no
        hour; where it is the vehicle of the same hour, a caution says so.
    primary : str
        The target whose rebound is the primary hypothesis: its p-value stands unadjusted, the other targets of the
        same condition and loading control are adjusted by Holm's method.

    Returns
    -------
    DataFrame
        The condition columns without `hours`, then those of rebound.csv; see `blots.find_rebound` for their meaning.

    Raises
    ------
    InvalidTimeCourse
        As `fold_changes`.
    """
    start = reference_hours(reference) or 0.0
    levels = with_zero_hours(read_levels(normalised, lanes, conditions))
    courses = grouped((level for level in levels if level.role != "reference"), lambda v: (v.treatment, v.measure))
    judged = [course for course in courses.values() if any(level.hours > start for level in course)]
    rows = [_verdict(course, reference, start) for course in judged]
    return conditions_first(_adjusted(rows, primary), lanes, conditions, REBOUND_COLUMNS)


def _verdict(course: list[Level], reference: str, start: float) -> dict[str, Any]:
    """Return one row of rebound.csv, its p-value not yet adjusted."""
    replicates = grouped((level for level in course if level.hours >= start), lambda level: level.replicate)
    found = _judged([_aligned(levels, start) for levels in replicates.values()], start)
    cautions = [found.caution]
    if reference == VEHICLE:
        words = "fold changes are against the vehicle, the verdict against 0 h"
        cautions.append(caution("judged_against_zero_hours", words))
    if any(len({level.membrane for level in levels}) > 1 for levels in replicates.values()):
        cautions.append(caution("several_membranes", "the membranes of a replicate are aligned at the reference"))
    first = course[0]
    named = {"target": first.target, "loading_control": first.loading_control}
    family = (first.treatment, first.loading_control)
    cautions += [level.caution for level in course]
    return dict(first.condition) | named | asdict(found) | {"caution": distinct(cautions), "family": family}


def _aligned(levels: list[Level], start: float) -> dict[float, Level]:
    """Return one replicate's levels by hour; its membranes are brought to one level at the start and averaged."""
    courses = [_by_hour(part) for part in grouped(levels, lambda level: level.membrane).values()]
    starts = [course[start] for course in courses if start in course]
    usable = [level.log_ratio for level in starts if np.isfinite(level.log_ratio) and not level.censored]
    if len(courses) == 1 or not usable:
        return max(courses, key=len)
    aligned = [
        replace(level, log_ratio=level.log_ratio - course[start].log_ratio + float(np.mean(usable)))
        for course in courses
        if start in course and not course[start].censored
        for level in course.values()
    ]
    return _by_hour(aligned)


def _by_hour(levels: Sequence[Level]) -> dict[float, Level]:
    return {hours: mean_level(part) for hours, part in grouped(levels, lambda level: level.hours).items()}


def _judged(replicates: list[dict[float, Level]], start: float) -> Rebound:
    """Return the verdict on replicates, each a course by hour."""
    hours = sorted({hour for replicate in replicates for hour in replicate})
    cells = [[replicate.get(hour) for hour in hours] for replicate in replicates]
    values = np.array([[np.nan if cell is None else cell.log_ratio for cell in row] for row in cells])
    if start not in hours or not np.isfinite(values[:, hours.index(start)]).any():
        return not_resolved(caution("no_reference", f"no usable lane at {start:g} h"))
    errors = np.array([[np.nan if cell is None else cell.standard_error for cell in row] for row in cells])
    censored = np.array([[cell is not None and cell.censored for cell in row] for row in cells])
    try:
        return find_rebound(values, hours, errors, censored)
    except InvalidTimeCourse as error:
        return not_resolved(caution("no_time_course", f"{error.expected} expected, {error.got} found"))


def _adjusted(rows: list[dict[str, Any]], primary: str) -> list[dict[str, Any]]:
    """Return the rows with `p_adjusted`: the primary target's own, Holm's over the other targets of its family."""
    families = grouped(range(len(rows)), lambda i: rows[i]["family"])
    for family in families.values():
        others = [i for i in family if _plain(rows[i]["target"]) != _plain(primary)]
        adjusted = dict(zip(others, holm([rows[i]["p_value"] for i in others]), strict=True))
        for i in family:
            rows[i]["p_adjusted"] = adjusted.get(i, rows[i]["p_value"])
    return rows


def _plain(target: str) -> str:
    """Return the name of a target as cIAP2 and c-IAP2 share it."""
    return target.casefold().replace("-", "").replace(" ", "")
