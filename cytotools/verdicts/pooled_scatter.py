"""Intervals over few experiments that rest on the scatter of all conditions of an assay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri, stdtrit

FloatArray = NDArray[np.float64]
UNEQUAL = 0.01


def half_widths(groups: Sequence[FloatArray]) -> list[float]:
    """Return half of the 95 % interval of each group's mean.

    Parameters
    ----------
    groups : sequence of ndarray, shapes (n_experiments,)
        The values of each condition, on a scale on which conditions scatter alike.

    Returns
    -------
    list of float
        By the t distribution on the variance pooled over all groups; a group that scatters more than the others by an
        F test at 1 % rests on its own. NaN for a group of one, or where nothing scatters.

    Examples
    --------
    >>> pair = np.array([0.0, 0.2])
    >>> round(half_widths([pair])[0], 2), round(half_widths([pair] * 8)[0], 2)
    (1.27, 0.23)
    """
    squares = [float(np.sum((values - values.mean()) ** 2)) for values in groups]
    degrees = [len(values) - 1 for values in groups]
    total, freedom = sum(squares), sum(degrees)
    return [
        _half(square, own, total - square, freedom - own, len(values)) if own > 0 and total > 0 else float("nan")
        for square, own, values in zip(squares, degrees, groups, strict=True)
    ]


def _half(own: float, degrees: int, others: float, freedom: int, n: int) -> float:
    alone = freedom < 1 or others <= 0 or own / degrees > fdtri(degrees, freedom, 1 - UNEQUAL) * others / freedom
    square, left = (own, degrees) if alone else (own + others, degrees + freedom)
    return float(stdtrit(left, 0.975) * np.sqrt(square / left / n))
