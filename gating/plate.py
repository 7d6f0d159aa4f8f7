"""A plate or a rack of tubes: from a samples sheet to quadrants, batch by batch."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.cautions import caution, join
from gating.cleanup import debris_limit
from gating.compensation import spillover_from_controls
from gating.controls import Group, groups
from gating.errors import GatingError
from gating.fcs.read import read_fcs
from gating.gates import QuadrantGate
from gating.intervals import wilson_interval
from gating.quadrants import POPULATIONS, Quadrants
from gating.spillover import Spillover
from gating.thresholds import FINE, Evidence, Grid, Threshold, grid_for, place_threshold
from gating.tubes import (
    Counts,
    Density,
    Reader,
    Recipe,
    Survey,
    attempt,
    count_tube,
    fine_histograms,
    gate_of,
    pooled,
    survey_tube,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Map = Callable[[Callable[[str], object], Iterable[str]], Iterable[object]]
FEW_EVENTS = 1_000
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
SHEET_COLUMNS = ("file", "role", "batch", "cell_line", "compound")
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
    refused : mapping
        The error of each file that could not be used.
    densities : mapping
        A picture of each file, where pictures were asked for.
    """

    table: pd.DataFrame
    gates: Mapping[str, QuadrantGate]
    thresholds: pd.DataFrame
    spillovers: Mapping[str, Spillover | None] = field(default_factory=dict)
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
        The seam for parallel work: `map(function, files)` in the order of the files.
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
    sheet = _sheet(samples)
    folder = Path(folder)
    files = list(sheet["file"])
    looked = dict(zip(files, map(partial(attempt, partial(_survey, folder, annexin, dye, read)), files), strict=True))
    refused = {file: found for file, found in looked.items() if isinstance(found, GatingError)}
    surveys = {file: found for file, found in looked.items() if isinstance(found, Survey)}
    if not surveys and refused:
        raise next(iter(refused.values()))
    usable = sheet[sheet["file"].isin(surveys)]
    if gates is not None:
        parts = [_by_hand(usable, surveys, folder, gates, read, map, pictures)]
    else:
        parts = [_gate_group(group, surveys, folder, read, map, pictures) for group in groups(usable)]
    return _plate(usable, surveys, parts, refused)


@dataclass(frozen=True, eq=False)
class _Part:
    """One group's results."""

    counts: Mapping[str, Counts]
    gates: Mapping[str, QuadrantGate]
    spillovers: Mapping[str, Spillover | None]
    thresholds: Sequence[Mapping[str, object]]
    caution: str


def _survey(folder: Path, annexin: str | None, dye: str | None, read: Reader, file: str) -> Survey:
    return survey_tube(file, folder, annexin, dye, read)


def _sheet(samples: pd.DataFrame) -> pd.DataFrame:
    """Return the sheet with the columns that gating needs, as text, empty where nothing is said."""
    missing = [column for column in ("file", "role") if column not in samples.columns]
    if missing or not len(samples):
        raise GatingError(
            "the samples sheet",
            expected="one row a file with columns file and role",
            got=f"{len(samples)} rows, columns {', '.join(map(str, samples.columns))}",
            remedy="Add one row for each FCS file.",
        )
    sheet = samples.copy()
    if "batch" not in sheet.columns:
        sheet["batch"] = sheet["replicate"] if "replicate" in sheet.columns else ""
    for column in SHEET_COLUMNS:
        values = sheet[column] if column in sheet.columns else ""
        sheet[column] = values
        sheet[column] = sheet[column].map(_text)
    twice = sheet["file"][sheet["file"].duplicated()]
    if len(twice):
        raise GatingError(
            "the samples sheet",
            expected="each file once",
            got=f"{twice.iloc[0]} twice",
            remedy="Delete one of the rows.",
        )
    return sheet


