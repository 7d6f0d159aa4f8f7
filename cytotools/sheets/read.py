"""The bytes of a file to a sheet: which kind of file it is, and whether it is one at all."""

from __future__ import annotations

from pathlib import PurePosixPath

from cytotools.errors import refusal
from cytotools.sheets.csv_text import sheet_of_text
from cytotools.sheets.sheet import MAX_BYTES, SAVE_AS, Sheet
from cytotools.sheets.workbooks import sheet_of_workbook

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".tab")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")


def read_sheet(contents: bytes, name: str, wanted: str = "") -> Sheet:
    r"""Read the bytes of a CSV or XLSX file as a sheet.

    CSV: comma, semicolon or tab, whichever parts the header most; UTF-8, UTF-16 or Windows-1252; any line end. XLSX:
    the sheet whose title is `wanted`, else the first one that is visible and holds anything.

    Parameters
    ----------
    contents : bytes
        The whole file.
    name : str
        Its name as messages shall give it; the ending says the kind.
    wanted : str
        The title to look for in a workbook of several sheets.

    Returns
    -------
    Sheet

    Raises
    ------
    StudyError
        For a file of another kind, too large, not text, empty, or with open quotes, merged cells or formulas that
        were never computed.

    Examples
    --------
    >>> sheet = read_sheet("Datei;Dosis µM\r\na.fcs;1,5\r\n".encode("cp1252"), "samples.csv")
    >>> sheet.delimiter, sheet.rows
    (';', (Row(line=2, values=('a.fcs', '1,5')),))
    """
    suffix = PurePosixPath(name).suffix.lower()
    if len(contents) > MAX_BYTES:
        raise refusal(
            name,
            "the file",
            f"a sheet of at most {MAX_BYTES // 1_000_000} MB",
            f"{len(contents) / 1e6:.0f} MB",
            "Name the sheet that describes the samples, not an export of the measurements.",
        )
    if suffix in WORKBOOK_SUFFIXES:
        return sheet_of_workbook(contents, name, wanted)
    if suffix not in TEXT_SUFFIXES or contents.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise refusal(name, "the file", "a CSV or XLSX sheet", _kind(contents, suffix), SAVE_AS)
    return sheet_of_text(contents, name)


def _kind(contents: bytes, suffix: str) -> str:
    if contents.startswith(b"PK\x03\x04"):
        return f"a zipped file, probably a workbook, named {suffix or 'without an ending'}"
    if contents.startswith(b"\xd0\xcf\x11\xe0"):
        return "an old .xls workbook or one with a password"
    return f"a file named {suffix}" if suffix else "a file without an ending"
