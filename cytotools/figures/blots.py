"""The blot figures: each image with its lanes and bands, lane profiles, time courses with every replicate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import ScaledTranslation

from blots import replicate_folds
from blots.linear_range import find_ranges
from blots.plots.blot_image import draw_blot
from blots.plots.dilution_series import draw_dilution_series
from blots.plots.flags import band_flags
from blots.plots.lane_profiles import draw_lane_profiles, profiles_height
from blots.plots.panel import width_pt
from blots.plots.picture import places_in
from blots.plots.residual_map import draw_residuals, residuals
from blots.plots.time_course import FEW_SERIES, draw_time_course, lower_limits
from blots.plots.unfit_image import draw_unfit
from blots.plots.whole_lane_profiles import draw_whole_lanes
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.figures.blot_lines import line_figures
from cytotools.figures.drawing import Drawing
from cytotools.figures.paper import paper_figures
from cytotools.figures.style import Saved
from cytotools.labels import condition_label, file_stem, shown
from cytotools.tables import rows_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer

    from blots.blot import Blot
    from blots.lane_fits import LaneFits
    from blots.layout import BlotGeometry
    from blots.linear_range import LinearRange
    from cytotools.results import MeasuredImage, RefusedImage, Results

WIDTH_INCHES = 7.2
DETAIL = "blots in detail"  # the section that the page keeps folded
PANELS_A_ROW = 3
NOT_A_SERIES = ("hours", "replicate", "technical", "batch", "well")


def blot_figures(results: Results) -> Iterator[Drawing]:
    """Yield the blot figures."""
    course = results.tables["time_course"]
    if len(course):
        yield from _course_figures(results, course)
    yield from paper_figures(results)
    yield from line_figures(results)
    yield from _series_figures(results)
    taken: list[str] = []
    for image in results.images:
        name = file_stem(image.stem, taken)
        taken.append(name)
        sheet = _lanes(results, image)
        yield _picture(image, sheet, f"blot_{name}")
        if image.measured.fits is not None:
            yield _profiles(image, image.measured.fits, sheet, f"profiles_{name}")
            yield _residuals(image, image.measured.fits, f"residuals_{name}")
        else:
            yield _whole_lanes(image, sheet, f"profiles_{name}")
    for refused in results.refused_images:
        if refused.blot is not None:
            name = file_stem(Path(refused.image.file).stem, taken)
            taken.append(name)
            yield _refused(refused, f"blot_{name}")


def _course_figures(results: Results, course: pd.DataFrame) -> Iterator[Drawing]:
    """Draw one figure a loading control: a panel a target, a line a cell line and treatment."""
    block = results.study.blots
    assert block is not None
    vehicles = {name: compound.vehicle for name, compound in results.study.compounds.items() if compound.vehicle}
    lanes, normalised = block.lanes.drop(columns="place"), results.tables["normalised"]
    points = replicate_folds(normalised, lanes, str(block.reference), vehicles=vehicles)
    means, dots = (_with_series(table) for table in (course, points))
    for control in dict.fromkeys(means["loading_control"]):
        own, points = (table[table["loading_control"] == control] for table in (means, dots))
        words = str(control).replace("_", " ")
        saved = Saved(file_stem(f"time_course_{control}"), f"Time courses over {words}", "", "blots")
        yield Drawing(saved, partial(_courses, own, points, words, str(block.reference)))


def _courses(means: pd.DataFrame, dots: pd.DataFrame, control: str, reference: str) -> tuple[Figure, str]:
    """Draw the courses over one loading control, with one legend for all panels, and say what is shown."""
    targets, series = (list(dict.fromkeys(means[column])) for column in ("target", "series"))
    columns = min(PANELS_A_ROW if len(series) <= PANELS_A_ROW else 2, len(targets))
    rows = -(-len(targets) // columns)
    width = WIDTH_INCHES if columns > 1 else 0.6 * WIDTH_INCHES
    legend_columns = max(1, int((width * 72) // (max(width_pt(name, 7.5) for name in series) + 40)))
    legend_rows = -(-len(series) // legend_columns) if series != ["all"] else 0
    figure = Figure(figsize=(width, 2.5 * rows + 0.17 * legend_rows + 0.1), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    symbols: dict[str, ErrorbarContainer] = {}
    runs_on = False
    over, against = shown(control, 24), reference.replace("vehicle at the same hour", "vehicle")
    for ax, target in zip(panels, targets, strict=False):
        own, points = means[means["target"] == target], dots[dots["target"] == target]
        label = f"{shown(target, 24)} / {over}\nfold of {against}"
        drawn = draw_time_course(ax, own, points, by=("series",), label=label, order=series)
        symbols |= drawn.symbols
        runs_on = runs_on or drawn.runs_on
        ax.set_title(shown(target, 30))
    for ax in panels[len(targets) :]:
        ax.set_visible(False)
    if legend_rows:
        handles: list[Any] = [symbols[name] for name in series]
        figure.legend(handles, series, loc="outside lower center", ncols=min(legend_columns, len(series)))
    caption = (
        f"Level divided by {control} and then by the reference ({reference}), logarithmic axis. "
        "Line and filled symbols: geometric mean with its 95 % interval; small symbols"
        + (" and thin lines" if len(series) <= FEW_SERIES else "")
        + ": each replicate."
    )
    if dots["censored"].any():
        caption += " Open triangles pointing down: below detection, at most this."
    if lower_limits(dots).any():
        caption += " Open triangles pointing up: over a reference below detection, at least this."
    if runs_on:
        caption += " Arrowheads: the interval runs on beyond the picture (see time_course.csv)."
    return figure, caption


def _series_figures(results: Results) -> Iterator[Drawing]:
    """Yield one figure a membrane: a panel for each dilution series of each target."""
    block = results.study.blots
    bands = results.tables["bands"]
    if block is None or not len(bands):
        return
    ranges = [one for one in find_ranges(bands, block.lanes) if len(one.ug)]
    holds_sample = ~block.lanes["role"].isin(["ladder", "empty"]) & (block.lanes["exclude"] == "")
    held = set(block.lanes.loc[holds_sample, ["membrane", "lane"]].itertuples(index=False, name=None))
    taken: list[str] = []
    for membrane in dict.fromkeys(one.membrane for one in ranges):
        own = [one for one in ranges if one.membrane == membrane]
        samples = []
        for one in own:
            of_target = bands[(bands["image"] == one.image) & (bands["target"] == one.target)]
            of_target = of_target[of_target["membrane"] == membrane]
            volumes = [
                float(row["volume"])
                for row in rows_of(of_target)
                if (membrane, row["lane"]) in held and row["lane"] not in one.series.lanes
            ]
            samples.append(volumes)
        caption = (
            f"Standards of membrane {membrane} with 95 % intervals of their measurement, the response fitted to them "
            "(line) and its usable range (shaded); dashed, where it is curved: a proportional response through the "
            "lower end of the range. Ticks at the right: the samples' volumes. Logarithmic axes."
        )
        name = file_stem(f"dilution_series_{membrane}", taken)
        taken.append(name)
        saved = Saved(name, f"Dilution series of membrane {membrane}", caption, "blots")
        yield Drawing(saved, partial(_series, own, samples))


def _series(ranges: Sequence[LinearRange], samples: Sequence[Sequence[float]]) -> Figure:
    """Draw a panel a dilution series, beside the volumes of the samples."""
    columns = min(PANELS_A_ROW, len(ranges))
    rows = -(-len(ranges) // columns)
    figure = Figure(figsize=(2.35 * columns + 0.15, 2.4 * rows + 0.2), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, one, volumes in zip(panels, ranges, samples, strict=False):
        draw_dilution_series(ax, one, volumes)
        ax.set_title(f"{shown(one.target)}: {one.fit.family.name if one.fit else 'no response'}")
    for ax in panels[len(ranges) :]:
        ax.set_visible(False)
    return figure


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
    return table.assign(series=[shown(label, 60) or "all" for label in labels])


def _lanes(results: Results, image: MeasuredImage) -> list[dict[str, Any]]:
    """Return what the sheet says of each lane of an image, an empty record where it says nothing."""
    block = results.study.blots
    assert block is not None
    sheet = {row["lane"]: row for row in rows_of(block.lanes) if row["membrane"] == image.membrane}
    return [sheet.get(lane.number + image.first_lane - 1, {}) for lane in image.geometry.lanes]


def _lane_labels(sheet: Sequence[dict[str, Any]]) -> list[str]:
    """Return a short label a lane: its hours, or its role where it has none, and what else tells lanes apart."""
    treated = [row for row in sheet if row.get("role") == "treated"]
    sheet = [row | {"arm": _arm_apart(row)} for row in sheet]
    telling = [c for c in ("arm", "compound", "dose") if len({str(row.get(c, "")) for row in treated}) > 1]
    labels = []
    for number, row in enumerate(sheet, 1):
        hours = row.get("hours")
        timed = isinstance(hours, float) and hours == hours
        parts = [f"{hours:g} h" if timed else shown(str(row.get("role") or number), 10)]
        parts += [_condition(row, column) for column in telling if row.get("role") == "treated"]
        labels.append(" ".join(part for part in parts if part))
    return labels


def _arm_apart(row: dict[str, Any]) -> str:
    """Return a lane's arm, or nothing where the name of its line says it already."""
    arm = str(row.get("arm", "") or "")
    return "" if arm.casefold() in str(row.get("cell_line", "") or "").casefold() else arm


