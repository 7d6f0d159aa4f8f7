"""A divider as straight segments on the scale that a gate file is written in, with its distance from the divider."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from gating.dividers import Divider
from gating.errors import InvalidGate
from gating.exchange.transformations import Transformation

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = 1e12  # linear units; far beyond any detector, so that the far sides enclose every event
SMALLEST = 1.0  # linear units; a divider that passes 0 is followed to a part of this
MOST_VERTICES = 20_000
INSIDE = (np.arange(16) + 0.5) / 16.0  # where a segment is compared with its divider


@dataclass(frozen=True, eq=False)
class Segments:
    """A divider as a line of vertices, on scale.

    Attributes
    ----------
    divider : Divider
        What the segments stand for.
    scale, other_scale : FAsinh, Logicle or None
        Of the channel that is divided and of the other one; None is linear.
    other, value : ndarray, shape (n,)
        The vertices: place on the other channel, never falling, and on the divided one.
    """

    divider: Divider
    scale: Transformation | None
    other_scale: Transformation | None
    other: NDArray[np.float64]
    value: NDArray[np.float64]

    def polygon(self, swapped: bool) -> NDArray[np.float64]:
        """Return the positive side as a polygon, shape (n + 2, 2): (other, divided), or the reverse where swapped."""
        top = float(on_scale(self.scale, np.array([REACH]))[0])
        line = np.column_stack([self.other, self.value])
        whole = np.vstack([line, [[self.other[-1], top], [self.other[0], top]]])
        return np.ascontiguousarray(whole[:, ::-1] if swapped else whole)

    def gap(self) -> float:
        """Return the largest distance from the divider, as a part of the divider's value."""
        pairs = [slice(i, i + 2) for i in range(len(self.other) - 1) if self.other[i + 1] > self.other[i]]
        return max(float(_distances(self, self.other[pair], self.value[pair]).max()) for pair in pairs)

    def gap_units(self, other: NDArray[np.float64]) -> float:
        """Return the largest distance from the divider at these linear values of the other channel, linear units."""
        places = on_scale(self.other_scale, other)
        drawn = off_scale(self.scale, np.interp(places, self.other, self.value))
        return float(np.abs(drawn - self.divider.at(other)).max(initial=0.0))


def segments(
    divider: Divider, scale: Transformation | None, other_scale: Transformation | None, tolerance: float
) -> Segments:
    """Return segments that are nowhere further from a divider than a part of its value.

    Parameters
    ----------
    divider : Divider
        In linear units.
    scale, other_scale : FAsinh, Logicle or None
        Of the channel that is divided and of the other one.
    tolerance : float
        The part of the divider's value, or of its level or of one unit where these are larger.

    Raises
    ------
    InvalidGate
        The divider leaves the polygons, or needs more than 20,000 vertices.

    Examples
    --------
    >>> from gating.dividers import CurvedDivider
    >>> line = segments(CurvedDivider(level=500.0, spread=4.0), None, None, 1e-3)
    >>> len(line.other) < 200, line.gap() <= 1e-3
    (True, True)
    """
    ends = [-REACH, *divider.breaks, REACH]
    if max(abs(b) for b in divider.breaks or (0.0,)) >= REACH or (abs(divider.at(np.array(ends))) >= REACH).any():
        raise InvalidGate(
            "the divider",
            expected=f"thresholds between -{REACH:g} and {REACH:g} linear units",
            got=divider.equation,
            remedy="Give thresholds within the range of the detector.",
        )
    bare = Segments(divider, scale, other_scale, np.empty(0), np.empty(0))
    found: list[tuple[float, float]] = []
    for low, high in pairwise(ends):
        # A divider that steps holds its lower side up to the last number below the break.
        last = np.nextafter(high, -np.inf) if high < REACH else high
        low_place, high_place = on_scale(other_scale, np.array([low, high])).tolist()
        first, end = on_scale(scale, divider.at(np.array([low, last]))).tolist()
        found.extend([*_halved(bare, (low_place, first), (high_place, end), tolerance), (high_place, end)])
        if len(found) > MOST_VERTICES:
            raise _too_many(divider)
    other, value = np.array(list(dict.fromkeys(found))).T
    return Segments(divider, scale, other_scale, other, value)


def _halved(
    line: Segments, left: tuple[float, float], right: tuple[float, float], tolerance: float
) -> list[tuple[float, float]]:
    """Return the vertices from `left` on, without `right`, halving what is too far from the divider."""
    done: list[tuple[float, float]] = []
    todo = [(left, right)]
    while todo:
        start, stop = todo.pop()
        middle = start[0] + (stop[0] - start[0]) / 2.0
        share = _distances(line, np.array([start[0], stop[0]]), np.array([start[1], stop[1]]))
        if share.max() <= tolerance or not start[0] < middle < stop[0]:
            done.append(start)
            continue
        value = on_scale(line.scale, line.divider.at(off_scale(line.other_scale, np.array([middle]))))
        between = (middle, float(value[0]))
        todo += [(between, stop), (start, between)]
        if len(done) + len(todo) > MOST_VERTICES:
            raise _too_many(line.divider)
    return done


def _distances(line: Segments, other: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far one segment is from the divider at places inside it, as a part of the divider's value."""
    truth = line.divider.at(off_scale(line.other_scale, other[0] + INSIDE * (other[1] - other[0])))
    drawn = off_scale(line.scale, value[0] + INSIDE * (value[1] - value[0]))
    level = abs(float(line.divider.at(np.array([-REACH]))[0]))
    return np.asarray(np.abs(drawn - truth) / np.maximum(np.abs(truth), max(level, SMALLEST)))


def on_scale(scale: Transformation | None, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the places of linear values, shape (n,), on a scale; None is linear.

    Examples
    --------
    >>> from gating.exchange.transformations import FAsinh
    >>> on_scale(FAsinh(), np.array([0.0, 262_144.0])).round(12).tolist()
    [0.0, 1.0]
    """
    return _transformed(scale, values, "")


def off_scale(scale: Transformation | None, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the linear values of places, shape (n,), on a scale; None is linear.

    Examples
    --------
    >>> from gating.exchange.transformations import Logicle
    >>> off_scale(Logicle(), on_scale(Logicle(), np.array([-250.0, 9e4]))).round(6).tolist()
    [-250.0, 90000.0]
    """
    return _transformed(scale, places, "_inverse")


def _transformed(scale: Transformation | None, values: NDArray[np.float64], way: str) -> NDArray[np.float64]:
    if scale is None:
        return np.asarray(values, dtype=np.float64)
    from flowutils import transforms

    tag, parameters = scale.element
    named = {key.lower(): value for key, value in parameters.items()}
    transform = getattr(transforms, f"{tag.removeprefix('f')}{way}")
    column = np.array(values, dtype=np.float64).reshape(-1, 1)
    return np.asarray(transform(column, [0], **named), dtype=np.float64).ravel()


def _too_many(divider: Divider) -> InvalidGate:
    return InvalidGate(
        "the divider",
        expected=f"a curve that {MOST_VERTICES} segments can follow",
        got=divider.equation,
        remedy="Allow a larger tolerance, or write the gate on another scale.",
    )
