"""How often the checks across the tubes find an artefact, and how often they raise an alarm on a clean plate.

Plates of 12 to 24 wells of 10,000 events come from two simulators: that of the package, and one written here that
shares no shape with it (populations normal, Student's t, gamma or Weibull on a log10 scale, live cells of two kinds,
offsets, debris without a gap). Every plate holds a dose series from 0 to 80-95 % apoptosis, in which the early to late
ratio changes with the dose; half have a positive control, half are read in the order of the sheet; early and late
cells differ in brightness. Tubes shift by an SD of 0.05 of the distance between negative and positive cells (drift:
also by 0.02), in the stain alone or in all cells. Thresholds are those of `gate_plate`, so that an artefact may move
them too. Calcium loss strikes two wells or more of those with at least 15 % apoptosis.

    python benchmarks/plate_artefact_alarms.py        # prints the table and writes benchmarks/plate_artefact_alarms.csv
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gating import Channel, Events, gate_plate
from gating.artefacts.across_tubes import check_group, compare_batches
from gating.artefacts.finding import Finding
from gating.cautions import CAUTIONS
from gating.compensation import compensated_columns
from gating.compound_control import compound_shift
from gating.controls import Group, groups
from gating.levels import Levels, tube_levels
from gating.own_light import own_light
from gating.quadrants import POPULATIONS, count_at
from gating.sheet import read_sheet
from gating.simulate import STATES, Cytometer, State, Tube, simulate_tube
from gating.whole_cells import Recipe, whole_single_cells

Table = NDArray[np.float64]
CHANNELS = tuple(Channel(name) for name in ("FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A"))
CONTROLS = {"unstained": (0.0, 0.0), "annexin_only": (1.0, 0.0), "dye_only": (0.0, 1.0)}


@dataclass(frozen=True)
class Well:
    """A tube to draw: the truth, its stains, and what is wrong with it."""

    file: str
    role: str
    compound: str = ""
    dose: float = float("nan")
    place: str = ""
    apoptosis: float = 0.03
    early: float = 0.6  # of the apoptotic cells
    necrotic: float = 0.01
    stains: tuple[float, float] = (1.0, 1.0)  # 0.5 is half the light, 0 no stain
    light: float = 0.0  # of a compound in the dye's channel, times the light of live cells there
    gain: float = 1.0
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def fractions(self) -> dict[str, float]:
        """Of the four states, which sum to 1."""
        dying = self.apoptosis
        late = dying * (1 - self.early)
        live = 1 - dying - self.necrotic
        return {"live": live, "early_apoptotic": dying - late, "late_apoptotic": late, "necrotic": self.necrotic}


@dataclass(frozen=True)
class World:
    """What the cells and the instrument of a plate are like."""

    shape: str
    levels: tuple[float, float]  # linear light of live cells
    distance: tuple[float, float]  # decades from live to late apoptotic cells
    spread: float
    early_below: float
    binding: float
    dim_late: float
    debris: float
    follows: float  # how much of a tube's shift live cells share
    tube_shift: float
    heavy: bool


def some_world(rng: np.random.Generator, tube_shift: float) -> World:
    """Return a world for one plate."""
    return World(
        shape=str(rng.choice(["normal", "t", "gamma", "weibull"])),
        levels=(rng.uniform(80, 900), rng.uniform(60, 700)),
        distance=(rng.uniform(1.3, 1.9), rng.uniform(1.4, 2.1)),
        spread=rng.uniform(0.16, 0.24),
        early_below=rng.uniform(0.0, 0.3),
        binding=rng.uniform(0.0, 0.1),
        dim_late=rng.uniform(0.0, 0.15),
        debris=rng.uniform(0.0, 0.15),
        follows=float(rng.choice([0.0, 0.5, 1.0])),
        tube_shift=tube_shift,
        heavy=bool(rng.random() < 0.5),
    )


def draw_own(well: Well, world: World, rng: np.random.Generator, events: int) -> Table:
    """Return uncompensated events of one tube in the order of CHANNELS, drawn by shapes of this file."""
    labels = rng.choice(4, events, p=list(well.fractions.values()))
    columns = []
    for axis, kinds in enumerate(((1, 2), (2, 3))):
        step, low = world.distance[axis], world.levels[axis]
        shift = world.tube_shift * step * rng.standard_normal()
        bright = np.isin(labels, kinds)
        height = np.where(bright, step, 0.0)
        if axis == 0:
            height = (
                height
                - world.early_below * (labels == 1)
                + 0.5 * ((labels == 0) & (rng.random(events) < world.binding))
            )
        else:
            height = height - 0.5 * ((labels == 2) & (rng.random(events) < world.dim_late)) + 0.1 * (labels == 1)
        height = height + world.spread * _noise(world.shape, events, rng) + shift * np.where(bright, 1.0, world.follows)
        stain = well.stains[axis]
        bare = 0.6 * low * 10 ** (0.15 * rng.standard_normal(events) + 0.15 * (labels > 0))
        # Live cells owe 40 % of their light to the stain, positive ones all but their own.
        light = bare + stain * np.maximum(low * 10**height - 0.6 * low, 0.0)
        if axis == 1 and well.light:
            light = light + well.light * low * rng.gamma(8.0, 1 / 8.0, events)
        columns.append(well.gain * (light + 0.15 * low * rng.standard_normal(events)))
    size = rng.gamma(40.0, 2_200.0, events) * np.where(labels > 0, 0.68, 1.0)
    debris = rng.random(events) < world.debris
    size[debris] = rng.uniform(2_000, 30_000, int(debris.sum()))
    for column, low in zip(columns, world.levels, strict=True):
        column[debris] *= rng.uniform(0.05, 0.6, int(debris.sum()))
        column[debris] += 0.1 * low * rng.standard_normal(int(debris.sum()))
    return np.column_stack([size, size * rng.normal(1.0, 0.03, events), 0.5 * size, *columns])


def _noise(shape: str, n: int, rng: np.random.Generator) -> Table:
    """Return draws of robust SD near 1 and median near 0."""
    if shape == "t":
        return np.clip(rng.standard_t(4, n), -5, 5) * 0.9
    if shape == "gamma":
        return (rng.gamma(9.0, 1.0, n) - 8.67) / 3.0
    if shape == "weibull":
        return (rng.weibull(3.0, n) - 0.885) / 0.32
    return rng.standard_normal(n)


def draw_package(well: Well, world: World, rng: np.random.Generator, events: int) -> Table:
    """Return uncompensated events of one tube in the order of CHANNELS, drawn by gating.simulate."""
    states = dict(STATES)
    early = STATES["early_apoptotic"]
    states["early_apoptotic"] = State(7_500 * 10**-world.early_below, *list(vars(early).values())[1:])
    shifts = 10 ** (world.tube_shift * np.array([1.73, 2.1]) * rng.standard_normal(2))
    tube = Tube(
        well.fractions,
        n_events=events,
        annexin_stained=well.stains[0] > 0,
        dye_stained=well.stains[1] > 0,
        debris=world.debris,
        annexin_scale=float(shifts[0]) * (well.stains[0] or 1.0),
        dye_scale=float(shifts[1]) * (well.stains[1] or 1.0),
        heavy_tails=world.heavy,
        states=states,
    )
    values = np.array(simulate_tube(tube, rng, Cytometer()).events.values[:, :5], dtype=np.float64)
    if well.light:
        values[:, 4] += well.light * 145.0 * rng.lognormal(0.0, 0.35, events)
    values[:, 3:] *= well.gain
    return values


DRAW = {"own shapes": draw_own, "gating.simulate": draw_package}


@dataclass(frozen=True)
class Plate:
    """The wells of a plate in the order of acquisition, and its world."""

    wells: tuple[Well, ...]
    world: World
    clocked: bool = True


def clean_plate(rng: np.random.Generator, samples: int = 0, tube_shift: float = 0.05) -> Plate:
    """Return a plate with nothing wrong: one or two compounds in a dose series, vehicle wells, perhaps a positive."""
    n = samples or int(rng.integers(12, 25))
    vehicles = max(2, n // 8)
    compounds = ["compound A", "compound B"][: int(rng.integers(1, 3))]
    repeats = int(rng.integers(1, 3))
    wells = [Well(f"v{i}", "vehicle", dose=0.0) for i in range(vehicles)]
    wells = [replace(w, apoptosis=rng.uniform(0.01, 0.06)) for w in wells]
    each = (n - vehicles) // len(compounds)
    for compound in compounds:
        steps = max(3, each // repeats)
        top, half, slope = rng.uniform(0.80, 0.95), rng.uniform(0.3, 0.7), rng.uniform(3, 8)
        for i in range(each):
            dose = min(i // repeats, steps - 1) / (steps - 1)
            dead = 0.03 + (top - 0.03) / (1 + np.exp(-slope * (dose - half) * 2))
            dead = float(np.clip(dead * rng.lognormal(0, 0.06), 0.01, 0.96))
            early = float(np.clip(0.8 - 0.5 * dose + 0.05 * rng.standard_normal(), 0.15, 0.95))
            name = f"{compound[-1]}{i:02d}"
            wells.append(Well(name, "treated", compound, 0.1 * 100**dose, "", dead, early, rng.uniform(0.003, 0.02)))
    if rng.random() < 0.5:
        wells.append(Well("positive", "positive", apoptosis=rng.uniform(0.5, 0.9), early=rng.uniform(0.3, 0.8)))
    if rng.random() < 0.5:
        wells = [wells[i] for i in rng.permutation(len(wells))]
    places = [f"{row}{column}" for row in "BCDEFGA" for column in range(1, 13)]
    if rng.random() < 0.5 and len(wells) <= len(places):
        wells = [replace(w, place=place) for w, place in zip(wells, places, strict=False)]
    return Plate(tuple(wells), some_world(rng, tube_shift), bool(rng.random() < 0.5))


def levels_of(
    plate: Plate, simulator: str, rng: np.random.Generator, events: int
) -> tuple[dict[str, Levels], list[Group], dict[str, dict[str, object]]]:
    """Draw a plate, let gate_plate place its thresholds, and take every tube's levels."""
    controls = [Well(role, role, apoptosis=0.3, stains=stains) for role, stains in CONTROLS.items()]
    controls[0] = replace(controls[0], apoptosis=0.03)
    wells = [*controls, *plate.wells]
    drawn = {}
    for i, well in enumerate(wells):
        clock = {"$DATE": "02-MAR-2026", "$BTIM": f"{9 + i // 30:02d}:{2 * (i % 30):02d}:00"} if plate.clocked else {}
        spillover = Cytometer().spillover if simulator == "gating.simulate" else None
        table = DRAW[simulator](well, plate.world, rng, events)
        drawn[well.file] = Events(table, CHANNELS, keywords=clock, spillover=spillover, name=well.file)
    rows = {
        w.file: {"file": w.file, "role": w.role, "compound": w.compound, "dose": w.dose, "well": w.place, **w.extra}
        for w in wells
    }
    sheet = pd.DataFrame(list(rows.values()))
    gated = gate_plate(sheet, ".", read=lambda path: drawn[path.name])
    levels = {}
    for file, gate in gated.gates.items():
        recipe = Recipe("FITC-A", "PE-A", "FSC-A", "FSC-H", gated.spillovers[file], 32_000.0, side="SSC-A")
        cells = whole_single_cells(drawn[file], recipe)
        levels[file] = tube_levels(drawn[file], cells, gate.annexin_threshold, gate.dye_threshold)
    return levels, list(groups(read_sheet(sheet))), rows


