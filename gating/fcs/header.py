"""HEADER: where the segments of a data set lie, its TEXT, and the data sets that follow in one file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gating.errors import UnreadableFcs
from gating.fcs.keywords import PADDING, parse_text, whole_number
from gating.fcs.repairs import Repairs, shown

HEADER_BYTES = 58
VERSION = re.compile(rb"FCS[23]\.[0-9]")
PUBLISHED = ("2.0", "3.0", "3.1", "3.2")
OTHER_FILES = {
    b"\x1f\x8b": ("a gzip archive", "Unpack it first: gunzip FILE."),
    b"PK\x03\x04": ("a zip archive", "Unpack it first: unzip FILE."),
    b"BZh": ("a bzip2 archive", "Unpack it first: bunzip2 FILE."),
    b"\xfd7zXZ": ("an xz archive", "Unpack it first: unxz FILE."),
    b"\x28\xb5\x2f\xfd": ("a zstd archive", "Unpack it first: unzstd FILE."),
    b"FCS1.": ("FCS 1.0, whose TEXT has no keywords", "Convert it with the software of its time."),
}
LOOK_AROUND = 64  # bytes in which a TEXT that HEADER misses is looked for


@dataclass(frozen=True)
class DataSet:
    """One data set before its DATA are touched: keywords, and where HEADER says that DATA lie.

    All places but `start` and `end` count from `start`, as the offsets of the file do.
    """

    version: str
    start: int  # byte of the file where this data set begins
    end: int  # byte of the file where the next data set begins, or the file ends
    header_data: tuple[int, int]  # first and last byte of DATA after HEADER, 0 where it is silent
    text: tuple[int, int]  # first and last byte of TEXT
    keywords: Mapping[str, str]


def read_dataset(buffer: memoryview, name: str, dataset: int, repairs: Repairs) -> DataSet:
    """Return the keywords of the data set number `dataset` (from 0) of an FCS file's bytes."""
    start = 0
    for index in range(dataset + 1):
        notes = repairs if index == dataset else Repairs()
        found, following = _read_at(buffer, name, start, notes)
        if index == dataset:
            if following is not None and dataset == 0:
                repairs.note("data_sets", "the file goes on with another data set, the first was read")
            return found
        if following is None:
            raise UnreadableFcs(
                name,
                expected=f"{dataset + 1} data sets",
                got=f"{index + 1}",
                remedy=f"Ask for a data set from 0 to {index}.",
            )
        start = following
    raise UnreadableFcs(name, expected="a data set from 0", got=str(dataset), remedy="Ask for data set 0.")


def _read_at(buffer: memoryview, name: str, start: int, repairs: Repairs) -> tuple[DataSet, int | None]:
    """Return the data set that begins at a byte, and where the next one begins, None where it is the last."""
    header = bytes(buffer[start : start + HEADER_BYTES])
    version = _version(header, name, repairs)
    fields = [header[i : i + 8].decode("latin-1") for i in range(10, 42, 8)]
    places = [whole_number(field) or 0 for field in fields]
    keywords, text, base = _primary_text(buffer, name, start, places, repairs)
    if base:
        repairs.note("absolute_offsets", "the offsets of this data set count from the start of the file")
        keywords = _relative(keywords, base)
    keywords = _supplemented(buffer, name, start, keywords, text, repairs)
    following = _next_start(buffer, start, keywords.get("$NEXTDATA", "0"), repairs)
    found = DataSet(
        version=version,
        start=start,
        end=len(buffer) if following is None else following,
        header_data=(places[2] - base, places[3] - base),
        text=text,
        keywords=keywords,
    )
    return found, following


def _primary_text(
    buffer: memoryview, name: str, start: int, places: list[int], repairs: Repairs
) -> tuple[dict[str, str], tuple[int, int], int]:
    """Return keywords, first and last byte of TEXT, and what must be taken off the offsets of this data set."""
    attempts: list[tuple[dict[str, str], tuple[int, int], Repairs]] = []
    failures: list[UnreadableFcs] = []
    for base in dict.fromkeys((0, start)):
        first, last, data_first = (place - base for place in places[:3])
        notes = Repairs()
        try:
            attempts.append((*_read_text(buffer, name, start, (first, last), data_first, notes), notes))
        except UnreadableFcs as error:
            failures.append(error)
            continue
        keywords, text, notes = attempts[-1]
        if "$PAR" in keywords:
            repairs.take(notes)
            return keywords, text, base
    if not attempts:
        raise failures[0]
    keywords, text, notes = attempts[0]
    repairs.take(notes)
    return keywords, text, 0


def _version(header: bytes, name: str, repairs: Repairs) -> str:
    if not VERSION.match(header):
        got = f"the bytes {header[:8]!r}" if header else "an empty file"
        remedy = "Export the tube again as FCS from the cytometer's software."
        for magic, (kind, advice) in OTHER_FILES.items():
            if header.startswith(magic):
                got, remedy = kind, advice
        raise UnreadableFcs(
            name,
            expected="an FCS file (it begins with FCS2.0, FCS3.0, FCS3.1 or FCS3.2)",
            got=got,
            remedy=remedy,
        )
    version = header[3:6].decode()
    if version not in PUBLISHED:
        repairs.note("version", f"there is no FCS {version}, the file was read as FCS 3.1")
    return version


