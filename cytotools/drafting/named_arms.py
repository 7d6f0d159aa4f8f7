"""The arm of a sample (genotype or transfection), as names tell it: `siXIAP`, `cIAP1 KO`, `WT`."""

from __future__ import annotations

import re
from functools import cache

from cytotools.drafting.name_text import NameText
from cytotools.drafting.vocabulary import any_of, words

_CONTROLS = ("ctrl", "control", "ctl", "con", "nt", "nc", "ntc", "scr", "scramble", "scrambled", "luc", "gfp", "neg")
_CHANGES = "KO|KD|OE|knock-?out|knock-?down|overexpression|null"


def silenced_arm(name: NameText) -> str:
    """Return the arm of cells that were silenced or edited, without separators; "" where a name tells none.

    Examples
    --------
    >>> from cytotools.drafting.name_text import name_text
    >>> [silenced_arm(name_text(text)) for text in ("HeLa siXIAP#2 NT", "HeLa_si-Ctrl", "HeLa short")]
    ['siXIAP #2', 'siCtrl', '']
    """
    return " ".join(dict.fromkeys(f"{found[1]}{found[2]} {found[3] or ''}".strip() for found in name.take(_silenced())))


def named_arm(name: NameText) -> str:
    """Return the arm that a name tells otherwise, with single spaces; "" where it tells none.

    Examples
    --------
    >>> from cytotools.drafting.name_text import name_text
    >>> [named_arm(name_text(text)) for text in ("HeLa_cIAP1-KO_24h", "HeLa WT", "HeLa short")]
    ['cIAP1 KO', 'WT', '']
    """
    known = [f"{found[1]} {found[2]}" for found in name.take(_changed(f"(?i:{any_of(words()['targets'])})"))]
    for found in name.take(_changed("[A-Z][A-Z0-9]+")):
        known.append(f"{found[1]} {found[2]}")
        name.ask("arm", f"Is `{known[-1]}` the arm (genotype or transfection)?")
    return " ".join(dict.fromkeys([*known, *(arm.value for arm in sorted(name.known("arm")))]))


@cache
def _silenced() -> re.Pattern[str]:
    targets = any_of([*words()["targets"], *_CONTROLS])
    return re.compile(
        rf"(?<![A-Za-z0-9])(si|sh|sg)(?:RNA)?[\s_\-]*((?i:{targets})|[A-Z][A-Z0-9]+)(?![A-Za-z0-9])(?:[\s_\-]*(#\d+))?",
    )


@cache
def _changed(genes: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])({genes})[\s_\-]*({_CHANGES})(?![A-Za-z0-9])")
