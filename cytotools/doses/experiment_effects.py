"""The median effect of one curve in each of its experiments, by either fit, and over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.affected_fractions import logit
from cytotools.doses.averages import average
from cytotools.doses.cautions import caution
from cytotools.doses.combined_experiment import CurveWells
from cytotools.doses.curve_tests import is_flat
from cytotools.doses.median_effect import MedianEffect, fit_median_effect
from cytotools.doses.median_effect_curves import MedianEffects, fit_median_effect_curves
from cytotools.errors import StudyError, refusal

FloatArray = NDArray[np.float64]
KEPT = "keep"
SIGNIFICANT = 0.05
FEWEST_TO_TEST = 8  # wells
FITS = ("nonlinear", "log_linear")
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class DoseMeans:
    """The mean fraction affected at each dose of a curve, both (n_doses,)."""

    dose: FloatArray
    affected: FloatArray

    @property
    def outside(self) -> int:
        """Return how many lie at or beyond 0 and 1."""
        return int(np.sum((self.affected <= 0) | (self.affected >= 1)))


def dose_means(wells: CurveWells) -> DoseMeans:
    """Return the weighted means of the wells at each dose.

    Examples
    --------
    >>> wells = CurveWells(np.array([2.0, 1.0, 1.0]), np.array([0.7, 0.2, 0.4]), np.ones(3))
    >>> dose_means(wells).dose.tolist(), dose_means(wells).affected.round(6).tolist()
    ([1.0, 2.0], [0.3, 0.7])
    """
    dose, place = np.unique(wells.dose, return_inverse=True)
    sums = np.bincount(place, wells.weight * wells.affected)
    return DoseMeans(dose, sums / np.bincount(place, wells.weight))


def median_effects(
    curves: Sequence[CurveWells], fit: str = "nonlinear", beyond: str | float = "leave out"
) -> list[MedianEffect | None]:
    """Return the median effect of one curve in each experiment; None where the effect does not rise with the dose.

    Parameters
    ----------
    curves : sequence of CurveWells
        One an experiment.
    fit : {"nonlinear", "log_linear"}
        Least squares of the fractions, which keeps every well as it is; or the straight line through the logits.
    beyond : "leave out" or float
        What the straight line does with dose means at or beyond 0 and 1.
    """
    if fit not in FITS:
        raise refusal("median effect", "fit", " or ".join(FITS), repr(fit), "Choose one of the two.")
    if fit == "nonlinear":
        return _nonlinear(curves)
    return [_log_linear(wells, beyond) for wells in curves]


def _log_linear(wells: CurveWells, beyond: str | float) -> MedianEffect | None:
    means = dose_means(wells)
    try:
        return fit_median_effect(means.dose, means.affected, beyond)
    except StudyError:
        return None


def _nonlinear(curves: Sequence[CurveWells]) -> list[MedianEffect | None]:
    fits = fits_side_by_side(curves)
    return [_of(fits, k, wells) for k, wells in enumerate(curves)]


def fits_side_by_side(curves: Sequence[CurveWells]) -> MedianEffects:
    """Fit all curves at once."""
    return fit_median_effect_curves(*side_by_side(curves))


def side_by_side(curves: Sequence[CurveWells]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return doses (n_wells,), effects and weights (n_curves, n_wells) of all wells, as fits of many curves take them.

    Each curve holds its own wells and none of the others', which are NaN.

    Examples
    --------
    >>> one, other = (CurveWells(np.array([dose]), np.array([0.5]), np.ones(1)) for dose in (1.0, 2.0))
    >>> [array.tolist() for array in side_by_side([one, other])[:2]]
    [[1.0, 2.0], [[0.5, nan], [nan, 0.5]]]
    """
    sizes = [len(wells.dose) for wells in curves]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    affected = np.full((len(curves), starts[-1]), np.nan)
    weights = np.ones_like(affected)
    for row, wells in enumerate(curves):
        own = slice(starts[row], starts[row + 1])
        affected[row, own], weights[row, own] = wells.affected, wells.weight
    return np.concatenate([wells.dose for wells in curves]), affected, weights


def _of(fits: MedianEffects, k: int, wells: CurveWells) -> MedianEffect | None:
    """Return a fit that tells a median effect: not one at infinity, and not a curve that is flat."""
    if fits.limit[k] not in ("", "steep") or not 0 < fits.dm[k] < np.inf or _is_flat(wells):
        return None
    means = dose_means(wells)
    return MedianEffect(
        m=float(fits.m[k]),
        dm=float(fits.dm[k]),
        r=_correlation(means),
        n_doses=len(means.dose),
        outside=means.outside,
        beyond=KEPT,
        degrees=int(fits.degrees[k]),
        covariance=fits.covariance[k],
    )


