"""Simulated plates of tubes, clean ones and such with one artefact, for the benchmark of the checks inside a tube.

Tubes come from two simulators: that of the package, with its states varied, and one written here that shares no shape
with it: populations normal, Student's t, gamma or half-normal on a log10 scale, size from a gamma distribution and
correlated with brightness, photon spread as a square root, debris without a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gating import Channel, Events, Spillover
from gating.quadrants import POPULATIONS
from gating.simulate import STATES, Cytometer, Tube, simulate_tube

CHANNELS = ("FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A", "Time")
ANNEXIN, DYE = 3, 4
CONTROLS = {"unstained": (False, False), "annexin_only": (True, False), "dye_only": (False, True)}
LIVE, DEBRIS = 0, 4
Drawn = tuple[NDArray[np.float64], NDArray[np.int64]]  # uncompensated events in the order of CHANNELS, labels


@dataclass(frozen=True)
class World:
    """What one plate's cells and instrument are like; distances in robust SD (Annexin V, dye), fractions."""

    separation: tuple[float, float]
    spread: tuple[float, float]  # decades
    spill: tuple[float, float]
    shape: str
    debris: float
    doublets: float
    dim_late: bool
    binding: float  # decades that live cells lie above the control without Annexin V
    correlation: float
    sizes: tuple[float, float, float, float]
    noise: float
    necrotic_most: float
    necrotic_level: float  # decades against late apoptotic cells
    ceiling: float = 4_194_303.0  # a clean plate's voltages keep its cells on scale


def draw_world(rng: np.random.Generator) -> World:
    """Draw a plate's circumstances over the whole range in which it is called clean."""
    spread = rng.uniform(0.15, 0.28, 2)
    late = rng.uniform(0.55, 0.8)
    return World(
        separation=(float(rng.uniform(4, 9)), float(rng.uniform(4.5, 9))),
        spread=(float(spread[0]), float(spread[1])),
        spill=(float(rng.uniform(0.05, 0.4)), float(rng.uniform(0.0, 0.04))),
        shape=str(rng.choice(["normal", "student", "gamma", "half-normal"])),
        debris=float(rng.uniform(0.0, 0.3)),
        doublets=float(rng.uniform(0.0, 0.15)),
        dim_late=bool(rng.random() < 0.35),
        binding=float(rng.uniform(0.0, 0.3)),
        correlation=float(rng.uniform(0.0, 0.35)),
        sizes=(1.0, float(rng.uniform(0.75, 0.95)), late, float(rng.uniform(0.65, 1.0))),
        noise=float(rng.uniform(10, 60)),
        necrotic_most=float(rng.choice([0.02, 0.05, 0.3])),
        necrotic_level=float(rng.uniform(-0.2, 0.15)),
    )


