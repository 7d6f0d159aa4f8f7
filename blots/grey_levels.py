"""The grey levels of a picture: which numbers its pixels take and how often, whatever type held them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WIDEST = 2**20  # levels; a wider range has no histogram worth looking at
_LOOKED_AT = 2**16  # pixels that tell the step of floating-point numbers


@dataclass(frozen=True, eq=False)
class GreyLevels:
    """Counts of pixels by level; level `i` is the number `lowest + i * step`.

    Parameters
    ----------
    counts : ndarray of int, shape (n_levels,)
        Pixels at each level from the lowest to the highest.
    lowest, step : float
        The smallest number, and the greatest common step of all numbers.

    Examples
    --------
    >>> GreyLevels(np.array([3, 0, 2]), 10.0, 4.0).occupied
    2
    """

    counts: NDArray[np.int64]
    lowest: float
    step: float

    @property
    def occupied(self) -> int:
        """How many different numbers the picture holds."""
        return int(np.count_nonzero(self.counts))


def grey_levels(signal: NDArray[np.float64]) -> GreyLevels | None:
    """Return the levels of a picture, None where its numbers share no common step.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        Whole numbers, or floating-point numbers that were whole before some division.

    Examples
    --------
    >>> levels = grey_levels(np.array([[0.0, 257.0], [514.0, 514.0]]))
    >>> levels.step, levels.counts.tolist()
    (257.0, [1, 1, 2])
    >>> grey_levels(np.random.default_rng(0).random((50, 50))) is None
    True
    """
    lowest, highest = float(signal.min()), float(signal.max())
    step = _step(signal, lowest)
    if step == 0 or highest == lowest or (highest - lowest) / step >= _WIDEST:
        return None
    index = np.rint((signal.ravel() - lowest) / step).astype(np.int64)
    counts = np.bincount(index)
    common = int(np.gcd.reduce(np.flatnonzero(counts)))
    return GreyLevels(counts[::common], lowest, step * common)


def _step(signal: NDArray[np.float64], lowest: float) -> float:
    """Return a step whose multiples all numbers are, 0 where there is none."""
    sample = signal.ravel()[:: max(1, signal.size // _LOOKED_AT)]
    if np.array_equal(sample, np.rint(sample)):
        return 1.0 if np.array_equal(signal, np.rint(signal)) else 0.0
    found = np.unique(sample)
    if found.size < 2:
        return 0.0
    step = float(np.diff(found).min())
    multiples = (found - lowest) / step
    if multiples[-1] > _WIDEST or np.abs(multiples - np.rint(multiples)).max() > 0.2:
        return 0.0
    return float((found[-1] - lowest) / np.rint(multiples[-1]))