def alarms(plate: Plate, simulator: str, rng: np.random.Generator, events: int) -> list[Finding]:
    """Return the raised findings of a plate."""
    levels, batch, rows = levels_of(plate, simulator, rng, events)
    return [f for group in batch for f in check_group(levels, group, rows) if f.raised]


def _some_dim(plate: Plate, rng: np.random.Generator, most: float) -> Plate:
    dying = [i for i, w in enumerate(plate.wells) if w.role == "treated" and w.apoptosis > 0.15]
    count = max(2, int(most * len(dying)))
    picked = set(rng.choice(dying, min(count, len(dying)), replace=False).tolist())
    return replace(
        plate, wells=tuple(replace(w, stains=(0.5, 1.0)) if i in picked else w for i, w in enumerate(plate.wells))
    )


def _each(plate: Plate, change: Callable[[int, Well], Well]) -> Plate:
    return replace(plate, wells=tuple(change(i, w) for i, w in enumerate(plate.wells)))


def _with_positive(plate: Plate, apoptosis: float = 0.7) -> Plate:
    wells = tuple(w for w in plate.wells if w.role != "positive")
    return replace(plate, wells=(*wells, Well("positive", "positive", apoptosis=apoptosis, early=0.5)))


def two_dim(plate: Plate, rng: np.random.Generator) -> Plate:
    """Halve the Annexin V of two wells."""
    return _some_dim(plate, rng, 0.0)


