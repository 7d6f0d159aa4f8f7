"""The time courses of a study as arrays: each a treatment of a line, with a row an independent replicate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.calibration import one_step
from blots.cautions import caution
from blots.designs import FloatArray
from blots.levels import (
    CONDITIONS,
    VEHICLE,
    ZERO_HOURS,
    Level,
    distinct,
    grouped,
    mean_level,
    read_levels,
    reference_hours,
    vehicles_of,
    with_zero_hours,
)


@dataclass(frozen=True, eq=False)
class MeasuredCourse:
    """The levels of one target in one treatment of one line, by replicate and hour.

    `first` names it (its condition, target and loading control); `values`, `standard_errors` and `censored` are
    (n_replicates, n_hours), on the natural-log scale, NaN where missing. `start` is the hour that the others are
    judged against; it may be missing among `hours`.
    """

    first: Level
    hours: FloatArray
    values: FloatArray
    standard_errors: FloatArray
    censored: NDArray[np.bool_]
    start: float
    caution: str

    @property
    def has_start(self) -> bool:
        """Tell whether any replicate shows the level at the start."""
        return bool(np.isfinite(self.values[:, self.hours == self.start]).any())


def measured_courses(
    normalised: pd.DataFrame,
    lanes: pd.DataFrame,
    reference: str = ZERO_HOURS,
    conditions: Sequence[str] = CONDITIONS,
    vehicles: Mapping[str, str] | None = None,
) -> list[MeasuredCourse]:
    """Return every treatment of a line that has an hour after the start, target by target.

    Parameters
    ----------
    normalised, lanes, reference, conditions, vehicles
        As `fold_changes` takes them.

    Returns
    -------
    list of MeasuredCourse
        They start at the hour that `reference` names, else at 0 h. Where the reference is the vehicle and there is no
        0 h lane, the mean of a replicate's vehicle lanes stands at 0 h, with a caution.

    Examples
    --------
    >>> lanes = pd.DataFrame({"membrane": ["a", "a"], "lane": [1, 2], "hours": [0, 6]})
    >>> ratios = lanes[["membrane", "lane"]].assign(target="XIAP", loading_control="actin", censored=False, caution="")
    >>> ratios = ratios.assign(log_ratio=[1.0, 0.0], low=[0.9, -0.1], high=[1.1, 0.1])
    >>> measured_courses(ratios, lanes)[0].values.tolist()
    [[1.0, 0.0]]
    """
    start = reference_hours(reference) or 0.0
    levels = with_zero_hours(one_step(read_levels(normalised, lanes, conditions)))
    if reference == VEHICLE:
        levels = _from_vehicles(levels, vehicles or {})
    samples = [level for level in levels if level.role != "reference"]
    courses = grouped(samples, lambda level: (level.treatment, level.measure)).values()
    return [
        _course(course, start, reference)
        for course in courses
        if any(level.hours > start for level in course) and not _is_reference(course, reference)
    ]


def _is_reference(course: Sequence[Level], reference: str) -> bool:
    """Tell whether a course is that of the vehicle alone, which others are judged against."""
    return reference == VEHICLE and all(level.role == "vehicle" and level.hours != 0 for level in course)


def _from_vehicles(levels: list[Level], vehicles: Mapping[str, str]) -> list[Level]:
    """Return the levels with vehicles standing at 0 h, for treatments that have no lane there."""
    entered = list(levels)
    courses = grouped(levels, lambda level: (level.membrane, level.replicate, level.treatment, level.measure))
    for same in courses.values():
        first = same[0]
        if first.role in ("vehicle", "untreated", "reference") or any(level.hours == 0 for level in same):
            continue
        serving = vehicles_of(first, levels, vehicles)
        if serving:
            condition = tuple((column, 0.0 if column == "hours" else value) for column, value in first.condition)
            words = caution("judged_against_vehicle", "no lane of 0 h: the vehicle's lanes stand for it")
            mean = mean_level(serving)
            entered.append(
                replace(
                    first,
                    log_ratio=mean.log_ratio,
                    standard_error=mean.standard_error,
                    censored=mean.censored,
                    condition=condition,
                    caution=words,
                )
            )
    return entered


def _course(levels: list[Level], start: float, reference: str) -> MeasuredCourse:
    replicates = grouped((level for level in levels if level.hours >= start), lambda level: level.replicate)
    rows = [_by_hour(replicate, start) for replicate in replicates.values()]
    hours = sorted({hour for row in rows for hour in row})
    cells = [[row.get(hour) for hour in hours] for row in rows]
    cautions = [level.caution for level in levels]
    starts = any(level.hours == start and np.isfinite(level.log_ratio) for level in levels)
    if starts and reference_hours(reference) is None and not any("judged_against_vehicle" in text for text in cautions):
        words = f"fold changes are against the {reference}, the verdict against 0 h"
        cautions.insert(0, caution("judged_against_zero_hours", words))
    return MeasuredCourse(
        levels[0],
        np.array(hours),
        np.array([[np.nan if cell is None else cell.log_ratio for cell in row] for row in cells]),
        np.array([[np.nan if cell is None else cell.standard_error for cell in row] for row in cells]),
        np.array([[cell is not None and cell.censored for cell in row] for row in cells]),
        start,
        distinct(cautions),
    )


def _by_hour(levels: Sequence[Level], start: float) -> dict[float, Level]:
    """Return one replicate's levels by hour; of membranes that nothing ties, the one with the start and most hours."""
    parts = grouped(levels, lambda level: level.membrane).values()
    courses = [{hours: mean_level(same) for hours, same in grouped(p, lambda v: v.hours).items()} for p in parts]
    return max(courses, key=lambda course: (start in course, len(course)))
