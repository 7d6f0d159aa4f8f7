"""Dose curves: wells, experiments, the fitted curve with its band, and the IC50 with its interval on the dose axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cytotools.figures.dose_axis import DoseAxis
from cytotools.figures.drawing import Drawing
from cytotools.figures.style import COLOURS, MARKERS, Saved
from cytotools.labels import file_stem, printed, shown, unit
from cytotools.number_words import fold

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cytotools.drawn_plates import DrawnCurve

COLUMNS, ROWS = 3, 4
PANEL_INCHES = (2.55, 2.35)
RESPONSES = {
    "viability": "viability (% of control)",
    "mtt": "MTT reduction (% of control)",
    "caspase": "caspase-3/7 (fold of control)",
}
STRIP = 0.055  # of the panel's height, for the IC50 of one curve
LEGEND_POINTS = 6.2
MOST_TOGETHER = 5  # curves in one panel
DOUBTED: dict[str, Any] = {
    "marker": "o",
    "color": "black",
    "markersize": 5.5,
    "markeredgewidth": 0.7,
    "markerfacecolor": "none",
}
EXCLUDED: dict[str, Any] = {"marker": "x", "color": "0.45", "markersize": 4.5, "markeredgewidth": 0.9}


def dose_curves(curves: Sequence[DrawnCurve]) -> Iterator[Drawing]:
    """Yield the dose curves, pages of up to twelve panels: cell lines together for each compound, then each alone.

    Parameters
    ----------
    curves : sequence of DrawnCurve
        Those of one assay, compound and unit stand in one panel of the first figure.
    """
    taken: list[str] = []
    for assay in dict.fromkeys(curve.assay for curve in curves):
        own = [curve for curve in curves if curve.assay == assay]
        together = _together(own)
        if any(len(panel) > 1 for panel in together):
            yield from _pages(together, assay, taken, "plates")
        yield from _pages([[curve] for curve in own], assay, taken, "plates in detail")


def _together(curves: Sequence[DrawnCurve]) -> list[list[DrawnCurve]]:
    """Return the curves of each compound and unit, a few a panel."""
    keys = list(dict.fromkeys((curve.compound, curve.unit, curve.kind) for curve in curves))
    panels = []
    for key in keys:
        own = [curve for curve in curves if (curve.compound, curve.unit, curve.kind) == key]
        panels += [own[k : k + MOST_TOGETHER] for k in range(0, len(own), MOST_TOGETHER)]
    return panels


def _pages(panels: Sequence[Sequence[DrawnCurve]], assay: str, taken: list[str], section: str) -> Iterator[Drawing]:
    alone = section != "plates"
    pages = [panels[k : k + COLUMNS * ROWS] for k in range(0, len(panels), COLUMNS * ROWS)]
    for number, page in enumerate(pages, 1):
        name = file_stem(f"{'dose_curve_each' if alone else 'dose_curves'}_{assay}", taken)
        taken.append(name)
        what = "Each dose curve" if alone else "Dose curves"
        title = f"{what}, {assay}" + (f", {number} of {len(pages)}" if len(pages) > 1 else "")
        caption = _caption(page, alone)
        yield Drawing(Saved(name, title, caption, section), partial(_page, page, alone))


def _caption(page: Sequence[Sequence[DrawnCurve]], alone: bool) -> str:
    every = [curve for panel in page for curve in panel]
    kinds = " and ".join(dict.fromkeys(curve.kind for curve in every))
    shape = "each experiment has its own symbol" if alone else "each line has its own symbol"
    words = [f"Small: wells; large: the mean of each experiment ({shape}); the control stands at 0, beyond the break."]
    if any(curve.overall is not None for curve in every):
        words.append("Thick: the curve over all experiments with its 95 % band.")
    if alone and any(curve.experiments for curve in every):
        words.append("Thin: the curve of each experiment.")
    words.append(f"Bar above the axis: {kinds} IC50 with its 95 % interval.")
    if any(np.isnan(curve.ic50) for curve in every):
        words.append("Arrow: it lies beyond the doses tested.")
    if any((curve.points["excluded"] != "").any() for curve in every):
        words.append("Cross: left out, see wells.csv.")
    if any("outlier" in curve.points.columns and curve.points["outlier"].any() for curve in every):
        words.append("Ringed: an outlier by its condition's other wells, not left out.")
    return " ".join(words)


def _page(page: Sequence[Sequence[DrawnCurve]], alone: bool) -> Figure:
    columns = min(COLUMNS, len(page))
    rows = -(-len(page) // columns)
    names = 0.0 if alone else 0.13 * (1 + max(len(panel) for panel in page))
    figure = Figure(figsize=(columns * PANEL_INCHES[0], rows * (PANEL_INCHES[1] + names)), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, panel in zip(axes, page, strict=False):
        draw_dose_curves(ax, panel, alone=alone)
    for ax in axes[len(page) :]:
        ax.set_visible(False)
    return figure


def draw_dose_curves(ax: Axes, curves: Sequence[DrawnCurve], *, alone: bool = False) -> None:
    """Draw curves of one compound into one panel.

    Parameters
    ----------
    ax : matplotlib Axes
    curves : sequence of DrawnCurve
        Told apart by colour and marker.
    alone : bool
        One curve, whose experiments are told apart by marker and have a thin curve each.
    """
    doses = np.concatenate([curve.points["dose"].to_numpy(np.float64) for curve in curves])
    axis = DoseAxis(doses, has_control=bool((doses == 0).any()))
    for index, curve in enumerate(curves):
        _draw_points(ax, axis, curve, index, alone)
        _draw_lines(ax, axis, curve, COLOURS[index % len(COLOURS)], alone)
    _set_heights(ax, curves)
    for index, curve in enumerate(curves):
        _draw_ic50(ax, axis, curve, index)
    compound = shown(curves[0].compound, 26)
    axis.draw(ax, f"{compound} ({unit(curves[0].unit)})" if curves[0].unit else compound)
    ax.set_ylabel(RESPONSES.get(curves[0].assay, "response (% of control)"))
    if alone:
        ax.set_title(f"{shown(curves[0].name, 36)}\n{_in_words(curves[0])}", fontsize=7.2)
    else:
        _draw_legend(ax, f"{curves[0].kind} IC50 ({unit(curves[0].unit)})" if curves[0].unit else "IC50", len(curves))


def _draw_legend(ax: Axes, title: str, lines: int) -> None:
    """Draw the legend above the panel; the layout knows it as a title of empty lines, so that it narrows no panel."""
    legend = ax.legend(
        title=title,
        title_fontsize=LEGEND_POINTS,
        alignment="left",
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        fontsize=LEGEND_POINTS,
        borderaxespad=0.1,
        borderpad=0.2,
        labelspacing=0.3,
        handlelength=1.6,
    )
    legend.set_in_layout(False)
    ax.set_title("\n" * (lines + 1), fontsize=LEGEND_POINTS)


def _draw_points(ax: Axes, axis: DoseAxis, curve: DrawnCurve, index: int, alone: bool) -> None:
    """Draw each well small and faint, each experiment's mean over its wells large, wells left out as crosses."""
    colour = COLOURS[index % len(COLOURS)]
    points = curve.points.dropna(subset=["response"])
    used, left_out = points[points["excluded"] == ""], points[points["excluded"] != ""]
    replicates = list(dict.fromkeys(used["replicate"]))
    for number, replicate in enumerate(replicates):
        marker = MARKERS[(number if alone else index) % len(MARKERS)]
        own = used[used["replicate"] == replicate]
        style: dict[str, Any] = {"linestyle": "none", "marker": marker, "color": colour}
        ax.plot(axis.place(own["dose"]), own["response"], markersize=2.0, alpha=0.35, markeredgewidth=0, **style)
        means = own.groupby("dose")["response"].mean()
        face: dict[str, Any] = {} if alone else {"markerfacecolor": "none", "markeredgewidth": 0.7}
        ax.plot(axis.place(means.index.to_numpy()), means.to_numpy(), markersize=4.2, zorder=3, **style, **face)
    ax.plot(axis.place(left_out["dose"]), left_out["response"], linestyle="none", zorder=4, **EXCLUDED)
    doubted = used[used["outlier"]] if "outlier" in used.columns else used[:0]
    ax.plot(axis.place(doubted["dose"]), doubted["response"], linestyle="none", zorder=4, **DOUBTED)


