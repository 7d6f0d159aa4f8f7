"""Dose responses of many curves at once: bottom, top, ic50, hill slope and their errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtri

from cytotools.doses.curve_bends import evaluate
from cytotools.doses.curve_grid import squares
from cytotools.doses.curve_information import covariances, information
from cytotools.doses.curve_places import BEND, Place, free_columns
from cytotools.doses.curve_search import search, wells_of
from cytotools.doses.curve_valleys import limits_met
from cytotools.doses.dose_groups import DoseGroups, dose_groups
from cytotools.doses.profile_limits import FIRM, CrossingDose, HalfWayDose, Known, Question, profile_limits
from cytotools.doses.sigmoid import FloatArray, Model, ThreeParameter, free_parameters, half_way, model_of, shares
from cytotools.errors import refusal

LEVEL = 0.95
ROUNDING = 1e-14  # of the sum of squares: what is never told from 0
NUMBERS = ("bottom", "top", "ic50", "hill_slope", "asymmetry", "rss", "dose_min", "dose_max")


Number = TypeVar("Number", float, FloatArray)


class Errors(NamedTuple, Generic[Number]):
    """Standard errors of the parameters; 0 of one that is given, inf of one that the wells do not tell."""

    bottom: Number
    top: Number
    ic50: Number
    hill_slope: Number


class AsymmetricErrors(NamedTuple, Generic[Number]):
    """Standard errors of the five parameters."""

    bottom: Number
    top: Number
    ic50: Number
    hill_slope: Number
    asymmetry: Number


class Estimates(NamedTuple):
    """Doses with their 95 % limits, each an array (n_curves,)."""

    ic50: FloatArray
    low: FloatArray
    high: FloatArray


def reported(ic50: FloatArray, low: FloatArray, high: FloatArray, first: FloatArray, last: FloatArray) -> Estimates:
    """Return what may be said of a dose that was sought among doses from first to last.

    Open above, where the estimate or its upper limit is beyond the last dose: no estimate, high = inf. Below the first
    dose: no estimate, low = 0.
    """
    above, below = (ic50 > last) | (high > last), ic50 < first
    return Estimates(np.where(above | below, np.nan, ic50), np.where(below, 0.0, low), np.where(above, np.inf, high))


@dataclass(frozen=True, eq=False)
class DoseResponses:
    """Curves fitted by least squares, each field an array (n_curves,).

    `ic50` is the dose half-way between the asymptotes, wherever it lies: `relative` gives what may be reported of it.
    `limit` is "" where the least squares is a minimum inside the space searched, and `converged` is True. Else it says
    where the optimum lies: "steep" (a step between two doses), "above" or "below" (an ic50 at infinity or 0), "shallow"
    (a straight line over ln dose), "asymmetry", "flat" (no response differs from another), "stopped" (the search did
    not come to rest), "few" (fewer distinct doses than parameters: all numbers are NaN).
    """

    bottom: FloatArray
    top: FloatArray
    ic50: FloatArray
    hill_slope: FloatArray
    asymmetry: FloatArray
    rss: FloatArray
    limit: NDArray[np.str_]
    n_points: NDArray[np.int64]
    dose_min: FloatArray
    dose_max: FloatArray
    model: Model
    groups: DoseGroups
    place: Place

    def __len__(self) -> int:
        """Return the number of curves."""
        return len(self.rss)

    def of(self, rows: NDArray[np.intp]) -> DoseResponses:
        """Return the curves of these rows."""
        names = ("bottom", "top", "ic50", "hill_slope", "asymmetry", "rss", "limit", "n_points", "dose_min", "dose_max")
        own = {name: getattr(self, name)[rows] for name in names}
        return replace(self, **own, groups=self.groups.of(rows), place=self.place.of(rows))

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Return which curves have a least squares at finite parameters."""
        return np.asarray(self.limit == "")

    @property
    def degrees(self) -> NDArray[np.int64]:
        """Return the degrees of freedom of the residuals."""
        return np.maximum(self.n_points - len(free_parameters(self.model)), 0)

    @property
    def variance(self) -> FloatArray:
        """Return the residual variance (of a well of weight 1); inf without a degree of freedom."""
        infinite = np.full(len(self), np.inf)
        return np.asarray(np.divide(self.rss, self.degrees, out=infinite, where=self.degrees > 0))

    @property
    def standard_errors(self) -> Errors[FloatArray] | AsymmetricErrors[FloatArray]:
        """Return the errors from the expected information (Gauss-Newton), as nls, Prism and scipy give them."""
        return self._errors(self.informations[0])

    @property
    def standard_errors_observed(self) -> Errors[FloatArray] | AsymmetricErrors[FloatArray]:
        """Return the errors from the observed information (the Hessian), as drc gives them."""
        return self._errors(self.informations[1])

    @cached_property
    def informations(self) -> tuple[FloatArray, FloatArray]:
        """Return the expected and the observed information of `free_parameters`, ic50 and asymmetry as logarithms."""
        wells = wells_of(self.groups, self.model)
        residuals = self.groups.means - self._at_doses()
        return information(wells, self.model, self.parameters, residuals)

    @property
    def parameters(self) -> dict[str, FloatArray]:
        """Return the parameters, with ln ic50 above the highest dose."""
        names = ("bottom", "top", "hill_slope", "asymmetry")
        return {name: getattr(self, name) for name in names} | {"ln_ic50": self.place.ln_ic50}

    @property
    def ic50_interval(self) -> tuple[FloatArray, FloatArray]:
        """Return the 95 % profile limits of ic50: high = inf where it is beyond dose_max, low = 0 where it has no end.

        Limits that lie above dose_max would be read off a part of the curve where no well is.
        """
        low, high = self.profile_limits
        return np.where(self.ic50 < self.dose_min, 0.0, low), np.where(high > self.dose_max, np.inf, high)

    @cached_property
    def profile_limits(self) -> tuple[FloatArray, FloatArray]:
        """Return the 95 % profile limits of ic50 wherever they lie, 0 and inf where the profile has no end."""
        wells = wells_of(self.groups, self.model)
        return self._limits(lambda rows: HalfWayDose(wells.of(rows), self.model), self.place.ln_ic50)

    def relative(self) -> Estimates:
        """Return what may be reported of ic50: NaN where it or its upper limit is beyond the doses."""
        return reported(self.ic50, *self.profile_limits, self.dose_min, self.dose_max)

    def absolute(self, level: ArrayLike, level_error: ArrayLike = 0.0) -> Estimates:
        """Return the dose at which each curve has a level, with its profile interval, by the rules of `relative`.

        Parameters
        ----------
        level : array-like, shape () or (n_curves,)
            In the unit of the responses.
        level_error : array-like, shape () or (n_curves,)
            Its standard error, shared by all wells: that of half the control mean, say.
        """
        levels, errors = (np.broadcast_to(np.asarray(v, dtype=np.float64), len(self)) for v in (level, level_error))
        if not (np.isfinite(levels).all() and (np.isfinite(errors) & (errors >= 0)).all()):
            got = f"{levels} with errors {errors}"
            raise refusal("absolute IC50", "level", "numbers, errors of 0 or more", got, "Give the level as a number.")
        firm = FIRM * self.groups.weights.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.fmin(self.variance / errors**2, firm)
        wells, crossing = wells_of(self.groups, self.model), self._crossing(levels)
        low, high = self._limits(
            lambda rows: CrossingDose(wells.of(rows), self.model, levels[rows], weight[rows]), crossing
        )
        return reported(np.exp(crossing) * self.groups.highest, low, high, self.dose_min, self.dose_max)

    def dose_at(self, level: float) -> FloatArray:
        """Return the dose where each curve has a level, wherever it lies; NaN where none has it."""
        return np.asarray(np.exp(self._crossing(np.full(len(self), level))) * self.groups.highest)

    def _crossing(self, level: FloatArray) -> FloatArray:
        """Return ln of the dose where each curve has the level, NaN where none has it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (level - self.bottom) / (self.top - self.bottom)
            u = np.log(np.expm1(-np.log(share) / self.asymmetry)) - half_way(self.asymmetry).shift
            return np.where((share > 0) & (share < 1), self.place.ln_ic50 + u / self.hill_slope, np.nan)

    def _limits(
        self, question: Callable[[NDArray[np.intp]], Question], ln_dose: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the limits of a dose; of a curve without a degree of freedom there are none."""
        low, high = np.zeros(len(self)), np.full(len(self), np.inf)
        low[self.limit == "few"] = high[self.limit == "few"] = np.nan
        rows = np.flatnonzero((self.degrees > 0) & (self.limit != "few"))
        if len(rows):
            wells = wells_of(self.groups, self.model).of(rows)
            rise = self.rss[rows] * fdtri(1.0, self.degrees[rows], LEVEL) / self.degrees[rows]
            ceiling = self.rss[rows] + np.maximum(rise, ROUNDING * squares(wells, self.model))
            known = Known(ln_dose[rows], self.place.of(rows), self.rss[rows], ceiling)
            limits = profile_limits(question(rows), known, wells)
            low[rows], high[rows] = (np.exp(limit) * self.groups.highest for limit in limits)
        return low, high

    def _at_doses(self) -> FloatArray:
        u = self.hill_slope[:, None] * (self.groups.ln_dose - self.place.ln_ic50[:, None])
        share, rest = shares(u + half_way(self.asymmetry[:, None]).shift, self.asymmetry[:, None])
        return np.asarray(self.bottom[:, None] * rest + self.top[:, None] * share)

    def _errors(self, information: FloatArray) -> Errors[FloatArray] | AsymmetricErrors[FloatArray]:
        spread = np.sqrt(np.einsum("pii->pi", covariances(information, self.variance)))
        found = dict(zip(free_parameters(self.model), spread.T, strict=True))
        found["ic50"] = self.ic50 * found["ic50"]
        given = np.zeros(len(self))
        four = Errors(found.get("bottom", given), found.get("top", given), found["ic50"], found["hill_slope"])
        if not self.model.asymmetric:
            return four
        return AsymmetricErrors(four.bottom, four.top, four.ic50, four.hill_slope, self.asymmetry * found["asymmetry"])


