"""The files of `cytotools compusyn`: the table that it reads, and the folder that it writes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cytotools.compusyn_command import ONE_EXPERIMENT, index_rows, median_rows
from cytotools.compusyn_reading import read_compusyn_experiments
from cytotools.compusyn_results import CompusynResults
from cytotools.compusyn_tables import CompusynTable
from cytotools.output import PROVENANCE, require_replaceable, swapped_in, written_files
from cytotools.provenance import as_json, provenance, sha256
from cytotools.sheets.csv_text import encoding_of

COMMAND = "compusyn"


def read_compusyn_file(path: Path) -> tuple[CompusynTable, ...]:
    """Read a table, or a report of CompuSyn that was saved as text or as a page.

    Raises
    ------
    StudyError
        As `read_compusyn_experiments`, with the file's name.
    """
    contents = path.read_bytes()
    return read_compusyn_experiments(
        contents.decode(encoding_of(contents), errors="replace").lstrip("\ufeff"), path.name
    )


def write_compusyn_folder(results: Sequence[CompusynResults], path: Path, folder: Path) -> Path:
    """Write median_effect.csv and combination.csv of the experiments of a table, swapped in when complete.

    Raises
    ------
    StudyError
        The folder holds other files.
    """
    require_replaceable(folder, [path])
    with swapped_in(folder) as fresh:
        _write_rows(fresh / "median_effect.csv", [row for found in results for row in median_rows(found)])
        _write_rows(fresh / "combination.csv", [row for found in results for row in index_rows(found)])
        (fresh / "README.txt").write_text(ONE_EXPERIMENT + "\n", encoding="utf-8")
        files = written_files(fresh)
        found = provenance(path.parent, [path.name], {"command": COMMAND})
        found |= {"outputs": files, "sha256": {file: sha256(fresh / file) for file in files}}
        (fresh / PROVENANCE).write_text(as_json(found), encoding="utf-8")
    return folder


def _write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    columns: Iterable[str] = rows[0] if rows else ()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
