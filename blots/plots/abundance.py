"""Ratios between two lines: a row a target, its interval on a logarithmic axis, and every replicate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from blots.plots.time_course import plain_fold

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, POINTS, BOUND = "#0072B2", "#56B4E9", "0.35"
MOST_TICKS = 7
NAME_POINTS = 8.0


def draw_abundance(ax: Axes, ratios: pd.DataFrame, points: pd.DataFrame, limits: tuple[float, float]) -> None:
    """Draw the ratios of one pair of lines.

    Parameters
    ----------
    ax : Axes
    ratios : DataFrame
        Rows of abundance.csv of one pair, one a target: `target, ratio, low, high, n`. A bound (no ratio, one limit) is
        an arrow from its limit; a row without numbers is left empty and says so.
    points : DataFrame
        Rows of `blots.abundance.replicate_ratios` of the pair. Where a level was below detection the point is an open
        triangle that points to where the ratio lies.
    limits : tuple of float
        Of the axis, as `ratio_limits` gives them for all pairs of a figure.
    """
    ax.set_xscale("log", base=2)
    ax.set_xlim(*limits)
    ax.set_ylim(len(ratios) - 0.4, -0.6)
    _set_ticks(ax, limits)
    ax.axvline(1.0, color="0.6", linewidth=0.8, zorder=0)
    for place, row in enumerate(ratios.to_dict("records")):
        own = points[points["target"] == row["target"]]
        _draw_points(ax, own, place)
        _draw_interval(ax, float(row["ratio"]), float(row["low"]), float(row["high"]), place)
        ax.annotate(
            ratio_words(float(row["ratio"]), float(row["low"]), float(row["high"])) + f"  n = {row['n']:g}",
            (1.0, place), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
            va="center", fontsize=NAME_POINTS - 1, annotation_clip=False,
        )  # fmt: skip
    ax.set_yticks(range(len(ratios)), [str(name).replace("$", r"\$") for name in ratios["target"]])
    ax.tick_params(axis="y", length=0, labelsize=NAME_POINTS)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set_xlabel("Ratio of levels")


def ratio_limits(ratios: pd.DataFrame, points: pd.DataFrame) -> tuple[float, float]:
    """Return limits of the axis that hold every ratio, finite limit and point, at least from 1/2 to 2.

    An interval that would stretch the axis beyond 64-fold either side runs to its edge instead.
    """
    columns = [ratios[name] for name in ("ratio", "low", "high")] + [points["ratio"]]
    values = np.concatenate([column.to_numpy(dtype=float) for column in columns])
    logs = np.log2(values[np.isfinite(values) & (values > 0)])
    reach = np.log2(points["ratio"].to_numpy(dtype=float))
    far = max(6.0, float(np.abs(reach[np.isfinite(reach)]).max(initial=0.0)))
    low, high = min(max(logs.min(initial=0.0), -far), -1.0), max(min(logs.max(initial=0.0), far), 1.0)
    margin = 0.06 * (high - low)
    return float(2.0 ** (low - margin)), float(2.0 ** (high + margin))


def ratio_words(ratio: float, low: float, high: float) -> str:
    """Return a ratio in words: the estimate with its interval, a bound, or that there is none.

    Examples
    --------
    >>> ratio_words(0.5123, 0.4, 0.7), ratio_words(np.nan, 0.0, 0.25), ratio_words(np.nan, 3.0, np.inf)
    ('0.512 (0.4 to 0.7)', '< 0.25', '> 3')
    """
    if np.isfinite(ratio):
        return f"{ratio:.3g} ({low:.3g} to {high:.3g})" if np.isfinite(low) else f"{ratio:.3g}"
    if low == 0 and np.isfinite(high):
        return f"< {high:.3g}"
    return f"> {low:.3g}" if low > 0 and high == np.inf else "not comparable"


def _set_ticks(ax: Axes, limits: tuple[float, float]) -> None:
    lowest, highest = int(np.ceil(np.log2(limits[0]))), int(np.floor(np.log2(limits[1])))
    step = max(1, -(-(highest - lowest + 1) // MOST_TICKS))
    ax.xaxis.set_major_locator(FixedLocator([2.0**k for k in range(lowest, highest + 1) if k % step == 0]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: plain_fold(ratio)))
    ax.xaxis.set_minor_locator(NullLocator())


def _draw_points(ax: Axes, own: pd.DataFrame, place: int) -> None:
    for row in own.to_dict("records"):
        limit = "<" if row["censored"] else ">" if row["reference_censored"] else ""
        ax.plot(
            row["ratio"], place + 0.22, marker=limit or "o", markersize=3.6, markeredgewidth=0.8,
            markeredgecolor=BOUND if limit else INK, markerfacecolor="white" if limit else POINTS, zorder=4,
        )  # fmt: skip


def _draw_interval(ax: Axes, ratio: float, low: float, high: float, place: int) -> None:
    left, right = ax.get_xlim()
    if np.isfinite(ratio):
        if np.isfinite(low):
            ax.hlines(place, max(low, left), min(high, right), color=INK, linewidth=1.6, zorder=3)
        ax.plot(ratio, place, "D", color=INK, markersize=5.6, markeredgecolor="white", markeredgewidth=0.6, zorder=5)
    elif (low == 0 and np.isfinite(high)) or (low > 0 and high == np.inf):
        limit, end = (high, left) if low == 0 else (low, right)
        arrow = {"arrowstyle": "-|>", "color": BOUND, "linewidth": 1.2, "linestyle": "--", "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (end, place), (limit, place), arrowprops=arrow, annotation_clip=False)
        ax.plot(limit, place, "|", color=BOUND, markersize=8, markeredgewidth=1.4, zorder=5)
