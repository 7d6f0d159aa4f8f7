"""Which channel carries Annexin V and which the dead-cell dye, read from the names that a cytometer gives."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gating.errors import MissingChannel
from gating.events import Channel

# Words of a label, in lower case and without punctuation; a rank counts only where the ranks before it name nothing.
ANNEXIN = (
    r"\S*annexin\S*( v| 5| a5)?|an?nx ?(v|5|a5)?|(annv|anxv|anv|axv)\S*|ann v|an v|av|av(fitc|apc|pe|488|647)"
    r"|apotracker|psiva\S*|apopxin",
    r"fitc|(alexa ?(fluor ?)?|af|cf|dylight ?)488\S*|bb515|fl1|bl1|b5[0-3]\d|b1|gr(ee)?n( b)?|488 5[0-3]\d( \d+)?",
    r"apc(?! (cy|h7|fire|vio|r7|e ?fluor|alexa|af)\S*)|(alexa ?(fluor ?)?|af|cf|dylight ?)6[45][07]\S*|cy5(?! 5)"
    r"|e ?fluor ?660|rl1|fl4|r6[567]\d|r1",
    r"(pacific ?|pac)blue|pb|ef(luor)? ?450|e ?fluor ?450|v4[2-5]\d|bv421|(alexa ?(fluor ?)?|af|cf)405\S*|vl1|v1",
    r"pe(?! (cy|tex|tr|dazzle|cf|alexa|af|vio|e ?fluor|fire)\S*)|cy3|fl2|bl2|yl1|y58\d|b5[78]\d",
)
DYE = (
    r"pi|propidium\S*|7 ?aad|7 ?amino\S*|dapi|sytox\S*|zombie\S*|live ?dead\S*|l d|fv[ds]\S*|fixable\S*|viab\S*"
    r"|ghost\S*|to ?pro ?3|draq ?7|hoechst ?33258|helix ?np\S*|ethd\S*|ethidium\S*|dead( cells?)?",
    r"per ?cp\S*|fl3|bl3|b6[5-9]\d|b3|red b",
    r"pe(?! (cy|alexa|af|vio|e ?fluor|fire)\S*)|ecd|texas ?red|fl2|bl2|yl[12]|y5[89]\d|y6[12]\d|b5[78]\d|b2|yel b",
    r"v4[2-5]\d|bv421|(pacific ?|pac)blue|vl1|v1",
)
PULSES = {"a", "h", "w", "area", "height", "width", "int", "peak", "tof", "log", "lin", "hlog", "hlin", "alog", "alin"}
PREFIXES = {"comp", "fjcomp"}


def find_annexin(channels: Sequence[Channel], name: str, wanted: str | None = None) -> str:
    """Return the name of the channel that carries Annexin V.

    Its label ($PnS, then $PnN) says so, or names the fluorophore or detector that Annexin V is most often read with;
    case and punctuation do not matter. A channel that is labelled as the dye is never it.

    Parameters
    ----------
    channels : sequence of Channel
    name : str
        The file, for the message.
    wanted : str, optional
        The name or marker that the study gives.

    Raises
    ------
    MissingChannel
        No channel, or more than one, may carry it.

    Examples
    --------
    >>> find_annexin([Channel("FSC-A"), Channel("FITC-A"), Channel("PE-A", "PI")], "a.fcs")
    'FITC-A'
    >>> find_annexin([Channel("FL1-A", "SYTOX Green"), Channel("FL4-A", "AnxV_APC")], "a.fcs")
    'FL4-A'
    """
    free = [c for c in channels if not is_labelled_dye(c) or is_labelled_annexin(c)]
    return _find(channels, free, ANNEXIN, name, wanted, "Annexin V (FITC, Alexa Fluor 488, APC ...)", "annexin")


def find_dye(channels: Sequence[Channel], name: str, wanted: str | None = None) -> str:
    """Return the name of the channel that carries the dead-cell dye, found as Annexin V's is.

    Parameters
    ----------
    channels : sequence of Channel
    name : str
        The file, for the message.
    wanted : str, optional
        The name or marker that the study gives.

    Raises
    ------
    MissingChannel
        No channel, or more than one, may carry it.

    Examples
    --------
    >>> find_dye([Channel("FITC-A"), Channel("PE-A"), Channel("7-AAD-A")], "a.fcs")
    '7-AAD-A'
    """
    free = [c for c in channels if not is_labelled_annexin(c) or is_labelled_dye(c)]
    return _find(channels, free, DYE, name, wanted, "the dead-cell dye (PI, 7-AAD, DAPI ...)", "dye")


def find_roles(
    channels: Sequence[Channel], name: str, annexin: str | None = None, dye: str | None = None
) -> tuple[str, str]:
    """Return the channels of Annexin V and of the dye, which are never the same one.

    Parameters
    ----------
    channels : sequence of Channel
    name : str
        The file, for the message.
    annexin, dye : str, optional
        What the study names; then the other one is looked for among the rest.

    Raises
    ------
    MissingChannel
        No channel, or more than one, may carry one of the two.

    Examples
    --------
    >>> find_roles([Channel("APC-A"), Channel("FITC-A"), Channel("PE-A")], "a.fcs", annexin="apc")
    ('APC-A', 'PE-A')
    """
    if dye and not annexin:
        second = find_dye(channels, name, dye)
        return find_annexin([c for c in channels if c.name != second], name), second
    first = find_annexin(channels, name, annexin)
    if not dye:
        return first, find_dye([c for c in channels if c.name != first], name)
    second = find_dye(channels, name, dye)
    if first == second:
        raise MissingChannel(
            name,
            expected="two different channels for Annexin V and the dead-cell dye",
            got=f"{first} for both",
            remedy="Set `annexin:` and `dye:` under `flow:` to the names of two channels.",
        )
    return first, second


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
    channels: Sequence[Channel],
    free: Sequence[Channel],
    ranks: Sequence[str],
    name: str,
    wanted: str | None,
    what: str,
    key: str,
) -> str:
    names = [c.name for c in channels]
    if wanted:
        same = _named(channels, wanted)
        if len(same) == 1:
            return same[0]
        raise MissingChannel(
            name,
            expected=f"a channel {wanted!r} for {what}",
            got=", ".join(names),
            remedy=f"Set `{key}:` under `flow:` to one of them.",
        )
    hits = _first_rank(free, ranks)
    if len(hits) == 1:
        return hits[0]
    raise MissingChannel(
        name,
        expected=f"one channel that is recognised as {what}",
        got=", ".join(hits or names),
        remedy=f"Set `{key}:` under `flow:` to the name of the channel.",
    )


def _first_rank(channels: Sequence[Channel], ranks: Sequence[str]) -> list[str]:
    """Return the channels that the first rank names which names any: by their markers, else by their names."""
    for pattern in ranks:
        for attribute in ("marker", "name"):
            hits = [c.name for c in channels if _carries(getattr(c, attribute), pattern)]
            if hits:
                return _areas(hits)
    return []


def _named(channels: Sequence[Channel], wanted: str) -> list[str]:
    """Return the channels of this name, of this marker, or else of this name but for case, punctuation and pulse."""
    for key in (str.strip, lambda label: label.strip().casefold(), _flat, _words):
        for attribute in ("name", "marker"):
            same = [c.name for c in channels if getattr(c, attribute) and key(getattr(c, attribute)) == key(wanted)]
            if same:
                return _areas(same)
    return []


def is_labelled_annexin(channel: Channel) -> bool:
    """Say whether a channel's label names Annexin V itself, not only a detector that it may be read with.

    Examples
    --------
    >>> [is_labelled_annexin(channel) for channel in (Channel("FITC-A", "annexin-V"), Channel("FITC-A"))]
    [True, False]
    """
    return _is_labelled(channel, ANNEXIN[0])


def is_labelled_dye(channel: Channel) -> bool:
    """Say whether a channel's label names the dead-cell dye itself.

    Examples
    --------
    >>> [is_labelled_dye(channel) for channel in (Channel("PE-A", "PI"), Channel("PE-A"))]
    [True, False]
    """
    return _is_labelled(channel, DYE[0])


def _is_labelled(channel: Channel, pattern: str) -> bool:
    return _carries(channel.marker, pattern) or _carries(channel.name, pattern)


def _carries(label: str, pattern: str) -> bool:
    """Say whether a label holds the words (`FITC-A`, `Annexin V FITC`, `FL1-H`)."""
    return re.search(rf"(?:^| )(?:{pattern})(?: |$)", _words(label)) is not None


def _flat(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", label.casefold())


def _words(label: str) -> str:
    """Return a label's words in lower case, without punctuation and without what tells the pulse's measure."""
    words = re.sub(r"[^a-z0-9]+", " ", label.casefold()).split()
    while len(words) > 1 and words[-1] in PULSES:
        words.pop()
    while len(words) > 1 and words[0] in PREFIXES:
        words.pop(0)
    return " ".join(words)


def _areas(names: list[str]) -> list[str]:
    """Prefer the pulse's area, then its height, where a dye is recorded as several."""
    for pulse in ("a|area|int", "h|height|peak"):
        picked = [n for n in names if re.search(rf"[- ._](?:{pulse})\b", n, re.IGNORECASE)]
        if picked:
            return picked
    return names
