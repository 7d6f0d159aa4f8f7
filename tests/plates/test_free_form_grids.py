"""Grids as people make them: each read right, or refused by the cell that can't be."""

from __future__ import annotations

import datetime
import io

import numpy as np
import numpy.typing as npt
import pytest
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from benchmarks.plate_exports import letters, matrix, text, workbook
from cytotools.errors import StudyError
from cytotools.plates.export_parsing import parse_export
from cytotools.plates.reading import PlateReading

Values = npt.NDArray[np.float64]


@pytest.fixture
def values(rng: np.random.Generator) -> Values:
    return np.round(64 * rng.uniform(0.05, 3, (8, 12))) / 64  # sums and quotients stay exact, as text too


Lines = list[list[object]]


def raw(contents: bytes | str, name: str = "plate.csv") -> list[PlateReading]:
    data = contents.encode() if isinstance(contents, str) else contents
    return [reading for reading in parse_export(data, name).readings if reading.kind == "raw"]


def refused(contents: bytes | str, name: str = "plate.csv") -> str:
    with pytest.raises(StudyError) as no:
        parse_export(contents.encode() if isinstance(contents, str) else contents, name)
    return str(no.value)


def test_a_line_that_lost_a_delimiter_is_refused() -> None:
    assert "cells as in its neighbours" in refused(",1,2,3\nA,40,0,40\nB,4050,40\nC,1,2,3\n")


def joined(left: Lines, right: Lines, gap: int = 1) -> Lines:
    return [[*a, *[""] * gap, *b] for a, b in zip(left, right, strict=True)]


def test_two_wavelengths_side_by_side_with_titles(values: Values) -> None:
    width = 13
    lines: Lines = [["570 nm", *[""] * width, "630 nm"], *joined(matrix(values), matrix(values / 4))]
    first, second = raw(text(lines))
    assert (first.wavelength_nm, second.wavelength_nm) == (570, 630)
    np.testing.assert_array_equal(second.signal, values / 4)


@pytest.mark.parametrize("gap", [0, 1, 3])
def test_plates_side_by_side_with_any_gap(gap: int, values: Values) -> None:
    first, second, third = raw(text(joined(joined(matrix(values), matrix(values + 1), gap), matrix(values + 2), gap)))
    np.testing.assert_array_equal(first.signal, values)
    np.testing.assert_array_equal(second.signal, values + 1)
    np.testing.assert_array_equal(third.signal, values + 2)


def test_letters_shared_by_two_plates_side_by_side(values: Values) -> None:
    right = [line[1:] for line in matrix(values * 2)]
    first, second = raw(text([["plate 1", *[""] * 13, "plate 2"], *joined(matrix(values), right)]))
    assert (first.plate, second.plate) == ("plate 1", "plate 2")
    np.testing.assert_array_equal(second.signal, values * 2)


def test_a_title_merged_over_two_plates_and_coloured_empty_cells(values: Values) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["B1"] = "MTT 570 nm"
    sheet.merge_cells("B1:AA1")
    for line in joined(matrix(values), matrix(values + 1)):
        sheet.append([None, *(None if cell == "" else cell for cell in line)])
    for row in range(20, 40):
        for column in range(1, 60):
            sheet.cell(row, column).fill = PatternFill("solid", fgColor="FFFF00")
    stored = io.BytesIO()
    book.save(stored)
    first, second = raw(stored.getvalue(), "mtt.xlsx")
    assert (first.wavelength_nm, second.wavelength_nm) == (570, 570)
    np.testing.assert_array_equal(second.signal, values + 1)


def test_german_commas_with_semicolons(values: Values) -> None:
    (reading,) = raw(text([["Messung"], *matrix(values)], ";", decimal=",").encode("cp1252"))
    np.testing.assert_array_equal(reading.signal, values)


def test_a_plate_of_which_columns_2_to_11_were_used(values: Values) -> None:
    lines = [[line[0], *line[2:12]] for line in matrix(values)][:1] + [
        [line[0], *line[2:12]] for line in matrix(values)
    ][2:8]
    (reading,) = raw(text(lines))
    assert reading.signal.shape == (8, 12)
    np.testing.assert_array_equal(reading.signal[1:7, 1:11], values[1:7, 1:11])
    assert np.isnan(reading.signal[0]).all()


def test_notes_under_the_plate_are_no_title_of_the_next(values: Values) -> None:
    lines: Lines = [["Plate 1"], *matrix(values), ["F3 had a bubble"], [], ["Plate 2"], *matrix(values + 1), ["ok"]]
    first, second = raw(text(lines))
    assert (first.plate, second.plate) == ("Plate 1", "Plate 2")
    np.testing.assert_array_equal(second.signal, values + 1)


def test_two_plates_stacked_with_different_headings(values: Values) -> None:
    lines: Lines = [["ECA109 MTT"], *matrix(values), [], ["KYSE30 MTT"], *matrix(values + 1)]
    first, second = raw(text(lines, "\t"))
    assert (first.label, second.label) == ("ECA109 MTT", "KYSE30 MTT")


