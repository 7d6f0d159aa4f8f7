"""What `cytotools diff` prints: why first, then verdicts, gates, boxes, numbers and cautions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from cytotools.changes.result_changes import LARGEST, ResultChanges
from cytotools.changes.table_changes import CellChange, TableChange
from cytotools.labels import visible

LONGEST = 120
SAME = "The same: every input, version, setting, number, caution and file."


def change_lines(changes: ResultChanges) -> Iterator[str]:
    """Yield the lines that tell what changed, for a person; names from files with their hidden signs spelt out."""
    if changes.is_same:
        yield SAME
        return
    yield from (visible(line) for line in _lines(changes))


def _lines(changes: ResultChanges) -> Iterator[str]:
    yield from _titled("Why", changes.why())
    inputs = [f"{kind}: {file}" for kind in ("added", "removed", "changed") for file in getattr(changes.inputs, kind)]
    yield from _titled("Input files", inputs, more=20)
    pairs = {**changes.settings, **changes.versions}
    yield from _titled("Settings and versions", [f"{name}: {old} -> {new}" for name, (old, new) in pairs.items()])
    yield from _titled("Verdicts", list(_verdicts(changes.tables)), more=40)
    yield from _titled("Gates", changes.gates_moved, more=20)
    yield from _titled("Boxes", [_counted(change) for change in changes.boxes])
    yield from _titled("Tables", [_counted(change) for change in changes.tables], more=60)
    yield from _titled("Largest moves of estimates (in widths of the old 95 % interval)", list(_largest(changes)))
    yield from _titled("Cautions that came", changes.came, more=20)
    yield from _titled("Cautions that went", changes.gone, more=20)
    yield from _titled("Other files that differ", changes.outputs, more=12)


def _titled(title: str, lines: Sequence[str], more: int = 20) -> Iterator[str]:
    if not lines:
        return
    yield f"{title}:"
    for line in lines[:more]:
        yield f"  {_cut(' '.join(line.splitlines()))}"
    if len(lines) > more:
        yield f"  and {len(lines) - more} more (--json lists all)"


def _cut(line: str) -> str:
    return line if len(line) <= 2 * LONGEST else f"{line[:LONGEST]} … {line[-LONGEST:]}"


def _verdicts(tables: Sequence[TableChange]) -> Iterator[str]:
    for change in tables:
        for cell in change.cells:
            if cell.is_verdict:
                yield f"{change.table}, {cell.row}: {cell.column} {cell.old or 'none'} -> {cell.new or 'none'}"


def _counted(change: TableChange) -> str:
    rows = len({cell.row for cell in change.cells})
    told = [
        f"{rows} row{'s' * (rows > 1)} changed" if rows else "",
        f"{len(change.added)} added" if change.added else "",
        f"{len(change.removed)} removed" if change.removed else "",
        f"columns added: {', '.join(change.new_columns)}" if change.new_columns else "",
        f"columns removed: {', '.join(change.lost_columns)}" if change.lost_columns else "",
    ]
    return f"{change.table}: {', '.join(filter(None, told))}"


def _largest(changes: ResultChanges) -> Iterator[str]:
    for change in changes.tables:
        moved = sorted((c for c in change.cells if math.isfinite(c.moved)), key=lambda c: -c.moved)
        for cell in moved[:LARGEST]:
            yield f"{change.table}, {cell.row}: {cell.column} {_short(cell)} ({cell.moved:.2g})"


def _short(cell: CellChange) -> str:
    return f"{float(cell.old):.4g} -> {float(cell.new):.4g}"
