"""Tubes of simulated cells whose true state is known: the ground truth of tests, documentation and the sample study.

A cell has a size and a state. Its state sets how much Annexin V and dye it carries, how bright it is on its own and
how it scatters. Light reaches the detectors through a spillover matrix, arrives as photons (so that bright dyes spread
in the detectors they spill into) and meets electronic noise. Debris and doublets come on top, as on a real cytometer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gating.events import Channel, Events
from gating.quadrants import POPULATIONS
from gating.spillover import Spillover

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEBRIS, DOUBLET = 4, 5  # labels after the four states 0 to 3


@dataclass(frozen=True)
class State:
    """What one cell state looks like; medians in linear detector units, spreads as SD of the natural logarithm."""

    annexin: float
    annexin_sd: float
    dye: float
    dye_sd: float
    size: float  # median FSC relative to a live cell
    granularity: float  # median SSC relative to a live cell
    autofluorescence: float  # relative to a live cell


STATES: Mapping[str, State] = {
    "live": State(140.0, 0.60, 60.0, 0.60, 1.00, 1.00, 1.0),
    "early_apoptotic": State(7_500.0, 0.65, 130.0, 0.65, 0.78, 1.45, 1.2),
    "late_apoptotic": State(14_000.0, 0.60, 11_000.0, 0.55, 0.58, 1.60, 1.9),
    "necrotic": State(260.0, 0.60, 16_000.0, 0.50, 0.72, 1.25, 1.8),
}


@dataclass(frozen=True)
class Cytometer:
    """The instrument: spillover between the two detectors, photons, noise and the largest value it can store."""

    annexin_into_dye: float = 0.16
    dye_into_annexin: float = 0.012
    units_per_photon: float = 6.0
    noise_sd: float = 45.0
    maximum: float = 262_143.0
    annexin_channel: str = "FITC-A"
    dye_channel: str = "PE-A"

    @property
    def spillover(self) -> Spillover:
        """The true spillover matrix."""
        matrix = np.array([[1.0, self.annexin_into_dye], [self.dye_into_annexin, 1.0]])
        return Spillover(matrix, (self.annexin_channel, self.dye_channel))

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Scatter, the two dyes and Time, as an acquisition template names them."""
        return (
            Channel("FSC-A"),
            Channel("FSC-H"),
            Channel("SSC-A"),
            Channel(self.annexin_channel, "Annexin V"),
            Channel(self.dye_channel, "PI"),
            Channel("Time"),
        )


@dataclass(frozen=True)
class Tube:
    """What is in a tube: the truth that a method has to find.

    `fractions` are those of whole single cells. `annexin_scale` and `dye_scale` shift the staining of the whole tube,
    `heavy_tails` draws brightness from a t distribution with 4 degrees of freedom instead of a normal one.
    """

    fractions: Mapping[str, float]
    n_events: int = 8_000
    annexin_stained: bool = True
    dye_stained: bool = True
    debris: float = 0.06
    doublets: float = 0.04
    annexin_scale: float = 1.0
    dye_scale: float = 1.0
    heavy_tails: bool = False
    states: Mapping[str, State] = field(default_factory=lambda: STATES)


@dataclass(frozen=True, eq=False)
class SimulatedTube:
    """Uncompensated events and the true label of each: 0 to 3 the four states in order, 4 debris, 5 doublet."""

    events: Events
    labels: NDArray[np.int8]

    def fractions(self) -> dict[str, float]:
        """Return the fraction of each state among the whole single cells that were drawn."""
        cells = self.labels[self.labels < DEBRIS]
        return {name: float(np.mean(cells == i)) if len(cells) else float("nan") for i, name in enumerate(POPULATIONS)}


