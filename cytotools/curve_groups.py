"""Which wells make a dose-response curve: the doses of one agent, or of a constant ratio, all else held the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cytotools.dose_designs import FEWEST_DOSES, DoseDesign, dose_design
from cytotools.experiments import NOT_CONDITIONS, grouped, key_of
from cytotools.schedules import schedule_of, serving_schedule
from cytotools.well_agents import SLOTS, Agent, by_row, experiment_name

if TYPE_CHECKING:
    import pandas as pd

PLACE = ("cell_line", "arm", "hours")
MOST_PARTNERS = 3  # doses of a matrix over which an agent has curves: beyond, the scores of the matrix tell more
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class CurveGroup:
    """One dose-response curve with the wells of every experiment.

    Attributes
    ----------
    condition : dict
        The condition columns that all its wells share; the dose that runs is NaN.
    assay : str
    runs : {"compound", "compound_2", "compound_3", "ratio"}
        Whose dose is the abscissa; a ratio runs in the total dose, or in the first agent's where units are unlike.
    doses : dict of int to float
        The dose of each of its treated wells, by row.
    partner_rows : tuple of int
        Wells of the agents that do not run, alone: they are dose 0 of this curve. Where all agents run, dose 0 is the
        control that serves the treated wells.
    ratio : str
        p:q of the agents' doses where the ratio runs.
    agents : tuple of Agent
        All that its wells hold; the dose of those that run is NaN.
    """

    condition: dict[str, Any]
    assay: str
    runs: str
    doses: dict[int, float]
    partner_rows: tuple[int, ...] = ()
    ratio: str = ""
    agents: tuple[Agent, ...] = ()

    @property
    def has_partner(self) -> bool:
        """Tell whether an agent is held at one dose while another runs."""
        return any(self.condition.get(f"dose{slot}", 0.0) > 0 for slot in SLOTS)


@dataclass(frozen=True, eq=False)
class SameAgents:
    """The wells that hold the same agents under the same conditions, and what their doses make.

    Attributes
    ----------
    condition : dict
        The condition columns that they share, doses NaN.
    assay : str
    agents : tuple of Agent
        Their doses NaN.
    wells : dict of int to tuple of Agent
        By row, in order of appearance.
    design : DoseDesign
    """

    condition: dict[str, Any]
    assay: str
    agents: tuple[Agent, ...]
    wells: dict[int, tuple[Agent, ...]]
    design: DoseDesign

    @property
    def place(self) -> tuple[Any, ...]:
        """Return what single agents and combinations must share to be compared: assay, line, arm and hours."""
        return place_of(self.assay, self.condition)


def place_of(assay: str, condition: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what single agents and combinations must share to be compared: assay, line, arm and hours."""
    return assay, *(key_of(condition.get(column)) for column in PLACE)


def same_agents(wells: pd.DataFrame, agents: Mapping[int, tuple[Agent, ...]]) -> list[SameAgents]:
    """Return the treated wells by what they hold and under which conditions, in order of appearance.

    One agent alone is the same in whichever column of compounds it stands; of several, `schedule` tells by their
    columns which came first.

    Parameters
    ----------
    wells : DataFrame
        Wells with `assay`, `role` and the condition columns; excluded wells must be out already.
    agents : mapping of row to agents
        As `cytotools.well_agents.read_agents` finds them; rows that are not in the table are passed over.
    """
    rows = by_row(wells)
    found = {i: own for i, own in agents.items() if i in rows}
    keys = {i: (place_of(rows[i]["assay"], rows[i]), schedule_of(rows[i])) for i in found}
    alike = grouped(found, lambda i: (keys[i], _slots(found[i])))
    return [_same(members, rows, found) for members in alike.values()]


def _slots(agents: Sequence[Agent]) -> tuple[tuple[str, str], ...]:
    return tuple((agent.slot if len(agents) > 1 else "", agent.name) for agent in agents)


def _same(
    members: Sequence[int], rows: Mapping[int, Mapping[str, Any]], agents: Mapping[int, tuple[Agent, ...]]
) -> SameAgents:
    from cytotools.conditions import CONDITION_COLUMNS

    first = min(members, key=lambda i: [agent.slot for agent in agents[i]])
    row, own = rows[first], tuple(replace(agent, dose=NAN) for agent in agents[first])
    own = own if len(own) > 1 else (replace(own[0], slot=""),)
    condition = {name: row[name] for name in CONDITION_COLUMNS if name in row and name not in NOT_CONDITIONS}
    wells = {i: agents[i] for i in members}
    plates = {i: rows[i].get("plate") for i in members}
    experiments = {i: experiment_name(rows[i]) for i in members}
    design = dose_design(wells, plates, experiments)
    return SameAgents(_named(condition, own), str(row["assay"]), own, wells, design)


def _named(condition: Mapping[str, Any], agents: Sequence[Agent]) -> dict[str, Any]:
    """Return a condition that names the agents it holds, and none at dose 0."""
    given = [slot for slot in SLOTS if f"compound{slot}" in condition]
    nothing = {f"compound{slot}": "" for slot in given} | _doses(Agent(slot, "", NAN, "") for slot in given)
    return {**condition, **nothing, **{f"compound{own.slot}": own.name for own in agents}, **_doses(agents)}


