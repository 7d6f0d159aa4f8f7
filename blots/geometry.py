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
from blots.boxed_geometry import boxed_band, geometry_of_boxes, row_levels, through_boxes, with_doubts
from blots.boxed_lanes import find_lanes
from blots.boxes import Box, check_boxes
from blots.cautions import caution
from blots.clipping import domed
from blots.errors import BlotError
from blots.lane_lines import LaneLines
from blots.layout import Band, BlotGeometry, Lane
from blots.row_evenness import says_upside_down
from blots.row_map import RowMap, find_row_map
from blots.search_scale import SearchPicture, search_picture
from blots.whole_lanes import TOTAL, find_whole_lanes

__all__ = ["Band", "BlotGeometry", "Lane", "checked_lanes", "checked_targets", "find_geometry"]

Array = NDArray[np.float64]

_COARSE_PX = 3.2  # high at half height: less can hardly be fitted
_SEEN_BAND = 6.0  # over the noise; a fainter crest does not give its own place
_HALF_HEIGHT = 2.5  # of a row's standard deviation: what is drawn as the band


def find_geometry(
    blot: Blot,
    lanes: int,
    bands: Sequence[str],
    boxes: pd.DataFrame | None = None,
    *,
    empty_lanes: Collection[int] = (),
    lane_lines: Sequence[Lane] = (),
) -> BlotGeometry:
    """Find the lanes and bands of a blot; a box, where given, overrides what would be found.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    lanes : int
        How many lanes the picture has, empty and ladder lanes included.
    bands : sequence of str
        Targets from top to bottom; of ``["total_protein"]`` the lanes alone are looked for.
    boxes : DataFrame, optional
        ``lane, target, x, y, width, height`` in pixels of the image as stored, half-open; an empty target is the whole
        lane. A band's box in one lane tells where its row lies in all lanes. Where every band has a box nothing is
        searched for.
    empty_lanes : collection of int
        Lanes, from 1, known to hold no band; needed only for those at the edges.
    lane_lines : sequence of Lane, optional
        Where all lanes run, known from another picture of the membrane of the same size and pose; none is looked for
        then, and only the rows of bands are found.

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
        When fewer rows of bands are seen than are named, `lanes` or `bands` name none, or a band twice, or
        `empty_lanes` a lane that is not there.

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
    lanes, targets = checked_lanes(blot.name, lanes), checked_targets(blot.name, bands)
    _refuse_lanes_beyond(blot.name, lanes, empty_lanes)
    drawn = check_boxes(boxes, blot.shape, lanes, targets)
    if targets == (TOTAL,):
        return find_whole_lanes(blot, lanes, drawn, empty_lanes)
    given = {(box.lane, box.target): box for box in drawn}
    if all((lane, target) in given for lane in range(1, lanes + 1) for target in targets):
        signal = domed(blot.signal, blot.saturated)
        return with_doubts(signal, geometry_of_boxes(signal, lanes, targets, given), drawn)
    picture = search_picture(blot.signal, blot.saturated, lanes)
    small = [_reduced_box(box, picture) for box in drawn]
    row_map = find_row_map(picture.signal, picture.sigma_px)
    level = row_map.straighten(picture.signal)
    said: tuple[str, ...] = ()
    if lane_lines:
        lines, seen = _known_lines(lane_lines, picture, row_map), np.zeros(lanes)
    else:
        lines, said, seen = find_lanes(blot.name, level, lanes, small, empty_lanes, picture.sigma_px, row_map.lean)
    rows, more = _rows(blot.name, level, picture, row_map, lines, targets, small)
    clear = (seen > 0.2) | (rows.clear > _SEEN_BAND).any(axis=1)
    place = _Placing(blot, given, picture, row_map, lines, rows)
    found = place.lanes(clear)
    if lane_lines:
        found = tuple(replace(lane, x=known.x) for lane, known in zip(found, lane_lines, strict=True))
    placed = place.bands(found, targets)
    said = tuple(s for s in (*said, *more, _says_coarse(rows.sigma_px * picture.down)) if s)
    course = row_map.scaled(picture.down, picture.across, blot.shape).course
    geometry = BlotGeometry(targets, found, placed, course, rows.sigma_px * picture.down, said)
    over = says_upside_down(blot.signal, geometry)
    geometry = replace(geometry, cautions=(*said, over)) if over else geometry
    return with_doubts(domed(blot.signal, blot.saturated), geometry, drawn) if drawn else geometry


def _known_lines(known: Sequence[Lane], picture: SearchPicture, row_map: RowMap) -> LaneLines:
    """Return lanes of the picture as stored, in rows and columns of the straightened picture that is searched."""
    level = np.arange(len(picture.signal), dtype=float)
    x = []
    for lane in known:
        columns = (lane.x - (picture.across - 1) / 2) / picture.across
        middle = np.full(len(level), float(columns.mean()))
        rows = row_map.stored(middle, level) * picture.down + (picture.down - 1) / 2
        x.append(np.interp(rows, np.arange(len(columns)), columns))
    return LaneLines(np.array(x), np.array([lane.width_px for lane in known]) / picture.across)


def _says_coarse(sigma_px: Array) -> str:
    height = 2.355 * float(np.median(sigma_px))
    return caution("coarse", f"bands are {height:.1f} px high") if height < _COARSE_PX else ""


def _reduced_box(box: Box, picture: SearchPicture) -> Box:
    """Return a box in pixels of the picture that is searched."""
    x, y = box.x / picture.across, box.y / picture.down
    return replace(box, x=x, y=y, width=box.width / picture.across, height=box.height / picture.down)


def checked_lanes(name: str, lanes: object) -> int:
    """Return the number of lanes, or refuse what is no whole number above 0.

    Examples
    --------
    >>> checked_lanes("rep1.tif", 12.0)
    12
    """
    whole = isinstance(lanes, int | np.integer) or (isinstance(lanes, float | np.floating) and lanes == lanes // 1)
    if not whole or isinstance(lanes, bool) or not 1 <= float(lanes) < np.inf:  # type: ignore[arg-type]
        remedy = "Count the lanes of the picture, empty and ladder lanes too."
        got = repr(lanes) if isinstance(lanes, str | bool) else f"{lanes}"
        raise BlotError(name, expected="at least one lane, as a whole number", got=got, remedy=remedy)
    return int(lanes)  # type: ignore[call-overload, no-any-return]


def _refuse_lanes_beyond(name: str, lanes: int, empty_lanes: Collection[int]) -> None:
    """Refuse an empty lane that the picture does not have."""
    beyond = [lane for lane in empty_lanes if lane not in range(1, lanes + 1)]
    if beyond:
        got = ", ".join(map(str, beyond))
        remedy = "Count the lanes of the picture from its left side, empty and ladder lanes too."
        raise BlotError(f"{name}: empty_lanes", expected=f"lanes from 1 to {lanes}", got=got, remedy=remedy)


def checked_targets(name: str, bands: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the bands, or refuse one word, no names, a name twice and one that holds "; ".

    Examples
    --------
    >>> checked_targets("rep1.tif", ["cIAP1", "actin"])
    ('cIAP1', 'actin')
    """
    if isinstance(bands, str):
        remedy = f"Give bands=[{bands!r}]."
        raise BlotError(name, expected="a list of bands", got=f"one word, {bands!r}", remedy=remedy)
    targets = tuple(bands)
    if not targets or len(set(targets)) != len(targets) or not all(isinstance(t, str) and t.strip() for t in targets):
        got = ", ".join(map(str, targets)) or "none"
        raise BlotError(name, expected="bands with a name each", got=got, remedy="Name every row once, from the top.")
    parted = next((t for t in targets if "; " in t), None)
    if parted is not None:
        remedy = "Cautions are parted by it; name the band without."
        raise BlotError(name, expected="names of bands without '; '", got=repr(parted), remedy=remedy)
    return targets


def _rows(
    name: str,
    level: Array,
    picture: SearchPicture,
    row_map: RowMap,
    lines: LaneLines,
    targets: tuple[str, ...],
    boxes: Sequence[Box],
) -> tuple[BandRows, tuple[str, ...]]:
    """Return the rows of all targets; one box in any lane tells where its row lies in all lanes."""
    known = row_levels(boxes, row_map, targets, name)
    rows = find_band_rows(name, level, lines, targets, known, picture.sigma_px)
    if not rows.rivals:
        return rows, ()
    places = ", ".join(f"{r * picture.down:.0f}" for r in rows.rivals)
    return rows, (caution("rows_unsure", f"rows that nobody named show near row {places}"),)


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
