"""The profile likelihood of GR50: how far it can move before no curve through it meets the wells well enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

from cytotools.doses.bounded_descent import descend_within
from cytotools.doses.curve import FloatArray
from cytotools.doses.growth_curve import BEYOND, SHALLOWEST, STEEPEST, GrowthFit, GrowthPoints, growth_at

HALF = 0.5
NODE = 0.25  # ln dose between the places where the profile is first seen
GRID = (40, 25)  # 1 - GRinf and ln slope
DOUBTFUL = 4.0  # times the ceiling: what the grid leaves above it is not worked out
LOW = np.array([HALF + 1e-9, np.log(SHALLOWEST)])
HIGH = np.array([2.0, np.log(STEEPEST)])
STEEP = 300.0  # exponents beyond it are those of a control


@dataclass(frozen=True, eq=False)
class HalfWay:
    """All curves with GR = 0.5 at one dose, as a landscape whose places are (1 - GRinf, ln slope)."""

    points: GrowthPoints
    ln_gr50: float

    def rates(self, depth: FloatArray, ln_slope: FloatArray) -> FloatArray:
        """Return the growth rates; the arguments broadcast against (n_wells,)."""
        return np.asarray(1.0 - depth / self._base(depth, self._fall(ln_slope)), dtype=np.float64)

    def errors(self, place: FloatArray) -> FloatArray:
        """Return curve less rate in units of its spread, shape (n_wells,)."""
        return np.asarray((self.rates(place[0], place[1]) - self.points.rate) * self.points.root, dtype=np.float64)

    def slopes(self, place: FloatArray) -> FloatArray:
        """Return the slopes of the errors, shape (n_wells, 2)."""
        depth, ln_slope = place
        fall = self._fall(ln_slope)
        base = self._base(depth, fall) ** 2
        bend = -depth * (2.0 * depth - 1.0) * fall / base * self._exponent(ln_slope)
        return np.asarray(np.column_stack([(fall - 1.0) / base, bend]) * self.points.root[:, None], dtype=np.float64)

    def least(self, far: float = np.inf) -> float:
        """Return the least sum of squares, roughly where a grid leaves it above `far`."""
        depths, slopes = _places()
        errors = (self.rates(depths[:, None, None], slopes[None, :, None]) - self.points.rate) * self.points.root
        rss = np.sum(errors**2, axis=2)
        i, j = np.unravel_index(int(np.argmin(rss)), rss.shape)
        if rss[i, j] > far:
            return float(rss[i, j])
        best = descend_within(self, np.array([depths[i], slopes[j]]), LOW, HIGH)
        return float(np.sum(self.errors(best) ** 2))

    def _exponent(self, ln_slope: FloatArray | float) -> FloatArray:
        distance = np.exp(ln_slope) * (self.points.ln_dose - self.ln_gr50)
        return np.asarray(np.clip(distance, -STEEP, STEEP), dtype=np.float64)

    def _fall(self, ln_slope: FloatArray | float) -> FloatArray:
        return np.asarray(np.exp(-self._exponent(ln_slope)), dtype=np.float64)

    def _base(self, depth: FloatArray | float, fall: FloatArray) -> FloatArray:
        return np.asarray(1.0 + (2.0 * depth - 1.0) * fall, dtype=np.float64)


def gr50_limits(points: GrowthPoints, minima: list[GrowthFit], ceiling: float) -> tuple[float, float]:
    """Return the outermost doses at which a curve with GR = 0.5 has a sum of squares up to the ceiling.

    Parameters
    ----------
    points : GrowthPoints
    minima : list of GrowthFit
        Of the whole curve: one that is above 0.5 at the highest dose leaves the interval open above, one that is below
        it at every dose leaves it open below.
    ceiling : float

    Returns
    -------
    low, high : float
        low = 0 where it is open below, high = inf where it is beyond the highest dose; low is the highest dose where
        no curve that meets the wells falls to 0.5.
    """
    first, last = points.tested
    lowest = first - np.log(BEYOND)
    meeting = [fit.place for fit in minima if fit.rss <= ceiling]
    middles = [middle for middle in map(ln_gr50, meeting) if lowest < middle < last]
    nodes = np.unique([*np.linspace(lowest, last, int((last - lowest) / NODE) + 2), *middles])

    def rise(ln_dose: float, far: float = np.inf) -> float:
        return HalfWay(points, ln_dose).least(far) - ceiling

    inside = [k for k, node in enumerate(nodes.tolist()) if node in middles or rise(node, DOUBTFUL * ceiling) <= 0]
    low, high = float(np.exp(last)), float(np.exp(lowest))
    if inside:
        low, high = _limit(rise, nodes, inside[0], -1), _limit(rise, nodes, inside[-1], 1)
    if any(growth_at(lowest, *place) <= HALF for place in meeting):
        low = 0.0
    if any(growth_at(last, *place) >= HALF for place in meeting):
        high = np.inf
    return low, high


def ln_gr50(place: FloatArray) -> float:
    """Return ln of the dose at which a curve has GR = 0.5, infinite where it never has."""
    depth, ln_middle, ln_slope = place
    return float(ln_middle - np.log(2.0 * depth - 1.0) / np.exp(ln_slope)) if depth > HALF else np.inf


def _limit(rise: Callable[[float], float], nodes: FloatArray, inside: int, step: int) -> float:
    """Return the dose where the profile passes the ceiling beyond a node, 0 or inf where it does not."""
    for k in range(inside + step, len(nodes) if step > 0 else -1, step):
        if rise(float(nodes[k])) > 0:
            return float(np.exp(brentq(rise, nodes[k - step], nodes[k], xtol=1e-10)))
    return np.inf if step > 0 else 0.0


@lru_cache(maxsize=1)
def _places() -> tuple[FloatArray, FloatArray]:
    depths, slopes = (np.linspace(LOW[k], HIGH[k], size) for k, size in enumerate(GRID))
    return depths, slopes
