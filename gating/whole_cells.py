"""The whole single cells of a tube: compensated, without what the clean-up leaves out.

Four steps, in this order: margin (scatter that is no size), time (clogs, bursts, steps of a channel), debris and
doublets. A step for which a file has no channel is skipped, and a caution says so. What is left out is kept beside the
cells with its step, so that the loss can be counted in each quadrant once the thresholds are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.acquisition import find_disturbance
from gating.cautions import caution, join
from gating.compensation import compensated_columns
from gating.doublets import find_doublet_limit
from gating.events import Events
from gating.margins import MOST_LEFT_OUT, at_ceiling, at_floor, declared_top
from gating.spillover import Spillover

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Columns = Mapping[str | None, NDArray[Any]]

STEPS = ("margin", "time", "debris", "doublets")
MARGIN, TIME, DEBRIS, DOUBLETS, KEPT, NO_NUMBER = 0, 1, 2, 3, 4, 5
NEAR_LIMIT = (0.8, 1.2)  # of the debris limit: where the answer is looked at once more
FEWEST_WITH_HEIGHT = 0.5  # of the cells: a height that most of them lack was not recorded


@dataclass(frozen=True, eq=False)
class Recipe:
    """How the tubes of a group are turned into whole single cells.

    Channels are names, None where a file lacks them: `forward` and `height` are forward scatter's area and height,
    `width` its width, `side` side scatter's area, `time` the clock. `debris_limit` and its caution are the batch's
    (`gating.debris.find_debris_limit`).
    """

    annexin: str
    dye: str
    forward: str | None = None
    height: str | None = None
    spillover: Spillover | None = None
    debris_limit: float | None = None
    width: str | None = None
    side: str | None = None
    time: str | None = None
    debris_caution: str = ""

    @property
    def watched(self) -> tuple[str, ...]:
        """The channels whose level is followed along time."""
        return tuple(name for name in (self.forward, self.side, self.annexin, self.dye) if name)


@dataclass(frozen=True, eq=False)
class Lost:
    """The events that were left out, shape (n_lost,) each.

    Attributes
    ----------
    annexin, dye : ndarray
        Linear, compensated.
    step : ndarray of uint8
        Index into STEPS.
    near_limit : ndarray of bool
        Single cells if the debris limit were a fifth lower.
    """

    annexin: NDArray[np.float64]
    dye: NDArray[np.float64]
    step: NDArray[np.uint8]
    near_limit: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class WholeCells:
    """The cells that are counted: compensated brightness, and which of the tube's events they are.

    Attributes
    ----------
    annexin, dye : ndarray, shape (n_cells,)
        Linear, compensated.
    keep : ndarray of bool, shape (n_events,)
        True where an event of the file is one of the cells.
    not_a_number : int
        Events left out because a channel holds no number.
    lost : Lost
        What the four steps left out.
    near_limit : ndarray of bool, shape (n_cells,)
        True where a cell would be debris if the limit were a fifth higher.
    off_scale : ndarray of intp
        Indices into the cells: those at the ceiling of one of the two fluorescence detectors.
    cautions : mapping
        What there is to say, by step; the others under "".
    """

    annexin: NDArray[np.float64]
    dye: NDArray[np.float64]
    keep: NDArray[np.bool_]
    not_a_number: int
    lost: Lost
    near_limit: NDArray[np.bool_]
    off_scale: NDArray[np.intp]
    cautions: Mapping[str, str] = field(default_factory=dict)

    @property
    def caution(self) -> str:
        """All of it in one cell."""
        return join(*self.cautions.values())


def whole_single_cells(events: Events, recipe: Recipe) -> WholeCells:
    """Return the whole single cells of a tube.

    Examples
    --------
    >>> from gating.simulate import Tube, simulate_tube
    >>> tube = simulate_tube(Tube({"live": 1.0}, n_events=5_000, debris=0.2), np.random.default_rng(1))
    >>> cells = whole_single_cells(tube.events, Recipe("FITC-A", "PE-A", "FSC-A", debris_limit=25_000.0, time="Time"))
    >>> round(float(np.mean(cells.keep)), 1), cells.caution
    (0.8, 'no_pulse_height: doublets were not left out')
    """
    annexin, dye = compensated_columns(events, [recipe.annexin, recipe.dye], recipe.spillover)
    number = np.isfinite(annexin) & np.isfinite(dye)
    state = np.full(len(events), KEPT, dtype=np.uint8)
    near = np.zeros(len(events), dtype=bool)
    columns = _columns(events, recipe)
    notes = {
        "": "",
        "margin": _leave_margins(state, events, recipe, columns),
        "time": _leave_disturbed(state, recipe, columns),
        "debris": _leave_debris(state, near, recipe, columns),
        "doublets": _leave_doublets(state, near, recipe, columns),
    }
    if not number.all():
        state[~number] = NO_NUMBER
        notes[""] = caution("not_a_number", f"{np.count_nonzero(~number)} events")
    keep = state == KEPT
    gone = np.flatnonzero(state < KEPT)
    return WholeCells(
        annexin[keep],
        dye[keep],
        keep,
        int(len(number) - np.count_nonzero(number)),
        Lost(annexin[gone], dye[gone], state[gone], near[gone]),
        near[keep],
        _off_scale(events, recipe, columns, keep),
        notes,
    )


def _columns(events: Events, recipe: Recipe) -> Columns:
    """Return the channels that the clean-up looks at, as they are stored; one that never changes was not recorded."""
    wanted = (recipe.forward, recipe.height, recipe.width, recipe.side, recipe.time, recipe.annexin, recipe.dye)
    found = {name: np.ascontiguousarray(events.values[:, events.index(name)]) for name in wanted if name}
    return {name: values for name, values in found.items() if (values != values[:1]).any()}


def _leave_margins(state: NDArray[np.uint8], events: Events, recipe: Recipe, columns: Columns) -> str:
    """Leave out events whose forward scatter is no size; many at the ceiling are the tube's larger cells, and stay."""
    notes = []
    for name in (recipe.forward, recipe.height):
        if name is None or name not in columns:
            continue
        high = at_ceiling(columns[name], declared_top(events, name))
        if len(high) > MOST_LEFT_OUT * len(state):
            words = f"{100 * len(high) / len(state):.1f} % of the events are at the ceiling of {name}, and were kept"
            notes.append(caution("scatter_off_scale", words))
        else:
            state[high] = MARGIN
    if recipe.forward in columns:
        state[at_floor(columns[recipe.forward])] = MARGIN
    return join(*notes)