def fit_dose_responses(
    dose: ArrayLike, responses: ArrayLike, weights: ArrayLike | None = None, model: str | Model = "4PL"
) -> DoseResponses:
    """Fit one curve to each row of responses by least squares.

    Parameters
    ----------
    dose : array-like, shape (n_points,)
        In any unit: the result does not depend on it. 0 is a control.
    responses : array-like, shape (n_curves, n_points)
        NaN for a well that is missing.
    weights : array-like, shape (n_points,) or (n_curves, n_points), optional
        1 / variance of each well, up to a factor.
    model : str or model
        "4PL", "3PL" (bottom 0), "5PL", or ThreeParameter(top=100.0) and the like.

    Returns
    -------
    DoseResponses
        The least squares over the whole space of `cytotools.doses.curve_valleys`, found from several starts.

    Raises
    ------
    StudyError
        Shapes that don't agree, a dose below 0, an infinite response.

    Examples
    --------
    >>> from cytotools.doses.sigmoid import response_at
    >>> dose = [0.0, 0.1, 0.3, 1.0, 3.0, 10.0]
    >>> fits = fit_dose_responses(dose, response_at(dose, 5.0, 100.0, [[1.0], [2.0]], 1.5))
    >>> fits.ic50.round(6).tolist(), fits.hill_slope.round(6).tolist()
    ([1.0, 2.0], [1.5, 1.5])
    """
    chosen, groups = model_of(model), dose_groups(dose, responses, weights)
    few = np.sum(groups.weights > 0, axis=1) < len(free_parameters(chosen))
    few = np.broadcast_to(few, len(groups.means))
    fits = _fit(groups.of(np.flatnonzero(~few)), chosen)
    return fits if not few.any() else _spread(fits, groups, ~few)


