"""The blot figures: each image with its lanes and bands, lane profiles, time courses with every replicate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure

from blots import replicate_folds
from blots.plots.blot_image import draw_blot
from blots.plots.lane_profiles import draw_lane_profiles
from blots.plots.time_course import draw_time_course
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.figures.style import Saved, save
from cytotools.labels import condition_label, file_stem, shown
from cytotools.tables import rows_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cytotools.results import MeasuredImage, Results

WIDTH_INCHES = 7.2
PANELS_A_ROW = 3
NOT_A_SERIES = ("hours", "replicate", "technical", "batch", "well")


def blot_figures(results: Results, folder: Path) -> Iterator[Saved]:
    """Write the blot figures and yield what each shows."""
    course = results.tables["time_course"]
    if len(course):
        yield from _course_figures(results, course, folder)
    taken: list[str] = []
    for image in results.images:
        name = file_stem(Path(image.file).stem, taken)
        taken.append(name)
        sheet = _lanes(results, image)
        yield _picture(image, sheet, folder, f"blot_{name}")
        yield _profiles(image, sheet, folder, f"profiles_{name}")


def _course_figures(results: Results, course: pd.DataFrame, folder: Path) -> Iterator[Saved]:
    """Draw one figure a loading control: a panel a target, a line a cell line and treatment."""
    block = results.study.blots
    assert block is not None
    vehicles = {name: compound.vehicle for name, compound in results.study.compounds.items() if compound.vehicle}
    lanes, normalised = block.lanes.drop(columns="place"), results.tables["normalised"]
    points = replicate_folds(normalised, lanes, str(block.reference), vehicles=vehicles)
    means, dots = (_with_series(table) for table in (course, points))
    for control in dict.fromkeys(means["loading_control"]):
        own = means[means["loading_control"] == control]
        targets = list(dict.fromkeys(own["target"]))
        columns = min(PANELS_A_ROW, len(targets))
        rows = -(-len(targets) // columns)
        figure = Figure(figsize=(2.75 * columns + 0.3, 2.6 * rows + 0.2), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for ax, target in zip(panels, targets, strict=False):
            chosen = own[own["target"] == target]
            here = dots[(dots["loading_control"] == control) & (dots["target"] == target)]
            draw_time_course(ax, chosen, here, by=("series",))
            ax.set_title(shown(target))
        for ax in panels[len(targets) :]:
            ax.set_visible(False)
        caption = (
            f"Level over the reference ({block.reference}) after division by {control}, logarithmic axis. Line and "
            "filled symbols: geometric mean with its 95 % interval; open symbols: each replicate."
        )
        name = file_stem(f"time_course_{control}")
        yield save(figure, folder, Saved(name, f"Time courses over {control}", caption, "blots"))


def _with_series(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the column `series`: what tells its lines apart, in words."""
    columns = [c for c in CONDITION_COLUMNS if c in table.columns and c not in NOT_A_SERIES]
    told = [c for c in columns if len(set(table[c].fillna(""))) > 1]
    wanted = set(told) if told else {"cell_line"}
    if any(c not in ("cell_line", "arm") for c in wanted):
        wanted |= set(columns)
    labels = [
        condition_label({c: row.get(c) for c in columns if c in wanted} | {"role": " "}).strip(", ")
        for row in rows_of(table)
    ]
    return table.assign(series=[shown(label, 28) or "all" for label in labels])


def _lanes(results: Results, image: MeasuredImage) -> list[dict[str, Any]]:
    """Return what the sheet says of each lane of an image, an empty record where it says nothing."""
    block = results.study.blots
    assert block is not None
    sheet = {row["lane"]: row for row in rows_of(block.lanes) if row["membrane"] == image.membrane}
    return [sheet.get(lane.number + image.first_lane - 1, {}) for lane in image.geometry.lanes]


def _lane_labels(sheet: Sequence[dict[str, Any]]) -> list[str]:
    """Return a short label a lane: its hours, or its role where it has none."""
    labels = []
    for number, row in enumerate(sheet, 1):
        hours = row.get("hours")
        timed = isinstance(hours, float) and hours == hours
        labels.append(f"{hours:g} h" if timed else shown(str(row.get("role") or number), 8))
    return labels


def _picture(image: MeasuredImage, sheet: Sequence[dict[str, Any]], folder: Path, name: str) -> Saved:
    rows, columns = image.blot.signal.shape
    figure = Figure(figsize=(WIDTH_INCHES, min(0.86 * WIDTH_INCHES * rows / columns + 1.0, 9.0)), layout="constrained")
    ax = figure.add_subplot()
    draw_blot(ax, image.blot, image.geometry, labels=_lane_labels(sheet), title="")
    _name_lines(ax, image, sheet)
    caption = (
        f"{image.file} with the lanes and bands that were measured, more signal darker. Solid outlines were found by "
        "their own crest, dashed ones placed by their lane and row, dotted ones set by hand."
    )
    return save(figure, folder, Saved(name, f"Blot of membrane {image.membrane}", caption, "blots"))


def _name_lines(ax: Axes, image: MeasuredImage, sheet: Sequence[dict[str, Any]]) -> None:
    """Draw a bar over the neighbouring lanes of one cell line, with its name."""
    lanes = image.geometry.lanes
    for line, group in groupby(
        zip(sheet, lanes, strict=True), key=lambda pair: str(pair[0].get("cell_line", "") or "")
    ):
        members = [lane for _, lane in group]
        if not line:
            continue
        left, right = members[0].x[0] - members[0].width_px / 2, members[-1].x[0] + members[-1].width_px / 2
        transform = ax.get_xaxis_transform()
        ax.plot([left, right], [1.075, 1.075], transform=transform, color="black", lw=1.0, clip_on=False)
        ax.text((left + right) / 2, 1.085, shown(line), transform=transform, ha="center", va="bottom", fontsize=8)


def _profiles(image: MeasuredImage, sheet: Sequence[dict[str, Any]], folder: Path, name: str) -> Saved:
    figure = Figure(figsize=(WIDTH_INCHES, 1.15 * -(-len(image.geometry.lanes) // 4) + 0.9), layout="constrained")
    labels = [
        f"{lane.number}: {shown(str(row.get('cell_line', '') or ''), 14)} {label}".replace(":  ", ": ")
        for lane, row, label in zip(image.geometry.lanes, sheet, _lane_labels(sheet), strict=True)
    ]
    draw_lane_profiles(figure, image.blot, image.geometry, labels=labels)
    caption = "Signal down each lane (square-root axis), the background under it and the bands fitted on it."
    return save(figure, folder, Saved(name, f"Lane profiles of membrane {image.membrane}", caption, "blots"))
