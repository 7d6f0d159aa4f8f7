"""Plate-shaped grids in a table of cells: column numbers above, row letters beside, wherever they stand.

A grid may be partial, stand beside or above others, share its row letters with its neighbour, or be drawn with the
letters across. It is taken only where every number next to it is accounted for: a value whose well can be read in two
ways, or in none, is a problem and not a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from cytotools.cells.refused import shown
from cytotools.errors import Problem
from cytotools.plates.cell_table import CellTable, words_of
from cytotools.plates.well_names import MAX_COLUMNS, PLATE_SHAPES, row_index, well_name
from cytotools.sheets.sheet import CellValue, is_blank

Cell = tuple[int, int]

_WORD = re.compile(r"[^\W\d_]{3,}")
_NUMBER = re.compile(r"[-+\u2212<>]?\s*[\d.,][\d.,'  \u00a0\u202f]*(e[-+]?\d+)?\s*\S{0,3}", re.IGNORECASE)
_COLUMN_NUMBER = re.compile(r"0?[1-9]|[1-4]\d")
_BARE = {columns: rows for rows, columns in PLATE_SHAPES if columns >= 12}
_LOOK_BELOW = 3  # blank rows that may part a header from its first row, or two rows of a grid
_TITLE_LINES = 8


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, 0-based, both ends within it."""

    top: int
    bottom: int
    left: int
    right: int

    def meets(self, other: Area) -> bool:
        """Return whether two areas share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


@dataclass(frozen=True)
class CellGrid:
    """A plate-shaped grid of cells.

    Attributes
    ----------
    table : CellTable
    wells : mapping of str to (row, column)
        The cell of each well by the well's name, row by row; 0-based places in the table.
    area : Area
        The grid with its column numbers, row letters and labels.
    corner : str
        What stands where column numbers and row letters meet.
    label : str
        The words behind the rows, where they are the same in all.
    titles : tuple of str
        The lines of text right above the grid, the nearest last, and those on its left.
    is_turned : bool
        Whether the letters stand above and the numbers beside.
    """

    table: CellTable
    wells: Mapping[str, Cell]
    area: Area
    corner: str = ""
    label: str = ""
    titles: tuple[str, ...] = ()
    is_turned: bool = False

    def value(self, well: str) -> CellValue:
        """Return what a well's cell holds."""
        return self.table.cell(*self.wells[well])

    @property
    def place(self) -> str:
        """Where the grid starts."""
        return self.table.place(self.area.top, self.area.left)

    @property
    def has_numbers(self) -> bool:
        """Whether any well holds a number."""
        return any(is_number_like(self.value(well)) for well in self.wells)


@dataclass(frozen=True)
class FoundGrids:
    """The grids of a table in reading order, and the places where cells look like wells and can't be placed."""

    grids: tuple[CellGrid, ...]
    problems: tuple[Problem, ...]


def find_grids(table: CellTable) -> FoundGrids:
    """Find the plate-shaped grids of a table.

    Parameters
    ----------
    table : CellTable

    Returns
    -------
    FoundGrids

    Examples
    --------
    >>> rows = (("MTT 570",), (None, 1, 2, 3), ("A", 0.1, 0.2, 0.3), ("B", 0.4, None, "OVRFLW"))
    >>> grid = find_grids(CellTable("plate.csv", "", ",", rows)).grids[0]
    >>> grid.titles, grid.wells["B3"], grid.value("B3")
    (('MTT 570',), (3, 3), 'OVRFLW')
    """
    blocks, problems = _headed_blocks(table)
    turned, turned_problems = _headed_blocks(table.turned())
    taken = [block.area for block in blocks]
    across = [block for block in turned if block.is_consecutive and not any(_turn(block.area).meets(a) for a in taken)]
    if across:
        problems += [problem for problem in turned_problems if not blocks]
        taken += [_turn(block.area) for block in across]
    grids = [grid for block in blocks for grid in _grids_of(table, block)]
    grids += [_turned_grid(table, grid) for block in across for grid in _grids_of(table.turned(), block)]
    lettered, bare_problems = _bare_grids(table, taken)
    grids = sorted(grids + lettered, key=lambda grid: (grid.area.top, grid.area.left))
    return FoundGrids(tuple(_titled(grid, grids) for grid in grids), tuple(problems + bare_problems))


