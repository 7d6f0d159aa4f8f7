"""Plate-shaped grids in a table of cells: column numbers above, row letters beside, wherever they stand.

A grid may be partial, stand beside or above others, share its row letters with its neighbour, or be drawn with the
letters across. It is taken only where every number next to it is accounted for: a value whose well can be read in two
ways, or in none, is a problem and not a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cytotools.errors import Problem
from cytotools.plates.bare_grids import bare_grids
from cytotools.plates.cell_grid import Area, CellGrid
from cytotools.plates.cell_table import CellTable, words_of
from cytotools.plates.headed_grids import grids_of, headed_blocks
from cytotools.plates.plate_heads import letter_in

_TITLE_LINES = 8


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
    blocks, problems = headed_blocks(table)
    turned, turned_problems = headed_blocks(table.turned())
    taken = [block.area for block in blocks]
    across = [block for block in turned if block.is_consecutive and not any(_turn(block.area).meets(a) for a in taken)]
    if across:
        problems += [problem for problem in turned_problems if not blocks]
        taken += [_turn(block.area) for block in across]
    grids = [grid for block in blocks for grid in grids_of(table, block)]
    grids += [_turned_grid(table, grid) for block in across for grid in grids_of(table.turned(), block)]
    lettered, bare_problems = bare_grids(table, taken)
    grids = sorted(grids + lettered, key=lambda grid: (grid.area.top, grid.area.left))
    return FoundGrids(tuple(_titled(grid, grids) for grid in grids), tuple(problems + bare_problems))


def _turn(area: Area) -> Area:
    return Area(area.left, area.right, area.top, area.bottom)


def _turned_grid(table: CellTable, grid: CellGrid) -> CellGrid:
    wells = {well: (row, column) for well, (column, row) in grid.wells.items()}
    return replace(grid, table=table, wells=wells, area=_turn(grid.area), is_turned=True)


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
        words = table.line_between(row, low, high)
        if words:
            lines.insert(0, words)
        elif lines or blanks == 2:
            break
        else:
            blanks += 1
        if len(lines) == _TITLE_LINES:
            break
    beside_it = (
        table.cell(row, column) for row in range(area.top, area.bottom + 1) for column in range(low, area.left)
    )
    left = {words_of(value) for value in beside_it if not letter_in(value)}
    return replace(grid, titles=(*sorted(filter(None, left)), *lines))
