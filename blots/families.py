"""Which contrasts of hours are looked at: each a later level minus the mean of earlier ones, tested as one family."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from blots.designs import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Family:
    """Contrasts of hours: the level of one hour minus the mean level of others.

    `matrix` (n_contrasts, n_times) are the weights of the hours' levels, `later` (n_contrasts,) the column of the one
    hour, `earlier` (n_contrasts, n_times) tells the others; column 0 is the reference.
    """

    matrix: FloatArray
    earlier: NDArray[np.bool_]
    later: IntArray

    def __len__(self) -> int:
        """Return the number of contrasts."""
        return len(self.matrix)

    @cached_property
    def single(self) -> NDArray[np.bool_]:
        """Tell which contrasts compare two hours alone, shape (n_contrasts,)."""
        return np.asarray(self.earlier.sum(axis=1) == 1, dtype=np.bool_)


@lru_cache(maxsize=64)
def gains(n_times: int) -> Family:
    """Return every later hour minus the reference.

    Examples
    --------
    >>> gains(3).matrix.tolist()
    [[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]]
    """
    earlier = np.zeros((n_times - 1, n_times), dtype=bool)
    earlier[:, 0] = True
    return _family(earlier, np.arange(1, n_times))


@lru_cache(maxsize=64)
def losses(n_times: int) -> Family:
    """Return the reference minus every later hour.

    Examples
    --------
    >>> losses(3).matrix.tolist()
    [[1.0, -1.0, 0.0], [1.0, 0.0, -1.0]]
    """
    return _family(np.eye(n_times, dtype=bool)[1:], np.zeros(n_times - 1, dtype=np.int64))


@lru_cache(maxsize=64)
def rises(n_times: int) -> Family:
    """Return every hour minus the mean of consecutive hours before it, the reference left out.

    A protein that stays down for hours before it comes back is seen against all of them, not against its lowest one.

    Examples
    --------
    >>> rises(4).matrix.tolist()
    [[0.0, -1.0, 1.0, 0.0], [0.0, -1.0, 0.0, 1.0], [0.0, -0.5, -0.5, 1.0], [0.0, 0.0, -1.0, 1.0]]
    """
    runs = [(i, k, j) for i in range(1, n_times) for k in range(i, n_times) for j in range(k + 1, n_times)]
    hour = np.arange(n_times)
    earlier = np.array([(hour >= i) & (hour <= k) for i, k, _ in runs], dtype=bool).reshape(-1, n_times)
    return _family(earlier, np.array([j for _, _, j in runs], dtype=np.int64))


@lru_cache(maxsize=64)
def differences(n_times: int) -> Family:
    """Return every difference of two hours after the reference, either way round.

    Examples
    --------
    >>> differences(3).matrix.tolist()
    [[0.0, -1.0, 1.0], [0.0, 1.0, -1.0]]
    """
    pairs = [(i, j) for i in range(1, n_times) for j in range(1, n_times) if i != j]
    earlier = np.array([np.arange(n_times) == i for i, _ in pairs], dtype=bool).reshape(-1, n_times)
    return _family(earlier, np.array([j for _, j in pairs], dtype=np.int64))


def _family(earlier: NDArray[np.bool_], later: IntArray) -> Family:
    matrix = np.zeros(earlier.shape)
    matrix[np.arange(len(later)), later] = 1.0
    return Family(matrix - earlier / earlier.sum(axis=1, keepdims=True), earlier, later)
