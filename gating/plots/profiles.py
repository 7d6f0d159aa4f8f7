"""The distribution of one channel over one or more tubes, as the densities of a plate hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gating.smoothing import smooth
from gating.thresholds import Grid
from gating.tubes import Density

if TYPE_CHECKING:
    from numpy.typing import NDArray

Stain = Literal["annexin", "dye"]
SMOOTHING_BINS = 1.0


@dataclass(frozen=True, eq=False)
class Profile:
    """The distribution of one channel over tubes of one kind.

    Attributes
    ----------
    grid : Grid
        The display scale and its bins.
    shares : array (bins,)
        Share of the events in each bin, the mean over the tubes; sums to 1.
    tubes : int
        How many tubes it is the mean of.
    """

    grid: Grid
    shares: NDArray[np.float64]
    tubes: int

    @property
    def smoothed(self) -> NDArray[np.float64]:
        """The shares, smoothed for the eye, shape (bins,)."""
        return smooth(self.shares, SMOOTHING_BINS)

    @property
    def mode(self) -> float:
        """The linear value of the highest bin of the smoothed shares, highest as the display scale shows them."""
        return float(self.grid.scale.inverse(self.grid.centres[int(np.argmax(self.smoothed))]))

    def quantile(self, share: float) -> float:
        """Return the linear value below which this share of the events lies.

        Examples
        --------
        >>> from gating.transforms import Asinh
        >>> grid = Grid(Asinh(150.0), 0.0, 4.0, bins=4)
        >>> round(float(grid.scale(Profile(grid, np.full(4, 0.25), 1).quantile(0.625))), 6)
        2.5
        """
        below = np.concatenate([[0.0], np.cumsum(self.shares)])
        edges = np.linspace(self.grid.low, self.grid.high, self.grid.bins + 1)
        inside = np.flatnonzero(self.shares > 0)
        span = slice(int(inside[0]), int(inside[-1]) + 2)
        return float(self.grid.scale.inverse(np.interp(share, below[span], edges[span])))

    def above(self, value: float) -> float:
        """Return the share of the events above a linear value.

        Examples
        --------
        >>> from gating.transforms import Asinh
        >>> grid = Grid(Asinh(150.0), 0.0, 4.0, bins=4)
        >>> round(Profile(grid, np.full(4, 0.25), 1).above(float(grid.scale.inverse(3.0))), 6)
        0.25
        """
        edges = np.linspace(self.grid.low, self.grid.high, self.grid.bins + 1)
        return float(1.0 - np.interp(self.grid.scale(value), edges, np.concatenate([[0.0], np.cumsum(self.shares)])))


def pooled_profile(densities: Sequence[Density], stain: Stain, grid: Grid) -> Profile | None:
    """Return the mean distribution of tubes on one display scale: each weighs the same, however long it ran.

    Parameters
    ----------
    densities : sequence of Density
        On whatever display scales: a control that serves two batches lies on that of the first.
    stain : {"annexin", "dye"}
        The axis wanted.
    grid : Grid
        The display scale wanted; events beyond it are counted in its outermost bins.

    Returns
    -------
    Profile or None
        None where no tube has an event.

    Examples
    --------
    >>> from gating.transforms import Asinh
    >>> grid = Grid(Asinh(150.0), 0.0, 4.0, bins=4)
    >>> tube = Density(np.diag([1, 1, 2, 0]), grid, grid)
    >>> pooled_profile([tube, tube], "dye", grid).shares.tolist()
    [0.25, 0.25, 0.5, 0.0]
    """
    shares = [found for density in densities if (found := _shares(density, stain, grid)) is not None]
    return Profile(grid, np.mean(shares, axis=0), len(shares)) if shares else None


def _shares(density: Density, stain: Stain, grid: Grid) -> NDArray[np.float64] | None:
    """Return one tube's share of events in each bin of `grid`, its own bins taken as evenly filled."""
    counts = density.counts.sum(axis=0 if stain == "annexin" else 1)
    own = density.annexin if stain == "annexin" else density.dye
    if not counts.sum():
        return None
    if own == grid:
        return np.asarray(counts / counts.sum(), dtype=np.float64)
    below = np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])
    wanted = own.scale(grid.scale.inverse(np.linspace(grid.low, grid.high, grid.bins + 1)))
    found = np.interp(wanted, np.linspace(own.low, own.high, own.bins + 1), below)
    found[0], found[-1] = 0.0, 1.0
    return np.asarray(np.diff(found), dtype=np.float64)
