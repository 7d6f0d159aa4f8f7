"""Dividers that are no straight lines: two levels, or a curve that rises with the other channel.

Light that spills over arrives as photons, so compensated negative events spread the more, the brighter they are in the
channel that spills. A straight cut is then too low for the bright ones or too high for the dim ones. Here a divider is
a function of the other channel; a gate holds two, and each event meets two tests of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import InvalidGate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gating.gates import QuadrantGate

# POPULATIONS' index by (dye positive, Annexin V positive).
CLASSES = np.array([[0, 1], [3, 2]], dtype=np.int8)


@dataclass(frozen=True)
class StraightDivider:
    """The same threshold everywhere, in linear, compensated units.

    Examples
    --------
    >>> StraightDivider(900.0).at(np.array([-50.0, 1e4])).tolist()
    [900.0, 900.0]
    """

    threshold: float

    def __post_init__(self) -> None:
        """Refuse what divides nothing."""
        _require_finite("the straight divider", self.threshold)

    def at(self, other: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the threshold for events with these values of the other channel, the same shape."""
        return np.full(np.shape(other), self.threshold)

    @property
    def breaks(self) -> tuple[float, ...]:
        """Values of the other channel where the divider bends or steps."""
        return ()

    @property
    def equation(self) -> str:
        """The divider in words."""
        return f"{self.threshold:g}"


@dataclass(frozen=True)
class OffsetDivider:
    """Two thresholds: one for events whose other channel is below `split`, one for those at or above it.

    Examples
    --------
    >>> OffsetDivider(below_split=500.0, from_split=900.0, split=2_000.0).at(np.array([1_999.0, 2_000.0])).tolist()
    [500.0, 900.0]
    """

    below_split: float
    from_split: float
    split: float

    def __post_init__(self) -> None:
        """Refuse what divides nothing."""
        _require_finite("the offset divider", self.below_split, self.from_split, self.split)

    def at(self, other: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the threshold for events with these values of the other channel, the same shape."""
        return np.where(np.asarray(other) >= self.split, self.from_split, self.below_split)

    @property
    def breaks(self) -> tuple[float, ...]:
        """Values of the other channel where the divider bends or steps."""
        return (self.split,)

    @property
    def equation(self) -> str:
        """The divider in words."""
        return f"{self.below_split:g} where the other channel is below {self.split:g}, else {self.from_split:g}"


@dataclass(frozen=True)
class CurvedDivider:
    """The threshold `level + spread * sqrt(max(other, 0))`, FlowJo's curly quadrant.

    Attributes
    ----------
    level : float
        b: the threshold of events that are dark in the other channel, in linear, compensated units.
    spread : float
        a: how fast it rises, in square roots of a unit; at least 0.

    Examples
    --------
    A curve keeps its spread when a person, or another rule, moves its level:

    >>> from dataclasses import replace
    >>> curve = CurvedDivider(level=500.0, spread=4.0)
    >>> replace(curve, level=800.0).at(np.array([-30.0, 0.0, 1e4])).tolist()
    [800.0, 800.0, 1200.0]
    """

    level: float
    spread: float

    def __post_init__(self) -> None:
        """Refuse a curve that falls and what divides nothing."""
        _require_finite("the curved divider", self.level, self.spread)
        if self.spread < 0:
            raise InvalidGate(
                "the curved divider",
                expected="a spread of at least 0: brighter events never spread less",
                got=f"{self.spread:g}",
                remedy="Compensate again (a cut that falls shows over-compensation), or take a straight divider.",
            )

    def at(self, other: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the threshold for events with these values of the other channel, the same shape."""
        return np.asarray(self.level + self.spread * np.sqrt(np.maximum(other, 0.0)), dtype=np.float64)

    @property
    def breaks(self) -> tuple[float, ...]:
        """Values of the other channel where the divider bends or steps."""
        return (0.0,)

    @property
    def equation(self) -> str:
        """The divider in words."""
        return f"{self.level:g} + {self.spread:g} sqrt(other channel)"


Divider = StraightDivider | OffsetDivider | CurvedDivider


@dataclass(frozen=True)
class CurvedQuadrantGate:
    """Two dividers, each a function of the other channel, in linear, compensated units.

    An event is Annexin V positive where its Annexin V is at or above `annexin_divider` at its own dye, and dye positive
    where its dye is at or above `dye_divider` at its own Annexin V. No test waits for the other.

    Examples
    --------
    >>> gate = CurvedQuadrantGate("FITC-A", StraightDivider(900.0), "PE-A", CurvedDivider(level=500.0, spread=4.0))
    >>> gate.dye_divider.equation
    '500 + 4 sqrt(other channel)'
    """

    annexin: str
    annexin_divider: Divider
    dye: str
    dye_divider: Divider

    def __post_init__(self) -> None:
        """Refuse one channel against itself."""
        if self.annexin == self.dye:
            raise InvalidGate(
                "the curved quadrant gate",
                expected="two different channels",
                got=f"{self.annexin} twice",
                remedy="Name the Annexin V channel and the dye's channel.",
            )

    @classmethod
    def from_straight(cls, gate: QuadrantGate) -> CurvedQuadrantGate:
        """Return the same cross as two straight dividers.

        Examples
        --------
        >>> from gating.gates import QuadrantGate
        >>> CurvedQuadrantGate.from_straight(QuadrantGate("FITC-A", 900.0, "PE-A", 700.0)).dye_divider
        StraightDivider(threshold=700.0)
        """
        annexin, dye = StraightDivider(gate.annexin_threshold), StraightDivider(gate.dye_threshold)
        return cls(gate.annexin, annexin, gate.dye, dye)

    def classes(self, annexin: NDArray[np.float64], dye: NDArray[np.float64]) -> NDArray[np.int8]:
        """Return each event's population: 0 live, 1 early_apoptotic, 2 late_apoptotic, 3 necrotic.

        Parameters
        ----------
        annexin, dye : ndarray, shape (n,)
            Linear, compensated units; no NaN.

        Examples
        --------
        >>> gate = CurvedQuadrantGate("FITC-A", StraightDivider(900.0), "PE-A", CurvedDivider(level=500.0, spread=4.0))
        >>> gate.classes(np.array([0.0, 1e4, 1e4, 0.0]), np.array([0.0, 899.0, 900.0, 500.0])).tolist()
        [0, 1, 2, 3]
        """
        annexin_positive = annexin >= self.annexin_divider.at(dye)
        dye_positive = dye >= self.dye_divider.at(annexin)
        return np.asarray(CLASSES[dye_positive.astype(np.intp), annexin_positive.astype(np.intp)], dtype=np.int8)


def _require_finite(thing: str, *numbers: float) -> None:
    wrong = [value for value in numbers if not math.isfinite(value)]
    if wrong:
        raise InvalidGate(
            thing,
            expected="finite numbers in linear, compensated units",
            got=str(wrong[0]),
            remedy="Give thresholds as the cytometer shows them on the linear scale.",
        )