def _shape(kind: str, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return deviates of about unit robust SD and zero median."""
    if kind == "student":
        return np.clip(rng.standard_t(4, n), -9, 9)
    if kind == "gamma":
        return np.asarray((rng.gamma(6.0, 1.0, n) - 5.67) / 2.4)
    if kind == "half-normal":
        return np.asarray(np.abs(rng.standard_normal(n)) * 1.2 + 0.6 * rng.standard_normal(n) - 0.9)
    return rng.standard_normal(n)


def own_tube(
    world: World,
    fractions: NDArray[np.float64],
    n: int,
    stains: tuple[bool, bool],
    rng: np.random.Generator,
    rna: float | None = None,
) -> Drawn:
    """Draw a tube whose shapes the package's simulator does not know; `rna` stains live cells that far to the dead."""
    kinds = rng.choice(3, n, p=[1 - world.debris - world.doublets, world.debris, world.doublets])
    cells, labels = _own_cells(world, fractions, n, stains, rng, rna)
    second, _ = _own_cells(world, fractions, n, stains, rng, rna)
    double, broken = kinds == 2, kinds == 1
    cells[double] += second[double]
    # Fragments of every size below a cell's: most small, a few nearly as large as a shrunken cell.
    piece = np.minimum(0.04 + rng.gamma(1.5, 0.045, broken.sum()), 0.5)
    bound = rng.random(broken.sum()) < 0.45
    level = 120.0 * 10 ** (world.separation[0] * world.spread[0])
    cells[broken, 0] = 80_000 * piece
    cells[broken, 1] = 20_000 * piece
    cells[broken, 2] = np.where(bound, 0.3 * level * 10 ** (0.35 * rng.standard_normal(broken.sum())), 30) * stains[0]
    cells[broken, 3] *= piece
    matrix = np.array([[1.0, world.spill[0]], [world.spill[1], 1.0]])
    light = cells[:, 2:] @ matrix + 60.0 * (cells[:, :1] / 80_000) * 10 ** (0.12 * rng.standard_normal((n, 2)))
    light += np.sqrt(np.maximum(light, 0) * 5.0 + world.noise**2) * rng.standard_normal((n, 2))
    height = cells[:, 0] / np.where(double, rng.uniform(1.5, 2.0, n), 1.0) * np.exp(0.04 * rng.standard_normal(n))
    values = np.column_stack([cells[:, 0], height, cells[:, 1], light, np.sort(rng.uniform(0, 90, n))])
    return values, np.where(broken, 4, np.where(double, 5, labels))


def _own_cells(
    world: World,
    fractions: NDArray[np.float64],
    n: int,
    stains: tuple[bool, bool],
    rng: np.random.Generator,
    rna: float | None,
) -> Drawn:
    labels = rng.choice(4, n, p=fractions)
    volume = rng.gamma(36.0, 1 / 36.0, n)
    size = np.array(world.sizes)[labels] * volume * (rng.uniform(1.1, 1.4) if rna is not None else 1.0)
    columns = [
        80_000 * size,
        40_000 * volume * np.array([1.0, 1.3, 1.5, 1.2])[labels] * 10 ** (0.1 * rng.standard_normal(n)),
    ]
    for axis, positive in enumerate(((1, 2), (2, 3))):
        spread, distance = world.spread[axis], world.separation[axis] * world.spread[axis]
        centre = np.where(np.isin(labels, positive), distance, 0.0)
        if axis == 0:
            centre = centre + world.binding * (labels == LIVE) + 0.25 * (labels == 3)
        if axis == 1 and world.dim_late:
            centre = np.where(labels == 2, 0.65 * distance, centre)
        if axis == 1:
            centre = centre + world.necrotic_level * (labels == 3)
        if axis == 1 and rna is not None:
            centre = np.full(n, rna * distance)
        own = _shape(world.shape, n, rng)
        shared = world.correlation * (volume - 1) * 6.0 + np.sqrt(1 - world.correlation**2) * own
        columns.append(120.0 * 10 ** (centre + spread * shared) * stains[axis])
    return np.column_stack(columns), labels


def package_tube(
    world: World,
    fractions: NDArray[np.float64],
    n: int,
    stains: tuple[bool, bool],
    rng: np.random.Generator,
    rna: float | None = None,
) -> Drawn:
    """Draw a tube of the package's simulator with this world's distances, spill, debris and tails."""
    states = dict(STATES)
    annexin, dye = (10 ** (world.separation[i] * 0.26) for i in (0, 1))
    for name, positive in (("early_apoptotic", (1, 0)), ("late_apoptotic", (1, 1)), ("necrotic", (0, 1))):
        level = 90.0 * dye ** (0.65 if world.dim_late and name == "late_apoptotic" else 1.0)
        states[name] = replace(
            states[name],
            annexin=200.0 * annexin if positive[0] else 260.0,
            dye=level * (1.0 if positive[0] else 10**world.necrotic_level) if positive[1] else 110.0,
        )
    if rna is not None:
        states["live"] = replace(states["live"], dye=90.0 * dye**rna, dye_sd=0.45, size=float(rng.uniform(1.1, 1.4)))
    tube = Tube(
        dict(zip(POPULATIONS, fractions.tolist(), strict=True)),
        n,
        stains[0],
        stains[1],
        world.debris,
        world.doublets,
        heavy_tails=world.shape == "student",
        states=states,
    )
    cytometer = Cytometer(annexin_into_dye=world.spill[0], dye_into_annexin=world.spill[1], maximum=world.ceiling)
    drawn = simulate_tube(tube, rng, cytometer)
    return drawn.events.values.astype(np.float64), drawn.labels.astype(np.int64)


@dataclass(frozen=True, eq=False)
class PlateOfTubes:
    """Tubes by file name in the order of acquisition, with their roles, labels and the world they come from."""

    world: World
    draw: Callable[..., Drawn]
    values: dict[str, NDArray[np.float64]]
    labels: dict[str, NDArray[np.int64]]
    roles: dict[str, str]
    fractions: dict[str, NDArray[np.float64]]

    def samples(self) -> list[str]:
        """Return the files that are samples."""
        return [file for file, role in self.roles.items() if role in ("vehicle", "treated")]

    def events(self, file: str) -> Events:
        """Return the tube as `read_fcs` would give it."""
        spillover = Spillover(np.array([[1.0, self.world.spill[0]], [self.world.spill[1], 1.0]]), ("FITC-A", "PE-A"))
        values = np.minimum(self.values[file], self.world.ceiling).astype(np.float32)
        return Events(values, [Channel(c) for c in CHANNELS], spillover=spillover, name=file)


def fractions_of(apoptosis: float, rng: np.random.Generator, necrotic_most: float = 0.04) -> NDArray[np.float64]:
    """Divide an apoptotic share into early and late, with some necrosis."""
    early = rng.uniform(0.25, 0.75)
    necrotic = rng.uniform(0.0, necrotic_most)
    shares = np.array([1 - apoptosis, apoptosis * early, apoptosis * (1 - early), 0.0]) * (1 - necrotic)
    shares[3] = necrotic
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def clean_plate(
    draw: Callable[..., Drawn], rng: np.random.Generator, events: int = 10_000, dye_separation: float = 0.0
) -> PlateOfTubes:
    """Draw a plate without an artefact: four controls, three vehicles, treated wells up to 80 % apoptosis."""
    world = draw_world(rng)
    if dye_separation:
        world = replace(world, separation=(world.separation[0], dye_separation), dim_late=False)
    treated = int(rng.integers(5, 18))
    plan = [(role, stains, 0.2) for role, stains in CONTROLS.items()] + [("positive", (True, True), 0.6)]
    plan += [("vehicle", (True, True), float(rng.uniform(0.03, 0.12))) for _ in range(3)]
    plan += [("treated", (True, True), float(rng.uniform(0.03, 0.8))) for _ in range(treated)]
    plate = PlateOfTubes(world, draw, {}, {}, {}, {})
    for i, (role, stains, apoptosis) in enumerate(plan):
        file, share = f"{i:02d}.fcs", fractions_of(apoptosis, rng, world.necrotic_most if role == "treated" else 0.04)
        shift = [
            10 ** (0.05 * s * d * rng.standard_normal()) for s, d in zip(world.spread, world.separation, strict=True)
        ]
        values, labels = draw(world, share, events, stains, rng)
        plate.values[file], plate.labels[file] = _shifted(values, world, shift), labels
        plate.roles[file], plate.fractions[file] = role, share
    return plate


def _matrix(world: World) -> NDArray[np.float64]:
    return np.array([[1.0, world.spill[0]], [world.spill[1], 1.0]], dtype=np.float64)


def _shifted(values: NDArray[np.float64], world: World, factors: ArrayLike) -> NDArray[np.float64]:
    """Make the tube's two stains brighter or dimmer, factors of shape (2,) or (n, 2)."""
    matrix = _matrix(world)
    values[:, [ANNEXIN, DYE]] = (values[:, [ANNEXIN, DYE]] @ np.linalg.inv(matrix) * factors) @ matrix
    return values


def add_rna(plate: PlateOfTubes, rng: np.random.Generator) -> set[str]:
    """Stain the RNA of a tenth of the live cells, in every stained tube or in the treated ones only."""
    depth, everywhere = float(rng.uniform(0.4, 0.6)), rng.random() < 0.5
    spoiled = {f for f in plate.samples() if everywhere or plate.roles[f] == "treated"}
    for file in spoiled:
        labels = plate.labels[file]
        swap = np.flatnonzero((labels == LIVE) & (rng.random(len(labels)) < 0.10))
        values, _ = plate.draw(
            replace(plate.world, debris=0.0, doublets=0.0),
            np.array([1.0, 0, 0, 0]),
            max(len(swap), 1),
            (True, True),
            rng,
            depth,
        )
        values[:, 5] = plate.values[file][swap, 5]
        plate.values[file][swap] = values[: len(swap)]
    return spoiled


def add_carry_over(plate: PlateOfTubes, rng: np.random.Generator) -> set[str]:
    """Let one tube begin with 5 % of its events from the one before, whose apoptosis differs by 30 points or more."""
    files = list(plate.roles)
    index = int(rng.integers(5, len(files)))
    before, file = files[index - 1], files[index]
    low = float(rng.uniform(0.03, 0.5))
    high = float(rng.uniform(low + 0.3, 0.9))
    for name, share in zip((before, file), rng.permutation([low, high]), strict=True):
        plate.values[name], plate.labels[name] = plate.draw(
            plate.world, fractions_of(float(share), rng), len(plate.values[name]), (True, True), rng
        )
    n = len(plate.values[file])
    place = np.arange(n) / n
    carried = place < 0.05 if rng.random() < 0.5 else rng.random(n) < np.exp(-place / 0.05)
    time = plate.values[file][:, 5].copy()
    plate.values[file][carried] = plate.values[before][carried]
    plate.values[file][:, 5] = time
    return {file}


def add_drift(plate: PlateOfTubes, rng: np.random.Generator) -> set[str]:
    """Let one tube's Annexin V lose, or go on gaining, 0.15 decade from its first to its last event."""
    dying = {f: float(plate.fractions[f][1] + plate.fractions[f][2]) for f in plate.samples()}
    file = str(rng.choice([f for f, share in dying.items() if share > 0.3] or [max(dying, key=lambda f: dying[f])]))
    n = len(plate.values[file])
    change = 10 ** (0.15 * rng.choice([-1, 1]) * np.linspace(0, 1, n))
    plate.values[file] = _shifted(plate.values[file], plate.world, np.column_stack([change, np.ones(n)]))
    return {file}


def add_settling(plate: PlateOfTubes, rng: np.random.Generator) -> set[str]:
    """Let the live cells of one tube settle: the Annexin-positive share changes by 20 points while it is read."""
    file = str(rng.choice(plate.samples()))
    share = fractions_of(float(rng.uniform(0.25, 0.7)), rng)
    n, values, labels = len(plate.values[file]), [], []
    for part in range(20):
        now = share.copy()
        now[0] += 0.20 * (part / 19 - 0.5)
        now[1] -= 0.20 * (part / 19 - 0.5)
        drawn = plate.draw(plate.world, np.clip(now, 0, 1) / np.clip(now, 0, 1).sum(), n // 20, (True, True), rng)
        drawn[0][:, 5] = drawn[0][:, 5] / 20 + 4.5 * part
        values.append(drawn[0])
        labels.append(drawn[1])
    plate.values[file], plate.labels[file] = np.vstack(values), np.concatenate(labels)
    return {file}


def add_saturation(plate: PlateOfTubes, rng: np.random.Generator) -> set[str]:
    """Set the voltage of one channel of one tube so high that 1 % of its events are clipped."""
    file, column = str(rng.choice(plate.samples())), int(rng.choice([ANNEXIN, DYE]))
    top = float(np.quantile(plate.values[file][:, column], 0.99))
    plate.values[file][:, column] = np.minimum(plate.values[file][:, column], top)
    return {file}


def add_few(plate: PlateOfTubes, rng: np.random.Generator) -> set[str]:
    """Stop one tube after 800 events."""
    file = str(rng.choice(plate.samples()))
    plate.values[file], plate.labels[file] = plate.values[file][:800], plate.labels[file][:800]
    return {file}


def add_bodies(plate: PlateOfTubes, rng: np.random.Generator) -> set[str]:
    """Add apoptotic bodies of every size up to a cell's, a third of the events, that bind Annexin V."""
    spoiled = set(plate.samples())
    inverse = np.linalg.inv(_matrix(plate.world))
    early = np.concatenate([plate.values[file][plate.labels[file] == 1, ANNEXIN : DYE + 1] for file in spoiled])
    level = float(np.median(early @ inverse[:, 0]))
    for file in sorted(spoiled):
        values = plate.values[file]
        rows = np.flatnonzero((plate.labels[file] < DEBRIS) & (rng.random(len(values)) < 0.35))
        size = np.exp(rng.uniform(np.log(0.15), np.log(0.75), len(rows)))
        light = np.column_stack([0.6 * level * 10 ** (0.3 * rng.standard_normal(len(rows))), np.full(len(rows), 60.0)])
        values[rows, 0] = 80_000 * size
        values[rows, 1] = values[rows, 0] * np.exp(0.04 * rng.standard_normal(len(rows)))
        values[rows, ANNEXIN : DYE + 1] = light @ _matrix(plate.world) + 40 * rng.standard_normal((len(rows), 2))
        plate.labels[file][rows] = DEBRIS
    return spoiled


MAKERS: Mapping[str, Callable[..., Drawn]] = {"own shapes": own_tube, "gating.simulate": package_tube}
