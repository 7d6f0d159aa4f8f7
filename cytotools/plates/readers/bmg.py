"""BMG LABTECH MARS and SMART Control (PHERAstar, CLARIOstar, VANTAstar): `Raw Data (...)` over what was measured.

SMART Control: untested on a real file, read after the documented form.
"""

from __future__ import annotations

import re

from cytotools.plates.blocks import Block
from cytotools.plates.readers.described import Described
from cytotools.plates.titles import hours_of, is_layout, wavelength_in


def is_mars(text: str) -> bool:
    """Return whether the first lines are those of MARS."""
    return bool(
        re.search(r"^User:", text, re.MULTILINE) and re.search(r"Test (name|run no\.|ID):", text, re.IGNORECASE)
    )


def is_smart_control(text: str) -> bool:
    """Return whether a workbook is SMART Control's."""
    return "Protocol Information" in text and "Test ID:" in text


def describe(block: Block) -> Described | None:
    """Return what a block is: raw under `Raw Data`, calculated under any other title, none for a layout."""
    titles = [line for line in (block.source.label, *reversed(block.above)) if line]
    named = [line for line in titles if re.search(r"Raw Data|based on|Layout|Content|Average", line)]
    title = next(iter(named or titles), "")
    if is_layout(title) or not block.has_numbers:
        return None
    identity = block.nearest(r"\bID1:\s*(.*?)(?:\s+ID2:|$)")
    return Described(
        plate=identity.group(1).strip() if identity else "",
        label=re.sub(r"^\d+\.\s*", "", title),
        wavelength_nm=wavelength_in(re.sub(r".*Raw Data\s*", "", title)),
        kind="raw" if re.match(r"(\d+\.\s*)?Raw Data", title) else "calculated",
        hours=next((time for name, value in block.keys.items() if (time := hours_of(value, name)) is not None), None),
    )
