"""What two agents together are expected to do if they do not interact: Bliss's and Gaddum's rules, cell by cell.

An excess is the fraction affected above what the rule expects: positive is synergy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.matrix_checks import FloatArray, checked_matrix


@dataclass(frozen=True, eq=False)
class ReferenceExcess:
    """One matrix (n_rows, n_columns), or several (n_matrices, n_rows, n_columns), against a reference model.

    Attributes
    ----------
    excess : ndarray
        Fraction affected above the expected; 0 in the first row and column, NaN where it is undefined or not measured.
    expected : ndarray
        By the model; in the first row and column what it takes the single agents to do.
    undefined : ndarray of bool
        Combination cells in which the model expects nothing at all.
    fits : mapping of str to str
        Where a least squares lies at a limit of its space: the curve, and the limit by its name in `DoseResponses`.
    """

    excess: FloatArray
    expected: FloatArray
    undefined: NDArray[np.bool_]
    fits: dict[str, NDArray[np.str_]] = field(default_factory=dict)


def bliss_excess(affected: ArrayLike) -> FloatArray:
    """Return the excess over Bliss independence, a + b - a b.

    Parameters
    ----------
    affected : array-like, shape (n_rows, n_columns)
        Fraction affected, in the first column by the first agent alone, in the first row by the second alone; NaN
        where there is no well.

    Returns
    -------
    ndarray, shape (n_rows, n_columns)
        Positive is synergy; 0 in the first row and column, NaN where a well is missing.

    Raises
    ------
    StudyError
        Percent, survival, no single agents, a shape that is no matrix.

    References
    ----------
    C. I. Bliss, Ann. Appl. Biol. 26:585 (1939), doi:10.1111/j.1744-7348.1939.tb06990.x.

    Examples
    --------
    >>> bliss_excess([[0.0, 0.5], [0.5, 0.9]]).round(6).tolist()
    [[0.0, 0.0], [0.0, 0.15]]
    """
    return bliss(checked_matrix(affected)).excess


def hsa_excess(affected: ArrayLike) -> FloatArray:
    """Return the excess over the highest single agent, the larger of a and b.

    Parameters, result and errors are those of `bliss_excess`.

    References
    ----------
    J. H. Gaddum, Pharmacology, Oxford University Press (1940).

    Examples
    --------
    >>> hsa_excess([[0.0, 0.5], [0.4, 0.9]]).round(6).tolist()
    [[0.0, 0.0], [0.0, 0.4]]
    """
    return hsa(checked_matrix(affected)).excess


def bliss(affected: FloatArray) -> ReferenceExcess:
    """Return the excess over Bliss independence of matrices (..., n_rows, n_columns)."""
    alone_1, alone_2 = affected[..., :, :1], affected[..., :1, :]
    return observed_less(independent(alone_1, alone_2), affected)


def independent(alone_1: FloatArray, alone_2: FloatArray) -> FloatArray:
    """Return what two agents do that hit independently."""
    return alone_1 + alone_2 - alone_1 * alone_2


def hsa(affected: FloatArray) -> ReferenceExcess:
    """Return the excess over the highest single agent of matrices (..., n_rows, n_columns)."""
    return observed_less(np.maximum(affected[..., :, :1], affected[..., :1, :]), affected)


def observed_less(expected: FloatArray, affected: FloatArray) -> ReferenceExcess:
    """Return what is observed above the expected."""
    undefined = np.isnan(expected) & np.isfinite(affected)
    undefined[..., 0, :] = undefined[..., :, 0] = False
    return ReferenceExcess(without_margins(affected - expected), expected, undefined)


def without_margins(excess: FloatArray) -> FloatArray:
    """Return the excess with 0 where an agent is alone: nothing is expected of it there but what it does."""
    excess[..., 0, :] = excess[..., :, 0] = 0.0
    return excess
