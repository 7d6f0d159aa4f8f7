"""What an agent added to a Smac mimetic does to death: arms that differ in that agent only, found and contrasted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.labels import schedule_label
from cytotools.tables import rows_of
from cytotools.verdicts.block_contrast import BlockContrast, block_contrast
from cytotools.verdicts.treatments import Agent, Line, agents_of, line_of

if TYPE_CHECKING:
    import pandas as pd

ClassOf = Callable[[str], str]
CONTROLS = ("vehicle", "untreated")
UNTOLD = -1.0  # hours that the sheet leaves empty: NaN would equal nothing
ASSAYS = ("flow", "caspase", "viability", "mtt")
# Caspases tell nothing of death without them, such as that under a caspase inhibitor.
QUANTITIES: Mapping[tuple[str, str], tuple[str, float]] = {
    ("flow", "apoptosis"): ("total", 1.0),
    ("flow", "death"): ("live", -1.0),
    ("caspase", "apoptosis"): ("caspase", 1.0),
    ("viability", "apoptosis"): ("viability", -1.0),
    ("viability", "death"): ("viability", -1.0),
    ("mtt", "apoptosis"): ("viability", -1.0),
    ("mtt", "death"): ("viability", -1.0),
}


@dataclass
class Arm:
    """What was done to cells of one line up to one hour, and how much they died in each experiment.

    `values` grow with death: the logit of the dead or apoptotic fraction, ln of the caspase fold, less the response of
    a viability assay. `agents` is empty for the control: the vehicle, else the untreated cells.
    """

    agents: frozenset[Agent]
    hours: float
    schedule: str = ""
    values: dict[str, float] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the agents and their schedule as they are printed."""
        words = " + ".join(map(str, sorted(self.agents))) or "control"
        return f"{words} ({self.schedule})" if self.schedule else words


@dataclass(frozen=True)
class AddedAgent:
    """The contrast of two arms that differ in one agent; `alone_taken_out` where its own effect is."""

    added: Agent
    arm: Arm
    without: Arm
    alone_taken_out: bool
    contrast: BlockContrast


class StudyArms:
    """The arms of every line of a study, assay by assay, each read once.

    Parameters
    ----------
    values : DataFrame
        As `cytotools.verdicts.experiment_values` returns it.
    """

    def __init__(self, values: pd.DataFrame) -> None:
        self._rows = [row for row in rows_of(values) if np.isfinite(row["value"])]
        self._arms: dict[tuple[str, float], dict[Line, list[Arm]]] = {}

    @property
    def treated(self) -> Iterator[Mapping[str, Any]]:
        """Rows of treated cells."""
        return (row for row in self._rows if row["role"] == "treated")

    def of(self, assay: str, kind: str) -> dict[Line, list[Arm]]:
        """Return the arms of every line in one assay.

        Parameters
        ----------
        assay : {"flow", "caspase", "viability", "mtt"}
        kind : {"apoptosis", "death"}
            In flow cytometry early and late apoptotic cells, or all that are not live.
        """
        quantity, sign = QUANTITIES[assay, kind]
        if (assay, sign) not in self._arms:
            rows = (row for row in self._rows if row["assay"] == assay and row["quantity"] == quantity)
            self._arms[assay, sign] = _read_arms(rows, sign)
        return self._arms[assay, sign]


def _read_arms(rows: Iterable[Mapping[str, Any]], sign: float) -> dict[Line, list[Arm]]:
    parts: dict[tuple[Line, frozenset[Agent], float, str, str], dict[str, list[tuple[float, float]]]] = {}
    for row in rows:
        control = row["role"] if row["role"] in CONTROLS else ""
        agents = frozenset(() if control else agents_of(row))
        if not agents and not control:
            continue
        hours = float(row["hours"]) if row["hours"] == row["hours"] else UNTOLD
        schedule = schedule_label(row) if len(agents) > 1 else ""
        held = parts.setdefault((line_of(row), agents, hours, schedule, control), {})
        held.setdefault(str(row["replicate"]), []).append((sign * row["value"], row["error"]))
    found: dict[Line, list[Arm]] = {}
    for (line, agents, hours, schedule, control), held in parts.items():
        if control == "untreated" and (line, agents, hours, schedule, "vehicle") in parts:
            continue
        means = {name: float(np.mean([value for value, _ in own])) for name, own in held.items()}
        spreads = {name: float(np.mean([error for _, error in own])) for name, own in held.items()}
        found.setdefault(line, []).append(Arm(agents, hours, schedule, means, spreads))
    return found


