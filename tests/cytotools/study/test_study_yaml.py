"""The text of study.yaml: what is no study, no plain YAML or no key is refused with its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cytotools.study_files import read_study

Write = Callable[..., Path]
Problems = Callable[[Path], list[str]]

WRONG = [
    ("title: A", "titel: A", "study.yaml:2:1: titel: .* Did you mean `title`?"),
    ("  annexin:", "  anexin:", "study.yaml:8:3: flow.anexin: .* Did you mean `annexin`?"),
    ("hours: 72", "hours: 72 h", "study.yaml:26:5: .*hours: expected a number, got '72 h'"),
    ("version: 1", "version: one", "study.yaml:1:1: version: expected 1, got 'one'"),
    ("title:", "version: 2\ntitle:", "study.yaml:2:1: version: .* it first stands in line 1"),
    (
        "  annexin",
        "\tannexin",
        "study.yaml:8:1: the study: expected YAML, got a tab at the beginning. Indent with spaces",
    ),
    ("A small study", "A: small study", "study.yaml:2:9: the study: expected YAML, got a second colon"),
    ("A small study", "'A small study", "the study: expected YAML, got .* Close the quote"),
    ("[cIAP1,", "[[cIAP1,", "the study: expected YAML, .* Close the bracket"),
    ("A small study", "&t A\nsecond: *t", "study.yaml:3:9: the study: expected values, got the alias"),
    ("A small study", "!!python/object:os.system x", "study.yaml:2:8: the study: expected values, got the tag"),
    ("title: A small", "? [a]\n: b", "study.yaml:2:3: the study: expected a key"),
    ("title: A small", "---\na: b", "study.yaml:2:1: the study: expected one study in the file"),
    ("A small study", '"\\U99999999"', "the study: expected YAML, got a line that can't be read"),
    ("A small study", "[" * 1000, "study.yaml:2:20: the study: expected at most 12 levels"),
    ("A small study", "\x07", r"study.yaml:2:8: the study: expected UTF-8 text, got the character '\\x07'"),
    ("A small study", "x" * 500_000, "study.yaml: the file: expected at most 0.5 MB"),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_what_is_wrong_in_the_study_file_is_named(
    write: Write, problems_of: Problems, old: str, new: str, words: str
) -> None:
    (problem,) = problems_of(write("study.yaml", old, new))
    assert re.match(words, problem) or re.search(words, problem), problem


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"", "study.yaml:1:1: the study: expected a mapping of keys to values, got nothing"),
        (b"# nothing\n", "study.yaml:1:1: the study: expected a mapping of keys to values, got nothing"),
        (b"- version: 1\n", "study.yaml:1:1: the study: expected a mapping of keys to values, got the list"),
        (b"version: 1\ntitle: x\n", "study.yaml:1:1: the study: expected `flow`, `blots` or `plates`, got none"),
        (b"version: 1\ntitle: \xb5\n", "study.yaml:2:8: the study: expected UTF-8 text, got the byte 0xB5"),
        ("version: 1\n".encode("utf-16"), "study.yaml:1:1: the study: expected UTF-8 text, got UTF-16"),
        (b"PK\x03\x04", "study.yaml:1:3: the study: expected UTF-8 text, got the character"),
    ],
)
def test_a_file_that_is_no_study_is_refused(tmp_path: Path, problems_of: Problems, contents: bytes, words: str) -> None:
    (tmp_path / "study.yaml").write_bytes(contents)
    (problem,) = problems_of(tmp_path)
    assert problem.startswith(words)


def test_a_bomb_of_aliases_is_refused(tmp_path: Path, problems_of: Problems) -> None:
    levels = "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 30))
    (tmp_path / "study.yaml").write_text(f"l0: &l0 [lol]\n{levels}")
    assert "expected values, got the alias *l0" in problems_of(tmp_path)[0]


def test_words_that_other_yaml_turns_stay_text(write: Write) -> None:
    study = read_study(write("study.yaml", "title: A small study", "title: no"))
    assert study.title == "no"
    path = write("study.yaml", "replicate: 1", "replicate: 007\n      batch: 2024-03-01")
    blots = read_study(path).blots
    assert blots
    assert blots.lanes.loc[0, ["replicate", "batch"]].to_list() == ["007", "2024-03-01"]  # type: ignore[union-attr, index]
