"""The quantile regression of a divider: `level + spread * root`, exact and fast enough to be resampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = 60


def quantile_curve(
    y: NDArray[np.float64], root: NDArray[np.float64], quantile: float, bracket: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Return level and spread (at least 0) that minimise the quantile loss of `y - level - spread * root`.

    For a given spread the best level is a quantile of what remains, and the loss is convex in the spread. Its slope
    asks only for the events above the curve, a small part of all: those that can lie above it anywhere in the bracket
    are kept, which changes no result.

    Parameters
    ----------
    y, root : ndarray, shape (n,)
        The divided channel, and the root (at least 0) of the other one.
    quantile : float
        Between 0.5 and 1.
    bracket : tuple of float, optional
        Where the spread is sought first; it is widened where that is not enough.

    References
    ----------
    Koenker R, Bassett G. Regression quantiles. Econometrica 46:33 (1978), doi 10.2307/1913643.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> root = rng.uniform(0, 100, 20_000)
    >>> level, spread = quantile_curve(rng.uniform(0, 1, 20_000) * (200 + 5 * root), root, 0.9)
    >>> round(level / 180, 1), round(spread / 4.5, 1)
    (1.0, 1.0)
    """
    rank = int(np.ceil(quantile * len(y))) - 1  # of the level among what remains
    target = (len(y) - quantile * len(y)) * float(root.mean())
    low, high = _bracket(y, root, rank, target, bracket)
    if high == 0.0:
        return float(np.partition(y, rank)[rank]), 0.0
    above = len(y) - rank  # events at or above the level
    keep = y - low * root >= _level(y, root, high, rank)
    top, lever = y[keep], root[keep]
    for _ in range(STEPS):
        middle = low + (high - low) / 2.0
        if not low < middle < high or high - low <= 1e-9 * high:
            break
        if _slope(top, lever, middle, len(top) - above, target) > 0.0:
            low = middle
        else:
            high = middle
    spread = low + (high - low) / 2.0
    return _level(y, root, spread, rank), spread


def _level(y: NDArray[np.float64], root: NDArray[np.float64], spread: float, rank: int) -> float:
    return float(np.partition(y - spread * root, rank)[rank])


def _slope(y: NDArray[np.float64], root: NDArray[np.float64], spread: float, rank: int, target: float) -> float:
    """Return how much more root lies above the curve than a steeper curve would want there; falls with the spread."""
    rest = y - spread * root
    order = np.argpartition(rest, rank)
    return float(root[order[rank + 1 :]].sum()) - target


def _bracket(
    y: NDArray[np.float64],
    root: NDArray[np.float64],
    rank: int,
    target: float,
    wanted: tuple[float, float] | None,
) -> tuple[float, float]:
    """Return spreads on either side of the best one; both 0 where the best one is not above 0."""
    reach = float(np.ptp(y)) / max(float(root.max()), np.finfo(np.float64).tiny)
    low, high = wanted if wanted and wanted[1] > 0.0 else (0.0, reach / 64.0)
    while low > 0.0 and _slope(y, root, low, rank, target) <= 0.0:
        low, high = (low / 2.0 if low > 1e-6 * reach else 0.0), low
    if low == 0.0 and _slope(y, root, 0.0, rank, target) <= 0.0:
        return 0.0, 0.0
    while high < 64.0 * reach and _slope(y, root, high, rank, target) > 0.0:
        low, high = high, 2.0 * high
    return low, high
