"""The rows of a study's sheets: each that is wrong is named by its cell, and a slip is noted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cytotools.study_files import read_study

Write = Callable[..., Path]
Problems = Callable[[Path], list[str]]

WRONG = [
    (
        "flow/samples.csv",
        "treated",
        "treatd",
        "flow/samples.csv:4:2: role: expected one of unstained.* Did you mean `treated`",
    ),
    (
        "flow/samples.csv",
        "file,",
        "fle,",
        "flow/samples.csv:1:1: file: expected a column `file`.* Rename the column `fle`",
    ),
    (
        "flow/samples.csv",
        "flow/b.fcs",
        "flow/B.FCS",
        "flow/samples.csv:3:1: file: expected a file that exists, .* Did you mean `flow/b.fcs`",
    ),
    ("flow/samples.csv", "flow/b.fcs", "flow/b.lmd", "flow/samples.csv:3:1: file: .* Did you mean `flow/b.fcs`"),
    ("flow/samples.csv", "flow/b.fcs", "../b.fcs", "flow/samples.csv:3:1: file: expected a file that exists"),
    (
        "flow/samples.csv",
        "flow/b.fcs",
        "../../b.fcs",
        "flow/samples.csv:3:1: file: expected a file inside the study folder",
    ),
    (
        "flow/samples.csv",
        "flow/b.fcs",
        "./flow/a.fcs",
        "flow/samples.csv:3:1: file: .* flow/a.fcs again; it first stands in flow/samples.csv:2",
    ),
    ("flow/samples.csv", "cisplatin,10", "cisplatin,ten", "flow/samples.csv:4:4: dose: expected a number, got 'ten'"),
    ("flow/samples.csv", "10,µM", "10 uM,", "flow/samples.csv:4:4: dose: .* unit goes into `dose_unit`"),
    (
        "flow/samples.csv",
        "10,µM",
        "10,",
        "flow/samples.csv:4:4: dose_unit: expected the dose's unit, got a dose without one",
    ),
    ("flow/samples.csv", "24,1,y", "-24,1,y", "flow/samples.csv:3:6: hours: expected a number of 0 or more"),
    ("flow/samples.csv", "y\n", "y,extra\n", "flow/samples.csv:3: the row: expected 8 cells"),
    (
        "flow/samples.csv",
        "flask\nflow/a.fcs,unstained,,,,,1,x",
        "cell_line\nflow/a.fcs,unstained,,,,,1,HeLa",
        "flow/samples.csv:2:8: cell_line: expected 'ECA109', which study.yaml:9:3 gives .* got 'HeLa'",
    ),
    (
        "flow/samples.csv",
        "flask\nflow/a.fcs,unstained,,,,,1,x",
        "exclude\nflow/a.fcs,unstained,,,,,1,no",
        "flow/samples.csv:2:8: exclude: expected a reason to leave the row out, or nothing, got 'no'. Clear the cell",
    ),
    ("flow/thresholds.csv", "c.fcs", "d.fcs", "flow/thresholds.csv:3:3: file: expected a file that exists"),
    ("flow/thresholds.csv", "900", "high", "flow/thresholds.csv:2:5: threshold: expected a number, got 'high'"),
    (
        "blots/lanes.csv",
        "rep1,3",
        "rep1,2",
        "blots/lanes.csv:4:2: lane: .* membrane rep1 lane 2 again; it first stands in blots/lanes.csv:3",
    ),
    ("blots/lanes.csv", "rep1,3", "rep1,0", "blots/lanes.csv:4:2: lane: expected a whole number from 1"),
    ("blots/lanes.csv", "treated,6", "treated,", "blots/lanes.csv:4:4: hours: expected the hours of a treated lane"),
    ("blots/lanes.csv", "treated,6", "treated,six", "blots/lanes.csv:4:4: hours: expected a number, got 'six'"),
    ("blots/lanes.csv", "ladder", "marker", "blots/lanes.csv:2:3: role: expected one of ladder"),
    (
        "blots/boxes.csv",
        "3,,",
        "9,,",
        "blots/boxes.csv:3:1: lane: expected a lane of the membrane, got 9. The lanes sheet has 1, 2, 3, 4",
    ),
    (
        "blots/boxes.csv",
        "XIAP",
        "XIAP1",
        "blots/boxes.csv:2:2: target: expected a band of the image.* Did you mean `XIAP`",
    ),
    ("blots/boxes.csv", "30,80", "30,80,1", "blots/boxes.csv:3: the row: expected 6 cells"),
    (
        "blots/boxes.csv",
        "3,,0",
        "2,XIAP,0",
        "blots/boxes.csv:3:2: target: expected one box a band, got lane 2 XIAP again",
    ),
    ("blots/boxes.csv", "30,8.5", "0,8.5", "blots/boxes.csv:2:5: width: expected a number above 0"),
    ("plates/layout.csv", "A2", "A01", "plates/layout.csv:3:1: well: expected each well once, got well A1 again"),
    ("plates/layout.csv", "A2", "row 2", "plates/layout.csv:3:1: well: expected a well such as A1"),
    ("plates/layout.csv", "well;", "wel;", "plates/layout.csv:1:1: well: expected a column `well`"),
]


@pytest.mark.parametrize(("name", "old", "new", "words"), WRONG)
def test_what_is_wrong_in_a_sheet_is_named(
    write: Write, problems_of: Problems, name: str, old: str, new: str, words: str
) -> None:
    problems = problems_of(write(name, old, new))
    assert re.match(words, problems[0]), problems
    # a file that is missing may be missed by the thresholds sheet too
    assert len(problems) == 1 or name == "flow/samples.csv"


def test_a_sheet_without_rows_is_refused(write: Write, problems_of: Problems, texts: dict[str, str]) -> None:
    problems = problems_of(write("flow/samples.csv", texts["flow/samples.csv"], "file,role\n"))
    assert problems[0].startswith("flow/samples.csv:1: the sheet: expected at least one row")


def notes_of(path: Path) -> str:
    return "\n".join(map(str, read_study(path).notes))


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("flow/samples.csv", "24,1,z", "24,,z", "flow/samples.csv:4:7: replicate: .* got 1 treated row without one"),
        ("flow/samples.csv", "dose_unit,hours", "dose_unit,hour", "flow/samples.csv:1:6: hour: .* Rename it `hours`"),
        ("flow/samples.csv", "cisplatin,10", "Saline,10", "one spelling, got 'saline' and 'Saline'"),
        ("blots/lanes.csv", "untreated,0", "untreated,", "got 1 control lanes without hours"),
    ],
)
def test_a_slip_in_a_sheet_is_noted(write: Write, name: str, old: str, new: str, words: str) -> None:
    assert re.search(words, notes_of(write(name, old, new)))


def test_an_excluded_lane_needs_no_hours(write: Write, texts: dict[str, str]) -> None:
    header, *rows = texts["blots/lanes.csv"].splitlines()
    rows = [row + ("," if "24" not in row else ",torn") for row in rows]
    rows[-1] = rows[-1].replace("24", "")
    path = write()
    (path.parent / "blots/lanes.csv").write_text("\n".join([header + ",exclude", *rows]))
    blots = read_study(path).blots
    assert blots
    assert blots.lanes["exclude"].tolist() == ["", "", "", "torn"]


def test_one_slip_in_every_cell_of_a_column_is_told_once(write: Write, problems_of: Problems) -> None:
    (problem,) = problems_of(
        write("plates/layout.csv", "untreated;;;\nA2;treated;1,5;uM", "treated;1;;\nA2;treated;2;")
    )
    assert problem.startswith("plates/layout.csv:2:3: dose_unit: ")
    assert "a dose without one (and 1 more cell)" in problem


def test_an_export_counts_once(write: Write, problems_of: Problems) -> None:
    entry = "  - {file: plates/ctg.txt, assay: viability, layout: plates/layout.csv, replicate: 2}\n"
    (problem,) = problems_of(write("study.yaml", "plates:\n", f"plates:\n{entry}"))
    assert re.match(r"study.yaml:\d+:\d+: file: expected each export once, got plates/ctg.txt again", problem)
    for other in ("assay: caspase", "assay: viability, read: 570", "assay: viability, sheet: b"):
        read_study(write("study.yaml", "plates:\n", f"plates:\n{entry.replace('assay: viability', other)}"))