def _draw_lines(ax: Axes, axis: DoseAxis, curve: DrawnCurve, colour: str, alone: bool) -> None:
    if alone:
        for line in curve.experiments.values():
            ax.plot(axis.place(line.x), line.y, color=colour, linewidth=0.6, alpha=0.8)
    if curve.overall is not None:
        line = curve.overall
        label = f"{shown(curve.name, 20)}: {_numbers(curve)}"
        marker = MARKERS[COLOURS.index(colour) % len(MARKERS)]
        ax.plot([], [], color=colour, linewidth=1.6, marker=marker, markersize=4.2, markerfacecolor="none", label=label)
        ax.plot(axis.place(line.x), line.y, color=colour, linewidth=1.6, zorder=2.5)
        if len(line.low):
            ax.fill_between(axis.place(line.x), line.low, line.high, color=colour, alpha=0.16, linewidth=0)


def _set_heights(ax: Axes, curves: Sequence[DrawnCurve]) -> None:
    """Set the limits so that every point is shown, with a strip below for the IC50s."""
    heights = np.concatenate([curve.points["response"].to_numpy(np.float64) for curve in curves])
    finite = heights[np.isfinite(heights)]
    low, high = min(0.0, float(finite.min(initial=0.0))), max(1.1, 1.05 * float(finite.max(initial=0.0)))
    strip = STRIP * (len(curves) + 0.4)
    ax.set_ylim(low - (high - low) * strip / (1 - strip), high)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ticks = [tick for tick in ax.get_yticks() if low - 1e-9 <= tick <= high + 1e-9]
    scale = 1.0 if curves[0].assay == "caspase" else 100.0
    ax.set_yticks(ticks, [f"{scale * tick:g}" for tick in ticks])
    ax.axhline(0.0, color="0.8", linewidth=0.5, zorder=0)
    if scale > 1:
        ax.axhline(1.0, color="0.8", linewidth=0.5, zorder=0)


