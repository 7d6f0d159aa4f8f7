"""Exports of simulated wells: each value stands in its place, and the same wells give the same bytes."""

from __future__ import annotations

import io

import numpy as np
import openpyxl
import pandas as pd
import pytest

from cytotools.plates.export_parsing import parse_export
from cytotools.plates.simulated_exports import drawn_layout, gen5_text, grid_csv, grid_workbook, mars_csv, softmax_text


@pytest.fixture
def wells() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "well": ["A1", "C12", "H3"],
            "signal": [1.25, 2.5, np.nan],
            "reference_signal": [0.05, 0.06, 0.07],
            "said": ["", "", "OVRFLW"],
            "rows": 8,
            "columns": 12,
        }
    )


def test_gen5_has_a_matrix_a_plate(wells: pd.DataFrame) -> None:
    two = pd.concat([wells.assign(plate="Plate 1"), wells.assign(plate="Plate 2", signal=7.0, said="")])
    lines = [line.split("\t") for line in gen5_text(two, label="450", digits=2).split("\r\n")]
    rows = [line for line in lines if len(line) == 14]
    assert [line[0] for line in rows] == list("ABCDEFGH") * 2
    assert (rows[0][1], rows[2][12], rows[7][3], rows[8][1]) == ("1.25", "2.50", "OVRFLW", "7.00")
    assert [line[1] for line in lines if line[0] == "Plate Number"] == ["Plate 1", "Plate 2"]


def test_mars_has_a_block_a_wavelength(wells: pd.DataFrame) -> None:
    lines = mars_csv(wells).split("\r\n")
    first, second = (lines.index(f"Raw Data ({nm})") + 3 for nm in ("570 1", "630 2"))
    assert lines[first].startswith("A,1.250,,")
    assert lines[first + 7] == "H,,,OVRFLW,,,,,,,,,"
    assert lines[second + 2].endswith(",0.060")


def test_softmax_has_a_block_a_plate_that_is_read_back() -> None:
    column = pd.DataFrame({"well": [f"{row}12" for row in "ABCDEFGH"], "signal": np.arange(8.0), "said": ""})
    column = column.assign(rows=8, columns=12)
    two = pd.concat([column.assign(plate="P 1"), column.assign(plate="P 2", signal=7.5)])
    export = parse_export(softmax_text(two, digits=1).encode(), "ctg.txt")
    assert export.software == "SoftMax Pro"
    assert [reading.plate for reading in export.readings] == ["P 1", "P 2"]
    assert [reading.signal[:, 11].tolist() for reading in export.readings] == [list(range(8)), [7.5] * 8]


def test_grids_hold_numbers_under_a_title(wells: pd.DataFrame) -> None:
    assert grid_csv(wells, title="BCA", decimal=",").split("\r\n")[3].startswith("A;1,250;;")
    page = openpyxl.load_workbook(io.BytesIO(grid_workbook(wells, title="ELISA"))).worksheets[0]
    assert (page["B2"].value, page["C5"].value, page["N7"].value, page["E12"].value) == ("ELISA", 1.25, 2.5, "OVRFLW")
    assert grid_workbook(wells, title="ELISA") == grid_workbook(wells, title="ELISA")


def test_a_drawn_layout_has_a_block_a_property() -> None:
    layout = pd.DataFrame({"well": ["A1", "B2"], "role": ["blank", "treated"], "dose": [np.nan, 2.5]})
    page = openpyxl.load_workbook(io.BytesIO(drawn_layout(layout, ["role", "dose"]))).worksheets[0]
    assert [page[cell].value for cell in ("B2", "C5", "D6", "B14", "C17", "D18")] == [
        "role", "blank", "treated", "dose", None, 2.5,
    ]  # fmt: skip
