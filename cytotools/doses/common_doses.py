"""Dose matrices of several experiments, cut to the doses that all of them hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.dose_matrix import DoseMatrix, FloatArray
from cytotools.errors import refusal

SAME = 1e-6  # share by which doses of one name differ at most: another unit leaves its last digits


def cut_to_common_doses(matrices: Sequence[DoseMatrix]) -> tuple[list[DoseMatrix], tuple[FloatArray, FloatArray]]:
    """Return the matrices at the doses that all hold, and the doses of each agent that not all hold.

    Raises
    ------
    StudyError
        Fewer than one common dose of an agent beside 0.

    Examples
    --------
    >>> plates = [DoseMatrix(str(k), np.array([0.0, 1.0, k]), np.array([0.0, 1.0]), np.zeros((3, 2)), np.zeros((6, 6)))
    ...           for k in (2, 3)]
    >>> cut, (left_1, left_2) = cut_to_common_doses(plates)
    >>> cut[0].doses_1.tolist(), left_1.tolist(), left_2.tolist()
    ([0.0, 1.0], [2.0, 3.0], [])
    """
    pairs = [[matrix.doses_1 for matrix in matrices], [matrix.doses_2 for matrix in matrices]]
    common = [reduce(lambda held, doses: held[_within(held, doses)], doses) for doses in pairs]
    for agent, doses in zip(("first", "second"), common, strict=True):
        if len(doses) < 2 or doses[0] != 0.0:
            got = ", ".join(f"{dose:g}" for dose in doses) or "none"
            remedy = "Use the same doses in every experiment."
            raise refusal("dose matrix", f"doses of the {agent} agent that all plates hold", "0 and more", got, remedy)
    others = [
        np.unique(np.concatenate([own[~_within(own, kept)] for own in doses]))
        for doses, kept in zip(pairs, common, strict=True)
    ]
    return [_cut(matrix, common[0], common[1]) for matrix in matrices], (others[0], others[1])


def _within(doses: FloatArray, others: FloatArray) -> NDArray[np.bool_]:
    return np.asarray(np.isclose(doses[:, None], others, rtol=SAME, atol=0.0).any(axis=1))


def _cut(matrix: DoseMatrix, doses_1: FloatArray, doses_2: FloatArray) -> DoseMatrix:
    rows, columns = _within(matrix.doses_1, doses_1), _within(matrix.doses_2, doses_2)
    cells = np.outer(rows, columns).ravel()
    return replace(
        matrix,
        doses_1=doses_1,
        doses_2=doses_2,
        affected=matrix.affected[np.ix_(rows, columns)],
        covariance=matrix.covariance[np.ix_(cells, cells)],
    )


def turned(matrix: DoseMatrix) -> DoseMatrix:
    """Return the matrix with its agents exchanged."""
    order = np.arange(matrix.affected.size).reshape(matrix.affected.shape).T.ravel()
    return DoseMatrix(
        matrix.name, matrix.doses_2, matrix.doses_1, matrix.affected.T, matrix.covariance[np.ix_(order, order)]
    )