def is_number_like(value: CellValue) -> bool:
    """Return whether a cell holds a number or text that starts as one, such as 0,5 or 12 %."""
    if isinstance(value, str):
        return bool(value) and bool(_NUMBER.fullmatch(value.strip())) and any(map(str.isdigit, value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@dataclass(frozen=True)
class _Run:
    """Consecutive column numbers in one row: the columns of the table, and the number in each."""

    row: int
    columns: tuple[int, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class _Block:
    """A run of column numbers with the rows whose letters stand beside it; a letter may have several rows."""

    run: _Run
    letters: tuple[tuple[int, tuple[int, ...]], ...]
    column: int
    area: Area

    @property
    def is_consecutive(self) -> bool:
        rows = [letter for letter, _ in self.letters]
        return rows == list(range(len(rows))) and len(rows) > 1


def _column_number(value: CellValue) -> int | None:
    if isinstance(value, str):
        return int(value) if len(value) < 5 and _COLUMN_NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value if value == value else 0):
        return int(value) if 1 <= value <= MAX_COLUMNS else None
    return None


def _letter(value: CellValue) -> str:
    """Return a cell's row letters as they are written, empty where it holds none."""
    if not isinstance(value, str) or len(value) > 8:
        return ""
    return value.strip() if row_index(value) is not None else ""


def _runs(table: CellTable, row: int) -> list[_Run]:
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
    return [_Run(row, *map(tuple, zip(*run, strict=True))) for run in runs if len(run) > 1]


def _headed_blocks(table: CellTable) -> tuple[list[_Block], list[Problem]]:
    blocks: list[_Block] = []
    problems: list[Problem] = []
    for row in range(len(table.rows)):
        if any(block.area.top <= row <= block.area.bottom for block in blocks) and not _is_free(table, row, blocks):
            continue
        beside: list[_Block] = []
        for run in _runs(table, row):
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


def _is_free(table: CellTable, row: int, blocks: Sequence[_Block]) -> bool:
    """Return whether a row of some grid reaches beyond it: another grid may stand beside, with its own header."""
    edge = max(block.area.right for block in blocks if block.area.top <= row <= block.area.bottom)
    return len(table.rows[row]) > edge + 2


def _block(table: CellTable, run: _Run, beside: Sequence[_Block]) -> _Block | None:
    low = beside[-1].area.right + 1 if beside else 0
    column = _letters_column(table, run, low)
    if column is None and beside and _may_share(table, run, beside[-1]):
        shared = beside[-1]
        rows = [row for _, rows in shared.letters for row in rows]
        area = Area(run.row, max(rows), run.columns[0], run.columns[-1])
        return _Block(run, shared.letters, shared.column, area)
    if column is None:
        return None
    letters = _letter_rows(table, run, column)
    if not letters:
        return None
    rows = [row for _, rows in letters for row in rows]
    label = run.columns[-1] + 1
    right = label if any(table.words(row, label) and not is_number_like(table.cell(row, label)) for row in rows) else 0
    left, right = min(column, run.columns[0]), max(column, run.columns[-1], right)
    return _Block(run, tuple(letters), column, Area(run.row, max(rows), left, right))


def _letters_column(table: CellTable, run: _Run, low: int) -> int | None:
    """Return the column of row letters: on the left, where columns of text may stand between, else on the right."""
    for column in range(run.columns[0] - 1, low - 1, -1):
        first = _first_below(table, run.row, column)
        if first is None:
            continue
        if _letter(table.cell(first, column)):
            return None if _is_earlier(table.cell(run.row, column), table.cell(first, column)) else column
        is_label = bool(_WORD.search(table.words(run.row, column))) or not is_number_like(table.cell(first, column))
        if not is_label:
            return None
    for column in (run.columns[-1] + 1, run.columns[-1] + 2):
        first = _first_below(table, run.row, column)
        if first is not None and _letter(table.cell(first, column)):
            return column
    return None


def _first_below(table: CellTable, row: int, column: int) -> int | None:
    below = range(row + 1, min(row + 2 + _LOOK_BELOW, len(table.rows)))
    return next((line for line in below if not is_blank(table.cell(line, column))), None)


def _is_earlier(corner: CellValue, first: CellValue) -> bool:
    """Return whether the corner of a would-be header is a row letter before the first: the header is a row of data."""
    above, below = row_index(_letter(corner)), row_index(_letter(first))
    return above is not None and below is not None and above < below


def _may_share(table: CellTable, run: _Run, left: _Block) -> bool:
    """Return whether a run without letters stands right beside a grid whose letters then serve both."""
    between = range(left.run.columns[-1] + 1, run.columns[0])
    rows = [row for _, rows in left.letters for row in rows]
    return run.columns[0] - left.area.right <= 2 and all(
        is_blank(table.cell(row, column)) or column == left.column for row in [run.row, *rows] for column in between
    )


def _joined(left: _Block, right: _Block) -> _Block:
    run = _Run(left.run.row, left.run.columns + right.run.columns, left.run.numbers + right.run.numbers)
    area = Area(left.area.top, left.area.bottom, left.area.left, max(left.area.right, right.area.right))
    return _Block(run, left.letters, left.column, area)


def _letter_rows(table: CellTable, run: _Run, column: int) -> list[tuple[int, tuple[int, ...]]]:
    """Return each row letter below a header with the rows that belong to it: its own and those that follow without."""
    letters: list[tuple[int, list[int]]] = []
    blanks = 0
    is_wide, is_upper = run.numbers[-1] > 24, True
    for row in range(run.row + 1, len(table.rows)):
        written = _letter(table.cell(row, column))
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
        elif blanks or not letters or _is_header(table, row, run):
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


def _is_header(table: CellTable, row: int, run: _Run) -> bool:
    numbers = tuple(_column_number(table.cell(row, column)) for column in run.columns)
    return numbers == run.numbers


def _neighbours(table: CellTable, block: _Block, beside: Sequence[_Block]) -> Iterator[Problem]:
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


def _both_sides(table: CellTable, block: _Block) -> Iterator[Problem]:
    """Name a row whose letters on the left and on the right disagree."""
    column = block.run.columns[-1] + 1
    for _, rows in block.letters if block.column < block.run.columns[0] else ():
        left, right = table.words(rows[0], block.column), table.words(rows[0], column)
        if _letter(right) and row_index(left) != row_index(right):
            remedy = "Correct the one that is wrong."
            yield Problem(table.place(rows[0], column), "the row", f"the letter {left} on both sides", right, remedy)


def _left_over(table: CellTable, block: _Block, blocks: Sequence[_Block]) -> Iterator[Problem]:
    """Name the rows below a grid that have a letter, or no word, before their values: they belong to no grid."""
    below = [b.area.top for b in blocks if b.area.top > block.area.bottom and block.run.columns[0] <= b.area.right]
    for row in range(block.area.bottom + 1, min(below, default=len(table.rows))):
        values = [column for column in block.run.columns if is_number_like(table.cell(row, column))]
        before = table.words(row, block.column)
        if len(values) * 2 > len(block.run.columns) and _letter(before) and not _is_exact(table, row, block):
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


def _is_exact(table: CellTable, row: int, block: _Block) -> bool:
    """Return whether a row below starts a plate of its own: A to H with twelve values, as the grid above has."""
    rows = _BARE.get(len(block.run.columns), 0)
    letters = [row_index(_letter(table.cell(row + step, block.column))) for step in range(rows)]
    return bool(rows) and letters == list(range(rows)) and block.run.numbers[0] == 1


def _label_of(table: CellTable, block: _Block, row: int) -> str:
    column = block.run.columns[-1] + 1
    return "" if column == block.column or column > block.area.right else table.words(row, column)


def _grids_of(table: CellTable, block: _Block) -> Iterator[CellGrid]:
    """Yield the grids of a block: one, or as many as each letter has rows, told apart by the words behind them."""
    corner = table.words(block.run.row, block.column)
    rows = [(letter, row) for letter, rows in block.letters for row in rows]
    labels = list(dict.fromkeys(_label_of(table, block, row) for _, row in rows))
    if all(len(rows) == 1 for _, rows in block.letters):
        yield CellGrid(table, _wells(block.run, rows), block.area, corner, labels[0] if len(labels) == 1 else "")
        return
    for label in labels:
        chosen = [(letter, row) for letter, row in rows if _label_of(table, block, row) == label]
        yield CellGrid(table, _wells(block.run, chosen), block.area, corner, label)


def _wells(run: _Run, rows: Sequence[tuple[int, int]]) -> dict[str, Cell]:
    return {
        well_name(letter, number - 1): (row, column)
        for letter, row in rows
        for column, number in zip(run.columns, run.numbers, strict=True)
    }


def _turn(area: Area) -> Area:
    return Area(area.left, area.right, area.top, area.bottom)


def _turned_grid(table: CellTable, grid: CellGrid) -> CellGrid:
    wells = {well: (row, column) for well, (column, row) in grid.wells.items()}
    return replace(grid, table=table, wells=wells, area=_turn(grid.area), is_turned=True)


def _bare_grids(table: CellTable, taken: Sequence[Area]) -> tuple[list[CellGrid], list[Problem]]:
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
    header = _is_header(table, rows[0], _Run(rows[0], tuple(range(left, right + 1)), tuple(range(1, columns + 1))))
    body = rows[1:] if header else rows
    if len(body) != _BARE.get(columns):
        return None
    letters = [_letter(table.cell(row, left - 1)) for row in body]
    if any(letters) and [row_index(letter) for letter in letters] != list(range(len(body))):
        return None
    if not any(letters) and any(words_of(table.cell(row, left - 1)) for row in body):
        return None
    run = _Run(rows[0], tuple(range(left, right + 1)), tuple(range(1, columns + 1)))
    area = Area(rows[0], rows[-1], left - bool(any(letters)), right)
    return CellGrid(table, _wells(run, list(enumerate(body))), area)


def _shapeless(table: CellTable, rows: Sequence[int], span: Cell) -> Iterator[Problem]:
    """Name values that stand as a plate does and can't be given wells: letters without numbers, or a wrong shape."""
    left, right = span
    columns = right - left + 1
    letters = [row_index(_letter(table.cell(row, left - 1))) for row in rows]
    is_lettered = len(rows) > 1 and letters == list(range(len(rows)))
    is_headed = columns in _BARE and _is_header(
        table, rows[0], _Run(rows[0], tuple(range(left, right + 1)), tuple(range(1, columns + 1)))
    )
    is_near = len(rows) >= 6 and columns >= 6 and all(letter is None for letter in letters)
    if not (is_lettered or is_near or (is_headed and len(rows) > 2 and not table.words(rows[0], left - 1))):
        return
    expected = "column numbers above and row letters beside the values"
    got = f"{len(rows)} rows of {columns} values without them"
    remedy = "Write 1, 2, 3 above and A, B, C beside; without them only a whole plate (8 x 12, 16 x 24) can be read."
    yield Problem(table.place(rows[0], left), "the values", expected, got, remedy)


def _titled(grid: CellGrid, grids: Sequence[CellGrid]) -> CellGrid:
    """Return the grid with the words that stand above it, and beside it on the left, between it and its neighbours."""
    table, area = grid.table, grid.area
    others = [other.area for other in grids if other.area != area]
    beside = [other for other in others if other.top <= area.bottom and area.top <= other.bottom]
    low = max((other.right + 1 for other in beside if other.right < area.left), default=0)
    high = min((other.left for other in beside if other.left > area.right), default=None)
    above = [other for other in others if other.bottom < area.top and other.left <= area.right and low <= other.right]
    floor = max((other.bottom for other in above), default=-1)

    lines: list[str] = []
    blanks = 0
    for row in range(area.top - 1, floor, -1):
        words = " ".join(filter(None, map(words_of, table.rows[row][low:high])))
        if words:
            lines.insert(0, words)
        elif lines or blanks == 2:
            break
        else:
            blanks += 1
        if len(lines) == _TITLE_LINES:
            break
    left = {table.words(row, column) for row in range(area.top, area.bottom + 1) for column in range(low, area.left)}
    return replace(grid, titles=(*sorted(filter(None, left)), *lines))
