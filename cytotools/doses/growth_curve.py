"""The curve of growth rates over dose, GR = 1 - (1 - GRinf) share, and its least squares within the limits of its kind.

share = dose^h / (dose^h + GEC50^h). GRinf lies between -1 (all cells gone at once) and 1; GEC50 within a factor of 100
of the doses tested; the slope h between 0.1 and 5. The limits are those of GRmetrics, with which the results can be
compared: N. A. Clark et al., BMC Cancer 17:698 (2017), doi:10.1186/s12885-017-3689-3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter

from cytotools.doses.bounded_descent import descend_within, free_of_limits
from cytotools.doses.curve import Curve, FloatArray
from cytotools.doses.optimum import polished
from cytotools.doses.sigmoid import CONTROL

STEEPEST, SHALLOWEST, BEYOND = 5.0, 0.1, 100.0
GRID = (61, 25)  # ln GEC50 and ln slope: a valley is far wider than a cell
MOST_VALLEYS = 8
FARTHEST = -500.0  # logit of a share that is 0 to the last digit; complex numbers overflow far beyond


@dataclass(frozen=True, eq=False)
class GrowthPoints:
    """Wells of one curve: ln dose, growth rate and the root of the weight, each (n_wells,).

    As a landscape its places are (1 - GRinf, ln GEC50, ln slope).
    """

    ln_dose: FloatArray
    rate: FloatArray
    root: FloatArray

    @property
    def tested(self) -> tuple[float, float]:
        """Return ln of the lowest and the highest dose above 0."""
        dosed = self.ln_dose[self.ln_dose > CONTROL]
        return float(dosed.min()), float(dosed.max())

    @property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """Return the lowest and the highest place."""
        first, last = self.tested
        low = np.array([0.0, first - np.log(BEYOND), np.log(SHALLOWEST)])
        return low, np.array([2.0, last + np.log(BEYOND), np.log(STEEPEST)])

    def errors(self, place: FloatArray) -> FloatArray:
        """Return curve less rate in units of its spread, shape (n_wells,)."""
        return np.asarray((growth_at(self.ln_dose, *place) - self.rate) * self.root, dtype=np.float64)

    def slopes(self, place: FloatArray) -> FloatArray:
        """Return the slopes of the errors, shape (n_wells, 3)."""
        depth, ln_middle, ln_slope = place
        share = 1.0 - growth_at(self.ln_dose, 1.0, ln_middle, ln_slope)
        bend = depth * share * (1.0 - share) * np.exp(ln_slope)
        distance = self.ln_dose - ln_middle
        return np.asarray(np.column_stack([-share, bend, -bend * distance]) * self.root[:, None], dtype=np.float64)

    def rss(self, place: FloatArray) -> float:
        """Return the sum of squares."""
        return float(np.sum(self.errors(place) ** 2))


@dataclass(frozen=True, eq=False)
class GrowthFit:
    """A least squares within the limits.

    Attributes
    ----------
    place : ndarray, shape (3,)
        1 - GRinf, ln GEC50, ln slope.
    at_limit : ndarray of bool, shape (3,)
        Which of them are pressed against a limit.
    rss : float
    axes : ndarray, shape (n_free, n_free), or None
        Of the free ones, as `cytotools.doses.optimum.Optimum` has them.
    proved : bool
        Whether the free ones are at a minimum.
    """

    place: FloatArray
    at_limit: NDArray[np.bool_]
    rss: float
    axes: FloatArray | None
    proved: bool


def growth_at(ln_doses: Any, depth: Any, ln_middle: Any, ln_slope: Any) -> Any:
    """Return the growth rates of a curve; the arguments broadcast, and may be complex or in extended precision.

    Examples
    --------
    >>> growth_at(np.log([1.0, 3.0]), 1.2, np.log(3.0), np.log(1.5)).round(3).tolist()
    [0.806, 0.4]
    """
    distance = np.exp(ln_slope) * (ln_doses - ln_middle)
    distance = np.where(np.real(distance) < FARTHEST, FARTHEST, distance)  # of controls, whose share is 0
    return 1.0 - depth / (1.0 + np.exp(-distance))


def growth_fits(points: GrowthPoints) -> list[GrowthFit]:
    """Return the minima within the limits, the least first."""
    low, high = points.limits
    found = [_settled(points, descend_within(points, start, low, high)) for start in _valleys(points)]
    return sorted(found, key=lambda fit: fit.rss)


def _valleys(points: GrowthPoints) -> Iterator[FloatArray]:
    """Yield the lowest minima of the sum of squares on a grid of GEC50 and slope, GRinf at its best at each."""
    low, high = points.limits
    middles, slopes = (np.linspace(low[k], high[k], size) for k, size in zip((1, 2), GRID, strict=True))
    shares = 1.0 - growth_at(points.ln_dose, 1.0, middles[:, None, None], slopes[None, :, None])
    loss, weighted = (1.0 - points.rate) * points.root, shares * points.root
    sizes = np.sum(weighted**2, axis=2)
    depths = np.clip(np.divide(weighted @ loss, sizes, out=np.zeros(GRID), where=sizes > 0), low[0], high[0])
    rss = np.sum((depths[..., None] * weighted - loss) ** 2, axis=2)
    lowest = np.argwhere((rss <= minimum_filter(rss, size=3, mode="nearest")) & (depths > low[0]))
    ranked = sorted(lowest.tolist() or [[0, 0]], key=lambda at: float(rss[at[0], at[1]]))  # none falls: a level line
    for i, j in ranked[:MOST_VALLEYS]:
        yield np.array([depths[i, j], middles[i], slopes[j]])


def _settled(points: GrowthPoints, place: FloatArray) -> GrowthFit:
    """Return the minimum to the last digit: Newton's steps in the parameters that are free."""
    low, high = points.limits
    free = free_of_limits(place, points.slopes(place).T @ points.errors(place), low, high)
    if not free.any():
        return GrowthFit(place, ~free, points.rss(place), None, True)

    def weighted(ln_doses: Any, *parameters: Any) -> Any:
        whole: list[Any] = list(place)
        for k, value in zip(np.flatnonzero(free), parameters, strict=True):
            whole[k] = value
        return growth_at(ln_doses, *whole) * points.root

    curve = Curve(weighted, points.ln_dose, points.rate * points.root, 1.0, np.ones(int(free.sum()), dtype=bool))
    best = polished(curve, place[free])
    inside = bool(np.all((best.parameters >= low[free]) & (best.parameters <= high[free])))
    found = place.copy()
    found[free] = best.parameters if inside else place[free]
    return GrowthFit(found, ~free, points.rss(found), best.axes, best.proved and inside)
