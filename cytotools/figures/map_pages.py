"""Pages of plate maps: where each map and its colour bar stand, two a row, and wells in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

MAP_INCHES = (3.7, 2.35)
NAMED_WELLS = 8


def map_axes(
    figure: Figure, place: int, rows: int, columns: int = 2, height: float = MAP_INCHES[1]
) -> tuple[Axes, Axes]:
    """Return the axes of the map at a place, row by row from 0, and of its colour bar; `height` is in inches."""
    width, (row, column) = MAP_INCHES[0], divmod(place, columns)
    left, bottom = column * width + 0.22, (rows - 1 - row) * height + 0.08
    size = (columns * width, rows * height)
    ax = figure.add_axes(tuple(np.divide((left, bottom, width - 0.72, height - 0.46), (*size, *size))))
    bar = figure.add_axes(tuple(np.divide((left + width - 0.67, bottom, 0.08, height - 0.46), (*size, *size))))
    return ax, bar


def draw_scale(
    figure: Figure, image: AxesImage, bar: Axes, limits: tuple[float, float], write: Callable[[float], str]
) -> None:
    """Draw a colour bar whose ends and middle are named."""
    low, high = limits
    ticks = [low, (low + high) / 2, high]
    scale = figure.colorbar(image, cax=bar, ticks=ticks)
    scale.outline.set_visible(False)
    bar.set_yticklabels([write(value) for value in ticks], fontsize=5.5)
    bar.tick_params(length=1.5, pad=1.5)


def named_wells(wells: Sequence[str]) -> str:
    """Return the first wells by name, and how many more there are.

    Examples
    --------
    >>> named_wells(["A1", "B2"]), named_wells([f"A{k}" for k in range(1, 11)])
    ('A1, B2', 'A1, A2, A3, A4, A5, A6, A7, A8 and 2 more')
    """
    more = len(wells) - NAMED_WELLS
    return ", ".join(wells[:NAMED_WELLS]) + (f" and {more} more" if more > 0 else "")
