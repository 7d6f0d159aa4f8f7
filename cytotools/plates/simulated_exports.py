"""What a plate reader would write of simulated wells: text and workbooks in the forms of several programs.

Each writer takes wells as `simulate_plates` returns them (`plate`, `well`, `signal`, `reference_signal`, `said`,
`rows`, `columns`) and returns the file's contents; nothing is opened here. The forms follow real exports of the
programs named; the numbers are the simulator's, written with as many digits as the program writes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cytotools.plates.simulate import place_of
from cytotools.plates.well_names import row_letters

if TYPE_CHECKING:
    import pandas as pd

Cells = list[list[str]]
_FIRST_DAY = (2026, 1, 5, 9, 0, 0)  # of every file, so that the same wells give the same bytes


def gen5_text(wells: pd.DataFrame, *, label: str = "Lum", digits: int = 0) -> str:
    r"""Return a tab-separated export as Gen5 writes it, one matrix a plate, numbered plates in the order of the wells.

    Parameters
    ----------
    wells : DataFrame
        Of one file; `plate` parts it, where it has the column.
    label : str
        What was read, "Lum" or a wavelength in nm; it stands above the matrix and after each row.
    digits : int
        Decimals of a signal.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({"well": ["A1"], "signal": [9.0], "said": "", "rows": 8, "columns": 12})
    >>> gen5_text(wells).splitlines()[-8].split("\t")[:3]
    ['A', '9', '']
    """
    read = "Luminescence Endpoint" if label == "Lum" else "Absorbance Endpoint"
    lines = ["", "", "Software Version\t3.10.06", "", "", ""]
    for number, (_, plate) in enumerate(_plates(wells), 1):
        cells = _grid(plate, "signal", lambda value: f"{value:.{digits}f}")
        lines += [f"Plate Number\tPlate {number}", "Date\t1/5/2026", "Time\t9:00:00 AM", "Reader Type:\tSynergy H1", ""]
        lines += ["Procedure Details", "", f"Plate Type\t{len(cells) * len(cells[0])} WELL PLATE", f"Read\t{read}", ""]
        lines += [label, "\t".join(["", *(str(k + 1) for k in range(len(cells[0])))])]
        lines += ["\t".join([row_letters(i), *row, label]) for i, row in enumerate(cells)]
        lines += [""]
    return "\r\n".join(lines[:-1]) + "\r\n"


def softmax_text(wells: pd.DataFrame, *, mode: str = "Luminescence", digits: int = 0) -> str:
    r"""Return a tab-separated export as SoftMax Pro writes it in its plate format: a block a plate, each with its head.

    Parameters
    ----------
    wells : DataFrame
        Of one file; `plate` names and parts it, where it has the column.
    mode : str
        Luminescence or Absorbance.
    digits : int
        Decimals of a signal.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({"well": ["A1"], "signal": [9.0], "said": "", "rows": 8, "columns": 12})
    >>> softmax_text(wells).splitlines()[3].split("\t")[:4]
    ['', '25.0', '9', '']
    """
    plates = list(_plates(wells))
    lines = [f"##BLOCKS= {len(plates)}"]
    for number, (name, plate) in enumerate(plates, 1):
        cells = _grid(plate, "signal", lambda value: f"{value:.{digits}f}")
        rows, columns = len(cells), len(cells[0])
        head = ["Plate:", str(name) or f"Plate{number}", "1.3", "PlateFormat", "Endpoint", mode, "Raw", "FALSE", "1"]
        head += [*[""] * 5, "1", "", "1", str(columns), str(rows * columns), "1", str(rows)]
        lines += ["\t".join(head), "\t".join(["", "Temperature(C)", *(str(k + 1) for k in range(columns))])]
        lines += ["\t".join(["", "" if i else "25.0", *row]) for i, row in enumerate(cells)]
        lines += ["", "~End"]
    return "\r\n".join([*lines, "Original Filename: Plates; Date Last Saved: 1/5/2026 9:00:00 AM"]) + "\r\n"


def mars_csv(wells: pd.DataFrame, *, wavelengths: Sequence[float] = (570.0, 630.0), name: str = "MTT") -> str:
    """Return a comma-separated export as BMG's MARS writes it: one block a wavelength, the reference second.

    Parameters
    ----------
    wells : DataFrame
        Of one plate.
    wavelengths : sequence of float
        In nm, of `signal` and, where there is a second, of `reference_signal`.
    name : str
        The name of the test.
    """
    lines = ["User: USER,Path: C:\\Program Files (x86)\\BMG\\Data,Test run no.: 12"]
    lines += [f"Test name: {name},Date: 1/5/2026,Time: 9:00:00 AM", "", "ID1: ,ID2: Plate 1,ID3: ,", "Absorbance", ""]
    for number, (nm, column) in enumerate(zip(wavelengths, ("signal", "reference_signal"), strict=False), 1):
        cells = _grid(wells, column, "{:.3f}".format)
        lines += [f"Raw Data ({nm:g} {number})", "", "," + "".join(f"{k + 1}," for k in range(len(cells[0])))]
        lines += [",".join([row_letters(i), *row]) for i, row in enumerate(cells)]
        lines += [""]
    return "\r\n".join(lines)


def grid_csv(wells: pd.DataFrame, *, title: str, digits: int = 3, decimal: str = ".") -> str:
    """Return a grid as a person saves it from a spreadsheet: a title, the columns' numbers, the rows' letters.

    Parameters
    ----------
    wells : DataFrame
        Of one plate.
    title : str
        The first line.
    digits : int
        Decimals of a signal.
    decimal : str
        "." with commas between the cells, or "," with semicolons.
    """
    cells = _grid(wells, "signal", lambda value: f"{value:.{digits}f}".replace(".", decimal))
    between = ";" if decimal == "," else ","
    rows = [[title], [], ["", *(str(k + 1) for k in range(len(cells[0])))]]
    rows += [[row_letters(i), *row] for i, row in enumerate(cells)]
    return "".join(between.join(row) + "\r\n" for row in rows)


def grid_workbook(wells: pd.DataFrame, *, title: str, digits: int = 3) -> bytes:
    """Return a workbook with a title and one grid of numbers, its upper left corner at B4.

    Parameters
    ----------
    wells : DataFrame
        Of one plate.
    title : str
        Stands in B2.
    digits : int
        Decimals of a signal.
    """
    cells = _grid(wells, "signal", lambda value: f"{value:.{digits}f}")
    return workbook({"Results": [(title, cells)]})


def drawn_layout(layout: pd.DataFrame, properties: Sequence[str], *, shape: tuple[int, int] = (8, 12)) -> bytes:
    """Return a layout as biologists draw it: a workbook with a plate-shaped block for each property, one below another.

    Parameters
    ----------
    layout : DataFrame
        One row a well.
    properties : sequence of str
        Its columns to draw; the name stands above each block.
    shape : tuple of int
        Rows and columns of the plate.
    """
    sized = layout.assign(said="", rows=shape[0], columns=shape[1])
    return workbook({"layout": [(name, _grid(sized, name, _word)) for name in properties]})


def workbook(sheets: dict[str, list[tuple[str, Cells]]]) -> bytes:
    """Return the bytes of an XLSX file with titled plate-shaped grids below one another.

    Parameters
    ----------
    sheets : dict
        For each worksheet, the titles and the cells of its grids.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, grids in sheets.items():
        page = book.create_sheet(name)
        row = 2
        for title, cells in grids:
            page.cell(row, 2, title)
            for k in range(len(cells[0])):
                page.cell(row + 2, 3 + k, k + 1)
            for i, values in enumerate(cells):
                page.cell(row + 3 + i, 2, row_letters(i))
                for k, value in enumerate(values):
                    page.cell(row + 3 + i, 3 + k, _number(value))
            row += len(cells) + 4
    stream = io.BytesIO()
    book.save(stream)
    return _undated(stream.getvalue())


