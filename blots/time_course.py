"""Fold changes over time against the reference, over independent replicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from blots.calibration import one_step
from blots.cautions import caution, join
from blots.levels import (
    CONDITIONS,
    ZERO_HOURS,
    Level,
    conditions_first,
    distinct,
    grouped,
    mean_level,
    read_levels,
    references_of,
    with_zero_hours,
)
from blots.replicate_means import mean_interval

TIME_COURSE_COLUMNS = ("target", "loading_control", "hours", "n", "fold_change", "low", "high", "caution")
POINT_COLUMNS = ("target", "loading_control", "hours", "replicate", "fold_change", "censored", "caution")


@dataclass(frozen=True)
class Fold:
    """One replicate's level over its reference, on the natural-log scale.

    `censored`: the level is an upper limit, so the fold is one; `open_above`: the reference is an upper limit, so
    the fold is a lower one; `is_reference`: the level is the reference itself.
    """

    level: Level
    log_fold: float
    error: float
    censored: bool
    open_above: bool
    is_reference: bool
    caution: str


def fold_changes(
    normalised: pd.DataFrame,
    lanes: pd.DataFrame,
    reference: str = ZERO_HOURS,
    conditions: Sequence[str] = CONDITIONS,
    vehicles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return time_course.csv: each condition's level over its reference, over independent replicates.

    Parameters
    ----------
    normalised : DataFrame
        Rows of normalised.csv.
    lanes : DataFrame
        Rows of lanes.csv; see `blots.levels.read_levels`.
    reference : str
        What a level is divided by: an hour such as "0 h", "vehicle at the same hour" or "reference lane", on its own
        membrane or on one that shares samples with it (`blots.calibration.one_step`).
    conditions : sequence of str
        The columns of the sheet that make a condition; `replicate`, `technical`, `batch` and `well` never do.
    vehicles : mapping, optional
        The vehicle of each compound, for "vehicle at the same hour".

    Returns
    -------
    DataFrame
        The condition columns that the sheet has, then `target, loading_control, hours, n, fold_change, low, high,
        caution`. `fold_change` is the geometric mean of the replicates' folds, `low` and `high` its t interval at
        95 % on the log scale; with n = 1 the interval holds the measurement errors alone and a caution says so. The
        reference itself has fold 1, from 1 to 1. Where a level is below detection `fold_change` is an upper bound and
        `low` 0, where the reference is it is a lower bound and `high` infinite; both together give no fold.

    Raises
    ------
    InvalidTimeCourse
        An unknown kind of reference, a lane given twice, hours that are no number.

    Examples
    --------
    >>> lanes = pd.DataFrame({"membrane": ["a", "a", "b", "b"], "lane": [1, 2, 1, 2], "hours": [0, 6, 0, 6]})
    >>> ratios = lanes[["membrane", "lane"]].assign(target="cIAP1", loading_control="actin", censored=False, caution="")
    >>> ratios = ratios.assign(log_ratio=np.log([2.0, 1.0, 8.0, 1.0]))
    >>> ratios = ratios.assign(low=ratios["log_ratio"] - 0.1, high=ratios["log_ratio"] + 0.1)
    >>> fold_changes(ratios, lanes)[["hours", "n", "fold_change"]].round(3).to_dict("list")
    {'hours': [0.0, 6.0], 'n': [2, 2], 'fold_change': [1.0, 0.25]}
    """
    folds = _folds(normalised, lanes, reference, conditions, vehicles)
    courses = grouped(folds, lambda fold: (fold.level.treatment, fold.level.measure)).values()
    rows = [_summary(part) for course in courses for part in _by_hours(course)]
    return conditions_first(rows, lanes, conditions, TIME_COURSE_COLUMNS)


