"""The blocks of a table that hold one value a well, drawn as plates or listed, and what is around each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cytotools.errors import Problem
from cytotools.plates.cell_grid import Area, Cell, CellGrid, is_number_like
from cytotools.plates.cell_grids import find_grids
from cytotools.plates.cell_table import CellTable
from cytotools.plates.well_lists import WellSeries, find_lists
from cytotools.sheets.sheet import CellValue


@dataclass(frozen=True)
class Block:
    """One value a well, as the table holds it, before anyone has said what it is.

    Attributes
    ----------
    table : CellTable
    wells : mapping of str to (row, column)
    source : CellGrid or WellSeries
    above : tuple of str
        The lines of text between the block before and this one, the nearest last.
    """

    table: CellTable
    wells: Mapping[str, Cell]
    source: CellGrid | WellSeries
    above: tuple[str, ...]

    @property
    def top(self) -> int:
        """The row in which the block starts."""
        return self.source.area.top

    @property
    def titles(self) -> tuple[str, ...]:
        """The lines of text that head the block, the nearest last."""
        return self.source.titles if isinstance(self.source, CellGrid) else self.above[-4:]

    @property
    def title(self) -> str:
        """The line of text nearest above."""
        return self.titles[-1] if self.titles else ""

    @property
    def keys(self) -> Mapping[str, CellValue]:
        """What a list says of all values of the block: its plate, cycle or time."""
        return {} if isinstance(self.source, CellGrid) else self.source.keys

    @property
    def has_numbers(self) -> bool:
        """Whether any well holds a number."""
        return any(is_number_like(self.table.cell(*cell)) for cell in self.wells.values())

    def nearest(self, pattern: str) -> re.Match[str] | None:
        """Return the match of a pattern in the nearest line above, however far."""
        form = re.compile(pattern, re.IGNORECASE)
        lines = (self.table.line(row) for row in range(self.top - 1, -1, -1))
        return next((found for line in lines if (found := form.search(line))), None)


def find_blocks(table: CellTable) -> tuple[list[Block], list[Problem]]:
    """Find every block of a table, from top to bottom, and what looks like one and can't be read as one.

    Examples
    --------
    >>> rows = (("Read 1",), (None, 1, 2), ("A", 0.1, 0.2), ("B", 0.3, 0.4), (), ("A1", 5), ("A2", 6), ("A3", 7))
    >>> blocks, problems = find_blocks(CellTable("plate.csv", "", ",", rows))
    >>> [(type(block.source).__name__, block.title, len(block.wells)) for block in blocks]
    [('CellGrid', 'Read 1', 4), ('WellSeries', '', 3)]
    """
    found = find_grids(table)
    lists, problems = find_lists(table, [grid.area for grid in found.grids])
    sources: list[CellGrid | WellSeries] = [*found.grids, *lists]
    sources.sort(key=lambda source: (source.area.top, source.area.left))
    areas = [source.area for source in sources]
    blocks = [Block(table, source.wells, source, _above(table, source.area, areas)) for source in sources]
    shapeless = [p for p in found.problems if not any(p.place == table.place(*cell) for cell in _held(lists))]
    return blocks, [*shapeless, *problems]


def _above(table: CellTable, area: Area, areas: list[Area]) -> tuple[str, ...]:
    floor = max((other.bottom for other in areas if other.bottom < area.top), default=-1)
    return tuple(line for row in range(floor + 1, area.top) if (line := table.line(row)))


def _held(lists: list[WellSeries]) -> set[Cell]:
    return {cell for series in lists for cell in series.wells.values()}
