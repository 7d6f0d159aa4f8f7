"""Agilent BioTek Gen5 (Synergy, Cytation, Epoch): several reads a row in one matrix, each named behind its line."""

from __future__ import annotations

import re

from cytotools.errors import refusal
from cytotools.plates.blocks import Block
from cytotools.plates.cell_grid import CellGrid
from cytotools.plates.readers.described import Described
from cytotools.plates.titles import hours_of, is_layout, wavelength_in

_LAYOUT = ("well id", "conc/dil", "name", "well name", "sample", "group")
_READ = re.compile(r"(?:[^:\[\]]+:)?(?:\d{3,4}|\d+(?:/\d+)?,\s*\d+(?:/\d+)?(?:\s*\[\d\])?|lum(?:inescence)?)", re.I)


def is_mine(text: str) -> bool:
    """Return whether the first lines of a file are Gen5's, with its header or without."""
    marks = ("Procedure Details", "Plate Number", "Reader Type:", "Reader Serial Number:")
    has_header = "Software Version" in text and sum(mark in text for mark in marks) > 1
    return has_header or ("Procedure Details" in text and "Results" in text)


def describe(block: Block) -> Described | None:
    """Return what a block of a Gen5 export is; what Gen5 worked out (NormLum, Blank 450) is calculated."""
    label = block.source.label or block.title
    if label.casefold() in _LAYOUT or (is_layout(block.title) and not block.source.label) or block.title == "Layout":
        return None
    plate = block.nearest(r"^Plate Number:?\s+(.+)$")
    size = block.nearest(r"^Plate Type:?\s+(\d+)")
    _check_rows(block, int(size.group(1)) if size else 0)
    spectrum = next((float(str(value)) for name, value in block.keys.items() if name == "Wavelength"), None)
    return Described(
        plate=plate.group(1).strip() if plate else "",
        label=label,
        wavelength_nm=spectrum or wavelength_in(label),
        kind="raw" if _names_a_read(block, label) else "calculated",
        hours=hours_of(block.keys["Time"]) if "Time" in block.keys else None,
        wells=int(size.group(1)) if size else 0,
    )


def _names_a_read(block: Block, label: str) -> bool:
    """Return whether a label is a read's: as the procedure names it, or by its form where there is no procedure."""
    steps = [block.table.line(row) for row in range(block.top)]
    named = [line.strip().removeprefix("Read ").strip() for line in steps if line.strip().startswith("Read ")]
    step, _, _ = label.rpartition(":")
    if step and any(named):
        return step in named
    return bool(_READ.fullmatch(label)) and not label.startswith("Blank ")


def _check_rows(block: Block, size: int) -> None:
    """Refuse a matrix of fewer wells than Gen5 read: lines without letters belong to the one above, lost or not."""
    is_partial = block.nearest(r"^(?:Partial Plate|[A-P]\d+\s*\.\.)") is not None
    if (
        isinstance(block.source, CellGrid)
        and len(block.wells) < size
        and block.nearest("^Full Plate")
        and not is_partial
    ):
        remedy = "Export the plate again from Gen5."
        raise refusal(block.source.place, "the matrix", f"{size} wells (Full Plate)", f"{len(block.wells)}", remedy)
