"""The bar of an interval: cut at the axis, with an arrow where a limit lies beyond it or is open."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

ARROWS = {"x": ("<", ">"), "y": ("v", "^")}


def draw_open_bar(
    ax: Axes, place: float, limits: tuple[float, float], ends: tuple[float, float], along: str, **style: Any
) -> None:
    """Draw an interval along the `x` or `y` axis.

    Parameters
    ----------
    ax : matplotlib Axes
    place : float
        Where the bar stands on the other axis.
    limits : tuple (low, high)
        One that is infinite or NaN is open; where both are NaN nothing is drawn.
    ends : tuple (low, high)
        Of the axis along the bar.
    along : str
        "x" or "y".
    **style
        Of the line: `color`, `linewidth`.
    """
    if np.isnan(limits).all():
        return
    low, high = (limit if np.isfinite(limit) else open_ for limit, open_ in zip(limits, (-np.inf, np.inf), strict=True))

    def plot(values: list[float], **more: Any) -> None:
        across = [place] * len(values)
        ax.plot(*((values, across) if along == "x" else (across, values)), **(style | more))

    plot(list(np.clip([low, high], *ends)), solid_capstyle="butt")
    for edge, is_beyond, arrow in zip(ends, (low < ends[0], high > ends[1]), ARROWS[along], strict=True):
        if is_beyond:
            plot([edge], marker=arrow, markersize=4.5, linestyle="none", clip_on=False)
