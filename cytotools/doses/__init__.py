"""Curves: least squares, dose response with its IC50, several experiments together. Knows nothing of studies or plates.

>>> from cytotools import doses
>>> doses.__name__
'cytotools.doses'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.doses.average import Average, average
    from cytotools.doses.experiments import ExperimentIc50, Ic50Estimate, over_experiments
    from cytotools.doses.selectivity import Ic50Pair, Ic50Ratio, compare_ic50

__all__ = [
    "Average",
    "ExperimentIc50",
    "Ic50Estimate",
    "Ic50Pair",
    "Ic50Ratio",
    "average",
    "compare_ic50",
    "over_experiments",
]

# A name is imported when it is first asked for.
_HOME = {
    "Average": "cytotools.doses.average",
    "ExperimentIc50": "cytotools.doses.experiments",
    "Ic50Estimate": "cytotools.doses.experiments",
    "Ic50Pair": "cytotools.doses.selectivity",
    "Ic50Ratio": "cytotools.doses.selectivity",
    "average": "cytotools.doses.average",
    "compare_ic50": "cytotools.doses.selectivity",
    "over_experiments": "cytotools.doses.experiments",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.doses' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
