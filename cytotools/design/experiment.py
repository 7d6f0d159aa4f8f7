"""The nouns of an experiment that is yet to be done: compounds with their stocks, curves, families, the design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cytotools.plates.dose_units import Dose


@dataclass(frozen=True)
class Stocked:
    """A compound and its stock.

    Attributes
    ----------
    name : str
    stock : float
        Its concentration in `unit`.
    stock_as_written : Dose
    unit : str
        The unit of all its doses.
    vehicle : str
    ic50 : float
        The IC50 that the design reckons with.
    hill_slope : float
        The slope that the design reckons with, positive.
    molar_mass : float or None
        In g/mol.
    drug_class : str
    """

    name: str
    stock: float
    stock_as_written: Dose
    unit: str
    vehicle: str
    ic50: float
    hill_slope: float = 1.0
    molar_mass: float | None = None
    drug_class: str = ""


@dataclass(frozen=True)
class Curve:
    """One compound, or several in a constant ratio, over its doses.

    Attributes
    ----------
    compounds : tuple of str
    doses : tuple of tuple of float
        By level, rising: the dose of each compound in the well, in the unit of that compound.
    ic50 : tuple of float
        The doses at which half the effect is expected.
    hill_slope : float
        The slope that is expected.
    """

    compounds: tuple[str, ...]
    doses: tuple[tuple[float, ...], ...]
    ic50: tuple[float, ...]
    hill_slope: float

    @property
    def name(self) -> str:
        """Its compounds in words."""
        return " + ".join(self.compounds)


@dataclass(frozen=True)
class Family:
    """Curves that belong on one plate: a compound, or compounds that are combined, all with the same vehicles.

    The single agents of a combination carry the vehicles of their partners, so that one control serves them all.
    """

    curves: tuple[Curve, ...]
    vehicles: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its curves in words."""
        return ", ".join(curve.name for curve in self.curves)


@dataclass(frozen=True)
class Wells:
    """How many wells of each kind, and what they hold.

    Attributes
    ----------
    per_dose, controls, untreated, blanks, compound_only : int
        By plate and cell line; `controls` for each set of vehicles, `compound_only` for each compound's highest dose,
        without cells; `blanks` beside those at the edge.
    volume_ul : float
        In a well when all is in.
    added_ul : float
        How much of that is dosing solution; the rest is cells in their medium.
    edge : {"blank", "empty", "used"}
        What becomes of the outermost wells.
    """

    per_dose: int = 3
    controls: int = 6
    untreated: int = 3
    blanks: int = 0
    compound_only: int = 0
    volume_ul: float = 100.0
    added_ul: float = 50.0
    edge: str = "blank"

    @property
    def fold(self) -> float:
        """How many times stronger than in the well a dosing solution is."""
        return self.volume_ul / self.added_ul


@dataclass(frozen=True)
class Pipetting:
    """What a pipette and a tube can do, in microlitres."""

    smallest_ul: float = 0.5
    dead_volume_ul: float = 30.0


@dataclass(frozen=True)
class Scatter:
    """How much wells and experiments scatter.

    Attributes
    ----------
    well : float
        SD of a well as a fraction of the control.
    experiment : float
        SD of ln IC50 between independent experiments, beyond what the wells explain.
    """

    well: float = 0.05
    experiment: float = 0.2


@dataclass(frozen=True)
class Design:
    """An experiment that can be pipetted: everything was checked.

    Attributes
    ----------
    title, assay : str
    plate_wells : {96, 384}
    lines : tuple of str
    replicates : int
        Independent experiments.
    hours : float
    seed : int
    compounds : mapping of str to Stocked
    families : tuple of Family
    vehicle_percent : mapping of str to float
        What each vehicle makes up of a well, the same in all its wells.
    wells, pipetting, scatter
    notes : tuple of str
        What is no error and should be known at the bench.
    """

    title: str
    assay: str
    plate_wells: int
    lines: tuple[str, ...]
    replicates: int
    hours: float
    seed: int
    compounds: Mapping[str, Stocked]
    families: tuple[Family, ...]
    vehicle_percent: Mapping[str, float]
    wells: Wells = Wells()
    pipetting: Pipetting = Pipetting()
    scatter: Scatter = Scatter()
    notes: tuple[str, ...] = field(default=())

    @property
    def curves(self) -> tuple[Curve, ...]:
        """All curves."""
        return tuple(curve for family in self.families for curve in family.curves)
