"""Dose-response curves to plant: the 4PL and two shapes that no 4PL can follow, each told by its relative IC50."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


class PlantedCurve(Protocol):
    """What the simulator asks of a curve.

    `top` is the response without compound, `bottom` that at doses without end; `ic50` is the dose halfway between
    them (the relative IC50), in the unit of the doses. A curve that rises has its bottom above its top.
    """

    @property
    def top(self) -> float:
        """The response without compound."""

    @property
    def bottom(self) -> float:
        """The response at doses without end."""

    @property
    def ic50(self) -> float:
        """The dose halfway."""

    def response(self, dose: ArrayLike) -> FloatArray:
        """Return the response at each dose (any shape, 0 for none): 1 is that of the control."""


class InvertibleCurve(PlantedCurve, Protocol):
    """A curve that can be asked the other way round."""

    def dose_at(self, response: ArrayLike) -> FloatArray:
        """Return the dose of each response: 0 at the top, infinity at the bottom and beyond it."""


@dataclass(frozen=True)
class Logistic:
    """The four-parameter logistic curve, bottom + (top - bottom) / (1 + (dose / ic50)^hill_slope).

    At an infinite IC50 it is the top at every dose: an agent that does nothing.

    Examples
    --------
    >>> Logistic(2.0, hill_slope=3.0, bottom=0.1).response([0.0, 2.0]).round(3).tolist()
    [1.0, 0.55]
    """

    ic50: float
    hill_slope: float = 1.0
    bottom: float = 0.0
    top: float = 1.0

    def response(self, dose: ArrayLike) -> FloatArray:
        """Return the response at each dose."""
        ratio = np.asarray(dose, dtype=np.float64) / self.ic50
        return self.bottom + (self.top - self.bottom) / (1.0 + ratio**self.hill_slope)

    def dose_at(self, response: ArrayLike) -> FloatArray:
        """Return the dose of each response: 0 at the top, infinity at the bottom and beyond it."""
        left = _share_left(self, response)
        with np.errstate(divide="ignore"):
            return np.asarray(self.ic50 * ((1.0 - left) / left) ** (1.0 / self.hill_slope), dtype=np.float64)


@dataclass(frozen=True)
class Gompertz:
    """The Gompertz curve in ln dose, steeper at its foot: bottom + (top - bottom) exp(-ln 2 (dose / ic50)^steepness).

    It is the Weibull type 1 curve of Ritz et al. 2015 (doi 10.1371/journal.pone.0146021), told by its IC50.

    Examples
    --------
    >>> Gompertz(2.0, steepness=1.5).response([0.0, 2.0]).round(3).tolist()
    [1.0, 0.5]
    """

    ic50: float
    steepness: float = 1.0
    bottom: float = 0.0
    top: float = 1.0

    def response(self, dose: ArrayLike) -> FloatArray:
        """Return the response at each dose."""
        ratio = np.asarray(dose, dtype=np.float64) / self.ic50
        left = np.exp(-np.log(2.0) * ratio**self.steepness)
        return np.asarray(self.bottom + (self.top - self.bottom) * left, dtype=np.float64)

    def dose_at(self, response: ArrayLike) -> FloatArray:
        """Return the dose of each response: 0 at the top, infinity at the bottom and beyond it."""
        left = _share_left(self, response)
        with np.errstate(divide="ignore"):
            return np.asarray(self.ic50 * (-np.log(left) / np.log(2.0)) ** (1.0 / self.steepness), dtype=np.float64)


@dataclass(frozen=True)
class Biphasic:
    """Two logistic steps, as of two populations: the share `first_share` falls around `first_ic50`, the rest later.

    Examples
    --------
    >>> curve = Biphasic(0.1, 10.0, first_share=0.4)
    >>> round(float(curve.response(curve.ic50)), 6), round(curve.ic50, 2)
    (0.5, 2.4)
    """

    first_ic50: float
    second_ic50: float
    first_share: float = 0.5
    hill_slope: float = 1.0
    bottom: float = 0.0
    top: float = 1.0

    @property
    def ic50(self) -> float:
        """The dose at which the whole curve is halfway, which is neither step's IC50."""
        from scipy.optimize import brentq

        middle = (self.bottom + self.top) / 2.0
        low, high = np.log(sorted((self.first_ic50, self.second_ic50)))
        if low == high:
            return self.first_ic50
        return float(np.exp(brentq(lambda x: float(self.response(np.exp(x))) - middle, low, high, xtol=1e-14)))

    def response(self, dose: ArrayLike) -> FloatArray:
        """Return the response at each dose."""
        first, second = (Logistic(ic50, self.hill_slope).response(dose) for ic50 in (self.first_ic50, self.second_ic50))
        return self.bottom + (self.top - self.bottom) * (self.first_share * first + (1 - self.first_share) * second)


def _share_left(curve: PlantedCurve, response: ArrayLike) -> FloatArray:
    """Return where a response lies between the plateaus, 1 at the top and 0 at the bottom, none beyond them."""
    share = (np.asarray(response, dtype=np.float64) - curve.bottom) / (curve.top - curve.bottom)
    return np.clip(share, 0.0, 1.0)


def absolute_ic50(curve: PlantedCurve, level: float = 0.5) -> float:
    """Return the dose at which a falling curve crosses a response; infinity where it stays above, 0 where below.

    Examples
    --------
    >>> round(absolute_ic50(Logistic(2.0)), 6), absolute_ic50(Logistic(2.0, bottom=0.6))
    (2.0, inf)
    """
    from scipy.optimize import brentq

    if curve.bottom >= level:
        return float("inf")
    if curve.top <= level:
        return 0.0
    middle = np.log(curve.ic50)
    return float(np.exp(brentq(lambda x: float(curve.response(np.exp(x))) - level, middle - 60, middle + 60)))