def _condition(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    if column != "dose":
        return shown(str(value or ""), 10)
    known = isinstance(value, float) and value == value
    return f"{value:g} {row.get('dose_unit') or ''}".strip() if known else ""


def _picture(image: MeasuredImage, sheet: Sequence[dict[str, Any]], name: str) -> Drawing:
    caption = f"{image.file}, more signal darker. {_found_in_words(image)} {_cautions_in_words(image)}"
    saved = Saved(name, f"Blot of membrane {image.membrane}", caption.strip(), "blots")
    return Drawing(saved, partial(_picture_figure, image, sheet))


def _picture_figure(image: MeasuredImage, sheet: Sequence[dict[str, Any]]) -> Figure:
    figure = _figure_for(image.blot.shape)
    ax = figure.add_subplot()
    numbers = [lane.number + image.first_lane - 1 for lane in image.geometry.lanes]
    labels = [f"{number}: {label}" for number, label in zip(numbers, _lane_labels(sheet), strict=True)]
    names_pt = draw_blot(ax, image.blot, image.geometry, labels=labels, title="", table=image.measured.table)
    _name_lines(ax, image, sheet, names_pt)
    return figure


def _figure_for(shape: tuple[int, int], lines: int = 0) -> Figure:
    """Return a figure for a picture of this shape, with room for its names and `lines` of print under it."""
    height = 0.86 * WIDTH_INCHES * shape[0] / shape[1] + 1.2 + 0.11 * lines
    return Figure(figsize=(WIDTH_INCHES, min(height, 9.0)), layout=ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.06))


