"""The excess of a dose matrix over what a reference model expects, over independent plates.

The whole matrix is judged by a t interval of the plates' mean excess. Single cells are judged together: their limits
hold in all cells at once, and rest on variances that are drawn together (`cytotools.doses.cell_errors`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.cautions import caution
from cytotools.doses.common_doses import cut_to_common_doses, turned
from cytotools.doses.dose_matrix import DoseMatrix, FloatArray
from cytotools.doses.excess_cautions import excess_cautions
from cytotools.doses.excess_scatter import METHODS, excess_scatter, scored
from cytotools.doses.excess_tests import Overall, judged_cells, judged_mean
from cytotools.doses.index_verdicts import NOT_RESOLVED
from cytotools.doses.loewe import NEITHER, inactive_agents
from cytotools.doses.matrix_checks import checked_matrix
from cytotools.errors import refusal

DRAWS, SEED = 1000, 20_261_204


@dataclass(frozen=True, eq=False)
class MatrixExcess:
    """The excess over a reference model in fraction affected, positive where the agents are synergistic.

    Attributes
    ----------
    method : str
    experiments : tuple of str
        The plates, n of them.
    doses_1, doses_2 : ndarray, shapes (n_rows,) and (n_columns,)
        Those that all plates hold.
    mean_affected : ndarray, shape (n_rows, n_columns)
        Over the plates that measured the cell; NaN where none did.
    plates : ndarray, shape (n, n_rows, n_columns)
        The excess of each plate; 0 in the first row and column, NaN where it is undefined or not measured.
    plate_means : ndarray, shape (n,)
        Over the combination cells that are defined in every plate.
    excess, low, high, p_adjusted : ndarray, shape (n_rows, n_columns)
        Mean over plates with limits that hold in all cells at once in 95 %, and p-values adjusted for all cells; NaN
        where `undefined`, limits and p-values also where an agent is alone. Of one plate the limits hold the scatter of
        its wells only, and there is no p-value.
    verdicts : ndarray of str, shape (n_rows, n_columns)
        "" where an agent is alone.
    undefined : ndarray of bool, shape (n_rows, n_columns)
        Combination cells without a value in one plate or more.
    overall : Overall
    degrees : float
        Degrees of freedom behind the errors of single cells; inf with one plate.
    cautions : tuple of str
    """

    method: str
    experiments: tuple[str, ...]
    doses_1: FloatArray
    doses_2: FloatArray
    mean_affected: FloatArray
    plates: FloatArray
    plate_means: FloatArray
    excess: FloatArray
    low: FloatArray
    high: FloatArray
    p_adjusted: FloatArray
    verdicts: NDArray[np.str_]
    undefined: NDArray[np.bool_]
    overall: Overall
    degrees: float
    cautions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Return the number of independent plates."""
        return len(self.experiments)

    @property
    def transposed(self) -> MatrixExcess:
        """Return the same with the agents exchanged."""
        cells = ("mean_affected", "excess", "low", "high", "p_adjusted", "verdicts", "undefined")
        return replace(
            self,
            doses_1=self.doses_2,
            doses_2=self.doses_1,
            plates=self.plates.transpose(0, 2, 1),
            **{name: getattr(self, name).T for name in cells},
        )


def excess_over_plates(
    matrices: Sequence[DoseMatrix], method: str, draws: int = DRAWS, seed: int = SEED
) -> MatrixExcess:
    """Return the excess over a reference model with its errors over independent plates.

    Parameters
    ----------
    matrices : sequence of DoseMatrix
        One an independent experiment, of the same agents.
    method : str
        bliss, hsa, loewe or zip.
    draws : int
        Matrices that are drawn anew, from all plates together, to tell how the errors of cells go together; Bliss
        needs none.
    seed : int
        Of these.

    Returns
    -------
    MatrixExcess

    Raises
    ------
    StudyError
        No plate, another method, fewer than 10 draws, plates without common doses, and all that `bliss_excess` and
        `zip_excess` refuse.

    Examples
    --------
    >>> dose, alone = np.array([0.0, 1.0, 3.0]), np.array([0.0, 0.3, 0.6])
    >>> together = alone[:, None] + alone - alone[:, None] * alone
    >>> together[1:, 1:] += 0.15
    >>> rng = np.random.default_rng(0)
    >>> plates = [DoseMatrix(str(k), dose, dose, together + 0.01 * rng.standard_normal((3, 3)), 1e-4 * np.eye(9))
    ...           for k in range(3)]
    >>> found = excess_over_plates(plates, "bliss")
    >>> found.overall.verdict, found.verdicts[1:, 1:].tolist()
    ('synergy', [['synergy', 'synergy'], ['synergy', 'synergy']])
    """
    _check(matrices, method, draws)
    plates, left = cut_to_common_doses(matrices)
    if _is_second_first(plates):  # so that draws fall on the same cells whichever agent is named first
        found = _judged([turned(plate) for plate in plates], method, draws, seed).transposed
    else:
        found = _judged(plates, method, draws, seed)
    return replace(found, cautions=(*_on_doses(left, len(plates)), *found.cautions))


