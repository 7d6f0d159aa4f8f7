"""What a file is, by its first bytes: an image that is read here, or something else that is called by its name."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

from blots.bio_rad_1sc import is_bio_rad_1sc
from blots.errors import UnreadableImage

LOOKED_AT = 512  # bytes

_TIFF = "Export the scan as a 16-bit greyscale TIFF."
_IMAGE_LAB = "Open it in Image Lab and export a 16-bit TIFF (File, Export, Export for Analysis)."
_MICROSCOPE = "Open it in its own program or in Fiji and save the channel as a 16-bit TIFF."
_FROM_PAGE = "Give the scan that was placed in it; a picture in a document is rescaled and no measurement."


class _Foreign(NamedTuple):
    """A kind of file that is not read: what it is, and what to do."""

    what: str
    remedy: str


_BY_CONTENT: dict[bytes, _Foreign] = {
    b"%PDF": _Foreign("a PDF document", _FROM_PAGE),
    b"\xd0\xcf\x11\xe0": _Foreign("an old Office document", _FROM_PAGE),
    b"{\\rtf": _Foreign("a text document", _FROM_PAGE),
    b"%!PS": _Foreign("a PostScript drawing", _FROM_PAGE),
    b"\xc5\xd0\xd3\xc6": _Foreign("a PostScript drawing", _FROM_PAGE),
    b"<svg": _Foreign("an SVG drawing", _FROM_PAGE),
    b"8BPS": _Foreign("a Photoshop document", "Save the scan's own layer as a 16-bit TIFF, or give the scan itself."),
    b"ZISRAWFILE": _Foreign("a Zeiss .czi file", _MICROSCOPE),
    b"\xda\xce\xbe\x0a": _Foreign("a Nikon .nd2 file", _MICROSCOPE),
    b"\x70\x00\x00\x00": _Foreign("a Leica .lif file", _MICROSCOPE),
    b"\x89HDF": _Foreign("an HDF5 file", _MICROSCOPE),
    b"SIMPLE  =": _Foreign("a FITS file", _TIFF),
    b"FCS2": _Foreign("a flow cytometry file", "List it under `flow` in the study."),
    b"FCS3": _Foreign("a flow cytometry file", "List it under `flow` in the study."),
    b"\x1f\x8b": _Foreign("a compressed archive", "Unpack it first."),
    b"7z\xbc\xaf": _Foreign("a 7z archive", "Unpack it first."),
    b"Rar!": _Foreign("a RAR archive", "Unpack it first."),
    b"P2": _Foreign("a Netpbm file", _TIFF),
    b"P5": _Foreign("a Netpbm file", _TIFF),
    b"P6": _Foreign("a Netpbm file", _TIFF),
}
_BY_SUFFIX: dict[str, _Foreign] = {
    ".scn": _Foreign("a Bio-Rad .scn scan, which is not read yet", _IMAGE_LAB),
    ".mscn": _Foreign("a Bio-Rad .mscn multichannel scan, which is not read yet", _IMAGE_LAB),
    ".1sc": _Foreign("a damaged .1sc scan, or no scan", _IMAGE_LAB),
    ".gap": _Foreign("a GelAnalyzer project", "Give the image that it was made from."),
    ".img": _Foreign("a raw Fuji or Typhoon .img scan, which is not read", _TIFF),
    ".inf": _Foreign("the description of a raw .img scan", _TIFF),
    ".ds": _Foreign("the description of a Typhoon scan", "Give its .gel or .tif file."),
    ".imf": _Foreign("a closed .imf file", _TIFF),
    ".sgd": _Foreign("a Syngene .sgd scan, which is not read", _TIFF),
    ".lif": _Foreign("a Leica .lif file", _MICROSCOPE),
    ".czi": _Foreign("a Zeiss .czi file", _MICROSCOPE),
    ".nd2": _Foreign("a Nikon .nd2 file", _MICROSCOPE),
    ".oib": _Foreign("an Olympus .oib file", _MICROSCOPE),
    ".vsi": _Foreign("an Olympus .vsi file", _MICROSCOPE),
    ".gel": _Foreign("a .gel file that is no TIFF", _TIFF),
    ".csv": _Foreign("a table", "Name the image in `file`, not a sheet."),
    ".xlsx": _Foreign("a workbook", "Name the image in `file`, not a sheet."),
    ".txt": _Foreign("a text", "Name the image in `file`."),
}
_CAMERA_RAW = {".cr2", ".nef", ".arw", ".dng", ".orf", ".rw2", ".pef"}
_DOCUMENTS = {
    "word/": "a Word document",
    "ppt/": "a PowerPoint presentation",
    "xl/": "an Excel workbook",
    "mimetype": "a document or drawing",
}


def kind_of(name: str, start: bytes) -> str:
    r"""Tell by its first bytes how a file is read: "tiff", "1sc", "picture" or "zip".

    Parameters
    ----------
    name : str
        The file's name; its suffix decides nothing, but helps to name what is not read.
    start : bytes
        The first 512 bytes, or the whole of a shorter file.

    Raises
    ------
    UnreadableImage
        When the file is nothing that is read here, called by its name with a remedy where it is known.

    Examples
    --------
    >>> kind_of("scan.tif", b"II*" + bytes(29)), kind_of("scan.tif", b"\xff\xd8\xff\xe0" + bytes(20))
    ('tiff', 'picture')
    """
    suffix = PurePath(name).suffix.casefold()
    if not start:
        raise UnreadableImage(name, expected="an image", got="an empty file", remedy="Copy the scan again.")
    if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        if suffix in _CAMERA_RAW:
            raise _refused(name, _Foreign(f"a camera's raw {suffix} file", _TIFF))
        return "tiff"
    if is_bio_rad_1sc(start):
        return "1sc"
    if _is_picture(start):
        return "picture"
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        return "zip"
    raise _refused(name, _foreign(suffix, start))


def document_in(files: list[str]) -> str | None:
    """Name the document that a zip archive is, None where it is a plain archive.

    Examples
    --------
    >>> document_in(["[Content_Types].xml", "word/document.xml"])
    'a Word document'
    """
    return next((what for part, what in _DOCUMENTS.items() if any(file.startswith(part) for file in files)), None)


def document_refused(name: str, what: str) -> UnreadableImage:
    """Return the error for a document that holds pictures at best.

    Examples
    --------
    >>> print(document_refused("fig.docx", "a Word document"))
    fig.docx: expected an image, got a Word document. Give the scan that was placed in it; ...
    """
    return _refused(name, _Foreign(what, _FROM_PAGE))


def _is_picture(start: bytes) -> bool:
    jpeg_2000 = start.startswith((b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  "))
    web = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    return web or jpeg_2000 or start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"GIF87a", b"GIF89a"))


def _foreign(suffix: str, start: bytes) -> _Foreign:
    if b"Generated by Image Lab" in start:
        return _BY_SUFFIX[".scn"]
    for magic, what in _BY_CONTENT.items():
        if start.startswith(magic):
            return what
    if start[4:8] == b"ftyp":
        return _Foreign("a film, or an iPhone's .heic photograph", _TIFF)
    if start[128:132] == b"DICM":
        return _Foreign("a DICOM file", _TIFF)
    if not any(start):
        return _Foreign("a file of zero bytes", "Copy the scan again; the copy or the disk has failed.")
    head = start.lstrip(b"\xef\xbb\xbf \r\n\t")[:200].lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return _Foreign("a web page", "Download the image itself.")
    if b"<svg" in head:
        return _BY_CONTENT[b"<svg"]
    return _BY_SUFFIX.get(suffix, _Foreign("a file that is no image", _TIFF))


def _refused(name: str, what: _Foreign) -> UnreadableImage:
    return UnreadableImage(name, expected="an image", got=what.what, remedy=what.remedy)
