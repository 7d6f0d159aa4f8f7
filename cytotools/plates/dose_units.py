"""Doses with their units: read, convert, bring to the one unit of a treatment.

Units differ by powers of ten, which are moved in decimal: 3 nM and 0.003 uM are the same float to the last bit. Mass
and molar concentrations meet through the molar mass; nothing else meets.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from cytotools.cells.numbers import at_least_zero
from cytotools.cells.refused import Refused, nearest
from cytotools.cells.words import text
from cytotools.cells.words import unit as plain_unit

_SMALL = {"": 0, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15}
_LARGE = {"k": 3, "M": 6}  # kU/mL and MU/mL of an enzyme or cytokine
_PER_LITRE = {"L": 0, "dL": 1, "mL": 3, "uL": 6}
_DOSE = re.compile(r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(\S.*)", re.ASCII)
_DECIMAL = Context(prec=50)


@dataclass(frozen=True)
class DoseUnit:
    """A unit of dose.

    Attributes
    ----------
    name : str
        Its spelling: uM, ug/mL, U/mL, Gy.
    kind : str
        What it measures: only units of one kind convert, and molar and mass with a molar mass.
    exponent : int
        The power of ten that makes it mol/L, g/L, U/L, Gy.
    """

    name: str
    kind: str
    exponent: int


@dataclass(frozen=True)
class Dose:
    """An amount and its unit.

    Examples
    --------
    >>> print(read_dose("3 µM").to("nM"))
    3000 nM
    """

    amount: float
    unit: DoseUnit

    def to(self, unit: str | DoseUnit, molar_mass: float | None = None) -> Dose:
        """Return the same dose in another unit; `Refused` where they are unlike."""
        target = read_unit(unit) if isinstance(unit, str) else unit
        return Dose(_converted(self.amount, self.unit, target, molar_mass), target)

    def readable(self) -> Dose:
        """Return a molar or mass concentration with the prefix that leaves 1 to 1000 of it; others as they are.

        Examples
        --------
        >>> print(read_dose("4700000 nM").readable(), read_dose("0.02 ug/mL").readable())
        4.7 mM 20 ng/mL
        """
        ladder = _LADDERS.get(self.unit.kind, ())
        found = (dose for name in ladder if (dose := self.to(name)).amount >= 1)
        return next(found, self)

    def __str__(self) -> str:
        """Return it as a protocol writes it."""
        return f"{self.amount:.4g} {self.unit.name}" if self.amount < 1e4 else f"{self.amount:.6g} {self.unit.name}"


def _known() -> Iterator[DoseUnit]:
    for prefix, exponent in _SMALL.items():
        yield DoseUnit(f"{prefix}M", "molar", exponent)
    for volume, per_litre in _PER_LITRE.items():
        for prefix, exponent in _SMALL.items():
            yield DoseUnit(f"{prefix}mol/{volume}", "molar", exponent + per_litre)
            yield DoseUnit(f"{prefix}g/{volume}", "mass", exponent + per_litre)
        for prefix, exponent in (_SMALL | _LARGE).items():
            yield DoseUnit(f"{prefix}U/{volume}", "units of activity", exponent + per_litre)
            yield DoseUnit(f"{prefix}IU/{volume}", "international units", exponent + per_litre)
    for prefix, exponent in {"": 0, "c": -2, "m": -3}.items():
        yield DoseUnit(f"{prefix}Gy", "radiation", exponent)
    yield DoseUnit("%", "percent", 0)
    yield DoseUnit("MOI", "virus", 0)


_BY_NAME = {found.name: found for found in _known()}
# Case tells mU from MU only: elsewhere ML, ml and mL are one unit.
_BY_FOLDED = {found.name.casefold(): found for found in _BY_NAME.values() if "U/" not in found.name}
_LADDERS = {"molar": ("M", "mM", "uM", "nM", "pM", "fM"), "mass": ("mg/mL", "ug/mL", "ng/mL", "pg/mL", "fg/mL")}
_EXAMPLES = ("nM", "uM", "mM", "M", "ng/mL", "ug/mL", "mg/mL", "U/mL", "IU/mL", "Gy", "%")


def read_unit(value: object) -> DoseUnit:
    """Return a unit of dose.

    Raises
    ------
    Refused
        No unit that is known; the remedy names the nearest.

    Examples
    --------
    >>> read_unit("μM"), read_unit("µg / ml").name
    (DoseUnit(name='uM', kind='molar', exponent=-6), 'ug/mL')
    >>> read_unit("banana")
    Traceback (most recent call last):
    ...
    cytotools.cells.refused.Refused: expected a unit of dose. Allowed: nM, uM, mM, M, ng/mL, ug/mL, mg/mL, U/mL, ...
    """
    name = plain_unit(value)
    found = _BY_NAME.get(name) or _BY_FOLDED.get(name.casefold())
    if found is None:
        raise Refused("a unit of dose", nearest(name, _EXAMPLES))
    return found


def is_known(value: object) -> bool:
    """Tell whether a unit is one of those that convert.

    Examples
    --------
    >>> is_known("µM"), is_known("banana")
    (True, False)
    """
    name = plain_unit(value)
    return name in _BY_NAME or name.casefold() in _BY_FOLDED


def read_dose(value: object) -> Dose:
    """Return a dose that is written with its unit.

    Raises
    ------
    Refused
        No number of 0 or more, or no known unit.

    Examples
    --------
    >>> read_dose("10 uM").to("M").amount, read_dose("0,5 µg/mL").amount
    (1e-05, 0.5)
    """
    found = _DOSE.fullmatch(text(value))
    if found is None:
        raise Refused("a number and its unit", "Write for example 10 uM or 2.5 ug/mL.")
    return Dose(at_least_zero(found.group(1)), read_unit(found.group(2)))


def convert_dose(amount: float, unit: str, to: str, molar_mass: float | None = None) -> float:
    """Return an amount in another unit.

    Parameters
    ----------
    amount : float
    unit, to : str
        Spellings of units; where they are one, known or not, nothing is done.
    molar_mass : float, optional
        In g/mol, for mass to molar and back.

    Raises
    ------
    Refused
        An unknown unit, or two that do not meet.

    Examples
    --------
    >>> convert_dose(3, "nM", "uM"), convert_dose(1, "ug/mL", "uM", molar_mass=300.05)
    (0.003, 3.3327778703549407)
    >>> convert_dose(1, "ug/mL", "uM")
    Traceback (most recent call last):
    ...
    cytotools.cells.refused.Refused: expected a molar mass to turn ug/mL into uM. Give the compound's molar_mass in ...
    """
    if plain_unit(unit) == plain_unit(to):
        return float(amount)
    return _converted(amount, read_unit(unit), read_unit(to), molar_mass)


def _converted(amount: float, unit: DoseUnit, to: DoseUnit, molar_mass: float | None) -> float:
    moved = Decimal(repr(float(amount))).scaleb(unit.exponent - to.exponent, _DECIMAL)
    if unit.kind == to.kind:
        return float(moved)
    if {unit.kind, to.kind} != {"molar", "mass"}:
        expected = f"units that convert into one another ({unit.name} is {unit.kind}, {to.name} is {to.kind})"
        raise Refused(expected, "Give all doses of a compound in one kind of unit.")
    if molar_mass is None:
        remedy = "Give the compound's molar_mass in g/mol, or all its doses in one kind of unit."
        raise Refused(f"a molar mass to turn {unit.name} into {to.name}", remedy)
    mass = Decimal(repr(float(molar_mass)))
    return float(_DECIMAL.divide(moved, mass) if unit.kind == "mass" else _DECIMAL.multiply(moved, mass))


def common_unit(units: Sequence[str]) -> str:
    """Return the unit in which a treatment is given: the one that most of its rows use, of several the smallest.

    The order of the rows does not matter. A unit that stands alone need not be known.

    Examples
    --------
    >>> common_unit(["nM", "uM", "uM"]), common_unit(["uM", "nM"]), common_unit(["mOsm", "mOsm"])
    ('uM', 'nM', 'mOsm')
    """
    counts = Counter(plain_unit(found) for found in units)
    if len(counts) == 1:
        return next(iter(counts))

    def rank(name: str) -> tuple[int, int, str]:
        return -counts[name], read_unit(name).exponent, name

    return min(counts, key=rank)


def in_common_unit(
    amounts: Sequence[float], units: Sequence[str], molar_mass: float | None = None
) -> tuple[list[float], str]:
    """Return the doses of one treatment in one unit, and that unit.

    Parameters
    ----------
    amounts : sequence of float
        NaN stays NaN.
    units : sequence of str
        The unit of each; a row with a dose of 0 or none may leave it empty.
    molar_mass : float, optional
        In g/mol.

    Raises
    ------
    Refused
        An unknown unit beside another, units that do not meet, a dose without a unit beside others that have one.

    Examples
    --------
    >>> in_common_unit([0.0, 30.0, 0.1], ["", "nM", "uM"])
    ([0.0, 30.0, 100.0], 'nM')
    """
    given = [found for found in units if found]
    if not given:
        return [float(amount) for amount in amounts], ""
    common = common_unit(given)
    pairs = zip(amounts, units, strict=True)
    return [_in_unit(float(amount), found, common, molar_mass) for amount, found in pairs], common


def _in_unit(amount: float, unit: str, common: str, molar_mass: float | None) -> float:
    if amount == 0 or amount != amount:
        return amount
    if not unit:
        raise Refused(f"a unit on every dose, as others are in {common}", "Fill `dose_unit` in every row with a dose.")
    return convert_dose(amount, unit, common, molar_mass)
