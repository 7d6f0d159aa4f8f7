"""What a tube tells beside its four counts: its course over Time and size, its dye levels, its ceilings.

Taken while the tube is counted, from at most some ten thousand of its events, and small enough to travel between
processes: the checks for artefacts need no event afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.by_size import BySize, populations_by_size
from gating.events import Events
from gating.in_time import SAMPLE, InTime, cells_in_time
from gating.transforms import Asinh
from gating.whole_cells import STEPS, Recipe, WholeCells

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL_SCALE, LEVEL_LOW, LEVEL_WIDTH, LEVEL_BINS = Asinh(2.0), -4.5, 0.04, 300  # decades
NEAR_DECADES = 0.15
LEAST = 0.6
FEWEST_LEVELS = 64  # distinct values; a channel with fewer is dark or constant, and its largest value no ceiling
NOT_A_COLOUR = re.compile(r"(fsc|ssc|fs|ss|fsw|time|t|hdr|event|width|index|sample)([- _.\d].*)?", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class DyeLevels:
    """Sampled cells by brightness of the dye, in bins of 0.04 decades, each array of shape (300,).

    `negative` are the 60 % of the Annexin-negative cells with the least Annexin V (hardly an apoptotic cell leaks in),
    `negative_log_size` the sum of ln(forward scatter) of these, `positive` the Annexin-positive cells.
    """

    negative: NDArray[np.int32]
    negative_log_size: NDArray[np.float32] | None
    positive: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class TubeProfile:
    """The numbers of one tube that its artefacts are looked for in.

    Attributes
    ----------
    quadrants : ndarray of int, shape (4,)
        Whole single cells: live, early_apoptotic, late_apoptotic, necrotic.
    file_events : int
        Events of the file.
    annexin_threshold, dye_threshold : float
        Linear, compensated.
    at_ceiling : mapping of str to int
        Of `sampled_events`, those at the largest value of each colour channel, where this is a ceiling.
    dye_only, dye_only_near : int
        Sampled Annexin-negative dye-positive cells, and those within 0.15 decade of the Annexin V threshold.
    began : str
        Date and time of acquisition, empty where the file does not tell.
    """

    quadrants: NDArray[np.int64]
    file_events: int
    annexin_threshold: float
    dye_threshold: float
    at_ceiling: Mapping[str, int]
    sampled_events: int
    dye_only: int
    dye_only_near: int
    levels: DyeLevels
    in_time: InTime | None
    by_size: BySize | None
    began: str

    @property
    def cells(self) -> int:
        """Whole single cells."""
        return int(self.quadrants.sum())


def tube_profile(
    events: Events, cells: WholeCells, recipe: Recipe, annexin_threshold: float, dye_threshold: float
) -> TubeProfile:
    """Return the numbers of a tube that its artefacts are looked for in.

    Parameters
    ----------
    events : Events
        As read.
    cells : WholeCells
        Its whole single cells.
    recipe : Recipe
        That made them.
    annexin_threshold, dye_threshold : float
        Linear, compensated.

    Examples
    --------
    >>> from gating.simulate import Tube, simulate_tube
    >>> from gating.whole_cells import whole_single_cells
    >>> fractions = {"live": 0.6, "early_apoptotic": 0.2, "late_apoptotic": 0.2, "necrotic": 0.0}
    >>> events = simulate_tube(Tube(fractions), np.random.default_rng(1)).events
    >>> recipe = Recipe("FITC-A", "PE-A", "FSC-A", "FSC-H", events.spillover, debris_limit=25_000.0)
    >>> profile = tube_profile(events, whole_single_cells(events, recipe), recipe, 900.0, 900.0)
    >>> profile.quadrants.shape, profile.in_time is not None, profile.by_size is not None
    ((4,), True, True)
    """
    kept = np.flatnonzero(cells.keep)
    # Bytes: 0 live, 1 early, 2 late, 3 necrotic, the order of the tables.
    annexin_positive, dye_positive = cells.annexin >= annexin_threshold, cells.dye >= dye_threshold
    population = annexin_positive ^ dye_positive * np.uint8(3)
    step = max(1, -(-len(kept) // SAMPLE))
    annexin, dye, drawn = cells.annexin[::step], cells.dye[::step], population[::step]
    forward, sizes = None, None
    if recipe.forward is not None and recipe.debris_limit is not None:
        forward = events.values[kept[::step], events.index(recipe.forward)].astype(np.float64)
        sizes = populations_by_size(events, recipe, (annexin_threshold, dye_threshold), forward, drawn, step)
    sampled = events.values[:: max(1, -(-len(events) // SAMPLE))]
    dye_only = annexin[drawn == 3]
    return TubeProfile(
        quadrants=np.bincount(population, minlength=4),
        file_events=len(events),
        annexin_threshold=annexin_threshold,
        dye_threshold=dye_threshold,
        at_ceiling=_at_ceiling(events, np.ascontiguousarray(sampled)),
        sampled_events=len(sampled),
        dye_only=len(dye_only),
        dye_only_near=int(np.count_nonzero(dye_only >= annexin_threshold / 10.0**NEAR_DECADES)),
        levels=_levels(annexin, dye, drawn, forward),
        in_time=_whole_run(events, cells, recipe, (annexin_threshold, dye_threshold)),
        by_size=sizes,
        began=began(events.keywords),
    )


def began(keywords: Mapping[str, str]) -> str:
    """Return when a tube was acquired, in a form that sorts by time, or an empty text.

    Examples
    --------
    >>> began({"$DATE": "03-FEB-2024", "$BTIM": "14:05:09.50"}), began({"$BTIM": "14:05"})
    ('2024-02-03T14:05:09', '')
    """
    whole = keywords.get("$BEGINDATETIME", "").strip()
    if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", whole):
        return whole[:19]
    clock = re.match(r"\s*(\d{1,2}):(\d\d):(\d\d)", keywords.get("$BTIM", ""))
    try:
        day = datetime.strptime(keywords.get("$DATE", "").strip().title(), "%d-%b-%Y")
        return day.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3])).isoformat() if clock else ""
    except ValueError:
        return ""


def _whole_run(events: Events, cells: WholeCells, recipe: Recipe, thresholds: tuple[float, float]) -> InTime | None:
    """Return the course of the cells, those that a disturbance of the flow cost among them: it may be carry-over."""
    rows, annexin, dye = np.flatnonzero(cells.keep), cells.annexin, cells.dye
    disturbed = cells.lost.step == STEPS.index("time")
    # Without a missing number the events that are no cells are just those that were lost, in the same order.
    if disturbed.any() and not cells.not_a_number:
        gone = np.flatnonzero(~cells.keep)
        if recipe.forward is not None and recipe.debris_limit is not None:
            disturbed &= events.values[gone, events.index(recipe.forward)] >= recipe.debris_limit
        rows = np.concatenate([rows, gone[disturbed]])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        annexin = np.concatenate([annexin, cells.lost.annexin[disturbed]])[order]
        dye = np.concatenate([dye, cells.lost.dye[disturbed]])[order]
    return cells_in_time(events, rows, (annexin, thresholds[0]), (dye, thresholds[1]))


def _at_ceiling(events: Events, sampled: NDArray[Any]) -> dict[str, int]:
    """Return the events at the largest value of each colour channel; a lone brightest event is no ceiling."""
    colours = [i for i, c in enumerate(events.channels) if not NOT_A_COLOUR.fullmatch(c.name)]
    if not colours or not len(sampled):
        return {}
    counts = np.count_nonzero(sampled == sampled.max(axis=0), axis=0)
    found = {events.channels[i].name: int(counts[i]) for i in colours}
    columns = {events.channels[i].name: i for i in colours}
    return {
        name: count if count < 2 or len(np.unique(sampled[:, columns[name]])) >= FEWEST_LEVELS else 0
        for name, count in found.items()
    }


def _levels(
    annexin: NDArray[np.float64],
    dye: NDArray[np.float64],
    population: NDArray[np.uint8],
    forward: NDArray[np.float64] | None,
) -> DyeLevels:
    place = ((LEVEL_SCALE(dye) - LEVEL_LOW) * (1 / LEVEL_WIDTH)).astype(np.int64)
    place = np.clip(place, 0, LEVEL_BINS - 1)
    positive = (population == 1) | (population == 2)
    negative = np.flatnonzero(~positive)
    if len(negative):
        least = annexin[negative]
        negative = negative[least <= np.quantile(least, LEAST)]
    size = None
    if forward is not None:
        logs = np.log(np.maximum(forward[negative], 1.0))
        size = np.bincount(place[negative], weights=logs, minlength=LEVEL_BINS).astype(np.float32)
    return DyeLevels(
        np.bincount(place[negative], minlength=LEVEL_BINS).astype(np.int32),
        size,
        np.bincount(place[positive], minlength=LEVEL_BINS).astype(np.int32),
    )
