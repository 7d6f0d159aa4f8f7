"""Levenberg's and Marquardt's descent to a least sum of squares, in Moré's scaling."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FLAT = 1e-12  # of the errors: what of them lies along the slopes at the end
LARGEST_DAMPING = 1e18


class Landscape(Protocol):
    """What a descent needs: errors (n_points,) at a place, and their slopes there (n_points, n_coordinates)."""

    def errors(self, place: FloatArray, /) -> FloatArray:
        """Return the errors, infinite or NaN outside of the model's domain."""
        ...

    def slopes(self, place: FloatArray, /) -> FloatArray:
        """Return their slopes in each coordinate."""
        ...


def descend(landscape: Landscape, start: FloatArray, damping: float, most_steps: int) -> FloatArray:
    """Return the place of a least sum of squares that lies downhill of the start.

    Parameters
    ----------
    landscape : Landscape
    start : ndarray, shape (n_coordinates,)
    damping : float
        At the first step, of the square of the largest slopes seen: small for bold steps, 10 for timid ones.
    most_steps : int

    Returns
    -------
    ndarray, shape (n_coordinates,)
        The best place met, which is no minimum where the way leads out to infinity.

    References
    ----------
    D. W. Marquardt, J. SIAM 11:431 (1963), doi:10.1137/0111030; J. J. Moré, Lect. Notes Math. 630:105 (1978),
    doi:10.1007/BFb0067700 (the scaling); K. Madsen, H. B. Nielsen and O. Tingleff, Methods for Non-Linear Least
    Squares Problems, IMM, DTU (2004) (how the damping follows the gain).
    """
    here, errors, slopes = start, landscape.errors(start), landscape.slopes(start)
    if not (_finite(errors) and _finite(slopes)):
        return start
    cost, raised = _square(errors), 2.0
    largest = np.zeros(len(start))
    factors: tuple[FloatArray, FloatArray, FloatArray] | None = None
    for _ in range(most_steps):
        if factors is None:
            largest = np.maximum(largest, np.sqrt(np.sum(slopes**2, axis=0)))
            scale = np.where(largest > 0, largest, 1.0)
            factors = np.linalg.svd(slopes / scale, full_matrices=False)
            along = factors[0].T @ errors
            if np.linalg.norm(along) <= FLAT * np.sqrt(cost):
                break
        _, spread, turned = factors
        step = -(turned.T @ (spread / (spread**2 + damping) * along)) / scale
        there = here + step
        tried = landscape.errors(there)
        tried_cost = _square(tried)
        tried_slopes = landscape.slopes(there) if tried_cost < cost else slopes
        if not (tried_cost < cost and _finite(tried_slopes)):
            damping, raised = damping * raised, raised * 2.0
            if damping > LARGEST_DAMPING or np.array_equal(there, here):
                break
            continue
        gain = (cost - tried_cost) / max(cost - _square(errors + slopes @ step), np.finfo(np.float64).tiny)
        damping, raised = damping * max(1.0 / 3.0, 1.0 - min(2.0 * gain - 1.0, 2.0) ** 3), 2.0
        here, errors, slopes, cost, factors = there, tried, tried_slopes, tried_cost, None
    return here


def _finite(array: FloatArray) -> bool:
    return bool(np.isfinite(array).all())


def _square(errors: FloatArray) -> float:
    """Return the sum of squares, infinite where an error is not a number."""
    cost = float(errors @ errors)
    return np.inf if np.isnan(cost) else cost