def simulate_tube(tube: Tube, rng: np.random.Generator, cytometer: Cytometer | None = None) -> SimulatedTube:
    """Draw the events of one tube.

    Parameters
    ----------
    tube : Tube
        Fractions of the four states (they must sum to 1) and how the tube was stained.
    rng : numpy.random.Generator
        The source of every random number: the same generator state gives the same events.
    cytometer : Cytometer, optional
        The instrument.

    Returns
    -------
    SimulatedTube
        `tube.n_events` events in order of acquisition.

    Raises
    ------
    ValueError
        Fractions that do not name the four states or do not sum to 1.

    Examples
    --------
    >>> fractions = {"live": 0.7, "early_apoptotic": 0.2, "late_apoptotic": 0.1, "necrotic": 0.0}
    >>> drawn = simulate_tube(Tube(fractions, n_events=5_000), np.random.default_rng(1))
    >>> drawn.events.values.shape, round(drawn.fractions()["early_apoptotic"], 1)
    ((5000, 6), 0.2)
    """
    cytometer = cytometer or Cytometer()
    weights = _weights(tube.fractions)
    kinds = rng.choice(3, size=tube.n_events, p=[1 - tube.debris - tube.doublets, tube.debris, tube.doublets])
    states = rng.choice(4, size=(2, tube.n_events), p=weights)
    light = np.stack([_cells(states[i], tube, rng) for i in range(2)])  # pairs: the second is used in doublets
    doublet, debris = kinds == 2, kinds == 1
    cells = light[0]
    cells[:, doublet] += light[1][:, doublet]
    cells[:, debris] = _debris(cells[:, debris], rng)
    values = _detect(cells, rng, cytometer)
    # Height follows what is in the laser's spot, area all that passes: two cells in a row are low for their area.
    height = values[:, 0] / np.where(doublet, rng.uniform(1.45, 1.95, tube.n_events), 1.0)
    height *= rng.lognormal(0.0, 0.035, tube.n_events)
    time = np.sort(rng.uniform(0.0, 60.0, tube.n_events))
    table = np.column_stack([values[:, 0], height, values[:, 1], values[:, 2], values[:, 3], time])
    labels = np.where(debris, DEBRIS, np.where(doublet, DOUBLET, states[0])).astype(np.int8)
    events = Events(
        np.minimum(table, cytometer.maximum).astype(np.float32),
        cytometer.channels,
        spillover=cytometer.spillover,
    )
    return SimulatedTube(events, labels)


def _weights(fractions: Mapping[str, float]) -> NDArray[np.float64]:
    weights = np.array([fractions.get(name, 0.0) for name in POPULATIONS], dtype=np.float64)
    if set(fractions) - set(POPULATIONS) or (weights < 0).any() or abs(weights.sum() - 1.0) > 1e-9:
        message = f"fractions: expected {', '.join(POPULATIONS)} that sum to 1, got {dict(fractions)}"
        raise ValueError(message)
    weights /= weights.sum()
    return weights


def _cells(states: NDArray[np.int64], tube: Tube, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return each cell's true light, shape (6, n): FSC, SSC, Annexin dye, dead-cell dye, own light in both."""
    n = len(states)
    table = np.array([[getattr(tube.states[s], f) for f in State.__dataclass_fields__] for s in POPULATIONS])[states].T
    annexin, annexin_sd, dye, dye_sd, size, granularity, auto = table
    volume = np.exp(0.16 * rng.standard_normal(n))
    draw = rng.standard_t(4, (2, n)) if tube.heavy_tails else rng.standard_normal((2, n))
    draw = np.clip(draw, -6.0, 6.0)  # no cell is a thousand times brighter than its kind
    forward = 90_000.0 * size * volume
    side = 45_000.0 * granularity * volume * np.exp(0.22 * rng.standard_normal(n))
    green = annexin * tube.annexin_scale * np.exp(annexin_sd * draw[0]) * tube.annexin_stained
    red = dye * tube.dye_scale * np.exp(dye_sd * draw[1]) * tube.dye_stained
    own = auto * volume * np.exp(0.30 * rng.standard_normal((2, n))) * np.array([[130.0], [85.0]])
    return np.stack([forward, side, green, red, own[0], own[1]])


def _debris(cells: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Shrink cells to fragments: apoptotic bodies keep Annexin on their surface, most carry little of either dye."""
    n = cells.shape[1]
    scale = rng.uniform(0.03, 0.17, n)
    bound = np.where(rng.random(n) < 0.4, 3_000.0 * np.exp(0.8 * rng.standard_normal(n)), 40.0)
    stained = cells[2].any()
    forward = 90_000.0 * scale * np.exp(0.2 * rng.standard_normal(n))
    side = 30_000.0 * scale * np.exp(0.5 * rng.standard_normal(n))
    return np.stack([forward, side, bound * stained, cells[3] * scale * 0.3, cells[4] * 0.3, cells[5] * 0.3])


def _detect(light: NDArray[np.float64], rng: np.random.Generator, cytometer: Cytometer) -> NDArray[np.float64]:
    """Spill, count photons and add noise; returns (n, 4): FSC-A, SSC-A, Annexin channel, dye channel."""
    forward, side, green, red, own_green, own_red = light
    dyes = np.stack([green, red], axis=1) @ cytometer.spillover.matrix
    expected = dyes + np.stack([own_green, own_red], axis=1)
    photons = rng.poisson(np.maximum(expected, 0.0) / cytometer.units_per_photon)
    seen = photons * cytometer.units_per_photon + cytometer.noise_sd * rng.standard_normal(expected.shape)
    return np.column_stack([forward, side, seen])
