"""Log ratios joined with what the lanes sheet says of them: which material, which hour, which reference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from blots.cautions import caution, join
from blots.dilution_series import at_other_loads
from blots.errors import InvalidTimeCourse

CONDITIONS = (
    "cell_line",
    "arm",
    "compound",
    "dose",
    "dose_unit",
    "compound_2",
    "dose_2",
    "dose_unit_2",
    "compound_3",
    "dose_3",
    "dose_unit_3",
    "schedule",
    "lead_hours",
    "hours",
)
NOT_CONDITIONS = ("replicate", "technical", "batch", "well")
LINE = ("cell_line", "arm")
NOT_A_SAMPLE = ("ladder", "empty")
NORMALISED = ("membrane", "lane", "target", "loading_control", "log_ratio", "high", "censored", "caution")
ZERO_HOURS, VEHICLE, REFERENCE_LANE = "0 h", "vehicle at the same hour", "reference lane"
Z_95 = 1.959963984540054

Item = TypeVar("Item")


@dataclass(frozen=True)
class Level:
    """ln(target / loading control) of one material on one membrane, its technical repeats averaged.

    `condition` holds the condition columns in their order, None where empty; `standard_error` is the measurement
    error, NaN where unknown; `log_ratio` is an upper limit where `censored`, NaN where there is none.
    """

    membrane: str
    replicate: str
    role: str
    condition: tuple[tuple[str, Any], ...]
    target: str
    loading_control: str
    log_ratio: float
    standard_error: float
    censored: bool
    caution: str

    def value(self, column: str) -> Any:
        """Return what the sheet says of this column, None where it is empty or absent."""
        return dict(self.condition).get(column)

    @property
    def hours(self) -> float:
        """Return the hours, NaN where the sheet gives none."""
        hours = self.value("hours")
        return float("nan") if hours is None else float(hours)

    @property
    def line(self) -> tuple[Any, ...]:
        """Return cell line and arm."""
        return tuple(self.value(column) for column in LINE)

    @property
    def treatment(self) -> tuple[tuple[str, Any], ...]:
        """Return the condition without its hours."""
        return tuple(item for item in self.condition if item[0] != "hours")

    @property
    def measure(self) -> tuple[str, str]:
        """Return target and loading control."""
        return self.target, self.loading_control


def read_levels(normalised: pd.DataFrame, lanes: pd.DataFrame, conditions: Sequence[str] = CONDITIONS) -> list[Level]:
    """Join log ratios with the lanes sheet and average technical repeats.

    Parameters
    ----------
    normalised : DataFrame
        Rows of normalised.csv.
    lanes : DataFrame
        Rows of lanes.csv: `membrane, lane` and, where there, `role`, `replicate`, `technical`, `exclude` and condition
        columns. Where `replicate` is empty it is that of the membrane's other lanes, where they have one only, else
        the membrane. Rows with text in `exclude`, ladder and empty lanes, lanes of a dilution series with another load
        than the samples, and lanes that the sheet does not name are left out.
    conditions : sequence of str
        The columns that make a condition; `replicate`, `technical`, `batch` and `well` never do.

    Returns
    -------
    list of Level
        Lanes of one membrane, role, replicate and condition are averaged on the log scale; the mean is an upper
        limit where one of them is.

    Raises
    ------
    InvalidTimeCourse
        A lane stands twice in the sheet, or `hours` is not a number.
    """
    standards = at_other_loads(lanes, conditions)
    rows = {key: row for key, row in _sheet(lanes).items() if key not in standards}
    named = [column for column in conditions if column in lanes and column not in NOT_CONDITIONS]
    found: defaultdict[tuple[Hashable, ...], list[tuple[Level, str]]] = defaultdict(list)
    for row in normalised.to_dict("records"):
        lane = rows.get((str(row["membrane"]), int(row["lane"])))
        if lane is not None:
            level = _level(row, lane, named)
            key = (level.membrane, level.replicate, level.role, level.condition, level.measure)
            found[key].append((level, str(lane.get("technical") or "")))
    return [_averaged([level for level, _ in repeats], [mark for _, mark in repeats]) for repeats in found.values()]


def with_zero_hours(levels: Sequence[Level]) -> list[Level]:
    """Return the levels with the 0 h lanes entered at the head of every treatment that they serve.

    A 0 h row serves its membrane, cell line and arm. Each course (membrane, replicate, treatment, target, loading
    control) with a later hour gets one level at 0 h: the mean of the 0 h lanes of its own treatment, where there
    are any, else of all, and of its own replicate, where that has any. A 0 h lane that no later lane follows stays
    as it is.

    Parameters
    ----------
    levels : sequence of Level

    Returns
    -------
    list of Level
    """
    entered = []
    for near in grouped(levels, _place).values():
        courses = grouped(
            [level for level in near if _is_later(level)], lambda level: (level.replicate, level.treatment)
        )
        zeros = [level for level in near if level.hours == 0 and level.role != "reference"]
        for course in courses.values():
            serving = _closest(zeros, course[0])
            entered += [_as_zero_hours(serving, course[0])] if serving else []
            entered += course
        entered += [] if courses else zeros
    return entered + [level for level in levels if level.role == "reference"]


def references_of(
    level: Level, near: Sequence[Level], reference: str, vehicles: Mapping[str, str] | None = None
) -> list[Level]:
    """Return what a level is compared with, among the levels of its membrane, target and loading control.

    Parameters
    ----------
    level : Level
    near : sequence of Level
        As `with_zero_hours` leaves them.
    reference : str
        "0 h" (or another hour): that hour of its own course. "vehicle at the same hour": rows of role vehicle of
        its cell line, arm and hour (those of its compound's own vehicle where one is named), of its own replicate
        where that has any; a vehicle row is its own reference. "reference lane": rows of that role, those of its own
        replicate where there are any.
    vehicles : mapping, optional
        The vehicle of each compound; a vehicle row without a compound serves every compound.

    Returns
    -------
    list of Level
        Empty where there is none.
    """
    if reference == REFERENCE_LANE:
        lanes = [other for other in near if other.role == "reference"]
        return [other for other in lanes if other.replicate == level.replicate] or lanes
    hours = reference_hours(reference)
    if hours is not None:
        own = (level.replicate, level.treatment, hours)
        return [other for other in near if (other.replicate, other.treatment, other.hours) == own]
    if level.role == "vehicle" or level.hours == 0:
        return [level]
    return vehicles_of(level, [other for other in near if other.hours == level.hours], vehicles or {})


def vehicles_of(level: Level, near: Sequence[Level], vehicles: Mapping[str, str]) -> list[Level]:
    """Return the vehicle rows that serve a level: of its membrane, line and compound, of its own replicate first."""
    same_line = [other for other in near if other.role == "vehicle" and _place(other) == _place(level)]
    serving = [other for other in same_line if _serves(other, level, vehicles)]
    return [other for other in serving if other.replicate == level.replicate] or serving


def reference_hours(reference: str) -> float | None:
    """Return the hour of a reference such as "0 h", None for the vehicle and for the reference lane.

    Raises
    ------
    InvalidTimeCourse
        It is none of the three kinds.

    Examples
    --------
    >>> reference_hours("0 h")
    0.0
    """
    if reference in (VEHICLE, REFERENCE_LANE):
        return None
    number, _, unit = reference.rpartition(" ")
    try:
        if unit == "h":
            return float(number)
    except ValueError:
        pass
    expected = f"an hour such as {ZERO_HOURS}, {VEHICLE} or {REFERENCE_LANE}"
    remedy = "Correct `reference:` of the blots."
    raise InvalidTimeCourse("reference", expected=expected, got=repr(reference), remedy=remedy)


def grouped(items: Iterable[Item], key: Callable[[Item], Any]) -> dict[Any, list[Item]]:
    """Return the items by key, keys in order of appearance."""
    groups: defaultdict[Any, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)


def conditions_first(
    rows: Sequence[Mapping[str, Any]], lanes: pd.DataFrame, conditions: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    """Return rows as a table: the condition columns that the sheet has, then these; empty text is "", a number NaN."""
    named = [column for column in conditions if column in lanes and column not in (*NOT_CONDITIONS, "hours")]
    empty = {column: np.nan if pd.api.types.is_numeric_dtype(lanes[column]) else "" for column in named}
    filled = [{c: empty[c] if c in empty and v is None else v for c, v in row.items()} for row in rows]
    return pd.DataFrame(filled, columns=[*named, *columns])


def distinct(cells: Iterable[str]) -> str:
    """Join the cautions of several cells into one, each once.

    Examples
    --------
    >>> distinct(["faint: twice", "faint: twice; saturated: 3 %"])
    'faint: twice; saturated: 3 %'
    """
    return join(*(text for cell in cells for text in cell.split("; ")))


def _is_later(level: Level) -> bool:
    return level.hours != 0 and level.role != "reference"


def _place(level: Level) -> tuple[Hashable, ...]:
    return level.membrane, level.line, level.measure


def _closest(zeros: list[Level], level: Level) -> list[Level]:
    zeros = [zero for zero in zeros if zero.replicate == level.replicate] or zeros
    return [zero for zero in zeros if zero.treatment == level.treatment] or zeros


def _as_zero_hours(zeros: list[Level], level: Level) -> Level:
    condition = tuple((column, 0.0 if column == "hours" else value) for column, value in level.condition)
    mean, lenders = mean_level(zeros), sorted({zero.replicate for zero in zeros} - {level.replicate})
    if lenders:
        words = f"the 0 h of replicate {', '.join(lenders)} serves replicate {level.replicate} too"
        mean = replace(mean, caution=join(mean.caution, caution("borrowed_zero_hours", words)))
    return replace(mean, replicate=level.replicate, condition=condition)


def _serves(vehicle: Level, level: Level, vehicles: Mapping[str, str]) -> bool:
    name, wanted = vehicle.value("compound"), vehicles.get(str(level.value("compound")))
    return name is None or wanted is None or name == wanted or vehicle.treatment == level.treatment


def _check(normalised: pd.DataFrame, lanes: pd.DataFrame) -> None:
    for thing, table, needed in (("normalised", normalised, NORMALISED), ("lanes", lanes, ("membrane", "lane"))):
        missing = [column for column in needed if column not in table]
        if missing:
            remedy = "Give the table of blots.normalise." if thing == "normalised" else "Give the rows of lanes.csv."
            expected, got = f"the columns {', '.join(needed)}", f"none called {', '.join(missing)}"
            raise InvalidTimeCourse(thing, expected=expected, got=got, remedy=remedy)


def _sheet(lanes: pd.DataFrame) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the rows that count, by membrane and lane, with empty cells as None."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for record in lanes.to_dict("records"):
        row = {str(column): _cell(value) for column, value in record.items()}
        key = str(row["membrane"]), int(row["lane"])
        if key in rows:
            remedy = "Give each lane of a membrane one row."
            raise InvalidTimeCourse(f"{key[0]}, lane {key[1]}", expected="one row", got="two rows", remedy=remedy)
        rows[key] = row
    counted = {key: row for key, row in rows.items() if not row.get("exclude") and row.get("role") not in NOT_A_SAMPLE}
    replicates: defaultdict[str, set[Any]] = defaultdict(set)
    for (membrane, _), row in counted.items():
        replicates[membrane] |= {row.get("replicate")} - {None}
    for (membrane, lane), row in counted.items():
        row["hours"] = _hours(row.get("hours"), f"{membrane}, lane {lane}")
        if row.get("replicate") is None:
            row["replicate"] = next(iter(replicates[membrane])) if len(replicates[membrane]) == 1 else None
    return counted


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return None if pd.isna(value) else value


def _hours(value: Any, place: str) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        remedy = "Write hours as a number."
        raise InvalidTimeCourse(place, expected="hours as a number", got=repr(value), remedy=remedy) from None


def _level(row: Mapping[Hashable, Any], lane: Mapping[str, Any], conditions: Sequence[str]) -> Level:
    """Return one row of normalised.csv with what the sheet says of its lane."""
    replicate = lane.get("replicate")
    condition = tuple((column, lane[column]) for column in conditions)
    return Level(
        membrane=str(row["membrane"]),
        replicate=str(row["membrane"])
        if replicate is None
        else f"{replicate:g}"
        if _is_number(replicate)
        else replicate,
        role=str(lane.get("role") or ""),
        condition=condition,
        target=str(row["target"]),
        loading_control=str(row["loading_control"]),
        log_ratio=float(row["log_ratio"]),
        standard_error=(float(row["high"]) - float(row["log_ratio"])) / Z_95,
        censored=bool(row["censored"]),
        caution=_cell(row["caution"]) or "",
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating)


def _averaged(repeats: list[Level], marks: list[str]) -> Level:
    """Return the mean of technical repeats; a caution says so where `technical` does not tell them apart."""
    mean = mean_level(repeats)
    if len(set(marks)) == len(marks):
        return mean
    words = f"{len(repeats)} lanes of {mean.membrane} are averaged"
    return replace(mean, caution=join(mean.caution, caution("unlabelled_repeats", words)))


def mean_level(levels: Sequence[Level]) -> Level:
    """Return the mean on the log scale, an upper limit where one of them is; those without a ratio are passed over."""
    usable = [level for level in levels if np.isfinite(level.log_ratio)]
    if len(levels) == 1 or not usable:
        return replace(levels[0], caution=distinct(level.caution for level in levels))
    return replace(
        levels[0],
        log_ratio=float(np.mean([level.log_ratio for level in usable])),
        standard_error=float(np.sqrt(np.sum([level.standard_error**2 for level in usable]))) / len(usable),
        censored=any(level.censored for level in usable),
        caution=distinct(level.caution for level in levels),
    )
