"""Lists of wells: one well a row with a column for each read, or one well a column with a row for each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cytotools.cells.refused import shown
from cytotools.errors import Problem
from cytotools.plates.cell_grid import Area, Cell, is_number_like
from cytotools.plates.cell_table import CellTable
from cytotools.plates.titles import hours_of
from cytotools.plates.well_names import row_index, well_name, well_place
from cytotools.sheets.sheet import CellValue, is_blank

_AXES = re.compile(
    r"(?:kinetic )?(?:cycles?|cycle (?:nr|no|number)|time|zeit|temps?|zyklus|zyklen|temperature|temperatur)\b"
    r"|^t\s*[°∞]|<>",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"^(?:plates?(?: (?:id|name|no|number|repeat))?|barcode|platte|label|read|measurement|wavelengths?|channel|filter"
    r"|loop|repeat|assay|cycle.*|time.*|zeit.*)\b",
    re.IGNORECASE,
)
_NO_SIGNAL = re.compile(
    r"^(?:(?:plate|well)? ?(?:rows?|col(?:umn)?s?|index|no|nr|number|pos(?:ition)?s?)|temp(?:erature)?.*|date.*|flag.*"
    r"|error.*|time.*|zeit.*|repeat|group|type|sample|content|x|y|\(?x ?[,;] ?y\)?|scan ?[xy])$",
    re.IGNORECASE,
)
_OTHER_NAMES = re.compile(  # a plate may be called P1 and a sample A1
    r"^(?:plate(?! ?(?:well|pos))|barcode|platte|samples?|contents?|names?|groups?|compounds?|drugs?|ids?|repeat)\b",
    re.IGNORECASE,
)
_LONGEST_HEADER = 5


@dataclass(frozen=True)
class WellSeries:
    """One value a well, found in a list.

    Attributes
    ----------
    table : CellTable
    wells : mapping of str to (row, column)
        The cell of each well's value, 0-based.
    heading : str
        The words above the column of values, empty for lists with a well a column.
    keys : mapping of str to CellValue
        What the list says of all values of this series: its plate, cycle or time, by the name of the row or column.
    area : Area
        The list that it comes from, with its header.
    """

    table: CellTable
    wells: Mapping[str, Cell]
    heading: str
    keys: Mapping[str, CellValue]
    area: Area

    @property
    def place(self) -> str:
        """Where the first value stands."""
        return self.table.place(*next(iter(self.wells.values())))

    @property
    def label(self) -> str:
        """The heading, as a grid has a label."""
        return self.heading


def find_lists(table: CellTable, taken: Sequence[Area]) -> tuple[list[WellSeries], list[Problem]]:
    """Find the lists of wells in a table, outside the areas that grids have taken.

    Examples
    --------
    >>> rows = (("Well", "OD 570"), ("A1", 0.1), ("A2", 0.2), ("B1", 0.3))
    >>> series, problems = find_lists(CellTable("list.csv", "", ",", rows), [])
    >>> series[0].heading, series[0].wells["B1"]
    ('OD 570', (3, 1))
    """
    across = [found for found in _lists_across(table) if not any(found[0].area.meets(area) for area in taken)]
    series = [one for found in across for one in found]
    covered = [*taken, *(one.area for one in series)]
    problems: list[Problem] = []
    columns = _well_columns(table, covered)
    for before, after in pairwise(columns):
        problems += _broken(table, before, after)
    for wells in (wells for wells in columns if len(wells.rows) > 1):
        found, wrong = _lists_down(table, wells, covered)
        series += found
        problems += wrong
    return series, problems


def _well(value: CellValue) -> str:
    """Return the name of a well in a cell, empty for anything else."""
    place = well_place(value) if isinstance(value, str) and len(value) < 8 else None
    return well_name(*place) if place else ""


def _lists_across(table: CellTable) -> Iterator[list[WellSeries]]:
    """Yield the series of each list whose header names the wells: a row of values below is a series."""
    row = 0
    while row < len(table.rows):
        wells = [(column, _well(value)) for column, value in enumerate(table.rows[row])]
        columns = {column: name for column, name in wells if name}
        if len(columns) > 2 and max(columns) - min(columns) < len(columns) + 2:
            series, row = _series_across(table, row, columns)
            if series:
                yield series
        else:
            row += 1


def _series_across(table: CellTable, row: int, columns: Mapping[int, str]) -> tuple[list[WellSeries], int]:
    first, bottom = min(columns), row
    lines = []
    for line in range(row + 1, len(table.rows)):
        if any(_well(table.cell(line, column)) for column in columns):
            break
        if not all(is_blank(table.cell(line, column)) for column in columns):
            lines.append(line)
        elif lines or not table.line(line):
            break
        bottom = line
    area = Area(row, bottom, 0, max(columns))
    return [
        WellSeries(
            table,
            {name: (line, column) for column, name in columns.items()},
            "",
            {table.words(row, key): table.cell(line, key) for key in range(first) if table.words(row, key)},
            area,
        )
        for line in lines
    ], bottom + 1


@dataclass(frozen=True)
class _Wells:
    """The wells of a list with one a row: their rows, the columns that name them, and where the list ends."""

    rows: tuple[int, ...]
    names: tuple[str, ...]
    columns: tuple[int, ...]
    right: int


def _wells(named: Sequence[tuple[int, str]], columns: tuple[int, ...], right: int) -> _Wells:
    return _Wells(tuple(row for row, _ in named), tuple(name for _, name in named), columns, right)


def _well_columns(table: CellTable, covered: Sequence[Area]) -> list[_Wells]:
    """Return the columns of wells, parted where something else stands between, that nothing else has taken."""
    width = max(map(len, table.rows), default=0)
    found: list[_Wells] = []
    for column in range(width):
        cells = [(row, _well(table.cell(row, column))) for row in range(len(table.rows))]
        wells = [(row, name) for row, name in cells if name and not _is_covered(row, column, covered)]
        for rows in _runs_down(table, wells, column):
            heading = table.words(rows[0][0] - 1, column)
            if _OTHER_NAMES.match(heading) and not _AXES.search(heading):
                continue
            found.append(_wells(rows, (column,), width))
    if all(len(wells.rows) < 2 for wells in found):
        found = list(_row_and_column(table, width, covered))
    return [_bounded(wells, found) for wells in found]


def _broken(table: CellTable, before: _Wells, after: _Wells) -> Iterator[Problem]:
    """Name the lines between two parts of a list that are neither wells nor a header: a well may be lost in them."""
    between = range(before.rows[-1] + 1, after.rows[0])
    if before.columns != after.columns or len(between) > 2 or max(len(before.rows), len(after.rows)) < 2:
        return
    words = [table.words(row, before.columns[0]) for row in between]
    if all(words) and not any(_AXES.search(word) or re.match(r"wells?\b", word, re.IGNORECASE) for word in words):
        place = table.place(between[0], before.columns[0])
        remedy = "Write the well, or leave a line blank."
        yield Problem(place, "the list", "a well such as A1 or H12", shown(words[0]), remedy)


def _is_covered(row: int, column: int, covered: Sequence[Area]) -> bool:
    return any(area.top <= row <= area.bottom and area.left <= column <= area.right for area in covered)


def _runs_down(table: CellTable, wells: Sequence[tuple[int, str]], column: int) -> Iterator[list[tuple[int, str]]]:
    """Split the wells of a column where anything else stands between, blank cells aside."""
    run: list[tuple[int, str]] = []
    for row, name in wells:
        between = range(run[-1][0] + 1, row) if run else range(0)
        if any(not is_blank(table.cell(line, column)) for line in between):
            if run:
                yield run
            run = []
        run.append((row, name))
    if run:
        yield run


def _row_and_column(table: CellTable, width: int, covered: Sequence[Area]) -> Iterator[_Wells]:
    """Yield the list whose header names a column of row letters and one of column numbers."""
    for row in range(len(table.rows)):
        heads = {_bare(table.words(row, column)): column for column in range(width)}
        pair = heads.get("row"), next((heads[name] for name in ("col", "column") if name in heads), None)
        if pair[0] is None or pair[1] is None:
            continue
        wells = [(line, _paired(table, line, pair[0], pair[1])) for line in range(row + 1, len(table.rows))]
        wells = [(line, name) for line, name in wells if name and not _is_covered(line, pair[0], covered)]
        if len(wells) > 1:
            yield _wells(wells, (pair[0], pair[1]), width)
            return


def _bare(heading: str) -> str:
    return heading.casefold().removeprefix("well ").removeprefix("plate ")


def _paired(table: CellTable, line: int, row: int, column: int) -> str:
    letter, number = row_index(table.words(line, row)), table.words(line, column)
    place = None if letter is None or not number.isascii() or not number.isdigit() else well_place(f"A{number}")
    return well_name(letter, place[1]) if letter is not None and place else ""


def _bounded(wells: _Wells, found: Sequence[_Wells]) -> _Wells:
    """Return the list cut where the next one beside it starts."""
    beside = [o.columns[0] for o in found if o.columns[0] > wells.columns[0] and set(o.rows) & set(wells.rows)]
    return _Wells(wells.rows, wells.names, wells.columns, min(beside, default=wells.right))


def _lists_down(table: CellTable, wells: _Wells, covered: Sequence[Area]) -> tuple[list[WellSeries], list[Problem]]:
    floor = max((area.bottom for area in covered if area.bottom < wells.rows[0]), default=-1)
    header = _header_rows(table, wells, floor)
    low = 0 if wells.columns[0] < 3 or wells.right == max(map(len, table.rows)) else wells.columns[0]
    columns = [column for column in range(low, wells.right) if column not in wells.columns]
    values = [column for column in columns if any(is_number_like(table.cell(row, column)) for row in wells.rows)]
    names = {column: _heading(table, header, column) for column in columns}
    keys = [column for column in columns if names[column] and _KEYS.match(names[column])]
    signals = _signals(values, keys, names)
    area = Area(min([*header, wells.rows[0]]), wells.rows[-1], min(columns, default=0), wells.right - 1)
    axes = {column: _axis(table, header, wells, column) for column in signals}
    told = {(names[column], *axes[column].values()) for column in signals if names[column] or axes[column]}
    if len(signals) > 1 and len(told) < len(signals):
        remedy = "Name each column in the row above the first well."
        got = f"{len(signals)} columns of numbers of which some have the same name or none"
        return [], [
            Problem(table.place(wells.rows[0], signals[0]), "the list", "a name above each column", got, remedy)
        ]
    groups, problems = _groups(table, wells, keys, names)
    return [
        WellSeries(
            table,
            {wells.names[index]: (wells.rows[index], column) for index in group},
            "" if axes[column] and is_number_like(names[column]) else names[column],
            {**said, **axes[column]},
            area,
        )
        for column in signals
        for said, group in groups
    ], problems


def _signals(values: Sequence[int], keys: Sequence[int], names: Mapping[int, str]) -> list[int]:
    """Return the columns of signals; one that could also be a key is one where no other holds numbers."""
    numbers = [column for column in values if not _NO_SIGNAL.match(names[column])]
    return [column for column in numbers if column not in keys] or [
        column for column in numbers if not re.match(r"plate|barcode|repeat|cycle|wavelength", names[column], re.I)
    ]


def _header_rows(table: CellTable, wells: _Wells, floor: int) -> list[int]:
    """Return the rows that head the columns, from the top: one of names, and below it those of cycles and times."""
    rows: list[int] = []
    has_gaps = len(wells.rows) > 1 and wells.rows[1] - wells.rows[0] > 1  # MARS may leave a line between all lines
    for row in range(wells.rows[0] - 1, max(floor, wells.rows[0] - 1 - _LONGEST_HEADER), -1):
        if table.line(row):
            rows.insert(0, row)
        if not (_is_axis(table, row) or (has_gaps and not table.line(row))):
            break
    return rows


def _is_axis(table: CellTable, row: int) -> bool:
    """Return whether a row holds cycles, times or temperatures behind their name."""
    words = [table.words(row, column) for column in range(len(table.rows[row]))]
    name = next((n for n, word in enumerate(words) if word and _AXES.search(word)), None)
    behind = [] if name is None else [word for word in words[name + 1 :] if word]
    return bool(behind) and all(is_number_like(word) or hours_of(word) is not None for word in behind)


def _heading(table: CellTable, header: Sequence[int], column: int) -> str:
    """Return the words above a column; a number only where it stands alone, as 570 does."""
    words = [word for word in (table.words(row, column) for row in header) if word]
    numbers = [word for word in words if is_number_like(word) or hours_of(word) is not None]
    named = [word for word in words if word not in numbers]
    return named[0] if named else numbers[0] if len(header) == 1 and numbers else ""


def _axis(table: CellTable, header: Sequence[int], wells: _Wells, column: int) -> dict[str, CellValue]:
    """Return the cycle, time and temperature that stand above a column of values."""
    axis: dict[str, CellValue] = {}
    for row in header:
        name = next((w for w in (table.words(row, c) for c in range(column)) if w and _AXES.search(w)), "")
        is_axis = name and table.words(row, wells.columns[0]) in ("", name)
        value = table.cell(row, column)
        if is_axis and (is_number_like(value) or hours_of(value, name) is not None):
            axis[name] = value
    return axis


def _groups(
    table: CellTable, wells: _Wells, keys: Sequence[int], names: Mapping[int, str]
) -> tuple[list[tuple[dict[str, CellValue], list[int]]], list[Problem]]:
    """Return the rows of each plate, read and time of a list: as many columns tell them apart as are needed."""
    by_rank = sorted(keys, key=lambda column: (bool(_AXES.search(names[column])), column))
    for used in range(len(by_rank) + 1):
        parts: dict[tuple[str, ...], list[int]] = {}
        for index, row in enumerate(wells.rows):
            parts.setdefault(tuple(table.words(row, column) for column in by_rank[:used]), []).append(index)
        if all(max(Counter(wells.names[index] for index in part).values()) == 1 for part in parts.values()):
            return [(_said(table, wells, by_rank, names, part), part) for part in parts.values()], []
    repeated = next(name for name, count in Counter(wells.names).items() if count > 1)
    row = [row for row, name in zip(wells.rows, wells.names, strict=True) if name == repeated][1]
    remedy = "Add a column that tells them apart (Plate, Wavelength or Time), or delete one."
    place = table.place(row, wells.columns[0])
    return [], [Problem(place, "the list", "each well once", f"{shown(repeated)} again", remedy)]


def _said(
    table: CellTable, wells: _Wells, keys: Sequence[int], names: Mapping[int, str], group: Sequence[int]
) -> dict[str, CellValue]:
    """Return what the key columns say of a group of rows: the values that they agree on."""
    said: dict[str, CellValue] = {}
    for column in keys:
        held = {table.words(wells.rows[index], column): table.cell(wells.rows[index], column) for index in group}
        held.pop("", None)
        if len(held) == 1:
            said[names[column]] = next(iter(held.values()))
    return said