def third_dim(plate: Plate, rng: np.random.Generator) -> Plate:
    """Halve the Annexin V of a third of the dying wells."""
    return _some_dim(plate, rng, 0.34)


def all_but_positive_dim(plate: Plate, rng: np.random.Generator) -> Plate:
    """Halve the Annexin V of every well but the positive control."""
    dim = _each(plate, lambda i, w: replace(w, stains=(0.5, 1.0)))
    return _with_positive(dim)


def drifting(plate: Plate, rng: np.random.Generator) -> Plate:
    """Let the gain of both channels drift by 0.1 decade over the plate."""
    last = max(len(plate.wells) - 1, 1)
    return replace(_each(plate, lambda i, w: replace(w, gain=10 ** (0.1 * i / last))), clocked=True)


def shining(light: float) -> Callable[[Plate, np.random.Generator], Plate]:
    """Return a fault: a compound whose light at the top dose is this many times that of live cells."""

    def change(i: int, well: Well) -> Well:
        return replace(well, light=light * well.dose / 10.0) if well.compound == "compound A" else well

    return lambda plate, rng: _each(plate, change)


def edges(plate: Plate, rng: np.random.Generator) -> Plate:
    """Replicate four treatments over a plate of 48 wells and let the outer wells die more, by 1 on the logit."""
    wells = []
    for i in range(96):
        row, column = divmod(i, 12)
        outer = row in (0, 7) or column in (0, 11)
        dose = int(rng.integers(0, 4))
        dying = (0.08, 0.2, 0.4, 0.6)[dose]
        logit = np.log(dying / (1 - dying)) + outer + 0.2 * rng.standard_normal()
        role, name = ("treated", "compound A") if dose else ("vehicle", "")
        place = f"{'ABCDEFGH'[row]}{column + 1}"
        wells.append(Well(f"w{i:02d}", role, name, float(dose), place, float(1 / (1 + np.exp(-logit)))))
    return replace(plate, wells=tuple(wells))