def _doses(agents: Iterable[Agent]) -> dict[str, Any]:
    """Return the dose columns of a condition, in the unit of all wells of the compound."""
    columns: dict[str, Any] = {}
    for agent in agents:
        columns |= {f"dose{agent.slot}": agent.dose, f"dose_unit{agent.slot}": agent.unit}
    return columns


def curve_groups(wells: pd.DataFrame, agents: Mapping[int, tuple[Agent, ...]]) -> list[CurveGroup]:
    """Return every curve that the wells make, in order of appearance.

    Parameters
    ----------
    wells, agents
        As `same_agents` takes them.

    Returns
    -------
    list of CurveGroup
        Single agents, constant ratios, and one agent over fixed doses of the others; each has four doses at least. A
        matrix of four doses or more of both agents gives none: its scores hold what its rows and columns would.

    Examples
    --------
    >>> import pandas as pd
    >>> from cytotools.well_agents import read_agents
    >>> doses = [1.0, 2.0, 4.0, 8.0]
    >>> wells = pd.DataFrame({"assay": "mtt", "role": "treated", "compound": "cisplatin", "dose": doses,
    ...                       "dose_unit": "uM", "replicate": "1"})
    >>> [group] = curve_groups(wells, read_agents(wells, {}).by_row)
    >>> group.runs, list(group.doses.values())
    ('compound', [1.0, 2.0, 4.0, 8.0])
    """
    alike = same_agents(wells, agents)
    return [group for same in alike for group in (*_ratios(same), *_running(same, alike))]


def _ratios(same: SameAgents) -> Iterator[CurveGroup]:
    for ratio, rows in same.design.ratios.items():
        doses = {i: _total(same.wells[i]) for i in rows}
        yield CurveGroup(same.condition, same.assay, "ratio", doses, ratio=ratio, agents=same.agents)


def _total(agents: Sequence[Agent]) -> float:
    """Return the dose of a ratio: of all agents together, or of the first where their units are unlike."""
    alike = len({agent.unit for agent in agents}) == 1
    return sum(agent.dose for agent in agents) if alike else agents[0].dose


def _running(same: SameAgents, alike: Iterable[SameAgents]) -> Iterator[CurveGroup]:
    """Yield the curves of each agent while the others, if there are any, are held."""
    rows = [i for i in same.wells if i not in same.design.in_ratio]
    for k, agent in enumerate(same.agents):
        parts = grouped(rows, lambda i: _others(same.wells[i], k))  # noqa: B023
        for others, part in _kept(parts, same, k):
            amounts = [NAN if j == k else own.dose for j, own in enumerate(same.wells[part[0]])]
            held = tuple(replace(own, dose=dose) for own, dose in zip(same.agents, amounts, strict=True))
            doses = {i: same.wells[i][k].dose for i in part}
            condition = same.condition | _doses(held)
            alone = _alone(others, same, alike)
            yield CurveGroup(condition, same.assay, f"compound{agent.slot}", doses, alone, agents=held)


def _kept(
    parts: Mapping[tuple[tuple[str, float], ...], list[int]], same: SameAgents, k: int
) -> Iterator[tuple[tuple[tuple[str, float], ...], list[int]]]:
    """Yield the parts that have doses enough, but not those of a matrix with many of them."""
    enough = {others: rows for others, rows in parts.items() if _enough(same, rows, k)}
    crossed = same.design.crossed
    of_matrix = [others for others, rows in enough.items() if not _enough(same, set(rows) - crossed, k)]
    for others, rows in enough.items():
        if others not in of_matrix or len(of_matrix) <= MOST_PARTNERS:
            yield others, rows


def _enough(same: SameAgents, rows: Iterable[int], k: int) -> bool:
    return len({same.wells[i][k].dose for i in rows}) >= FEWEST_DOSES


def _others(agents: Sequence[Agent], running: int) -> tuple[tuple[str, float], ...]:
    return tuple((agent.name, agent.dose) for k, agent in enumerate(agents) if k != running)


def _alone(others: tuple[tuple[str, float], ...], same: SameAgents, alike: Iterable[SameAgents]) -> tuple[int, ...]:
    """Return the wells of the agents that are held, alone."""
    found: dict[Any, list[int]] = {}
    for one in alike:
        rows = [i for i, own in one.wells.items() if set(_others(own, -1)) == set(others)]
        if others and rows and one.place == same.place:
            found.setdefault(schedule_of(one.condition), []).extend(rows)
    schedule = serving_schedule(schedule_of(same.condition), found)
    return () if schedule is None else tuple(sorted(found[schedule]))


def experiments_of(wells: pd.DataFrame, members: Iterable[int]) -> dict[str, list[int]]:
    """Return wells by independent experiment: their replicate, else their batch; "" where neither is given."""
    rows = by_row(wells.loc[list(members), ["replicate", "batch"]])
    return grouped(rows, lambda i: experiment_name(rows[i]))
