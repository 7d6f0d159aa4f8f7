"""CSV sheets in the dialects of a bench computer: any delimiter, encoding and line end that Excel writes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from cytotools.errors import Problem, refusal
from cytotools.sheets.sheet import MAX_ROWS, SAVE_AS, Row, Sheet, too_long

NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")


def sheet_of_text(contents: bytes, name: str) -> Sheet:
    r"""Read the bytes of a CSV file.

    Raises
    ------
    StudyError
        It is not text, empty, too long, or a quote in it stays open.

    Examples
    --------
    >>> sheet_of_text(b"file;dose\na.fcs;1,5\n", "samples.csv").rows
    (Row(line=2, values=('a.fcs', '1,5')),)
    """
    text, notes = _decoded(contents, name)
    first = next((line for line in text.splitlines() if line.strip()), "")
    declared = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", first, re.IGNORECASE)  # Excel's own hint, a line before the header
    delimiter = declared.group(1) if declared else _delimiter(first)
    rows = [row for row in csv_rows(text, name, delimiter) if not row.is_blank][1 if declared else 0 :]
    if not rows:
        raise refusal(name, "the sheet", "a header and rows", "an empty file", "Fill it.")
    return Sheet(name, "", delimiter, rows[0], tuple(rows[1:]), notes)


def _decoded(contents: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    encoding = encoding_of(contents)
    try:
        text = contents.decode(encoding)
    except UnicodeDecodeError as error:
        got = f"bytes that are not {encoding.upper()} (byte {error.start})"
        raise refusal(name, "the file", "text in UTF-8, UTF-16 or Windows-1252", got, SAVE_AS) from None
    odd = NOT_TEXT.search(text)
    if odd:
        place = f"{name}:{text.count(chr(10), 0, odd.start()) + 1}"
        raise refusal(place, "the file", "text", f"the control character {odd.group()!r}", SAVE_AS)
    if encoding != "cp1252":
        return text, ()
    remedy = "Look whether letters such as µ and ä came out right in the report; else save the sheet as CSV UTF-8."
    return text, (Problem(name, "the file", "UTF-8", "text that is not UTF-8, read as Windows-1252", remedy),)


def encoding_of(contents: bytes) -> str:
    """Return utf-16, utf-8-sig or, where the bytes are neither, cp1252."""
    if contents.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    half = max(1, len(contents) // 2)
    if contents[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    if contents[::2].count(0) > 0.4 * half:
        return "utf-16-be"
    try:
        contents.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(header: str) -> str:
    bare = re.sub('"[^"]*"', "", header)
    return max("\t;,", key=bare.count) if any(mark in bare for mark in "\t;,") else ","


def csv_rows(text: str, name: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a text with the line that each starts in; a quote left open is refused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start, count = 1, 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            got = "a quote that is opened and never closed" if "unexpected end" in str(error) else f"a row with {error}"
            remedy = 'Write quotes in pairs, around whole cells; a quote within a quoted cell is written "".'
            raise refusal(f"{name}:{start}", "the row", "cells parted by one delimiter", got, remedy) from None
        yield Row(start, tuple(cells))
        start, count = reader.line_num + 1, count + 1
        if count > MAX_ROWS:
            raise too_long(name)
