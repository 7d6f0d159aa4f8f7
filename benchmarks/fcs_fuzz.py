"""Mutation fuzz of the FCS reader: valid files of every type, damaged a million times.

    python benchmarks/fcs_fuzz.py [INPUTS] [SEED]      default 1,000,000 inputs; writes fcs_fuzz.csv beside this file

Every input must be read or refused with a GatingError (warnings count as errors), within a second, and without
allocating more than 10 x its size + 1 MB (tracemalloc: every 100th input, and further ones of 20,000 events).
"""

from __future__ import annotations

import csv
import itertools
import random
import sys
import time
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from gating import GatingError
from gating.fcs.read import read_buffer

SPARE_BYTES = 1_000_000
MEASURED = 100  # one input in so many is measured with tracemalloc
ROWS, MANY_ROWS, COLUMNS = 20, 20_000, 4
LARGE = 500  # for so many inputs there is one of MANY_ROWS, measured with tracemalloc
NUMBERS = (
    *(b"0", b"1", b"-1", b"2", b"3", b"7", b"8", b"10", b"12", b"16", b"24", b"31", b"32", b"33", b"40", b"63", b"64"),
    *(b"65", b"100", b"255", b"256", b"1024", b"65535", b"65536", b"262144", b"99999999", b"4294967296", b"1e9"),
    *(b"18446744073709551616", b"99999999999999999999", b"9" * 60, b"-99999999", b"1.5", b"1e308", b"1e-308", b"0.0"),
    *(b"", b" ", b"*", b"nan", b"inf", b"1,2", b"2,1", b"4,3,2,1", b"3,4,1,2", b"1", b"4,0", b"4,1", b"300,1", b"\xff"),
    *(
        b"F",
        b"D",
        b"I",
        b"A",
        b"L",
        b"H",
        b"f",
        b"Time",
        b"$PAR",
        b"/",
        b"//",
        b"2,C1,C2,1,0.1,0,1",
        b"9999,C1,1",
        b"1_0",
    ),
)


def seeds(rows: int = ROWS) -> dict[str, bytes]:
    """Return a valid file of every type."""
    draw = np.random.default_rng(11)
    table = draw.integers(0, 1_000, (rows, COLUMNS))
    floats = draw.lognormal(5, 2, (rows, COLUMNS))
    little = [int(v).to_bytes(3, "little") for v in table.ravel()]
    mixed = [int(v).to_bytes(w, "big") for row in table for v, w in zip(row, (2, 4, 3, 2), strict=True)]
    bits = "".join(f"{v:010b}" for v in table.ravel())
    typed = [
        np.uint16(a).tobytes() + np.array((b, c), "<f4").tobytes() + np.float64(d).tobytes() for a, b, c, d in table
    ]
    fixed = "".join(f"{v:6d}" for v in table.ravel()).encode()
    free = "\r\n".join(", ".join(map(str, row)) for row in table).encode()
    swapped = floats.astype("<f4").view("<u2").reshape(rows, -1, 2)[:, :, ::-1].tobytes()
    lay = partial(laid, rows=rows)
    plain = floats.astype("<f4").tobytes()
    integer = {"$DATATYPE": "I"}
    return {
        "float": lay(plain, {"$SPILLOVER": "2,C1,C2,1,0.1,0.02,1"}),
        "float big": lay(floats.astype(">f4").tobytes(), {"$BYTEORD": "4,3,2,1"}),
        "float mixed order": lay(swapped, {"$BYTEORD": "3,4,1,2"}),
        "double": lay(floats.astype("<f8").tobytes(), {"$DATATYPE": "D", **each("B", 64)}),
        "float, gain and time": lay(plain, {"$P4N": "Time", "$TIMESTEP": "0.01", "$P1G": "2", "$P2G": "0.5"}),
        "int8": lay((table % 256).astype("u1").tobytes(), {**integer, **each("B", 8), **each("R", 256)}),
        "int16 masked": lay(table.astype("<u2").tobytes(), {**integer, **each("B", 16), **each("R", 1000)}),
        "int16 log": lay(
            table.astype(">u2").tobytes(),
            {**integer, "$BYTEORD": "2,1", **each("B", 16), **each("R", 1024), **each("E", "4,1")},
        ),
        "int24": lay(b"".join(little), {**integer, **each("B", 24), **each("R", 2**24)}),
        "int32": lay(table.astype("<u4").tobytes(), {**integer, **each("R", 2**32)}),
        "int64": lay((table << 50).astype("<u8").tobytes(), {**integer, **each("B", 64), **each("R", 2**64)}),
        "mixed widths": lay(
            b"".join(mixed),
            {**integer, "$BYTEORD": "4,3,2,1", "$P1B": "16", "$P3B": "24", "$P4B": "16", **each("R", 1024)},
        ),
        "10 bits padded": lay(table.astype("<u2").tobytes(), {**integer, **each("B", 10), **each("R", 1024)}),
        "10 bits packed": lay(
            bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)),
            {**integer, "$BYTEORD": "4,3,2,1", **each("B", 10), **each("R", 1024)},
        ),
        "FCS 3.2 mixed types": lay(
            b"".join(typed),
            {"$P1DATATYPE": "I", "$P1B": "16", "$P1R": "1024", "$P4DATATYPE": "D", "$P4B": "64"},
            version="3.2",
        ),
        "text fixed": lay(fixed, {"$DATATYPE": "A", **each("B", 6)}),
        "text free": lay(free, {"$DATATYPE": "A", **each("B", "*")}),
        "supplemental TEXT": supplemented(plain, lay),
        "two data sets": chained(plain, lay),
        "empty values, FCS 2.0": lay(plain, {"OP": "", "$SYS": "a//b", "$COM": "\xb5"}, version="2.0"),
        "form feed": lay(plain, {"$FIL": "a/b|c"}, delimiter="\x0c"),
        "no events": lay(b"", {"$TOT": "0", "$BEGINDATA": "0", "$ENDDATA": "0"}),
    }


