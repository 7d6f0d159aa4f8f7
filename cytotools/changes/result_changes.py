"""Everything that differs between the results of two runs, and what of it explains the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cytotools.changes.result_folder import ResultFolder
from cytotools.changes.table_changes import TableChange, compare_tables

GATES = ("gates.xml", "gates.wsp")
APART = ("cautions",)  # told as what came and went
OF_STUDY = "study: "  # before the settings of the study file
LARGEST = 5  # cells of a table that are told one by one


@dataclass(frozen=True)
class Inputs:
    """Input files by what became of them."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether any file differs."""
        return bool(self.added or self.removed or self.changed)

    def __iter__(self) -> Iterator[str]:
        """Yield every file that differs."""
        yield from (*self.added, *self.removed, *self.changed)


@dataclass(frozen=True)
class ResultChanges:
    """What changed from one run to the next.

    Attributes
    ----------
    inputs : Inputs
    versions : mapping of str to (str, str)
        Of cytotools, Python and the libraries: the old and the new one, "none" where it is not named.
    settings : mapping of str to (str, str)
        What was asked for on the command line and in the study file.
    tables, boxes : tuple of TableChange
        Those that differ.
    came, gone : tuple of str
        Cautions.
    outputs : tuple of str
        Files that differ or are in one of the two only, tables and boxes left out.
    """

    inputs: Inputs
    versions: Mapping[str, tuple[str, str]]
    settings: Mapping[str, tuple[str, str]]
    tables: tuple[TableChange, ...]
    boxes: tuple[TableChange, ...]
    came: tuple[str, ...]
    gone: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        recorded = self.inputs or self.versions or self.settings
        return not (recorded or self.tables or self.boxes or self.came or self.gone or self.outputs)

    @property
    def gates_moved(self) -> tuple[str, ...]:
        """Return each threshold that moved, with the old value and the new one."""
        moved = [cell for change in self.tables if change.table == "thresholds" for cell in change.cells]
        return tuple(f"{c.row}: {_short(c.old)} to {_short(c.new)}" for c in moved if c.column == "threshold")

    @property
    def is_rounding(self) -> bool:
        """Whether results differ, and all of them in the last digits only."""
        cells = [cell for change in (*self.tables, *self.boxes) for cell in change.cells]
        rows = [row for change in (*self.tables, *self.boxes) for row in (*change.added, *change.removed)]
        return bool(cells) and not rows and all(cell.is_rounding for cell in cells)

    def why(self) -> tuple[str, ...]:
        """Return what was recorded that can have changed the results, a sentence each; last what can't be told."""
        said = list(_causes(self))
        results = self.tables or self.boxes or self.came or self.gone
        if self.is_rounding:
            said.append("The numbers differ in their last digits only, as another computer or library makes them.")
        elif results and not said:
            said.append("Nothing that is recorded differs: the code or the computer must.")
        elif self.outputs and not (results or said):
            said.append("The numbers are the same; only how they are shown differs.")
        return tuple(said)


def compare_results(old: ResultFolder, new: ResultFolder) -> ResultChanges:
    """Return what changed from the old results to the new ones."""
    tables = [name for name in _names(old.tables, new.tables) if name not in APART]
    changes = [compare_tables(name, old.tables.get(name, []), new.tables.get(name, [])) for name in tables]
    boxes = [
        compare_tables(name, old.boxes.get(name, []), new.boxes.get(name, [])) for name in _names(old.boxes, new.boxes)
    ]
    before, after = _cautions(old), _cautions(new)
    return ResultChanges(
        _inputs(old.inputs, new.inputs),
        _pairs(_versions(old.provenance), _versions(new.provenance)),
        _pairs(_settings(old.provenance), _settings(new.provenance)) | _of_study(old.provenance, new.provenance),
        tuple(change for change in changes if change),
        tuple(change for change in boxes if change),
        tuple(words for words in after if words not in before),
        tuple(words for words in before if words not in after),
        _outputs(old.outputs, new.outputs),
    )


