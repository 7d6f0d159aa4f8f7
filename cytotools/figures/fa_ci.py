"""The combination index over the fraction affected, on a logarithmic axis with 1 in its middle."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from cytotools.drawn_combinations import DrawnIndex
from cytotools.figures.style import COLOURS, MARKERS
from cytotools.number_words import fold
from cytotools.tables import rows_of

VERDICT_MARKERS = dict(zip(("synergy", "additive", "antagonism", "not resolved"), "vos^", strict=True))
LEAST_SPAN, MOST_SPAN = 2.2, 100.0  # how far from 1 the axis reaches
WORDS_ROOM = 1.14  # an axis this much longer has room for "synergy" and "antagonism" beyond what is drawn
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


def draw_fa_ci(ax: Axes, drawn: DrawnIndex) -> None:
    """Draw the index with its band, the levels that are reported, and each experiment."""
    low, high = _ends(drawn)
    ax.axhspan(1.0 / drawn.margin, drawn.margin, color="0.93", linewidth=0, zorder=0)
    ax.axhline(1.0, color="0.35", linewidth=0.8, zorder=1)
    if len(drawn.affected):
        told = np.isfinite(drawn.low) & np.isfinite(drawn.high)
        if told.any():
            below, above = (np.clip(side, low / 10, high * 10) for side in (drawn.low, drawn.high))
            ax.fill_between(drawn.affected, below, above, where=told.tolist(), color=COLOURS[0], alpha=0.2, linewidth=0)
        for own in drawn.experiments.values() if drawn.n > 1 else ():
            ax.plot(drawn.affected, own, color=COLOURS[0], linewidth=0.5, alpha=0.7)
        ax.plot(drawn.affected, drawn.index, color=COLOURS[0], linewidth=1.6)
    _draw_points(ax, drawn)
    _draw_levels(ax, drawn, low, high)
    ax.set_xlim(0.0, 1.0)
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    ax.set_yticks(ticks, [fold(tick) for tick in ticks])
    ax.minorticks_off()
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


def _draw_points(ax: Axes, drawn: DrawnIndex) -> None:
    points = drawn.points
    ax.plot(points["affected"], points["index"], linestyle="none", marker="x", color="0.45", markersize=3, mew=0.6)


def _draw_levels(ax: Axes, drawn: DrawnIndex, lowest: float, highest: float) -> None:
    for row in rows_of(drawn.levels):
        marker = VERDICT_MARKERS.get(str(row["verdict"]), MARKERS[-1])
        if np.isfinite(row["low"]) and np.isfinite(row["high"]):
            limits = np.clip([row["low"], row["high"]], lowest / 2, highest * 2)
            ax.plot([row["affected"]] * 2, limits, color="black", linewidth=1.0)
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
    parts = [drawn.index, drawn.low, drawn.high, *drawn.experiments.values()]
    parts += [drawn.levels[name].to_numpy(np.float64) for name in ("value", "low", "high")]
    parts.append(drawn.points["index"].to_numpy(np.float64))
    values = np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])
    values = np.abs(np.log(values[np.isfinite(values) & (values > 0)]))
    span = float(np.exp(WORDS_ROOM * np.quantile(values, 0.99))) * 1.1 if len(values) else LEAST_SPAN
    span = min(max(span, LEAST_SPAN), MOST_SPAN)
    return 1.0 / span, span
