"""The columns of a study's sheets: their names, their order, and how the text of a cell becomes a value.

A reader takes what a cell or a key of study.yaml holds and returns the value, or raises `Refused` with what was
expected and the remedy.
"""

from __future__ import annotations

import datetime
import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Reader = Callable[[object], object]

FLOW_ROLES = ("unstained", "annexin_only", "dye_only", "positive", "untreated", "vehicle", "treated")
LANE_ROLES = ("ladder", "reference", "empty", "untreated", "vehicle", "treated")
WELL_ROLES = ("blank", "standard", "untreated", "vehicle", "positive", "treated", "empty")
SCHEDULES = ("pre", "co", "post")
HARVESTS = ("pooled", "adherent", "floating")

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}.*|\d{1,2}[-. ]+[^\W\d]{3,}.*|[^\W\d]{3,}[-. ]+\d{2,4}")
_EXCEL_ERROR = re.compile(r"#(N/A|NV|REF!|BEZUG!|VALUE!|WERT!|DIV/0!|NAME\?|NUM!|ZAHL!|NULL!|SPILL!|CALC!)")
_UNITS = {"um": "uM", "nm": "nM", "pm": "pM", "mm": "mM", "umol/l": "uM", "nmol/l": "nM", "pmol/l": "pM"}
_UNITS |= {"mmol/l": "mM", "mol/l": "M"}
_UNITS |= {f"{mass}/ml": f"{mass}/mL" for mass in ("pg", "ng", "ug", "mg", "g")}
_UNITS |= {"mcg/ml": "ug/mL", "u/ml": "U/mL", "iu/ml": "IU/mL"}


class Refused(ValueError):
    """A cell that can't be read: what was expected and what to do about it."""

    def __init__(self, expected: str, remedy: str) -> None:
        self.expected, self.remedy = expected, remedy
        super().__init__(f"expected {expected}. {remedy}")


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    name : str
        Its name in the header.
    read : callable
        What makes a value of a cell.
    empty : object
        What stands where the cell is empty: "" in text columns, NaN in numbers.
    required : bool
        Whether the sheet must have it and each row must fill it.
    """

    name: str
    read: Reader
    empty: object = ""
    required: bool = False


@dataclass(frozen=True)
class Decimals:
    """Which marks may part a number's decimals in a sheet, and which of them are trusted before three digits.

    1.250 is 1.25 to one reader and 1250 to the next; it is read only where the sheet shows which one wrote it.
    """

    allowed: str = ".,"
    trusted: str = "."


def shown(value: object) -> str:
    """Return a value as a message shows it.

    Examples
    --------
    >>> shown(" ten"), shown(None), shown(5.0)
    ("' ten'", 'nothing', '5')
    """
    if value is None or value == "":
        return "nothing"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, list):
        return f"the list [{', '.join(map(str, value[:12]))}{', ...' if len(value) > 12 else ''}]"[:120]
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return f"the date or time {value}"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return the remedy for a word that is not among those allowed, with the nearest one first.

    Examples
    --------
    >>> nearest("treatd", LANE_ROLES)
    'Did you mean `treated`? Allowed: ladder, reference, empty, untreated, vehicle, treated.'
    """
    names = list(allowed)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    hint = f"Did you mean `{folded[close[0]]}`? " if close else ""
    return f"{hint}Allowed: {', '.join(names[:40])}." if names else "There is none yet: add it first."


def text(value: object) -> str:
    """Return a cell's text with single spaces; numbers as they are written shortest.

    Examples
    --------
    >>> text("  ECA109   Smac "), text(5.0)
    ('ECA109 Smac', '5')
    """
    if value is None:
        return ""
    if isinstance(value, (bool, dict, list)):
        raise Refused("text", "Write one word or line; put words such as yes, no and true in quotes.")
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        raise Refused("text", "Excel made a date of it: format the cell as text and type it again.")
    if isinstance(value, (int, float)):
        return f"{value:.15g}"
    words = " ".join(unicodedata.normalize("NFC", str(value)).replace("\ufeff", "").split())
    if _EXCEL_ERROR.fullmatch(words):
        raise Refused("a value", "A formula of the workbook failed: mend it, or write the value.")
    return words


def label(value: object) -> str:
    """Return the name of a replicate, batch or membrane: 1, 1.0 and "1" are all "1", a date is its ISO text.

    Examples
    --------
    >>> label(1.0), label("1.0"), label("rep 1")
    ('1', '1', 'rep 1')
    """
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    words = text(value)
    return re.sub(r"(?a:^(\d+)[.,]0+$)", r"\1", words)


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


_DATE_REMEDY = "Excel made a date of the number: format the column as number and type it again."


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
    if _EXCEL_ERROR.fullmatch(words):
        return "A formula of the workbook failed: mend it, or write the value."
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


def unit(value: object) -> str:
    """Return a unit in plain letters: µM and μM are uM, ug/ml is ug/mL; unknown units stay as they are.

    Examples
    --------
    >>> unit("µM"), unit("µg / ml"), unit("Gy")
    ('uM', 'ug/mL', 'Gy')
    """
    plain = re.sub(r"\s*/\s*", "/", text(value).replace("\u00b5", "u").replace("\u03bc", "u"))
    return _UNITS.get(plain.casefold(), plain)


