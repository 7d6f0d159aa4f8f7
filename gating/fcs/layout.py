"""What the DATA segment holds: type, width and scale of each channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gating.errors import UnreadableFcs
from gating.events import Channel
from gating.fcs.header import DataSet
from gating.fcs.keywords import BYTES_PER_PAIR, decimal_number, memory_budget, noted_whole, whole_number
from gating.fcs.repairs import Repairs, shown

FREE_TEXT = -1  # the width of a channel in free-format ASCII
FLOAT_BITS = {"F": 32, "D": 64}
BYTES_PER_CHANNEL = 700  # what a channel costs in memory
LONGEST_FIELD = 64  # characters of one value in fixed ASCII
MOST_DECADES, LARGEST_FACTOR = 30.0, 1e30
AGAIN = "Export the tube again as FCS 3.1."


class Column(NamedTuple):
    """How one channel is stored ($PnB, $PnR, $DATATYPE or $PnDATATYPE) and what turns it into linear units."""

    kind: str  # F, D, I or A
    bits: int
    maximum: int  # $PnR, 0 where it says nothing
    decades: float  # $PnE, 0 where linear
    lowest: float  # the value that channel 0 stands for on a log amplifier
    gain: float  # $PnG
    is_time: bool

    @property
    def mask(self) -> int:
        """The bits that hold the value; those above $PnR some instruments use for other things."""
        if not 1 < self.maximum < 2**self.bits:
            return int(2**self.bits - 1)
        return int((1 << (self.maximum - 1).bit_length()) - 1)


@dataclass(frozen=True)
class Layout:
    """The channels of a data set, and how each is stored."""

    channels: tuple[Channel, ...]
    columns: tuple[Column, ...]
    timestep: float
    total: int | None  # $TOT

    @property
    def is_text(self) -> bool:
        """True where DATA are numbers written in characters."""
        return self.columns[0].kind == "A"

    @property
    def is_free_text(self) -> bool:
        """True where these numbers have no fixed width."""
        return self.columns[0].bits == FREE_TEXT

    @property
    def is_packed(self) -> bool:
        """True where values do not begin at whole bytes."""
        return not self.is_free_text and any(c.bits % 8 for c in self.columns)

    @property
    def row_bits(self) -> int:
        """Bits of one event; 0 for free-format text."""
        return 0 if self.is_free_text else sum(c.bits for c in self.columns)

    def data_bytes(self, n_events: int) -> int:
        """Return how many bytes so many events take."""
        return -(-n_events * self.row_bits // 8)


def read_layout(found: DataSet, name: str, repairs: Repairs) -> Layout:
    """Return how the DATA of a data set are stored, mending what can be mended under a name."""
    keywords = found.keywords
    _require_list_mode(found, name, repairs)
    n = _n_channels(found, name, repairs)
    kind = _kind(keywords, name, repairs)
    columns = tuple(_column(keywords, i, kind, name, repairs) for i in range(1, n + 1))
    if len({c.bits == FREE_TEXT for c in columns}) > 1 or (kind == "A" and any(c.kind != "A" for c in columns)):
        raise _refuse(name, "text in one format", "fixed, free or binary channels side by side", AGAIN)
    _note_missing(found, columns, repairs)
    total = noted_whole(keywords, "$TOT", repairs)
    if total is None or total < 0:
        total = None
        repairs.note("no_total", "$TOT is missing, events were counted from the size of DATA")
    return Layout(
        channels=_channels(keywords, n, repairs),
        columns=columns,
        timestep=_timestep(found, columns, repairs),
        total=total,
    )


def _refuse(name: str, expected: str, got: str, remedy: str) -> UnreadableFcs:
    return UnreadableFcs(name, expected=expected, got=got, remedy=remedy)


def _require_list_mode(found: DataSet, name: str, repairs: Repairs) -> None:
    mode = found.keywords.get("$MODE", "L")
    letter = mode.strip().upper()[:1] or "L"
    if letter in ("C", "U", "H"):
        raise _refuse(name, "list mode ($MODE L)", f"$MODE {letter} (a histogram)", "Export the events in list mode.")
    if letter != "L":
        raise _refuse(name, "list mode ($MODE L)", f"$MODE {shown(mode)}", "Export the events in list mode.")
    if mode.strip() != "L":
        repairs.note("mode", f"$MODE is {shown(mode)} and was read as L")


def _n_channels(found: DataSet, name: str, repairs: Repairs) -> int:
    keywords = found.keywords
    n = noted_whole(keywords, "$PAR", repairs)
    if n is None or n <= 0:
        got = shown(keywords["$PAR"]) if "$PAR" in keywords else "nothing"
        raise _refuse(name, "$PAR, the number of channels", got, "Export the tube again.")
    for i in range(1, n + 1):  # stops at the first channel that nothing describes, however large $PAR is
        if not any(f"$P{i}{letter}" in keywords for letter in "BNR"):
            raise _refuse(name, f"{n} channels ($PAR)", f"no keyword of channel {i}", "The file is damaged: " + AGAIN)
    if n * BYTES_PER_CHANNEL + len(keywords) * BYTES_PER_PAIR > memory_budget(found.end):
        raise _refuse(name, "channels ($PAR) that hold events", f"{n} in {found.end} bytes", AGAIN)
    return n


def _kind(keywords: Mapping[str, str], name: str, repairs: Repairs) -> str:
    text = keywords.get("$DATATYPE", "")
    kind = text.strip()
    if kind.upper() not in ("F", "D", "I", "A"):
        raise _refuse(name, "$DATATYPE F, D, I or A", shown(text) if kind else "nothing", AGAIN)
    if kind != kind.upper():
        repairs.note("datatype", f"$DATATYPE is {shown(text)} and was read as {kind.upper()}")
    return kind.upper()


def _column(keywords: Mapping[str, str], i: int, default: str, name: str, repairs: Repairs) -> Column:
    kind = _own_kind(keywords, i, default, repairs)
    bits = _width(keywords, i, kind, name)
    is_time = keywords.get(f"$P{i}N", "").strip().casefold() == "time"
    if kind == "I":
        maximum = _range(keywords, i, bits, repairs)
    else:
        maximum = max(whole_number(keywords.get(f"$P{i}R", "")) or 0, 0)
    decades, lowest = _amplification(keywords, i, kind, is_time, repairs)
    if kind == "A" and decades and not maximum:
        repairs.note("amplification", "names a log amplifier without $PnR and was taken as linear", f"$P{i}E")
        decades = 0.0
    return Column(
        kind,
        bits,
        maximum,
        decades,
        lowest,
        _gain(keywords, i, decades, is_time, repairs),
        is_time,
    )


def _own_kind(keywords: Mapping[str, str], i: int, default: str, repairs: Repairs) -> str:
    text = keywords.get(f"$P{i}DATATYPE")
    if text is None:
        return default
    kind = text.strip().upper()
    if kind not in ("F", "D", "I"):
        repairs.note("datatype", f"is {shown(text)} and was taken as {default}", f"$P{i}DATATYPE")
        return default
    return kind


def _width(keywords: Mapping[str, str], i: int, kind: str, name: str) -> int:
    """Return the bits that $PnB states, else those of a floating-point type."""
    text = keywords.get(f"$P{i}B", "").strip()
    if kind == "A" and text == "*":
        return FREE_TEXT
    bits = whole_number(text)
    if kind in FLOAT_BITS:
        return FLOAT_BITS[kind] if bits is None else bits
    if kind == "A" and bits is not None:
        bits *= 8
    if bits is None or not 0 < bits <= (64 if kind == "I" else 8 * LONGEST_FIELD):
        expected = f"a width of 1 to {64 if kind == 'I' else LONGEST_FIELD} in $P{i}B"
        raise _refuse(name, expected, shown(text) if text else "nothing", AGAIN)
    return bits


def _range(keywords: Mapping[str, str], i: int, bits: int, repairs: Repairs) -> int:
    text = keywords.get(f"$P{i}R", "")
    value = whole_number(text)
    if value is None:
        number = decimal_number(text)
        value = -int(-number // 1) if number is not None and 0 < number < 2.0**200 else None
    if value is None or value <= 1:
        repairs.note("range", f"is {shown(text) if text else 'missing'}, no bit mask was applied", f"$P{i}R")
        return 0
    if value > 2**bits:
        repairs.note("range", f"is more than {bits} bits can hold, no bit mask was applied", f"$P{i}R")
    elif not text.strip().isdigit():
        repairs.note("number", f"is {shown(text)} and was read as {value}", f"$P{i}R")
    return value


def _amplification(
    keywords: Mapping[str, str], i: int, kind: str, is_time: bool, repairs: Repairs
) -> tuple[float, float]:
    text = keywords.get(f"$P{i}E", "")
    if text in ("0,0", "0.0,0.0", ""):
        return 0.0, 0.0
    parts = [decimal_number(part) for part in text.split(",", 2)]
    decades, lowest = (parts[0], parts[1]) if len(parts) == 2 else (None, None)
    if decades is None or lowest is None or not 0 <= decades <= MOST_DECADES or abs(lowest) > LARGEST_FACTOR:
        repairs.note("amplification", f"is {shown(text)} and was taken as linear", f"$P{i}E")
        return 0.0, 0.0
    if decades == 0:
        return 0.0, 0.0
    if kind in FLOAT_BITS:
        words = f"is {shown(text)}, but floating-point data are linear by the standard"
        repairs.note("float_log", words, f"$P{i}E")
        return 0.0, 0.0
    if is_time:
        repairs.note("amplification", f"is {shown(text)}, but time is linear", f"$P{i}E")
        return 0.0, 0.0
    if lowest <= 0:
        repairs.note("log_zero", f"is {shown(text)}, its second number was taken as 1", f"$P{i}E")
        lowest = 1.0
    return decades, lowest


def _gain(keywords: Mapping[str, str], i: int, decades: float, is_time: bool, repairs: Repairs) -> float:
    text = keywords.get(f"$P{i}G")
    if text is None or is_time:  # cytometers write a gain for Time that is $TIMESTEP again
        return 1.0
    gain = decimal_number(text)
    if gain is None or not 1 / LARGEST_FACTOR < gain < LARGEST_FACTOR:
        repairs.note("gain", f"is {shown(text)} and was taken as 1", f"$P{i}G")
        return 1.0
    if decades and gain != 1:
        repairs.note("gain", f"is {shown(text)}, but stands on a log amplifier and was left out", f"$P{i}G")
        return 1.0
    return gain


def _timestep(found: DataSet, columns: tuple[Column, ...], repairs: Repairs) -> float:
    if not any(c.is_time for c in columns):
        return 1.0
    text = found.keywords.get("$TIMESTEP")
    step = decimal_number(text) if text is not None else None
    if step is None or not 0 < step < LARGEST_FACTOR:
        if text is not None or found.version != "2.0":  # FCS 2.0 knows no $TIMESTEP
            repairs.note("timestep", f"$TIMESTEP is {shown(text) if text else 'missing'}, Time is as stored")
        return 1.0
    return step


def _note_missing(found: DataSet, columns: tuple[Column, ...], repairs: Repairs) -> None:
    required = ["$NEXTDATA"] if found.version == "3.2" else ["$MODE", "$NEXTDATA"]
    required += [f"$P{i}E" for i in range(1, len(columns) + 1)]
    for key in required:
        if key not in found.keywords:
            repairs.note("missing_keyword", "is missing", key)


def _channels(keywords: Mapping[str, str], n: int, repairs: Repairs) -> tuple[Channel, ...]:
    names: dict[str, int] = {}  # with how often the name was met, so that n equal names take n steps
    for i in range(1, n + 1):
        label = keywords.get(f"$P{i}N", "").strip()
        if not label:
            label = f"P{i}"
            repairs.note("no_name", f"is missing, the channel is called {label}", f"$P{i}N")
        if label in names:
            fresh = _fresh(label, names)
            repairs.note("same_name", f"two channels are called {shown(label)}, the later one became {shown(fresh)}")
            label = fresh
        names[label] = 1
    return tuple(Channel(label, keywords.get(f"$P{i}S", "").strip()) for i, label in enumerate(names, 1))


def _fresh(label: str, names: dict[str, int]) -> str:
    while True:
        names[label] += 1
        if (fresh := f"{label} ({names[label]})") not in names:
            return fresh
