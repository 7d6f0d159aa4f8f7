"""From stocks to dosing solutions: which volumes make which tube, with each vehicle constant over a dilution series.

The highest dose is made from the stocks, topped up with pure vehicle; every further dose is a dilution of the one
before it in medium that holds the vehicles at the same percentage. Volumes are reckoned from the lowest dose upwards,
so that each tube holds what its wells, the next tube and its dead volume take.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cytotools.design.experiment import Curve, Design, Family, Stocked
from cytotools.design.treatments import Treatment, treatments_of, vehicle_control

MEDIUM = "medium"
TUBE_UL = 1500.0  # a dilution that would need more than this, for want of a smaller transfer, is done in two steps
STEEPEST = 100.0  # of a stock in pure vehicle, in one step


@dataclass(frozen=True)
class Part:
    """A volume of a source: a stock, a vehicle, the medium or another solution."""

    source: str
    volume_ul: float


@dataclass(frozen=True)
class Solution:
    """A tube to be made.

    Attributes
    ----------
    name : str
    parts : tuple of Part
        In the order of pipetting.
    contents : mapping of str to float
        Concentration of each compound in the tube, in the unit of its doses.
    treatment : Treatment or None
        What its wells hold; None where it goes into other tubes only.
    wells : int
        How many wells of one experiment it goes into.
    dosed_ul, onward_ul : float
        What goes into wells and into other tubes.
    cap : str
        What stands on the tube's cap: a number where it goes into wells, else a letter.
    """

    name: str
    parts: tuple[Part, ...]
    contents: Mapping[str, float] = field(default_factory=dict)
    treatment: Treatment | None = None
    wells: int = 0
    dosed_ul: float = 0.0
    onward_ul: float = 0.0
    cap: str = ""

    @property
    def total_ul(self) -> float:
        """What the tube holds when it is made."""
        return math.fsum(part.volume_ul for part in self.parts)

    @property
    def left_ul(self) -> float:
        """What is left in it."""
        return self.total_ul - self.dosed_ul - self.onward_ul


def stock_name(compound: str) -> str:
    """Return what a compound's stock is called as a source."""
    return f"stock of {compound}"


def vehicle_name(vehicle: str) -> str:
    """Return what a pure vehicle is called as a source."""
    return f"pure {vehicle}"


def solutions(design: Design, counts: Mapping[Treatment, int]) -> tuple[Solution, ...]:
    """Return every tube of one experiment, in the order of making.

    Parameters
    ----------
    design : Design
    counts : mapping of Treatment to int
        Wells of each treatment over all plates of the experiment.

    Returns
    -------
    tuple of Solution
        For each set of vehicles the medium that holds them, then its curves: intermediate dilutions of stocks in pure
        vehicle, and the doses from the highest to the lowest.
    """
    made: list[Solution] = []
    for vehicles in dict.fromkeys(family.vehicles for family in design.families):
        series = [
            solution
            for family in design.families
            if family.vehicles == vehicles
            for curve in family.curves
            for solution in _series(design, curve, family, counts)
        ]
        name = vehicle_medium(design, vehicles)
        onward = math.fsum(part.volume_ul for found in series for part in found.parts if part.source == name)
        made += [_vehicle_medium(design, vehicles, counts[vehicle_control(vehicles)], onward), *series]
    return tuple(_with_caps(made))


def vehicle_medium(design: Design, vehicles: Sequence[str]) -> str:
    """Return the name of the medium that holds these vehicles as strong as a dosing solution."""
    share = " + ".join(f"{design.vehicle_percent[v] * design.wells.fold:.3g} % {v}" for v in vehicles)
    return f"medium with {share}"


