"""Whether two loading controls tell the same of the lanes: how far their ratio scatters, and the slope between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, fdtri

FloatArray = NDArray[np.float64]


class Estimate(NamedTuple):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


NOTHING = Estimate(np.nan, np.nan, np.nan)


def scatter_of_ratio(first: ArrayLike, second: ArrayLike, membranes: ArrayLike) -> Estimate:
    """Return the standard deviation of ln(first / second) between the lanes of a membrane.

    Parameters
    ----------
    first, second : array_like, shape (n_lanes,)
        Natural logarithms of the volumes of two controls.
    membranes : array_like, shape (n_lanes,)
        The membrane of each lane; what a membrane shares is taken out.

    Returns
    -------
    Estimate
        With the chi-squared interval of normal scatter; NaN without two lanes on one membrane.

    Examples
    --------
    >>> round(scatter_of_ratio([0.0, 0.2, 1.0, 1.2], [0.0, 0.0, 0.0, 0.0], ["a", "a", "b", "b"]).value, 3)
    0.141
    """
    ratio, groups = _within(np.asarray(first, float) - np.asarray(second, float), np.asarray(membranes))
    freedom = len(ratio) - groups
    if freedom < 1:
        return NOTHING
    total = float((ratio**2).sum())
    low, high = (np.sqrt(total / chdtri(freedom, tail)) for tail in (0.025, 0.975))
    return Estimate(float(np.sqrt(total / freedom)), float(low), float(high))


def slope_between(first: ArrayLike, second: ArrayLike, membranes: ArrayLike) -> Estimate:
    """Return the slope of ln first against ln second: 1 where both are proportional to the load.

    Parameters
    ----------
    first, second, membranes
        As `scatter_of_ratio` takes them.

    Returns
    -------
    Estimate
        The major axis, as both controls have errors, here taken as equal; the interval is open (minus infinity to
        infinity) where the lanes scatter about as much in all directions, as they do where all loads are alike.

    Notes
    -----
    A slope is in the interval when the correlation along it and across it is not significant: the F interval of
    P. Jolicoeur, Biometrics 24:679 (1968), doi:10.2307/2528326.

    Examples
    --------
    >>> load = np.linspace(0, 1, 6)
    >>> round(slope_between(2 * load, load + [0, 0.01, 0, -0.01, 0, 0.01], ["a"] * 6).value, 2)
    2.0
    """
    y, groups = _within(np.asarray(first, float), np.asarray(membranes))
    x, _ = _within(np.asarray(second, float), np.asarray(membranes))
    freedom = len(x) - groups - 1
    if freedom < 1:
        return NOTHING
    (small, large), axes = np.linalg.eigh(np.array([[x @ x, x @ y], [x @ y, y @ y]]))
    angle = float(np.arctan2(axes[1, 1], axes[0, 1]))
    angle = (angle + np.pi / 2) % np.pi - np.pi / 2
    limit = 4 * fdtri(1, freedom, 0.95) * small * large / freedom
    across = (large - small) ** 2
    turn = 0.5 * float(np.arcsin(np.sqrt(limit / across))) if limit < across else np.pi / 2
    open_ended = angle - turn <= -np.pi / 2 or angle + turn >= np.pi / 2
    low, high = (-np.inf, np.inf) if open_ended else (float(np.tan(angle - turn)), float(np.tan(angle + turn)))
    return Estimate(float(np.tan(angle)), low, high)


def _within(values: FloatArray, membranes: NDArray[np.str_]) -> tuple[FloatArray, int]:
    """Return the values less the mean of their membrane, and how many membranes there are."""
    names, index = np.unique(membranes, return_inverse=True)
    means = np.bincount(index, values) / np.bincount(index)
    return values - means[index], len(names)
