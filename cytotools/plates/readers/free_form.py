"""Grids and lists as people make them: what a block is stands in the words around it, or nowhere."""

from __future__ import annotations

import re

from cytotools.plates.blocks import Block
from cytotools.plates.cell_grid import CellGrid
from cytotools.plates.property_titles import property_of
from cytotools.plates.readers.described import Described
from cytotools.plates.titles import first_wavelength, hours_of, is_calculated, is_layout, plate_in

_IS_PLATE = re.compile(r"plate|platte|barcode", re.IGNORECASE)
_READ_BESIDE = re.compile(r"t\s*°\s*(?P<read>[^\s\[(].*)", re.IGNORECASE)  # Gen5: heat and read
_IS_TIME = re.compile(r"time|zeit|cycle|zykl|kinetic|temp|t°", re.IGNORECASE)


def describe(block: Block) -> Described | None:
    """Return what a block is, None where it describes wells and was not measured."""
    source = block.source
    lines = [*block.titles, source.corner if isinstance(source, CellGrid) else "", source.label]
    lines = [line for line in lines if line]
    if not block.has_numbers or any(map(_describes_wells, lines)):
        return None
    plate = next((name for line in reversed(lines) if (name := plate_in(line))), "")
    plates = [str(value) for name, value in block.keys.items() if _IS_PLATE.match(name)]
    times = [(name, value, hours_of(value, name)) for name, value in block.keys.items() if _IS_TIME.match(name)]
    reads = {name: found["read"] for name, _, _ in times if (found := _READ_BESIDE.fullmatch(name))}
    hours = next((hours for _, _, hours in times if hours is not None), None)
    told = [f"{name} {value}" for name, value, _ in times if name not in reads] if hours is None else []
    told += reads.values()
    others = [(name, str(value)) for name, value in block.keys.items() if name not in {t[0] for t in times}]
    told += [value for name, value in others if not _IS_PLATE.match(name) and (name, value) != ("Repeat", "1")]
    named = [line for line in reversed(lines) if line != plate]
    return Described(
        plate=plates[0] if plates else plate,
        label=" ".join([*named[:1], *told]),
        wavelength_nm=first_wavelength([*block.above[-1:], *lines, *told]),
        kind="calculated" if any(map(is_calculated, lines)) else "raw",
        hours=hours,
    )


def _describes_wells(line: str) -> bool:
    """Return whether a title is that of a layout: `Cells` over numbers is a name, `Dose (uM)` is none."""
    named = property_of(line)
    return is_layout(line) or (named is not None and named.holds_numbers)
