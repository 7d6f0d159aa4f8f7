"""Exports of plate readers written by hand after the documented forms, with the values that they hold.

Each maker takes the values of one plate (rows, columns; NaN for a well without) and returns the bytes of a file in the
form of a software. They serve where no real file is at hand, in the tests and in the fuzz of `plate_readers.py`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from openpyxl import Workbook

Values = npt.NDArray[np.float64]
Line = Sequence[object]


def letters(row: int) -> str:
    """Return the letters of a row."""
    return chr(65 + row) if row < 26 else "A" + chr(65 + row - 26)


def text(lines: Sequence[Line], delimiter: str = ",", ends: str = "\r\n", decimal: str = ".") -> str:
    """Return lines of cells as text."""
    return ends.join(delimiter.join(shown(cell, decimal) for cell in line) for line in lines) + ends


def shown(cell: object, decimal: str = ".") -> str:
    """Return a cell as a program writes it."""
    if isinstance(cell, float):
        return "" if np.isnan(cell) else repr(float(cell)).removesuffix(".0").replace(".", decimal)
    return str(cell)


def matrix(values: Values, corner: object = "", tail: Line = (), first_row: int = 0) -> list[list[object]]:
    """Return a plate drawn with column numbers and row letters."""
    head: list[object] = [corner, *range(1, values.shape[1] + 1)]
    return [head, *([letters(first_row + row), *map(float, line), *tail] for row, line in enumerate(values))]


def wells(values: Values) -> list[tuple[str, float]]:
    """Return the wells and values row by row."""
    return [(f"{letters(r)}{c + 1}", float(values[r, c])) for r in range(len(values)) for c in range(values.shape[1])]


def workbook(*sheets: tuple[str, Sequence[Line]]) -> bytes:
    """Return an XLSX file of titled sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, lines in sheets:
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(
                [None if cell == "" or (isinstance(cell, float) and np.isnan(cell)) else cell for cell in line]
            )
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def gen5(values: Values) -> bytes:
    """Gen5 text: a layout, then the read and what Gen5 worked out, line below line."""
    plate: list[list[object]] = [["", *range(1, values.shape[1] + 1)]]
    for row, line in enumerate(values):
        plate.append([letters(row), *map(float, line), "MTT:570"])
        plate.append(["", *(float(v) - 0.05 for v in line), "Blank MTT:570"])
    layout: list[list[object]] = [["", *range(1, values.shape[1] + 1)]]
    layout += [[letters(row), *(f"SPL{c}" for c in range(values.shape[1])), "Well ID"] for row in range(len(values))]
    lines: list[Line] = [
        [],
        ["Software Version", "3.12.08"],
        [],
        ["Plate Number", "Plate 1"],
        ["Reader Type:", "Synergy H1"],
        [],
        ["Procedure Details"],
        [],
        ["Plate Type", f"{values.size} WELL PLATE"],
        ["Read", "MTT"],
        ["", "Absorbance Endpoint"],
        ["", "Full Plate"],
        ["", "Wavelengths:  570"],
        [],
        ["Layout"],
        *layout,
        [],
        ["Results"],
        *plate,
    ]
    return text(lines, "\t").encode()


def gen5_kinetic(values: Values) -> bytes:
    """Gen5 text of two reads in time: a well a column, padded with a line of 0:00:00 as Gen5 does."""
    names = [name for name, _ in wells(values)]
    lines: list[Line] = [
        ["Software Version", "3.12.08"],
        [],
        ["Plate Number", "Plate 1"],
        ["Reader Type:", "Synergy H1"],
        [],
        ["Procedure Details"],
        [],
        ["Plate Type", f"{values.size} WELL PLATE"],
        ["Read", "OD600"],
        [],
        ["OD600:600"],
        [],
        ["Time", "T° OD600:600", *names],
        ["0:00:00", 37.0, *(value for _, value in wells(values))],
        ["0:30:00", 37.0, *(value + 1 for _, value in wells(values))],
        ["0:00:00", "", *("" for _ in names)],
    ]
    return text(lines, "\t").encode()


