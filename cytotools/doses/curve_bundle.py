"""Several four-parameter curves as one least-squares problem, whose parameters may be shared between curves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.bounded_descent import descend_within
from cytotools.doses.curve import Curve
from cytotools.doses.optimum import Optimum, polished
from cytotools.doses.shared_starts import shared_starts
from cytotools.doses.sigmoid import CONTROL, FloatArray, bends

NAMES = ("bottom", "top", "ic50", "hill_slope")
STEEPEST, BEYOND = 50.0, 20.0  # hill slope, and ln ic50 outside the doses
SATURATED = 700.0  # u beyond which the share is 0 or 1 to the last digit


@dataclass(frozen=True, eq=False)
class CurveBundle:
    """The wells of all curves, and which parameter serves which curve.

    `ln_dose`, `curve` (from 0), `response` and `root` (of the weight) are (n_wells,). `columns` (4, n_curves) gives the
    place of bottom, top, ln ic50 and hill slope in the list of parameters; `shifts` (n_curves,) is added to ln ic50.
    Doses are counted in the `highest`.
    """

    ln_dose: FloatArray
    curve: NDArray[np.intp]
    response: FloatArray
    root: FloatArray
    columns: NDArray[np.intp]
    shifts: FloatArray
    highest: float

    @property
    def n_parameters(self) -> int:
        """Return the number of parameters."""
        return int(self.columns.max()) + 1

    def model(self, x: NDArray[Any], *parameters: Any) -> NDArray[Any]:
        """Return the responses times the root at x, which holds ln doses, curves and roots."""
        columns = self.columns[:, x[1].astype(np.intp)]
        bottom, top, place, hill = np.array(parameters)[columns]
        u = hill * (x[0] - place - self.shifts[x[1].astype(np.intp)])
        u = np.where(np.abs(u.real) > SATURATED, SATURATED * np.sign(u.real), u)
        return np.asarray(x[2] * (bottom + (top - bottom) / (1.0 + np.exp(u))))

    def errors(self, place: FloatArray) -> FloatArray:
        """Return curve less response, each times the root of its weight, shape (n_wells,)."""
        return np.asarray(self.model(self.points, *place) - self.root * self.response, dtype=np.float64)

    def slopes(self, place: FloatArray) -> FloatArray:
        """Return the slopes of the errors, shape (n_wells, n_parameters)."""
        bottom, top, ln_ic50, hill = place[self.columns[:, self.curve]]
        distance = self.ln_dose - ln_ic50 - self.shifts[self.curve]
        share = bends(hill * distance)
        own = np.stack([share.rest, share.share, (bottom - top) * share.u * hill, (top - bottom) * share.u * distance])
        own *= self.root
        found = np.zeros((len(self.response), len(place)))
        for row, columns in zip(own, self.columns, strict=True):
            found[np.arange(len(row)), columns[self.curve]] += row
        return found

    @property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """Return the lowest and the highest parameters that are searched."""
        tested = self.ln_dose[self.ln_dose > CONTROL]
        low, high = np.full(self.n_parameters, -np.inf), np.full(self.n_parameters, np.inf)
        _, _, places, hills = self.columns
        low[places], high[places] = tested.min() - BEYOND, tested.max() + BEYOND
        low[hills], high[hills] = -STEEPEST, STEEPEST
        return low, high

    def least(self, curves: FloatArray) -> FloatArray:
        """Return the parameters of the least sum of squares, searched from curves of their own, shape (4, n_curves).

        What several curves share starts at their mean, at the value of each, and where a grid is best.
        """
        own = curves - np.outer(np.arange(4) == NAMES.index("ic50"), self.shifts)
        starts = [self._start(own, pick) for pick in (own.mean(axis=1, keepdims=True), *own.T[:, :, None])]
        one_ic50, one_hill = (len(set(columns.tolist())) == 1 for columns in self.columns[2:])
        starts += [
            self._start(grid, grid.mean(axis=1, keepdims=True))
            for grid in shared_starts(self._shifted, one_ic50, one_hill)
        ]
        return min((descend_within(self, start, *self.limits) for start in starts), key=self.rss)

    @property
    def _shifted(self) -> list[tuple[FloatArray, FloatArray]]:
        """Return ln dose less shift, and the response, of each curve."""
        ln_dose = np.where(self.ln_dose > CONTROL, self.ln_dose - self.shifts[self.curve], CONTROL)
        each = [self.curve == number for number in range(len(self.shifts))]
        return [(ln_dose[at], self.response[at]) for at in each]

    def rss(self, place: FloatArray) -> float:
        """Return the sum of squares."""
        return float(np.sum(self.errors(place) ** 2))

    def polished(self, place: FloatArray) -> Optimum:
        """Return the optimum near a place to the last digit, and whether it is one."""
        everywhere = np.ones(len(place), dtype=bool)
        return polished(Curve(self.model, self.points, self.root * self.response, 1.0, everywhere), place)

    @property
    def points(self) -> FloatArray:
        """Return ln doses, curves and roots as rows."""
        return np.stack([self.ln_dose, self.curve.astype(np.float64), self.root])

    def _start(self, own: FloatArray, pick: FloatArray) -> FloatArray:
        """Return the parameters: of one curve its own, of several those picked."""
        start = np.empty(self.n_parameters)
        for row, columns in enumerate(self.columns):
            counts = np.bincount(columns, minlength=self.n_parameters)
            start[columns] = np.where(counts[columns] > 1, pick[row], own[row])
        return start

    def with_ratio(self, first: int, second: int, ln_ratio: float) -> CurveBundle:
        """Return the problem where ln ic50 of one curve is that of another plus a number."""
        columns, row = self.columns.copy(), NAMES.index("ic50")
        columns[columns > columns[row, first]] -= 1
        columns[row, first] = columns[row, second]
        shifts = np.where(np.arange(len(self.shifts)) == first, ln_ratio, 0.0)
        return replace(self, columns=columns, shifts=shifts)


def columns_of(shared: tuple[str, ...], n_curves: int) -> NDArray[np.intp]:
    """Return the place of each parameter of each curve in the list of all.

    Examples
    --------
    >>> columns_of(("bottom", "top"), 2).tolist()
    [[0, 0], [1, 1], [2, 3], [4, 5]]
    """
    sizes = [1 if name in shared else n_curves for name in NAMES]
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rows = [first + np.arange(n_curves) % size for first, size in zip(firsts, sizes, strict=True)]
    return np.asarray(rows, dtype=np.intp)
