"""The combination index of agents in any ratio over independent experiments, at the doses that were tested together.

No curve is fitted to the combination: each point is held against the doses of the agents alone that have its measured
effect. The points are one family, so their limits hold together (Bonferroni); the headline, the mean of ln CI over the
points of each experiment, is one number decided beforehand and has limits of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.affected_fractions import checked_fractions, logit
from cytotools.doses.cautions import caution
from cytotools.doses.chou_talalay import index_of
from cytotools.doses.combined_experiment import CurveWells
from cytotools.doses.curve_plateaus import plateau_cautions
from cytotools.doses.dose_groups import numbers_of
from cytotools.doses.experiment_effects import median_effects, tested_effects
from cytotools.doses.index_headlines import Headline, headline_of, verdicts_of
from cytotools.doses.median_effect import MedianEffect
from cytotools.doses.t_intervals import t_intervals
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
PLACE = "combination index"
NAN = float("nan")
MOST_NAMED = 4  # points of a matrix


@dataclass(frozen=True, eq=False)
class IndexAtDoses:
    """The combination index at points of tested doses over experiments.

    Attributes
    ----------
    doses : ndarray, shape (n_agents, n_points)
    affected : ndarray, shape (n_points,)
        The mean effect over experiments.
    index, low, high, p_adjusted : ndarray, shape (n_points,)
        The geometric mean with its simultaneous 95 % limits, and the p-value of an index of 1, adjusted for all points
        that were tested. NaN where an experiment has no index; the limits also with one experiment.
    verdicts : tuple of str
        By the simultaneous limits; "not resolved" where `tested` is False.
    tested : ndarray of bool, shape (n_points,)
        The mean effect lies between 0 and 1 and within the effects that each agent alone was tested at, and every
        experiment has an index.
    ln_index : ndarray, shape (n_experiments, n_points)
        NaN where a measured effect is at or beyond 0 or 1, or an agent has no median effect.
    headline : Headline
        Its `levels` are the mean effects of the points that were tested.
    fits : tuple of tuple of MedianEffect or None
        Of the agents alone, by experiment.
    outside : int
        Measured effects of combinations at or beyond 0 and 1.
    cautions : tuple of str
    """

    doses: FloatArray
    affected: FloatArray
    index: FloatArray
    low: FloatArray
    high: FloatArray
    p_adjusted: FloatArray
    verdicts: tuple[str, ...]
    tested: NDArray[np.bool_]
    ln_index: FloatArray = field(repr=False)
    headline: Headline
    fits: tuple[tuple[MedianEffect | None, ...], ...] = field(repr=False)
    outside: int
    cautions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Return the number of independent experiments."""
        return len(self.ln_index)


def index_at_doses(
    singles: Sequence[Sequence[CurveWells]],
    doses: ArrayLike,
    affected: ArrayLike,
    fit: str = "nonlinear",
    exclusive: bool = True,
    names: Sequence[str] = (),
) -> IndexAtDoses:
    """Return the combination index at doses in any ratio, with intervals and verdicts.

    Parameters
    ----------
    singles : sequence of sequence of CurveWells
        By experiment the wells of each agent alone, in the order of `doses`.
    doses : array-like, shape (n_agents, n_points)
        Above 0: of each agent in each combination, the same in all experiments, in the unit of its wells.
    affected : array-like, shape (n_experiments, n_points)
        The mean fraction affected of each combination, as measured.
    fit : {"nonlinear", "log_linear"}
        Of the agents alone, as in `index_over_experiments`.
    exclusive : bool
        Whether the agents exclude one another.
    names : sequence of str
        Of the agents, for cautions.

    Returns
    -------
    IndexAtDoses

    Raises
    ------
    StudyError
        The shapes do not go together, a dose is not above 0, or percent is given.

    Examples
    --------
    >>> dose, ones = np.array([1.0, 2.0, 4.0, 8.0, 16.0]), np.ones(5)
    >>> def wells(dm):
    ...     return CurveWells(dose, 1.0 / (1.0 + dm / dose), ones)
    >>> plates = [(wells(4.0), wells(4.0 * k)) for k in (1.0, 1.1, 0.9)]
    >>> found = index_at_doses(plates, [[1.0, 1.0], [1.0, 2.0]], [[0.5, 0.6], [0.5, 0.62], [0.52, 0.6]])
    >>> found.index.round(2).tolist(), found.verdicts, found.headline.verdict
    ([0.49, 0.49], ('synergy', 'synergy'), 'synergy')
    """
    together, effects = _checked(singles, doses, affected)
    curves = [list(own) for own in zip(*singles, strict=True)]
    fits = tuple(zip(*(median_effects(wells, fit) for wells in curves), strict=True))
    ln_index = _ln_index(fits, together, effects, exclusive)
    mean = effects.mean(axis=0)
    reached = _reached(curves, mean)
    tested = reached & np.isfinite(ln_index).all(axis=0)
    unknown = np.full(ln_index.shape, NAN)  # the error of a point within an experiment is not known
    over = t_intervals(ln_index, unknown, comparisons=max(int(tested.sum()), 1))
    outside = int(np.sum((effects <= 0) | (effects >= 1)))
    called = tuple(names) or tuple(f"agent {k + 1}" for k in range(len(together)))
    said = [
        *_without_effect(fits, called),
        *_untested(together, mean, tested, outside),
        *plateau_cautions(curves, [f"{name} alone" for name in called]),
        *([caution("one_experiment", "no test")] if len(effects) < 2 else []),
    ]
    return IndexAtDoses(
        doses=together,
        affected=mean,
        index=np.exp(over.mean),
        low=np.exp(over.low),
        high=np.exp(over.high),
        p_adjusted=over.p_value,
        verdicts=verdicts_of(over, tested, len(effects)),
        tested=tested,
        ln_index=ln_index,
        headline=headline_of(ln_index, unknown, np.ones(ln_index.shape), tested, mean),
        fits=fits,
        outside=outside,
        cautions=tuple(said),
    )