def mars(values: Values) -> bytes:
    """MARS text: raw and blank-corrected matrices, empty wells at the ends of lines left out."""
    lines: list[Line] = [
        ["User: USER", "Path: C:\\BMG\\CLARIOstar", "Test run no.: 4"],
        ["Test name: MTT", "Date: 29/02/2016", "Time: 14:34:46"],
        [],
        ["ID1: plate 7", "ID2: 20 ul"],
        ["Absorbance"],
        [],
        ["Raw Data (570)"],
        [],
        *matrix(values),
        [],
        ["Blank corrected based on Raw Data (570)"],
        [],
        *matrix(values - 0.05),
    ]
    return "\r\n".join(line.rstrip(",") for line in text(lines).split("\r\n")).encode("cp1252")


def mars_list(values: Values) -> bytes:
    """MARS text in table view: one line a well with its content."""
    lines: list[Line] = [
        ["User: USER", "Path: C:\\BMG", "Test run no.: 4"],
        ["Test name: CTG"],
        [],
        ["Luminescence"],
        [],
        [
            "Well Row",
            "Well Col",
            "Content",
            "Raw Data (No filter)",
            "Average over replicates based on Raw Data (No filter)",
        ],
        *([name[0], int(name[1:]), "Sample X1", value, value] for name, value in wells(values)),
    ]
    return text(lines, ";").encode("cp1252")


def smart_control(values: Values) -> bytes:
    """SMART Control workbook."""
    end_point: list[Line] = [
        ["User: USER"],
        ["Test ID: 12"],
        ["Luminescence"],
        [],
        ["1. Raw Data (No filter)"],
        *matrix(values),
    ]
    return workbook(("Protocol Information", [["Protocol Information"]]), ("Microplate End point", end_point))


def softmax(values: Values) -> bytes:
    """SoftMax Pro in plate format, two wavelengths side by side, UTF-16."""
    rows, columns = values.shape
    numbers = list(range(1, columns + 1))
    head = f"Plate:\tMTT\t1.3\tPlateFormat\tEndpoint\tAbsorbance\tRaw\tFALSE\t1\t\t\t\t\t\t2\t570 630\t1\t{columns}"
    lines: list[Line] = [["", "Temperature(°C)", *numbers, "", *numbers]]
    lines += [["", 25.0 if row == 0 else "", *map(float, line), "", *(line / 8)] for row, line in enumerate(values)]
    body = f"##BLOCKS= 1\r\n{head}\t{values.size}\t1\t{rows}\r\n{text(lines, chr(9))}\r\n~End\r\n"
    return b"\xff\xfe" + (body + "Original Filename: mtt\r\n").encode("utf-16-le")


def softmax_kinetic(values: Values) -> bytes:
    """SoftMax Pro in plate format, read twice, 30 s apart: the time stands before each plate as minutes and seconds."""
    rows, columns = values.shape
    head = f"Plate:\tP\t1.3\tPlateFormat\tKinetic\tAbsorbance\tRaw\tFALSE\t2\t30\t30\t\t\t\t1\t405\t1\t{columns}"
    first = [["0:00" if row == 0 else "", 37.0, *line] for row, line in enumerate(values)]
    second = [["0:30" if row == 0 else "", 37.0, *line] for row, line in enumerate(values + 1)]
    lines: list[Line] = [["", "Temperature(°C)", *range(1, columns + 1)], *first, [], *second, []]
    return f"##BLOCKS= 1\r\n{head}\t{values.size}\t1\t{rows}\tNone\r\n{text(lines, chr(9))}~End\r\n".encode()


def softmax_list(values: Values) -> bytes:
    """SoftMax Pro in time format: a well a column."""
    head = f"Plate:\tCTG\t1.3\tTimeFormat\tEndpoint\tLuminescence\tRaw\tFALSE\t1\t\t\t\t\t\t1\t0\t1\t12\t{values.size}"
    lines: list[Line] = [
        ["", "Temperature(°C)", *(name for name, _ in wells(values))],
        ["", 25.0, *(value for _, value in wells(values))],
    ]
    return f"##BLOCKS= 1\r\n{head}\t\t\t6\t1\t8\r\n{text(lines, chr(9))}\r\n~End\r\n".encode("utf-16")


