"""The sheets of an XLSX workbook to tables of cells: hidden ones left out, merged cells filled with their words."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cytotools.errors import Problem, refusal
from cytotools.plates.cell_table import MAX_CELLS, CellTable
from cytotools.plates.well_names import row_index
from cytotools.sheets.sheet import CellValue
from cytotools.sheets.workbooks import check_archive, check_formulas, load, rows_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


def tables_of_workbook(contents: bytes, name: str, wanted: str) -> tuple[tuple[CellTable, ...], tuple[Problem, ...]]:
    """Read the bytes of an XLSX file: the sheet whose title is `wanted`, or every visible one that holds anything.

    Raises
    ------
    StudyError
        It can't be opened, is too large or empty, has no such sheet, or has formulas that were never computed.

    Examples
    --------
    >>> tables_of_workbook(b"no archive", "plate.xlsx", "")
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: plate.xlsx: the file: expected an XLSX workbook, got a file that can't be opened...
    """
    check_archive(contents, name)
    workbook = load(contents, name, data_only=True)
    sheets = [sheet for sheet in workbook.worksheets if not wanted or _is(sheet, wanted)]
    if not sheets:
        got = ", ".join(sheet.title for sheet in workbook.worksheets) or "none"
        raise refusal(name, "the workbook", f"a sheet '{wanted}'", got, "Name one of its sheets.")
    shown = [sheet for sheet in sheets if sheet.sheet_state == "visible" or wanted]
    _check_size(shown, name)
    filled = [sheet for sheet in shown if any(value is not None for row in sheet.values for value in row)]
    if not filled:
        remedy = "Fill the sheet, or show it if it is hidden."
        raise refusal(name, "the workbook", "a visible sheet that holds values", "none", remedy)
    if _has_formulas(contents):
        formulas = load(contents, name, data_only=False)
        for sheet in filled:
            check_formulas(sheet, formulas[sheet.title], name)
    return tuple(_table(sheet, name) for sheet in filled), _hidden(sheets, shown, name)


def _is(sheet: Worksheet, wanted: str) -> bool:
    return sheet.title.strip().casefold() == wanted.strip().casefold()


def _check_size(sheets: Sequence[Worksheet], name: str) -> None:
    for sheet in sheets:
        if (sheet.max_row or 0) * (sheet.max_column or 0) > MAX_CELLS:
            got = f"{sheet.max_row} rows of {sheet.max_column} columns in '{sheet.title}'"
            remedy = "Copy the cells that hold values into a new workbook."
            raise refusal(name, "the workbook", f"at most {MAX_CELLS} cells a sheet", got, remedy)


def _has_formulas(contents: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(contents)) as archive:
        sheets = [part for part in archive.namelist() if "worksheets/" in part and part.endswith(".xml")]
        return any(_FORMULA.search(archive.read(part)) for part in sheets)


def _table(sheet: Worksheet, name: str) -> CellTable:
    rows = [list(row.values) for row in rows_of(sheet)]
    table = CellTable(name, sheet.title, "", ())
    merged: set[tuple[int, int]] = set()
    for area in sheet.merged_cells.ranges:
        value = sheet.cell(area.min_row, area.min_col).value
        if value is None or (isinstance(value, str) and row_index(value) is not None):
            continue  # a row letter over the lines of several reads stands before the first of them
        cells = [(row - 1, column - 1) for row, column in area.cells]
        merged |= {cell for cell in cells if _filled(rows, cell, value)} - {cells[0]}
    return replace(table, rows=tuple(map(tuple, rows)), merged=frozenset(merged))


def _filled(rows: list[list[CellValue]], cell: tuple[int, int], value: object) -> bool:
    row, column = cell
    if row >= len(rows) or column >= len(rows[row]):
        return False
    rows[row][column] = value if isinstance(value, (int, float)) else str(value)
    return True


def _hidden(sheets: Sequence[Worksheet], shown: Sequence[Worksheet], name: str) -> tuple[Problem, ...]:
    notes = []
    left_out = ", ".join(sheet.title for sheet in sheets if sheet not in shown)
    if left_out:
        remedy = "Show the sheet if it holds a plate."
        notes.append(
            Problem(name, "the workbook", "sheets that are shown", f"hidden ones, left out: {left_out}", remedy)
        )
    for sheet in shown:
        sizes = (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
        if any(size.hidden for size in sizes):
            got = f"hidden rows or columns in '{sheet.title}', which are read too"
            notes.append(Problem(name, "the sheet", "cells that are shown", got, "Show them and look at their wells."))
    return tuple(notes)
