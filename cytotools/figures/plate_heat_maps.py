"""Heat maps of plates: the signal as read, the response, and what is left of it in each well beside its condition."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.experiments import grouped
from cytotools.figures.drawing import Drawing
from cytotools.figures.map_pages import MAP_INCHES, draw_scale, map_axes, named_wells
from cytotools.figures.style import COLOURS, Saved
from cytotools.labels import file_stem, shown
from cytotools.plates.cautions import CAUTIONS
from cytotools.plates.wells_table import plate_numbers
from gating.plots import PLATE_MAP, PlateFormat, draw_plate_map, plate_format, well_position

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

LETTERS = {"blank": "B", "standard": "S", "untreated": "N", "vehicle": "V", "positive": "P", "empty": "E"}
PROFILE_MARGIN = (0.12, 0.3)  # inches for the numbers and the name of its axis
PLATE = {"assay": "", "plate": "", "batch": "", "well": "", "hours": math.nan}  # what tells plates apart
NO_RESPONSE = ("blank", "standard", "empty")
FRACTIONS = ("viability", "mtt")
# From light over grey to dark for less, nothing and more: the order stays in a grey print.
RESIDUAL_MAP = "cividis_r"
SECTION = "plates in detail"
SHARED = ("signal", "response")  # the maps of a plate that may share a page
FEW_WELLS = 96
PLATES_A_PAGE = 6
WELL_INCHES = 0.236  # the height of a well where a plate of 96 is drawn whole
FEWEST_RESIDUALS = 24  # wells, below which a plate's own slopes and edges can't be seen
THOUSANDS = 10_000.0  # signals that reach it are written in thousands


@dataclass(frozen=True)
class HeatMap:
    """One quantity over a plate, the values of its lightest and its darkest colour, and how a value is written."""

    title: str
    values: Mapping[str, float]
    limits: tuple[float, float]
    write: Callable[[float], str]
    colours: str = PLATE_MAP


def plate_heat_maps(wells: pd.DataFrame) -> Iterator[Drawing]:
    """Yield one figure a plate; plates with few wells share a page with others of their assay and batch.

    Parameters
    ----------
    wells : DataFrame
        As `cytotools.drawn_plates.DrawnPlates` has them.
    """
    taken: list[str] = []
    told = {name: wells[name] if name in wells.columns else [empty] * len(wells) for name, empty in PLATE.items()}
    plates = {}
    for number, plate in wells.groupby(plate_numbers(told), sort=False):
        plates[number] = (_name({str(name): value for name, value in plate.iloc[0].items()}, plate), plate)
    for page in grouped(plates, lambda number: _page_of(number, plates[number][1])).values():
        for k in range(0, len(page), PLATES_A_PAGE):
            drawn = [plates[number] for number in page[k : k + PLATES_A_PAGE]]
            stem = file_stem(f"plate_{drawn[0][0]}", taken)
            taken.append(stem)
            if len(drawn) == 1:
                saved = Saved(stem, f"Plate {drawn[0][0]}", _caption(drawn[0][1]), SECTION)
                yield Drawing(saved, partial(_figure, drawn[0][1], drawn[0][0]))
            else:
                title = f"Plates {drawn[0][0]} to {drawn[-1][0]}"
                yield Drawing(Saved(stem, title, _page_caption(drawn), SECTION), partial(_page, drawn))


def _page_of(number: object, plate: pd.DataFrame) -> tuple[object, ...]:
    """Return what plates on one page share; a plate with more to show than signal and response has its own."""
    if len(plate) > FEW_WELLS or len(_maps(plate)) > len(SHARED):
        return (number,)
    first = plate.iloc[0]
    return tuple(str(first.get(name, "")) for name in ("assay", "batch", "replicate", "cell_line"))


def _page(plates: Sequence[tuple[str, pd.DataFrame]]) -> Figure:
    """Draw the signal and the response of several plates, a row a plate, down to the last row that they use."""
    wells = [well for _, plate in plates for well in plate["well"]]
    form = PlateFormat(1 + max(well_position(well)[0] for well in wells), plate_format(wells).columns)
    height = MAP_INCHES[1] - WELL_INCHES * (8 - form.rows)
    maps = [_maps(plate) for _, plate in plates]
    columns = max(map(len, maps))
    figure = Figure(figsize=(columns * MAP_INCHES[0], len(plates) * height))
    for row, ((name, plate), drawn) in enumerate(zip(plates, maps, strict=True)):
        for column, one in enumerate(drawn):
            ax = map_axes(figure, row * columns + column, len(plates), columns, height)
            title = one.title if column else f"{shown(name)}: {one.title}"
            _draw_map(ax, plate, one, form, title)
    return figure


def _draw_map(ax: Axes, plate: pd.DataFrame, drawn: HeatMap, form: PlateFormat, title: str) -> None:
    """Draw one quantity over a plate, with its scale."""
    image = draw_plate_map(
        ax,
        drawn.values,
        limits=drawn.limits,
        plate=form,
        letters={w: LETTERS[role] for w, role in zip(plate["well"], plate["role"], strict=True) if role in LETTERS},
        marked=[well for well, codes in _doubts(plate).items() if codes],
        write=drawn.write,
        colours=drawn.colours,
    )
    _cross_out(ax, _excluded(plate), form.columns)
    ax.set_title(title, fontsize=7.5, loc="left", pad=11, y=1.0)
    draw_scale(ax, image, drawn.limits, drawn.write)


def _page_caption(plates: Sequence[tuple[str, pd.DataFrame]]) -> str:
    """Return the captions of the plates of a page, what they share once."""
    said = [_caption_parts(plate) for _, plate in plates]
    shared = [part for part in said[0] if all(part in own for own in said)]
    own = [
        f"{name}: {' '.join(part for part in parts if part not in shared)}"
        for (name, _), parts in zip(plates, said, strict=True)
        if any(part not in shared for part in parts)
    ]
    return " ".join([*shared, "Lower rows hold no wells of the layout.", *own])


def _name(key: Mapping[str, object], plate: pd.DataFrame) -> str:
    """Return what tells a plate from the others in words: its own name, else assay, line and replicate; its hours."""
    words = [str(key["plate"])] if key.get("plate") else [str(key["assay"])]
    unnamed = [] if key.get("plate") else [("cell_line", "{}"), ("replicate", "replicate {}")]
    for column, form in [*unnamed, ("hours", "{:g} h")]:
        found = [v for v in dict.fromkeys(plate[column]) if v != "" and v == v] if column in plate.columns else []
        words += [form.format(found[0])] if len(found) == 1 else []
    return ", ".join(words)


def _figure(plate: pd.DataFrame, name: str) -> Figure:
    """Draw the maps of one plate, two a row."""
    maps = _maps(plate)
    form = plate_format(plate["well"])
    residual = next((drawn for drawn in maps if drawn.colours == RESIDUAL_MAP), None)
    panels = len(maps) + (residual is not None)
    columns, rows = min(2, panels), -(-panels // 2)
    figure = Figure(figsize=(columns * MAP_INCHES[0], rows * MAP_INCHES[1]))
    for place, drawn in enumerate(maps):
        ax = map_axes(figure, place, rows, columns)
        title = drawn.title if place else f"{shown(name)}: {drawn.title}"
        _draw_map(ax, plate, drawn, form, title)
    if residual is not None:
        ax = map_axes(figure, len(maps), rows, columns)
        box, (width, height) = ax.get_position(), figure.get_size_inches()
        left, bottom = PROFILE_MARGIN[0] / width, PROFILE_MARGIN[1] / height
        ax.set_position((box.x0 + left, box.y0 + bottom, box.width - left, box.height - bottom))
        _draw_profiles(ax, residual)
    return figure


def _draw_profiles(ax: Axes, residual: HeatMap) -> None:
    """Draw the median of what is left over in each column and in each row: a slope or a dip is the plate's own."""
    places = np.array([well_position(well) for well in residual.values])
    values = np.array(list(residual.values.values()))
    for axis, name, index in ((1, "columns", 0), (0, "rows", 1)):
        lanes = np.unique(places[:, axis])
        medians = [np.median(values[places[:, axis] == lane]) for lane in lanes]
        style: dict[str, Any] = {"color": COLOURS[index], "marker": "os"[index], "linestyle": ("-", "--")[index]}
        ax.plot(lanes + 1, medians, markersize=3.2, linewidth=0.9, label=name, **style)
    ax.axhline(0.0, color="0.7", linewidth=0.6, zorder=0)
    ax.margins(y=0.3)
    ax.set_title(
        f"its median by column and row, {residual.title.rpartition(', ')[2]}", fontsize=7.5, loc="left", pad=11, y=1.0
    )
    scale = 100.0 if residual.write is _points else 1.0
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{scale * value:+.1f}"))
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.tick_params(labelsize=5.5, length=2)
    ax.set_xlabel("column, or row counted from A", fontsize=6.0, labelpad=1)
    ax.legend(fontsize=5.5, loc="best", ncols=2)