def added_agents(
    arms: Sequence[Arm], smac: str, agent_class: str, beside: str, take_out: bool, class_of: ClassOf
) -> list[AddedAgent]:
    """Return every contrast of an arm with an agent of a class against the arm without it.

    Parameters
    ----------
    arms : sequence of Arm
        Of one line and assay.
    smac : str
        Name of the Smac mimetic, which both arms hold.
    agent_class : str
        Class of the added agent.
    beside : str
        Class of an agent that both arms shall hold, where any such pair was run; "" for none.
    take_out : bool
        Whether the effect of the added agent alone, over its control, is taken out where both were run.
    class_of : callable
        Class of an agent by its name.

    Returns
    -------
    list of AddedAgent
        Pairs with the fewest further agents only.
    """
    pairs = list(_pairs(arms, smac, agent_class, class_of))
    if beside and any(_holds(without, beside, class_of) for _, _, without in pairs):
        pairs = [pair for pair in pairs if _holds(pair[2], beside, class_of)]
    fewest = min((len(without.agents) for _, _, without in pairs), default=0)
    return [
        _contrast(arms, added, arm, without, take_out) for added, arm, without in pairs if len(without.agents) == fewest
    ]


def remaining(arms: Sequence[Arm], smac: str, under: str, excluded: str, class_of: ClassOf) -> list[AddedAgent]:
    """Return what the Smac mimetic does under an inhibitor: over the inhibitor alone, else over the control.

    Parameters
    ----------
    arms, smac, class_of
        As `added_agents` takes them.
    under : str
        Class of the inhibitor.
    excluded : str
        Class of agents that the arm must not hold, "" for none.
    """
    found = []
    for arm in arms:
        if not (_smac_in(arm, smac) and _holds(arm, under, class_of)) or (excluded and _holds(arm, excluded, class_of)):
            continue
        added = _smac_in(arm, smac)[0]
        without = _arm(arms, arm.agents - {added}, arm.hours) or _arm(arms, frozenset(), arm.hours)
        if without is not None:
            found.append(_contrast(arms, added, arm, without, False))
    fewest = min((len(one.arm.agents) for one in found), default=0)
    return [one for one in found if len(one.arm.agents) == fewest]


def responses(arms: Sequence[Arm], smac: str) -> list[float]:
    """Return by how much each dose of the Smac mimetic alone exceeds the control of its hour, on the arms' scale."""
    found = []
    for arm in arms:
        control = _arm(arms, frozenset(), arm.hours)
        if len(arm.agents) == 1 and _smac_in(arm, smac) and control is not None:
            found.append(float(np.mean(list(arm.values.values())) - np.mean(list(control.values.values()))))
    return found


def _pairs(arms: Sequence[Arm], smac: str, agent_class: str, class_of: ClassOf) -> Iterator[tuple[Agent, Arm, Arm]]:
    for arm in arms:
        for added in sorted(arm.agents):
            if added.is_called(smac) or class_of(added.name) != agent_class:
                continue
            without = _arm(arms, arm.agents - {added}, arm.hours)
            if without is not None and _smac_in(without, smac):
                yield added, arm, without


def _contrast(arms: Sequence[Arm], added: Agent, arm: Arm, without: Arm, take_out: bool) -> AddedAgent:
    together = [one for one in arms if one.hours == arm.hours]
    weights = [(arm, 1.0), (without, -1.0)]
    alone, control = _arm(arms, frozenset({added}), arm.hours), _arm(arms, frozenset(), arm.hours)
    taken_out = take_out and alone is not None and control is not None
    if taken_out and alone is not None and control is not None:
        weights += [(alone, -1.0), (control, 1.0)]
    places = {id(one): place for place, one in enumerate(together)}
    found = block_contrast(
        [one.values for one in together],
        [one.errors for one in together],
        {places[id(one)]: weight for one, weight in weights},
    )
    return AddedAgent(added, arm, without, taken_out, found)


def _arm(arms: Sequence[Arm], agents: frozenset[Agent], hours: float) -> Arm | None:
    return next((one for one in arms if one.agents == agents and one.hours == hours), None)


def _smac_in(arm: Arm, smac: str) -> list[Agent]:
    return [agent for agent in sorted(arm.agents) if agent.is_called(smac)]


def _holds(arm: Arm, agent_class: str, class_of: ClassOf) -> bool:
    return any(class_of(agent.name) == agent_class for agent in arm.agents)