def _checked(
    singles: Sequence[Sequence[CurveWells]], doses: ArrayLike, affected: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    together = np.atleast_2d(numbers_of(doses, "dose"))
    effects = checked_fractions(np.atleast_2d(numbers_of(affected, "fraction affected")), PLACE, noisy=True)
    agents = {len(own) for own in singles}
    if agents != {len(together)} or len(together) < 2 or effects.shape != (len(singles), together.shape[1]):
        got = (
            f"{len(singles)} experiments with {', '.join(map(str, sorted(agents))) or 'no'} agents alone, "
            f"doses of shape {together.shape} and effects of shape {effects.shape}"
        )
        remedy = "Give a row of doses an agent, a row of effects an experiment, and every agent alone in each."
        raise refusal(PLACE, "agents, doses and effects", "two agents or more, alike in all", got, remedy)
    if not together.size or not (np.isfinite(together) & (together > 0)).all():
        got = f"{np.min(together):g}" if together.size else "none"
        remedy = "Give agents alone as `singles`, and combinations only as `doses`."
        raise refusal(PLACE, "dose", "a number above 0", got, remedy)
    return together, effects


def _ln_index(
    fits: Sequence[Sequence[MedianEffect | None]], doses: FloatArray, affected: FloatArray, exclusive: bool
) -> FloatArray:
    """Return ln CI of each experiment at its own measured effects, NaN where there is none."""
    ln_dm, m = np.array([[(np.log(one.dm), one.m) if one else (NAN, NAN) for one in own] for own in fits]).T
    inside = (affected > 0) & (affected < 1)
    logits = np.where(inside, logit(np.where(inside, affected, 0.5)), NAN)
    ln_alone = ln_dm[:, :, None] + logits / m[:, :, None]  # agents, experiments, points
    return np.asarray(np.log(index_of(np.exp(np.log(doses)[:, None] - ln_alone), exclusive)))


def _reached(curves: Sequence[Sequence[CurveWells]], mean: FloatArray) -> NDArray[np.bool_]:
    """Return which mean effects lie between 0 and 1 and within those that every agent alone was tested at."""
    lowest, highest = zip(*map(tested_effects, curves), strict=True)
    return np.asarray((mean > 0) & (mean < 1) & (mean >= max(lowest)) & (mean <= min(highest)))


def _without_effect(fits: Sequence[Sequence[MedianEffect | None]], names: Sequence[str]) -> Iterator[str]:
    """Yield the agents that have no median effect in some experiment."""
    for k, name in enumerate(names):
        lost = sum(own[k] is None for own in fits)
        if lost:
            yield caution("no_median_effect", f"{name} alone in {lost} of {len(fits)} experiments")


def _untested(doses: FloatArray, mean: FloatArray, tested: NDArray[np.bool_], outside: int) -> Iterator[str]:
    """Yield the points without a verdict, by their doses."""
    if outside:
        yield caution("effects_outside", f"{outside} effects of combinations at or beyond 0 or 1, without an index")
    if not tested.all():
        points = [
            f"{' + '.join(f'{dose:g}' for dose in doses[:, k])} (mean effect {mean[k]:.2g})"
            for k in np.flatnonzero(~tested)
        ]
        such = "" if len(points) <= MOST_NAMED else f" and {len(points) - MOST_NAMED} others"
        yield caution("untested_effect", f"dose pairs {', '.join(points[:MOST_NAMED])}{such}")
