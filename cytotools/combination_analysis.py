"""The combinations of a study, step by step: indices of constant ratios, dose matrices, potentiation, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cytotools.combination_controls import told_of_controls
from cytotools.combination_findings import CombinationFindings, MatrixFinding, PotentiationFinding, RatioFinding
from cytotools.combination_table import combination_table
from cytotools.compared_schedules import compared_schedules, schedule_contrasts
from cytotools.constant_ratios import ratio_combinations
from cytotools.dose_response_table import experiment_ic50s
from cytotools.doses.cautions import caution
from cytotools.errors import StudyError
from cytotools.matrix_families import dose_matrices
from cytotools.median_effect_table import median_effect_table
from cytotools.potentiated_curves import potentiation_pairs
from cytotools.potentiation_rows import potentiation_contrasts
from cytotools.schedule_order import schedule_families

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.combination_findings import ScheduleFinding
    from cytotools.constant_ratios import RatioCombination
    from cytotools.doses.combined_indices import CombinedIndex
    from cytotools.doses.potentiated_curves import Wells
    from cytotools.findings import Findings
    from cytotools.fitted_curves import FittedCurve, FittedGroup
    from cytotools.matrix_families import MatrixFamily
    from cytotools.potentiated_curves import PotentiationPair
    from cytotools.schedule_order import ScheduleFamily
    from cytotools.well_agents import Agent

FITS = ("nonlinear", "log_linear")
CLOSED_FORM = ("bliss", "hsa")
FITTED = ("loewe", "zip")
FEWEST_FOR_CURVES = 3  # doses of an agent alone: a curve from the control has a plateau, a slope and an IC50


def analyse_combinations(responses: pd.DataFrame, agents: Mapping[int, tuple[Agent, ...]], found: Findings) -> None:
    """Judge every combination on the plates; single agents and fits are those of the curves found before."""
    ratios = tuple(map(_ratio, ratio_combinations(found.curves)))
    matrices = tuple(map(_matrix, dose_matrices(responses, agents)))
    pairs = tuple(_potentiation(pair) for pair in potentiation_pairs(found.curves, responses) if pair.alone)
    schedules = tuple(_schedules(found.curves, ratios, matrices))
    found.combinations = CombinationFindings(ratios, matrices, pairs, schedules)
    found.keep("median_effect", "plates", median_effect_table(found.curves), ["replicate"])
    table = told_of_controls(combination_table(found.combinations), responses)
    found.keep("combination", "plates", table, ["method", "agent", "affected"])
    for contrasts in (potentiation_contrasts(pairs), schedule_contrasts(schedules)):
        if len(contrasts):
            found.keep_more("comparisons", "plates", contrasts, ["quantity", "contrast"])


def _ratio(combination: RatioCombination) -> RatioFinding:
    """Return the indices by both fits and both assumptions, and the interaction index of the IC50s."""
    from cytotools.doses.combined_indices import index_over_experiments
    from cytotools.doses.interaction_indices import interaction_index

    if not combination.experiments:
        return RatioFinding(combination, {}, None)
    indices: dict[tuple[str, bool], CombinedIndex] = {}
    for fit in FITS:
        index = index_over_experiments(combination.experiments, fit=fit, names=combination.agents)
        indices |= {(fit, True): index, (fit, False): index.taken_as(exclusive=False)}
    held = [experiment_ic50s(single, "relative") for single in combination.singles if single is not None]
    together = experiment_ic50s(combination.combined, "relative")
    shares = combination.experiments[0].shares
    curves = [single for single in combination.singles if single is not None] + [combination.combined]
    return RatioFinding(combination, indices, interaction_index(held, together, shares, list(map(_plateaus, curves))))


def _plateaus(found: FittedGroup) -> dict[str, float]:
    """Return the response at high doses over that at dose 0, by experiment, as far as curves tell it."""
    told = {}
    for curve in found.curves:
        if curve.fit is not None and curve.fit.converged and curve.fit.top:
            told[curve.experiment] = curve.fit.bottom / curve.fit.top
    return told


def _matrix(family: MatrixFamily) -> MatrixFinding:
    """Return the scores that the doses of a matrix allow."""
    from cytotools.doses.matrix_excess import excess_over_plates
    from cytotools.doses.matrix_indices import index_over_plates

    methods = [*CLOSED_FORM, *(FITTED if _has_curves(family) else ())]
    if not family.plates:
        return MatrixFinding(family, {})
    try:
        scores = {method: excess_over_plates(family.plates, method) for method in methods}
    except StudyError as no:
        words = f"{no.problems[0].what}: {no.problems[0].got}"
        return MatrixFinding(replace(family, notes=(*family.notes, caution("unlike_matrix_doses", words))), {})
    index = index_over_plates(family.plates, names=family.agents) if _has_curves(family) else None
    return MatrixFinding(family, scores, index)


def _has_curves(family: MatrixFamily) -> bool:
    """Tell whether every dose of each agent was combined with doses enough of the other for a curve."""
    import numpy as np

    held = [np.isfinite(plate.affected[1:, 1:]) for plate in family.plates]
    return bool(held) and all(crossed.sum(axis=axis).min() >= FEWEST_FOR_CURVES for crossed in held for axis in (0, 1))


def _potentiation(pair: PotentiationPair) -> PotentiationFinding:
    from cytotools.doses.potentiated_curves import potentiation

    assert pair.alone is not None
    alone, together = (experiment_ic50s(group, "relative") for group in (pair.alone, pair.with_partner))
    wells = dict(_wells(pair.alone, pair.with_partner))
    return PotentiationFinding(pair, potentiation(alone, together, wells))


def _wells(alone: FittedGroup, together: FittedGroup) -> Iterator[tuple[str, tuple[Wells, Wells]]]:
    """Yield the wells of both curves, by the experiments that hold both."""
    others = {curve.experiment: curve for curve in together.curves if curve.fit is not None}
    for curve in alone.curves:
        if curve.fit is not None and curve.experiment in others:
            yield curve.experiment, (_columns(curve), _columns(others[curve.experiment]))


def _columns(curve: FittedCurve) -> Wells:
    dose, response, weight = (curve.wells[name].to_numpy() for name in ("dose", "response", "weight"))
    return dose, response, weight


def _schedules(
    curves: Sequence[FittedGroup], ratios: Sequence[RatioFinding], matrices: Sequence[MatrixFinding]
) -> list[ScheduleFinding]:
    by_ratio = {id(one.combination): one for one in ratios}
    by_matrix = {id(one.family): one for one in matrices}
    of_curves = schedule_families([group for group in curves if group.group.has_partner])
    of_ratios = schedule_families([one.combination for one in ratios])
    of_matrices = schedule_families([one.family for one in matrices])
    followed: list[tuple[ScheduleFamily[Any], Sequence[FittedGroup]]] = []
    followed += [(family, family.members) for family in of_curves]
    followed += [(family, [member.combined for member in family.members]) for family in of_ratios]
    return compared_schedules(
        followed,
        [(family, [by_ratio[id(member)] for member in family.members]) for family in of_ratios],
        [(family, [by_matrix[id(member)] for member in family.members]) for family in of_matrices],
    )
