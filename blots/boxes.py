"""The boxes sheet: what a person says about lanes and bands, in pixels of the image as stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from blots.errors import InvalidBoxes

COLUMNS = ("lane", "target", "x", "y", "width", "height")


@dataclass(frozen=True)
class Box:
    """A rectangle of the image as stored: top left corner and size, half-open.

    Examples
    --------
    >>> Box(lane=1, target="actin", x=10, y=20, width=40, height=12).centre
    (29.5, 25.5)
    """

    lane: int
    target: str  # empty for the whole lane
    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        """Column and row of the middle, where the centre of the first pixel is 0."""
        return self.x + (self.width - 1) / 2, self.y + (self.height - 1) / 2


def check_boxes(
    table: pd.DataFrame | None, shape: tuple[int, int], lanes: int, bands: Sequence[str], name: str = "boxes"
) -> tuple[Box, ...]:
    """Return the rows of a boxes sheet as boxes, or refuse the first that can't be meant.

    Parameters
    ----------
    table : DataFrame or None
        Columns `lane, target, x, y, width, height`; others are ignored.
    shape : tuple of int
        Rows and columns of the image as stored.
    lanes : int
        How many lanes the picture has.
    bands : sequence of str
        The targets that may be named.
    name : str
        What messages call the sheet.

    Raises
    ------
    InvalidBoxes
        When a column is missing, a cell is no number, a box lies outside the picture or has no size, a lane or a
        target is unknown, or the same box is given twice.

    Examples
    --------
    >>> sheet = pd.DataFrame([(2, "actin", 10, 20, 40, 12)], columns=COLUMNS)
    >>> check_boxes(sheet, (100, 200), 12, ["actin"])[0].lane
    2
    """
    if table is None:
        return ()
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise InvalidBoxes(
            name, expected=f"the columns {', '.join(COLUMNS)}", got=f"no {', '.join(missing)}", remedy="Add them."
        )
    boxes = tuple(
        _checked(dict(zip(COLUMNS, row, strict=True)), f"{name} row {number}", shape, lanes, bands)
        for number, row in enumerate(table[list(COLUMNS)].itertuples(index=False, name=None), start=1)
    )
    _refuse_twins(boxes, name)
    return boxes


def _checked(cells: dict[str, object], place: str, shape: tuple[int, int], lanes: int, bands: Sequence[str]) -> Box:
    lane = _number(cells["lane"], "lane", place)
    x, y, width, height = (_number(cells[column], column, place) for column in COLUMNS[2:])
    target = "" if pd.isna(cells["target"]) else str(cells["target"]).strip()  # type: ignore[call-overload]
    if lane != int(lane) or not 1 <= lane <= lanes:
        raise InvalidBoxes(place, expected=f"a lane from 1 to {lanes}", got=f"{lane:g}", remedy="Lane 1 is leftmost.")
    if target and target not in bands:
        raise InvalidBoxes(
            place, expected=f"one of {', '.join(bands)}", got=repr(target), remedy="Use a name listed in `bands`."
        )
    if width <= 0 or height <= 0:
        raise InvalidBoxes(place, expected="a size above 0", got=f"{width:g} x {height:g}", remedy="Draw it again.")
    if x < 0 or y < 0 or x + width > shape[1] or y + height > shape[0]:
        raise InvalidBoxes(
            place,
            expected=f"a box inside {shape[1]} x {shape[0]} pixels",
            got=f"columns {x:g} to {x + width:g}, rows {y:g} to {y + height:g}",
            remedy="Positions count from the top left of the image as stored.",
        )
    return Box(int(lane), target, x, y, width, height)


def _number(cell: object, column: str, place: str) -> float:
    try:
        number = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = float("nan")
    if not np.isfinite(number):
        raise InvalidBoxes(place, expected=f"a number in `{column}`", got=repr(cell), remedy="Give pixels.")
    return number


def _refuse_twins(boxes: Sequence[Box], name: str) -> None:
    seen: set[tuple[int, str]] = set()
    for box in boxes:
        if (box.lane, box.target) in seen:
            got = f"two for lane {box.lane} {box.target or '(whole lane)'}"
            raise InvalidBoxes(name, expected="one box a band", got=got, remedy="Keep one of them.")
        seen.add((box.lane, box.target))
