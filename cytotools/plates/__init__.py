"""Plates: reader exports, layout, signal to response, quality, standard curves. Knows nothing of studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.plates.dose_units import convert_dose, in_common_unit, read_dose

__all__ = ["convert_dose", "in_common_unit", "read_dose"]

# A name is imported when it is first asked for.
_HOME: dict[str, str] = {
    "convert_dose": "cytotools.plates.dose_units",
    "in_common_unit": "cytotools.plates.dose_units",
    "read_dose": "cytotools.plates.dose_units",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.plates' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
