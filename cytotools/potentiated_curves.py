"""Curves of one agent over a fixed dose of a partner, beside the curve of the agent alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cytotools.curve_groups import experiments_of
from cytotools.single_agents import agent_alone

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.fitted_curves import FittedGroup
    from cytotools.plates.shared_errors import Estimate


@dataclass(frozen=True, eq=False)
class PotentiationPair:
    """One agent over its doses, alone and with partners held at one dose.

    Attributes
    ----------
    condition : dict
        The condition columns of the combination; the dose that runs is NaN.
    assay : str
    agent, unit : str
        The agent whose dose runs, and the unit of its doses.
    partner : str
        "birinapant 10 nM", of two partners joined by " + ".
    alone : FittedGroup or None
        None where there is no curve of the agent alone.
    with_partner : FittedGroup
    partner_alone : mapping of str to Estimate
        By experiment, the response (fraction of the control) to the partner alone, with its 95 % limits; experiments
        without such wells are absent.
    notes : tuple of str
        Cautions, `code: words`.
    missing : str
        Why `alone` is None, as a caution; "" where it is not.
    """

    condition: dict[str, Any]
    assay: str
    agent: str
    unit: str
    partner: str
    alone: FittedGroup | None
    with_partner: FittedGroup
    partner_alone: Mapping[str, Estimate]
    notes: tuple[str, ...] = ()
    missing: str = ""


def potentiation_pairs(groups: Sequence[FittedGroup], responses: pd.DataFrame) -> list[PotentiationPair]:
    """Return every curve over a fixed partner with the curve of its agent alone.

    Parameters
    ----------
    groups : sequence of FittedGroup
        All curves of the study.
    responses : DataFrame
        The table that they were fitted to.
    """
    return [_pair(found, groups, responses) for found in groups if found.group.has_partner]


def _pair(found: FittedGroup, groups: Sequence[FittedGroup], responses: pd.DataFrame) -> PotentiationPair:
    from cytotools.plates.shared_errors import mean_response

    group = found.group
    [running] = [agent for agent in group.agents if agent.dose != agent.dose]
    alone, said = agent_alone(running.name, group, groups)
    partners = experiments_of(responses, group.partner_rows)
    return PotentiationPair(
        condition=group.condition,
        assay=group.assay,
        agent=running.name,
        unit=running.unit,
        partner=" + ".join(agent.words for agent in group.agents if agent.dose == agent.dose),
        alone=alone,
        with_partner=found,
        partner_alone={name: mean_response(responses.loc[rows]) for name, rows in partners.items()},
        notes=tuple(said) if alone is not None else (),
        missing="" if alone is not None else "; ".join(said),
    )
