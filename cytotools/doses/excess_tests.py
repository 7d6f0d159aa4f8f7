"""The excess over plates, of the whole matrix and of single cells: intervals, p-values, verdicts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from cytotools.doses.cell_errors import CellErrors, cell_errors
from cytotools.doses.dose_matrix import FloatArray
from cytotools.doses.excess_scatter import ExcessScatter
from cytotools.doses.index_verdicts import NOT_RESOLVED, excess_verdict
from cytotools.doses.largest_t import LargestT
from cytotools.doses.t_intervals import are_copies

UPPER = 0.975
SAME = 1e-12  # an error that is none


class Overall(NamedTuple):
    """The mean excess over the combination cells, with its 95 % interval over plates."""

    value: float
    low: float
    high: float
    p_value: float
    verdict: str


class Cells(NamedTuple):
    """Mean excess of each cell (n_cells,) with simultaneous 95 % limits and adjusted p-values."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    verdicts: list[str]
    degrees: float


def judged_mean(values: FloatArray, scatter: ExcessScatter) -> Overall:
    """Return the mean excess with a t interval over plates.

    Of one plate, and of copies, the limits hold the scatter of wells and nothing is tested.

    Parameters
    ----------
    values : ndarray, shape (n_plates, n_cells)
    scatter : ExcessScatter
        Of these cells.
    """
    n, cells = values.shape
    if not cells:
        return Overall(np.nan, np.nan, np.nan, np.nan, NOT_RESOLVED)
    means = values.mean(axis=1)
    value, degrees = float(means.mean()), n - 1
    if n == 1 or are_copies(values):
        half = float(ndtri(UPPER)) * scatter.error_of_mean / np.sqrt(n)
        return Overall(value, value - half, value + half, np.nan, NOT_RESOLVED)
    error = float(means.std(ddof=1)) / np.sqrt(n)
    if error <= SAME:
        error = SAME
    half = float(stdtrit(degrees, UPPER)) * error
    low, high = value - half, value + half
    p_value = float(2.0 * stdtr(degrees, -abs(value) / error))
    return Overall(value, low, high, p_value, excess_verdict(low, high, n))


def judged_cells(values: FloatArray, scatter: ExcessScatter) -> Cells:
    """Return the mean excess of cells with limits that hold in all of them at once.

    Parameters
    ----------
    values : ndarray, shape (n_plates, n_cells)
    scatter : ExcessScatter
        Of these cells.
    """
    n, cells = values.shape
    mean = values.mean(axis=0)
    if not cells:
        return Cells(mean, mean, mean, mean, [], np.nan)
    tested = n > 1 and not are_copies(values)
    errors = (
        cell_errors(values, scatter.covariance, scatter.is_known) if tested else CellErrors(scatter.variance, np.inf)
    )
    largest, error = LargestT(scatter.correlation, errors.degrees), np.sqrt(errors.variance / n)
    half = largest.critical() * error
    low, high = mean - half, mean + half
    p_value = largest.p_values(mean / error) if tested else np.full(cells, np.nan)
    verdicts = [excess_verdict(*limits, n=n if tested else 1) for limits in zip(low, high, strict=True)]
    return Cells(mean, low, high, p_value, verdicts, errors.degrees)
