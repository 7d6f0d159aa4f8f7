"""Densities moved along their axis by parts of a bin, as a tube's own shift moves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOOR = 1e-12  # probability of a bin that a shifted density does not reach


@dataclass(frozen=True, eq=False)
class Shifted:
    """Densities of each tube, shape (tubes, components, bins), and what brings counts back to the unshifted bins."""

    densities: NDArray[np.float64]
    slopes: NDArray[np.float64]  # by the shift, per bin
    first: NDArray[np.int64]  # the unshifted bin on the right of the two that a shifted bin draws on
    part: NDArray[np.float64]  # the share of the left one

    def back(self, counts: NDArray[np.float64], densities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return expected counts (tubes, components, bins) summed in the unshifted bins, shape (components, bins)."""
        components, bins = densities.shape
        rows = np.arange(components)[None, :, None]
        ratio = counts / self.densities
        total = np.zeros(components * bins)
        for offset, share in ((0, 1.0 - self.part), (1, self.part)):
            place = np.clip(self.first - offset, 0, bins - 1)
            given = np.where(place == self.first - offset, ratio * share * densities[rows, place], 0.0)
            total += np.bincount((rows * bins + place).ravel(), given.ravel(), components * bins)
        return total.reshape(components, bins)


def shifted(densities: NDArray[np.float64], shifts: NDArray[np.float64]) -> Shifted:
    """Return densities moved to the right, linear between bins.

    Parameters
    ----------
    densities : ndarray, shape (components, bins)
    shifts : ndarray, shape (tubes, components)
        In bins.

    Examples
    --------
    >>> moved = shifted(np.array([[0.0, 1.0, 0.0, 0.0]]), np.array([[1.5]]))
    >>> moved.densities.round(3).tolist()
    [[[0.0, 0.0, 0.5, 0.5]]]
    """
    components, bins = densities.shape
    whole = np.floor(shifts)
    part = (shifts - whole)[..., None]
    first = np.arange(bins)[None, None] - whole.astype(np.int64)[..., None]
    rows = np.arange(components)[None, :, None]
    # What lies beyond the outermost bins is taken as empty; a shift is a small part of the axis.
    padded = np.zeros((components, bins + 6))
    padded[:, 3:-3] = densities
    at = [padded[rows, np.clip(first + offset, -3, bins + 2) + 3] for offset in (1, 0, -1, -2)]
    moved = (1.0 - part) * at[1] + part * at[2]
    slopes = 0.5 * ((1.0 - part) * (at[2] - at[0]) + part * (at[3] - at[1]))
    return Shifted(np.maximum(moved, FLOOR), slopes, first, part)
