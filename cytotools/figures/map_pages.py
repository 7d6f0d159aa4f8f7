"""Pages of plate maps: where each map and its colour bar stand, two a row, and wells in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.image import AxesImage

from gating.plots import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAP_INCHES = (3.7, 2.35)
SCALE_INCHES = (0.05, 0.13)  # from the edge of a map to its scale's two sides
SCALE_STEPS = 128
NAMED_WELLS = 8


def map_axes(figure: Figure, place: int, rows: int, columns: int = 2, height: float = MAP_INCHES[1]) -> Axes:
    """Return the axes of the map at a place, row by row from 0, with room for its scale; `height` is in inches."""
    width, (row, column) = MAP_INCHES[0], divmod(place, columns)
    left, bottom = column * width + 0.22, (rows - 1 - row) * height + 0.08
    size = (columns * width, rows * height)
    return figure.add_axes(tuple(np.divide((left, bottom, width - 0.72, height - 0.46), (*size, *size))))


def draw_scale(ax: Axes, image: AxesImage, limits: tuple[float, float], write: Callable[[float], str]) -> None:
    """Draw beside a map the scale of its colours, whose ends and middle are named.

    A colour bar of matplotlib's own is an axes with ticks, which take longer than the map.
    """
    low, high = limits
    inch = 1.0 / (MAP_INCHES[0] - 0.72)  # in widths of the map
    left, right = 1.0 + SCALE_INCHES[0] * inch, 1.0 + SCALE_INCHES[1] * inch
    norm: Any = image.norm
    strip = AxesImage(ax, cmap=image.cmap, norm=norm, extent=(left, right, 0.0, 1.0), interpolation="nearest")
    strip.set_data(np.linspace(high, low, SCALE_STEPS)[:, None])
    strip.set(transform=ax.transAxes, clip_on=False, in_layout=False)
    ax.add_artist(strip)
    strip.set_clip_on(False)
    places = [(right + 0.03 * inch, at) for at in (0.0, 0.5, 1.0)]
    named = [write(value) for value in (low, (low + high) / 2, high)]
    Words(ax, named, places, size=5.5, across="left", transform=ax.transAxes)


def named_wells(wells: Sequence[str]) -> str:
    """Return the first wells by name, and how many more there are.

    Examples
    --------
    >>> named_wells(["A1", "B2"]), named_wells([f"A{k}" for k in range(1, 11)])
    ('A1, B2', 'A1, A2, A3, A4, A5, A6, A7, A8 and 2 more')
    """
    more = len(wells) - NAMED_WELLS
    return ", ".join(wells[:NAMED_WELLS]) + (f" and {more} more" if more > 0 else "")
