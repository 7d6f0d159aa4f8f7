"""Lanes and bands where a person drew them: what the boxes sheet says, as geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blots.bands import crest_inside
from blots.boxes import Box
from blots.layout import Band, BlotGeometry, Lane

Array = NDArray[np.float64]


def through_boxes(centre: Array, boxes: Sequence[Box]) -> Array:
    """Return a centre line moved so that it runs through the middle of every box."""
    if not boxes:
        return centre
    rows = np.arange(len(centre), dtype=float)
    at = np.array([box.centre[1] for box in boxes])
    off = np.array([box.centre[0] for box in boxes]) - np.interp(at, rows, centre)
    return np.asarray(centre + np.interp(rows, at, off))


def boxed_band(signal: Array, lane: Lane, target: str, box: Box, sigma: float) -> Band:
    """Return the band of a box; its crest is looked for near the middle of the box only."""
    y = crest_inside(signal, box, sigma)
    return Band(lane.number, target, box.centre[0], y, box.height / 2, "box")


def geometry_of_boxes(
    signal: Array, lanes: int, targets: tuple[str, ...], given: dict[tuple[int, str], Box]
) -> BlotGeometry:
    """Return the geometry that the boxes alone describe."""
    placed, found = [], []
    sigma = np.array([np.median([given[n, t].height for n in range(1, lanes + 1)]) / 5 for t in targets])
    for number in range(1, lanes + 1):
        boxes = [given[number, t] for t in targets]
        whole = given.get((number, ""))
        width = whole.width if whole else float(np.median([box.width for box in boxes]))
        straight = np.full(len(signal), whole.centre[0] if whole else np.mean([box.centre[0] for box in boxes]))
        lane = Lane(number, through_boxes(straight, sorted(boxes, key=lambda box: box.y)), width, "box")
        found.append(lane)
        placed += [boxed_band(signal, lane, t, b, float(s)) for t, b, s in zip(targets, boxes, sigma, strict=True)]
    geometry = BlotGeometry(targets, tuple(found), tuple(placed), np.zeros(signal.shape[1]), sigma)
    return replace(geometry, course=_course_of(geometry, signal.shape[1]))


def _course_of(geometry: BlotGeometry, columns: int) -> Array:
    """Return the course of the rows that the boxed bands themselves show; level where there are too few."""
    if len(geometry.lanes) < 4:
        return np.zeros(columns)
    x = np.array([band.x for band in geometry.bands]).reshape(len(geometry.lanes), -1)
    off = geometry.y() - np.median(geometry.y(), axis=0)
    z = (np.arange(columns) - columns / 2) / (columns / 2)
    fitted = np.polynomial.Polynomial.fit(x.ravel(), off.ravel(), min(3, len(geometry.lanes) - 2))
    inside = np.clip(np.arange(columns), x.min(), x.max())
    curve = np.asarray(fitted(inside))
    return curve - float(np.interp(0.0, z, curve))