def _fit(groups: DoseGroups, model: Model) -> DoseResponses:
    wells = wells_of(groups, model)
    place, settled = search(wells, model)
    local = evaluate(wells, model, place, free_columns(model))
    level = model.level if isinstance(model, ThreeParameter) else 0.0
    bottom, top = local.bottom + level, local.top + level
    turned = top < bottom
    place = Place(np.where(turned, -place.sign, place.sign), place.pivot, place.theta)
    limit = limits_met(wells, model, place)
    limit = np.where(settled | (limit != ""), limit, "stopped")
    flat = squares(wells, model) <= ROUNDING**2 * np.sum(wells.weights * wells.means**2, axis=1)
    limit = np.where(flat, "flat", limit)
    first, last = (np.broadcast_to(np.exp(end) * groups.highest, len(limit)) for end in wells.ends)
    return DoseResponses(
        bottom=np.where(turned, top, bottom),
        top=np.where(turned, bottom, top),
        ic50=np.where(flat, np.nan, np.exp(place.ln_ic50) * groups.highest),
        hill_slope=np.where(flat, np.nan, place.sign * place.hill),
        asymmetry=np.exp(place.theta[:, BEND]),
        rss=local.rss,
        limit=limit,
        n_points=groups.n_points,
        dose_min=first,
        dose_max=last,
        model=model,
        groups=groups,
        place=place,
    )


def _spread(fits: DoseResponses, groups: DoseGroups, known: NDArray[np.bool_]) -> DoseResponses:
    """Return the fits with rows of NaN for the curves that are not known."""

    def wide(values: FloatArray) -> FloatArray:
        found = np.full((len(known), *values.shape[1:]), np.nan)
        found[known] = values
        return found

    numbers = {name: wide(getattr(fits, name)) for name in NUMBERS}
    limit = np.full(len(known), "few", dtype=fits.limit.dtype)
    limit[known] = fits.limit
    place = Place(wide(fits.place.sign), wide(fits.place.pivot), wide(fits.place.theta))
    return DoseResponses(**numbers, limit=limit, n_points=groups.n_points, model=fits.model, groups=groups, place=place)
