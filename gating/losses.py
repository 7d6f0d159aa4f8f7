"""What the clean-up took from each population: every event that was left out, counted in the quadrant where it lies.

Dying cells are small, sticky and near the debris, and debris binds Annexin V: a clean-up that takes more from one
quadrant than from another moves the answer. So the loss is told by step and quadrant, and the answer with it as the
debris limit is moved by a fifth to either side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import caution, join
from gating.quadrants import POPULATIONS, Quadrants
from gating.whole_cells import STEPS, WholeCells

if TYPE_CHECKING:
    from numpy.typing import NDArray

Classes = Callable[["NDArray[np.float64]", "NDArray[np.float64]"], "NDArray[np.int8]"]

CLEANUP_COLUMNS = ("file", "step", "population", "lost_events", "lost_fraction", "caution")
SENSITIVITY_COLUMNS = (
    "file",
    "population",
    "limit_factor",
    "debris_limit",
    "events",
    "parent_events",
    "counted_fraction",
    "caution",
)
FACTORS = (0.8, 1.0, 1.2)
UNEVEN = 0.02  # of a population's events more than of all: the rule of thumb of flow laboratories
SENSITIVE = 0.02  # of the whole cells: so far may a fraction move with the debris limit
CHANCE_SD, FEWEST = 3.0, 10  # lost events


@dataclass(frozen=True)
class Losses:
    """Events of one tube by step and quadrant.

    Attributes
    ----------
    kept : Quadrants
        The whole single cells.
    lost : tuple of Quadrants
        What each of the steps margin, time, debris and doublets left out, in this order.
    off_scale : Quadrants
        Those of `kept` that lie at the ceiling of a fluorescence detector.
    """

    kept: Quadrants
    lost: tuple[Quadrants, ...]
    off_scale: Quadrants

    def fraction(self, step: int, population: str) -> float:
        """Return the part of a population's events before a step that the step left out, NaN where there were none."""
        left = sum(getattr(q, population) for q in (self.kept, *self.lost[step:]))
        return getattr(self.lost[step], population) / left if left else float("nan")

    def share(self, step: int) -> float:
        """Return the part of all events before a step that the step left out, NaN where there were none."""
        left = sum(q.total for q in (self.kept, *self.lost[step:]))
        return self.lost[step].total / left if left else float("nan")


def classes_at(annexin_threshold: float, dye_threshold: float) -> Classes:
    """Return the function that says in which quadrant events lie: 0 to 3 in the order of POPULATIONS.

    Examples
    --------
    >>> classes_at(5.0, 5.0)(np.array([1.0, 9.0, 9.0, 1.0]), np.array([1.0, 1.0, 9.0, 9.0])).tolist()
    [0, 1, 2, 3]
    """

    def classes(annexin: NDArray[np.float64], dye: NDArray[np.float64]) -> NDArray[np.int8]:
        first, second = (annexin >= annexin_threshold).view(np.int8), (dye >= dye_threshold).view(np.int8)
        return np.asarray((first ^ second) + 2 * second, dtype=np.int8)

    return classes


def count_losses(cells: WholeCells, classes: Classes) -> Losses:
    """Count what each step of the clean-up took from each quadrant.

    Parameters
    ----------
    cells : WholeCells
        As `whole_single_cells` returns them.
    classes : callable
        `classes_at(annexin_threshold, dye_threshold)`, or the `classes` of a gate with curved dividers.

    Examples
    --------
    >>> from gating.whole_cells import Recipe, whole_single_cells
    >>> from gating.simulate import Tube, simulate_tube
    >>> tube = simulate_tube(Tube({"live": 0.6, "early_apoptotic": 0.4}, debris=0.2), np.random.default_rng(1))
    >>> recipe = Recipe("FITC-A", "PE-A", "FSC-A", "FSC-H", tube.events.spillover, debris_limit=25_000.0)
    >>> losses = count_losses(whole_single_cells(tube.events, recipe), classes_at(900.0, 900.0))
    >>> round(losses.share(2), 1), losses.lost[0].total
    (0.2, 0)
    """
    kept = classes(cells.annexin, cells.dye)
    lost = classes(cells.lost.annexin, cells.lost.dye)
    return Losses(
        _quadrants(kept),
        tuple(_quadrants(lost[cells.lost.step == step]) for step in range(len(STEPS))),
        _quadrants(kept[cells.off_scale]),
    )


def move_debris_limit(cells: WholeCells, classes: Classes) -> tuple[Quadrants, Quadrants, Quadrants]:
    """Count the four quadrants with the debris limit at 0.8, 1.0 and 1.2 of its value; doublets stay left out.

    Where debris was not left out, all three are the same.

    Examples
    --------
    >>> from gating.whole_cells import Recipe, whole_single_cells
    >>> from gating.simulate import Tube, simulate_tube
    >>> tube = simulate_tube(Tube({"live": 0.6, "early_apoptotic": 0.4}, debris=0.2), np.random.default_rng(1))
    >>> recipe = Recipe("FITC-A", "PE-A", "FSC-A", "FSC-H", tube.events.spillover, debris_limit=25_000.0)
    >>> lower, set_, higher = move_debris_limit(whole_single_cells(tube.events, recipe), classes_at(900.0, 900.0))
    >>> lower.total >= set_.total >= higher.total
    True
    """
    lost = cells.lost
    kept = _quadrants(classes(cells.annexin, cells.dye))
    more = _quadrants(classes(lost.annexin[lost.near_limit], lost.dye[lost.near_limit]))
    near = cells.near_limit
    fewer = _quadrants(classes(cells.annexin[near], cells.dye[near]))
    without = Quadrants(*(getattr(kept, name) - getattr(fewer, name) for name in POPULATIONS))
    return kept + more, kept, without


