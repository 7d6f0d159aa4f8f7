"""The boxes sheet: what a person says about lanes and bands, in pixels of the image as stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from blots.cautions import caution
from blots.errors import InvalidBoxes

COLUMNS = ("lane", "target", "x", "y", "width", "height")
_OVERLAP = 0.5  # of the smaller box; less is common where boxes are drawn generously round close bands
_HAIR = 1e-6  # px: what arithmetic may add at the picture's side


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
    caution: str = ""  # what is to be said of how it was drawn

    @property
    def name(self) -> str:
        """Lane and target in words."""
        return f"lane {self.lane} {self.target}".rstrip()

    @property
    def centre(self) -> tuple[float, float]:
        """Column and row of the middle, where the centre of the first pixel is 0."""
        return self.x + (self.width - 1) / 2, self.y + (self.height - 1) / 2

    def turned(self, quarters: int, shape: tuple[int, int]) -> Box:
        """Return the box where it lies after the picture of `shape` was turned clockwise by quarters.

        Examples
        --------
        >>> Box(1, "actin", x=10, y=20, width=40, height=12).turned(1, (100, 200)).centre
        (73.5, 29.5)
        """
        rows, columns = shape
        box = self
        for _ in range(quarters % 4):
            box = replace(box, x=rows - box.y - box.height, y=box.x, width=box.height, height=box.width)
            rows, columns = columns, rows
        return box


def check_boxes(
    table: pd.DataFrame | None,
    shape: tuple[int, int],
    lanes: int,
    bands: Sequence[str],
    name: str = "boxes",
) -> tuple[Box, ...]:
    """Return the rows of a boxes sheet as boxes, or refuse the first that can't be meant.

    Parameters
    ----------
    table : DataFrame or None
        Columns `lane, target, x, y, width, height`; `caution`, if there, is passed on, others are ignored.
    shape : tuple of int
        Rows and columns of the picture; one that was turned has its boxes turned by `turns.boxes_from_stored`.
    lanes : int
        How many lanes the picture has.
    bands : sequence of str
        The targets that may be named.
    name : str
        What messages call the sheet.

    Returns
    -------
    tuple of Box
        In pixels of the picture.

    Raises
    ------
    InvalidBoxes
        When a column is missing, a cell is no number, a box lies outside the picture or has no size, a lane or a
        target is unknown, the same box is given twice, or boxes stand in another order than lanes and bands.

    Examples
    --------
    >>> sheet = pd.DataFrame([(2, "actin", 10, 20, 40, 12)], columns=COLUMNS)
    >>> check_boxes(sheet, (100, 200), 12, ["actin"])[0].lane
    2
    """
    if table is None:
        return ()
    if not isinstance(table, pd.DataFrame):
        raise InvalidBoxes(
            name,
            expected=f"a table with the columns {', '.join(COLUMNS)}",
            got=f"a {type(table).__name__}",
            remedy="Give a pandas DataFrame, for instance pandas.read_csv(the boxes sheet).",
        )
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise InvalidBoxes(
            name, expected=f"the columns {', '.join(COLUMNS)}", got=f"no {', '.join(missing)}", remedy="Add them."
        )
    said = ["" if pd.isna(cell) else str(cell) for cell in table.get("caution", [""] * len(table))]
    rows = zip(table[list(COLUMNS)].itertuples(index=False, name=None), said, strict=True)
    boxes = tuple(
        replace(_checked(dict(zip(COLUMNS, row, strict=True)), f"{name} row {n}", shape, lanes, bands), caution=words)
        for n, (row, words) in enumerate(rows, start=1)
    )
    _refuse_twins(boxes, name)
    _refuse_other_order(boxes, bands, name)
    return boxes


def overlaps(boxes: Sequence[Box]) -> str:
    """Return the caution on boxes that lie over one another, two bands of a lane or two lanes; empty where none do.

    Examples
    --------
    >>> overlaps([Box(1, "XIAP", 10, 20, 40, 12), Box(1, "actin", 10, 24, 40, 12), Box(2, "actin", 60, 24, 40, 12)])
    'boxes_overlap: lane 1 XIAP and lane 1 actin'
    """
    pairs = [
        f"{a.name} and {b.name}"
        for a, b in combinations(boxes, 2)
        if bool(a.target) == bool(b.target) and _shared(a, b) > _OVERLAP
    ]
    more = f" and {len(pairs) - 3} more pairs" if len(pairs) > 3 else ""
    return caution("boxes_overlap", ", ".join(pairs[:3]) + more) if pairs else ""


def _shared(a: Box, b: Box) -> float:
    """Return the part of the smaller box that both cover."""
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return max(across, 0) * max(down, 0) / min(a.width * a.height, b.width * b.height)


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
    if width < 1 or height < 1:
        got = f"{width:g} x {height:g}"
        raise InvalidBoxes(place, expected="a box of a pixel at least", got=got, remedy="Draw it again.")
    if x < 0 or y < 0 or x + width > shape[1] + _HAIR or y + height > shape[0] + _HAIR:
        raise InvalidBoxes(
            place,
            expected=f"a box inside {shape[1]} x {shape[0]} pixels",
            got=f"columns {x:g} to {x + width:g}, rows {y:g} to {y + height:g}",
            remedy="Positions count from the top left of the image as stored; draw the part that it shows.",
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


def _refuse_other_order(boxes: Sequence[Box], bands: Sequence[str], name: str) -> None:
    """Refuse lanes that do not run from left to right, and bands of a lane that do not run from top to bottom."""
    for target in dict.fromkeys(box.target for box in boxes):
        row = sorted((box for box in boxes if box.target == target), key=lambda box: box.lane)
        for left, right in pairwise(row):
            if left.centre[0] >= right.centre[0]:
                raise InvalidBoxes(
                    name,
                    expected="lanes numbered from left to right",
                    got=f"{left.name} at column {left.centre[0]:g} and {right.name} at column {right.centre[0]:g}",
                    remedy="Correct the lane numbers.",
                )
    for lane in dict.fromkeys(box.lane for box in boxes):
        column = sorted((b for b in boxes if b.lane == lane and b.target), key=lambda box: bands.index(box.target))
        for upper, lower in pairwise(column):
            if upper.centre[1] >= lower.centre[1]:
                raise InvalidBoxes(
                    name,
                    expected=f"bands from top to bottom as listed ({', '.join(bands)})",
                    got=f"{upper.name} at row {upper.centre[1]:g} and {lower.name} at row {lower.centre[1]:g}",
                    remedy="Correct the targets of the boxes, or the order of `bands`.",
                )
