"""Plates: reader exports, layout, signal to response, quality, standard curves. Knows nothing of studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.plates.dose_units import convert_dose, in_common_unit, read_dose
    from cytotools.plates.interference import find_interference
    from cytotools.plates.layout_grids import read_layout
    from cytotools.plates.parse_export import parse_export
    from cytotools.plates.read_export import read_export
    from cytotools.plates.reading import Export, PlateReading
    from cytotools.plates.response import responses
    from cytotools.plates.shared_errors import level_error, mean_response, response_covariance, response_ratio

__all__ = [
    "Export",
    "PlateReading",
    "convert_dose",
    "find_interference",
    "in_common_unit",
    "level_error",
    "mean_response",
    "parse_export",
    "read_dose",
    "read_export",
    "read_layout",
    "response_covariance",
    "response_ratio",
    "responses",
]

# A name is imported when it is first asked for.
_HOME = {
    "Export": "cytotools.plates.reading",
    "PlateReading": "cytotools.plates.reading",
    "convert_dose": "cytotools.plates.dose_units",
    "find_interference": "cytotools.plates.interference",
    "in_common_unit": "cytotools.plates.dose_units",
    "level_error": "cytotools.plates.shared_errors",
    "mean_response": "cytotools.plates.shared_errors",
    "parse_export": "cytotools.plates.parse_export",
    "read_dose": "cytotools.plates.dose_units",
    "read_export": "cytotools.plates.read_export",
    "read_layout": "cytotools.plates.layout_grids",
    "response_covariance": "cytotools.plates.shared_errors",
    "response_ratio": "cytotools.plates.shared_errors",
    "responses": "cytotools.plates.response",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.plates' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
