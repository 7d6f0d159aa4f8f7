"""Where everything lies on one blot: its lanes, the bands in them, and how its rows run; found, or said by a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.bands import BandRows, find_band_rows
from blots.blot import Blot
from blots.boxed_geometry import boxed_band, geometry_of_boxes, through_boxes
from blots.boxes import Box, check_boxes
from blots.cautions import caution
from blots.clipping import domed
from blots.errors import BlotError
from blots.lane_count import count_lanes
from blots.lane_lines import LaneLines, draw_lane_lines
from blots.lanes import rows_across
from blots.layout import Band, BlotGeometry, Lane
from blots.row_evenness import says_upside_down
from blots.row_map import RowMap, find_row_map
from blots.search_scale import SearchPicture, search_picture

__all__ = ["Band", "BlotGeometry", "Lane", "find_geometry"]

Array = NDArray[np.float64]

_SEEN_BAND = 6.0  # over the noise; a fainter crest does not give its own place
_HALF_HEIGHT = 2.5  # of a row's standard deviation: what is drawn as the band


def find_geometry(
    blot: Blot,
    lanes: int,
    bands: Sequence[str],
    boxes: pd.DataFrame | None = None,
    *,
    empty_lanes: Collection[int] = (),
) -> BlotGeometry:
    """Find the lanes and bands of a blot; a box, where given, overrides what would be found.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    lanes : int
        How many lanes the picture has, empty and ladder lanes included.
    bands : sequence of str
        Targets from top to bottom.
    boxes : DataFrame, optional
        ``lane, target, x, y, width, height`` in pixels of the image as stored, half-open; an empty target is the whole
        lane. Where every band has a box nothing is searched for.
    empty_lanes : collection of int
        Lanes, from 1, known to hold no band; needed only for those at the edges.

    Returns
    -------
    BlotGeometry
        One lane a number, one band a lane and target.

    Raises
    ------
    LanesNotFound
        When the picture shows another number of lanes.
    InvalidBoxes
        When a box can't be meant.
    BlotError
        When fewer rows of bands are seen than are named, or `lanes` or `bands` name none, or a band twice.

    Examples
    --------
    >>> from blots.image_files import blot_from_array
    >>> from blots.simulate import SCENES, example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> simulated = simulate_blot(example_design(rng), SCENES["full"], rng=rng)
    >>> blot = blot_from_array(simulated.image, "simulated")
    >>> geometry = find_geometry(blot, 12, ["cIAP2", "cIAP1", "non-specific", "XIAP", "actin"])
    >>> truth = simulated.truth.x.to_numpy()
    >>> bool(np.abs([band.x for band in geometry.bands] - truth).max() < 3)
    True
    """
    targets = _checked_request(blot.name, lanes, bands)
    given = {(box.lane, box.target): box for box in check_boxes(boxes, blot.shape, lanes, targets)}
    if all((lane, target) in given for lane in range(1, lanes + 1) for target in targets):
        return geometry_of_boxes(domed(blot.signal, blot.saturated), lanes, targets, given)
    picture = search_picture(blot.signal, blot.saturated, lanes)
    small = {key: _reduced_box(box, picture) for key, box in given.items()}
    row_map = find_row_map(picture.signal, picture.sigma_px)
    level = row_map.straighten(picture.signal)
    lines, said, seen = _lines(blot.name, level, picture, row_map.lean, lanes, small, empty_lanes)
    rows, more = _rows(blot.name, level, picture, row_map, lines, targets, small)
    clear = (seen > 0.2) | (rows.clear > _SEEN_BAND).any(axis=1)
    place = _Placing(blot, given, picture, row_map, lines, rows)
    found = place.lanes(clear)
    placed = place.bands(found, targets)
    said = tuple(s for s in (*said, *more) if s)
    course = row_map.scaled(picture.down, picture.across, blot.shape).course
    geometry = BlotGeometry(targets, found, placed, course, rows.sigma_px * picture.down, said)
    over = says_upside_down(blot.signal, geometry)
    return replace(geometry, cautions=(*said, over)) if over else geometry


def _reduced_box(box: Box, picture: SearchPicture) -> Box:
    """Return a box in pixels of the picture that is searched."""
    x, y = box.x / picture.across, box.y / picture.down
    return replace(box, x=x, y=y, width=box.width / picture.across, height=box.height / picture.down)


def _checked_request(name: str, lanes: int, bands: Sequence[str]) -> tuple[str, ...]:
    targets = tuple(bands)
    if lanes < 1:
        raise BlotError(name, expected="at least one lane", got=f"{lanes}", remedy="Count the lanes of the picture.")
    if not targets or len(set(targets)) != len(targets) or not all(targets):
        got = ", ".join(targets) or "none"
        raise BlotError(name, expected="bands with a name each", got=got, remedy="Name every row once, from the top.")
    return targets


def _lines(
    name: str,
    level: Array,
    picture: SearchPicture,
    lean: float,
    lanes: int,
    given: dict[tuple[int, str], Box],
    empty_lanes: Collection[int],
) -> tuple[LaneLines, tuple[str, ...], Array]:
    """Return the lanes' lines in the straightened picture, what is to be said, and how clearly each lane is seen."""
    whole = [given.get((lane, "")) for lane in range(1, lanes + 1)]
    if all(box is not None for box in whole):
        x = np.array([box.centre[0] for box in whole if box is not None])
        widths = np.array([box.width for box in whole if box is not None], dtype=float)
        return LaneLines(np.tile(x[:, None], (1, len(level))), widths), (), np.ones(lanes)
    rows = rows_across(level, picture.sigma_px, lanes)
    counted = count_lanes(name, rows, picture.signal.shape, lanes, empty_lanes, lean)
    lines = draw_lane_lines(level, rows, counted.comb, picture.sigma_px)
    for i, box in enumerate(whole):
        if box is not None:
            lines.x[i], lines.width_px[i] = box.centre[0], box.width
    return lines, (counted.caution,), counted.comb.seen