def test_column_numbers_as_text_and_small_letters(values: Values) -> None:
    lines = [["", *(f"{n:02d}" for n in range(1, 13))], *([letters(r).lower(), *v] for r, v in enumerate(values))]
    (reading,) = raw(workbook(("Sheet1", lines)), "plate.xlsx")
    np.testing.assert_array_equal(reading.signal, values)


def test_letters_on_both_sides(values: Values) -> None:
    lines = [[*line, line[0]] for line in matrix(values)]
    (reading,) = raw(text(lines))
    np.testing.assert_array_equal(reading.signal, values)


def test_letters_on_the_right_only(values: Values) -> None:
    lines = [[*line[1:], line[0]] for line in matrix(values)]
    (reading,) = raw(text(lines))
    np.testing.assert_array_equal(reading.signal, values)


def test_letters_that_disagree_are_refused(values: Values) -> None:
    lines = [[*line, line[0]] for line in matrix(values)]
    lines[4][-1] = "E"
    assert "the letter D on both sides" in refused(text(lines))


def test_means_beside_and_below_are_left_out(values: Values) -> None:
    lines: Lines = [[*matrix(values)[0], "Mean", "SD"]]
    lines += [[*line, 1.5, 0.1] for line in matrix(values)[1:]]
    lines += [["Mean", *[1.5] * 12], ["SD", *[0.1] * 12]]
    (reading,) = raw(text(lines))
    np.testing.assert_array_equal(reading.signal, values)


def test_sums_without_a_name_are_refused(values: Values) -> None:
    assert "a column number above" in refused(text([matrix(values)[0], *([*line, 9.5] for line in matrix(values)[1:])]))
    assert "a letter before" in refused(text([*matrix(values), ["", *[9.5] * 12]]))


def test_percent_signs_and_units_are_refused_by_cell(values: Values) -> None:
    assert "plate.csv:2:3: well A2" in refused(
        text([matrix(values)[0], ["A", 0.5, "45 %", *[1] * 10], ["B", *[1] * 12]])
    )
    assert "well A1" in refused(text([matrix(values)[0], ["A", "0.5 OD", *[1] * 11], ["B", *[1] * 12]]))


def test_thousands_parted_by_spaces_have_one_meaning() -> None:
    (reading,) = raw(",1,2,3\nA,12 345,1\u00a0234\u00a0567,1'000\nB,1,2,3\n")
    assert reading.signal[0, :3].tolist() == [12345, 1234567, 1000]


def test_three_digits_after_a_mark_are_refused_where_nothing_tells() -> None:
    assert "read in one way" in refused("\t1\t2\nA\t1.234\t2.345\nB\t1.500\t1.250\n", "plate.txt")
    (reading,) = raw("\t1\t2\nA\t1.234\t2.345\nB\t0.500\t1.250\n", "plate.txt")
    assert reading.signal[0, 0] == 1.234


def test_words_of_readers_are_kept() -> None:
    words = ["OVRFLW", "OVER", "Sat", "MISSED", "#####", "-", ">4.000", ""]
    (reading,) = raw(text([["", *range(1, 9)], ["A", *words], ["B", -5, 2e6, *[1] * 6]]))
    assert list(reading.said.values()) == words[:-1]
    assert np.isnan(reading.signal[0]).all()
    assert reading.signal[1, :2].tolist() == [-5, 2e6]


def test_a_layout_beside_the_data_is_no_signal(values: Values) -> None:
    doses: Lines = [["Dose (uM)"], *matrix(np.full((8, 12), 10.0))]
    lines: Lines = [
        ["Absorbance 570"],
        *matrix(values),
        [],
        *doses,
        [],
        ["Compound"],
        ["", 1, 2],
        ["A", "x", "y"],
        ["B", "x", "y"],
    ]
    (reading,) = raw(text(lines))
    np.testing.assert_array_equal(reading.signal, values)


def test_a_plate_on_each_sheet_is_named_by_it(values: Values) -> None:
    sheets = workbook(("ECA109", matrix(values)), ("KYSE30", matrix(values + 1)), ("notes", [["all went well"]]))
    assert [reading.plate for reading in raw(sheets, "mtt.xlsx")] == ["ECA109", "KYSE30"]
    assert len(parse_export(sheets, "mtt.xlsx", "kyse30").readings) == 1
    with pytest.raises(StudyError, match="a sheet 'plate 3'"):
        parse_export(sheets, "mtt.xlsx", "plate 3")


def test_letters_across_and_numbers_down(values: Values) -> None:
    lines = [list(line) for line in zip(*matrix(values), strict=True)]
    (reading,) = raw(text([["570 nm"], *lines]))
    np.testing.assert_array_equal(reading.signal, values)


def test_a_bare_plate_of_the_exact_shape(values: Values) -> None:
    (reading,) = raw(text(values.tolist()))
    np.testing.assert_array_equal(reading.signal, values)
    (reading,) = raw(text([["570"], [], *values.tolist()]))
    np.testing.assert_array_equal(reading.signal, values)


@pytest.mark.parametrize("shape", [(7, 12), (8, 11), (12, 8), (9, 12)])
def test_a_bare_block_of_another_shape_is_refused(shape: tuple[int, int]) -> None:
    assert "column numbers above" in refused(text(np.full(shape, 0.25).tolist()))


