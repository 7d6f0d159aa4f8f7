"""Readers of numbers, in both decimal marks and never in two ways."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cytotools.cells.refused import Refused
from cytotools.cells.words import EXCEL_ERROR, FORMULA_REMEDY

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}.*|\d{1,2}[-. ]+[^\W\d]{3,}.*|[^\W\d]{3,}[-. ]+\d{2,4}")
_DATE_REMEDY = "Excel made a date of the number: format the column as number and type it again."


@dataclass(frozen=True)
class Decimals:
    """Which marks may part a number's decimals in a sheet, and which of them are trusted before three digits.

    1.250 is 1.25 to one reader and 1250 to the next; it is read only where the sheet shows which one wrote it.
    """

    allowed: str = ".,"
    trusted: str = "."


def number(value: object, decimals: Decimals = Decimals()) -> float:
    """Return a finite number; text may have a decimal point or comma.

    Examples
    --------
    >>> number("1,5"), number(" 1e-3 ")
    (1.5, 0.001)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        found = float(value)
    elif isinstance(value, str):
        found = _parsed(value.strip().strip("\ufeff").replace("\u2212", "-"), decimals)
    else:
        is_date = isinstance(value, (datetime.date, datetime.time, datetime.timedelta))
        raise Refused("a number", _DATE_REMEDY if is_date else "Write a number.")
    if not math.isfinite(found):
        raise Refused("a finite number", "Write the number, or leave the cell empty.")
    return found


def _parsed(words: str, decimals: Decimals) -> float:
    if not _NUMBER.fullmatch(words):
        raise Refused("a number", _number_remedy(words))
    mark = next((mark for mark in ".," if mark in words), "")
    if mark and mark not in decimals.allowed:
        raise Refused("a number with a decimal point", f"Write {words.replace(',', '.')}: commas part the cells here.")
    if mark and mark not in decimals.trusted and _GROUPED.fullmatch(words):
        whole, rest = words.split(mark)
        remedy = f"It may mean {whole}.{rest} or {whole}{rest}: write {whole}{mark}{rest}0 or {whole}{rest}."
        raise Refused("a number that can be read in one way", remedy)
    return float(words.replace(",", "."))


def _number_remedy(words: str) -> str:
    if EXCEL_ERROR.fullmatch(words):
        return FORMULA_REMEDY
    if _DATE.fullmatch(words):
        return _DATE_REMEDY
    if re.fullmatch(r"[+-]?\d[\d.,' ]*", words) and any(mark in words for mark in ".,' "):
        return "Write it without group separators and with one decimal mark, as 1234.5."
    if re.match(r"[+-]?[\d.,]+\s*(%|[^\W\d])", words):
        return "Write the number alone: a dose's unit goes into `dose_unit`, times are in hours."
    return "Write the number alone, or leave the cell empty."


def decimals_of(delimiter: str, texts: Iterable[str]) -> Decimals:
    """Return how the decimals of a sheet are written, from its delimiter and the numbers that read in one way only.

    Examples
    --------
    >>> decimals_of(";", ["0,5", "1,250"]).trusted
    ','
    """
    if delimiter == ",":
        return Decimals(allowed=".", trusted=".")
    clear = [word for word in texts if _NUMBER.fullmatch(word) and not _GROUPED.fullmatch(word)]
    seen = "".join(mark for mark in ".," if any(mark in word for word in clear))
    if not seen:
        return Decimals(trusted="," if delimiter == ";" else "")  # Excel writes semicolons where the comma is taken
    return Decimals(trusted=seen if len(seen) == 1 else "")


def at_least_zero(value: object, decimals: Decimals = Decimals()) -> float:
    """Return a number of 0 or more."""
    found = number(value, decimals)
    if found < 0:
        raise Refused("a number of 0 or more", "Write it without the minus sign, or leave it empty.")
    return found


def positive(value: object, decimals: Decimals = Decimals()) -> float:
    """Return a number above 0."""
    found = number(value, decimals)
    if found <= 0:
        raise Refused("a number above 0", "Write the measured value, or leave it empty.")
    return found


def ordinal(value: object, decimals: Decimals = Decimals()) -> int:
    """Return a whole number counted from 1."""
    found = number(value, decimals)
    if found < 1 or found != int(found) or found > 1e6:
        raise Refused("a whole number from 1", "Count from 1: 1, 2, 3.")
    return int(found)


NUMERIC = (number, at_least_zero, positive, ordinal)
