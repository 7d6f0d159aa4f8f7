"""Which lines are compared with which, and in which state both stand: 0 h, else untreated, else with vehicle."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from blots.levels import LINE, NOT_A_SAMPLE, Level

Line = tuple[Any, ...]  # cell line and arm, None where empty
State = tuple[Hashable, ...]
BASAL_ROLES = ("untreated", "vehicle")


@dataclass(frozen=True)
class LinePair:
    """A line, or an arm of it, and the one that it is compared with."""

    line: Line
    reference: Line


def line_pairs(lanes: pd.DataFrame) -> list[LinePair]:
    """Return what is compared with what, in the order of the sheet.

    The first arm of each cell line is compared with the first line of the sheet; every further arm of a cell line with
    the first arm of its own. Ladder, empty, reference and excluded rows name no line.

    Parameters
    ----------
    lanes : DataFrame
        Rows of lanes.csv, of whose columns `cell_line` and `arm` are read where there.

    Examples
    --------
    >>> sheet = pd.DataFrame({"cell_line": ["A", "A", "B", "B"], "arm": ["ctrl", "kd", "ctrl", "kd"]})
    >>> [(line_name(pair.line), line_name(pair.reference)) for pair in line_pairs(sheet)]
    [('A, kd', 'A, ctrl'), ('B, ctrl', 'A, ctrl'), ('B, kd', 'B, ctrl')]
    """
    counted = lanes
    if "role" in lanes:
        counted = counted[~counted["role"].isin([*NOT_A_SAMPLE, "reference"])]
    if "exclude" in lanes:
        counted = counted[counted["exclude"].fillna("") == ""]
    columns = [counted[name] if name in counted else [None] * len(counted) for name in LINE]
    lines = list(dict.fromkeys(tuple(_word(cell) for cell in cells) for cells in zip(*columns, strict=True)))
    firsts: dict[Any, Line] = {}
    pairs = []
    for line in lines:
        own = firsts.setdefault(line[0], line)
        pairs.append(LinePair(line, own if own != line else lines[0]))
    return [pair for pair in pairs if pair.line != pair.reference]


def line_name(line: Line) -> str:
    """Return a line in words: the cell line, and its arm where the sheet gives one that the line's name does not tell.

    Examples
    --------
    >>> line_name(("HeLa", None)), line_name(("HeLa", "siXIAP")), line_name(("HeLa-Smac", "Smac"))
    ('HeLa', 'HeLa, siXIAP', 'HeLa-Smac')
    """
    cell_line, arm = (None if part is None else str(part) for part in line)
    told = arm is None or (cell_line is not None and arm.casefold() in cell_line.casefold())
    return ", ".join(part for part in (cell_line, None if told else arm) if part) or "unnamed"


def state_of(level: Level) -> State:
    """Return what was done to the material: role and condition without the line; all of 0 h is one state."""
    if level.hours == 0:
        return ("0 h",)
    rest = tuple((column, value) for column, value in level.condition if column not in LINE)
    return (level.role, rest)


def basal_state(levels: Sequence[Level], pair: LinePair) -> State | None:
    """Return the state in which two lines are compared, None where they share none that is basal.

    0 h where both lines have it, else untreated at the earliest hour that both have, else the same vehicle.

    Parameters
    ----------
    levels : sequence of Level
        Of one target and loading control, each with a ratio.
    pair : LinePair
    """
    samples = [level for level in levels if level.role != "reference"]
    shared = {state_of(level) for level in samples if level.line == pair.line}
    shared &= {state_of(level) for level in samples if level.line == pair.reference}
    basal = {state_of(v): _rank(v) for v in samples if state_of(v) in shared and _rank(v) is not None}
    return min(basal, key=lambda state: basal[state] or (), default=None)


def _rank(level: Level) -> tuple[float, ...] | None:
    """Return how early a state stands among the basal ones, None where it is none."""
    if level.hours == 0:
        return (-1.0, 0.0)
    if level.role not in BASAL_ROLES:
        return None
    return (float(BASAL_ROLES.index(level.role)), level.hours if np.isfinite(level.hours) else np.inf)


def _word(cell: Any) -> Any:
    """Return a cell as `blots.levels.Level` holds it."""
    if isinstance(cell, str):
        return cell.strip() or None
    return None if pd.isna(cell) else cell
