"""The text of a plate reader, or of a person's spreadsheet, to a table of cells: encoding and delimiter found."""

from __future__ import annotations

import re

from cytotools.errors import Problem, refusal
from cytotools.plates.cell_table import CellTable
from cytotools.plates.code_pages import NAMES, code_page_of
from cytotools.sheets.csv_text import NOT_TEXT, csv_rows, encoding_of

DELIMITERS = "\t;,"
_AGAIN = "Export it again as text (tab or CSV, UTF-8) or as XLSX."
_MARKUP = re.compile(r"\s*<(\?xml|!doctype|html|workbook)", re.IGNORECASE)
_HEADER = {
    mark: re.compile(
        rf'(?:^|{re.escape(mark)})\s*"?(?:0?1"?\s*{re.escape(mark)}\s*"?0?2"?\s*{re.escape(mark)}\s*"?0?3'
        rf'|A0?1"?\s*{re.escape(mark)}\s*"?[AB]0?[12])"?\s*(?:{re.escape(mark)}|$)'
    )
    for mark in (*DELIMITERS, "|")
}
_SPACED = re.compile(r"^\s*0?1\s+0?2\s+0?3\s+0?4\b")


def table_of_text(contents: bytes, name: str) -> tuple[CellTable, tuple[Problem, ...]]:
    r"""Read the bytes of a text file.

    The delimiter is the one that parts a header of column numbers or wells, else tab, semicolon or comma, whichever
    stands in the lines.

    Raises
    ------
    StudyError
        It is not text, or its cells can't be told apart: a quote stays open, or two delimiters part two headers.

    Examples
    --------
    >>> table, _ = table_of_text("Dämpfung; 570\n;1;2\nA;0,5;1,25\n".encode("cp1252"), "plate.csv")
    >>> table.delimiter, table.rows[2]
    (';', ('A', '0,5', '1,25'))
    """
    text, notes = _decoded(contents, name)
    if _MARKUP.match(text):
        remedy = "Open it in Excel and save it as XLSX or CSV."
        raise refusal(name, "the file", "an export as text or XLSX", "a page of HTML or XML", remedy)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    declared = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", first, re.IGNORECASE)
    delimiter = declared.group(1) if declared else _delimiter(lines, name)
    rows: list[tuple[str, ...]] = []
    for row in csv_rows(text, name, delimiter):
        rows += [()] * (row.line - 1 - len(rows))  # a cell of several lines: each row keeps its own line
        rows.append(tuple(map(_unwrapped, row.values)))
    if declared:
        rows[next(index for index, row in enumerate(rows) if any(row))] = ()
    return CellTable(name, "", delimiter, tuple(rows)), notes


def _decoded(contents: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    encoding = encoding_of(contents)
    if encoding == "cp1252":
        encoding = code_page_of(contents)
    try:
        text = contents.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        got = f"bytes that are not {NAMES.get(encoding, encoding.upper())} (byte {error.start})"
        raise refusal(name, "the file", "text", got, _AGAIN) from None
    odd = NOT_TEXT.search(text)
    if odd:
        place = f"{name}:{text.count(chr(10), 0, odd.start()) + 1}"
        raise refusal(place, "the file", "text", f"the control character {odd.group()!r}", _AGAIN)
    if encoding not in NAMES:
        return text, ()
    got = f"text that is not UTF-8, read as {NAMES[encoding]}"
    remedy = "Look whether letters such as µ and ä came out right in the report."
    return text, (Problem(name, "the file", "UTF-8", got, remedy),)


def _delimiter(lines: list[str], name: str) -> str:
    heads = {mark: [n for n, line in enumerate(lines) if _HEADER[mark].search(line)] for mark in DELIMITERS}
    found = [mark for mark in DELIMITERS if heads[mark]]
    if len(found) > 1:
        shown = {"\t": "tabs", ";": "semicolons", ",": "commas"}
        places = " and ".join(f"{shown[mark]} in line {heads[mark][0] + 1}" for mark in found)
        remedy = "Save each part as a file of its own, with one delimiter."
        raise refusal(name, "the file", "cells parted by one delimiter", places, remedy)
    if found:
        return found[0]
    spaced = next((n for n, line in enumerate(lines) if _SPACED.match(line) or _HEADER["|"].search(line)), None)
    if spaced is not None:
        expected, got = "cells parted by tabs, commas or semicolons", "column numbers parted by something else"
        raise refusal(f"{name}:{spaced + 1}", "the header", expected, got, _AGAIN)
    counts = {mark: sum(mark in line for line in lines) for mark in DELIMITERS}
    return next((mark for mark in "\t;" if counts[mark] * 2 >= max(counts[","], 1)), ",")


def _unwrapped(cell: object) -> str:
    """Return a cell's text; Excel's way to keep text as text, ="0815", is taken off."""
    words = str(cell)
    return words[2:-1] if len(words) > 2 and words.startswith('="') and words.endswith('"') else words
