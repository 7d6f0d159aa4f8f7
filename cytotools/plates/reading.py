"""What a plate reader measured: one value a well, as its export says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cytotools.errors import Problem


@dataclass(frozen=True, eq=False)
class PlateReading:
    """One read of one plate.

    Attributes
    ----------
    plate : str
        The plate's name or barcode as the file gives it, empty for none.
    label : str
        What was read, as the file says it: "450", "LUM:Lum".
    wavelength_nm : float or None
        The wavelength of an absorbance or emission read, where the file says one.
    kind : str
        "raw" as measured, or "calculated" where the reader's software or a person has worked on it.
    hours : float or None
        The time of a kinetic read, from the start of the run.
    rows, columns : int
        The size of the plate.
    signal : (rows, columns) float64
        NaN where the file holds no number.
    said : mapping of str to str
        The words of wells that hold some: OVRFLW, MISSED.
    place : str
        Where the read starts: file and line, or sheet and cell.
    """

    plate: str
    label: str
    wavelength_nm: float | None
    kind: str
    hours: float | None
    rows: int
    columns: int
    signal: npt.NDArray[np.float64]
    said: Mapping[str, str] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, eq=False)
class Export:
    """What an export holds.

    Attributes
    ----------
    software : str
        The software that wrote it as its own words tell, "free-form" where none does.
    readings : tuple of PlateReading
        In the order of the file.
    notes : tuple of Problem
        What was read in a way that the reader of the report should know of.
    """

    software: str
    readings: tuple[PlateReading, ...]
    notes: tuple[Problem, ...] = ()
