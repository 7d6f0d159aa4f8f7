"""Caspase-3/7 over time: fold, fold for each viable cell and viability side by side, so that no fall is read alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator, PercentFormatter

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.figures.drawing import Drawing
from cytotools.figures.style import COLOURS, MARKERS, Saved
from cytotools.labels import condition_label, file_stem, line_label, shown, unit
from cytotools.tables import rows_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer

PANEL_INCHES = (2.45, 2.5)
SPREAD = 0.012  # between neighbouring series, of the width of the axis
FOLDS = (
    ("fold", "low", "high", "caspase-3/7\n(fold of control)"),
    ("fold_per_viable", "per_viable_low", "per_viable_high", "caspase-3/7 for each viable cell\n(fold of control)"),
)
VIABILITY = ("viability", "viability_low", "viability_high", "viability\n(% of control)")
ARMS_CAPTION = (
    "Means of independent experiments with their 95 % intervals, each over its own control; logarithmic axis."
)
ARMS_INCHES = (7.4, 3.6)  # the whole, and the names of the arms
NOT_A_SERIES = ("replicate", "technical", "batch", "well")


def caspase_courses(caspase: pd.DataFrame) -> Iterator[Drawing]:
    """Yield one figure a compound, over hours where there are several, else over doses; arms of one dose in one figure.

    Parameters
    ----------
    caspase : DataFrame
        caspase.csv; `viability`, `viability_low`, `viability_high` are drawn where they are there, else the viable
        fraction is what the two folds say.
    """
    taken: list[str] = []
    places = caspase.groupby("compound", dropna=False)[["dose", "hours"]].nunique(dropna=False)
    followed = set(places.index[(places > 1).any(axis=1)])
    arms = caspase[~caspase["compound"].isin(followed)]
    if len(arms) > 1:
        taken.append("caspase_arms")
        yield Drawing(Saved(taken[-1], "Caspase-3/7 of each arm", ARMS_CAPTION, "plates"), partial(_arms, arms))
    else:
        followed |= set(arms["compound"])
    for compound in [name for name in dict.fromkeys(caspase["compound"]) if name in followed]:
        own = _with_viability(caspase[caspase["compound"] == compound])
        name = file_stem(f"caspase_{compound}" if compound else "caspase", taken)
        taken.append(name)
        across = "hours" if len(set(own["hours"])) > 1 else "dose"
        title = f"Caspase-3/7{f' with {compound}' if compound else ''}"
        caption = "Means of independent experiments with their 95 % intervals; folds on a logarithmic axis."
        if own["viability"].notna().any():
            caption += (
                " A fold counts the activity of a whole well: it falls, too, where fewer cells are left (right). "
                "Divided by the viable fraction (middle) it is that of a cell."
            )
        yield Drawing(Saved(name, title, caption, "plates"), partial(_figure, own, across))


def _arms(table: pd.DataFrame) -> Figure:
    """Draw the fold of every arm, a row an arm, with its interval."""
    rows = [(condition_label({**row, "cell_line": "", "arm": ""}), row) for row in rows_of(table) if row["fold"] > 0]
    order = list(dict.fromkeys(label for label, _ in rows))
    rows.sort(key=lambda one: order.index(one[0]))
    lines = list(dict.fromkeys(line_label(row) for _, row in rows))
    height = 0.75 + 0.19 * len(rows)
    figure = Figure(figsize=(ARMS_INCHES[0], height))
    left, bottom = ARMS_INCHES[1] / ARMS_INCHES[0], 0.42 / height
    ax = figure.add_axes((left, bottom, 0.97 - left, 0.96 - bottom))
    told: set[str] = set()
    for k, (_, row) in enumerate(rows):
        line = line_label(row)
        index = lines.index(line) % len(COLOURS)
        reach = [[max(row["fold"] - row["low"], 0.0)], [max(row["high"] - row["fold"], 0.0)]]
        style: dict[str, Any] = {"color": COLOURS[index], "marker": MARKERS[index], "linestyle": "none"}
        label = None if line in told else line
        ax.errorbar([row["fold"]], [k], xerr=reach, markersize=4.0, linewidth=0.9, label=label, **style)
        told.add(line)
    ax.axvline(1.0, color="0.6", linewidth=0.7, zorder=0)
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_yticks(range(len(rows)), [shown(label, 62) for label, _ in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("caspase-3/7 (fold of control)")
    if len(lines) > 1:
        ax.legend(loc="best")
    return figure


def _with_viability(table: pd.DataFrame) -> pd.DataFrame:
    if "viability" in table.columns:
        return table
    ratio = table["fold"] / table["fold_per_viable"]
    return table.assign(viability=ratio, viability_low=np.nan, viability_high=np.nan)


def _figure(table: pd.DataFrame, across: str) -> Figure:
    panels = [panel for panel in (*FOLDS, VIABILITY) if table[panel[0]].notna().any()] or [FOLDS[0]]
    series = _series(table, across)
    names = [name for name, _ in series]
    width = max(len(panels), 1.6) * PANEL_INCHES[0]
    columns = max(1, int(width // 2.3))
    legend = 0.17 * -(-len(names) // columns) if len(names) > 1 else 0.0
    figure = Figure(figsize=(width, PANEL_INCHES[1] + legend), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False).ravel()
    places = _places(table, across)
    for ax, panel in zip(axes, panels, strict=True):
        handles: list[Any] = [
            _draw_series(ax, own, panel, places, across, (index - (len(series) - 1) / 2) * SPREAD, index)
            for index, (_, own) in enumerate(series)
        ]
        is_fold = panel is not VIABILITY
        _draw_axes(ax, places, table, across, panel[3], is_fold=is_fold)
    if len(names) > 1:
        figure.legend(handles, names, loc="outside lower center", ncols=min(columns, len(names)))
    return figure


def _series(table: pd.DataFrame, across: str) -> list[tuple[str, pd.DataFrame]]:
    """Return the rows of each line, named by what tells it from the others."""
    columns = [c for c in CONDITION_COLUMNS if c in table.columns and c not in (across, *NOT_A_SERIES)]
    if across == "dose":
        columns = [c for c in columns if c != "dose_unit"]
    told = [c for c in columns if len(set(table[c].map(str))) > 1]
    if {"dose", "dose_unit"} & set(told):
        told = list(dict.fromkeys([*told, "compound", "dose", "dose_unit"]))
    told = told or [c for c in ("cell_line",) if c in columns]
    groups = table.groupby(told, sort=False, dropna=False) if told else [((), table)]
    return [(shown(_name(own, told), 40), own.sort_values(across)) for _, own in groups]


def _name(own: pd.DataFrame, told: Sequence[str]) -> str:
    row = rows_of(own)[0]
    return condition_label({c: row[c] for c in told} | {"role": " "}, told).strip(", ") or "all"


def _places(table: pd.DataFrame, across: str) -> dict[float, float]:
    """Return where each hour or dose stands, from 0 to 1: hours to scale unless they would crowd, doses evenly."""
    values = sorted(set(table[across].dropna()))
    reach = values[-1] - values[0] if values else 0.0
    gaps = np.diff(values)
    if across == "hours" and len(values) > 1 and gaps.min() > 0.055 * reach:
        return {value: (value - values[0]) / reach for value in values}
    return {value: k / max(len(values) - 1, 1) for k, value in enumerate(values)}


def _draw_series(
    ax: Axes,
    own: pd.DataFrame,
    panel: tuple[str, str, str, str],
    places: dict[float, float],
    across: str,
    aside: float,
    index: int,
) -> ErrorbarContainer:
    middle, low, high = (own[name].to_numpy(np.float64) for name in panel[:3])
    x = np.array([places.get(value, np.nan) for value in own[across]]) + aside
    low, high = (np.where(np.isfinite(limit), limit, middle) for limit in (low, high))
    return ax.errorbar(
        x,
        middle,
        yerr=np.maximum([middle - low, high - middle], 0.0),
        color=COLOURS[index % len(COLOURS)],
        marker=MARKERS[index % len(MARKERS)],
        markersize=4.5,
        capsize=2.2,
        linewidth=1.2,
        linestyle=("-", "--", "-.", ":")[index % 4],
    )


def _draw_axes(
    ax: Axes, places: dict[float, float], table: pd.DataFrame, across: str, label: str, *, is_fold: bool
) -> None:
    units = [u for u in dict.fromkeys(table["dose_unit"]) if u]
    dose = f"dose ({', '.join(unit(u) for u in units)})" if units else "dose"
    ax.set_xticks(list(places.values()), [f"{value:g}" for value in places])
    ax.set_xlim(-0.07, 1.07)
    ax.set_xlabel("hours" if across == "hours" else dose)
    ax.set_ylabel(label)
    ax.axhline(1.0, color="0.7", linewidth=0.6, zorder=0)
    if not is_fold:
        ax.set_ylim(0, max(1.1, ax.get_ylim()[1]))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
        return
    ax.set_yscale("log", base=2)
    low, high = ax.get_ylim()
    ticks = 2.0 ** np.arange(np.floor(np.log2(min(low, 0.9))), np.ceil(np.log2(max(high, 2.2))) + 1)
    ticks = ticks[:: 1 + len(ticks) // 8]
    ax.yaxis.set_major_locator(FixedLocator(ticks.tolist()))
    ax.yaxis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(min(low, 0.9), max(high, 2.2))
