"""Plates of Annexin V / dye tubes whose truth is known, drawn from shapes that no method of the package shares.

Each state has a brightness on each axis, drawn on a display scale (asinh, the cofactor three times the negative
spread) from a family of shapes and brought to linear units. Light spills between the two detectors, and the spilled
photons widen the detector that they fall into; the matrix in the events is exact. Debris and doublets come on top.

    rng = np.random.default_rng(1)
    plate = draw_plate(random_design(rng, "skewed", 3.0, 4.0), rng)
    table = gating.gate_plate(plate.sheet, "", read=plate.read).table
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage, special, stats

from gating import Channel, Events, Spillover
from gating.transforms import Asinh

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Frozen = Any  # a distribution of scipy.stats with its parameters
DEBRIS, DOUBLET = 4, 5  # labels after the four states 0 to 3 (live, early, late, necrotic)
POSITIVE = np.array([[False, True, True, False], [False, False, True, True]])  # by axis and state
DEVELOP = ("normal", "skewed", "heavy", "lognormal", "mixed")
HELD_OUT = ("laplace", "exponential tail", "weibull", "bimodal early", "other mixed")
MIXES = {
    "mixed": ("normal", "skewed", "heavy", "lognormal"),
    "other mixed": ("laplace", "exponential tail", "weibull", "gumbel", "hyperbolic secant"),
    "bimodal early": ("gumbel", "hyperbolic secant", "laplace"),
}
SHIFTS = ("whole tube", "positives", "independent")
VARIANTS = ("full", "no positive control", "no controls", "all negative", "mostly dead")
CONTROL_SIZES = (500, 1_000, 2_000, 5_000, 10_000)
STAINS = {"unstained": (False, False), "annexin_only": (True, False), "dye_only": (False, True)}

NORMAL_SCORES = np.linspace(-5.0, 5.0, 1_001)
LONGEST_TAIL_SD = 6.0
NEGATIVE_SD = 1 / (3 * np.log(10))  # decades: the cofactor is three times the negative spread
MAXIMUM = 262_143.0
CHANNELS = (
    Channel("FSC-A"),
    Channel("FSC-H"),
    Channel("SSC-A"),
    Channel("FITC-A", "Annexin V"),
    Channel("PE-A", "PI"),
    Channel("Time"),
)
COLOURS = ("FITC-A", "PE-A")
SIZES = np.array([1.00, 0.80, 0.60, 0.72])  # median forward scatter by state, over that of a live cell
GRANULARITY = np.array([1.00, 1.40, 1.55, 1.25])
ORACLE_BINS, ORACLE_CELLS = 96, 100_000


@dataclass(frozen=True)
class Design:
    """What a plate is made of; every number is the truth, none of it is told to a method."""

    annexin_d: float
    dye_d: float
    family: str = "normal"
    variant: str = "full"
    wells: int = 12
    events: int = 10_000
    control_events: int = 5_000
    annexin_into_dye: float = 0.15
    dye_into_annexin: float = 0.05
    spread: float = 0.4  # SD of spilled photons over the negative SD, at the positive median and a spill of 20 %
    debris: float = 0.10
    doublets: float = 0.05
    dim_late: float = 0.0  # share of the late state that took up little dye
    dim_depth: float = 0.35  # how far down they are, as a part of the positive-negative distance
    nonspecific_sd: float = 0.0  # live mode over that of the tube without Annexin V
    shoulder: float = 0.0  # share of live cells on a dim right shoulder in Annexin V
    shift_sd: float = 0.05  # tube to tube, as a part of the positive-negative distance
    shift_kind: str = "whole tube"
    correlation: float = 0.0  # of a state's two brightnesses
    state_offset_sd: float = 0.0  # states of one sign differ in their median by this many SD


def random_design(rng: np.random.Generator, family: str, low: float, high: float, variant: str | None = None) -> Design:
    """Return a design whose smaller D lies between low and high, its other options drawn at random."""
    smaller = rng.uniform(low, high)
    larger = rng.uniform(smaller, high) if rng.random() < 0.5 else rng.uniform(smaller, 9.0)
    annexin_d, dye_d = rng.permutation([smaller, larger])
    if variant is None:
        variant = str(rng.choice(VARIANTS, p=[0.60, 0.12, 0.08, 0.08, 0.12]))
    return Design(
        annexin_d=float(annexin_d),
        dye_d=float(dye_d),
        family=family,
        variant=variant,
        wells=int(rng.integers(8, 25)),
        control_events=int(rng.choice(CONTROL_SIZES)),
        annexin_into_dye=float(np.exp(rng.uniform(np.log(0.05), np.log(0.40)))),
        dye_into_annexin=float(np.exp(rng.uniform(np.log(0.05), np.log(0.40)))),
        spread=float(rng.uniform(0.15, 0.7)),
        debris=float(rng.choice([0.0, rng.uniform(0.0, 0.30)], p=[0.2, 0.8])),
        doublets=float(rng.choice([0.0, rng.uniform(0.0, 0.15)], p=[0.2, 0.8])),
        dim_late=float(rng.choice([0.0, rng.uniform(0.15, 0.40)], p=[0.7, 0.3])),
        dim_depth=float(rng.uniform(0.2, 0.4)),
        nonspecific_sd=float(rng.choice([0.0, rng.uniform(0.5, 1.5)], p=[0.4, 0.6])),
        shoulder=float(rng.choice([0.0, rng.uniform(0.03, 0.12)], p=[0.7, 0.3])),
        shift_kind=str(rng.choice(SHIFTS)),
        correlation=float(rng.choice([0.0, rng.uniform(0.1, 0.4)], p=[0.5, 0.5])),
        state_offset_sd=float(rng.choice([0.0, 0.3], p=[0.5, 0.5])),
    )


# --- shapes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Brightness:
    """One state on one axis: display coordinate at each normal score, so that any shape is drawn from normal ones."""

    quantiles: FloatArray

    def __call__(self, scores: FloatArray) -> FloatArray:
        """Return display coordinates of standard normal scores, same shape."""
        return np.interp(scores, NORMAL_SCORES, self.quantiles)


@dataclass(frozen=True, eq=False)
class Kind:
    """A shape before it has a place: quantiles with median 0 and robust SD 1, or lognormal with electronic noise."""

    name: str
    quantiles: FloatArray | None

    def at(self, location: float, scale: float) -> Brightness:
        """Return the shape with this median and robust SD in decades; lognormal ones as nearly as their noise lets."""
        if self.quantiles is None:
            return Brightness(_lognormal_with_noise(location, scale))
        return Brightness(location + scale * self.quantiles)


def random_kind(family: str, rng: np.random.Generator) -> Kind:
    """Return a kind of the family, its own parameter drawn; a mixed family gives any of its members."""
    name = str(rng.choice(MIXES[family])) if family in MIXES else family
    if name == "lognormal":
        return Kind(name, None)
    side = float(rng.choice([-1.0, 1.0]))
    quantiles = _standard(_distribution(name, rng))
    return Kind(name, quantiles if side > 0 else -quantiles[::-1])


def _distribution(name: str, rng: np.random.Generator) -> Frozen:
    """Return a distribution of the name; the seeds of its parameter are the caller's."""
    match name:
        case "normal":
            return stats.norm()
        case "skewed":
            return stats.skewnorm(rng.uniform(2.5, 6)) if rng.random() < 0.5 else stats.gamma(rng.uniform(3, 9))
        case "heavy":
            return stats.t(rng.uniform(3, 5)) if rng.random() < 0.7 else stats.logistic()
        case "laplace":
            return stats.laplace()
        case "exponential tail":
            return stats.exponnorm(rng.uniform(0.8, 2.0))
        case "weibull":
            return stats.weibull_min(rng.uniform(1.5, 2.4))
        case "gumbel":
            return stats.gumbel_r()
        case "hyperbolic secant":
            return stats.hypsecant()
    message = f"no family {name!r}"
    raise ValueError(message)


