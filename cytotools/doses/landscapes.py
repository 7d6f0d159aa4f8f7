"""Three ways to look at one curve, since a descent that is lost in one of them finds its way in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve import Curve, FloatArray
from cytotools.doses.damped_search import Landscape

LINEAR = 1e-10  # of the largest slope: how little the slopes of linear parameters change with them
STRETCHES = (2.0, -0.7)


class View(Landscape, Protocol):
    """A landscape with its way back to the parameters."""

    def start(self) -> FloatArray:
        """Return the place of the starting parameters."""
        ...

    def parameters(self, place: FloatArray, /) -> FloatArray:
        """Return the parameters at a place."""
        ...


def views_of(curve: Curve, start: FloatArray) -> list[View]:
    """Return the curve over its parameters, over their logs, and over those alone in which it is not linear."""
    linear = linear_parameters(curve, start)
    views: list[View] = [Plain(curve, start), InLogs(curve, start)]
    return views + ([Projected(curve, start, linear)] if 0 < linear.sum() < len(start) else [])


@dataclass(frozen=True, eq=False)
class Plain:
    """Over the parameters themselves."""

    curve: Curve
    origin: FloatArray

    def start(self) -> FloatArray:
        """Return the place of the starting parameters."""
        return self.origin

    def parameters(self, place: FloatArray) -> FloatArray:
        """Return the parameters at a place."""
        return place

    def errors(self, place: FloatArray) -> FloatArray:
        """Return the errors."""
        return self.curve.errors(place)

    def slopes(self, place: FloatArray) -> FloatArray:
        """Return their slopes."""
        return self.curve.slopes(place)


@dataclass(frozen=True, eq=False)
class InLogs:
    """Over the log of each parameter over its start: for starts wrong by orders of magnitude. Signs are kept.

    A parameter that starts at 0 has no log and stays as it is.
    """

    curve: Curve
    origin: FloatArray

    def start(self) -> FloatArray:
        """Return the place of the starting parameters."""
        return np.zeros(len(self.origin))

    def parameters(self, place: FloatArray) -> FloatArray:
        """Return the parameters at a place."""
        return np.where(self.origin == 0, place, self.origin * np.exp(place))

    def errors(self, place: FloatArray) -> FloatArray:
        """Return the errors."""
        return self.curve.errors(self.parameters(place))

    def slopes(self, place: FloatArray) -> FloatArray:
        """Return their slopes."""
        parameters = self.parameters(place)
        return self.curve.slopes(parameters) * np.where(self.origin == 0, 1.0, parameters)


@dataclass(frozen=True, eq=False)
class Projected:
    """Over the parameters in which the model is not linear, the others always at their best (variable projection).

    References
    ----------
    G. H. Golub and V. Pereyra, SIAM J. Numer. Anal. 10:413 (1973), doi:10.1137/0710036; L. Kaufman, BIT 15:49 (1975),
    doi:10.1007/BF01932995 (the slopes).
    """

    curve: Curve
    origin: FloatArray
    linear: NDArray[np.bool_]

    def start(self) -> FloatArray:
        """Return the place of the starting parameters."""
        return self.origin[~self.linear]

    def parameters(self, place: FloatArray) -> FloatArray:
        """Return the parameters at a place: the linear ones by linear least squares."""
        found = self.origin.copy()
        found[~self.linear] = place
        slopes, errors = self._linear_slopes(found), self.curve.errors(found)
        if np.isfinite(slopes).all() and np.isfinite(errors).all():
            sizes = np.sqrt(np.sum(slopes**2, axis=0))
            sizes[sizes == 0] = 1.0
            found[self.linear] -= np.linalg.lstsq(slopes / sizes, errors, rcond=1e-13)[0] / sizes
        return found

    def errors(self, place: FloatArray) -> FloatArray:
        """Return the errors."""
        return self.curve.errors(self.parameters(place))

    def slopes(self, place: FloatArray) -> FloatArray:
        """Return their slopes, less what the linear parameters take up."""
        found = self.parameters(place)
        slopes, taken = self.curve.slopes(found, np.flatnonzero(~self.linear).tolist()), self._linear_slopes(found)
        if not np.isfinite(taken).all():
            return np.full(slopes.shape, np.nan)
        basis = np.linalg.qr(taken)[0]
        return np.asarray(slopes - basis @ (basis.T @ slopes), dtype=np.float64)

    def _linear_slopes(self, parameters: FloatArray) -> FloatArray:
        return self.curve.slopes(parameters, np.flatnonzero(self.linear).tolist())


def linear_parameters(curve: Curve, start: FloatArray) -> NDArray[np.bool_]:
    """Tell in which parameters together the model is linear: its slopes in them do not change with them."""
    slopes, found = curve.slopes(start), np.zeros(len(start), dtype=bool)
    for j in range(len(start)):
        found[j] = True
        found[j] = all(_keeps_slopes(curve, start, found, slopes[:, found], stretch) for stretch in STRETCHES)
    return found


def _keeps_slopes(
    curve: Curve, start: FloatArray, which: NDArray[np.bool_], slopes: FloatArray, stretch: float
) -> bool:
    there = np.where(which, np.where(start == 0, stretch, start * stretch), start)
    change = np.abs(curve.slopes(there, np.flatnonzero(which).tolist()) - slopes).max(axis=0)
    return bool(np.all(change <= LINEAR * np.abs(slopes).max(axis=0)))
