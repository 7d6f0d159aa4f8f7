"""IC50s under several schedules, compared over experiments, and which schedule is best.

Where every IC50 is known, one model of schedule + experiment tells all contrasts (`cytotools.doses.block_model`). An
IC50 beyond its doses has no place in it: the schedules are then compared two by two, which gives one-sided limits
(`cytotools.doses.selectivity`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from cytotools.doses.block_model import BlockContrast, block_contrasts
from cytotools.doses.cautions import caution, join
from cytotools.doses.experiments import ExperimentIc50
from cytotools.doses.selectivity import Ic50Pair, Ic50Ratio, compare_ic50

NAN = float("nan")


@dataclass(frozen=True)
class ScheduleContrasts:
    """Contrasts of ln IC50 between schedules, and whether they rest on one `model` or on `pairs`."""

    basis: str
    contrasts: tuple[BlockContrast, ...]


def compare_schedules_ic50(
    ic50s: Mapping[str, Mapping[str, ExperimentIc50]], pairs: Sequence[tuple[str, str]] | None = None
) -> ScheduleContrasts:
    """Return the contrasts of ln IC50 between schedules, adjusted together.

    Parameters
    ----------
    ic50s : mapping of schedule to mapping of experiment to ExperimentIc50
        All in one unit.
    pairs : sequence of (first, second), optional
        By default every pair.

    Returns
    -------
    ScheduleContrasts
        `basis` is "model" where every IC50 lies within its doses and no ratio is open, else "pairs".

    Examples
    --------
    >>> def plates(*ic50s):
    ...     return {str(k): ExperimentIc50(x, 0.8 * x, 1.25 * x, 0.01, 100.0) for k, x in enumerate(ic50s)}
    >>> found = compare_schedules_ic50({"pre": plates(1.1, 1.5, 1.2), "co": plates(2.4, 3.6, 2.5)})
    >>> found.basis, found.contrasts[0].row("relative IC50 by schedule")["contrast"]
    ('model', 'pre against co')
    """
    schedules = [name for name, held in ic50s.items() if held]
    wanted = list(combinations(schedules, 2)) if pairs is None else list(pairs)
    two_by_two = compare_ic50([Ic50Pair("", ic50s[first], ic50s[second]) for first, second in wanted])
    used = [one for name in dict.fromkeys(name for pair in wanted for name in pair) for one in ic50s[name].values()]
    known = all(one.resolved and not (one.above or one.below or one.flat) for one in used)
    if known and all(0 < one.low <= one.high < np.inf and one.n > 1 for one in two_by_two):
        values = {name: {e: one.ln for e, one in held.items()} for name, held in ic50s.items()}
        errors = {name: {e: one.ln_error for e, one in held.items()} for name, held in ic50s.items()}
        return ScheduleContrasts("model", tuple(block_contrasts(values, wanted, errors)))
    return ScheduleContrasts(
        "pairs", tuple(_of_ratio(pair, one, known) for pair, one in zip(wanted, two_by_two, strict=True))
    )


def _of_ratio(pair: tuple[str, str], ratio: Ic50Ratio, known: bool) -> BlockContrast:
    with np.errstate(divide="ignore"):
        estimate, low, high = np.log([ratio.estimate, ratio.low, ratio.high]).tolist()
    cautions = ratio.cautions if known else join(ratio.cautions, caution("compared_in_pairs", "not in one model"))
    return BlockContrast(
        *pair, estimate, low, high, NAN, NAN, ratio.p_value, ratio.p_adjusted, ratio.n, NAN, ratio.basis, cautions
    )


@dataclass(frozen=True)
class BestSchedule:
    """Which schedule is best.

    Attributes
    ----------
    name : str
        The schedule that is better than every other after adjustment, "" where none is.
    leader : str
        The one that looks best, whether resolved or not; "" where open values leave that unknown.
    unresolved : tuple of str
        The schedules that are not told from the leader.
    better : tuple of (str, str)
        Every pair that is told, the better one first.
    """

    name: str
    leader: str
    unresolved: tuple[str, ...]
    better: tuple[tuple[str, str], ...]


def best_schedule(contrasts: Sequence[BlockContrast], *, lower_is_better: bool) -> BestSchedule:
    """Return which schedule is best, and what is not told.

    Parameters
    ----------
    contrasts : sequence of BlockContrast
        One family; a schedule is best only where it is compared with every other.
    lower_is_better : bool
        True of IC50s and combination indices, False of an excess.

    Examples
    --------
    >>> ln_ic50 = {"pre": {"1": 0.1, "2": 0.4, "3": 0.2}, "co": {"1": 0.9, "2": 1.3, "3": 0.9}}
    >>> ln_ic50["post"] = {"1": 1.0, "2": 1.2, "3": 1.1}
    >>> best_schedule(block_contrasts(ln_ic50), lower_is_better=True)
    BestSchedule(name='pre', leader='pre', unresolved=(), better=(('pre', 'co'), ('pre', 'post')))
    """
    names = dict.fromkeys(name for one in contrasts for name in (one.first, one.second))
    ahead = [pair for pair in (_ahead(one, lower_is_better) for one in contrasts) if pair]
    better = tuple(pair for one in contrasts if one.p_adjusted < 0.05 and (pair := _ahead(one, lower_is_better)))
    leaders = [name for name in names if {loser for winner, loser in ahead if winner == name} == names.keys() - {name}]
    leader = leaders[0] if leaders else ""
    beaten = {loser for winner, loser in better if winner == leader}
    unresolved = tuple(name for name in names if name != leader and name not in beaten) if leader else tuple(names)
    return BestSchedule("" if unresolved else leader, leader, unresolved, better)


def _ahead(one: BlockContrast, lower_is_better: bool) -> tuple[str, str] | None:
    """Return the better schedule and the other; None where the contrast does not tell its side."""
    side = one.estimate if np.isfinite(one.estimate) else one.low if one.low > 0 else min(one.high, 0.0)
    if not side:
        return None
    return (one.first, one.second) if (side < 0) == lower_is_better else (one.second, one.first)