FAULTS: Mapping[str, tuple[str, Callable[[Plate, np.random.Generator], Plate], int, float]] = {
    "Annexin V halved in 2 wells": ("annexin_dim", two_dim, 0, 0.05),
    "Annexin V halved in 2 wells, tubes shift 0.02": ("annexin_dim", two_dim, 0, 0.02),
    "Annexin V halved in a third of the dying wells": ("annexin_dim", third_dim, 0, 0.05),
    "Annexin V halved in a third of the dying wells, tubes shift 0.02": ("annexin_dim", third_dim, 0, 0.02),
    "Annexin V halved in all wells but the positive control": ("annexin_dim", all_but_positive_dim, 0, 0.05),
    "Annexin V halved in all wells but the positive control, tubes shift 0.02": (
        "annexin_dim",
        all_but_positive_dim,
        0,
        0.02,
    ),
    "gain drifts 0.1 decade, 24 wells, tubes shift 0.05": ("drift", drifting, 24, 0.05),
    "gain drifts 0.1 decade, 24 wells, tubes shift 0.02": ("drift", drifting, 24, 0.02),
    "gain drifts 0.1 decade, 72 wells, tubes shift 0.05": ("drift", drifting, 72, 0.05),
    "compound as bright as live cells at its top dose": ("compound_light", shining(1.0), 0, 0.05),
    "compound 2 x as bright as live cells at its top dose": ("compound_light", shining(2.0), 0, 0.05),
    "compound 5 x as bright as live cells at its top dose": ("compound_light", shining(5.0), 0, 0.05),
    "untreated and vehicle cells 25 % Annexin-positive": (
        "high_background",
        lambda plate, rng: _each(
            plate, lambda i, w: replace(w, apoptosis=0.25, early=0.9) if w.role == "vehicle" else w
        ),
        0,
        0.05,
    ),
    "vehicle cells 25 % dead by the harvest": (
        "harvest_damage",
        lambda plate, rng: _each(plate, lambda i, w: replace(w, necrotic=0.25) if w.role == "vehicle" else w),
        0,
        0.05,
    ),
    "positive control with 20 % apoptosis": ("weak_positive", lambda plate, rng: _with_positive(plate, 0.2), 0, 0.05),
}


