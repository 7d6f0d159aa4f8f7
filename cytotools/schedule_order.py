"""Combinations that differ in nothing but the order of their agents: which came first, and by how many hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cytotools.constant_ratios import RatioCombination
from cytotools.dose_designs import ratio_parts, same_ratio
from cytotools.doses.cautions import caution
from cytotools.experiments import grouped, key_of
from cytotools.fitted_curves import FittedGroup
from cytotools.matrix_families import MatrixFamily
from cytotools.schedules import TOGETHER, Schedule, schedule_of

ORDER = ("schedule", "lead_hours")
KINDS: dict[type, str] = {RatioCombination: "ratio", FittedGroup: "fixed partner", MatrixFamily: "matrix"}
Member = TypeVar("Member", RatioCombination, FittedGroup, MatrixFamily)


@dataclass(frozen=True, eq=False)
class ScheduleFamily(Generic[Member]):
    """Combinations of one kind that differ in schedule and lead hours only.

    Attributes
    ----------
    condition : dict
        The condition columns that all share, without `schedule` and `lead_hours`; `hours` is NaN where they differ.
    assay : str
    kind : {"ratio", "fixed partner", "matrix"}
    schedules : tuple of str
        "pre 24 h", "co", "post 24 h", "no schedule": two or more, in this order.
    members : tuple
        Of each schedule.
    notes : tuple of str
        Cautions, `code: words`.
    """

    condition: dict[str, Any]
    assay: str
    kind: str
    schedules: tuple[str, ...]
    members: tuple[Member, ...]
    notes: tuple[str, ...] = ()


def schedule_families(members: Sequence[Member]) -> list[ScheduleFamily[Member]]:
    """Return the combinations that were given in more than one order.

    Parameters
    ----------
    members : sequence of RatioCombination, of FittedGroup, or of MatrixFamily
        Of curves, those over a fixed partner count, others are passed over.

    Returns
    -------
    list of ScheduleFamily
        At the same hours; what is alone at its hours is compared with those whose second agent acted as long, and that
        is said. No schedule and co are one order.
    """
    found = []
    combined = [member for member in members if not isinstance(member, FittedGroup) or member.group.has_partner]
    for alike in _alike(combined):
        left = alike
        for hours in (_hours, _hours_of_second):
            parts = [part for part in grouped(left, hours).values() if len({_order(member) for member in part}) > 1]
            found += [_family(part) for part in parts]
            taken = {id(member) for part in parts for member in part}
            left = [member for member in left if id(member) not in taken]
    return found


def _condition(member: Member) -> dict[str, Any]:
    return member.group.condition if isinstance(member, FittedGroup) else member.condition


def _assay(member: Member) -> str:
    return member.group.assay if isinstance(member, FittedGroup) else member.assay


def _alike(members: Sequence[Member]) -> list[list[Member]]:
    """Return the members by all but order and hours; ratios that differ by rounding are one."""
    parts: list[list[Member]] = []
    for same in grouped(members, _treatment).values():
        of_same: list[list[Member]] = []
        for member in same:
            part = next((part for part in of_same if same_ratio(_ratio(part[0]), _ratio(member))), None)
            if part is None:
                of_same.append([member])
            else:
                part.append(member)
        parts += of_same
    return parts


def _treatment(member: Member) -> tuple[object, ...]:
    runs = member.group.runs if isinstance(member, FittedGroup) else ""
    shared = {name: key_of(value) for name, value in _condition(member).items() if name not in (*ORDER, "hours")}
    return _assay(member), runs, tuple(shared.items())


def _ratio(member: Member) -> tuple[float, ...]:
    return ratio_parts(member.ratio) if isinstance(member, RatioCombination) else (1.0,)


def _schedule(member: Member) -> Schedule:
    return schedule_of(_condition(member))


def _order(member: Member) -> Schedule:
    schedule = _schedule(member)
    return Schedule("co") if schedule.order in TOGETHER else schedule


def _hours(member: Member) -> object:
    return key_of(_condition(member).get("hours"))


def _hours_of_second(member: Member) -> object:
    hours = _hours(member)
    return hours if hours is None else float(str(hours)) - (_order(member).lead_hours or 0.0)


def _family(part: Sequence[Member]) -> ScheduleFamily[Member]:
    members = tuple(sorted(part, key=lambda member: _schedule(member).rank))
    schedules = tuple(_schedule(member).words for member in members)
    unlike = len({_hours(member) for member in members}) > 1
    hours = [f"{words} is read at {_hours(member):g} h" for words, member in zip(schedules, members, strict=True)]
    condition = {name: value for name, value in _condition(members[0]).items() if name not in ORDER}
    if unlike:
        condition["hours"] = float("nan")
    notes = (caution("unlike_hours", ", ".join(hours)),) if unlike else ()
    return ScheduleFamily(condition, _assay(members[0]), KINDS[type(members[0])], schedules, members, notes)
