"""Counting the four Annexin V / dye quadrants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.compensation import compensated_chunks
from gating.errors import GatingError
from gating.events import Events
from gating.gates import QuadrantGate

if TYPE_CHECKING:
    from numpy.typing import NDArray

POPULATIONS = ("live", "early_apoptotic", "late_apoptotic", "necrotic")


@dataclass(frozen=True)
class Quadrants:
    """Four counts that sum to the parent.

    live: Annexin- dye-; early_apoptotic: Annexin+ dye-; late_apoptotic: Annexin+ dye+ (late apoptotic or necrotic: an
    end point can't tell them apart); necrotic: Annexin- dye+.
    """

    live: int
    early_apoptotic: int
    late_apoptotic: int
    necrotic: int

    def __add__(self, other: Quadrants) -> Quadrants:
        """Return the counts of both."""
        return Quadrants(
            self.live + other.live,
            self.early_apoptotic + other.early_apoptotic,
            self.late_apoptotic + other.late_apoptotic,
            self.necrotic + other.necrotic,
        )

    @property
    def total(self) -> int:
        """Events of the parent."""
        return self.live + self.early_apoptotic + self.late_apoptotic + self.necrotic


def count_quadrants(events: Events, gate: QuadrantGate) -> Quadrants:
    """Count the events in each quadrant; uncompensated events are compensated with their file's matrix first.

    Parameters
    ----------
    events : Events
        As `read_fcs` or `compensate` returns them; nothing is cleaned away.
    gate : QuadrantGate
        Thresholds in linear, compensated units; an event on a threshold is positive.

    Raises
    ------
    MissingChannel
        The gate names a channel that the events lack.
    GatingError
        An event holds no number (NaN) in one of the two channels.

    Examples
    --------
    >>> from gating.events import Channel
    >>> values = np.array([[1.0, 1.0], [9.0, 1.0], [9.0, 5.0], [1.0, 9.0]])
    >>> gate = QuadrantGate(annexin="FITC-A", annexin_threshold=5.0, dye="PE-A", dye_threshold=5.0)
    >>> count_quadrants(Events(values, [Channel("FITC-A"), Channel("PE-A")]), gate)
    Quadrants(live=1, early_apoptotic=1, late_apoptotic=1, necrotic=1)
    """
    counted = Quadrants(0, 0, 0, 0)
    for annexin, dye in compensated_chunks(events, [gate.annexin, gate.dye], events.spillover):
        # One NaN makes a sum NaN, which costs a quarter of asking every event.
        suspicious = np.isnan(annexin.sum() + dye.sum())
        missing = int(np.count_nonzero(np.isnan(annexin) | np.isnan(dye))) if suspicious else 0
        if missing:
            raise GatingError(
                events.name or "events",
                expected="a number for every event",
                got=f"{missing} events without one in {gate.annexin} or {gate.dye}",
                remedy="Leave these events out with `events.take(keep)`.",
            )
        counted = counted + count_at(annexin, dye, gate.annexin_threshold, gate.dye_threshold)
    return counted


def count_at(
    annexin: NDArray[np.float64], dye: NDArray[np.float64], annexin_threshold: float, dye_threshold: float
) -> Quadrants:
    """Count four quadrants of two columns at two thresholds.

    Examples
    --------
    >>> count_at(np.array([1.0, 9.0]), np.array([1.0, 9.0]), 5.0, 5.0)
    Quadrants(live=1, early_apoptotic=0, late_apoptotic=1, necrotic=0)
    """
    annexin_positive, dye_positive = annexin >= annexin_threshold, dye >= dye_threshold
    both = int(np.count_nonzero(annexin_positive & dye_positive))
    early = int(np.count_nonzero(annexin_positive)) - both
    necrotic = int(np.count_nonzero(dye_positive)) - both
    return Quadrants(len(annexin) - both - early - necrotic, early, both, necrotic)
