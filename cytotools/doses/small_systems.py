"""Many small symmetric systems at once, by Cholesky's method written over the systems instead of within them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
SINGULAR = 1e-14  # a pivot below this share of its diagonal


def solve(matrices: FloatArray, rights: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the solutions, and which matrices are positive definite; the other solutions have no meaning.

    Parameters
    ----------
    matrices : ndarray, shape (n_systems, m, m)
        Symmetric.
    rights : ndarray, shape (n_systems, m)

    Examples
    --------
    >>> found, regular = solve(np.array([[[4.0, 2.0], [2.0, 3.0]]]), np.array([[2.0, 3.0]]))
    >>> found.round(6).tolist(), regular.tolist()
    ([[0.0, 1.0]], [True])
    """
    with np.errstate(over="ignore", invalid="ignore"):  # of matrices that are not regular
        return _solve(matrices, rights)


def _solve(matrices: FloatArray, rights: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    lower, regular = _cholesky(matrices)
    size = rights.shape[1]
    half = [rights[:, i] for i in range(size)]
    for i in range(size):
        half[i] = (half[i] - sum(lower[i][k] * half[k] for k in range(i))) / lower[i][i]
    for i in reversed(range(size)):
        half[i] = (half[i] - sum(lower[k][i] * half[k] for k in range(i + 1, size))) / lower[i][i]
    return np.stack(half, axis=1), regular


def inverses(matrices: FloatArray) -> FloatArray:
    """Return the inverses; inf where a matrix is not positive definite.

    Examples
    --------
    >>> inverses(np.array([[[4.0, 2.0], [2.0, 3.0]], [[1.0, 1.0], [1.0, 1.0]]])).round(6).tolist()
    [[[0.375, -0.25], [-0.25, 0.5]], [[inf, inf], [inf, inf]]]
    """
    columns = [solve(matrices, np.broadcast_to(unit, matrices.shape[:2])) for unit in np.eye(matrices.shape[1])]
    regular = columns[0][1]
    found = np.stack([column for column, _ in columns], axis=2)
    return np.where(regular[:, None, None], found, np.inf)


def _cholesky(matrices: FloatArray) -> tuple[list[list[FloatArray]], NDArray[np.bool_]]:
    size = matrices.shape[1]
    lower: list[list[FloatArray]] = [[np.zeros(0)] * size for _ in range(size)]
    regular = np.ones(len(matrices), dtype=bool)
    for j in range(size):
        diagonal = matrices[:, j, j]
        pivot = diagonal - sum(lower[j][k] ** 2 for k in range(j))
        fine = pivot > SINGULAR * np.abs(diagonal)
        regular &= fine
        lower[j][j] = np.sqrt(np.where(fine, pivot, 1.0))
        for i in range(j + 1, size):
            inner = sum(lower[i][k] * lower[j][k] for k in range(j))
            lower[i][j] = (matrices[:, i, j] - inner) / lower[j][j]
    return lower, regular
