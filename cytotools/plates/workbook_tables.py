"""The sheets of an XLSX workbook to tables of cells: hidden ones left out, merged cells filled with their words."""

from __future__ import annotations

from collections.abc import Sequence

from cytotools.errors import Problem, StudyError, refusal
from cytotools.plates.cell_table import MAX_CELLS, CellTable
from cytotools.plates.well_names import row_index
from cytotools.sheets.sheet import CellValue, is_blank
from cytotools.sheets.xlsx_cells import XlsxSheet, xlsx_sheets


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
    sheets = xlsx_sheets(contents, name)
    chosen = [sheet for sheet in sheets if not wanted or sheet.title.strip().casefold() == wanted.strip().casefold()]
    if not chosen:
        got = f"the sheets {', '.join(repr(sheet.title) for sheet in sheets)}" if sheets else "none"
        raise refusal(name, "the workbook", f"a sheet '{wanted}'", got, "Name one of its sheets.")
    shown = [sheet for sheet in chosen if sheet.is_visible or wanted]
    filled = [sheet for sheet in shown if not all(map(is_blank, sheet.cells.values())) or sheet.never_computed]
    if not filled:
        remedy = "Fill the sheet, or show it if it is hidden."
        raise refusal(name, "the workbook", "a visible sheet that holds values", "none", remedy)
    return tuple(_table(sheet, name) for sheet in filled), _hidden(chosen, shown, name)


def _table(sheet: XlsxSheet, name: str) -> CellTable:
    height = 1 + max((row for row, _ in sheet.cells), default=-1)
    width = 1 + max((column for _, column in sheet.cells), default=-1)
    if height * width > MAX_CELLS:
        got = f"{height} rows of {width} columns in '{sheet.title}'"
        remedy = "Copy the cells that hold values into a new workbook."
        raise refusal(name, "the workbook", f"at most {MAX_CELLS} cells a sheet", got, remedy)
    cells, merged = _unmerged(sheet, height, width)
    rows = tuple(tuple(cells.get((row, column)) for column in range(width)) for row in range(height))
    table = CellTable(name, sheet.title, "", rows, merged)
    remedy = "Open the workbook in Excel and save it, or write the value in the place of the formula."
    never = [table.place(*cell) for cell in sheet.never_computed]
    if never:
        raise StudyError([Problem(place, "the cell", "a value", "a formula never computed", remedy) for place in never])
    return table


def _unmerged(
    sheet: XlsxSheet, height: int, width: int
) -> tuple[dict[tuple[int, int], CellValue], frozenset[tuple[int, int]]]:
    """Return the cells with merged ones filled, and which those are.

    A row letter merged over the lines of several reads stands before the first of them only.
    """
    cells, merged = dict(sheet.cells), set()
    for top, left, bottom, right in sheet.merged:
        value = cells.get((top, left))
        if value is None or (isinstance(value, str) and row_index(value) is not None):
            continue
        area = [(r, c) for r in range(top, min(bottom + 1, height)) for c in range(left, min(right + 1, width))]
        cells |= dict.fromkeys(area, value)
        merged |= set(area) - {(top, left)}
    return cells, frozenset(merged)


def _hidden(sheets: Sequence[XlsxSheet], shown: Sequence[XlsxSheet], name: str) -> tuple[Problem, ...]:
    notes = []
    left_out = ", ".join(sheet.title for sheet in sheets if sheet not in shown)
    if left_out:
        got, remedy = f"hidden ones, left out: {left_out}", "Show the sheet if it holds a plate."
        notes.append(Problem(name, "the workbook", "sheets that are shown", got, remedy))
    for sheet in shown:
        if sheet.has_hidden:
            got = f"hidden rows or columns in '{sheet.title}', which are read too"
            notes.append(Problem(name, "the sheet", "cells that are shown", got, "Show them and look at their wells."))
    return tuple(notes)
