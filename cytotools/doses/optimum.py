"""The last digits of a least-squares fit, and whether its end is an optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cytotools.doses.curve import Curve, FloatArray

MOST_STEPS = 20
OPTIMAL = 1e-7  # standard errors from the optimum, by Newton's step
SINGULAR = 1e-13  # of the largest singular value of the scaled slopes
STEP = 1e-3  # standard errors, for second derivatives
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Optimum:
    """Parameters (n_parameters,), what is left, and how well it is known that no better lie nearby.

    Attributes
    ----------
    parameters : ndarray, shape (n_parameters,)
    errors : ndarray, shape (n_points,)
        Model less observed, in units of the curve's scale.
    axes : ndarray, shape (n_parameters, n_parameters), or None
        Changes of the parameters that move the fitted values by orthogonal vectors of length 1: `axes @ axes.T` is the
        inverse of J'J. None where the data do not determine every parameter.
    distance : float
        Length of Newton's step, in standard errors; infinite where the place is no minimum.
    """

    parameters: FloatArray
    errors: FloatArray
    axes: FloatArray | None
    distance: float

    @property
    def cost(self) -> float:
        """Return the sum of squared errors, in units of the curve's scale."""
        return float(self.errors @ self.errors)

    @property
    def proved(self) -> bool:
        """Tell whether the slopes vanish here, as far as numbers can, and every direction leads up."""
        return bool(self.distance <= OPTIMAL)


def polished(curve: Curve, parameters: FloatArray) -> Optimum:
    """Return the optimum to which Newton's steps lead from near it, in directions that keep rounding out.

    The whole second derivative is taken, not J'J alone: where residuals are large, steps without it creep.

    References
    ----------
    D. M. Bates and D. G. Watts, Technometrics 23:179 (1981), doi:10.1080/00401706.1981.10486259 (orthogonality of
    errors and slopes as the measure of convergence).
    """
    best = _seen_from(curve, parameters)
    for _ in range(MOST_STEPS):
        if best[1] is None or best[0].distance == 0:
            break
        following = _seen_from(curve, best[1])
        if not (following[0].distance < 0.5 * best[0].distance and _no_worse(curve, following[0], best[0])):
            break
        best = following
    return best[0]


def _no_worse(curve: Curve, after: Optimum, before: Optimum) -> bool:
    return after.cost <= before.cost * (1.0 + 1e-8) + _rounding(curve, after.errors) ** 2


def _rounding(curve: Curve, errors: FloatArray) -> float:
    """Return the length of errors that rounding alone makes."""
    observed = curve.y / curve.scale
    return float(8.0 * EPSILON * (np.linalg.norm(observed) + np.linalg.norm(observed + errors)))


def _seen_from(curve: Curve, parameters: FloatArray) -> tuple[Optimum, FloatArray | None]:
    """Return what is known at these parameters, and where Newton's step leads (None: nowhere)."""
    errors, slopes = curve.exact_errors(parameters), curve.slopes(parameters)
    axes = _axes(slopes)
    if axes is None:
        return Optimum(parameters, errors, None, np.inf), None
    gradient = (slopes @ axes).T @ errors
    degrees = max(len(errors) - len(parameters), 1)
    rounding = _rounding(curve, errors)
    spread = max(float(np.linalg.norm(errors)) / np.sqrt(degrees), rounding)
    curvature = np.eye(len(parameters)) + _bend(curve, parameters, axes, errors, max(STEP * spread, 1e3 * rounding))
    if not np.isfinite(curvature).all() or np.linalg.eigvalsh(curvature)[0] <= 0:
        return Optimum(parameters, errors, axes, np.inf), None
    step = -np.linalg.solve(curvature, gradient)
    length = float(np.linalg.norm(step))
    distance = 0.0 if np.linalg.norm(gradient) <= rounding else length / spread
    return Optimum(parameters, errors, axes, distance), parameters + axes @ step


def _axes(slopes: FloatArray) -> FloatArray | None:
    sizes = np.sqrt(np.sum(slopes**2, axis=0))
    if not (np.isfinite(sizes).all() and np.all(sizes > 0)):
        return None
    _, spread, turned = np.linalg.svd(slopes / sizes, full_matrices=False)
    if spread[-1] <= SINGULAR * spread[0]:
        return None
    return np.asarray(turned.T / spread / sizes[:, None], dtype=np.float64)


def _bend(curve: Curve, parameters: FloatArray, axes: FloatArray, errors: FloatArray, step: float) -> FloatArray:
    """Return the sum of errors times second derivatives along the axes, shape (n_parameters, n_parameters)."""
    found = [
        axes.T @ ((curve.slopes(parameters + step * axis) - curve.slopes(parameters - step * axis)).T @ errors)
        for axis in axes.T
    ]
    bend = np.array(found) / (2.0 * step)
    return np.asarray(0.5 * (bend + bend.T), dtype=np.float64)
