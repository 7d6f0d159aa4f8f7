"""The background of a lane profile: a smooth curve under the bands, fitted together with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SmoothBackground:
    """A penalised cubic spline over the rows of a profile.

    `basis` (rows, n) and `penalty` (n, n); `stiffness_px` is the length below which it does not follow the data.

    References
    ----------
    Eilers P. H. C. and Marx B. D., Statistical Science 11:89 (1996), doi:10.1214/ss/1038425655.

    Examples
    --------
    >>> background = SmoothBackground.over(200, knot_px=10.0, stiffness_px=40.0)
    >>> np.allclose(background.basis.sum(axis=1), 1)
    True
    """

    basis: Array
    penalty: Array
    stiffness_px: float

    @classmethod
    def over(cls, rows: int, knot_px: float, stiffness_px: float) -> SmoothBackground:
        """Return the spline for profiles of this many rows, with a knot every `knot_px`."""
        pieces = max(4, round((rows - 1) / knot_px))
        step = (rows - 1) / pieces
        knots = step * np.arange(-3, pieces + 4)
        basis = BSpline.design_matrix(np.arange(rows, dtype=float), knots, 3, extrapolate=True).toarray()
        bend = np.diff(np.eye(basis.shape[1]), 2, axis=0)
        return cls(np.asarray(basis), bend.T @ bend * (stiffness_px**4 / step**3), stiffness_px)

    def stiffened(self, times: float) -> SmoothBackground:
        """Return the same spline with a stiffness of so many times its own.

        >>> SmoothBackground.over(200, 10.0, 40.0).stiffened(2.0).stiffness_px
        80.0
        """
        return SmoothBackground(self.basis, self.penalty * times**4, self.stiffness_px * times)

    def fit(self, profile: Array, weight: Array) -> Array:
        """Return the smooth curve through a profile, each row counting by its weight."""
        scale = float(np.median(weight[weight > 0])) if (weight > 0).any() else 1.0
        left = self.basis.T * weight @ self.basis + scale * self.penalty
        return np.asarray(self.basis @ np.linalg.solve(left, self.basis.T @ (weight * profile)))
