"""Which entries of a replicated time course were observed, and what least squares of blot + hour makes of them.

The model is additive: ln(target / loading control) = blot + hour + error, with one error variance. Every quantity
of interest is a contrast, the level of one hour minus that of another; column 0 is the reference hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Design:
    """Which entries of a time course were observed, and what least squares of blot + hour makes of them.

    `weights` (n_times, n_observed) gives the hours' levels over the first hour from the observed entries, row by row;
    `residual_maker` (n_observed, n_observed) gives the residuals.
    """

    observed: NDArray[np.bool_]
    weights: FloatArray
    residual_maker: FloatArray
    degrees_of_freedom: int

    def unit_variances(self, pairs: IntArray) -> FloatArray:
        """Return the variance of each contrast (later minus earlier level) where the error has variance 1.

        Parameters
        ----------
        pairs : ndarray, shape (n_pairs, 2)
            Columns of the hour subtracted and of the hour it is subtracted from.

        Returns
        -------
        ndarray, shape (n_pairs,)

        Examples
        --------
        Two complete blots: the difference of two means of two has variance 2 / 2.

        >>> design_of(np.ones((2, 3), dtype=bool)).unit_variances(rises(3)).round(9).tolist()
        [1.0]
        """
        return self.error_variances(pairs, np.ones(self.weights.shape[1]))

    def error_variances(self, pairs: IntArray, variances: FloatArray) -> FloatArray:
        """Return the variance of each contrast where the observed entries have these independent variances."""
        weights = self.weights[pairs[:, 1]] - self.weights[pairs[:, 0]]
        return np.asarray(weights**2 @ variances, dtype=np.float64)


def rises(n_times: int) -> IntArray:
    """Return every ordered pair (earlier, later) of hours after the reference, which is column 0.

    Examples
    --------
    >>> rises(4).tolist()
    [[1, 2], [1, 3], [2, 3]]
    """
    pairs = [(i, j) for i in range(1, n_times) for j in range(i + 1, n_times)]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def gains(n_times: int) -> IntArray:
    """Return the pairs (reference, hour); with their columns swapped they are the losses.

    Examples
    --------
    >>> gains(3).tolist()
    [[0, 1], [0, 2]]
    """
    return np.array([(0, j) for j in range(1, n_times)], dtype=np.int64).reshape(-1, 2)


def design_of(observed: NDArray[np.bool_]) -> Design:
    """Return the design of these observed entries; equal patterns share one, so that its null is simulated once.

    Parameters
    ----------
    observed : ndarray of bool, shape (n_replicates, n_times)
        Every hour must be tied to the first by blots that hold both, or by a chain of such blots.

    Returns
    -------
    Design

    Examples
    --------
    >>> design_of(np.ones((3, 6), dtype=bool)).degrees_of_freedom
    10
    """
    return _design(observed.tobytes(), observed.shape[0], observed.shape[1])


def tied_to_reference(observed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which hours can be compared with the first: they share a blot with it, or with an hour that is tied to it.

    Examples
    --------
    The last hour was run on a blot of its own.

    >>> tied_to_reference(np.array([[True, True, False], [False, False, True]])).tolist()
    [True, True, False]
    """
    tied = np.zeros(observed.shape[1], dtype=bool)
    tied[0] = True
    for _ in range(observed.shape[1]):
        tied |= observed[observed[:, tied].any(axis=1)].any(axis=0)
    return tied


@lru_cache(maxsize=512)
def _design(pattern: bytes, n_replicates: int, n_times: int) -> Design:
    observed = np.frombuffer(pattern, dtype=bool).reshape(n_replicates, n_times)
    replicate, time = np.nonzero(observed)
    blot = replicate[:, None] == np.arange(n_replicates)
    hour = time[:, None] == np.arange(1, n_times)
    matrix = np.hstack([blot[:, blot.any(axis=0)], hour]).astype(np.float64)
    inverse = np.linalg.pinv(matrix)
    weights = np.vstack([np.zeros(len(time)), inverse[matrix.shape[1] - (n_times - 1) :]])
    residual_maker = np.eye(len(time)) - matrix @ inverse
    return Design(observed, _frozen(weights), _frozen(residual_maker), len(time) - matrix.shape[1])


def _frozen(array: FloatArray) -> FloatArray:
    array.setflags(write=False)
    return array
