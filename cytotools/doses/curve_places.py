"""Many curves and their wells: one least squares problem a row, and where its curve stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.sigmoid import CONTROL, FloatArray, Model

Rows = NDArray[np.intp] | NDArray[np.bool_] | slice
PLACE, SLOPE, BEND = 0, 1, 2  # columns of theta: ahead, ln hill slope, ln asymmetry


@dataclass(frozen=True, eq=False)
class Wells:
    """One least squares problem a row: ln doses, weights and means; no curve lowers the squares `within` the doses."""

    ln_dose: FloatArray  # (n_problems or 1, n_doses)
    weights: FloatArray  # (n_problems or 1, n_doses)
    means: FloatArray  # (n_problems, n_doses)
    within: FloatArray  # (n_problems,)

    def of(self, rows: Rows) -> Wells:
        """Return the problems of these rows."""
        ln_dose, weights = (m if len(m) == 1 else m[rows] for m in (self.ln_dose, self.weights))
        return Wells(ln_dose, weights, self.means[rows], self.within[rows])

    @cached_property
    def used(self) -> NDArray[np.bool_]:
        """Return which doses above 0 have wells, (n_problems or 1, n_doses)."""
        return (self.ln_dose > CONTROL) & (self.weights > 0)

    @cached_property
    def ends(self) -> tuple[FloatArray, FloatArray]:
        """Return the lowest ln dose above 0 and the highest, (n_problems or 1,)."""
        low, high = (np.where(self.used, self.ln_dose, far) for far in (np.inf, -np.inf))
        return low.min(axis=1), high.max(axis=1)


@dataclass(frozen=True, eq=False)
class Place:
    """Where each curve stands: `sign` -1 where it rises, ln hill slope, ln asymmetry, and `ahead`.

    `ahead` = hill_slope * (ln ic50 - pivot): how far the half-way dose is beyond the pivot, in units of the slope.
    """

    sign: FloatArray
    pivot: FloatArray
    theta: FloatArray  # (n_problems, 3): ahead, ln hill slope, ln asymmetry

    def of(self, rows: Rows) -> Place:
        """Return the places of these rows."""
        return Place(self.sign[rows], self.pivot[rows], self.theta[rows])

    def at(self, theta: FloatArray) -> Place:
        """Return the same with other parameters."""
        return Place(self.sign, self.pivot, theta)

    def where(self, chosen: NDArray[np.bool_], other: Place) -> Place:
        """Return this where chosen, else the other."""
        theta = np.where(chosen[:, None], self.theta, other.theta)
        return Place(np.where(chosen, self.sign, other.sign), np.where(chosen, self.pivot, other.pivot), theta)

    def put(self, rows: Rows, other: Place) -> Place:
        """Return this with the other's places in these rows."""
        found = Place(self.sign.copy(), self.pivot.copy(), self.theta.copy())
        found.sign[rows], found.pivot[rows], found.theta[rows] = other.sign, other.pivot, other.theta
        return found

    @property
    def hill(self) -> FloatArray:
        """Return the size of the hill slope."""
        return np.asarray(np.exp(self.theta[:, SLOPE]))

    @property
    def ln_ic50(self) -> FloatArray:
        """Return ln ic50 above the highest dose."""
        return np.asarray(self.pivot + self.theta[:, PLACE] / self.hill)


def free_columns(model: Model) -> tuple[int, ...]:
    """Return the columns of theta that the model fits."""
    return (PLACE, SLOPE, BEND) if model.asymmetric else (PLACE, SLOPE)


def joined(places: Sequence[Place]) -> Place:
    """Return the places of several in one."""
    return Place(*(np.concatenate([getattr(place, name) for place in places]) for name in ("sign", "pivot", "theta")))
