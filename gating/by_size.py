"""A tube's four populations by size, above and below the debris limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gating.compensation import compensated_columns
from gating.events import Events
from gating.whole_cells import Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE_LOW, SIZE_WIDTH, SIZE_BINS = 1.0, 0.05, 130  # decades of forward scatter
DEBRIS_SAMPLE = 2_000  # events
GATE_SHIFT = 0.2


@dataclass(frozen=True, eq=False)
class BySize:
    """The four populations by forward scatter, above and below the debris limit.

    `cells` and `debris` are sampled counts, shape (130, 4); `debris_events` is how many events lie below the limit;
    `gained` and `lost` (each shape (4,), events) are what a limit 20 % lower adds to the cells, and one 20 % higher
    takes from them.
    """

    cells: NDArray[np.int32]
    debris: NDArray[np.int32]
    debris_events: int
    debris_limit: float
    gained: NDArray[np.float64]
    lost: NDArray[np.float64]


def populations_by_size(
    events: Events,
    recipe: Recipe,
    thresholds: tuple[float, float],
    forward: NDArray[np.float64],
    population: NDArray[np.uint8],
    step: int,
) -> BySize | None:
    """Return the populations by size, or None where the recipe leaves no debris out.

    Parameters
    ----------
    events : Events
        Of the tube.
    recipe : Recipe
        How it was cleaned.
    thresholds : tuple of float
        Annexin V and dye.
    forward, population : ndarray, shape (n_sampled,)
        Of sampled cells: forward scatter, and 0 live, 1 early apoptotic, 2 late apoptotic, 3 necrotic.
    step : int
        One cell in so many was sampled.

    Examples
    --------
    >>> from gating.events import Channel
    >>> events = Events(np.array([[90.0, 0, 0], [15.0, 9, 0], [80.0, 9, 0]]), [Channel(c) for c in ("FSC-A", "A", "D")])
    >>> recipe = Recipe("A", "D", "FSC-A", None, None, debris_limit=18.0)
    >>> found = populations_by_size(events, recipe, (5.0, 5.0), np.array([90.0, 80.0]), np.array([0, 1], np.uint8), 1)
    >>> found.debris_events, found.gained.tolist(), found.lost.tolist()
    (1, [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0])
    """
    if recipe.forward is None or recipe.debris_limit is None:
        return None
    limit = recipe.debris_limit
    small = np.flatnonzero(events.values[:, events.index(recipe.forward)] < limit)
    stride = max(1, -(-len(small) // DEBRIS_SAMPLE))
    some = replace(events, values=events.values[small[::stride]])
    annexin, dye = compensated_columns(some, [recipe.annexin, recipe.dye], recipe.spillover)
    # An event without a number compares as negative twice: it is live debris, which no check counts.
    debris = (annexin >= thresholds[0]) ^ (dye >= thresholds[1]) * np.uint8(3)
    size = some.column(recipe.forward)
    near, top = size >= limit * (1 - GATE_SHIFT), forward < limit * (1 + GATE_SHIFT)
    return BySize(
        cells=_size_table(forward, population),
        debris=_size_table(size, debris),
        debris_events=len(small),
        debris_limit=limit,
        gained=stride * np.bincount(debris[near], minlength=4).astype(np.float64),
        lost=step * np.bincount(population[top], minlength=4).astype(np.float64),
    )


def _size_table(forward: NDArray[np.float64], population: NDArray[np.uint8]) -> NDArray[np.int32]:
    place = (np.log10(np.maximum(forward, 1.0)) - SIZE_LOW) / SIZE_WIDTH
    rows = np.clip(place, 0, SIZE_BINS - 1).astype(np.int64)
    return np.bincount(4 * rows + population, minlength=4 * SIZE_BINS).reshape(SIZE_BINS, 4).astype(np.int32)
