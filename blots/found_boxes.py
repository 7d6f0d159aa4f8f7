"""What was found on a blot as a boxes sheet, for a person to edit what is wrong and hand it back."""

from __future__ import annotations

import re

import pandas as pd

from blots.blot import Blot
from blots.boxes import COLUMNS, Box
from blots.layout import BlotGeometry

_REPEATED = re.compile(r"(?<=^non-specific) \(\d+\)$")  # their order from the top tells them apart in a sheet
_DIGITS = 1  # of a pixel: far below what a place is known to, and easy to read


def boxes_of(geometry: BlotGeometry, blot: Blot) -> pd.DataFrame:
    """Return the lanes and bands of a blot as boxes that `quantify_blot` takes as they are.

    A lane is a box over the picture's whole height about its mean column. Where lanes lean or bend, the boxes of its
    bands carry the place: read back, the lane runs through their middles. What runs over the picture's side is cut
    there.

    Parameters
    ----------
    geometry : BlotGeometry
        From `find_geometry`.
    blot : Blot
        The picture that it was found on.

    Returns
    -------
    DataFrame
        ``lane, target, x, y, width, height`` in pixels of the image as stored, to a tenth; each lane followed by its
        bands from top to bottom.

    Examples
    --------
    >>> import numpy as np
    >>> from blots.layout import Band, Lane
    >>> lane, band = Lane(1, np.full(60, 25.0), 21.0), Band(1, "actin", 25.0, 30.0, 6.0)
    >>> blot = Blot("demo", np.eye(60), np.zeros((60, 60), dtype=bool))
    >>> boxes_of(BlotGeometry(("actin",), (lane,), (band,), np.zeros(60), np.array([2.4])), blot).values.tolist()
    [[1, '', 15.0, 0.0, 21.0, 60.0], [1, 'actin', 15.0, 24.5, 21.0, 12.0]]
    """
    rows, columns = blot.shape
    boxes: list[Box] = []
    for lane in geometry.lanes:
        boxes.append(_about(lane.number, "", float(lane.x.mean()), (rows - 1) / 2, lane.width_px, rows, blot.shape))
        for target in geometry.targets:
            band = geometry.band(lane.number, target)
            boxes.append(
                _about(lane.number, target, band.x, band.y, lane.width_px, 2 * band.half_height_px, blot.shape)
            )
    stored = [box.turned(blot.quarter_turns, (rows, columns)) for box in boxes]
    return pd.DataFrame(
        [(b.lane, _REPEATED.sub("", b.target), b.x, b.y, b.width, b.height) for b in stored], columns=list(COLUMNS)
    )


def _about(lane: int, target: str, x: float, y: float, width: float, height: float, shape: tuple[int, int]) -> Box:
    """Return the box about a middle, its sides rounded, cut where it runs over the picture."""
    left, right = (float(min(max(round(x - (s * width - 1) / 2, _DIGITS), 0), shape[1])) for s in (1, -1))
    top, bottom = (float(min(max(round(y - (s * height - 1) / 2, _DIGITS), 0), shape[0])) for s in (1, -1))
    return Box(lane, target, left, top, round(right - left, _DIGITS), round(bottom - top, _DIGITS))
