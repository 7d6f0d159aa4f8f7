"""Thresholds that a person has set: from the rows of a thresholds sheet to a gate for each tube."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cytotools.errors import Problem, StudyError
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from gating.gates import QuadrantGate

KEYS = ("file", "batch", "cell_line")  # the most particular first


def gates_from_thresholds(
    thresholds: pd.DataFrame, samples: pd.DataFrame, folder: Path, annexin: str | None, dye: str | None
) -> dict[str, QuadrantGate]:
    """Return the gate of each file.

    Parameters
    ----------
    thresholds : DataFrame
        Columns `channel`, `threshold` (linear, compensated units) and any of `file`, `batch`, `cell_line`; an empty
        cell holds for all, and a row that names the file goes before one that does not.
    samples : DataFrame
        The samples sheet.
    folder : Path
        Where the files lie.
    annexin, dye : str or None
        The channels, found in each file where they are not given.

    Raises
    ------
    StudyError
        A tube for which no threshold is given.
    """
    from gating import GatingError, QuadrantGate, read_fcs
    from gating.channels import find_roles

    rows = rows_of(thresholds)
    gates: dict[str, QuadrantGate] = {}
    without: dict[str, list[str]] = {}
    for sample in rows_of(samples):
        try:
            channels = read_fcs(folder / sample["file"]).channels
            names = find_roles(channels, sample["file"], annexin, dye)
        except GatingError:
            # Gating refuses the file by its own words; a gate, whichever, keeps its place until then.
            gates[sample["file"]] = QuadrantGate(annexin or "Annexin V", 0.0, dye or "dye", 0.0)
            continue
        found = [_threshold(rows, sample, name) for name in names]
        missing = [name for name, value in zip(names, found, strict=True) if value is None]
        for name in missing:
            without.setdefault(name, []).append(sample["file"])
        if not missing:
            gates[sample["file"]] = QuadrantGate(names[0], float(found[0] or 0.0), names[1], float(found[1] or 0.0))
    if without:
        remedy = "Add a row for it; an empty file, batch or cell_line holds for all."
        places = {name: f"{len(files)} tubes, the first {files[0]}" for name, files in without.items()}
        raise StudyError(
            [
                Problem("the thresholds sheet", name, "a threshold for every tube", f"none for {where}", remedy)
                for name, where in places.items()
            ]
        )
    return gates


def _threshold(rows: list[dict[Any, Any]], sample: dict[Any, Any], channel: str) -> float | None:
    """Return the threshold of the row that fits a tube most particularly."""
    fitting = [
        row
        for row in rows
        if str(row["channel"]).strip().casefold() == channel.casefold()
        and all(not row.get(key) or row[key] == sample.get(key) for key in KEYS)
    ]
    if not fitting:
        return None
    best = max(fitting, key=lambda row: [bool(row.get(key)) for key in KEYS])
    return float(best["threshold"])
