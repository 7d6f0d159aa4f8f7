"""The interval of a ratio of two estimates, after Fieller."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def fieller(
    above: FloatArray | float,
    below: FloatArray | float,
    variance_above: FloatArray | float,
    variance_below: FloatArray | float,
    covariance: FloatArray | float,
    t: FloatArray | float,
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of above / below, t standard errors wide; (-inf, inf) where `below` may be 0.

    References
    ----------
    E. C. Fieller, J. R. Stat. Soc. B 16:175 (1954), doi:10.1111/j.2517-6161.1954.tb00159.x.

    Examples
    --------
    Of two means with a variance of 1 each, 10 and 20:

    >>> low, high = fieller(10.0, 20.0, 1.0, 1.0, 0.0, 2.0)
    >>> float(low.round(4)), float(high.round(4))
    (0.3926, 0.6175)
    """
    n, d, vn, vd, cov, t = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (above, below, variance_above, variance_below, covariance, t))
    )
    a, b, c = d**2 - t**2 * vd, n * d - t**2 * cov, n**2 - t**2 * vn
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    safe = np.where(a > 0, a, 1.0)
    open_end = np.where(np.isnan(a), np.nan, np.inf)
    return np.where(a > 0, (b - root) / safe, -open_end), np.where(a > 0, (b + root) / safe, open_end)
