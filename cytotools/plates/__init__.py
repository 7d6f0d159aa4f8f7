"""Plates: reader exports, layout, signal to response, quality, standard curves. Knows nothing of studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.plates.caspase import caspase_folds
    from cytotools.plates.concentration_means import mean_concentrations
    from cytotools.plates.concentration_table import concentrations, recoveries
    from cytotools.plates.dose_units import convert_dose, in_common_unit, read_dose
    from cytotools.plates.export_files import read_export
    from cytotools.plates.export_parsing import parse_export
    from cytotools.plates.interference import find_interference
    from cytotools.plates.lane_loading import LoadingPlan, protein_loads
    from cytotools.plates.layout_grids import read_layout
    from cytotools.plates.outliers import mark_outliers, with_and_without
    from cytotools.plates.quality import plate_quality
    from cytotools.plates.reading import Export, PlateReading
    from cytotools.plates.response import responses
    from cytotools.plates.shared_errors import level_error, mean_response, response_covariance, response_ratio
    from cytotools.plates.spatial import correct_positions, position_effects
    from cytotools.plates.standard_curves import StandardCurve, standard_curve

__all__ = [
    "Export",
    "LoadingPlan",
    "PlateReading",
    "StandardCurve",
    "caspase_folds",
    "concentrations",
    "convert_dose",
    "correct_positions",
    "find_interference",
    "in_common_unit",
    "level_error",
    "mark_outliers",
    "mean_concentrations",
    "mean_response",
    "parse_export",
    "plate_quality",
    "position_effects",
    "protein_loads",
    "read_dose",
    "read_export",
    "read_layout",
    "recoveries",
    "response_covariance",
    "response_ratio",
    "responses",
    "standard_curve",
    "with_and_without",
]

# A name is imported when it is first asked for.
_HOME = {
    "Export": "cytotools.plates.reading",
    "LoadingPlan": "cytotools.plates.lane_loading",
    "PlateReading": "cytotools.plates.reading",
    "StandardCurve": "cytotools.plates.standard_curves",
    "caspase_folds": "cytotools.plates.caspase",
    "concentrations": "cytotools.plates.concentration_table",
    "convert_dose": "cytotools.plates.dose_units",
    "correct_positions": "cytotools.plates.spatial",
    "find_interference": "cytotools.plates.interference",
    "in_common_unit": "cytotools.plates.dose_units",
    "level_error": "cytotools.plates.shared_errors",
    "mark_outliers": "cytotools.plates.outliers",
    "mean_concentrations": "cytotools.plates.concentration_means",
    "mean_response": "cytotools.plates.shared_errors",
    "parse_export": "cytotools.plates.export_parsing",
    "plate_quality": "cytotools.plates.quality",
    "position_effects": "cytotools.plates.spatial",
    "protein_loads": "cytotools.plates.lane_loading",
    "read_dose": "cytotools.plates.dose_units",
    "read_export": "cytotools.plates.export_files",
    "read_layout": "cytotools.plates.layout_grids",
    "recoveries": "cytotools.plates.concentration_table",
    "response_covariance": "cytotools.plates.shared_errors",
    "response_ratio": "cytotools.plates.shared_errors",
    "responses": "cytotools.plates.response",
    "standard_curve": "cytotools.plates.standard_curves",
    "with_and_without": "cytotools.plates.outliers",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.plates' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
