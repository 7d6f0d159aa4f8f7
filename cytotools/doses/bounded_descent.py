"""A descent to a least sum of squares that slides along the limits of its parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.damped_search import FloatArray, Landscape

MOST_STEPS, LARGEST_DAMPING = 300, 1e12
FLAT = 1e-13  # of the errors: what of them lies along the slopes at the end; of their squares: a step's last gain


def descend_within(landscape: Landscape, start: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the minimum downhill of a start, shape (n_parameters,), by damped Gauss-Newton steps within limits.

    Examples
    --------
    >>> class Line:
    ...     def errors(self, place):
    ...         return place * np.array([1.0, 2.0]) - 3.0
    ...     def slopes(self, place):
    ...         return np.array([[1.0], [2.0]])
    >>> ends = [descend_within(Line(), np.array([0.0]), np.array([-1.0]), np.array([top])) for top in (9.0, 1.5)]
    >>> [round(end.item(), 6) for end in ends]
    [1.8, 1.5]
    """
    here, errors, damping = np.clip(start, low, high), landscape.errors(np.clip(start, low, high)), 1e-3
    for _ in range(MOST_STEPS):
        slopes = landscape.slopes(here)
        free = free_of_limits(here, slopes.T @ errors, low, high)
        slopes = slopes[:, free]
        if not free.any() or np.abs(slopes.T @ errors).max() <= FLAT * np.linalg.norm(errors) * np.abs(slopes).max():
            break
        root = np.sqrt(damping * np.sum(slopes**2, axis=0) + np.finfo(np.float64).tiny)
        there = here.copy()
        there[free] -= np.linalg.lstsq(np.vstack([slopes, np.diag(root)]), np.append(errors, root * 0.0))[0]
        there = np.clip(there, low, high)
        tried = landscape.errors(there)
        gain = errors @ errors - tried @ tried
        if gain > 0:
            settled = gain <= FLAT * (errors @ errors)
            here, errors, damping = there, tried, max(damping / 5.0, 1e-12)
            if settled:
                break
        elif damping > LARGEST_DAMPING:
            break
        else:
            damping *= 8.0
    return here


def free_of_limits(place: FloatArray, gradient: FloatArray, low: FloatArray, high: FloatArray) -> NDArray[np.bool_]:
    """Tell which parameters are not pressed against a limit, shape (n_parameters,)."""
    return ~(((place <= low) & (gradient >= 0)) | ((place >= high) & (gradient <= 0)))
