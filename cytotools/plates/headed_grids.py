"""Grids with column numbers above and row letters beside, and every value next to them accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cytotools.cells.refused import shown
from cytotools.errors import Problem
from cytotools.plates.cell_grid import Area, CellGrid, is_number_like
from cytotools.plates.cell_table import CellTable
from cytotools.plates.plate_heads import BARE_ROWS, ColumnRun, is_header, letter_in, runs_in, wells_of
from cytotools.plates.well_names import row_index
from cytotools.sheets.sheet import CellValue, is_blank

_WORD = re.compile(r"[^\W\d_]{3,}")
_LOOK_BELOW = 3  # blank rows that may part a header from its first row, or two rows of a grid


@dataclass(frozen=True)
class HeadedBlock:
    """A run of column numbers with the rows whose letters stand beside it; a letter may have several rows."""

    run: ColumnRun
    letters: tuple[tuple[int, tuple[int, ...]], ...]
    column: int
    area: Area

    @property
    def is_consecutive(self) -> bool:
        """Whether the letters are A, B, C and so on, as a plate drawn with them across must have them."""
        rows = [letter for letter, _ in self.letters]
        return rows == list(range(len(rows))) and len(rows) > 1


def headed_blocks(table: CellTable) -> tuple[list[HeadedBlock], list[Problem]]:
    """Return the blocks of a table, from the top, and what stands so near to one that it may be part of it."""
    blocks: list[HeadedBlock] = []
    problems: list[Problem] = []
    for row in range(len(table.rows)):
        if any(block.area.top <= row <= block.area.bottom for block in blocks) and not _is_free(table, row, blocks):
            continue
        beside: list[HeadedBlock] = []
        for run in runs_in(table, row):
            if any(a.top <= row <= a.bottom and a.left <= run.columns[0] <= a.right for a in (b.area for b in blocks)):
                continue
            block = _block(table, run, beside)
            if block and beside and block.column == beside[-1].column and run.numbers[0] > beside[-1].run.numbers[-1]:
                block = _joined(beside.pop(), block)  # a blank column within one plate
            if block:
                beside.append(block)
        for block in beside:
            problems += _neighbours(table, block, beside)
        blocks += beside
    problems += [problem for block in blocks for problem in _left_over(table, block, blocks)]
    return blocks, problems


def _is_free(table: CellTable, row: int, blocks: Sequence[HeadedBlock]) -> bool:
    """Return whether a row of some grid reaches beyond it: another grid may stand beside, with its own header."""
    edge = max(block.area.right for block in blocks if block.area.top <= row <= block.area.bottom)
    return len(table.rows[row]) > edge + 2


def _block(table: CellTable, run: ColumnRun, beside: Sequence[HeadedBlock]) -> HeadedBlock | None:
    low = beside[-1].area.right + 1 if beside else 0
    column = _letters_column(table, run, low, beside[-1].run.columns[-1] + 1 if beside else -1)
    if column is None and beside and _may_share(table, run, beside[-1]):
        shared = beside[-1]
        rows = [row for _, rows in shared.letters for row in rows]
        area = Area(run.row, max(rows), run.columns[0], run.columns[-1])
        return HeadedBlock(run, shared.letters, shared.column, area)
    if column is None:
        return None
    letters = _letter_rows(table, run, column)
    if not letters:
        return None
    rows = [row for _, rows in letters for row in rows]
    label = run.columns[-1] + 1
    is_labelled = any(_is_label(table.cell(row, label)) for row in rows)
    left, right = min(column, run.columns[0]), max(column, run.columns[-1] + is_labelled)
    return HeadedBlock(run, tuple(letters), column, Area(run.row, max(rows), left, right))


def _is_label(value: CellValue) -> bool:
    """Return whether a cell behind a row names it; a letter there may be that of the next plate."""
    return not is_blank(value) and not is_number_like(value) and not letter_in(value)


def _letters_column(table: CellTable, run: ColumnRun, low: int, others: int) -> int | None:
    """Return the column of row letters: on the left, where columns of text may stand between, else on the right.

    Letters in the column `others`, right behind the plate before, may be that plate's: its own go before them.
    """
    left, right = _letters_on_the_left(table, run, low), _letters_on_the_right(table, run)
    return right if left is None or (left == others and right is not None) else left


def _letters_on_the_left(table: CellTable, run: ColumnRun, low: int) -> int | None:
    for column in range(run.columns[0] - 1, low - 1, -1):
        first = _first_below(table, run.row, column)
        if first is None:
            continue
        if letter_in(table.cell(first, column)):
            return None if _is_earlier(table.cell(run.row, column), table.cell(first, column)) else column
        is_label = bool(_WORD.search(table.words(run.row, column))) or not is_number_like(table.cell(first, column))
        if not is_label:
            return None
    return None


def _letters_on_the_right(table: CellTable, run: ColumnRun) -> int | None:
    for column in (run.columns[-1] + 1, run.columns[-1] + 2):
        first = _first_below(table, run.row, column)
        if first is not None and letter_in(table.cell(first, column)):
            return column
    return None


def _first_below(table: CellTable, row: int, column: int) -> int | None:
    below = range(row + 1, min(row + 2 + _LOOK_BELOW, len(table.rows)))
    return next((line for line in below if not is_blank(table.cell(line, column))), None)


def _is_earlier(corner: CellValue, first: CellValue) -> bool:
    """Return whether the corner of a would-be header is a row letter before the first: the header is a row of data."""
    above, below = row_index(letter_in(corner)), row_index(letter_in(first))
    return above is not None and below is not None and above < below


def _may_share(table: CellTable, run: ColumnRun, left: HeadedBlock) -> bool:
    """Return whether a run without letters stands right beside a grid whose letters then serve both."""
    between = range(left.run.columns[-1] + 1, run.columns[0])
    rows = [row for _, rows in left.letters for row in rows]
    return run.columns[0] - left.area.right <= 2 and all(
        is_blank(table.cell(row, column)) or column == left.column for row in [run.row, *rows] for column in between
    )


def _joined(left: HeadedBlock, right: HeadedBlock) -> HeadedBlock:
    run = ColumnRun(left.run.row, left.run.columns + right.run.columns, left.run.numbers + right.run.numbers)
    area = Area(left.area.top, left.area.bottom, left.area.left, max(left.area.right, right.area.right))
    return HeadedBlock(run, left.letters, left.column, area)


def _letter_rows(table: CellTable, run: ColumnRun, column: int) -> list[tuple[int, tuple[int, ...]]]:
    """Return each row letter below a header with the rows that belong to it: its own and those that follow without."""
    letters: list[tuple[int, list[int]]] = []
    blanks = 0
    is_wide, is_upper = run.numbers[-1] > 24, True
    for row in range(run.row + 1, len(table.rows)):
        written = letter_in(table.cell(row, column))
        is_empty = all(is_blank(table.cell(row, place)) for place in run.columns)
        if written:
            is_upper = written.isupper() if not letters else is_upper
            index = _row_of(written, is_wide and is_upper)
            if index is None or (letters and index <= letters[-1][0]):
                break
            letters.append((index, [row]))
            blanks = 0
        elif not is_blank(table.cell(row, column)) or blanks >= _LOOK_BELOW:
            break
        elif is_empty:
            blanks += 1
        elif blanks or not letters or is_header(table, row, run):
            break
        else:
            letters[-1][1].append(row)
    return [(letter, tuple(rows)) for letter, rows in letters]


def _row_of(written: str, has_small_letters: bool) -> int | None:
    """Return the row of its letters; where A to Z come first, a to f are rows 27 to 32 of a 1536-well plate."""
    index = row_index(written)
    if index is not None and has_small_letters and len(written) == 1 and written.islower():
        return index + 26 if index < 6 else None
    return index


def _neighbours(table: CellTable, block: HeadedBlock, beside: Sequence[HeadedBlock]) -> Iterator[Problem]:
    """Name what stands so close to a grid that it may be part of it: a misread header would lose it in silence."""
    run, rows = block.run, [row for _, rows in block.letters for row in rows]
    starts = {other.run.columns[0] for other in beside}
    inner = range(block.column + 1, run.columns[0]) if block.column == block.area.left else range(0)
    for column in (*inner, run.columns[-1] + 1):
        header = table.words(run.row, column)
        filled = [row for row in rows if is_number_like(table.cell(row, column))]
        if filled and column not in starts and not _WORD.search(header):
            place = table.place(filled[0], column)
            remedy = "Write the column's number above it, or a word such as Mean."
            yield Problem(place, "the column", "a column number above its values", shown(header), remedy)
    steps = {after - before for (before, _), (after, _) in pairwise(block.letters)}
    if len(steps) > 1:
        place = table.place(block.letters[0][1][0], block.column)
        got = ", ".join(table.words(rows[0], block.column) for _, rows in block.letters)
        remedy = "Write one line for each row of the plate, empty where nothing was read."
        yield Problem(place, "the rows of the plate", "letters in even steps", got, remedy)
    yield from _both_sides(table, block)
    counts = {len(rows) for _, rows in block.letters}
    if len(counts) > 1 or (counts != {1} and not all(_label_of(table, block, row) for row in rows)):
        row = next(rows[1] for _, rows in block.letters if len(rows) > 1)
        remedy = "Write the row's letter before it, or a word such as Mean, or leave a line between."
        got = "a row of values without a letter"
        yield Problem(table.place(row, block.column), "the row", "a letter before its values", got, remedy)


def _both_sides(table: CellTable, block: HeadedBlock) -> Iterator[Problem]:
    """Name a row whose letters on the left and on the right disagree."""
    column = block.run.columns[-1] + 1
    for _, rows in block.letters if block.column < block.run.columns[0] else ():
        left, right = table.words(rows[0], block.column), table.words(rows[0], column)
        if letter_in(right) and row_index(left) != row_index(right):
            remedy = "Correct the one that is wrong."
            yield Problem(table.place(rows[0], column), "the row", f"the letter {left} on both sides", right, remedy)


def _left_over(table: CellTable, block: HeadedBlock, blocks: Sequence[HeadedBlock]) -> Iterator[Problem]:
    """Name the rows below a grid that have a letter, or no word, before their values: they belong to no grid."""
    below = [b.area.top for b in blocks if b.area.top > block.area.bottom and block.run.columns[0] <= b.area.right]
    for row in range(block.area.bottom + 1, min(below, default=len(table.rows))):
        values = [column for column in block.run.columns if is_number_like(table.cell(row, column))]
        before = table.words(row, block.column)
        if len(values) * 2 > len(block.run.columns) and letter_in(before) and not _is_exact(table, row, block):
            got = f"row {before} after row {table.words(block.area.bottom, block.column) or 'without a letter'}"
            remedy = "Write each row once and in order, and the column numbers above each plate."
            yield Problem(table.place(row, block.column), "the row", "rows in the order A, B, C", got, remedy)
            return
        is_next = row == block.area.bottom + 1
        if is_next and len(values) * 2 > len(block.run.columns) and not _WORD.search(before):
            remedy = "Write the row's letter before it, or a word such as Mean, or leave a line between."
            yield Problem(
                table.place(row, block.column), "the row", "a letter before its values", shown(before), remedy
            )
            return


def _is_exact(table: CellTable, row: int, block: HeadedBlock) -> bool:
    """Return whether a row below starts a plate of its own: A to H with twelve values, as the grid above has."""
    rows = BARE_ROWS.get(len(block.run.columns), 0)
    letters = [row_index(letter_in(table.cell(row + step, block.column))) for step in range(rows)]
    return bool(rows) and letters == list(range(rows)) and block.run.numbers[0] == 1


def _label_of(table: CellTable, block: HeadedBlock, row: int) -> str:
    column = block.run.columns[-1] + 1
    return "" if column == block.column or column > block.area.right else table.words(row, column)


def grids_of(table: CellTable, block: HeadedBlock) -> Iterator[CellGrid]:
    """Yield the grids of a block: one, or as many as each letter has rows, told apart by the words behind them."""
    corner = table.words(block.run.row, block.column)
    rows = [(letter, row) for letter, rows in block.letters for row in rows]
    labels = list(dict.fromkeys(_label_of(table, block, row) for _, row in rows))
    if all(len(rows) == 1 for _, rows in block.letters):
        yield CellGrid(table, wells_of(block.run, rows), block.area, corner, labels[0] if len(labels) == 1 else "")
        return
    for label in labels:
        chosen = [(letter, row) for letter, row in rows if _label_of(table, block, row) == label]
        yield CellGrid(table, wells_of(block.run, chosen), block.area, corner, label)
