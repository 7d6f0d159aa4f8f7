"""Every caution that plates can attach to a number: its stable code, what it means and what to do."""

from __future__ import annotations

from cytotools.doses.cautions import Caution

CAUTIONS: dict[str, Caution] = {}


def caution(code: str, words: str) -> str:
    """Return `code: words`, refusing a code that the list above does not document."""
    if code not in CAUTIONS:
        raise KeyError(code)
    return f"{code}: {words}"
