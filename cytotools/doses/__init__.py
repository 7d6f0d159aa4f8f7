"""Curves: least squares, dose response with its IC50, several experiments together. Knows nothing of studies or plates.

>>> from cytotools import doses
>>> doses.__name__
'cytotools.doses'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.doses.least_squares import Fit, fit_curve

__all__ = ["Fit", "fit_curve"]

# A name is imported when it is first asked for.
_HOME = {
    "Fit": "cytotools.doses.least_squares",
    "fit_curve": "cytotools.doses.least_squares",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.doses' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
