"""The median effect of one agent after Chou and Talalay: a straight line through logit of the fraction affected.

log10(fa / fu) = m log10(dose) - m log10(Dm), with fa the fraction affected and fu = 1 - fa.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.affected_fractions import checked_fractions, logit
from cytotools.doses.dose_groups import dose_groups, numbers_of
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
PLACE = "median effect"
FARTHEST = 300.0  # ln of a Dm over the highest dose: what lies farther is no dose


@dataclass(frozen=True, eq=False)
class MedianEffect:
    """The median effect of an agent, or of agents in a constant ratio.

    Attributes
    ----------
    m : float
        Slope; above 1 the curve is sigmoid.
    dm : float
        Dose that affects one half, in the unit of the doses.
    r : float
        Correlation of log10(fa / fu) with log10(dose), whichever way the curve was fitted.
    n_doses : int
        Distinct doses behind the fit.
    outside : int
        Dose means at or beyond 0 and 1.
    beyond : str or float
        What was done with these: "leave out", the eps they were limited to, "refuse" or, of a fit that needs no
        logarithm of them, "keep".
    degrees : int
        Degrees of freedom of the scatter about the fit.
    covariance : ndarray, shape (2, 2)
        Of ln Dm and m; inf where no degree of freedom is left.
    """

    m: float
    dm: float
    r: float
    n_doses: int
    outside: int
    beyond: str | float
    degrees: int
    covariance: FloatArray = field(repr=False)

    def dose_at(self, affected: ArrayLike) -> FloatArray:
        """Return the dose that affects these fractions, between 0 and 1."""
        return np.asarray(self.dm * np.exp(logit(checked_fractions(affected, PLACE)) / self.m))

    def affected_at(self, dose: ArrayLike) -> FloatArray:
        """Return the fraction that doses above 0 affect."""
        return np.asarray(1.0 / (1.0 + (self.dm / np.asarray(dose, dtype=np.float64)) ** self.m))


def fit_median_effect(dose: ArrayLike, affected: ArrayLike, beyond: str | float = "refuse") -> MedianEffect:
    """Fit the median-effect line by ordinary least squares, as CompuSyn does.

    Parameters
    ----------
    dose : array-like, shape (n_points,)
        Above 0. Repeats of a dose are averaged before the logarithm.
    affected : array-like, shape (n_points,)
        Fraction affected, 0 to 1: 1 less the fraction that survives.
    beyond : "refuse", "leave out" or float
        What to do with fractions at or beyond 0 and 1, which have no logit: refuse the fit, leave them out, or limit
        them to eps and 1 - eps. Leaving out favours a side and limits lend these points a weight, so both are said.

    Returns
    -------
    MedianEffect

    Raises
    ------
    StudyError
        Percent or survival given, a dose of 0 or below, fractions at or beyond 0 and 1 with "refuse", fewer than two
        doses left, or an effect that does not rise with the dose.

    References
    ----------
    T.-C. Chou and P. Talalay, Adv. Enzyme Regul. 22:27 (1984), doi:10.1016/0065-2571(84)90007-4.

    Examples
    --------
    >>> fit = fit_median_effect([0.10, 0.15, 0.20, 0.25, 0.35], [0.24, 0.44, 0.63, 0.81, 0.90])
    >>> round(fit.m, 6), round(fit.dm, 6), round(fit.r, 6)
    (2.757031, 0.15706, 0.995161)
    """
    doses, fractions = _checked(dose, affected)
    groups = dose_groups(doses, fractions[None])
    log_dose, means = groups.ln_dose, groups.means[0]
    outside = (means <= 0) | (means >= 1)
    log_dose, means = _within(log_dose, means, outside, beyond)
    line = _line(log_dose, logit(means))
    if not line.slope > 0:
        got = f"one that falls, from {means[0]:.3g} at the lowest to {means[-1]:.3g} at the highest"
        remedy = "Give the fraction affected, 1 less the fraction that survives; an agent without effect has no Dm."
        raise refusal(PLACE, "fraction affected", "one that rises with the dose", got, remedy)
    ln_dm = -line.intercept / line.slope
    if abs(ln_dm) > FARTHEST:
        got = f"one of {means[0]:.3g} to {means[-1]:.3g} at all doses"
        remedy = "Test doses that affect less than this and more; nothing between them tells a Dm."
        raise refusal(PLACE, "fraction affected", "one that rises with the dose", got, remedy)
    to_ln_dm = np.array([[-1.0 / line.slope, line.intercept / line.slope**2], [0.0, 1.0]])
    return MedianEffect(
        m=line.slope,
        dm=float(np.exp(ln_dm) * groups.highest),
        r=line.r,
        n_doses=len(means),
        outside=int(outside.sum()),
        beyond=beyond,
        degrees=len(means) - 2,
        covariance=to_ln_dm @ line.covariance @ to_ln_dm.T if len(means) > 2 else line.covariance,
    )


@dataclass(frozen=True, eq=False)
class _Line:
    """A straight line with the covariance of intercept and slope."""

    intercept: float
    slope: float
    r: float
    covariance: FloatArray


def _line(x: FloatArray, y: FloatArray) -> _Line:
    middle, height = x.mean(), y.mean()
    sxx, sxy, syy = np.sum((x - middle) ** 2), np.sum((x - middle) * (y - height)), np.sum((y - height) ** 2)
    slope = float(sxy / sxx)
    r = float(sxy / np.sqrt(sxx * syy)) if syy > 0 else 0.0
    if len(x) < 3:
        return _Line(float(height - slope * middle), slope, r, np.full((2, 2), np.inf))
    variance = np.sum((y - height - slope * (x - middle)) ** 2) / (len(x) - 2)
    shape = np.array([[1.0 / len(x) + middle**2 / sxx, -middle / sxx], [-middle / sxx, 1.0 / sxx]])
    return _Line(float(height - slope * middle), slope, r, variance * shape)


def _checked(dose: ArrayLike, affected: ArrayLike) -> tuple[FloatArray, FloatArray]:
    doses, fractions = numbers_of(dose, "dose"), numbers_of(affected, "fraction affected")
    if doses.ndim != 1 or doses.shape != fractions.shape:
        got = f"shapes {doses.shape} and {fractions.shape}"
        raise refusal(PLACE, "doses and fractions", "one fraction a dose", got, "Give two rows of the same length.")
    if not (np.isfinite(doses) & (doses > 0)).all():
        bad = doses[~(np.isfinite(doses) & (doses > 0))][0]
        remedy = "Leave the controls out: fractions affected are measured against them."
        raise refusal(PLACE, "dose", "a number above 0", f"{bad:g}", remedy)
    return doses, checked_fractions(fractions, PLACE, noisy=True)


def _within(
    log_dose: FloatArray, means: FloatArray, outside: NDArray[np.bool_], beyond: str | float
) -> tuple[FloatArray, FloatArray]:
    """Return doses and means that have a logit."""
    if isinstance(beyond, str) and beyond not in ("refuse", "leave out"):
        raise refusal(PLACE, "beyond", '"refuse", "leave out" or a number', repr(beyond), "Choose one of the three.")
    if not isinstance(beyond, str):
        if not 0 < beyond < 0.5:
            raise refusal(PLACE, "beyond", "a number between 0 and 0.5", f"{beyond:g}", "Give a small one, as 0.01.")
        means = np.where(outside, np.clip(means, beyond, 1.0 - beyond), means)
    elif beyond == "refuse" and outside.any():
        got = f"{int(outside.sum())} of {len(means)} dose means at or beyond them"
        remedy = 'Use fit_median_effect_curves, which needs no logit; or choose beyond="leave out" or a limit.'
        raise refusal(PLACE, "fraction affected", "between 0 and 1", got, remedy)
    else:
        log_dose, means = log_dose[~outside], means[~outside]
    if len(means) < 2:
        got = f"{len(means)} of {len(outside)} between 0 and 1"
        raise refusal(PLACE, "doses", "two distinct ones at least", got, "Test more doses, on both sides of Dm.")
    return log_dose, means
