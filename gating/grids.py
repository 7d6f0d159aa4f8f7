"""A display scale cut into bins: histograms of different tubes on one grid can be pooled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import GatingError
from gating.transforms import Asinh

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 800


@dataclass(frozen=True)
class Grid:
    """A display scale between two of its coordinates, in bins of one width.

    Examples
    --------
    >>> grid = Grid(Asinh(100.0), -1.0, 3.0, bins=4)
    >>> grid.histogram(np.array([-50.0, 10.0, 1e9])).tolist()
    [1, 1, 0, 1]
    """

    scale: Asinh
    low: float
    high: float
    bins: int = BINS

    @property
    def step(self) -> float:
        """Width of a bin, display units."""
        return (self.high - self.low) / self.bins

    @property
    def centres(self) -> NDArray[np.float64]:
        """Display coordinate of the middle of each bin, shape (bins,)."""
        return np.asarray(self.low + self.step * (np.arange(self.bins) + 0.5), dtype=np.float64)

    def histogram(self, values: NDArray[np.float64], weights: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return the counts of linear values; what lies outside falls into the outermost bins.

        Raises
        ------
        GatingError
            A value is no number (NaN), and so has no bin.
        """
        display = np.clip(self._display(values), self.low, np.nextafter(self.high, self.low))
        counts, _ = np.histogram(display, bins=self.bins, range=(self.low, self.high), weights=weights)
        return counts.astype(np.int64)

    def places(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the bin of each linear value; what lies outside falls into the outermost bins.

        Raises
        ------
        GatingError
            A value is no number (NaN), and so has no bin.
        """
        steps = (self._display(values) - self.low) / self.step
        return np.clip(steps, 0, self.bins - 1).astype(np.int64)

    def place(self, value: float) -> float:
        """Return where a linear value lies, counted in bins from the grid's lower end; may lie outside the grid."""
        return (float(self.scale(value)) - self.low) / self.step

    def value_at(self, place: float) -> float:
        """Return the linear value at a place counted in bins from the grid's lower end, as `place` counts them."""
        return float(self.scale.inverse(self.low + self.step * place))

    def rebin(self, counts: NDArray[np.int64], fine: Grid) -> NDArray[np.int64]:
        """Return counts on this grid of a histogram that was taken on a finer one."""
        filled = np.flatnonzero(counts)
        return self.histogram(fine.scale.inverse(fine.centres[filled]), weights=counts[filled])

    def _display(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        display = np.asarray(self.scale(values), dtype=np.float64)
        missing = int(np.count_nonzero(np.isnan(display)))
        if missing:
            raise GatingError(
                "events",
                expected="a number for every event",
                got=f"{missing} events without one",
                remedy="Leave these events out with `events.take(keep)`.",
            )
        return display


# Fine enough for any cytometer, so that a tube is read once and binned later to the scale that suits its batch.
FINE = Grid(Asinh(2.0), -6.0, 8.0, bins=7_000)


def grid_for(values_low: float, values_mid: float, maximum: float) -> Grid:
    """Return the grid that suits a channel whose negative events have this 5th and 50th percentile.

    Negative events fill the linear part of the scale, so that their spread is neither stretched nor squeezed.

    Examples
    --------
    >>> grid = grid_for(0.0, 164.5, 262_144.0)
    >>> round(grid.scale.cofactor)
    300
    """
    spread = max((values_mid - values_low) / 1.645, maximum * 2e-6)
    scale = Asinh(3.0 * spread)
    return Grid(scale, float(scale(min(values_low, 0.0) - 20 * spread)), float(scale(maximum * 1.2)))
