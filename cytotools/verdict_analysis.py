"""The verdict of a study, step by step: best hours, controls, agreement of the assays, reasons for resistance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cytotools.findings import Findings, vehicles_of
from cytotools.study_agents import study_agents
from cytotools.tables import complete
from cytotools.verdicts.assay_effects import assay_effects
from cytotools.verdicts.best_hours import best_hours
from cytotools.verdicts.concordance import concordance
from cytotools.verdicts.control_checks import control_checks
from cytotools.verdicts.experiment_values import experiment_values
from cytotools.verdicts.resistance import resistance_table
from cytotools.verdicts.resistance_rules import default_rules, read_rules

if TYPE_CHECKING:
    from cytotools.study import Study


def judge_study(study: Study, found: Findings) -> None:
    """Hold the assays against each other, judge what they rest on, and grade why a line does not respond."""
    measured = complete(found.tables)
    values = experiment_values(measured)
    effects = assay_effects(measured, values)
    points = best_hours(measured, values, effects, study.control or None, vehicles_of(study))
    found.keep("end_points", "study", points, ["assay", "quantity"])
    checks = control_checks({**measured, "end_points": points}, values, effects)
    found.keep("control_checks", "study", checks, ["assay", "check"])
    found.keep("concordance", "study", concordance(effects), ["assay", "quantity"])
    rules = read_rules(study.rules, "the rules of resistance") if study.rules else default_rules()
    reasons = resistance_table(measured, study_agents(study), rules, values)
    found.keep("resistance", "study", reasons, ["cell_line", "arm", "mechanism"])