def test_a_row_twice_missing_or_out_of_order_is_refused(values: Values) -> None:
    lines = matrix(values)
    assert "in the order A, B, C" in refused(text([*lines[:4], lines[3], *lines[4:]]))
    assert "letters in even steps" in refused(text([*lines[:4], *lines[5:]]))
    assert refused(text([lines[0], lines[2], lines[1], *lines[3:]]))


def test_a_misread_column_number_is_refused(values: Values) -> None:
    for column, wrong in [(12, "92"), (5, "9"), (1, "0"), (6, "x"), (12, "")]:
        lines = matrix(values)
        lines[0][column] = wrong
        assert refused(text(lines))


def test_a_date_made_by_excel_is_refused(values: Values) -> None:
    lines = matrix(values)
    lines[3][4] = datetime.datetime(2026, 2, 1)
    assert "well C4: expected a number" in refused(workbook(("Sheet1", lines)), "plate.xlsx")


def test_a_number_merged_over_wells_is_refused(values: Values) -> None:
    book = Workbook()
    for line in matrix(values):
        book.worksheets[0].append([None if cell == "" else cell for cell in line])
    book.worksheets[0].merge_cells("C3:D3")
    stored = io.BytesIO()
    book.save(stored)
    assert "Unmerge the cells" in refused(stored.getvalue(), "plate.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_any_encoding(encoding: str, values: Values) -> None:
    (reading,) = raw(text([["Absorption 570 nm 25 °C"], *matrix(values)]).encode(encoding))
    assert reading.label == "Absorption 570 nm 25 °C"
    np.testing.assert_array_equal(reading.signal, values)


@pytest.mark.parametrize(
    ("page", "title"), [("cp1251", "Поглощение"), ("gb18030", "吸光度 细胞"), ("cp932", "吸光度 プレート")]
)
def test_other_code_pages(page: str, title: str, values: Values) -> None:
    export = parse_export(text([[title], *matrix(values)]).encode(page), "plate.csv")
    assert export.readings[0].label == title
    assert "that is not UTF-8" in str(export.notes[0])


def test_an_old_workbook_and_a_page_are_refused_with_the_remedy() -> None:
    assert "save it as XLSX" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "plate.xls")
    assert "HTML" in refused("<html><table><tr><td>1</td></tr></table></html>", "plate.xls")
    assert "an empty file" in refused(b"")


def test_text_behind_the_name_of_a_workbook(values: Values) -> None:
    (reading,) = raw(text(matrix(values), "\t"), "export.xls")
    np.testing.assert_array_equal(reading.signal, values)


def test_two_delimiters_are_refused(values: Values) -> None:
    assert "tabs in line" in refused(text(matrix(values), "\t") + "\n" + text(matrix(values), ","))
    assert "parted by something else" in refused(text(matrix(values), " "))


def test_a_384_well_plate_of_which_rows_a_e_i_m_were_read() -> None:
    lines = [["", *range(1, 25)], *([row, *range(1, 25)] for row in "AEIM")]
    (reading,) = raw(text([["CTG"], *lines]))
    assert reading.signal.shape == (16, 24)
    assert reading.signal[12, 23] == 24
    assert np.isnan(reading.signal[1]).all()


def test_rows_beyond_z_in_small_letters() -> None:
    lines = [["", *range(1, 49)], *([row, *[index] * 48] for index, row in enumerate("AGMSYe"))]
    (reading,) = raw(text(lines))
    assert reading.signal.shape == (32, 48)
    assert reading.signal[30, 0] == 5


def test_a_list_with_a_well_twice_is_refused() -> None:
    assert "each well once" in refused("Well,OD\nA1,1\nA2,2\nA1,3\n")
    first, second = raw("Plate,Well,OD\n1,A1,1\n1,A2,2\n2,A1,3\n2,A2,4\n")
    assert (first.plate, second.signal[0, :2].tolist()) == ("1", [3, 4])


def test_blocks_that_nothing_tells_apart_are_named(values: Values) -> None:
    export = parse_export(text([*matrix(values), [], *matrix(values)]).encode(), "plate.csv")
    assert "nothing tells apart" in str(export.notes[0])


def test_every_plate_of_a_dense_sheet(values: Values) -> None:
    lines: Lines = []
    for plate in range(4):
        lines += [[f"Plate {plate}"], *joined(matrix(values + plate), matrix(values * 2 + plate), 0)]
    assert [reading.signal[0, 0] - values[0, 0] for reading in raw(text(lines))[::2]] == [0, 1, 2, 3]


def test_plates_named_by_lines_of_their_own(values: Values) -> None:
    head: Lines = [["Plate:", "Plate 1"], ["Luminescence"], []]
    lines: Lines = [*head, *matrix(values), [], ["Plate:", "Plate 2"], *head[1:], *matrix(values + 1)]
    first, second = raw(text(lines, "\t"))
    assert (first.plate, second.plate, first.label) == ("Plate 1", "Plate 2", "Luminescence")
