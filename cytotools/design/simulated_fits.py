"""What experiments of a design will say of an IC50: many of them simulated and fitted, with their intervals.

The fit is least squares of the four-parameter curve on a grid of IC50 and slope, where top and bottom are a straight
line's; the interval is that of the likelihood profile, as measured curves get it. All experiments are fitted at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
PARAMETERS = 4
DRAWS = 600
SEED = 20_261_121
_BEYOND = math.log(100.0)  # how far beyond the doses an IC50 is looked for
_SLOPES = np.exp(np.linspace(math.log(0.15), math.log(12.0), 81))
_STEPS = 301


@dataclass(frozen=True, eq=False)
class SimulatedFits:
    """Fits of simulated experiments.

    Attributes
    ----------
    ic50, low, high : ndarray, shape (draws,)
        The estimates with their 95 % intervals; `high` is inf and `low` 0 where the profile is open.
    """

    ic50: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def fold_width(self) -> float:
        """The median of upper over lower limit; inf where half of the experiments are open."""
        with np.errstate(divide="ignore"):
            return float(np.median(self.high / self.low))

    @property
    def log_sd(self) -> float:
        """SD of ln IC50 that the wells cause: half the width of the middle 68 %, which an open curve does not upset."""
        lower, upper = np.quantile(np.log(self.ic50), (0.1587, 0.8413))
        return float(upper - lower) / 2

    def answered(self, highest: float, lowest: float) -> float:
        """Return the share of experiments whose IC50 and its upper limit lie within the doses."""
        return float(np.mean((self.ic50 >= lowest) & (self.low > 0) & (self.high <= highest)))


def sigmoid(dose: FloatArray, ic50: float, hill_slope: float | FloatArray) -> FloatArray:
    """Return the response between 1 at dose 0 and 0 at the highest doses."""
    with np.errstate(divide="ignore"):
        log_ratio = np.log(dose) - math.log(ic50)
    return 1 / (1 + np.exp(np.minimum(hill_slope * log_ratio, 700.0)))


def simulate_fits(
    dose: FloatArray, wells: FloatArray, ic50: float, hill_slope: float, well_sd: float, draws: int = DRAWS
) -> SimulatedFits | None:
    """Return the fits of simulated experiments; None where the wells leave no degree of freedom.

    Parameters
    ----------
    dose : ndarray, shape (n,)
        The doses, 0 for the controls.
    wells : ndarray, shape (n,)
        Wells of each.
    ic50, hill_slope : float
        Of the true curve, which falls from 1 to 0.
    well_sd : float
        SD of a well, as a fraction of the control.
    draws : int

    Examples
    --------
    >>> dose = np.array([0, *(3.0 ** np.arange(-4, 5))])
    >>> fits = simulate_fits(dose, np.full(10, 3.0), 1.0, 1.0, 0.05)
    >>> round(fits.fold_width, 1)
    1.6
    """
    from scipy.stats import f

    degrees = int(wells.sum()) - PARAMETERS
    if degrees < 1:
        return None
    rng = np.random.default_rng(SEED)
    truth = sigmoid(dose, ic50, hill_slope)
    means = truth + well_sd * rng.standard_normal((draws, len(dose))) / np.sqrt(wells)
    within = int(wells.sum()) - len(dose)
    pure = well_sd**2 * (rng.chisquare(within, draws) if within else np.zeros(draws))
    grid = _grid(dose, wells, ic50, hill_slope, well_sd)
    rss = pure + np.array([_least_squares(dose, wells, means, point) for point in np.exp(grid)])
    best = np.argmin(rss, axis=0)
    least = rss[best, np.arange(draws)]
    # The root of the rise is nearly straight on either side of the best.
    rise = np.sqrt((rss - least) / (least / degrees * f.ppf(0.95, 1, degrees)))
    limits = np.array([_limits(grid, of_one, index) for of_one, index in zip(rise.T, best.tolist(), strict=True)])
    return SimulatedFits(np.exp(grid[best]), limits[:, 0], limits[:, 1])


def _grid(dose: FloatArray, wells: FloatArray, ic50: float, hill_slope: float, well_sd: float) -> FloatArray:
    """Return values of ln IC50, close together near the truth and beyond the doses far apart."""
    inside = np.log(dose[dose > 0])
    centre, error = math.log(ic50), min(_standard_error(dose, wells, ic50, hill_slope, well_sd), 1.0)
    ends = np.array([inside.min() - _BEYOND - centre, inside.max() + _BEYOND - centre])
    lower, upper = np.arcsinh(ends / (4 * error))
    return centre + 4 * error * np.sinh(np.linspace(lower, upper, _STEPS))


def _standard_error(dose: FloatArray, wells: FloatArray, ic50: float, hill_slope: float, well_sd: float) -> float:
    """Return the standard error of ln IC50 by the Fisher information; inf where there is none."""
    shape = sigmoid(dose, ic50, hill_slope)
    steep = shape * (1 - shape)
    log_ratio = np.where(dose > 0, np.log(np.where(dose > 0, dose, 1.0) / ic50), 0.0)
    slopes = np.stack([1 - shape, shape, hill_slope * steep, -log_ratio * steep])
    information = (slopes * wells) @ slopes.T
    if np.linalg.matrix_rank(information) < PARAMETERS:
        return math.inf
    return well_sd * math.sqrt(np.linalg.inv(information)[2, 2])


def _least_squares(dose: FloatArray, wells: FloatArray, means: FloatArray, ic50: float) -> FloatArray:
    """Return by experiment the least sum of squares between the means over slope, top and bottom, for one IC50."""
    shape = sigmoid(dose, ic50, _SLOPES[:, None])
    total = wells.sum()
    x = shape - (shape @ wells / total)[:, None]
    y = means - (means @ wells / total)[:, None]
    spread = np.maximum((x * x) @ wells, 1e-12)
    shared = np.maximum((y * wells) @ x.T, 0.0) / np.sqrt(spread)  # a rising curve explains nothing
    found: FloatArray = (y * y) @ wells - shared.max(axis=1) ** 2
    return found


def _limits(grid: FloatArray, rise: FloatArray, best: int) -> tuple[float, float]:
    above = np.flatnonzero(rise[best:] >= 1) + best
    below = np.flatnonzero(rise[: best + 1] >= 1)
    high = _crossing(grid, rise, int(above[0]) - 1, int(above[0])) if len(above) else math.inf
    low = _crossing(grid, rise, int(below[-1]) + 1, int(below[-1])) if len(below) else 0.0
    return low, high


def _crossing(grid: FloatArray, rise: FloatArray, inner: int, outer: int) -> float:
    share = (1 - rise[inner]) / (rise[outer] - rise[inner])
    return math.exp(grid[inner] + share * (grid[outer] - grid[inner]))
