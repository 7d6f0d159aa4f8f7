"""Sheets as they come from a bench computer, CSV in any dialect or XLSX, to rows of cells that know their place.

Nothing is opened here: bytes come in, and what can't be read is refused by a `StudyError` with its line or cell.
"""

from __future__ import annotations

import csv
import datetime
import difflib
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from cytotools.conditions import NUMERIC, Column, Decimals, Refused, decimals_of, plain_name, shown
from cytotools.errors import Problem, StudyError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

CellValue = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta | None

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".tab")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
_SAVE_AS = "Save it as CSV UTF-8 or as XLSX."
_SAVE_ANEW = "Open it in Excel and save it anew as XLSX, without a password, or as CSV UTF-8."
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its 1-based line and the values of its cells."""

    line: int
    values: tuple[CellValue, ...]

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything but spaces."""
        return all(is_blank(value) for value in self.values)


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet, blank rows left out.

    Attributes
    ----------
    name : str
        The file, relative to the study folder, with forward slashes.
    title : str
        The sheet's title in a workbook, empty for CSV.
    delimiter : str
        What parts the cells of a CSV file, empty for a workbook.
    header : Row
        The first row that is not blank.
    rows : tuple of Row
        The rows below it.
    notes : tuple of Problem
        What was read in a way that the reader should know of.
    """

    name: str
    title: str
    delimiter: str
    header: Row
    rows: tuple[Row, ...]
    notes: tuple[Problem, ...] = ()

    def place(self, line: int, column: int | None = None) -> str:
        r"""Return where a row, or the cell of its 0-based column, stands: `name:line:column` or `name:Sheet1!B7`.

        Examples
        --------
        >>> sheet = read_sheet(b"file,role\na.fcs,treated\n", "samples.csv")
        >>> sheet.place(2, 1)
        'samples.csv:2:2'
        """
        if self.title:
            return f"{self.name}:{self.title}!{_letters(column or 0)}{line}"
        return f"{self.name}:{line}" if column is None else f"{self.name}:{line}:{column + 1}"


def is_blank(value: CellValue) -> bool:
    """Return whether a cell holds nothing, or spaces only."""
    return value is None or (isinstance(value, str) and not value.strip())


def read_sheet(contents: bytes, name: str, wanted: str = "") -> Sheet:
    r"""Read the bytes of a CSV or XLSX file as a sheet.

    CSV: comma, semicolon or tab, whichever parts the header most; UTF-8, UTF-16 or Windows-1252; any line end. XLSX:
    the sheet whose title is `wanted`, else the first one that is visible and holds anything.

    Parameters
    ----------
    contents : bytes
        The whole file.
    name : str
        Its name as messages shall give it; the ending says the kind.
    wanted : str
        The title to look for in a workbook of several sheets.

    Returns
    -------
    Sheet

    Raises
    ------
    StudyError
        For a file of another kind, too large, not text, empty, or with open quotes, merged cells or formulas that
        were never computed.

    Examples
    --------
    >>> sheet = read_sheet("Datei;Dosis µM\r\na.fcs;1,5\r\n".encode("cp1252"), "samples.csv")
    >>> sheet.delimiter, sheet.rows
    (';', (Row(line=2, values=('a.fcs', '1,5')),))
    """
    suffix = PurePosixPath(name).suffix.lower()
    if len(contents) > MAX_BYTES:
        raise _refusal(
            name,
            "the file",
            f"a sheet of at most {MAX_BYTES // 1_000_000} MB",
            f"{len(contents) / 1e6:.0f} MB",
            "Name the sheet that describes the samples, not an export of the measurements.",
        )
    if suffix in WORKBOOK_SUFFIXES:
        return _read_workbook(contents, name, wanted)
    if suffix not in TEXT_SUFFIXES or contents.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _refusal(name, "the file", "a CSV or XLSX sheet", _kind(contents, suffix), _SAVE_AS)
    return _read_text(contents, name)


def _refusal(place: str, what: str, expected: str, got: str, remedy: str) -> StudyError:
    return StudyError([Problem(place, what, expected, got, remedy)])


def _kind(contents: bytes, suffix: str) -> str:
    if contents.startswith(b"PK\x03\x04"):
        return f"a zipped file, probably a workbook, named {suffix or 'without an ending'}"
    if contents.startswith(b"\xd0\xcf\x11\xe0"):
        return "an old .xls workbook or one with a password"
    return f"a file named {suffix}" if suffix else "a file without an ending"


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --- CSV -------------------------------------------------------------------------------------------------------------


def _read_text(contents: bytes, name: str) -> Sheet:
    text, notes = _decoded(contents, name)
    first = next((line for line in text.splitlines() if line.strip()), "")
    declared = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", first, re.IGNORECASE)  # Excel's own hint, a line before the header
    delimiter = declared.group(1) if declared else _delimiter(first)
    rows = [row for row in _csv_rows(text, name, delimiter) if not row.is_blank][1 if declared else 0 :]
    if not rows:
        raise _refusal(name, "the sheet", "a header and rows", "an empty file", "Fill it.")
    return Sheet(name, "", delimiter, rows[0], tuple(rows[1:]), notes)


def _decoded(contents: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    encoding = _encoding(contents)
    try:
        text = contents.decode(encoding)
    except UnicodeDecodeError as error:
        got = f"bytes that are not {encoding.upper()} (byte {error.start})"
        raise _refusal(name, "the file", "text in UTF-8, UTF-16 or Windows-1252", got, _SAVE_AS) from None
    odd = _NOT_TEXT.search(text)
    if odd:
        place = f"{name}:{text.count(chr(10), 0, odd.start()) + 1}"
        raise _refusal(place, "the file", "text", f"the control character {odd.group()!r}", _SAVE_AS)
    if encoding != "cp1252":
        return text, ()
    remedy = "Look whether letters such as µ and ä came out right in the report; else save the sheet as CSV UTF-8."
    return text, (Problem(name, "the file", "UTF-8", "text that is not UTF-8, read as Windows-1252", remedy),)


def _encoding(contents: bytes) -> str:
    if contents.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    half = max(1, len(contents) // 2)
    if contents[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    if contents[::2].count(0) > 0.4 * half:
        return "utf-16-be"
    try:
        contents.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(header: str) -> str:
    bare = re.sub('"[^"]*"', "", header)
    return max("\t;,", key=bare.count) if any(mark in bare for mark in "\t;,") else ","


def _csv_rows(text: str, name: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start, count = 1, 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            got = "a quote that is opened and never closed" if "unexpected end" in str(error) else f"a row with {error}"
            remedy = 'Write quotes in pairs, around whole cells; a quote within a quoted cell is written "".'
            raise _refusal(f"{name}:{start}", "the row", "cells parted by one delimiter", got, remedy) from None
        yield Row(start, tuple(cells))
        start, count = reader.line_num + 1, count + 1
        if count > MAX_ROWS:
            raise _too_long(name)


def _too_long(name: str) -> StudyError:
    remedy = "Name the sheet that describes the samples, not an export of the measurements."
    return _refusal(name, "the sheet", f"at most {MAX_ROWS} rows", "more", remedy)


# --- XLSX ------------------------------------------------------------------------------------------------------------


def _read_workbook(contents: bytes, name: str, wanted: str) -> Sheet:
    _check_archive(contents, name)
    values, formulas = _load(contents, name, data_only=True), _load(contents, name, data_only=False)
    worksheet, notes = _chosen(values, name, wanted)
    rows = _filled_rows(worksheet, name)
    _check_formulas(worksheet, formulas[worksheet.title], name)
    _check_merged(worksheet, rows[-1].line, name)
    notes += _hidden_note(worksheet, rows, name)
    return Sheet(name, worksheet.title, "", rows[0], rows[1:], notes)


def _check_archive(contents: bytes, name: str) -> None:
    """Refuse what is no archive, or would grow without measure, before a parser sees it."""
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            parts = archive.infolist()
            is_large = sum(part.file_size for part in parts) > MAX_BYTES
            is_sound = is_large or not any(b"<!DOCTYPE" in archive.read(part) for part in parts)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        is_large, is_sound = False, False
    if is_large:
        remedy = "Copy the cells that hold values into a new workbook."
        got = f"more than {MAX_BYTES // 1_000_000} MB inside"
        raise _refusal(name, "the workbook", "a small sheet", got, remedy)
    if not is_sound:
        raise _refusal(name, "the file", "an XLSX workbook", "a file that can't be opened as one", _SAVE_ANEW)


def _load(contents: bytes, name: str, *, data_only: bool) -> Workbook:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl leaves out do not touch the values
            return load_workbook(io.BytesIO(contents), data_only=data_only)
    except Exception as error:  # openpyxl lets the errors of every parser below it through
        got = f"a file that can't be read as one ({type(error).__name__})"
        raise _refusal(name, "the file", "an XLSX workbook", got, _SAVE_ANEW) from None


def _chosen(workbook: Workbook, name: str, wanted: str) -> tuple[Worksheet, tuple[Problem, ...]]:
    shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    filled = [sheet for sheet in shown if any(not row.is_blank for row in _rows(sheet))]
    if not filled:
        remedy = "Fill the sheet, or show it if it is hidden."
        raise _refusal(name, "the workbook", "a visible sheet with a header and rows", "none", remedy)
    for sheet in filled:
        if sheet.title.strip().casefold() == wanted.casefold():
            return sheet, ()
    if len(filled) == 1:
        return filled[0], ()
    got = f"{len(filled)} sheets with data, of which the first, '{filled[0].title}', is read"
    remedy = f"Name the sheet to be read '{wanted}', or keep one sheet."
    return filled[0], (Problem(name, "the workbook", "one sheet", got, remedy),)


def _rows(worksheet: Worksheet) -> Iterator[Row]:
    kinds = (str, int, float, datetime.date, datetime.time, datetime.timedelta, type(None))
    for line, values in enumerate(worksheet.values, start=1):
        yield Row(line, tuple(value if isinstance(value, kinds) else str(value) for value in values))


def _filled_rows(worksheet: Worksheet, name: str) -> tuple[Row, ...]:
    rows = tuple(islice((row for row in _rows(worksheet) if not row.is_blank), MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise _too_long(name)
    return rows


def _check_formulas(values: Worksheet, formulas: Worksheet, name: str) -> None:
    """Refuse formulas whose result was never stored: their cells would pass as empty."""
    remedy = "Open the workbook in Excel and save it, or write the value in the place of the formula."
    problems = [
        Problem(f"{name}:{values.title}!{cell.coordinate}", "the cell", "a value", "a formula never computed", remedy)
        for row in formulas.iter_rows()
        for cell in row
        if cell.data_type == "f"
        and values[cell.coordinate].value is None
        # a stored empty text has no value either, and differs by its type
        and values[cell.coordinate].data_type != "str"
    ]
    if problems:
        raise StudyError(problems)


def _check_merged(worksheet: Worksheet, last_line: int, name: str) -> None:
    remedy = "Unmerge them and write the value into each row; the header is the first row, with no title above it."
    areas = [area for area in worksheet.merged_cells.ranges if area.min_row <= last_line]
    if areas:
        raise StudyError(
            [
                Problem(
                    f"{name}:{worksheet.title}!{area.coord.split(':')[0]}",
                    "the sheet",
                    "a value in each cell",
                    f"merged cells {area.coord}",
                    remedy,
                )
                for area in areas
            ]
        )


def _hidden_note(worksheet: Worksheet, rows: Sequence[Row], name: str) -> tuple[Problem, ...]:
    lines = [row.line for row in rows if row.line in worksheet.row_dimensions]
    hidden = sum(bool(worksheet.row_dimensions[line].hidden) for line in lines)
    if not hidden:
        return ()
    remedy = "Write a reason into the column `exclude` of rows that shall be left out."
    return (Problem(name, "the sheet", "rows that are shown", f"{hidden} hidden rows, which are read too", remedy),)


# --- tables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """A value that study.yaml gives for all rows of a sheet, and where it does so."""

    value: str | float
    place: str


@dataclass(frozen=True, eq=False)
class Table:
    """A sheet as a DataFrame, with the way back to its cells.

    Attributes
    ----------
    frame : DataFrame
        The columns asked for, all of them and in order, then the sheet's other columns, then `place`.
    sheet : Sheet
    problems : tuple of Problem
        Every cell that could not be read; it is empty in the frame.
    notes : tuple of Problem
        Columns that look like a misspelt one.
    """

    frame: pd.DataFrame
    sheet: Sheet
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    _columns: Mapping[str, int]

    def place(self, row: int, column: str = "") -> str:
        """Return where a row of the frame, or one of its cells, stands in the sheet."""
        return self.sheet.place(self.sheet.rows[row].line, self._columns.get(column))


def tabulate(sheet: Sheet, columns: Sequence[Column], given: Mapping[str, Given] = MappingProxyType({})) -> Table:
    r"""Read a sheet's cells by its columns.

    Parameters
    ----------
    sheet : Sheet
    columns : sequence of Column
        What may stand in it, in the order wanted; the sheet's further columns are carried through.
    given : mapping of column to Given
        Values for all rows; a cell that says otherwise is a problem.

    Returns
    -------
    Table

    Examples
    --------
    >>> from cytotools.conditions import Column, at_least_zero
    >>> sheet = read_sheet(b"Dose;well;note\n1,5;a1;old\n", "layout.csv")
    >>> tabulate(sheet, [Column("dose", at_least_zero, float("nan"))]).frame
       dose well note         place
    0   1.5   a1  old  layout.csv:2
    """
    indices, problems = _matched(sheet, columns)
    problems += _ragged(sheet)
    decimals = _decimals(sheet, [indices[c.name] for c in columns if c.read in NUMERIC and c.name in indices])
    data: dict[str, pd.Series[Any]] = {}
    for column in columns:
        values, refused = _column(sheet, column, indices.get(column.name), decimals, given.get(column.name))
        problems += refused
        data[column.name] = _series(values, column.empty)
    names = {column.name for column in columns}
    for name in (name for name in indices if name not in names):
        data[name] = _other(sheet, indices[name])
    data["place"] = _series([sheet.place(row.line) for row in sheet.rows], "")
    return Table(pd.DataFrame(data), sheet, tuple(problems), tuple(_misspelt(sheet, columns, indices)), indices)


def _matched(sheet: Sheet, columns: Sequence[Column]) -> tuple[dict[str, int], list[Problem]]:
    """Return the index of each named column, known ones under our name, and what is wrong with the header."""
    known = {column.name for column in columns} | {"place"}
    indices: dict[str, int] = {}
    problems = []
    for index, cell in enumerate(sheet.header.values):
        place = sheet.place(sheet.header.line, index)
        header = "" if is_blank(cell) else str(cell).replace("\ufeff", "").strip()
        name = plain_name(header) if plain_name(header) in known else header
        if not header:
            if any(index < len(row.values) and not is_blank(row.values[index]) for row in sheet.rows):
                remedy = "Name the column, or clear the cells below."
                problems.append(Problem(place, "the header", "a name above each filled column", "nothing", remedy))
        elif name == "place":
            remedy = "Rename the column: `place` holds the row's own place."
            problems.append(Problem(place, header, "a name that is free", shown(header), remedy))
        elif plain_name(name) in {plain_name(other) for other in indices}:
            problems.append(Problem(place, name, "each column once", "it twice", "Rename or delete one of them."))
        else:
            indices[name] = index
    return indices, problems + _missing(sheet, columns, indices)


def _missing(sheet: Sheet, columns: Sequence[Column], indices: Mapping[str, int]) -> list[Problem]:
    place, found = sheet.place(sheet.header.line, 0), list(indices)
    missing = [column.name for column in columns if column.required and column.name not in indices]
    lower = [row.line for row in sheet.rows[:20] if {plain_name(str(cell)) for cell in row.values} >= set(missing)]
    if missing and lower:
        remedy = "Delete the rows above the header."
        got = f"{_listed(found)}; the header seems to be row {lower[0]}"
        return [Problem(place, "the header", f"the columns {_listed(missing)} in the first row", got, remedy)]
    problems = []
    for name in missing:
        close = difflib.get_close_matches(name, [plain_name(other) for other in found], n=1, cutoff=0.7)
        remedy = f"Rename the column `{close[0]}`." if close else "Add the column; names are matched without case."
        problems.append(Problem(place, name, f"a column `{name}`", _listed(found), remedy))
    return problems


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (", ..." if len(names) > 20 else "") if names else "none"


def _ragged(sheet: Sheet) -> list[Problem]:
    """Rows of a CSV sheet that have more or fewer cells than the header: a delimiter is missing or one too many."""
    width = len(sheet.header.values)
    remedy = "Write as many cells as the header has; put a cell that holds the delimiter in quotes."
    problems = []
    for row in sheet.rows:
        extra = [index for index, cell in enumerate(row.values) if index >= width and not is_blank(cell)]
        if extra or (len(row.values) < width and not sheet.title):
            expected, got = f"{width} cells as in the header", f"{len(row.values)} cells"
            problems.append(Problem(sheet.place(row.line), "the row", expected, got, remedy))
    return problems


def _decimals(sheet: Sheet, numeric: Sequence[int]) -> Decimals:
    cells = (row.values[index] for row in sheet.rows for index in numeric if index < len(row.values))
    return decimals_of(sheet.delimiter, [cell.strip() for cell in cells if isinstance(cell, str)])


def _column(
    sheet: Sheet, column: Column, index: int | None, decimals: Decimals, given: Given | None
) -> tuple[list[object], list[Problem]]:
    """Read the cells of one column; those that can't be read are empty and named."""
    values: list[object] = []
    problems = []
    for row in sheet.rows:
        cell = None if index is None or index >= len(row.values) else row.values[index]
        value = column.empty if given is None else given.value
        if not is_blank(cell):
            try:
                value = column.read(cell, decimals) if column.read in NUMERIC else column.read(cell)
            except Refused as no:
                place = sheet.place(row.line, index)
                problems.append(Problem(place, column.name, no.expected, shown(cell), no.remedy))
            else:
                if given is not None and value != given.value:
                    expected = f"{shown(given.value)}, which {given.place} gives for all rows"
                    remedy = "Correct the cell, or take the key out of study.yaml."
                    place = sheet.place(row.line, index)
                    problems.append(Problem(place, column.name, expected, shown(value), remedy))
        elif column.required and index is not None and index < len(row.values):
            remedy = "Fill the cell, or delete the row."
            problems.append(Problem(sheet.place(row.line, index), column.name, "a value", "nothing", remedy))
        values.append(value)
    return values, problems