def _maps(plate: pd.DataFrame) -> list[HeatMap]:
    """Return what can be drawn of a plate: its signals always, responses and what is left over where there are some."""
    assay = str(plate["assay"].iloc[0])
    signals = _values(plate, plate["signal"])
    maps = [_signal_map(signals)]
    with_response = plate[~plate["role"].isin(NO_RESPONSE) & plate["response"].notna()]
    if not len(with_response):
        return maps
    in_percent = assay in FRACTIONS
    maps.append(_response_map("response", _values(with_response, with_response["response"]), in_percent))
    left = _residuals(with_response)
    if len(left) >= FEWEST_RESIDUALS:
        maps.append(_residual_map(left, in_percent))
    if "corrected" in plate.columns and with_response["corrected"].notna().any():
        corrected = _values(with_response, with_response["corrected"])
        maps.append(_response_map("response without the plate's trends", corrected, in_percent))
    return maps


def _values(plate: pd.DataFrame, values: pd.Series[float]) -> dict[str, float]:
    return dict(zip(plate["well"], values.astype(np.float64), strict=True))


def _signal_map(signals: Mapping[str, float]) -> HeatMap:
    finite = [value for value in signals.values() if np.isfinite(value)]
    high, low = max(finite, default=1.0), min([0.0, *finite])
    scale = 1000.0 if high >= THOUSANDS else 1.0
    digits = 2 if high / scale < 10 else 1 if high / scale < 100 else 0
    title = "signal as read" + (", thousands" if scale > 1 else "")
    return HeatMap(title, signals, (low, high if high > low else low + 1.0), lambda v: f"{v / scale:.{digits}f}")


