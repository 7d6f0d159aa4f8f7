"""Thermo Scientific SkanIt (Varioskan, Multiskan, Fluoroskan, Luminoskan): a sheet a step, a matrix a plate."""

from __future__ import annotations

import re

from cytotools.plates.blocks import Block
from cytotools.plates.cell_grid import CellGrid
from cytotools.plates.readers.described import Described
from cytotools.plates.titles import first_wavelength

_MEASURES = re.compile(r"absorbance|fluoresc|luminesc|photometric|fluorometric|luminometric|absorption", re.IGNORECASE)


def is_mine(text: str) -> bool:
    """Return whether a workbook is SkanIt's."""
    return "Measurement results" in text and bool(re.search(r"\.skax|SkanIt|Wavelength", text))


def describe(block: Block) -> Described | None:
    """Return what a matrix is: a step that measures is raw, any other calculated, the matrix of samples nothing."""
    corner = block.source.corner if isinstance(block.source, CellGrid) else block.source.heading
    if corner.casefold().startswith(("sample", "group", "conc")) or not block.has_numbers:
        return None
    lines = [block.table.line(row) for row in range(block.top)]
    if "Measurement results" not in lines[:3]:
        return None
    steps = [line for line in lines if re.fullmatch(r"[^\W\d][\w ()/-]* \d+", line) and not line.startswith("Plate")]
    step = steps[-1] if steps else ""
    return Described(
        plate=block.title,
        label=f"{step} ({corner})" if corner else step,
        wavelength_nm=first_wavelength(lines),
        kind="raw" if _MEASURES.search(step) else "calculated",
    )
