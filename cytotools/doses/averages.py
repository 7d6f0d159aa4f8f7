"""The mean of a curve's parameter over independent experiments: slopes as a geometric mean, asymptotes as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cytotools.doses.censored_mean import censored_mean, identical
from cytotools.errors import refusal


@dataclass(frozen=True)
class Average:
    """A mean with its 95 % t interval over experiments: NaN limits with one value, or where all values are the same."""

    mean: float
    low: float
    high: float
    n: int


def average(values: Sequence[float], geometric: bool = False) -> Average:
    """Return the mean of a parameter over independent experiments.

    Parameters
    ----------
    values : sequence of float
        One an experiment; NaN where an experiment gives none, and left out.
    geometric : bool
        Whether the mean is taken of logarithms, as of slopes, which are positive and vary by factors.

    Returns
    -------
    Average

    Examples
    --------
    >>> average([1.0, 2.0, 4.0], geometric=True).mean.__round__(3)
    2.0
    >>> average([0.02, 0.05, float("nan")]).n
    2
    """
    kept = np.array([value for value in values if np.isfinite(value)], dtype=np.float64)
    if geometric and (kept <= 0).any():
        remedy = "Take the arithmetic mean."
        raise refusal("average", "values of a geometric mean", "numbers above 0", f"{kept.min():g}", remedy)
    nan = float("nan")
    if not len(kept):
        return Average(nan, nan, nan, 0)
    scaled = np.log(kept) if geometric else kept
    limits = (nan, nan)
    if len(kept) > 1 and not identical(scaled):
        known = np.zeros(len(kept), dtype=np.bool_)
        found = censored_mean(scaled, known, known, np.zeros(len(kept)))
        limits = found.low, found.high
    numbers = np.array([scaled.mean(), *limits])
    mean, low, high = (np.exp(numbers) if geometric else numbers).tolist()
    return Average(mean, low, high, len(kept))
