"""A sheet: rows of cells that know their place, whatever file they came from."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cytotools.errors import Problem, StudyError, refusal

CellValue = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta | None

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
SAVE_AS = "Save it as CSV UTF-8 or as XLSX."


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
        """Return where a row, or the cell of its 0-based column, stands: `name:line:column` or `name:Sheet1!B7`.

        Examples
        --------
        >>> sheet = Sheet("samples.csv", "", ",", Row(1, ("file", "role")), (Row(2, ("a.fcs", "treated")),))
        >>> sheet.place(2, 1)
        'samples.csv:2:2'
        """
        return cell_place(self.name, self.title, line, column)


def cell_place(name: str, title: str, line: int, column: int | None = None) -> str:
    """Return how messages name a row, or the cell of its 0-based column: `name:line:column` or `name:Sheet1!B7`.

    Examples
    --------
    >>> cell_place("layout.xlsx", "Sheet1", 7, 1), cell_place("layout.csv", "", 7)
    ('layout.xlsx:Sheet1!B7', 'layout.csv:7')
    """
    if title:
        return f"{name}:{title}!{_letters(column or 0)}{line}"
    return f"{name}:{line}" if column is None else f"{name}:{line}:{column + 1}"


def is_blank(value: CellValue) -> bool:
    """Return whether a cell holds nothing, or spaces only."""
    return value is None or (isinstance(value, str) and not value.strip())


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def too_long(name: str) -> StudyError:
    """Return the error of a sheet of more rows than `MAX_ROWS`."""
    remedy = "Name the sheet that describes the samples, not an export of the measurements."
    return refusal(name, "the sheet", f"at most {MAX_ROWS} rows", "more", remedy)
