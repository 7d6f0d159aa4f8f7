"""One dose matrix of two agents in one experiment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DoseMatrix:
    """The mean fraction affected at each pair of doses, in one independent experiment.

    Attributes
    ----------
    name : str
        The replicate.
    doses_1, doses_2 : ndarray, shapes (n_rows,) and (n_columns,)
        Rising from 0, each in its agent's own unit.
    affected : ndarray, shape (n_rows, n_columns)
        As measured, NaN where there is no well. The first column holds the first agent alone, the first row the second
        agent alone; [0, 0] is the control, 0 by definition.
    covariance : ndarray, shape (n_rows * n_columns, n_rows * n_columns)
        Of the means in row order: the scatter of wells and the errors of blank and control that cells share. 0 for the
        control and where there is no well, NaN elsewhere where no repeats tell how wells scatter.
    """

    name: str
    doses_1: FloatArray
    doses_2: FloatArray
    affected: FloatArray
    covariance: FloatArray
