"""Adjusting p-values for having tested several hypotheses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted by Holm's method, which holds the chance of any false alarm in the family.

    Parameters
    ----------
    p_values : sequence of float
        NaN is no test: it stays NaN and counts for nothing.

    Returns
    -------
    list of float

    References
    ----------
    S. Holm, Scand. J. Statist. 6:65 (1979), https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(given), np.nan)
    tested = np.flatnonzero(np.isfinite(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * given[order]), 1.0)
    return [float(value) for value in adjusted]
