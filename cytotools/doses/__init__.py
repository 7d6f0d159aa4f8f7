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
    from cytotools.doses.growth_rate import GrowthRate, fit_growth_rate, growth_rate_errors, growth_rates
    from cytotools.doses.least_squares import Fit, fit_curve
    from cytotools.doses.sigmoid import FiveParameter, FourParameter, ThreeParameter, response_at

__all__ = [
    "DoseResponse",
    "DoseResponses",
    "Fit",
    "FiveParameter",
    "FourParameter",
    "GrowthRate",
    "ThreeParameter",
    "fit_curve",
    "fit_dose_response",
    "fit_dose_responses",
    "fit_growth_rate",
    "growth_rate_errors",
    "growth_rates",
    "response_at",
]

# A name is imported when it is first asked for.
_HOME: dict[str, str] = {
    "DoseResponse": "cytotools.doses.dose_response",
    "DoseResponses": "cytotools.doses.dose_responses",
    "Fit": "cytotools.doses.least_squares",
    "FiveParameter": "cytotools.doses.sigmoid",
    "FourParameter": "cytotools.doses.sigmoid",
    "GrowthRate": "cytotools.doses.growth_rate",
    "ThreeParameter": "cytotools.doses.sigmoid",
    "fit_curve": "cytotools.doses.least_squares",
    "fit_dose_response": "cytotools.doses.dose_response",
    "fit_dose_responses": "cytotools.doses.dose_responses",
    "fit_growth_rate": "cytotools.doses.growth_rate",
    "growth_rate_errors": "cytotools.doses.growth_rate",
    "growth_rates": "cytotools.doses.growth_rate",
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
