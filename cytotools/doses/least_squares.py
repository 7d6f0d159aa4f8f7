"""Least squares of any curve: the parameters of a model that follow the observed values most closely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cytotools.doses.cautions import caution
from cytotools.doses.curve import Curve, FloatArray, Model, curve_of, with_analytic
from cytotools.doses.damped_search import descend
from cytotools.doses.landscapes import views_of
from cytotools.doses.optimum import Optimum, polished
from cytotools.errors import refusal

DAMPINGS = (1e-3, 10.0)
MOST_STEPS, MOST_NEARBY = 1000, 200  # of a descent from the start, and from one nearby
NO_BETTER = 1.0 - 1e-9  # a later descent wins only by a smaller sum of squares than this share
RESTARTS = 4


@dataclass(frozen=True, eq=False)
class Fit:
    """A least-squares fit.

    Attributes
    ----------
    parameters : ndarray, shape (n_parameters,)
    standard_errors : ndarray, shape (n_parameters,)
        Gauss-Newton, s² (J'J)⁻¹, as nls, Prism and NIST give them. NaN where the data do not determine every parameter
        or leave no degree of freedom.
    covariance : ndarray, shape (n_parameters, n_parameters)
    rss : float
        Residual sum of squares.
    degrees : int
        Points less parameters.
    converged : bool
        True where the parameters are a minimum: Newton's step is shorter than 1e-7 standard errors, every direction
        leads up, and the data determine every parameter. No method can know that no lower minimum lies elsewhere.
    caution : str
        Empty, or a code with words.
    """

    parameters: FloatArray
    standard_errors: FloatArray
    covariance: FloatArray
    rss: float
    degrees: int
    converged: bool
    caution: str

    @cached_property
    def intervals(self) -> FloatArray:
        """Return the 95 % intervals of the parameters by Student's t, shape (n_parameters, 2).

        They rest on a tangent: for an IC50 take the profile likelihood of `fit_dose_response`.
        """
        from scipy.special import stdtrit

        reach = stdtrit(self.degrees, 0.975) * self.standard_errors if self.degrees else self.standard_errors
        return np.column_stack([self.parameters - reach, self.parameters + reach])


@np.errstate(all="ignore")  # a model may overflow where the search tries it
def fit_curve(model: Model, x: ArrayLike, y: ArrayLike, start: Sequence[float] | FloatArray) -> Fit:
    """Fit any model by least squares.

    Slopes come from steps along the imaginary axis, exact to rounding, where the model takes complex numbers, and from
    extrapolated differences where it does not. The way down is searched from the start in the parameters, in their
    logs, and in the nonlinear ones alone, with bold and with timid steps; the least sum of squares wins and is
    polished by Newton's method. Where no end is a minimum, starts nearby are tried.

    Parameters
    ----------
    model : callable
        model(x, *parameters) returns the values at x.
    x : array-like, shape (n_points,) or (n_predictors, n_points)
    y : array-like, shape (n_points,)
    start : sequence of float, shape (n_parameters,)
        Where to begin; the order of magnitude is enough for most curves.

    Returns
    -------
    Fit

    Raises
    ------
    StudyError
        Fewer points than parameters, a value that is missing or infinite, lengths that differ, or a model that has no
        finite values at the start.

    References
    ----------
    NIST/ITL Statistical Reference Datasets, nonlinear regression, doi:10.18434/T43G6C: `cytotools.doses.selftest`
    compares the fits of all 27 with their certified values.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    >>> y = np.array([10.1, 6.0, 3.7, 1.3, 0.2])
    >>> fit = fit_curve(lambda x, height, rate: height * np.exp(-rate * x), x, y, [1.0, 1.0])
    >>> fit.parameters.round(4).tolist(), fit.standard_errors.round(4).tolist(), fit.converged
    ([10.0825, 0.509], [0.0501, 0.0056], True)
    """
    predictors, observed, begin = _checked(x, y, start)
    curve = curve_of(model, predictors, observed, begin)
    best = _best(curve, begin)
    still = curve.analytic & with_analytic(curve, best.parameters).analytic
    if not np.array_equal(still, curve.analytic):
        best = _best(replace(curve, analytic=still), begin)
    return _fit(curve, best)


def _best(curve: Curve, start: FloatArray) -> Optimum:
    best = _lowest(curve, start, DAMPINGS, MOST_STEPS)
    for begin in _nearby(start):
        if best.proved:
            break
        if np.isfinite(curve.errors(begin)).all():
            best = _lower(best, _lowest(curve, begin, DAMPINGS[:1], MOST_NEARBY))
    return best


def _lowest(curve: Curve, start: FloatArray, dampings: Sequence[float], most_steps: int) -> Optimum:
    """Return the lowest end of the descents from one start; of equal ones the first, which knows the start best.

    Two views that end equally low are believed; else every view is tried again with more timid steps.
    """
    views, ends = views_of(curve, start), list[tuple[float, FloatArray]]()
    lowest: list[FloatArray] = []
    for damping in dampings:
        for view in views:
            parameters = view.parameters(descend(view, view.start(), damping, most_steps))
            ends.append((float(np.sum(curve.errors(parameters) ** 2)), parameters))
        least = min(cost for cost, _ in ends)
        lowest = [end for cost, end in ends if cost * NO_BETTER <= least]
        if len(lowest) > 1:
            break
    return polished(curve, lowest[0])


def _lower(first: Optimum, second: Optimum) -> Optimum:
    return second if second.cost < first.cost * NO_BETTER or (second.proved and second.cost <= first.cost) else first


def _nearby(start: FloatArray) -> Iterator[FloatArray]:
    """Yield starts around a start, spread evenly: a tenth off, then up to a factor of ten."""
    spread = np.arange(1, len(start) + 1) * 0.618033988749895
    for k, reach in enumerate(np.geomspace(1.1, 10.0, RESTARTS)):
        turns = 2.0 * ((spread * (k + 1) + 0.25 * k) % 1.0) - 1.0
        yield np.where(start == 0, turns * (reach - 1.0), start * reach**turns)


def _fit(curve: Curve, best: Optimum) -> Fit:
    degrees = len(curve.y) - len(best.parameters)
    axes = np.full((len(best.parameters),) * 2, np.nan)
    if best.axes is not None and degrees:
        axes = best.axes * np.sqrt(best.cost / degrees)
    words = ""
    if best.axes is None:
        words = caution("not_determined", "different parameters follow the points equally well")
    elif not best.proved:
        words = caution("not_converged", "the parameters are where the search ended, which is no minimum")
    elif not degrees:
        words = caution("no_degrees_of_freedom", "there are as many parameters as points")
    return Fit(
        parameters=best.parameters,
        standard_errors=np.linalg.norm(axes, axis=1),
        covariance=axes @ axes.T,
        rss=float(best.cost * np.square(curve.scale)),
        degrees=degrees,
        converged=best.proved,
        caution=words,
    )


def _checked(x: ArrayLike, y: ArrayLike, start: Sequence[float] | FloatArray) -> tuple[FloatArray, ...]:
    predictors, observed, begin = (_numbers(name, given) for name, given in (("x", x), ("y", y), ("start", start)))
    if observed.ndim != 1 or begin.ndim != 1 or not len(begin):
        got = f"shapes {observed.shape} and {begin.shape}"
        raise refusal("fit_curve", "y and start", "one row of numbers each", got, "Give lists or flat arrays.")
    if predictors.ndim not in (1, 2) or predictors.shape[-1] != len(observed):
        got = f"shape {predictors.shape} for {len(observed)} values y"
        raise refusal("fit_curve", "x", "as many points as y in its last axis", got, "Give one x for each y.")
    if len(observed) < len(begin):
        got = f"{len(observed)} points for {len(begin)} parameters"
        remedy = "Measure more points, or hold a parameter inside the model."
        raise refusal("fit_curve", "the data", "at least as many points as parameters", got, remedy)
    return predictors, observed, begin


def _numbers(name: str, given: Any) -> FloatArray:
    try:
        found = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise refusal("fit_curve", name, "real numbers", f"{type(given).__name__}", "Give numbers only.") from error
    if not np.isfinite(found).all():
        got = f"{int(np.sum(~np.isfinite(found)))} that are missing or infinite"
        raise refusal("fit_curve", name, "finite numbers", got, "Leave these points out before the fit, and say so.")
    return found
