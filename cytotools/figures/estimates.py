"""Counted against estimated: total apoptosis of each tube as events at the divider, and with its errors taken out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cytotools.figures.drawing import Drawing
from cytotools.figures.style import POPULATION_COLOURS, Saved
from cytotools.figures.tubes import CONTROL_ROLES
from cytotools.labels import condition_label, shown
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ROWS_A_COLUMN = 32
MOST_ROWS = 96  # beyond them names can't be read, and a tube becomes a point of counted against estimated
ROW_INCHES, COLUMN_INCHES, NAMES_INCHES = 0.155, 3.7, 1.95
LONGEST_NAME = 40
NAMED = 12
ESTIMATE = POPULATION_COLOURS["late_apoptotic"]
AXIS = "apoptotic cells (early + late)"
WORDS = (
    "Cross: events right of the divider, as FlowJo counts; dot and bar: the estimate with the divider's errors taken "
    "out, and its 95 % interval (the sum of those of early and late). A bar without a dot: not resolved, the fraction "
    "lies somewhere on it."
)


def estimates_figure(tubes: pd.DataFrame) -> Drawing | None:
    """Return the figure of all samples, None where there is none.

    Parameters
    ----------
    tubes : DataFrame
        `cytotools.figures.tubes.tubes_of(quadrants)`.
    """
    samples = tubes[~tubes["role"].isin(CONTROL_ROLES)]
    if not len(samples):
        return None
    saved = Saved("counted_and_estimated", "Apoptosis as counted and as estimated", WORDS, "flow")
    return Drawing(saved, partial(_rows if len(samples) <= MOST_ROWS else _points, samples))


def _rows(samples: pd.DataFrame) -> Figure:
    """Draw a row a tube, in columns side by side."""
    columns = -(-len(samples) // ROWS_A_COLUMN)
    longest = -(-len(samples) // columns)
    width, height = columns * COLUMN_INCHES, longest * ROW_INCHES + 0.62
    figure = Figure(figsize=(width, height))
    right, names = _right_end(samples), _names(samples)
    for column in range(columns):
        part = samples.iloc[column * longest : (column + 1) * longest]
        left, drawn = column * COLUMN_INCHES + NAMES_INCHES, len(part) * ROW_INCHES
        inches = (left, height - 0.12 - drawn, COLUMN_INCHES - NAMES_INCHES - 0.2, drawn)
        ax = figure.add_axes(tuple(np.divide(inches, (width, height) * 2)))
        _draw_rows(ax, part, names[column * longest : (column + 1) * longest], right)
    return figure


def _draw_rows(ax: Axes, samples: pd.DataFrame, names: Sequence[str], right: float) -> None:
    places = np.arange(len(samples))
    counted, total, low, high = (samples[c].to_numpy(float) for c in ("counted_total", "total", "low", "high"))
    low, high = np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 1.0, high)
    open_ = np.isnan(total)
    ax.set_xlim(-0.02 * right, right)
    ax.set_ylim(len(samples) - 0.5, -0.5)
    ax.hlines(places[places % 2 == 1], 0, right, color="0.95", linewidth=72 * ROW_INCHES, zorder=0)
    ax.hlines(places[~open_], low[~open_], high[~open_], color=ESTIMATE, linewidth=1.3)
    ax.hlines(places[open_], low[open_], high[open_], color="0.35", linewidth=1.0, linestyle=(0, (2.5, 1.5)))
    ax.plot(np.r_[low[open_], high[open_]], np.r_[places[open_], places[open_]], "|", color="0.35", markersize=5)
    ax.plot(total, places, "o", color=ESTIMATE, markersize=3.2)
    ax.plot(counted, places, "x", color="black", markersize=5.4, markeredgewidth=0.9)
    ax.set_yticks([])  # ticks of matplotlib's own take longer than all the rest
    for place, name in enumerate(names):
        ax.text(-0.03 * right, place, name, ha="right", va="center", fontsize=5.8)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    ax.locator_params(axis="x", nbins=4)
    ax.set_xlabel(AXIS)


def _points(samples: pd.DataFrame) -> tuple[Figure, str]:
    """Draw the estimate of each tube against its count, and name the tubes where they differ most."""
    figure = Figure(figsize=(5.2, 4.8), layout="constrained")
    ax = figure.add_subplot()
    counted, total, low, high = (samples[c].to_numpy(float) for c in ("counted_total", "total", "low", "high"))
    low, high = np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 1.0, high)
    is_open, end = np.isnan(total), _right_end(samples)
    ax.plot([0, end], [0, end], color="0.6", linewidth=0.8, zorder=0)
    ax.vlines(counted[~is_open], low[~is_open], high[~is_open], color=ESTIMATE, linewidth=0.6, alpha=0.5)
    ax.vlines(counted[is_open], low[is_open], high[is_open], color="0.35", linewidth=0.8, linestyle=(0, (2.5, 1.5)))
    ax.plot(counted, total, "o", color=ESTIMATE, markersize=2.4)
    ax.set_xlim(-0.02 * end, end)
    ax.set_ylim(-0.02 * end, end)
    ax.set_xlabel(f"{AXIS}: counted at the divider")
    ax.set_ylabel(f"{AXIS}: estimate")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    apart = np.flatnonzero((counted < low) | (counted > high))
    apart = apart[np.argsort(-np.abs(counted - total)[apart], kind="stable")]
    caption = (
        "Each dot is one tube: the estimate with its 95 % interval (the sum of those of early and late) against the "
        "events right of the divider, as FlowJo counts; dashed: not resolved. On the line the two agree."
    )
    if len(apart):
        names = _names(samples)
        told = "; ".join(names[k] for k in apart[:NAMED])
        caption += f" The count lies outside the interval in {len(apart)} of {len(samples)} tubes: {told}"
        caption += "." if len(apart) <= NAMED else " and others."
    return figure, caption


def _right_end(samples: pd.DataFrame) -> float:
    """Return the end of the axis: past every count, estimate and interval."""
    values = samples[["counted_total", "total", "high"]].to_numpy(float)
    is_open = samples["high"].isna().any() or not np.isfinite(values).any()
    return 1.02 if is_open else float(min(1.02, max(1.06 * np.nanmax(values), 0.05)))


def _names(samples: pd.DataFrame) -> list[str]:
    """Return what tells each tube from the others: what differs of its condition, its well or its replicate."""
    told = [c for c in ("cell_line", "arm", "hours") if c in samples.columns and len(set(samples[c].map(str))) > 1]
    names = []
    for row in rows_of(samples):
        words, well, replicate = condition_label(row, told), row.get("well"), row.get("replicate")
        own = f", {well}" if well else f", rep {replicate}" if replicate else ""
        is_told = well or replicate or words != row["role"]
        words = words if is_told else PurePosixPath(str(row["file"])).stem
        names.append(f"{shown(words, LONGEST_NAME - len(own))}{own}")
    return names
