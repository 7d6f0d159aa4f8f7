"""Where the negative cells of a batch lie on a channel: their mode, their spread near it, and where they end.

All of it comes from the bulk of the cells near the mode, so that a few bright events in a control, a shoulder on the
left or dying cells in an untreated well move none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot, sqrt
from typing import TYPE_CHECKING

import numpy as np

from gating.evidence import FEWEST_IN_CONTROL, Pool, modes
from gating.smoothing import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

TALL, VISIBLE = 0.25, 0.02  # what counts as a mode, as a part of the highest one
DEPTH = 0.6  # a valley is at most this part of the lower of its two shoulders
BULK_SD = 4.5  # further above its mode, an event of a control is no negative cell
CONTROL_QUANTILE = 0.99
SAME_MODE_SD = 2.0  # the mode of a treated tube this near is that of its negative cells
FURTHEST_SD = 3.0  # no tube's negative cells are further from those of the others
LOPSIDED = 1.5  # the right half of a population, beside which others may lie, is at most so much wider than the left


@dataclass(frozen=True)
class Population:
    """A mode and the SD left and right of it, in bins, as the density near the mode has them."""

    mode: int
    left: float
    right: float


@dataclass(frozen=True, eq=False)
class Control:
    """A control that lacks the stain: its population, its counts without what lies beyond, where 99 % of them end."""

    population: Population
    bulk: NDArray[np.int64]
    bound: int

    def share_above(self, place: float) -> float:
        """Return the share of its cells at or above a place, in bins."""
        return float(self.bulk[max(int(place), 0) :].sum() / max(int(self.bulk.sum()), 1))


def population_at(density: NDArray[np.float64], mode: int, sigma_bins: float) -> Population:
    """Return the population around a mode of a density that was smoothed with `sigma_bins`.

    Its SD are where a normal density has fallen to exp(-1/2): this near the mode, shoulders and tails count little.

    Parameters
    ----------
    density : ndarray, shape (bins,)
    mode : int
    sigma_bins : float

    Examples
    --------
    >>> x = np.arange(200.0)
    >>> density = np.exp(-0.5 * ((x - 80) / 10) ** 2) + 0.2 * np.exp(-0.5 * ((x - 30) / 10) ** 2)
    >>> found = population_at(density, 80, 0.0)
    >>> round(found.left, 1), round(found.right, 1)
    (10.0, 10.0)
    """
    left = _fall(density[mode::-1], sigma_bins)
    right = min(_fall(density[mode:], sigma_bins), LOPSIDED * left)
    return Population(mode, left, max(right, left / LOPSIDED))


def _fall(density: NDArray[np.float64], sigma_bins: float) -> float:
    """Return how many bins a density takes to fall from its first value to exp(-1/2) of it, smoothing taken out."""
    level = density[0] * exp(-0.5)
    below = np.flatnonzero(density < level)
    if not len(below):
        return max(float(len(density)), 1.0)
    at = int(below[0])
    width = at - (level - density[at]) / (density[at - 1] - density[at])
    return sqrt(max(float(width) ** 2 - sigma_bins**2, (0.5 * sigma_bins) ** 2, 0.25))


def control_cells(histogram: NDArray[np.int64], sigma_bins: float) -> Control:
    """Return the cells of a control; what is far brighter than its mode, such as cells carried over, is left out.

    Parameters
    ----------
    histogram : ndarray, shape (bins,)
        At least one event.
    sigma_bins : float

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = np.concatenate([rng.normal(200, 20, 9_800), rng.normal(600, 20, 200)])
    >>> found = control_cells(np.histogram(values, bins=800, range=(0, 800))[0], 5.0)
    >>> 240 < found.bound < 255
    True
    """
    density = smooth(histogram.astype(np.float64), sigma_bins)
    population = population_at(density, int(np.argmax(density)), sigma_bins)
    bulk = histogram.copy()
    bulk[int(population.mode + BULK_SD * hypot(population.right, sigma_bins)) + 1 :] = 0
    cumulative = np.cumsum(bulk)
    return Control(population, bulk, int(np.searchsorted(cumulative, CONTROL_QUANTILE * cumulative[-1])))


def negative_cells(negatives: Pool, stained: Pool, control: Control | None, sigma_bins: float) -> Population:
    """Return the negative population of the stained tubes.

    Untreated and vehicle wells are mostly negative, so it is one of their tall modes: the one nearest the control's;
    without a control the dimmest. Where even they are mostly positive it is the control's own. Without such wells and
    without a control it is the dimmest population of all tubes, however few its cells are.

    Parameters
    ----------
    negatives, stained : Pool
        Of the untreated and vehicle tubes, with no event where there are none, and of all stained tubes.
    control : Control or None
    sigma_bins : float
    """
    source, share = (negatives, TALL) if negatives.events else (stained, TALL if control else VISIBLE)
    found = list(modes(source.density, share, DEPTH)) or [int(np.argmax(source.density))]
    if control is None:
        return population_at(source.density, found[0], sigma_bins)
    own = control.population
    nearest = population_at(source.density, min(found, key=lambda mode: abs(mode - own.mode)), sigma_bins)
    is_positive = nearest.mode - 2.0 * min(nearest.left, nearest.right) > control.bound or not source.events
    return own if is_positive else nearest


def shifts_of(
    tubes: Sequence[NDArray[np.int64]], population: Population, sigma_bins: float, is_negative: bool
) -> NDArray[np.float64]:
    """Return how far the negative mode of each tube lies from the population's, in bins, shape (tubes,).

    Parameters
    ----------
    tubes : sequence of ndarray, shape (bins,)
    population : Population
    sigma_bins : float
    is_negative : bool
        The tubes are known to be mostly negative; of others only a mode near the population's is taken for it. NaN
        where a tube shows no such mode or holds too few events.

    Examples
    --------
    >>> tube = np.round(1e4 * np.exp(-0.5 * ((np.arange(200.0) - 90) / 10) ** 2)).astype(int)
    >>> shifts_of([tube], Population(80, 10.0, 10.0), 3.0, is_negative=False).tolist()
    [10.0]
    """
    reach = FURTHEST_SD if is_negative else SAME_MODE_SD
    found = np.full(len(tubes), np.nan)
    for tube, histogram in enumerate(tubes):
        if histogram.sum() < FEWEST_IN_CONTROL:
            continue
        density = smooth(histogram.astype(np.float64), sigma_bins)
        shifts = [mode - population.mode for mode in modes(density, TALL, DEPTH)]
        near = [shift for shift in shifts if abs(shift) <= reach * max(population.left, population.right)]
        found[tube] = min(near, key=abs) if near else np.nan
    return found
