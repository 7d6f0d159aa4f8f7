"""The combination index over independent experiments: one ln CI each, Student's t over them, a verdict.

The rule. (1) Each experiment gives one ln CI at each effect, from the median effects of its own curves; its wells count
for nothing else. (2) The interval of their mean is Student's t. Fits on noisy curves scatter more at strong effects;
that scatter is in the interval. (3) An effect counts as tested where every curve reaches it on average over the
experiments; elsewhere the index is an extrapolation and no verdict is given. (4) The headline is the mean of ln CI over
the tested levels of each experiment, so that it is one number decided beforehand and not the best of several.
(5) An experiment in which an agent has no median effect leaves the index unknown: leaving it out would select.

The usual rule, CI below 0.9, calls synergy in 21 to 37 % of single experiments that combine a drug with itself and in 6
to 29 % of means over three to six of them; this one in 1.3 to 2.5 %, where 2.5 % is nominal
(benchmarks/sham_combinations_summary.csv).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.doses.additive_indices import additive_index, slope_caution
from cytotools.doses.affected_fractions import checked_fractions
from cytotools.doses.cautions import caution
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
from cytotools.doses.curve_plateaus import plateau_cautions
from cytotools.doses.experiment_effects import dose_means, median_effects, tested_effects
from cytotools.doses.experiment_indices import ln_indices, ln_reductions
from cytotools.doses.index_headlines import Headline, headline_of, verdicts_of
from cytotools.doses.median_effect import MedianEffect
from cytotools.doses.t_intervals import are_copies, t_intervals
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
LEVELS = (0.5, 0.75, 0.9, 0.95)
LIMITED_TO = 0.01  # the other policy on effects at or beyond 0 and 1: limited to this, and to 1 less it
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class CombinedIndex:
    """The combination index of agents in a constant ratio over experiments.

    Attributes
    ----------
    levels : ndarray, shape (n_levels,)
        Fractions affected.
    index, low, high, p_value : ndarray, shape (n_levels,)
        The geometric mean over experiments with its 95 % interval, and the p-value of an index of 1. Of one experiment
        the limits hold the scatter of its wells alone and nothing is tested.
    verdicts : tuple of str
    tested : ndarray of bool, shape (n_levels,)
    tested_range : tuple of float
        The effects that every curve was tested at.
    experiments : tuple of str
    ln_index, ln_errors, degrees : ndarray, shape (n_experiments, n_levels)
        Of each experiment, with its standard error from the wells and the degrees of freedom of that.
    headline : Headline
    dri, dri_low, dri_high : ndarray, shape (n_agents, n_levels)
        How many times lower the dose of an agent is in the combination than alone.
    fits : tuple of tuple of MedianEffect or None
        By experiment: the agents alone, the combination last.
    outside : int
        Dose means at or beyond 0 and 1, over all curves and experiments.
    cautions : tuple of str
    shares : ndarray, shape (n_experiments, n_agents)
        As `CombinedExperiment` has them.
    exclusive : bool
    additive : ndarray, shape (n_levels,)
        The index that agents of these slopes would show if they merely added: 1 where the slopes are alike. A verdict
        of synergy or antagonism must exclude it as well as 1.
    combined_doses : ndarray
        Distinct doses of the combination.
    fit : str
    """

    levels: FloatArray
    index: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    verdicts: tuple[str, ...]
    tested: NDArray[np.bool_]
    tested_range: tuple[float, float]
    experiments: tuple[str, ...]
    ln_index: FloatArray = field(repr=False)
    ln_errors: FloatArray = field(repr=False)
    degrees: FloatArray = field(repr=False)
    headline: Headline
    dri: FloatArray = field(repr=False)
    dri_low: FloatArray = field(repr=False)
    dri_high: FloatArray = field(repr=False)
    fits: tuple[tuple[MedianEffect | None, ...], ...] = field(repr=False)
    outside: int
    cautions: tuple[str, ...]
    shares: FloatArray = field(repr=False)
    exclusive: bool
    additive: FloatArray = field(repr=False)
    combined_doses: FloatArray = field(repr=False)
    fit: str

    @property
    def n(self) -> int:
        """Return the number of independent experiments."""
        return len(self.experiments)

    def taken_as(self, *, exclusive: bool) -> CombinedIndex:
        """Return the same of agents that exclude one another, or that do not."""
        additive = _additive(self.fits, self.shares, self.combined_doses, self.levels, exclusive, self.fit)
        return replace(self, **_estimates(self.fits, self.shares, self.levels, self.tested, exclusive, additive))

    def at(self, affected: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the index with its limits at other effects between 0 and 1, each (n,)."""
        ln, errors, degrees = ln_indices(self.fits, self.shares, _levels(affected), self.exclusive)
        found = t_intervals(ln, errors, degrees[0])
        return np.exp(found.mean), np.exp(found.low), np.exp(found.high)

    def experiment_index(self, affected: ArrayLike) -> FloatArray:
        """Return the index of each experiment at other effects, (n_experiments, n)."""
        return np.asarray(np.exp(ln_indices(self.fits, self.shares, _levels(affected), self.exclusive)[0]))


