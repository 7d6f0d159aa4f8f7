"""What a batch is made of: shapes that its tubes share, and each tube's own weights and shifts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gating.demixing.shifted import Shifted, shifted
from gating.demixing.splines import Splines

if TYPE_CHECKING:
    from numpy.typing import NDArray

STATES = 4  # live, early apoptotic, late apoptotic, necrotic: the order of POPULATIONS
# Which of an axis' two signs each state has: Annexin V, then the dye.
SIGNS = np.array([[0, 1, 1, 0], [0, 0, 1, 1]])


@dataclass(frozen=True, eq=False)
class Mixture:
    """Parameters of a batch.

    Attributes
    ----------
    coefficients : tuple of two ndarray, shape (4, m)
        Spline coefficients of each state's density, on the Annexin V and on the dye axis.
    weights : ndarray, shape (tubes, 4)
        The fractions of the states.
    shifts : ndarray, shape (tubes, 2, 2)
        By axis, of the negative and of the positive cells of a tube, in bins.
    spreads : ndarray, shape (2, 2, 2)
        By axis, the covariance of these two shifts from tube to tube.
    ties : ndarray, shape (4,)
        How the two brightnesses of a state go together (larger cells are brighter in both): the parameter of a
        Farlie-Gumbel-Morgenstern copula, three times their rank correlation, from -1 to 1.
    """

    coefficients: tuple[NDArray[np.float64], NDArray[np.float64]]
    weights: NDArray[np.float64]
    shifts: NDArray[np.float64]
    spreads: NDArray[np.float64]
    ties: NDArray[np.float64]

    def shifted_densities(self, axis: int, splines: Splines) -> tuple[NDArray[np.float64], Shifted]:
        """Return the densities of an axis (4, bins), and moved by the shifts of each tube."""
        densities = splines.densities(self.coefficients[axis])
        return densities, shifted(densities, self.shifts[:, axis][:, SIGNS[axis]])

    def of(self, tubes: NDArray[np.bool_]) -> Mixture:
        """Return the same for some of the tubes."""
        return replace(self, weights=self.weights[tubes], shifts=self.shifts[tubes])

    def vector(self) -> NDArray[np.float64]:
        """Return the parameters as one row, the weights as logarithms: what an extrapolation may work on."""
        logs = np.log(np.maximum(self.weights, 1e-9))
        return np.concatenate([p.ravel() for p in (*self.coefficients, logs, self.shifts)])

    def at(self, vector: NDArray[np.float64]) -> Mixture:
        """Return the mixture with these parameters and the present spreads."""
        ends = np.cumsum([self.coefficients[0].size, self.coefficients[1].size, self.weights.size])
        first, second, logs, shifts = np.split(vector, ends)
        weights = np.exp(logs.reshape(self.weights.shape))
        return replace(
            self,
            coefficients=(first.reshape(STATES, -1), second.reshape(STATES, -1)),
            weights=weights / weights.sum(axis=1, keepdims=True),
            shifts=shifts.reshape(self.shifts.shape),
        )
