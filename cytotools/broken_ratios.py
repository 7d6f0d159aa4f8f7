"""Combinations whose doses were meant to keep one ratio and do not: which wells break it.

They are meant to where one ratio is found and other wells come near it, or where every dose of an agent meets one dose
of each other only, as in a dilution of both together, and yet no ratio is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

from cytotools.curve_groups import SameAgents, same_agents
from cytotools.dose_designs import FEWEST_DOSES, ratio_parts, ratio_words, same_ratio
from cytotools.experiments import grouped

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.well_agents import Agent

NEAR = log(1.5)  # a well this far off a ratio was meant to keep it
MOST_NAMED = 8  # wells

Doses = tuple[float, ...]


@dataclass(frozen=True)
class BrokenRatio:
    """The condition of a combination, and what breaks its ratio in words."""

    condition: dict[str, Any]
    words: str


def broken_ratios(
    wells: pd.DataFrame, agents: Mapping[int, tuple[Agent, ...]], in_curves: Collection[int] = ()
) -> list[BrokenRatio]:
    """Return the combinations whose ratio is not constant.

    Parameters
    ----------
    wells, agents
        As `cytotools.curve_groups.same_agents` takes them; `wells` with `plate` and `well`, where they have names.
    in_curves : collection of int
        Rows that are in a curve, which is what they were meant for.

    Examples
    --------
    >>> import pandas as pd
    >>> from cytotools.well_agents import read_agents
    >>> wells = pd.DataFrame({"assay": "mtt", "role": "treated", "well": ["A1", "A2", "A3", "A4"],
    ...                       "compound": "cisplatin", "dose": [1.0, 2.0, 4.0, 8.0], "dose_unit": "uM",
    ...                       "compound_2": "birinapant", "dose_2": [10.0, 20.0, 48.0, 80.0], "dose_unit_2": "nM"})
    >>> broken_ratios(wells, read_agents(wells, {}).by_row)[0].words
    '3 of 4 doses keep cisplatin : birinapant 1:10, but A3 holds 1:12'
    """
    names = _names(wells)
    found = [(same, _words(same, names, in_curves)) for same in same_agents(wells, agents) if len(same.agents) > 1]
    return [BrokenRatio(same.condition, words) for same, words in found if words]


def _names(wells: pd.DataFrame) -> dict[int, str]:
    """Return where each well is: its plate and well."""
    columns = [wells[name].astype(str) for name in ("plate", "well") if name in wells]
    named = [" ".join(part for part in parts if part) for parts in zip(*columns, strict=True)]
    return dict(zip(wells.index.tolist(), named, strict=True))


def _words(same: SameAgents, names: Mapping[int, str], in_curves: Collection[int]) -> str:
    meant = {*in_curves, *same.design.in_ratio, *same.design.crossed}
    left = {i: _doses(own) for i, own in same.wells.items() if i not in meant}
    of_agents = " : ".join(agent.name for agent in same.agents)
    near = {
        ratio: {i: doses for i, doses in left.items() if same_ratio(doses, ratio_parts(ratio), NEAR)}
        for ratio in same.design.ratios
    }
    said = [f"{of_agents} is {ratio}, but {_held(off, names)}" for ratio, off in near.items() if off]
    if said:
        return ", ".join(said)
    return "" if same.design.ratios or not _diluted_together(left.values()) else _in_none(left, names, of_agents)


def _doses(agents: Iterable[Agent]) -> Doses:
    return tuple(agent.dose for agent in agents)


def _diluted_together(doses: Iterable[Doses]) -> bool:
    """Tell whether doses enough are there, and each of an agent meets one of the others only."""
    distinct = set(doses)
    return len(distinct) >= FEWEST_DOSES and all(
        len(set(of_agent)) == len(distinct) for of_agent in zip(*distinct, strict=True)
    )


def _in_none(left: Mapping[int, Doses], names: Mapping[int, str], of_agents: str) -> str:
    """Return which wells leave the ratio of most doses, or that there is none."""
    distinct = sorted(set(left.values()))
    kept = Counter({doses: sum(same_ratio(doses, other) for other in distinct) for doses in distinct})
    usual, count = kept.most_common(1)[0]
    if 2 * count > len(distinct):
        off = {i: doses for i, doses in left.items() if not same_ratio(doses, usual)}
        return f"{count} of {len(distinct)} doses keep {of_agents} {ratio_words(usual)}, but {_held(off, names)}"
    ratios = sorted(distinct, key=lambda doses: doses[-1] / doses[0])
    return f"{of_agents} runs from {ratio_words(ratios[0])} to {ratio_words(ratios[-1])} over {len(distinct)} doses"


def _held(off: Mapping[int, Doses], names: Mapping[int, str]) -> str:
    """Return wells with the ratio that each holds instead."""
    by_ratio = grouped(off, lambda i: ratio_words(off[i]))
    return " and ".join(f"{_listed([names[i] for i in rows])} holds {ratio}" for ratio, rows in by_ratio.items())


def _listed(wells: Sequence[str]) -> str:
    more = f" and {len(wells) - MOST_NAMED} more" if len(wells) > MOST_NAMED else ""
    return ", ".join(wells[:MOST_NAMED]) + more
