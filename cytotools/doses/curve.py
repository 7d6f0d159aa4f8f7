"""A curve to be fitted: a model, its data, and the model's slopes as exact as the model allows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
Model = Callable[..., Any]

TINY = 1e-30  # of a parameter: the imaginary step has no truncation error, and no cancellation at any size
AGREE = 1e-5  # of the largest slope: complex and real differences differ by less where a model is analytic
TENTHS = tuple(10.0**-k for k in range(1, 10))  # steps of real differences, of a parameter


@dataclass(frozen=True, eq=False)
class Curve:
    """Observed values (n_points,) at x (n_points,) or (n_predictors, n_points), and the model that is to follow them.

    `scale` is a power of two near the largest value: errors are counted in it, so that squares neither overflow nor
    vanish. `analytic` tells by parameter (n_parameters,) whether the model takes complex numbers there.
    """

    model: Model
    x: FloatArray
    y: FloatArray
    scale: float
    analytic: NDArray[np.bool_]

    def values(self, parameters: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
        """Return the model's values (n_points,); NaN where it fails by arithmetic."""
        return np.broadcast_to(self.returned(parameters), self.y.shape)

    def returned(self, parameters: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
        """Return what the model returns, in the shape it has."""
        try:
            return np.asarray(self.model(self.x, *parameters))
        except ArithmeticError:
            return np.asarray(np.nan)

    def errors(self, parameters: FloatArray) -> FloatArray:
        """Return model less observed (n_points,), in units of `scale`."""
        return np.asarray((self.values(parameters) - self.y) / self.scale, dtype=np.float64)

    def exact_errors(self, parameters: FloatArray) -> FloatArray:
        """Return the errors as `errors` does, their digits kept where the fit is so close that they cancel.

        The model is computed in extended precision, where machine and model have it.
        """
        long = replace(self, x=self.x.astype(np.longdouble), y=self.y.astype(np.longdouble))
        try:
            found = long.errors(parameters.astype(np.longdouble))
        except Exception:  # whatever a model raises that does not know such numbers
            found = np.full(self.y.shape, np.nan)
        return found if np.isfinite(found).all() else self.errors(parameters)

    def slopes(self, parameters: FloatArray, which: Sequence[int] | None = None) -> FloatArray:
        """Return the slopes of the errors in these parameters (default: all), shape (n_points, n_parameters)."""
        columns = range(len(parameters)) if which is None else which
        found = [
            _complex_slope(self, parameters, j) if self.analytic[j] else _real_slope(self, parameters, j)
            for j in columns
        ]
        return np.asarray(np.column_stack(found) / self.scale, dtype=np.float64)


def curve_of(model: Model, x: FloatArray, y: FloatArray, start: FloatArray) -> Curve:
    """Return a curve whose model has been tried at the start.

    Raises
    ------
    StudyError
        The model does not give a finite real number for each point at the start.
    """
    scale = float(2.0 ** np.round(np.log2(np.abs(y).max()))) if y.any() else 1.0
    curve = Curve(model, x, y, scale, np.zeros(len(start), dtype=bool))
    _require_values(curve.returned(start), y)
    if not np.isfinite(curve.values(start)).all():
        got = f"values that are not finite at the start {start.tolist()}"
        raise refusal("fit_curve", "the model", "finite values at the start", got, "Start where the model is defined.")
    return with_analytic(curve, start)


def with_analytic(curve: Curve, parameters: FloatArray) -> Curve:
    """Return the curve with complex steps where they agree with real differences at these parameters.

    A model may be real by its nature: abs() of a parameter, a function that takes no complex number.
    """
    return replace(curve, analytic=np.array([_is_analytic(curve, parameters, j) for j in range(len(parameters))]))


def _require_values(found: NDArray[Any], y: FloatArray) -> None:
    fits = found.ndim == 0 or found.shape == y.shape
    if not fits or found.dtype.kind not in "fiub":
        got = f"shape {found.shape} of {found.dtype}"
        remedy = "Let model(x, *parameters) return an array of real numbers as long as y."
        raise refusal("fit_curve", "the model's values", f"{len(y)} real numbers", got, remedy)


def _is_analytic(curve: Curve, parameters: FloatArray, j: int) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an imaginary part is lost is found out below
        found = _complex_slope(curve, parameters, j)
    real = _real_slope(curve, parameters, j)
    return bool(np.isfinite(found).all() and np.abs(found - real).max() <= AGREE * np.abs(real).max())


def _complex_slope(curve: Curve, parameters: FloatArray, j: int) -> FloatArray:
    """Return the slope by a step along the imaginary axis (Squire and Trapp, doi:10.1137/S003614459631241X)."""
    step = TINY * (abs(parameters[j]) or 1.0)
    there: list[Any] = list(parameters)  # the others stay real: the model may take no complex number for them
    there[j] = np.complex128(complex(parameters[j], step))
    try:
        return np.asarray(curve.values(there).imag / step, dtype=np.float64)
    except Exception:  # whatever a model raises that knows real numbers only
        return np.full(curve.y.shape, np.nan)


def _real_slope(curve: Curve, parameters: FloatArray, j: int) -> FloatArray:
    """Return the slope by central differences, extrapolated to no step, with the steps that agree best.

    References
    ----------
    C. J. F. Ridders, Adv. Eng. Softw. 4:75 (1982), doi:10.1016/S0141-1195(82)80057-0.
    """
    size = abs(parameters[j]) or 1.0
    central = np.array([_central(curve, parameters, j, size * tenth) for tenth in TENTHS])
    refined = (100.0 * central[1:] - central[:-1]) / 99.0
    doubts = np.abs(np.diff(refined, axis=0)).max(axis=1) / np.abs(refined[1:]).max(axis=1)
    # A step so long that the curve is level on either side has no slope and 0 / 0 doubts.
    return np.asarray(refined[int(np.argmin(np.where(np.isnan(doubts), np.inf, doubts))) + 1], dtype=np.float64)


def _central(curve: Curve, parameters: FloatArray, j: int, step: float) -> FloatArray:
    after, before = parameters.copy(), parameters.copy()
    after[j], before[j] = parameters[j] + step, parameters[j] - step
    rise = curve.values(after) - curve.values(before)
    return np.asarray(rise / (after[j] - before[j]), dtype=np.float64)
