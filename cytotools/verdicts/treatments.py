"""Which line a row is of and which agents it names, whatever the column that an agent stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cytotools.labels import unit

TableRows = Mapping[str, Sequence[Mapping[str, Any]]]  # rows of the tables of a run, by name of the table
SUFFIXES = ("", "_2", "_3")


class Line(NamedTuple):
    """A cell line and its arm (genotype or transfection), "" where empty."""

    cell_line: str
    arm: str


@dataclass(frozen=True, order=True)
class Agent:
    """One agent at one dose; a dose that the sheet leaves empty is -1, so that it compares and hashes."""

    name: str
    dose: float
    unit: str

    def __str__(self) -> str:
        """Return the agent as it is printed."""
        return f"{self.name} {self.dose:g} {unit(self.unit)}".strip() if self.dose >= 0 else self.name


def line_of(row: Mapping[str, Any]) -> Line:
    """Return the line of a row.

    Examples
    --------
    >>> line_of({"cell_line": "HeLa", "arm": float("nan")})
    Line(cell_line='HeLa', arm='')
    """
    return Line(_words(row.get("cell_line")), _words(row.get("arm")))


def agents_of(row: Mapping[str, Any]) -> frozenset[Agent]:
    """Return the agents of a row, those at dose 0 left out: their order in the columns does not matter.

    Examples
    --------
    >>> sorted(map(str, agents_of({"compound": "TNF", "dose": 10.0, "dose_unit": "ng/mL", "compound_2": "BV6"})))
    ['BV6', 'TNF 10 ng/mL']
    """
    found = set()
    for suffix in SUFFIXES:
        name, dose = _words(row.get(f"compound{suffix}")), row.get(f"dose{suffix}")
        amount = float(dose) if isinstance(dose, int | float) and dose == dose else -1.0
        if name and amount != 0:
            found.add(Agent(name, amount, _words(row.get(f"dose_unit{suffix}"))))
    return frozenset(found)


def _words(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()
