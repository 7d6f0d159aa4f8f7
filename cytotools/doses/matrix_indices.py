"""The combination index of the cells of dose matrices: doses in any ratio, with variances drawn together over cells.

What `cytotools.doses.dose_pair_indices` tells of the dose pairs, but for the limits of single cells: two degrees of
freedom a cell would leave all of them unresolved. They rest on the variances of all cells together, as those of an
excess do (`cytotools.doses.cell_errors`), and hold in all cells at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.affected_fractions import logit
from cytotools.doses.chou_talalay import index_of
from cytotools.doses.combined_experiment import CurveWells
from cytotools.doses.common_doses import cut_to_common_doses
from cytotools.doses.dose_matrix import DoseMatrix
from cytotools.doses.dose_pair_indices import index_at_doses
from cytotools.doses.excess_scatter import ExcessScatter
from cytotools.doses.excess_tests import judged_cells
from cytotools.doses.index_headlines import Headline
from cytotools.doses.index_verdicts import NOT_RESOLVED, index_verdict
from cytotools.doses.median_effect import MedianEffect
from cytotools.doses.t_intervals import are_copies

FloatArray = NDArray[np.float64]
ASSUMED = 0.05  # SD of cell means where nothing tells it: only how unlike cells are is taken from it
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class MatrixIndex:
    """The combination index of the cells of a dose matrix over independent plates.

    Attributes
    ----------
    experiments : tuple of str
    doses_1, doses_2 : ndarray, shapes (n_rows,) and (n_columns,)
        From 0.
    mean_affected : ndarray, shape (n_rows, n_columns)
        NaN where a plate has no well.
    ln_index : ndarray, shape (n, n_rows, n_columns)
        Of each plate; NaN where it is not told.
    index, low, high, p_adjusted : ndarray, shape (n_rows, n_columns)
        The geometric mean over plates with limits that hold in all cells at once; NaN where it is not told.
    verdicts : ndarray of str, shape (n_rows, n_columns)
        "" where an agent is alone or there is no well.
    headline : Headline
        The geometric mean over the cells that are told.
    outside : int
        Measured effects of cells at or beyond 0 and 1.
    cautions : tuple of str
    """

    experiments: tuple[str, ...]
    doses_1: FloatArray
    doses_2: FloatArray
    mean_affected: FloatArray
    ln_index: FloatArray
    index: FloatArray
    low: FloatArray
    high: FloatArray
    p_adjusted: FloatArray
    verdicts: NDArray[np.str_]
    headline: Headline
    outside: int
    cautions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Return the number of independent plates."""
        return len(self.experiments)


