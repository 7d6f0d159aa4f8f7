"""Curves: least squares, dose response with its IC50, several experiments together. Knows nothing of studies or plates.

>>> from cytotools import doses
>>> doses.__name__
'cytotools.doses'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.doses.averages import Average, average
    from cytotools.doses.block_model import BlockContrast, LevelEstimate, block_contrasts, level_estimates
    from cytotools.doses.chou_talalay import (
        combination_index,
        combination_index_at,
        constant_ratio,
        dose_reduction_index,
    )
    from cytotools.doses.combination_power import (
        PlannedPower,
        expected_ln_sd,
        experiments_needed,
        power_table,
        power_to_resolve,
    )
    from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
    from cytotools.doses.combined_indices import CombinedIndex, index_over_experiments
    from cytotools.doses.curve_bands import curve_band
    from cytotools.doses.curve_tests import FTest, is_flat
    from cytotools.doses.dose_matrix import DoseMatrix
    from cytotools.doses.dose_response import DoseResponse, fit_dose_response
    from cytotools.doses.dose_responses import DoseResponses, fit_dose_responses
    from cytotools.doses.experiment_effects import median_effects_over
    from cytotools.doses.experiments import ExperimentIc50, Ic50Estimate, over_experiments
    from cytotools.doses.growth_rate import GrowthRate, fit_growth_rate, growth_rate_errors, growth_rates
    from cytotools.doses.index_verdicts import excess_verdict, index_verdict
    from cytotools.doses.interaction_indices import InteractionIndex, interaction_index
    from cytotools.doses.least_squares import Fit, fit_curve
    from cytotools.doses.loewe import loewe_excess
    from cytotools.doses.matrix_excess import MatrixExcess, excess_over_plates
    from cytotools.doses.matrix_indices import MatrixIndex, index_over_plates
    from cytotools.doses.median_effect import MedianEffect, fit_median_effect
    from cytotools.doses.median_effect_curves import MedianEffects, fit_median_effect_curves
    from cytotools.doses.potentiated_curves import Potentiation, potentiation
    from cytotools.doses.reference_models import ReferenceExcess, bliss_excess, hsa_excess
    from cytotools.doses.schedule_comparison import (
        BestSchedule,
        ScheduleContrasts,
        best_schedule,
        compare_schedules_ic50,
    )
    from cytotools.doses.selectivity import Ic50Pair, Ic50Ratio, compare_ic50
    from cytotools.doses.shared_curves import SharedFit, compare_curves
    from cytotools.doses.sigmoid import FiveParameter, FourParameter, ThreeParameter, response_at
    from cytotools.doses.zip_scores import zip_excess

__all__ = [
    "Average",
    "BestSchedule",
    "BlockContrast",
    "CombinedExperiment",
    "CombinedIndex",
    "CurveWells",
    "DoseMatrix",
    "DoseResponse",
    "DoseResponses",
    "ExperimentIc50",
    "FTest",
    "Fit",
    "FiveParameter",
    "FourParameter",
    "GrowthRate",
    "Ic50Estimate",
    "Ic50Pair",
    "Ic50Ratio",
    "InteractionIndex",
    "LevelEstimate",
    "MatrixExcess",
    "MatrixIndex",
    "MedianEffect",
    "MedianEffects",
    "PlannedPower",
    "Potentiation",
    "ReferenceExcess",
    "ScheduleContrasts",
    "SharedFit",
    "ThreeParameter",
    "average",
    "best_schedule",
    "bliss_excess",
    "block_contrasts",
    "combination_index",
    "combination_index_at",
    "compare_curves",
    "compare_ic50",
    "compare_schedules_ic50",
    "constant_ratio",
    "curve_band",
    "dose_reduction_index",
    "excess_over_plates",
    "excess_verdict",
    "expected_ln_sd",
    "experiments_needed",
    "fit_curve",
    "fit_dose_response",
    "fit_dose_responses",
    "fit_growth_rate",
    "fit_median_effect",
    "fit_median_effect_curves",
    "growth_rate_errors",
    "growth_rates",
    "hsa_excess",
    "index_over_experiments",
    "index_over_plates",
    "index_verdict",
    "interaction_index",
    "is_flat",
    "level_estimates",
    "loewe_excess",
    "median_effects_over",
    "over_experiments",
    "potentiation",
    "power_table",
    "power_to_resolve",
    "response_at",
    "zip_excess",
]

# A name is imported when it is first asked for.
_HOME = {
    "Average": "cytotools.doses.averages",
    "BestSchedule": "cytotools.doses.schedule_comparison",
    "BlockContrast": "cytotools.doses.block_model",
    "CombinedExperiment": "cytotools.doses.combined_experiment",
    "CombinedIndex": "cytotools.doses.combined_indices",
    "CurveWells": "cytotools.doses.combined_experiment",
    "DoseMatrix": "cytotools.doses.dose_matrix",
    "DoseResponse": "cytotools.doses.dose_response",
    "DoseResponses": "cytotools.doses.dose_responses",
    "ExperimentIc50": "cytotools.doses.experiments",
    "FTest": "cytotools.doses.curve_tests",
    "Fit": "cytotools.doses.least_squares",
    "FiveParameter": "cytotools.doses.sigmoid",
    "FourParameter": "cytotools.doses.sigmoid",
    "GrowthRate": "cytotools.doses.growth_rate",
    "Ic50Estimate": "cytotools.doses.experiments",
    "Ic50Pair": "cytotools.doses.selectivity",
    "Ic50Ratio": "cytotools.doses.selectivity",
    "InteractionIndex": "cytotools.doses.interaction_indices",
    "LevelEstimate": "cytotools.doses.block_model",
    "MatrixExcess": "cytotools.doses.matrix_excess",
    "MatrixIndex": "cytotools.doses.matrix_indices",
    "MedianEffect": "cytotools.doses.median_effect",
    "MedianEffects": "cytotools.doses.median_effect_curves",
    "PlannedPower": "cytotools.doses.combination_power",
    "Potentiation": "cytotools.doses.potentiated_curves",
    "ReferenceExcess": "cytotools.doses.reference_models",
    "ScheduleContrasts": "cytotools.doses.schedule_comparison",
    "SharedFit": "cytotools.doses.shared_curves",
    "ThreeParameter": "cytotools.doses.sigmoid",
    "average": "cytotools.doses.averages",
    "best_schedule": "cytotools.doses.schedule_comparison",
    "bliss_excess": "cytotools.doses.reference_models",
    "block_contrasts": "cytotools.doses.block_model",
    "combination_index": "cytotools.doses.chou_talalay",
    "combination_index_at": "cytotools.doses.chou_talalay",
    "compare_curves": "cytotools.doses.shared_curves",
    "compare_ic50": "cytotools.doses.selectivity",
    "compare_schedules_ic50": "cytotools.doses.schedule_comparison",
    "constant_ratio": "cytotools.doses.chou_talalay",
    "curve_band": "cytotools.doses.curve_bands",
    "dose_reduction_index": "cytotools.doses.chou_talalay",
    "excess_over_plates": "cytotools.doses.matrix_excess",
    "excess_verdict": "cytotools.doses.index_verdicts",
    "expected_ln_sd": "cytotools.doses.combination_power",
    "experiments_needed": "cytotools.doses.combination_power",
    "fit_curve": "cytotools.doses.least_squares",
    "fit_dose_response": "cytotools.doses.dose_response",
    "fit_dose_responses": "cytotools.doses.dose_responses",
    "fit_growth_rate": "cytotools.doses.growth_rate",
    "fit_median_effect": "cytotools.doses.median_effect",
    "fit_median_effect_curves": "cytotools.doses.median_effect_curves",
    "growth_rate_errors": "cytotools.doses.growth_rate",
    "growth_rates": "cytotools.doses.growth_rate",
    "hsa_excess": "cytotools.doses.reference_models",
    "index_over_experiments": "cytotools.doses.combined_indices",
    "index_over_plates": "cytotools.doses.matrix_indices",
    "index_verdict": "cytotools.doses.index_verdicts",
    "interaction_index": "cytotools.doses.interaction_indices",
    "is_flat": "cytotools.doses.curve_tests",
    "level_estimates": "cytotools.doses.block_model",
    "loewe_excess": "cytotools.doses.loewe",
    "median_effects_over": "cytotools.doses.experiment_effects",
    "over_experiments": "cytotools.doses.experiments",
    "potentiation": "cytotools.doses.potentiated_curves",
    "power_table": "cytotools.doses.combination_power",
    "power_to_resolve": "cytotools.doses.combination_power",
    "response_at": "cytotools.doses.sigmoid",
    "zip_excess": "cytotools.doses.zip_scores",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.doses' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
