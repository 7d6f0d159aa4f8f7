"""IC50s side by side: a row a compound and line, with intervals on a logarithmic axis, open ones as arrows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from cytotools.figures.dose_axis import DoseAxis
from cytotools.figures.drawing import Drawing
from cytotools.figures.style import COLOURS, MARKERS, Saved
from cytotools.ic50_words import curve_label, ic50_words, unit_of
from cytotools.labels import file_stem, printed, shown
from cytotools.number_words import finite
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ROW_INCHES, AXIS_INCHES, WORDS_INCHES = 0.2, 3.2, 2.1
LETTER_INCHES, LONGEST_NAME = 0.056, 52
ROWS_A_PAGE = 40
KINDS = ("relative", "absolute")
Row = dict[str, Any]


def ic50_forests(dose_response: pd.DataFrame) -> Iterator[Drawing]:
    """Yield a figure for each assay and unit of dose.

    Parameters
    ----------
    dose_response : DataFrame
        dose_response.csv; rows of level `all` are drawn, with those of level `experiment` as small marks beside them.
    """
    taken: list[str] = []
    units = [unit_of(row) for row in rows_of(dose_response)]
    for (assay, dose_unit), own in dose_response.assign(unit=units).groupby(["assay", "unit"], sort=False):
        rows = _rows(own)
        for start in range(0, len(rows), ROWS_A_PAGE):
            page = rows[start : start + ROWS_A_PAGE]
            name = file_stem(f"ic50_{assay}_{dose_unit}".replace("µ", "u"), taken)
            taken.append(name)
            title = f"IC50s, {assay}" + (f" ({dose_unit})" if dose_unit else "")
            draw = partial(_figure, page, str(dose_unit))
            yield Drawing(Saved(name, title, _caption(page), "plates"), draw)


def _caption(page: list[tuple[Row, list[Row]]]) -> str:
    words = ["Large: IC50 over all experiments with its 95 % interval, logarithmic axis; small: each experiment."]
    if any(row["kind"] == "absolute" for row, _ in page):
        words.append(
            "Filled: relative IC50, halfway between the curve's plateaus; open: absolute, at half the control."
        )
    if any(np.isnan(row["ic50"]) for row, _ in page):
        words.append("Arrow: beyond the doses tested, the bar begins at the limit of its interval.")
    return " ".join(words)


def _rows(own: pd.DataFrame) -> list[tuple[Row, list[Row]]]:
    """Return the rows to draw, compound by compound, each with those of its experiments."""
    singles = [row for row in rows_of(own) if row["level"] == "experiment"]
    wanted = [row for row in rows_of(own) if row["level"] == "all"] or singles
    compounds = list(dict.fromkeys(row["compound"] for row in wanted))
    wanted = sorted(wanted, key=lambda row: compounds.index(row["compound"]))
    return [(row, [s for s in singles if _key(s) == _key(row)] if row["level"] == "all" else []) for row in wanted]


def _key(row: Row) -> tuple[str, str, str]:
    return str(row["kind"]), curve_label(row), str(row["curve_dose"])


def _figure(page: list[tuple[Row, list[Row]]], dose_unit: str) -> Figure:
    names = _names(page)
    left, drawn = LETTER_INCHES * max(len(name) for name in names) + 0.25, max(len(page), 2) * ROW_INCHES
    width = left + AXIS_INCHES + WORDS_INCHES
    height = drawn + 0.62
    figure = Figure(figsize=(width, height))
    inches = (left, 0.5, AXIS_INCHES, drawn)
    ax = figure.add_axes(tuple(np.divide(inches, (width, height) * 2)))
    axis = DoseAxis(_ends(page), has_control=False)
    ax.set_ylim(len(page) - 0.5, -0.5)
    lines = list(dict.fromkeys(row["cell_line"] for row, _ in page))
    for place, (row, singles) in enumerate(page):
        if place and row["compound"] != page[place - 1][0]["compound"]:
            ax.axhline(place - 0.5, color="0.75", linewidth=0.6)
        _draw_row(ax, axis, place, row, singles, lines.index(row["cell_line"]))
        _write_row(ax, place, names[place], _words(row))
    axis.draw(ax, f"IC50 ({dose_unit})" if dose_unit else "IC50")
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    return figure


def _ends(page: list[tuple[Row, list[Row]]]) -> list[float]:
    """Return what the axis must hold: every estimate and finite limit, within three times the doses tested."""
    found = []
    for row, singles in page:
        low, high = row["dose_min"] / 3, row["dose_max"] * 3
        values = [one[name] for one in (row, *singles) for name in ("ic50", "low", "high")]
        found += [min(max(value, low), high) for value in values if np.isfinite(value) and value > 0]
        found += [row["dose_max"]] if np.isnan(row["ic50"]) else []
    return found


def _draw_row(ax: Axes, axis: DoseAxis, place: int, row: Row, singles: list[Row], line: int) -> None:
    colour, marker = COLOURS[line % len(COLOURS)], MARKERS[line % len(MARKERS)]
    left, right = axis.ends
    if np.isnan(row["ic50"]) and np.isnan(row["low"]):
        return  # no curve could be fitted
    below, above = row["low"] == 0, row["high"] == np.inf
    start = left if below or not row["low"] > 0 else max(float(axis.place(row["low"])), left)
    end = right if above or not np.isfinite(row["high"]) else min(float(axis.place(row["high"])), right)
    ax.plot([start, end], [place, place], color=colour, linewidth=1.3, solid_capstyle="butt")
    for is_open, at, arrow in ((below, left, "<"), (above, right, ">")):
        if is_open:
            ax.plot(at, place, marker=arrow, color=colour, markersize=4.6, clip_on=False)
    if np.isfinite(row["ic50"]):
        face = colour if row["kind"] == KINDS[0] else "white"
        ax.plot(axis.place(row["ic50"]), place, marker=marker, color=colour, markerfacecolor=face, markersize=5.2)
    own = [one["ic50"] for one in singles if np.isfinite(one["ic50"])]
    ax.plot(axis.place(own), np.full(len(own), place + 0.27), linestyle="none", marker="|", color="0.35", markersize=4)


def _names(page: list[tuple[Row, list[Row]]]) -> list[str]:
    """Return what each row is of; an absolute IC50 under the relative one of its curve needs its kind alone."""
    names, above = [], ""
    for row, _ in page:
        label = shown(printed(curve_label(row)), LONGEST_NAME)
        is_absolute = row["kind"] == KINDS[1]
        names.append(KINDS[1] if is_absolute and label == above else f"{label} ({KINDS[1]})" if is_absolute else label)
        above = label
    return names


def _write_row(ax: Axes, place: int, name: str, words: str) -> None:
    """Write what a row is of at its left, its IC50 at its right."""
    for side, text, shift, align in ((0, name, -6, "right"), (1, words, 8, "left")):
        ax.annotate(
            text,
            (side, place),
            (shift, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha=align,
            va="center",
            fontsize=6.4,
        )


def _words(row: Row) -> str:
    return ic50_words(row) + (f", n = {row['n']:g}" if finite(row["n"]) else "")
