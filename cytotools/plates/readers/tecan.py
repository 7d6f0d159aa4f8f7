"""Tecan: i-control and SparkControl (infinite, Spark) with a `Label` over each read, and Magellan's list of wells.

i-control and SparkControl: untested on a real file, read after the documented form.
"""

from __future__ import annotations

import re

from cytotools.plates.blocks import Block
from cytotools.plates.cell_grid import CellGrid
from cytotools.plates.readers.described import Described
from cytotools.plates.titles import hours_of, is_calculated, is_layout, wavelength_in


def is_i_control(text: str) -> bool:
    """Return whether the first lines are those of i-control, in English or German."""
    return bool(re.search(r"^(Application|Programm)\b.*i-control", text, re.MULTILINE))


def is_spark_control(text: str) -> bool:
    """Return whether the first lines are those of SparkControl."""
    return "SparkControl" in text


def is_magellan(text: str) -> bool:
    """Return whether a list of wells is Magellan's."""
    return "Well positions" in text and ("Date of measurement" in text or ".mth" in text or ".wsp" in text)


def describe(block: Block) -> Described | None:
    """Return what a read of i-control or SparkControl is: the `Label` and wavelength that stand nearest above it."""
    label = block.nearest(r"^(?:Label:\s*|Name\s+)(.+)$")
    heading = "" if isinstance(block.source, CellGrid) else block.source.heading
    if heading not in ("", "Value", "Mean", "Mittelwert") or is_layout(block.title) or not block.has_numbers:
        return None
    wavelength = block.nearest(r"^(?:Measurement wavelength|Wavelength|Wellenlänge|Mess-?Wellenlänge)\s+(\d{3,4})\b")
    name = label.group(1).strip() if label else block.title
    plate = block.nearest(r"^(?:Plate-ID \(Stacker\)|Platten-ID \(Stapler\)|Barcode)[:\s]+(\S.*)$")
    return Described(
        plate=plate.group(1).strip() if plate else "",
        label=name,
        wavelength_nm=float(wavelength.group(1)) if wavelength and _is_after(block, wavelength, label) else None,
        kind="calculated" if is_calculated(name) else "raw",
        hours=next((time for key, value in block.keys.items() if (time := hours_of(value, key)) is not None), None),
    )


def _is_after(block: Block, wavelength: re.Match[str], label: re.Match[str] | None) -> bool:
    """Return whether the wavelength stands below the label of this read, and not in one before."""
    lines = [block.table.line(row) for row in range(block.top)]
    mode = max((row for row, line in enumerate(lines) if re.match(r"(Mode|Modus)\b", line)), default=-1)
    at = max((row for row, line in enumerate(lines) if line == wavelength.string), default=-1)
    return at >= mode


def describe_magellan(block: Block) -> Described | None:
    """Return what a column of Magellan's list is: `Raw data` and `Label1` are as measured."""
    if isinstance(block.source, CellGrid):
        return None
    heading = block.source.heading
    said = {wavelength_in(line) for line in map(block.table.line, range(len(block.table.rows))) if "wavelength" in line}
    return Described(
        plate=next((str(value) for name, value in block.keys.items() if name.startswith("Plate")), ""),
        label=heading,
        wavelength_nm=wavelength_in(heading) or (said.pop() if len(said) == 1 else None),
        kind="raw" if re.match(r"raw data|label ?\d|rohdaten", heading, re.IGNORECASE) else "calculated",
        hours=next((time for name, value in block.keys.items() if (time := hours_of(value, name)) is not None), None),
    )
