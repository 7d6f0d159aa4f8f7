"""Which bands carry which cautions, as letters for a picture and a key in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from string import ascii_letters

import pandas as pd


@dataclass(frozen=True)
class BandFlags:
    """`letters` of every row of the table, empty where it carries no caution of its own; `key` says what they mean."""

    letters: tuple[str, ...]
    key: str


def band_flags(table: pd.DataFrame) -> BandFlags:
    """Return the letters of the cautions that some bands of a picture carry and others don't.

    What every band carries holds for the whole picture and is only named in the key.

    Parameters
    ----------
    table : DataFrame
        From `measure_bands`: its column `caution`.

    Examples
    --------
    >>> table = pd.DataFrame({"lane": [1, 2], "target": ["actin", "actin"],
    ...     "caution": ["eight_bit: 256 levels; saturated: 12 % of the band is clipped", "eight_bit: 256 levels"]})
    >>> band_flags(table)
    BandFlags(letters=('a', ''), key='a: saturated (1 band); whole picture: eight bit')
    """
    codes = [[said.partition(":")[0] for said in cell.split("; ") if said] for cell in table["caution"]]
    everywhere = [
        code
        for code in dict.fromkeys(chain.from_iterable(codes))
        if len(codes) > 1 and all(code in own for own in codes)
    ]
    counts: dict[str, int] = {}
    for code in (code for own in codes for code in dict.fromkeys(own) if code not in everywhere):
        counts[code] = counts.get(code, 0) + 1
    letter = dict(zip(sorted(counts), ascii_letters, strict=False))
    letters = tuple("".join(sorted(letter[code] for code in dict.fromkeys(own) if code in letter)) for own in codes)
    key = [f"{letter[c]}: {_words(c)} ({counts[c]} band{'s' * (counts[c] > 1)})" for c in sorted(counts) if c in letter]
    if everywhere:
        key.append("whole picture: " + ", ".join(map(_words, everywhere)))
    return BandFlags(letters, "; ".join(key))


def _words(code: str) -> str:
    return code.replace("_", " ")
