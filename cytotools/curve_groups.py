"""Which wells make a dose-response curve: the doses of one agent, or of a constant ratio, all else held the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cytotools.cells.refused import Refused
from cytotools.experiments import NOT_CONDITIONS, grouped, key_of, label
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

FEWEST_DOSES = 4  # a sigmoid has four parameters; with fewer doses its slope and plateaus can't be told apart
SAME_RATIO = 1e-3  # relative: pipetting lists round their doses to three figures
SLOTS = ("", "_2", "_3")
HELD = ("cell_line", "arm", "schedule", "lead_hours", "hours")


@dataclass(frozen=True)
class Agent:
    """One agent of a well: the columns it stands in, its name and its dose in the unit of all its wells."""

    slot: str
    name: str
    dose: float
    unit: str


@dataclass(frozen=True)
class Agents:
    """The agents of every treated well, by its row, and the compounds whose doses share no unit, with the reason."""

    by_row: dict[int, tuple[Agent, ...]]
    refused: dict[str, Refused]


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
    """

    condition: dict[str, Any]
    assay: str
    runs: str
    doses: dict[int, float]
    partner_rows: tuple[int, ...] = ()
    ratio: str = ""

    @property
    def has_partner(self) -> bool:
        """Tell whether an agent is held at one dose while another runs."""
        return any(self.condition.get(f"dose{slot}", 0.0) > 0 for slot in SLOTS)


def read_agents(wells: pd.DataFrame, molar_masses: Mapping[str, float]) -> Agents:
    """Return what was in each treated well, every compound in one unit; `molar_masses` are in g/mol."""
    from cytotools.plates.dose_units import in_common_unit

    treated = wells[wells["role"] == "treated"]
    given = [
        (i, slot, str(row[f"compound{slot}"]), float(row[f"dose{slot}"]), str(row[f"dose_unit{slot}"]))
        for i, row in _by_row(treated).items()
        for slot in SLOTS
        if row.get(f"compound{slot}") and row[f"dose{slot}"] > 0
    ]
    found: dict[int, list[Agent]] = {}
    refused = {}
    for name, entries in grouped(given, lambda entry: entry[2]).items():
        doses, units = [entry[3] for entry in entries], [entry[4] for entry in entries]
        try:
            amounts, unit = in_common_unit(doses, units, molar_masses.get(name))
        except Refused as no:
            refused[name] = no
            continue
        for (i, slot, *_), amount in zip(entries, amounts, strict=True):
            found.setdefault(i, []).append(Agent(slot, name, amount, unit))
    lost = {entry[0] for entry in given if entry[2] in refused}
    by_row = {i: tuple(sorted(found[i], key=lambda agent: agent.slot)) for i in sorted(found) if i not in lost}
    return Agents(by_row, refused)


def curve_groups(wells: pd.DataFrame, agents: Mapping[int, tuple[Agent, ...]]) -> list[CurveGroup]:
    """Return every curve that the wells make, in order of appearance.

    Parameters
    ----------
    wells : DataFrame
        Wells with `assay`, `role` and the condition columns; excluded wells must be out already.
    agents : mapping of row to agents
        As `read_agents` finds them in this table.

    Returns
    -------
    list of CurveGroup
        Single agents, one agent over fixed doses of the others, and constant ratios; each has four doses at least.

    Examples
    --------
    >>> import pandas as pd
    >>> doses = [1.0, 2.0, 4.0, 8.0]
    >>> wells = pd.DataFrame({"assay": "mtt", "role": "treated", "compound": "cisplatin", "dose": doses,
    ...                       "dose_unit": "uM", "replicate": "1"})
    >>> [group] = curve_groups(wells, read_agents(wells, {}).by_row)
    >>> group.runs, list(group.doses.values())
    ('compound', [1.0, 2.0, 4.0, 8.0])
    """
    rows = _by_row(wells)
    places = {i: (rows[i]["assay"], *(key_of(rows[i].get(column)) for column in HELD)) for i in agents}
    alike = grouped(agents, lambda i: (places[i], _slots(agents[i])))
    return [group for members in alike.values() for group in _groups(members, rows, agents, places)]


