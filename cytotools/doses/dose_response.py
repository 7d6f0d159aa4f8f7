"""The dose response of one curve in one experiment."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cytotools.doses.dose_groups import numbers_of
from cytotools.doses.dose_responses import AsymmetricErrors, DoseResponses, Errors, fit_dose_responses
from cytotools.doses.sigmoid import FloatArray, Model, free_parameters, model_of
from cytotools.errors import refusal


@dataclass(frozen=True)
class DoseResponse:
    """One curve: see `cytotools.doses.dose_responses.DoseResponses`, whose numbers these are."""

    bottom: float
    top: float
    ic50: float
    hill_slope: float
    asymmetry: float
    rss: float
    converged: bool
    limit: str
    n_points: int
    degrees: int
    dose_min: float
    dose_max: float
    model: Model
    curves: DoseResponses = field(repr=False)

    @cached_property
    def ic50_interval(self) -> tuple[float, float]:
        """Return the 95 % profile limits of ic50: high = inf where it is beyond dose_max, low = 0 where it is open."""
        low, high = self.curves.ic50_interval
        return float(low[0]), float(high[0])

    @property
    def standard_errors(self) -> Errors[float] | AsymmetricErrors[float]:
        """Return the errors from the expected information (Gauss-Newton), as nls, Prism and scipy give them."""
        return _first(self.curves.standard_errors)

    @property
    def standard_errors_observed(self) -> Errors[float] | AsymmetricErrors[float]:
        """Return the errors from the observed information (the Hessian), as drc gives them."""
        return _first(self.curves.standard_errors_observed)

    def relative(self) -> tuple[float, float, float]:
        """Return ic50, low, high as they may be reported: NaN where the estimate or its upper limit is open."""
        ic50, low, high = self.curves.relative()
        return float(ic50[0]), float(low[0]), float(high[0])

    def dose_at(self, level: float) -> float:
        """Return the dose where the curve has a level, even beyond the doses tested; NaN where it never has it."""
        return float(self.curves.dose_at(level)[0])

    def absolute(self, level: float, level_error: float = 0.0) -> tuple[float, float, float]:
        """Return the dose at which the curve has a level, with its 95 % profile limits, by the rules of `relative`.

        Parameters
        ----------
        level : float
            In the unit of the responses.
        level_error : float
            Its standard error, which all wells share.

        Examples
        --------
        >>> fit = fit_dose_response([0, 1, 2, 4, 8, 16, 32], [100, 98, 91, 68, 39, 16, 7])
        >>> [round(v, 2) for v in fit.absolute(50.0)], [round(v, 2) for v in fit.absolute(50.0, level_error=2.0)]
        ([6.16, 5.77, 6.59], [6.16, 5.3, 7.2])
        >>> [round(v, 2) for v in fit.absolute(1.0)]
        [nan, 45.94, inf]
        """
        ic50, low, high = self.curves.absolute(level, level_error)
        return float(ic50[0]), float(low[0]), float(high[0])


def fit_dose_response(
    dose: ArrayLike, response: ArrayLike, weights: ArrayLike | None = None, model: str | Model = "4PL"
) -> DoseResponse:
    """Fit one curve by least squares.

    Parameters
    ----------
    dose, response : array-like, shape (n_points,)
        One number a well, in any units; dose 0 is a control, NaN a response that is missing.
    weights : array-like, shape (n_points,), optional
        1 / variance of each well, up to a factor.
    model : str or model
        "4PL", "3PL" (bottom 0), "5PL", or ThreeParameter(top=100.0) and the like.

    Returns
    -------
    DoseResponse

    Raises
    ------
    StudyError
        Shapes that don't agree, a dose below 0, an infinite response, fewer distinct doses than parameters.

    Examples
    --------
    >>> fit = fit_dose_response([0, 1, 2, 4, 8, 16, 32], [100, 98, 91, 68, 39, 16, 7])
    >>> round(fit.ic50, 3), round(fit.hill_slope, 3), [round(v, 3) for v in fit.ic50_interval]
    (5.886, 1.911, [5.322, 6.571])
    """
    curves = fit_dose_responses(dose, numbers_of(response, "response")[None], weights, model)
    if curves.limit[0] == "few":
        parameters = len(free_parameters(model_of(model)))
        doses = int(np.sum(curves.groups.weights > 0))
        remedy = "Test more doses, or give an asymptote with ThreeParameter."
        raise refusal("fit", "distinct doses", f"{parameters} or more", str(doses), remedy)
    return curve_of(curves, 0)


def curve_of(curves: DoseResponses, row: int) -> DoseResponse:
    """Return one of many curves that were fitted together.

    Examples
    --------
    >>> fits = fit_dose_responses([0, 1, 2, 4, 8, 16, 32], [[100, 98, 91, 68, 39, 16, 7], [9, 8, 8, 6, 3, 2, 1]])
    >>> round(curve_of(fits, 1).ic50, 2)
    5.22
    """
    own = curves if len(curves) == 1 else curves.of(np.array([row]))
    numbers = {name: float(getattr(own, name)[0]) for name in ("bottom", "top", "ic50", "hill_slope", "asymmetry")}
    return DoseResponse(
        **numbers,
        rss=float(own.rss[0]),
        converged=bool(own.converged[0]),
        limit=str(own.limit[0]),
        n_points=int(own.n_points[0]),
        degrees=int(own.degrees[0]),
        dose_min=float(own.dose_min[0]),
        dose_max=float(own.dose_max[0]),
        model=own.model,
        curves=own,
    )


def _first(
    errors: Errors[FloatArray] | AsymmetricErrors[FloatArray],
) -> Errors[float] | AsymmetricErrors[float]:
    numbers = [float(error[0]) for error in errors]
    return Errors(*numbers) if isinstance(errors, Errors) else AsymmetricErrors(*numbers)