def cleanup_rows(file: str, losses: Losses, cells: WholeCells) -> Iterator[dict[str, object]]:
    """Yield the rows of cleanup.csv of one tube: four populations a step.

    Examples
    --------
    >>> from gating.whole_cells import Recipe, whole_single_cells
    >>> from gating.simulate import Tube, simulate_tube
    >>> tube = simulate_tube(Tube({"live": 0.6, "early_apoptotic": 0.4}, debris=0.2), np.random.default_rng(1))
    >>> recipe = Recipe("FITC-A", "PE-A", "FSC-A", "FSC-H", tube.events.spillover, debris_limit=25_000.0)
    >>> cells = whole_single_cells(tube.events, recipe)
    >>> rows = list(cleanup_rows("a.fcs", count_losses(cells, classes_at(900.0, 900.0)), cells))
    >>> len(rows), rows[8]["step"], rows[8]["population"], rows[-1]["caution"]
    (16, 'debris', 'live', '')
    """
    for place, step in enumerate(STEPS):
        for population in POPULATIONS:
            note = [cells.cautions.get(step, ""), _uneven(losses, place, population)]
            if step == "margin" and (events := getattr(losses.off_scale, population)):
                note.append(caution("off_scale", f"{events} saturated cells are kept in this quadrant"))
            yield {
                "file": file,
                "step": step,
                "population": population,
                "lost_events": getattr(losses.lost[place], population),
                "lost_fraction": losses.fraction(place, population),
                "caution": join(*note),
            }


def sensitivity_rows(
    file: str, debris_limit: float | None, moved: tuple[Quadrants, Quadrants, Quadrants]
) -> Iterator[dict[str, object]]:
    """Yield the rows of debris_sensitivity.csv of one tube, none where debris was not left out.

    Examples
    --------
    >>> found = tuple(Quadrants(n, 50, 25, 25) for n in (120, 100, 99))
    >>> rows = list(sensitivity_rows("a.fcs", 20_000.0, found))
    >>> len(rows), rows[0]["debris_limit"], rows[0]["counted_fraction"].__round__(3), rows[0]["caution"][:16]
    (12, 16000.0, 0.545, 'debris_sensitive')
    """
    if debris_limit is None:
        return
    note = debris_caution(moved)
    for factor, quadrants in zip(FACTORS, moved, strict=True):
        for population in POPULATIONS:
            events = getattr(quadrants, population)
            yield {
                "file": file,
                "population": population,
                "limit_factor": factor,
                "debris_limit": factor * debris_limit,
                "events": events,
                "parent_events": quadrants.total,
                "counted_fraction": events / quadrants.total if quadrants.total else float("nan"),
                "caution": note,
            }


def debris_caution(moved: tuple[Quadrants, Quadrants, Quadrants]) -> str:
    """Return the caution of an answer that moves with the debris limit, empty where it stands.

    Examples
    --------
    >>> debris_caution((Quadrants(100, 50, 25, 25), Quadrants(100, 50, 25, 25), Quadrants(99, 50, 25, 25)))
    ''
    """
    moves = {name: _largest_move(name, moved) for name in POPULATIONS}
    name = max(moves, key=lambda population: moves[population])
    if moves[name] <= SENSITIVE:
        return ""
    words = f"{name} moves by {100 * moves[name]:.1f} points as the limit is moved by a fifth"
    return caution("debris_sensitive", words)


def _largest_move(population: str, moved: tuple[Quadrants, Quadrants, Quadrants]) -> float:
    """Return how far a fraction moves from that at the limit itself."""
    shares = [getattr(q, population) / q.total if q.total else float("nan") for q in moved]
    return float(np.nanmax([0.0, *(abs(share - shares[1]) for share in shares)]))


def _uneven(losses: Losses, step: int, population: str) -> str:
    """Return the note of a step that takes more of one population than of all, beyond what chance does."""
    lost, share = losses.fraction(step, population), losses.share(step)
    before = sum(getattr(q, population) for q in (losses.kept, *losses.lost[step:]))
    few = getattr(losses.lost[step], population) < FEWEST
    if few or not lost - share > max(UNEVEN, CHANCE_SD * float(np.sqrt(share * (1 - share) / before))):
        return ""
    return caution("uneven_loss", f"{100 * lost:.1f} % of {population}, {100 * share:.1f} % of all events")


def _quadrants(classes: NDArray[np.int8]) -> Quadrants:
    return Quadrants(*np.bincount(classes, minlength=len(POPULATIONS)).tolist())
