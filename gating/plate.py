"""A plate or a rack of tubes: from a samples sheet to quadrants, batch by batch."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gating.artefacts.across_tubes import compare_batches
from gating.artefacts.finding import Finding
from gating.artefacts.late_or_necrotic import check_late_names
from gating.batches import gate_batch
from gating.cautions import caution, join
from gating.controls import Group, groups
from gating.errors import GatingError, MissingChannel, UnusableControl
from gating.estimates import EVIDENCE_COLUMNS
from gating.fcs.read import read_fcs
from gating.gates import QuadrantGate
from gating.given_gates import count_at_given_gates
from gating.group_spillover import COMPENSATION_COLUMNS
from gating.intervals import wilson_interval
from gating.levels import Levels
from gating.losses import CLEANUP_COLUMNS, SENSITIVITY_COLUMNS
from gating.parts import ARTEFACT_COLUMNS, Map, Part, finding_rows
from gating.quadrants import POPULATIONS, Quadrants
from gating.sensitivity import QUANTILE_COLUMNS
from gating.sheet import read_sheet
from gating.spillover import Spillover
from gating.tubes import FEWEST_CELLS, Counts, Density, Reader, Survey, attempt, survey_tube

if TYPE_CHECKING:
    import pandas as pd

QUADRANT_COLUMNS = (
    "file",
    "role",
    "population",
    "events",
    "parent_events",
    "file_events",
    "counted_fraction",
    "fraction",
    "low",
    "high",
    "caution",
)
THRESHOLD_COLUMNS = ("batch", "cell_line", "file", "channel", "threshold", "low", "high", "basis", "caution")
NOT_CONDITIONS = ("file", "role", "place")


@dataclass(frozen=True, eq=False)
class Plate:
    """The result of a plate.

    Attributes
    ----------
    table : DataFrame
        quadrants.csv: four rows a file, the sheet's other columns first.
    gates : mapping
        The gate of each file.
    thresholds : DataFrame
        thresholds.csv: two rows a batch and cell line.
    spillovers : mapping
        The matrix that was applied to each file, None where none was.
    cleanup, debris_sensitivity : DataFrame
        cleanup.csv and debris_sensitivity.csv: what the clean-up took from each population, and the answer as the
        debris limit moves.
    compensation : DataFrame
        compensation.csv: the coefficients in use beside those that the single stains give.
    sensitivity : DataFrame
        sensitivity.csv: the counts at the 98th, 99th, 99.5th and 99.9th percentile of the controls.
    evidence : DataFrame
        evidence.csv: what each tube's estimate rests on.
    findings : sequence of Finding
        Every check for artefacts, raised or not.
    artefacts : DataFrame
        artefacts.csv: the same as a table.
    refused : mapping
        The error of each file that could not be used.
    densities : mapping
        A picture of each file, where pictures were asked for.
    """

    table: pd.DataFrame
    gates: Mapping[str, QuadrantGate]
    thresholds: pd.DataFrame
    spillovers: Mapping[str, Spillover | None]
    cleanup: pd.DataFrame
    debris_sensitivity: pd.DataFrame
    compensation: pd.DataFrame
    sensitivity: pd.DataFrame
    evidence: pd.DataFrame
    artefacts: pd.DataFrame
    findings: Sequence[Finding] = ()
    refused: Mapping[str, GatingError] = field(default_factory=dict)
    densities: Mapping[str, Density] = field(default_factory=dict)


def gate_plate(
    samples: pd.DataFrame,
    folder: str | Path,
    gates: QuadrantGate | Mapping[str, QuadrantGate] | None = None,
    annexin: str | None = None,
    dye: str | None = None,
    read: Reader = read_fcs,
    map: Map = builtins.map,
    *,
    pictures: bool = False,
) -> Plate:
    """Gate every tube of a samples sheet.

    Parameters
    ----------
    samples : DataFrame
        One row a file; columns `file` and `role` (unstained, annexin_only, dye_only, positive, untreated, vehicle,
        treated), and any condition columns, which are carried through. Controls serve the rows of their batch (where
        there is no such column: the replicate) and cell line, or all where these are empty.
    folder : str or Path
        Where the files lie.
    gates : QuadrantGate or mapping of file to QuadrantGate, optional
        Thresholds set by hand: tubes are then compensated and counted, nothing is cleaned away.
    annexin, dye : str, optional
        Channel names; default: recognised from the names in the files.
    read : callable
        Reads one file.
    map : callable
        The seam for parallel work: `map(function, files)` in the order of the files, and the same over batches.
    pictures : bool
        Keep a density of each tube, for `gating.plots.draw_quadrants`.

    Returns
    -------
    Plate

    Raises
    ------
    GatingError
        The sheet lacks a column, or no file at all can be used.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import pandas as pd
    >>> from gating.simulate import Tube, simulate_tube
    >>> from gating.fcs.write import write_fcs
    >>> fractions = {"live": 0.6, "early_apoptotic": 0.2, "late_apoptotic": 0.2, "necrotic": 0.0}
    >>> events = simulate_tube(Tube(fractions), np.random.default_rng(1)).events
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_fcs(Path(folder) / "a.fcs", events.values, events.channels, spillover=events.spillover)
    ...     plate = gate_plate(pd.DataFrame({"file": ["a.fcs"], "role": ["treated"]}), folder)
    >>> plate.table.set_index("population")["fraction"].round(1).tolist()
    [0.6, 0.2, 0.2, 0.0]
    """
    sheet = read_sheet(samples)
    folder, files = Path(folder), list(sheet["file"])
    if gates is not None:
        part, refused = count_at_given_gates(_records(sheet), gates, folder, read, map, pictures)
        parts = [part]
    else:
        looked = map(partial(_survey, folder, annexin, dye, read), files)
        found = dict(zip(files, looked, strict=True))
        refused = {file: error for file, error in found.items() if isinstance(error, GatingError)}
        surveys = {file: survey for file, survey in found.items() if isinstance(survey, Survey)}
        usable = sheet[sheet["file"].isin(surveys)]
        by_file = {row["file"]: row for row in _records(usable)}
        batches = list(groups(usable))
        # Side by side where there are several: the fits of a batch take longer than its files.
        inner, outer = (map, builtins.map) if len(batches) == 1 else (builtins.map, map)
        gate = partial(_gated, surveys, folder, read, inner, pictures, by_file)
        parts = []
        for group, part in zip(batches, outer(gate, batches), strict=True):
            if isinstance(part, UnusableControl):
                refused |= dict.fromkeys(group.files, part)
            else:
                parts.append(part)
                refused |= part.refused
    if not any(part.counts for part in parts):
        raise _nothing_usable(refused)
    return _plate(sheet, parts, refused)


def _gated(
    surveys: Mapping[str, Survey],
    folder: Path,
    read: Reader,
    map: Map,
    pictures: bool,
    by_file: Mapping[str, Mapping[str, Any]],
    group: Group,
) -> Part | UnusableControl:
    try:
        return gate_batch(group, surveys, folder, read, map, pictures, by_file)
    except UnusableControl as error:
        return error


def _nothing_usable(refused: Mapping[str, GatingError]) -> GatingError:
    """Return the first error where all files share its reason, else one that tells each reason."""
    reasons = {(type(error), error.expected): error for error in refused.values()}
    told = {str(error): error for error in refused.values()}
    if len(told) == 1 or (len(reasons) == 1 and MissingChannel in next(iter(reasons))):
        return next(iter(told.values()))
    return GatingError(
        "the samples sheet",
        expected="at least one file that can be used",
        got=f"{len(refused)} that can't: {' '.join(told)}",
        remedy="Mend these files or their rows.",
    )


def _survey(folder: Path, annexin: str | None, dye: str | None, read: Reader, file: str) -> object:
    return attempt(partial(_look, folder, annexin, dye, read), file)


def _look(folder: Path, annexin: str | None, dye: str | None, read: Reader, file: str) -> Survey:
    return survey_tube(file, folder, annexin, dye, read)


def _plate(sheet: pd.DataFrame, parts: Sequence[Part], refused: Mapping[str, GatingError]) -> Plate:
    """Put the groups' results together, in the order of the sheet; a control that serves several is shown once."""
    import pandas as pd

    home: dict[str, Part] = {}
    for part in parts:
        for file in part.counts:
            home.setdefault(file, part)
    counted = [home[file].counts[file] for file in dict.fromkeys(sheet["file"]) if file in home]
    # A column of the sheet that bears the name of one of ours is kept under another.
    conditions = {c: f"sheet_{c}" if c in QUADRANT_COLUMNS else c for c in sheet.columns if c not in NOT_CONDITIONS}
    rows: list[dict[str, Any]] = []
    for record in _records(sheet):
        file = record["file"]
        if file not in home:
            continue
        carried = {name: record[c] for c, name in conditions.items()}
        counts, part = home[file].counts[file], home[file]
        rows += [carried | {"file": file, "role": record["role"]} | r for r in _quadrant_rows(counts, part)]
    table = pd.DataFrame(rows, columns=[*conditions.values(), *QUADRANT_COLUMNS])
    across = [*check_late_names(table), *_compared_batches(parts, {str(r["file"]): r for r in _records(sheet)})]
    artefacts = [row for p in parts if p.group for row in finding_rows(p.findings, p.group.batch, p.group.cell_line)]
    return Plate(
        table=table,
        gates={file: part.gates[file] for file, part in home.items()},
        thresholds=pd.DataFrame([row for part in parts for row in part.thresholds], columns=list(THRESHOLD_COLUMNS)),
        spillovers={file: part.spillovers[file] for file, part in home.items()},
        cleanup=pd.DataFrame([r for c in counted for r in c.cleanup], columns=list(CLEANUP_COLUMNS)),
        debris_sensitivity=pd.DataFrame([r for c in counted for r in c.debris], columns=list(SENSITIVITY_COLUMNS)),
        compensation=pd.DataFrame([r for part in parts for r in part.compensation], columns=list(COMPENSATION_COLUMNS)),
        sensitivity=pd.DataFrame([r for part in parts for r in part.sensitivity], columns=list(QUANTILE_COLUMNS)),
        evidence=pd.DataFrame([r for part in parts for r in part.evidence], columns=list(EVIDENCE_COLUMNS)),
        artefacts=pd.DataFrame([*artefacts, *finding_rows(across)], columns=list(ARTEFACT_COLUMNS)),
        findings=(*(finding for part in parts for finding in part.findings), *across),
        refused=refused,
        densities={f: d for f, part in home.items() if (d := part.counts[f].density) is not None},
    )


