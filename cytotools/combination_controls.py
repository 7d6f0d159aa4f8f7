"""What the control wells of a combination are worth: its agents' vehicles may differ, or be missing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cytotools.experiments import grouped, key_of
from cytotools.labels import agent_names
from cytotools.statistical_cautions import join
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

# Potentiation is told by two curves, each over its own start.
RESTS_ON_CONTROL = ("ci", "ci_log_linear", "interaction_index", "bliss", "hsa", "loewe", "zip")
UNRESOLVED = "not resolved"
PLACE = ("cell_line", "arm", "hours", "assay")
ORDER = ("schedule", "lead_hours")


def told_of_controls(table: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Return combination.csv without the verdicts of combinations whose vehicles differ, and with reasons for gaps.

    Parameters
    ----------
    table : DataFrame
        combination.csv as the indices and scores fill it.
    responses : DataFrame
        As `cytotools.plates.responses` returns them.

    Returns
    -------
    DataFrame
        Where the separate vehicles of a combination's agents serve it together and differ (`unlike_vehicles`), its
        indices and excesses are not resolved, for a vehicle that costs viability looks like synergy. An agent whose
        wells alone have no response for want of their vehicle (`no_control`) is not said to be untested.
    """
    wells = rows_of(responses[(responses["role"] == "treated") & (responses["caution"] != "")])
    unlike = grouped(_said(wells, "unlike_vehicles", (*PLACE, *ORDER)), lambda one: one[0])
    without = grouped(_said(wells, "no_control", PLACE), lambda one: one[0])
    rows = rows_of(table)
    for row in rows:
        agents = agent_names(row)
        of_vehicles = [words for _, words in unlike.get(_key(row, agents, (*PLACE, *ORDER)), [])]
        if of_vehicles and row["method"] in RESTS_ON_CONTROL:
            row["verdict"] = UNRESOLVED if row["verdict"] else ""
            row["caution"] = join([of_vehicles[0], row["caution"]])
        row["caution"] = join(
            _in_place_of(part, [words for name in agents for _, words in without.get(_key(row, [name], PLACE), [])])
            for part in str(row["caution"]).split("; ")
        )
    return table.assign(verdict=[row["verdict"] for row in rows], caution=[row["caution"] for row in rows])


def _said(wells: Iterable[Mapping[str, Any]], code: str, names: tuple[str, ...]) -> Iterable[tuple[Hashable, str]]:
    for row in wells:
        for part in str(row["caution"]).split("; "):
            if part.startswith(f"{code}:"):
                yield _key(row, agent_names(row), names), part


def _key(row: Mapping[str, Any], agents: Iterable[str], names: tuple[str, ...]) -> Hashable:
    return frozenset(agents), tuple(key_of(row.get(name)) for name in names)


def _in_place_of(part: str, reasons: Iterable[str]) -> str:
    """Return the want of a vehicle in the place of a caution that its agent was not tested alone."""
    code, _, words = part.partition(": ")
    if code != "single_agent_missing":
        return part
    agent = words.partition(" alone ")[0]
    return next((reason for reason in reasons if f"{agent} wants vehicle" in reason), part)
