"""The normalised isobologram of two agents: what the combination takes of each over what it takes alone."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from cytotools.drawn_combinations import DrawnIndex, DrawnIsobole
from cytotools.figures.style import COLOURS, MARKERS
from cytotools.labels import shown

LEAST_END, MOST_END = 1.15, 4.0
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
    ax.legend(loc="upper right", fontsize=6.2, handlelength=1.2)


def _draw_isobole(ax: Axes, isobole: DrawnIsobole, colour: str, marker: str, end: float) -> None:
    (x, x_low, x_high), (y, y_low, y_high) = isobole.parts
    if not (np.isfinite(x) and np.isfinite(y)):
        return
    for low, high, along in ((x_low, x_high, True), (y_low, y_high, False)):
        if np.isfinite(low) and np.isfinite(high):
            limits = np.clip([low, high], 0.0, 2 * end)
            ax.plot(*((limits, [y, y]) if along else ([x, x], limits)), color=colour, linewidth=1.0)
    label = f"{isobole.affected:.0%} affected".replace("%", " %")
    ax.plot(x, y, marker=marker, color=colour, markersize=5, linestyle="none", label=label)


def _end(drawn: DrawnIndex) -> float:
    values = [value for one in drawn.isoboles for part in one.parts for value in part]
    finite = [value for value in values if np.isfinite(value)]
    return min(max([1.1 * value for value in finite] + [LEAST_END]), MOST_END)
