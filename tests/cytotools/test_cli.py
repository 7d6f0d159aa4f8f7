"""The commands as a user types them: what they write, what they say, how they end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from cytotools.cli import main
from cytotools.tables import COLUMNS
from gating import read_fcs

FILES = ["gates.wsp", "gates.xml", "provenance.json", "report.html", "ro-crate-metadata.json"]
ENTRIES = sorted(["boxes", "figures", "tables", *FILES])


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def cytotools(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command in this process: the same entry point, without the start-up of a new interpreter."""

    def command(*words: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["cytotools", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return Done(int(stop.value.code or 0), said.out, said.err)

    return command


def rows(out: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(out / "tables" / f"{name}.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def analysed(small_study_original: Path) -> Path:
    """Run the program once for all tests that look at what it writes: two workers, default folder, far from here."""
    command = [sys.executable, "-m", "cytotools.cli", "run", str(small_study_original), "--workers", "2"]
    elsewhere = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run(command, capture_output=True, check=False, env=elsewhere, text=True)
    assert done.returncode == 0, done.stderr
    return small_study_original / "results"


def test_a_run_writes_everything(analysed: Path) -> None:
    assert sorted(p.name for p in analysed.iterdir()) == ENTRIES
    assert {p.stem for p in (analysed / "tables").iterdir()} == set(COLUMNS)
    for name, columns in COLUMNS.items():
        assert list(rows(analysed, name).columns[-len(columns) :]) == list(columns)
    assert len(rows(analysed, "quadrants")) == 4 * 8
    figures = {p.name for p in (analysed / "figures").iterdir()}
    assert {"quadrants_samples.svg", "blot_rep1.png", "time_course_actin.svg"} <= figures
    assert {p[:-4] for p in figures if p.endswith(".svg")} < {p[:-4] for p in figures if p.endswith(".png")}


def test_provenance_names_every_input_and_no_place(analysed: Path) -> None:
    found = json.loads((analysed / "provenance.json").read_text())
    inputs = [p for p in analysed.parent.rglob("*") if p.is_file() and analysed not in p.parents]
    assert len(found["inputs"]) == len(inputs)
    assert all(re.fullmatch("[0-9a-f]{64}", entry["sha256"]) for entry in found["inputs"])
    for name in ENTRIES:
        path = analysed / name
        assert path.is_dir() or str(analysed.parent.parent) not in path.read_text()


def test_the_same_study_gives_the_same_bytes(cytotools: Command, analysed: Path, small_study: Path) -> None:
    for path in small_study.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert cytotools("run", small_study, "--workers", "1").returncode == 0
    again = small_study / "results"
    assert written(again) == written(analysed)
    for name in written(analysed):
        assert (again / name).read_bytes() == (analysed / name).read_bytes(), name


def written(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


@pytest.mark.parametrize(("only", "absent"), [("flow", "bands"), ("blots", "quadrants")])
def test_only_some_assays(cytotools: Command, small_study: Path, tmp_path: Path, only: str, absent: str) -> None:
    assert cytotools("run", small_study, "-o", tmp_path / "out", "--only", only, "--no-figures").returncode == 0
    assert not len(rows(tmp_path / "out", absent))


def test_check_finds_no_fault_and_writes_nothing(cytotools: Command, small_study: Path) -> None:
    before = sorted(small_study.rglob("*"))
    done = cytotools("check", small_study / "study.yaml")
    assert (done.returncode, done.stdout) == (0, "study.yaml: no problem in 8 FCS files, 1 blot image.\n")
    assert sorted(small_study.rglob("*")) == before


def test_thresholds_set_by_hand_are_used(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    lines = ["channel,threshold,file", "FITC-A,1500,", "PE-A,1600,", "PE-A,9000,flow/rep1_ECA109_cisplatin_5.fcs"]
    (small_study / "flow" / "by_hand.csv").write_text("\n".join(lines))
    edit(small_study / "study.yaml", "  dye: PE-A", "  dye: PE-A\n  thresholds: flow/by_hand.csv")
    assert cytotools("run", small_study, "-o", tmp_path / "out", "--only", "flow").returncode == 0
    found = rows(tmp_path / "out", "thresholds").set_index(["file", "channel"])["threshold"]
    assert found["flow/rep1_ECA109_cisplatin_5.fcs", "PE-A"] == 9000
    assert found["flow/rep1_ECA109_cisplatin_10.fcs", "PE-A"] == 1600
    quadrants = rows(tmp_path / "out", "quadrants")
    assert (quadrants["parent_events"] == quadrants["file_events"]).all()
    assert (tmp_path / "out" / "figures" / "quadrants_samples.svg").exists()


def test_a_file_that_holds_no_gates_is_refused(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    (small_study / "gates.xml").write_text("<gates/>")
    edit(small_study / "study.yaml", "  dye: PE-A", "  dye: PE-A\n  gates: gates.xml")
    done = cytotools("run", small_study, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "expected a valid Gating-ML 2.0 file" in done.stderr


# -- bad input ----------------------------------------------------------------------------------------------------


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


WRONG = {
    "missing file": (
        "flow/samples.csv",
        "rep1_unstained.fcs",
        "rep1_unstaind.fcs",
        r"samples\.csv:2:1: .*unstained\.fcs",
    ),
    "missing column": ("flow/samples.csv", "file,role", "file,rolle", r"samples\.csv:1"),
    "unknown role": ("flow/samples.csv", ",unstained,", ",blank,", r"samples\.csv:2:2: .*unstained"),
    "no number": ("flow/samples.csv", "cisplatin,5,", "cisplatin,five,", r"samples\.csv:\d+:6: .*'five'"),
    "typo": ("study.yaml", "loading_control:", "loading_contrl:", r"study\.yaml:\d+:\d+: .*loading_control"),
    "twice": ("flow/samples.csv", "rep1_annexin_only.fcs,annexin_only", "rep1_unstained.fcs,annexin_only", "unstained"),
    "loading control": (
        "study.yaml",
        "loading_control: actin",
        "loading_control: GAPDH",
        r"study\.yaml:\d+:\d+: .*GAPDH",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "words"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_study_ends_with_2_and_writes_nothing(
    cytotools: Command, small_study: Path, tmp_path: Path, file: str, old: str, new: str, words: str
) -> None:
    edit(small_study / file, old, new)
    for command in (("run", small_study, "-o", tmp_path / "out"), ("check", small_study)):
        done = cytotools(*command)
        assert done.returncode == 2
        assert re.search(words, done.stderr), done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_channel_that_no_file_has_ends_with_2(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    edit(small_study / "study.yaml", "annexin: FITC-A", "annexin: FTIC-A")
    done = cytotools("run", small_study, "-o", tmp_path / "out", "--only", "flow")
    assert done.returncode == 2
    assert re.search(r"study\.yaml: flow \(`annexin: FTIC-A`.*FITC-A, PE-A", done.stderr), done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ("channel,threshold\nFITC-A,1500\n", r"the thresholds sheet: PE-A: .* none for 8 tubes"),
        ("channel,threshold\nFITC-A,many\nPE-A,1\n", r"by_hand\.csv:2:2: .*'many'"),
    ],
)
def test_a_thresholds_sheet_that_does_not_serve_ends_with_2(
    cytotools: Command, small_study: Path, sheet: str, words: str
) -> None:
    (small_study / "flow" / "by_hand.csv").write_text(sheet)
    edit(small_study / "study.yaml", "  dye: PE-A", "  dye: PE-A\n  thresholds: flow/by_hand.csv")
    done = cytotools("run", small_study, "--only", "flow")
    assert done.returncode == 2
    assert re.search(words, done.stderr), done.stderr


def test_one_channel_for_both_ends_with_2(cytotools: Command, small_study: Path) -> None:
    edit(small_study / "study.yaml", "  dye: PE-A", "  dye: FITC-A")
    done = cytotools("run", small_study, "--only", "flow")
    assert (done.returncode, "FITC-A twice" in done.stderr) == (2, True)


def test_swapped_control_tubes_leave_their_batch_out(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    sheet = small_study / "flow" / "samples.csv"
    text = sheet.read_text().replace(".fcs,annexin_only", ".fcs,other").replace(".fcs,dye_only", ".fcs,annexin_only")
    sheet.write_text(text.replace(".fcs,other", ".fcs,dye_only"))
    done = cytotools("run", small_study, "-o", tmp_path / "out", "--only", "flow", "--no-figures")
    assert done.returncode == 3
    assert "are swapped" in done.stderr


def test_unusable_content_ends_with_3_and_the_rest_is_done(
    cytotools: Command, small_study: Path, tmp_path: Path
) -> None:
    (small_study / "blots" / "rep1.tif").write_text("this is no image")
    (small_study / "flow" / "rep1_ECA109_cisplatin_5.fcs").write_bytes(b"FCS3.1 and then nothing")
    done = cytotools("run", small_study, "-o", tmp_path / "out", "--no-figures")
    assert done.returncode == 3
    cautions = rows(tmp_path / "out", "cautions").query("code == 'unusable_file'")
    assert set(cautions["file"]) == {"blots/rep1.tif", "flow/rep1_ECA109_cisplatin_5.fcs"}
    assert len(rows(tmp_path / "out", "quadrants")) == 4 * 7


def test_no_whole_event_is_unusable_content(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    path = small_study / "flow" / "rep1_ECA109_cisplatin_5.fcs"
    path.write_bytes(path.read_bytes()[: int(read_fcs(path).keywords["$BEGINDATA"]) + 10])
    done = cytotools("run", small_study, "-o", tmp_path / "out", "--no-figures", "--only", "flow")
    assert done.returncode == 3
    assert "rep1_ECA109_cisplatin_5.fcs" in done.stderr


def test_a_cut_file_and_missing_controls_are_cautions(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    path = small_study / "flow" / "rep1_ECA109_cisplatin_5.fcs"
    path.write_bytes(path.read_bytes()[:100_000])
    sheet = small_study / "flow" / "samples.csv"
    kept = [r for r in sheet.read_text().splitlines() if not re.search("unstained|_only|positive", r)]
    sheet.write_text("\n".join(kept))
    assert cytotools("run", small_study, "-o", tmp_path / "out", "--no-figures", "--only", "flow").returncode == 0
    assert {"truncated", "no_controls"} <= set(rows(tmp_path / "out", "cautions")["code"])


def test_more_lanes_than_the_picture_shows(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    sheet = small_study / "blots" / "lanes.csv"
    extra = "\n".join(f"rep1,{n},treated,HeLa,,Smac-N7,25,uM,6,1,25" for n in range(13, 19))
    sheet.write_text(sheet.read_text() + extra + "\n")
    done = cytotools("run", small_study, "-o", tmp_path / "out", "--no-figures", "--only", "blots")
    assert done.returncode == 3
    assert re.search("18 lanes", done.stderr), done.stderr


def test_a_folder_that_is_not_ours_is_left_alone(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.docx").write_text("years of work")
    done = cytotools("run", small_study, "-o", tmp_path / "thesis")
    assert done.returncode == 2
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["thesis.docx"]


def test_a_missing_study_and_an_unknown_assay(cytotools: Command, small_study: Path, tmp_path: Path) -> None:
    assert cytotools("run", tmp_path / "nowhere.yaml").returncode == 2
    assert cytotools("run", small_study, "--only", "flow,gels").returncode == 2
    done = cytotools("run", small_study, "--only", "plates")
    assert done.returncode == 2
    assert "plates" in done.stderr
