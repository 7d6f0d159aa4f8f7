"""A design's folder: layouts, pipetting sheet, expected precision and the draft of the study."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from cytotools.design.dilutions import Solution, solutions
from cytotools.design.experiment import Design
from cytotools.design.index_precision import IndexPrecision, expected_indices
from cytotools.design.layout_workbook import layout_workbook, tubes_workbook
from cytotools.design.layouts import PlateLayout, filled_columns, layout_rows, plate_layouts
from cytotools.design.pipetting_sheet import COLUMNS, pipetting_rows, pipetting_text
from cytotools.design.plate_sharing import wells_of_experiment
from cytotools.design.precision import Precision, expected_precision
from cytotools.design.study_draft import empty_grid, study_draft
from cytotools.errors import refusal
from cytotools.output import PROVENANCE, require_replaceable, swapped_in, written_files
from cytotools.provenance import as_json, provenance, sha256

COMMAND = "design"


def write_design(design: Design, path: str | Path, folder: str | Path) -> tuple[Path, tuple[Precision, ...]]:
    """Write a design's folder, swapped in when it is complete.

    Parameters
    ----------
    design : Design
    path : str or Path
        The design file.
    folder : str or Path
        A new or empty one, or an earlier design that nobody has worked in.

    Returns
    -------
    folder : Path
    precision : tuple of Precision
        What to expect, as in expected_precision.csv.

    Raises
    ------
    StudyError
        A folder with other files, or with plates that were filled in.
    """
    path, folder = Path(path), Path(folder)
    require_replaceable(folder, [path])
    _require_untouched(folder)
    layouts = plate_layouts(design)
    made = solutions(design, wells_of_experiment(design))
    precision = tuple(expected_precision(design))
    with swapped_in(folder) as fresh:
        _write_layouts(fresh, layouts, made)
        _write_rows(fresh / "pipetting.csv", COLUMNS, pipetting_rows(design, made))
        (fresh / "pipetting.md").write_text(pipetting_text(design, layouts, made), encoding="utf-8")
        columns = [*(field.name for field in fields(Precision)), "caution"]
        rows = (asdict(found) | {"caution": found.caution} for found in precision)
        _write_rows(fresh / "expected_precision.csv", columns, rows)
        _write_indices(fresh, tuple(expected_indices(design)))
        (fresh / "study.yaml").write_text(study_draft(design, layouts), encoding="utf-8")
        _write_provenance(fresh, path)
    return folder, precision


def _write_indices(folder: Path, expected: Sequence[IndexPrecision]) -> None:
    """Write what to expect of combination indices, where compounds are combined."""
    if expected:
        columns = [*(field.name for field in fields(IndexPrecision)), "caution"]
        rows = (
            asdict(found) | {"levels": " ".join(f"{level:g}" for level in found.levels), "caution": found.caution}
            for found in expected
        )
        _write_rows(folder / "expected_index.csv", columns, rows)


def _write_layouts(folder: Path, layouts: Sequence[PlateLayout], made: Sequence[Solution]) -> None:
    columns = filled_columns(layouts)
    properties = [name for name in columns if name not in ("well", "replicate", "exclude")]
    for part in ("layouts", "plates"):
        (folder / part).mkdir()
    for layout in layouts:
        _write_rows(folder / "layouts" / f"{layout.name}.csv", columns, layout_rows(layout))
        (folder / "layouts" / f"{layout.name}.xlsx").write_bytes(layout_workbook(layout, properties))
        (folder / "plates" / f"{layout.name}.csv").write_text(empty_grid(layout), encoding="utf-8")
    (folder / "tubes.xlsx").write_bytes(tubes_workbook(layouts, made))


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def _write_provenance(folder: Path, path: Path) -> None:
    files = written_files(folder)
    found = provenance(path.parent, [path.name], {"command": COMMAND})
    found |= {"outputs": files, "sha256": {file: sha256(folder / file) for file in files}}
    (folder / PROVENANCE).write_text(as_json(found), encoding="utf-8")


def _require_untouched(folder: Path) -> None:
    """Refuse to replace what a person has filled in since, or a report."""
    if not (folder / PROVENANCE).is_file():
        return
    found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    expected, remedy = "a design that is as it was written", "Name another folder with -o."
    if found.get("settings", {}).get("command") != COMMAND:
        raise refusal(str(folder), "the output folder", expected, "the report of a study", remedy)
    for file, before in found["sha256"].items():
        if not (folder / file).is_file() or sha256(folder / file) != before:
            raise refusal(str(folder), "the output folder", expected, f"one whose {file} was changed", remedy)