def _standard(distribution: Frozen) -> FloatArray:
    """Return quantiles at the normal scores: median 0, robust SD 1, cut off at the longest tail."""
    x = np.linspace(-20.0, 40.0, 40_001)  # the density summed: scipy's own quantiles of some of these take minutes
    cumulative = np.cumsum(distribution.pdf(x))
    cumulative /= cumulative[-1]
    rising = np.concatenate([[True], np.diff(cumulative) > 0])
    x, cumulative = x[rising], cumulative[rising]
    median = np.interp(0.5, cumulative, x)
    even = np.interp((np.arange(20_000) + 0.5) / 20_000, cumulative, x)
    reach = LONGEST_TAIL_SD * 1.4826 * np.median(np.abs(even - median))
    low, high = np.interp([median - reach, median + reach], x, cumulative)
    inside = low + (high - low) * special.ndtr(NORMAL_SCORES)
    return _rescaled(np.interp(inside, cumulative, x))


def _rescaled(quantiles: FloatArray) -> FloatArray:
    """Return quantiles shifted and scaled to median 0 and robust SD (1.4826 MAD) 1."""
    even = np.interp(special.ndtri(np.linspace(5e-5, 1 - 5e-5, 20_001)), NORMAL_SCORES, quantiles)
    median = np.median(even)
    return np.asarray((quantiles - median) / (1.4826 * np.median(np.abs(even - median))), dtype=np.float64)


