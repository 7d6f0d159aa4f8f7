"""The cells of wells to numbers, or to the words that the reader wrote in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cytotools.cells.numbers import Decimals, decimals_of, number
from cytotools.cells.refused import Refused
from cytotools.plates.cell_table import words_of
from cytotools.sheets.sheet import CellValue, is_blank

_GROUPED = re.compile(r"([+-]?\d{1,3})((?:[  \u00a0\u202f'’]\d{3})+)(?=[.,]|$)")
_BOUND = re.compile(r"[<>]=?\s*[-+]?[\d.,]+")
_MARKED = re.compile(r"[.,]")


def signal_of(value: CellValue, decimals: Decimals) -> tuple[float, str]:
    """Return the number in a well's cell and the words; one of them is empty (NaN, or "").

    Words without a digit (OVRFLW, MISSED, -, #####) and bounds (>4.0) are what readers write where they have no
    number. Thousands parted by spaces or apostrophes can be read in one way only, and are.

    Raises
    ------
    Refused
        The cell holds digits that are no number, or one that can be read in two ways.

    Examples
    --------
    >>> signal_of("1 250 000", Decimals()), signal_of("OVRFLW", Decimals())
    ((1250000.0, ''), (nan, 'OVRFLW'))
    """
    if is_blank(value):
        return float("nan"), ""
    if not isinstance(value, str):
        return number(value, decimals), ""
    words = words_of(value)
    if not any("0" <= character <= "9" for character in words) or _BOUND.fullmatch(words):
        return float("nan"), words
    try:
        return number(_GROUPED.sub(_ungrouped, words), decimals), ""
    except Refused as no:
        raise Refused(no.expected, _remedy(words, no.remedy)) from None


def _ungrouped(match: re.Match[str]) -> str:
    return match.group(1) + re.sub(r"\D", "", match.group(2))


def _remedy(words: str, remedy: str) -> str:
    """Return what to do about a cell: a unit of a signal stands in no column of its own, unlike a dose's."""
    if re.fullmatch(r"[-+]?[\d.,]+\s*(%|[^\W\d]).*", words):
        return "Write the number alone, without a sign or unit; what the numbers are stands above the grid."
    return remedy


def signal_decimals(delimiter: str, values: Iterable[CellValue], *, by_software: bool) -> Decimals:
    r"""Return how the decimals of a file's signals are written.

    A reader's software parts no thousands, so a mark that it writes is the decimal mark; a person may write either, and
    1.250 is read only where other values, or the delimiter, tell.

    Examples
    --------
    >>> signal_decimals("\\t", ["2.100", "2.130"], by_software=True).trusted
    '.'
    >>> signal_decimals("\\t", ["2.100", "2.130"], by_software=False).trusted
    ''
    """
    texts = [words_of(value) for value in values if isinstance(value, str)]
    decimals = decimals_of(delimiter, texts)
    marks = {mark for words in texts if words[:1].isdigit() or words[:1] in "+-.," for mark in _MARKED.findall(words)}
    if by_software and not decimals.trusted and len(marks) == 1:
        return Decimals(trusted=marks.pop())
    return decimals
