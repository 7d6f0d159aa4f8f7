"""Four rectangles that share a corner are a quadrant gate: so FlowJo and CytoML write one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OPEN = 2_147_483_647.0  # what CytoML writes where a rectangle has no limit


@dataclass(frozen=True)
class Side:
    """One dimension of a rectangle: a channel and its limits, None where it is open.

    `scale` tells apart the same channel on another scale or under another compensation.
    """

    channel: str
    low: float | None
    high: float | None
    scale: str = ""


@dataclass(frozen=True, eq=False)
class Rectangle:
    """A rectangle gate on two channels, with the names of the gates above it."""

    parents: tuple[str, ...]
    sides: Sequence[Side]


@dataclass(frozen=True, eq=False)
class Cross:
    """The cross that four rectangles leave between them."""

    first: Rectangle
    thresholds: tuple[float, float]

    @property
    def parents(self) -> tuple[str, ...]:
        """The gates above it."""
        return self.first.parents

    @property
    def sides(self) -> Sequence[Side]:
        """The two dimensions, in the order of the first rectangle."""
        return self.first.sides

    @property
    def channels(self) -> tuple[str, ...]:
        """The two channels."""
        return tuple(side.channel for side in self.sides)


def crosses(rectangles: Sequence[Rectangle]) -> list[Cross]:
    """Return the crosses among rectangles: four siblings, open outwards, one in each quarter round the same point.

    Examples
    --------
    >>> below, above = {"low": None, "high": 5.0}, {"low": 5.0, "high": None}
    >>> quarters = [(below, above), (above, above), (above, below), (below, below)]
    >>> [c.thresholds for c in crosses([Rectangle((), [Side("A", **x), Side("B", **y)]) for x, y in quarters])]
    [(5.0, 5.0)]
    """
    corners: dict[object, dict[tuple[bool, bool], Rectangle]] = {}
    for rectangle in rectangles:
        limits = [_limit(side) for side in rectangle.sides]
        if len(limits) != 2 or limits[0] is None or limits[1] is None:
            continue
        (x, right), (y, upper) = limits[0], limits[1]
        across, up = ((side.channel, side.scale) for side in rectangle.sides)
        corners.setdefault((rectangle.parents, across, up, x, y), {})[right, upper] = rectangle
    found = []
    for key, quarters in corners.items():
        if len(quarters) == 4:
            _, _, _, x, y = key  # type: ignore[misc]
            found.append(Cross(next(iter(quarters.values())), (x, y)))
    return found


def _limit(side: Side) -> tuple[float, bool] | None:
    """Return the one limit of a side and whether the rectangle lies above it; None where it has two or none."""
    low = side.low if side.low is not None and side.low > -OPEN else None
    high = side.high if side.high is not None and side.high < OPEN else None
    if (low is None) == (high is None):
        return None
    return (low, True) if low is not None else (float(high or 0.0), False)
