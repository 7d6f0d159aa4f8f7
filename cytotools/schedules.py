"""The order in which the agents of a combination were given, and which wells of one agent alone stand for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from cytotools.doses.cautions import caution
from cytotools.experiments import key_of

ORDERS = ("pre", "co", "post")
TOGETHER = ("", "co")  # where no order is given, the agents were given together


class Schedule(NamedTuple):
    """An order, "" where none is given, and the hours between the agents, None where none are."""

    order: str = ""
    lead_hours: float | None = None

    @property
    def words(self) -> str:
        """Return it in words.

        Examples
        --------
        >>> Schedule("pre", 24.0).words, Schedule("co").words, Schedule().words
        ('pre 24 h', 'co', 'no schedule')
        """
        return f"{self.order or 'no schedule'} {f'{self.lead_hours:g} h' if self.lead_hours else ''}".strip()

    @property
    def rank(self) -> tuple[int, float]:
        """Return its place among others: pre, co, post, those without an order; short leads first."""
        order = ORDERS.index(self.order) if self.order in ORDERS else len(ORDERS)
        return order, self.lead_hours or 0.0


def schedule_of(condition: Mapping[str, Any]) -> Schedule:
    """Return the schedule of a row or a condition."""
    order, lead_hours = (key_of(condition.get(column)) for column in ("schedule", "lead_hours"))
    return Schedule(str(order or ""), float(str(lead_hours)) if lead_hours is not None else None)


def serving_schedule(wanted: Schedule, offered: Collection[Schedule]) -> Schedule | None:
    """Return the schedule of the wells of one agent alone that stand for a combination's, None where none does.

    The same; else no schedule, which is how one agent alone is mostly written; else co.

    Examples
    --------
    >>> serving_schedule(Schedule("pre", 24.0), [Schedule("co"), Schedule()]).words
    'no schedule'
    """
    if wanted in offered:
        return wanted
    for order in TOGETHER:
        found = [one for one in offered if one.order == order]
        if found:
            return min(found, key=lambda one: one.rank)
    return None


def on_schedule(agent: str, wanted: Schedule, found: Schedule) -> list[str]:
    """Return what must be said where an agent alone was not given in the order of the combination."""
    if wanted == found or (wanted.order in TOGETHER and found.order in TOGETHER):
        return []
    return [caution("other_schedule", f"{agent} alone has {found.words}, the combination {wanted.words}")]
