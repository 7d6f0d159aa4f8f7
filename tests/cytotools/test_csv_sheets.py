"""Sheets in every dialect of a bench computer, and what is no sheet refused with its place."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytotools.errors import StudyError
from cytotools.sheets import Sheet, read_sheet


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
