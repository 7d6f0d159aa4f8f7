"""The results of one run as they lie on the disk: provenance, tables, boxes, and the hashes of all that it wrote."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cytotools.errors import refusal
from cytotools.output import PROGRAM, PROVENANCE, recover
from cytotools.provenance import sha256

Row = Mapping[str, str]
REMEDY = "Name the folder that `cytotools run` has written (it holds provenance.json and tables/)."
LONGEST_CELL = 10_000_000  # characters: a caution may be long, and csv stops at 131,072


@dataclass(frozen=True, eq=False)
class ResultFolder:
    """The results of one run.

    Attributes
    ----------
    provenance : mapping
        What its provenance.json holds.
    tables : mapping of str to sequence of rows
        By the table's name; a row is its cells, as text, by column.
    boxes : mapping of str to sequence of rows
        The bands' boxes by the file's name.
    outputs : mapping of str to str
        SHA-256 of every file it holds but provenance.json, by its path within the folder.
    """

    provenance: Mapping[str, Any]
    tables: Mapping[str, Sequence[Row]]
    boxes: Mapping[str, Sequence[Row]]
    outputs: Mapping[str, str]

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every input by its path within the study."""
        return {str(one["file"]): str(one["sha256"]) for one in self.provenance.get("inputs", [])}


def read_results(path: Path) -> ResultFolder:
    """Read the results in a folder, or in the folder of a provenance.json.

    Raises
    ------
    StudyError
        The folder is missing, or holds no results of cytotools.
    """
    folder = path.parent if path.name == PROVENANCE else path
    recover(folder)
    if not folder.is_dir():
        raise refusal(str(path), "the results", "a folder", "a file" if folder.exists() else "nothing there", REMEDY)
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != PROVENANCE]
    return ResultFolder(
        _provenance(folder),
        {file.stem: _rows(file) for file in sorted((folder / "tables").glob("*.csv"))},
        {file.name: _rows(file) for file in sorted((folder / "boxes").glob("*.csv"))},
        {file.relative_to(folder).as_posix(): sha256(file) for file in files},
    )


def _provenance(folder: Path) -> dict[str, Any]:
    place = str(folder / PROVENANCE)
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise refusal(str(folder), "the results", "a folder with provenance.json", "one without", REMEDY) from None
    except (ValueError, RecursionError):
        raise refusal(place, "the file", "JSON as cytotools writes it", "something else", REMEDY) from None
    inputs = found.get("inputs") if isinstance(found, dict) else None
    if not isinstance(inputs, list) or found.get("program") != PROGRAM:
        raise refusal(place, "the program", PROGRAM, "another one, or none", REMEDY)
    if not all(isinstance(one, dict) and {"file", "sha256"} <= one.keys() for one in inputs):
        raise refusal(place, "inputs", "files with their SHA-256", "others", "Run the analysis again.")
    for name in ("libraries", "settings"):
        if not isinstance(found.get(name, {}), dict):
            raise refusal(place, name, "names and what they stand for", "something else", "Run the analysis again.")
    return dict(found)


def _rows(file: Path) -> list[dict[str, str]]:
    usual = csv.field_size_limit(LONGEST_CELL)  # of the whole process, so it is given back
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restkey="", restval="")
            return [{name: str(cell) for name, cell in row.items() if name} for row in reader]
    except (UnicodeDecodeError, csv.Error):
        remedy = "Run the analysis again; a table that was edited elsewhere can't be compared."
        raise refusal(str(file), "the table", "CSV in UTF-8", "something else", remedy) from None
    finally:
        csv.field_size_limit(usual)
