"""How far an excess is off because wells scatter: the covariance of cells within one experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.dose_matrix import DoseMatrix, FloatArray
from cytotools.doses.loewe import Inactive, loewe
from cytotools.doses.reference_models import ReferenceExcess, bliss, hsa
from cytotools.doses.zip_scores import zip_score

METHODS = ("bliss", "hsa", "loewe", "zip")
ASSUMED = 0.05  # SD of cell means, where nothing tells it: only how cells go together is taken from it
LEAST = 1e-9  # of the mean variance


@dataclass(frozen=True, eq=False)
class ExcessScatter:
    """The covariance of one plate's excesses, (n_cells, n_cells); up to a factor where it is not `is_known`."""

    covariance: FloatArray
    is_known: bool

    @property
    def variance(self) -> FloatArray:
        """Return the variance of each cell; NaN where it is not known."""
        return np.diag(self.covariance) if self.is_known else np.full(len(self.covariance), np.nan)

    @property
    def correlation(self) -> FloatArray:
        """Return the correlation of the cells."""
        root = np.sqrt(np.diag(self.covariance))
        return np.asarray(self.covariance / np.outer(root, root))

    @property
    def error_of_mean(self) -> float:
        """Return the standard error of the mean over the cells; NaN where it is not known."""
        return float(np.sqrt(self.covariance.mean())) if self.is_known else np.nan


def scored(
    doses_1: FloatArray, doses_2: FloatArray, affected: FloatArray, method: str, inactive: Inactive
) -> ReferenceExcess:
    """Return the excess by a method of matrices (n_matrices, n_rows, n_columns) that share their doses."""
    if method == "bliss":
        return bliss(affected)
    if method == "hsa":
        return hsa(affected)
    if method == "loewe":
        return loewe(doses_1, doses_2, affected, inactive)
    return zip_score(doses_1, doses_2, affected)


def excess_scatter(
    plates: Sequence[DoseMatrix], method: str, inactive: Inactive, chosen: NDArray[np.intp], draws: int, seed: int
) -> ExcessScatter:
    """Return how the wells of plates make the excess of chosen cells scatter, as the mean over plates.

    Parameters
    ----------
    plates : sequence of DoseMatrix
        All of the same doses.
    method : str
    inactive : tuple of two bool
        Agents that do nothing, for Loewe.
    chosen : ndarray of int, shape (n_chosen,)
        Cells in row order.
    draws : int
        Matrices drawn anew, of all plates together.
    seed : int
        Of these; every plate gets the same deviates, so that their order does not matter.
    """
    is_known = all(_is_scatter_known(plate) for plate in plates)
    if not is_known:
        plates = [_with_assumed_scatter(plate) for plate in plates]
    if method == "bliss":
        found = [_bliss_covariance(plate)[np.ix_(chosen, chosen)] for plate in plates]
    else:
        share = -(-draws // len(plates))
        deviates = np.random.default_rng(seed).standard_normal((share, plates[0].affected.size))
        found = [_drawn_covariance(plate, method, inactive, deviates)[np.ix_(chosen, chosen)] for plate in plates]
    return ExcessScatter(_regular(np.mean(found, axis=0)) if len(chosen) else np.zeros((0, 0)), is_known)


def _is_scatter_known(plate: DoseMatrix) -> bool:
    variance = np.diag(plate.covariance)[1:]
    measured = np.isfinite(plate.affected.ravel()[1:])
    return bool((np.isfinite(variance) & (variance > 0.0))[measured].all() and np.isfinite(plate.covariance).all())


def _with_assumed_scatter(plate: DoseMatrix) -> DoseMatrix:
    variance = np.full(plate.affected.size, ASSUMED**2)
    variance[0] = 0.0
    return replace(plate, covariance=np.diag(variance))


def _bliss_covariance(plate: DoseMatrix) -> FloatArray:
    """Return the covariance of the Bliss excess of all cells, shape (n_cells, n_cells), by the delta method."""
    rows, columns = plate.affected.shape
    cells = np.arange(rows * columns).reshape(rows, columns)
    slopes, inner = np.eye(rows * columns), cells[1:, 1:]
    alone_1, alone_2 = (np.broadcast_to(part, inner.shape) for part in (plate.affected[1:, :1], plate.affected[:1, 1:]))
    slopes[inner, np.broadcast_to(cells[1:, :1], inner.shape)] = np.nan_to_num(alone_2 - 1.0)
    slopes[inner, np.broadcast_to(cells[:1, 1:], inner.shape)] = np.nan_to_num(alone_1 - 1.0)
    return np.asarray(slopes @ plate.covariance @ slopes.T)


def _drawn_covariance(plate: DoseMatrix, method: str, inactive: Inactive, deviates: FloatArray) -> FloatArray:
    """Return the covariance of the excess of all cells, by drawing cell means anew.

    A draw in which one of two cells is undefined says nothing of the two.
    """
    values, axes = np.linalg.eigh(plate.covariance)
    root = axes * np.sqrt(np.maximum(values, 0.0)) @ axes.T
    drawn = (plate.affected.ravel() + deviates @ root).reshape(-1, *plate.affected.shape)
    excess = scored(plate.doses_1, plate.doses_2, drawn, method, inactive).excess.reshape(len(deviates), -1)
    known = np.isfinite(excess)
    centre = np.where(known, excess, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    off = np.where(known, excess - centre, 0.0)
    both = known.astype(np.float64).T @ known
    return np.asarray(off.T @ off / np.maximum(both - 1.0, 1.0))


def _regular(covariance: FloatArray) -> FloatArray:
    """Return the covariance with the mean variance in cells of which no draw tells one."""
    variance = np.diag(covariance)
    untold = variance <= LEAST * variance.mean()
    return np.asarray(covariance + np.diag(np.where(untold, variance.mean() if variance.any() else 1.0, 0.0)))