def each(letter: str, value: object) -> dict[str, str]:
    """Return one keyword for every channel."""
    return {f"$P{i}{letter}": str(value) for i in range(1, COLUMNS + 1)}


def laid(
    data: bytes,
    keywords: dict[str, str],
    version: str = "3.1",
    delimiter: str = "/",
    nextdata: int = 0,
    rows: int = ROWS,
) -> bytes:
    """Return the bytes of an FCS file, DATA right after TEXT."""
    text = {"$PAR": str(COLUMNS), "$TOT": str(rows), "$MODE": "L", "$NEXTDATA": f"{nextdata:07d}"}
    text |= {"$BYTEORD": "1,2,3,4", "$DATATYPE": "F", "$BEGINDATA": "0000000", "$ENDDATA": "0000000"}
    for i in range(1, COLUMNS + 1):
        text |= {f"$P{i}N": f"C{i}", f"$P{i}B": "32", f"$P{i}R": "262144", f"$P{i}E": "0,0"}
    text |= keywords
    length = 1 + sum(len(k) + len(v) + 2 for k, v in text.items())
    first, last = (58 + length, 57 + length + len(data)) if data else (0, 0)
    for key, place in (("$BEGINDATA", first), ("$ENDDATA", last)):
        text[key] = f"{place:0{len(text[key])}d}"
    body = delimiter + "".join(f"{k}{delimiter}{v}{delimiter}" for k, v in text.items())
    head = f"FCS{version}    {58:8d}{57 + len(body):8d}{first:8d}{last:8d}{0:8d}{0:8d}"
    return (head + body).encode("latin-1") + data


def supplemented(data: bytes, lay: Callable[..., bytes]) -> bytes:
    """Return a file with supplemental TEXT behind its DATA."""
    extra = b"/CREATOR/by hand/$CYT/a cytometer/"
    size = len(lay(data, {"$BEGINSTEXT": "0000000", "$ENDSTEXT": "0000000"}))
    places = {"$BEGINSTEXT": f"{size:07d}", "$ENDSTEXT": f"{size + len(extra) - 1:07d}"}
    return lay(data, places) + extra


def chained(data: bytes, lay: Callable[..., bytes]) -> bytes:
    """Return a file of two data sets."""
    return lay(data, {}, nextdata=len(lay(data, {}))) + lay(data, {"$FIL": "second"})


def mutated(good: bytes, others: list[bytes], draw: random.Random) -> bytes:
    """Return a damaged copy: bytes, numbers, whole pieces, or the end."""
    bad = bytearray(good)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        DAMAGES[draw.randrange(len(DAMAGES))](bad, others, draw)
    return bytes(bad)


