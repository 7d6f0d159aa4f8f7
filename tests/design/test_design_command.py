"""The command as a user types it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cytotools.cli import main
from cytotools.design.experiment import Design
from cytotools.design.layout_workbook import layout_workbook
from cytotools.design.layouts import filled_columns, layout_rows, plate_layouts
from cytotools.plates.layout_grids import read_layout
from cytotools.study_files import read_study

Command = Callable[..., tuple[int, str, str]]


SMALL = """\
version: 1
cell_lines: [ECA109]
compounds: {birinapant: {stock: 10 mM, vehicle: DMSO, doses: [1 uM]}}
"""


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def run(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cytotools", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    return run


def test_a_design_becomes_a_study(command: Command, design_file: Path, tmp_path: Path) -> None:
    status, said, _ = command("design", design_file, "-o", tmp_path / "out")
    assert status == 0
    assert "birinapant + cisplatin" in said
    assert "0.1 % DMSO, 6.97 % saline" not in said  # the highest cisplatin is 77 uM here: 2.4 %
    study = read_study(tmp_path / "out")  # what `cytotools check` does
    assert len(study.plates) == 6
    layout = study.plates[0].layout
    assert set(layout["role"]) == {"blank", "empty", "treated", "untreated", "vehicle"}
    assert layout.loc[layout["role"] == "treated", "dose"].gt(0).all()
    assert study.compounds["cisplatin"].molar_mass == 300.05
    assert study.compounds["cisplatin"].vehicle == "saline"
    assert len({plate.layout["batch"].iloc[0] for plate in study.plates}) == 6


def test_the_drawn_layout_says_what_the_listed_one_says(design: Callable[..., Design]) -> None:
    for layout in plate_layouts(design(replicates=1, compound_only=2)):
        names = [name for name in filled_columns([layout]) if name not in ("well", "replicate", "exclude")]
        sheet = read_layout(layout_workbook(layout, names), "rep1.xlsx")
        drawn = {
            str(row.values[0]): dict(zip(sheet.header.values[1:], row.values[1:], strict=True)) for row in sheet.rows
        }
        for row in layout_rows(layout):
            found = drawn[str(row["well"])]
            assert {name: found[name] or "" for name in names} == {name: row[name] for name in names}


def test_the_tubes_are_drawn_by_well(command: Command, design_file: Path, tmp_path: Path) -> None:
    design_file.write_text(SMALL)
    assert command("design", design_file, "-o", tmp_path / "out")[0] == 0
    layout = pd.read_csv(tmp_path / "out/layouts/rep1.csv", keep_default_na=False).set_index("well")
    book = openpyxl.load_workbook(tmp_path / "out/tubes.xlsx")
    tubes = [[cell.value for cell in row] for row in book["rep1"]["B3:M10"]]
    roles = {1: "vehicle", 2: "treated"}
    for well, role in layout["role"].items():
        tube = tubes[ord(str(well)[0]) - ord("A")][int(str(well)[1:]) - 1]
        assert roles.get(tube, "") == (role if role in roles.values() else "")


def test_a_design_that_was_worked_in_is_not_replaced(command: Command, design_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    design_file.write_text(SMALL)
    assert command("design", design_file, "-o", out)[0] == 0
    assert command("design", design_file, "-o", out)[0] == 0
    plate = out / "plates" / "rep1.csv"
    plate.write_text("the export of a reader")
    status, _, problem = command("design", design_file, "-o", out)
    assert status == 2
    assert "plates/rep1.csv was changed" in problem
    assert plate.read_text() == "the export of a reader"


def test_other_files_are_not_replaced(command: Command, design_file: Path, tmp_path: Path) -> None:
    status, _, problem = command("design", design_file, "-o", tmp_path)
    assert status == 2
    assert "a folder with other files" in problem
    assert [path.name for path in tmp_path.iterdir()] == ["design.yaml"]


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("vehicle: saline", "vehicle: DMSO", "compounds.cisplatin.vehicle"),
        (
            "wells_per_dose: 2",
            "wells_per_dose: 24",
            "design.yaml:5:1: birinapant, cisplatin, birinapant + cisplatin (on one plate",
        ),
    ],
)
def test_a_wrong_design_writes_nothing(
    command: Command, design_file: Path, tmp_path: Path, right: str, wrong: str, words: str
) -> None:
    design_file.write_text(design_file.read_text().replace(right, wrong))
    status, _, problem = command("design", design_file, "-o", tmp_path / "out")
    assert status == 2
    assert words in problem
    assert not (tmp_path / "out").exists()
