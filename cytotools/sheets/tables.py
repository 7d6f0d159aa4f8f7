"""A sheet to a table: the cells of each column read, and every one that can't be read named by its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from cytotools.cells.numbers import NUMERIC, Decimals, decimals_of
from cytotools.cells.refused import Refused, shown
from cytotools.cells.words import plain_name
from cytotools.conditions import Column
from cytotools.errors import Problem
from cytotools.sheets.sheet import Sheet, is_blank


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
    >>> from cytotools.cells.numbers import at_least_zero
    >>> from cytotools.sheets.read import read_sheet
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
