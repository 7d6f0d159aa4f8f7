"""Counting the four Annexin V / dye quadrants of a gate whose dividers are not straight."""

from __future__ import annotations

import numpy as np

from gating.compensation import compensated_chunks
from gating.dividers import CurvedQuadrantGate
from gating.errors import GatingError
from gating.events import Events
from gating.quadrants import Quadrants


def count_curved(events: Events, gate: CurvedQuadrantGate) -> Quadrants:
    """Count the events in each quadrant of a curved gate; uncompensated events are compensated first.

    Parameters
    ----------
    events : Events
        As `read_fcs` or `compensate` returns them; the file's matrix is used, nothing is cleaned away.
    gate : CurvedQuadrantGate
        An event on a divider is positive.

    Returns
    -------
    Quadrants
        Four counts that sum to the events.

    Raises
    ------
    MissingChannel
        The gate names a channel that the events lack.
    GatingError
        An event holds no number (NaN) in one of the two channels.

    Examples
    --------
    >>> from gating.dividers import CurvedDivider, StraightDivider
    >>> from gating.events import Channel
    >>> values = np.array([[1.0, 1.0], [1e4, 500.0], [1e4, 5e3], [1.0, 500.0]])
    >>> gate = CurvedQuadrantGate("FITC-A", StraightDivider(900.0), "PE-A", CurvedDivider(level=300.0, spread=4.0))
    >>> count_curved(Events(values, [Channel("FITC-A"), Channel("PE-A")]), gate)
    Quadrants(live=1, early_apoptotic=1, late_apoptotic=1, necrotic=1)
    """
    counted = np.zeros(4, dtype=np.int64)
    for annexin, dye in compensated_chunks(events, [gate.annexin, gate.dye], events.spillover):
        missing = int(np.count_nonzero(np.isnan(annexin) | np.isnan(dye)))
        if missing:
            raise GatingError(
                events.name or "events",
                expected="a number for every event",
                got=f"{missing} events without one in {gate.annexin} or {gate.dye}",
                remedy="Leave these events out with `events.take(keep)`.",
            )
        counted += np.bincount(gate.classes(annexin, dye), minlength=4)
    return Quadrants(*counted.tolist())
