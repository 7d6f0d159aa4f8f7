"""From the keys of DESIGN.yaml to an experiment that can be pipetted, or every problem at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cytotools.cells.refused import Refused, nearest
from cytotools.design.design_schema import CombinationModel, DesignModel, SeriesModel, StockedModel
from cytotools.design.dose_series import as_written, dose_series, middle, two_digits
from cytotools.design.experiment import Curve, Design, Family, Pipetting, Scatter, Stocked, Wells
from cytotools.design.plate_sharing import shared_plates
from cytotools.design.platinum import is_dmso, is_platinum
from cytotools.errors import Problem, StudyError
from cytotools.plates.dose_units import Dose, convert_dose
from cytotools.study_schema import Location, Places, dotted, place_of

AQUEOUS = re.compile(r"saline|nacl|water|pbs|medium|dmem|rpmi|h2o", re.IGNORECASE)
ORGANIC_PERCENT, AQUEOUS_PERCENT = 0.5, 10.0
USUAL_PERCENT = 0.1  # what most laboratories hold constant; less can't be pipetted
MUCH_PERCENT = 2.0
MAX_VEHICLES = 3  # compound, compound_2 and compound_3 name a control's vehicles
_PLATINUM = (
    "DMSO replaces the ligands of platinum complexes and takes their activity (doi 10.1158/0008-5472.CAN-14-0247): "
    "dissolve it in saline (cisplatin), water (carboplatin), 5 % glucose (oxaliplatin) or, for strong stocks, DMF."
)


@dataclass
class _Checking:
    """The file being checked, and what was found wrong with it."""

    name: str
    places: Places
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, location: Location, expected: str, got: str, remedy: str) -> None:
        place = place_of(location, self.places, self.name)
        self.problems.append(Problem(place, dotted(location), expected, got, remedy))

    def stop(self) -> None:
        if self.problems:
            raise StudyError(self.problems)


def checked_design(model: DesignModel, places: Places, name: str) -> Design:
    """Return the experiment that a design file describes.

    Parameters
    ----------
    model : DesignModel
        What the file holds.
    places, name
        Where each key stands, and the file's name, for messages.

    Raises
    ------
    StudyError
        A platinum drug in DMSO, a dose that its stock can't reach within the vehicle's limit, unlike units without a
        molar mass, a combination of compounds that are not there, more wells than a plate has; every problem that was
        found.
    """
    checking = _Checking(name, places)
    vehicles: dict[str, str] = {}
    compounds = {key: _stocked(checking, key, found, vehicles) for key, found in model.compounds.items()}
    checking.stop()
    sound = {key: found for key, found in compounds.items() if found}
    singles = {key: _single(checking, sound[key], found) for key, found in model.compounds.items()}
    checking.stop()
    combined = [_combined(checking, ("combinations", i), c, sound) for i, c in enumerate(model.combinations)]
    checking.stop()
    families = _families(list(singles.values()), [curve for curve in combined if curve], sound)
    percent = _vehicle_percent(checking, model, families, sound)
    wells = _wells(checking, model)
    for family in families:
        _check_family(checking, family, sound, percent, wells.fold)
    checking.stop()
    design = Design(
        title=model.title or "",
        assay=model.assay,
        plate_wells=model.plate,
        lines=model.cell_lines,
        replicates=model.replicates,
        hours=model.hours,
        seed=model.seed,
        compounds=sound,
        families=families,
        vehicle_percent=percent,
        wells=wells,
        pipetting=Pipetting(model.smallest_pipette_ul, model.dead_volume_ul),
        scatter=Scatter(model.well_sd_percent / 100, model.experiment_sd),
        notes=tuple(checking.notes),
    )
    shared_plates(design, place_of(("compounds",), places, name))
    return design


def _stocked(checking: _Checking, name: str, model: StockedModel, vehicles: dict[str, str]) -> Stocked | None:
    """Read a compound; the unit of its doses is that of its highest."""
    at: Location = ("compounds", name)
    vehicle = vehicles.setdefault(model.vehicle.casefold(), model.vehicle)
    if is_platinum(name, model.drug_class or "") and is_dmso(vehicle):
        checking.add((*at, "vehicle"), "a vehicle that leaves a platinum drug active", vehicle, _PLATINUM)
    doses = model.doses
    unit = doses.around.unit if isinstance(doses, SeriesModel) else doses[-1].unit
    stock = _in(checking, (*at, "stock"), model.stock, unit.name, model.molar_mass)
    if isinstance(doses, SeriesModel):
        half: float | None = doses.around.amount
    else:
        found = [_in(checking, (*at, "doses", i), dose, unit.name, model.molar_mass) for i, dose in enumerate(doses)]
        half = middle(tuple(dose for dose in found if dose)) if all(found) else None
    if model.ic50 is not None:
        half = _in(checking, (*at, "ic50"), model.ic50, unit.name, model.molar_mass)
    if stock is None or half is None:
        return None
    slope, kind = model.hill_slope, model.drug_class or ""
    return Stocked(name, stock, model.stock, unit.name, vehicle, half, slope, model.molar_mass, kind)


def _in(checking: _Checking, at: Location, dose: Dose, unit: str, molar_mass: float | None) -> float | None:
    try:
        return dose.to(unit, molar_mass).amount
    except Refused as no:
        checking.add(at, no.expected, str(dose), no.remedy)
        return None


def _single(checking: _Checking, compound: Stocked, model: StockedModel) -> Curve:
    if isinstance(model.doses, SeriesModel):
        doses = dose_series(model.doses.around.amount, model.doses.steps, model.doses.factor)
    else:
        doses = tuple(sorted(as_written(d.to(compound.unit, compound.molar_mass).amount) for d in model.doses))
        if len(set(doses)) < len(doses):
            expected, remedy = "each dose once", "Wells of one dose are counted by `wells_per_dose`."
            checking.add(("compounds", compound.name, "doses"), expected, "a dose twice", remedy)
    return Curve((compound.name,), tuple((dose,) for dose in doses), (compound.ic50,), compound.hill_slope)


def _combined(
    checking: _Checking, at: Location, model: CombinationModel, compounds: Mapping[str, Stocked]
) -> Curve | None:
    """Return the curve of a combination: by default at the ratio of the IC50s, around half of the first one's."""
    unknown = [name for name in model.compounds if name not in compounds]
    if unknown:
        checking.add((*at, "compounds"), "compounds of this design", unknown[0], nearest(unknown[0], compounds))
        return None
    agents = [compounds[name] for name in model.compounds]
    parts = _ratio(checking, at, model, agents)
    first = agents[0]
    around = _in(checking, (*at, "around"), model.around, first.unit, first.molar_mass) if model.around else None
    if parts is None or (model.around and around is None):
        return None
    series = dose_series(around or two_digits(first.ic50 / len(agents)), model.steps, model.factor)
    doses = tuple(tuple(as_written(dose * part / parts[0]) for part in parts) for dose in series)
    # Loewe additivity: at half the effect the shares of the single IC50s sum to 1.
    total = sum(part / parts[0] / agent.ic50 for part, agent in zip(parts, agents, strict=True))
    half = tuple(part / parts[0] / total for part in parts)
    slope = middle(tuple(agent.hill_slope for agent in agents))
    return Curve(model.compounds, doses, half, slope)


