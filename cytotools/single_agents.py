"""The curve of one agent alone that a combination is held against."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.curve_groups import CurveGroup, place_of
from cytotools.doses.cautions import caution
from cytotools.labels import line_label
from cytotools.schedules import Schedule, on_schedule, schedule_of, serving_schedule

if TYPE_CHECKING:
    from cytotools.fitted_curves import FittedGroup


def agent_alone(
    agent: str, combined: CurveGroup, groups: Sequence[FittedGroup]
) -> tuple[FittedGroup | None, list[str]]:
    """Return the curve of an agent alone under the conditions of a combination, and what must be said of it.

    Parameters
    ----------
    agent : str
    combined : CurveGroup
    groups : sequence of FittedGroup
        All curves of the study. Those of the same assay, cell line, arm and hours serve, by the rule of
        `cytotools.schedules.serving_schedule`.

    Returns
    -------
    FittedGroup or None
    list of str
        Cautions, `code: words`; where there is no curve, why.
    """
    place, wanted = place_of(combined.assay, combined.condition), schedule_of(combined.condition)
    offered = {
        schedule_of(found.group.condition): found
        for found in groups
        if [own.name for own in found.group.agents] == [agent]
        and place_of(found.group.assay, found.group.condition) == place
    }
    schedule = serving_schedule(wanted, offered)
    if schedule is None:
        return None, [missing_alone(agent, combined.condition, wanted, offered)]
    return offered[schedule], on_schedule(agent, wanted, schedule)


def missing_alone(agent: str, condition: Mapping[str, Any], wanted: Schedule, offered: Collection[Schedule]) -> str:
    """Return the caution that an agent was not tested alone, with the schedules for which it was."""
    if offered:
        words = ", ".join(one.words for one in sorted(offered, key=lambda one: one.rank))
        return caution(
            "single_agent_missing", f"{agent} alone is there for {words} only, the combination {wanted.words}"
        )
    hours = condition.get("hours")
    at = f"at {hours:g} h" if isinstance(hours, float) and hours == hours else ""
    on = f"on {line_label(condition)}" if line_label(condition) else ""
    return caution("single_agent_missing", " ".join(filter(None, (f"{agent} alone has no curve", on, at))))