def _response_map(title: str, values: Mapping[str, float], in_percent: bool) -> HeatMap:
    finite = list(values.values())
    low, high = min([0.0, *finite]), max([1.0, *finite])
    if in_percent:
        return HeatMap(f"{title}, % of control", values, (low, high), lambda v: f"{100 * v:.0f}")
    return HeatMap(f"{title}, fold of control", values, (low, high), "{:.1f}".format)


def _residual_map(left: Mapping[str, float], in_percent: bool) -> HeatMap:
    reach = max(0.05, *map(abs, left.values()))
    title = "response less the mean of its condition"
    if in_percent:
        return HeatMap(f"{title}, % of control", left, (-reach, reach), _points, RESIDUAL_MAP)
    return HeatMap(f"{title}, fold of control", left, (-reach, reach), "{:+.1f}".format, RESIDUAL_MAP)


def _points(residual: float) -> str:
    """Return a difference in percentage points with its sign, which nothing has none of."""
    whole = round(100 * residual)
    return f"{whole:+d}" if whole else "0"


def _residuals(plate: pd.DataFrame) -> dict[str, float]:
    """Return each well's response less the mean of the wells of its condition, where there are several."""
    by = ["role", *(c for c in CONDITION_COLUMNS if c in plate.columns and c not in ("technical", "well"))]
    used = plate.assign(kept=plate["response"].where(~plate["well"].isin(_excluded(plate))))
    groups = used.groupby(by, dropna=False)["kept"]
    left = (used["response"] - groups.transform("mean")).where(groups.transform("count") > 1)
    return {well: value for well, value in _values(used, left).items() if np.isfinite(value)}


def _excluded(plate: pd.DataFrame) -> list[str]:
    if "exclude" not in plate.columns:
        return []
    return [
        well for well, words in zip(plate["well"], plate["exclude"], strict=True) if isinstance(words, str) and words
    ]


def _cross_out(ax: Axes, wells: Sequence[str], columns: int) -> None:
    """Draw a cross over wells that are left out."""
    for well in wells:
        row, column = well_position(well)
        for rise in (-1, 1):
            ax.plot(
                [column - 0.42, column + 0.42],
                [row - 0.42 * rise, row + 0.42 * rise],
                color="black",
                linewidth=0.8 if columns <= 12 else 0.5,
                zorder=4,
            )


def _caption(plate: pd.DataFrame) -> str:
    return " ".join(_caption_parts(plate))


def _caption_parts(plate: pd.DataFrame) -> list[str]:
    """Say what the marks of the maps mean, and which cautions and words stand in which wells."""
    parts = ["Darker: more. Hatched: not in the layout, or no value here. Question mark: the reader gave no number."]
    roles = [role for role in LETTERS if (plate["role"] == role).any()]
    if roles:
        parts.append("Letters: " + ", ".join(f"{LETTERS[role]} {role}" for role in roles) + ".")
    excluded = _excluded(plate)
    if excluded:
        parts.append(f"Crossed out: left out ({named_wells(excluded)}).")
    found = _doubts(plate)
    codes = list(dict.fromkeys(code for own in found.values() for code in own))
    if codes:
        told = [f"{code} ({named_wells([well for well, own in found.items() if code in own])})" for code in codes]
        parts.append(f"Triangle: a caution, {', '.join(told)}.")
    if "said" in plate.columns:
        words = [f"{well} {said}" for well, said in zip(plate["well"], plate["said"], strict=True) if said]
        parts += [f"The reader's words: {named_wells(words)}."] if words else []
    return parts


def _doubts(plate: pd.DataFrame) -> dict[str, list[str]]:
    """Return the codes of each well that are no mere notes and that not every well carries."""
    found = {well: _codes(words) for well, words in zip(plate["well"], plate["caution"], strict=True)}
    shared = set.intersection(*map(set, found.values())) if len(found) > 1 else set()
    return {well: [code for code in codes if code not in shared] for well, codes in found.items()}


def _codes(cell: object) -> list[str]:
    codes = [part.partition(":")[0].strip() for part in str(cell).split("; ") if isinstance(cell, str) and part]
    return list(dict.fromkeys(code for code in codes if code not in CAUTIONS or CAUTIONS[code].severity != "note"))
