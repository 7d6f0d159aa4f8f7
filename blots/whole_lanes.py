"""Where the lanes of a stain for total protein run: they are told by their sides, for every lane has other bands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import grey_opening, uniform_filter1d

from blots.blot import Blot
from blots.boxed_lanes import comb_with_boxes
from blots.boxes import Box
from blots.errors import LanesNotFound
from blots.lane_count import lanes_in_words
from blots.lane_lines import draw_through_sides
from blots.lanes import RowsAcross
from blots.layout import Band, BlotGeometry, Lane
from blots.search_scale import search_picture

Array = NDArray[np.float64]

TOTAL = "total_protein"
_SLABS = 10
_WIDER_THAN_A_LANE = 1.25  # of the picture's width, divided by the number of lanes
_CLEAR_SLAB = 10.0  # over the noise; what stands above the lowest of many pixels reaches 8 of it in bare membrane
_SHOWS_LANES = 0.1  # of the clearest slab


def find_whole_lanes(
    blot: Blot, lanes: int, boxes: Sequence[Box] = (), empty_lanes: Collection[int] = ()
) -> BlotGeometry:
    """Find the lanes of a stain for total protein; no row of bands is looked for.

    The picture is cut into slabs. In each, a lane is what stands above the gutters at its two sides.

    Parameters
    ----------
    blot : Blot
        From `read_blot`.
    lanes : int
        How many lanes the picture has.
    boxes : sequence of Box
        From `check_boxes`: whole lanes.
    empty_lanes : collection of int
        Lanes, from 1, known to hold no protein; needed only for those at the edges.

    Returns
    -------
    BlotGeometry
        One nominal band a lane, as high as the picture.

    Raises
    ------
    LanesNotFound
        When the picture shows no lanes, or another number.
    InvalidBoxes
        When lanes laid out from the boxes would lie outside the picture.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(100, 2, (300, 400))
    >>> for x in (60, 130, 200, 270, 340):
    ...     picture[:, x - 20 : x + 21] += 40
    >>> geometry = find_whole_lanes(Blot("demo", picture, picture > 999), 5)
    >>> [round(lane.x[150]) for lane in geometry.lanes], round(geometry.lanes[0].width_px)
    ([60, 130, 200, 270, 340], 41)
    """
    drawn = {box.lane: box for box in boxes}
    if len(drawn) == lanes:
        return _geometry(blot, [_boxed(blot, drawn[n]) for n in range(1, lanes + 1)], ())
    picture = search_picture(blot.signal, blot.saturated, lanes)
    y, profiles, noise = _slabs(picture.signal, lanes)
    shown = profiles.max(axis=1) > max(_CLEAR_SLAB * noise, _SHOWS_LANES * float(profiles.max()))
    if not shown.any() and len(drawn) < min(2, lanes):
        remedy = (
            "Look at the picture: is it a stain for total protein, upright, and not inverted? Else give lane boxes."
        )
        raise LanesNotFound(
            blot.name, expected=f"{lanes_in_words(lanes)} as in the sheet", got="none seen", remedy=remedy
        )
    y, profiles = (y[shown], profiles[shown]) if shown.any() else (y, profiles)
    answer = np.sqrt(profiles / np.maximum(np.percentile(profiles, 90, axis=1, keepdims=True), 1e-9))
    rows = RowsAcross(y, answer, height_px=len(picture.signal))
    small = [replace(box, x=box.x / picture.across, width=box.width / picture.across) for box in boxes]
    comb, said = comb_with_boxes(blot.name, rows, picture.signal.shape, lanes, small, empty_lanes, 0.0)
    lines = draw_through_sides(profiles, y, comb, noise, len(picture.signal))
    at, level = np.arange(blot.shape[0]), np.arange(lines.x.shape[1])
    found = []
    for n, (x, width) in enumerate(zip(lines.x, lines.width_px, strict=True), start=1):
        centre = np.interp(at, level * picture.down + (picture.down - 1) / 2, x)
        centre = centre * picture.across + (picture.across - 1) / 2
        basis = "found" if comb.seen[n - 1] > comb.threshold else "neighbours"
        lane = Lane(n, centre, float(width) * picture.across, basis)
        found.append(_boxed(blot, drawn[n]) if n in drawn else lane)
    return _geometry(blot, found, tuple(s for s in said if s))


def _boxed(blot: Blot, box: Box) -> Lane:
    return Lane(box.lane, np.full(blot.shape[0], box.centre[0]), float(box.width), "box")


def _geometry(blot: Blot, lanes: Sequence[Lane], said: tuple[str, ...]) -> BlotGeometry:
    rows, columns = blot.shape
    middle = (rows - 1) / 2
    bands = tuple(Band(n.number, TOTAL, float(n.x[rows // 2]), middle, rows / 2, n.basis) for n in lanes)
    return BlotGeometry((TOTAL,), tuple(lanes), bands, np.zeros(columns), np.array([rows / 5]), said)


def _slabs(signal: Array, lanes: int) -> tuple[Array, Array, float]:
    """Return the middle row of each slab, how far its columns stand above the gutters beside them, and the noise."""
    rows, columns = signal.shape
    edges = np.linspace(0, rows, min(_SLABS, rows) + 1).astype(int)
    means = np.stack([signal[a:b].mean(axis=0) for a, b in pairwise(edges)])
    noise = 1.4826 * float(np.median(np.abs(np.diff(means, 2, axis=1)))) / np.sqrt(6)
    width = max(1, round(columns / lanes / 16))
    smooth = uniform_filter1d(means, width, axis=1, mode="nearest")
    wide = max(3, round(_WIDER_THAN_A_LANE * columns / lanes))
    padded = np.pad(smooth, ((0, 0), (wide, wide)), mode="edge")
    ground = grey_opening(padded, (1, wide))[:, wide:-wide]
    return (edges[:-1] + edges[1:] - 1) / 2, smooth - ground, max(noise / np.sqrt(width), 1e-9)
