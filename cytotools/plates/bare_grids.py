"""Plates that stand without column numbers: taken only where they have a plate's exact shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from cytotools.errors import Problem
from cytotools.plates.cell_grid import Area, Cell, CellGrid, is_number_like
from cytotools.plates.cell_table import CellTable, words_of
from cytotools.plates.plate_heads import BARE_ROWS, ColumnRun, is_header, letter_in, wells_of
from cytotools.plates.well_names import row_index
from cytotools.sheets.sheet import CellValue, is_blank


def bare_grids(table: CellTable, taken: Sequence[Area]) -> tuple[list[CellGrid], list[Problem]]:
    """Return the plates that stand without column numbers: only where they have a plate's exact shape."""
    grids: list[CellGrid] = []
    problems: list[Problem] = []
    lines = [(row, span) for row in range(len(table.rows)) for span in _spans(table, row, taken)]
    for span, group in groupby(sorted(lines, key=lambda line: (line[1], line[0])), key=lambda line: line[1]):
        rows = [row for row, _ in group]
        for block in _unbroken(rows):
            grid = _bare_grid(table, block, span)
            if grid:
                grids.append(grid)
            else:
                problems += _shapeless(table, block, span)
    return grids, problems


def _spans(table: CellTable, row: int, taken: Sequence[Area]) -> list[Cell]:
    """Return the stretches of values in a row, first and last column, that no grid has taken."""
    cells = [not is_blank(value) and _is_value(value) for value in table.rows[row]]
    spans = []
    for is_filled, group in groupby(enumerate(cells), key=lambda cell: cell[1]):
        columns = [column for column, _ in group]
        span = Area(row, row, columns[0], columns[-1])
        if is_filled and len(columns) > 2 and not any(span.meets(area) for area in taken):
            spans.append((columns[0], columns[-1]))
    return spans


def _is_value(value: CellValue) -> bool:
    return is_number_like(value) or (isinstance(value, str) and value.strip().upper() in {"OVRFLW", "OVER", "MISSED"})


def _unbroken(rows: Sequence[int]) -> Iterator[list[int]]:
    for _, group in groupby(enumerate(rows), key=lambda item: item[1] - item[0]):
        yield [row for _, row in group]


def _bare_grid(table: CellTable, rows: Sequence[int], span: Cell) -> CellGrid | None:
    left, right = span
    columns = right - left + 1
    header = is_header(table, rows[0], ColumnRun(rows[0], tuple(range(left, right + 1)), tuple(range(1, columns + 1))))
    body = rows[1:] if header else rows
    if len(body) != BARE_ROWS.get(columns):
        return None
    letters = [letter_in(table.cell(row, left - 1)) for row in body]
    if any(letters) and [row_index(letter) for letter in letters] != list(range(len(body))):
        return None
    if not any(letters) and any(words_of(table.cell(row, left - 1)) for row in body):
        return None
    run = ColumnRun(rows[0], tuple(range(left, right + 1)), tuple(range(1, columns + 1)))
    area = Area(rows[0], rows[-1], left - bool(any(letters)), right)
    return CellGrid(table, wells_of(run, list(enumerate(body))), area)


def _shapeless(table: CellTable, rows: Sequence[int], span: Cell) -> Iterator[Problem]:
    """Name values that stand as a plate does and can't be given wells: letters without numbers, or a wrong shape."""
    left, right = span
    columns = right - left + 1
    letters = [row_index(letter_in(table.cell(row, left - 1))) for row in rows]
    is_lettered = len(rows) > 1 and letters == list(range(len(rows)))
    is_headed = columns in BARE_ROWS and is_header(
        table, rows[0], ColumnRun(rows[0], tuple(range(left, right + 1)), tuple(range(1, columns + 1)))
    )
    is_near = len(rows) >= 6 and columns >= 6 and all(letter is None for letter in letters)
    if not (is_lettered or is_near or (is_headed and len(rows) > 2 and not table.words(rows[0], left - 1))):
        return
    expected = "column numbers above and row letters beside the values"
    got = f"{len(rows)} rows of {columns} values without them"
    remedy = "Write 1, 2, 3 above and A, B, C beside; without them only a whole plate (8 x 12, 16 x 24) can be read."
    yield Problem(table.place(rows[0], left), "the values", expected, got, remedy)
