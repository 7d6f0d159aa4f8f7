"""How far polygons are from the dividers they stand for: in distance, and in events that change population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.compensation import compensated_columns
from gating.dividers import CLASSES, CurvedQuadrantGate
from gating.errors import GatingError
from gating.events import Events
from gating.exchange.segments import REACH, Segments, on_scale
from gating.spillover import Spillover

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class PolygonError:
    """How far the polygons of one gate are from its dividers.

    Attributes
    ----------
    annexin_gap, dye_gap : float
        The largest distance between divider and polygon, along the channel that is divided, as a part of the divider's
        value there (of its level, where that is larger).
    annexin_gap_units, dye_gap_units : float
        The largest distance in linear units at any event of the given tubes; NaN where no tube was given.
    events, changed : int
        Events of the given tubes, and those of them that polygons and dividers put into different populations.
    largest_share : float
        The largest fraction of one tube's events that change; NaN where no tube was given.
    """

    annexin_gap: float
    dye_gap: float
    annexin_gap_units: float
    dye_gap_units: float
    events: int
    changed: int
    largest_share: float

    @property
    def words(self) -> str:
        """The error as it stands in the document."""
        gaps = (
            f"straight segments at most {100 * self.annexin_gap:.2g} % of its value from the Annexin V divider and "
            f"{100 * self.dye_gap:.2g} % from the dye's divider"
        )
        if not self.events:
            return f"{gaps}, no tube was given to count the events that change their population"
        return (
            f"{gaps} (at the given events at most {self.annexin_gap_units:.2g} and {self.dye_gap_units:.2g} units), "
            f"{self.changed} of {self.events} events change their population "
            f"(at most {100 * self.largest_share:.2g} % of a tube)"
        )


def polygon_error(
    gate: CurvedQuadrantGate, spillover: Spillover | None, pair: tuple[Segments, Segments], tubes: Sequence[Events]
) -> PolygonError:
    """Return how far a gate's segments (Annexin V, dye) are from its dividers, counted on these tubes.

    Raises
    ------
    GatingError
        A tube holds events beyond the polygons or without a number.

    Examples
    --------
    >>> from gating.dividers import CurvedDivider, StraightDivider
    >>> from gating.events import Channel
    >>> from gating.exchange.segments import segments
    >>> gate = CurvedQuadrantGate("A", StraightDivider(9.0), "B", CurvedDivider(level=5.0, spread=1.0))
    >>> pair = tuple(segments(d, None, None, 0.01) for d in (gate.annexin_divider, gate.dye_divider))
    >>> tube = Events(np.array([[100.0, 14.999], [100.0, 15.0]]), [Channel("A"), Channel("B")])
    >>> error = polygon_error(gate, None, pair, [tube])
    >>> error.events, error.annexin_gap, error.dye_gap <= 0.01
    (2, 0.0, True)
    """
    filled = [_columns(gate, spillover, tube) for tube in tubes if len(tube)]
    changed = [_changed(gate, pair, annexin, dye) for annexin, dye in filled]
    return PolygonError(
        annexin_gap=pair[0].gap(),
        dye_gap=pair[1].gap(),
        annexin_gap_units=max((pair[0].gap_units(dye) for _, dye in filled), default=np.nan),
        dye_gap_units=max((pair[1].gap_units(annexin) for annexin, _ in filled), default=np.nan),
        events=sum(len(dye) for _, dye in filled),
        changed=sum(changed),
        largest_share=max((n / len(dye) for n, (_, dye) in zip(changed, filled, strict=True)), default=np.nan),
    )


def _columns(
    gate: CurvedQuadrantGate, spillover: Spillover | None, tube: Events
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a tube's Annexin V and dye, compensated with the gate's matrix."""
    annexin, dye = compensated_columns(tube, [gate.annexin, gate.dye], spillover)
    beyond = int(np.count_nonzero(~((np.abs(annexin) < REACH) & (np.abs(dye) < REACH))))
    if beyond:
        raise GatingError(
            tube.name or "events",
            expected=f"numbers between -{REACH:g} and {REACH:g}",
            got=f"{beyond} events beyond them or without a number",
            remedy="Leave these events out with `events.take(keep)`.",
        )
    return annexin, dye


def _changed(
    gate: CurvedQuadrantGate,
    pair: tuple[Segments, Segments],
    annexin: NDArray[np.float64],
    dye: NDArray[np.float64],
) -> int:
    """Return how many events the polygons, as a reader applies them, put into another population."""
    from flowutils.gating import points_in_polygon

    points = np.column_stack([on_scale(pair[0].scale, annexin), on_scale(pair[1].scale, dye)])
    sides = [points_in_polygon(side.polygon(swapped=i == 0), points).astype(np.intp) for i, side in enumerate(pair)]
    return int(np.count_nonzero(CLASSES[sides[1], sides[0]] != gate.classes(annexin, dye)))
