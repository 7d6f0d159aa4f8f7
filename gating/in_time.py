"""A tube's cells in the order of acquisition: what they are and how bright, from its first event to its last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.acquisition import find_time
from gating.events import Events
from gating.transforms import Asinh

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = 10_000  # events; a brightness is known well enough from these
TIME_BINS = 40
CLASSES = ("Annexin-negative", "Annexin-positive", "dye-negative", "dye-positive")
DECADES = Asinh(2.0)  # of positive cells


@dataclass(frozen=True, eq=False)
class InTime:
    """The cells in the order of acquisition, in 40 bins of equal number.

    Attributes
    ----------
    time : ndarray, shape (40,)
        Of the middle of each bin, in the file's unit.
    quadrants : ndarray of int, shape (40, 4)
        Counts of the four populations.
    counts : ndarray of int, shape (4, 40)
        Sampled cells of each of CLASSES.
    means : ndarray, shape (4, 40)
        Their mean brightness: positive cells in decades, negative ones as a part of the threshold.
    spreads : ndarray, shape (4,)
        The SD of one cell around the mean of its bin.
    """

    time: NDArray[np.float64]
    quadrants: NDArray[np.int32]
    counts: NDArray[np.int32]
    means: NDArray[np.float32]
    spreads: NDArray[np.float64]


def cells_in_time(
    events: Events,
    cells: NDArray[np.intp],
    annexin: tuple[NDArray[np.float64], float],
    dye: tuple[NDArray[np.float64], float],
) -> InTime | None:
    """Return the course over Time, or None without a Time channel that runs, or with too few cells for it.

    Parameters
    ----------
    events : Events
        Of the tube; where its Time does not run in order, the cells are sorted by it.
    cells : ndarray of int, shape (n_cells,)
        Which events are followed.
    annexin, dye : tuple of ndarray and float
        Each cell's compensated brightness, shape (n_cells,), and the threshold.

    Examples
    --------
    >>> from gating.events import Channel
    >>> events = Events(np.arange(400.0)[:, None], [Channel("Time")])
    >>> later = np.repeat([0.0, 900.0], 200)
    >>> course = cells_in_time(events, np.arange(400), (later, 500.0), (np.zeros(400), 500.0))
    >>> course.quadrants[[0, -1]].tolist()
    [[10, 0, 0, 0], [0, 10, 0, 0]]
    """
    axes = (annexin, dye)
    # Bytes: 0 live, 1 early, 2 late, 3 necrotic, the order of the tables.
    population = (annexin[0] >= annexin[1]) ^ (dye[0] >= dye[1]) * np.uint8(3)
    name, each = find_time(events.channels), len(cells) // TIME_BINS
    if name is None or not each:
        return None
    clock = events.values[:, events.index(name)]
    ticks = clock[:: max(1, len(clock) // SAMPLE)]
    if not ticks[0] < ticks.max():
        return None
    used = slice(0, each * TIME_BINS)
    order = slice(None) if (ticks[1:] >= ticks[:-1]).all() else np.argsort(clock[cells], kind="stable")
    blocks = population[order][used].reshape(TIME_BINS, each)
    quadrants = np.stack([np.count_nonzero(blocks == i, axis=1) for i in range(4)], axis=1)
    step = max(1, -(-len(cells) // SAMPLE))
    bins = np.repeat(np.arange(TIME_BINS), each)[::step]
    parts = [_brightness(values[order][used][::step], threshold, bins) for values, threshold in axes]
    counts, means, spreads = (np.concatenate([part[i] for part in parts]) for i in range(3))
    middles = cells[order][used][each // 2 :: each]
    return InTime(clock[middles].astype(np.float64), quadrants.astype(np.int32), counts, means, spreads)


def _brightness(
    values: NDArray[np.float64], threshold: float, bins: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float64]]:
    """Return number and mean level of the negative and the positive cells by bin, shape (2, bins), and their SD."""
    positive = values >= threshold
    unit = abs(threshold) or 1.0
    level = np.where(positive, DECADES(np.maximum(values, 0.0)), np.clip(values / unit, -1.0, 1.0))
    key = bins + TIME_BINS * positive
    counts = np.bincount(key, minlength=2 * TIME_BINS)
    filled = np.maximum(counts, 1)
    means = np.bincount(key, weights=level, minlength=2 * TIME_BINS) / filled
    residual = level - means[key]
    squares = np.bincount(positive.astype(np.int8), weights=residual * residual, minlength=2)
    shaped = counts.reshape(2, TIME_BINS)
    spreads = np.sqrt(squares / np.maximum(shaped.sum(axis=1) - TIME_BINS, 1))
    return shaped.astype(np.int32), means.reshape(2, TIME_BINS).astype(np.float32), spreads