def index_over_plates(
    matrices: Sequence[DoseMatrix], *, exclusive: bool = True, names: Sequence[str] = ("agent 1", "agent 2")
) -> MatrixIndex:
    """Return the combination index of every cell of dose matrices.

    Parameters
    ----------
    matrices : sequence of DoseMatrix
        One an independent experiment, of the same agents.
    exclusive : bool
        Whether the agents exclude one another.
    names : sequence of two str
        Of the agents, for cautions.

    Returns
    -------
    MatrixIndex

    Raises
    ------
    StudyError
        No common doses of the plates, or percent instead of fractions.

    References
    ----------
    T.-C. Chou, Pharmacol. Rev. 58:621 (2006), doi:10.1124/pr.58.3.10 (ratios that are not constant).

    Examples
    --------
    A drug with itself: doses add.

    >>> dose = np.array([0.0, 0.5, 1.0, 2.0, 4.0])
    >>> sham = 1.0 - 1.0 / (1.0 + np.add.outer(dose, dose))
    >>> rng = np.random.default_rng(2)
    >>> plates = [DoseMatrix(str(k), dose, dose, sham + rng.normal(0.0, 0.01, (5, 5)), 1e-4 * np.eye(25))
    ...           for k in range(3)]
    >>> found = index_over_plates(plates)
    >>> found.headline.verdict, bool(abs(np.log(found.headline.index)) < 0.05)
    ('additive', True)
    """
    plates, _ = cut_to_common_doses(matrices)
    affected = np.stack([plate.affected for plate in plates])
    shape = affected.shape[1:]
    inner = np.zeros(shape, dtype=np.bool_)
    inner[1:, 1:] = np.all(np.isfinite(affected), axis=0)[1:, 1:]
    rows, columns = np.nonzero(inner)
    doses = np.stack([plates[0].doses_1[rows], plates[0].doses_2[columns]])
    singles = [[_wells(plate, agent) for agent in (0, 1)] for plate in plates]
    found = index_at_doses(singles, doses, affected[:, rows, columns], exclusive=exclusive, names=names)
    chosen = np.flatnonzero(inner)[found.tested]
    values = found.ln_index[:, found.tested]
    covariance = np.mean(
        [_covariance(*pair, chosen, exclusive) for pair in zip(plates, found.fits, strict=True)], axis=0
    )
    cells = judged_cells(values, ExcessScatter(covariance, all(map(_is_scatter_known, plates))))
    index, low, high = (np.exp(_placed(part, chosen, shape)) for part in (cells.mean, cells.low, cells.high))
    n = 1 if are_copies(values) else len(plates)
    verdicts = np.where(inner, NOT_RESOLVED, "").astype("<U16")
    verdicts.ravel()[chosen] = [
        index_verdict(*limits, n=n) for limits in zip(low.ravel()[chosen], high.ravel()[chosen], strict=True)
    ]
    ln_index = np.full(affected.shape, NAN)
    ln_index[:, rows, columns] = found.ln_index
    return MatrixIndex(
        experiments=tuple(plate.name for plate in plates),
        doses_1=plates[0].doses_1,
        doses_2=plates[0].doses_2,
        mean_affected=affected.mean(axis=0),
        ln_index=ln_index,
        index=index,
        low=low,
        high=high,
        p_adjusted=_placed(cells.p_value, chosen, shape),
        verdicts=verdicts,
        headline=found.headline,
        outside=found.outside,
        cautions=found.cautions,
    )


def _wells(plate: DoseMatrix, agent: int) -> CurveWells:
    """Return the means of one agent alone, each with the weight of a well."""
    doses = (plate.doses_1, plate.doses_2)[agent][1:]
    affected = (plate.affected[1:, 0], plate.affected[0, 1:])[agent]
    held = np.isfinite(affected)
    return CurveWells(doses[held], affected[held], np.ones(int(held.sum())))


def _covariance(
    plate: DoseMatrix, fits: Sequence[MedianEffect | None], chosen: NDArray[np.intp], exclusive: bool
) -> FloatArray:
    """Return the covariance of ln CI of chosen cells by the delta method: errors of the cells, and of the fits."""
    singles = [fit for fit in fits if fit is not None]
    rows, columns = np.unravel_index(chosen, plate.affected.shape)
    affected = plate.affected[rows, columns]
    if not len(chosen):
        return np.zeros((0, 0))
    doses = np.stack([plate.doses_1[rows], plate.doses_2[columns]])
    parts = doses / np.array([single.dose_at(affected) for single in singles])
    index = index_of(parts, exclusive)
    slopes = parts / index if exclusive else parts * (1.0 + index) / (1.0 + parts) / index
    own = np.diag(plate.covariance)[chosen]
    own = np.where(np.isfinite(own) & (own > 0), own, ASSUMED**2)
    in_effect = sum(share / single.m for share, single in zip(slopes, singles, strict=True))
    covariance = np.diag(own * (in_effect / (affected * (1.0 - affected))) ** 2)
    for share, single in zip(slopes, singles, strict=True):
        along = share[:, None] * np.stack([np.ones(len(chosen)), -logit(affected) / single.m**2], axis=1)
        if np.isfinite(single.covariance).all():
            covariance = covariance + along @ single.covariance @ along.T
    return np.asarray(covariance)


def _is_scatter_known(plate: DoseMatrix) -> bool:
    variance = np.diag(plate.covariance)[1:]
    return bool((np.isfinite(variance) & (variance > 0.0))[np.isfinite(plate.affected.ravel()[1:])].all())


def _placed(values: FloatArray, chosen: NDArray[np.intp], shape: tuple[int, ...]) -> FloatArray:
    matrix = np.full(shape, NAN)
    matrix.ravel()[chosen] = values
    return matrix
