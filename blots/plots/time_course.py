"""Fold change over time: a line and 95 % interval for each series, and every replicate's point."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer
    from numpy.typing import NDArray

# Okabe and Ito's colours without yellow, ordered so that neighbours differ in lightness too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000", "#E69F00", "#8A6D00")
MARKERS = ("o", "s", "^", "D", "X", "P", "*", "h", "<")  # not "v", which is a limit
LINES = ("-", "--", "-.", ":", (0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (1, 1)), (0, (8, 3)))
# of the width of the hours' axis:
DODGE = 0.009  # between neighbouring series
ASIDE = 0.014  # from a mean to the points of its replicates
GAP_USED = 0.7  # of the shortest time between two hours, at most, by the series of one hour
LETTER_PT, CLEAR_PT = 4.4, 2.5  # of an hour's label, and between two labels
FEW_SERIES = 3  # whose replicates can each have a line of their own
REACH_OCTAVES = 1.5  # how far an interval may stretch the picture beyond estimates and points
MOST_TICKS = 7
MOST_OCTAVES = 13  # beyond, powers of ten are easier to read


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


class Drawn(NamedTuple):
    """What a legend and a caption need: each series' symbol by its label, and whether an interval runs on outside."""

    symbols: dict[str, ErrorbarContainer]
    runs_on: bool


def draw_time_course(
    ax: Axes,
    fold_changes: pd.DataFrame,
    points: pd.DataFrame,
    by: Sequence[str] = ("target",),
    *,
    label: str = "Fold change",
    order: Sequence[str] = (),
) -> Drawn:
    """Draw fold change against hours, on a logarithmic axis labelled with plain folds, 1 among them.

    Parameters
    ----------
    ax : Axes
    fold_changes : DataFrame
        Rows of time_course.csv, for one loading control: `hours, fold_change, low, high` and the columns of `by`.
    points : DataFrame
        Rows of `blots.time_course.replicate_folds` for the same series. A level below detection is drawn as an open
        triangle pointing down, at its limit; one over a reference below detection is an open triangle pointing up.
    by : sequence of str
        The columns that tell the series apart. Series differ in colour, marker and dash. Rows of one series and hour
        beyond these columns would be joined by the line: give one treatment at a time, or name its columns here.
    label : str
        Of the axis of folds: what over what, and against which reference.
    order : sequence of str
        The labels of all series of several drawings, so that one series looks the same in each.

    Returns
    -------
    Drawn
        For `ax.legend(drawn.symbols.values(), drawn.symbols.keys())` or a legend beside several drawings.

    Notes
    -----
    Hours without a fold are left open. The axis holds every estimate and every point; an interval may stretch it by
    half their range or 1.5 octaves, whichever is more. What reaches further, or has no limit, ends in an arrowhead.
    """
    all_series = _series(fold_changes, points, list(by), list(order))
    _set_axes(ax, fold_changes, points, label)
    spread, aside = _offsets(fold_changes, len(all_series), float(np.ptp(ax.get_xlim())))
    symbols: dict[str, ErrorbarContainer] = {}
    runs_on = False
    for place, series in enumerate(all_series):
        offset = (place - (len(all_series) - 1) / 2) * spread
        _draw_points(ax, series, offset + aside, lines=len(all_series) <= FEW_SERIES)
        symbols[series.label], cut = _draw_means(ax, series, offset, len(all_series))
        runs_on = runs_on or cut
    return Drawn(symbols, runs_on)


def _series(fold_changes: pd.DataFrame, points: pd.DataFrame, by: list[str], order: list[str]) -> list[Series]:
    """Return the series in order of appearance."""
    keys = list(dict.fromkeys(fold_changes[by].fillna("").itertuples(index=False, name=None)))
    varying = [i for i in range(len(by)) if len({key[i] for key in keys}) > 1] or [len(by) - 1]
    labels = [" ".join(str(key[i]) for i in varying if str(key[i])) for key in keys]
    every = list(dict.fromkeys([*order, *labels]))
    return [
        Series(label, every.index(label), _rows(fold_changes, by, key).sort_values("hours"), _rows(points, by, key))
        for label, key in zip(labels, keys, strict=True)
    ]


def _rows(table: pd.DataFrame, by: list[str], key: tuple[Hashable, ...]) -> pd.DataFrame:
    same = [row == key for row in table[by].fillna("").itertuples(index=False, name=None)]
    return table[same]


