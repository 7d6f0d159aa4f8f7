"""Compounds of viability plates that have no dose-response curve and wells that break a constant ratio, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cytotools.broken_ratios import broken_ratios
from cytotools.cautions import Entry, entry_of
from cytotools.dose_designs import FEWEST_DOSES
from cytotools.doses.cautions import caution
from cytotools.experiments import grouped
from cytotools.fitted_curves import FittedGroup, fitted_wells
from cytotools.labels import condition_label

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.well_agents import Agents


def curve_gaps(responses: pd.DataFrame, groups: Sequence[FittedGroup], agents: Agents) -> list[Entry]:
    """Return a caution for each compound with treated wells that is in no curve, and for each ratio that is not kept.

    A compound of one dose is an arm of an experiment and asks for no curve.

    Parameters
    ----------
    responses : DataFrame
        As `cytotools.plates.responses` returns them.
    groups : sequence of FittedGroup
        The curves that were found in them.
    agents : Agents
        As `cytotools.well_agents.read_agents` finds them in these wells.
    """
    wells = fitted_wells(responses)
    answered = set(wells.index.tolist())
    said = {name: f"{no.expected} is needed. {no.remedy}" for name, no in agents.refused.items()}
    fitted = {str(found.group.condition.get(f"compound{slot}")) for found in groups for slot in ("", "_2", "_3")}
    given = [(agent.name, agent.dose, row) for row, own in agents.by_row.items() for agent in own]
    for name, found in grouped(given, lambda one: one[0]).items():
        doses = {dose for _, dose, row in found if row in answered}
        if name not in fitted and len(doses) > 1:
            said[name] = f"{len(doses)} doses under the same conditions at most, a curve takes {FEWEST_DOSES}"
        elif name not in fitted and not doses:
            said[name] = "none of its wells has a response"
    gaps = [entry_of(caution("no_fit", words), "plates", "", name) for name, words in said.items()]
    in_curves = {row for found in groups for row in found.group.doses}
    return gaps + [
        entry_of(caution("ratio_not_constant", one.words), "plates", "", condition_label(one.condition))
        for one in broken_ratios(wells, agents.by_row, in_curves)
    ]
