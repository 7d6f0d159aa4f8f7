"""The stained tubes of a batch in the order of their acquisition, with what the sheet says of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.artefacts.finding import Trace
from gating.artefacts.fluorescent_compounds import known_fluorescence
from gating.controls import Group
from gating.intervals import wilson_interval
from gating.levels import Levels
from gating.quadrants import POPULATIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rows = Mapping[str, Mapping[str, Any]]

CONDITION = ("cell_line", "arm", "compound", "dose", "compound_2", "dose_2", "compound_3", "dose_3", "hours")
# Fewer cells are mixed with debris and the tails of their neighbours: their centre says nothing of the stain.
MIN_SHARE, MIN_LIVE_SHARE, MIN_EVENTS = 0.06, 0.03, 80
# Live cells leave as large a part of themselves beyond the threshold as in untreated wells, or a few times that.
ABOVE_BACKGROUND, WELL_ABOVE, LARGE_SHARE = 2.0, 4.0, 0.15
POSITIVE = {"annexin": POPULATIONS[1:3], "dye": POPULATIONS[2:4]}
TAIL = 2.0  # times the threshold: what stands lower and is not far above the background may be a tail


@dataclass(frozen=True, eq=False)
class Well:
    """A stained tube: its levels, and its row of the sheet.

    `position` is row and column from 0 where the sheet names a well, `condition` what was done to the cells,
    `background` what the untreated and vehicle wells show of each population, as a part of their live cells.
    """

    file: str
    role: str
    compound: str
    dose: float
    condition: tuple[str, ...]
    position: tuple[int, int] | None
    levels: Levels
    background: Mapping[str, float]

    def mode(self, axis: str, population: str) -> float:
        """Return the centre of a population on an axis, linear; NaN where it has too few cells to be measured."""
        found = (self.levels.annexin if axis == "annexin" else self.levels.dye)[population]
        share, tails = self.levels.share(population), self.background[population] * self.levels.share("live")
        least = MIN_LIVE_SHARE if population == "live" else max(MIN_SHARE, ABOVE_BACKGROUND * tails)
        few = found.events < MIN_EVENTS or share < least
        doubtful = share < max(LARGE_SHARE, WELL_ABOVE * tails)
        return float("nan") if few or (doubtful and self._is_tail(axis, population, found.value)) else found.value

    def _is_tail(self, axis: str, population: str, value: float) -> bool:
        """Say whether a positive population stands so near the threshold that it may be the tail of the negatives."""
        threshold = self.levels.annexin_threshold if axis == "annexin" else self.levels.dye_threshold
        return population in POSITIVE[axis] and value < TAIL * threshold


def wells_of(levels: Mapping[str, Levels], group: Group, rows: Rows) -> tuple[Well, ...]:
    """Return the group's stained tubes in the order of acquisition: by its clock, else by well, else as in the sheet.

    Samples and positive controls; tubes without a cell are left out.

    Examples
    --------
    >>> from gating.levels import Mode
    >>> from gating.quadrants import Quadrants
    >>> mode = dict.fromkeys(("live", "early_apoptotic", "late_apoptotic", "necrotic"), Mode(1.0, 0.1, 100))
    >>> def tube(started):
    ...     return Levels(Quadrants(1, 0, 0, 0), mode, mode, 1.0, 1.0, started)
    >>> group = Group("1", "H", ("a", "b"), (), {})
    >>> [well.file for well in wells_of({"a": tube(9.0), "b": tube(3.0)}, group, {})]
    ['b', 'a']
    """
    background = _background([levels[file] for file in group.negatives if file in levels])
    files = dict.fromkeys((*group.samples, *group.controls.get("positive", ())))
    filled = [file for file in files if file in levels and levels[file].cells.total]
    found = [_well(file, levels[file], group, rows.get(file, {}), background) for file in filled]
    clocks = [well.levels.started for well in found]
    if len(found) > 1 and None not in clocks and len(set(clocks)) > len(found) // 2:
        return tuple(sorted(found, key=lambda well: well.levels.started or 0.0))
    if found and all(well.position is not None for well in found):
        return tuple(sorted(found, key=lambda well: well.position or (0, 0)))
    return tuple(found)


def _background(negatives: Sequence[Levels]) -> dict[str, float]:
    """Return what debris and the tails of live cells add to each population, as a part of the live cells."""
    known = [tube for tube in negatives if tube.cells.live]
    shares = {n: [getattr(tube.cells, n) / tube.cells.live for tube in known] or [0.0] for n in POPULATIONS[1:]}
    return {"live": 0.0} | {name: float(np.median(values)) for name, values in shares.items()}


def _well(file: str, levels: Levels, group: Group, row: Mapping[str, Any], background: Mapping[str, float]) -> Well:
    role = text(row.get("role")) or _role(file, group)
    compound, dose = treatment(row)
    return Well(
        file=file,
        role=role,
        compound=compound,
        dose=dose,
        condition=(role, *(text(row.get(name)) for name in CONDITION)),
        position=position(text(row.get("well"))),
        levels=levels,
        background=background,
    )


def treatment(row: Mapping[str, Any]) -> tuple[str, float]:
    """Return the compounds of a row as one name, and the dose that a light would follow: that of one known to shine.

    Examples
    --------
    >>> treatment({"compound": "birinapant", "dose": 1, "compound_2": "doxorubicin", "dose_2": 0.5})
    ('birinapant + doxorubicin', 0.5)
    """
    agents = [(text(row.get(f"compound{n}")), number(row.get(f"dose{n}"))) for n in ("", "_2", "_3")]
    agents = [agent for agent in agents if agent[0]]
    shining = [dose for name, dose in agents if known_fluorescence(name) is not None]
    dose = (shining or [dose for _, dose in agents] or [number(row.get("dose"))])[0]
    return " + ".join(name for name, _ in agents), dose


def _role(file: str, group: Group) -> str:
    for role, files in group.controls.items():
        if file in files:
            return role
    return "untreated" if file in group.negatives else "treated"


def position(well: str) -> tuple[int, int] | None:
    """Return row and column from 0 of a well such as `B07`; None where it names none.

    Examples
    --------
    >>> position("B07"), position("AA3"), position("")
    ((1, 6), (26, 2), None)
    """
    parts = re.fullmatch(r"([A-Za-z]{1,2})0*([1-9]\d?)", well.strip())
    if parts is None:
        return None
    letters = parts[1].upper()
    row = ord(letters[-1]) - 65 + (26 * (ord(letters[0]) - 64) if len(letters) == 2 else 0)
    return row, int(parts[2]) - 1


def text(cell: object) -> str:
    """Return a cell of the sheet as text, empty where it holds nothing."""
    return "" if cell is None or cell != cell else str(cell).strip()


def number(cell: object) -> float:
    """Return a cell of the sheet as a number, NaN where it holds none."""
    try:
        return float(text(cell).replace(",", ".") or "nan")
    except ValueError:
        return float("nan")


def decades(wells: Sequence[Well], axis: str, population: str) -> NDArray[np.float64]:
    """Return log10 of each well's centre over the median of the wells, NaN where it can't be measured, shape (n,).

    All NaN where the population lies at zero, as a negative one may after compensation: then no ratio says anything.
    """
    values = np.array([well.mode(axis, population) for well in wells], dtype=np.float64)
    known = np.isfinite(values)
    if not known.any() or (middle := float(np.median(values[known]))) <= 0:
        return np.full(len(wells), np.nan)
    if population not in POSITIVE[axis]:
        spreads = [(w.levels.annexin if axis == "annexin" else w.levels.dye)[population].spread for w in wells]
        if middle < 0.3 * float(np.nanmedian(spreads)):
            return np.full(len(wells), np.nan)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.log10(np.maximum(values, 0.1 * middle) / middle), dtype=np.float64)


def shares_trace(counts: Sequence[tuple[int, int]], label: str, limit: float) -> Trace:
    """Return what shows counted fractions of some tubes, with their intervals, against a limit."""
    intervals = np.array([wilson_interval(count, total) for count, total in counts])
    return Trace(
        x=np.arange(1.0, len(counts) + 1.0),
        y=np.array([count / total for count, total in counts]),
        x_label="tube",
        y_label=label,
        low=intervals[:, 0],
        high=intervals[:, 1],
        limit=limit,
    )
