"""What a file is that is named as a plate reader's export and is none, told by its first bytes."""

from __future__ import annotations

import io
import zipfile

_SAVE = "Name the reader's export: text (tab or CSV) or XLSX, with the value of each well."
_FLOW = "Name it in the samples sheet of `flow:`, and the reader's export here."
_PICTURE = "A picture holds no values: name the reader's export, as text or XLSX."
_PRISM = "In Prism, export the data table as CSV with a column `well`, or name the reader's own export."
_UNPACK = "Unpack it, and name the export in it."
_STARTS = (
    (b"\x89PNG", "a PNG picture", _PICTURE),
    (b"\xff\xd8\xff", "a JPEG picture", _PICTURE),
    (b"GIF8", "a GIF picture", _PICTURE),
    (b"II*\x00", "a TIFF picture", _PICTURE),
    (b"MM\x00*", "a TIFF picture", _PICTURE),
    (b"%PDF", "a PDF", _SAVE),
    (b"FCS2.", "an FCS file", _FLOW),
    (b"FCS3.", "an FCS file", _FLOW),
)
_ZIP = b"PK\x03\x04"


def foreign_kind(contents: bytes) -> tuple[str, str] | None:
    r"""Return what a file is and the remedy, where it is of a known kind that holds no plate; None for all others.

    Examples
    --------
    >>> foreign_kind(b"FCS3.1    ...")[0], foreign_kind(b",1,2\nA,0.1,0.2") is None
    ('an FCS file', True)
    """
    for start, kind, remedy in _STARTS:
        if contents.startswith(start):
            return kind, remedy
    if b"<GraphPadPrismFile" in contents[:1000]:
        return "a Prism file", _PRISM
    return _kind_of_archive(contents) if contents.startswith(_ZIP) else None


def _kind_of_archive(contents: bytes) -> tuple[str, str] | None:
    """Return what an archive is unless it is an XLSX workbook, or broken, which its reader says better."""
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if "[Content_Types].xml" in names:
        is_other = not any(name.startswith("xl/") for name in names)
        return ("a Word or PowerPoint document", _SAVE) if is_other else None
    if "mimetype" in names and "content.xml" in names:
        return "an OpenDocument file", "Save it as XLSX or CSV."
    if "document.json" in names and any(name.startswith("data/") for name in names):
        return "a Prism file", _PRISM
    return "a ZIP archive", _UNPACK
