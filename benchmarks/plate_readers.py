"""The readers of plate files: time against allotropy, and damaged files.

    python -m benchmarks.plate_readers [MUTATIONS] [SEED] [PYTHON]

MUTATIONS (default 100,000) damaged copies of real and hand-made exports are read; each must end in right values or in a
StudyError. What right means depends on what was done: where no cell was touched, all values are the same in the same
wells; where lines went, came or moved, every value is one that the whole file has in that well; where bytes were
changed, at most as many wells differ as bytes were, and every value stands in the text. PYTHON is an interpreter that
has allotropy: each real file is then timed in both (processor time, the best of five).

Writes plate_reader_fuzz.csv and plate_readers.csv.
"""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.plate_exports import MAKERS
from cytotools.errors import StudyError
from cytotools.plates.export_parsing import parse_export
from cytotools.plates.well_names import well_name

HERE = Path(__file__).parent
REAL = HERE.parents[1] / "shared" / "data" / "doses" / "plates"
REPEATS = 5
LETTERLESS = ("softmax", "moldev", "gen5.txt", "agilent_gen5__endpoint")  # who exchanges lines without row letters
PEER = """
import json, sys, time
from allotropy.parser_factory import Vendor
from allotropy.to_allotrope import allotrope_from_file
path, vendor, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
allotrope_from_file(path, Vendor[vendor])
times = []
for _ in range(repeats):
    begun = time.process_time()
    allotrope_from_file(path, Vendor[vendor])
    times.append(time.process_time() - begun)
print(json.dumps(min(times)))
"""
VENDORS = {
    "agilent_gen5": "AGILENT_GEN5",
    "bmg_mars": "BMG_MARS",
    "moldev_softmax_pro": "MOLDEV_SOFTMAX_PRO",
    "perkin_elmer_envision": "PERKIN_ELMER_ENVISION",
    "revvity_kaleido": "REVVITY_KALEIDO",
    "tecan_magellan": "TECAN_MAGELLAN",
    "thermo_skanit": "THERMO_SKANIT",
}

Wells = Mapping[str, float]


def real_files() -> list[Path]:
    """Return the real exports beside the checkout."""
    return sorted(path for path in REAL.glob("*") if path.name.split("__")[0] in VENDORS)


def seeds() -> dict[str, bytes]:
    """Return the whole files to be damaged: real ones, where they are at hand, and hand-made ones."""
    values = np.round(np.random.default_rng(7).uniform(0.05, 3, (8, 12)), 4)
    values[2, 3], values[7, 11] = np.nan, 1_250_000.25
    made = {name: make(values) for name, (_, _, make) in MAKERS.items()}
    return made | {path.name: path.read_bytes() for path in real_files()}


def reads(contents: bytes, name: str) -> list[Wells]:
    """Return the values of every reading by well."""
    return [
        {
            well_name(row, column): float(reading.signal[row, column])
            for row, column in np.argwhere(np.isfinite(reading.signal))
        }
        for reading in parse_export(contents, name).readings
    ]


def decoded(contents: bytes) -> tuple[str, str]:
    """Return a seed's text and its encoding."""
    for encoding in ("utf-8", "cp1252"):
        if contents[:2] == b"\xff\xfe":
            return contents.decode("utf-16"), "utf-16"
        try:
            return contents.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise AssertionError


