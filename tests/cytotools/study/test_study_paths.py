"""The files that a study names: how they may be named, and each way to miss one."""

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
        "samples.csv",
        "sample.csv",
        "study.yaml:7:3: samples: expected a file that exists, .* Did you mean `flow/samples.csv`",
    ),
    ("flow/samples.csv", "flow", "study.yaml:7:3: samples: .* flow is a folder"),
    ("flow/samples.csv", "../s.csv", "study.yaml:7:3: samples: expected a file inside the study folder"),
    ("flow/samples.csv", "/etc/s.csv", "study.yaml:7:3: samples: expected a file inside the study folder"),
    ("flow/samples.csv", "C:\\s.csv", "study.yaml:7:3: samples: expected a file inside the study folder"),
    ("blots/rep1.tif", "blots/Rep1.tiff", "study.yaml:17:7: file: .* Did you mean `blots/rep1.tif`?"),
    ("gates.xml", "gates.fcs", "study.yaml:11:3: gates: expected a file that exists"),
]


def test_a_folder_is_a_study_where_it_holds_one(write: Write, problems_of: Problems) -> None:
    path = write()
    assert read_study(path.parent).path == path
    path.rename(path.parent / "other.yml")
    assert "The folder holds other.yml" in problems_of(path.parent)[0]
    assert "expected a study file, got nothing under this name" in problems_of(path.parent / "no" / "study.yaml")[0]


def test_files_may_be_named_from_the_sheets_own_folder_and_with_backslashes(write: Write) -> None:
    study = read_study(write("flow/samples.csv", "flow/b.fcs,vehicle", "flow\\b.fcs,vehicle"))
    assert study.flow
    assert study.flow.samples["file"].tolist() == ["flow/a.fcs", "flow/b.fcs", "flow/c.fcs"]
    study = read_study(write("flow/samples.csv", "flow/b.fcs,vehicle", "../flow/./b.fcs,vehicle"))
    assert study.flow
    assert study.flow.samples["file"][1] == "flow/b.fcs"


def test_two_files_of_one_name_are_not_guessed(write: Write, problems_of: Problems) -> None:
    path = write("flow/samples.csv", "flow/b.fcs", "b.fcs")
    read_study(path)
    (path.parent / "b.fcs").touch()
    assert "a name that means one file, got 'b.fcs'. Both b.fcs and flow/b.fcs exist" in problems_of(path)[0]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_a_file_that_is_missed_is_named(write: Write, problems_of: Problems, old: str, new: str, words: str) -> None:
    (problem,) = problems_of(write("study.yaml", old, new))
    assert re.match(words, problem) or re.search(words, problem), problem