def envision(values: Values) -> bytes:
    """EnVision text with numbers of two digits over the columns and a map of the plate below."""
    drawn: list[Line] = [[f"{c:02d}" if isinstance(c, int) else c for c in line] + [""] for line in matrix(values)]
    lines: list[Line] = [
        ["Plate information"],
        ["Plate", "Repeat", "Barcode", "Measured height"],
        [1, 1, '="BC0042"', "N/A"],
        [],
        *(
            ["Results for US LUM 96(1) - channel 0 (CPS)"],
            *drawn,
            [],
            ["Basic assay information "],
            ["Assay ID: ", 2900],
        ),
        [],
        ["Plate type"],
        ["Number of the wells in the plate", "", "", "", values.size],
        [],
        ["Platemap:"],
        ["Plate", 1],
        *matrix(np.full(values.shape, np.nan)),
        ["Exported with EnVision Workstation version 1.14"],
    ]
    return text(lines).encode()


def enspire(values: Values) -> bytes:
    """EnSpire text, which shares EnVision's form."""
    return envision(values).replace(b"EnVision Workstation version 1.14", b"EnSpire Manager 4.13")


def kaleido(values: Values) -> bytes:
    """Kaleido text with its map of dashes below the results."""
    dashes: list[Line] = [[letters(row), *("-" for _ in line)] for row, line in enumerate(values)]
    lines: list[Line] = [
        ["EnSight Results from"],
        ["Protocol Name", "CTG"],
        [],
        ["Result for Luminescence 1"],
        ["Barcode", "Repeat", "Loop no"],
        ["V-17", 1, ""],
        [],
        *matrix(values),
        [],
        ["Platemap"],
        ["", *range(1, values.shape[1] + 1)],
        *dashes,
        [],
        ["Exported with Kaleido 3.0.3067.117"],
    ]
    return text(lines).encode()


def victor(values: Values) -> bytes:
    """Victor text: one line a well with its time of reading."""
    lines: list[Line] = [
        ["Protocol name", "CTG"],
        ["Wallac 1420 Workstation"],
        [],
        ["Plate", "Repeat", "Well", "Type", "Time", "CPS (CPS)"],
        *(
            [1, 1, f"{n[0]}{int(n[1:]):02d}", "M", f"00:00:{i % 60:02d}.50", v]
            for i, (n, v) in enumerate(wells(values))
        ),
    ]
    return text(lines, "\t").encode()


def magellan(values: Values) -> bytes:
    """Magellan workbook: one line a well, column by column, and what was done below."""
    by_column = sorted(wells(values), key=lambda well: int(well[0][1:]))
    lines: list[Line] = [["Raw data", "Well positions", "Plate"], *([value, name, "P1"] for name, value in by_column)]
    lines += [["Date of measurement: 2021-07-06"], ["mtt.mth"], ["Measurement wavelength: 570 nm"]]
    return workbook(("Magellan Sheet 1", lines))


def i_control(values: Values) -> bytes:
    """Write an i-control workbook with two reads."""
    lines: list[Line] = [
        ["Application: Tecan i-control", "", "Tecan i-control , 2.0.10.0"],
        ["Device: infinite 200Pro"],
        [],
        ["Label: MTT"],
        ["Mode", "", "", "", "Absorbance"],
        ["Measurement Wavelength", "", "", "", 570, "nm"],
        ["Start Time:", "2021-07-06 10:15:24"],
        [],
        ["", "Temperature: 23.1 °C"],
        *matrix(values, "<>"),
        [],
        [],
        ["Label: reference"],
        ["Mode", "", "", "", "Absorbance"],
        ["Measurement Wavelength", "", "", "", 690, "nm"],
        [],
        ["", "Temperature: 23.1 °C"],
        *matrix(values / 4, "<>"),
        [],
        ["End Time:", "2021-07-06 10:16:02"],
    ]
    return workbook(("Sheet2", lines))


def i_control_kinetic(values: Values) -> bytes:
    """i-control text read twice: cycles across, a line a well."""
    lines: list[Line] = [
        ["Application: Tecan i-control"],
        ["Label: Caspase"],
        ["Mode", "Luminescence"],
        ["Kinetic Measurement"],
        [],
        ["Cycle Nr.", 1, 2],
        ["Time [s]", 0, 1800],
        ["Temp. [°C]", 37.1, 37.0],
        *([name, value, value + 1] for name, value in wells(values)),
        [],
        ["End Time:", "2021-07-06 10:16:02"],
    ]
    return text(lines, "\t").encode()


