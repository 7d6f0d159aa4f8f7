"""The cleaved fraction over time: a line and 95 % interval for each series, bounds, and every replicate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.ticker import FixedLocator, FuncFormatter, PercentFormatter

from blots.plots.labels import moved_apart
from blots.plots.time_course import COLOURS, LINES, MARKERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

DODGE, ASIDE = 0.014, 0.013  # of the width of the hours' axis
LABELLED = 0.06  # least distance of two labelled hours
LABEL_GAP_POINTS = 11.0


def draw_cleavage(ax: Axes, fractions: pd.DataFrame, points: pd.DataFrame) -> None:
    """Draw the cleaved fraction of one target against hours.

    Parameters
    ----------
    ax : Axes
    fractions : DataFrame
        Rows of cleavage.csv of one target, and `series`, the name of the line that each belongs to. Where there is a
        bound instead of a fraction, its range is a grey bar with a triangle at the limit.
    points : DataFrame
        Rows of `blots.cleavage.replicate_fractions`, with `series`. A replicate with a form below detection is an open
        triangle at its limit.
    """
    hours = np.unique(fractions["hours"].dropna().to_numpy(dtype=float))
    margin = 0.05 * max(float(np.ptp(hours)), 1.0) if len(hours) else 1.0
    if len(hours):
        ax.set_xlim(hours[0] - margin, hours[-1] + margin)
        _set_hours(ax, hours)
    ax.set_ylim(-0.03, 1.03)
    ax.yaxis.set_major_locator(FixedLocator([0.0, 0.25, 0.5, 0.75, 1.0]))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("Hours")
    ax.set_ylabel("Cleaved fraction")
    names = list(dict.fromkeys(fractions["series"]))
    width = float(np.ptp(ax.get_xlim()))
    for index, name in enumerate(names):
        offset = (index - (len(names) - 1) / 2) * DODGE * width
        _draw_points(ax, points[points["series"] == name], index, offset + ASIDE * width)
        _draw_series(ax, fractions[fractions["series"] == name].sort_values("hours"), index, offset)
    if len(names) > 1:
        _name_lines(ax, fractions, names)


def _set_hours(ax: Axes, hours: NDArray[np.float64]) -> None:
    labelled = [float(hours[0])]
    for hour in hours[1:]:
        if hour - labelled[-1] >= LABELLED * float(np.ptp(ax.get_xlim())):
            labelled.append(float(hour))
    ax.xaxis.set_major_locator(FixedLocator([float(hour) for hour in hours]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda hour, _: f"{hour:g}" if hour in labelled else ""))


def _draw_points(ax: Axes, own: pd.DataFrame, index: int, offset: float) -> None:
    colour = COLOURS[index % len(COLOURS)]
    for row in own.to_dict("records"):
        limit = "v" if row["cleaved_censored"] else "^" if row["full_censored"] else ""
        ax.plot(
            row["hours"] + offset, row["cleaved_fraction"], linestyle="none",
            marker=limit or MARKERS[index % len(MARKERS)], markersize=3.4, markeredgewidth=0.7, markeredgecolor=colour,
            markerfacecolor="white" if limit else (*to_rgb(colour), 0.35), zorder=4, clip_on=False,
        )  # fmt: skip


def _draw_series(ax: Axes, own: pd.DataFrame, index: int, offset: float) -> None:
    colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    hours, fraction, low, high = (own[c].to_numpy(dtype=float) for c in ("hours", "cleaved_fraction", "low", "high"))
    known = np.isfinite(fraction)
    reach = np.nan_to_num(np.maximum(np.stack([fraction - low, high - fraction]), 0.0))
    ax.errorbar(
        (hours + offset)[known], fraction[known], yerr=reach[:, known], color=colour,
        linestyle=LINES[index % len(LINES)], linewidth=1.4, elinewidth=1.0, capsize=2.5, marker=marker, markersize=5.5,
        markeredgecolor="white", markeredgewidth=0.6, zorder=3,
    )  # fmt: skip
    bound = ~known & np.isfinite(low) & np.isfinite(high)
    ax.vlines((hours + offset)[bound], low[bound], high[bound], color=colour, linewidth=3.5, alpha=0.3, zorder=2)
    for below, shape in ((low == 0, "v"), (high == 1, "^")):
        at = bound & below
        if at.any():  # an empty line that is not clipped would count at the corner of the figure
            limit = (high if shape == "v" else low)[at]
            ax.plot((hours + offset)[at], limit, shape, color=colour, markersize=5.0, zorder=3, clip_on=False)


def _name_lines(ax: Axes, fractions: pd.DataFrame, names: list[str]) -> None:
    """Write each series' name at the end of its line, moved apart where two ends lie close."""
    ends = [fractions[fractions["series"] == name].sort_values("hours").tail(1).iloc[0] for name in names]
    places = [float(end["cleaved_fraction"]) for end in ends]
    places = [
        place if np.isfinite(place) else float(np.nan_to_num((end["low"] + end["high"]) / 2))
        for place, end in zip(places, ends, strict=True)
    ]
    points_per_pixel = 72.0 / float(ax.get_figure(root=True).dpi)  # type: ignore[union-attr]
    heights = ax.transData.transform(np.column_stack([np.zeros(len(places)), places]))[:, 1] * points_per_pixel
    spread = moved_apart(heights, LABEL_GAP_POINTS)
    for index, (name, end, place) in enumerate(zip(names, ends, places, strict=True)):
        ax.annotate(
            name, xy=(float(end["hours"]), place), xytext=(13.0, float(spread[index] - heights[index])),
            textcoords="offset points", va="center", color=COLOURS[index % len(COLOURS)], fontsize="small",
            annotation_clip=False,
        )  # fmt: skip