def as_json(changes: ResultChanges) -> dict[str, Any]:
    """Return the changes as plain lists and mappings, in the shape that the README documents."""
    return {
        "same": changes.is_same,
        "why": list(changes.why()),
        "inputs": {kind: list(getattr(changes.inputs, kind)) for kind in ("added", "removed", "changed")},
        "versions": {name: list(pair) for name, pair in changes.versions.items()},
        "settings": {name: list(pair) for name, pair in changes.settings.items()},
        "gates": list(changes.gates_moved),
        "tables": {change.table: _table_json(change) for change in changes.tables},
        "boxes": {change.table: _table_json(change) for change in changes.boxes},
        "cautions": {"came": list(changes.came), "gone": list(changes.gone)},
        "outputs": list(changes.outputs),
    }


def _table_json(change: TableChange) -> dict[str, Any]:
    cells = [
        {"row": c.row, "column": c.column, "old": c.old, "new": c.new}
        | ({"moved_in_interval_widths": c.moved} if math.isfinite(c.moved) else {})
        for c in change.cells
    ]
    return {
        "rows_added": list(change.added),
        "rows_removed": list(change.removed),
        "columns_added": list(change.new_columns),
        "columns_removed": list(change.lost_columns),
        "cells": cells,
    }


def _causes(changes: ResultChanges) -> Iterator[str]:
    if changes.inputs:
        files = list(changes.inputs)
        named = ", ".join(files[:LARGEST]) + (f" and {len(files) - LARGEST} more" if len(files) > LARGEST else "")
        yield f"Input files differ ({named}): what rests on them was measured or described anew."
    for who, is_of_study in (("command asked", False), ("study file asks", True)):
        pairs = {name: pair for name, pair in changes.settings.items() if name.startswith(OF_STUDY) == is_of_study}
        if pairs:
            told = [f"{name.removeprefix(OF_STUDY)}: {old} to {new}" for name, (old, new) in pairs.items()]
            more = f" and {len(told) - LARGEST} more" if len(told) > LARGEST else ""
            yield f"The {who} for something else ({', '.join(told[:LARGEST])}{more})."
    if "cytotools" in changes.versions:
        old, new = changes.versions["cytotools"]
        yield f"cytotools {old} made the old results, {new} the new ones: see its CHANGELOG."
    others = [name for name in changes.versions if name != "cytotools"]
    if others:
        yield f"Other versions of {', '.join(others)} can move last digits and pictures."


def _names(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys((*old, *new)))


def _inputs(old: Mapping[str, str], new: Mapping[str, str]) -> Inputs:
    return Inputs(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(old.keys() - new.keys())),
        tuple(sorted(file for file in old.keys() & new.keys() if old[file] != new[file])),
    )


def _outputs(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    files = sorted(file for file in old.keys() | new.keys() if old.get(file) != new.get(file))
    return tuple(file for file in files if not (file.startswith(("tables/", "boxes/")) and file.endswith(".csv")))


def _versions(provenance: Mapping[str, Any]) -> dict[str, str]:
    own = {"cytotools": str(provenance.get("version", "none")), "Python": str(provenance.get("python", "none"))}
    return own | {str(name): str(number) for name, number in dict(provenance.get("libraries", {})).items()}


def _settings(provenance: Mapping[str, Any]) -> dict[str, str]:
    found = dict(provenance.get("settings", {}))
    return {str(k): ", ".join(map(str, v)) if isinstance(v, list) else str(v) for k, v in found.items() if k != "study"}


def _of_study(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return what the study files ask for in unlike ways, where both runs recorded it."""
    before, after = (dict(one.get("settings", {})).get("study") for one in (old, new))
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return {}
    return {f"{OF_STUDY}{name}": pair for name, pair in _pairs(before, after).items()}


def _pairs(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    both = {name: (old.get(name, "none"), new.get(name, "none")) for name in _names(old, new)}
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


def _cautions(results: ResultFolder) -> dict[str, None]:
    rows = results.tables.get("cautions", [])
    parts = [[row.get(name, "") for name in ("severity", "place", "code", "caution")] for row in rows]
    return dict.fromkeys(f"{severity}, {place}: {code}: {words}" for severity, place, code, words in parts)


def _short(cell: str) -> str:
    """Return a number in five digits, another cell as it is."""
    try:
        return f"{float(cell):.5g}"
    except ValueError:
        return cell or "none"
