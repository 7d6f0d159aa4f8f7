"""Sheets in every dialect of a bench computer, and each refusal with its place."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from cytotools.conditions import CONDITIONS, Column, at_least_zero, label, text
from cytotools.errors import StudyError
from cytotools.sheets import Given, Sheet, read_sheet, tabulate

COLUMNS = (Column("file", text, required=True), Column("dose", at_least_zero, float("nan")), Column("replicate", label))


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_dialect_gives_the_same_cells(encoding: str, end: str, delimiter: str) -> None:
    rows = [["file", "arm", "dose_unit"], ["a.fcs", "größer", "µM"], ["b.fcs", "", "nM"]]
    contents = end.join(delimiter.join(row) for row in rows).encode(encoding)
    assert cells(read_sheet(contents, "s.csv")) == [tuple(row) for row in rows]


@given(
    st.lists(
        st.tuples(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), st.text('a,;\t"\n ')), min_size=1
    ),
    st.sampled_from(",;\t"),
)
def test_what_python_writes_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows([("one", "two"), *rows])
    found = read_sheet(written.getvalue().encode(), "s.csv").rows
    assert [row.values for row in found] == [row for row in rows if row[0].strip() or row[1].strip()]


def test_lines_are_counted_through_quoted_newlines_and_blank_rows() -> None:
    sheet = read_sheet(b'file,note\r\n\r\na,"two\r\nlines"\r\n,\r\nb,x\r\n', "flow/samples.csv")
    assert [sheet.place(row.line, 1) for row in sheet.rows] == ["flow/samples.csv:3:2", "flow/samples.csv:6:2"]


def test_excel_may_say_its_delimiter() -> None:
    assert cells(read_sheet(b"sep=;\nfile;a,b,c\nx;1\n", "s.csv")) == [("file", "a,b,c"), ("x", "1")]


def test_windows_text_is_read_and_noted() -> None:
    (note,) = read_sheet("file;dose_unit\na;µM\n".encode("cp1252"), "s.csv").notes
    assert "read as Windows-1252" in str(note)
    assert read_sheet("file;dose_unit\na;µM\n".encode(), "s.csv").notes == ()


@pytest.mark.parametrize(
    ("contents", "name", "words"),
    [
        (b"", "s.csv", "s.csv: the sheet: expected a header and rows, got an empty file"),
        (b"\n,,\n", "s.csv", "an empty file"),
        (b"a,b\n\x00,c\n", "s.csv", r"s.csv:2: the file: expected text, got the control character '\\x00'"),
        (b"a,b\nx,\x81\xff", "s.csv", "bytes that are not CP1252"),
        (b"\xff\xfea", "s.csv", "bytes that are not UTF-16"),
        (b'a,b\n1,"open\n2,3\n', "s.csv", "s.csv:2: the row: .* a quote that is opened and never closed"),
        (b'a,b\n1,2\n"x"y,3\n', "s.csv", "s.csv:3: the row"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "s.csv", "s.csv:2: the row: .* field larger"),
        (b"a," * 11_000_000, "s.csv", "a sheet of at most 20 MB, got 22 MB"),
        (b"a\n" + b"1\n" * 100_001, "s.csv", "at most 100000 rows"),
        (b"PK\x03\x04", "s.csv", "probably a workbook, named .csv"),
        (b"\xd0\xcf\x11\xe0", "s.csv", "an old .xls workbook or one with a password"),
        (b"a,b", "s.xls", "a file named .xls. Save it as CSV UTF-8 or as XLSX"),
        (b"a,b", "s.ods", "a file named .ods"),
        (b"a,b", "s", "a file without an ending"),
        (b"a,b", "s.xlsx", "an XLSX workbook, got a file that can't be opened as one"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused(contents: bytes, name: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        read_sheet(contents, name)


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


def test_a_table_has_every_column_in_order_then_the_others_then_the_place() -> None:
    table = tabulate(read_sheet(b"Note;FILE;Dose;\nold;a;1,5;\n", "s.csv"), COLUMNS)
    assert not table.problems
    assert list(table.frame) == ["file", "dose", "replicate", "Note", "place"]
    assert table.frame.iloc[0].tolist() == ["a", 1.5, "", "old", "s.csv:2"]
    assert table.place(0, "dose") == "s.csv:2:3"
    assert table.place(0, "replicate") == "s.csv:2"


def test_headers_are_matched_without_case_spaces_and_hyphens() -> None:
    table = tabulate(read_sheet(b" Cell line ,DOSE-UNIT,Hours\nECA109,uM,24\n", "s.csv"), CONDITIONS)
    assert table.frame[["cell_line", "dose_unit", "hours"]].to_numpy().tolist() == [["ECA109", "uM", 24.0]]


def test_numbers_of_a_workbook_stay_numbers_and_those_of_a_csv_text() -> None:
    rows: list[list[object]] = [["file", "passage", "mixed"], ["a", 7, 1], ["b", None, "x"]]
    frame = tabulate(read_sheet(workbook(rows_of(*rows)), "s.xlsx"), COLUMNS).frame
    assert frame["passage"].dtype == "float64"
    assert frame["mixed"].tolist() == ["1", "x"]
    assert tabulate(read_sheet(b"file,passage\na,07\n", "s.csv"), COLUMNS).frame["passage"].tolist() == ["07"]


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"dose,replicate\n1,1\n", r"s.csv:1:1: file: expected a column `file`, got dose, replicate"),
        (b"fille,dose\na,1\n", r"Rename the column `fille`"),
        (b"file,Dose,dose\na,1,1\n", r"s.csv:1:3: dose: expected each column once"),
        (b"file,x,x\na,1,1\n", r"s.csv:1:3: x: expected each column once"),
        (b"file,place\na,1\n", r"s.csv:1:2: place: expected a name that is free"),
        (b"file,\na,1\n", r"s.csv:1:2: the header: expected a name above each filled column"),
        (b"My experiment,,\nfile,dose,replicate\na,1,1\n", r"the header seems to be row 2. Delete the rows above"),
        (b"file,dose\na,1\nb\n", r"s.csv:3: the row: expected 2 cells as in the header, got 1 cells"),
        (b"file,dose\na,1,5\n", r"s.csv:2: the row: expected 2 cells as in the header, got 3 cells"),
        (b"file,dose\n,1\n", r"s.csv:2:1: file: expected a value, got nothing"),
        (b"file,dose\na,ten\n", r"s.csv:2:2: dose: expected a number, got 'ten'"),
        (b"file,dose\na,-1\n", r"s.csv:2:2: dose: expected a number of 0 or more, got '-1'"),
        (b'file,dose\na,"1,5"\n', r"s.csv:2:2: dose: expected a number with a decimal point"),
        (b"file;dose\na;1.234,5\n", r"got '1.234,5'. Write it without group separators"),
    ],
)
def test_what_is_wrong_in_a_table_is_named_with_its_place(contents: bytes, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        raise StudyError(tabulate(read_sheet(contents, "s.csv"), COLUMNS).problems)


def test_a_date_that_excel_made_is_refused_with_its_cell() -> None:
    contents = workbook(rows_of(["file", "dose"], ["a", datetime.datetime(2024, 5, 1)]))
    (problem,) = tabulate(read_sheet(contents, "s.xlsx"), COLUMNS).problems
    assert str(problem).startswith("s.xlsx:Sheet!B2: dose: expected a number, got the date or time 2024-05-01")


def test_a_value_given_for_all_rows_fills_them_and_a_cell_that_disagrees_is_named() -> None:
    sheet = read_sheet(b"file,dose\na,\nb,5\nc,6\n", "s.csv")
    table = tabulate(sheet, COLUMNS, {"dose": Given(5.0, "study.yaml:4:3"), "replicate": Given("2", "study.yaml:5:3")})
    assert table.frame["dose"].tolist()[:2] == [5.0, 5.0]
    assert set(table.frame["replicate"]) == {"2"}
    (problem,) = table.problems
    assert str(problem).startswith("s.csv:4:2: dose: expected 5, which study.yaml:4:3 gives for all rows, got 6")


@pytest.mark.parametrize("header", ["doses", "Dose (uM)", "replicates"])
def test_a_misspelt_column_is_carried_and_noted(header: str) -> None:
    table = tabulate(read_sheet(f"file,{header}\na,1\n".encode(), "s.csv"), COLUMNS)
    assert not table.problems
    assert header in table.frame
    assert table.notes[0].place == "s.csv:1:2"
    assert "Rename it `" in table.notes[0].remedy


@given(
    st.lists(st.tuples(st.text("abc", min_size=1, max_size=5), st.none() | st.floats(0, 1e12)), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t"]),
)
def test_a_table_comes_back_from_every_dialect(rows: list[tuple[str, float | None]], delimiter: str) -> None:
    frame = pd.DataFrame(rows, columns=["file", "dose"]).astype({"dose": "float64"})
    contents = frame.to_csv(index=False, sep=delimiter, decimal="." if delimiter == "," else ",").encode()
    table = tabulate(read_sheet(contents, "s.csv"), COLUMNS)
    expected = frame["dose"]
    unclear = [problem.place for problem in table.problems]
    for row in range(len(frame)):
        if table.place(row, "dose") not in unclear:
            assert table.frame["dose"][row] == expected[row] or (expected[row] != expected[row])
    assert all("read in one way" in problem.expected for problem in table.problems)
    assert delimiter != "," or not unclear
