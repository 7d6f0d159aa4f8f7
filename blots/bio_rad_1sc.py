"""Bio-Rad `.1sc` scans (Quantity One, older Image Lab): the picture, and what the file says of its scan.

The format was never published. Its facts are those that M. A. Clapp found and wrote down in "File Specification for
Bio-Rad 1sc Files" (2017, biorad1sc-doc.readthedocs.io; reader: biorad1sc_reader, MIT): a header that points to eleven
data blocks; fields of type, length and number; and a scan header whose layout the file itself describes by name.
The last block is the picture, its bottom row first. Pixel for pixel the same as Image Lab's own TIFF export.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from blots.errors import UnreadableImage
from blots.fitness import Encoding
from blots.stored_image import StoredImage

MAGIC = b"\xaf\xaf"

_REMEDY = "Open it in Image Lab and export a 16-bit TIFF (File, Export, Export for Analysis)."
_POINTERS = (142, 143, 132, 133, 141, 140, 126, 127, 128, 129, 130)  # fields of the header, the picture's last
_LAYOUT, _CONTENTS, _TEXT = 100, 101, 16  # types of field
_FIRST_POINTER = 160
_REFERENCES = (15, 17)  # types of value that name a field
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 2, 7: 8, 10: 8}  # bytes of a type of value, where its layout leaves them out; else 4
_KEPT = {"scanner": "scanner", "creation_date": "acquired", "user_id": "user", "prog_name": "program"}


class _Field(NamedTuple):
    kind: int
    number: int
    payload: bytes


class _Item(NamedTuple):
    """Where one named value lies in the scan header."""

    kind: int
    offset: int
    length: int


def is_bio_rad_1sc(start: bytes) -> bool:
    """Tell a `.1sc` file by its first 136 bytes.

    Examples
    --------
    >>> is_bio_rad_1sc(MAGIC + b"Stable File Version 2.0" + 31 * b" " + b"Bio-Rad Scan File - ID 1")
    True
    """
    return start.startswith(MAGIC) and b"Bio-Rad Scan File" in start[:136]


def read_bio_rad_1sc(name: str, content: bytes) -> StoredImage:
    """Return the picture of a `.1sc` file.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    content : bytes
        The whole file.

    Returns
    -------
    StoredImage
        The numbers as Image Lab exports them, and the scanner and date among the metadata.

    Raises
    ------
    UnreadableImage
        When the file is cut, damaged, or of a kind that this does not know.

    Examples
    --------
    >>> read_bio_rad_1sc("cut.1sc", MAGIC)
    Traceback (most recent call last):
    blots.errors.UnreadableImage: cut.1sc: expected a whole .1sc scan, got one that is cut or damaged...
    """
    try:
        blocks = _blocks(content)
        header = _scan_header(content, blocks[:-1])
        start, length = blocks[-1]
        size = [_number(header[part]) for part in ("nypix", "nxpix", "bytes_per_pix")]
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise _damaged(name, "one that is cut or damaged") from error
    rows, columns, width = size
    if width not in (1, 2):
        raise _damaged(name, f"one of {8 * width} bits a pixel")
    if rows * columns == 0 or rows * columns * width != length or start + length > len(content):
        raise _damaged(name, f"{max(0, len(content) - start)} bytes for {rows} x {columns} pixels")
    pixels = np.frombuffer(content, dtype=f"<u{width}", count=rows * columns, offset=start).reshape(rows, columns)
    metadata = {"format": "Bio-Rad .1sc", **_described(header)}
    return StoredImage(pixels[::-1], Encoding(bits=8 * width), 0.0, float(256**width - 1), metadata=metadata)


def _damaged(name: str, got: str) -> UnreadableImage:
    return UnreadableImage(name, expected="a whole .1sc scan", got=got, remedy=_REMEDY)


def _blocks(content: bytes) -> list[tuple[int, int]]:
    """Return start and length of the eleven data blocks."""
    if not content[32:].startswith(b"Intel Format"):
        raise ValueError
    (end,) = struct.unpack_from("<I", content, 148)
    found = {
        field.kind: struct.unpack_from("<II", field.payload)
        for field in _fields(content, _FIRST_POINTER, min(end, _FIRST_POINTER + 20 * 64))
        if field.kind in _POINTERS
    }
    return [(int(found[kind][0]), int(found[kind][1])) for kind in _POINTERS]


def _fields(content: bytes, start: int, end: int) -> Iterator[_Field]:
    """Walk through the fields of a block; the first of type 0 ends it."""
    end = min(end, len(content))
    while start + 8 <= end:
        kind, length, number = struct.unpack_from("<HHI", content, start)
        length = 20 if length == 1 else length  # so written in the file's header only
        if kind == 0 or length < 8:
            return
        yield _Field(kind, number, content[start + 8 : min(start + length, end)])
        start += length


def _scan_header(content: bytes, blocks: list[tuple[int, int]]) -> Mapping[str, bytes]:
    """Return the raw values of the scan header by their names, texts already looked up."""
    fields = [field for start, length in blocks for field in _fields(content, start + 8, start + length)]
    by_number = {field.number: field for field in fields}
    kind, layout = _scan_layout(fields, by_number)
    for field in fields:
        if field.kind == kind and len(field.payload) >= max(item.offset + item.length for item in layout.values()):
            return {label: _value(field.payload, item, by_number) for label, item in layout.items()}
    raise KeyError


def _scan_layout(fields: list[_Field], by_number: Mapping[int, _Field]) -> tuple[int, dict[str, _Item]]:
    """Return the type of the scan header's field, and where in it which value lies."""
    for field in fields:
        for at in range(0, len(field.payload) - 19, 20) if field.kind == _CONTENTS else ():
            kind, layout, _, label = struct.unpack_from("<H6xIII", field.payload, at)
            if label in by_number and _text(by_number[label].payload) == "SCN":
                return kind, _items(by_number[layout], by_number)
    raise KeyError


def _items(field: _Field, by_number: Mapping[int, _Field]) -> dict[str, _Item]:
    if field.kind != _LAYOUT:
        raise ValueError
    items = {}
    for at in range(0, len(field.payload) - 35, 36):
        kind, words, offset, label, width = struct.unpack_from("<H2xIII4xI", field.payload, at)
        if label in by_number and width * words <= 4096:
            items[_text(by_number[label].payload)] = _Item(kind, offset, (width or _WIDTHS.get(kind, 4)) * words)
    return items


def _value(payload: bytes, item: _Item, by_number: Mapping[int, _Field]) -> bytes:
    raw = payload[item.offset : item.offset + item.length]
    if item.kind in _REFERENCES and len(raw) == 4:
        field = by_number.get(int.from_bytes(raw, "little"))
        return field.payload if field is not None and field.kind == _TEXT else b""
    return raw


def _number(raw: bytes) -> int:
    if not 1 <= len(raw) <= 4:
        raise ValueError
    return int.from_bytes(raw, "little")


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "replace").strip()


def _described(header: Mapping[str, bytes]) -> dict[str, str]:
    return {name: _text(header[label]) for label, name in _KEPT.items() if _text(header.get(label, b""))}