def _byte(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    if bad:
        bad[draw.randrange(len(bad))] = draw.randrange(256)


def _text_byte(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    if bad:
        bad[draw.randrange(min(len(bad), 500))] = draw.choice(b"0123456789/$ -.,*PNBREGTFDIA\x00\x0c\xff")


def _header(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    if len(bad) >= 58:
        place = 10 + 8 * draw.randrange(6)
        old = int(bad[place : place + 8].strip() or 0) if bad[place : place + 8].strip().isdigit() else 0
        new = draw.choice((0, old - 1, old + 1, old + draw.randrange(-60, 60), draw.randrange(3_000), 99_999_999))
        bad[place : place + 8] = f"{new:8d}".encode()[:8]


def _value(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    """Put another value between two delimiters; the bytes behind it move."""
    begin = bad.find(b"/", draw.randrange(max(1, min(len(bad), 700))))
    end = bad.find(b"/", begin + 1)
    if 0 <= begin < end:
        bad[begin + 1 : end] = draw.choice(NUMBERS)


def _same_length_value(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    """Put another value between two delimiters, nothing moves."""
    begin = bad.find(b"/", draw.randrange(max(1, min(len(bad), 700))))
    end = bad.find(b"/", begin + 1)
    if 0 <= begin < end:
        bad[begin + 1 : end] = draw.choice(NUMBERS)[: end - begin - 1].rjust(end - begin - 1, draw.choice((b"0", b" ")))


def _cut(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    del bad[draw.randrange(len(bad) + 1) :]


def _lost(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    begin = draw.randrange(len(bad) + 1)
    del bad[begin : begin + draw.choice((1, 2, 8, 40, 400))]


def _doubled(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    begin = draw.randrange(len(bad) + 1)
    piece = bad[begin : begin + draw.choice((1, 2, 8, 40, 400))]
    bad[begin:begin] = piece


def _spliced(bad: bytearray, others: list[bytes], draw: random.Random) -> None:
    other = draw.choice(others)
    begin = draw.randrange(min(len(bad), len(other)) + 1)
    bad[begin:] = other[begin:]


DAMAGES = (
    *(_byte, _text_byte, _text_byte, _header, _value, _value, _same_length_value, _same_length_value),
    *(_cut, _lost, _doubled, _spliced),
)


@dataclass
class Tally:
    """What became of the inputs of one seed."""

    counts: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    largest_allocation: float = 0.0  # as a part of what is allowed
    faults: list[str] = field(default_factory=list)

    def row(self) -> list[int]:
        """Return inputs, those read, of these repaired, refused, unsound, and those with another exception."""
        n = self.counts
        total = n["read"] + n["refused"] + n["unsound"] + n["other"]
        return [total, n["read"], n["repaired"], n["refused"], n["unsound"], n["other"]]


def try_one(content: bytes, turn: int, tally: Tally, measured: bool) -> None:
    """Read one input and tally what became of it."""
    linearise, dataset = turn % 3 != 0, int(turn % 7 == 0)
    if measured:
        tracemalloc.start()
    begun = time.perf_counter()
    try:
        events = read_buffer(content, "fuzz.fcs", dataset=dataset, linearise=linearise)
        sound = events.values.shape[1] == len(events.channels) and events.values.ndim == 2
        sound = sound and events.values.nbytes <= 8 * len(content)
        float(np.nansum(events.values[:2]))
        tally.counts["read" if sound else "unsound"] += 1
        tally.counts["repaired"] += bool(events.repairs)
    except GatingError:
        tally.counts["refused"] += 1
    except Exception as error:
        tally.counts["other"] += 1
        tally.faults.append(f"{type(error).__name__}: {error}")
    tally.slowest_s = max(tally.slowest_s, time.perf_counter() - begun)
    if measured:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        tally.largest_allocation = max(tally.largest_allocation, peak / (10 * len(content) + SPARE_BYTES))


def fuzz(n_inputs: int, seed: int = 1, rows: int = ROWS, measured: int = MEASURED) -> dict[str, Tally]:
    """Damage each seed in turn, until there were `n_inputs`; one in `measured` is traced for its memory."""
    draw = random.Random(seed)
    good = seeds(rows)
    others = list(good.values())
    tallies = {name: Tally() for name in good}
    with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
        warnings.simplefilter("error")
        for turn, name in zip(range(n_inputs), itertools.cycle(good), strict=False):
            traced = turn % measured == turn // measured % min(measured, len(good))
            try_one(mutated(good[name], others, draw), turn, tallies[name], traced)
    return tallies


def main() -> None:
    """Run the fuzz and write its table."""
    n_inputs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begun = time.perf_counter()
    tallies = fuzz(n_inputs, seed)
    taken = time.perf_counter() - begun
    large = fuzz(n_inputs // LARGE, seed + 1, MANY_ROWS, 1)
    with Path(__file__).with_suffix(".csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            [
                *(
                    "seed_file",
                    "events",
                    "inputs",
                    "read",
                    "of_these_repaired",
                    "refused",
                    "unsound",
                    "other_exceptions",
                ),
                *("slowest_ms", "largest_allocation_of_allowed"),
            ]
        )
        for rows, found in ((ROWS, tallies), (MANY_ROWS, large)):
            for name, t in found.items():
                row = [name, rows, *t.row(), round(1e3 * t.slowest_s, 1), round(t.largest_allocation, 3)]
                writer.writerow(row)
                print(*row, *set(t.faults[:3]), sep=", ")
    print(f"{n_inputs} inputs in {taken:.0f} s, then {n_inputs // LARGE} large ones")


if __name__ == "__main__":
    main()