def index_over_experiments(
    experiments: Sequence[CombinedExperiment],
    levels: ArrayLike = LEVELS,
    fit: str = "nonlinear",
    exclusive: bool = True,
    names: Sequence[str] = (),
) -> CombinedIndex:
    """Return the combination index at some effects, with intervals and verdicts.

    Parameters
    ----------
    experiments : sequence of CombinedExperiment
        Independent ones, all of the same agents.
    levels : array-like, shape (n_levels,)
        Fractions affected between 0 and 1.
    fit : {"nonlinear", "log_linear"}
        Least squares of the fractions, or the straight line of CompuSyn, which leaves out what has no logit.
    exclusive : bool
        Whether the agents exclude one another.
    names : sequence of str
        Of the agents, for cautions.

    Returns
    -------
    CombinedIndex

    References
    ----------
    T.-C. Chou, Pharmacol. Rev. 58:621 (2006), doi:10.1124/pr.58.3.10 (the index, and which effects are relevant).

    Examples
    --------
    >>> dose, ones = np.array([1.0, 2.0, 4.0, 8.0, 16.0]), np.ones(5)
    >>> def wells(dm):
    ...     return CurveWells(dose, 1.0 / (1.0 + (dm / dose) ** 1.5), ones)
    >>> plates = [CombinedExperiment(name, (wells(4.0), wells(4.0 * k)), wells(2.0), (0.5, 0.5))
    ...           for name, k in (("1", 1.0), ("2", 1.1), ("3", 0.9))]
    >>> found = index_over_experiments(plates)
    >>> found.index.round(2).tolist(), found.verdicts[0], found.headline.verdict
    ([0.5, 0.5, 0.5, 0.5], 'synergy', 'synergy')
    """
    at, shares = _levels(levels), _shares(experiments)
    curves = _by_curve(experiments)
    fits = _fits(curves, fit, "leave out")
    tested_range = _tested_range(curves)
    tested = (at >= tested_range[0]) & (at <= tested_range[1])
    dri = ln_reductions(fits, shares, at)
    doses = np.unique(np.concatenate([one.combined.dose for one in experiments]))
    found = CombinedIndex(
        **_estimates(fits, shares, at, tested, exclusive, _additive(fits, shares, doses, at, exclusive, fit)),
        levels=at,
        tested=tested,
        tested_range=tested_range,
        experiments=tuple(one.name for one in experiments),
        dri=np.exp([one.mean for one in dri]),
        dri_low=np.exp([one.low for one in dri]),
        dri_high=np.exp([one.high for one in dri]),
        fits=fits,
        outside=sum(dose_means(wells).outside for own in curves for wells in own),
        cautions=(),
        shares=shares,
        combined_doses=doses,
        fit=fit,
    )
    return _with_cautions(found, curves, fit, _named(names, shares.shape[1]))


def _estimates(
    fits: Sequence[Sequence[MedianEffect | None]],
    shares: FloatArray,
    levels: FloatArray,
    tested: NDArray[np.bool_],
    exclusive: bool,
    additive: FloatArray,
) -> dict[str, Any]:
    """Return the fields of an index that depend on how the agents are taken to act."""
    ln_index, ln_errors, degrees = ln_indices(fits, shares, levels, exclusive)
    over = t_intervals(ln_index, ln_errors, degrees[0])
    return {
        "index": np.exp(over.mean),
        "low": np.exp(over.low),
        "high": np.exp(over.high),
        "p_value": over.p_value,
        "verdicts": verdicts_of(over, tested, 1 if are_copies(ln_index) else len(ln_index), additive),
        "additive": additive,
        "ln_index": ln_index,
        "ln_errors": ln_errors,
        "degrees": degrees,
        "headline": headline_of(ln_index, ln_errors, degrees, tested, levels, additive),
        "exclusive": exclusive,
    }


def _levels(affected: ArrayLike) -> FloatArray:
    return np.atleast_1d(checked_fractions(affected, "combination index"))


def _shares(experiments: Sequence[CombinedExperiment]) -> FloatArray:
    """Return the shares of each experiment, (n_experiments, n_agents)."""
    agents = {len(one.singles) for one in experiments} | {len(one.shares) for one in experiments}
    if len(agents) != 1 or min(agents) < 2:
        got = f"{len(experiments)} experiments with {', '.join(map(str, sorted(agents))) or 'no'} agents"
        remedy = "Give the wells of every agent alone, in the order of the shares."
        raise refusal("combination index", "experiments", "the same two agents or more in each", got, remedy)
    return np.array([one.shares for one in experiments], dtype=np.float64)


