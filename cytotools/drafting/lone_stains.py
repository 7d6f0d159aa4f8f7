"""Tubes with one stain only, as names tell them: `PI only`, `nur Annexin V`, `FMO PI`."""

from __future__ import annotations

import re
from functools import cache

from cytotools.drafting.name_text import NameText
from cytotools.drafting.vocabulary import SEPARATOR, any_of, words

OTHER = {"annexin_only": "dye_only", "dye_only": "annexin_only"}
START, END = r"(?<![A-Za-z0-9À-ÿ])", r"(?![A-Za-z0-9À-ÿ])"


def lone_stain(name: NameText) -> str:
    """Return annexin_only or dye_only where a name says so, else "".

    Examples
    --------
    >>> from cytotools.drafting.name_text import name_text
    >>> [lone_stain(name_text(text)) for text in ("nur_PI_rep1", "FMO-7AAD", "Annexin PI control")]
    ['dye_only', 'annexin_only', '']
    """
    gated = name.first(_gated())
    if gated:
        name.ask("role", f"Is this a gated population (`{gated[0]}`)? Use the whole file of the tube.")
        return ""
    without = name.first(_without())
    if without:
        role = OTHER[_stain(without["stain"])]
        name.ask("role", f"Is `{without[0]}` the {role} tube?")
        return role
    for pattern, is_sure in ((_alone("alone"), True), (_alone("perhaps_alone"), False)):
        found = pattern.search(name.text)
        if found and (is_sure or not found["before"]):
            role = _stain(found["stain"] or found["stain_2"])
            name.blank(*found.span())
            if found["before"] or not is_sure:
                name.ask("role", f"Is `{found[0].strip(' _-')}` the {role} tube?")
            return role
    return ""


def bare_stain(name: NameText) -> str:
    """Return the role of the stain that a name holds bare (`HeLa_PI_rep1`), which is asked; "" for none or both stains.

    Examples
    --------
    >>> from cytotools.drafting.name_text import name_text
    >>> [bare_stain(name_text(text)) for text in ("HeLa_PI_rep1", "Annexin PI 01")]
    ['dye_only', '']
    """
    found = list(_bare().finditer(name.text))
    roles = {_stain(one[0]) for one in found}
    if len(roles) != 1:
        return ""
    role = roles.pop()
    name.take(_bare())
    name.ask("role", f"Is `{found[0][0]}` the {role} tube?")
    return role


@cache
def _bare() -> re.Pattern[str]:
    return re.compile(rf"{START}(?:{_stains()}){END}", re.IGNORECASE)


@cache
def _alone(kind: str) -> re.Pattern[str]:
    stain, alone = _stains(), any_of(words()[kind])
    return re.compile(
        rf"{START}(?P<before>(?:{stain}){SEPARATOR}(?:[+/]\s*)?)?"
        rf"(?:(?P<stain>{stain}){SEPARATOR}(?:{alone})|(?:{alone}){SEPARATOR}(?P<stain_2>{stain})){END}",
        re.IGNORECASE,
    )


@cache
def _without() -> re.Pattern[str]:
    return re.compile(rf"{START}(?:{any_of(words()['without'])}){SEPARATOR}(?P<stain>{_stains()}){END}", re.IGNORECASE)


@cache
def _gated() -> re.Pattern[str]:
    sign = r"positive|pos|negative|neg"
    not_control = rf"(?!{SEPARATOR}(?:control|ctrl|ctl|kontrolle))"
    return re.compile(rf"{START}(?:{_stains()}){SEPARATOR}(?:{sign}){END}{not_control}", re.IGNORECASE)


@cache
def _stains() -> str:
    return any_of(name for names in words()["stains"].values() for name in names)


def _stain(written: str) -> str:
    """Return the role of the tube that has this stain alone."""
    stains: dict[str, list[str]] = words()["stains"]
    return next(role for role, names in stains.items() if re.fullmatch(any_of(names), written, re.IGNORECASE))
