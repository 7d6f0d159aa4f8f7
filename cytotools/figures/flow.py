"""The flow figures: a quadrant plot a tube, all tubes on one sheet, fractions by condition, apoptosis against dose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cytotools.figures.style import (
    COLOURS,
    MARKERS,
    POPULATION_COLOURS,
    POPULATION_NAMES,
    Saved,
    save,
)
from cytotools.labels import condition_label, dose_label, file_stem, shown, unit
from cytotools.tables import rows_of
from gating.plots import draw_quadrants, shown_range
from gating.quadrants import POPULATIONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gating.plate import Plate

CONTROL_ROLES = ("unstained", "annexin_only", "dye_only", "positive")
PANEL_INCHES = 1.55
WIDEST = 6  # panels in a row where the design makes no grid


def flow_figures(plate: Plate, apoptosis: pd.DataFrame, folder: Path) -> Iterator[Saved]:
    """Write the flow figures and yield what each shows, those of the report first."""
    tubes = plate.table.drop_duplicates("file").set_index("file", drop=False)
    fractions = plate.table.pivot_table(index="file", columns="population", values="counted_fraction")
    tubes = tubes[tubes["file"].isin(plate.densities)]
    is_control = tubes["role"].isin(CONTROL_ROLES)
    if len(apoptosis):
        yield from _dose_figures(plate.table, apoptosis, folder)
        yield _stacked(apoptosis, folder)
    for name, title, chosen in (
        ("quadrants_samples", "Quadrants of the samples", tubes[~is_control]),
        ("quadrants_controls", "Quadrants of the control tubes", tubes[is_control]),
    ):
        if len(chosen):
            yield _sheet(plate, chosen, fractions, folder, name, title)
    taken: list[str] = []
    for file in tubes.index:
        name = file_stem(f"quadrants_{Path(file).stem}", taken)
        taken.append(name)
        yield _single(plate, rows_of(tubes.loc[[file]])[0], fractions, folder, name)


def _single(plate: Plate, tube: Mapping[str, Any], fractions: pd.DataFrame, folder: Path, name: str) -> Saved:
    figure = Figure(figsize=(3.3, 3.1))
    ax = figure.add_axes(
        (0.18, 0.15, 0.77, 0.76)
    )  # the same frame for every tube, so that they can be laid side by side
    file = tube["file"]
    draw_quadrants(ax, plate.densities[file], plate.gates[file], _shares(fractions, file))
    ax.set_title(shown(Path(file).name, 44))
    return save(figure, folder, Saved(name, f"Quadrants of {file}", "", ""))


def _shares(fractions: pd.DataFrame, file: str) -> dict[str, float]:
    return {str(population): float(share) for population, share in fractions.loc[file].items()}


def _sheet(plate: Plate, tubes: pd.DataFrame, fractions: pd.DataFrame, folder: Path, name: str, title: str) -> Saved:
    """Draw all tubes as small multiples: a row a line and replicate, a column a treatment, where that is a grid."""
    rows, columns, places = _places(tubes)
    shown_part = shown_range([plate.densities[file] for file in tubes.index])
    lowest = {column: max(r for r, c, *_ in places.values() if c == column) for _, column, *_ in places.values()}
    figure = Figure(figsize=(PANEL_INCHES * columns + 0.7, PANEL_INCHES * rows + 0.6), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for ax in grid.flat:
        ax.set_visible(False)
    for file, (row, column, heading, side) in places.items():
        ax = grid[row, column]
        ax.set_visible(True)
        gate, density = plate.gates[file], plate.densities[file]
        draw_quadrants(ax, density, gate, _shares(fractions, file), shown=shown_part, labels=False, font_size=5.8)
        ax.tick_params(labelsize=5.5, labelleft=column == 0, labelbottom=row == lowest[column])
        if heading:
            ax.set_title(shown(heading, 30), fontsize=7)
        if side:
            ax.set_ylabel(shown(side, 30), fontsize=7)
    gate = plate.gates[tubes.index[0]]
    figure.supxlabel(f"Annexin V ({gate.annexin}), compensated, asinh scale", fontsize=8)
    figure.supylabel(f"dead-cell dye ({gate.dye}), compensated, asinh scale", fontsize=8)
    caption = (
        "Each panel is one tube: density of whole single cells (darker is denser, logarithmic), the two dividers, and "
        "the share of cells in each quadrant. Left: Annexin V negative; top: dye positive."
    )
    return save(figure, folder, Saved(name, title, caption, "flow"))


def _places(tubes: pd.DataFrame) -> tuple[int, int, dict[str, tuple[int, int, str, str]]]:
    """Return the number of rows and columns, and for each file its row, column, heading and side label."""
    records = rows_of(tubes)
    is_controls = tubes["role"].isin(CONTROL_ROLES).all()
    sides = [_side(r) for r in records]
    lines = list(dict.fromkeys(str(r.get("cell_line", "")) for r in records))
    tops = [str(r["role"]).replace("_", " ") if is_controls else dose_label(r) for r in records]
    by_line = sorted(range(len(records)), key=lambda k: lines.index(str(records[k].get("cell_line", ""))))
    rows, columns = list(dict.fromkeys(sides[k] for k in by_line)), list(dict.fromkeys(tops))
    cells = list(zip(sides, tops, strict=True))
    if len(set(cells)) == len(cells) and len(rows) * len(columns) <= 1.5 * len(cells) and len(columns) <= 12:
        return (
            len(rows),
            len(columns),
            {
                r["file"]: (i := rows.index(s), j := columns.index(t), t if i == 0 else "", s if j == 0 else "")
                for r, s, t in zip(records, sides, tops, strict=True)
            },
        )
    wide = min(WIDEST, len(records))
    return (
        -(-len(records) // wide),
        wide,
        {r["file"]: (k // wide, k % wide, Path(r["file"]).stem, "") for k, r in enumerate(records)},
    )


def _side(row: Mapping[str, Any]) -> str:
    parts = [str(row.get("cell_line", "") or "")]
    replicate = str(row.get("replicate", "") or "")
    hours = row.get("hours")
    parts += [f"rep {replicate}"] if replicate else []
    parts += [f"{hours:g} h"] if isinstance(hours, float) and hours == hours and not parts[0] else []
    return ", ".join(part for part in parts if part)


def _stacked(apoptosis: pd.DataFrame, folder: Path) -> Saved:
    """Draw the mean share of each population by condition, one bar a condition."""
    labels = apoptosis.apply(lambda r: condition_label(r.to_dict()), axis=1)
    means = apoptosis.assign(condition=labels).pivot_table(
        index="condition", columns="population", values="mean", sort=False
    )
    order = list(dict.fromkeys(labels))
    means = means.loc[order]
    figure = Figure(figsize=(6.4, 0.28 * len(order) + 1.1), layout="constrained")
    ax = figure.add_subplot()
    left = np.zeros(len(order))
    places = np.arange(len(order))[::-1]
    for population in POPULATIONS:
        values = means[population].to_numpy(float)
        ax.barh(
            places,
            values,
            left=left,
            color=POPULATION_COLOURS[population],
            edgecolor="black",
            linewidth=0.4,
            height=0.72,
            label=POPULATION_NAMES[population],
        )
        left = left + values
    ax.set_yticks(places, [shown(label, 72) for label in order])
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlabel("share of whole single cells (mean of replicates)")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    figure.legend(loc="outside upper center", ncols=4, handlelength=1.2, columnspacing=1.2)
    caption = "Mean share of the four populations by condition, over independent replicates."
    return save(figure, folder, Saved("fractions_by_condition", "Populations by condition", caption, "flow"))


def _dose_figures(quadrants: pd.DataFrame, apoptosis: pd.DataFrame, folder: Path) -> Iterator[Saved]:
    """Draw total apoptosis against dose, one figure a compound and hour that has at least two doses."""
    totals = apoptosis[apoptosis["population"] == "total"]
    wells = _totals(quadrants)
    single = totals[_is_single(totals)]
    taken: list[str] = []
    for compound in [c for c in dict.fromkeys(_text(single, "compound")) if c]:
        for hours in dict.fromkeys(_text(single, "hours")):
            chosen = _series_rows(single, compound, hours)
            if (chosen["dose"] > 0).sum() < 2 or chosen["dose"].nunique() < 2:
                continue
            name = file_stem(f"apoptosis_dose_{compound}_{hours}h" if hours else f"apoptosis_dose_{compound}", taken)
            taken.append(name)
            yield _dose_figure(chosen, _series_rows(wells, compound, hours), compound, hours, folder, name)


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


def _totals(quadrants: pd.DataFrame) -> pd.DataFrame:
    """Return one row a sample tube with its total apoptosis."""
    samples = quadrants[~quadrants["role"].isin(CONTROL_ROLES)]
    samples = samples[_is_single(samples)]
    if "exclude" in samples.columns:
        samples = samples[samples["exclude"] == ""]
    apoptotic = samples[samples["population"].isin(("early_apoptotic", "late_apoptotic"))]
    total = apoptotic.groupby("file")["fraction"].sum()
    tubes = samples.drop_duplicates("file").set_index("file")
    tubes = tubes.assign(total=total)
    if "dose" not in tubes.columns:
        tubes["dose"] = np.nan
    return tubes


def _dose_figure(means: pd.DataFrame, wells: pd.DataFrame, compound: str, hours: str, folder: Path, name: str) -> Saved:
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
    ax.set_ylim(0, min(1.0, 1.1 * float(np.nanmax([*means["high"], *wells["total"]]))))
    if len(lines) > 1 or lines[0][0]:
        ax.legend(loc="upper left")
    title = f"Apoptosis against dose of {compound}" + (f", {hours} h" if hours else "")
    caption = (
        "Filled: mean of independent replicates with its 95 % interval (t on the logit scale). Open: each replicate. "
        "Doses stand at even steps; dose 0 is the control."
    )
    return save(figure, folder, Saved(name, title, caption, "flow"))


def _dose_axis(ax: Axes, doses: Sequence[float]) -> Any:
    """Put the doses at even steps, in their order, named by their values, and return where each stands."""
    ax.set_xticks(range(len(doses)), [f"{d:g}" for d in doses])
    ax.set_xlim(-0.4, len(doses) - 0.6)
    index = {dose: float(i) for i, dose in enumerate(doses)}
    return lambda dose: index.get(dose, float("nan"))
