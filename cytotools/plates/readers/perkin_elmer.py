"""PerkinElmer and Revvity: EnVision and EnSpire, Victor, and Kaleido (EnSight, EnVision Nexus, VICTOR Nivo).

EnSpire and Victor: untested on a real file, read after the form that they share with EnVision.
"""

from __future__ import annotations

import re

from cytotools.plates.blocks import Block
from cytotools.plates.cell_grid import CellGrid
from cytotools.plates.readers.described import Described
from cytotools.plates.readers.free_form import describe as describe_free_form
from cytotools.plates.titles import first_wavelength

_RESULT = re.compile(r"^(Calculated results:|Results? for)\s*(.*)$", re.IGNORECASE)


def is_envision(text: str) -> bool:
    """Return whether a text is EnVision's."""
    return "Exported with EnVision" in text or bool(re.search(r"^Plate,?;?\s?Repeat,?;?\s?Barcode", text, re.MULTILINE))


def is_enspire(text: str) -> bool:
    """Return whether a text is EnSpire's."""
    return "EnSpire" in text


def is_victor(text: str) -> bool:
    """Return whether a text is that of a Wallac or PerkinElmer Victor."""
    return bool(re.search(r"Wallac 1420|1420 (?:Manager|Workstation|Multilabel)|\bVICTOR(?:\d| X| Light)", text))


def is_kaleido(text: str) -> bool:
    """Return whether a text is Kaleido's."""
    return "Kaleido" in text or "EnSight Results from" in text


def describe(block: Block) -> Described | None:
    """Return what a block is: raw under `Results for`, calculated under `Calculated results`, else nothing measured.

    A block without a title stands right below its plate's line of values, as some of EnVision's formats have it.
    """
    if not isinstance(block.source, CellGrid):
        return describe_free_form(block)
    found = next((match for line in reversed(block.above) if (match := _RESULT.match(line))), None)
    label = re.sub(r"\s*-\s*channel \d+.*$", "", found.group(2)) if found else ""
    is_untitled = any("Barcode" in line for line in block.above) and block.title[:1].isdigit()
    if not block.has_numbers or (found is None and not is_untitled):
        return None
    below = map(block.table.line, range(block.top, len(block.table.rows)))
    size = next((line for line in below if "Number of the wells" in line), "")
    return Described(
        plate=_plate(block),
        label=label,
        wavelength_nm=first_wavelength([label]),
        kind="calculated" if found and found.group(1).casefold().startswith("calc") else "raw",
        wells=int(re.sub(r"\D", "", size) or 0),
    )


def _plate(block: Block) -> str:
    """Return the barcode of the plate, else its number, with the repeat where it is read again."""
    table = block.table
    for row in range(block.top - 1, -1, -1):
        heads = [table.words(row, column).casefold() for column in range(len(table.rows[row]))]
        if "barcode" in heads and "repeat" in heads:
            said = {head: table.words(row + 1, column) for column, head in enumerate(heads) if head}
            name = said["barcode"] if said["barcode"] not in ("", "N/A") else said.get("plate", "")
            return name if said["repeat"] in ("", "1") else f"{name} repeat {said['repeat']}"
    return ""
