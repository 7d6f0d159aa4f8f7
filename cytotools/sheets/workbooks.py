"""XLSX workbooks: which sheet is meant, and what in it can't be read as a value in each cell."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from cytotools.errors import Problem, StudyError, refusal
from cytotools.sheets.sheet import MAX_BYTES, MAX_ROWS, Row, Sheet, too_long

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SAVE_ANEW = "Open it in Excel and save it anew as XLSX, without a password, or as CSV UTF-8."


def sheet_of_workbook(contents: bytes, name: str, wanted: str) -> Sheet:
    """Read the bytes of an XLSX file: the sheet whose title is `wanted`, else the first visible one that is filled.

    Raises
    ------
    StudyError
        It can't be opened, is too large or empty, or has merged cells or formulas that were never computed.

    Examples
    --------
    >>> sheet_of_workbook(b"no archive", "samples.xlsx", "samples")
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: samples.xlsx: the file: expected an XLSX workbook, got a file that can't be opened...
    """
    check_archive(contents, name)
    values, formulas = _load(contents, name, data_only=True), _load(contents, name, data_only=False)
    worksheet, notes = _chosen(values, name, wanted)
    rows = _filled_rows(worksheet, name)
    _check_formulas(worksheet, formulas[worksheet.title], name)
    _check_merged(worksheet, rows[-1].line, name)
    notes += _hidden_note(worksheet, rows, name)
    return Sheet(name, worksheet.title, "", rows[0], rows[1:], notes)


def check_archive(contents: bytes, name: str) -> None:
    """Refuse what is no archive, or would grow without measure, before a parser sees it."""
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            parts = archive.infolist()
            is_large = sum(part.file_size for part in parts) > MAX_BYTES
            is_sound = is_large or not any(b"<!DOCTYPE" in archive.read(part) for part in parts)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        is_large, is_sound = False, False
    if is_large:
        remedy = "Copy the cells that hold values into a new workbook."
        got = f"more than {MAX_BYTES // 1_000_000} MB inside"
        raise refusal(name, "the workbook", "a small sheet", got, remedy)
    if not is_sound:
        raise refusal(name, "the file", "an XLSX workbook", "a file that can't be opened as one", SAVE_ANEW)


def _load(contents: bytes, name: str, *, data_only: bool) -> Workbook:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl leaves out do not touch the values
            return load_workbook(io.BytesIO(contents), data_only=data_only)
    except Exception as error:  # openpyxl lets the errors of every parser below it through
        got = f"a file that can't be read as one ({type(error).__name__})"
        raise refusal(name, "the file", "an XLSX workbook", got, SAVE_ANEW) from None


def _chosen(workbook: Workbook, name: str, wanted: str) -> tuple[Worksheet, tuple[Problem, ...]]:
    shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    filled = [sheet for sheet in shown if any(not row.is_blank for row in _rows(sheet))]
    if not filled:
        remedy = "Fill the sheet, or show it if it is hidden."
        raise refusal(name, "the workbook", "a visible sheet with a header and rows", "none", remedy)
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
        raise too_long(name)
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