def _found_in_words(image: MeasuredImage) -> str:
    """Say how many bands were found in which way: what the outlines show."""
    bases = [band.basis for band in image.geometry.bands]
    ways = {
        "found": "found by their own crest (solid outline)",
        "neighbours": "too faint and placed by their lane and row (dashed)",
        "box": "set by hand (dotted)",
    }
    counts = [f"{bases.count(basis)} {words}" for basis, words in ways.items() if basis in bases]
    rows = ", ".join(image.geometry.targets)
    return f"{len(image.geometry.lanes)} lanes with {rows} from top to bottom: {', '.join(counts)}."


def _cautions_in_words(image: MeasuredImage) -> str:
    flags = band_flags(image.measured.table)
    if not flags.key:
        return "No band carries a caution."
    return f"Letters beside bands are cautions: {flags.key}." if any(flags.letters) else f"Caution on the {flags.key}."


def _refused(refused: RefusedImage, name: str) -> Drawing:
    """Return the figure of an image that gives no numbers, with the reasons."""
    assert refused.blot is not None
    framed = " Places to look at are framed." if places_in(refused.blot.cautions) else ""
    caption = f"{refused.image.file} gives no numbers. {refused.error}{framed}"
    saved = Saved(name, f"Blot of membrane {refused.image.membrane}, not measured", caption, "blots")
    draw = partial(_unfit_figure, refused.blot, str(refused.error), Path(refused.image.file).name)
    return Drawing(saved, draw)


def _unfit_figure(blot: Blot, reason: str, title: str) -> Figure:
    figure = _figure_for(blot.shape, 3 + len(blot.cautions))
    draw_unfit(figure.add_subplot(), blot, [reason], title=title)
    return figure


