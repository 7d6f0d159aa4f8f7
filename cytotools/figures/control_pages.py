"""The control pages: for each batch and cell line, what both cuts rest on, drawn and in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from cytotools.figures.doubts import doubts
from cytotools.figures.drawing import Drawing
from cytotools.figures.style import Saved
from cytotools.labels import file_stem, shown
from cytotools.tables import rows_of
from gating.controls import Group, groups
from gating.plots import draw_controls, pooled_profile

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from gating.plate import Plate
    from gating.plots.profiles import Profile, Stain

GROUPS_A_PAGE = 2
COLUMN_INCHES, PANEL_INCHES, LABELS_INCHES = 3.75, 3.0, 1.0
HEADING_WIDTH, WORDS_WIDTH = 60, 74  # characters on one line
STAINS: Sequence[tuple[Stain, str, str, str]] = (
    ("annexin", "Annexin V", "dye_only", "annexin_only"),
    ("dye", "dead-cell dye", "annexin_only", "dye_only"),
)
BASES = {
    "both": "rests on the valley between the populations of the stained tubes, which lies above the control",
    "valley": "rests on the valley between the populations of the stained tubes alone",
    "control": "no valley: the cut is the upper edge of the negative population",
    "conflict": "conflict: the valley lies inside the control, so the control's edge was taken",
    "set by hand": "set by hand",
}
CAPTION = (
    "Rows are as high as their modes, heights are square roots so that few cells are seen; every tube of a row weighs "
    "the same. Red line and band: the cut and its 95 % interval. Grey, repeated behind each row: the control that "
    "lacks this stain alone; triangle: 99 % of it lie below. Circle: the mode of the untreated and vehicle wells. "
    "Dotted: unstained; dashed: the single stain; hatched: positive control; heavy line: all stained tubes, where a "
    "valley is looked for. Axes are compensated, on an asinh scale."
)


def control_pages(plate: Plate, tubes: pd.DataFrame) -> Iterator[Drawing]:
    """Yield a page for every few batches and cell lines, two panels a row: Annexin V and the dead-cell dye.

    Parameters
    ----------
    plate : Plate
        Gated with pictures.
    tubes : DataFrame
        One row a file that has a picture: `file, role, batch, cell_line, compound`.
    """
    found = [group for group in groups(tubes) if _drawn(plate, group.files)]
    pages = [found[k : k + GROUPS_A_PAGE] for k in range(0, len(found), GROUPS_A_PAGE)]
    taken: list[str] = []
    for number, page in enumerate(pages, 1):
        name = file_stem("controls" if len(pages) == 1 else f"controls_{number}", taken)
        taken.append(name)
        title = "Why the cuts are where they are" + (f", {number} of {len(pages)}" if len(pages) > 1 else "")
        yield Drawing(Saved(name, title, CAPTION, "flow"), partial(_page, plate, page))


def _page(plate: Plate, page: Sequence[Group]) -> Figure:
    """Lay out two panels a group; by hand, since the layout engine takes longer than the drawing."""
    height = PANEL_INCHES * len(page)
    figure = Figure(figsize=(2 * COLUMN_INCHES, height))
    for row, group in enumerate(page):
        for column, (stain, word, lacking, single) in enumerate(STAINS):
            left, bottom = column * COLUMN_INCHES, height - (row + 1) * PANEL_INCHES
            inches = (left + LABELS_INCHES, bottom + 0.5, COLUMN_INCHES - LABELS_INCHES - 0.1, PANEL_INCHES - 1.17)
            ax = figure.add_axes(tuple(np.divide(inches, (2 * COLUMN_INCHES, height) * 2)))
            _panel(ax, plate, group, stain, word, {"lacking": lacking, "single": single})
    return figure


def _panel(ax: Axes, plate: Plate, group: Group, stain: Stain, word: str, roles: Mapping[str, str]) -> None:
    """Draw the evidence of one channel, and say above it what the cut rests on."""
    file = _drawn(plate, group.samples or group.files)[0]
    density, gate = plate.densities[file], plate.gates[file]
    grid, channel = (density.annexin, gate.annexin) if stain == "annexin" else (density.dye, gate.dye)
    kinds, names = _kinds(plate, group, roles)
    profiles = {kind: pooled_profile([plate.densities[f] for f in files], stain, grid) for kind, files in kinds.items()}
    rows = {kind: profile for kind, profile in profiles.items() if profile is not None}
    cut = _threshold(plate.thresholds, group, channel)
    ax.set_xlabel(f"{word} ({shown(channel, 30)})")
    if not rows or cut is None:
        _write_above(ax, f"{shown(group.name, 30)}: {shown(channel, 24)}", "No event.")
        return
    draw_controls(ax, rows, cut["threshold"], (cut["low"], cut["high"]), names=names)
    place = f": {shown(channel, 24)} cut at {_number(cut['threshold'])} {_interval(cut)}"
    words = _why(cut, rows, names)
    if not grid.low <= float(grid.scale(cut["threshold"])) <= grid.high:
        words += " The cut lies beyond what is drawn."
    heading = shown(group.name, max(HEADING_WIDTH - len(place), 12)) + place
    _write_above(ax, heading, "\n".join(textwrap.wrap(words, WORDS_WIDTH, max_lines=3, placeholder=" …")))


def _write_above(ax: Axes, heading: str, words: str) -> None:
    """Write heading and words over a panel, from the left edge of its labels."""
    for text, up, size, weight in ((heading, 40, 7.5, "bold"), (words, 29.5, 6.6, "normal")):
        ax.annotate(
            text,
            (0, 1),
            (-72 * LABELS_INCHES + 3, up),
            xycoords="axes fraction",
            textcoords="offset points",
            va="top",
            fontsize=size,
            fontweight=weight,
            annotation_clip=False,
        )


def _drawn(plate: Plate, files: Sequence[str]) -> list[str]:
    """Return those files that have a picture."""
    return [file for file in files if file in plate.densities]


def _kinds(plate: Plate, group: Group, roles: Mapping[str, str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the files of each row of a panel, and what stands beside it."""
    controls = {role: _drawn(plate, files) for role, files in group.controls.items()}
    stained = _drawn(plate, group.samples) + controls.get("positive", [])
    kinds = {
        "unstained": controls.get("unstained", []),
        "lacking": controls.get(roles["lacking"], []),
        "single": controls.get(roles["single"], []),
        "negatives": _drawn(plate, group.negatives),
        "positive": controls.get("positive", []),
        "stained": stained,
    }
    words = {
        "unstained": "unstained",
        "lacking": f"{roles['lacking']},\nlacks this stain",
        "single": f"{roles['single']},\nthis stain alone",
        "negatives": "untreated and\nvehicle",
        "positive": "positive",
        "stained": "all stained",
    }
    kinds = {kind: files for kind, files in kinds.items() if files}
    return kinds, {kind: _with_number(words[kind], len(files)) for kind, files in kinds.items()}


