"""What a reader's software says of one of its blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cytotools.plates.cell_grid import Cell
from cytotools.plates.cell_table import CellTable


@dataclass(frozen=True)
class Described:
    """A block of signals: its plate, what was read, at which wavelength and time, and whether it is as measured.

    Attributes
    ----------
    plate, label : str
    wavelength_nm, hours : float or None
    kind : str
        "raw" or "calculated".
    wells : int
        The number of wells that the file gives for the plate, 0 for none.
    """

    plate: str = ""
    label: str = ""
    wavelength_nm: float | None = None
    kind: str = "raw"
    hours: float | None = None
    wells: int = 0


@dataclass(frozen=True)
class Signal:
    """The cells of one read, and what it is."""

    table: CellTable
    wells: Mapping[str, Cell]
    described: Described
    place: str
