"""Intervals of a counted fraction."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z_95 = 1.959963984540054


def wilson_interval(count: int, total: int) -> tuple[float, float]:
    """Return the 95 % score interval of a fraction `count / total`; (0, 1) where nothing was counted.

    References
    ----------
    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 22:209 (1927),
    doi 10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> low, high = wilson_interval(10, 100)
    >>> round(low, 4), round(high, 4)
    (0.0552, 0.1744)
    """
    if total <= 0:
        return 0.0, 1.0
    p, z2 = count / total, Z_95**2
    centre = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z_95 * sqrt(p * (1 - p) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    low = 0.0 if count == 0 else max(0.0, centre - half)
    return low, 1.0 if count == total else min(1.0, centre + half)


def wilson_limits(
    fractions: NDArray[np.float64], variances: NDArray[np.float64], events: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return 95 % score limits of fractions whose variance is known, as if they were counted in fewer events.

    Parameters
    ----------
    fractions, variances : ndarray
        Of one shape.
    events : ndarray
        The events behind them, of a shape that fits: no fraction is known better than by counting these.

    Examples
    --------
    >>> low, high = wilson_limits(np.array([0.1]), np.array([0.1 * 0.9 / 100]), np.array([1000.0]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0553], [0.1742])
    """
    z2 = Z_95**2
    # Half a count keeps the number of events that the variance stands for finite at 0 and 1.
    inner = (fractions * events + 0.5) / (events + 1.0)
    effective = np.minimum(inner * (1.0 - inner) / np.maximum(variances, 1e-12), events)
    centre = (fractions + z2 / (2.0 * effective)) / (1.0 + z2 / effective)
    half = (
        Z_95 * np.sqrt(fractions * (1.0 - fractions) / effective + z2 / (4.0 * effective**2)) / (1.0 + z2 / effective)
    )
    # Less than one such event on a side is none.
    low = np.where(fractions * effective < 1.0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where((1.0 - fractions) * effective < 1.0, 1.0, np.minimum(centre + half, 1.0))
    return low, high
