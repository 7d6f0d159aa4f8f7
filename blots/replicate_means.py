"""The mean of independent replicates with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

Z_95 = 1.959963984540054


def mean_interval(replicates: ArrayLike, errors: Sequence[float] = ()) -> tuple[float, float, float]:
    """Return the mean of replicates and its limits: t over the replicates, never closer than the measurements allow.

    Parameters
    ----------
    replicates : array_like, shape (n,)
        One number an independent replicate, on the scale on which they scatter alike (a logarithm or logit).
    errors : sequence of float
        Standard error of the measurement of each replicate, NaN where unknown. Of a single replicate they are all that
        the limits hold, and without them it has none; replicates may agree by chance better than they were measured.

    Returns
    -------
    tuple of float
        Mean, lower and upper limit; NaN where there is no replicate.

    Examples
    --------
    >>> [round(value, 2) for value in mean_interval([0.0, 1.0, 2.0])]
    [1.0, -1.48, 3.48]
    >>> [round(value, 2) for value in mean_interval([1.0], errors=[0.25])]
    [1.0, 0.51, 1.49]
    >>> [round(value, 2) for value in mean_interval([1.0, 1.0], errors=[0.3, 0.4])]
    [1.0, 0.51, 1.49]
    """
    values = np.asarray(replicates, dtype=np.float64)
    n = len(values)
    if not n:
        return np.nan, np.nan, np.nan
    center = float(values.mean())
    known = np.asarray(errors, dtype=np.float64)
    reach = Z_95 * float(np.sqrt(np.sum(known**2))) / n if len(known) else float("nan")
    if n > 1:
        spread = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n))
        reach = max(spread, float(np.nan_to_num(reach)))
    return center, center - reach, center + reach
