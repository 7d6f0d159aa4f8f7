"""Two analyses held against each other: what differs is told with its reason, and nothing else."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cytotools.changes.change_lines import change_lines
from cytotools.changes.result_changes import compare_results
from cytotools.changes.result_folder import read_results
from cytotools.changes.table_changes import compare_tables
from cytotools.cli import app
from cytotools.errors import StudyError

ROW = {"cell_line": "A", "hours": "24.0", "target": "cIAP2", "verdict": "rebound", "value": "2.0", "low": "1.0"}
ROW |= {"high": "3.0", "caution": ""}


def results(folder: Path, rows: Sequence[Mapping[str, str]] = (ROW,), **recorded: object) -> Path:
    (folder / "tables").mkdir(parents=True)
    with (folder / "tables" / "rebound.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = {"program": "cytotools", "version": "1", "inputs": [{"file": "a.tif", "sha256": "1"}]} | recorded
    (folder / "provenance.json").write_text(json.dumps(found), encoding="utf-8")
    return folder


def diff(old: Path, new: Path, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["diff", str(old), str(new), *more])
    return done.exit_code, done.output


def test_the_same_results_differ_in_nothing(tmp_path: Path) -> None:
    assert diff(results(tmp_path / "a"), results(tmp_path / "b")) == (0, change_words_of_nothing())


def change_words_of_nothing() -> str:
    return "The same: every input, version, setting, number, caution and file.\n"


def test_a_verdict_that_changed_stands_with_the_file_that_changed(tmp_path: Path) -> None:
    old = results(tmp_path / "a")
    new = [ROW | {"verdict": "sustained loss", "value": "1.5"}]
    other = results(tmp_path / "b", new, inputs=[{"file": "a.tif", "sha256": "2"}])
    status, said = diff(old, other)
    assert status == 1
    assert "Input files differ (a.tif)" in said
    assert "rebound, A, 24, cIAP2: verdict rebound -> sustained loss" in said
    assert "value 2 -> 1.5 (0.25)" in said


def test_settings_of_the_study_file_are_causes_where_both_recorded_them(tmp_path: Path) -> None:
    old, new = ({"assays": ["blots"], "study": {"blots.loading_controls": one}} for one in ("actin", "GAPDH"))
    _, said = diff(results(tmp_path / "a", settings=old), results(tmp_path / "b", settings=new))
    assert "The study file asks for something else (blots.loading_controls: actin to GAPDH)." in said
    assert diff(tmp_path / "a", results(tmp_path / "c", settings={"assays": ["blots"]}))[0] == 0


def test_json_holds_the_same(tmp_path: Path) -> None:
    old, new = results(tmp_path / "a"), results(tmp_path / "b", version="2")
    status, said = diff(old, new, "--json")
    found = json.loads(said)
    assert (status, found["same"], found["versions"]) == (1, False, {"cytotools": ["1", "2"]})


def test_order_of_rows_and_columns_is_no_change() -> None:
    other = dict(reversed(list((ROW | {"cell_line": "B", "hours": "24"}).items())))
    assert not compare_tables("rebound", [ROW, other], [other, ROW])


def test_rows_and_columns_that_came_and_went_are_named() -> None:
    found = compare_tables("rebound", [ROW], [ROW | {"cell_line": "B", "n": "3"}])
    assert (found.added, found.removed, found.new_columns) == (("B, 24, cIAP2",), ("A, 24, cIAP2",), ("n",))


def test_last_digits_are_told_apart_from_changes(tmp_path: Path) -> None:
    old = read_results(results(tmp_path / "a"))
    new = read_results(results(tmp_path / "b", [ROW | {"value": "2.0000000000000004"}]))
    assert compare_results(old, new).why()[-1].startswith("The numbers differ in their last digits only")


def test_unexplained_changes_are_called_so(tmp_path: Path) -> None:
    old, new = results(tmp_path / "a"), results(tmp_path / "b", [ROW | {"value": "9"}])
    assert "Nothing that is recorded differs" in "\n".join(
        change_lines(compare_results(*map(read_results, (old, new))))
    )


FOUND = {
    "combination": ({"dose": "5", "method": "bliss", "affected": "0.48898"}, {"affected": "0.51"}),
    "end_points": ({"assay": "flow", "hours": "24"}, {"hours": "48"}),
    "interference": ({"plate": "1", "kind": "adds signal", "share_of": "blank"}, {"kind": "", "share_of": "control"}),
    "linear_range": ({"target": "actin", "response": "straight"}, {"response": "saturating"}),
    "miflowcyt": ({"section": "1", "item": "1.1 purpose", "stated": "no"}, {"stated": "yes"}),
    "position_effects": ({"plate": "1", "effect": "row", "where": "row A"}, {"where": "row C"}),
    "resistance": ({"mechanism": "high_XIAP", "quantity": "lowest cIAP1 (6 h)"}, {"quantity": "lowest cIAP1 (24 h)"}),
}


@pytest.mark.parametrize("table", FOUND)
def test_what_was_found_is_no_part_of_what_a_row_is_about(table: str) -> None:
    row, moved = FOUND[table]
    found = compare_tables(table, [row], [row | moved])
    assert (found.added, found.removed, {cell.column for cell in found.cells}) == ((), (), set(moved))


def test_an_index_that_was_asked_for_at_another_effect_is_another_row() -> None:
    row = {"dose": "", "method": "ci", "affected": "0.5", "value": "0.7"}
    found = compare_tables("combination", [row], [row | {"affected": "0.75"}])
    assert (found.added, found.removed) == (("ci, 0.75",), ("ci, 0.5",))


def test_rows_about_the_same_may_come_in_any_order() -> None:
    rows = [{"file": "a", "value": str(value)} for value in range(3)]
    assert not compare_tables("artefacts", rows, rows[::-1])


def test_names_that_python_would_count_with_stay_names() -> None:
    rows = [{"cell_line": name, "value": name} for name in ("1_1", "11")]
    assert not compare_tables("apoptosis", rows, rows[::-1])


def test_hostile_cells_stay_in_their_line(tmp_path: Path) -> None:
    name = "<script>\n\x1b[31m\u202eSame" + "x" * 100_000
    old = results(tmp_path / "a", [ROW | {"cell_line": name}])
    new = results(tmp_path / "b", [ROW | {"cell_line": name, "verdict": "\x07\n" + "y" * 100_000}])
    status, said = diff(old, new)
    assert (status, max(map(len, said.split("\n"))) < 300) == (1, True)
    assert all(letter.isprintable() or letter == "\n" for letter in said)
    assert diff(old, new, "--json")[1].isascii()


@pytest.mark.parametrize("text", ["", "a", "severity\nnote\nnote,1,2,3\n", '"', "channel,threshold\nx,\n"])
def test_tables_that_were_edited_or_come_from_elsewhere_are_told_without_a_fault(tmp_path: Path, text: str) -> None:
    old, new = results(tmp_path / "a"), results(tmp_path / "b")
    for name in ("cautions", "thresholds", "of_tomorrow"):
        (old / "tables" / f"{name}.csv").write_text("channel,threshold\nx,1\n")
        (new / "tables" / f"{name}.csv").write_text(text)
    assert diff(old, new)[0] == 1


@pytest.mark.parametrize("key", ["libraries", "settings"])
def test_a_provenance_of_another_shape_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(StudyError, match=key):
        read_results(results(tmp_path / "a", [ROW], **dict.fromkeys([key], "x")))


@pytest.mark.parametrize("kind", ["missing", "file", "empty", "foreign", "broken", "deep"])
def test_what_holds_no_results_is_refused(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "there"
    if kind == "file":
        place.write_text("x")
    elif kind != "missing":
        place.mkdir()
    text = {"foreign": '{"program": "other", "inputs": []}', "broken": "{", "deep": "[" * 100_000}.get(kind)
    if text:
        (place / "provenance.json").write_text(text)
    with pytest.raises(StudyError, match="Name the folder"):
        read_results(place)
    assert diff(results(tmp_path / "a"), place)[0] != 0