def _ratio(
    checking: _Checking, at: Location, model: CombinationModel, agents: Sequence[Stocked]
) -> tuple[float, ...] | None:
    """Return the dose of each agent, in its own unit, that goes with one of the others'."""
    if model.ratio is None:
        return tuple(agent.ic50 for agent in agents)
    words = [word.strip() for word in model.ratio.split(":")]
    if len(words) != len(agents) or not all(re.fullmatch(r"(?a:\d*\.?\d+)", w) and float(w) > 0 for w in words):
        unit = agents[0].unit
        expected, remedy = f"{len(agents)} numbers with colons between, all in {unit}", 'Write them in quotes: "1:50".'
        checking.add((*at, "ratio"), expected, model.ratio, remedy)
        return None
    # The numbers of a ratio share a unit: the first agent's.
    try:
        return tuple(
            convert_dose(float(word), agents[0].unit, agent.unit, agent.molar_mass)
            for word, agent in zip(words, agents, strict=True)
        )
    except Refused as no:
        checking.add((*at, "ratio"), no.expected, model.ratio, no.remedy)
        return None


def _families(
    singles: Sequence[Curve], combined: Sequence[Curve], compounds: Mapping[str, Stocked]
) -> tuple[Family, ...]:
    """Put compounds that are combined with one another into one family."""
    groups: list[set[str]] = [set(curve.compounds) for curve in singles]
    for curve in combined:
        joined = set(curve.compounds).union(*(group for group in groups if group & set(curve.compounds)))
        groups = [group for group in groups if not group & joined] + [joined]
    families = []
    for names in sorted(groups, key=lambda group: min(list(compounds).index(name) for name in group)):
        own = [curve for curve in (*singles, *combined) if set(curve.compounds) <= names]
        vehicles = tuple(dict.fromkeys(found.vehicle for name, found in compounds.items() if name in names))
        families.append(Family(tuple(own), vehicles))
    return tuple(families)