def _by_curve(experiments: Sequence[CombinedExperiment]) -> list[list[CurveWells]]:
    """Return the wells of each agent alone and of the combination last, each over the experiments."""
    return [list(curve) for curve in zip(*((*one.singles, one.combined) for one in experiments), strict=True)]


def _fits(
    curves: Sequence[Sequence[CurveWells]], fit: str, beyond: str | float
) -> tuple[tuple[MedianEffect | None, ...], ...]:
    return tuple(zip(*(median_effects(wells, fit, beyond) for wells in curves), strict=True))


def _tested_range(curves: Sequence[Sequence[CurveWells]]) -> tuple[float, float]:
    """Return the effects between 0 and 1 that every curve was tested at; (NaN, NaN) where there are none."""
    lowest, highest = zip(*map(tested_effects, curves), strict=True)
    low, high = max(0.0, *lowest), min(1.0, *highest)
    return (low, high) if low < high else (NAN, NAN)


def _named(names: Sequence[str], agents: int) -> tuple[str, ...]:
    """Return what the curves are called."""
    known = tuple(names) or tuple(f"agent {k + 1}" for k in range(agents))
    return (*(f"{name} alone" for name in known), "the combination")


def _with_cautions(
    found: CombinedIndex, curves: Sequence[Sequence[CurveWells]], fit: str, names: Sequence[str]
) -> CombinedIndex:
    """Return the index with all that must be said of it."""
    said = [*_without_effect(found, names), *_on_policy(found, curves, fit), *plateau_cautions(curves, names)]
    said += _on_slopes(found)
    if found.n < 2:
        said.append(caution("one_experiment", "no test"))
    elif are_copies(found.ln_index):
        said.append(caution("no_scatter", f"{found.n} equal indices"))
    if not found.tested.any() and not np.isnan(found.tested_range[0]):
        low, high = found.tested_range
        said.append(caution("untested_effect", f"the curves share effects from {low:.2g} to {high:.2g}"))
    elif not found.tested.any():
        said.append(caution("untested_effect", "the curves share no effect"))
    return replace(found, cautions=tuple(said))


def _without_effect(found: CombinedIndex, names: Sequence[str]) -> Iterator[str]:
    """Yield the curves that tell no median effect."""
    for k, name in enumerate(names):
        lost = [one for one, fits in zip(found.experiments, found.fits, strict=True) if fits[k] is None]
        if lost:
            where = f" in experiment {', '.join(lost)}" if len(lost) < found.n else ""
            yield caution("no_median_effect", f"{name}{where}")


def _on_policy(found: CombinedIndex, curves: Sequence[Sequence[CurveWells]], fit: str) -> Iterator[str]:
    """Yield how effects at or beyond 0 and 1 were taken, and whether the verdict hangs on it."""
    if not found.outside:
        return
    what = "kept as they are" if fit == "nonlinear" else "left out"
    yield caution("effects_outside", f"{found.outside} dose means at or beyond 0 or 1, {what}")
    policies: list[tuple[str, str, str | float]] = [
        ("kept", "nonlinear", "leave out"),
        ("left out", "log_linear", "leave out"),
        ("limited", "log_linear", LIMITED_TO),
    ]
    verdicts = {}
    for policy, method, beyond in policies:
        numbers = ln_indices(_fits(curves, method, beyond), found.shares, found.levels, found.exclusive)
        verdicts[policy] = headline_of(*numbers, found.tested, found.levels, found.additive).verdict
    if len(set(verdicts.values())) > 1:
        yield caution("policy_flips", ", ".join(f"{policy}: {verdict}" for policy, verdict in verdicts.items()))


def _on_slopes(found: CombinedIndex) -> Iterator[str]:
    """Yield what the slopes of the agents alone do to the index."""
    if found.tested.any() and np.isfinite(found.ln_index).all():
        slopes = np.exp(np.mean([[np.log(one.m) for one in own[:-1] if one] for own in found.fits], axis=0))
        yield from slope_caution(found.additive[found.tested], slopes, found.levels[found.tested], found.exclusive)


def _additive(
    fits: Sequence[Sequence[MedianEffect | None]],
    shares: FloatArray,
    doses: FloatArray,
    levels: FloatArray,
    exclusive: bool,
    fit: str,
) -> FloatArray:
    """Return the index of agents that merely add, by the mean of their curves; 1 where one has no median effect."""
    if any(one is None for own in fits for one in own):
        return np.ones(len(levels))
    known = [[(np.log(one.dm), np.log(one.m)) for one in own[:-1] if one] for own in fits]
    ln_dm, ln_m = np.mean(known, axis=0).T
    return additive_index(ln_dm, np.exp(ln_m), np.exp(np.log(shares).mean(axis=0)), doses, levels, exclusive, fit)
