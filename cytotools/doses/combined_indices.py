"""The combination index over independent experiments: one ln CI each, Student's t over them, a verdict.

The rule. (1) Each experiment gives one ln CI at each effect, from the median effects of its own curves; its wells count
for nothing else. (2) The interval of their mean is Student's t. Fits on noisy curves scatter more at strong effects;
that scatter is in the interval. (3) An effect counts as tested where every curve reaches it on average over the
experiments; elsewhere the index is an extrapolation and no verdict is given. (4) The headline is the mean of ln CI over
the tested levels of each experiment, so that it is one number decided beforehand and not the best of several.
(5) An experiment in which an agent has no median effect leaves the index unknown: leaving it out would select.

The usual rule, CI below 0.9, calls synergy in 10 to 35 % of experiments that combine a drug with itself; this one in
at most 3 % (benchmarks/sham_combinations.csv).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from cytotools.doses.affected_fractions import checked_fractions
from cytotools.doses.cautions import caution
from cytotools.doses.chou_talalay import index_of
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
from cytotools.doses.dose_responses import fit_dose_responses
from cytotools.doses.experiment_effects import dose_means, fits_side_by_side, median_effects, tested_effects
from cytotools.doses.index_verdicts import NOT_RESOLVED, index_verdict
from cytotools.doses.median_effect import MedianEffect
from cytotools.doses.median_effect_curves import ln_dose_at
from cytotools.doses.sigmoid import FixedBaseline
from cytotools.doses.t_intervals import SAME, TIntervals, t_intervals
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
LEVELS = (0.5, 0.75, 0.9, 0.95)
LIMITED_TO = 0.01  # the other policy on effects at or beyond 0 and 1: limited to this, and to 1 less it
PLATEAU_ERROR = 0.01  # error rate of the test for a plateau below 1: each combination is tested three times
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Headline:
    """The index over all tested levels.

    Attributes
    ----------
    index, low, high, p_value : float
        NaN where no level was tested.
    verdict : str
    ln_index, ln_errors : ndarray, shape (n_experiments,)
        Of each experiment, with its standard error from the wells.
    levels : tuple of float
        What it is the mean of.
    """

    index: float
    low: float
    high: float
    p_value: float
    verdict: str
    ln_index: FloatArray = field(repr=False)
    ln_errors: FloatArray = field(repr=False)
    levels: tuple[float, ...]


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
    ln_index, ln_errors : ndarray, shape (n_experiments, n_levels)
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
    headline: Headline
    dri: FloatArray = field(repr=False)
    dri_low: FloatArray = field(repr=False)
    dri_high: FloatArray = field(repr=False)
    fits: tuple[tuple[MedianEffect | None, ...], ...] = field(repr=False)
    outside: int
    cautions: tuple[str, ...]
    shares: FloatArray = field(repr=False)
    exclusive: bool

    @property
    def n(self) -> int:
        """Return the number of independent experiments."""
        return len(self.experiments)

    def at(self, affected: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the index with its limits at other effects between 0 and 1, each (n,)."""
        ln, errors, degrees = _ln_indices(self.fits, self.shares, _levels(affected), self.exclusive)
        found = t_intervals(ln, errors, degrees[0])
        return np.exp(found.mean), np.exp(found.low), np.exp(found.high)

    def experiment_index(self, affected: ArrayLike) -> FloatArray:
        """Return the index of each experiment at other effects, (n_experiments, n)."""
        return np.asarray(np.exp(_ln_indices(self.fits, self.shares, _levels(affected), self.exclusive)[0]))


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
    ln_index, ln_errors, degrees = _ln_indices(fits, shares, at, exclusive)
    over, dri = t_intervals(ln_index, ln_errors, degrees[0]), _reductions(fits, shares, at)
    headline = _headline(ln_index, ln_errors, degrees, tested, at)
    outside = sum(dose_means(wells).outside for own in curves for wells in own)
    found = CombinedIndex(
        levels=at,
        index=np.exp(over.mean),
        low=np.exp(over.low),
        high=np.exp(over.high),
        p_value=over.p_value,
        verdicts=_verdicts(over, tested, len(experiments)),
        tested=tested,
        tested_range=tested_range,
        experiments=tuple(one.name for one in experiments),
        ln_index=ln_index,
        ln_errors=ln_errors,
        headline=headline,
        dri=np.exp([one.mean for one in dri]),
        dri_low=np.exp([one.low for one in dri]),
        dri_high=np.exp([one.high for one in dri]),
        fits=fits,
        outside=outside,
        cautions=(),
        shares=shares,
        exclusive=exclusive,
    )
    return _with_cautions(found, curves, fit, _named(names, shares.shape[1]))


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