def _vehicle_percent(
    checking: _Checking, model: DesignModel, families: Sequence[Family], compounds: Mapping[str, Stocked]
) -> dict[str, float]:
    """Return what each vehicle makes up of its wells: what the strongest of them needs, and at least what is usual."""
    percent = {}
    limits = model.max_vehicle_percent
    for vehicle in dict.fromkeys(name for family in families for name in family.vehicles):
        usual = AQUEOUS_PERCENT if AQUEOUS.search(vehicle) else ORGANIC_PERCENT
        limit = limits.get(vehicle.casefold(), limits.get("", usual))
        needed = 0.0
        for curve in (curve for family in families for curve in family.curves):
            own = 100 * vehicle_share(curve, vehicle, compounds)
            if own > limit * (1 + 1e-9):
                _refuse_dose(checking, curve, model, compounds, vehicle, own, limit)
            needed = max(needed, own)
        percent[vehicle] = min(limit, max(needed, USUAL_PERCENT))
        if percent[vehicle] > MUCH_PERCENT:
            words = (
                f"{percent[vehicle]:.3g} % {vehicle} thins the medium of every well that holds it, controls included"
            )
            checking.notes.append(f"{words}; a stronger stock would need less.")
    known = {vehicle.casefold() for vehicle in percent} | {""}
    for vehicle in limits:
        if vehicle not in known:
            checking.add(("max_vehicle_percent",), "vehicles of this design", vehicle, nearest(vehicle, percent))
    return percent


def vehicle_share(curve: Curve, vehicle: str, compounds: Mapping[str, Stocked]) -> float:
    """Return the share of a well that undiluted stocks in one vehicle make up at a curve's highest dose."""
    agents = zip(curve.compounds, curve.doses[-1], strict=True)
    return sum(dose / compounds[name].stock for name, dose in agents if compounds[name].vehicle == vehicle)


def _refuse_dose(
    checking: _Checking,
    curve: Curve,
    model: DesignModel,
    compounds: Mapping[str, Stocked],
    vehicle: str,
    needed: float,
    limit: float,
) -> None:
    names = [name for name in curve.compounds if compounds[name].vehicle == vehicle]
    words = " and ".join(f"{_figures(_top(curve, name), 4)} {compounds[name].unit} of {name}" for name in names)
    stocks = " and ".join(f"{compounds[name].stock_as_written} of {name}" for name in names)
    reach = " and ".join(f"{_figures(_top(curve, n) * limit / needed, 3)} {compounds[n].unit} of {n}" for n in names)
    if len(curve.compounds) > 1:
        numbers = [i for i, found in enumerate(model.combinations) if found.compounds == curve.compounds]
        at: Location = ("combinations", numbers[0], "compounds")
    else:
        at = ("compounds", curve.name, "doses")
    stronger = f"Take stocks that are {_figures(needed / limit, 2)} times stronger"
    raised = f"raise `max_vehicle_percent: {{{vehicle}: {_figures(needed, 2)}}}` if the cells bear it"
    remedy = f"{stronger}, lower the doses, or {raised}." if needed < 100 else f"{stronger}, or lower the doses."
    expected = f"at most {reach}, as stocks of {stocks} reach with {limit:g} % {vehicle}"
    checking.add(at, expected, f"{words}, which needs {_figures(needed, 3)} % {vehicle}", remedy)


def _figures(value: float, figures: int) -> str:
    """Return a number to some significant figures, never with an exponent."""
    return format(Decimal(f"{value:.{figures}g}"), "f")


def _top(curve: Curve, name: str) -> float:
    return curve.doses[-1][curve.compounds.index(name)]


def _wells(checking: _Checking, model: DesignModel) -> Wells:
    volume = model.volume_ul or (100.0 if model.plate == 96 else 50.0)
    added = model.added_ul or volume / 2
    if added > volume:
        remedy = "Write how much of the well's volume is dosing solution; all of it where the medium is exchanged."
        checking.add(("added_ul",), f"at most `volume_ul`, {volume:g}", f"{added:g}", remedy)
    blanks = model.blanks if model.blanks is not None else (0 if model.edge == "blank" else 4)
    return Wells(
        model.wells_per_dose, model.controls, model.untreated, blanks, model.compound_only, volume, added, model.edge
    )


def _check_family(
    checking: _Checking, family: Family, compounds: Mapping[str, Stocked], percent: Mapping[str, float], fold: float
) -> None:
    """Check that a family's vehicles can be held constant, and note a platinum drug that meets DMSO."""
    at: Location = ("combinations",)
    if len(family.vehicles) > MAX_VEHICLES:
        remedy = "Dissolve more of the compounds in one vehicle."
        got = ", ".join(family.vehicles)
        checking.add(at, f"at most {MAX_VEHICLES} vehicles among compounds that are combined", got, remedy)
    share = sum(percent[vehicle] for vehicle in family.vehicles) * fold
    if share > 100:
        remedy = "Raise `added_ul`, use stronger stocks or lower the doses."
        got = f"vehicles that make up {_figures(share, 3)} % of it"
        checking.add(("compounds",), f"a dosing solution of {family.name} with room for medium", got, remedy)
    names = {name for curve in family.curves for name in curve.compounds}
    platinum = [name for name in names if is_platinum(name, compounds[name].drug_class)]
    dmso = [vehicle for vehicle in family.vehicles if is_dmso(vehicle)]
    if platinum and dmso:
        checking.notes.append(
            f"{platinum[0]} meets {percent[dmso[0]]:.3g} % {dmso[0]} of its partner in every well: it inactivates "
            f"platinum drugs, so mix both within minutes of dosing. The wells of {platinum[0]} alone hold the same, so "
            "that the comparison stays fair."
        )
