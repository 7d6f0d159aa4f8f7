"""The wells of a plate that tell of position: those that share their condition with another well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cytotools.plates.repeats import Repeats, repeats_of
from cytotools.plates.response import scatter_by_read
from cytotools.plates.well_names import plate_shape, row_letters, well_place
from cytotools.plates.well_scatter import WellScatter, coefficients
from cytotools.plates.wells_table import CELL_ROLES

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
EFFECTS = ("edge", "row", "column")


@dataclass(frozen=True, eq=False)
class PlateLayout:
    """Wells of one plate at one read, in the order of rows and columns.

    `relative` is a well above the blank as a share of the mean of its condition, less 1; `weights` are 1 over the
    variance of that; `conditions` tells which condition, `rows` and `columns` where (0-based), `places` which row of
    the table. `blank` is the mean of the medium blanks, 0 where there are none.
    """

    read: int
    blank: float
    shape: tuple[int, int]
    relative: FloatArray
    weights: FloatArray
    conditions: IntArray
    rows: IntArray
    columns: IntArray
    places: IntArray

    def levels(self, effect: str) -> IntArray:
        """Return where each well stands: its row, its column, or 1 on the edge and 0 inside."""
        return levels_of(effect, self.rows, self.columns, self.shape)

    def of(self, chosen: NDArray[np.bool_]) -> PlateLayout:
        """Return the layout of some of the wells."""
        names = ("relative", "weights", "conditions", "rows", "columns", "places")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def levels_of(effect: str, rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> IntArray:
    """Return the row or column of wells, or 1 on the edge of the plate and 0 inside.

    Examples
    --------
    >>> levels_of("edge", np.array([0, 3, 7]), np.array([4, 4, 4]), (8, 12)).tolist()
    [1, 0, 1]
    """
    if effect != "edge":
        return rows if effect == "row" else columns
    on_edge = (rows == 0) | (rows == shape[0] - 1) | (columns == 0) | (columns == shape[1] - 1)
    return np.asarray(on_edge, dtype=np.int64)


def level_name(effect: str, level: int) -> str:
    """Return a row, a column or the edge in words."""
    return {"edge": "edge", "row": f"row {row_letters(level)}", "column": f"column {level + 1}"}[effect]


def places_of(table: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Return the 0-based row and column of every well, -1 where its name is none."""
    places = [well_place(str(name)) or (-1, -1) for name in table["well"]]
    rows, columns = np.array(places, dtype=np.int64).reshape(-1, 2).T
    return rows, columns


def plate_layouts(table: pd.DataFrame) -> list[PlateLayout]:
    """Return the layout of every plate and read of a table of `cytotools.plates.wells_table.prepared`."""
    groups = repeats_of(table)
    laws = scatter_by_read(groups)
    rows, columns = places_of(table)
    found = []
    for read, law in laws.items():
        here = [g for g in groups if g.read == read]
        medium = [g.signals for g in here if g.role == "blank" and not g.compounds and len(g.signals)]
        blank = float(np.concatenate(medium).mean()) if medium else 0.0
        told = [g for g in here if g.role in CELL_ROLES and g.degrees and g.mean > blank]
        found.append(_layout(table, rows, columns, read, blank, told, law))
    return found


def _layout(
    table: pd.DataFrame,
    rows: IntArray,
    columns: IntArray,
    read: int,
    blank: float,
    told: Sequence[Repeats],
    law: WellScatter,
) -> PlateLayout:
    places = np.array([place for g in told for place in g.usable], dtype=np.int64)
    relative = np.array([(signal - blank) / (g.mean - blank) - 1.0 for g in told for signal in g.signals])
    weights = np.array([weight for g in told for weight in [_weight(g.mean - blank, law)] * len(g.signals)])
    conditions = np.array([i for i, g in enumerate(told) for _ in g.signals], dtype=np.int64)
    order = np.lexsort((columns[places], rows[places]))
    order = order[rows[places][order] >= 0]
    parts = (relative[order], weights[order], conditions[order], rows[places][order], columns[places][order])
    return PlateLayout(read, blank, _shape(table, read, rows, columns), *parts, places[order])


def _weight(above_blank: float, law: WellScatter) -> float:
    variance = float(law.variance(coefficients(above_blank)))
    return above_blank**2 / variance if variance > 0 else 1.0


def _shape(table: pd.DataFrame, read: int, rows: IntArray, columns: IntArray) -> tuple[int, int]:
    """Return rows and columns of the plate, as the table says or as its wells need."""
    here = np.flatnonzero((table["_read"].to_numpy() == read) & (rows >= 0))
    said = table[["rows", "columns"]].to_numpy(np.float64)[here]
    if len(here) and np.isfinite(said[0]).all():
        return int(said[0, 0]), int(said[0, 1])
    return plate_shape(zip(rows[here].tolist(), columns[here].tolist(), strict=True)) if len(here) else (8, 12)
