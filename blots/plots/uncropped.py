"""A whole picture with the boxes drawn on it that the strips of a figure were cut from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from blots.blot import Blot
from blots.panel import Strip
from blots.plots.labels import spread_labels
from blots.plots.picture import BAND_COLOUR, show_picture, small_print

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAME = 7.0


def draw_uncropped(ax: Axes, blot: Blot, strips: Sequence[Strip], *, height_in: float) -> None:
    """Draw a picture from edge to edge, upright, with a box and a name for every strip.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    blot : Blot
        The strips' picture.
    strips : sequence of Strip
        Cut from it.
    height_in : float
        How high the picture will be printed, in inches: names keep clear of one another at that height.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from blots.grey_window import GreyWindow
    >>> from blots.panel import Crop, Source
    >>> blot = Blot("demo", np.arange(6000.0).reshape(60, 100), np.zeros((60, 100), dtype=bool))
    >>> strip = Strip("actin", Source("a.tif"), (100, 60), Crop(10, 20, 80, 12), 0, GreyWindow(0.0, 6000.0), False, ())
    >>> ax = Figure().subplots()
    >>> draw_uncropped(ax, blot, [strip], height_in=2.0)
    >>> ax.texts[0].get_text(), int(ax.patches[0].get_width())
    ('actin', 80)
    """
    from matplotlib.patches import Rectangle

    said = show_picture(ax, blot)
    rows, columns = blot.shape
    stored = (rows, columns) if blot.quarter_turns % 2 == 0 else (columns, rows)
    crops = [strip.crop.turned(-blot.quarter_turns % 4, stored) for strip in strips]
    for crop in crops:
        for colour, width in (("white", 2.2), (BAND_COLOUR, 1.0)):
            ax.add_patch(
                Rectangle(
                    (crop.x - 0.5, crop.y - 0.5), crop.width, crop.height, fill=False, edgecolor=colour, linewidth=width
                )
            )
    order = np.argsort([crop.y + crop.height / 2 for crop in crops], kind="stable")
    apart = 1.3 * _NAME / 72 / height_in * rows
    wanted = np.array([crops[i].y + crops[i].height / 2 for i in order])
    spare = max(0.0, apart * (len(wanted) - 1) - (rows - 1)) / 2
    places = spread_labels(wanted, apart, -spare, rows - 1.0 + spare)
    for i, place in zip(order, places, strict=True):
        ax.annotate(
            strips[i].target,
            (crops[i].x - 0.5, crops[i].y + crops[i].height / 2),
            xytext=(-0.015 * columns, place),
            textcoords="data",
            ha="right",
            va="center",
            fontsize=_NAME,
            color=BAND_COLOUR,
            parse_math=False,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "lw": 0.4, "color": BAND_COLOUR, "shrinkA": 0, "shrinkB": 0},
        )
    small_print(ax, [said, "boxes: what the figure shows"])
