"""What the DATA segment holds: type, width and order of each channel, and where its bytes lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gating.errors import UnreadableFcs
from gating.events import Channel
from gating.fcs.keywords import Buffer, DataSet, whole_number

FREE_TEXT = -1  # the width of a channel in free-format ASCII


@dataclass(frozen=True)
class Column:
    """How one channel is stored ($PnB, $PnR, $DATATYPE or $PnDATATYPE) and what turns it into linear units."""

    kind: str  # F, D, I or A
    bits: int
    maximum: int  # $PnR
    decades: float  # $PnE, 0 where linear
    lowest: float  # the value that channel 0 stands for on a log amplifier
    gain: float  # $PnG
    is_time: bool


@dataclass(frozen=True)
class Layout:
    """Everything that is needed to decode DATA."""

    channels: tuple[Channel, ...]
    columns: tuple[Column, ...]
    byte_order: tuple[int, ...]  # 1-based rank of each stored byte, least significant is 1
    timestep: float
    first_byte: int
    n_bytes: int  # available bytes of DATA
    declared_events: int | None  # $TOT
    repairs: tuple[str, ...]

    @property
    def row_bits(self) -> int:
        """Bits of one event; 0 for free-format text."""
        return sum(c.bits for c in self.columns) if FREE_TEXT not in (c.bits for c in self.columns) else 0


def read_layout(found: DataSet, buffer: Buffer, name: str) -> Layout:
    """Return how and where the DATA of a data set are stored, mending what can be mended under a name."""
    keywords, repairs = found.keywords, list(found.repairs)
    mode = keywords.get("$MODE", "L").strip().upper()
    if mode not in ("L", ""):
        raise _refuse(name, "list mode ($MODE L)", f"$MODE {mode} (a histogram)", "Export the events in list mode.")
    n = whole_number(keywords.get("$PAR", ""))
    if n is None or not 0 < n <= 10_000:
        raise _refuse(name, "$PAR, the number of channels", repr(keywords.get("$PAR", "nothing")), "Export again.")
    kind = keywords.get("$DATATYPE", "").strip().upper()
    if kind not in ("F", "D", "I", "A"):
        raise _refuse(name, "$DATATYPE F, D, I or A", repr(kind or "nothing"), "Export the tube again as FCS 3.1.")
    columns = tuple(_column(keywords, i, kind, name, repairs) for i in range(1, n + 1))
    channels = _channels(keywords, n, repairs)
    total = whole_number(keywords.get("$TOT", ""))
    if total is None or total < 0:
        total = None
        repairs.append("no_total: $TOT is missing, events were counted from the size of DATA")
    columns = _widen_ten_bits(columns, found, total, repairs)
    row_bits = sum(c.bits for c in columns)
    expected = None if total is None or any(c.bits == FREE_TEXT for c in columns) else total * row_bits // 8
    first, available = _locate(found, expected, buffer, columns, name, repairs)
    timestep = _decimal(keywords.get("$TIMESTEP", "")) or 1.0
    return Layout(
        channels=channels,
        columns=columns,
        byte_order=_byte_order(keywords.get("$BYTEORD", ""), name, repairs),
        timestep=timestep,
        first_byte=first,
        n_bytes=available,
        declared_events=total,
        repairs=tuple(repairs),
    )


def _refuse(name: str, expected: str, got: str, remedy: str) -> UnreadableFcs:
    return UnreadableFcs(name, expected=expected, got=got, remedy=remedy)


def _column(keywords: Mapping[str, str], i: int, default: str, name: str, repairs: list[str]) -> Column:
    own = keywords.get(f"$P{i}DATATYPE", "").strip().upper()
    kind = own if own in ("F", "D", "I") else default
    width = keywords.get(f"$P{i}B", "").strip()
    bits = {"F": 32, "D": 64}.get(kind, 0)
    if kind == "A":
        bits = FREE_TEXT if width == "*" else 8 * (whole_number(width) or 0)
    elif kind == "I":
        bits = whole_number(width) or 0
    elif whole_number(width) not in (bits, None):
        repairs.append(f"width: $P{i}B is {width}, but type {kind} takes {bits} bits")
    if bits != FREE_TEXT and not 0 < bits <= (64 if kind != "A" else 8 * 64):
        raise _refuse(name, f"a width in $P{i}B", repr(width or "nothing"), "Export the tube again as FCS 3.1.")
    maximum = _range(keywords.get(f"$P{i}R", ""), bits if kind == "I" else 0, i, repairs)
    decades, lowest = _amplification(keywords.get(f"$P{i}E", ""), kind, i, repairs)
    gain = _decimal(keywords.get(f"$P{i}G", "1"))
    if not gain or gain < 0:
        if keywords.get(f"$P{i}G", "1").strip():
            repairs.append(f"gain: $P{i}G is {keywords[f'$P{i}G'].strip()!r} and was taken as 1")
        gain = 1.0
    is_time = keywords.get(f"$P{i}N", "").strip().casefold() == "time"
    return Column(kind, bits, maximum, decades, lowest, gain, is_time)


def _range(text: str, integer_bits: int, i: int, repairs: list[str]) -> int:
    value = _decimal(text)
    if value is None or not 0 <= value < 2.0**200:
        if integer_bits:
            repairs.append(f"range: $P{i}R is {text.strip()!r}, so no bit mask was applied")
        return 0
    return int(value)


def _amplification(text: str, kind: str, i: int, repairs: list[str]) -> tuple[float, float]:
    parts = [_decimal(part) for part in text.split(",")]
    if len(parts) != 2 or None in parts:
        if text.strip():
            repairs.append(f"amplification: $P{i}E is {text.strip()!r} and was taken as linear")
        return 0.0, 0.0
    decades, lowest = (part or 0.0 for part in parts)
    if decades <= 0:
        return 0.0, 0.0
    if kind != "I":
        repairs.append(f"float_log: $P{i}E is {text.strip()!r}, but floating-point data are linear by the standard")
        return 0.0, 0.0
    if lowest <= 0:
        repairs.append(f"log_zero: $P{i}E is {text.strip()!r}; its second number was taken as 1")
        lowest = 1.0
    return decades, lowest


def _channels(keywords: Mapping[str, str], n: int, repairs: list[str]) -> tuple[Channel, ...]:
    names: list[str] = []
    for i in range(1, n + 1):
        label = keywords.get(f"$P{i}N", "").strip()
        if not label:
            label = f"P{i}"
            repairs.append(f"no_name: $P{i}N is missing, the channel is called {label}")
        if label in names:
            fresh = next(f"{label} ({k})" for k in range(2, n + 2) if f"{label} ({k})" not in names)
            repairs.append(f"same_name: two channels are called {label}, the later one became {fresh}")
            label = fresh
        names.append(label)
    return tuple(Channel(label, keywords.get(f"$P{i}S", "").strip()) for i, label in enumerate(names, 1))


def _byte_order(text: str, name: str, repairs: list[str]) -> tuple[int, ...]:
    ranks = tuple(whole_number(part) or 0 for part in text.split(",")) if text.strip() else ()
    if ranks == (1,) or not ranks:
        repairs.append(f"byte_order: $BYTEORD is {text.strip()!r} and was taken as 1,2,3,4")
        return (1, 2, 3, 4)
    if sorted(ranks) != list(range(1, len(ranks) + 1)) or len(ranks) > 8:
        raise _refuse(name, "$BYTEORD such as 1,2,3,4 or 4,3,2,1", repr(text), "Export the tube again as FCS 3.1.")
    return ranks


def _widen_ten_bits(
    columns: tuple[Column, ...], found: DataSet, total: int | None, repairs: list[str]
) -> tuple[Column, ...]:
    """Store widths that are no whole bytes in whole bytes where the size of DATA says that the program did so."""
    if all(c.bits == FREE_TEXT or c.bits % 8 == 0 for c in columns):
        return columns
    wide = tuple(Column(**{**c.__dict__, "bits": 16 if c.bits <= 16 else 32 if c.bits <= 32 else 64}) for c in columns)
    first, last = _offsets(found)
    size = max((b - a + 1 for a, b in ((first, last), found.header_data) if a > 0 and b > a), default=0)
    if total is not None and abs(size - total * sum(c.bits for c in wide) // 8) <= 1:
        repairs.append("padded_bits: $PnB is no whole number of bytes, but the values are stored in whole bytes")
        return wide
    raise _refuse(
        "$PnB",
        "widths of 8, 16, 24, 32 or 64 bits",
        ", ".join(str(c.bits) for c in columns),
        "Bit-packed integers can't be read: export the tube again with 16 or 32 bits.",
    )


def _offsets(found: DataSet) -> tuple[int, int]:
    first, last = (whole_number(found.keywords.get(k, "")) or 0 for k in ("$BEGINDATA", "$ENDDATA"))
    return first, last


def _locate(
    found: DataSet,
    expected: int | None,
    buffer: Buffer,
    columns: tuple[Column, ...],
    name: str,
    repairs: list[str],
) -> tuple[int, int]:
    """Return the first byte of DATA in the file and how many bytes there are.

    HEADER and TEXT both say where DATA lie, and in real files they disagree: the one whose size equals
    $TOT x row bytes is right, and a last byte that is off by one is common.
    """
    text, header, file_bytes = _offsets(found), found.header_data, len(buffer)
    candidates = [
        (origin, first, last)
        for origin, (first, last) in (("HEADER", header), ("TEXT", text))
        if first > found.text_end - 1 and last >= first - 1 and found.start + first <= file_bytes
    ]
    if not candidates:
        following = found.text_end + 1
        if expected is not None and found.start + following + expected <= file_bytes and expected > 0:
            repairs.append("no_offsets: neither HEADER nor TEXT says where DATA begin, they were read after TEXT")
            return found.start + following, expected
        if expected == 0:
            return file_bytes, 0
        raise _refuse(
            name,
            "the place of DATA in HEADER or $BEGINDATA",
            f"HEADER {header}, TEXT {text} in {file_bytes} bytes",
            "The file is cut or damaged: copy it again from the instrument.",
        )

    def misfit(candidate: tuple[str, int, int]) -> tuple[int, bool, float, bool]:
        origin, begin, end = candidate
        size = end - begin + 1
        wrong = abs(size - expected) if expected is not None else 0
        beyond = found.start + end >= file_bytes
        return wrong, beyond, -_plausible(buffer, found.start + begin, columns, found), origin == "TEXT"

    origin, first, last = min(candidates, key=misfit)
    if len(candidates) == 2 and candidates[0][1:] != candidates[1][1:]:
        repairs.append(f"offsets: HEADER and TEXT disagree on the place of DATA, {origin} was used")
    size = last - first + 1
    if expected is not None and size != expected:
        off_by_one = abs(size - expected) == 1
        words = "off by one" if off_by_one else f"{size} bytes where $TOT needs {expected}"
        repairs.append(f"data_size: the size of DATA is {words}")
        size = expected if off_by_one or size < expected else size
    available = min(size, file_bytes - found.start - first)
    return found.start + first, max(available, 0)


def _plausible(buffer: Buffer, first: int, columns: tuple[Column, ...], found: DataSet) -> float:
    """Return which part of the first numbers at a place look measured, for floating-point data of one type.

    One byte off, the bytes of a float make numbers of any size; a cytometer writes numbers of a few million at most.
    """
    kinds = {c.kind for c in columns}
    if kinds not in ({"F"}, {"D"}):
        return 0.0
    code = ("<" if found.keywords.get("$BYTEORD", "1").strip().startswith("1") else ">") + (
        "f4" if kinds == {"F"} else "f8"
    )
    width = int(code[-1])
    count = min(1_000, max(0, len(buffer) - first) // width)
    values = np.abs(np.frombuffer(buffer[first : first + count * width], dtype=code).astype(np.float64))
    with np.errstate(invalid="ignore"):
        measured = (values == 0) | ((values > 1e-4) & (values < 1e9))
    return float(np.mean(measured)) if count else 0.0


def _decimal(text: str) -> float | None:
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None