def _bimodal(rng: np.random.Generator) -> Kind:
    """Return two normal modes, the dimmer one 2 to 3 of their SD below."""
    share, apart = rng.uniform(0.25, 0.5), rng.uniform(2.0, 3.0)
    x = np.linspace(-apart - 6.0, 6.0, 4_001)
    cumulative = share * special.ndtr(x + apart) + (1 - share) * special.ndtr(x)
    return Kind("bimodal", _rescaled(np.interp(special.ndtr(NORMAL_SCORES), cumulative, x)))


@lru_cache(maxsize=512)
def _lognormal_with_noise(location: float, scale: float) -> FloatArray:
    """Return display quantiles of lognormal light with normal electronic noise of 0.28 cofactors."""
    noise = 0.28
    light = np.sinh(np.log(10) * location) * np.exp(scale * np.log(10) * special.ndtri((np.arange(120) + 0.5) / 120))
    x = np.sinh(np.linspace(-1.5, np.arcsinh(light.max() + 6 * noise), 600))
    cumulative = special.ndtr((x[:, None] - light) / noise).mean(axis=1)
    rising = np.concatenate([[True], np.diff(cumulative) > 0])
    linear = np.interp(special.ndtr(NORMAL_SCORES), cumulative[rising], x[rising])
    return np.asarray(np.arcsinh(linear) / np.log(10), dtype=np.float64)


# --- what a plate's cells look like -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tube:
    """How one tube departs from the plate: which stains it has, and its shift by axis and sign, in decades."""

    stained: tuple[bool, bool] = (True, True)
    shift: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))  # axis: (negatives, positives)