def _by_row(wells: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """Return the rows of a table by their index, which is whole numbers."""
    return dict(zip(wells.index.tolist(), rows_of(wells), strict=True))


def _slots(agents: Iterable[Agent]) -> tuple[tuple[str, str], ...]:
    return tuple((agent.slot, agent.name) for agent in agents)


def _groups(
    members: Sequence[int],
    rows: Mapping[int, Mapping[str, Any]],
    agents: Mapping[int, tuple[Agent, ...]],
    places: Mapping[int, tuple[Any, ...]],
) -> list[CurveGroup]:
    """Return the curves among wells that hold the same agents under the same conditions."""
    ratio = _constant_ratio([agents[i] for i in members])
    if ratio:
        doses = {i: _total(agents[i]) for i in members}
        condition = _condition(rows[members[0]], agents[members[0]], range(len(agents[members[0]])))
        whole = CurveGroup(condition, str(rows[members[0]]["assay"]), "ratio", doses, ratio=ratio)
        return [whole] if _enough(doses) else []
    found = []
    for running, agent in enumerate(agents[members[0]]):
        for part in grouped(members, lambda i: _others(agents[i], running)).values():  # noqa: B023
            doses = {i: agents[i][running].dose for i in part}
            if _enough(doses):
                others = _others(agents[part[0]], running)
                alone = tuple(
                    i for i in agents if others and places[i] == places[part[0]] and _amounts(agents[i]) == set(others)
                )
                condition = _condition(rows[part[0]], agents[part[0]], [running])
                assay = str(rows[part[0]]["assay"])
                found.append(CurveGroup(condition, assay, f"compound{agent.slot}", doses, alone))
    return found


def _others(agents: Sequence[Agent], running: int) -> tuple[tuple[str, float], ...]:
    return tuple((agent.name, agent.dose) for k, agent in enumerate(agents) if k != running)


def _amounts(agents: Iterable[Agent]) -> set[tuple[str, float]]:
    return {(agent.name, agent.dose) for agent in agents}


def _enough(doses: Mapping[int, float]) -> bool:
    return len(set(doses.values())) >= FEWEST_DOSES


def _constant_ratio(wells: Sequence[Sequence[Agent]]) -> str:
    """Return p:q where the doses of several agents keep their ratio over several doses, else nothing."""
    first = wells[0]
    if len(first) < 2 or len({agents[0].dose for agents in wells}) < 2:
        return ""
    ratios = [[agent.dose / first_dose for agent in agents] for agents in wells for first_dose in [agents[0].dose]]
    if any(
        abs(one / other - 1.0) > SAME_RATIO for ratio in ratios for one, other in zip(ratio, ratios[0], strict=True)
    ):
        return ""
    smallest = min(ratios[0])
    return ":".join(f"{share / smallest:.4g}" for share in ratios[0])


def _total(agents: Sequence[Agent]) -> float:
    """Return the dose of a ratio: of all agents together, or of the first where their units are unlike."""
    alike = len({agent.unit for agent in agents}) == 1
    return sum(agent.dose for agent in agents) if alike else agents[0].dose


def _condition(row: Mapping[str, Any], agents: Sequence[Agent], running: Iterable[int]) -> dict[str, Any]:
    """Return the condition columns of a curve, doses in the unit of all wells of the compound."""
    from cytotools.conditions import CONDITION_COLUMNS

    found = {column: row[column] for column in CONDITION_COLUMNS if column in row and column not in NOT_CONDITIONS}
    runs = set(running)
    for k, agent in enumerate(agents):
        found[f"dose{agent.slot}"] = float("nan") if k in runs else agent.dose
        found[f"dose_unit{agent.slot}"] = agent.unit
    return found


def experiments_of(wells: pd.DataFrame, members: Iterable[int]) -> dict[str, list[int]]:
    """Return wells by independent experiment: their replicate, else their batch; "" where neither is given."""
    rows = _by_row(wells.loc[list(members), ["replicate", "batch"]])
    return grouped(rows, lambda i: label(rows[i]["replicate"]) or label(rows[i]["batch"]))