def well(value: object) -> str:
    """Return a well as letter and number: a01 is A1.

    Examples
    --------
    >>> well("a01"), well("AF48")
    ('A1', 'AF48')
    """
    found = re.fullmatch(r"(?a:([A-Z]|A[A-F])0*([1-9]\d?))", text(value).upper().replace(" ", ""))
    if not found or int(found.group(2)) > 48:
        raise Refused("a well such as A1 or H12", "Write the row's letter and the column's number.")
    return found.group(1) + found.group(2)


def one_of(allowed: Sequence[str]) -> Reader:
    """Return the reader of a closed choice; case, spaces and hyphens do not matter.

    Examples
    --------
    >>> one_of(FLOW_ROLES)("Annexin only")
    'annexin_only'
    """

    def read(value: object) -> str:
        word = plain_name(text(value))
        if word not in allowed:
            raise Refused("one of " + ", ".join(allowed), nearest(word, allowed))
        return word

    return read


def reason(value: object) -> str:
    """Return why a row is left out; a word that says it is not is refused, because any text leaves it out.

    Examples
    --------
    >>> reason("clogged")
    'clogged'
    """
    words = text(value)
    if words.casefold() in ("0", "no", "n", "false", "none", "nein", "falsch", "-"):
        raise Refused("a reason to leave the row out, or nothing", "Clear the cell to keep the row.")
    return words


def plain_name(header: str) -> str:
    """Return a header or choice in lower case with underscores: `Cell line` and `cell-line` are cell_line."""
    return re.sub(r"[\s_-]+", "_", header.replace("\ufeff", "").strip().casefold())


_NAN = float("nan")
CONDITIONS: tuple[Column, ...] = (
    Column("cell_line", text),
    Column("arm", text),
    Column("compound", text),
    Column("dose", at_least_zero, _NAN),
    Column("dose_unit", unit),
    Column("compound_2", text),
    Column("dose_2", at_least_zero, _NAN),
    Column("dose_unit_2", unit),
    Column("compound_3", text),
    Column("dose_3", at_least_zero, _NAN),
    Column("dose_unit_3", unit),
    Column("schedule", one_of(SCHEDULES)),
    Column("lead_hours", at_least_zero, _NAN),
    Column("hours", at_least_zero, _NAN),
    Column("replicate", label),
    Column("technical", label),
    Column("batch", label),
    Column("well", well),
)
CONDITION_COLUMNS: tuple[str, ...] = tuple(column.name for column in CONDITIONS)
DOSES = (("dose", "dose_unit"), ("dose_2", "dose_unit_2"), ("dose_3", "dose_unit_3"))
EXCLUDE = Column("exclude", reason)


def sample_columns(file: Reader) -> tuple[Column, ...]:
    """Return the columns of samples.csv beside the conditions; `file` reads a path."""
    return (
        Column("file", file, required=True),
        Column("role", one_of(FLOW_ROLES), required=True),
        Column("harvest", one_of(HARVESTS)),
        Column("dissociation", text),
        Column("events_per_ul", positive, _NAN),
        EXCLUDE,
    )


LANE_COLUMNS = (
    Column("membrane", label, required=True),
    Column("lane", ordinal, 0, required=True),
    Column("role", one_of(LANE_ROLES), required=True),
    Column("protein_ug", positive, _NAN),
    EXCLUDE,
)
WELL_COLUMNS = (
    Column("plate", label),
    Column("role", one_of(WELL_ROLES), required=True),
    Column("dilution", positive, _NAN),
    EXCLUDE,
)


def box_columns(bands: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of a boxes sheet for an image with these bands."""

    def target(value: object) -> str:
        word = band(value)
        if word not in bands:
            raise Refused("a band of the image, or nothing for the whole lane", nearest(word, bands))
        return word

    return (
        Column("lane", ordinal, 0, required=True),
        Column("target", target),
        Column("x", at_least_zero, _NAN, required=True),
        Column("y", at_least_zero, _NAN, required=True),
        Column("width", positive, _NAN, required=True),
        Column("height", positive, _NAN, required=True),
    )


def threshold_columns(file: Reader) -> tuple[Column, ...]:
    """Return the columns of a sheet of thresholds set by hand; `file` reads the name of a sample."""
    return (
        Column("batch", label),
        Column("cell_line", text),
        Column("file", file),
        Column("channel", text, required=True),
        Column("threshold", number, _NAN, required=True),
    )


def band(value: object) -> str:
    """Return a band's name; any spelling of non-specific and total protein is the one that the study knows.

    Examples
    --------
    >>> band("Non specific"), band("cIAP1")
    ('non-specific', 'cIAP1')
    """
    name = text(value)
    known = {"nonspecific": "non-specific", "totalprotein": "total_protein"}
    return known.get(plain_name(name).replace("_", ""), name)
