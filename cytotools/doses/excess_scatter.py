"""How far an excess is off because wells scatter: the covariance of cells within one experiment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.dose_matrix import DoseMatrix, FloatArray

Score = Callable[[FloatArray], FloatArray]  # matrices (n, n_rows, n_columns) to excesses of the same shape


def bliss_covariance(matrix: DoseMatrix) -> FloatArray:
    """Return the covariance of the Bliss excess of all cells, shape (n_cells, n_cells), by the delta method."""
    rows, columns = matrix.affected.shape
    cells = np.arange(rows * columns).reshape(rows, columns)
    slopes, inner = np.eye(rows * columns), cells[1:, 1:]
    alone_1 = np.broadcast_to(matrix.affected[1:, :1], inner.shape)
    alone_2 = np.broadcast_to(matrix.affected[:1, 1:], inner.shape)
    slopes[inner, np.broadcast_to(cells[1:, :1], inner.shape)] = np.nan_to_num(alone_2 - 1.0)
    slopes[inner, np.broadcast_to(cells[:1, 1:], inner.shape)] = np.nan_to_num(alone_1 - 1.0)
    slopes[cells[0]] = slopes[cells[:, 0]] = 0.0
    return np.asarray(slopes @ matrix.covariance @ slopes.T)


def resampled_covariance(
    matrix: DoseMatrix, score: Score, deviates: FloatArray, chosen: NDArray[np.intp]
) -> FloatArray:
    """Return the covariance of the excess of chosen cells, by drawing cell means anew.

    Parameters
    ----------
    matrix : DoseMatrix
    score : callable
    deviates : ndarray, shape (n_draws, n_cells)
        Standard normal.
    chosen : ndarray of int, shape (n_chosen,)
        Cells in row order. Draws in which one of two cells is undefined say nothing of the two.
    """
    values, axes = np.linalg.eigh(matrix.covariance)
    root = axes * np.sqrt(np.maximum(values, 0.0)) @ axes.T
    drawn = matrix.affected.ravel() + deviates @ root
    excess = score(drawn.reshape(-1, *matrix.affected.shape)).reshape(len(deviates), -1)[:, chosen]
    known = np.isfinite(excess)
    count = known.sum(axis=0)
    centre = np.where(known, excess, 0.0).sum(axis=0) / np.maximum(count, 1)
    off = np.where(known, excess - centre, 0.0)
    both = known.astype(np.float64).T @ known
    return np.asarray(off.T @ off / np.maximum(both - 1.0, 1.0))
