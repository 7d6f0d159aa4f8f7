"""IC50s side by side: a row a compound and line, with intervals on a logarithmic axis, open ones as arrows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from cytotools.figures.dose_axis import DoseAxis
from cytotools.figures.dose_curves import rounded
from cytotools.figures.style import COLOURS, MARKERS, Saved, save
from cytotools.labels import condition_label, file_stem, shown, unit
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ROW_INCHES, NAMES_INCHES, AXIS_INCHES, WORDS_INCHES = 0.2, 2.0, 3.4, 1.75
ROWS_A_PAGE = 40
KINDS = ("relative", "absolute")
Row = dict[str, Any]


def ic50_forests(dose_response: pd.DataFrame, folder: Path) -> Iterator[Saved]:
    """Write a figure for each assay and unit of dose.

    Parameters
    ----------
    dose_response : DataFrame
        dose_response.csv; rows of level `all` are drawn, with those of level `experiment` as small marks beside them.
    folder : Path
        Where the figures go.
    """
    taken: list[str] = []
    groups = dose_response.groupby(["assay", "dose_unit"], sort=False, dropna=False)
    for (assay, dose_unit), own in groups:
        rows = _rows(own)
        for start in range(0, len(rows), ROWS_A_PAGE):
            page = rows[start : start + ROWS_A_PAGE]
            name = file_stem(f"ic50_{assay}_{dose_unit}".rstrip("_"), taken)
            taken.append(name)
            title = f"IC50s, {assay}" + (f" ({unit(str(dose_unit))})" if dose_unit else "")
            yield save(_figure(page, str(dose_unit)), folder, Saved(name, title, _caption(page), "plates"), pdf=True)


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


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in ("kind", "cell_line", "arm", "compound", "hours", "curve_dose"))


def _figure(page: list[tuple[Row, list[Row]]], dose_unit: str) -> Figure:
    width, drawn = NAMES_INCHES + AXIS_INCHES + WORDS_INCHES, max(len(page), 2) * ROW_INCHES
    height = drawn + 0.62
    figure = Figure(figsize=(width, height))
    inches = (NAMES_INCHES, 0.5, AXIS_INCHES, drawn)
    ax = figure.add_axes(tuple(np.divide(inches, (width, height) * 2)))
    axis = DoseAxis(_ends(page), has_control=False)
    ax.set_ylim(len(page) - 0.5, -0.5)
    lines = list(dict.fromkeys(row["cell_line"] for row, _ in page))
    told = [
        c for c in ("cell_line", "arm", "hours") if c == "cell_line" or len({str(row.get(c)) for row, _ in page}) > 1
    ]
    for place, (row, singles) in enumerate(page):
        if place and row["compound"] != page[place - 1][0]["compound"]:
            ax.axhline(place - 0.5, color="0.75", linewidth=0.6)
        _draw_row(ax, axis, place, row, singles, lines.index(row["cell_line"]), told)
    axis.draw(ax, f"IC50 ({unit(dose_unit)})" if dose_unit else "IC50")
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


def _draw_row(
    ax: Axes, axis: DoseAxis, place: int, row: Row, singles: list[Row], line: int, told: Sequence[str]
) -> None:
    colour, marker = COLOURS[line % len(COLOURS)], MARKERS[line % len(MARKERS)]
    left, right = axis.ends
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
    name = condition_label({**row, "dose": None}, told)
    name += f" ({KINDS[1]})" if row["kind"] == KINDS[1] else ""
    ax.annotate(
        shown(name, 44),
        (0, place),
        (-6, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=6.4,
    )
    ax.annotate(
        _words(row),
        (1, place),
        (8, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="left",
        va="center",
        fontsize=6.4,
    )


def _words(row: Row) -> str:
    n = f", n = {row['n']:g}" if row["n"] == row["n"] else ""
    if np.isfinite(row["ic50"]):
        return f"{rounded(row['ic50'])} ({rounded(row['low'])} to {rounded(row['high'])}){n}"
    edge = f"< {row['dose_min']:g}" if row["low"] == 0 and row["high"] != np.inf else f"> {row['dose_max']:g}"
    return f"{edge}{n}"
