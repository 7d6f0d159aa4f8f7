"""Which cautions a picture marks: those that ask to be judged, not those that are only to be read."""

from __future__ import annotations

from gating.cautions import CAUTIONS


def doubts(cell: str) -> list[str]:
    """Return the codes of a caution cell of flow that are warnings, each once.

    Examples
    --------
    >>> doubts("partial_interval: counting only; few_events: 640 whole single cells")
    ['few_events']
    """
    codes = [part.partition(":")[0].strip() for part in str(cell).split("; ") if part]
    return list(dict.fromkeys(c for c in codes if c not in CAUTIONS or CAUTIONS[c].severity != "note"))
