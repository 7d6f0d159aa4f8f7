"""The interaction index from IC50s: what a combination takes of each agent's IC50, summed, over experiments.

It is the combination index at half the effect, read from four-parameter curves instead of median-effect lines, so that
it stands where a plateau is below 1. One number an experiment, Student's t over experiments.

An IC50 beyond its doses bounds the index and is never left out: beyond those of an agent alone, the index is at most
what the highest dose gives; beyond those of the combination, at least. Where an agent's part is small even so, the
index counts as known and its lower limit is widened by that part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.cautions import caution, join
from cytotools.doses.censored_mean import censored_mean, identical
from cytotools.doses.experiments import Z_95, ExperimentIc50
from cytotools.doses.index_verdicts import index_verdict
from cytotools.doses.selectivity import FEWEST_KNOWN
from cytotools.errors import refusal

FloatArray = NDArray[np.float64]
NAN = float("nan")
NEGLIGIBLE = 0.05  # of an index: the part of an agent whose IC50 lies beyond its doses
UNLIKE = 0.1  # of the response at dose 0: plateaus that differ by more


@dataclass(frozen=True)
class InteractionIndex:
    """The interaction index of a combination: 1 where doses add, below 1 where there is synergy.

    Attributes
    ----------
    index, low, high : float
        The geometric mean over experiments with its 95 % interval; known on one side where IC50s lie beyond doses: NaN
        with `low` 0 and `high`, or with `low` and inf.
    p_value : float
        Of an index of 1; NaN where nothing is tested.
    verdict : str
        synergy, antagonism, additive or not resolved.
    n : int
        Independent experiments behind it.
    experiments : dict of str to float
        The index of each experiment that holds all curves, NaN where it is known on one side only.
    cautions : str
        The cell of a table.
    """

    index: float
    low: float
    high: float
    p_value: float
    verdict: str
    n: int
    experiments: Mapping[str, float]
    cautions: str


@dataclass(frozen=True)
class _One:
    """The index of one experiment on the log scale: its bound where `above` or `below`, and its error within.

    It is `open_above` (`open_below`) where it or its limit on that side lies beyond doses. `hidden` is the largest part
    of a known index that agents make up whose IC50s lie beyond their doses.
    """

    ln: float
    error: float
    above: bool
    below: bool
    open_above: bool
    open_below: bool
    hidden: float

    @property
    def known(self) -> bool:
        return not (self.above or self.below)

    @property
    def told(self) -> bool:
        return not (self.open_above and self.open_below)


def interaction_index(
    singles: Sequence[Mapping[str, ExperimentIc50]],
    combined: Mapping[str, ExperimentIc50],
    shares: Sequence[float],
    plateaus: Sequence[Mapping[str, float]] = (),
) -> InteractionIndex:
    """Return the interaction index over experiments.

    Parameters
    ----------
    singles : sequence of mapping of experiment to ExperimentIc50
        Each agent alone, in its own unit.
    combined : mapping of experiment to ExperimentIc50
        The combination on its abscissa.
    shares : sequence of float
        The dose of each agent in its own unit, per unit of that abscissa.
    plateaus : sequence of mapping of experiment to float, optional
        The response at high doses of each agent alone and of the combination last, as a fraction of that at dose 0: to
        tell where half-way lies at unlike effects.

    Returns
    -------
    InteractionIndex
        Over the experiments that hold all curves. With one, its own interval as a description.

    Raises
    ------
    StudyError
        Fewer than two agents, shares that are not one number above 0 an agent, or no experiment that holds all.

    References
    ----------
    M. C. Berenbaum, Pharmacol. Rev. 41:93 (1989), https://pubmed.ncbi.nlm.nih.gov/2692037.

    Examples
    --------
    >>> def plates(*ic50s):
    ...     return {str(k): ExperimentIc50(x, 0.8 * x, 1.25 * x, 0.01, 100.0) for k, x in enumerate(ic50s)}
    >>> found = interaction_index([plates(1.0, 1.2, 0.9), plates(10.0, 13.0, 9.0)], plates(2.8, 3.1, 2.5), (0.1, 0.9))
    >>> round(found.index, 2), round(found.low, 2), round(found.high, 2), found.verdict
    (0.51, 0.43, 0.6, 'synergy')
    """
    _check(singles, combined, shares)
    shared = [name for name in combined if all(name in one for one in singles)]
    ones = {name: _one([one[name] for one in singles], combined[name], shares) for name in shared}
    told = [one for one in ones.values() if one.told]
    experiments = {name: float(np.exp(one.ln)) if one.known else NAN for name, one in ones.items()}
    lacking = len(set(combined).union(*singles)) - len(shared)
    curves = [one[name] for one in (*singles, combined) for name in shared]
    said = [
        caution("incomplete_pairs", f"{lacking} experiments lack a curve") if lacking else "",
        _count("flat_experiment", sum(one.flat for one in curves), len(curves), "curves"),
        _count("experiment_unresolved", len(ones) - len(told), len(ones), "experiments"),
        _on_plateaus(plateaus),
    ]
    if not told:
        cell = join(*said, caution("not_compared", "no experiment bounds the index"))
        return InteractionIndex(NAN, 0.0, np.inf, NAN, "not resolved", 0, experiments, cell)
    return _told(told, experiments, said)


def _one(singles: Sequence[ExperimentIc50], combined: ExperimentIc50, shares: Sequence[float]) -> _One:
    """Return what one experiment tells of the index."""
    ln_terms = np.log(shares) + _ln(combined) - np.array([_ln(one) for one in singles])
    beyond = np.array([_is_above(one) for one in singles])
    open_above = _is_above(combined) or combined.open_above or any(one.open_below and not one.flat for one in singles)
    above = _is_above(combined) or any(one.below for one in singles)
    if above and not beyond.all():  # it is at least what the agents add whose IC50s are known
        ln_terms = np.where(beyond, -np.inf, ln_terms)
    ln_index = float(np.logaddexp.reduce(ln_terms))
    parts = np.exp(ln_terms - ln_index)
    hidden = float(parts[beyond].sum())
    leaning = float(parts[[one.open_above for one in singles]].sum())
    below = combined.below or hidden > NEGLIGIBLE
    open_below = below or (combined.open_below and not combined.flat) or leaning > NEGLIGIBLE
    errors = [part * one.ln_error for part, one in zip(parts, singles, strict=True) if not _is_above(one)]
    error = float(np.hypot(combined.ln_error, np.linalg.norm(errors)))
    return _One(ln_index, error, above, below, open_above, open_below, 0.0 if below else hidden)


def _is_above(one: ExperimentIc50) -> bool:
    """Tell whether an IC50 lies above the doses; one of a flat curve does, for none of them has the effect."""
    return one.flat or one.above


def _ln(one: ExperimentIc50) -> float:
    return float(np.log(one.dose_max)) if one.flat else one.ln


def _over(ones: Sequence[_One]) -> tuple[FloatArray, float]:
    """Return ln index with its limits, and p, over experiments; of one experiment its own limits."""
    if len(ones) == 1:
        return ones[0].ln + Z_95 * ones[0].error * np.array([0.0, -1.0, 1.0]), NAN
    values, above, below, errors = (np.array([getattr(one, name) for one in ones]) for name in _FIELDS)
    found = censored_mean(values, above, below, errors)
    return np.array([found.mean, found.low, found.high]), found.p_value


_FIELDS = ("ln", "above", "below", "error")


def _told(ones: Sequence[_One], experiments: Mapping[str, float], said: Sequence[str]) -> InteractionIndex:
    """Return the index on its own scale, opened on the side on which experiments leave it open."""
    ln, p_value = _over(ones)
    n, hidden = len(ones), max(one.hidden for one in ones)
    index, low, high = np.exp(ln).tolist()
    low = 0.0 if _opens(ones, "below") else low * (1.0 - hidden)
    high = np.inf if _opens(ones, "above") else high
    is_open = low == 0 or high == np.inf
    if low <= 1 <= high and p_value < 0.05:
        p_value = 1.0 if is_open else 0.05
    return InteractionIndex(
        index=NAN if is_open else index,
        low=low,
        high=high,
        p_value=p_value,
        verdict=index_verdict(low, high, 1 if _are_copies(ones) else n),
        n=n,
        experiments=experiments,
        cautions=join(*said, *_on_limits(low, high), *_on_experiments(ones, hidden)),
    )


def _opens(ones: Sequence[_One], end: str) -> bool:
    """Tell whether an index is only bounded on this side, or half of them have no limit there."""
    beyond = any(getattr(one, end) for one in ones)
    return beyond or 2 * sum(getattr(one, f"open_{end}") for one in ones) >= len(ones)


def _on_limits(low: float, high: float) -> list[str]:
    if low == 0 and high == np.inf:
        return [caution("not_compared", "open on both sides")]
    if low == 0:
        return [caution("index_open", f"at most {high:.3g}")]
    return [caution("index_open", f"at least {low:.3g}")] if high == np.inf else []


def _on_experiments(ones: Sequence[_One], hidden: float) -> list[str]:
    """Return what the experiments themselves give reason to say."""
    found, known = [], sum(one.known for one in ones)
    if len(ones) == 1:
        found.append(caution("one_experiment", "no test"))
    elif known < FEWEST_KNOWN:
        found.append(caution("index_not_tested", f"{known} of {len(ones)} indices known"))
    if hidden:
        found.append(caution("negligible_agent", f"at most {100 * hidden:.2g} % of the index"))
    if _are_copies(ones):
        found.append(caution("same_ic50s", "equal indices"))
    return found


def _are_copies(ones: Sequence[_One]) -> bool:
    return len(ones) > 1 and identical(np.array([one.ln for one in ones]))


def _count(code: str, count: int, total: int, what: str) -> str:
    return caution(code, f"{count} of {total} {what}") if count else ""


def _on_plateaus(plateaus: Sequence[Mapping[str, float]]) -> str:
    means = [float(np.mean(list(one.values()))) for one in plateaus if one]
    if not means or max(means) - min(means) <= UNLIKE:
        return ""
    return caution("unlike_plateaus", " and ".join(f"{mean:.2f}" for mean in means))


def _check(
    singles: Sequence[Mapping[str, ExperimentIc50]], combined: Mapping[str, ExperimentIc50], shares: Sequence[float]
) -> None:
    if len(singles) < 2 or len(shares) != len(singles) or not all(0 < share < np.inf for share in shares):
        got = f"{len(singles)} agents and shares {', '.join(f'{share:g}' for share in shares)}"
        remedy = "Give each agent alone and its dose per unit of the combination's."
        raise refusal("interaction index", "agents", "two or more, each with a share above 0", got, remedy)
    if not any(all(name in one for one in singles) for name in combined):
        remedy = "Run every agent alone and the combination in each experiment."
        got = f"combination in {', '.join(combined) or 'none'}"
        raise refusal("interaction index", "experiments", "at least one that holds all curves", got, remedy)
