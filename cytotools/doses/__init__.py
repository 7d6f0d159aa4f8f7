"""Curves: least squares, dose response with its IC50, several experiments together. Knows nothing of studies or plates.

>>> from cytotools import doses
>>> doses.__name__
'cytotools.doses'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.doses.dose_response import DoseResponse, fit_dose_response
    from cytotools.doses.dose_responses import DoseResponses, fit_dose_responses
    from cytotools.doses.sigmoid import FiveParameter, FourParameter, ThreeParameter, response_at

__all__ = [
    "DoseResponse",
    "DoseResponses",
    "FiveParameter",
    "FourParameter",
    "ThreeParameter",
    "fit_dose_response",
    "fit_dose_responses",
    "response_at",
]

# A name is imported when it is first asked for.
_HOME: dict[str, str] = {
    "DoseResponse": "cytotools.doses.dose_response",
    "DoseResponses": "cytotools.doses.dose_responses",
    "FiveParameter": "cytotools.doses.sigmoid",
    "FourParameter": "cytotools.doses.sigmoid",
    "ThreeParameter": "cytotools.doses.sigmoid",
    "fit_dose_response": "cytotools.doses.dose_response",
    "fit_dose_responses": "cytotools.doses.dose_responses",
    "response_at": "cytotools.doses.sigmoid",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.doses' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
