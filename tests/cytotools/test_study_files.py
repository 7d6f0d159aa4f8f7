"""From a study folder to a Study: what is kept, and every refusal with its words and its place."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cytotools.errors import Problem, StudyError
from cytotools.study import Reference
from cytotools.study_files import read_study

YAML = """\
version: 1
title: A small study
control: vehicle
compounds:
  cisplatin: {molar_mass: 300.05, vehicle: saline, class: platinum}
flow:
  samples: flow/samples.csv
  annexin: FITC-A
  cell_line: ECA109
  thresholds: flow/thresholds.csv
  gates: gates.xml
blots:
  lanes: blots/lanes.csv
  loading_control: actin
  kda: {XIAP: 53}
  images:
    - file: blots/rep1.tif
      membrane: rep1
      bands: [cIAP1, non-specific, XIAP, actin]
      boxes: blots/boxes.csv
      replicate: 1
plates:
  - file: plates/ctg.txt
    assay: viability
    layout: plates/layout.csv
    hours: 72
    replicate: 1
"""
SAMPLES = """\
file,role,compound,dose,dose_unit,hours,replicate,flask
flow/a.fcs,unstained,,,,,1,x
flow/b.fcs,vehicle,saline,0,,24,1,y
flow/c.fcs,treated,cisplatin,10,µM,24,1,z
"""
LANES = """\
membrane,lane,role,hours,compound
rep1,1,ladder,,
rep1,2,untreated,0,
rep1,3,treated,6,Smac
rep1,4,treated,24,Smac
"""
BOXES = "lane,target,x,y,width,height\n2,XIAP,10,20,30,8.5\n3,,0,0,30,80\n"
LAYOUT = "well;role;dose;dose_unit;compound\na01;untreated;;;\nA2;treated;1,5;uM;cisplatin\n"
THRESHOLDS = "batch,cell_line,file,channel,threshold\n1,ECA109,,FITC-A,900\n1,ECA109,c.fcs,PE-A,-20.5\n"
FILES = {
    "study.yaml": YAML,
    "flow/samples.csv": SAMPLES,
    "flow/thresholds.csv": THRESHOLDS,
    "blots/lanes.csv": LANES,
    "blots/boxes.csv": BOXES,
    "plates/layout.csv": LAYOUT,
}
EMPTY = ("flow/a.fcs", "flow/b.fcs", "flow/c.fcs", "blots/rep1.tif", "plates/ctg.txt", "gates.xml")
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the small study, with one text of one file replaced by another."""

    def write_study(name: str = "study.yaml", old: str = "", new: str = "") -> Path:
        for file in (*FILES, *EMPTY):
            (tmp_path / file).parent.mkdir(exist_ok=True)
            (tmp_path / file).write_text(FILES.get(file, ""), encoding="utf-8")
        assert old in FILES[name]
        (tmp_path / name).write_text(FILES[name].replace(old, new, 1) if old else FILES[name] + new, encoding="utf-8")
        return tmp_path / "study.yaml"

    return write_study


def problems_of(path: Path) -> list[str]:
    with pytest.raises(StudyError) as refusal:
        read_study(path)
    return [str(problem) for problem in refusal.value.problems]


def test_a_sound_study_is_read(write: Write) -> None:
    study = read_study(write())
    assert (study.title, study.control, study.notes) == ("A small study", "vehicle", ())
    assert study.compounds["cisplatin"].drug_class == "platinum"
    assert study.inputs == tuple(sorted((*FILES, *EMPTY)))
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


def test_a_german_export_and_a_workbook_read_as_the_plain_sheet(write: Write) -> None:
    path = write("flow/samples.csv", ",10,", ",2.5,")
    plain = read_study(path).flow
    rows = [line.split(",") for line in SAMPLES.replace(",10,", ",2.5,").splitlines()]
    german = "\r\n".join(";".join(row).replace("2.5", "2,5") for row in rows)
    (path.parent / "flow/german.csv").write_bytes(german.encode("cp1252"))
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append([float(cell) if cell.replace(".", "").isdigit() else cell or None for cell in row])
    book.save(path.parent / "flow/book.xlsx")
    assert plain
    for name in ("german.csv", "book.xlsx"):
        path.write_text(YAML.replace("samples.csv", name), encoding="utf-8")
        flow = read_study(path).flow
        assert flow
        pd.testing.assert_frame_equal(flow.samples.drop(columns="place"), plain.samples.drop(columns="place"))
    assert flow
    assert flow.samples["place"].tolist()[0] == "flow/book.xlsx:Sheet!A2"


def test_a_folder_is_a_study_where_it_holds_one(write: Write) -> None:
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


def test_two_files_of_one_name_are_not_guessed(write: Write) -> None:
    path = write("flow/samples.csv", "flow/b.fcs", "b.fcs")
    read_study(path)
    (path.parent / "b.fcs").touch()
    assert "a name that means one file, got 'b.fcs'. Both b.fcs and flow/b.fcs exist" in problems_of(path)[0]


