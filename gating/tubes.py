"""What is taken from each tube: small, frozen results, so that a plate is streamed and events never travel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gating.acquisition import find_time
from gating.cautions import caution, join
from gating.channels import find_roles, find_scatter
from gating.compensation import compensated_columns
from gating.debris import scatter_histogram
from gating.errors import GatingError, UnreadableFcs
from gating.events import Channel, Events
from gating.gates import QuadrantGate
from gating.levels import Levels, tube_levels
from gating.losses import classes_at, cleanup_rows, count_losses, debris_caution, move_debris_limit, sensitivity_rows
from gating.quadrants import Quadrants, count_at, count_quadrants
from gating.sensitivity import CutPair
from gating.settings import detector_settings
from gating.spillover import Spillover
from gating.thresholds import FINE, Grid, Threshold
from gating.tube_profile import TubeProfile, tube_profile
from gating.whole_cells import Recipe, whole_single_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

Reader = Callable[[Path], Events]
PICTURE_BINS = 128
FEWEST_CELLS = 100  # below which a tube has no fraction


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
    width: str | None = None
    side: str | None = None
    time: str | None = None
    channels: tuple[Channel, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Density:
    """A two-dimensional histogram for a picture: rows are the dye, columns Annexin V, both on display scales."""

    counts: NDArray[np.int64]
    annexin: Grid
    dye: Grid


@dataclass(frozen=True, eq=False)
class Counts:
    """What is kept of one tube.

    Its quadrants at the thresholds, at the corners of their intervals and at quantiles of the controls, rows of
    cleanup.csv and of debris_sensitivity.csv, and the numbers that the checks for artefacts ask for.
    """

    file: str
    quadrants: Quadrants
    corners: tuple[Quadrants, ...]
    file_events: int
    spillover: Spillover | None
    caution: str
    density: Density | None
    cleanup: tuple[Mapping[str, object], ...] = ()
    debris: tuple[Mapping[str, object], ...] = ()
    profile: TubeProfile | None = None
    levels: Levels | None = None
    at_quantiles: tuple[Quadrants, ...] = ()


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
    green, red = find_roles(events.channels, file, annexin, dye)
    return Survey(
        file=file,
        annexin=green,
        dye=red,
        forward=forward,
        height=height if forward and forward != height else None,
        spillover=events.spillover,
        scatter=scatter_histogram(events.column(forward)) if forward else None,
        width=find_scatter(events.channels, "FSC", "W"),
        side=find_scatter(events.channels, "SSC", "A") or find_scatter(events.channels, "SSC", "H"),
        time=find_time(events.channels),
        channels=tuple(events.channels),
        settings=detector_settings(events, [name for name in (green, red, forward) if name]),
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
    grids: tuple[Grid, Grid],
    read: Reader,
    pairs: Sequence[CutPair] = (),
) -> Counts:
    """Count one tube's quadrants at the thresholds (Annexin V, dye), and its density on two display scales."""
    events = read(folder / file)
    cells = whole_single_cells(events, recipe)
    annexin, dye = cells.annexin, cells.dye
    first, second = thresholds
    corners = {(a, d) for a in (first.low, first.high) for d in (second.low, second.high)}
    quadrants = count_at(annexin, dye, first.value, second.value)
    classes = classes_at(first.value, second.value)
    losses, moved = count_losses(cells, classes), move_debris_limit(cells, classes)
    return Counts(
        file,
        quadrants,
        tuple(count_at(annexin, dye, a, d) for a, d in sorted(corners)),
        len(events),
        recipe.spillover,
        join(_of_file(events), cells.caution, debris_caution(moved)),
        _density(annexin, dye, grids),
        cleanup=tuple(cleanup_rows(file, losses, cells)),
        debris=tuple(sensitivity_rows(file, recipe.debris_limit, moved)),
        profile=tube_profile(events, cells, recipe, first.value, second.value),
        levels=tube_levels(events, cells, first.value, second.value),
        at_quantiles=tuple(count_at(annexin, dye, pair.annexin, pair.dye) for pair in pairs),
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


def _density(annexin: NDArray[np.float64], dye: NDArray[np.float64], grids: tuple[Grid, Grid]) -> Density:
    across, up = (Grid(g.scale, g.low, g.high, PICTURE_BINS) for g in grids)
    flat = up.places(dye) * PICTURE_BINS + across.places(annexin)
    counts = np.bincount(flat, minlength=PICTURE_BINS**2).reshape(PICTURE_BINS, PICTURE_BINS)
    return Density(counts.astype(np.int64), across, up)


def gate_of(recipe: Recipe, thresholds: tuple[Threshold, Threshold]) -> QuadrantGate:
    """Return the gate that two thresholds make."""
    return QuadrantGate(recipe.annexin, thresholds[0].value, recipe.dye, thresholds[1].value)


def pooled(tubes: Mapping[str, NDArray[np.int64]], files: tuple[str, ...], axis: int) -> list[NDArray[np.int64]]:
    """Return one axis' histograms of the files that have one."""
    return [tubes[file][axis] for file in files if file in tubes]
