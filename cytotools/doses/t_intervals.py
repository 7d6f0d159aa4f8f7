"""Student's t interval of many means at once: a row an experiment, a column a quantity."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

FloatArray = NDArray[np.float64]
SAME = 1e-9  # scatter, beside the largest value, that is rounding


class TIntervals(NamedTuple):
    """Means with their 95 % limits and the p-values of 0, each (n_columns,)."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray


def t_intervals(
    values: FloatArray, errors: FloatArray, degrees: ArrayLike = np.inf, comparisons: int = 1
) -> TIntervals:
    """Return the means over experiments with their intervals.

    Parameters
    ----------
    values : ndarray, shape (n_experiments, n_columns)
        On the scale on which errors add. A column with a NaN has no mean: leaving experiments out would select.
    errors : ndarray, shape (n_experiments, n_columns)
        Standard errors within experiments. They describe one experiment alone, which is not tested, and stand in for
        the scatter of values that agree to the last digit, as copies do.
    degrees : array-like, shape () or (n_columns,)
        Degrees of freedom of `errors` of a single experiment.
    comparisons : int
        Columns that are told together: limits and p-values hold for all of them (Bonferroni).

    Examples
    --------
    >>> found = t_intervals(np.array([[0.0], [0.2], [0.4]]), np.full((3, 1), 0.1))
    >>> found.mean.round(3).tolist(), found.low.round(3).tolist(), found.p_value.round(3).tolist()
    ([0.2], [-0.297], [0.225])
    """
    n, mean = len(values), values.mean(axis=0)
    inner = 1.0 - 0.025 / comparisons
    if n < 2:
        reach = stdtrit(np.asarray(degrees), inner) * errors[0]
        return TIntervals(mean, mean - reach, mean + reach, np.full(len(mean), np.nan))
    scatter = values.std(axis=0, ddof=1)
    copied = scatter <= SAME * np.maximum(1.0, np.abs(values).max(axis=0))
    error = np.where(copied, np.sqrt(np.mean(errors**2, axis=0)), scatter) / n**0.5
    reach = float(stdtrit(n - 1, inner)) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = np.minimum(2.0 * comparisons * stdtr(n - 1, -np.abs(mean) / error), 1.0)
    return TIntervals(mean, mean - reach, mean + reach, np.where(error > 0, p_value, np.nan))


def are_copies(values: FloatArray) -> bool:
    """Tell whether several experiments hold the same values (n_experiments, n_columns) to the last digit, as copies do.

    Examples
    --------
    >>> are_copies(np.array([[0.1, 0.2], [0.1, 0.2]])), are_copies(np.array([[0.1, 0.2], [0.1, 0.3]]))
    (True, False)
    >>> are_copies(np.full((2, 1), np.nan))
    False
    """
    known = values[:, np.all(np.isfinite(values), axis=0)]
    return len(values) > 1 and known.size > 0 and bool(np.ptp(known, axis=0).max(initial=0.0) <= SAME)
