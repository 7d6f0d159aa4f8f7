"""Promega GloMax (Discover, Explorer, Navigator, Multi+): plates as people draw them, under the name of each read.

Untested on a real file.
"""

from __future__ import annotations

from cytotools.plates.readers.free_form import describe

__all__ = ["describe", "is_mine"]


def is_mine(text: str) -> bool:
    """Return whether a text is that of a GloMax."""
    return "GloMax" in text or "GLOMAX" in text
