"""Growth rates: how a drug slows division, whatever the speed at which the untreated cells divide.

GR = 2^(ln(x / x0) / ln(control / x0)) - 1 is 1 where cells grow as the control does, 0 where they stand still, and less
where they die. It needs the plate at time zero (x0).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cytotools.doses.cautions import caution, join
from cytotools.doses.curve import FloatArray
from cytotools.doses.growth_curve import GrowthFit, GrowthPoints, growth_fits
from cytotools.doses.growth_profile import gr50_limits, ln_gr50
from cytotools.doses.sigmoid import ln_dose
from cytotools.errors import refusal

PARAMETERS = 3
LEVEL = 0.95
ROUNDING = 1e-20  # of the sum of squares of all rates: perfect curves have an interval of about no width
NAMES = ("gr_inf", "gec50", "hill_slope")


@dataclass(frozen=True, eq=False)
class GrowthRate:
    """A growth-rate curve GR(dose) = gr_inf + (1 - gr_inf) / (1 + (dose / gec50)^hill_slope).

    Attributes
    ----------
    gr50 : float
        The dose at which GR = 0.5: inf where the curve never falls so far, 0 where a level curve lies below it.
    gr_max : float
        The mean GR at the highest dose or at the one below it, whichever is lower.
    gr_aoc : float
        The area over the measured curve, 1 - GR, over log dose, divided by the range of log dose.
    gr_inf, gec50, hill_slope : float
        Of the curve; of a level one gr_inf is the mean, the others are NaN.
    standard_errors : tuple of float
        Of gr_inf, gec50 and hill_slope (Gauss-Newton), NaN for one at its limit.
    f, p_value : float
        The F test of the curve against a level line.
    flat : bool
        True where the curve is no better than a level line (p >= 0.05).
    rss : float
        Weighted residual sum of squares, of the level line where flat.
    converged : bool
        True where the parameters are a minimum within their limits.
    at_limit : tuple of str
        The parameters that lie at a limit of their range.
    n_points, degrees : int
    dose_min, dose_max : float
        The lowest above 0 and the highest dose.
    """

    gr50: float
    gr_max: float
    gr_aoc: float
    gr_inf: float
    gec50: float
    hill_slope: float
    standard_errors: tuple[float, float, float]
    f: float
    p_value: float
    flat: bool
    rss: float
    converged: bool
    at_limit: tuple[str, ...]
    n_points: int
    degrees: int
    dose_min: float
    dose_max: float
    points: GrowthPoints = field(repr=False)
    minima: list[GrowthFit] = field(repr=False)

    @cached_property
    def gr50_interval(self) -> tuple[float, float]:
        """Return the 95 % profile limits of gr50: high = inf where it is beyond dose_max, low = 0 where it is open.

        D. M. Bates and D. G. Watts, Nonlinear Regression Analysis (1988), doi:10.1002/9780470316757, chapter 6.
        """
        from scipy.special import fdtri

        rounding = ROUNDING * float(np.sum((self.points.rate * self.points.root) ** 2))
        ceiling = self.minima[0].rss * (1.0 + float(fdtri(1.0, self.degrees, LEVEL)) / self.degrees) + rounding
        low, high = gr50_limits(self.points, self.minima, ceiling)
        return min(low, self.dose_max), high

    @property
    def caution(self) -> str:
        """Return what to know of the curve, empty or cautions joined."""
        limits = f"{', '.join(self.at_limit)} at the limit of the range searched"
        return join(
            caution("growth_level", f"no better than a level line (p = {self.p_value:.2g})") if self.flat else "",
            caution("growth_limit", limits) if self.at_limit and not self.flat else "",
            "" if self.converged else caution("not_converged", "the search for the curve did not come to rest"),
        )


def growth_rates(x: ArrayLike, x0: ArrayLike, xctrl: ArrayLike) -> FloatArray:
    """Return growth rates.

    Parameters
    ----------
    x, x0, xctrl : array-like
        Cells, or a signal proportional to them with its blank subtracted: treated wells, the plate at time zero, and
        the control at the time of the treated wells. They broadcast; NaN stays NaN.

    Returns
    -------
    ndarray

    Raises
    ------
    StudyError
        A count below 0, a time zero or control that is not above 0, or a control that has not grown since time zero.

    References
    ----------
    M. Hafner et al., Nat. Methods 13:521 (2016), doi:10.1038/nmeth.3853.

    Examples
    --------
    >>> growth_rates([1200.0, 600.0, 300.0, 150.0], x0=300.0, xctrl=1200.0).round(3).tolist()
    [1.0, 0.414, 0.0, -0.293]
    """
    cells, zero, control = _counts(x, x0, xctrl)
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp2(np.log(cells / zero) / np.log(control / zero)) - 1.0, dtype=np.float64)


def growth_rate_errors(
    x: ArrayLike, x0: ArrayLike, xctrl: ArrayLike, x_error: ArrayLike, x0_error: ArrayLike, xctrl_error: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the standard errors of growth rates: each well's own, and what time zero and control share among wells.

    Parameters
    ----------
    x, x0, xctrl : array-like
        As in `growth_rates`.
    x_error, x0_error, xctrl_error : array-like
        Their standard errors: of a well, of the mean at time zero and of the mean of the controls.

    Returns
    -------
    own, shared : ndarray
        To first order. Wells differ by `own` alone; means over wells do not lessen `shared`.

    Examples
    --------
    >>> own, shared = growth_rate_errors(600.0, 300.0, 1200.0, 30.0, 15.0, 60.0)
    >>> round(float(own), 4), round(float(shared), 4)
    (0.0354, 0.025)
    """
    cells, zero, control = _counts(x, x0, xctrl)
    doublings, whole = np.log(cells / zero), np.log(control / zero)
    scale = np.log(2.0) * np.exp2(doublings / whole) / whole
    own = scale * np.asarray(x_error, dtype=np.float64) / cells
    by_control = doublings / whole * np.asarray(xctrl_error, dtype=np.float64) / control
    by_zero = (doublings / whole - 1.0) * np.asarray(x0_error, dtype=np.float64) / zero
    return np.asarray(own), np.asarray(scale * np.hypot(by_control, by_zero))


