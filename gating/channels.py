"""Which channel carries Annexin V and which the dead-cell dye, read from the names that a cytometer gives."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gating.errors import MissingChannel
from gating.events import Channel

# Whole words of $PnS, then of $PnN; the first pattern that fits one channel wins.
ANNEXIN = (
    r"annexin|anx ?v?|annv|ann-?v",
    r"fitc|af488|alexa ?fluor ?488|alexa 488|bl1|b530|fl1",
    r"apc|af647|alexa ?fluor ?647|rl1|fl4|pacific ?blue|pacblue|v450|bv421",
)
DYE = (
    r"pi|propidium.*|7-?aad|7 ?aad|dapi|sytox.*|live.?dead.*|viability",
    r"per-?cp.*|fl3|bl3|b670|b695",
    r"pe|pe-?texas.?red|ecd|fl2|bl2|yl1|yl2|y585|y610|b585",
    r"v450|bv421|pacific ?blue",
)


def find_annexin(channels: Sequence[Channel], name: str, wanted: str | None = None) -> str:
    """Return the name of the channel that carries Annexin V.

    Examples
    --------
    >>> find_annexin([Channel("FSC-A"), Channel("FITC-A"), Channel("PE-A", "PI")], "a.fcs")
    'FITC-A'
    """
    return _find(channels, ANNEXIN, name, wanted, "Annexin V (FITC, Alexa Fluor 488, APC ...)", "annexin")


def find_dye(channels: Sequence[Channel], name: str, wanted: str | None = None) -> str:
    """Return the name of the channel that carries the dead-cell dye.

    Examples
    --------
    >>> find_dye([Channel("FITC-A"), Channel("PE-A"), Channel("7-AAD-A")], "a.fcs")
    '7-AAD-A'
    """
    return _find(channels, DYE, name, wanted, "the dead-cell dye (PI, 7-AAD, DAPI ...)", "dye")


def find_scatter(channels: Sequence[Channel], base: str, pulse: str) -> str | None:
    """Return the scatter channel of a pulse shape (`FSC`, `A`), or None where the file has none.

    Examples
    --------
    >>> find_scatter([Channel("FSC-H"), Channel("FSC-A")], "FSC", "A")
    'FSC-A'
    """
    fitting = [c.name for c in channels if re.fullmatch(rf"{base}\d*[- .]?{pulse}", c.name.strip(), re.IGNORECASE)]
    if not fitting and pulse == "H":  # instruments of one pulse shape call it FSC alone
        fitting = [c.name for c in channels if c.name.strip().casefold() in (base.casefold(), f"{base} lin".casefold())]
    return fitting[0] if fitting else None


def _find(
    channels: Sequence[Channel], patterns: Sequence[str], name: str, wanted: str | None, what: str, key: str
) -> str:
    names = [c.name for c in channels]
    if wanted:
        for labels in (names, [c.marker for c in channels]):
            same = [i for i, label in enumerate(labels) if label.strip().casefold() == wanted.strip().casefold()]
            if len(same) == 1:
                return names[same[0]]
        raise MissingChannel(
            name,
            expected=f"a channel {wanted!r} for {what}",
            got=", ".join(names),
            remedy=f"Set `{key}:` under `flow:` to one of them.",
        )
    for pattern in patterns:
        for attribute in ("marker", "name"):
            hits = [c.name for c in channels if _carries(getattr(c, attribute), pattern)]
            hits = _areas(hits)
            if len(hits) == 1:
                return hits[0]
    raise MissingChannel(
        name,
        expected=f"one channel that is recognised as {what}",
        got=", ".join(names),
        remedy=f"Set `{key}:` under `flow:` to the name of the channel.",
    )


def _carries(label: str, pattern: str) -> bool:
    """Say whether a label is, or begins with, the word (`FITC-A`, `Annexin V FITC`, `FL1-H`)."""
    bare = re.sub(r"[- _.]?(area|height|width|[ahw])$", "", label.strip(), flags=re.IGNORECASE)
    words = [bare, *re.split(r"[ _/:,()]+", bare)]
    return any(re.fullmatch(pattern, word.strip(), re.IGNORECASE) for word in words)


def _areas(names: list[str]) -> list[str]:
    """Prefer the pulse's area, then its height, where a dye is recorded as several."""
    for pulse in ("a", "h"):
        picked = [n for n in names if re.search(rf"[- .]{pulse}$", n, re.IGNORECASE)]
        if picked:
            return picked
    return names
