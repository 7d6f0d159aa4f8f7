"""What the wells of an experiment hold, and how many wells of each a plate needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cytotools.design.experiment import Curve, Design, Family


@dataclass(frozen=True)
class Treatment:
    """What goes into the wells of one kind.

    Attributes
    ----------
    role : {"blank", "untreated", "vehicle", "treated", "empty"}
        As in layout.csv.
    compounds : tuple of str
        The compounds, or the vehicles of a vehicle control.
    doses : tuple of float
        Of the compounds in the well, each in its unit; none for vehicles.
    units : tuple of str
    with_cells : bool
    """

    role: str
    compounds: tuple[str, ...] = field(default=())
    doses: tuple[float, ...] = field(default=())
    units: tuple[str, ...] = field(default=())
    with_cells: bool = True


BLANK = Treatment("blank", with_cells=False)
EMPTY = Treatment("empty", with_cells=False)
UNTREATED = Treatment("untreated")


def treatments_of(design: Design, curve: Curve) -> Iterator[Treatment]:
    """Yield the doses of a curve, rising."""
    units = tuple(design.compounds[name].unit for name in curve.compounds)
    for doses in curve.doses:
        yield Treatment("treated", curve.compounds, doses, units)


def compound_only(design: Design, family: Family) -> Iterator[Treatment]:
    """Yield the highest dose of each compound of a family, without cells."""
    for curve in family.curves:
        if len(curve.compounds) == 1 and design.wells.compound_only:
            unit = design.compounds[curve.name].unit
            yield Treatment("blank", curve.compounds, curve.doses[-1], (unit,), False)


def vehicle_control(vehicles: tuple[str, ...]) -> Treatment:
    """Return the control of a set of vehicles."""
    return Treatment("vehicle", vehicles)


def wells_of_line(design: Design, families: Sequence[Family]) -> dict[Treatment, int]:
    """Return how many wells of each treatment one cell line needs on a plate with these families.

    Every plate has its own controls, untreated wells and blanks.
    """
    wells, counts = design.wells, dict[Treatment, int]()
    for family in families:
        for curve in family.curves:
            counts |= dict.fromkeys(treatments_of(design, curve), wells.per_dose)
        counts |= dict.fromkeys(compound_only(design, family), wells.compound_only)
        counts[vehicle_control(family.vehicles)] = wells.controls
    return counts | {UNTREATED: wells.untreated, BLANK: wells.blanks}
