"""The bytes of a file to tables of cells, by what the bytes are and not by what the name says."""

from __future__ import annotations

from cytotools.errors import Problem, refusal
from cytotools.plates.cell_table import CellTable
from cytotools.plates.file_kinds import foreign_kind
from cytotools.plates.text_tables import table_of_text
from cytotools.plates.workbook_tables import tables_of_workbook
from cytotools.sheets.sheet import MAX_BYTES

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def tables_of_file(contents: bytes, name: str, sheet: str = "") -> tuple[tuple[CellTable, ...], tuple[Problem, ...]]:
    """Return the tables of a text file or of an XLSX workbook, and what the reader should know of them.

    Raises
    ------
    StudyError
        The file is empty, too large, a picture or another kind that holds no plate, an old .xls workbook, or can't be
        read.

    Examples
    --------
    >>> tables, _ = tables_of_file(b"A1,0.5", "named_wrongly.xls")
    >>> tables[0].rows
    (('A1', '0.5'),)
    """
    if len(contents) > MAX_BYTES:
        expected, got = f"an export of at most {MAX_BYTES // 1_000_000} MB", f"{len(contents) / 1e6:.0f} MB"
        raise refusal(name, "the file", expected, got, "Export the plates one by one.")
    foreign = foreign_kind(contents)
    if foreign:
        kind, remedy = foreign
        raise refusal(name, "the file", "the export of a plate reader, as text or XLSX", kind, remedy)
    if contents.startswith(_OLE):
        remedy = "Open it in Excel and save it as XLSX, without a password, or export text."
        raise refusal(name, "the file", "text or XLSX", "an old .xls workbook or one with a password", remedy)
    if contents.startswith(_ZIP):
        return tables_of_workbook(contents, name, sheet)
    if not contents.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise refusal(name, "the file", "the export of a plate reader", "an empty file", "Export the plate again.")
    table, notes = table_of_text(contents, name)
    return (table,), notes