def _is_flat(wells: CurveWells) -> bool:
    """Tell whether the effect changes with the dose by no more than wells scatter; few wells can't tell."""
    if len(wells.dose) < FEWEST_TO_TEST:
        return False
    return is_flat(wells.dose, wells.affected, wells.weight).p_value >= SIGNIFICANT


def _correlation(means: DoseMeans) -> float:
    """Return r of the median-effect plot, of the means that have a logit."""
    inside = (means.affected > 0) & (means.affected < 1)
    if inside.sum() < 2:
        return NAN
    x, y = np.log(means.dose[inside]), logit(means.affected[inside])
    sxx, syy = np.sum((x - x.mean()) ** 2), np.sum((y - y.mean()) ** 2)
    return float(np.sum((x - x.mean()) * (y - y.mean())) / np.sqrt(sxx * syy)) if syy > 0 else 0.0


@dataclass(frozen=True, eq=False)
class MedianEffectsOver:
    """The median effect of one curve over independent experiments.

    Attributes
    ----------
    fits : tuple of MedianEffect or None
        Of each experiment.
    m, m_low, m_high : float
        The geometric mean of the slopes with its 95 % t interval.
    dm, low, high : float
        The same of the median-effect doses. NaN limits of one experiment, and everywhere where one has no fit.
    r : float
        The mean.
    affected_min, affected_max : float
        The lowest and the highest effect that was tested, each dose averaged over experiments.
    doses : int
        Distinct doses.
    outside : int
        Dose means at or beyond 0 and 1, in all experiments.
    n : int
        Experiments with a fit.
    cautions : tuple of str
    """

    fits: tuple[MedianEffect | None, ...]
    m: float
    m_low: float
    m_high: float
    dm: float
    low: float
    high: float
    r: float
    affected_min: float
    affected_max: float
    doses: int
    outside: int
    n: int
    cautions: tuple[str, ...]


def median_effects_over(curves: Sequence[CurveWells], fit: str = "nonlinear") -> MedianEffectsOver:
    """Return the median effect of one curve over its experiments.

    Examples
    --------
    >>> dose, ones = np.array([1.0, 2.0, 4.0, 8.0]), np.ones(4)
    >>> curves = [CurveWells(dose, 1.0 / (1.0 + (dm / dose) ** 1.5), ones) for dm in (2.0, 2.5, 3.0)]
    >>> found = median_effects_over(curves)
    >>> round(found.m, 3), round(found.dm, 3), found.n
    (1.5, 2.466, 3)
    """
    fits = median_effects(curves, fit)
    known = [one for one in fits if one is not None]
    told = known if len(known) == len(fits) else []
    slope = average([one.m for one in told], geometric=True)
    dose = average([one.dm for one in told], geometric=True)
    tested = tested_effects(curves)
    outside = sum(dose_means(wells).outside for wells in curves)
    return MedianEffectsOver(
        fits=tuple(fits),
        m=slope.mean,
        m_low=slope.low,
        m_high=slope.high,
        dm=dose.mean,
        low=dose.low,
        high=dose.high,
        r=average([one.r for one in told]).mean,
        affected_min=tested[0],
        affected_max=tested[1],
        doses=len({float(at) for wells in curves for at in wells.dose}),
        outside=outside,
        n=len(known),
        cautions=effect_cautions(curves, fits, fit),
    )


def effect_cautions(curves: Sequence[CurveWells], fits: Sequence[MedianEffect | None], fit: str) -> tuple[str, ...]:
    """Return what must be said of the median effects of a curve: missing ones, and effects without a logit."""
    said = []
    lost, outside = sum(one is None for one in fits), sum(dose_means(wells).outside for wells in curves)
    if lost:
        said.append(caution("no_median_effect", f"{lost} of {len(fits)} experiments"))
    if outside:
        what = "kept as they are" if fit == "nonlinear" else "left out"
        said.append(caution("effects_outside", f"{outside} dose means at or beyond 0 or 1, {what}"))
    return tuple(said)


def tested_effects(curves: Sequence[CurveWells]) -> tuple[float, float]:
    """Return the lowest and highest effect of a curve's doses, each averaged over the experiments that hold it.

    Averaged, so that the noise of one experiment does not decide what counts as tested.
    """
    by_dose: dict[float, list[float]] = {}
    for wells in curves:
        means = dose_means(wells)
        for dose, affected in zip(means.dose.tolist(), means.affected.tolist(), strict=True):
            by_dose.setdefault(dose, []).append(affected)
    averages = [float(np.mean(values)) for values in by_dose.values()]
    return min(averages), max(averages)
