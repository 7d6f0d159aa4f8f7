"""Which entries of a replicated time course were observed, and what least squares of blot + hour makes of them.

The model is additive: ln(target / loading control) = blot + hour + error. Every quantity of interest is a contrast of
the hours' levels; the first hour is the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Design:
    """Which entries of a time course were observed, and what least squares of blot + hour makes of them.

    `weights` (n_times, n_observed) gives the hours' levels over the first hour from the observed entries, row by row;
    `residual_maker` (n_observed, n_observed) gives the residuals; `hours` and `blots` (n_observed,) tell the column
    and the row of each entry.
    """

    weights: FloatArray
    residual_maker: FloatArray
    hours: IntArray
    blots: IntArray

    @cached_property
    def degrees_of_freedom(self) -> int:
        """Return the degrees of freedom of the residuals."""
        return round(float(np.trace(self.residual_maker)))

    @property
    def n_times(self) -> int:
        """Return the number of hours."""
        return len(self.weights)

    @property
    def n_blots(self) -> int:
        """Return the number of blots."""
        return int(self.blots.max()) + 1


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


@lru_cache(maxsize=512)
def side_by_side(first: Design, second: Design) -> Design:
    """Return the design of two courses that share no entry: the hours of the first, then those of the second.

    Examples
    --------
    >>> one = design_of(np.ones((3, 6), dtype=bool))
    >>> side_by_side(one, one).n_times, side_by_side(one, one).degrees_of_freedom
    (12, 20)
    """
    return Design(
        _frozen(diagonal(first.weights, second.weights)),
        _frozen(diagonal(first.residual_maker, second.residual_maker)),
        np.concatenate([first.hours, first.n_times + second.hours]),
        np.concatenate([first.blots, first.n_blots + second.blots]),
    )


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


def residuals_of(blots: IntArray, hours: IntArray) -> FloatArray:
    """Return the matrix (n, n) that takes entries to their residuals from blot + hour.

    Examples
    --------
    Two blots of two hours leave one degree of freedom.

    >>> round(float(np.trace(residuals_of(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])))), 9)
    1.0
    """
    matrix = np.hstack([_indicators(blots), _indicators(hours)])
    return np.eye(len(hours)) - matrix @ np.linalg.pinv(matrix)


@lru_cache(maxsize=512)
def _design(pattern: bytes, n_replicates: int, n_times: int) -> Design:
    observed = np.frombuffer(pattern, dtype=bool).reshape(n_replicates, n_times)
    blots, hours = np.nonzero(observed)
    matrix = np.hstack([_indicators(blots), hours[:, None] == np.arange(1, n_times)]).astype(np.float64)
    inverse = np.linalg.pinv(matrix)
    weights = np.vstack([np.zeros(len(hours)), inverse[matrix.shape[1] - (n_times - 1) :]])
    return Design(_frozen(weights), _frozen(np.eye(len(hours)) - matrix @ inverse), hours, blots)


def _indicators(labels: IntArray) -> FloatArray:
    return np.asarray(labels[:, None] == np.unique(labels), dtype=np.float64)


def diagonal(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the matrix that holds two matrices on its diagonal.

    Examples
    --------
    >>> diagonal(np.ones((1, 2)), np.ones((1, 1))).tolist()
    [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    whole = np.zeros(np.add(first.shape, second.shape))
    whole[: first.shape[0], : first.shape[1]] = first
    whole[first.shape[0] :, first.shape[1] :] = second
    return whole


def _frozen(array: FloatArray) -> FloatArray:
    array.setflags(write=False)
    return array
