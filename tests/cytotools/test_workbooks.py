"""Workbooks: their cells and places, the sheet that is meant, and what Excel may hide in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cytotools.errors import StudyError
from cytotools.sheets import Sheet, read_sheet


def workbook(fill: Callable[[Worksheet], object], **sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    fill(sheet)
    for title, rows in sheets.items():
        other = book.create_sheet(title)
        for row in rows:
            other.append(row)
    contents = io.BytesIO()
    book.save(contents)
    return contents.getvalue()


def rows_of(*rows: list[object]) -> Callable[[Worksheet], object]:
    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(row)

    return fill


def cells(sheet: Sheet) -> list[tuple[object, ...]]:
    return [sheet.header.values, *(row.values for row in sheet.rows)]


def test_a_workbook_gives_its_cells_and_their_places() -> None:
    sheet = read_sheet(workbook(rows_of(["file", "dose", "day"], [], ["a", 1.5, 3], ["b", None, None])), "flow/s.xlsx")
    assert cells(sheet) == [("file", "dose", "day"), ("a", 1.5, 3), ("b", None, None)]
    assert sheet.place(sheet.rows[0].line, 1) == "flow/s.xlsx:Sheet!B3"
    assert sheet.place(3, 27) == "flow/s.xlsx:Sheet!AB3"


def test_the_sheet_of_the_blocks_name_is_read_else_the_first_with_a_note() -> None:
    contents = workbook(rows_of(["first"], [1]), Samples=[["second"], [2]])
    assert read_sheet(contents, "s.xlsx", "samples").header.values == ("second",)
    other = read_sheet(contents, "s.xlsx", "lanes")
    assert other.header.values == ("first",)
    assert "2 sheets with data, of which the first, 'Sheet', is read" in str(other.notes[0])


def test_a_hidden_sheet_is_passed_over_and_hidden_rows_are_noted() -> None:
    def fill(sheet: Worksheet) -> None:
        rows_of(["file"], ["a"], ["b"])(sheet)
        sheet.row_dimensions[3].hidden = True
        assert sheet.parent
        sheet.parent.create_sheet("old", 0).append(["hidden"])
        sheet.parent["old"].sheet_state = "hidden"

    sheet = read_sheet(workbook(fill), "s.xlsx")
    assert sheet.header.values == ("file",)
    assert "1 hidden rows, which are read too" in str(sheet.notes[0])


def test_merged_cells_are_refused() -> None:
    def fill(sheet: Worksheet) -> None:
        rows_of(["My experiment", None], ["file", "arm"], ["a", "x"], ["b", None])(sheet)
        sheet.merge_cells("A1:B1")
        sheet.merge_cells("B3:B4")

    with pytest.raises(StudyError, match=r"s.xlsx:Sheet!A1: .* merged cells A1:B1. Unmerge") as refusal:
        read_sheet(workbook(fill), "s.xlsx")
    assert {problem.place for problem in refusal.value.problems} == {"s.xlsx:Sheet!A1", "s.xlsx:Sheet!B3"}


def test_a_formula_without_a_value_is_refused() -> None:
    with pytest.raises(StudyError, match=r"s.xlsx:Sheet!B2: the cell: expected a value, got a formula never computed"):
        read_sheet(workbook(rows_of(["file", "dose"], ["a", "=1+1"])), "s.xlsx")


def test_a_workbook_that_grows_or_names_entities_is_refused() -> None:
    for part, words in ((b"0" * 21_000_000, "more than 20 MB inside"), (b"<!DOCTYPE x>", "can't be opened")):
        contents = io.BytesIO()
        with zipfile.ZipFile(contents, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", part)
        with pytest.raises(StudyError, match=words):
            read_sheet(contents.getvalue(), "s.xlsx")


@pytest.mark.parametrize("cut", range(0, 5000, 250))
def test_a_damaged_workbook_is_refused(cut: int) -> None:
    contents = workbook(rows_of(["file", "dose"], ["a", 1]))
    damaged = contents[:cut] + b"\xff\x00\xff" + contents[cut + 3 :]
    try:
        read_sheet(damaged, "s.xlsx")
    except StudyError as error:
        assert "s.xlsx" in str(error)  # noqa: PT017 (a byte of padding may also go unseen)