def _text(value: object) -> str:
    """Return a cell as text: nothing for a missing one, `1` for 1.0."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _gate_group(
    group: Group, surveys: Mapping[str, Survey], folder: Path, read: Reader, map: Map, pictures: bool
) -> _Part:
    files = [file for file in dict.fromkeys(group.files) if file in surveys]
    spillovers, compensation = _spillovers(group, files, surveys, folder, read)
    recipes = _recipes(group, files, surveys, spillovers)
    fine = dict(zip(files, map(partial(_fine, folder, recipes, read), files), strict=True))
    histograms = {file: h for file, h in fine.items() if isinstance(h, np.ndarray)}
    rng = np.random.default_rng(20_261_121)  # the interval of a threshold must not change from run to run
    grids, thresholds = [], []
    for axis, lacking in enumerate(("dye_only", "annexin_only")):
        grid, threshold = _place(group, histograms, axis, lacking, rng)
        grids.append(grid)
        thresholds.append(threshold)
    pair = (thresholds[0], thresholds[1])
    drawn = (grids[0], grids[1]) if pictures else None
    counted = map(partial(_count, folder, recipes, pair, drawn, read), files)
    rows = [
        {
            "batch": group.batch,
            "cell_line": group.cell_line,
            "file": "",
            "channel": channel,
            "threshold": t.value,
            "low": t.low,
            "high": t.high,
            "basis": t.basis,
            "caution": join(compensation, t.caution, _missing_controls(group)),
        }
        for channel, t in zip((recipes[files[0]].annexin, recipes[files[0]].dye), thresholds, strict=True)
    ]
    return _Part(
        counts=dict(zip(files, _as_counts(counted), strict=True)),
        gates={file: gate_of(recipes[file], pair) for file in files},
        spillovers=spillovers,
        thresholds=rows,
        caution=join(compensation, *(t.caution for t in thresholds), _missing_controls(group)),
    )


def _as_counts(results: Iterable[object]) -> list[Counts]:
    return [result for result in results if isinstance(result, Counts)]


def _fine(folder: Path, recipes: Mapping[str, Recipe], read: Reader, file: str) -> NDArray[np.int64]:
    return fine_histograms(file, folder, recipes[file], read)


def _count(
    folder: Path,
    recipes: Mapping[str, Recipe],
    thresholds: tuple[Threshold, Threshold],
    grids: tuple[Grid, Grid] | None,
    read: Reader,
    file: str,
) -> Counts:
    return count_tube(file, folder, recipes[file], thresholds, grids, read)


def _spillovers(
    group: Group, files: Sequence[str], surveys: Mapping[str, Survey], folder: Path, read: Reader
) -> tuple[dict[str, Spillover | None], str]:
    """Return each file's matrix: its own, else that of the group's single stains, else none with a caution."""
    own = {file: surveys[file].spillover for file in files}
    if all(s is not None and not s.is_identity for s in own.values()):
        return own, ""
    measured, note = None, ""
    tubes = {role: group.controls.get(role, ()) for role in ("unstained", "annexin_only", "dye_only")}
    first = surveys[files[0]]
    if all(tubes.values()):
        names = {"unstained": "unstained", first.annexin: "annexin_only", first.dye: "dye_only"}
        try:
            measured = spillover_from_controls({name: read(folder / tubes[role][0]) for name, role in names.items()})
        except GatingError as error:
            note = str(error).replace(";", ",")
    else:
        note = f"no {' and no '.join(role for role, found in tubes.items() if not found)} tube"
    filled = {file: s if s is not None and not s.is_identity else measured for file, s in own.items()}
    return filled, caution("no_compensation", note) if measured is None else ""


def _recipes(
    group: Group,
    files: Sequence[str],
    surveys: Mapping[str, Survey],
    spillovers: Mapping[str, Spillover | None],
) -> dict[str, Recipe]:
    """Return how each tube is cleaned; the debris limit is one for the group, since a treated tube hides its gap."""
    with_scatter = [surveys[file].scatter for file in group.samples or files if file in surveys]
    shares = [h / h.sum() for h in with_scatter if h is not None]
    limit = debris_limit(np.sum(shares, axis=0)) if shares else None
    return {
        file: Recipe(
            surveys[file].annexin,
            surveys[file].dye,
            surveys[file].forward,
            surveys[file].height,
            spillovers[file],
            limit,
        )
        for file in files
    }


def _place(
    group: Group, fine: Mapping[str, NDArray[np.int64]], axis: int, lacking: str, rng: np.random.Generator
) -> tuple[Grid, Threshold]:
    """Place one axis' threshold from the group's tubes."""
    bounds = pooled(fine, group.controls.get(lacking, group.controls.get("unstained", ())), axis)
    negatives = pooled(fine, group.negatives, axis)
    stained = pooled(fine, group.samples + group.controls.get("positive", ()), axis) or [h[axis] for h in fine.values()]
    grid = _grid(bounds or negatives or stained, stained, is_control=bool(bounds))
    evidence = Evidence(
        grid.rebin(np.sum(bounds, axis=0), FINE) if bounds else None,
        [grid.rebin(h, FINE) for h in negatives],
        [grid.rebin(h, FINE) for h in stained],
    )
    return grid, place_threshold(evidence, grid, rng)


def _grid(reference: Sequence[NDArray[np.int64]], tubes: Sequence[NDArray[np.int64]], is_control: bool) -> Grid:
    """Return the display scale on which negative events fill the linear part and every tube has its place."""
    low, mid = _spread(np.sum(reference, axis=0), is_control)
    top = max(int(np.flatnonzero(h)[-1]) if h.any() else 0 for h in tubes)
    return grid_for(low, mid, float(FINE.scale.inverse(FINE.centres[top])))


def _spread(histogram: NDArray[np.int64], is_control: bool) -> tuple[float, float]:
    """Return 5th and 50th percentile of the negative events, linear, from a FINE histogram.

    A control is negative as a whole. Other tubes may be mostly positive: their negative events are then the dimmest
    few, whose spread the lowest percentiles tell.
    """
    cumulative = np.cumsum(histogram)
    lowest, low, mid = (
        float(FINE.scale.inverse(FINE.centres[int(np.searchsorted(cumulative, q * cumulative[-1]))]))
        for q in (0.005, 0.05, 0.5)
    )
    return (low, mid) if is_control else (low, min(mid, low + (low - lowest) * 1.645 / 0.931))


def _missing_controls(group: Group) -> str:
    if not any(group.controls.get(role) for role in ("unstained", "annexin_only", "dye_only")):
        return caution("no_controls", "the threshold rests on the samples alone")
    return ""


def _by_hand(
    sheet: pd.DataFrame,
    surveys: Mapping[str, Survey],
    folder: Path,
    gates: QuadrantGate | Mapping[str, QuadrantGate],
    read: Reader,
    map: Map,
    pictures: bool,
) -> _Part:
    """Compensate and count at thresholds that were given."""
    files = list(sheet["file"])
    given = dict.fromkeys(files, gates) if isinstance(gates, QuadrantGate) else dict(gates)
    absent = [file for file in files if file not in given]
    if absent:
        raise GatingError(
            absent[0],
            expected="a gate for every file of the sheet",
            got=f"gates for {', '.join(given)}",
            remedy="Add its gate, or give one QuadrantGate for all.",
        )
    recipes = {f: Recipe(given[f].annexin, given[f].dye, spillover=surveys[f].spillover) for f in files}
    grids = None
    if pictures:
        fine = [h for h in map(partial(_fine, folder, recipes, read), files) if isinstance(h, np.ndarray)]
        across, up = ([h[axis] for h in fine] for axis in (0, 1))
        grids = (_grid(across, across, is_control=False), _grid(up, up, is_control=False))
    counted = map(partial(_count_by_hand, folder, recipes, given, grids, read), files)
    rows = [
        {
            "batch": row["batch"],
            "cell_line": row["cell_line"],
            "file": row["file"],
            "channel": channel,
            "threshold": value,
            "low": value,
            "high": value,
            "basis": "set by hand",
            "caution": caution("set_by_hand", "thresholds as given"),
        }
        for row in sheet.to_dict("records")
        for channel, value in (
            (given[row["file"]].annexin, given[row["file"]].annexin_threshold),
            (given[row["file"]].dye, given[row["file"]].dye_threshold),
        )
    ]
    return _Part(
        counts=dict(zip(files, _as_counts(counted), strict=True)),
        gates={file: given[file] for file in files},
        spillovers={file: surveys[file].spillover for file in files},
        thresholds=rows,
        caution=caution("set_by_hand", "thresholds as given, nothing cleaned away"),
    )


def _count_by_hand(
    folder: Path,
    recipes: Mapping[str, Recipe],
    gates: Mapping[str, QuadrantGate],
    grids: tuple[Grid, Grid] | None,
    read: Reader,
    file: str,
) -> Counts:
    gate = gates[file]
    pair = tuple(Threshold(v, v, v, "set by hand") for v in (gate.annexin_threshold, gate.dye_threshold))
    return count_tube(file, folder, recipes[file], (pair[0], pair[1]), grids, read)


def _plate(
    sheet: pd.DataFrame,
    surveys: Mapping[str, Survey],
    parts: Sequence[_Part],
    refused: Mapping[str, GatingError],
) -> Plate:
    """Put the groups' results together, in the order of the sheet; a control that serves several is shown once."""
    import pandas as pd

    home: dict[str, _Part] = {}
    for part in parts:
        for file in part.counts:
            home.setdefault(file, part)
    conditions = [c for c in sheet.columns if c not in NOT_CONDITIONS]
    rows: list[dict[str, Any]] = []
    for record in sheet.to_dict("records"):
        file = record["file"]
        if file not in home:
            continue
        carried = {str(c): record[c] for c in conditions}
        counts, part = home[file].counts[file], home[file]
        rows += [
            carried | {"file": file, "role": record["role"]} | r for r in _quadrant_rows(counts, surveys[file], part)
        ]
    return Plate(
        table=pd.DataFrame(rows, columns=[*conditions, *QUADRANT_COLUMNS]),
        gates={file: part.gates[file] for file, part in home.items()},
        thresholds=pd.DataFrame([row for part in parts for row in part.thresholds], columns=list(THRESHOLD_COLUMNS)),
        spillovers={file: part.spillovers[file] for file, part in home.items()},
        refused=refused,
        densities={f: d for f, part in home.items() if (d := part.counts[f].density) is not None},
    )


