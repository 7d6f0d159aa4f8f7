"""How a band's volume answers to the protein that was loaded: proportional, with an intercept, or saturating.

All three are ``ln volume = ln slope + g(load, bend)``: least squares over ln slope is a mean, so that each fit is a
search over one number, the bend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import fdtri, stdtrit

Array = NDArray[np.float64]
Name = Literal["proportional", "intercept", "saturating"]

SCATTER = 0.10  # of a lane's load and transfer, natural log: what a lane weighs beside its measurement error
ALPHA = 0.025  # for each of two curved responses, so that a straight one is left in at most 5 % of series
NEGLIGIBLE = 0.05  # of a volume: a departure over all loads that is clear, and too small to matter
_GRID = 600
_LEAST = 1e-6  # of a volume: noise-free standards are given this scatter
_LEAST_ELASTICITY, _MOST_ELASTICITY = 0.5, 2.0


@dataclass(frozen=True, eq=False)
class Family:
    """One kind of response: `shape(ug, bend)` is g; `elasticity` is d g / d ln ug; `per_bend` is d g / d bend.

    `load(x, bend)` inverts it, x being volume over slope; it is NaN where no load gives that.
    """

    name: Name
    shape: Callable[[Array, Array | float], Array]
    elasticity: Callable[[Array, float], Array]
    per_bend: Callable[[Array, float], Array]
    load: Callable[[Array, float], Array]


PROPORTIONAL = Family(
    "proportional",
    lambda ug, bend: np.log(ug) + 0.0 * np.asarray(bend),
    lambda ug, bend: np.ones_like(ug),
    lambda ug, bend: np.zeros_like(ug),
    lambda x, bend: x,
)
INTERCEPT = Family(
    "intercept",
    lambda ug, bend: np.log(ug + bend),
    lambda ug, bend: ug / (ug + bend),
    lambda ug, bend: 1 / (ug + bend),
    lambda x, bend: np.where(x > bend, x - bend, np.nan),
)
SATURATING = Family(
    "saturating",
    lambda ug, bend: np.log(ug) - np.log1p(bend * ug),
    lambda ug, bend: 1 / (1 + bend * ug),
    lambda ug, bend: -ug / (1 + bend * ug),
    lambda x, bend: np.where(bend * x < 1, x / np.where(bend * x < 1, 1 - bend * x, 1.0), np.nan),
)


@dataclass(frozen=True, eq=False)
class ResponseFit:
    """A response fitted to the standards of one series.

    `slope` is volume per ug where the response is straight; `bend` is intercept / slope (ug) of "intercept",
    1 / half saturation (per ug) of "saturating", else 0, with its 95 % profile-likelihood interval. `covariance` is
    that of (ln slope, bend). `residual_sd` is the scatter of a lane on the natural-log scale.
    """

    family: Family
    slope: float
    bend: float
    bend_low: float
    bend_high: float
    covariance: Array
    residual_sd: float
    n: int

    @property
    def degrees_of_freedom(self) -> int:
        """Lanes less parameters."""
        return self.n - (1 if self.family is PROPORTIONAL else 2)

    @property
    def reach(self) -> float:
        """How many standard errors a 95 % interval of a parameter takes."""
        return float(stdtrit(self.degrees_of_freedom, 0.975))

    def volume(self, ug: ArrayLike) -> Array:
        """Return the volume that a load gives."""
        return np.asarray(self.slope * np.exp(self.family.shape(np.asarray(ug, dtype=float), self.bend)))

    def load(self, volume: ArrayLike) -> Array:
        """Return the load that gives a volume, NaN where none does."""
        return np.asarray(self.family.load(np.asarray(volume, dtype=float) / self.slope, self.bend))

    def log_errors(self, ug: ArrayLike) -> tuple[Array, Array, Array]:
        """Return what errors become in the inverse at loads `ug`, on the natural-log scale.

        Returns
        -------
        tuple of ndarray
            Times by which a volume's error grows; standard error that the fit adds to the load; and to the load times
            slope, in which an error of the slope itself cancels.
        """
        ug = np.asarray(ug, dtype=float)
        elasticity = self.family.elasticity(ug, self.bend)
        of_load = np.stack([-1 / elasticity, -self.family.per_bend(ug, self.bend) / elasticity])
        of_product = of_load + np.array([1.0, 0.0]).reshape(2, *[1] * ug.ndim)
        errors = (np.sqrt(np.einsum("i...,ij,j...->...", d, self.covariance, d)) for d in (of_load, of_product))
        return (1 / elasticity, *errors)

    def usable(self, lowest: float, highest: float) -> tuple[float, float]:
        """Return the part of the tested loads where the volume still follows the load.

        There the local slope on log axes lies between 0.5 and 2, so that an error of the volume at most doubles in
        the load. Both ends fall together where no tested load does.
        """
        if self.family is SATURATING:  # 1 / (1 + bend ug) >= 0.5
            return lowest, float(np.clip(1 / self.bend, lowest, highest))
        if self.family is INTERCEPT:  # ug / (ug + bend) >= 0.5 or <= 2
            least = self.bend if self.bend > 0 else -2 * self.bend
            return float(np.clip(least, lowest, highest)), highest
        return lowest, highest


def fit_response(ug: ArrayLike, volume: ArrayLike, error: ArrayLike | None = None) -> ResponseFit:
    """Fit the three responses to a dilution series and return the simplest that it supports.

    Parameters
    ----------
    ug : array_like, shape (n,)
        Protein loaded, above 0, of at least three lanes.
    volume : array_like, shape (n,)
        Band volumes, above 0.
    error : array_like, shape (n,), optional
        Measurement error of each, relative (standard deviation of the natural log).

    Returns
    -------
    ResponseFit
        The proportional one, unless a curved one lowers the residuals more than chance does: an F test at 2.5 % for
        each (the saturating one in its own direction only), by more than 5 % over all loads. Of two, the closer.

    Notes
    -----
    Residuals are of ln volume; a lane weighs 1 / (0.10^2 + error^2), for loads scatter by about 10 % however well
    bands are measured. Parameters' errors come from the residuals and Student's t. Saturating responses of this form
    are what dilution series of Western blots show [1]_.

    References
    ----------
    .. [1] T. A. J. Butler et al., "Misleading Westerns", BioMed Res Int 2019, 5214821,
       https://doi.org/10.1155/2019/5214821

    Examples
    --------
    >>> ug = np.array([2.5, 5, 10, 20, 40, 60])
    >>> fit_response(ug, 3 * ug * [1.1, 0.9, 1.05, 0.95, 1.0, 1.02]).family.name
    'proportional'
    >>> bent = fit_response(ug, 100 * ug / (30 + ug) * [1.02, 0.99, 1.01, 0.98, 1.0, 1.01])
    >>> bent.family.name, abs(1 / bent.bend - 30) < 5
    ('saturating', True)
    """
    x, y = np.asarray(ug, dtype=float), np.log(np.asarray(volume, dtype=float))
    u = np.zeros(len(x)) if error is None else np.asarray(error, dtype=float)
    weight = SCATTER**2 / (SCATTER**2 + u**2)
    straight = _fit(PROPORTIONAL, x, y, weight, np.zeros(1))
    curved = [_fit(family, x, y, weight, _bends(family, x)) for family in (INTERCEPT, SATURATING)]
    closest = min(curved, key=lambda found: found[1])
    degrees = len(x) - 2
    gained = (straight[1] - closest[1]) / (closest[1] / degrees)
    clear = gained > fdtri(1, degrees, 1 - ALPHA) and abs(_departure(closest[0], x)) > np.log1p(NEGLIGIBLE)
    return closest[0] if clear else straight[0]


def log_slope_interval(ug: ArrayLike, volume: ArrayLike, error: ArrayLike | None = None) -> tuple[float, float]:
    """Return the 95 % interval of d ln volume / d ln ug, whatever the response; 1 is proportional.

    Examples
    --------
    >>> low, high = log_slope_interval([5, 10, 20, 40], [5.2, 9.9, 20.5, 39.0])
    >>> bool(low < 1 < high)
    True
    """
    x, y = np.log(np.asarray(ug, dtype=float)), np.log(np.asarray(volume, dtype=float))
    u = np.zeros(len(x)) if error is None else np.asarray(error, dtype=float)
    weight = SCATTER**2 / (SCATTER**2 + u**2)
    z = x - np.average(x, weights=weight)
    spread = float(weight @ z**2)
    slope = float(weight * z @ y) / spread
    rest = y - np.average(y, weights=weight) - slope * z
    variance = max(float(weight @ rest**2) / (len(x) - 2), _LEAST**2)
    reach = float(stdtrit(len(x) - 2, 0.975)) * np.sqrt(variance / spread)
    return slope - reach, slope + reach


def _departure(fit: ResponseFit, ug: Array) -> float:
    """Return what the largest load reads against the least, on the natural-log scale, 0 where proportional."""
    ends = np.array([ug.min(), ug.max()])
    return float(np.diff(fit.family.shape(ends, fit.bend) - np.log(ends))[0])


def _bends(family: Family, ug: Array) -> Array:
    """Return the bends that are tried: from all but none to all but complete."""
    low, high = float(ug.min()), float(ug.max())
    if family is SATURATING:
        return np.geomspace(1e-3 / high, 1e3 / low, _GRID)
    below = -low * (1 - np.geomspace(1e-4, 1, _GRID // 2))
    return np.concatenate([below, np.geomspace(1e-3 * low, 1e2 * high, _GRID // 2)])


def _fit(family: Family, ug: Array, log_volume: Array, weight: Array, bends: Array) -> tuple[ResponseFit, float]:
    """Return the best fit of one family and its weighted sum of squares."""
    total = weight.sum()

    def left_over(bend: Array | float) -> tuple[Array, Array]:
        rest = log_volume - family.shape(ug, np.asarray(bend)[..., None])
        level = rest @ weight / total
        return level, ((rest - level[..., None]) ** 2) @ weight + len(ug) * _LEAST**2

    squares = left_over(bends)[1]
    best = int(squares.argmin())
    bend = float(bends[best])
    if family is not PROPORTIONAL and 0 < best < len(bends) - 1:
        near = (float(bends[best - 1]), float(bends[best + 1]))
        found = minimize_scalar(lambda b: float(left_over(b)[1]), bounds=near, method="bounded")
        bend = float(found.x) if found.fun < squares[best] else bend
    level, rss = (float(part) for part in left_over(bend))
    degrees = len(ug) - (1 if family is PROPORTIONAL else 2)
    variance = rss / degrees
    if family is PROPORTIONAL:
        covariance, limits = np.array([[variance / total, 0.0], [0.0, 0.0]]), (0.0, 0.0)
    else:
        slopes = np.stack([np.ones_like(ug), family.per_bend(ug, bend)])
        covariance = variance * np.linalg.pinv(slopes * weight @ slopes.T)
        ceiling = float(rss * (1 + fdtri(1, degrees, 0.95) / degrees))
        limits = _profile_limits(lambda at: float(left_over(at)[1]), bends, bend, ceiling)
    fit = ResponseFit(family, float(np.exp(level)), bend, *limits, covariance, float(np.sqrt(variance)), len(ug))
    return fit, rss


def _profile_limits(square: Callable[[float], float], bends: Array, bend: float, ceiling: float) -> tuple[float, float]:
    """Return where the sum of squares crosses the ceiling on both sides of the best bend, the grid's end at worst."""
    limits = []
    for side in (bends[bends < bend][::-1], bends[bends > bend]):
        inner, found = bend, float(side[-1]) if len(side) else bend
        for outer in side:
            if square(float(outer)) > ceiling:
                found = float(brentq(lambda at: square(at) - ceiling, inner, float(outer)))
                break
            inner = float(outer)
        limits.append(found)
    return limits[0], limits[1]