def _vehicle_medium(design: Design, vehicles: tuple[str, ...], wells: int, onward_ul: float) -> Solution:
    dosed = wells * design.wells.added_ul
    shares = [design.vehicle_percent[v] / 100 * design.wells.fold for v in vehicles]
    least = max(design.pipetting.smallest_ul / share for share in shares)
    total = _rounded_up(max(dosed + onward_ul + design.pipetting.dead_volume_ul, least), 10.0)
    parts = [Part(vehicle_name(v), share * total) for v, share in zip(vehicles, shares, strict=True)]
    medium = Part(MEDIUM, total - math.fsum(part.volume_ul for part in parts))
    treatment = vehicle_control(vehicles)
    return Solution(vehicle_medium(design, vehicles), (medium, *parts), {}, treatment, wells, dosed, onward_ul)


def _series(design: Design, curve: Curve, family: Family, counts: Mapping[Treatment, int]) -> Iterator[Solution]:
    """Yield the tubes of a curve, from the stocks to the lowest dose."""
    treatments = {treatment.doses[0]: treatment for treatment in treatments_of(design, curve)}
    wells = {dose: _wells_of(treatment, counts) for dose, treatment in treatments.items()}
    levels = _levels(design, wells)
    names = [f"{curve.name} {index}" for index in range(1, len(levels) + 1)]
    onwards = [*(level.transfer_ul for level in levels[1:]), 0.0]
    top, diluent = levels[0].dose, vehicle_medium(design, family.vehicles)
    for index, (level, onward) in enumerate(zip(levels, onwards, strict=True)):
        dosed = wells.get(level.dose, 0) * design.wells.added_ul
        if index == 0:
            needed = dosed + onward + design.pipetting.dead_volume_ul
            before, parts = _from_stocks(design, curve, family, names[0], needed)
            yield from before
        else:
            parts = (Part(diluent, level.diluent_ul), Part(names[index - 1], level.transfer_ul))
        strength = level.dose / top * design.wells.fold
        contents = {name: dose * strength for name, dose in zip(curve.compounds, curve.doses[-1], strict=True)}
        treatment = treatments.get(level.dose)
        yield Solution(names[index], parts, contents, treatment, wells.get(level.dose, 0), dosed, onward)


def _wells_of(treatment: Treatment, counts: Mapping[Treatment, int]) -> int:
    """Return the wells of a dose, those without cells included."""
    same = (
        n for other, n in counts.items() if other.doses == treatment.doses and other.compounds == treatment.compounds
    )
    return sum(same)


@dataclass(frozen=True)
class _Level:
    """A step of a dilution series, by the first compound's dose in the well."""

    dose: float
    transfer_ul: float = 0.0
    diluent_ul: float = 0.0


def _levels(design: Design, wells: Mapping[float, int]) -> list[_Level]:
    """Return the levels of a series from the highest dose, with steps between where one would be too steep.

    `wells` holds how many wells each dose goes into, from the lowest dose.
    """
    smallest, dead = design.pipetting.smallest_ul, design.pipetting.dead_volume_ul
    dose, *higher = wells
    found, onward = list[_Level](), 0.0
    while higher:
        needed = wells.get(dose, 0) * design.wells.added_ul + onward + dead
        factor = higher[0] / dose
        transfer = max(_rounded_up(needed / factor, 1.0), smallest) if needed / factor > smallest else smallest
        if transfer * factor > max(1.5 * needed, TUBE_UL):
            higher.insert(0, math.sqrt(higher[0] * dose))
            continue
        found.append(_Level(dose, transfer, transfer * (factor - 1)))
        dose, onward = higher.pop(0), transfer
    return [_Level(dose), *found[::-1]]


def _from_stocks(
    design: Design, curve: Curve, family: Family, name: str, needed_ul: float
) -> tuple[list[Solution], tuple[Part, ...]]:
    """Return the intermediate dilutions of the stocks, and the parts of the tube of the highest dose."""
    fold, smallest = design.wells.fold, design.pipetting.smallest_ul
    agents = [design.compounds[compound] for compound in curve.compounds]
    # Shares of the tube: of each undiluted stock, of each vehicle in all.
    stock = {agent.name: fold * dose / agent.stock for agent, dose in zip(agents, curve.doses[-1], strict=True)}
    vehicle = {v: fold * design.vehicle_percent[v] / 100 for v in family.vehicles}
    pipetted, pure = _as_pipetted(agents, stock, vehicle, smallest / needed_ul)
    total = _rounded_up(max(needed_ul, smallest / min(*pipetted.values(), *pure.values(), 1.0)), 10.0)
    before, parts = list[Solution](), list[Part]()
    for agent in agents:
        volume = pipetted[agent.name] * total
        chain = list(_intermediates(design, agent, name, volume, stock[agent.name] / pipetted[agent.name]))
        before += chain
        parts.append(Part(chain[-1].name if chain else stock_name(agent.name), volume))
    parts += [Part(vehicle_name(v), share * total) for v, share in pure.items()]
    medium = Part(MEDIUM, total - math.fsum(part.volume_ul for part in parts))
    return before, (medium, *parts)


