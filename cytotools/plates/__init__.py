"""Plates: reader exports, layout, signal to response, quality, standard curves. Knows nothing of studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.plates.concentration_table import concentrations, recoveries
    from cytotools.plates.interference import find_interference
    from cytotools.plates.protein_loads import LoadingPlan, protein_loads
    from cytotools.plates.response import responses
    from cytotools.plates.shared_errors import level_error, mean_response, response_covariance, response_ratio
    from cytotools.plates.standard_curve import StandardCurve, standard_curve

__all__ = [
    "LoadingPlan",
    "StandardCurve",
    "concentrations",
    "find_interference",
    "level_error",
    "mean_response",
    "protein_loads",
    "recoveries",
    "response_covariance",
    "response_ratio",
    "responses",
    "standard_curve",
]

# A name is imported when it is first asked for.
_HOME = {
    "LoadingPlan": "cytotools.plates.protein_loads",
    "StandardCurve": "cytotools.plates.standard_curve",
    "concentrations": "cytotools.plates.concentration_table",
    "find_interference": "cytotools.plates.interference",
    "level_error": "cytotools.plates.shared_errors",
    "mean_response": "cytotools.plates.shared_errors",
    "protein_loads": "cytotools.plates.protein_loads",
    "recoveries": "cytotools.plates.concentration_table",
    "response_covariance": "cytotools.plates.shared_errors",
    "response_ratio": "cytotools.plates.shared_errors",
    "responses": "cytotools.plates.response",
    "standard_curve": "cytotools.plates.standard_curve",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.plates' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
