"""Plate maps: total apoptosis, each population and the number of cells of every well of a plate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from cytotools.figures.doubts import doubts
from cytotools.figures.drawing import Drawing
from cytotools.figures.map_pages import MAP_INCHES, draw_scale, map_axes, named_wells
from cytotools.figures.style import POPULATION_NAMES, Saved
from cytotools.figures.tubes import shares_of
from cytotools.labels import file_stem
from gating.plots import draw_plate_map, plate_format
from gating.quadrants import POPULATIONS

if TYPE_CHECKING:
    import pandas as pd

# What parts the tubes of one sheet into plates; those after the batch only where a well would stand twice.
PARTS = ("batch", "hours", "replicate", "cell_line", "arm", "technical", "harvest", "folder")
LETTERS = {
    "unstained": "U",
    "annexin_only": "A",
    "dye_only": "D",
    "positive": "P",
    "untreated": "N",
    "vehicle": "V",
}


def _percent(share: float) -> str:
    """Return a share in percent without its sign: to the percent, below 10 % to a tenth."""
    return f"{100 * share:.0f}" if share >= 0.0995 or share == 0 else f"{100 * share:.1f}"


def _thousands(events: float) -> str:
    """Return a number of events in thousands."""
    digits = 0 if events >= 99_950 or events == 0 else 1 if events >= 995 else 2
    return f"{events / 1000:.{digits}f}"


@dataclass(frozen=True)
class Map:
    """One quantity over a plate; `least` and `most` bound the value of the darkest colour."""

    title: str
    values: Mapping[str, float]
    write: Callable[[float], str] = _percent
    least: float = 0.1
    most: float = 1.0


def plate_maps(quadrants: pd.DataFrame, tubes: pd.DataFrame) -> Iterator[Drawing]:
    """Yield one figure a plate, where the sheet names wells.

    Parameters
    ----------
    quadrants : DataFrame
        quadrants.csv.
    tubes : DataFrame
        `tubes_of(quadrants)`.
    """
    if "well" not in tubes.columns:
        return
    in_wells = tubes[tubes["well"].map(lambda well: isinstance(well, str) and well != "")]
    shares = shares_of(quadrants, "fraction")
    taken: list[str] = []
    for name, plate in plates_of(in_wells):
        stem = file_stem(f"plate_{name}" if name else "plate", taken)
        taken.append(stem)
        caption, of = _caption(plate), f" of {name}" if name else ""
        first, second = _maps(plate, shares)
        yield Drawing(Saved(stem, f"Plate map{of}", caption, "flow"), partial(_figure, plate, first))
        saved = Saved(f"{stem}_populations", f"Plate maps{of}: the four populations", caption, "flow")
        yield Drawing(saved, partial(_figure, plate, second))


def plates_of(tubes: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the name and the tubes of each plate: those of a batch, parted further where a well would stand twice.

    Parameters
    ----------
    tubes : DataFrame
        One row a file: `file, well` and the condition columns.

    Examples
    --------
    >>> import pandas as pd
    >>> tubes = pd.DataFrame({"file": ["a", "b"], "well": "A1", "batch": "1", "hours": [24.0, 48.0]})
    >>> [(name, list(plate["file"])) for name, plate in plates_of(tubes)]
    [('batch 1, 24 h', ['a']), ('batch 1, 48 h', ['b'])]
    """
    tubes = tubes.assign(folder=[str(PurePosixPath(file).parent) for file in tubes["file"]])
    by = [column for column in PARTS[:1] if column in tubes.columns]
    for column in PARTS[1:]:
        if not tubes.duplicated([*by, "well"]).any():
            break
        by += [column] if column in tubes.columns and len(set(tubes[column].map(str))) > 1 else []
    again = tubes.groupby([*by, "well"], dropna=False).cumcount()
    for (*key, turn), plate in tubes.assign(again=again).groupby([*by, "again"], sort=False, dropna=False):
        words = [_word(column, value) for column, value in zip(by, key, strict=True)]
        words += [f"tube {int(str(turn)) + 1} of a well"] if again.any() else []
        yield ", ".join(word for word in words if word), plate


