"""One combination in a constant ratio: its index over the effect, its median-effect lines, and its isobologram."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from cytotools.drawn_combinations import DrawnIndex
from cytotools.figures.fa_ci import draw_fa_ci
from cytotools.figures.isobologram import draw_isobologram
from cytotools.figures.median_effect_plot import draw_median_effects
from cytotools.labels import shown

AXES_INCHES, LEFT_INCHES, BETWEEN_INCHES = 2.5, 0.65, 0.75
BELOW_INCHES, CURVE_INCHES, ABOVE_INCHES = 0.55, 0.28, 0.65  # below stands the legend, a curve in two lines
LONGEST = 60


def index_figure(drawn: DrawnIndex) -> Figure:
    """Return the figure of a combination."""
    panels: list[Any] = [draw_fa_ci, draw_median_effects]
    if drawn.isoboles:
        panels.append(draw_isobologram)
    width = LEFT_INCHES + len(panels) * (AXES_INCHES + BETWEEN_INCHES)
    below = BELOW_INCHES + CURVE_INCHES * len(drawn.curves)
    height = below + AXES_INCHES + ABOVE_INCHES
    figure = Figure(figsize=(width, height))
    for k, draw in enumerate(panels):
        left = LEFT_INCHES + k * (AXES_INCHES + BETWEEN_INCHES)
        inches = (left, below, AXES_INCHES, AXES_INCHES)
        draw(figure.add_axes(tuple(np.divide(inches, (width, height) * 2))), drawn)
    agents = " + ".join(drawn.agents)
    title = f"{shown(agents, LONGEST)} {drawn.ratio}, {shown(drawn.name, LONGEST)}"
    figure.text(0.02, 1.0 - 0.25 / height, title, fontsize=9.0)
    return figure


def index_words(drawn: DrawnIndex) -> tuple[str, str]:
    """Return the title and the caption of the figure of a combination."""
    return f"{' + '.join(drawn.agents)} ({drawn.ratio}), {drawn.name}", _caption(drawn)


def _caption(drawn: DrawnIndex) -> str:
    several = drawn.n > 1
    band = "its 95 % t interval over experiments; thin: each experiment" if several else "the 95 % limits of its wells"
    words = [
        f"{drawn.headline} (n = {drawn.n} independent experiment{'s' if several else ''}).",
        "Left: combination index over the fraction affected, within the effects that every curve was tested at, with",
        f"{band}; crosses: single doses at their measured effect, at the edge where beyond the axis; arrow: a limit",
        f"beyond the axis or open; shaded: indices that count as additive (1 / {drawn.margin:g} to {drawn.margin:g}).",
        "Next: median-effect plot, lines by least squares of the fractions affected; open marks at the edges are means",
        "at or beyond 0 or 1, or so near them that they lie beyond the axis.",
    ]
    if drawn.isoboles:
        words += [
            "Right: doses in the combination over the dose of each agent alone with the same effect; on the line they",
            "add (Loewe), below it there is synergy."
            + (" Bars: 95 % limits over experiments, arrows as above." if several else ""),
        ]
    return " ".join(words)
