"""What a threshold rests on: histograms of one channel, pooled over tubes, and drawn again for its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.grids import Grid
from gating.smoothing import smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_IN_CONTROL = 100  # events: fewer have no 99 % quantile, and a tube of fewer has no mode


@dataclass(frozen=True, eq=False)
class Evidence:
    """Histograms on one grid: the control that lacks this stain, mostly negative tubes, all stained tubes.

    Examples
    --------
    >>> Evidence(np.zeros(800, dtype=np.int64), [], [np.ones(800, dtype=np.int64)]).is_anchored
    False
    """

    control: NDArray[np.int64] | None
    negatives: Sequence[NDArray[np.int64]]
    stained: Sequence[NDArray[np.int64]]

    @property
    def has_control(self) -> bool:
        """True where the control holds enough events to say where negative ones end."""
        return self.control is not None and int(self.control.sum()) >= FEWEST_IN_CONTROL

    @property
    def is_anchored(self) -> bool:
        """True where a control or an untreated well says which population is the negative one."""
        return self.has_control or any(h.any() for h in self.negatives)

    def on(self, grid: Grid, fine: Grid) -> Evidence:
        """Return the evidence on a grid, its histograms having been taken on a finer one."""
        return Evidence(
            None if self.control is None else grid.rebin(self.control, fine),
            [grid.rebin(h, fine) for h in self.negatives],
            [grid.rebin(h, fine) for h in self.stained],
        )


@dataclass(frozen=True, eq=False)
class Pool:
    """The pooled density of tubes, smoothed, shape (bins,), and how many events it is worth."""

    density: NDArray[np.float64]
    events: float


@dataclass(frozen=True, eq=False)
class Tubes:
    """The tubes that have events: the share of each in every bin, shape (tubes, bins), and their events (tubes,)."""

    shares: NDArray[np.float64]
    events: NDArray[np.float64]

    def pool(self, sigma_bins: float) -> Pool:
        """Return the tubes' mean density: each tube weighs the same, however long it ran."""
        return self._weighted(np.full(len(self.events), 1.0 / max(len(self.events), 1)), sigma_bins, None)

    def pool_again(self, sigma_bins: float, drawn: NDArray[np.int64], rng: np.random.Generator) -> Pool:
        """Return the pool of tubes drawn again, so often each, shape (tubes,), and of their events drawn again."""
        return self._weighted(drawn / max(int(drawn.sum()), 1), sigma_bins, rng)

    def draws(self, times: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return how often each tube is taken when as many are drawn with replacement, shape (times, tubes)."""
        tubes = len(self.events)
        return rng.multinomial(tubes, np.full(tubes, 1.0 / tubes), times) if tubes else np.zeros((times, 0), np.int64)

    def _weighted(self, weights: NDArray[np.float64], sigma_bins: float, rng: np.random.Generator | None) -> Pool:
        if not len(self.events):
            return Pool(np.zeros(self.shares.shape[1]), 0.0)
        density = weights @ self.shares
        events = 1.0 / float(np.sum(weights**2 / self.events))
        if rng is not None:  # events of the pool instead of every tube's: the same noise for a hundredth of the work
            density = rng.poisson(density * events) / events
        return Pool(smooth(density, sigma_bins), events)


def tubes_of(histograms: Sequence[NDArray[np.int64]], bins: int) -> Tubes:
    """Return the tubes that have events.

    Parameters
    ----------
    histograms : sequence of ndarray, shape (bins,)
    bins : int

    Examples
    --------
    >>> tubes = tubes_of([np.array([0, 4, 0]), np.array([0, 0, 0])], 3)
    >>> tubes.shares.tolist(), tubes.events.tolist()
    ([[0.0, 1.0, 0.0]], [4.0])
    """
    filled = [h for h in histograms if h.any()]
    events = np.array([h.sum() for h in filled], dtype=np.float64)
    return Tubes(np.reshape([h / h.sum() for h in filled], (len(filled), bins)), events)


def modes(density: NDArray[np.float64], share: float, depth: float) -> Iterator[int]:
    """Yield the modes of a smoothed density from left to right: bins.

    Parameters
    ----------
    density : ndarray, shape (bins,)
    share : float
        A mode is at least this part of the highest.
    depth : float
        The valley between a mode and a higher one on its right is at most this part of the mode.

    Examples
    --------
    >>> list(modes(np.array([0.0, 5.0, 1.0, 9.0, 8.9, 9.1, 0.0]), 0.25, 0.6))
    [1, 5]
    """
    rising = np.flatnonzero((density[1:-1] >= density[:-2]) & (density[1:-1] > density[2:])) + 1
    for peak in rising[density[rising] >= share * density.max(initial=0.0)]:
        higher = np.flatnonzero(density[peak:] > density[peak])
        if not len(higher) or density[peak : peak + higher[0]].min() <= depth * density[peak]:
            yield int(peak)
