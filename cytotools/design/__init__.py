"""Plate layouts for an experiment that is yet to be done.

>>> from cytotools import design
>>> design.read_design.__name__, design.write_design.__name__
('read_design', 'write_design')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cytotools.design.design_files import read_design
    from cytotools.design.write import write_design

__all__ = ["read_design", "write_design"]

# A name is imported when it is first asked for.
_HOME = {"read_design": "cytotools.design.design_files", "write_design": "cytotools.design.write"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        message = f"module 'cytotools.design' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
