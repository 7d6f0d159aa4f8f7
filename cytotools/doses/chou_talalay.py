"""The combination index and the dose-reduction index of Chou and Talalay.

Index below 1: synergy; 1: additive; above 1: antagonism. With a_j the dose of agent j in the combination over the dose
of it alone that has the same effect, the index is the sum of a_j where the agents exclude one another, and
prod(1 + a_j) - 1 where they do not: a_1 + a_2 + a_1 a_2 of two agents.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.affected_fractions import checked_fractions
from cytotools.doses.dose_groups import numbers_of
from cytotools.doses.median_effect import MedianEffect
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
PLACE = "combination index"
SAME_RATIO = 1e-3  # relative: pipetting lists round their doses to three figures


def index_of(parts: FloatArray, exclusive: bool = True) -> FloatArray:
    """Return the index of parts a_j, shape (n_agents, ...), without the first axis.

    Examples
    --------
    >>> parts = np.array([[0.25], [0.5]])
    >>> index_of(parts).tolist(), index_of(parts, exclusive=False).round(9).tolist()
    ([0.75], [0.875])
    """
    return np.asarray(parts.sum(axis=0) if exclusive else np.expm1(np.log1p(parts).sum(axis=0)))


def combination_index(
    *fits: MedianEffect, ratio: Sequence[float], affected: ArrayLike, exclusive: bool = True
) -> FloatArray:
    """Return the index of agents in a constant ratio at some effects.

    Parameters
    ----------
    *fits : MedianEffect
        Two or more agents alone, the combination last, fitted on the total dose of the ratio in the units of the ratio.
    ratio : sequence of float
        p, q, ... of the doses, in the order of the agents.
    affected : array-like, shape (n_levels,)
        Fractions affected between 0 and 1.
    exclusive : bool
        Whether the agents exclude one another (the same mode of action), as CompuSyn takes them to.

    Returns
    -------
    ndarray, shape (n_levels,)

    Raises
    ------
    StudyError
        An agent alone or a number of the ratio is missing, or an effect is not between 0 and 1.

    References
    ----------
    T.-C. Chou and P. Talalay, Adv. Enzyme Regul. 22:27 (1984), doi:10.1016/0065-2571(84)90007-4.

    Examples
    --------
    >>> from cytotools.doses import fit_median_effect
    >>> one, other = (fit_median_effect([d, 2 * d, 4 * d], [0.2, 0.5, 0.8]) for d in (1.0, 10.0))
    >>> both = fit_median_effect([5.5, 11.0, 22.0], [0.5, 0.8, 0.95])
    >>> combination_index(one, other, both, ratio=(1, 10), affected=[0.5, 0.75]).round(3).tolist()
    [0.507, 0.491]
    """
    return index_of(_parts(fits, ratio, affected), exclusive)


def dose_reduction_index(*fits: MedianEffect, ratio: Sequence[float], affected: ArrayLike) -> FloatArray:
    """Return how many times lower the dose of each agent is in the combination than alone, (n_agents, n_levels).

    The arguments are those of `combination_index`; there is a reduction where it is above 1.
    """
    return np.asarray(1.0 / _parts(fits, ratio, affected))


def combination_index_at(
    singles: Sequence[MedianEffect], doses: ArrayLike, affected: ArrayLike, exclusive: bool = True
) -> FloatArray:
    """Return the index of combinations in any ratio, each at the effect that it was measured to have.

    Parameters
    ----------
    singles : sequence of MedianEffect
        The agents alone.
    doses : array-like, shape (n_agents, n_points)
        Of each agent in each combination, in the unit of its fit.
    affected : array-like, shape (n_points,)
        As measured, between 0 and 1.

    Returns
    -------
    ndarray, shape (n_points,)

    Examples
    --------
    >>> from cytotools.doses import fit_median_effect
    >>> one, other = (fit_median_effect([d, 2 * d, 4 * d], [0.2, 0.5, 0.8]) for d in (1.0, 10.0))
    >>> combination_index_at([one, other], [[1.0], [10.0]], [0.5]).round(3).tolist()
    [1.0]
    """
    levels = checked_fractions(np.atleast_1d(numbers_of(affected, "fraction affected")), PLACE)
    together = np.atleast_2d(numbers_of(doses, "dose"))
    if together.shape != (len(singles), len(levels)):
        got = f"doses of shape {together.shape} for {len(singles)} agents and {len(levels)} effects"
        raise refusal(PLACE, "doses", "a row an agent, an effect a column", got, "Give one effect a combination.")
    bad = together[~(np.isfinite(together) & (together >= 0))]
    if bad.size:
        raise refusal(PLACE, "doses", "numbers of 0 or above", f"{bad[0]:g}", "Leave out points without a dose.")
    alone = np.array([single.dose_at(levels) for single in singles])
    return index_of(together / alone, exclusive)


def constant_ratio(*doses: ArrayLike) -> tuple[float, ...]:
    """Return the ratio that the doses of several agents keep, the smallest number 1.

    Parameters
    ----------
    *doses : array-like, shape (n_points,)
        Of each agent, above 0.

    Raises
    ------
    StudyError
        The ratio is not constant (the points that depart from it are named, the first being 1), one agent only, rows of
        unlike length, or a dose that is no number above 0.

    Examples
    --------
    >>> constant_ratio([1.0, 2.0, 4.0], [100.0, 200.0, 400.0])
    (1.0, 100.0)
    """
    own = [np.atleast_1d(numbers_of(one, "dose")) for one in doses]
    if len(own) < 2 or len({one.shape for one in own}) > 1:
        got = f"{len(own)} of {', '.join(str(one.size) for one in own) or 'no'} points"
        raise refusal("ratio", "doses", "two agents or more, of as many points", got, "Give a dose of each at a point.")
    rows = np.array(own)
    bad = rows[~(np.isfinite(rows) & (rows > 0))]
    if bad.size or not rows.size:
        got = f"{bad[0]:g}" if bad.size else "none"
        raise refusal("ratio", "doses", "numbers above 0", got, "Leave controls and missing points out.")
    parts = rows / rows[0]
    usual = np.median(parts, axis=1)
    broken = np.flatnonzero((np.abs(parts / usual[:, None] - 1.0) > SAME_RATIO).any(axis=0)) + 1
    if len(broken):
        got = f"another at point {', '.join(map(str, broken.tolist()))}"
        remedy = "Correct the dose, or use combination_index_at, which takes any doses."
        raise refusal("ratio", "doses", "one ratio at all points", got, remedy)
    return tuple((usual / usual.min()).tolist())


def _parts(fits: Sequence[MedianEffect], ratio: Sequence[float], affected: ArrayLike) -> FloatArray:
    """Return the dose of each agent in the combination over its dose alone, (n_agents, n_levels)."""
    *singles, combined = fits or (None,)
    shares = numbers_of(ratio, "ratio")
    if combined is None or len(singles) < 2 or shares.shape != (len(singles),) or not _is_ratio(shares):
        got = f"{max(len(fits) - 1, 0)} agents alone and a ratio of {shares.size} numbers, {shares.tolist()}"
        remedy = "Fit each agent alone and the combination last, and give the ratio in the order of the agents."
        raise refusal(PLACE, "fits and ratio", "two agents or more, and a number above 0 for each", got, remedy)
    levels = np.atleast_1d(checked_fractions(affected, PLACE))
    together = np.outer(shares / shares.sum(), combined.dose_at(levels))
    return np.asarray(together / np.array([single.dose_at(levels) for single in singles]))


def _is_ratio(shares: FloatArray) -> bool:
    return bool((np.isfinite(shares) & (shares > 0)).all())
