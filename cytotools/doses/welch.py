"""Degrees of freedom of a sum of means of independent groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def satterthwaite(variances: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """Return the degrees of freedom of a sum of means: Welch's second formula, which is unbiased for small groups.

    At n = 3 in each of two groups it errs in 4.2 % (his first formula: 3.5 %). The groups count as if all were as small
    as the smallest, since few degrees of freedom are else overrated where one group is small.

    Parameters
    ----------
    variances : ndarray, shape (k,)
        Of the means.
    counts : ndarray of int, shape (k,)
        Values behind each mean.

    References
    ----------
    B. L. Welch, Biometrika 34:28 (1947), doi:10.1093/biomet/34.1-2.28.

    Examples
    --------
    >>> satterthwaite(np.array([0.01, 0.01]), np.array([3, 3]))
    4.0
    """
    if len(counts) == 1:
        return float(counts[0] - 1)
    degrees = variances.sum() ** 2 / np.sum(variances**2 / (counts + 1)) - 2.0
    return float(min(degrees, len(counts) * (counts.min() - 1)))
