"""The cells of an XLSX workbook straight from its XML: values only, several times as fast as a full reader.

Formats, styles and drawings are left aside; numbers with a date format come as dates, formulas as their stored result.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import join, normpath
from xml.etree import ElementTree

from cytotools.errors import StudyError, refusal
from cytotools.sheets.sheet import CellValue
from cytotools.sheets.workbooks import SAVE_ANEW, check_archive

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_BUILT_IN_DATES = dict.fromkeys((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)), "d") | {46: "[h]:mm:ss"}
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]")
_NO_DATE = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE)
_UNREADABLE = (KeyError, ValueError, IndexError, TypeError, AttributeError, OverflowError, ElementTree.ParseError)
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


@dataclass(frozen=True)
class XlsxSheet:
    """The filled cells of one sheet.

    Attributes
    ----------
    title : str
    is_visible : bool
    cells : mapping of (row, column) to value
        0-based; blank cells left out.
    merged : tuple of (top, left, bottom, right)
        0-based areas of merged cells, both ends within.
    has_hidden : bool
        Whether rows or columns are hidden.
    never_computed : tuple of (row, column)
        Cells with a formula whose result was not stored.
    """

    title: str
    is_visible: bool
    cells: Mapping[tuple[int, int], CellValue]
    merged: tuple[tuple[int, int, int, int], ...]
    has_hidden: bool
    never_computed: tuple[tuple[int, int], ...]


def xlsx_sheets(contents: bytes, name: str) -> list[XlsxSheet]:
    """Read the bytes of an XLSX file.

    Raises
    ------
    StudyError
        It can't be opened, or would grow beyond measure.

    Examples
    --------
    >>> xlsx_sheets(b"no archive", "plate.xlsx")
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: plate.xlsx: the file: expected an XLSX workbook, got a file that can't be opened...
    """
    check_archive(contents, name)
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            return list(_sheets(archive))
    except StudyError:
        raise
    except (*_UNREADABLE, *_DAMAGED) as error:
        got = f"a file that can't be read as one ({type(error).__name__})"
        raise refusal(name, "the file", "an XLSX workbook", got, SAVE_ANEW) from None


def _sheets(archive: zipfile.ZipFile) -> Iterator[XlsxSheet]:
    root = _targets(archive, "_rels/.rels", "")
    main = next(target for kind, target in root.values() if kind == "officeDocument")
    folder, _, file = main.rpartition("/")
    parts = _targets(archive, f"{folder}/_rels/{file}.rels".lstrip("/"), folder)
    by_kind = dict(parts.values())
    workbook = _xml(archive, main)
    strings = _strings(archive, by_kind.get("sharedStrings", ""))
    dates = _date_styles(archive, by_kind.get("styles", ""))
    properties = next(_all(workbook, "workbookPr"), None)
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    for sheet in _all(workbook, "sheet"):
        kind, target = parts[next(value for key, value in sheet.items() if _bare(key) == "id")]
        if kind == "worksheet":
            visible = sheet.get("state", "visible") == "visible"
            yield _sheet(_xml(archive, target), sheet.get("name", ""), visible, strings, dates, is_1904)


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _all(element: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return (found for found in element.iter() if _bare(found.tag) == tag)


def _xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(part))


def _targets(archive: zipfile.ZipFile, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """Return the kind and the part of each relation of a part."""
    return {
        relation.get("Id", ""): (
            relation.get("Type", "").rpartition("/")[2],
            normpath(join("/" + folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in _all(_xml(archive, part), "Relationship")
    }


def _strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    if part not in archive.namelist():
        return []
    return [_text(item) for item in _xml(archive, part) if _bare(item.tag) == "si"]


def _text(item: ElementTree.Element) -> str:
    """Return a text of one or several runs; what is written above it to say how it sounds is left out."""
    words = []
    for child in item:
        tag = _bare(child.tag)
        if tag == "t":
            words.append(child.text or "")
        elif tag == "r":
            words += [part.text or "" for part in child if _bare(part.tag) == "t"]
    return "".join(words)


def _date_styles(archive: zipfile.ZipFile, part: str) -> dict[int, bool]:
    """Return the styles whose numbers are dates or times, and of each whether it is a stretch of time, as [h]:mm is."""
    if part not in archive.namelist():
        return {}
    styles = _xml(archive, part)
    forms = {int(form.get("numFmtId", 0)): form.get("formatCode", "") for form in _all(styles, "numFmt")}
    forms = _BUILT_IN_DATES | {code: _NO_DATE.sub("", form.split(";")[0]).lower() for code, form in forms.items()}
    cells = next(_all(styles, "cellXfs"), None)
    used = [forms.get(int(style.get("numFmtId", 0)), "") for style in cells] if cells is not None else []
    return {number: bool(_ELAPSED.search(form)) for number, form in enumerate(used) if re.search("[dmhys]", form)}


def _sheet(
    root: ElementTree.Element,
    title: str,
    visible: bool,
    strings: Sequence[str],
    dates: Mapping[int, bool],
    is_1904: bool,
) -> XlsxSheet:
    cells: dict[tuple[int, int], CellValue] = {}
    never: list[tuple[int, int]] = []
    has_hidden = any(col.get("hidden") in ("1", "true") for col in _all(root, "col"))
    data = next(_all(root, "sheetData"))
    row = -1
    for line in data:
        row = int(line.get("r", row + 2)) - 1
        has_hidden = has_hidden or line.get("hidden") in ("1", "true")
        column = -1
        for cell in line:
            reference = cell.get("r")
            column = _place(reference)[1] if reference else column + 1
            value, is_computed = _value(cell, strings, dates, is_1904)
            if value is not None:
                cells[row, column] = value
            if not is_computed:
                never.append((row, column))
    areas = [area.get("ref", "").partition(":") for area in _all(root, "mergeCell")]
    merged = tuple((*_place(first), *_place(last or first)) for first, _, last in areas)
    return XlsxSheet(title, visible, cells, merged, has_hidden, tuple(never))


def _place(reference: str) -> tuple[int, int]:
    """Return the 0-based row and column of a reference such as B7."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(reference)
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - 64
    return int(found.group(2)) - 1, column - 1


def _value(
    cell: ElementTree.Element, strings: Sequence[str], dates: Mapping[int, bool], is_1904: bool
) -> tuple[CellValue, bool]:
    """Return a cell's value, and whether it is there: a formula may have none stored."""
    kind, stored, has_formula = cell.get("t", "n"), None, False
    for child in cell:
        tag = _bare(child.tag)
        if tag == "v":
            stored = child.text
        elif tag == "is":
            return _text(child) or None, True
        elif tag == "f":
            has_formula = True
    if stored is None:
        return None, not has_formula or kind == "str"  # a stored empty text has no value either
    if kind == "s":
        return strings[int(stored)] or None, True
    if kind == "n":
        number = float(stored)
        style = int(cell.get("s", 0))
        if style in dates:
            return _date(number, is_1904, is_elapsed=dates[style]), True
        return int(number) if stored.lstrip("-").isdigit() else number, True
    if kind == "b":
        return stored == "1", True
    return stored, True


def _date(days: float, is_1904: bool, *, is_elapsed: bool) -> CellValue:
    """Return the date, time of day or stretch of time that a number of days means."""
    moment = datetime.timedelta(milliseconds=round(days * 86_400_000))
    if is_elapsed:
        return moment
    if 0 <= days < 1 and not is_1904:
        return (datetime.datetime.min + moment).time()
    first = datetime.datetime(1904, 1, 1) if is_1904 else datetime.datetime(1899, 12, 30 if days >= 60 else 31)
    return first + moment