def _quadrant_rows(counts: Counts, survey: Survey, part: _Part) -> Iterable[dict[str, Any]]:
    parent = counts.quadrants.total
    note = join(_tube_cautions(counts, survey), part.caution, caution("partial_interval", "counting and placing only"))
    for population in POPULATIONS:
        events = getattr(counts.quadrants, population)
        low, high = _interval([counts.quadrants, *counts.corners], population)
        share = events / parent if parent else float("nan")
        yield {
            "population": population,
            "events": events,
            "parent_events": parent,
            "file_events": counts.file_events,
            "counted_fraction": share,
            "fraction": share,
            "low": low,
            "high": high,
            "caution": note,
        }


def _interval(quadrants: Sequence[Quadrants], population: str) -> tuple[float, float]:
    """Return the union of the counting intervals over the corners of the thresholds' intervals."""
    intervals = [wilson_interval(getattr(q, population), q.total) for q in quadrants]
    return min(low for low, _ in intervals), max(high for _, high in intervals)


def _tube_cautions(counts: Counts, survey: Survey) -> str:
    notes = []
    if survey.declared_events > survey.n_events:
        notes.append(caution("truncated", f"{survey.n_events} whole events of {survey.declared_events} declared"))
    if counts.quadrants.total < FEW_EVENTS:
        notes.append(caution("few_events", f"{counts.quadrants.total} whole single cells"))
    if survey.forward is None:
        notes.append(caution("no_scatter", "debris and doublets were not left out"))
    elif survey.height is None:
        notes.append(caution("no_pulse_height", "doublets were not left out"))
    if counts.left_out:
        notes.append(caution("not_a_number", f"{counts.left_out} events"))
    return join(*notes)
