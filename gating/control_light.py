"""What a control tube shows in the two channels of the assay, before anything is compensated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.robust_regression import robust_sd

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPPER_SHARE = 0.02  # of the events: the brightest, whose mean is what a tube shows
OUTERMOST = 3  # one in so many of these is left out: a few strangers are in any tube
FEWEST_UPPER = 3
BRIGHT_TIMES, BRIGHT_SD = 2.0, 8.0  # how far above what unstained cells show an event is stained
ANNEXIN, DYE = 0, 1


@dataclass(frozen=True, eq=False)
class ControlLight:
    """A control tube's light.

    Attributes
    ----------
    file : str
    role : str
        That the sheet gives it.
    light : ndarray, shape (2, n)
        Annexin V's channel and the dye's, linear, uncompensated, finite.
    """

    file: str
    role: str
    light: NDArray[np.float64]

    def median(self, channel: int) -> float:
        """Return the median of a channel."""
        return float(np.median(self.light[channel]))

    def spread(self, channel: int) -> float:
        """Return the robust SD of a channel."""
        return max(robust_sd(self.light[channel]), 1e-9)

    def upper(self, channel: int) -> float:
        """Return the mean of the brightest 2 % of the events, the outermost third of them left out.

        Examples
        --------
        >>> tube = ControlLight("a.fcs", "unstained", np.vstack([np.arange(100.0), np.zeros(100)]))
        >>> tube.upper(0)
        97.5
        """
        values = self.light[channel]
        count = min(len(values), max(FEWEST_UPPER, round(UPPER_SHARE * len(values))))
        brightest = np.sort(np.partition(values, len(values) - count)[len(values) - count :])
        return float(brightest[: max(1, count - max(1, count // OUTERMOST))].mean())

    def bright_limit(self, channel: int) -> float:
        """Return the light above which no event of a tube like this one, without stain, is found."""
        middle = self.median(channel)
        above = max(BRIGHT_TIMES * (self.upper(channel) - middle), BRIGHT_SD * self.spread(channel))
        return middle + above


@dataclass(frozen=True)
class Dark:
    """The darkest light of a channel among tubes: the smallest median, robust SD and upper light."""

    median: float
    spread: float
    upper: float


def darkest(tubes: Sequence[ControlLight], channel: int) -> Dark:
    """Return the darkest light of a channel among tubes, whatever their roles.

    Examples
    --------
    >>> tubes = [ControlLight("a", "unstained", np.full((2, 50), level)) for level in (5.0, 3.0)]
    >>> darkest(tubes, ANNEXIN)
    Dark(median=3.0, spread=1e-09, upper=3.0)
    """
    return Dark(
        min(tube.median(channel) for tube in tubes),
        min(tube.spread(channel) for tube in tubes),
        min(tube.upper(channel) for tube in tubes),
    )
