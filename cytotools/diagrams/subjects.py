"""Whom a pathway is about: a cell line and a Smac mimetic, and which rows of the tables speak of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cytotools.labels import dose_label, line_label
from cytotools.number_words import finite
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
Tables = Mapping[str, "pd.DataFrame"]
Agents = Callable[[str], str]

SMAC_MIMETIC = "smac_mimetic"
COURSES = ("rebound", "time_course")
MEASURED = (*COURSES, "cleavage", "concentrations", "caspase", "apoptosis", "resistance")


def words(value: object) -> str:
    """Return a cell's text, nothing where it is empty."""
    return "" if value is None or value != value else str(value)


def given(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the agents that a condition holds; dose 0 is none.

    Examples
    --------
    >>> given({"compound": "cisplatin", "dose": 5.0, "compound_2": "birinapant", "dose_2": 0.0})
    ('cisplatin',)
    """
    names = ((words(row.get(f"compound{k}")), row.get(f"dose{k}")) for k in ("", "_2", "_3"))
    return tuple(name for name, dose in names if name and dose != 0)


@dataclass(frozen=True)
class Subject:
    """A cell line with its arm, and a Smac mimetic; `treatment` is that with the dose that its pathway is about."""

    cell_line: str
    arm: str
    compound: str
    treatment: str = field(default="", compare=False)

    @property
    def line(self) -> str:
        """Return cell line and arm in words."""
        return line_label({"cell_line": self.cell_line, "arm": self.arm})

    def is_of_line(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row is of this cell line and arm."""
        return words(row.get("cell_line")) == self.cell_line and words(row.get("arm")) == self.arm

    def distance(self, row: Mapping[str, Any]) -> int:
        """Return how far a treatment is from the Smac mimetic alone: 0 alone, 1 with others, 2 others only."""
        agents = given(row)
        return 2 if self.compound not in agents else int(len(agents) > 1)


def subjects(tables: Tables, agents: Agents) -> list[Subject]:
    """Return the lines and Smac mimetics of which something of the pathway was measured, in order of appearance.

    A line with a time course under several of them has a pathway for each; one without has the pathway of the
    Smac mimetic that most tables speak of.
    """
    found: dict[Subject, dict[str, None]] = {}
    for name in MEASURED:
        for row in rows_of(tables[name]):
            for agent in _told(row, name):
                if agents(agent) == SMAC_MIMETIC:
                    one = Subject(words(row.get("cell_line")), words(row.get("arm")), agent)
                    found.setdefault(one, {})[name] = None
    lines = dict.fromkeys((one.cell_line, one.arm) for one in found)
    best = [one for line in lines for one in _best({s: t for s, t in found.items() if (s.cell_line, s.arm) == line})]
    return [replace(one, treatment=_treatment(tables, one)) for one in best]


def _treatment(tables: Tables, subject: Subject) -> str:
    """Return the Smac mimetic with its dose on the blots, or else in the first table that has it alone."""
    for name in MEASURED[:-1]:
        own = nearest(rows_of(tables[name]), subject, {})
        if own and not subject.distance(own[0]):
            return dose_label(own[0])
    return subject.compound


def _told(row: Row, table: str) -> tuple[str, ...]:
    """Return the agents of a row that says something of the pathway."""
    is_empty = row.get("grade") == "not tested" or (table == "concentrations" and row.get("assay") != "elisa")
    return () if is_empty else given(row)


def _best(found: Mapping[Subject, Mapping[str, None]]) -> list[Subject]:
    with_course = [one for one, names in found.items() if any(name in names for name in COURSES)]
    return with_course or [max(found, key=lambda one: len(found[one]))]


def nearest(rows: Sequence[Row], subject: Subject, shared: Mapping[str, int]) -> list[Row]:
    """Return the rows of the treatment nearest to the Smac mimetic alone, in order of hours.

    Among treatments equally near the one of the pathway goes first, then that which most lines and assays share (so
    that like is compared with like), then the higher dose.
    """

    def rank(row: Mapping[str, Any]) -> tuple[float, ...]:
        dose = float(row["dose"]) if finite(row.get("dose")) else 0.0
        treatment = dose_label(row)
        return subject.distance(row), treatment != subject.treatment, -shared.get(treatment, 0), -dose

    own = [row for row in rows if subject.is_of_line(row) and given(row)]
    if not own:
        return []
    best = dose_label(min(own, key=rank))
    return sorted((row for row in own if dose_label(row) == best), key=hours_of)


def shared_treatments(rows: Sequence[Row]) -> dict[str, int]:
    """Return in how many lines each treatment was given; a line counts once an assay, told by its columns."""
    places: dict[str, set[tuple[str, str, bool]]] = {}
    for row in rows:
        place = words(row.get("cell_line")), words(row.get("arm")), "fold" in row
        places.setdefault(dose_label(row), set()).add(place)
    return {treatment: len(own) for treatment, own in places.items()}


def hours_of(row: Mapping[str, Any]) -> float:
    """Return the hours of a row, before all others where it has none."""
    hours = row.get("hours")
    return float(hours) if hours is not None and finite(hours) else -1.0


def at_hours(row: Mapping[str, Any]) -> str:
    """Return ` at 24 h`, nothing where the row has no hours."""
    return f" at {row['hours']:g} h" if finite(row.get("hours")) else ""


def told_rows(rows: Sequence[Row], column: str) -> Iterator[Row]:
    """Yield the rows that hold an estimate or a bound."""
    for row in rows:
        if finite(row.get(column)) or finite(row.get("low")):
            yield row


def codes(*rows: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the codes of the cautions that rows carry, each once.

    Examples
    --------
    >>> codes({"caution": "peak: highest of 4 hours; few_wells: 3 wells"}, {"caution": ""}, {})
    ('peak', 'few_wells')
    """
    said = [part for row in rows for part in words(row.get("caution")).split("; ") if ":" in part]
    return tuple(dict.fromkeys(part.partition(":")[0] for part in said))
