"""What is taken from each tube: small, frozen results, so that a plate is streamed and events never travel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gating.cautions import caution, join
from gating.channels import find_annexin, find_dye, find_scatter
from gating.cleanup import scatter_histogram
from gating.compensation import compensated_columns
from gating.errors import GatingError, UnreadableFcs
from gating.events import Events
from gating.gates import QuadrantGate
from gating.quadrants import Quadrants, count_at, count_quadrants
from gating.spillover import Spillover
from gating.thresholds import FINE, Grid, Threshold
from gating.whole_cells import Recipe, whole_single_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

Reader = Callable[[Path], Events]
PICTURE_BINS = 128
FEW_EVENTS = 1_000


@dataclass(frozen=True, eq=False)
class Survey:
    """A first look at a tube: its channels, its matrix, its size distribution."""

    file: str
    annexin: str
    dye: str
    forward: str | None
    height: str | None
    spillover: Spillover | None
    scatter: NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class Density:
    """A two-dimensional histogram for a picture: rows are the dye, columns Annexin V, both on display scales."""

    counts: NDArray[np.int64]
    annexin: Grid
    dye: Grid


@dataclass(frozen=True, eq=False)
class Counts:
    """Quadrants of one tube at the threshold and at the corners of the thresholds' intervals."""

    file: str
    quadrants: Quadrants
    corners: tuple[Quadrants, ...]
    file_events: int
    spillover: Spillover | None
    caution: str
    density: Density | None


def attempt(step: Callable[[str], object], file: str) -> object:
    """Return the result of a step on a file, or the GatingError that it met, so that one bad file stops no other."""
    try:
        return step(file)
    except GatingError as error:
        return error


def survey_tube(file: str, folder: Path, annexin: str | None, dye: str | None, read: Reader) -> Survey:
    """Look at one tube for the first time.

    Raises
    ------
    UnreadableFcs
        The file can't be read, or holds no whole event.
    MissingChannel
        Annexin V or the dye can't be found among its channels.
    """
    events = _some_events(file, folder, read)
    forward = find_scatter(events.channels, "FSC", "A") or find_scatter(events.channels, "FSC", "H")
    height = find_scatter(events.channels, "FSC", "H")
    return Survey(
        file=file,
        annexin=find_annexin(events.channels, file, annexin),
        dye=find_dye(events.channels, file, dye),
        forward=forward,
        height=height if forward and forward != height else None,
        spillover=events.spillover,
        scatter=scatter_histogram(events.column(forward)) if forward else None,
    )


def _some_events(file: str, folder: Path, read: Reader) -> Events:
    events = read(folder / file)
    if not len(events):
        raise UnreadableFcs(
            file,
            expected="at least one whole event",
            got=f"none ({events.declared_events} are declared)",
            remedy="Copy the file again from the instrument, or leave its row out.",
        )
    return events


def fine_histograms(file: str, folder: Path, recipe: Recipe, read: Reader) -> NDArray[np.int64]:
    """Return the histograms of Annexin V and dye of one tube's whole single cells on the FINE grid, shape (2, bins)."""
    cells = whole_single_cells(read(folder / file), recipe)
    return np.stack([FINE.histogram(cells.annexin), FINE.histogram(cells.dye)])


def count_tube(
    file: str,
    folder: Path,
    recipe: Recipe,
    thresholds: tuple[Threshold, Threshold],
    grids: tuple[Grid, Grid] | None,
    read: Reader,
) -> Counts:
    """Count one tube's quadrants at the thresholds (Annexin V, dye), and draw its density where grids are given."""
    events = read(folder / file)
    cells = whole_single_cells(events, recipe)
    annexin, dye = cells.annexin, cells.dye
    first, second = thresholds
    corners = {(a, d) for a in (first.low, first.high) for d in (second.low, second.high)}
    quadrants = count_at(annexin, dye, first.value, second.value)
    return Counts(
        file,
        quadrants,
        tuple(count_at(annexin, dye, a, d) for a, d in sorted(corners)),
        len(events),
        recipe.spillover,
        join(_of_file(events), _cleaned(quadrants, recipe, cells.not_a_number)),
        _density(annexin, dye, grids) if grids else None,
    )


def count_at_gate(folder: Path, gate: QuadrantGate, grids: tuple[Grid, Grid] | None, read: Reader, file: str) -> Counts:
    """Count every event of one tube at a gate that was given; events are compensated with the file's matrix."""
    events = _some_events(file, folder, read)
    quadrants = count_quadrants(events, gate)
    density = None
    if grids:
        annexin, dye = compensated_columns(events, [gate.annexin, gate.dye], events.spillover)
        density = _density(annexin, dye, grids)
    return Counts(file, quadrants, (quadrants,), len(events), events.spillover, _of_file(events), density)


def every_event(folder: Path, gate: QuadrantGate, read: Reader, file: str) -> NDArray[np.int64]:
    """Return the histograms of every event's two channels on the FINE grid, shape (2, bins)."""
    events = read(folder / file)
    columns = compensated_columns(events, [gate.annexin, gate.dye], events.spillover)
    return np.stack([FINE.histogram(column) for column in columns])


def _of_file(events: Events) -> str:
    """Return what there is to say of a file: events that are not there, departures from the standard."""
    notes = []
    if events.declared_events > len(events):
        notes.append(caution("truncated", f"{len(events)} whole events of {events.declared_events} declared"))
    mended = dict.fromkeys(repair.partition(":")[0] for repair in events.repairs)
    mended.pop("truncated", None)
    if mended:
        notes.append(caution("repaired", ", ".join(mended)))
    return join(*notes)


def _cleaned(quadrants: Quadrants, recipe: Recipe, not_a_number: int) -> str:
    """Return what there is to say of a tube's clean-up."""
    notes = []
    if quadrants.total < FEW_EVENTS:
        notes.append(caution("few_events", f"{quadrants.total} whole single cells"))
    if recipe.forward is None:
        notes.append(caution("no_scatter", "debris and doublets were not left out"))
    elif recipe.height is None:
        notes.append(caution("no_pulse_height", "doublets were not left out"))
    if not_a_number:
        notes.append(caution("not_a_number", f"{not_a_number} events"))
    return join(*notes)


def _density(annexin: NDArray[np.float64], dye: NDArray[np.float64], grids: tuple[Grid, Grid]) -> Density:
    across, up = (Grid(g.scale, g.low, g.high, PICTURE_BINS) for g in grids)
    x, y = (np.clip(g.scale(v), g.low, np.nextafter(g.high, g.low)) for g, v in ((across, annexin), (up, dye)))
    counts, _, _ = np.histogram2d(y, x, bins=PICTURE_BINS, range=((up.low, up.high), (across.low, across.high)))
    return Density(counts.astype(np.int64), across, up)


def gate_of(recipe: Recipe, thresholds: tuple[Threshold, Threshold]) -> QuadrantGate:
    """Return the gate that two thresholds make."""
    return QuadrantGate(recipe.annexin, thresholds[0].value, recipe.dye, thresholds[1].value)


def pooled(tubes: Mapping[str, NDArray[np.int64]], files: tuple[str, ...], axis: int) -> list[NDArray[np.int64]]:
    """Return one axis' histograms of the files that have one."""
    return [tubes[file][axis] for file in files if file in tubes]
