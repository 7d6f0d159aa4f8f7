"""Heat maps of plates: the signal as read, the response, and what is left of it in each well beside its condition."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.drawn_plates import PlateKey, plate_key
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
FEW_PLATES = 4  # so many have a page each
PLATES_A_PAGE, MAPS_A_ROW, SMALL_MAPS = 12, 4, 2
SMALL_INCHES = (2.35, 1.45)
SHORT_TITLES = {"response less the mean of its condition": "left over", "response": "response"}
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


def plate_heat_maps(wells: pd.DataFrame, uneven: Collection[PlateKey] = ()) -> Iterator[Drawing]:
    """Yield a figure with values for each plate that is uneven, or all of few plates, and small maps of the others.

    Parameters
    ----------
    wells : DataFrame
        As `cytotools.drawn_plates.DrawnPlates` has them.
    uneven : collection of (assay, batch, plate, hours)
        Plates on which the place of a well moves its value.
    """
    taken: list[str] = []
    small: list[tuple[str, pd.DataFrame]] = []
    told = {name: wells[name] if name in wells.columns else [empty] * len(wells) for name, empty in PLATE.items()}
    plates = [plate for _, plate in wells.groupby(plate_numbers(told), sort=False)]
    for plate in plates:
        first = {str(name): value for name, value in plate.iloc[0].items()}
        name = _name(first, plate)
        if len(plates) > FEW_PLATES and plate_key(first) not in uneven:
            small.append((name, plate))
            continue
        taken.append(file_stem(f"plate_{name}", taken))
        yield Drawing(Saved(taken[-1], f"Plate {name}", _caption(plate), SECTION), partial(_figure, plate, name))
    for k in range(0, len(small), PLATES_A_PAGE):
        drawn = small[k : k + PLATES_A_PAGE]
        taken.append(file_stem(f"plates_{k // PLATES_A_PAGE + 1}", taken))
        title = f"Plates {drawn[0][0]} to {drawn[-1][0]}" if len(drawn) > 1 else f"Plate {drawn[0][0]}"
        yield Drawing(Saved(taken[-1], title, _page_caption(drawn), SECTION), partial(_page, drawn))


def _page(plates: Sequence[tuple[str, pd.DataFrame]]) -> Figure:
    """Draw small maps of several plates, four maps a row: the response, and what the conditions leave over."""
    maps = [_telling(_maps(plate)) for _, plate in plates]
    apart = max(map(len, maps))  # places of each plate, so that its maps stand side by side
    columns, rows = min(MAPS_A_ROW, apart * len(maps)), -(-apart * len(maps) // MAPS_A_ROW)
    width, height = SMALL_INCHES
    figure = Figure(figsize=(columns * width, rows * height))
    for number, ((name, plate), own) in enumerate(zip(plates, maps, strict=True)):
        for k, one in enumerate(own):
            row, column = divmod(apart * number + k, MAPS_A_ROW)
            at = (column * width + 0.2, (rows - 1 - row) * height + 0.06, width - 0.62, height - 0.42)
            sides = (columns * width, rows * height) * 2
            ax = figure.add_axes(tuple(np.divide(at, sides)))
            _draw_map(ax, plate, one, plate_format(plate["well"]), _short_title(name, k, one), small=True)
    return figure


def _telling(maps: Sequence[HeatMap]) -> Sequence[HeatMap]:
    """Return the maps that tell most of a plate: its responses and what is left over, else its signals."""
    return maps[1 : 1 + SMALL_MAPS] or maps[:1]


def _short_title(name: str, place: int, drawn: HeatMap) -> str:
    """Return the name of a plate over its first map, and what the others show."""
    what = SHORT_TITLES.get(drawn.title.rpartition(", ")[0], drawn.title)
    return what if place else shown(name, 44) if what == "response" else f"{shown(name, 28)}: {what}"


def _draw_map(
    ax: Axes, plate: pd.DataFrame, drawn: HeatMap, form: PlateFormat, title: str, *, small: bool = False
) -> None:
    """Draw one quantity over a plate, with its scale; a small map has no values in its wells."""
    image = draw_plate_map(
        ax,
        drawn.values,
        limits=drawn.limits,
        plate=form,
        letters={w: LETTERS[role] for w, role in zip(plate["well"], plate["role"], strict=True) if role in LETTERS},
        marked=[well for well, codes in _doubts(plate).items() if codes],
        write=None if small else drawn.write,
        colours=drawn.colours,
    )
    _cross_out(ax, _excluded(plate), form.columns)
    ax.set_title(title, fontsize=6.0 if small else 7.5, loc="left", pad=9 if small else 11, y=1.0)
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
    return " ".join(
        [*shared, "Left: the response (fraction or fold of the control), right: less the mean of its condition.", *own]
    )


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
