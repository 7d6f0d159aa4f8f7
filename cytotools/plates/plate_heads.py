"""The heads of plates: consecutive column numbers in a row, and row letters in a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cytotools.plates.cell_grid import Cell
from cytotools.plates.cell_table import CellTable
from cytotools.plates.well_names import MAX_COLUMNS, PLATE_SHAPES, row_index, well_name
from cytotools.sheets.sheet import CellValue

BARE_ROWS = {columns: rows for rows, columns in PLATE_SHAPES if columns >= 12}

_COLUMN_NUMBER = re.compile(r"0?[1-9]|[1-4]\d")


@dataclass(frozen=True)
class ColumnRun:
    """Consecutive column numbers in one row: the columns of the table, and the number in each."""

    row: int
    columns: tuple[int, ...]
    numbers: tuple[int, ...]


def _column_number(value: CellValue) -> int | None:
    if isinstance(value, str):
        return int(value) if len(value) < 5 and _COLUMN_NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer():
        return int(value) if 1 <= value <= MAX_COLUMNS else None
    return None


def letter_in(value: CellValue) -> str:
    """Return a cell's row letters as they are written, empty where it holds none."""
    if not isinstance(value, str) or len(value) > 8:
        return ""
    return value.strip() if row_index(value) is not None else ""


def runs_in(table: CellTable, row: int) -> list[ColumnRun]:
    """Return the runs of at least two consecutive column numbers in a row, from left to right."""
    numbers = [(column, _column_number(value)) for column, value in enumerate(table.rows[row])]
    runs: list[list[Cell]] = []
    for column, number in numbers:
        if number is None:
            continue
        if runs and runs[-1][-1] == (column - 1, number - 1):
            runs[-1].append((column, number))
        else:
            runs.append([(column, number)])
    return [ColumnRun(row, *map(tuple, zip(*run, strict=True))) for run in runs if len(run) > 1]


def is_header(table: CellTable, row: int, run: ColumnRun) -> bool:
    """Return whether a row repeats the column numbers of a header."""
    numbers = tuple(_column_number(table.cell(row, column)) for column in run.columns)
    return numbers == run.numbers


def wells_of(run: ColumnRun, rows: Sequence[tuple[int, int]]) -> dict[str, Cell]:
    """Return the cell of each well: the rows with their letters, under the column numbers of a header."""
    return {
        well_name(letter, number - 1): (row, column)
        for letter, row in rows
        for column, number in zip(run.columns, run.numbers, strict=True)
    }
