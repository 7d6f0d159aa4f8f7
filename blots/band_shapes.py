"""The shape of the bands of a row, measured from the picture itself instead of assumed.

All bands of a row ran side by side, so they share one profile down the lane up to place and amount. It is a free curve
(a cubic spline that ends at zero), so that tails, shoulders and flat tops are whatever they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_CORE_SIGMAS = 2.0
_REACH_CORES = 2.5
_PAST_SIGMAS = 4.0  # past the crest of a neighbour: a smear may run under it
_KNOT_SIGMAS = 0.45


@dataclass(frozen=True, eq=False)
class BandShape:
    """The profile of a row's bands at distance v below the crest; it spans `above` to `below` and sums to one.

    `core` is how far above and below the crest its body reaches; what lies beyond is tail.

    Examples
    --------
    >>> shape = BandShape.gaussian(5.0, -25.0, 25.0)
    >>> round(float(shape.at(np.arange(-30.0, 31.0)).sum()), 6)
    1.0
    """

    above: float
    below: float
    weights: Array
    sigma_px: float
    measured: bool = True
    core: tuple[float, float] = (0.0, 0.0)
    _knots: Array = field(repr=False, default_factory=lambda: np.empty(0))

    @classmethod
    def gaussian(
        cls, sigma_px: float, above: float, below: float, core: tuple[float, float] | None = None
    ) -> BandShape:
        """Return a Gaussian's shape, where nothing better is known; its core ends at two standard deviations."""
        core = core or (_CORE_SIGMAS * sigma_px, _CORE_SIGMAS * sigma_px)
        empty = cls(above, below, np.empty(0), sigma_px, False, core, _knots_over(above, below, sigma_px))
        v = np.arange(np.floor(above), np.ceil(below) + 1)
        basis = empty.basis(v)
        target = np.exp(-0.5 * (v / sigma_px) ** 2)
        weights = np.linalg.lstsq(basis, target, rcond=None)[0]
        return empty.with_weights(np.asarray(weights, dtype=np.float64), measured=False)

    def basis(self, v_px: Array) -> Array:
        """Return the splines that make up the shape at distances `v_px`, shape (n, n_splines)."""
        return _spline_columns(v_px, self._knots)

    def with_weights(self, weights: Array, measured: bool = True) -> BandShape:
        """Return the shape with other weights, scaled to sum to one."""
        area = float(self.basis(np.arange(self.above, self.below, 0.25)).sum(axis=0) @ weights) * 0.25
        return BandShape(self.above, self.below, weights / area, self.sigma_px, measured, self.core, self._knots)

    def at(self, v_px: Array) -> Array:
        """Return the shape at distances `v_px`."""
        return self.basis(v_px) @ self.weights

    def slope_at(self, v_px: Array) -> Array:
        """Return its derivative, which is how the profile changes when the band lies a little higher."""
        return np.asarray((self.at(v_px + 0.25) - self.at(v_px - 0.25)) / 0.5)

    @property
    def remoteness(self) -> Array:
        """How far out each spline lies: 0 within the core, 1 at two and a half times its reach."""
        middle = (self._knots[:-4] + self._knots[4:]) / 2
        core = np.where(middle < 0, self.core[0], self.core[1])
        return np.asarray(np.maximum(np.abs(middle) - core, 0) / (_REACH_CORES - 1) / core)

    @property
    def centre(self) -> float:
        """How far the centre of mass lies below the crest."""
        v = np.arange(self.above, self.below, 0.25)
        profile = np.maximum(self.at(v), 0)
        return float((v * profile).sum() / max(profile.sum(), 1e-12))


def spans(rows: Array, sigmas: Array, cores: Array | None = None) -> list[tuple[float, float]]:
    """Return how far above and below its crest each row's shape may reach.

    Two and a half times its core either way (five standard deviations of a Gaussian), but at most four
    beyond the crest of a neighbour, where its smear may still run.

    Parameters
    ----------
    rows, sigmas : ndarray, shape (n_rows,)
        Where the rows lie and their usual height.
    cores : ndarray, shape (n_rows, 2), optional
        How far the body of each reaches above and below its crest; two standard deviations when absent.

    Examples
    --------
    >>> spans(np.array([100.0, 120.0]), np.array([5.0, 5.0]))
    [(-25.0, 25.0), (-25.0, 25.0)]
    """
    cores = np.tile(_CORE_SIGMAS * sigmas, (2, 1)).T if cores is None else cores
    found = []
    for k, (row, sigma) in enumerate(zip(rows, sigmas, strict=True)):
        above, below = _REACH_CORES * cores[k]
        if k > 0:
            above = min(above, max(row - rows[k - 1] + _PAST_SIGMAS * sigma, 1.5 * sigma))
        if k + 1 < len(rows):
            below = min(below, max(rows[k + 1] - row + _PAST_SIGMAS * sigma, 1.5 * sigma))
        found.append((-float(above), float(below)))
    return found


def _knots_over(above: float, below: float, sigma_px: float) -> Array:
    pieces = max(6, round((below - above) / max(1.0, _KNOT_SIGMAS * sigma_px)))
    return np.linspace(above, below, pieces + 1)


def _spline_columns(v_px: Array, knots: Array) -> Array:
    """Return cubic splines inside the knots only: all end at zero, with zero slope, at both ends."""
    inside = (v_px > knots[0]) & (v_px < knots[-1])
    columns = np.zeros((len(v_px), len(knots) - 4))
    if inside.any():
        # Knots are even, so every spline is the same curve about its own middle (de Boor 1978).
        s = np.abs(v_px[inside, None] - knots[2:-2]) / (knots[1] - knots[0])
        rest = np.maximum(2 - s, 0)
        columns[inside] = np.where(s < 1, 2 / 3 - s * s * (1 - s / 2), rest * rest * rest / 6)
    return columns
