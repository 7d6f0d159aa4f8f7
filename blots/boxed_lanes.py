"""Where the lanes run when a person has boxed all, some or none of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from blots.boxes import Box
from blots.cautions import caution
from blots.errors import InvalidBoxes, LanesNotFound
from blots.lane_count import count_lanes, lanes_in_words
from blots.lane_lines import LaneLines, draw_lane_lines
from blots.lanes import Comb, RowsAcross, rows_across

Array = NDArray[np.float64]

_SAME_LANE = 0.5  # of the pitch: a box further off its lane lies on another one


def find_lanes(
    name: str,
    level: Array,
    lanes: int,
    boxes: Sequence[Box],
    empty_lanes: Collection[int] = (),
    sigma_px: float | None = None,
    lean: float = 0.0,
) -> tuple[LaneLines, tuple[str, ...], Array]:
    """Find the lanes in a straightened picture; boxes tell which lane is which, and where lanes are not seen.

    Lanes are looked for in the picture. Where it does not show them, or shows others than the boxes say, they are laid
    evenly between the boxed lanes, and then drawn through what bands they have.

    Parameters
    ----------
    name : str
        What messages call the image.
    level : ndarray, shape (rows, columns)
        The straightened signal.
    lanes : int
        How many lanes the picture has.
    boxes : sequence of Box
        Of lanes or bands.
    empty_lanes : collection of int
        As `count_lanes`.
    sigma_px : float, optional
        The height of the bands as a standard deviation.
    lean : float
        As `count_lanes`.

    Returns
    -------
    tuple
        The lines, cautions, and how clearly each lane is seen (1 for a boxed one).

    Raises
    ------
    LanesNotFound
        When the picture does not show the lanes and boxes don't tell where they are.
    InvalidBoxes
        When lanes laid out from the boxes would lie outside the picture.

    Examples
    --------
    >>> bare = np.random.default_rng(0).normal(0, 1, (200, 300))
    >>> ends = [Box(1, "", 10, 0, 31, 200), Box(5, "", 210, 0, 31, 200)]
    >>> lines, said, seen = find_lanes("rep1.tif", bare, 5, ends)
    >>> lines.x[:, 100].round().tolist(), seen.tolist()
    ([25.0, 75.0, 125.0, 175.0, 225.0], [1.0, 0.0, 0.0, 0.0, 1.0])
    """
    whole = {box.lane: box for box in boxes if not box.target}
    if len(whole) == lanes:
        x = np.array([whole[lane].centre[0] for lane in range(1, lanes + 1)])
        widths = np.array([whole[lane].width for lane in range(1, lanes + 1)], dtype=float)
        return LaneLines(np.tile(x[:, None], (1, len(level))), widths), (), np.ones(lanes)
    rows = rows_across(level, sigma_px, lanes)
    comb, said = comb_with_boxes(name, rows, level.shape, lanes, boxes, empty_lanes, lean)
    lines = draw_lane_lines(level, rows, comb, sigma_px)
    seen = comb.seen.copy()
    for box in boxes:
        seen[box.lane - 1] = max(seen[box.lane - 1], 1.0)
    for lane, box in whole.items():
        lines.x[lane - 1], lines.width_px[lane - 1] = box.centre[0], box.width
    return lines, tuple(s for s in said if s), seen


def comb_with_boxes(
    name: str,
    rows: RowsAcross,
    shape: tuple[int, ...],
    lanes: int,
    boxes: Sequence[Box],
    empty_lanes: Collection[int],
    lean: float,
) -> tuple[Comb, tuple[str, ...]]:
    """Return the comb that the picture shows where it agrees with the boxes, else one laid out from the boxes."""
    height, width = shape[0], shape[1]
    pitch, slope = 0.0, lean
    known = _known_lanes(boxes)
    try:
        counted = count_lanes(name, rows, (height, width), lanes, empty_lanes, lean)
    except LanesNotFound:
        if len(known) < min(2, lanes):
            raise
    else:
        if _agree(counted.comb, boxes, height):
            return counted.comb, (counted.caution,)
        pitch, slope = counted.comb.pitch_px, counted.comb.slope
    x = _laid_out(known, lanes, pitch)
    if x[0] < 0 or x[-1] > width - 1:
        lane = 1 if x[0] < 0 else lanes
        raise InvalidBoxes(
            f"{name} boxes",
            expected=f"{lanes_in_words(lanes)} inside the picture",
            got=f"boxes by whose distances lane {lane} lies outside it",
            remedy=f"Correct the lane numbers of the boxes, or give lane {lane} a box.",
        )
    seen = np.array([float(lane in known) for lane in range(1, lanes + 1)])
    pitch = float(np.median(np.diff(x))) if lanes > 1 else float(width)
    unboxed = [lane for lane in range(1, lanes + 1) if lane not in known]
    words = f"lanes {', '.join(map(str, unboxed))} were placed by the distances of the boxed ones"
    said = (caution("boxes_place_lanes", words),) if unboxed else ()
    return Comb(x, pitch, slope, seen, 0.0), said


def _known_lanes(boxes: Sequence[Box]) -> dict[int, float]:
    """Return the centre column of every lane that has boxes, in ascending order."""
    lanes = sorted({box.lane for box in boxes})
    return {lane: float(np.mean([box.centre[0] for box in boxes if box.lane == lane])) for lane in lanes}


def _agree(comb: Comb, boxes: Sequence[Box], height: int) -> bool:
    """Tell whether every box lies on the lane of its number."""
    apart = [
        box.centre[0] - float(comb.at((box.centre[1] - height / 2) * bool(box.target))[box.lane - 1, 0])
        for box in boxes
    ]
    return all(abs(a) < _SAME_LANE * comb.pitch_px for a in apart)


def _laid_out(known: dict[int, float], lanes: int, pitch: float) -> Array:
    """Return lane centres through the known ones, evenly spaced between and beyond them."""
    numbers, x = np.array(list(known)), np.array(list(known.values()))
    if len(numbers) > 1:
        pitch = float(np.median(np.diff(x) / np.diff(numbers)))
    wanted = np.arange(1, lanes + 1)
    beyond = np.minimum(wanted - numbers[0], 0) + np.maximum(wanted - numbers[-1], 0)
    return np.asarray(np.interp(wanted, numbers, x) + beyond * pitch)
