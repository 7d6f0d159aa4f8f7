"""Quadrant sheets: all tubes as small multiples on one scale, and each tube alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cytotools.figures.drawing import Drawing
from cytotools.figures.style import Saved
from cytotools.figures.tubes import CONTROL_ROLES
from cytotools.labels import dose_label, shown
from cytotools.tables import rows_of
from gating.plots import draw_quadrants, shown_range

if TYPE_CHECKING:
    from gating.gates import QuadrantGate
    from gating.plate import Plate

Shares = Mapping[str, Mapping[str, float]]
Interval = tuple[float, float]

PANEL_INCHES, GAP_INCHES = 1.35, 0.2
LEFT_INCHES, BOTTOM_INCHES, TOP_INCHES = 0.8, 0.52, 0.3
WIDEST, MANY, WIDEST_OF_MANY = 6, 36, 12  # panels in a row where the design makes no grid
SMALL = 0.72  # of a panel's size where there are many columns
CAPTION = (
    "Each panel is one tube: density of whole single cells (darker is denser, logarithmic; bins without an event are "
    "white), the two dividers with their 95 % intervals as bands, and the share of cells counted in each quadrant. "
    "Left: Annexin V negative; top: dye positive. Both axes are compensated and on an asinh scale."
)


def quadrant_sheets(plate: Plate, tubes: pd.DataFrame, shares: Shares) -> Iterator[Drawing]:
    """Yield the samples on one sheet and the control tubes on another, as small multiples.

    Parameters
    ----------
    plate : Plate
        Gated with pictures.
    tubes : DataFrame
        One row a file that has a picture, by file.
    shares : mapping of file to fractions
        What stands in the corners.
    """
    is_control = tubes["role"].isin(CONTROL_ROLES)
    for name, title, chosen in (
        ("quadrants_samples", "Quadrants of the samples", tubes[~is_control]),
        ("quadrants_controls", "Quadrants of the control tubes", tubes[is_control]),
    ):
        if len(chosen):
            yield Drawing(Saved(name, title, CAPTION, "flow"), partial(_sheet, plate, chosen, shares))


def threshold_intervals(thresholds: pd.DataFrame) -> dict[tuple[str, float], Interval]:
    """Return the interval of each threshold by its channel and value; of two that share a value, the wider reach.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"channel": "FITC-A", "threshold": 900.0}
    >>> threshold_intervals(pd.DataFrame([row | {"low": 800.0, "high": 950.0}, row | {"low": 850.0, "high": 1e3}]))
    {('FITC-A', 900.0): (800.0, 1000.0)}
    """
    found: dict[tuple[str, float], Interval] = {}
    for row in rows_of(thresholds):
        key = (row["channel"], row["threshold"])
        low, high = found.get(key, (np.inf, -np.inf))
        found[key] = (min(row["low"], low), max(row["high"], high))
    return found


def _of_gate(intervals: Mapping[tuple[str, float], Interval], gate: QuadrantGate) -> tuple[Interval, Interval]:
    unknown = (np.nan, np.nan)
    return (
        intervals.get((gate.annexin, gate.annexin_threshold), unknown),
        intervals.get((gate.dye, gate.dye_threshold), unknown),
    )


def _sheet(plate: Plate, tubes: pd.DataFrame, shares: Shares) -> Figure:
    """Draw all tubes on one scale: a row a line and replicate, a column a treatment, where that is a grid.

    Laid out by hand: the layout engine takes as long as the drawing.
    """
    rows, columns, places = _places(tubes)
    shown_part = shown_range([plate.densities[f] for f in tubes.index], [plate.gates[f] for f in tubes.index])
    intervals = threshold_intervals(plate.thresholds)
    lowest = {column: max(r for r, c, *_ in places.values() if c == column) for _, column, *_ in places.values()}
    panel = PANEL_INCHES * (SMALL if columns > WIDEST else 1.0)
    step = panel + GAP_INCHES
    width, height = LEFT_INCHES + columns * step, BOTTOM_INCHES + rows * step + TOP_INCHES - GAP_INCHES
    figure = Figure(figsize=(width, height))
    for file, (row, column, heading, side) in places.items():
        inches = (LEFT_INCHES + column * step, height - TOP_INCHES - row * step - panel, panel, panel)
        ax = figure.add_axes(tuple(np.divide(inches, (width, height) * 2)))
        gate, density = plate.gates[file], plate.densities[file]
        size, bands = 5.8 if panel == PANEL_INCHES else 4.4, _of_gate(intervals, gate)
        draw_quadrants(ax, density, gate, shares[file], intervals=bands, shown=shown_part, labels=False, font_size=size)
        ax.tick_params(labelsize=5.5, labelleft=column == 0, labelbottom=row == lowest[column])
        if heading:
            ax.set_title(shown(heading, 26 if panel == PANEL_INCHES else 20), fontsize=size + 1.2, pad=3)
        if side:
            ax.set_ylabel(shown(side, 26), fontsize=7)
    gate = plate.gates[tubes.index[0]]
    middle = (LEFT_INCHES + (columns * step - GAP_INCHES) / 2) / width, (BOTTOM_INCHES + rows * step / 2) / height
    across, up = shown(f"Annexin V ({gate.annexin})", 60), shown(f"dead-cell dye ({gate.dye})", 60)
    figure.supxlabel(across, x=middle[0], y=0.06 / height, va="bottom", fontsize=8)
    figure.supylabel(up, x=0.06 / width, y=middle[1], ha="left", fontsize=8)
    return figure


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
    wide = min(WIDEST if len(records) <= MANY else WIDEST_OF_MANY, len(records))
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