def _series(values: Sequence[object], empty: object) -> pd.Series[Any]:
    dtype = {float: "float64", int: "int64"}.get(type(empty), "object")
    return pd.Series(list(values), dtype=dtype)


def _other(sheet: Sheet, index: int) -> pd.Series[Any]:
    """Carry a column through: numbers of a workbook stay numbers where the column holds nothing else."""
    cells = [row.values[index] if index < len(row.values) else None for row in sheet.rows]
    filled = [cell for cell in cells if not is_blank(cell)]
    if filled and all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in filled):
        return pd.Series([float("nan") if is_blank(cell) else cell for cell in cells], dtype="float64")
    return pd.Series(["" if is_blank(cell) else str(cell).strip() for cell in cells], dtype="object")


def _misspelt(sheet: Sheet, columns: Sequence[Column], indices: Mapping[str, int]) -> Iterator[Problem]:
    """Name the columns that are none of ours but look so: carried through, they would be missed in silence."""
    absent = [column.name for column in columns if column.name not in indices]
    for name in set(indices) - {column.name for column in columns}:
        bare = re.split(r"_?[(\[]", plain_name(name))[0]
        close = difflib.get_close_matches(bare, absent, n=1, cutoff=0.85)
        if close:
            place = sheet.place(sheet.header.line, indices[name])
            got = f"a column `{name}`, which is carried through and means nothing to the analysis"
            remedy = f"Rename it `{close[0]}` if it is meant so; a unit goes into its own column."
            yield Problem(place, name, "a column of the study", got, remedy)