def spark_control(values: Values) -> bytes:
    """SparkControl text: a list with the time of each well in milliseconds."""
    lines: list[Line] = [
        ["Method name: MTT"],
        ["Application: SparkControl", "", "", "", "V2.3"],
        ["Mode", "Absorbance"],
        ["Name", "MTT"],
        ["Measurement wavelength", "", "", "", 570, "nm"],
        [],
        ["<>", "Value", "Time [ms]"],
        *([name, value, 0] for name, value in wells(values)),
    ]
    return text(lines).encode()


def skanit(values: Values) -> bytes:
    """Write a SkanIt workbook: a step that measures and one that works on it, a sheet each."""
    top: list[Line] = [["Measurement results"], ["experiment.skax"], ["8/23/2024 3:02:30 PM"], [" "]]
    raw: list[Line] = [
        *top,
        ["Absorbance 1"],
        ["Wavelength: 570 nm"],
        [" "],
        ["Plate 1"],
        [" "],
        *matrix(values, "Abs"),
        [],
    ]
    raw += [["Sample", *range(1, 13)], *([letters(row), *("Un1" for _ in line)] for row, line in enumerate(values))]
    worked: list[Line] = [
        *top,
        ["Blank Subtraction 1"],
        [" "],
        ["Plate 1"],
        [" "],
        *matrix(values - 0.05, "Blank subtracted"),
    ]
    return workbook(("Absorbance 1_01", raw), ("Blank Subtraction 1_01", worked))


def glomax(values: Values) -> bytes:
    """GloMax text: a plate under the name of the read."""
    lines: list[Line] = [
        ["Instrument", "GloMax Discover"],
        ["Protocol", "CellTiter-Glo"],
        [],
        ["Luminescence"],
        *matrix(values),
    ]
    return text(lines).encode()


def free_form(values: Values) -> bytes:
    """Write what a person keeps of a read: a title, the plate, a note."""
    lines: list[Line] = [["MTT 570 nm, plate 1"], *matrix(values), [], ["note: F3 had a bubble"]]
    return text(lines, ";", decimal=",").encode("cp1252")


def plain_list(values: Values) -> bytes:
    """One line a well."""
    lines: list[Line] = [["Well", "OD 570"], *([name, value] for name, value in wells(values))]
    return text(lines, "\t").encode()


MAKERS: dict[str, tuple[str, str, Callable[[Values], bytes]]] = {
    "gen5.txt": ("Gen5", "MTT:570", gen5),
    "gen5_kinetic.txt": ("Gen5", "OD600:600", gen5_kinetic),
    "mars.csv": ("MARS", "Raw Data (570)", mars),
    "mars_list.csv": ("MARS", "Raw Data (No filter)", mars_list),
    "smart_control.xlsx": ("SMART Control", "Raw Data (No filter)", smart_control),
    "softmax.txt": ("SoftMax Pro", "570", softmax),
    "softmax_kinetic.txt": ("SoftMax Pro", "405", softmax_kinetic),
    "softmax_list.txt": ("SoftMax Pro", "Luminescence", softmax_list),
    "envision.csv": ("EnVision", "US LUM 96(1)", envision),
    "enspire.csv": ("EnSpire", "US LUM 96(1)", enspire),
    "kaleido.csv": ("Kaleido", "Luminescence 1", kaleido),
    "victor.txt": ("Victor", "CPS (CPS)", victor),
    "magellan.xlsx": ("Magellan", "Raw data", magellan),
    "i_control.xlsx": ("i-control", "MTT", i_control),
    "i_control_kinetic.txt": ("i-control", "Caspase", i_control_kinetic),
    "spark_control.csv": ("SparkControl", "MTT", spark_control),
    "skanit.xlsx": ("SkanIt", "Absorbance 1 (Abs)", skanit),
    "glomax.csv": ("GloMax", "Luminescence", glomax),
    "free_form.csv": ("free-form", "MTT 570 nm, plate 1", free_form),
    "plain_list.txt": ("free-form", "OD 570", plain_list),
}
