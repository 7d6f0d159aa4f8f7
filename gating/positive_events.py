"""Which events of a single stain carry the stain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gating.robust_regression import robust_sd
from gating.stain import Stain

if TYPE_CHECKING:
    from numpy.typing import NDArray

ABOVE_SD = 5.0  # robust SD of the negatives
DIMMEST = 6.0  # times dimmer than the typical stained event: cells that took up a little dye, or are about to die
BRIGHTEST = 0.99  # quantile above which an event does not help to say what is typical
OWN_CELL, OTHER_CELL = 0.25, 0.5  # natural logarithm: events this alike in both detectors are compared
AS_UNSTAINED = 0.25  # part of like events that the unstained tube holds, too


def positive_events(stain: Stain) -> NDArray[np.bool_]:
    """Return True where an event of the single stain carries the stain, shape (n,).

    It is brighter in its own detector than the unstained cells, and not much dimmer than the typical stained one. That
    is the event at which half of the stain's light is reached: a few bright cells count for more than many that are
    just above the negatives. Events that shine as brightly without stain (granulocytes, clumps) are found in the
    unstained tube, too, and are left out.

    Examples
    --------
    >>> from gating.stain import Light
    >>> negative = np.linspace(-100.0, 100.0, 500)
    >>> own = np.concatenate([negative, np.full(20, 600.0), np.full(50, 9_000.0)])
    >>> stain = Stain(Light(own, np.zeros(570)), Light(negative, np.zeros(500)))
    >>> int(positive_events(stain).sum())
    50
    """
    own, blank_own = stain.stained.own, stain.blank.own
    centre = float(np.median(blank_own))
    limit = centre + ABOVE_SD * robust_sd(blank_own)
    light = np.sort(own[own > limit] - centre)
    if len(light):
        light = light[: max(1, int(BRIGHTEST * len(light)))]
        reached = np.cumsum(light)
        limit = max(limit, centre + float(light[np.searchsorted(reached, 0.5 * reached[-1])]) / DIMMEST)
    positive = own > limit
    if positive.any() and (blank_own > limit).any():
        positive[np.flatnonzero(positive)[_as_unstained(stain, positive, blank_own > limit)]] = False
    return np.asarray(positive)


def _as_unstained(stain: Stain, positive: NDArray[np.bool_], blank: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which of the positive events have as many like events in the unstained tube that these may be no stain."""
    middle = float(np.median(stain.blank.other))
    spread = max(robust_sd(stain.blank.other), 1e-9)
    cells = [
        (
            np.log(light.own[rows] - stain.blank.own.min()) / OWN_CELL,
            np.arcsinh((light.other[rows] - middle) / (2.0 * spread)) / OTHER_CELL,
        )
        for light, rows in ((stain.stained, positive), (stain.blank, blank))
    ]
    joined = [np.concatenate(both) for both in zip(*cells, strict=True)]
    edges = [np.arange(np.floor(values.min()), np.ceil(values.max()) + 2) for values in joined]
    counts = [_with_neighbours(np.histogram2d(*both, bins=edges)[0]) for both in cells]
    expected = counts[1] * len(stain.stained.own) / len(stain.blank.own)
    place = tuple(np.searchsorted(edge, at, side="right") - 1 for edge, at in zip(edges, cells[0], strict=True))
    return np.asarray(expected[place] > AS_UNSTAINED * counts[0][place])


def _with_neighbours(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the counts of each cell and of its eight neighbours."""
    padded = np.pad(counts, 1)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray(rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:])
