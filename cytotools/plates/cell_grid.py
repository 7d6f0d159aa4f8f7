"""A plate-shaped grid of cells: which cell is which well, and the words around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cytotools.plates.cell_table import CellTable
from cytotools.sheets.sheet import CellValue

Cell = tuple[int, int]

_NUMBER = re.compile(r"[-+\u2212<>]?\s*[\d.,][\d.,'  \u00a0\u202f]*(e[-+]?\d+)?\s*\S{0,3}", re.IGNORECASE)


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


def is_number_like(value: CellValue) -> bool:
    """Return whether a cell holds a number or text that starts as one, such as 0,5 or 12 %."""
    if isinstance(value, str):
        return bool(value) and bool(_NUMBER.fullmatch(value.strip())) and any(map(str.isdigit, value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)
