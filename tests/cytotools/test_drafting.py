"""`cytotools init`: what it reads from the names of files, what it asks, and what it leaves alone."""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image

from benchmarks.drafted_studies import score
from benchmarks.naming_habits import HELD_OUT, LATER, SEEN
from cytotools import StudyError, read_study
from cytotools.cli import main
from cytotools.drafting.drafted_samples import FoundTube, drafted_samples
from cytotools.drafting.name_facts import name_facts
from cytotools.drafting.write_draft import write_draft
from gating import Channel, write_fcs
from gating.simulate import Tube, simulate_tube

HABITS = {**SEEN, **HELD_OUT, **LATER}
Row = dict[str, str]


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cytotools(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command in this process, and return its exit status and what it said."""

    def command(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cytotools", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    return command


def fcs_files(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_fcs(folder / name, np.ones((2, 2)), [Channel("FITC-A"), Channel("PE-A")])


def drafted(folder: Path, *names: str) -> dict[str, Row]:
    """Draft a folder with FCS files of these names and return the rows of its sheet by file."""
    fcs_files(folder, names)
    write_draft(folder)
    with (folder / "samples.csv").open(encoding="utf-8", newline="") as sheet:
        return {row["file"]: row for row in csv.DictReader(sheet)}


def rows(*names: str, **keywords: str) -> list[Row]:
    return drafted_samples([FoundTube(name, keywords) for name in names])


def agents(name: str) -> list[tuple[str, float, str]]:
    return [(agent.name, agent.dose, agent.unit) for agent in name_facts(name).agents]


def questions(name: str) -> str:
    return " ".join(question.words for question in name_facts(name).questions)


@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
def test_no_fact_of_a_habit_is_wrong(habit: str) -> None:
    assert not [fact for (fact, verdict), count in score(habit, tells=False).items() if verdict == "wrong" and count]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("TNFa 10ng:ml", [("TNF-alpha", 10, "ng/mL")]),
        ("0,5uM cisplatin", [("cisplatin", 0.5, "uM")]),
        ("cisplatin_0.5_uM", [("cisplatin", 0.5, "uM")]),
        ("cisplatin 10 \u00b5M", [("cisplatin", 10, "uM")]),
        ("BV6 500nM+TNF\u03b1 10ng/ml", [("BV6", 500, "nM"), ("TNF-alpha", 10, "ng/mL")]),
        ("10 uM cisplatin 100 nM birinapant", [("cisplatin", 10, "uM"), ("birinapant", 100, "nM")]),
        ("10 uM cisplatin + birinapant 100 nM", [("cisplatin", 10, "uM"), ("birinapant", 100, "nM")]),
        ("ECA109-cisplatin-10uM-24h", [("cisplatin", 10, "uM")]),
        ("HeLa +BV6 1uM -zVAD", [("BV6", 1, "uM")]),
    ],
)
def test_each_agent_has_its_own_dose(name: str, told: list[tuple[str, float, str]]) -> None:
    assert agents(name) == told


@pytest.mark.parametrize(
    ("name", "role", "asks"),
    [
        ("untreated unstained", "unstained", False),
        ("nur PI", "dye_only", False),
        ("PI ctrl", "dye_only", True),
        ("FMO 7AAD", "annexin_only", True),
        ("HeLa_PI_rep1", "dye_only", True),
        ("Annexin PI ctrl", "untreated", True),  # both stains: no single stain
        ("HeLa Annexin V positive", "", True),  # a gated population
        ("untreated DMSO", "untreated", True),
        ("staurosporine 1uM 4h", "positive", True),
    ],
)
def test_roles(name: str, role: str, asks: bool) -> None:
    assert name_facts(name).role == role
    assert any(question.about == "role" for question in name_facts(name).questions) == asks


def test_t24_is_a_line_or_an_hour() -> None:
    assert (name_facts("T24 cisplatin 24h").cell_line, name_facts("T24 cisplatin 24h").hours) == ("T24", 24)
    assert (name_facts("HeLa_t24_NT").cell_line, name_facts("HeLa_t24_NT").hours) == ("HeLa", 24)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("HeLa MCF7 ctrl", "Which cell line"),
        ("HeLa 2h pre 24h", "to the harvest"),
        ("HeLa t3 NT", "hours after the treatment, or a tube"),
        ("HeLa rep1 rep2", "independent experiment"),
        ("HeLa exp3 rep2", "technical"),
        ("ECA109-Smac NT", "arm"),
        ("HeLa TNF 10ng", "mean 10 ng/mL"),
        ("HeLa 5 uM", "Whose dose"),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(name: str, asked: str) -> None:
    assert asked in questions(name)


def test_a_counter_is_a_dose_or_a_replicate() -> None:
    doses = rows("HeLa cisplatin_0.fcs", "HeLa cisplatin_5.fcs", "HeLa cisplatin_10.fcs")
    assert [(row["dose"], row["replicate"]) for row in doses] == [("", ""), ("5", ""), ("10", "")]
    counted = rows("HeLa cisplatin_1.fcs", "HeLa cisplatin_2.fcs")
    assert [(row["dose"], row["replicate"]) for row in counted] == [("", "1"), ("", "2")]
    assert all("independent experiments, or doses" in row["question"] for row in counted)


def test_folders_tell_what_the_name_does_not() -> None:
    (first, second, control) = rows(
        "MCF7/exp2/cisplatin/10 uM.fcs", "MCF7/exp2/cisplatin/BV6 1 uM.fcs", "MCF7/exp2/cisplatin/DMSO.fcs"
    )
    assert [first[key] for key in ("cell_line", "compound", "dose", "replicate")] == ["MCF-7", "cisplatin", "10", "2"]
    assert second["compound"] == "BV6"
    assert "Did this tube get cisplatin too" in second["question"]
    assert (control["role"], control["compound"]) == ("vehicle", "DMSO")


def test_a_word_that_tells_nothing_is_asked_where_it_varies() -> None:
    first, second = rows("EB 7 HeLa UT hypoxia.fcs", "EB 7 HeLa UT.fcs")
    assert "What is `hypoxia`?" in first["question"]
    assert "EB" not in first["question"] + second["question"]


def test_a_short_name_is_sure_where_another_file_writes_it_in_full() -> None:
    both = rows("HeLa birinapant 1uM.fcs", "HeLa bir 2uM.fcs", "HeLa cis 2uM.fcs")
    assert [row["question"] for row in both] == ["", "", "Is `cis` cisplatin?"]


def test_rows_that_read_alike_are_asked() -> None:
    assert all("Other rows read the same" in row["question"] for row in rows("B1 DMSO.fcs", "B2 DMSO.fcs"))
    assert not any(row["question"] for row in rows("B1 unstained.fcs", "B2 unstained.fcs"))


def test_a_tube_without_a_telling_name_is_read_by_its_keywords() -> None:
    (row,) = rows("Specimen_001_Tube_003_003.fcs", **{"TUBE NAME": "HeLa PI only", "WELL ID": "C04"})
    assert (row["role"], row["cell_line"], row["well"]) == ("dye_only", "HeLa", "C4")


def test_d3_among_wells_is_a_well() -> None:
    alone, among = rows("D3 HeLa UT.fcs")[0], rows("A1 HeLa UT.fcs", "D3 HeLa UT.fcs")[1]
    assert ("days after" in alone["question"], "days after" in among["question"]) == (True, False)
    assert (alone["hours"], among["well"]) == ("", "D3")


HOSTILE = (
    "<script>alert(1)<_script> HeLa UT.fcs",
    "quote\"s and 'single' HeLa.fcs",
    "rtl \u202egnp.fcs",
    "x" * 240 + ".fcs",
    "=cmd()|calc HeLa.fcs",
    "-1+2 HeLa.fcs",
    "@SUM(A1) UT.fcs",
    "a, b; c HeLa cisplatin 5uM.fcs",
    "line\nbreak UT.fcs",
    "..\u2215x UT.fcs",
    "a..%2f..%2fetc.fcs",
    "#hash: value.fcs",
    "{a: b} - *.fcs",
    unicodedata.normalize("NFD", "HeLa ungef\u00e4rbt.fcs"),
    "Z\u00fcrich/100%.FCS",
)


def test_hostile_names_are_drafted_so_that_the_study_is_read(tmp_path: Path) -> None:
    found = drafted(tmp_path, *HOSTILE)
    assert not [file for file in found if file.startswith(("=", "+", "-", "@"))]  # no formulas for Excel
    sheet = (tmp_path / "samples.csv").read_text(encoding="utf-8")
    (tmp_path / "samples.csv").write_text(sheet.replace(".fcs,,", ".fcs,treated,").replace('.fcs",,', '.fcs",treated,'))
    (tmp_path / "study.yaml").write_text("version: 1\nflow: {samples: samples.csv}\n", encoding="utf-8")
    with pytest.raises(StudyError) as wrong:  # what is left is the empty role of 100%.FCS
        read_study(tmp_path)
    assert [problem.what for problem in wrong.value.problems] == ["role"]


@pytest.mark.parametrize("name", ["\x07bell.fcs", " leading.fcs", "back\\slash.fcs", b"latin1 \xe4.fcs"])
def test_a_name_that_no_sheet_can_hold_is_left_aside(tmp_path: Path, name: str | bytes) -> None:
    odd = name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")
    fcs_files(tmp_path, ["HeLa UT.fcs", odd])
    found, _ = write_draft(tmp_path)
    assert [tube.file for tube in found.tubes] == ["HeLa UT.fcs"]
    assert "rename it" in found.aside[0][1]


def test_what_is_no_part_of_a_study_is_left_aside(tmp_path: Path) -> None:
    fcs_files(tmp_path, ["HeLa UT rep1.fcs", "a/b/c/HeLa UT rep2.Fcs", ".hidden.fcs"])
    (tmp_path / "broken.fcs").write_bytes(b"FCS3.1    " + b"garbage" * 20)
    (tmp_path / "empty.fcs").write_bytes(b"")
    pixels = Image.fromarray(np.zeros((30, 40), dtype=np.uint8))
    maker = Image.Exif()
    maker[271] = "a telephone"
    pixels.save(tmp_path / "team.jpg", exif=maker)
    pixels.save(tmp_path / "IMG_2034.png")
    pixels.save(tmp_path / "WB cIAP1 GAPDH rep1.tif")
    notes = openpyxl.Workbook()
    notes.create_sheet("n").append(["split on Monday"])
    notes.save(tmp_path / "notes.xlsx")
    (tmp_path / "quadrants.csv").write_text("Sample,Q1,Q2,Q3,Q4\nHeLa,1,2,90,7\n")
    (tmp_path / "protocol.docx").write_bytes(b"PK\3\4" + b"0" * 60)
    found, draft = write_draft(tmp_path)
    assert [tube.file for tube in found.tubes] == ["HeLa UT rep1.fcs", "a/b/c/HeLa UT rep2.Fcs"]
    assert found.images == ("WB cIAP1 GAPDH rep1.tif",)
    assert "loading_control: GAPDH" in draft.files["study.yaml"]
    aside = dict(found.aside)
    assert list(aside)[:2] == ["broken.fcs", "empty.fcs"]  # what is damaged is told first
    assert set(aside) >= {"team.jpg", "IMG_2034.png", "notes.xlsx", "quadrants.csv", "protocol.docx"}
    assert read_study(tmp_path).flow  # blots wait as comments


def test_nothing_is_written_over(tmp_path: Path) -> None:
    fcs_files(tmp_path, ["HeLa UT.fcs"])
    (tmp_path / "study.yaml").write_text("mine")
    with pytest.raises(StudyError, match=r"study\.yaml: the draft: expected a name that is free"):
        write_draft(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["HeLa UT.fcs", "study.yaml"]
    assert (tmp_path / "study.yaml").read_text() == "mine"


def test_a_draft_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcs_files(tmp_path, ["HeLa UT.fcs"])
    plain = Path.open

    def full_disk(path: Path, mode: str = "r", **options: str) -> object:
        if path.name == "samples.csv" and mode == "x":
            raise OSError(28, "No space left on device")
        return plain(path, mode, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full_disk)
    with pytest.raises(StudyError, match="No space left"):
        write_draft(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["HeLa UT.fcs"]


@pytest.mark.parametrize("what", ["empty", "missing", "file"])
def test_a_folder_without_a_study_is_refused(tmp_path: Path, what: str) -> None:
    place = {"empty": tmp_path, "missing": tmp_path / "none", "file": tmp_path / "file"}[what]
    (tmp_path / "file").write_text("x")
    with pytest.raises(StudyError, match="the folder: expected"):
        write_draft(place)


def test_check_tells_what_to_answer_and_where(tmp_path: Path, cytotools: Command) -> None:
    drafted(tmp_path, "HeLa ctrl 24h n1.fcs", "HeLa prime 24h n1.fcs")
    code, _, told = cytotools("check", tmp_path)
    assert code == 2
    assert "samples.csv:3:2: role:" in told
    assert "The draft asks there: " in told
    assert "What is `prime`?" in told
    sheet = (tmp_path / "samples.csv").read_text(encoding="utf-8")
    (tmp_path / "samples.csv").write_text(sheet.replace("n1.fcs,,", "n1.fcs,treated,"), encoding="utf-8")
    code, told, _ = cytotools("check", tmp_path)
    assert code == 0
    assert "note: samples.csv:2:9: question: expected none that is open" in told


def test_sheets_alone_are_asked_where_nothing_else_can_be_analysed(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((30, 40), dtype=np.uint8)).save(tmp_path / "cIAP1 rep1.tif")
    write_draft(tmp_path)
    with pytest.raises(StudyError, match="How many lanes"):
        read_study(tmp_path)


def test_sheets_that_are_there_are_used(tmp_path: Path) -> None:
    fcs_files(tmp_path, ["a.fcs"])
    grid = "\n".join(",".join(["1.5"] * 12) for _ in range(8))
    (tmp_path / "samples.csv").write_text("file,role\na.fcs,treated\n")
    (tmp_path / "ctg_72h_rep2.csv").write_text(grid)
    (tmp_path / "layout.csv").write_text("well,role,cell_line\nA1,untreated,HeLa\nA2,treated,HeLa\n")
    _, draft = write_draft(tmp_path)
    assert list(draft.files) == ["study.yaml"]
    assert not draft.questions
    (plate,) = read_study(tmp_path).plates
    assert (plate.assay, set(plate.layout["replicate"]), set(plate.layout["hours"])) == ("viability", {"2"}, {72})


def test_a_folder_of_damaged_files_is_told_why(tmp_path: Path) -> None:
    (tmp_path / "a.fcs").write_bytes(b"FCS3.1")
    with pytest.raises(StudyError, match=r"none that cytotools knows \(a\.fcs: "):
        write_draft(tmp_path)


def test_plates_of_one_kind_share_a_layout(tmp_path: Path) -> None:
    grid = "\n".join(",".join(["1.5"] * 12) for _ in range(8))
    for name in ("ctg_rep1", "ctg_rep2", "matrix_ctg_rep1", "mtt_rep1", "plain"):
        (tmp_path / f"{name}.csv").write_text(grid)
    _, draft = write_draft(tmp_path)
    layouts = {name for name in draft.files if name.startswith("layout")}
    assert layouts == {"layout_viability.csv", "layout_matrix.csv", "layout_mtt.csv", "layout_plain.csv"}
    assert draft.files["layout_mtt.csv"].splitlines()[2].startswith("A2,")
    assert any("right for `plain`" in question for question in draft.questions)


def test_hundreds_of_files_keep_the_questions_few(tmp_path: Path) -> None:
    names = [f"rep{rep}/HeLa_cis_{dose}uM_24h.fcs" for rep in range(1, 41) for dose in (1, 3, 10, 30, 100)]
    fcs_files(tmp_path, names)
    _, draft = write_draft(tmp_path)
    assert draft.questions == {"Is `cis` cisplatin?": len(names)}


def test_a_well_named_folder_is_checked_and_run_at_once(tmp_path: Path, cytotools: Command) -> None:
    rng = np.random.default_rng(3)
    stained = {"unstained": (False, False), "FITC only": (True, False), "PI only": (False, True)}
    for name in (*stained, "untreated 24h", "cisplatin 5uM + birinapant 100nM 24h"):
        annexin, dye = stained.get(name, (True, True))
        parts = {"live": 0.7, "early_apoptotic": 0.15, "late_apoptotic": 0.1, "necrotic": 0.05}
        tube = Tube(parts, n_events=500, annexin_stained=annexin, dye_stained=dye)
        events = simulate_tube(tube, rng).events
        write_fcs(tmp_path / f"HeLa {name} rep1.fcs", events.values, events.channels, spillover=events.spillover)
    assert "Every name was clear." in cytotools("init", tmp_path)[1]
    assert cytotools("check", tmp_path)[0] == 0
    assert cytotools("run", tmp_path, "--only", "flow", "--no-figures", "--workers", "1")[0] == 0
    assert "HeLa" in (tmp_path / "results" / "tables" / "apoptosis.csv").read_text(encoding="utf-8")
