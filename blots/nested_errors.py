"""A difference of means whose error has two sources: the experiment, shared by its lanes, and the lane itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]
TINY = 1e-9


@dataclass(frozen=True, eq=False)
class NestedContrast:
    """An estimable contrast of a linear model with group effects, ready for any observations of that design.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        The least-squares estimate is the sum of weights times observations.
    between : ndarray, shape (n, df_between)
        Orthonormal directions in which groups differ beyond the fixed effects.
    within : ndarray, shape (n, df_within)
        Orthonormal directions that neither fixed effects nor groups explain.
    between_share, within_share : float
        The variance of the estimate is the sum of these shares times the mean squares of the two.
    """

    weights: Array
    between: Array
    within: Array
    between_share: float
    within_share: float

    def estimate(self, values: Array) -> Array:
        """Return the contrast of observations of shape (..., n)."""
        found: Array = values @ self.weights
        return found

    def measurement_error(self, errors: Array) -> float:
        """Return the standard error of the contrast that the errors of the observations alone, shape (n,), give it."""
        return float(np.sqrt(np.sum((self.weights * errors) ** 2)))

    def half_width(self, values: Array, errors: Array, level: float = 0.95) -> Array:
        """Return how far the interval reaches either side of the estimate.

        Parameters
        ----------
        values : ndarray, shape (..., n)
        errors : ndarray, shape (n,)
            Known standard error of each observation, a part of its scatter; 0 where unknown.
        level : float
            Of the two-sided interval.

        Returns
        -------
        ndarray, shape (...)
            NaN where the design holds no second group.

        Notes
        -----
        The mean square between groups counts as at least that within, since an effect has no negative variance. Both
        hold the average of the known errors: where those of the observations that the contrast rests on are larger,
        the difference is added. The variance is never below what the known errors alone give. The degrees of freedom
        are Satterthwaite's.

        References
        ----------
        F. E. Satterthwaite, Biometrics Bulletin 2:110 (1946), doi:10.2307/3002019.
        """
        df_between, df_within = self.between.shape[1], self.within.shape[1]
        if df_between == 0:
            return np.full(np.shape(values)[:-1], np.nan)
        within, known_within = _mean_square(values, self.within), _mean_square_expected(errors, self.within)
        between = np.maximum(_mean_square(values, self.between), within)
        parts = self.between_share * between, self.within_share * within
        own = self.measurement_error(errors) ** 2
        known = self.between_share * _mean_square_expected(errors, self.between) + self.within_share * known_within
        variance = np.maximum(parts[0] + parts[1] + max(own - known, 0.0), own)
        spread = parts[0] ** 2 / df_between + parts[1] ** 2 / max(df_within, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            df = np.where(spread > 0, variance**2 / spread, np.inf)
        quantile = stdtrit(np.minimum(df, 1e9), 0.5 + level / 2)
        return np.asarray(quantile * np.sqrt(variance), dtype=np.float64)


def nested_contrast(fixed: Array, groups: Array, contrast: Array) -> NestedContrast | None:
    """Return the contrast of a linear model with group effects, None where the design can't estimate it.

    Parameters
    ----------
    fixed : ndarray, shape (n, p)
        The fixed effects, of any rank.
    groups : ndarray, shape (n, g)
        One column a group, 1 where the observation belongs to it. Groups are random: each adds an effect of its own.
    contrast : ndarray, shape (p,)
        What is estimated, as a sum of fixed effects.

    Notes
    -----
    The estimate is ordinary least squares without the groups. The mean square between groups, adjusted for the fixed
    effects, expects s2 + k t2 (s2 the variance of an observation, t2 of a group, k from the design); the mean square
    within expects s2. The variance of the estimate, w'w s2 + w'GG'w t2, follows as shares of the two. A negative share
    within, of very uneven designs, counts as zero, which widens the interval.

    Examples
    --------
    Two lines on three membranes, one lane each: the paired t interval.

    >>> membranes, lines = np.repeat(np.eye(3), 2, axis=0), np.tile(np.eye(2), (3, 1))
    >>> found = nested_contrast(np.hstack([membranes, lines]), np.eye(6), np.array([0, 0, 0, -1.0, 1.0]))
    >>> values = np.array([0.0, 1.0, 5.0, 6.3, 2.0, 3.2])
    >>> round(float(found.estimate(values)), 3), round(float(found.half_width(values, np.zeros(6))), 3)
    (1.167, 0.379)
    """
    basis, singular, axes = _decomposed(fixed)
    if np.abs(contrast - axes.T @ (axes @ contrast)).max() > TINY * np.abs(contrast).max():
        return None
    weights = basis @ ((axes @ contrast) / singular)
    between = _decomposed(groups - basis @ (basis.T @ groups))[0]
    explained = np.hstack([basis, between])
    within = np.linalg.svd(explained, full_matrices=True)[0][:, explained.shape[1] :]
    total = float(weights @ weights)
    if not between.shape[1]:
        return NestedContrast(weights, between, within, 0.0, total)
    size = float(np.sum((between.T @ groups) ** 2)) / between.shape[1]
    share = float(np.sum((weights @ groups) ** 2)) / size
    if not within.shape[1]:
        return NestedContrast(weights, between, within, max(share, total), 0.0)
    return NestedContrast(weights, between, within, share, max(total - share, 0.0))


def _decomposed(matrix: Array) -> tuple[Array, Array, Array]:
    """Return the singular value decomposition without what is zero."""
    basis, singular, axes = np.linalg.svd(matrix, full_matrices=False)
    kept = singular > TINY * max(float(singular.max(initial=0.0)), 1.0)
    return basis[:, kept], singular[kept], axes[kept]


def _mean_square(values: Array, directions: Array) -> Array:
    found: Array = np.sum((values @ directions) ** 2, axis=-1) / max(directions.shape[1], 1)
    return found


def _mean_square_expected(errors: Array, directions: Array) -> float:
    size: int = directions.shape[1]
    return float(np.sum((errors[:, None] * directions) ** 2)) / max(size, 1)
