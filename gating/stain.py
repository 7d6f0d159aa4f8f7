"""The noun of compensation: a single stain beside the unstained tube, as light in two detectors and size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.channels import find_scatter
from gating.debris import find_debris_limit, scatter_histogram
from gating.doublets import singlets
from gating.margins import at_ceiling, declared_top

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gating.events import Events

MOST = 10_000  # cells of a tube that are looked at, evenly over its time
MOSTLY_DEBRIS = 0.3  # of the events are larger than debris: below, the limit is not that of this tube


@dataclass(frozen=True, eq=False)
class Light:
    """The whole, single, unsaturated cells of a tube.

    Attributes
    ----------
    own, other : ndarray, shape (n,)
        Linear light in the stain's own detector and in another one.
    size : ndarray, shape (n, k), or None
        Natural logarithm of forward and of side scatter, those that the file has; None where it has neither.
    """

    own: NDArray[np.float64]
    other: NDArray[np.float64]
    size: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Stain:
    """A tube stained with one dye, and the cells without stain.

    `applied` is the spillover that was taken out of `other` before: the noise of `own` is then in it, too.
    """

    stained: Light
    blank: Light
    applied: float = 0.0


def whole_cells_of(tubes: Sequence[Events], channels: Sequence[str]) -> list[NDArray[np.intp]]:
    """Return the rows of each tube that are whole single cells, on the scale of each channel.

    Parameters
    ----------
    tubes : sequence of Events
        Uncompensated tubes of one batch: they share a debris limit.
    channels : sequence of str
        An event without a number, or at the ceiling, in one of these is left out.

    Examples
    --------
    >>> from gating.events import Channel, Events
    >>> whole_cells_of([Events(np.array([[1.0], [np.nan]]), [Channel("FITC-A")])], ["FITC-A"])
    [array([0])]
    """
    forward = [find_scatter(tube.channels, "FSC", "A") or find_scatter(tube.channels, "FSC", "H") for tube in tubes]
    limit = None
    if all(forward):
        histograms = [scatter_histogram(tube.column(str(name))) for tube, name in zip(tubes, forward, strict=True)]
        limit = find_debris_limit(histograms)
    return [
        _rows(tube, channels, name, limit.value if limit else None) for tube, name in zip(tubes, forward, strict=True)
    ]


def _rows(tube: Events, channels: Sequence[str], forward: str | None, limit: float | None) -> NDArray[np.intp]:
    keep = np.ones(len(tube), dtype=np.bool_)
    for name in channels:
        values = tube.column(name)
        keep &= np.isfinite(values)
        keep[at_ceiling(values, declared_top(tube, name))] = False
    if forward and limit is not None:
        area = tube.column(forward)
        if np.mean(area >= limit) > MOSTLY_DEBRIS:  # else these are beads, smaller than the cells of the other tubes
            keep &= area >= limit
        height = find_scatter(tube.channels, "FSC", "H")
        if height and height != forward:
            whole = np.flatnonzero(keep)
            keep[whole[~singlets(area[whole], tube.column(height)[whole])]] = False
    rows = np.flatnonzero(keep)
    return rows[:: max(1, -(-len(rows) // MOST))]


def size_of(tube: Events, rows: NDArray[np.intp]) -> NDArray[np.float64] | None:
    """Return ln forward and ln side scatter of the rows, shape (n, k), None where the tube has no scatter.

    Examples
    --------
    >>> from gating.events import Channel, Events
    >>> size_of(Events(np.array([[np.e]]), [Channel("SSC-A")]), np.array([0])).tolist()
    [[1.0]]
    """
    columns = []
    for base in ("FSC", "SSC"):
        name = find_scatter(tube.channels, base, "A") or find_scatter(tube.channels, base, "H")
        if name:
            values = tube.column(name)[rows]
            positive = values[values > 0]
            if len(positive):
                columns.append(np.log(np.maximum(values, positive.min())))
    return np.column_stack(columns) if columns else None
