"""Fold change over time: a line and 95 % interval for each series, and every replicate's point."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

# Okabe and Ito's colours without yellow, ordered so that neighbours differ in lightness too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":", (0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (1, 1)), (0, (8, 3)))
# of the width of the hours' axis:
DODGE = 0.009  # between neighbouring series
ASIDE = 0.014  # from a mean to the points of its replicates
LABELLED = 0.05  # least distance of two labelled hours
LABEL_GAP_POINTS = 11.0


@dataclass(frozen=True, eq=False)
class Series:
    """One line of the drawing: its label, its style number, and its rows of both tables."""

    label: str
    index: int
    means: pd.DataFrame
    points: pd.DataFrame

    @property
    def colour(self) -> str:
        """Return its colour."""
        return COLOURS[self.index % len(COLOURS)]

    @property
    def marker(self) -> str:
        """Return its marker."""
        return MARKERS[self.index % len(MARKERS)]


def draw_time_course(
    ax: Axes, fold_changes: pd.DataFrame, points: pd.DataFrame, by: Sequence[str] = ("target",)
) -> None:
    """Draw fold change against hours, on a log2 axis labelled with plain folds.

    Parameters
    ----------
    ax : Axes
    fold_changes : DataFrame
        Rows of time_course.csv, for one loading control: `hours, fold_change, low, high` and the columns of `by`.
    points : DataFrame
        Rows of `blots.time_course.replicate_folds` for the same series. A level below detection is drawn as an open
        triangle pointing down, at its limit.
    by : sequence of str
        The columns that tell the series apart. Series differ in colour, marker and dash, and are named at the end of
        their lines. Rows of one series and hour beyond these columns would be joined by the line: give one
        treatment at a time, or name its columns here.

    Notes
    -----
    Hours without a fold are left open. An interval without a lower or upper limit runs to the edge of the picture.
    """
    all_series = _series(fold_changes, points, list(by))
    _set_axes(ax, fold_changes, points)
    for series in all_series:
        offset = (series.index - (len(all_series) - 1) / 2) * DODGE * float(np.ptp(ax.get_xlim()))
        _draw_points(ax, series, offset)
        _draw_means(ax, series, offset)
    _name_lines(ax, all_series)


def _series(fold_changes: pd.DataFrame, points: pd.DataFrame, by: list[str]) -> list[Series]:
    """Return the series in order of appearance."""
    keys = list(dict.fromkeys(fold_changes[by].fillna("").itertuples(index=False, name=None)))
    varying = [i for i in range(len(by)) if len({key[i] for key in keys}) > 1] or [len(by) - 1]
    return [
        Series(
            " ".join(str(key[i]) for i in varying if str(key[i])),
            number,
            _rows(fold_changes, by, key).sort_values("hours"),
            _rows(points, by, key),
        )
        for number, key in enumerate(keys)
    ]


def _rows(table: pd.DataFrame, by: list[str], key: tuple[Hashable, ...]) -> pd.DataFrame:
    same = [row == key for row in table[by].fillna("").itertuples(index=False, name=None)]
    return table[same]


def _set_axes(ax: Axes, fold_changes: pd.DataFrame, points: pd.DataFrame) -> None:
    """Set the scales, their ticks and the line at 1."""
    ax.set_yscale("log", base=2)
    ax.set_ylim(*_fold_limits(fold_changes, points))
    ax.yaxis.set_major_locator(LogLocator(base=2, numticks=9))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda fold, _: plain_fold(fold)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_formatter(NullFormatter())
    hours = np.unique(fold_changes["hours"].dropna().to_numpy(dtype=float))
    margin = 0.05 * max(float(np.ptp(hours)), 1.0) if len(hours) else 1.0
    if len(hours):
        ax.set_xlim(hours[0] - margin, hours[-1] + margin)
        ax.xaxis.set_major_locator(FixedLocator([float(hour) for hour in hours]))
        labelled = _labelled(hours, LABELLED * float(np.ptp(ax.get_xlim())))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda hour, _: f"{hour:g}" if hour in labelled else ""))
    ax.axhline(1.0, color="0.6", linewidth=0.8, zorder=0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("Hours")
    ax.set_ylabel("Fold change")


def _labelled(hours: NDArray[np.float64], least: float) -> list[float]:
    """Return the hours whose labels do not touch the one before; every hour keeps its tick."""
    labelled = [float(hours[0])]
    for hour in hours[1:]:
        if hour - labelled[-1] >= least:
            labelled.append(float(hour))
    return labelled


def _fold_limits(fold_changes: pd.DataFrame, points: pd.DataFrame) -> tuple[float, float]:
    """Return limits that hold every finite estimate, limit and point, at least from 1/2 to 2, with a margin."""
    columns = [fold_changes[column] for column in ("fold_change", "low", "high")] + [points["fold_change"]]
    values = np.concatenate([column.to_numpy(dtype=float) for column in columns])
    logs = np.log2(values[np.isfinite(values) & (values > 0)])
    low, high = min(logs.min(initial=0.0), -1.0), max(logs.max(initial=0.0), 1.0)
    margin = 0.04 * (high - low)
    return float(2.0 ** (low - margin)), float(2.0 ** (high + margin))


def plain_fold(fold: float) -> str:
    """Return a power of two as people write folds: 1/4, 1, 8.

    Examples
    --------
    >>> [plain_fold(fold) for fold in (0.125, 1.0, 2.0)]
    ['1/8', '1', '2']
    """
    return f"{fold:g}" if fold >= 1 else f"1/{1 / fold:g}"


def _draw_points(ax: Axes, series: Series, offset: float) -> None:
    censored = series.points["censored"].to_numpy(dtype=bool)
    for limit, marker, filled in ((False, series.marker, True), (True, "v", False)):
        rows = series.points[censored == limit]
        ax.plot(
            rows["hours"].to_numpy(dtype=float) + offset + ASIDE * float(np.ptp(ax.get_xlim())),
            rows["fold_change"].to_numpy(dtype=float),
            linestyle="none",
            marker=marker,
            markersize=3.4,
            markeredgewidth=0.7,
            markeredgecolor=series.colour,
            markerfacecolor=(*to_rgb(series.colour), 0.35) if filled else "white",
            zorder=4,
        )


def _draw_means(ax: Axes, series: Series, offset: float) -> None:
    hours = series.means["hours"].to_numpy(dtype=float) + offset
    fold = series.means["fold_change"].to_numpy(dtype=float)
    ax.errorbar(
        hours,
        fold,
        yerr=_reaches(ax, series.means, fold),
        color=series.colour,
        linestyle=LINES[series.index % len(LINES)],
        linewidth=1.4,
        elinewidth=1.0,
        capsize=2.5,
        marker=series.marker,
        markersize=5.5,
        markeredgecolor="white",
        markeredgewidth=0.6,
        label=series.label,
        zorder=3,
    )


def _reaches(ax: Axes, means: pd.DataFrame, fold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each interval reaches below and above its estimate, within the picture."""
    bottom, top = ax.get_ylim()
    low = np.maximum(means["low"].to_numpy(dtype=float), bottom)
    high = np.minimum(means["high"].to_numpy(dtype=float), top)
    reaches: NDArray[np.float64] = np.nan_to_num(np.maximum(np.stack([fold - low, high - fold]), 0.0))
    return reaches


