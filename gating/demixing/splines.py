"""Densities of free form on a row of bins: the logarithm is a spline whose third differences are held small.

Where the penalty has its way the logarithm is a parabola, so the density is normal; data pull it to any other shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEGREE = 3
LARGEST_STEP = 1.5  # of a coefficient, in one Newton step
HALVINGS = 6
STIFFNESS = 300.0  # of the rule that a density falls, in its foreign territory, from knot to knot
STIFFNESS_AT_HOME = 100.0
LEAST_SLOPE = 0.15  # natural logarithms a knot: t with 4 degrees of freedom falls by 0.3 at 8 SD
RIDGE = 1e-3  # keeps a coefficient that no event supports where it is


@dataclass(frozen=True, eq=False)
class Splines:
    """A basis of cubic B-splines over bins, and the penalty on the coefficients.

    Attributes
    ----------
    basis : ndarray, shape (bins, coefficients)
    penalty : ndarray, shape (coefficients, coefficients)
        The prior precision of the coefficients.
    """

    basis: NDArray[np.float64]
    penalty: NDArray[np.float64]

    def densities(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each bin, shape (..., bins), of coefficients (..., m)."""
        logs = coefficients @ self.basis.T
        weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True), dtype=np.float64)

    def fitted_to(self, density: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the coefficients whose density is nearest to this one, weighted by it."""
        weight = np.maximum(density / density.max(), 1e-7)[:, None]
        left = self.basis.T @ (weight * self.basis) + 1e-6 * self.penalty + 1e-9 * np.eye(len(self.penalty))
        right = self.basis.T @ (weight[:, 0] * np.log(np.maximum(density, 1e-12)))
        return np.asarray(np.linalg.solve(left, right), dtype=np.float64)

    def newton_step(
        self, coefficients: NDArray[np.float64], counts: NDArray[np.float64], falls: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the coefficients of several densities after one Newton step each towards their penalised likelihood.

        Parameters
        ----------
        coefficients : ndarray, shape (k, m)
        counts : ndarray, shape (k, bins)
            Events in each bin, fractions of events allowed.
        falls : ndarray, shape (k, m - 1)
            From each coefficient to the next: 1 where the density must fall, -1 where it must rise, 0 where it is free.
        """
        density, total = self.densities(coefficients), counts.sum(axis=1)
        mean = density @ self.basis
        slope = (counts - total[:, None] * density) @ self.basis - coefficients @ self.penalty
        scatter = (self.basis.T * density[:, None]) @ self.basis - mean[:, :, None] * mean[:, None]
        wrong, stiffness = _wrong_way(coefficients, falls)
        ends = _differences(mean.shape[1])
        slope -= (stiffness * wrong) @ ends
        held = ends.T @ (np.where(wrong != 0, stiffness, 0.0)[:, :, None] * ends)
        curvature = total[:, None, None] * scatter + self.penalty + held + RIDGE * np.eye(mean.shape[1])
        step = np.linalg.solve(curvature, slope[:, :, None])[:, :, 0]
        step *= np.minimum(1.0, LARGEST_STEP / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-12))
        # Events far out in a tail, where the curvature is small, can throw a full step beyond the summit.
        before, found = self._value(coefficients, counts, falls), coefficients.copy()
        waiting = np.ones(len(found), dtype=bool)
        for _ in range(HALVINGS):
            trial = coefficients + step
            reached = waiting & (self._value(trial, counts, falls) >= before)
            found[reached] = trial[reached]
            waiting &= ~reached
            if not waiting.any():
                break
            step *= 0.5
        return found

    def _value(
        self, coefficients: NDArray[np.float64], counts: NDArray[np.float64], falls: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        logs = coefficients @ self.basis.T
        top = logs.max(axis=1)
        whole = counts.sum(axis=1) * (top + np.log(np.exp(logs - top[:, None]).sum(axis=1)))
        return (counts * logs).sum(axis=1) - whole + self.penalised(coefficients, falls)

    def penalised(self, coefficients: NDArray[np.float64], falls: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the penalty's part of the log likelihood of each density, shape (k,), of coefficients (k, m)."""
        rough = ((coefficients @ self.penalty) * coefficients).sum(axis=1)
        wrong, stiffness = _wrong_way(coefficients, falls)
        return np.asarray(-0.5 * (rough + (stiffness * np.square(wrong)).sum(axis=1)), dtype=np.float64)


@lru_cache(maxsize=8)
def _differences(m: int) -> NDArray[np.float64]:
    return np.diff(np.eye(m), axis=0)


def _wrong_way(
    coefficients: NDArray[np.float64], falls: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by how much each difference goes the way that it should not, and how stiff the rule is.

    In foreign territory a density falls away from home, come what may. At home it should fall on both sides of its
    mode: data can give it a second mode, but do so only where no other state explains them.
    """
    steps = np.arange(falls.shape[-1])
    outwards = np.where(steps >= coefficients.argmax(axis=-1)[..., None], 1.0, -1.0)
    is_foreign = falls != 0
    direction = np.where(is_foreign, falls, outwards)
    excess = np.maximum(direction * np.diff(coefficients, axis=-1) + np.where(is_foreign, LEAST_SLOPE, 0.0), 0.0)
    return direction * excess, np.where(is_foreign, STIFFNESS, STIFFNESS_AT_HOME)


@lru_cache(maxsize=32)
def splines(bins: int, knot_bins: float, roughness: float) -> Splines:
    """Return the splines over a row of bins.

    Parameters
    ----------
    bins : int
    knot_bins : float
        Distance of the knots, in bins.
    roughness : float
        SD that third differences of the coefficients have beforehand.

    References
    ----------
    Eilers PHC, Marx BD. Flexible smoothing with B-splines and penalties. Stat Sci 11:89 (1996),
    doi 10.1214/ss/1038425655.

    Examples
    --------
    >>> found = splines(30, 2.0, 0.3)
    >>> bool(np.allclose(found.basis.sum(axis=1), 1.0))
    True
    """
    centres = np.arange(bins) + 0.5
    first = np.floor(centres[0] / knot_bins) - DEGREE
    count = int(np.ceil(bins / knot_bins)) + DEGREE
    basis = np.stack([_cubic(centres / knot_bins - first - i) for i in range(count)], axis=1)
    basis = basis[:, basis.sum(axis=0) > 0]
    third = np.diff(np.eye(basis.shape[1]), 3, axis=0)
    return Splines(basis, third.T @ third / roughness**2)


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cubic B-spline on the knots 0 to 4."""
    u = np.abs(x - 2.0)
    inner = 2.0 / 3.0 - u**2 + u**3 / 2.0
    return np.where(u < 1.0, inner, np.where(u < 2.0, (2.0 - u) ** 3 / 6.0, 0.0))
