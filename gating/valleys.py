"""Where two populations of a channel part: in the valley between them, or where their errors are equal."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from gating.evidence import Pool
from gating.negative_cells import DEPTH, Control, Population
from gating.smoothing import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

EMPTY = 0.02  # of the height of the positive mode: what the emptiest stretch holds more than its emptiest bin
INTO_STRETCH = 1 / 3  # positive cells spread wider than negative ones, so the better divider is nearer the negative
SURE_SD = 4.0  # of counting: a rise that is smaller may be chance
MIN_POSITIVE_EVENTS = 50
MIN_POSITIVE_SHARE = 0.03  # of the cells, above where the negative ones end
MOST_BELOW = 0.5  # of the cells that the negative ones leave over, below where the negative ones end
MIN_NEGATIVE_SHARE = 0.02
MOST_NEGATIVE_ABOVE = 0.05  # of the negative cells, so that a well which holds no others is not split
FIRST_POSITIVE_SD = 1.5  # nearer the negative mode, what is left over is the shape's own


@dataclass(frozen=True)
class Valley:
    """The emptiest stretch between two modes, in bins, and its divider."""

    low: int
    high: int

    @property
    def divider(self) -> float:
        """A place a third into the stretch."""
        return self.low + INTO_STRETCH * (self.high - self.low)


def first_valley(pool: Pool, population: Population, start: int, sigma_bins: float) -> Valley | None:
    """Return the first valley on the right of the negative cells, None where there is none.

    Dim and bright positive cells are both positive, so a later and deeper valley is not looked for.

    Parameters
    ----------
    pool : Pool
        Of all stained tubes.
    population : Population
        The negative one.
    start : int
        Where to begin, in bins: the negative mode of the tube where it lies furthest right.
    sigma_bins : float

    Examples
    --------
    >>> x = np.arange(300.0)
    >>> density = sum(h * np.exp(-0.5 * ((x - m) / 10) ** 2) for h, m in ((6, 50), (1, 120), (3, 250)))
    >>> valley = first_valley(Pool(density / density.sum(), 10_000.0), Population(50, 10.0, 10.0), 50, 2.0)
    >>> 80 < valley.divider < 100
    True
    """
    density = pool.density[start:]
    if len(density) < 3:
        return None
    lowest = np.minimum.accumulate(density)
    # A smoothed bin is worth the events under its kernel.
    events = 2.0 * sqrt(pi) * max(sigma_bins, 1.0) * pool.events
    sure = (density - lowest) * events > SURE_SD * np.sqrt((density + lowest) * events)
    shoulder = pool.density[population.mode : start + 1].max()
    risen = np.flatnonzero(sure & (lowest <= DEPTH * np.minimum(density, shoulder)))
    if not len(risen):
        return None
    rise = int(risen[0])
    peak = rise + _top(density[rise:])
    near = np.flatnonzero(density[: peak + 1] <= density[: rise + 1].min() + EMPTY * density[peak])
    if density[near[0] :].sum() * pool.events < MIN_POSITIVE_EVENTS:
        return None
    return Valley(start + int(near[0]), start + int(near[-1]))


def _top(density: NDArray[np.float64]) -> int:
    """Return the bin of the mode that a density climbs to from its first bin: before it falls to `DEPTH` of it."""
    highest = np.maximum.accumulate(density)
    fallen = np.flatnonzero(density < DEPTH * highest)
    return int(np.argmax(density[: fallen[0]] if len(fallen) else density))


def equal_error(
    pool: Pool, population: Population, control: Control | None, scatter: float, end: float, sigma_bins: float
) -> float | None:
    """Return the place with as many negative cells above as positive ones below, None where no positive ones show.

    The negative cells are the control's, or normal, moved to the negative mode and widened by the tubes' scatter; what
    they leave over of the pool is positive. At most 5 % of the negative cells lie above the place. It is for
    populations that overlap so much that no valley shows: some positive cells must lie beyond the end of the negative
    ones, and not most of them within it.

    Parameters
    ----------
    pool : Pool
        Of all stained tubes.
    population : Population
    control : Control or None
    scatter : float
        SD of the negative mode from tube to tube, in bins.
    end : float
        Where the negative cells end, in bins.
    sigma_bins : float
    """
    places = np.arange(len(pool.density))
    widened = sqrt(sigma_bins**2 + scatter**2)
    shape = smooth(_negative_shape(places, population, control), max(widened, 0.5))
    left = slice(0, population.mode + 1)
    share = min(float(pool.density[left].sum() / max(shape[left].sum(), 1e-12)), 1.0)
    over = np.clip(pool.density - share * shape, 0.0, None)
    over[: int(population.mode + FIRST_POSITIVE_SD * population.right)] = 0.0
    beyond = places >= end
    is_shown = pool.density[beyond].sum() >= MIN_POSITIVE_SHARE and share >= MIN_NEGATIVE_SHARE
    if not is_shown or over[~beyond].sum() > MOST_BELOW * over.sum():
        return None
    above = 1.0 - np.cumsum(shape) / shape.sum()
    equal = float(np.argmax(np.cumsum(over) >= share * above))
    return min(max(equal, float(np.argmax(above <= MOST_NEGATIVE_ABOVE))), end)


def _negative_shape(places: NDArray[np.int64], population: Population, control: Control | None) -> NDArray[np.float64]:
    if control is None:
        distance = places - population.mode
        shape = np.exp(-0.5 * (distance / np.where(distance < 0, population.left, population.right)) ** 2)
        return np.asarray(shape / shape.sum(), dtype=np.float64)
    from_control = places - population.mode + control.population.mode
    inside = (from_control >= 0) & (from_control < len(places))
    shape = np.where(inside, control.bulk[np.clip(from_control, 0, len(places) - 1)], 0)
    return np.asarray(shape / max(int(shape.sum()), 1), dtype=np.float64)
