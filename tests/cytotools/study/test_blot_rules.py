"""Rules between the lanes sheet, the images and the loading controls."""

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
        "membrane: rep1",
        "membrane: rep2",
        "study.yaml:18:7: membrane: expected a membrane of blots/lanes.csv, got 'rep2'. Did you mean `rep1`?",
    ),
    (
        "control: actin",
        "control: tubulin",
        "study.yaml:14:3: loading_control on membrane rep1: .* got 'tubulin'. Allowed: cIAP1, XIAP, actin",
    ),
    ("{XIAP: 53}", "{XIAP2: 53}", "study.yaml:15:9: kda.XIAP2: expected a band of an image, .* Did you mean `XIAP`?"),
    ("      replicate: 1", "      first_lane: 5", "study.yaml:21:7: first_lane: expected a lane up to 4, got 5"),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_names_that_do_not_meet_are_named(write: Write, problems_of: Problems, old: str, new: str, words: str) -> None:
    (problem,) = problems_of(write("study.yaml", old, new))
    assert re.match(words, problem) or re.search(words, problem), problem


def test_a_lane_that_disagrees_with_its_image_is_named(write: Write, problems_of: Problems) -> None:
    path = write()
    (path.parent / "blots/lanes.csv").write_text(
        "membrane,lane,role,hours,replicate\nrep1,1,untreated,0,2\nrep1,3,treated,1,1\n"
    )
    expected = "blots/lanes.csv:2:5: replicate: expected '1', which study.yaml:21:7 gives for the membrane, got '2'"
    assert problems_of(path)[0].startswith(expected)


def notes_of(path: Path) -> str:
    return "\n".join(map(str, read_study(path).notes))


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (
            "blots/lanes.csv",
            "untreated,0",
            "untreated,1",
            r"membrane rep1: expected the reference \(0 h\), got none for",
        ),
        ("blots/lanes.csv", "rep1,4", "rep2,4", "blots/lanes.csv:5:1: membrane rep2: expected an image, got none"),
        ("study.yaml", "  kda:", "  reference: reference lane\n  kda:", r"the reference \(reference lane\), got none"),
        ("study.yaml", "  kda:", "  reference: vehicle at the same hour\n  kda:", "got none for at 6 h"),
    ],
)
def test_a_membrane_without_image_or_reference_is_noted(
    write: Write, name: str, old: str, new: str, words: str
) -> None:
    assert re.search(words, notes_of(write(name, old, new)))


def test_a_control_that_one_membrane_lacks_is_noted_where_another_stands_there(
    write: Write, problems_of: Problems
) -> None:
    second = "    - {file: blots/rep1.tif, page: 1, membrane: rep2, bands: [GAPDH, actin], replicate: 2}\nplates:"
    path = write("study.yaml", "plates:", second)
    (path.parent / "blots/lanes.csv").write_text("membrane,lane,role,hours\nrep1,1,untreated,0\nrep2,1,untreated,0\n")
    (path.parent / "blots/boxes.csv").write_text("lane,target,x,y,width,height\n1,XIAP,10,20,30,8.5\n")
    text = path.read_text()
    path.write_text(text.replace("control: actin", "control: [actin, GAPDH]"))
    assert "loading_control on membrane rep1: expected a band of an image of membrane rep1, got none" in notes_of(path)
    path.write_text(text.replace("control: actin", "control: [actin, tubulin]"))
    assert "got 'tubulin'" in problems_of(path)[0]


def test_a_band_measured_twice_in_the_same_pixels_is_refused(write: Write, problems_of: Problems) -> None:
    again = "    - {file: blots/rep1.tif, membrane: rep1, bands: [XIAP]}\nplates:"
    (problem,) = problems_of(write("study.yaml", "plates:", again))
    assert problem.startswith(
        "study.yaml:22:7: images[2]: expected each band of an image once, got XIAP in blots/rep1.tif"
    )
    read_study(write("study.yaml", "plates:", again.replace("[XIAP]", "[XIAP], page: 1")))


def test_one_sample_at_two_loads_is_noted_and_at_three_is_a_series(write: Write) -> None:
    path = write("study.yaml", "title", "title")
    lanes = "membrane,lane,role,hours,protein_ug\nrep1,2,untreated,0,10\nrep1,3,untreated,0,20\nrep1,4,treated,6,20\n"
    (path.parent / "blots/lanes.csv").write_text(lanes)
    assert "got 10 and 20 ug of one sample" in notes_of(path)
    (path.parent / "blots/lanes.csv").write_text(lanes + "rep1,5,untreated,0,40\n")
    assert "of one sample" not in notes_of(path)