def _offsets(fold_changes: pd.DataFrame, count: int, width: float) -> tuple[float, float]:
    """Return how far apart series stand, and their replicates from them, in hours."""
    hours = np.unique(fold_changes["hours"].dropna().to_numpy(dtype=float))
    shortest = float(np.diff(hours).min()) if len(hours) > 1 else width
    spread, aside = DODGE * width, ASIDE * width
    used = spread * (count - 1) + aside
    return (spread, aside) if used <= 0 else tuple(np.array([spread, aside]) * min(1.0, GAP_USED * shortest / used))


def _set_axes(ax: Axes, fold_changes: pd.DataFrame, points: pd.DataFrame, label: str) -> None:
    """Set the scales, their ticks and the line at 1."""
    ax.set_yscale("log", base=2)
    limits = fold_limits(fold_changes, points)
    ax.set_ylim(*limits)
    ticks = fold_ticks(*limits)
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_major_formatter(FixedFormatter([plain_fold(fold) for fold in ticks]))
    ax.yaxis.set_minor_locator(NullLocator())
    hours = np.unique(fold_changes["hours"].dropna().to_numpy(dtype=float))
    margin = 0.05 * max(float(np.ptp(hours)), 1.0) if len(hours) else 1.0
    if len(hours):
        ax.set_xlim(hours[0] - margin, hours[-1] + margin)
        ax.xaxis.set_major_locator(FixedLocator([float(hour) for hour in hours]))
        width_pt = ax.get_window_extent().width * 72 / ax.figure.dpi
        labels = _hour_labels(hours, float(np.ptp(ax.get_xlim())) / max(width_pt, 1.0))
        ax.xaxis.set_major_formatter(FixedFormatter(labels))
    ax.axhline(1.0, color="0.6", linewidth=0.8, zorder=0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel("Hours")
    ax.set_ylabel(label)


def _hour_labels(hours: NDArray[np.float64], hours_a_point: float) -> list[str]:
    """Return what is written at each hour: nothing where it would touch the label before; every hour keeps its tick."""
    labels: list[str] = []
    end = -np.inf
    for hour in hours:
        words = f"{hour:g}"
        half = (len(words) * LETTER_PT / 2) * hours_a_point
        fits = hour - half >= end
        labels.append(words if fits else "")
        end = hour + half + CLEAR_PT * hours_a_point if fits else end
    return labels


def fold_limits(fold_changes: pd.DataFrame, points: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis of folds.

    They hold every finite estimate and point, at least from 1/2 to 2; intervals as far as is sensible.

    Examples
    --------
    >>> row = pd.DataFrame({"fold_change": [1.0], "low": [1e-9], "high": [1.5]})
    >>> bottom, top = fold_limits(row, row)
    >>> 1 / 8 < bottom < 1 / 4, 2 < top < 2.5
    (True, True)
    """
    values = [fold_changes["fold_change"], points["fold_change"]]
    core = _logs(np.concatenate([column.to_numpy(dtype=float) for column in values]))
    low, high = min(core.min(initial=0.0), -1.0), max(core.max(initial=0.0), 1.0)
    reach = max(REACH_OCTAVES, 0.5 * (high - low))
    below = _logs(fold_changes["low"].to_numpy(dtype=float)).min(initial=low)
    above = _logs(fold_changes["high"].to_numpy(dtype=float)).max(initial=high)
    low, high = max(min(low, below), low - reach), min(max(high, above), high + reach)
    margin = 0.04 * (high - low)
    return float(2.0 ** (low - margin)), float(2.0 ** (high + margin))


def _logs(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log2(values[np.isfinite(values) & (values > 0)]), dtype=float)


def fold_ticks(bottom: float, top: float) -> list[float]:
    """Return few round folds between two ends, 1 among them: powers of two, on a wide axis powers of ten.

    Examples
    --------
    >>> fold_ticks(0.2, 3.0), [plain_fold(fold) for fold in fold_ticks(1e-5, 20.0)]
    ([0.25, 0.5, 1.0, 2.0], ['1/100,000', '1/10,000', '1/1,000', '1/100', '1/10', '1', '10'])
    """
    base = 2.0 if np.log2(top / bottom) <= MOST_OCTAVES else 10.0
    lowest, highest = (float(np.log(end) / np.log(base)) for end in (bottom, top))
    step = max(1, int(np.ceil((highest - lowest) / (MOST_TICKS + 1))))
    powers = [k for k in range(int(np.ceil(lowest)), int(np.floor(highest)) + 1) if k % step == 0]
    return [base**k for k in powers]


def plain_fold(fold: float) -> str:
    """Return a power of two or ten as people write folds: 1/4, 1, 8.

    Examples
    --------
    >>> [plain_fold(fold) for fold in (0.125, 1.0, 2.0, 1e-4)]
    ['1/8', '1', '2', '1/10,000']
    """
    return f"{fold:,.0f}" if fold >= 1 else f"1/{1 / fold:,.0f}"


def _draw_points(ax: Axes, series: Series, offset: float, *, lines: bool) -> None:
    """Draw every replicate: a thin line through its points, where few series leave room, and the points."""
    found = series.points.sort_values("hours")
    if lines:
        for _, own in found.groupby("replicate", sort=False):
            x, y = own["hours"].to_numpy(dtype=float) + offset, own["fold_change"].to_numpy(dtype=float)
            ax.plot(x, y, color=series.colour, linewidth=0.5, alpha=0.45, zorder=2)
    below = found["censored"].to_numpy(dtype=bool)
    above = lower_limits(found).to_numpy(dtype=bool) & ~below
    kinds = ((~below & ~above, series.marker, True), (below, "v", False), (above, "^", False))
    for chosen, marker, filled in kinds:
        rows = found[chosen]
        ax.plot(
            rows["hours"].to_numpy(dtype=float) + offset,
            rows["fold_change"].to_numpy(dtype=float),
            linestyle="none",
            marker=marker,
            markersize=3.4 if filled else 4.0,
            markeredgewidth=0.7,
            markeredgecolor=series.colour,
            markerfacecolor=(*to_rgb(series.colour), 0.35) if filled else "white",
            zorder=4,
        )


def lower_limits(points: pd.DataFrame) -> pd.Series[bool]:
    """Say which replicates' folds are lower limits, because their reference is below detection."""
    return points["caution"].fillna("").str.contains("reference_below_detection:", regex=False)


def _draw_means(ax: Axes, series: Series, offset: float, count: int) -> tuple[ErrorbarContainer, bool]:
    """Draw the means with their intervals; return their symbol, and whether an interval runs on outside."""
    hours = series.means["hours"].to_numpy(dtype=float) + offset
    fold = series.means["fold_change"].to_numpy(dtype=float)
    reaches = _reaches(ax, series.means, fold)
    symbol = ax.errorbar(
        hours,
        fold,
        yerr=reaches,
        color=series.colour,
        linestyle=LINES[series.index % len(LINES)],
        linewidth=1.4,
        elinewidth=1.0,
        marker=series.marker,
        markersize=5.5 if count <= FEW_SERIES else 4.5,
        markeredgecolor="white",
        markeredgewidth=0.6,
        label=series.label,
        zorder=3,
    )
    runs_on = False
    for side, (column, arrow) in enumerate((("low", "v"), ("high", "^"))):
        end, edge = series.means[column].to_numpy(dtype=float), ax.get_ylim()[side]
        known = np.isfinite(fold) & ~np.isnan(end)
        outside = known & ((end < edge) if side == 0 else (end > edge))
        style: dict[str, Any] = {"color": series.colour, "linestyle": "none", "zorder": 3}
        if outside.any():
            edges = np.full(int(outside.sum()), edge)
            ax.plot(hours[outside], edges, marker=arrow, markersize=4.5, markeredgewidth=0, clip_on=False, **style)
        inside = known & ~outside & (reaches[side] > 0)
        ax.plot(hours[inside], end[inside], marker="_", markersize=5.0, markeredgewidth=1.0, **style)
        runs_on = runs_on or bool(outside.any())
    return symbol, runs_on


def _reaches(ax: Axes, means: pd.DataFrame, fold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each interval reaches below and above its estimate, within the picture."""
    bottom, top = ax.get_ylim()
    low = np.maximum(means["low"].to_numpy(dtype=float), bottom)
    high = np.minimum(means["high"].to_numpy(dtype=float), top)
    reaches: NDArray[np.float64] = np.nan_to_num(np.maximum(np.stack([fold - low, high - fold]), 0.0))
    return reaches