def _rows(
    name: str,
    level: Array,
    picture: SearchPicture,
    row_map: RowMap,
    lines: LaneLines,
    targets: tuple[str, ...],
    given: dict[tuple[int, str], Box],
) -> tuple[BandRows, tuple[str, ...]]:
    """Return the rows of all targets; those whose every band has a box are taken from the boxes."""
    lanes = range(1, len(lines.x) + 1)
    boxed = {t: [given[lane, t] for lane in lanes] for t in targets if all((lane, t) in given for lane in lanes)}
    levels = {t: np.array([_level(box, row_map) for box in boxes]) for t, boxes in boxed.items()}
    taken = [float(np.median(y)) for y in levels.values()]
    sought = [t for t in targets if t not in boxed]
    found = find_band_rows(name, level, lines, sought, taken, picture.sigma_px)
    y, clear = np.zeros((len(lines.x), len(targets))), np.zeros((len(lines.x), len(targets)))
    sigma = np.full(len(targets), float(np.median(found.sigma_px)))
    for k, target in enumerate(targets):
        if target in levels:
            y[:, k], clear[:, k] = levels[target], np.inf
        else:
            j = sought.index(target)
            y[:, k], clear[:, k], sigma[k] = found.y[:, j], found.clear[:, j], found.sigma_px[j]
    said: tuple[str, ...] = ()
    if found.rivals:
        places = ", ".join(f"{r * picture.down:.0f}" for r in found.rivals)
        said = (caution("rows_unsure", f"rows about as clear were left out near row {places}"),)
    return BandRows(y, sigma, clear, found.rivals), said


def _level(box: Box, row_map: RowMap) -> float:
    """Return a box's row in the straightened picture."""
    x, y = box.centre
    return float(row_map.level(np.asarray(x), np.asarray(y)))


class _Placing(NamedTuple):
    """What was found in the picture that was searched, put back into the picture as stored."""

    blot: Blot
    given: dict[tuple[int, str], Box]
    picture: SearchPicture
    row_map: RowMap
    lines: LaneLines
    rows: BandRows

    def _column(self, x: Array) -> Array:
        return x * self.picture.across + (self.picture.across - 1) / 2

    def _row(self, y: Array) -> Array:
        return y * self.picture.down + (self.picture.down - 1) / 2

    def lanes(self, seen: NDArray[np.bool_]) -> tuple[Lane, ...]:
        """Return the lanes in rows of the image as stored, bent through the boxes of their bands."""
        height = self.blot.shape[0]
        rows = np.arange(height, dtype=float)
        level = np.arange(self.lines.x.shape[1], dtype=float)
        found = []
        for i, (x, width) in enumerate(zip(self.lines.x, self.lines.width_px * self.picture.across, strict=True)):
            centre = np.interp(rows, self._row(self.row_map.stored(x, level)), self._column(x))
            basis = "found" if seen[i] else "neighbours"
            if (i + 1, "") in self.given:
                box = self.given[i + 1, ""]
                basis, width, centre = "box", box.width, np.full(height, box.centre[0])
            bands = sorted((b for (lane, t), b in self.given.items() if lane == i + 1 and t), key=lambda b: b.y)
            found.append(Lane(i + 1, through_boxes(centre, bands), float(width), basis))
        return tuple(found)

    def bands(self, lanes: tuple[Lane, ...], targets: tuple[str, ...]) -> tuple[Band, ...]:
        """Return the bands in pixels of the image as stored."""
        signal = domed(self.blot.signal, self.blot.saturated) if self.given else self.blot.signal
        return tuple(self._band(signal, lane, k, target) for lane in lanes for k, target in enumerate(targets))

    def _band(self, signal: Array, lane: Lane, k: int, target: str) -> Band:
        i, sigma = lane.number - 1, float(self.rows.sigma_px[k]) * self.picture.down
        box = self.given.get((lane.number, target))
        if box is not None:
            return boxed_band(signal, lane, target, box, sigma)
        level = self.rows.y[i, k]
        across = np.interp(level, np.arange(self.lines.x.shape[1]), self.lines.x[i])
        y = float(np.clip(self._row(self.row_map.stored(across, level)), 0, len(signal) - 1))
        basis = "found" if self.rows.clear[i, k] > _SEEN_BAND else "neighbours"
        x = float(np.interp(y, np.arange(len(signal)), lane.x))
        return Band(lane.number, target, x, y, _HALF_HEIGHT * sigma, basis)