def _with_number(words: str, tubes: int) -> str:
    return words if tubes == 1 else f"{words} ({tubes})"


def _threshold(thresholds: pd.DataFrame, group: Group, channel: str) -> dict[str, Any] | None:
    """Return the row of thresholds.csv that holds for a group; where tubes have their own, the middle and the range."""
    rows = thresholds[thresholds["channel"] == channel]
    own = rows_of(rows[rows["file"].isin(group.files)])
    if not own:
        both = (rows["file"] == "") & (rows["batch"] == group.batch) & (rows["cell_line"] == group.cell_line)
        return next(iter(rows_of(rows[both])), None)
    values = [row["threshold"] for row in own]
    if len(set(values)) == 1:
        return own[0]
    basis = "set by hand tube by tube: the line is the median, the band their range"
    return own[0] | {
        "threshold": float(np.median(values)),
        "low": min(values),
        "high": max(values),
        "basis": basis,
    }


def _why(cut: Mapping[str, Any], rows: Mapping[str, Profile], names: Mapping[str, str]) -> str:
    """Return in words what a cut rests on, with the numbers that the picture marks."""
    basis = str(cut["basis"])
    parts = [BASES.get(basis, basis)]
    if "lacking" in rows:
        control = names["lacking"].partition(",")[0]
        above = _small_percent(rows["lacking"].above(cut["threshold"]))
        parts.append(f"99 % of {control} below {_number(rows['lacking'].quantile(0.99))}, {above} above the cut")
    else:
        parts.append("no control that lacks this stain alone")
    if "negatives" in rows:
        parts.append(f"untreated and vehicle mode {_number(rows['negatives'].mode)}")
    codes = doubts(cut["caution"])
    sentence = "; ".join(parts) + (f". Cautions: {', '.join(codes)}" if codes else "")
    return (sentence[:1].upper() + sentence[1:] + ".").replace(" %", "\u00a0%")


def _small_percent(share: float) -> str:
    if share < 1e-4:
        return "none" if share < 5e-7 else "under 0.01 %"
    return f"{100 * share:.2g} %" if share < 0.0995 else f"{100 * share:.0f} %"


def _interval(cut: Mapping[str, Any]) -> str:
    low, high = cut["low"], cut["high"]
    if low == high or low != low:
        return ""
    return f"({_number(low)} to {_number(high)})"


def _number(value: float) -> str:
    """Return a brightness to the unit, with thin spaces between thousands."""
    if not np.isfinite(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:,.0f}".replace(",", "\u2009")
