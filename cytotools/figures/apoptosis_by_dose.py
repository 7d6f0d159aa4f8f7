"""Apoptosis against dose: means with their intervals and every tube, one figure a compound and hour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cytotools.figures.drawing import Drawing
from cytotools.figures.style import COLOURS, MARKERS, Saved
from cytotools.figures.tubes import CONTROL_ROLES
from cytotools.labels import condition_label, file_stem, shown, unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CAPTION = (
    "Filled: mean of independent replicates with its 95 % interval (t on the logit scale). Open: each tube. "
    "Doses stand at even steps; dose 0 is the control."
)


def apoptosis_by_dose(tubes: pd.DataFrame, apoptosis: pd.DataFrame) -> Iterator[Drawing]:
    """Yield total apoptosis against dose, one figure a compound and hour that has at least two doses.

    Parameters
    ----------
    tubes : DataFrame
        `cytotools.figures.tubes.tubes_of(quadrants)`.
    apoptosis : DataFrame
        apoptosis.csv.
    """
    totals, wells = apoptosis[apoptosis["population"] == "total"], _single_agents(tubes)
    single = totals[_is_single(totals)]
    taken: list[str] = []
    for compound in [c for c in dict.fromkeys(_text(single, "compound")) if c]:
        for hours in dict.fromkeys(_text(single, "hours")):
            chosen = _series_rows(single, compound, hours)
            if (chosen["dose"] > 0).sum() < 2 or chosen["dose"].nunique() < 2:
                continue
            name = file_stem(f"apoptosis_dose_{compound}_{hours}h" if hours else f"apoptosis_dose_{compound}", taken)
            taken.append(name)
            title = f"Apoptosis against dose of {compound}" + (f", {hours} h" if hours else "")
            draw = partial(_figure, chosen, _series_rows(wells, compound, hours), compound)
            yield Drawing(Saved(name, title, CAPTION, "flow"), draw)


def _is_single(table: pd.DataFrame) -> pd.Series[bool]:
    """Return True where a row names one compound at most: a combination has no place on a single agent's axis."""
    second = [c for c in ("compound_2", "dose_2", "compound_3", "dose_3", "schedule") if c in table.columns]
    return table[second].map(_is_empty).all(axis=1)


def _is_empty(value: object) -> bool:
    return value in ("", 0, None) or value != value


def _series_rows(table: pd.DataFrame, compound: str, hours: str) -> pd.DataFrame:
    """Return the rows of a compound at an hour, with the vehicle rows of that hour as its dose 0."""
    same_hour = _text(table, "hours") == hours
    is_compound = (_text(table, "compound") == compound) & (table["dose"] > 0)
    is_control = (
        table["role"].isin(("vehicle", "untreated")) if "role" in table.columns else table["dose"].fillna(0) == 0
    )
    rows = table[same_hour & (is_compound | is_control)].copy()
    rows["dose"] = rows["dose"].fillna(0.0)
    return rows


def _text(table: pd.DataFrame, column: str) -> pd.Series[str]:
    if column not in table.columns:
        return pd.Series("", index=table.index)
    return table[column].map(lambda v: "" if v is None or v != v else f"{v:g}" if isinstance(v, float) else str(v))


def _single_agents(tubes: pd.DataFrame) -> pd.DataFrame:
    """Return the sample tubes of one compound at most, without those that the sheet leaves out."""
    samples = tubes[~tubes["role"].isin(CONTROL_ROLES)]
    samples = samples[_is_single(samples)]
    if "exclude" in samples.columns:
        samples = samples[samples["exclude"] == ""]
    return samples if "dose" in samples.columns else samples.assign(dose=np.nan)


def _figure(means: pd.DataFrame, wells: pd.DataFrame, compound: str) -> Figure:
    figure = Figure(figsize=(4.6, 3.3), layout="constrained")
    ax = figure.add_subplot()
    place = _dose_axis(ax, sorted(set(means["dose"])))
    lines = list(dict.fromkeys(zip(_text(means, "cell_line"), _text(means, "arm"), strict=True)))
    for i, (line, arm) in enumerate(lines):
        colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        own = means[(_text(means, "cell_line") == line) & (_text(means, "arm") == arm)].sort_values("dose")
        dots = wells[(_text(wells, "cell_line") == line) & (_text(wells, "arm") == arm)]
        shift = (i - (len(lines) - 1) / 2) * 0.05
        x = np.array([place(d) + shift for d in own["dose"]])
        middle = own["mean"].to_numpy(float)
        reach = np.abs(own[["low", "high"]].to_numpy(float).T - middle)
        label = condition_label({"cell_line": line, "arm": arm, "role": " "}).strip(", ") or "all"
        ax.errorbar(
            x, middle, yerr=reach, color=colour, marker=marker, markersize=5, capsize=2.5, lw=1.3, label=shown(label)
        )
        ax.plot(
            [place(d) + shift + 0.09 for d in dots["dose"]],
            dots["total"],
            linestyle="none",
            marker=marker,
            markersize=3.2,
            markerfacecolor="none",
            markeredgecolor=colour,
            markeredgewidth=0.8,
        )
    units = [u for u in dict.fromkeys(_text(means[means["dose"] > 0], "dose_unit")) if u]
    ax.set_xlabel(f"{shown(compound)} ({', '.join(unit(u) for u in units)})" if units else shown(compound))
    ax.set_ylabel("apoptotic cells (early + late)")
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    reached = [value for value in (*means["high"], *wells["total"]) if np.isfinite(value)]
    ax.set_ylim(0, min(1.0, 1.1 * max(reached, default=1.0) or 1.0))
    if len(lines) > 1 or lines[0][0]:
        ax.legend(loc="upper left")
    return figure


def _dose_axis(ax: Axes, doses: Sequence[float]) -> Any:
    """Put the doses at even steps, in their order, named by their values, and return where each stands."""
    ax.set_xticks(range(len(doses)), [f"{d:g}" for d in doses])
    ax.set_xlim(-0.4, len(doses) - 0.6)
    index = {dose: float(i) for i, dose in enumerate(doses)}
    return lambda dose: index.get(dose, float("nan"))
