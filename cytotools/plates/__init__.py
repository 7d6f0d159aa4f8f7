"""Plates: reader exports, layout, signal to response, quality, standard curves. Knows nothing of studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.plates.layout_grids import read_layout
    from cytotools.plates.reading import Export, PlateReading

__all__ = [
    "Export",
    "PlateReading",
    "read_layout",
]

# A name is imported when it is first asked for.
_HOME: dict[str, str] = {
    "Export": "cytotools.plates.reading",
    "PlateReading": "cytotools.plates.reading",
    "read_layout": "cytotools.plates.layout_grids",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.plates' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
