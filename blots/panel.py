"""The nouns of a paper's blot figure: one strip a target, cut from its image as stored, under the labels of its lanes.

A panel holds no pixels. With the images whose SHA-256 it names it says all that is needed to draw the figure again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blots.blot import Blot
from blots.boxes import Box
from blots.grey_window import GreyWindow

Array = NDArray[np.float64]
MERGED = " + "  # between the names of exposures that were merged into one picture


@dataclass(frozen=True, order=True)
class Source:
    """The picture that a strip is cut from: its file, page and channel, and the file's SHA-256."""

    file: str
    page: int = 0
    channel: int | str | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Crop:
    """A rectangle of the image as stored, in whole pixels: top left corner and size, half-open.

    Examples
    --------
    >>> Crop(x=10, y=20, width=40, height=12).turned(1, (100, 200))
    Crop(x=68, y=10, width=12, height=40)
    """

    x: int
    y: int
    width: int
    height: int

    def turned(self, quarters: int, shape: tuple[int, int]) -> Crop:
        """Return the crop where it lies after the picture of `shape` was turned clockwise by quarters."""
        box = Box(0, "", self.x, self.y, self.width, self.height).turned(quarters, shape)
        return Crop(int(box.x), int(box.y), int(box.width), int(box.height))

    def within(self, shape: tuple[int, int]) -> bool:
        """Say whether it lies inside a picture of this many rows and columns."""
        inside = self.x + self.width <= shape[1] and self.y + self.height <= shape[0]
        return min(self.x, self.y) >= 0 and min(self.width, self.height) >= 1 and inside


@dataclass(frozen=True)
class Strip:
    """One target over all lanes of a panel.

    Attributes
    ----------
    target : str
        What is written beside it.
    source : Source
        The picture.
    size : tuple of int
        Columns and rows of the picture as stored.
    crop : Crop
        What is shown of it.
    turn : int
        Degrees clockwise (0, 90, 180, 270) that set it upright; nothing else is done to its pixels.
    window : GreyWindow
        Signal printed white and black; more signal is darker, whichever way the file stores it.
    dark_on_light : bool
        The file holds dark bands on a light ground: signal is the largest number that it can hold less the one stored.
    places : tuple of (float, float)
        The middle of each lane's band, column and row of the image as stored.
    kda : float or None
        What is written at its side.
    kda_basis : str
        "ladder" (measured on the membrane), "study" (what the study says) or empty.
    asterisk : tuple of (float, float) or None
        A non-specific band that the strip shows too, column and row of the image as stored.
    """

    target: str
    source: Source
    size: tuple[int, int]
    crop: Crop
    turn: int
    window: GreyWindow
    dark_on_light: bool
    places: tuple[tuple[float, float], ...]
    kda: float | None = None
    kda_basis: str = ""
    asterisk: tuple[float, float] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the strip, upright."""
        rows, columns = self.crop.height, self.crop.width
        return (columns, rows) if self.turn % 180 else (rows, columns)

    def upright_places(self, places: Sequence[tuple[float, float]] | None = None) -> Array:
        """Return columns and rows of the lanes in the upright strip, shape (n_lanes, 2); the first pixel's middle is 0.

        Other places of the image as stored may be given instead of the lanes.

        Examples
        --------
        >>> turned = Strip("actin", Source("a.tif"), (200, 100), Crop(10, 20, 12, 40), 90, GreyWindow(0, 1), False,
        ...                ((15.0, 25.0),))
        >>> turned.shape, turned.upright_places().tolist()
        ((12, 40), [[34.0, 5.0]])
        """
        shape, chosen = (self.crop.height, self.crop.width), self.places if places is None else places
        moved = [Box(0, "", x - self.crop.x, y - self.crop.y, 1, 1).turned(self.turn // 90, shape) for x, y in chosen]
        return np.array([(box.x, box.y) for box in moved], dtype=float).reshape(-1, 2)


@dataclass(frozen=True)
class LabelCell:
    """Words over the lanes `first` to `last` of a panel (from 0, inclusive); with a bar under them or not."""

    first: int
    last: int
    text: str
    bar: bool = False


@dataclass(frozen=True)
class LabelRow:
    """One row of labels over the lanes, and what is written at its left."""

    name: str
    cells: tuple[LabelCell, ...]


@dataclass(frozen=True)
class Panel:
    """All strips of a membrane, from top to bottom.

    Attributes
    ----------
    membrane : str
    lanes : tuple of int
        The membrane's lanes that are shown, from left to right, with none left out between them.
    width_mm : float
        How wide the strips are printed.
    labels : tuple of LabelRow
        From the top.
    strips : tuple of Strip
    footnotes : tuple of str
        What is printed under the strips.
    left_out : tuple of str
        Which targets have no strip, and why.
    """

    membrane: str
    lanes: tuple[int, ...]
    width_mm: float
    labels: tuple[LabelRow, ...]
    strips: tuple[Strip, ...]
    footnotes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def strip_pixels(blot: Blot, strip: Strip) -> Array:
    """Return the signal of a strip, upright, each pixel as it was stored.

    Parameters
    ----------
    blot : Blot
        The strip's picture, whichever way it was turned to be measured.
    strip : Strip
        Whose crop lies inside the picture.

    Returns
    -------
    ndarray, shape `strip.shape`

    Examples
    --------
    >>> picture = np.arange(20_000.0).reshape(100, 200)
    >>> blot = Blot("demo", np.rot90(picture, 2), np.zeros((100, 200), dtype=bool), quarter_turns=2)
    >>> strip = Strip("actin", Source("a.tif"), (200, 100), Crop(10, 20, 3, 2), 180, GreyWindow(0, 1), False, ())
    >>> strip_pixels(blot, strip).tolist()
    [[4212.0, 4211.0, 4210.0], [4012.0, 4011.0, 4010.0]]
    """
    stored, crop = np.rot90(blot.signal, -blot.quarter_turns), strip.crop
    cut = stored[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
    return np.asarray(np.rot90(cut, -strip.turn // 90))