def _as_pipetted(
    agents: Sequence[Stocked], stock: Mapping[str, float], vehicle: Mapping[str, float], smallest: float
) -> tuple[dict[str, float], dict[str, float]]:
    """Return, as shares of the tube, what is taken of each stock or its dilution, and of each pure vehicle.

    Where a stock, or the vehicle that tops it up, would be less than a pipette can hold, stocks are diluted in pure
    vehicle beforehand, so that the dilutions make up the vehicle's whole share.
    """
    pipetted, pure = dict(stock), dict[str, float]()
    for name, share in vehicle.items():
        own = [agent.name for agent in agents if agent.vehicle == name]
        spare = share - math.fsum(stock[agent] for agent in own)
        if spare <= 1e-9 * share:
            continue
        if own and min(spare, *(stock[agent] for agent in own)) < smallest:
            pipetted |= {agent: stock[agent] + spare / len(own) for agent in own}
        else:
            pure[name] = spare
    return pipetted, pure


def _intermediates(design: Design, agent: Stocked, top: str, volume_ul: float, strength: float) -> Iterator[Solution]:
    """Yield dilutions of a stock in its pure vehicle down to a strength (1 is undiluted), the last of this volume."""
    if strength > 1 - 1e-9:
        return
    smallest = design.pipetting.smallest_ul
    steps = math.ceil(math.log(1 / strength) / math.log(STEEPEST) - 1e-9)
    factor = (1 / strength) ** (1 / steps)
    totals = [0.0] * steps
    onward = [0.0] * steps
    for step in range(steps - 1, -1, -1):
        onward[step] = volume_ul if step == steps - 1 else totals[step + 1] / factor
        least = smallest * factor * max(1.0, 1 / (factor - 1))  # so that both of its parts can be pipetted
        totals[step] = _rounded_up(max(onward[step] + _dead_of_vehicle(onward[step]), least), 1.0)
    source = stock_name(agent.name)
    for step, total in enumerate(totals, 1):
        name = f"{agent.name} in {agent.vehicle} for {top}" + (f", step {step}" if steps > 1 else "")
        parts = (Part(vehicle_name(agent.vehicle), total - total / factor), Part(source, total / factor))
        yield Solution(name, parts, {agent.name: agent.stock / factor**step}, onward_ul=onward[step - 1])
        source = name


def _dead_of_vehicle(volume_ul: float) -> float:
    """Return what stays behind of a small volume in pure vehicle: a fifth, at least 2 uL."""
    return max(2.0, 0.2 * volume_ul)


def _rounded_up(volume_ul: float, step: float) -> float:
    """Return a volume that is easily set, at least as large: in steps below 100 uL, in tens of steps above."""
    step = step if volume_ul < 100 * step else 10 * step
    return math.ceil(volume_ul / step - 1e-9) * step


def _with_caps(made: Sequence[Solution]) -> Iterator[Solution]:
    numbers, letters = itertools.count(1), itertools.count()
    for solution in made:
        yield replace(solution, cap=str(next(numbers)) if solution.wells else _letters(next(letters)))


def _letters(index: int) -> str:
    """Return a to z, then aa to az, ba and so on.

    Examples
    --------
    >>> _letters(0), _letters(27)
    ('a', 'ab')
    """
    return (_letters(index // 26 - 1) if index >= 26 else "") + chr(ord("a") + index % 26)