def _word(column: str, value: object) -> str:
    if value == "" or value is None or value != value:
        return ""
    if column == "hours":
        return f"{value:g} h"
    return str(value) if column in ("cell_line", "arm", "folder", "harvest") else f"{column} {value}"


def _maps(plate: pd.DataFrame, shares: Mapping[str, Mapping[str, float]]) -> tuple[list[Map], list[Map]]:
    """Return what is drawn: total apoptosis and cells, then the populations."""
    wells = dict(zip(plate["well"], plate["file"], strict=True))
    totals, events = (
        dict(zip(plate["well"], plate[column].astype(np.float64), strict=True)) for column in ("total", "parent_events")
    )
    populations = [
        Map(f"{POPULATION_NAMES[p]}, %", {w: shares[f].get(p, np.nan) for w, f in wells.items()}) for p in POPULATIONS
    ]
    total = Map(f"{POPULATION_NAMES['total']}, %", totals)
    return [total, Map("whole single cells, thousands", events, _thousands, 100.0, np.inf)], populations


def _figure(plate: pd.DataFrame, maps: Sequence[Map]) -> Figure:
    """Draw maps of one plate, two a row."""
    form = plate_format(plate["well"])
    letters = {w: LETTERS[role] for w, role in zip(plate["well"], plate["role"], strict=True) if role in LETTERS}
    marked = [well for well, codes in _own_doubts(plate).items() if codes]
    rows = -(-len(maps) // 2)
    figure = Figure(figsize=(2 * MAP_INCHES[0], rows * MAP_INCHES[1]))
    for place, drawn in enumerate(maps):
        ax = map_axes(figure, place, rows)
        top = min(_top(drawn.values.values(), drawn.least), drawn.most)
        image = draw_plate_map(
            ax, drawn.values, limits=(0.0, top), plate=form, letters=letters, marked=marked, write=drawn.write
        )
        ax.set_title(drawn.title, fontsize=7.5, loc="left", pad=11, y=1.0)
        draw_scale(ax, image, (0.0, top), drawn.write)
    return figure


def _top(values: Iterable[float], least: float) -> float:
    """Return the value of the darkest colour: above all values, to one figure."""
    highest = max((v for v in values if np.isfinite(v)), default=least)
    highest = max(highest, least)
    step = 10.0 ** np.floor(np.log10(highest))
    return float(np.ceil(highest / step - 1e-9) * step)


def _caption(plate: pd.DataFrame) -> str:
    """Say what the marks of a map mean, and which cautions stand in which wells."""
    parts = [
        "Estimated share of whole single cells in percent, and how many there were. Hatched: no tube. Question mark: "
        "not resolved."
    ]
    roles = [role for role in LETTERS if (plate["role"] == role).any()]
    if roles:
        parts.append("Letters: " + ", ".join(f"{LETTERS[r]} {r.replace('_', ' ')}" for r in roles) + ".")
    own, everywhere = _own_doubts(plate), _shared_doubts(plate)
    codes = list(dict.fromkeys(code for found in own.values() for code in found))
    if codes:
        told = [f"{code} ({named_wells([well for well, found in own.items() if code in found])})" for code in codes]
        parts.append(f"Triangle: a caution, {', '.join(told)}.")
    if everywhere:
        parts.append(f"Every well carries {', '.join(everywhere)}.")
    return " ".join(parts)


def _shared_doubts(plate: pd.DataFrame) -> list[str]:
    """Return the codes that every well carries: a mark in all of them would hide the others."""
    first, *others = (doubts(words) for words in plate["caution"])
    return [code for code in first if others and all(code in codes for codes in others)]


def _own_doubts(plate: pd.DataFrame) -> dict[str, list[str]]:
    """Return the codes of each well that not every well carries."""
    shared = _shared_doubts(plate)
    cells = zip(plate["well"], plate["caution"], strict=True)
    return {well: [code for code in doubts(words) if code not in shared] for well, words in cells}
