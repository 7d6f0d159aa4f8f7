"""The normalised isobologram of two agents: what the combination takes of each over what it takes alone."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from cytotools.drawn_combinations import DrawnIndex, DrawnIsobole
from cytotools.figures.open_bars import draw_open_bar
from cytotools.figures.style import COLOURS, MARKERS
from cytotools.labels import shown

LEAST_END, MOST_END = 1.15, 4.0  # the axis is longer than these only for doses themselves, never for their limits
LONGEST = 22


def draw_isobologram(ax: Axes, drawn: DrawnIndex) -> None:
    """Draw the line on which doses add, and the combination at each effect with its limits."""
    end = _end(drawn)
    ax.plot([0, 1], [1, 0], color="0.35", linewidth=0.9)
    for k, isobole in enumerate(drawn.isoboles):
        _draw_isobole(ax, isobole, COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)], end)
    for place, axis in ((ax.set_xlabel, 0), (ax.set_ylabel, 1)):
        place(f"{shown(drawn.agents[axis], LONGEST)}: in combination / alone")
    ax.set_xlim(0.0, end)
    ax.set_ylim(0.0, end)
    ax.set_aspect("equal")
    ax.legend(loc="upper left", bbox_to_anchor=(-0.1, -0.17), fontsize=6.4, handlelength=1.2, borderaxespad=0.0)


def _draw_isobole(ax: Axes, isobole: DrawnIsobole, colour: str, marker: str, end: float) -> None:
    (x, x_low, x_high), (y, y_low, y_high) = isobole.parts
    if not (np.isfinite(x) and np.isfinite(y)):
        return
    draw_open_bar(ax, y, (x_low, x_high), (0.0, end), "x", color=colour, linewidth=1.0)
    draw_open_bar(ax, x, (y_low, y_high), (0.0, end), "y", color=colour, linewidth=1.0)
    label = f"{isobole.affected:.0%} affected".replace("%", " %")
    ax.plot(x, y, marker=marker, color=colour, markersize=5, linestyle="none", label=label, clip_on=False)


def _end(drawn: DrawnIndex) -> float:
    parts = np.array([one.parts for one in drawn.isoboles])
    parts = np.where(np.isfinite(parts), 1.1 * parts, 0.0)
    return float(max(LEAST_END, min(parts.max(), MOST_END), parts[..., 0].max()))
