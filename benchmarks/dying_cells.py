"""Cells that live, divide, die and vanish, and what every assay of a study would see of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STEP = 0.25  # hours


@dataclass(frozen=True)
class Biology:
    """What is the same in all wells of a study: times in hours, rates per hour.

    `active` is the caspase signal of a dying cell in units of that of a living one; `late_active` the share of it that
    a late apoptotic cell still has; `sharp` makes the onset of killing a step (large) or a slow rise (1).
    """

    doubling: float
    lag: float
    sharp: float
    early_life: float
    late_life: float
    spontaneous: float
    active: float
    late_active: float


@dataclass(frozen=True)
class Treatment:
    """What a treatment does: rates of apoptosis and necrosis per hour, the share of division that it stops.

    `silent` apoptosis runs without caspases.
    """

    apoptosis: float = 0.0
    necrosis: float = 0.0
    stasis: float = 0.0
    silent: bool = False


@dataclass(frozen=True)
class Cells:
    """The cells of a well in units of those seeded, and its caspase signal."""

    live: float
    early: float
    late: float
    necrotic: float
    caspase: float

    @property
    def total(self) -> float:
        """Return all cells that a tube holds."""
        return self.live + self.early + self.late + self.necrotic

    @property
    def viable(self) -> float:
        """Return the signal of viability: early apoptotic cells still hold half of their ATP."""
        return self.live + 0.5 * self.early


def drawn_biology(rng: np.random.Generator) -> Biology:
    """Return the biology of a study."""
    return Biology(
        doubling=rng.uniform(18, 36),
        lag=rng.uniform(3, 14),
        sharp=rng.choice([1.0, 2.0, 6.0]),
        early_life=rng.uniform(5, 16),
        late_life=rng.uniform(20, 72),
        spontaneous=rng.uniform(0.001, 0.003),
        active=rng.uniform(12, 40),
        late_active=rng.uniform(0.1, 0.4),
    )


def cells_at(hours: float, treatment: Treatment, biology: Biology) -> Cells:
    """Return the cells of a well some hours after treatment.

    Examples
    --------
    >>> biology = drawn_biology(np.random.default_rng(1))
    >>> cells_at(48, Treatment(apoptosis=0.05), biology).live < cells_at(48, Treatment(), biology).live
    True
    """
    live, early, late, necrotic = 1.0, 0.0, 0.0, 0.0
    growth = np.log(2) / biology.doubling
    for time in np.arange(0.0, hours, STEP):
        onset = (time / (time + biology.lag)) ** biology.sharp if biology.sharp < 5 else float(time > biology.lag)
        die, burst = biology.spontaneous + treatment.apoptosis * onset, treatment.necrosis * onset
        live_change = live * (growth * (1 - treatment.stasis * onset) - die - burst)
        early_change = live * die - early / biology.early_life
        late_change = early / biology.early_life - late / biology.late_life
        necrotic_change = live * (burst + 0.1 * biology.spontaneous) - necrotic / biology.late_life
        live, early = live + STEP * live_change, early + STEP * early_change
        late, necrotic = late + STEP * late_change, necrotic + STEP * necrotic_change
    active = 0.0 if treatment.silent else biology.active * (early + biology.late_active * late)
    spared = biology.spontaneous * biology.early_life * live * biology.active if treatment.silent else 0.0
    return Cells(live, early, late, necrotic, live + active + spared)
