"""The light reader of XLSX gives what openpyxl gives."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from cytotools.errors import StudyError
from cytotools.plates.workbook_tables import tables_of_workbook
from cytotools.sheets.xlsx_cells import xlsx_sheets

VALUES: list[Any] = [
    *(1, -3, 2.5, 1e-300, 123456789012, True, False, "text", " µM ü ", "a & <b>", "line\nbreak", "=1+1", "#N/A"),
    *(
        datetime.datetime(2026, 2, 1, 13, 30),
        datetime.date(1999, 12, 31),
        datetime.time(0, 30),
        datetime.timedelta(hours=30),
    ),
]


def stored(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def same(contents: bytes) -> None:
    book = load_workbook(io.BytesIO(contents), data_only=True)
    for sheet, ours in zip(book.worksheets, xlsx_sheets(contents, "book.xlsx"), strict=True):
        theirs = {(c.row - 1, c.column - 1): c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        assert ours.title == sheet.title
        assert ours.cells == theirs
        assert {cell: type(value) for cell, value in ours.cells.items()} == {c: type(v) for c, v in theirs.items()}


def test_every_kind_of_cell() -> None:
    book = Workbook()
    for row, value in enumerate(VALUES, start=2):
        book.worksheets[0].cell(row, 1 + row % 30, value)
    book.create_sheet("second & last")["AB12"] = 7
    contents = stored(book)
    same(contents)
    assert xlsx_sheets(contents, "book.xlsx")[0].never_computed == ((12, 13),)


def test_merged_and_hidden_cells() -> None:
    book = Workbook()
    book.worksheets[0]["B2"] = "title"
    book.worksheets[0].merge_cells("B2:D3")
    book.worksheets[0]["E9"] = 1
    book.worksheets[0].column_dimensions["C"].hidden = True
    book.create_sheet("away")["A1"] = 1
    book.worksheets[1].sheet_state = "hidden"
    tables, notes = tables_of_workbook(stored(book), "book.xlsx", "")
    assert [tables[0].cell(2, 3), len(tables), len(notes)] == ["title", 1, 2]
    assert (2, 3) in tables[0].merged


def test_a_formula_never_computed_is_refused() -> None:
    book = Workbook()
    book.worksheets[0]["C4"] = "=A1"
    with pytest.raises(StudyError, match=r"book.xlsx:Sheet!C4: the cell: expected a value, got a formula"):
        tables_of_workbook(stored(book), "book.xlsx", "")


def test_two_cells_far_apart_and_a_workbook_without_its_parts_are_refused() -> None:
    book = Workbook()
    book.worksheets[0]["A1"], book.worksheets[0]["XFD1048576"] = 1, 1
    with pytest.raises(StudyError, match="at most"):
        tables_of_workbook(stored(book), "book.xlsx", "")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(StudyError, match="can't be read"):
        xlsx_sheets(file.getvalue(), "book.xlsx")


def test_real_workbooks(real_data: Path) -> None:
    for path in (real_data / "doses" / "plates").glob("*.xlsx"):
        same(path.read_bytes())