def _leave_disturbed(state: NDArray[np.uint8], recipe: Recipe, columns: Columns) -> str:
    """Leave out what was acquired while the flow or a detector was disturbed."""
    if recipe.time not in columns:
        return caution("no_time", "clogs and bursts were not looked for")
    looked = {name: columns[name] for name in recipe.watched if name in columns}
    found = find_disturbance(columns[recipe.time], looked)
    if found.unjudged:
        return caution("no_time", found.unjudged)
    notes = []
    if len(found.events):
        state[found.events[state[found.events] == KEPT]] = TIME
        odd = [f"the flow rate in {found.windows} windows"] if found.windows else []
        odd += [f"the level of {', '.join(found.stepped)}"] if found.stepped else []
        words = f"{100 * len(found.events) / len(state):.1f} % of the events, {' and '.join(odd)}"
        notes.append(caution("disturbed_acquisition", words))
    if found.unsteady:
        notes.append(caution("unsteady_acquisition", f"{', '.join(found.unsteady)}, and nothing was left out for it"))
    return join(*notes)


def _leave_debris(state: NDArray[np.uint8], near: NDArray[np.bool_], recipe: Recipe, columns: Columns) -> str:
    """Leave out what is below the debris limit, and mark what lies within a fifth of it."""
    if recipe.forward not in columns:
        return caution("no_scatter", "debris and doublets were not left out")
    if recipe.debris_limit is None:
        return caution("few_events", "too few to find a debris limit, debris and doublets were not left out")
    size = columns[recipe.forward]
    low, high = (factor * recipe.debris_limit for factor in NEAR_LIMIT)
    still = state == KEPT
    near |= still & (size >= low) & (size < high)
    state[still & (size < recipe.debris_limit)] = DEBRIS
    return recipe.debris_caution


def _leave_doublets(state: NDArray[np.uint8], near: NDArray[np.bool_], recipe: Recipe, columns: Columns) -> str:
    """Leave out pulses too long for their height; debris near the limit is judged too, in case it is none."""
    if recipe.forward not in columns or recipe.debris_limit is None:
        return ""
    whole = np.flatnonzero((state == KEPT) | near)
    area = columns[recipe.forward][whole]
    height = _heights(area, whole, recipe, columns)
    if height is None:
        return caution("no_pulse_height", "doublets were not left out")
    limit = find_doublet_limit(area, height)
    if limit is None:
        return caution("no_pulse_height", "too few events to tell doublets from single cells")
    several = whole[~limit.singles(area, height)]
    near[several] = False
    state[several[state[several] == KEPT]] = DOUBLETS
    return ""


def _heights(area: NDArray[Any], whole: NDArray[np.intp], recipe: Recipe, columns: Columns) -> NDArray[Any] | None:
    """Return the pulses' heights, or area over width, which are the same but for a factor; None where neither is."""
    for name in (recipe.height, recipe.width):
        if name not in columns:
            continue
        pulse = columns[name][whole]
        if np.count_nonzero(pulse > 0) > FEWEST_WITH_HEIGHT * len(whole):
            with np.errstate(divide="ignore", invalid="ignore"):
                return pulse if name == recipe.height else np.asarray(area / pulse)
    return None


def _off_scale(events: Events, recipe: Recipe, columns: Columns, keep: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return which of the cells lie at the ceiling of a fluorescence detector; compensated values have none."""
    names = () if events.compensated else tuple(n for n in (recipe.annexin, recipe.dye) if n in columns)
    found = [at_ceiling(columns[name], declared_top(events, name)) for name in names]
    high = np.unique(np.concatenate([*found, np.empty(0, dtype=np.intp)]))
    high = high[keep[high]]
    return np.asarray(np.searchsorted(np.flatnonzero(keep), high), dtype=np.intp)