def fit_growth_rate(dose: ArrayLike, gr: ArrayLike, weights: ArrayLike | None = None) -> GrowthRate:
    """Fit a growth-rate curve to one experiment.

    The optimum is searched from every valley of a grid that spans the limits of the parameters, so that no start can
    mislead it.

    Parameters
    ----------
    dose, gr : array-like, shape (n_wells,)
        In any unit of dose; 0 is a control. NaN for a growth rate that is missing.
    weights : array-like, shape (n_wells,), optional
        1 / variance of each well, up to a factor.

    Returns
    -------
    GrowthRate

    Raises
    ------
    StudyError
        Shapes that don't agree, doses below 0, fewer than four wells or three doses above 0.

    References
    ----------
    M. Hafner et al., Nat. Methods 13:521 (2016), doi:10.1038/nmeth.3853.

    Examples
    --------
    >>> fit = fit_growth_rate([0.01, 0.1, 0.3, 1.0, 3.0, 10.0], [0.99, 0.9, 0.7, 0.3, -0.1, -0.28])
    >>> round(fit.gr50, 3), [round(v, 3) for v in fit.gr50_interval], round(fit.gr_inf, 3), fit.flat
    (0.575, [0.531, 0.622], -0.371, False)
    """
    doses, rates, weight = _wells(dose, gr, weights)
    points = GrowthPoints(ln_dose(doses), rates, np.sqrt(weight))
    minima = growth_fits(points)
    best, degrees = minima[0], len(rates) - PARAMETERS
    mean = float(np.average(rates, weights=weight))
    level = float(np.sum(weight * (rates - mean) ** 2))
    f, p_value = _f_test(level, best.rss, degrees)
    flat = bool(p_value >= 1.0 - LEVEL)
    gr_max, gr_aoc = _measured(doses, rates, weight)
    return GrowthRate(
        gr50=(np.inf if mean > 0.5 else 0.0) if flat else float(np.exp(ln_gr50(best.place))),
        gr_max=gr_max,
        gr_aoc=gr_aoc,
        gr_inf=mean if flat else 1.0 - float(best.place[0]),
        gec50=np.nan if flat else float(np.exp(best.place[1])),
        hill_slope=np.nan if flat else float(np.exp(best.place[2])),
        standard_errors=_standard_errors(best, degrees, flat),
        f=f,
        p_value=p_value,
        flat=flat,
        rss=level if flat else best.rss,
        converged=best.proved,
        at_limit=() if flat else tuple(name for name, at in zip(NAMES, best.at_limit, strict=True) if at),
        n_points=len(rates),
        degrees=degrees,
        dose_min=float(doses[doses > 0].min()),
        dose_max=float(doses.max()),
        points=points,
        minima=minima,
    )


