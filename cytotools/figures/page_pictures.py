"""What the page holds of a figure: drawn lines as they are, pictures and details for the screen, in far fewer bytes.

The files in figures/ stay whole; only the page's own copy is made smaller.
"""

from __future__ import annotations

import base64
import re
from io import BytesIO
from pathlib import Path

from PIL import Image

from cytotools.figures.style import IN_DETAIL

FOLDED = (IN_DETAIL, " for the supplement")  # ends of the sections that the page keeps folded
PICTURES = "blots"  # what begins with it shows blots, whose faint bands no coarser scale of grey may lose
INCH_PX = 128  # of the page for an inch of a figure
WIDEST_PX = 1400  # of a picture: half as much again as the page shows
SHADES = 15  # steps of each colour in a folded drawing: white and black among them
LOSSY, LOSSY_INSIDE = 80, 90  # of 100: of a whole figure, of the blot alone within its lines
_INSIDE = re.compile(r"data:image/png;base64,([^\"]*)")
_ENCODING_EFFORT = 1  # more takes twice as long for a thirtieth of the bytes


def picture_uri(drawing: Path, png: Path, section: str) -> str:
    """Return the address that holds a figure whole, for an attribute in double quotes.

    Parameters
    ----------
    drawing : Path
        Its SVG; that of a folded section is not read.
    png : Path
        The same figure.
    section : str
        Where the report puts it: figures of folded sections are pictures for the screen, others stay drawings.
    """
    if not section.endswith(FOLDED):
        svg = drawing.read_text(encoding="utf-8")
        return _drawing_uri(_INSIDE.sub(lambda found: _inside(found[1]), svg) if section == PICTURES else svg)
    picture = Image.open(png).convert("RGB")
    if picture.width > WIDEST_PX:
        picture = picture.reduce(2)
    if section.startswith(PICTURES):
        return _webp(picture, quality=LOSSY)
    steps = [round(round(value * SHADES / 255) * 255 / SHADES) for value in range(256)]
    return _webp(picture.point(steps * 3), lossless=True, quality=50)


def width_px(png: Path) -> int:
    """Return the width that shows a figure a third larger than it is printed, from its own size and resolution."""
    with Image.open(png) as picture:
        return round(picture.width / float(picture.info["dpi"][0]) * INCH_PX)


def _inside(png: str) -> str:
    """Return the address of a picture within a drawing, which scales it to its place whatever its pixels."""
    picture = Image.open(BytesIO(base64.b64decode(png)))
    return _webp(picture, quality=LOSSY_INSIDE)


def _webp(picture: Image.Image, *, quality: int, lossless: bool = False) -> str:
    stored = BytesIO()
    picture.save(stored, "webp", quality=quality, lossless=lossless, method=_ENCODING_EFFORT)
    return f"data:image/webp;base64,{base64.b64encode(stored.getvalue()).decode('ascii')}"


def _drawing_uri(svg: str) -> str:
    """Return the address that holds a whole SVG: base64 would be a third longer.

    Examples
    --------
    >>> _drawing_uri('<svg fill="#fff"><use xlink:href="#a"/></svg>')
    "data:image/svg+xml,<svg fill='%23fff'><use href='%23a'/></svg>"
    """
    svg = svg.replace("<use xlink:href=", "<use href=")
    for letter, coded in (("%", "%25"), ("#", "%23"), ("&", "%26"), ("'", "%27"), ('"', "'"), ("\n", "")):
        svg = svg.replace(letter, coded)
    return f"data:image/svg+xml,{svg}"
