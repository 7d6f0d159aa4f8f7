"""The combination index over the fraction affected, on a logarithmic axis with 1 in its middle."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cytotools.drawn_combinations import DrawnIndex
from cytotools.figures.log_ticks import set_log_ticks
from cytotools.figures.open_bars import draw_open_bar
from cytotools.figures.style import COLOURS, MARKERS
from cytotools.tables import rows_of

VERDICT_MARKERS = dict(zip(("synergy", "additive", "antagonism", "not resolved"), "vos^", strict=True))
LEAST_SPAN, MOST_SPAN = 2.2, 100.0  # how far from 1 the axis reaches; farther for the index itself alone
WORDS_ROOM = 1.14  # an axis this much longer has room for "synergy" and "antagonism" beyond what is drawn
FloatArray = NDArray[np.float64]


def draw_fa_ci(ax: Axes, drawn: DrawnIndex) -> None:
    """Draw the index with its band, the levels that are reported, and each experiment."""
    low, high = _ends(drawn)
    ax.axhspan(1.0 / drawn.margin, drawn.margin, color="0.93", linewidth=0, zorder=0)
    ax.axhline(1.0, color="0.35", linewidth=0.8, zorder=1)
    if len(drawn.affected):
        told = ~(np.isnan(drawn.low) | np.isnan(drawn.high))
        if told.any():
            below, above = (np.clip(side, low, high) for side in (drawn.low, drawn.high))
            ax.fill_between(drawn.affected, below, above, where=told.tolist(), color=COLOURS[0], alpha=0.2, linewidth=0)
        for own in drawn.experiments.values() if drawn.n > 1 else ():
            ax.plot(drawn.affected, own, color=COLOURS[0], linewidth=0.5, alpha=0.7)
        ax.plot(drawn.affected, drawn.index, color=COLOURS[0], linewidth=1.6)
    _draw_points(ax, drawn, low, high)
    _draw_levels(ax, drawn, low, high)
    ax.set_xlim(0.0, 1.0)
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    set_log_ticks(ax, "y")
    ax.set_xlabel("fraction affected")
    ax.set_ylabel("combination index")
    ax.set_title(drawn.headline, fontsize=7.5)
    for words, at, align in (("antagonism", high, "top"), ("synergy", low, "bottom")):
        ax.annotate(
            words,
            (0.02, at),
            (0, -2 if align == "top" else 2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va=align,
            fontsize=6.4,
            color="0.35",
        )


def _draw_points(ax: Axes, drawn: DrawnIndex, lowest: float, highest: float) -> None:
    """Draw the index of each dose; one beyond the axis stands at its edge."""
    at = drawn.points["index"].to_numpy(np.float64).clip(lowest, highest)
    style: dict[str, Any] = {"marker": "x", "color": "0.45", "markersize": 3, "mew": 0.6}
    ax.plot(drawn.points["affected"], at, linestyle="none", clip_on=False, **style)


def _draw_levels(ax: Axes, drawn: DrawnIndex, lowest: float, highest: float) -> None:
    for row in rows_of(drawn.levels):
        marker = VERDICT_MARKERS.get(str(row["verdict"]), MARKERS[-1])
        limits = row["low"], row["high"]
        draw_open_bar(ax, row["affected"], limits, (lowest, highest), "y", color="black", linewidth=1.0)
        if np.isfinite(row["value"]):
            label = str(row["verdict"])
            ax.plot(
                row["affected"], row["value"], marker=marker, color="black", markersize=5, linestyle="none", label=label
            )
    handles, labels = ax.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    if once:
        ax.legend(
            list(once.values()),
            list(once),
            loc="upper left",
            bbox_to_anchor=(-0.1, -0.17),
            fontsize=6.4,
            handlelength=1.2,
            borderaxespad=0.0,
        )


def _ends(drawn: DrawnIndex) -> tuple[float, float]:
    """Return an axis about 1 that holds the index and its limits as far as they are not absurd."""
    value, low, high = (drawn.levels[name].to_numpy(np.float64) for name in ("value", "low", "high"))
    others = _far([drawn.low, drawn.high, *drawn.experiments.values(), drawn.points["index"].to_numpy(np.float64)])
    usual = float(np.quantile(others, 0.99)) if len(others) else 0.0  # single doses may be anywhere
    span = min(max(usual, _far([low, high]).max(initial=0.0)), np.log(MOST_SPAN))
    span = max(span, _far([drawn.index, value]).max(initial=0.0))
    span = max(1.1 * float(np.exp(WORDS_ROOM * span)), LEAST_SPAN)
    return 1.0 / span, span


def _far(parts: list[FloatArray]) -> FloatArray:
    """Return how far from 1 indices lie, as the logarithm of their fold."""
    values = np.concatenate(parts)
    return np.abs(np.log(values[np.isfinite(values) & (values > 0)]))
