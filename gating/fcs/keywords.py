"""HEADER and TEXT: where the segments of an FCS data set lie, and its keywords.

The rules follow the FCS 3.1 standard (Spidlen 2010, doi 10.1002/cyto.a.20825); each departure that real instruments
write is mended under a name, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gating.errors import UnreadableFcs

Buffer = bytes | memoryview
HEADER_BYTES = 58
VERSION = re.compile(rb"FCS[23]\.[0-9]")
REQUIRED = (
    "$PAR",
    "$DATATYPE",
    "$BYTEORD",
    "$TOT",
    "$BEGINDATA",
    "$ENDDATA",
    "$MODE",
    "$P1B",
    "$P1R",
    "$P1N",
    "$P1E",
)


@dataclass(frozen=True)
class DataSet:
    """One data set before its DATA are touched: keywords, and where HEADER says that DATA lie."""

    version: str
    start: int  # byte of the file where this data set begins; its offsets count from there
    header_data: tuple[int, int]  # first and last byte of DATA after HEADER, 0 where it is silent
    keywords: Mapping[str, str]
    repairs: tuple[str, ...]
    text_end: int


def read_dataset(buffer: Buffer, name: str, dataset: int = 0) -> DataSet:
    """Return the keywords of the data set number `dataset` (from 0) of an FCS file's bytes."""
    start = 0
    for index in range(dataset + 1):
        found = _read_at(buffer, name, start)
        if index == dataset:
            return found
        following = whole_number(found.keywords.get("$NEXTDATA", ""))
        if not following or start + following >= len(buffer):
            raise UnreadableFcs(
                name,
                expected=f"{dataset + 1} data sets",
                got=f"{index + 1}",
                remedy=f"Ask for a data set from 0 to {index}.",
            )
        start += following
    raise UnreadableFcs(name, expected="a data set from 0", got=str(dataset), remedy="Ask for data set 0.")


def _read_at(buffer: Buffer, name: str, start: int) -> DataSet:
    header = bytes(buffer[start : start + HEADER_BYTES])
    if not VERSION.match(header):
        raise UnreadableFcs(
            name,
            expected="an FCS file (it begins with FCS2.0, FCS3.0, FCS3.1 or FCS3.2)",
            got=_first_bytes(header),
            remedy="Export the tube again as FCS from the cytometer's software.",
        )
    repairs: list[str] = []
    text_first, text_last, data_first, data_last = (
        whole_number(header[i : i + 8].decode("latin-1")) or 0 for i in range(10, 42, 8)
    )
    if not HEADER_BYTES <= text_first < text_last or start + text_first >= len(buffer):
        raise UnreadableFcs(
            name,
            expected="a TEXT segment inside the file",
            got=f"bytes {text_first} to {text_last} of {len(buffer) - start}",
            remedy="The file is cut or damaged: copy it again from the instrument.",
        )
    text = bytes(buffer[start + text_first : start + text_last + 1])
    keywords = parse_text(text, name, repairs)
    first, last = (whole_number(keywords.get(k, "")) or 0 for k in ("$BEGINSTEXT", "$ENDSTEXT"))
    if first > text_last and last > first and start + last < len(buffer):
        extra = parse_text(bytes(buffer[start + first : start + last + 1]), name, repairs)
        keywords = {**extra, **keywords}
    return DataSet(
        version=header[3:6].decode(),
        start=start,
        header_data=(data_first, data_last),
        keywords=keywords,
        repairs=tuple(repairs),
        text_end=text_last,
    )


def parse_text(text: bytes, name: str, repairs: list[str]) -> dict[str, str]:
    """Return the keywords of a TEXT segment, upper case; what was mended is appended to `repairs`.

    The standard doubles a delimiter inside a value and forbids empty values; many programs write empty values all the
    same, so that `||` means either. Both readings are tried and the one that yields a consistent TEXT is kept.

    Examples
    --------
    >>> parse_text(b"/$PAR/1/$FIL/a//b.fcs/", "a.fcs", [])
    {'$PAR': '1', '$FIL': 'a/b.fcs'}
    >>> repairs = []
    >>> parse_text(b"/$PAR/1/OP//$TOT/5/", "a.fcs", repairs)
    {'$PAR': '1', 'OP': '', '$TOT': '5'}
    """
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        decoded = text.decode("latin-1")
        repairs.append("latin_1: TEXT is not UTF-8 and was read as Latin-1")
    delimiter, body = decoded[:1], decoded[1:]
    stripped = body.rstrip("\x00 \r\n") if delimiter not in " \r\n\x00" else body
    if stripped.endswith(delimiter):
        body = stripped
    else:
        repairs.append("no_final_delimiter: TEXT does not end with its delimiter")
        body = (body if delimiter in " \r\n\x00" else body.rstrip("\x00")) + delimiter
    standard = _pairs(_split_doubled(body, delimiter))
    if delimiter * 2 not in body:
        pairs, odd = standard
    else:
        plain = _pairs(body[:-1].split(delimiter))
        pairs, odd = max((standard, plain), key=_consistency)
        if (pairs, odd) == plain != standard:
            repairs.append("empty_values: TEXT holds empty values, which the standard forbids")
    if odd:
        repairs.append("odd_keywords: TEXT ends with a keyword that has no value, left out")
    if not pairs:
        raise UnreadableFcs(
            name,
            expected="keywords in TEXT",
            got=repr(text[:40]),
            remedy="The file is damaged: export the tube again.",
        )
    keywords: dict[str, str] = {}
    for key, value in pairs:
        keywords.setdefault(key.strip().upper(), value)
    return keywords


def whole_number(text: str) -> int | None:
    """Return the integer that a keyword means (`262144`, ` 12 `, `262144.00`), or None where it means none.

    Examples
    --------
    >>> whole_number(" 262144.00 "), whole_number(""), whole_number("12a")
    (262144, None, None)
    """
    match = re.fullmatch(r"\s*([+-]?\d{1,18})(\.0*)?\s*", text, flags=re.ASCII)
    return int(match.group(1)) if match else None


def _split_doubled(body: str, delimiter: str) -> list[str]:
    hidden = "\ue000"
    tokens = body.replace(delimiter * 2, hidden).split(delimiter)
    # After a final `//` the last token is not closed: it stays, so that the number of tokens is odd and tells.
    closed = tokens[:-1] if not tokens[-1] else tokens
    return [token.replace(hidden, delimiter) for token in closed]


def _pairs(tokens: list[str]) -> tuple[list[tuple[str, str]], bool]:
    return list(zip(tokens[::2], tokens[1::2], strict=False)), len(tokens) % 2 == 1


def _consistency(parsed: tuple[list[tuple[str, str]], bool]) -> tuple[int, int, bool]:
    """Score a reading of TEXT: required keywords found, `$` at keys rather than at values, no odd token."""
    pairs, odd = parsed
    keys = {key.strip().upper() for key, _ in pairs}
    dollars = sum(key.startswith("$") for key, _ in pairs) - sum(value.startswith("$") for _, value in pairs)
    return sum(key in keys for key in REQUIRED), dollars, not odd


def _first_bytes(header: bytes) -> str:
    return f"the bytes {header[:8]!r}" if header else "an empty file"
