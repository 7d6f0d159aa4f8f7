"""Where DATA lie: HEADER and TEXT both say it, and in real files they disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import UnreadableFcs
from gating.fcs.byte_order import BIG, LITTLE, ByteOrder
from gating.fcs.decode import block_of, fetches_of
from gating.fcs.header import HEADER_BYTES, DataSet
from gating.fcs.keywords import noted_whole
from gating.fcs.layout import Layout
from gating.fcs.repairs import Repairs
from gating.fcs.text_data import count_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLED = 500  # events that are looked at to see whether numbers are plausible
CRC_BYTES = 8
LAST_IN_HEADER = 99_999_999
DIGITS = b"0123456789"
UNKNOWN = 0.5  # how plausible numbers are that nobody can see


@dataclass(frozen=True)
class Place:
    """The bytes of DATA: first byte in the file, how many there are, and whether the file ends before they do."""

    first: int
    n_bytes: int
    is_cut: bool


@dataclass(frozen=True)
class Stated:
    """First and last byte of DATA as HEADER or TEXT states them, counted from the start of the data set."""

    origin: str
    first: int
    last: int

    @property
    def size(self) -> int:
        """Bytes of DATA."""
        return self.last - self.first + 1


def find_data(
    found: DataSet, layout: Layout, order: ByteOrder | None, data: NDArray[np.uint8], name: str, repairs: Repairs
) -> Place:
    """Return where DATA lie; `data` are all bytes of the file.

    Of two statements the one whose size equals $TOT x row bytes is right; where that does not decide, the one whose
    numbers a cytometer could have written.
    """
    if layout.total == 0:
        return Place(0, 0, False)
    room = found.end - found.start
    judge = _Judge(found, layout, order, data, name)
    header, text = _statements(found, room, repairs)
    usable = [s for s in (header, text) if s is not None and _is_usable(s, found, room)]
    if not usable:
        return _unstated(found, layout, judge, room, (header, text), name, repairs)
    chosen = _chosen(usable, layout, judge, room)
    if header is not None and text is not None and _is_doubtful(chosen, header, text, layout, judge, room):
        raise _no_place((header, text), room, name)
    _note_origin(chosen, header, text, found, repairs)
    if layout.is_free_text:
        return _free_text_place(chosen, found, data, room, repairs)
    if layout.total is None:
        return _uncounted_place(chosen, found, layout, room, repairs)
    return _counted_place(chosen, found, layout, judge, room, repairs)


def plausibility(
    found: DataSet, layout: Layout, order: ByteOrder, data: NDArray[np.uint8], first: int, name: str
) -> float:
    """Return which part of the first numbers at a place of the data set look measured, 0 to 1.

    One byte off, the bytes of a float make numbers of any size, and those of an integer exceed $PnR; a cytometer
    writes numbers of a few million at most.
    """
    part = data[found.start + first : found.end] if first >= 0 else data[:0]
    if layout.is_text:
        sample = bytes(part[:1_000])
        return sum(byte in b"0123456789 .,\r\n\t" for byte in sample) / max(len(sample), 1)
    n_events = min(SAMPLED, part.size * 8 // layout.row_bits)
    if n_events == 0:
        return UNKNOWN
    fetches = fetches_of(layout, order, list(range(len(layout.columns))), name)
    block = block_of(part, layout, 0, n_events)
    with np.errstate(all="ignore"):
        scores = [_measured(fetch(block), c.kind, c.mask) for fetch, c in zip(fetches, layout.columns, strict=True)]
    return float(np.mean(scores))


@dataclass(frozen=True)
class _Judge:
    """Judges places of one data set by their numbers."""

    found: DataSet
    layout: Layout
    order: ByteOrder | None
    data: NDArray[np.uint8]
    name: str

    def __call__(self, first: int) -> float:
        orders = (LITTLE, BIG) if self.order is None else (self.order,)
        return max(plausibility(self.found, self.layout, o, self.data, first, self.name) for o in orders)


def _measured(values: NDArray[np.generic], kind: str, mask: int) -> float:
    if kind == "I":
        return float(np.mean(values <= np.uint64(mask)))
    size = np.abs(values.astype(np.float64))
    return float(np.mean((size == 0) | ((size > 1e-4) & (size < 1e9))))


def _statements(found: DataSet, room: int, repairs: Repairs) -> tuple[Stated | None, Stated | None]:
    begin, end = (noted_whole(found.keywords, k, repairs) or 0 for k in ("$BEGINDATA", "$ENDDATA"))
    header = Stated("HEADER", *found.header_data) if found.header_data[0] > 0 else None
    text = Stated("TEXT", begin, end) if begin > 0 else None
    if header is not None and text is None and header.last <= 0:
        repairs.note("header_offsets", "HEADER says where DATA begin, but not where they end")
        header = Stated("HEADER", header.first, room - 1)
    if text is not None and text.last <= 0:
        last = header.last if header is not None and header.first == text.first else room - 1
        repairs.note("text_offsets", "$BEGINDATA says where DATA begin, but $ENDDATA is missing")
        text = Stated("TEXT", text.first, last)
    return header, text


def _is_usable(stated: Stated, found: DataSet, room: int) -> bool:
    overlaps = stated.first <= found.text[1] and stated.last >= found.text[0]
    return HEADER_BYTES <= stated.first <= room and stated.last >= stated.first - 1 and not overlaps


def _chosen(usable: list[Stated], layout: Layout, judge: _Judge, room: int) -> Stated:
    if len(usable) == 1 or (usable[0].first, usable[0].last) == (usable[1].first, usable[1].last):
        return usable[-1]
    looks = [judge(s.first) if usable[0].first != usable[1].first else 0.0 for s in usable]

    def badness(i: int) -> tuple[int, float, bool, int, bool]:
        stated = usable[i]
        misfit = _misfit(stated, layout, judge)
        off = 0 if misfit <= 1 else misfit
        return off, -round(looks[i], 2), stated.last >= room, misfit, stated.origin == "TEXT"

    return usable[min(range(len(usable)), key=badness)]


def _is_doubtful(chosen: Stated, header: Stated, text: Stated, layout: Layout, judge: _Judge, room: int) -> bool:
    """Tell whether HEADER and TEXT disagree, and what is left of them makes no sense."""
    if (header.first, header.last) == (text.first, text.last):
        return False
    lost = [s for s in (header, text) if s.first > room and _misfit(s, layout, judge) <= 1]
    fits = _misfit(chosen, layout, judge) <= 1
    return (bool(lost) and not fits) or judge(chosen.first) < UNKNOWN


def _misfit(stated: Stated, layout: Layout, judge: _Judge) -> int:
    """Return by how many bytes (of free text: numbers) a place differs from what $TOT events need."""
    if layout.is_free_text:
        if layout.total is None:
            return 0
        start = judge.found.start
        counted = count_numbers(judge.data[start + stated.first : start + stated.last + 1])
        return abs(counted - layout.total * len(layout.columns))
    if layout.total is None:
        return stated.size * 8 % layout.row_bits // 8
    return abs(stated.size - layout.data_bytes(layout.total))


def _note_origin(
    chosen: Stated,
    header: Stated | None,
    text: Stated | None,
    found: DataSet,
    repairs: Repairs,
) -> None:
    if header is not None and text is not None:
        if (header.first, header.last) != (text.first, text.last):
            beyond = chosen is text and text.last > LAST_IN_HEADER and header.first == LAST_IN_HEADER
            words = f"HEADER and TEXT disagree on the place of DATA, {chosen.origin} was used"
            repairs.note("header_offsets" if beyond else "offsets", words)
    elif header is None and text is not None and text.last <= LAST_IN_HEADER:
        repairs.note("header_offsets", "HEADER does not say where DATA lie, TEXT was followed")
    elif text is None and found.version != "2.0":  # FCS 2.0 knows no $BEGINDATA
        repairs.note("text_offsets", "$BEGINDATA is missing or 0, HEADER was followed")


def _counted_place(chosen: Stated, found: DataSet, layout: Layout, judge: _Judge, room: int, repairs: Repairs) -> Place:
    assert layout.total is not None
    expected, size, first = layout.data_bytes(layout.total), chosen.size, chosen.first
    if abs(size - expected) == 1:
        repairs.note("data_size", "the size of DATA is off by one")
        other = chosen.last - expected + 1
        if first != other >= HEADER_BYTES and other > 0 and judge(other) > judge(first) + 0.1:
            first = other
        size = expected
    elif size > expected:
        _note_surplus(size, expected, layout, repairs)
        size = expected
    elif size < expected and _reaches_end(first, size, expected, layout, room, found):
        repairs.note("data_size", f"DATA have {size} bytes by their offsets, but the file holds all {expected}")
        size = expected
    elif size < expected and first + size <= room:
        n_events = size * 8 // layout.row_bits
        repairs.note("tot_large", f"DATA hold {n_events} whole events, $TOT says {layout.total}")
    return _placed(first, size, found, room)


def _note_surplus(size: int, expected: int, layout: Layout, repairs: Repairs) -> None:
    assert layout.total is not None
    n_events = size * 8 // layout.row_bits
    if n_events > layout.total:
        repairs.note("tot_small", f"DATA hold {n_events} whole events, $TOT says {layout.total}, so many were read")
    else:
        repairs.note("data_size", f"DATA have {size} bytes where $TOT needs {expected}")


def _reaches_end(first: int, size: int, expected: int, layout: Layout, room: int, found: DataSet) -> bool:
    """Tell whether $TOT events fill the file where the stated end would leave less than an event, or cut them."""
    left = room - first - expected
    if left < 0 or (first <= found.text[1] and first + expected > found.text[0]):
        return False
    return size * 8 < 2 * layout.row_bits or left in (0, CRC_BYTES)


def _uncounted_place(chosen: Stated, found: DataSet, layout: Layout, room: int, repairs: Repairs) -> Place:
    left = chosen.size * 8 % layout.row_bits // 8
    if left and chosen.last < room:
        repairs.note("data_size", f"DATA end with {left} bytes that are no whole event")
    return _placed(chosen.first, chosen.size, found, room)


def _free_text_place(chosen: Stated, found: DataSet, data: NDArray[np.uint8], room: int, repairs: Repairs) -> Place:
    """Take the rest of a number that the stated last byte would cut."""
    last = chosen.last
    while last + 1 < room and last >= 0 and _are_digits(data[found.start + last : found.start + last + 2]):
        last += 1
    if last != chosen.last:
        repairs.note("data_size", "DATA end inside a number, its other digits were read too")
    return _placed(chosen.first, last - chosen.first + 1, found, room)


def _are_digits(pair: NDArray[np.uint8]) -> bool:
    return pair.size == 2 and all(byte in DIGITS for byte in bytes(pair))


def _placed(first: int, size: int, found: DataSet, room: int) -> Place:
    available = max(min(size, room - first), 0)
    return Place(found.start + min(first, room), available, available < size)


def _unstated(
    found: DataSet,
    layout: Layout,
    judge: _Judge,
    room: int,
    stated: tuple[Stated | None, Stated | None],
    name: str,
    repairs: Repairs,
) -> Place:
    """Find DATA that neither HEADER nor TEXT places: after TEXT, or at the end of the file."""
    follows = found.text[1] + 1
    if stated == (None, None) and layout.total is not None and not layout.is_free_text:
        expected = layout.data_bytes(layout.total)
        left = room - follows - expected
        places = dict.fromkeys((follows, room - expected, room - expected - CRC_BYTES))
        usable = [place for place in places if follows <= place <= room - expected]
        if left in (0, CRC_BYTES):
            usable = [follows]
        looks = sorted(((judge(place), -place) for place in usable), reverse=True)
        if len(looks) == 1 or (looks and looks[0][0] > max(0.9, looks[1][0])):
            repairs.note("no_offsets", "neither HEADER nor TEXT says where DATA lie, they were found by their size")
            return _placed(-looks[0][1], expected, found, room)
    raise _no_place(stated, room, name)


def _no_place(stated: tuple[Stated | None, Stated | None], room: int, name: str) -> UnreadableFcs:
    told = ", ".join(f"{s.origin} {s.first} to {s.last}" for s in stated if s is not None) or "no offsets"
    return UnreadableFcs(
        name,
        expected="the place of DATA in HEADER or $BEGINDATA",
        got=f"{told} in {room} bytes",
        remedy="The file is cut or damaged: copy it again from the instrument.",
    )