def _ln_doses(fits: Sequence[Sequence[MedianEffect | None]], affected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ln of the dose of every curve at each effect and its standard error, (n_experiments, n_curves, n)."""
    known = [[(np.log(one.dm), one.m) if one else (NAN, NAN) for one in own] for own in fits]
    unknown = np.full((2, 2), np.inf)
    covariance = np.array([[one.covariance if one else unknown for one in own] for own in fits])
    ln_dm, m = np.moveaxis(np.array(known, dtype=np.float64), -1, 0)
    return ln_dose_at(ln_dm, m, covariance, affected)


def _ln_indices(
    fits: Sequence[Sequence[MedianEffect | None]], shares: FloatArray, affected: FloatArray, exclusive: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ln CI of each experiment, its standard error by the delta method and its degrees of freedom.

    All are (n_experiments, n); the degrees are Satterthwaite's of the curves that add to the error.
    """
    ln_doses, errors = _ln_doses(fits, affected)
    parts = shares[..., None] * np.exp(ln_doses[:, -1:] - ln_doses[:, :-1])
    index = index_of(np.moveaxis(parts, 1, 0), exclusive)
    slopes = parts if exclusive else parts * (1.0 + index[:, None]) / (1.0 + parts)  # in ln of each part
    shared = slopes / index[:, None]
    weights = np.concatenate([shared, shared.sum(axis=1, keepdims=True)], axis=1)
    variances = (weights * errors) ** 2
    return np.log(index), np.sqrt(variances.sum(axis=1)), _degrees(fits, variances)


def _degrees(fits: Sequence[Sequence[MedianEffect | None]], variances: FloatArray) -> FloatArray:
    """Return the degrees of freedom of a sum of variances, (n_experiments, n) of (n_experiments, n_curves, n)."""
    own = np.array([[one.degrees if one else 0 for one in fits_of] for fits_of in fits], dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees = variances.sum(axis=1) ** 2 / np.sum(variances**2 / own[..., None], axis=1)
    return np.asarray(np.where(np.isfinite(degrees), degrees, 1.0))


def _reductions(
    fits: Sequence[Sequence[MedianEffect | None]], shares: FloatArray, affected: FloatArray
) -> list[TIntervals]:
    """Return ln of the dose-reduction index of each agent over experiments."""
    ln_doses, errors = _ln_doses(fits, affected)
    ln_dri = ln_doses[:, :-1] - ln_doses[:, -1:] - np.log(shares)[..., None]
    spread = np.hypot(errors[:, :-1], errors[:, -1:])
    pairs = np.stack([errors[:, :-1], np.broadcast_to(errors[:, -1:], errors[:, :-1].shape)], axis=1) ** 2
    found = []
    for agent in range(shares.shape[1]):
        degrees = _degrees([(own[agent], own[-1]) for own in fits], pairs[:, :, agent])
        found.append(t_intervals(ln_dri[:, agent], spread[:, agent], degrees[0]))
    return found


def _headline(
    ln_index: FloatArray, ln_errors: FloatArray, degrees: FloatArray, tested: NDArray[np.bool_], levels: FloatArray
) -> Headline:
    """Return the mean of ln CI over the tested levels, whose errors within an experiment go together."""
    if not tested.any():
        nothing = np.full(len(ln_index), NAN)
        return Headline(NAN, NAN, NAN, NAN, NOT_RESOLVED, nothing, nothing, ())
    own, errors = ln_index[:, tested].mean(axis=1), ln_errors[:, tested].mean(axis=1)
    over = t_intervals(own[:, None], errors[:, None], degrees[0, tested].min())
    [verdict] = _verdicts(over, np.ones(1, dtype=np.bool_), len(own))
    index, low, high = (float(np.exp(value[0])) for value in over[:3])
    return Headline(index, low, high, float(over.p_value[0]), verdict, own, errors, tuple(levels[tested].tolist()))


def _verdicts(over: TIntervals, tested: NDArray[np.bool_], n: int) -> tuple[str, ...]:
    limits = zip(np.exp(over.low).tolist(), np.exp(over.high).tolist(), tested.tolist(), strict=True)
    return tuple(index_verdict(low, high, n) if told else NOT_RESOLVED for low, high, told in limits)


def _named(names: Sequence[str], agents: int) -> tuple[str, ...]:
    """Return what the curves are called."""
    known = tuple(names) or tuple(f"agent {k + 1}" for k in range(agents))
    return (*(f"{name} alone" for name in known), "the combination")


def _with_cautions(
    found: CombinedIndex, curves: Sequence[Sequence[CurveWells]], fit: str, names: Sequence[str]
) -> CombinedIndex:
    """Return the index with all that must be said of it."""
    said = [*_without_effect(found, names), *_on_policy(found, curves, fit), *_on_plateaus(curves, names)]
    if found.n < 2:
        said.append(caution("one_experiment", "no test"))
    elif _are_copies(found.ln_index):
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
            where = f" in {', '.join(one or 'the only experiment' for one in lost)}" if len(lost) < found.n else ""
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
        numbers = _ln_indices(_fits(curves, method, beyond), found.shares, found.levels, found.exclusive)
        verdicts[policy] = _headline(*numbers, found.tested, found.levels).verdict
    if len(set(verdicts.values())) > 1:
        yield caution("policy_flips", ", ".join(f"{policy}: {verdict}" for policy, verdict in verdicts.items()))


def _on_plateaus(curves: Sequence[Sequence[CurveWells]], names: Sequence[str]) -> Iterator[str]:
    """Yield the curves that level off below 1, where the median effect has no place for it."""
    for own, name in zip(curves, names, strict=True):
        plateau, p_value = plateau_below_one(own)
        if p_value < PLATEAU_ERROR and plateau < 1.0:
            yield caution("plateau_below_one", f"{name} levels off at {plateau:.2f}")


def plateau_below_one(curves: Sequence[CurveWells]) -> tuple[float, float]:
    """Return the mean plateau of a curve over experiments, and the p-value of a plateau of 1.

    An F test of curves with a free plateau against those that end at 1, their squares summed over experiments.
    """
    two, three = _squares_to_one(curves), [_free_plateau(wells) for wells in curves]
    known = [k for k, (plateau, _, degrees) in enumerate(three) if degrees > 0 and np.isfinite(plateau)]
    degrees = sum(three[k][2] for k in known)
    rest = sum(three[k][1] for k in known)
    if not known or not rest > 0:
        return NAN, NAN
    gain = max(sum(two[k] for k in known) - rest, 0.0)
    f = gain / len(known) / (rest / degrees)
    return float(np.mean([three[k][0] for k in known])), float(fdtrc(len(known), degrees, f))


def _squares_to_one(curves: Sequence[CurveWells]) -> list[float]:
    return [float(rss) for rss in fits_side_by_side(curves).rss]


def _free_plateau(wells: CurveWells) -> tuple[float, float, int]:
    """Return plateau, squares and degrees of freedom of a curve from 0 to a free plateau."""
    fits = fit_dose_responses(wells.dose, 1.0 - wells.affected[None], wells.weight, FixedBaseline(top=1.0))
    if fits.limit[0]:
        return NAN, NAN, 0
    end = fits.bottom[0] if fits.hill_slope[0] > 0 else fits.top[0]
    return float(1.0 - end), float(fits.rss[0]), int(fits.degrees[0])


def _are_copies(ln_index: FloatArray) -> bool:
    return bool(np.isfinite(ln_index).all() and np.ptp(ln_index, axis=0).max() <= SAME)