def _undated(contents: bytes) -> bytes:
    """Return a workbook whose parts all bear the same day."""
    stream = io.BytesIO()
    day = "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*_FIRST_DAY).encode()
    with zipfile.ZipFile(io.BytesIO(contents)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", day, old.read(part))
            new.writestr(zipfile.ZipInfo(part.filename, _FIRST_DAY), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _plates(wells: pd.DataFrame) -> Iterator[tuple[object, pd.DataFrame]]:
    if "plate" not in wells.columns:
        yield "", wells
        return
    yield from wells.groupby("plate", sort=False)


def _grid(wells: pd.DataFrame, column: str, write: Callable[[float], str]) -> Cells:
    """Return a column of the wells as the rows of a plate; a well that the reader words has its word."""
    rows, columns = int(wells["rows"].iloc[0]), int(wells["columns"].iloc[0])
    cells = [[""] * columns for _ in range(rows)]
    for well, value, said in zip(wells["well"], wells[column], wells["said"], strict=True):
        i, k = place_of(str(well))
        is_missing = isinstance(value, float) and np.isnan(value)
        cells[i][k] = str(said) if said else "" if is_missing else write(value)
    return cells


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _number(text: str) -> str | float | None:
    """Return what a spreadsheet makes of typed text."""
    try:
        return float(text) if text else None
    except ValueError:
        return text
