"""How wells of one condition scatter: a floor that every well has, and a share of the signal above the blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

FloatArray = NDArray[np.float64]
_WIDEST, _GRID, _ZOOMS = 25.0, 21, 8  # ends of the logit of the share, points of a grid, grids one in the other
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, eq=False)
class WellScatter:
    """The variance of a well: `floor` + `relative` * (signal above the blank) ** 2, with the covariance of the two.

    `degrees` are those behind both together: 0 where no condition had two wells.
    """

    floor: float
    relative: float
    covariance: FloatArray
    degrees: int

    def variance(self, coefficients: FloatArray) -> FloatArray:
        """Return variances that are sums of well variances; coefficients (..., 2) count floors and squared signals."""
        return np.asarray(coefficients @ np.array([self.floor, self.relative]))

    def variance_error(self, coefficients: FloatArray) -> FloatArray:
        """Return the variance of such a variance as an estimate."""
        error = np.einsum("...i,ij,...j->...", coefficients, self.covariance, coefficients)
        return np.asarray(error, dtype=np.float64)


def degrees_of_freedom(parts: Sequence[tuple[WellScatter, FloatArray]]) -> FloatArray:
    """Return the degrees of freedom of a sum of variances, after Satterthwaite; at least 1, at most all there are.

    `parts` are plates with the coefficients of what each adds; the parts of one plate are added first.
    """
    by_plate: dict[int, tuple[WellScatter, FloatArray]] = {}
    for law, added in parts:
        _, before = by_plate.get(id(law), (law, np.zeros(2)))
        by_plate[id(law)] = law, before + added
    variance = sum((law.variance(k) for law, k in by_plate.values()), start=np.zeros(()))
    error = sum((law.variance_error(k) for law, k in by_plate.values()), start=np.zeros(()))
    most = max(sum(law.degrees for law, _ in by_plate.values()), 1)
    found = np.divide(2.0 * variance**2, error, out=np.full(np.shape(error), float(most)), where=error > 0)
    return np.asarray(np.clip(found, 1.0, most), dtype=np.float64)


def coefficients(above_blank: FloatArray | float) -> FloatArray:
    """Return the coefficients of a single well's variance, shape (..., 2), at its signal above the blank."""
    above = np.maximum(np.asarray(above_blank, dtype=np.float64), 0.0)
    return np.stack([np.ones_like(above), above**2], axis=-1)


def fit_scatter(above_blank: FloatArray, variances: FloatArray, degrees: FloatArray) -> WellScatter:
    """Return the scatter that the repeats of a plate show.

    Parameters
    ----------
    above_blank, variances, degrees : ndarray, shape (n_groups,)
        Of each group of repeats: mean signal above the blank, variance between wells, and wells less one.

    Returns
    -------
    WellScatter
        Maximum likelihood of the gamma distribution that variances follow, neither part below 0.

    References
    ----------
    Two-component error of assays: D. M. Rocke and S. Lorenzato, Technometrics 37:176 (1995),
    doi:10.1080/00401706.1995.10484302; degrees of freedom: F. E. Satterthwaite, Biometrics Bull. 2:110 (1946),
    doi:10.2307/3002019.

    Examples
    --------
    >>> law = fit_scatter(np.array([0.0, 10.0, 20.0]), np.array([1.0, 2.0, 5.0]), np.array([5.0, 5.0, 5.0]))
    >>> round(law.floor, 3), round(law.relative, 4)
    (1.0, 0.01)
    """
    told = degrees > 0
    seen, df = variances[told], degrees[told]
    if not (seen > 0).any():
        return WellScatter(0.0, 0.0, np.zeros((2, 2)), int(df.sum()))
    rows = coefficients(above_blank[told])
    highest = float(rows[:, 1].max())
    scale = np.array([1.0, highest if highest > 0 else 1.0])
    parts = _most_likely(rows / scale, seen, df) if highest > 0 else np.array([float(df @ seen / df.sum()), 0.0])
    held = parts > _NEGLIGIBLE * parts.max()
    held[0] |= bool((rows[:, 1] == 0).any())  # blanks that agree to the last digit: a floor, however small
    covariance = np.zeros((2, 2))
    covariance[np.ix_(held, held)] = _covariance((rows / scale)[:, held], parts[held], df)
    floor, relative = np.where(held, parts, 0.0) / scale
    return WellScatter(float(floor), float(relative), covariance / np.outer(scale, scale), int(df.sum()))


def _most_likely(rows: FloatArray, seen: FloatArray, df: FloatArray) -> FloatArray:
    """Return the two parts of the variance; their likelihood is searched along the share of each in their sum."""

    def parts_at(shares: FloatArray) -> tuple[FloatArray, FloatArray]:
        mixed = np.stack([1.0 - shares, shares])
        shapes = np.maximum(rows @ mixed, 1e-300)
        sizes = (df @ (seen[:, None] / shapes)) / df.sum()
        return mixed * sizes, df @ np.log(shapes) + df.sum() * np.log(sizes)

    logits = np.array([-_WIDEST, _WIDEST])
    for _ in range(_ZOOMS):
        grid = np.linspace(logits[0], logits[1], _GRID)
        parts, misfit = parts_at(expit(grid))
        best = int(misfit.argmin())
        logits = grid[[max(best - 1, 0), min(best + 1, _GRID - 1)]]
    return np.asarray(parts[:, best], dtype=np.float64)


def _covariance(rows: FloatArray, parts: FloatArray, df: FloatArray) -> FloatArray:
    weights = df / (2.0 * (rows @ parts) ** 2)
    information = rows.T @ (weights[:, None] * rows)
    size = np.sqrt(np.outer(np.diag(information), np.diag(information)))
    return np.asarray(np.linalg.pinv(information / size) / size, dtype=np.float64)
