"""Which rows of different assays are of one condition: the same line, arm and agents at equal doses."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.experiments import NOT_CONDITIONS, key_of
from cytotools.verdicts.treatments import agents_of

CONDITIONS = tuple(name for name in CONDITION_COLUMNS if name not in NOT_CONDITIONS)
WITHOUT_HOURS = tuple(name for name in CONDITIONS if name != "hours")


def condition_key(row: Mapping[str, Any]) -> Hashable:
    """Return what a row shares with the rows of other assays under its condition, hours left out.

    Doses are equal after conversion of units of one kind; without a molar mass moles and grams are unlike. An agent at
    dose 0 is none. The order of the agents counts only where one comes first.

    Examples
    --------
    >>> one = {"cell_line": "HeLa", "compound": "TNF", "dose": 3.0, "dose_unit": "nM", "hours": 24.0}
    >>> condition_key(one) == condition_key(one | {"dose": 0.003, "dose_unit": "uM", "hours": 72.0})
    True
    """
    agents = tuple(agent.key for agent in agents_of(row))
    schedule = str(key_of(row.get("schedule")) or "") if len(agents) > 1 else ""
    ordered = agents if schedule in ("pre", "post") else tuple(sorted(agents, key=repr))
    lead = key_of(row.get("lead_hours")) if schedule else None
    line = tuple(str(key_of(row.get(name)) or "").casefold() for name in ("cell_line", "arm"))
    return *line, ordered, schedule, lead or 0.0


def family_key(row: Mapping[str, Any]) -> Hashable:
    """Return the line, arm and agents of a row, whatever their doses and hours."""
    line = tuple(str(key_of(row.get(name)) or "").casefold() for name in ("cell_line", "arm"))
    return *line, tuple(sorted(agent.key[0] for agent in agents_of(row)))