def _f_test(level: float, rss: float, degrees: int) -> tuple[float, float]:
    from scipy.special import fdtrc

    gain = max(level - rss, 0.0) / (PARAMETERS - 1)
    f = gain * degrees / rss if rss > 0 else (np.inf if gain > 0 else 0.0)
    return float(f), float(fdtrc(PARAMETERS - 1, degrees, f)) if np.isfinite(f) else 0.0


def _standard_errors(best: GrowthFit, degrees: int, flat: bool) -> tuple[float, float, float]:
    found = np.full(PARAMETERS, np.nan)
    if best.axes is not None and not flat:
        scales = np.array([1.0, np.exp(best.place[1]), np.exp(best.place[2])])
        found[~best.at_limit] = np.linalg.norm(best.axes, axis=1) * np.sqrt(best.rss / degrees)
        found *= scales
    return float(found[0]), float(found[1]), float(found[2])


def _measured(doses: FloatArray, rates: FloatArray, weight: FloatArray) -> tuple[float, float]:
    """Return gr_max and gr_aoc from the mean rate at each dose."""
    dosed = doses > 0
    levels, which = np.unique(doses[dosed], return_inverse=True)
    means = np.bincount(which, rates[dosed] * weight[dosed]) / np.bincount(which, weight[dosed])
    logs = np.log(levels)
    return float(means[-2:].min()), float(np.trapezoid(1.0 - means, logs) / (logs[-1] - logs[0]))


def _counts(x: ArrayLike, x0: ArrayLike, xctrl: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    cells, zero, control = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, x0, xctrl)))
    if np.any(cells < 0):
        got = f"{int(np.sum(cells < 0))} below 0"
        remedy = (
            "Take the blank from the same plate; a well below its blank holds no cells: set it to 0 or leave it out."
        )
        raise refusal("growth rates", "the treated wells", "counts of 0 or more", got, remedy)
    if np.any(zero <= 0) or np.any(control <= 0):
        got = "a count of 0 or less"
        raise refusal(
            "growth rates", "time zero and control", "counts above 0", got, "Check the blanks of both plates."
        )
    if np.any(control <= zero):
        got = f"control {control[control <= zero].flat[0]:g} at time zero {zero[control <= zero].flat[0]:g}"
        remedy = "Growth rates are not defined for cells that do not grow: fit viability (IC50) instead."
        raise refusal("growth rates", "the control", "more cells than at time zero", got, remedy)
    return cells, zero, control


def _wells(dose: ArrayLike, gr: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    doses, rates = (np.asarray(v, dtype=np.float64) for v in (dose, gr))
    weight = np.ones(rates.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if doses.ndim != 1 or not doses.shape == rates.shape == weight.shape:
        got = f"shapes {doses.shape}, {rates.shape} and {weight.shape}"
        raise refusal("growth rate curve", "the wells", "a dose, a rate and a weight each", got, "Give flat arrays.")
    known = ~np.isnan(rates)
    doses, rates, weight = doses[known], rates[known], weight[known]
    if not (np.isfinite(doses) & (doses >= 0) & np.isfinite(rates) & np.isfinite(weight) & (weight > 0)).all():
        got = "a dose below 0, or a number that is not finite"
        raise refusal("growth rate curve", "the wells", "doses of 0 or more, weights above 0", got, "Check the wells.")
    if len(rates) <= PARAMETERS or len(np.unique(doses[doses > 0])) < PARAMETERS:
        got = f"{len(rates)} wells at {len(np.unique(doses[doses > 0]))} doses above 0"
        raise refusal("growth rate curve", "the wells", "four wells at three doses", got, "Test more doses.")
    return doses, rates, weight
