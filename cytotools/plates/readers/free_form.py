"""Grids and lists as people make them: what a block is stands in the words around it, or nowhere."""

from __future__ import annotations

from cytotools.plates.blocks import Block
from cytotools.plates.cell_grids import CellGrid
from cytotools.plates.property_titles import property_of
from cytotools.plates.readers.described import Described
from cytotools.plates.titles import first_wavelength, hours_of, is_calculated, is_layout, plate_in


def describe(block: Block) -> Described | None:
    """Return what a block is, None where it describes wells and was not measured."""
    source = block.source
    lines = [*block.titles, source.corner if isinstance(source, CellGrid) else "", source.label]
    lines = [line for line in lines if line]
    if not block.has_numbers or any(map(_describes_wells, lines)):
        return None
    plate = next((name for line in reversed(lines) if (name := plate_in(line))), "")
    plates = [str(value) for name, value in block.keys.items() if name.casefold().startswith(("plate", "barcode"))]
    hours = next((time for name, value in block.keys.items() if (time := hours_of(value, name)) is not None), None)
    named = [line for line in reversed(lines) if line != plate]
    label = named[0] if named else ""
    return Described(
        plate=plates[0] if plates else plate,
        label=label,
        wavelength_nm=first_wavelength(lines) or first_wavelength(block.above),
        kind="calculated" if any(map(is_calculated, lines)) else "raw",
        hours=hours,
    )


def _describes_wells(line: str) -> bool:
    """Return whether a title is that of a layout: `Cells` over numbers is a name, `Dose (uM)` is none."""
    named = property_of(line)
    return is_layout(line) or (named is not None and named.holds_numbers)
