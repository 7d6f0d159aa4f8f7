"""Controls over one another: the distributions of one channel in rows, with the cut and its interval through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.plots.display_axis import DIVIDER, draw_ticks, reach, within
from gating.plots.profiles import Profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of line, fill and hatch each alone tells the rows apart, so that a grey print does too.
STYLES: Mapping[str, Mapping[str, Any]] = {
    "unstained": {"edgecolor": "#000000", "facecolor": "none", "linestyle": ":"},
    "lacking": {"edgecolor": "#5F5F5F", "facecolor": "#CFCFCF", "linestyle": "-"},
    "single": {"edgecolor": "#0072B2", "facecolor": "none", "linestyle": "--"},
    "negatives": {"edgecolor": "#0072B2", "facecolor": "#9CC9E6", "linestyle": "-"},
    "positive": {"edgecolor": "#8A3D00", "facecolor": "#F3D0B0", "linestyle": "-", "hatch": "////"},
    "stained": {"edgecolor": "#000000", "facecolor": "none", "linestyle": "-", "linewidth": 1.4},
}
BEHIND = "#DEDEDE"
ROW_HEIGHT = 0.86  # of the distance between rows, so that a row's mode stays clear of the next
LOWEST = 0.02  # no outline along the base line, where there is next to nothing
QUANTILE = 0.99


def draw_controls(
    ax: Axes,
    rows: Mapping[str, Profile],
    threshold: float,
    interval: tuple[float, float],
    *,
    names: Mapping[str, str] | None = None,
) -> None:
    """Draw the distributions of one channel from top to bottom, with the cut through them.

    Each row is as high as its mode; heights are square roots, so that a few cells and the valley are seen.

    Parameters
    ----------
    ax : matplotlib Axes
    rows : mapping of kind to Profile
        At least one, all on one display scale. Kinds, in any order and any of them missing: `unstained`; `lacking`,
        the control that lacks this stain alone (FMO): drawn in grey behind each row, its 99 % marked by a triangle;
        `single`, the one that carries only this stain; `negatives`, untreated and vehicle wells, their mode marked by
        a circle; `positive`; `stained`, all stained tubes. Other kinds are drawn as `stained` is.
    threshold : float
        The cut in linear units.
    interval : tuple of two floats
        Its 95 % interval; infinite limits run to the edge, NaN ones are left out.
    names : mapping of kind to str
        What stands beside each row; default: its kind.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from gating.thresholds import Grid
    >>> from gating.transforms import Asinh
    >>> grid = Grid(Asinh(150.0), -0.5, 3.5, bins=4)
    >>> ax = Figure().add_subplot()
    >>> draw_controls(ax, {"lacking": Profile(grid, np.array([0.6, 0.4, 0, 0]), 1)}, 900.0, (800.0, 1_100.0))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['lacking']
    """
    first = next(iter(rows.values()))
    grid, scale = first.grid, first.grid.scale
    filled = np.sum([(row.shares > 0).astype(np.int64) for row in rows.values()], axis=0)
    ax.set_xlim(*(float(scale(v)) for v in reach(filled, grid, [threshold])))
    ax.set_ylim(-0.08, len(rows) + 0.02)
    ends = within(scale, interval, ax.get_xlim())
    if ends:
        ax.axvspan(*ends, facecolor=DIVIDER, alpha=0.18, linewidth=0, zorder=0)
    for place, (kind, row) in enumerate(rows.items()):
        _draw_row(ax, row, kind, len(rows) - 1 - place, rows.get("lacking"))
    ax.axvline(float(scale(threshold)), color=DIVIDER, linewidth=1.1, zorder=4)
    ax.set_yticks([len(rows) - 1 - k + 0.3 for k in range(len(rows))], [(names or {}).get(k, k) for k in rows])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    draw_ticks(ax, "x", scale, grid)


def _draw_row(ax: Axes, row: Profile, kind: str, base: int, lacking: Profile | None) -> None:
    """Draw one distribution on its base line, over the control that lacks the stain, with its mark."""
    x = row.grid.centres
    if lacking is not None and kind not in ("lacking", "unstained"):
        _fill(ax, lacking, base, facecolor=BEHIND, zorder=1)
    ax.axhline(base, color="0.75", linewidth=0.5, zorder=1)
    style = {"linewidth": 1.0, "hatch": None} | dict(STYLES.get(kind, STYLES["stained"]))
    heights = _heights(row)
    if style["facecolor"] != "none":
        fill = {"facecolor": style["facecolor"], "hatch": style["hatch"], "edgecolor": style["edgecolor"]}
        _fill(ax, row, base, zorder=2, **fill)
    outline = np.where(heights > LOWEST, base + heights, np.nan)
    line = {"color": style["edgecolor"], "linestyle": style["linestyle"], "linewidth": style["linewidth"]}
    ax.plot(x, outline, zorder=3, **line)
    mark = {"lacking": ("v", row.quantile(QUANTILE)), "negatives": ("o", row.mode)}.get(kind)
    if mark:
        symbol, value = mark
        at = float(row.grid.scale(value))
        above = float(np.interp(at, x, heights))
        ax.plot(
            [at],
            [base + (above + 0.08 if symbol == "v" else above)],
            marker=symbol,
            color="black",
            markerfacecolor="black" if symbol == "v" else "white",
            markersize=4.5,
            linestyle="none",
            zorder=5,
        )


def _fill(ax: Axes, row: Profile, base: int, **style: Any) -> None:
    """Fill a distribution from its first event to its last; the rest would only make the file large."""
    heights = _heights(row)
    filled = np.flatnonzero(heights > LOWEST / 4)
    seen = slice(int(filled[0]), int(filled[-1]) + 1)
    ax.fill_between(row.grid.centres[seen], base, base + heights[seen], linewidth=0, **style)


def _heights(row: Profile) -> Any:
    """Return the height of each bin above the base line: the square root, so that a few cells and a valley are seen."""
    smoothed = row.smoothed
    return ROW_HEIGHT * np.sqrt(smoothed / smoothed.max())
