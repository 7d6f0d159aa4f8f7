"""The median effect of many curves at once, by least squares of the fractions themselves: none has to have a logit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.affected_fractions import checked_fractions, logit
from cytotools.doses.dose_groups import DoseGroups, dose_groups, numbers_of
from cytotools.doses.median_effect_search import FLATTEST, EffectPlaces, EffectPoints, bowls, search
from cytotools.doses.small_systems import inverses
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
FEWEST = 2  # distinct doses
FLAT_END = 12.0  # logit this far from 0 is 0 or 1 but for 6e-6


@dataclass(frozen=True, eq=False)
class MedianEffects:
    """Median-effect curves fitted by least squares, each field an array (n_curves,) where nothing else is said.

    Attributes
    ----------
    m, dm, rss : ndarray
        Slope, dose that affects one half (in the unit of the doses), weighted sum of squares.
    limit : ndarray of str
        "" where the least squares is a minimum at finite parameters. Else "steep" (a step between two doses), "above"
        or "below" (Dm at infinity or 0), "flat" (the effect does not rise with the dose), "stopped" (the search did
        not come to rest), "few" (fewer than two doses: all numbers are NaN).
    degrees : ndarray of int
        Wells less two.
    covariance : ndarray, shape (n_curves, 2, 2)
        Of ln Dm and m (Gauss-Newton); inf where the wells do not tell them or leave no degree of freedom.
    """

    m: FloatArray
    dm: FloatArray
    rss: FloatArray
    limit: NDArray[np.str_]
    degrees: NDArray[np.int64]
    covariance: FloatArray = field(repr=False)

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Return which curves have a least squares at finite parameters."""
        return np.asarray(self.limit == "")

    def ln_dose_at(self, affected: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return ln of the doses that affect these fractions, and their standard errors, each (n_curves, n_levels)."""
        return ln_dose_at(np.log(self.dm), self.m, self.covariance, affected)


def ln_dose_at(
    ln_dm: FloatArray, m: FloatArray, covariance: FloatArray, affected: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return ln of the doses that affect these fractions, and their standard errors, each (..., n_levels).

    Parameters
    ----------
    ln_dm, m : ndarray, shape (...)
    covariance : ndarray, shape (..., 2, 2)
        Of both.
    affected : array-like, shape (n_levels,)
        Between 0 and 1.

    Examples
    --------
    >>> ln_dose, error = ln_dose_at(np.zeros(1), np.full(1, 2.0), np.diag([0.01, 0.04])[None], [0.5, 0.9])
    >>> ln_dose.round(4).tolist(), error.round(4).tolist()
    ([[0.0, 1.0986]], [[0.1, 0.1486]])
    """
    logits = logit(np.atleast_1d(checked_fractions(affected, "median effect")))
    with np.errstate(invalid="ignore"):
        slope = -logits / m[..., None] ** 2
        cross = np.where(slope == 0, 0.0, 2.0 * slope * covariance[..., :1, 1])
        own = np.where(slope == 0, 0.0, slope**2 * covariance[..., 1:, 1])
        variance = covariance[..., :1, 0] + cross + own
    return ln_dm[..., None] + logits / m[..., None], np.sqrt(variance)


def fit_median_effect_curves(dose: ArrayLike, affected: ArrayLike, weights: ArrayLike | None = None) -> MedianEffects:
    """Fit fa = 1 / (1 + (Dm / dose)^m) to each row of fractions by weighted least squares.

    Nothing is left out or limited: a fraction of -0.03 or 1.02 counts as it is, so that noise at either end favours
    no side.

    Parameters
    ----------
    dose : array-like, shape (n_points,)
        Above 0, in any unit: the result does not depend on it.
    affected : array-like, shape (n_curves, n_points)
        Fractions affected as measured; NaN for a well that is missing.
    weights : array-like, shape (n_points,) or (n_curves, n_points), optional
        1 / variance of each well, up to a factor.

    Returns
    -------
    MedianEffects
        The least squares over the whole space of `cytotools.doses.median_effect_search`, found from several starts.

    Raises
    ------
    StudyError
        Percent, shapes that don't agree, a dose of 0 or below.

    References
    ----------
    L. Zhao, M. G. Wientjes and J. L.-S. Au, Clin. Cancer Res. 10:7994 (2004), doi:10.1158/1078-0432.CCR-04-1087
    (what the straight line costs).

    Examples
    --------
    >>> fits = fit_median_effect_curves([1, 2, 4, 8], [[0.19, 0.51, 0.79, 0.95], [-0.02, 0.06, 0.21, 0.49]])
    >>> fits.m.round(2).tolist(), fits.dm.round(2).tolist(), fits.limit.tolist()
    ([2.02, 1.97], [2.0, 8.09], ['', ''])
    """
    doses, values = numbers_of(dose, "dose"), np.atleast_2d(numbers_of(affected, "fraction affected"))
    checked_fractions(values[np.isfinite(values)], "median effect", noisy=True)
    if (doses <= 0).any():
        remedy = "Leave the controls out: fractions affected are measured against them."
        raise refusal("median effect", "dose", "a number above 0", f"{doses[doses <= 0][0]:g}", remedy)
    groups = dose_groups(doses, values, weights)
    points = _points(groups)
    few = np.sum(points.weights > 0, axis=1) < FEWEST
    rows = np.flatnonzero(~few)
    fits = _fit(points.of(rows), groups.n_points[rows] - FEWEST, groups.highest)
    return fits if not few.any() else _spread(fits, ~few)


def _points(groups: DoseGroups) -> EffectPoints:
    weights = np.broadcast_to(groups.weights, groups.means.shape)
    return EffectPoints(groups.ln_dose, weights, groups.means, groups.within)


def _fit(points: EffectPoints, degrees: NDArray[np.int64], highest: float) -> MedianEffects:
    places, settled = search(points)
    local = bowls(points, places)
    limit = _limits(points, places)
    limit = np.where(settled | (limit != ""), limit, "stopped")
    variance = np.divide(local.rss, degrees, out=np.full(len(degrees), np.inf), where=degrees > 0)
    ahead, m = places.theta.T
    to_ln_dm = np.zeros((len(m), 2, 2))
    to_ln_dm[:, 0, 0], to_ln_dm[:, 0, 1], to_ln_dm[:, 1, 1] = -1.0 / m, ahead / m**2, 1.0
    known = (limit == "") & (degrees > 0)
    covariance = np.full((len(m), 2, 2), np.inf)
    shape = inverses(local.expected[known]) * variance[known, None, None]
    covariance[known] = to_ln_dm[known] @ shape @ np.swapaxes(to_ln_dm[known], 1, 2)
    with np.errstate(over="ignore"):  # a curve that hardly rises has its Dm anywhere
        dm = np.exp(places.ln_dm) * highest
    return MedianEffects(m, dm, local.rss, limit, degrees, covariance)


def _limits(points: EffectPoints, places: EffectPlaces) -> NDArray[np.str_]:
    """Return what the least squares of each curve runs against."""
    logits, own = places.logits(points.ln_dose), points.weights > 0
    between = np.sum((np.abs(logits) < FLAT_END) & own, axis=1)
    cases = {
        "flat": places.theta[:, 1] <= FLATTEST,
        "above": np.all((logits <= -FLAT_END) | ~own, axis=1),
        "below": np.all((logits >= FLAT_END) | ~own, axis=1),
        "steep": between < FEWEST,
    }
    return np.select(list(cases.values()), [np.full(len(own), name) for name in cases], "")


def _spread(fits: MedianEffects, known: NDArray[np.bool_]) -> MedianEffects:
    """Return the fits with rows of NaN for the curves that are not known."""

    def wide(values: FloatArray, empty: float = np.nan) -> FloatArray:
        found = np.full((len(known), *values.shape[1:]), empty)
        found[known] = values
        return found

    limit = np.full(len(known), "few", dtype="<U7")
    limit[known] = fits.limit
    degrees = np.zeros(len(known), dtype=np.int64)
    degrees[known] = fits.degrees
    return MedianEffects(wide(fits.m), wide(fits.dm), wide(fits.rss), limit, degrees, wide(fits.covariance, np.inf))
