"""Many small least squares of one kind at once: Levenberg and Marquardt's method within bounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Residuals = Callable[[FloatArray], FloatArray]
STEP = 1e-6
MOST_STEPS = 80


def least_squares(
    residuals: Residuals,
    start: FloatArray,
    free: NDArray[np.bool_],
    low: FloatArray,
    high: FloatArray,
    tolerance: float = 1e-7,
) -> FloatArray:
    """Return the parameters with the least sum of squared residuals, problem by problem.

    Parameters
    ----------
    residuals : callable
        Residuals (..., n_residuals) of parameters (..., n_parameters).
    start : ndarray, shape (n_problems, n_parameters)
    free : ndarray of bool, shape (n_parameters,)
        The others stay as they are.
    low, high : ndarray, shape (n_parameters,)
        Limits of the free ones.
    tolerance : float
        A step that lowers a cost by less than this share is no progress; three such steps in a row are the end.

    Returns
    -------
    ndarray, shape (n_problems, n_parameters)

    References
    ----------
    D. W. Marquardt, J. SIAM 11:431 (1963), doi:10.1137/0111030.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0])
    >>> def residuals(p):
    ...     return p[..., :1] * np.exp(-p[..., 1:] * x) - 3.0 * np.exp(-0.5 * x)
    >>> wide = np.array([10.0, 10.0])
    >>> least_squares(residuals, np.array([[1.0, 1.0]]), np.array([True, True]), -wide, wide).round(4).tolist()
    [[3.0, 0.5]]
    """
    found = np.where(free, np.clip(start, low, high), start)
    errors = residuals(found)
    costs = np.sum(errors**2, axis=-1)
    damping, still = np.full(len(found), 1e-2), np.zeros(len(found), dtype=np.int64)
    for _ in range(MOST_STEPS):
        steps = _steps(slopes_of(residuals, found, free), errors, found[:, free], (low[free], high[free]), damping)
        trial = found.copy()
        trial[:, free] = np.clip(found[:, free] + steps, low[free], high[free])
        tried = residuals(trial)
        with np.errstate(over="ignore", invalid="ignore"):
            trial_costs = np.sum(tried**2, axis=-1)
        better = trial_costs < costs
        moved = better & (costs - trial_costs > tolerance * (1e-2 + costs))
        still = np.where(moved, 0, still + (better | (damping > 1e3)))  # a step too long is no sign of the end
        found, errors = (np.where(better[:, None], new, old) for new, old in ((trial, found), (tried, errors)))
        costs = np.where(better, trial_costs, costs)
        damping = np.clip(np.where(better, damping * 0.2, damping * 5.0), 1e-9, 1e9)
        if (still > 3).all():
            break
    return np.asarray(found, dtype=np.float64)


def slopes_of(residuals: Residuals, parameters: FloatArray, free: NDArray[np.bool_]) -> FloatArray:
    """Return the slopes of the residuals at each problem's parameters, shape (n_problems, n_free, n_residuals)."""
    there = parameters[:, None, :] + STEP * np.eye(len(free))[free]
    return np.asarray((residuals(there) - residuals(parameters)[:, None, :]) / STEP, dtype=np.float64)


def _steps(
    slopes: FloatArray, errors: FloatArray, at: FloatArray, limits: tuple[FloatArray, FloatArray], damping: FloatArray
) -> FloatArray:
    """Return the damped Gauss-Newton steps; a parameter pressed against its limit stays there."""
    gradient = np.einsum("pfr,pr->pf", slopes, errors)
    stuck = ((at <= limits[0]) & (gradient > 0)) | ((at >= limits[1]) & (gradient < 0))
    slopes = np.where(stuck[..., None], 0.0, slopes)
    normal = slopes @ np.swapaxes(slopes, 1, 2)
    diagonal = np.einsum("pff->pf", normal)
    normal = normal + np.eye(at.shape[1]) * (damping[:, None] * diagonal + 1e-9 + stuck)[:, None, :]
    return np.asarray(-np.linalg.solve(normal, np.where(stuck, 0.0, gradient)[..., None])[..., 0], dtype=np.float64)
