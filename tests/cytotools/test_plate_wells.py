"""Exports joined with layouts: every well where it belongs, and what the two do not share named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.plate_exports import workbook
from cytotools import StudyError, analyse, read_study
from cytotools.plate_wells import StudyWells, read_wells
from cytotools.tables import rows_of

GRID = "Absorbance {nm}\n,1,2,3\nA,{a}\nB,{b}\n\n"


def study(folder: Path, export: str, layout: str, entry: str = "assay: mtt") -> StudyWells:
    (folder / "plate.csv").write_text(export)
    (folder / "layout.csv").write_text(layout)
    text = f"version: 1\nplates:\n  - {{file: plate.csv, layout: layout.csv, {entry}}}\n"
    (folder / "study.yaml").write_text(text)
    return read_wells(read_study(folder))


def grid(nm: int, a: str, b: str) -> str:
    return GRID.format(nm=nm, a=a, b=b)


def by_well(found: StudyWells) -> dict[str, dict[str, Any]]:
    return {row["well"]: row for row in rows_of(found.wells)}


LAYOUT = "well,role\na1,blank\nA02,untreated\nA3,untreated\nB1,blank\nB2,untreated\nB3,untreated\n"


def test_wells_hold_signal_and_reference_of_their_own(tmp_path: Path) -> None:
    export = grid(570, "0.1,0.9,0.8", "0.1,0.7,0.6") + grid(630, "0.01,0.02,0.03", "0.04,0.05,0.06")
    wells = by_well(study(tmp_path, export, LAYOUT, "assay: mtt, reference_nm: 630"))
    assert [wells["A2"][name] for name in ("signal", "reference_signal", "plate")] == [0.9, 0.02, "plate"]
    assert [wells["B3"][name] for name in ("signal", "reference_signal", "plate")] == [0.6, 0.06, "plate"]


def test_of_two_reads_the_usual_one_is_taken_and_said(tmp_path: Path) -> None:
    export = grid(570, "0.1,0.9,0.8", "0.1,0.7,0.6") + grid(630, "0.01,0.02,0.03", "0.04,0.05,0.06")
    found = study(tmp_path, export, LAYOUT)
    assert found.wells["signal"].tolist()[:2] == [0.1, 0.9]
    assert any("570" in entry.caution for entry in found.entries)


def test_of_two_reads_alike_none_is_guessed(tmp_path: Path) -> None:
    export = grid(450, "0.1,0.9,0.8", "0.1,0.7,0.6") + grid(540, "0.01,0.02,0.03", "0.04,0.05,0.06")
    found = study(tmp_path, export, LAYOUT, "assay: viability")
    assert len(found.wells) == 0
    assert [entry.severity for entry in found.entries] == ["refused"]
    assert "read:" in found.entries[0].remedy


@pytest.mark.parametrize("read", ["570", "'570'"])
def test_a_read_can_be_named(tmp_path: Path, read: str) -> None:
    export = grid(450, "0.1,0.9,0.8", "0.1,0.7,0.6") + grid(570, "0.01,0.02,0.03", "0.04,0.05,0.06")
    found = study(tmp_path, export, LAYOUT, f"assay: viability, read: {read}")
    assert found.wells["signal"].tolist()[1] == 0.02


def test_what_layout_and_file_do_not_share_is_named_by_well(tmp_path: Path) -> None:
    layout = LAYOUT.replace("B3,untreated\n", "C5,treated\n")
    found = study(tmp_path, "MTT 570\n,1,2,3,4\nA,0.1,0.9,0.8,0.7\nB,0.1,0.7,0.6,0.6\n", layout)
    words = " ".join(entry.caution for entry in found.entries)
    assert "C5" in words
    assert "B3" in words
    assert pd.isna(by_well(found)["C5"]["signal"])


def test_a_layout_beyond_the_plate_refuses_the_file(tmp_path: Path) -> None:
    found = study(tmp_path, grid(570, "0.1,0.9,0.8", "0.1,0.7,0.6"), LAYOUT + "P24,treated\n")
    assert [entry.severity for entry in found.entries] == ["refused"]
    assert "P24 (layout.csv:8)" in found.entries[0].caution


def test_words_of_the_reader_are_kept(tmp_path: Path) -> None:
    well = by_well(study(tmp_path, grid(570, "0.1,OVRFLW,0.8", "0.1,0.7,0.6"), LAYOUT))["A2"]
    assert well["said"] == "OVRFLW"
    assert pd.isna(well["signal"])


def test_units_that_do_not_meet_are_a_problem_of_the_sheet(tmp_path: Path) -> None:
    layout = "well,role,compound,dose,dose_unit\nA1,treated,cisplatin,1,uM\nA2,treated,cisplatin,1,ug/mL\n"
    with pytest.raises(StudyError, match="molar mass") as caught:
        study(tmp_path, grid(570, "0.1,0.9,0.8", "0.1,0.7,0.6"), layout)
    assert caught.value.problems[0].place == "layout.csv:3:5"


def test_a_drawn_layout_serves(tmp_path: Path) -> None:
    compounds = "Compound\n,1,2,3\nA,blank,untreated,cisplatin\nB,blank,untreated,cisplatin\n"
    layout = f"{compounds}\nDose (uM)\n,1,2,3\nA,,,5\nB,,,10\n"
    well = by_well(study(tmp_path, grid(570, "0.1,0.9,0.8", "0.1,0.7,0.6"), layout))["B3"]
    assert [well[name] for name in ("role", "compound", "dose", "signal")] == ["treated", "cisplatin", 10.0, 0.6]


@pytest.mark.parametrize(
    ("rows", "place", "expected"),
    [
        ("A1,standard,,\nA2,standard,10,pg/mL\n", "layout.csv:2:3", "the concentration of a standard"),
        ("A1,standard,0,\nA2,standard,10,pg/mL\nA3,standard,1,ng/mL\n", "layout.csv:4:4", "one unit of all standards"),
        ("A1,untreated,,\n", "layout.csv:1", "wells with standards"),
    ],
)
def test_standards_are_checked_before_anything_is_read(tmp_path: Path, rows: str, place: str, expected: str) -> None:
    with pytest.raises(StudyError) as caught:
        study(tmp_path, grid(450, "0.1,0.9,0.8", "0.1,0.7,0.6"), f"well,role,dose,dose_unit\n{rows}", "assay: elisa")
    assert [(p.place, p.expected) for p in caught.value.problems] == [(place, expected)]


KINETIC = "Time\tT° Luminescence\tA1\tA2\tA3\tB1\tB2\tB3\n" + "".join(
    f"{clock}\t37.0\t1{n}\t2{n}\t3{n}\t4{n}\t5{n}\t6{n}\n" for n, clock in enumerate(("0:00:00", "0:20:00", "0:30:00"))
)


@pytest.mark.parametrize("read", ["Luminescence at 0.5 h", "0.5 h", "0:30:00", "30 min"])
def test_a_time_of_a_kinetic_read_can_be_named(tmp_path: Path, read: str) -> None:
    wells = by_well(study(tmp_path, KINETIC, LAYOUT, f"assay: viability, read: '{read}'"))
    assert [wells[well]["signal"] for well in ("A1", "B3")] == [12, 62]


def test_what_to_type_for_a_kinetic_read_is_said_as_it_works(tmp_path: Path) -> None:
    entry = study(tmp_path, KINETIC, LAYOUT, "assay: viability").entries[0]
    assert "Luminescence at 0.333333 h" in entry.caution
    wells = by_well(study(tmp_path, KINETIC, LAYOUT, "assay: viability, read: Luminescence at 0.333333 h"))
    assert wells["A2"]["signal"] == 21


def test_sheets_that_are_no_plates_of_the_layout_are_to_be_named(tmp_path: Path) -> None:
    drawn: list[list[object]] = [["", 1, 2, 3], ["A", 1, 2, 3], ["B", 4, 5, 6]]
    (tmp_path / "plate.xlsx").write_bytes(workbook(("Normalised", drawn), ("Raw", drawn)))
    (tmp_path / "layout.csv").write_text(LAYOUT)
    entry = "  - {file: plate.xlsx, layout: layout.csv, assay: viability}"
    (tmp_path / "study.yaml").write_text(f"version: 1\nplates:\n{entry}\n")
    assert "`sheet: Raw`" in read_wells(read_study(tmp_path)).entries[0].remedy


def test_an_assay_may_be_asked_for_by_a_single_name(tmp_path: Path) -> None:
    study(tmp_path, grid(570, "0.1,0.9,0.8", "0.1,0.7,0.6"), LAYOUT)
    assert analyse(read_study(tmp_path), only="plates").assays == ("plates",)
    with pytest.raises(StudyError, match="got --only banana"):
        analyse(read_study(tmp_path), only="banana")
