"""The figures of what blots say beside the time course: ratios between lines, and cleaved fractions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from blots import replicate_fractions, replicate_ratios
from blots.plots.abundance import draw_abundance, ratio_limits
from blots.plots.cleavage import draw_cleavage
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.figures.drawing import Drawing
from cytotools.figures.style import Saved
from cytotools.labels import condition_label, shown
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.results import Results

PANELS_A_ROW = 3
NOT_A_SERIES = ("hours", "replicate", "technical", "batch", "well")
ABUNDANCE = (
    "Level of each target over its loading control in one line over that in the other. Diamond and bar: ratio and "
    "95 % interval, each row's own; small circles: each replicate whose lanes share a membrane; triangles and "
    "dashed arrows: bounds, where a level is below detection."
)
CLEAVAGE = (
    "Cleaved band over the sum of cleaved and uncleaved band of the same lane. Line and filled symbols: mean logit "
    "over replicates with its 95 % interval; small symbols: each replicate; triangles with a pale bar: bounds, "
    "where one form is below detection. The fraction presumes that the antibody binds both forms alike."
)
PAIR = ("cell_line", "arm", "reference")


def line_figures(results: Results) -> Iterator[Drawing]:
    """Yield the figures of abundance.csv and cleavage.csv, where they have rows."""
    abundance, cleavage = results.tables["abundance"], results.tables["cleavage"]
    if len(abundance):
        points = replicate_ratios(results.tables["normalised"], _sheet(results))
        saved = Saved("abundance", "Levels between lines", ABUNDANCE, "blots")
        yield Drawing(saved, partial(_abundance, abundance, points))
    if "hours" in cleavage and cleavage["hours"].notna().any():
        fractions = replicate_fractions(results.tables["bands"], _sheet(results))
        yield Drawing(Saved("cleavage", "Cleaved fraction", CLEAVAGE, "blots"), partial(_cleavage, cleavage, fractions))


def _sheet(results: Results) -> pd.DataFrame:
    block = results.study.blots
    assert block is not None
    return block.lanes.drop(columns="place")


def _abundance(table: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """Draw a panel a pair of lines, a row a target."""
    named = [column for column in PAIR if column in table.columns]
    pairs = list(dict.fromkeys(table[named].fillna("").itertuples(index=False, name=None)))
    most = max(int((_of(table, named, pair)).sum()) for pair in pairs)
    figure = Figure(figsize=(5.6, (0.26 * most + 0.75) * len(pairs)), layout="constrained")
    limits = ratio_limits(table, points)
    panels = figure.subplots(len(pairs), 1, sharex=True, squeeze=False).ravel()
    for ax, pair in zip(panels, pairs, strict=True):
        own = table[_of(table, named, pair)]
        draw_abundance(ax, own, points[_of(points, named, pair)], limits)
        row = rows_of(own)[0]
        line = condition_label({**row, "role": " ", "compound": "", "dose": None, "hours": None}).rstrip(", ")
        when = next((f" at {hour:g} h" for hour in own.get("hours", []) if hour == hour), "")
        ax.set_title(f"{shown(line)} over {shown(str(row['reference']))}{when}", loc="left")
        ax.set_xlabel("")
    panels[-1].set_xlabel("Ratio of levels before treatment (logarithmic axis)")
    return figure


def _of(table: pd.DataFrame, columns: list[str], key: tuple[Any, ...]) -> pd.Series[bool]:
    """Return which rows have this key in these columns."""
    return table[columns].fillna("").apply(tuple, axis=1) == key


def _cleavage(table: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """Draw a panel a target, a line a cell line and treatment."""
    table, points = _with_series(table, table), _with_series(points, table)
    targets = list(dict.fromkeys(table["target"]))
    columns = min(PANELS_A_ROW, len(targets))
    rows = -(-len(targets) // columns)
    figure = Figure(figsize=(3.3 * columns + 0.3, 2.6 * rows + 0.2), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, target in zip(panels, targets, strict=False):
        draw_cleavage(ax, table[table["target"] == target], points[points["target"] == target])
        ax.set_title(shown(target))
    for ax in panels[len(targets) :]:
        ax.set_visible(False)
    return figure


def _with_series(table: pd.DataFrame, all_rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the column `series`: what tells its lines apart, in words."""
    columns = [c for c in CONDITION_COLUMNS if c in all_rows.columns and c not in NOT_A_SERIES]
    told = [c for c in columns if len(set(all_rows[c].fillna(""))) > 1] or ["cell_line"]
    whole = columns if any(c not in ("cell_line", "arm") for c in told) else told
    labels = [condition_label({c: row.get(c) for c in whole} | {"role": " "}).strip(", ") for row in rows_of(table)]
    return table.assign(series=[shown(label, 28) or "all" for label in labels])