def replicate_folds(
    normalised: pd.DataFrame,
    lanes: pd.DataFrame,
    reference: str = ZERO_HOURS,
    conditions: Sequence[str] = CONDITIONS,
    vehicles: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the points behind `fold_changes`: one row a condition, target, loading control, hour and replicate.

    Parameters
    ----------
    normalised, lanes, reference, conditions, vehicles
        As `fold_changes` takes them.

    Returns
    -------
    DataFrame
        The condition columns, then `target, loading_control, hours, replicate, fold_change, censored, caution`.
    """
    folds = _folds(normalised, lanes, reference, conditions, vehicles)
    parts = grouped(folds, lambda fold: (fold.level.condition, fold.level.measure, fold.level.replicate)).values()
    rows = [
        _named(part)
        | {
            "replicate": part[0].level.replicate,
            "fold_change": float(np.exp(_mean(part))),
            "censored": any(fold.censored for fold in part),
            "caution": distinct(fold.caution for fold in part),
        }
        for part in parts
    ]
    return conditions_first(rows, lanes, conditions, POINT_COLUMNS)


def _folds(
    normalised: pd.DataFrame,
    lanes: pd.DataFrame,
    reference: str,
    conditions: Sequence[str],
    vehicles: Mapping[str, str] | None,
) -> list[Fold]:
    levels = with_zero_hours(one_step(read_levels(normalised, lanes, conditions)))
    near = grouped(levels, lambda level: (level.membrane, level.measure))
    samples = [level for level in levels if level.role != "reference"]
    return [
        _fold(level, references_of(level, near[level.membrane, level.measure], reference, vehicles), reference)
        for level in samples
    ]


def _fold(level: Level, serving: Sequence[Level], reference: str) -> Fold:
    if not serving:
        words = caution("no_reference", f"no {reference} on {level.membrane}")
        return Fold(level, np.nan, np.nan, level.censored, False, False, join(level.caution, words))
    base = mean_level(serving)
    words = f"the fold over the reference on {level.membrane} is a lower bound"
    limit = caution("reference_below_detection", words)
    limit = limit if base.censored else ""
    if level in serving:
        log_fold = np.nan if base.censored or not np.isfinite(level.log_ratio) else 0.0
        return Fold(level, log_fold, 0.0, False, base.censored, True, join(level.caution, limit))
    of_the_lane = (text for text in base.caution.split("; ") if text and not text.startswith("several_membranes: "))
    at_reference = [f"{text} (at the reference)" for text in of_the_lane]
    error = float(np.hypot(level.standard_error, base.standard_error))
    cautions = join(level.caution, *at_reference, limit)
    return Fold(level, level.log_ratio - base.log_ratio, error, level.censored, base.censored, False, cautions)


def _by_hours(course: list[Fold]) -> list[list[Fold]]:
    """Return the folds of one course condition by condition, in the order of the hours."""
    parts = grouped(course, lambda fold: (fold.level.condition, fold.level.measure)).values()
    return sorted(parts, key=lambda part: float(np.nan_to_num(part[0].level.hours, nan=np.inf)))


def _summary(folds: list[Fold]) -> dict[str, Any]:
    """Return one row of time_course.csv from the folds of all replicates."""
    usable = [fold for fold in folds if np.isfinite(fold.log_fold)]
    parts = list(grouped(usable, lambda fold: fold.level.replicate).values())
    means = np.array([_mean(part) for part in parts])
    center, low, high = mean_interval(means, [_error(part) for part in parts])
    cautions = [fold.caution for fold in folds]
    if len(parts) == 1 and not parts[0][0].is_reference:
        cautions.append(caution("measurement_error_only", "one replicate"))
    if any(len(part) > 1 for part in parts):
        cautions.append(caution("several_membranes", "a replicate's membranes are averaged"))
    low = -np.inf if any(fold.censored for fold in usable) else low
    high = np.inf if any(fold.open_above for fold in usable) else high
    center = np.nan if low == -np.inf and high == np.inf else center
    estimate = dict(zip(("fold_change", "low", "high"), np.exp([center, low, high]).tolist(), strict=True))
    return _named(folds) | {"n": len(parts)} | estimate | {"caution": distinct(cautions)}


def _mean(folds: list[Fold]) -> float:
    logs = [fold.log_fold for fold in folds if np.isfinite(fold.log_fold)]
    return float(np.mean(logs)) if logs else np.nan


def _error(folds: list[Fold]) -> float:
    """Return the measurement error of the mean of one replicate's folds."""
    return float(np.sqrt(np.sum([fold.error**2 for fold in folds if np.isfinite(fold.log_fold)]))) / len(folds)


def _named(folds: Sequence[Fold]) -> dict[str, Any]:
    level = folds[0].level
    named = {"target": level.target, "loading_control": level.loading_control}
    return dict(level.condition) | named | {"hours": level.hours}
