"""Standard curves: the standards, the fit with its band, and each sample where it was read from the fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from cytotools.figures.dose_axis import DoseAxis
from cytotools.figures.dose_curves import EXCLUDED
from cytotools.figures.drawing import Drawing
from cytotools.figures.style import COLOURS, Saved
from cytotools.labels import file_stem, shown, unit
from cytotools.number_words import fold

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cytotools.drawn_plates import DrawnStandards

PANEL_INCHES = (3.5, 2.8)
COLUMNS, ROWS = 2, 3
ABSORBANCE = "absorbance"
NAMED = 6


def standard_curves(plates: Sequence[DrawnStandards]) -> Iterator[Drawing]:
    """Yield the standard curves of each assay, pages of up to six plates."""
    taken: list[str] = []
    for assay in dict.fromkeys(plate.assay for plate in plates):
        own = [plate for plate in plates if plate.assay == assay]
        for start in range(0, len(own), COLUMNS * ROWS):
            page = own[start : start + COLUMNS * ROWS]
            name = file_stem(f"standards_{assay}", taken)
            taken.append(name)
            title = f"Standard curve{'s' if len(own) > 1 else ''}, {assay.upper()}"
            yield Drawing(Saved(name, title, _caption(page), "plates"), partial(_page, page))


def _caption(page: Sequence[DrawnStandards]) -> str:
    words = [
        "Circles: standards; line: the fit with its 95 % band; squares: samples with their 95 % intervals, as they are "
        "in the well, before their dilution is taken out; shaded: outside the standards, where nothing is read."
    ]
    if any(plate.samples["concentration"].isna().any() for plate in page):
        words.append("Triangles: samples below (left) or above (right) the standards.")
    if any((plate.standards["excluded"] != "").any() for plate in page):
        words.append("Cross: a standard that was left out.")
    return " ".join(words)


def _page(page: Sequence[DrawnStandards]) -> Figure:
    columns = min(COLUMNS, len(page))
    rows = -(-len(page) // columns)
    figure = Figure(figsize=(columns * PANEL_INCHES[0], rows * PANEL_INCHES[1]), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, plate in zip(axes, page, strict=False):
        draw_standard_curve(ax, plate)
    for ax in axes[len(page) :]:
        ax.set_visible(False)
    return figure


def draw_standard_curve(ax: Axes, plate: DrawnStandards) -> None:
    """Draw one plate's standards, fit and samples.

    Parameters
    ----------
    ax : matplotlib Axes
    plate : DrawnStandards
    """
    doses = plate.standards["concentration"].to_numpy(np.float64)
    axis = DoseAxis(doses, has_control=True)
    used = plate.standards["excluded"] == ""
    black: dict[str, Any] = {"linestyle": "none", "marker": "o", "color": "black"}
    standards = plate.standards[used]
    ax.plot(
        axis.place(standards["concentration"]), standards["signal"], markersize=4.2, markerfacecolor="none", **black
    )
    left_out = plate.standards[~used]
    ax.plot(axis.place(left_out["concentration"]), left_out["signal"], linestyle="none", **EXCLUDED)
    if plate.fit is not None:
        ax.plot(axis.place(plate.fit.x), plate.fit.y, color="black", linewidth=1.1)
        if len(plate.fit.low):
            ax.fill_between(
                axis.place(plate.fit.x), plate.fit.low, plate.fit.high, color="black", alpha=0.14, linewidth=0
            )
    _draw_samples(ax, axis, plate)
    lowest, highest = (float(axis.place(limit)) for limit in (plate.lowest, plate.highest))
    left, right = axis.ends
    for start, end in ((left, lowest), (highest, right)):
        ax.axvspan(start, end, color="0.92", linewidth=0, zorder=0)
    axis.draw(ax, f"{shown(plate.analyte, 30)} ({unit(plate.unit)})")
    ax.set_ylabel(ABSORBANCE)
    words = [shown(part, 40) for part in (plate.name, plate.model) if part]
    words.append(f"standards {fold(plate.lowest)} to {fold(plate.highest)} {unit(plate.unit)}")
    ax.set_title(", ".join(words))


def _draw_samples(ax: Axes, axis: DoseAxis, plate: DrawnStandards) -> None:
    """Draw samples on the fit, those outside the standards as triangles at the side where they are."""
    colour, samples = COLOURS[1], plate.samples
    inside = samples[samples["concentration"].notna()]
    low, high = (axis.place(inside[name].clip(lower=10.0**axis.low)) for name in ("low", "high"))
    x = axis.place(inside["concentration"])
    reach = np.abs([x - low, np.where(np.isfinite(high), high, axis.ends[1]) - x])
    ax.errorbar(
        x,
        inside["signal"],
        xerr=reach,
        linestyle="none",
        marker="s",
        markersize=3.2,
        color=colour,
        capsize=1.6,
        linewidth=0.9,
        zorder=3,
    )
    outside = samples[samples["concentration"].isna()]
    is_above = outside["low"].to_numpy(np.float64) >= plate.highest
    left, right = float(axis.place(plate.lowest)) - 0.04 * axis.width, axis.high + 0.03 * axis.width
    for marker, place, wanted in (("<", left, ~is_above), (">", right, is_above)):
        ax.plot(
            np.full(int(wanted.sum()), place),
            outside["signal"][wanted],
            linestyle="none",
            marker=marker,
            markersize=4.2,
            markerfacecolor="none",
            color=colour,
            zorder=3,
        )
