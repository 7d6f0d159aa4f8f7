"""The command as a user types it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cytotools.cli import main
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


def test_the_workbook_draws_the_layout(command: Command, design_file: Path, tmp_path: Path) -> None:
    assert command("design", design_file, "-o", tmp_path / "out")[0] == 0
    layout = pd.read_csv(tmp_path / "out/layouts/rep1_plate1.csv", keep_default_na=False).set_index("well")
    book = openpyxl.load_workbook(tmp_path / "out/layouts.xlsx")
    sheet = book["rep1_plate1"]
    tops = {cell.value: cell.row for cell in sheet["A"] if isinstance(cell.value, str) and len(cell.value) > 1}
    assert list(tops) == ["role", "cell_line", "compound", "dose", "dose_unit", "compound_2", "dose_2", "dose_unit_2"]
    for name, top in tops.items():
        for well, value in layout[name].items():
            row, column = top + 2 + ord(str(well)[0]) - ord("A"), 1 + int(str(well)[1:])
            found = sheet.cell(row, column).value
            assert found == (value if isinstance(found, str) else float(value)) if found is not None else value == ""
    tubes = [cell.value for row in book["rep1_plate1 tubes"]["B3:M10"] for cell in row]
    assert sum(tube is not None for tube in tubes) == (layout["role"].isin(["treated", "vehicle"])).sum()


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
        ("wells_per_dose: 2", "wells_per_dose: 24", "513 wells: 21 doses x 24 + 6 vehicle + 3 untreated"),
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