def encode(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text in another encoding that can hold it."""
    return words.encode(draw.choice(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]))


def ends(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text with other line ends."""
    return re.sub(r"\r\n|\n|\r", draw.choice(["\n", "\r", "\r\n"]), words).encode("utf-8")


def blank_lines(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text with blank lines at the end."""
    return (words + draw.choice(["\n", "\r\n", " \n"]) * draw.randint(1, 5)).encode("utf-8")


def part_lines(words: str) -> list[str]:
    """Return the lines with their ends."""
    return words.splitlines(keepends=True)


def drop(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text without a line or several."""
    lines = part_lines(words)
    at = draw.randrange(len(lines))
    del lines[at : at + draw.choice([1, 1, 1, 2, 5])]
    return "".join(lines).encode("utf-8")


def double(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text with a line twice."""
    lines = part_lines(words)
    at = draw.randrange(len(lines))
    lines.insert(draw.choice([at, draw.randrange(len(lines))]), lines[at])
    return "".join(lines).encode("utf-8")


def swap(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text with two lines exchanged."""
    lines = part_lines(words)
    a, b = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "".join(lines).encode("utf-8")


def shuffle(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text with its blocks, parted by blank lines, in another order."""
    blocks = re.split(r"(?:\r?\n){2,}", words)
    draw.shuffle(blocks)
    return "\n\n".join(blocks).encode("utf-8")


def reparted(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text with the delimiter of one line, or of all, exchanged."""
    lines = part_lines(words)
    old, new = draw.choice(",;\t"), draw.choice(",;\t")
    for at in [draw.randrange(len(lines))] if draw.random() < 0.5 else range(len(lines)):
        lines[at] = lines[at].replace(old, new)
    return "".join(lines).encode("utf-8")


def cut(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the first bytes only."""
    return contents[: draw.randrange(len(contents))]


def decimals(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the text with another decimal mark in one line, or in all."""
    lines = part_lines(words)
    for at in [draw.randrange(len(lines))] if draw.random() < 0.5 else range(len(lines)):
        lines[at] = re.sub(r"(?<=\d)[.,](?=\d)", draw.choice(",. '"), lines[at])
    return "".join(lines).encode("utf-8")


def flip(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the file with one byte changed."""
    damaged = bytearray(contents)
    damaged[draw.randrange(len(damaged))] = draw.choice(
        [draw.randrange(256), ord(draw.choice("0123456789.,;\t\n-eA "))]
    )
    return bytes(damaged)


def flips(words: str, draw: random.Random, contents: bytes) -> bytes:
    """Return the file with many bytes changed, put in or taken out."""
    damaged = bytearray(contents)
    for _ in range(draw.randint(2, 40)):
        at = draw.randrange(len(damaged))
        damaged[at : at + draw.randint(0, 2)] = bytes(
            draw.choice(b"0123456789.,;\t\n-eABH \xff\x00\"'") for _ in range(draw.randint(0, 2))
        )
    return bytes(damaged)


Mutation = Callable[[str, random.Random, bytes], bytes]
SAME: tuple[Mutation, ...] = (encode, ends, blank_lines)
PARTS: tuple[Mutation, ...] = (drop, double, swap, shuffle)
ANY: tuple[Mutation, ...] = (reparted, cut, decimals, flip, flips)


@dataclass
class Tally:
    """What became of the damaged copies of one kind."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


def is_right(name: str, mutation: Mutation, before: Sequence[Wells], after: Sequence[Wells], contents: bytes) -> bool:
    """Return whether what was read of a damaged file is right, by what was done to it."""
    if mutation in SAME:
        return list(after) == list(before)
    if mutation in PARTS and not (name.startswith(LETTERLESS) and mutation is swap):  # leaves no trace in them
        return all(any(whole.items() >= found.items() for whole in before) for found in after)
    if mutation is flip and not all(min(_unlike(whole, found) for whole in before) <= 1 for found in after):
        return False
    stands = numbers_in(contents)
    return all(value in stands for found in after for value in found.values())


def _unlike(whole: Wells, found: Wells) -> int:
    return sum(whole.get(well) != value for well, value in found.items())


def numbers_in(contents: bytes) -> set[float]:
    """Return every number that can be seen in a text, with either decimal mark, and with thousands parted."""
    text = contents.replace(b"\x00", b"").decode("utf-8", "replace").replace("\u2212", "-")
    words = {*re.split(r"[;\t\r\n|\"]", text), *re.split(r"[,;\t\r\n|\"]", text)}
    plain = {re.sub(r"(?<=\d)[ '\u00a0\ufffd]+(?=\d{3})", "", word).strip().replace(",", ".") for word in words}
    return {float(word) for word in plain if re.fullmatch(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", word)}


def try_one(
    name: str, whole: bytes, before: Sequence[Wells], mutation: Mutation, draw: random.Random, tally: Tally
) -> None:
    """Damage a file once and read it."""
    words = decoded(whole)[0] if mutation not in (cut, flip, flips) or not whole.startswith(b"PK") else ""
    damaged = mutation(words, draw, whole)
    begun = time.process_time()
    try:
        after = reads(damaged, name)
    except StudyError:
        tally.counts["refused"] += 1
    except Exception as error:
        tally.counts["other exception"] += 1
        tally.faults.append(f"{name} {mutation.__name__}: {type(error).__name__}: {error}")
    else:
        is_same = list(after) == list(before)
        right = is_same or whole.startswith(b"PK") or is_right(name, mutation, before, after, damaged)
        tally.counts["same" if is_same else "right" if right else "wrong"] += 1
        if not right:
            tally.faults.append(f"{name} {mutation.__name__}: a wrong value")
    tally.slowest_s = max(tally.slowest_s, time.process_time() - begun)


def fuzz(mutations: int, seed: int) -> dict[str, Tally]:
    """Damage the seeds in turn."""
    draw = random.Random(seed)
    whole = seeds()
    before = {name: reads(contents, name) for name, contents in whole.items()}
    tallies: dict[str, Tally] = {}
    for turn in range(mutations):
        name = list(whole)[turn % len(whole)]
        kinds = (cut, flip, flips) if whole[name].startswith(b"PK") else (*SAME, *PARTS, *ANY)
        mutation = draw.choice(kinds)
        tally = tallies.setdefault(mutation.__name__, Tally())
        try_one(name, whole[name], before[name], mutation, draw, tally)
    return tallies


def write_fuzz(mutations: int, seed: int) -> None:
    """Run the fuzz and write its table."""
    begun = time.perf_counter()
    tallies = fuzz(mutations, seed)
    columns = ("same", "right", "refused", "wrong", "other exception")
    with (HERE / "plate_reader_fuzz.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["mutation", *(column.replace(" ", "_") for column in columns), "slowest_ms"])
        for name, tally in sorted(tallies.items()):
            row = [name, *(tally.counts[column] for column in columns), round(1e3 * tally.slowest_s, 1)]
            writer.writerow(row)
            print(*row, *sorted(set(tally.faults))[:5], sep=", ")
    print(f"{mutations} mutations, seed {seed}, in {time.perf_counter() - begun:.0f} s")


def write_times(python: str) -> None:
    """Time each real file here and in an interpreter that has allotropy, and write the table."""
    with (HERE / "plate_readers.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "software", "values", "cytotools_ms", "allotropy_ms", "times_faster"])
        for path in real_files():
            contents = path.read_bytes()
            export = parse_export(contents, path.name)
            times = [timed(contents, path.name) for _ in range(REPEATS)]
            vendor = VENDORS[path.name.split("__")[0]]
            asked = [python, "-c", PEER, str(path), vendor, str(REPEATS)]
            peer = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
            values = sum(int(np.isfinite(r.signal).sum()) for r in export.readings if r.kind == "raw")
            row = [path.name, export.software, values, round(1e3 * min(times), 2), round(1e3 * peer, 2)]
            row.append(round(peer / min(times), 1))
            writer.writerow(row)
            print(*row, sep=", ")


def timed(contents: bytes, name: str) -> float:
    """Return how long one file takes, in seconds of its processor."""
    begun = time.process_time()
    parse_export(contents, name)
    return time.process_time() - begun


def main() -> None:
    """Run the fuzz, and the times where an interpreter with allotropy is named."""
    write_fuzz(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    if len(sys.argv) > 3:
        write_times(sys.argv[3])


if __name__ == "__main__":
    main()
