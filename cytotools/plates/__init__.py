"""Plates: reader exports, layout, signal to response, quality, standard curves. Knows nothing of studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.plates.interference import find_interference
    from cytotools.plates.response import responses
    from cytotools.plates.shared_errors import level_error, mean_response, response_covariance, response_ratio

__all__ = [
    "find_interference",
    "level_error",
    "mean_response",
    "response_covariance",
    "response_ratio",
    "responses",
]

# A name is imported when it is first asked for.
_HOME = {
    "find_interference": "cytotools.plates.interference",
    "level_error": "cytotools.plates.shared_errors",
    "mean_response": "cytotools.plates.shared_errors",
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
