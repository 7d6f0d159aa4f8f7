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

PANEL_INCHES, HEIGHT_INCHES = 3.1, 3.9
LONGEST = 60


def index_figure(drawn: DrawnIndex) -> tuple[Figure, str, str]:
    """Return the figure of a combination with its title and caption."""
    panels: list[Any] = [draw_fa_ci, draw_median_effects]
    if drawn.isoboles:
        panels.append(draw_isobologram)
    figure = Figure(figsize=(PANEL_INCHES * len(panels), HEIGHT_INCHES), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, len(panels)))
    for ax, draw in zip(axes, panels, strict=True):
        draw(ax, drawn)
    agents = " + ".join(drawn.agents)
    figure.suptitle(f"{shown(agents, LONGEST)} {drawn.ratio}, {shown(drawn.name, LONGEST)}", fontsize=9.0)
    return figure, f"{agents} ({drawn.ratio}), {drawn.name}", _caption(drawn)


def _caption(drawn: DrawnIndex) -> str:
    band = "its 95 % t interval over experiments" if drawn.n > 1 else "the 95 % limits of its wells"
    words = [
        f"{drawn.headline} (n = {drawn.n} independent experiments).",
        "Left: combination index over the fraction affected, within the effects that every curve was tested at, with",
        f"{band}; thin: each experiment; crosses: single doses at their measured effect; shaded: indices that count as",
        f"additive (1 / {drawn.margin:g} to {drawn.margin:g}).",
        "Next: median-effect plot, lines by least squares of the fractions affected; open marks at the edges are means",
        "at or beyond 0 or 1.",
    ]
    if drawn.isoboles:
        words += [
            "Right: doses in the combination over the dose of each agent alone with the same effect; on the line they",
            "add (Loewe), below it there is synergy. Bars: 95 % limits over experiments.",
        ]
    return " ".join(words)
