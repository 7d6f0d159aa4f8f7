"""From a study folder to a Study: what is kept, and that every problem is named at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cytotools.errors import Problem, StudyError
from cytotools.study import Reference
from cytotools.study_files import read_study

Write = Callable[..., Path]
Problems = Callable[[Path], list[str]]
NAMES = (
    *("study.yaml", "flow/samples.csv", "flow/thresholds.csv"),
    *("blots/lanes.csv", "blots/boxes.csv", "plates/layout.csv"),
)


def test_a_sound_study_is_read(write: Write, texts: dict[str, str], empty_files: tuple[str, ...]) -> None:
    study = read_study(write())
    assert (study.title, study.control, study.notes) == ("A small study", "vehicle", ())
    assert study.compounds["cisplatin"].drug_class == "platinum"
    assert study.inputs == tuple(sorted((*texts, *empty_files)))
    assert study.flow
    assert study.flow.gates == "gates.xml"
    assert study.flow.thresholds is not None
    assert study.flow.thresholds["file"].tolist() == ["", "flow/c.fcs"]
    assert study.flow.thresholds["threshold"].tolist() == [900.0, -20.5]


def test_samples_are_normalised(write: Write) -> None:
    flow = read_study(write()).flow
    assert flow
    row = flow.samples.iloc[2]
    assert (row["cell_line"], row["dose"], row["dose_unit"], row["batch"]) == ("ECA109", 10.0, "uM", "1")
    assert (row["arm"], row["exclude"], row["flask"], row["place"]) == ("", "", "z", "flow/samples.csv:4")
    assert flow.samples["dose"].isna().tolist() == [True, False, False]


def test_blots_are_read(write: Write) -> None:
    blots = read_study(write()).blots
    assert blots
    assert blots.lanes["replicate"].tolist() == ["1"] * 4
    assert blots.lanes["lane"].tolist() == [1, 2, 3, 4]
    assert (blots.loading_controls, blots.reference, blots.kda) == (("actin",), Reference(), {"XIAP": 53.0})
    (image,) = blots.images
    assert image.bands == ("cIAP1", "non-specific", "XIAP", "actin")
    assert image.boxes is not None
    assert image.boxes.loc[0, ["lane", "target", "x", "height"]].to_list() == [2, "XIAP", 10.0, 8.5]  # type: ignore[union-attr, index]


def test_plates_are_read(write: Write) -> None:
    (plate,) = read_study(write()).plates
    assert (plate.file, plate.assay) == ("plates/ctg.txt", "viability")
    assert plate.layout[["well", "dose", "hours"]].to_numpy().tolist()[1] == ["A2", 1.5, 72.0]


def test_a_german_export_and_a_workbook_read_as_the_plain_sheet(write: Write, texts: dict[str, str]) -> None:
    path = write("flow/samples.csv", ",10,", ",2.5,")
    plain = read_study(path).flow
    rows = [line.split(",") for line in texts["flow/samples.csv"].replace(",10,", ",2.5,").splitlines()]
    german = "\r\n".join(";".join(row).replace("2.5", "2,5") for row in rows)
    (path.parent / "flow/german.csv").write_bytes(german.encode("cp1252"))
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append([float(cell) if cell.replace(".", "").isdigit() else cell or None for cell in row])
    book.save(path.parent / "flow/book.xlsx")
    assert plain
    for name in ("german.csv", "book.xlsx"):
        path.write_text(texts["study.yaml"].replace("samples.csv", name), encoding="utf-8")
        flow = read_study(path).flow
        assert flow
        pd.testing.assert_frame_equal(flow.samples.drop(columns="place"), plain.samples.drop(columns="place"))
    assert flow
    assert flow.samples["place"].tolist()[0] == "flow/book.xlsx:Sheet!A2"


def test_every_problem_is_named_at_once(write: Write, texts: dict[str, str], problems_of: Problems) -> None:
    path = write("study.yaml", "  annexin", "  anexin")
    samples = path.parent / "flow/samples.csv"
    samples.write_text(
        texts["flow/samples.csv"].replace("cisplatin,10", "cisplatin,ten").replace("vehicle", "vehikel"),
        encoding="utf-8",
    )
    (path.parent / "blots/lanes.csv").write_text(texts["blots/lanes.csv"].replace("rep1,3", "rep1,x"), encoding="utf-8")
    found = [problem.split(": ")[0] for problem in problems_of(path)]
    assert found == ["study.yaml:8:3", "flow/samples.csv:4:4", "flow/samples.csv:3:2", "blots/lanes.csv:4:2"]


def test_thousands_of_wrong_rows_are_named_in_good_time(write: Write, problems_of: Problems) -> None:
    rows = "".join(f"flow/x{i}.fcs,treatd,,ten,,,1,\n" for i in range(3000))
    problems = problems_of(write("flow/samples.csv", "", rows))
    assert sum("(and 2999 more cells)" in problem for problem in problems) == 2
    assert len(problems) == 3002  # each file's name is its own


JUNK = (
    *("", "\t", ",", ";", ":", "\n", "'", '"', "[", "{", "}", "- ", "#", "&a ", "*a", "!", "%", "|", ">", "?", "~"),
    *("\x00", "µ", "\ufeff", "1e999", "-", "..", "/", "NaN", "true", "  ", "é", "\u2028", "\ud7ff", "<<"),
)


def refusal_of(path: Path) -> tuple[Problem, ...]:
    try:
        read_study(path)
    except StudyError as error:
        return error.problems
    return ()


def mutated(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 0, 1, 5, 40)))
        text = text[:start] + rng.choice((*JUNK, text[end : end + 30])) + text[end:]
    return text


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_written_is_read_or_refused(write: Write, texts: dict[str, str], name: str) -> None:
    rng = random.Random(name)
    path = write()
    outcomes = set()
    for _ in range(50):
        (path.parent / name).write_text(mutated(texts[name], rng), encoding="utf-8")
        problems = refusal_of(path)
        assert all(problem.remedy and problem.place for problem in problems)
        outcomes.add(bool(problems))
    assert True in outcomes


@pytest.mark.parametrize("name", NAMES)
def test_whatever_bytes_come_are_read_or_refused(write: Write, texts: dict[str, str], name: str) -> None:
    rng = random.Random(name)
    path = write()
    for _ in range(30):
        contents = bytearray(texts[name].encode())
        for _ in range(rng.randint(1, 6)):
            contents[rng.randrange(len(contents))] = rng.randrange(256)
        (path.parent / name).write_bytes(bytes(contents))
        assert all(problem.remedy for problem in refusal_of(path))
