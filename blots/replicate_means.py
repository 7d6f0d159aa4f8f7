"""The mean of independent replicates with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

Z_95 = 1.959963984540054


def mean_interval(replicates: ArrayLike, errors: Sequence[float] = ()) -> tuple[float, float, float]:
    """Return the mean of replicates and its limits: t over the replicates; of a single one, its measurement error.

    Parameters
    ----------
    replicates : array_like, shape (n,)
        One number an independent replicate, on the scale on which they scatter alike (a logarithm or logit).
    errors : sequence of float
        Standard errors of the measurements that a single replicate is the mean of.

    Returns
    -------
    tuple of float
        Mean, lower and upper limit; NaN where there is no replicate.

    Examples
    --------
    >>> [round(value, 2) for value in mean_interval([0.0, 1.0, 2.0])]
    [1.0, -1.48, 3.48]
    >>> [round(value, 2) for value in mean_interval([1.0], errors=[0.3, 0.4])]
    [1.0, 0.51, 1.49]
    """
    values = np.asarray(replicates, dtype=np.float64)
    n = len(values)
    if not n:
        return np.nan, np.nan, np.nan
    center = float(values.mean())
    if n == 1:
        reach = Z_95 * float(np.sqrt(np.sum(np.square(errors)))) / max(len(errors), 1)
    else:
        reach = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n))
    return center, center - reach, center + reach
