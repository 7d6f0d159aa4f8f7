"""Layouts as people draw them, one block a property, to the tidy sheet that they mean."""

from __future__ import annotations

import io
from collections.abc import Hashable
from typing import Any

import pytest
from openpyxl import Workbook

from benchmarks.plate_exports import text, workbook
from cytotools.conditions import CONDITIONS, WELL_COLUMNS
from cytotools.errors import StudyError
from cytotools.plates import read_layout
from cytotools.sheets import tabulate

Lines = list[list[object]]

COMPOUND: Lines = [
    ["Drug"],
    ["", 1, 2, 3],
    ["A", "media only", "DMSO", "cisplatin"],
    ["B", "untreated", "DMSO", "cisplatin"],
]
DOSE: Lines = [["Concentration (µM)"], ["", 1, 2, 3], ["A", "", "", 10], ["B", "", "", "0,5"]]
LINE: Lines = [["Cell line"], ["", 1, 2, 3], ["A", *["ECA109"] * 3], ["B", *["KYSE30"] * 3]]


def wells(contents: bytes, name: str = "layout.csv") -> dict[str, dict[Hashable, Any]]:
    table = tabulate(read_layout(contents, name), (*CONDITIONS, *WELL_COLUMNS))
    assert not table.problems
    return {row["well"]: row for row in table.frame.to_dict("records")}


def refused(contents: bytes, name: str = "layout.csv") -> str:
    with pytest.raises(StudyError) as no:
        read_layout(contents, name)
    return str(no.value)


def test_blocks_one_above_the_other() -> None:
    read = wells(text([*COMPOUND, [], *DOSE, [], *LINE], ";").encode("cp1252"))
    roles = {well: row["role"] for well, row in read.items()}
    assert roles == {
        "A1": "blank",
        "A2": "vehicle",
        "A3": "treated",
        "B1": "untreated",
        "B2": "vehicle",
        "B3": "treated",
    }
    assert (read["B3"]["compound"], read["B3"]["dose"], read["B3"]["dose_unit"]) == ("cisplatin", 0.5, "uM")
    assert (read["A2"]["compound"], read["A2"]["cell_line"]) == ("DMSO", "ECA109")


def test_blocks_on_sheets_named_by_their_property() -> None:
    dose: Lines = [*DOSE[1:3], ["B", "", "", 0.5]]
    sheets = (("compound", COMPOUND[1:]), ("dose uM", dose), ("cell_line", LINE[1:]))
    read = wells(workbook(*sheets), "layout.xlsx")
    assert (read["A3"]["dose"], read["B3"]["dose"], read["B3"]["dose_unit"]) == (10, 0.5, "uM")


def test_one_plate_of_words() -> None:
    lines: Lines = [
        ["", 1, 2, 3],
        ["A", "blank", "cisplatin 10 uM", "cisplatin 10 uM + Smac-N7 5 nM"],
        ["B", "DMSO 0.1%", "", "UC"],
    ]
    read = wells(text(lines, "\t").encode())
    assert (read["A3"]["compound_2"], read["A3"]["dose_2"], read["A3"]["dose_unit_2"]) == ("Smac-N7", 5, "nM")
    assert [read[well]["role"] for well in ("A1", "A2", "B1", "B3")] == ["blank", "treated", "vehicle", "untreated"]
    assert "B2" not in read


def test_two_plates_share_what_is_drawn_once() -> None:
    lines: Lines = [["Plate 1"], *COMPOUND, [], ["Plate 2"], *COMPOUND, [], *LINE]
    frame = tabulate(read_layout(text(lines).encode(), "layout.csv"), (*CONDITIONS, *WELL_COLUMNS)).frame
    assert list(frame["plate"]) == ["Plate 1"] * 6 + ["Plate 2"] * 6
    assert list(frame["cell_line"]) == (["ECA109"] * 3 + ["KYSE30"] * 3) * 2


def test_a_drawn_and_a_tidy_sheet_are_joined_by_well() -> None:
    tidy: Lines = [["well", "role", "replicate"], ["A1", "blank", 1], ["a02", "vehicle", 1], ["A3", "treated", 2]]
    read = wells(workbook(("layout", tidy), ("compound", COMPOUND[1:])), "layout.xlsx")
    assert (read["A3"]["compound"], read["A3"]["replicate"]) == ("cisplatin", "2")
    tidy[2][1] = "treated"
    said = refused(workbook(("layout", tidy), ("compound", COMPOUND[1:])), "layout.xlsx")
    assert said.startswith("layout.xlsx:layout!B3: role of well A2: expected 'vehicle' as in layout.xlsx:compound!C2")


def test_a_tidy_sheet_is_read_as_ever() -> None:
    assert wells(b"well,role\nA1,blank\n")["A1"]["role"] == "blank"


def test_every_problem_is_named_by_its_cell() -> None:
    assert "layout.csv:7:1: the block" in refused(text([*COMPOUND, [], ["Potion"], *DOSE[1:]]).encode())
    zero: Lines = [*COMPOUND, [], *DOSE[:2], ["A", "", "", 0], ["B", "", "", 1]]
    assert "layout.csv:8:4: role of well A3: expected the role of a well without drug" in refused(text(zero).encode())
    table = tabulate(
        read_layout(text([*COMPOUND, [], *DOSE[:2], ["A", "", "", "ten"]]).encode(), "layout.csv"), CONDITIONS
    )
    assert [problem.place for problem in table.problems] == ["layout.csv:8:4"]


def test_measured_blocks_beside_the_layout_are_no_properties() -> None:
    lines: Lines = [["Absorbance 570 nm"], ["", 1, 2, 3], ["A", 1, 2, 3], ["B", 1, 2, 3], [], *COMPOUND]
    assert wells(text(lines).encode())["A3"]["compound"] == "cisplatin"


def test_titles_merged_over_their_blocks_count_once() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    blocks: list[tuple[Lines, int]] = [(COMPOUND, 4), ([["Dose (µM)"], *DOSE[1:]], 3), ([["Zelllinie"], *LINE[1:]], 2)]
    for block, width in blocks:
        for line in block:
            sheet.append([None if cell == "" else cell for cell in line])
        top = sheet.max_row - len(block) + 1
        sheet.merge_cells(start_row=top, end_row=top, start_column=1, end_column=width)
        sheet.append(["-"])
        sheet.cell(sheet.max_row, 1).value = None
    stored = io.BytesIO()
    book.save(stored)
    read = wells(stored.getvalue(), "layout.xlsx")
    assert (read["A3"]["compound"], read["A3"]["dose"], read["A3"]["dose_unit"]) == ("cisplatin", 10, "uM")
    assert read["B3"]["cell_line"] == "KYSE30"
