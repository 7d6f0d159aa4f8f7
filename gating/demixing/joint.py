"""The tubes of a batch as two-dimensional histograms on one pair of axes, cut down to where the events are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BINS = 72
OUTLIERS = 1e-4  # of the batch's events on each side of an axis: no shape is fitted to them
MARGIN_BINS = 2


@dataclass(frozen=True, eq=False)
class Axis:
    """A stretch of a display axis in equal bins."""

    low: float
    bin_width: float
    bins: int

    @property
    def centres(self) -> NDArray[np.float64]:
        """Display coordinate of the middle of each bin."""
        return np.asarray(self.low + self.bin_width * (np.arange(self.bins) + 0.5), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Joint:
    """Counts of each tube, shape (tubes, Annexin V bins, dye bins), and the two axes."""

    counts: NDArray[np.float64]
    axes: tuple[Axis, Axis]


def joint(tubes: Sequence[NDArray[np.int64]], axes: tuple[Axis, Axis]) -> Joint:
    """Return the tubes' histograms with empty margins cut off, bins merged where they are more than are needed.

    Parameters
    ----------
    tubes : sequence of ndarray, shape (Annexin V bins, dye bins)
    axes : tuple of two Axis
        Of these histograms.

    Examples
    --------
    >>> tube = np.zeros((100, 100), dtype=int)
    >>> tube[40:60, 50:55] = 10
    >>> found = joint([tube], (Axis(0.0, 0.1, 100), Axis(0.0, 0.1, 100)))
    >>> found.counts.shape, round(found.axes[0].low, 1), int(found.counts.sum())
    ((1, 24, 9), 3.8, 1000)
    """
    counts = np.stack(tubes).astype(np.float64)
    cut = []
    for axis in (0, 1):
        first, last = _filled(counts.sum(axis=(0, 2 - axis)))
        merge = -(-(last - first) // MOST_BINS)
        last = min(last, first + (last - first) // merge * merge)
        counts = np.take(counts, np.arange(first, last), axis=axis + 1)
        shape = list(counts.shape)
        shape[axis + 1 : axis + 2] = [shape[axis + 1] // merge, merge]
        counts = counts.reshape(shape).sum(axis=axis + 2)
        width = axes[axis].bin_width
        cut.append(Axis(axes[axis].low + first * width, width * merge, counts.shape[axis + 1]))
    return Joint(counts, (cut[0], cut[1]))


def _filled(pooled: NDArray[np.float64]) -> tuple[int, int]:
    """Return the stretch of bins that holds all events but the outliers, half-open."""
    cumulative = np.cumsum(pooled) / pooled.sum()
    first = int(np.searchsorted(cumulative, OUTLIERS)) - MARGIN_BINS
    last = int(np.searchsorted(cumulative, 1.0 - OUTLIERS)) + 1 + MARGIN_BINS
    return max(first, 0), min(last, len(pooled))
