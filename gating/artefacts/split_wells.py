"""Whether some wells of a batch form a group of their own: the most telling split, against chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 10_000
CELLS_DRAWN = 300_000  # large batches need fewer draws of more wells


@dataclass(frozen=True, eq=False)
class Split:
    """Values in two groups: `lower` marks the lower one, shape (n,); `difference` is the lower mean less the upper.

    `low` and `high` bound the difference at 95 %; `p_value` is the chance that n values of one normal population show
    a split as telling as this at any place.
    """

    lower: NDArray[np.bool_]
    difference: float
    low: float
    high: float
    p_value: float


def split_low(values: NDArray[np.float64], usual_sd: float = 0.0, fewest_upper: int = 2) -> Split:
    """Find the split of some values into a lower and an upper group that chance explains least.

    Parameters
    ----------
    values : ndarray, shape (n,)
        One a well, all finite, at least five.
    usual_sd : float
        How far sound wells scatter, where that is known: a split of few wells is then told from chance by its width
        too. Where the two groups scatter more, their own SD takes its place; 0 always takes that.
    fewest_upper : int
        Values that the upper group holds at least.

    Returns
    -------
    Split
        The score of every split in the order of the values is held against its own distribution in normal samples of
        the same size, so that a group of two has the same chance to be found as one of half of the wells.

    Examples
    --------
    >>> values = np.array([0.02, -0.31, 0.05, -0.04, 0.01, -0.28, 0.0, 0.03, -0.02, 0.04])
    >>> found = split_low(values, usual_sd=0.04)
    >>> np.flatnonzero(found.lower).tolist(), round(found.difference, 2), found.p_value < 0.001
    ([1, 5], -0.31, True)
    """
    n = len(values)
    order = np.argsort(values, kind="stable")
    centre, scale, greatest = _chance(n, fewest_upper, usual_sd > 0)
    z, spread = _scores(values[order][None, :], usual_sd, fewest_upper)
    scores = (z[0] - centre) / scale
    best = int(np.argmax(scores))
    count = best + 1
    lower = np.zeros(n, dtype=bool)
    lower[order[:count]] = True
    difference = float(values[lower].mean() - values[~lower].mean())
    half = 1.96 * float(spread[0, best]) * float(np.sqrt(1 / count + 1 / (n - count)))
    p_value = (1 + np.count_nonzero(greatest >= scores[best])) / (1 + len(greatest))
    return Split(lower, difference, difference - half, difference + half, float(p_value))


def _scores(
    ordered: NDArray[np.float64], usual_sd: float, fewest_upper: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the difference over its error, and the SD used, of every split of ordered rows, both (rows, splits)."""
    n = ordered.shape[1]
    count = np.arange(1, n - fewest_upper + 1)
    centred = ordered - ordered.mean(axis=1, keepdims=True)
    below = np.cumsum(centred, axis=1)[:, : len(count)]
    between = below**2 / count + below**2 / (n - count)  # the rows sum to zero
    within = np.maximum((centred**2).sum(axis=1, keepdims=True) - between, 0.0) / (n - 2)
    spread = np.maximum(np.sqrt(within), max(usual_sd, 1e-9))
    return np.sqrt(between) / spread, spread


@lru_cache(maxsize=64)
def _chance(
    n: int, fewest_upper: int, known: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and SD of each split's score in normal samples, and the distribution of the greatest one."""
    rng = np.random.default_rng(20_261_121)
    draws = max(2_000, min(DRAWS, CELLS_DRAWN // n))
    z, _ = _scores(np.sort(rng.standard_normal((draws, n)), axis=1), float(known), fewest_upper)
    centre, scale = z.mean(axis=0), z.std(axis=0)
    return centre, scale, ((z - centre) / scale).max(axis=1)
