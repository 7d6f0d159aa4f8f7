"""Zero interaction potency (ZIP): neither agent is expected to move the curve of the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.dose_matrix import DoseMatrix
from cytotools.doses.loewe import one_of
from cytotools.doses.matrix_checks import FloatArray, checked_matrix
from cytotools.doses.reference_models import ReferenceExcess, independent, without_margins
from cytotools.doses.single_agents import check_curve_doses, fit_rises


def zip_excess(matrix: DoseMatrix) -> ReferenceExcess:
    """Return the delta score of zero interaction potency, by exact least squares.

    Each agent alone is the least squares y of a sigmoid from no effect at dose 0 to a free plateau. Each row and each
    column of combinations is one too; at dose 0 of the agent that varies it meets what y says of the other agent. The
    score is the mean of a cell's row and column, less y1 + y2 - y1 y2.

    Parameters
    ----------
    matrix : DoseMatrix
        Three or more doses of each agent beside 0.

    Returns
    -------
    ReferenceExcess
        `fits` names the limits of the slices.

    Raises
    ------
    StudyError
        As for `bliss_excess`, and fewer than three doses of an agent.

    Notes
    -----
    No plateau is bounded: within the doses a curve does not leave what was measured, wherever its plateau lies.

    References
    ----------
    B. Yadav, K. Wennerberg, T. Aittokallio and J. Tang, Comput. Struct. Biotechnol. J. 13:504 (2015),
    doi:10.1016/j.csbj.2015.09.001.

    Examples
    --------
    >>> dose = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    >>> alone = dose / (2.0 + dose)
    >>> together = alone[:, None] + alone - alone[:, None] * alone
    >>> bool(np.abs(zip_excess(DoseMatrix("1", dose, dose, together, np.zeros((25, 25)))).excess).max() < 1e-9)
    True
    """
    stack = checked_matrix(matrix.affected)[None]
    return one_of(zip_score(matrix.doses_1, matrix.doses_2, stack))


def zip_score(doses_1: FloatArray, doses_2: FloatArray, affected: FloatArray) -> ReferenceExcess:
    """Return the ZIP score of matrices (n_matrices, n_rows, n_columns) that share their doses."""
    check_curve_doses(doses_1, doses_2, "ZIP")
    first = fit_rises(doses_1[1:], affected[:, 1:, 0])
    second = fit_rises(doses_2[1:], affected[:, 0, 1:])
    alone_1, alone_2 = np.zeros((2, len(affected), 1, 1))
    alone_1 = np.concatenate([alone_1, first.at(doses_1[1:])[:, :, None]], axis=1)
    alone_2 = np.concatenate([alone_2, second.at(doses_2[1:])[:, None, :]], axis=2)
    inner = affected[:, 1:, 1:]
    down, down_limit = _slices(doses_1[1:], np.swapaxes(inner - alone_2[:, :, 1:], 1, 2))
    along, along_limit = _slices(doses_2[1:], inner - alone_1[:, 1:])
    fitted = 0.5 * (np.swapaxes(down, 1, 2) + alone_2[:, :, 1:] + along + alone_1[:, 1:])
    expected = independent(alone_1, alone_2)
    undefined = np.zeros(affected.shape, dtype=bool)
    undefined[:, 1:, 1:] = np.isnan(fitted) & np.isfinite(inner)
    excess = np.zeros(affected.shape)
    excess[:, 1:, 1:] = np.where(np.isfinite(inner), fitted - expected[:, 1:, 1:], np.nan)
    limits = {"first agent alone": first.limit, "second agent alone": second.limit}
    limits |= {"columns": down_limit, "rows": along_limit}
    return ReferenceExcess(without_margins(excess), expected, undefined, limits)


def _slices(doses: FloatArray, heights: FloatArray) -> tuple[FloatArray, NDArray[np.str_]]:
    """Return the fitted heights above the baseline of slices (n_matrices, n_slices, n_doses), and the limits met."""
    curves = fit_rises(doses, heights.reshape(-1, len(doses)))
    return curves.at(doses).reshape(heights.shape), curves.limit.reshape(heights.shape[:2])
