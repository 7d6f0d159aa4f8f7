"""Tables from sheets: their columns and values, and each cell that can't be read with its place."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytotools.cells.numbers import at_least_zero
from cytotools.cells.words import label, text
from cytotools.conditions import CONDITIONS, Column
from cytotools.errors import StudyError
from cytotools.sheets import Given, read_sheet, tabulate

COLUMNS = (Column("file", text, required=True), Column("dose", at_least_zero, float("nan")), Column("replicate", label))


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    contents = io.BytesIO()
    book.save(contents)
    return contents.getvalue()


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
    frame = tabulate(read_sheet(workbook(*rows), "s.xlsx"), COLUMNS).frame
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
    contents = workbook(["file", "dose"], ["a", datetime.datetime(2024, 5, 1)])
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