def _name_lines(ax: Axes, all_series: list[Series]) -> None:
    """Write each series' name at the end of its line, moved apart where two ends lie close."""
    ends = [series.means.dropna(subset=["fold_change"]).tail(1) for series in all_series]
    named = [(series, end) for series, end in zip(all_series, ends, strict=True) if len(end)]
    if not named:
        return
    folds = np.array([float(end["fold_change"].iloc[0]) for _, end in named])
    points_per_pixel = 72.0 / float(ax.get_figure(root=True).dpi)  # type: ignore[union-attr]
    heights = ax.transData.transform(np.column_stack([np.zeros(len(folds)), folds]))[:, 1] * points_per_pixel
    for (series, end), height, spread in zip(named, heights, moved_apart(heights, LABEL_GAP_POINTS), strict=True):
        ax.annotate(
            series.label,
            xy=(float(end["hours"].iloc[0]), float(end["fold_change"].iloc[0])),
            xytext=(13.0, float(spread - height)),
            textcoords="offset points",
            va="center",
            color=series.colour,
            fontsize="small",
            annotation_clip=False,
        )


def moved_apart(heights: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """Return heights at least `gap` apart, in the same order, each moved as little as their neighbours allow.

    Examples
    --------
    >>> moved_apart(np.array([0.0, 1.0, 50.0]), gap=10.0).tolist()
    [-4.5, 5.5, 50.0]
    """
    order = np.argsort(heights, kind="stable")
    blocks: list[list[float]] = []  # [sum of wanted first heights, number of labels]
    for height in heights[order]:
        blocks.append([float(height), 1.0])
        while len(blocks) > 1 and _first(blocks[-2]) + gap * blocks[-2][1] > _first(blocks[-1]):
            total, count = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total - gap * blocks[-1][1] * count, blocks[-1][1] + count]
    spread = np.concatenate([_first(block) + gap * np.arange(int(block[1])) for block in blocks])
    result = np.empty(len(heights))
    result[order] = spread
    return result


def _first(block: list[float]) -> float:
    return block[0] / block[1]
