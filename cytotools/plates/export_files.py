"""A plate reader's export from the disk to its readings."""

from __future__ import annotations

from pathlib import Path

from cytotools.errors import refusal
from cytotools.plates.export_parsing import parse_export
from cytotools.plates.reading import Export
from cytotools.sheets.sheet import MAX_BYTES


def read_export(path: str | Path, name: str = "", sheet: str = "") -> Export:
    r"""Read the export of a plate reader; which software wrote it is recognised.

    Parameters
    ----------
    path : str or Path
        Text (tab, comma or semicolon, any encoding) or XLSX.
    name : str
        The file's name as messages shall give it; its own name where empty.
    sheet : str
        The one sheet of a workbook to read; every visible one where it is empty.

    Returns
    -------
    Export

    Raises
    ------
    StudyError
        The file can't be opened, is no export, or holds a value that can't be read or placed in one way only.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "ctg.csv"
    ...     _ = path.write_bytes(b"CellTiter-Glo\n,1,2\nA,812000,13\nB,790400,11\n")
    ...     reading = read_export(path).readings[0]
    >>> reading.label, reading.signal[:2, :2].tolist()
    ('CellTiter-Glo', [[812000.0, 13.0], [790400.0, 11.0]])
    """
    path = Path(path)
    shown = name or path.name
    try:
        with path.open("rb") as file:
            contents = file.read(MAX_BYTES + 1)
    except OSError as error:
        remedy = "Close it in other programs and look at its permissions."
        raise refusal(shown, "the file", "a file that can be read", error.strerror or "none", remedy) from None
    return parse_export(contents, shown, sheet)
