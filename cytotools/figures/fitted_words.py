"""Words that fit: measured by the font they are drawn in, broken into lines, cut where there are too many."""

from __future__ import annotations

import re
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from cytotools.labels import cut

FAMILY = "DejaVu Sans"
LONGEST = 400  # letters of a person's text before it is broken into lines
NO_GLYPH = "□"
# What stays on one line: an interval in brackets, a number with its unit, else a word.
_ATOMS = re.compile(r"\([^()]{1,30}\)[,.;:]?|[\d.]+ (?:[µnmp]?M|[µnmp]?g/mL|h|%|×)(?!\w)[,.;:]?|\S+")


@cache
def _font(weight: str) -> FT2Font:
    return get_font(findfont(FontProperties(family=FAMILY, weight=weight)))


@cache
def _letters() -> frozenset[int]:
    return frozenset(_font("normal").get_charmap())


@cache
def inches(words: str, size: float, weight: str = "normal") -> float:
    """Return how wide words are drawn, in inches; `size` is in points.

    Examples
    --------
    >>> inches("iii", 8.0) < inches("WWW", 8.0)
    True
    """
    font = _font(weight)
    font.set_size(size, 72)
    font.set_text(drawable(words), 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64 / 72


def drawable(words: str) -> str:
    """Return words with a box for each letter that the font does not have: what matplotlib draws, with a warning.

    Examples
    --------
    >>> drawable("cIAP2 细胞")
    'cIAP2 □□'
    """
    return "".join(letter if ord(letter) in _letters() else NO_GLYPH for letter in cut(words, LONGEST))


def fitted(words: str, width: float, size: float, weight: str = "normal", most: int = 99) -> list[str]:
    """Return words as lines no wider than `width` inches; words longer than a line are broken, what is over is cut.

    Examples
    --------
    >>> fitted("a line and another", 0.6, 8.0), fitted("x" * 60, 0.6, 8.0, most=1)
    (['a line and', 'another'], ['xxxxxxx…'])
    """
    lines = [""]
    atoms = _ATOMS.findall(drawable(words))
    for word in (part for atom in atoms for part in ([atom] if inches(atom, size, weight) <= width else atom.split())):
        longer = f"{lines[-1]} {word}".strip()
        if inches(longer, size, weight) <= width:
            lines[-1] = longer
            continue
        *whole, rest = _pieces(word, width, size, weight)
        lines += [*whole, rest]
    lines = [line for line in lines if line]
    return lines if len(lines) <= most else [*lines[: most - 1], _ended(lines[most - 1], width, size, weight)]


def _pieces(word: str, width: float, size: float, weight: str) -> list[str]:
    """Return a word in pieces that fit."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and inches(pieces[-1] + letter, size, weight) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _ended(line: str, width: float, size: float, weight: str) -> str:
    while line and inches(f"{line}…", size, weight) > width:
        line = line[:-1]
    return f"{line}…"