def _name_lines(ax: Axes, image: MeasuredImage, sheet: Sequence[dict[str, Any]], names_pt: float) -> None:
    """Draw a bar over the neighbouring lanes of one cell line, with its name, above the names of the lanes."""
    lanes = image.geometry.lanes
    raised = ScaledTranslation(0, (names_pt + 3) / 72, ax.get_figure(root=True).dpi_scale_trans)  # type: ignore[union-attr]
    transform = ax.get_xaxis_transform() + raised
    for line, group in groupby(
        zip(sheet, lanes, strict=True), key=lambda pair: str(pair[0].get("cell_line", "") or "")
    ):
        members = [lane for _, lane in group]
        if not line:
            continue
        left, right = members[0].x[0] - members[0].width_px / 2, members[-1].x[0] + members[-1].width_px / 2
        middle = (left + right) / 2
        ax.plot([left, right], [1, 1], transform=transform, color="black", lw=1.0, clip_on=False)
        ax.annotate(
            shown(line), (middle, 1), xycoords=transform, xytext=(0, 1.5), textcoords="offset points",
            ha="center", va="bottom", fontsize=8, annotation_clip=False,
        )  # fmt: skip


def _profiles(image: MeasuredImage, fits: LaneFits, sheet: Sequence[dict[str, Any]], name: str) -> Drawing:
    labels, table = _profile_labels(image, sheet), image.measured.table
    below = int(table["below_detection"].sum())
    caption = (
        f"Signal down each of {len(labels)} lanes (square-root axis), the background under it (dashed) and the bands "
        "fitted on it (filled). Upright bars: 95 % intervals of the volumes; pairs of ticks: how far independent "
        f"estimates lie apart; triangles: detection limits, where a band lies under its own ({below} of {len(table)})."
    )
    saved = Saved(name, f"Lane profiles of membrane {image.membrane}", caption, DETAIL)
    return Drawing(saved, partial(_profiles_figure, image, fits, labels))


def _profiles_figure(image: MeasuredImage, fits: LaneFits, labels: Sequence[str]) -> Figure:
    figure = Figure(figsize=(WIDTH_INCHES, profiles_height(len(image.geometry.lanes), image.geometry.targets)))
    draw_lane_profiles(figure, image.blot, image.geometry, labels=labels, fits=fits, table=image.measured.table)
    return figure


def _profile_labels(image: MeasuredImage, sheet: Sequence[dict[str, Any]]) -> list[str]:
    return [
        f"{lane.number + image.first_lane - 1}: {shown(str(row.get('cell_line', '') or ''), 14)} {label}".replace(
            ":  ", ": "
        )
        for lane, row, label in zip(image.geometry.lanes, sheet, _lane_labels(sheet), strict=True)
    ]


def _whole_lanes(image: MeasuredImage, sheet: Sequence[dict[str, Any]], name: str) -> Drawing:
    lanes = len(image.geometry.lanes)
    labels = [label.replace(r"\$", "$") for label in _profile_labels(image, sheet)]
    caption = (
        f"Mean signal across each of {lanes} lanes, all on one scale. Filled: what is summed as total protein; dashed: "
        "the background, from the bare membrane at the lane's two sides."
    )
    saved = Saved(name, f"Whole lanes of membrane {image.membrane}", caption, DETAIL)
    return Drawing(saved, partial(_whole_lanes_figure, image.blot, image.geometry, labels))


def _whole_lanes_figure(blot: Blot, geometry: BlotGeometry, labels: Sequence[str]) -> Figure:
    figure = Figure(figsize=(WIDTH_INCHES, 1.2 * -(-len(geometry.lanes) // 4) + 0.5), layout="constrained")
    draw_whole_lanes(figure, blot, geometry, labels=labels)
    return figure


def _residuals(image: MeasuredImage, fits: LaneFits, name: str) -> Drawing:
    left = np.abs(residuals(fits))
    beyond = float((left[np.isfinite(left)] > 5).mean())
    caption = (
        "What the fit of bands and background leaves over along each lane, in units of its usual error (noise and 1 % "
        f"of the fitted bands): plus where the picture holds more than the fit, minus where less. {beyond:.1%} of the "
        "rows lie beyond 5 usual errors."
    )
    saved = Saved(name, f"What the fit leaves over, membrane {image.membrane}", caption, DETAIL)
    return Drawing(saved, partial(_residuals_figure, image.blot, fits))


def _residuals_figure(blot: Blot, fits: LaneFits) -> Figure:
    figure = _figure_for(blot.shape)
    draw_residuals(figure.add_subplot(), blot, fits)
    return figure