WRONG_STUDY = [
    ("title: A", "titel: A", "study.yaml:2:1: titel: .* Did you mean `title`?"),
    ("  annexin:", "  anexin:", "study.yaml:8:3: flow.anexin: .* Did you mean `annexin`?"),
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
    ("hours: 72", "hours: 72 h", "study.yaml:26:5: .*hours: expected a number, got '72 h'"),
    ("gates.xml", "gates.fcs", "study.yaml:11:3: gates: expected a file that exists"),
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


@pytest.mark.parametrize(("old", "new", "words"), WRONG_STUDY)
def test_what_is_wrong_in_the_study_file_is_named(write: Write, old: str, new: str, words: str) -> None:
    (problem,) = problems_of(write("study.yaml", old, new))
    assert re.match(words, problem) or re.search(words, problem), problem


WRONG_SHEETS = [
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
        "flow/samples.csv:4:4: dose_unit: expected the dose's unit, got a dose of 10 without one",
    ),
    ("flow/samples.csv", "24,1,y", "-24,1,y", "flow/samples.csv:3:6: hours: expected a number of 0 or more"),
    ("flow/samples.csv", "y\n", "y,extra\n", "flow/samples.csv:3: the row: expected 8 cells"),
    ("flow/samples.csv", SAMPLES, "file,role\n", "flow/samples.csv:1: the sheet: expected at least one row"),
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


@pytest.mark.parametrize(("name", "old", "new", "words"), WRONG_SHEETS)
def test_what_is_wrong_in_a_sheet_is_named(write: Write, name: str, old: str, new: str, words: str) -> None:
    problems = problems_of(write(name, old, new))
    assert re.match(words, problems[0]), problems
    # a file that is missing may be missed by the thresholds sheet too
    assert len(problems) == 1 or name == "flow/samples.csv"


def test_a_lane_that_disagrees_with_its_image_is_named(write: Write) -> None:
    path = write()
    (path.parent / "blots/lanes.csv").write_text(
        "membrane,lane,role,hours,replicate\nrep1,1,untreated,0,2\nrep1,3,treated,1,1\n"
    )
    expected = "blots/lanes.csv:2:5: replicate: expected '1', which study.yaml:21:7 gives for the membrane, got '2'"
    assert problems_of(path)[0].startswith(expected)


def test_every_problem_is_named_at_once(write: Write) -> None:
    path = write("study.yaml", "  annexin", "  anexin")
    samples = path.parent / "flow/samples.csv"
    samples.write_text(SAMPLES.replace("cisplatin,10", "cisplatin,ten").replace("vehicle", "vehikel"), encoding="utf-8")
    (path.parent / "blots/lanes.csv").write_text(LANES.replace("rep1,3", "rep1,x"), encoding="utf-8")
    found = [problem.split(": ")[0] for problem in problems_of(path)]
    assert found == ["study.yaml:8:3", "flow/samples.csv:4:4", "flow/samples.csv:3:2", "blots/lanes.csv:4:2"]


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
def test_a_file_that_is_no_study_is_refused(tmp_path: Path, contents: bytes, words: str) -> None:
    (tmp_path / "study.yaml").write_bytes(contents)
    (problem,) = problems_of(tmp_path)
    assert problem.startswith(words)


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
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


def notes_of(path: Path) -> str:
    return "\n".join(map(str, read_study(path).notes))


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("flow/samples.csv", "24,1,z", "24,,z", "flow/samples.csv:4:7: replicate: .* got 1 treated rows without one"),
        ("flow/samples.csv", "dose_unit,hours", "dose_unit,hour", "flow/samples.csv:1:6: hour: .* Rename it `hours`"),
        ("flow/samples.csv", "cisplatin,10", "Saline,10", "one spelling, got 'saline' and 'Saline'"),
        ("blots/lanes.csv", "untreated,0", "untreated,", "got 1 control lanes without hours"),
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
def test_what_can_be_answered_is_noted(write: Write, name: str, old: str, new: str, words: str) -> None:
    assert re.search(words, notes_of(write(name, old, new)))


def test_an_excluded_lane_needs_no_hours(write: Write) -> None:
    header, *rows = LANES.splitlines()
    rows = [row + ("," if "24" not in row else ",torn") for row in rows]
    rows[-1] = rows[-1].replace("24", "")
    path = write()
    (path.parent / "blots/lanes.csv").write_text("\n".join([header + ",exclude", *rows]))
    blots = read_study(path).blots
    assert blots
    assert blots.lanes["exclude"].tolist() == ["", "", "", "torn"]


def test_a_band_measured_twice_in_the_same_pixels_is_refused(write: Write) -> None:
    again = "    - {file: blots/rep1.tif, membrane: rep1, bands: [XIAP]}\nplates:"
    (problem,) = problems_of(write("study.yaml", "plates:", again))
    assert problem.startswith(
        "study.yaml:22:7: images[2]: expected each band of an image once, got XIAP in blots/rep1.tif"
    )
    read_study(write("study.yaml", "plates:", again.replace("[XIAP]", "[XIAP], page: 1")))


def test_thousands_of_wrong_rows_are_named_in_good_time(write: Write) -> None:
    rows = "".join(f"flow/x{i}.fcs,treatd,,ten,,,1,\n" for i in range(3000))
    assert len(problems_of(write("flow/samples.csv", "", rows))) == 9000


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


@pytest.mark.parametrize("name", FILES)
def test_whatever_is_written_is_read_or_refused(write: Write, name: str) -> None:
    rng = random.Random(name)
    path = write()
    outcomes = set()
    for _ in range(50):
        (path.parent / name).write_text(mutated(FILES[name], rng), encoding="utf-8")
        problems = refusal_of(path)
        assert all(problem.remedy and problem.place for problem in problems)
        outcomes.add(bool(problems))
    assert True in outcomes


@pytest.mark.parametrize("name", FILES)
def test_whatever_bytes_come_are_read_or_refused(write: Write, name: str) -> None:
    rng = random.Random(name)
    path = write()
    for _ in range(30):
        contents = bytearray(FILES[name].encode())
        for _ in range(rng.randint(1, 6)):
            contents[rng.randrange(len(contents))] = rng.randrange(256)
        (path.parent / name).write_bytes(bytes(contents))
        assert all(problem.remedy for problem in refusal_of(path))