def _compared_batches(parts: Sequence[Part], rows: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Hold the batches of each cell line against each other."""
    lines: dict[str, dict[str, tuple[Mapping[str, Levels], Group]]] = {}
    for part in parts:
        if part.group:
            levels = {file: c.levels for file, c in part.counts.items() if c.levels is not None}
            lines.setdefault(part.group.cell_line, {})[part.group.batch] = levels, part.group
    return [found for batches in lines.values() if len(batches) > 1 for found in compare_batches(batches, rows)]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _quadrant_rows(counts: Counts, part: Part) -> Iterable[dict[str, Any]]:
    parent = counts.quadrants.total
    estimate = part.estimates.get(counts.file)
    is_counted = part.group is None or parent >= FEWEST_CELLS
    scope = estimate.caution if estimate else caution("partial_interval", part.interval_holds)
    scope = scope if is_counted else caution("too_few_cells", f"{parent} whole single cells")
    raised = [f.caution for f in part.findings if not f.files or counts.file in f.files]
    note = join(counts.caution, part.caution, scope, *raised)
    for population in POPULATIONS:
        events = getattr(counts.quadrants, population)
        share = events / parent if parent else float("nan")
        low, high = _interval([counts.quadrants, *counts.corners], population)
        fraction = share if is_counted else float("nan")
        if estimate:
            fraction, low, high = (by[population] for by in (estimate.fractions, estimate.low, estimate.high))
        yield {
            "population": population,
            "events": events,
            "parent_events": parent,
            "file_events": counts.file_events,
            "counted_fraction": share,
            "fraction": fraction,
            "low": low,
            "high": high,
            "caution": note,
        }


def _interval(quadrants: Sequence[Quadrants], population: str) -> tuple[float, float]:
    """Return the union of the counting intervals over the corners of the thresholds' intervals."""
    intervals = [wilson_interval(getattr(q, population), q.total) for q in quadrants]
    return min(low for low, _ in intervals), max(high for _, high in intervals)
