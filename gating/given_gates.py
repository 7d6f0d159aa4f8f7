"""Gates that a person has set: tubes are compensated and counted in one pass, nothing is cleaned away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.batches import display_grid
from gating.cautions import caution
from gating.errors import GatingError
from gating.gates import QuadrantGate
from gating.parts import Map, Part, counts_of
from gating.thresholds import Grid
from gating.tubes import Reader, attempt, count_at_gate, every_event

if TYPE_CHECKING:
    from numpy.typing import NDArray


WORDS = "thresholds as given, nothing cleaned away"


def count_at_given_gates(
    rows: Sequence[Mapping[str, Any]],
    gates: QuadrantGate | Mapping[str, QuadrantGate],
    folder: Path,
    read: Reader,
    map: Map,
    pictures: bool,
) -> tuple[Part, dict[str, GatingError]]:
    """Count every event of each tube at its gate.

    Parameters
    ----------
    rows : sequence of mappings
        Rows of the sheet: `file, batch, cell_line`.
    gates : QuadrantGate or mapping of file to QuadrantGate
        One for all, or one a file.
    folder, read, map, pictures
        As `gate_plate` takes them.

    Returns
    -------
    Part
        The counts; thresholds are one pair a file.
    dict of file to GatingError
        Files that could not be used.

    Raises
    ------
    GatingError
        A file of the sheet has no gate.
    """
    files = [str(row["file"]) for row in rows]
    given = dict.fromkeys(files, gates) if isinstance(gates, QuadrantGate) else dict(gates)
    absent = [file for file in files if file not in given]
    if absent:
        raise GatingError(
            absent[0],
            expected="a gate for every file of the sheet",
            got=f"gates for {', '.join(given) or 'none'}",
            remedy="Add its gate, or give one QuadrantGate for all.",
        )
    grids = _grids(files, given, folder, read, map) if pictures else None
    found = list(map(partial(_attempted_count, folder, given, grids, read), files))
    counts = counts_of(found)
    part = Part(
        counts=counts,
        gates={file: given[file] for file in counts},
        spillovers={file: c.spillover for file, c in counts.items()},
        thresholds=[row for row in _threshold_rows(rows, given) if row["file"] in counts],
        caution=caution("set_by_hand", WORDS),
        interval_holds="counting only",
    )
    return part, {f: error for f, error in zip(files, found, strict=True) if isinstance(error, GatingError)}


def _attempted_count(
    folder: Path, gates: Mapping[str, QuadrantGate], grids: tuple[Grid, Grid] | None, read: Reader, file: str
) -> object:
    return attempt(partial(count_at_gate, folder, gates[file], grids, read), file)


def _grids(
    files: Sequence[str], gates: Mapping[str, QuadrantGate], folder: Path, read: Reader, map: Map
) -> tuple[Grid, Grid] | None:
    """Return the display scales that suit all tubes, None where none can be read."""
    found = map(partial(_attempted_histograms, folder, gates, read), files)
    fine = [h for h in found if isinstance(h, np.ndarray)]
    if not fine:
        return None
    across, up = ([h[axis] for h in fine] for axis in (0, 1))
    return display_grid(across, across, is_control=False), display_grid(up, up, is_control=False)


def _attempted_histograms(
    folder: Path, gates: Mapping[str, QuadrantGate], read: Reader, file: str
) -> NDArray[np.int64] | object:
    return attempt(partial(every_event, folder, gates[file], read), file)


def _threshold_rows(rows: Sequence[Mapping[str, Any]], gates: Mapping[str, QuadrantGate]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for row in rows:
        gate = gates[str(row["file"])]
        for channel, value in ((gate.annexin, gate.annexin_threshold), (gate.dye, gate.dye_threshold)):
            limits = {"threshold": value, "low": value, "high": value, "basis": "set by hand"}
            place = {"batch": row["batch"], "cell_line": row["cell_line"], "file": row["file"], "channel": channel}
            found.append(place | limits | {"caution": caution("set_by_hand", WORDS)})
    return found