def _draw_ic50(ax: Axes, axis: DoseAxis, curve: DrawnCurve, index: int) -> None:
    """Draw the IC50 and its interval into the strip above the axis; what is open ends in an arrow."""
    if np.isnan(curve.ic50) and not curve.open_text.startswith((">", "<")):
        return
    colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    height = STRIP * (index + 0.7)
    across = ax.get_xaxis_transform()
    style: dict[str, Any] = {"color": colour, "transform": across, "clip_on": False, "zorder": 5}
    left, right = axis.low, axis.ends[1]
    start, end = _bar(axis, curve)
    if start < end:
        ax.plot([start, end], [height, height], linewidth=1.6, solid_capstyle="butt", **style)
    for place, edge, arrow in ((start, left, "<"), (end, right, ">")):
        is_open = place == edge
        ax.plot(place, height, marker=arrow if is_open else "|", markersize=4.5 if is_open else 6.0, **style)
    if np.isfinite(curve.ic50):
        ax.plot(axis.place(curve.ic50), height, marker=marker, markersize=3.6, markerfacecolor="white", **style)


def _bar(axis: DoseAxis, curve: DrawnCurve) -> tuple[float, float]:
    """Return where the bar of an IC50 starts and ends; an end that lies beyond the axis or is open stands at its edge.

    An open IC50 without a limit has a short bar at the side where it lies.
    """
    left, right = axis.low, axis.ends[1]
    start, end = (float(axis.place(limit)) for limit in (curve.low, curve.high))
    start = max(start, left) if curve.low > 0 else left
    end = min(end, right) if np.isfinite(curve.high) else right
    if curve.open_text.startswith(">") and not curve.low > 0:
        start = axis.high - 0.12 * axis.width
    if curve.open_text.startswith("<") and not np.isfinite(curve.high):
        end = left + 0.12 * axis.width
    return start, end


def _in_words(curve: DrawnCurve) -> str:
    """Return the IC50 as a sentence has it.

    Examples
    --------
    >>> import pandas as pd
    >>> from cytotools.drawn_plates import DrawnCurve
    >>> _in_words(DrawnCurve("HeLa", "HeLa", "x", "uM", "mtt", pd.DataFrame(), ic50=1.234, low=0.9, high=1.71))
    'IC50 1.23 (0.9 to 1.71) µM'
    """
    if curve.open_text or np.isnan(curve.ic50):
        return f"IC50 {_numbers(curve)}"
    return f"IC50 {_numbers(curve)} {unit(curve.unit)}".strip()


def _numbers(curve: DrawnCurve) -> str:
    """Return the IC50 with its interval."""
    if curve.open_text:
        return printed(curve.open_text)
    if np.isnan(curve.ic50):
        return "not found"
    return f"{fold(curve.ic50)} ({fold(curve.low)} to {fold(curve.high)})"
