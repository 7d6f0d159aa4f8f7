"""What was in each well: its agents with their doses, every compound in one unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cytotools.cells.refused import Refused
from cytotools.experiments import grouped, label
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

SLOTS = ("", "_2", "_3")


@dataclass(frozen=True)
class Agent:
    """One agent of a well: the columns it stands in, its name and its dose in the unit of all its wells."""

    slot: str
    name: str
    dose: float
    unit: str

    @property
    def words(self) -> str:
        """Return its name and dose, such as `birinapant 10 nM`."""
        return f"{self.name} {self.dose:g} {self.unit}".strip()


@dataclass(frozen=True)
class Agents:
    """The agents of every treated well, by its row, and the compounds whose doses share no unit, with the reason."""

    by_row: dict[int, tuple[Agent, ...]]
    refused: dict[str, Refused]


def read_agents(wells: pd.DataFrame, molar_masses: Mapping[str, float]) -> Agents:
    """Return what was in each treated well, every compound in one unit; `molar_masses` are in g/mol.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({"role": "treated", "compound": "cisplatin", "dose": [1.0, 2.0, 4000.0],
    ...                       "dose_unit": ["uM", "uM", "nM"]})
    >>> [agent.dose for own in read_agents(wells, {}).by_row.values() for agent in own]
    [1.0, 2.0, 4.0]
    """
    from cytotools.plates.dose_units import in_common_unit

    treated = wells[wells["role"] == "treated"]
    given = [
        (i, slot, str(row[f"compound{slot}"]), float(row[f"dose{slot}"]), str(row[f"dose_unit{slot}"]))
        for i, row in by_row(treated).items()
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
    kept = {i: tuple(sorted(found[i], key=_slot)) for i in sorted(found) if i not in lost}
    return Agents(_in_one_order(kept, treated), refused)


def _in_one_order(agents: dict[int, tuple[Agent, ...]], treated: pd.DataFrame) -> dict[int, tuple[Agent, ...]]:
    """Return agents in the order in which they first stand in the table, whichever column a well names first.

    Where one came before the other the columns say which, and stay as they are.
    """
    rows = by_row(treated)
    orders: dict[frozenset[str], list[str]] = {}
    found = {}
    for i, own in agents.items():
        order = orders.setdefault(frozenset(agent.name for agent in own), [agent.name for agent in own])
        together = label(rows[i].get("schedule")) in ("", "co")
        turned = sorted(own, key=lambda agent: order.index(agent.name)) if together else list(own)
        pairs = zip(turned, own, strict=True)
        found[i] = tuple(Agent(place.slot, agent.name, agent.dose, agent.unit) for agent, place in pairs)
    return found


def _slot(agent: Agent) -> str:
    return agent.slot


def by_row(wells: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """Return the rows of a table by their index, which is whole numbers."""
    return dict(zip(wells.index.tolist(), rows_of(wells), strict=True))


def experiment_name(row: Mapping[str, Any]) -> str:
    """Return the independent experiment of a well: its replicate, else its batch, "" where neither is given."""
    return label(row.get("replicate")) or label(row.get("batch"))
