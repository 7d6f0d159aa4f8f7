"""Compounds of viability plates that have no dose-response curve, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cytotools.cautions import Entry, documented
from cytotools.curve_groups import FEWEST_DOSES, read_agents
from cytotools.experiments import grouped
from cytotools.fitted_curves import FITTED, FittedGroup

if TYPE_CHECKING:
    import pandas as pd


def curve_gaps(
    responses: pd.DataFrame, groups: Sequence[FittedGroup], molar_masses: Mapping[str, float]
) -> list[Entry]:
    """Return a caution for each compound with treated wells that is in no curve.

    Parameters
    ----------
    responses : DataFrame
        As `cytotools.plates.responses` returns them.
    groups : sequence of FittedGroup
        The curves that were found in them.
    molar_masses : mapping of compound to float
        In g/mol.
    """
    wells = responses[responses["assay"].isin(FITTED)].reset_index(drop=True)
    agents = read_agents(wells, molar_masses)
    said = {name: f"{no.expected} is needed. {no.remedy}" for name, no in agents.refused.items()}
    fitted = {str(found.group.condition.get(f"compound{slot}")) for found in groups for slot in ("", "_2", "_3")}
    answered = np.isfinite(wells["response"].to_numpy(np.float64))
    given = [(agent.name, agent.dose, row) for row, own in agents.by_row.items() for agent in own]
    for name, found in grouped(given, lambda one: one[0]).items():
        doses = {dose for _, dose, row in found if answered[row]}
        if name not in fitted and doses:
            plural = "s" if len(doses) > 1 else ""
            said[name] = f"{len(doses)} dose{plural} under the same conditions at most, a curve takes {FEWEST_DOSES}"
        elif name not in fitted:
            said[name] = "none of its wells has a response"
    known = documented()["no_fit"]
    return [Entry(known.severity, "plates", "", name, "no_fit", words, known.remedy) for name, words in said.items()]