def run(simulator: str, plates: int, events: int) -> list[dict[str, object]]:
    """Return the rows of one simulator."""
    rows: list[dict[str, object]] = []
    seed = list(DRAW).index(simulator)
    counts: dict[str, int] = {}
    for i in range(plates):
        rng = np.random.default_rng([61, seed, i])
        found = {f.check for f in alarms(clean_plate(rng), simulator, rng, events)}
        loud = {check for check in found if CAUTIONS[check].severity != "note"}
        for check in (*loud, *(["any"] if loud else [])):
            counts[check] = counts.get(check, 0) + 1
    for check in ("any", *sorted(set(counts) - {"any"})):
        rows.append(_row(simulator, "clean", check, plates, counts.get(check, 0)))
    for name, (check, change, samples, shift) in FAULTS.items():
        faulty = max(1, plates // 6)
        hits = 0
        for i in range(faulty):
            rng = np.random.default_rng([62, seed, i, len(name)])
            plate = change(clean_plate(rng, samples, shift), rng)
            hits += any(f.check == check for f in alarms(plate, simulator, rng, events))
        rows.append(_row(simulator, name, check, faulty, hits))
    faulty = max(1, plates // 20)
    hits = sum(_edge_found(simulator, np.random.default_rng([63, seed, i]), events // 4) for i in range(faulty))
    rows.append(_row(simulator, "outer wells of 96 die more, 1 on the logit", "plate_position", faulty, hits))
    faulty = max(1, plates // 8)
    for halved in (False, True):
        hits = sum(
            _batches_differ(simulator, np.random.default_rng([64, seed, i]), events, halved) for i in range(faulty)
        )
        name = "Annexin V halved in one of two batches" if halved else "clean, two batches"
        rows.append(_row(simulator, name, "annexin_dim", faulty, hits))
    return rows


def _row(simulator: str, name: str, check: str, plates: int, hits: int) -> dict[str, object]:
    share = round(hits / plates, 4)
    print(f"{simulator}, {name}, {check}: {hits} of {plates}", flush=True)
    return {"simulator": simulator, "plates_with": name, "check": check, "plates": plates, "share_raised": share}


def _edge_found(simulator: str, rng: np.random.Generator, events: int) -> bool:
    return any(f.check == "plate_position" for f in alarms(edges(clean_plate(rng), rng), simulator, rng, events))


def _batches_differ(simulator: str, rng: np.random.Generator, events: int, halved: bool) -> bool:
    first = clean_plate(rng)
    second = replace(clean_plate(rng), world=first.world)
    if halved:
        second = _each(second, lambda i, w: replace(w, stains=(0.5, 1.0)))
    one, two = (levels_of(plate, simulator, rng, events) for plate in (first, second))
    pairs = {"1": (one[0], one[1][0]), "2": (two[0], two[1][0])}
    return any(f.raised for f in compare_batches(pairs))


def light_taken_out(simulator: str, wells: int, events: int) -> list[dict[str, object]]:
    """Return how many wells of a compound that shines come back to the truth, with and without its unstained tube."""
    rows = []
    for light in (2.0, 5.0):
        worst = np.array([_errors(simulator, light, np.random.default_rng([65, i]), events) for i in range(wells)])
        for kind, errors in zip(("as counted", "after compound_shift"), worst.T, strict=True):
            name = f"light {light:g} x live cells, {kind}: wells within 2 points in every fraction"
            rows.append(_row(simulator, name, "", wells, int((errors < 0.02).sum())))
    return rows


def _errors(simulator: str, light: float, rng: np.random.Generator, events: int) -> tuple[float, float]:
    """Return the largest error of a fraction in one well, as counted and after the light is taken out."""
    world = replace(some_world(rng, 0.0), debris=0.0, dim_late=0.0, binding=0.0)
    well = Well("w", "treated", apoptosis=rng.uniform(0.03, 0.9), light=light)
    bare = replace(well, stains=(0.0, 0.0))
    tubes = [well, bare, replace(bare, apoptosis=0.03, light=0.0), replace(well, light=0.0)]
    drawn = [_compensated(DRAW[simulator](tube, world, rng, events), simulator) for tube in tubes]
    levels = world.levels if simulator == "own shapes" else (270.0, 145.0)
    steps = world.distance if simulator == "own shapes" else (1.4, 1.9)
    cuts = (levels[0] * 10 ** (0.45 * steps[0]), levels[1] * 10 ** (0.45 * steps[1]))
    lights = (own_light(drawn[1][0], drawn[2][0]), own_light(drawn[1][1], drawn[2][1]))
    found = compound_shift(drawn[0][0], drawn[0][1], cuts, lights, rng).fractions
    seen, dark = (count_at(tube[0], tube[1], cuts[0], cuts[1]) for tube in (drawn[0], drawn[3]))
    truth = {name: getattr(dark, name) / dark.total for name in POPULATIONS}
    raw = max(abs(getattr(seen, name) / seen.total - truth[name]) for name in POPULATIONS)
    return raw, max(abs(found[name] - truth[name]) for name in POPULATIONS)


def _compensated(table: Table, simulator: str) -> list[Table]:
    spillover = Cytometer().spillover if simulator == "gating.simulate" else None
    return compensated_columns(Events(table, CHANNELS, spillover=spillover), ["FITC-A", "PE-A"], spillover)


def main() -> None:
    """Run both simulators and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plates", type=int, default=200)
    parser.add_argument("--events", type=int, default=10_000)
    options = parser.parse_args()
    rows = [row for simulator in DRAW for row in run(simulator, options.plates, options.events)]
    rows += [row for simulator in DRAW for row in light_taken_out(simulator, options.plates // 4, options.events)]
    table = pd.DataFrame(rows)
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