def _read_text(
    buffer: memoryview, name: str, start: int, extent: tuple[int, int], data_first: int, repairs: Repairs
) -> tuple[dict[str, str], tuple[int, int]]:
    """Return the keywords of the primary TEXT and its true first and last byte."""
    first, last = extent
    room = len(buffer) - start
    if not HEADER_BYTES <= first < last or last > room:
        raise UnreadableFcs(
            name,
            expected="a TEXT segment inside the file",
            got=f"bytes {first} to {last} of {room}",
            remedy="The file is cut or damaged: copy it again from the instrument.",
        )
    true_last = _text_end(buffer, start, first, last, data_first)
    keywords, begin, notes = _parsed(buffer, name, start, first, true_last)
    if begin != first:
        repairs.note("text_start", f"TEXT begins at byte {begin}, HEADER says {first}")
    if true_last != last:
        repairs.note("text_end", f"TEXT ends at byte {true_last}, HEADER says {last}")
    repairs.take(notes)
    return keywords, (begin, true_last)


def _parsed(buffer: memoryview, name: str, start: int, first: int, last: int) -> tuple[dict[str, str], int, Repairs]:
    """Parse TEXT from where HEADER says that it begins or, where that makes no sense, from before the first `$`."""
    failure: UnreadableFcs | None = None
    kept: tuple[dict[str, str], int, Repairs] | None = None
    for begin in (first, _text_start(buffer, start, first)):
        notes = Repairs()
        try:
            keywords = parse_text(bytes(buffer[start + begin : start + last + 1]), name, notes, len(buffer))
        except UnreadableFcs as error:
            failure = failure or error
            continue
        if "$PAR" in keywords:
            return keywords, begin, notes
        kept = kept or (keywords, begin, notes)
    if kept is not None:
        return kept
    assert failure is not None
    raise failure


def _text_end(buffer: memoryview, start: int, first: int, last: int, data_first: int) -> int:
    """Return the last byte of TEXT: HEADER is often one off, and sometimes runs into DATA."""
    last = min(last, len(buffer) - start - 1)
    delimiter = bytes(buffer[start + first : start + first + 1])
    padding = PADDING.encode().replace(delimiter, b"")
    for end in (last, data_first - 1) if first < data_first <= last else (last,):
        if bytes(buffer[start + first : start + end + 1]).rstrip(padding).endswith(delimiter):
            return end
    stop = data_first if data_first > last else last + 1 + LOOK_AROUND
    tail = bytes(buffer[start + last + 1 : start + stop])
    printable = re.match(rb"[\x20-\xff\t\r\n" + re.escape(delimiter) + rb"]*", tail)
    found = printable.group().rfind(delimiter) if printable else -1
    return last + 1 + found if found >= 0 else last


def _text_start(buffer: memoryview, start: int, first: int) -> int:
    """Return the byte before the first `$` about the place where TEXT should begin, else that place."""
    begin = max(HEADER_BYTES, first - 8)
    found = bytes(buffer[start + begin : start + first + LOOK_AROUND]).find(b"$", 1)
    return begin + found - 1 if found > 0 else first


def _supplemented(
    buffer: memoryview, name: str, start: int, keywords: dict[str, str], text: tuple[int, int], repairs: Repairs
) -> dict[str, str]:
    """Add the keywords of supplemental TEXT; the primary one rules where both hold a keyword."""
    first, last = (whole_number(keywords.get(k, "0")) or 0 for k in ("$BEGINSTEXT", "$ENDSTEXT"))
    if first <= 0 or last <= first or (first <= text[1] and last >= text[0]):
        return keywords
    extra: dict[str, str] = {}
    delimiter = buffer[start + text[0] : start + text[0] + 1]
    if first >= HEADER_BYTES and start + last < len(buffer) and buffer[start + first : start + first + 1] == delimiter:
        notes = Repairs()
        try:
            extra = parse_text(bytes(buffer[start + first : start + last + 1]), name, notes, len(buffer))
            repairs.take(notes)
        except UnreadableFcs:
            extra = {}
    if not extra:
        repairs.note("supplemental_text", f"supplemental TEXT at bytes {first} to {last} can't be read")
    return {**extra, **keywords}


def _next_start(buffer: memoryview, start: int, text: str, repairs: Repairs) -> int | None:
    offset = whole_number(text)
    if offset == 0 or not text.strip(PADDING):
        return None
    for following in (start + offset, offset) if offset is not None else ():
        if start < following < len(buffer) and VERSION.match(bytes(buffer[following : following + 6])):
            return following
    repairs.note("next_data", f"$NEXTDATA is {shown(text)}, where no data set begins")
    return None


def _relative(keywords: dict[str, str], start: int) -> dict[str, str]:
    changed = dict(keywords)
    for key in ("$BEGINDATA", "$ENDDATA", "$BEGINSTEXT", "$ENDSTEXT"):
        value = whole_number(keywords.get(key, ""))
        if value is not None and value >= start:
            changed[key] = str(value - start)
    return changed
