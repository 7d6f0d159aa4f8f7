"""What two agents do together, to plant: Loewe additivity with a combination index, Bliss with an excess, potentiation.

Every surface tells the response at a pair of doses, and how it moves where the agents' IC50s are those of another
experiment (`potencies`: an experiment's IC50 over that of the curve). A schedule is a surface of its own: plant the
index, the excess or the shift that belongs to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.plates.simulated_curves import InvertibleCurve, PlantedCurve

FloatArray = NDArray[np.float64]
Potencies = tuple[float, float]
AS_PLANTED: Potencies = (1.0, 1.0)
STEPS = 60  # halvings of the range of responses: below the last digit of a double


class PlantedSurface(Protocol):
    """What the simulator asks of a combination."""

    def response(self, dose_1: ArrayLike, dose_2: ArrayLike, potencies: Potencies = AS_PLANTED) -> FloatArray:
        """Return the response at each pair of doses (shapes that go together): 1 is that of the control."""


@dataclass(frozen=True)
class LoeweSurface:
    """Loewe additivity, scaled in potency: where both agents are, each dose acts as dose / `index`.

    At every effect that both agents reach, d1 / D1 + d2 / D2 = `index`, where Dj is the dose of an agent alone with
    that effect: the index is the combination index (Chou and Talalay 1984, doi 10.1016/0065-2571(84)90007-4) and the
    interaction index. Beyond the maximum of the weaker agent the other's share alone decides. An agent with itself at
    index 1 is its own curve at the sum of the doses.

    Attributes
    ----------
    first, second : InvertibleCurve
        The agents alone, with the same top; both fall.
    index : float
        Above 0; below 1 is synergy.

    Examples
    --------
    >>> from cytotools.plates.simulated_curves import Logistic
    >>> surface = LoeweSurface(Logistic(8.0), Logistic(0.5), index=0.5)
    >>> surface.response([2.0, 8.0], [0.125, 0.0]).round(6).tolist()
    [0.5, 0.5]
    """

    first: InvertibleCurve
    second: InvertibleCurve
    index: float = 1.0

    def response(self, dose_1: ArrayLike, dose_2: ArrayLike, potencies: Potencies = AS_PLANTED) -> FloatArray:
        """Return the response at each pair of doses, by halving the range in which it lies.

        Raises
        ------
        ValueError
            The curves have unlike tops, or the index is not above 0.
        """
        if self.first.top != self.second.top or self.index <= 0.0:
            message = f"curves with one top and an index above 0, not {self.first.top}, {self.second.top}, {self.index}"
            raise ValueError(message)
        first, second = np.broadcast_arrays(np.asarray(dose_1, np.float64), np.asarray(dose_2, np.float64))
        index = np.where((first > 0.0) & (second > 0.0), self.index, 1.0)
        first, second = first / (index * potencies[0]), second / (index * potencies[1])
        high = np.full(first.shape, self.first.top)
        low = np.full(first.shape, min(self.first.bottom, self.second.bottom))
        for _ in range(STEPS):
            middle = (low + high) / 2.0
            with np.errstate(divide="ignore", invalid="ignore"):  # no dose at all, at the top: 0 / 0 is not beyond
                shares = first / self.first.dose_at(middle) + second / self.second.dose_at(middle)
            beyond = shares > 1.0  # more than this effect needs
            high, low = np.where(beyond, middle, high), np.where(beyond, low, middle)
        return np.asarray(high, dtype=np.float64)


@dataclass(frozen=True)
class BlissSurface:
    """Bliss independence (Bliss 1939, doi 10.1111/j.1744-7348.1939.tb06990.x), with an excess in a block of doses.

    The fractions left multiply, and `excess` is taken away, as a fraction of the control, wherever both doses lie in
    the block, ends included; it stays there when the potencies differ.

    Attributes
    ----------
    first, second : PlantedCurve
    excess : float
        Above 0 is synergy.
    block_1, block_2 : tuple of two float
        Lowest and highest dose of each agent in the block.

    Examples
    --------
    >>> from cytotools.plates.simulated_curves import Logistic
    >>> surface = BlissSurface(Logistic(1.0), Logistic(2.0), excess=0.1, block_1=(1.0, 3.0))
    >>> surface.response([0.0, 0.5, 1.0], 2.0).round(6).tolist()
    [0.5, 0.333333, 0.15]
    """

    first: PlantedCurve
    second: PlantedCurve
    excess: float = 0.0
    block_1: tuple[float, float] = (0.0, math.inf)
    block_2: tuple[float, float] = (0.0, math.inf)

    def excess_at(self, dose_1: ArrayLike, dose_2: ArrayLike) -> FloatArray:
        """Return the excess planted at each pair of doses; 0 where an agent is alone."""
        first, second = np.broadcast_arrays(np.asarray(dose_1, np.float64), np.asarray(dose_2, np.float64))
        inside = (first > 0.0) & (second > 0.0)
        for dose, (lowest, highest) in ((first, self.block_1), (second, self.block_2)):
            inside = inside & (dose >= lowest) & (dose <= highest)
        return np.where(inside, self.excess, 0.0)

    def response(self, dose_1: ArrayLike, dose_2: ArrayLike, potencies: Potencies = AS_PLANTED) -> FloatArray:
        """Return the response at each pair of doses.

        Raises
        ------
        ValueError
            The excess leaves less than nothing.
        """
        left = self.first.response(np.asarray(dose_1, np.float64) / potencies[0])
        found = left * self.second.response(np.asarray(dose_2, np.float64) / potencies[1]) / self.first.top
        found = found - self.excess_at(dose_1, dose_2)
        if (found < 0.0).any():
            message = f"an excess of {self.excess:g} leaves {found.min():.3g} of the control"
            raise ValueError(message)
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True)
class PotentiatedSurface:
    """A partner that does nothing alone and divides the IC50 of the first agent by `shift`.

    Attributes
    ----------
    curve : PlantedCurve
        The first agent alone.
    shift : float
        IC50 alone over IC50 with the partner, at doses of the partner without end; 1 for none.
    half_dose : float
        The partner's dose with half of the effect, (shift - 1) / 2; at 0 every dose has the whole.

    Examples
    --------
    >>> from cytotools.plates.simulated_curves import Logistic
    >>> PotentiatedSurface(Logistic(10.0), shift=2.5).response(4.0, [0.0, 25.0]).round(3).tolist()
    [0.714, 0.5]
    """

    curve: PlantedCurve
    shift: float
    half_dose: float = 0.0

    def shift_at(self, dose_2: ArrayLike) -> FloatArray:
        """Return the shift at each dose of the partner."""
        dose = np.asarray(dose_2, dtype=np.float64)
        share = np.where(dose > 0.0, dose / np.where(dose > 0.0, dose + self.half_dose, 1.0), 0.0)
        return np.asarray(1.0 + (self.shift - 1.0) * share, dtype=np.float64)

    def response(self, dose_1: ArrayLike, dose_2: ArrayLike, potencies: Potencies = AS_PLANTED) -> FloatArray:
        """Return the response at each pair of doses; the partner's own potency moves its half dose."""
        shift = self.shift_at(np.asarray(dose_2, np.float64) / potencies[1])
        return self.curve.response(np.asarray(dose_1, np.float64) / potencies[0] * shift)
