"""Which line a row is of and which agents it names, whatever the column that an agent stands in."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cytotools.experiments import COMPOUNDS, key_of
from cytotools.labels import unit
from cytotools.plates.dose_units import is_known, read_unit

TableRows = Mapping[str, Sequence[Mapping[str, Any]]]  # rows of the tables of a run, by name of the table


class Line(NamedTuple):
    """A cell line and its arm (genotype or transfection), "" where empty."""

    cell_line: str
    arm: str


@dataclass(frozen=True)
class Agent:
    """One agent at one dose.

    Attributes
    ----------
    key : tuple of str and Hashable
        What tells it from others: its name without case and its amount, in one unit of its kind where the unit is
        known (moles and grams are unlike), None where the sheet gives no dose.
    name, dose, unit
        As the sheet has them; a dose that it leaves empty is NaN.
    """

    key: tuple[str, Hashable]
    name: str = field(compare=False)
    dose: float = field(compare=False)
    unit: str = field(compare=False)

    def __str__(self) -> str:
        """Return the agent as it is printed."""
        return f"{self.name} {self.dose:g} {unit(self.unit)}".strip() if self.dose == self.dose else self.name

    def __lt__(self, other: Agent) -> bool:
        """Order agents by name, then dose."""
        return (self.key[0], self.dose) < (other.key[0], other.dose)

    def is_called(self, name: str) -> bool:
        """Tell whether it goes by this name, in any case."""
        return self.key[0] == name.casefold()


def line_of(row: Mapping[str, Any]) -> Line:
    """Return the line of a row.

    Examples
    --------
    >>> line_of({"cell_line": "HeLa", "arm": float("nan")})
    Line(cell_line='HeLa', arm='')
    """
    return Line(*(str(key_of(row.get(name)) or "") for name in ("cell_line", "arm")))


def agents_of(row: Mapping[str, Any]) -> tuple[Agent, ...]:
    """Return the agents of a row in the order of its columns; those at dose 0 left out.

    Examples
    --------
    >>> found = agents_of({"compound": "TNF", "dose": 10.0, "dose_unit": "ng/mL", "compound_2": "BV6"})
    >>> list(map(str, found)), agents_of({"compound": "BV6", "dose": 1.0, "dose_unit": "uM"}) == agents_of(
    ...     {"compound": "bv6", "dose": 1000.0, "dose_unit": "nM"}
    ... )
    (['TNF 10 ng/mL', 'BV6'], True)
    """
    found = []
    for columns in COMPOUNDS:
        name, dose, dose_unit = (key_of(row.get(column)) for column in columns)
        if name is not None and dose != 0:
            key = str(name).casefold(), _amount(dose, str(dose_unit or ""))
            found.append(
                Agent(key, str(name), float("nan") if dose is None else float(str(dose)), str(dose_unit or ""))
            )
    return tuple(found)


def _amount(dose: Any, dose_unit: str) -> Hashable:
    if dose is None:
        return None
    if not is_known(dose_unit):
        return dose_unit, float(f"{float(dose):.9g}")
    known = read_unit(dose_unit)
    return known.kind, float(f"{float(dose) * 10.0**known.exponent:.9g}")
