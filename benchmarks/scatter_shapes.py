"""Tubes with scatter of many shapes, whose label of every event is known: the truth for the clean-up.

Nothing here is shared with `gating.simulate` or known to the clean-up: cells are lognormal, normal, gamma or heavy
tailed, of one size, two phases or two kinds; debris is uniform, exponential, lognormal or a power law; the pulses of
two cells either overlap as Gaussians in a laser's spot or have a given length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating import Channel, Events

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Draw = Callable[[np.random.Generator, int, float], NDArray[np.float64]]

LIVE = 60_000.0  # forward scatter of a live cell
DEBRIS, DOUBLET = 4, 5  # labels after the four states 0 to 3
CHANNELS = ("FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A", "Time")
ANNEXIN, DYE = np.array([140.0, 7_500.0, 14_000.0, 260.0]), np.array([60.0, 130.0, 11_000.0, 16_000.0])
CUT = 1_000.0  # parts both stains' populations as well as a cut can

CELLS: Mapping[str, Draw] = {
    "lognormal": lambda rng, n, sd: np.exp(sd * rng.standard_normal(n)),
    "normal": lambda rng, n, sd: np.maximum(1 + sd * rng.standard_normal(n), 0.2),
    "gamma": lambda rng, n, sd: rng.gamma(1 / sd**2, sd**2, n),
    "heavy tails": lambda rng, n, sd: np.exp(0.8 * sd * np.clip(rng.standard_t(4, n), -5, 5)),
    "two phases": lambda rng, n, sd: np.exp(0.7 * sd * rng.standard_normal(n)) * np.where(rng.random(n) < 0.3, 1.55, 1),
    "two kinds": lambda rng, n, sd: np.exp(sd * rng.standard_normal(n)) * np.where(rng.random(n) < 0.4, 1.9, 1),
}
FRAGMENTS: Mapping[str, Draw] = {
    "uniform": lambda rng, n, _: rng.uniform(0.03, 0.17, n) * np.exp(0.2 * rng.standard_normal(n)),
    "exponential": lambda rng, n, _: 0.02 + rng.exponential(0.05, n),
    "lognormal": lambda rng, n, _: 0.09 * np.exp(0.4 * rng.standard_normal(n)),
    "power law": lambda rng, n, _: 0.03 * np.exp(rng.uniform(0, np.log(0.28 / 0.03), n)),
}


@dataclass(frozen=True)
class Shape:
    """How cells, debris and doublets scatter.

    `sizes` are those of the four states relative to live cells, `threshold` the instrument's on FSC-H, `trend` the
    power of size that pulses lengthen with, `dying_longer` the natural logarithm by which a dying cell's pulse does.
    """

    cells: str = "lognormal"
    debris: str = "uniform"
    pulses: str = "ratio"  # or overlap
    spread: float = 0.16
    sizes: tuple[float, float, float, float] = (1.0, 0.78, 0.58, 0.72)
    threshold: float = 0.02
    trend: float = 0.0
    noise: float = 0.03
    dying_longer: float = 0.0


@dataclass(frozen=True, eq=False)
class Drawn:
    """Events and the label of each."""

    events: Events
    labels: NDArray[np.int8]


def states_of(apoptosis: float) -> NDArray[np.float64]:
    """Return the four fractions of a well: half of the apoptosis is early, 3 % is necrotic."""
    return np.array([0.97 * (1 - apoptosis), 0.97 * apoptosis / 2, 0.97 * apoptosis / 2, 0.03])


def draw(
    shape: Shape, fractions: NDArray[np.float64], n: int, debris: float, doublets: float, rng: np.random.Generator
) -> Drawn:
    """Draw a tube; what does not reach the instrument's threshold is not recorded."""
    kinds = rng.choice(3, size=n, p=[1 - debris - doublets, debris, doublets])
    states = rng.choice(4, size=(2, n), p=fractions)
    pair = np.stack([LIVE * np.array(shape.sizes)[s] * CELLS[shape.cells](rng, n, shape.spread) for s in states])
    fragment, several = kinds == 1, kinds == 2
    area = np.where(several, pair.sum(axis=0), pair[0])
    area[fragment] = LIVE * FRAGMENTS[shape.debris](rng, int(fragment.sum()), 0.0)
    length = _lengths(shape, area, pair, several, rng)
    length[(states[0] > 0) & (kinds == 0)] *= np.exp(shape.dying_longer)
    height = area / length * np.exp(shape.noise * rng.standard_normal(n)) + rng.normal(0, 100, n)
    annexin, dye = _light(states, fragment, several, rng)
    scatter = [area + rng.normal(0, 150, n), height, 0.5 * area * np.exp(0.3 * rng.standard_normal(n))]
    table = np.column_stack([*scatter, annexin, dye, np.sort(rng.uniform(0, 60, n))])
    labels = np.where(fragment, DEBRIS, np.where(several, DOUBLET, states[0])).astype(np.int8)
    recorded = height > shape.threshold * LIVE
    values = np.minimum(table[recorded], 262_143.0).astype(np.float32)
    return Drawn(Events(values, [Channel(name) for name in CHANNELS]), labels[recorded])


def _lengths(
    shape: Shape,
    area: NDArray[np.float64],
    pair: NDArray[np.float64],
    several: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return area over height of each pulse."""
    if shape.pulses == "ratio":
        single = (area / LIVE) ** shape.trend
        return np.asarray(np.where(several, rng.uniform(1.45, 1.95, len(area)), 1.0) * single)
    length = np.sqrt(0.5 + 0.5 * area / LIVE)
    widths = np.sqrt(0.5 + 0.5 * pair[:, several] / LIVE)
    apart = rng.uniform(1.8, 4.0, widths.shape[1]) * widths.mean(axis=0)
    place = np.linspace(-3, 7, 120)[:, None]
    first, second = (pair[i, several] / widths[i] for i in range(2))
    pulse = first * np.exp(-0.5 * (place / widths[0]) ** 2) + second * np.exp(-0.5 * ((place - apart) / widths[1]) ** 2)
    length[several] = area[several] / pulse.max(axis=0)
    return length


def _light(
    states: NDArray[np.int64], fragment: NDArray[np.bool_], several: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Annexin V and dye; four fragments of ten bind Annexin V, none holds much dye."""
    n = len(fragment)
    green = ANNEXIN[states] * np.exp(0.6 * rng.standard_normal((2, n)))
    red = DYE[states] * np.exp(0.55 * rng.standard_normal((2, n)))
    annexin, dye = (light[0] + np.where(several, light[1], 0.0) for light in (green, red))
    bound = np.where(rng.random(n) < 0.4, 3_000.0 * np.exp(0.8 * rng.standard_normal(n)), 40.0)
    return np.where(fragment, bound, annexin), np.where(fragment, 0.05 * dye, dye)
