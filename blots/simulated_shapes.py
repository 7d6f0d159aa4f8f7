"""Shapes of simulated bands: how the signal of one band spreads along and across its lane.

A shape is a value with two methods, `along(v, sigma_px)` and `across(u, width_px)`; each is a density that
integrates to one, so that a band's volume is exact whatever its shape. Adding a family is adding such a class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, erfcx, gammaln

Array = NDArray[np.float64]


class BandShape(Protocol):
    """The seam of the simulator: two densities in pixels, whose product is the picture of a band of volume one."""

    def along(self, v_px: Array, sigma_px: float) -> Array:
        """Return the density down the lane at distances `v_px` from the band's centre of mass."""

    def across(self, u_px: Array, width_px: float) -> Array:
        """Return the density across the lane at distances `u_px` from the lane's centre line."""


@dataclass(frozen=True)
class EmgBand:
    """An exponentially modified Gaussian with a tail down the lane, and an even lane with soft edges."""

    tail_px: float = 3.0
    edge_px: float = 2.0

    def along(self, v_px: Array, sigma_px: float) -> Array:
        """Return the density down the lane, its mean at zero."""
        v = v_px + self.tail_px
        z = (sigma_px / self.tail_px - v / sigma_px) / np.sqrt(2)
        gauss = np.exp(-0.5 * (v / sigma_px) ** 2)
        left = gauss * erfcx(np.maximum(z, 0)) / (2 * self.tail_px)
        exponent = np.minimum(0.5 * (sigma_px / self.tail_px) ** 2 - v / self.tail_px, 50)
        right = np.exp(exponent) * (1 - erf(np.minimum(z, 0))) / (2 * self.tail_px)
        return np.asarray(np.where(z >= 0, left, right))

    def across(self, u_px: Array, width_px: float) -> Array:
        """Return an even density with erf edges."""
        return flat_top(u_px, width_px, self.edge_px)


@dataclass(frozen=True)
class FlatTopBand:
    """A broad flat band with erf edges, brighter at the sides of the lane than in its middle (a dumb-bell)."""

    edge_boost: float = 0.35
    edge_px: float = 2.5

    def along(self, v_px: Array, sigma_px: float) -> Array:
        """Return a flat top whose standard deviation is `sigma_px`."""
        edge = 0.45 * sigma_px
        return flat_top(v_px, np.sqrt(12 * (sigma_px**2 - edge**2)), edge)

    def across(self, u_px: Array, width_px: float) -> Array:
        """Return a flat top that rises by the fraction `edge_boost` towards both sides."""
        boost = 1 + self.edge_boost * (2 * u_px / width_px) ** 2
        area = 1 + self.edge_boost * (1 / 3 + 4 * (self.edge_px / width_px) ** 2)
        return flat_top(u_px, width_px, self.edge_px) * boost / area


@dataclass(frozen=True)
class StudentBand:
    """Heavy tails both ways (Student's t), in a lane that fades towards its sides."""

    freedom: float = 5.0
    edge_px: float = 5.0

    def along(self, v_px: Array, sigma_px: float) -> Array:
        """Return Student's t density whose standard deviation is `sigma_px`."""
        n = self.freedom
        scale = sigma_px * np.sqrt((n - 2) / n)
        norm = np.exp(gammaln((n + 1) / 2) - gammaln(n / 2)) / (np.sqrt(n * np.pi) * scale)
        return np.asarray(norm * (1 + (v_px / scale) ** 2 / n) ** (-(n + 1) / 2))

    def across(self, u_px: Array, width_px: float) -> Array:
        """Return an even density with wide soft edges."""
        return flat_top(u_px, width_px, self.edge_px)


@dataclass(frozen=True)
class LopsidedBand:
    """A sharp front and a slow rear (two half Gaussians) with a shoulder, more signal on one side of the lane."""

    skew: float = 0.35
    shoulder: float = 0.2
    lean: float = 0.3
    edge_px: float = 2.5

    def along(self, v_px: Array, sigma_px: float) -> Array:
        """Return a two-sided Gaussian and its shoulder 1.3 sigma up the lane; the mean stays at zero."""
        above, below = sigma_px * (1 + self.skew), sigma_px * (1 - self.skew)
        apart = 1.3 * sigma_px
        shift = np.sqrt(2 / np.pi) * (below - above) - self.shoulder * apart
        main = _two_sided(v_px + shift, above, below)
        return (1 - self.shoulder) * main + self.shoulder * _two_sided(v_px + shift + apart, above, below)

    def across(self, u_px: Array, width_px: float) -> Array:
        """Return a flat top whose level climbs by the fraction `lean` from its centre to its right side."""
        return flat_top(u_px, width_px, self.edge_px) * np.maximum(1 + self.lean * 2 * u_px / width_px, 0)


SHAPE_FAMILIES: dict[str, BandShape] = {
    "emg": EmgBand(),
    "flat_top": FlatTopBand(),
    "student": StudentBand(),
    "lopsided": LopsidedBand(),
}


def flat_top(x_px: Array, width_px: float, edge_px: float) -> Array:
    """Return a box of `width_px` blurred by a Gaussian of `edge_px`; it integrates to one.

    Examples
    --------
    >>> x = np.arange(-60.0, 61.0)
    >>> round(float(flat_top(x, 46, 2).sum()), 9)
    1.0
    """
    s = edge_px * np.sqrt(2)
    return np.asarray((erf((x_px + width_px / 2) / s) - erf((x_px - width_px / 2) / s)) / (2 * width_px))


def _two_sided(v_px: Array, above_px: float, below_px: float) -> Array:
    norm = np.sqrt(2 / np.pi) / (above_px + below_px)
    return np.asarray(norm * np.exp(-0.5 * (v_px / np.where(v_px < 0, above_px, below_px)) ** 2))
