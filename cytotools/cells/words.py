"""Readers of words: text, labels, units, wells, closed choices, bands and reasons."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence

from cytotools.cells.refused import Reader, Refused, nearest

EXCEL_ERROR = re.compile(r"#(N/A|NV|REF!|BEZUG!|VALUE!|WERT!|DIV/0!|NAME\?|NUM!|ZAHL!|NULL!|SPILL!|CALC!)")
FORMULA_REMEDY = "A formula of the workbook failed: mend it, or write the value."
_UNITS = {"um": "uM", "nm": "nM", "pm": "pM", "mm": "mM", "umol/l": "uM", "nmol/l": "nM", "pmol/l": "pM"}
_UNITS |= {"mmol/l": "mM", "mol/l": "M"}
_UNITS |= {f"{mass}/ml": f"{mass}/mL" for mass in ("pg", "ng", "ug", "mg", "g")}
_UNITS |= {"mcg/ml": "ug/mL", "u/ml": "U/mL", "iu/ml": "IU/mL"}


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
    if EXCEL_ERROR.fullmatch(words):
        raise Refused("a value", FORMULA_REMEDY)
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
    >>> one_of(("unstained", "annexin_only"))("Annexin only")
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