def _check(matrices: Sequence[DoseMatrix], method: str, draws: int) -> None:
    if method not in METHODS:
        raise refusal("dose matrix", "method", ", ".join(METHODS), repr(method), "Choose one of the four.")
    if not matrices:
        raise refusal("dose matrix", "plates", "one or more", "none", "Give the matrix of each experiment.")
    if draws < 10:
        raise refusal("dose matrix", "draws", "10 or more", f"{draws}", f"Leave it at {DRAWS}.")
    for matrix in matrices:
        checked_matrix(matrix.affected)


def _is_second_first(plates: Sequence[DoseMatrix]) -> bool:
    """Tell whether the second agent comes first in an order that goes by what agents do alone."""
    matrix = np.nan_to_num(_mean_affected(plates))
    first, second = (len(matrix), *matrix[1:, 0].tolist()), (len(matrix.T), *matrix[0, 1:].tolist())
    return first > second


def _mean_affected(plates: Sequence[DoseMatrix]) -> FloatArray:
    stack = np.stack([plate.affected for plate in plates])
    count = np.isfinite(stack).sum(axis=0)
    return np.where(count > 0, np.nansum(stack, axis=0) / np.maximum(count, 1), np.nan)


def _on_doses(left: tuple[FloatArray, FloatArray], n: int) -> list[str]:
    words = [
        f"{', '.join(f'{dose:g}' for dose in doses)} of the {agent} agent"
        for agent, doses in zip(("first", "second"), left, strict=True)
        if len(doses)
    ]
    if not words:
        return []
    return [caution("unlike_matrix_doses", f"not in all {n} plates: {' and '.join(words)}")]


def _judged(plates: list[DoseMatrix], method: str, draws: int, seed: int) -> MatrixExcess:
    stack = np.stack([plate.affected for plate in plates])
    inactive = inactive_agents(plates) if method == "loewe" else NEITHER
    reference = scored(plates[0].doses_1, plates[0].doses_2, stack, method, inactive)
    inner = np.zeros(stack.shape[1:], dtype=bool)
    inner[1:, 1:] = True
    undefined = inner & np.isnan(reference.excess).any(axis=0)
    chosen = np.flatnonzero(inner & ~undefined)
    values = reference.excess.reshape(len(plates), -1)[:, chosen]
    scatter = excess_scatter(plates, method, inactive, chosen, draws, seed)
    cells, overall = judged_cells(values, scatter), judged_mean(values, scatter)
    verdicts = np.where(inner, NOT_RESOLVED, "").astype("<U16")
    verdicts.ravel()[chosen] = cells.verdicts
    mean, low, high, p_adjusted = (_placed(of_cell, chosen, inner.shape) for of_cell in cells[:4])
    mean[0], mean[:, 0] = 0.0, 0.0
    return MatrixExcess(
        method=method,
        experiments=tuple(plate.name for plate in plates),
        doses_1=plates[0].doses_1,
        doses_2=plates[0].doses_2,
        mean_affected=_mean_affected(plates),
        plates=reference.excess,
        plate_means=values.mean(axis=1) if len(chosen) else np.full(len(plates), np.nan),
        excess=mean,
        low=low,
        high=high,
        p_adjusted=p_adjusted,
        verdicts=verdicts,
        undefined=undefined,
        overall=overall,
        degrees=cells.degrees,
        cautions=tuple(excess_cautions(reference, stack, values, inactive, scatter.is_known)),
    )


def _placed(values: FloatArray, chosen: NDArray[np.intp], shape: tuple[int, ...]) -> FloatArray:
    """Return values of chosen cells in their places, NaN in the others."""
    matrix = np.full(shape, np.nan)
    matrix.ravel()[chosen] = values
    return matrix
