"""How people write the same target: cIAP2 and c-IAP2."""

from __future__ import annotations


def plain(target: str) -> str:
    """Return the name of a target as all ways of writing it share it.

    Examples
    --------
    >>> plain("c-IAP2") == plain("cIAP2")
    True
    """
    return target.casefold().replace("-", "").replace(" ", "")
