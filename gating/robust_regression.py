"""A straight line, or a plane, through events of which a few do not belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAD_TO_SD = 1.4826
HUBER = 2.0  # robust SD beyond which an event pulls no harder
FAR = 8.0  # robust SD beyond which it does not pull at all
ITERATIONS = 40
CONVERGED = 1e-4  # robust SD


@dataclass(frozen=True, eq=False)
class Plane:
    """A fitted plane: coefficients, shape (k,), their covariance (sandwich), and what is left of each event."""

    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    residuals: NDArray[np.float64]


def robust_sd(values: NDArray[np.float64]) -> float:
    """Return the SD that a normal distribution with these values' median absolute deviation has.

    Examples
    --------
    >>> round(robust_sd(np.array([1.0, 2.0, 3.0, 4.0, 1e9])), 4)
    1.4826
    """
    return MAD_TO_SD * float(np.median(np.abs(values - np.median(values))))


def robust_plane(design: NDArray[np.float64], response: NDArray[np.float64], huber: float = HUBER) -> Plane:
    """Fit `response`, shape (n,), to the columns of `design`, shape (n, k), with Huber's weights.

    Events further out than eight robust SD are left out. The covariance is the sandwich, which holds whatever the
    scatter around the plane looks like.

    References
    ----------
    Huber PJ. Robust estimation of a location parameter. Ann Math Stat 35:73 (1964), doi 10.1214/aoms/1177703732.
    White H. A heteroskedasticity-consistent covariance matrix estimator. Econometrica 48:817 (1980),
    doi 10.2307/1912934.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 101)
    >>> y = 2.0 + 3.0 * x + 0.1 * np.cos(40.0 * x)
    >>> y[::20] += 50.0
    >>> robust_plane(np.column_stack([np.ones(101), x]), y).coefficients.round(1).tolist()
    [2.0, 3.0]
    """
    weights = np.ones(len(response))
    coefficients: NDArray[np.float64] = _solve(design, response, weights)
    for step in range(ITERATIONS):
        residuals = response - design @ coefficients
        # The first line may lie between two groups: its residuals are centred once.
        residuals = residuals - np.median(residuals) if step == 0 else residuals
        scale = max(MAD_TO_SD * float(np.median(np.abs(residuals))), 1e-12 * float(np.abs(response).max(initial=1.0)))
        distance = np.abs(residuals) / scale
        weights = np.where(distance < FAR, np.minimum(1.0, huber / np.maximum(distance, 1e-12)), 0.0)
        moved = _solve(design, response, weights)
        change, coefficients = float(np.abs(design[:1] @ (moved - coefficients)).max()), moved
        if step and change < CONVERGED * scale:
            break
    residuals = response - design @ coefficients
    bread = np.linalg.pinv(design.T @ (design * weights[:, None]))
    scores = design * (weights * residuals)[:, None]
    return Plane(coefficients, bread @ (scores.T @ scores) @ bread, residuals)


def _solve(
    design: NDArray[np.float64], response: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    weighted = design * weights[:, None]
    solution = np.linalg.lstsq(weighted.T @ design, weighted.T @ response, rcond=None)[0]
    return np.asarray(solution, dtype=np.float64)