@dataclass(frozen=True, eq=False)
class Shapes:
    """The truth about brightness: how each state of a plate is drawn, and its density for an oracle."""

    design: Design
    kinds: tuple[tuple[Kind, ...], ...]  # by axis and state
    scales: FloatArray  # robust SD in decades, by axis and state
    offsets: FloatArray  # of the median, in decades, by axis and state
    unstained: FloatArray  # negative median without the stain, decades, by axis
    distances: FloatArray  # positive median over negative median, decades, by axis
    cofactors: FloatArray  # linear units, by axis
    seed: int

    @property
    def spillover(self) -> Spillover:
        """The true matrix."""
        d = self.design
        return Spillover(np.array([[1.0, d.annexin_into_dye], [d.dye_into_annexin, 1.0]]), COLOURS)

    def display(self, linear: NDArray[Any]) -> FloatArray:
        """Return display coordinates of compensated linear values, shape (n, 2)."""
        return np.column_stack([Asinh(c)(linear[:, axis]) for axis, c in enumerate(self.cofactors)])

    def light(self, state: int, n: int, tube: Tube, rng: np.random.Generator) -> FloatArray:
        """Return the own light of n cells of a state, linear, shape (n, 2)."""
        scores = rng.standard_normal((n, 2))
        r = self.design.correlation
        scores[:, 1] = r * scores[:, 0] + np.sqrt(1 - r * r) * scores[:, 1]
        columns = [self._axis(axis, state, scores[:, axis], tube, rng) for axis in (0, 1)]
        return np.column_stack([Asinh(c).inverse(u) for c, u in zip(self.cofactors, columns, strict=True)])

    def _axis(self, axis: int, state: int, scores: FloatArray, tube: Tube, rng: np.random.Generator) -> FloatArray:
        """Return display coordinates on one axis, tube shift included."""
        is_positive = bool(POSITIVE[axis, state] and tube.stained[axis])
        seen = state if tube.stained[axis] else 0  # without the stain every state looks like a live cell
        u = self.brightness(axis, seen, tube.stained[axis])(scores) + tube.shift[axis][int(is_positive)]
        d = self.design
        if axis == 0 and state == 0 and d.shoulder and tube.stained[0]:
            on = rng.random(len(u)) < d.shoulder
            u[on] += NEGATIVE_SD * rng.gamma(3.0, 0.5, int(on.sum()))
        if axis == 1 and state == 2 and d.dim_late and tube.stained[1]:
            u[rng.random(len(u)) < d.dim_late] -= d.dim_depth * self.distances[1]
        return u

    def brightness(self, axis: int, state: int, stained: bool) -> Brightness:
        """Return the shape of a state on an axis; every state of a tube without the stain is negative."""
        location = self.unstained[axis] + self.offsets[axis, state]
        if stained and axis == 0:
            location += self.design.nonspecific_sd * NEGATIVE_SD
        if stained and POSITIVE[axis, state]:
            location += self.distances[axis]
        return self.kinds[axis][state].at(float(location), float(self.scales[axis, state]))

    def detected(self, light: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return what the two detectors see of own light: spill, and the noise of the spilled photons, (n, 2)."""
        matrix = self.spillover.matrix
        seen = light @ matrix
        for source, target in ((0, 1), (1, 0)):
            bright = np.maximum(light[:, source], 0.0) / self._positive_median(source)
            sd = self.design.spread * self.cofactors[target] / 3 * np.sqrt(matrix[source, target] / 0.2)
            seen[:, target] += sd * np.sqrt(bright) * rng.standard_normal(len(light))
        return seen

    def _positive_median(self, axis: int) -> float:
        location = self.unstained[axis] + self.distances[axis]
        return float(Asinh(float(self.cofactors[axis])).inverse(location))

    def compensated(self, state: int, n: int, tube: Tube, rng: np.random.Generator) -> FloatArray:
        """Return compensated display coordinates of n whole single cells of a state, shape (n, 2)."""
        seen = np.minimum(self.detected(self.light(state, n, tube, rng), rng), MAXIMUM)
        return self.display(np.linalg.solve(self.spillover.matrix.T, seen.T).T)

    @cached_property
    def oracle_edges(self) -> tuple[FloatArray, FloatArray]:
        """The edges of the oracle's bins on the two display axes, (bins + 1,) each."""
        edges = []
        for axis in (0, 1):
            reach = 5 * NEGATIVE_SD
            low = self.unstained[axis] - reach
            high = self.unstained[axis] + self.distances[axis] + 6 * self.scales[axis].max()
            edges.append(np.linspace(low, high, ORACLE_BINS + 1))
        return edges[0], edges[1]

    @cached_property
    def oracle_densities(self) -> FloatArray:
        """Probability of each bin, by state, of a tube without shifts, shape (4, bins, bins): Annexin V, then dye."""
        rng = np.random.default_rng(self.seed)
        tables = [self.binned(self.compensated(s, ORACLE_CELLS, Tube(), rng)).astype(float) for s in range(4)]
        return np.stack([ndimage.gaussian_filter(t, 0.7, mode="nearest") / ORACLE_CELLS for t in tables])

    def binned(self, display: FloatArray) -> IntArray:
        """Return the counts of display coordinates in the oracle's bins; what lies outside falls into the outermost."""
        x, y = (np.clip(display[:, a], e[0], np.nextafter(e[-1], e[0])) for a, e in enumerate(self.oracle_edges))
        return np.histogram2d(x, y, bins=self.oracle_edges)[0].astype(np.int64)

    def densities(self, tube: Tube) -> FloatArray:
        """Return the probability of each bin in one stained tube, shifts included, shape (4, bins, bins)."""
        steps = [e[1] - e[0] for e in self.oracle_edges]
        moved = []
        for state in range(4):
            shift = [tube.shift[axis][int(POSITIVE[axis, state])] / steps[axis] for axis in (0, 1)]
            table = ndimage.shift(self.oracle_densities[state], shift, order=1, mode="nearest") + 1e-9
            moved.append(table / table.sum())
        return np.stack(moved)


def draw_shapes(design: Design, rng: np.random.Generator) -> Shapes:
    """Draw how a plate's states look, and set their distances so that D is what the design says."""
    kinds = [[random_kind(design.family, rng) for _ in range(4)] for _ in (0, 1)]
    if design.family == "bimodal early":
        kinds[0][1] = _bimodal(rng)
    negative = NEGATIVE_SD * rng.uniform(0.9, 1.15, (2, 4))
    scales = np.where(POSITIVE, rng.uniform(0.14, 0.26, (2, 4)), negative)
    offsets = design.state_offset_sd * scales * rng.standard_normal((2, 4)).clip(-2, 2)
    offsets[:, 0] = 0.0  # the live cells are the reference of both axes
    shapes = Shapes(
        design=design,
        kinds=(tuple(kinds[0]), tuple(kinds[1])),
        scales=scales,
        offsets=offsets,
        unstained=rng.uniform(0.05, 0.15, 2),
        distances=np.array([design.annexin_d, design.dye_d]) * 0.2,
        cofactors=np.exp(rng.uniform(np.log(40), np.log(120), 2)),
        seed=int(rng.integers(2**31)),
    )
    return _with_distances(shapes, np.array([design.annexin_d, design.dye_d]))


def _with_distances(shapes: Shapes, wanted: FloatArray) -> Shapes:
    """Return the shapes with the distances at which D, all four states weighing the same, is the one wanted."""
    for _ in range(8):
        rng = np.random.default_rng(shapes.seed)
        drawn = [shapes.compensated(state, 4_000, Tube(), rng) for state in range(4)]
        labels = np.repeat(np.arange(4), 4_000)
        found = np.array(separations(np.concatenate(drawn), labels))
        shapes = replace(shapes, distances=shapes.distances * (wanted / found) ** 0.8)
    return shapes


def separations(display: FloatArray, labels: IntArray) -> tuple[float, float]:
    """Return D on the two axes: difference of medians over the pooled robust SD, NaN where one sign has no cell.

    Pooled: the root of the mean of the two squared robust SDs (1.4826 MAD).
    """
    found = []
    for axis in (0, 1):
        cells = labels < DEBRIS
        positive = POSITIVE[axis][np.minimum(labels, 3)]
        parts = [display[cells & (positive == sign), axis] for sign in (False, True)]
        if min(map(len, parts)) < 20:
            found.append(float("nan"))
            continue
        medians = [np.median(p) for p in parts]
        spreads = [1.4826 * np.median(np.abs(p - m)) for p, m in zip(parts, medians, strict=True)]
        found.append(float((medians[1] - medians[0]) / np.sqrt((spreads[0] ** 2 + spreads[1] ** 2) / 2)))
    return found[0], found[1]


# --- plates -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class DrawnPlate:
    """A plate in memory with its truth.

    Attributes
    ----------
    sheet : DataFrame
        As `gating.gate_plate` takes it.
    events, labels, population, tubes : mapping by file
        Uncompensated events; 0 to 3 the four states, 4 debris, 5 doublet; the fractions that the cells were drawn
        from, shape (4,); stains and shifts.
    shapes : Shapes
        The true densities.
    """

    design: Design
    sheet: pd.DataFrame
    events: Mapping[str, Events]
    labels: Mapping[str, IntArray]
    population: Mapping[str, FloatArray]
    tubes: Mapping[str, Tube]
    shapes: Shapes

    @property
    def samples(self) -> list[str]:
        """The files that are wells, not controls."""
        return list(self.sheet.loc[self.sheet["role"].isin(["vehicle", "treated"]), "file"])

    def read(self, path: Path) -> Events:
        """Return the events of a file, as `gate_plate(sheet, folder, read=plate.read)` asks for them."""
        return self.events[Path(path).name]

    def display(self, file: str) -> FloatArray:
        """Return the compensated display coordinates of every event of a file, shape (n_events, 2)."""
        seen = self.events[file].values[:, 3:5].astype(np.float64)
        return self.shapes.display(np.linalg.solve(self.shapes.spillover.matrix.T, seen.T).T)

    def true_fractions(self, file: str) -> FloatArray:
        """Return the fractions of the four states among the whole single cells in the file, shape (4,)."""
        counts = np.bincount(self.labels[file], minlength=6)[:DEBRIS]
        return np.asarray(counts / counts.sum(), dtype=np.float64)

    def achieved(self) -> tuple[float, float]:
        """Return D on the two axes from the labels of all wells pooled."""
        files = self.samples
        return separations(
            np.concatenate([self.display(f) for f in files]), np.concatenate([self.labels[f] for f in files])
        )


def draw_plate(design: Design, rng: np.random.Generator) -> DrawnPlate:
    """Draw a plate: its shapes, its sheet, and the events of each tube.

    Every random number comes from `rng`: the same generator state gives the same plate.
    """
    shapes = draw_shapes(design, rng)
    rows = _rows(design, rng)
    events, labels, population, tubes = {}, {}, {}, {}
    for role, file, fractions in rows:
        is_sample = role in ("vehicle", "treated")
        tubes[file] = Tube(STAINS.get(role, (True, True)), _shift(shapes, rng))
        n = design.events if is_sample else design.control_events
        events[file], labels[file] = _draw_tube(shapes, tubes[file], fractions, n, file, rng)
        population[file] = fractions
    return DrawnPlate(design, _sheet(rows), events, labels, population, tubes, shapes)


def _rows(design: Design, rng: np.random.Generator) -> list[tuple[str, str, FloatArray]]:
    """Return role, file and fractions of each tube."""
    n_vehicle = int(rng.integers(2, 4))
    no_death = design.variant == "all negative" or rng.random() < 0.15
    rows = [("vehicle", f"vehicle_{i}.fcs", _vehicle(no_death, rng)) for i in range(n_vehicle)]
    for i in range(design.wells - n_vehicle):
        rows.append(("treated", f"treated_{i}.fcs", _treated(design.variant, rng)))
    if design.variant == "no controls":
        return rows
    for role in STAINS:
        dead = rng.uniform(0.15, 0.6)
        rows.append((role, f"{role}.fcs", _dying(dead, rng)))
    if design.variant == "no positive control" or (design.variant == "all negative" and rng.random() < 0.5):
        return rows
    return [*rows, ("positive", "positive.fcs", _dying(rng.uniform(0.6, 0.8), rng))]


def _sheet(rows: list[tuple[str, str, FloatArray]]) -> pd.DataFrame:
    roles = [role for role, _, _ in rows]
    return pd.DataFrame(
        {
            "file": [file for _, file, _ in rows],
            "role": roles,
            "batch": "1",
            "cell_line": "line",
            "compound": ["drug" if role == "treated" else "" for role in roles],
            "dose": [float(i) if role == "treated" else float("nan") for i, role in enumerate(roles)],
        }
    )


def _vehicle(no_death: bool, rng: np.random.Generator) -> FloatArray:
    return np.array([1.0, 0.0, 0.0, 0.0]) if no_death else _dying(rng.uniform(0.02, 0.10), rng)


def _dying(dead: float, rng: np.random.Generator) -> FloatArray:
    """Return fractions with this share of dead and dying cells, mostly apoptotic."""
    return np.concatenate([[1.0 - dead], dead * rng.dirichlet([3.0, 3.0, 0.6])])


def _treated(variant: str, rng: np.random.Generator) -> FloatArray:
    """Return the fractions of a treated well: any mixture from all live to nearly all of any one state."""
    if variant == "all negative":
        return _vehicle(True, rng)
    if variant == "mostly dead":
        return _dying(rng.uniform(0.6, 0.98), rng)
    kind = rng.choice(["live", "dose", "any", "one", "without"], p=[0.10, 0.40, 0.20, 0.15, 0.15])
    if kind == "live":
        return np.array([1.0, 0.0, 0.0, 0.0])
    if kind == "dose":
        return _dying(rng.uniform(0.0, 0.95), rng)
    if kind == "any":
        return np.asarray(rng.dirichlet(np.ones(4)), dtype=np.float64)
    if kind == "one":
        most = rng.uniform(0.90, 1.0)
        return np.asarray(np.roll(np.concatenate([[most], (1 - most) * rng.dirichlet(np.ones(3))]), rng.integers(4)))
    fractions = rng.dirichlet(np.ones(4)) * (np.arange(4) != rng.integers(4))
    return np.asarray(fractions / fractions.sum(), dtype=np.float64)


def _shift(shapes: Shapes, rng: np.random.Generator) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return a tube's shift by axis, of negatives and positives, in decades."""
    sd = shapes.design.shift_sd * shapes.distances
    first, second = rng.normal(0.0, sd), rng.normal(0.0, sd)
    negatives = np.zeros(2) if shapes.design.shift_kind == "positives" else first
    positives = second if shapes.design.shift_kind == "independent" else first
    a, d = zip(negatives.tolist(), positives.tolist(), strict=True)
    return (a[0], a[1]), (d[0], d[1])


def _draw_tube(
    shapes: Shapes, tube: Tube, fractions: FloatArray, n: int, file: str, rng: np.random.Generator
) -> tuple[Events, IntArray]:
    """Return the events of one tube, uncompensated, and the label of each."""
    design = shapes.design
    kinds = rng.choice(3, n, p=[1 - design.debris - design.doublets, design.debris, design.doublets])
    debris, doublet = kinds == 1, kinds == 2
    states = rng.choice(4, (2, n), p=fractions)
    (light, scatter), (more, beside) = (_cells(shapes, tube, s, rng) for s in states)
    light[doublet] += more[doublet]
    scatter[doublet] += beside[doublet]
    light[debris], scatter[debris] = _debris(shapes, tube, int(debris.sum()), rng)
    # Height follows what is in the laser's spot, area all that passes: two cells in a row are low for their area.
    height = scatter[:, 0] / np.where(doublet, rng.uniform(1.45, 1.95, n), 1.0) * rng.lognormal(0.0, 0.03, n)
    time = np.sort(rng.uniform(0.0, 60.0, n))
    table = np.column_stack([scatter[:, 0], height, scatter[:, 1], shapes.detected(light, rng), time])
    labels = np.where(debris, DEBRIS, np.where(doublet, DOUBLET, states[0])).astype(np.int64)
    values = np.minimum(table, MAXIMUM).astype(np.float32)
    return Events(values, CHANNELS, name=file, spillover=shapes.spillover), labels


def _cells(shapes: Shapes, tube: Tube, states: IntArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return own light and scatter (forward, side) of cells of these states, shape (n, 2) each."""
    light = np.empty((len(states), 2))
    for state in range(4):
        chosen = states == state
        light[chosen] = shapes.light(state, int(chosen.sum()), tube, rng)
    volume = rng.lognormal(0.0, 0.15, len(states))
    forward = 80_000.0 * SIZES[states] * volume
    side = 40_000.0 * GRANULARITY[states] * volume * rng.lognormal(0.0, 0.22, len(states))
    return light, np.column_stack([forward, side])


def _debris(shapes: Shapes, tube: Tube, n: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return own light and scatter of fragments: small, two in five with Annexin V on them, one in ten with dye."""
    size = rng.uniform(0.03, 0.15, n)
    light = 0.5 * shapes.light(0, n, tube, rng)
    for axis, share in ((0, 0.4), (1, 0.1)):
        bound = (rng.random(n) < share) & tube.stained[axis]
        level = 0.4 * shapes._positive_median(axis)
        light[bound, axis] += level * rng.lognormal(0.0, 0.8, int(bound.sum()))
    forward = 80_000.0 * size * rng.lognormal(0.0, 0.15, n)
    side = 25_000.0 * size * rng.lognormal(0.0, 0.5, n)
    return light, np.column_stack([forward, side])
