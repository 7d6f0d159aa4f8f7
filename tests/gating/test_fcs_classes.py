"""Classes of FCS file that real programs write or damage, each laid byte by byte: known values or a named refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gating import UnreadableFcs, read_fcs
from gating.fcs.read import read_buffer
from gating.fcs.repairs import REPAIRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLE = np.array([[1037, 960, 0], [1, 2, 1023], [512, 513, 77]])
FLOATS = TABLE.astype("<f4").tobytes()
UINT16 = TABLE.astype("<u2").tobytes()
UINT32 = TABLE.astype("<u4").tobytes()
FIRST = 1024  # where DATA begin, unless a class says otherwise
BIG = {"$BYTEORD": "4,3,2,1"}
ABSENT = "(absent)"


def each(letter: str, value: object) -> dict[str, str]:
    return {f"$P{i}{letter}": str(value) for i in (1, 2, 3)}


def integers(bits: int, top: int = 2048) -> dict[str, str]:
    return {"$DATATYPE": "I", **each("B", bits), **each("R", top)}


def lay(
    data: bytes = FLOATS,
    keywords: dict[str, str] | None = None,
    *,
    version: str = "3.1",
    delimiter: str = "/",
    header: tuple[Any, Any] | None = None,
    text: tuple[int, int] = (0, 0),
    closed: str | None = None,
    tail: bytes = b"",
    at: int = FIRST,
    raw: bytes | None = None,
) -> bytes:
    """Lay a file: HEADER, TEXT at 58, DATA at `at`, `tail`. `text` is what HEADER misses TEXT's two ends by."""
    end = at + len(data) - 1
    pairs = {"$PAR": "3", "$TOT": "3", "$MODE": "L", "$NEXTDATA": "0", "$BYTEORD": "1,2,3,4", "$DATATYPE": "F"}
    pairs |= {"$BEGINDATA": str(at), "$ENDDATA": str(end)}
    for i in (1, 2, 3):
        pairs |= {f"$P{i}N": f"C{i}", f"$P{i}B": "32", f"$P{i}R": "262144", f"$P{i}E": "0,0"}
    pairs |= keywords or {}
    d = delimiter.encode("latin-1")
    kept = [(k, v) for k, v in pairs.items() if v != ABSENT]
    body = d + b"".join(k.encode("latin-1") + d + v.encode("latin-1") + d for k, v in kept)
    if closed is not None:
        body = body[:-1] + closed.encode("latin-1")
    body = raw if raw is not None else body
    first, last = header if header is not None else (at, end)
    head = f"FCS{version}    {58 + text[0]:8d}{57 + len(body) + text[1]:8d}{first!s:>8}{last!s:>8}{0:8d}{0:8d}"
    return (head.encode() + body).ljust(at) + data + tail


@dataclass(frozen=True)
class Read:
    """A class that is read, and the repairs that it takes."""

    content: bytes
    codes: str = ""
    values: NDArray[Any] = field(default_factory=lambda: TABLE)
    names: tuple[str, ...] = ("C1", "C2", "C3")
    dataset: int = 0
    linearise: bool = True


@dataclass(frozen=True)
class Refused:
    """A class that is refused, and words of the refusal."""

    content: bytes
    words: str


def swapped(code: str) -> bytes:
    """Return the table in the byte order 3,4,1,2."""
    return TABLE.astype(code).view("<u2").reshape(3, -1, 2)[:, :, ::-1].tobytes()


def typed(rows: NDArray[np.int64]) -> bytes:
    """Return rows of one uint16, one float32, one float64."""
    return b"".join(np.uint16(a).tobytes() + np.float32(b).tobytes() + np.float64(c).tobytes() for a, b, c in rows)


def packed(bits: int, little: bool) -> bytes:
    """Return the table as one stream of bits, reckoned as one large number."""
    values = [int(v) for v in TABLE.ravel()]
    stream = sum(v << bits * i for i, v in enumerate(values if little else values[::-1]))
    total = bits * len(values)
    room = -(-total // 8) * 8
    return (stream if little else stream << room - total).to_bytes(room // 8, "little" if little else "big")


def widths(order: str) -> bytes:
    return b"".join(int(v).to_bytes(w, order) for row in TABLE for v, w in zip(row, (2, 4, 3), strict=True))  # type: ignore[arg-type]


def chain(first: bytes, second: bytes, at: int = 2000) -> bytes:
    return first.ljust(at) + second


def absolute(at: int) -> bytes:
    """Return a later data set whose offsets count from the start of the file."""
    begin, end = at + FIRST, at + FIRST + len(FLOATS) - 1
    content = lay(keywords={"$BEGINDATA": str(begin), "$ENDDATA": str(end)}, header=(begin, end))
    last = int(content[18:26])
    return content[:10] + f"{58 + at:8d}{last + at:8d}".encode() + content[26:]


def supplemented(extra: bytes, **changed: str) -> bytes:
    at = FIRST + len(FLOATS)
    places = {"$BEGINSTEXT": str(at), "$ENDSTEXT": str(at + len(extra) - 1)}
    return lay(keywords={**places, **changed}, tail=extra)


FREE = {"$DATATYPE": "A", **each("B", "*")}
FIXED = {"$DATATYPE": "A", **each("B", 6)}
BODY = lay()[58:].split(b" " * 20)[0]
LOG = 10.0 ** (4 * TABLE / 2048)
PATH = lay(raw=lay(delimiter="\\", keywords={"$FIL": "C:\\a.fcs", "$SRC": "D:\\b"})[58:].split(b" " * 20)[0])
HIGH = np.array([[2**53 + 1, 2**63 + 12345, 7]], dtype=np.uint64)
HIGH_FILE = lay(HIGH.tobytes(), {**integers(64, 2**64), "$TOT": "1"})
ODD_DELIMITERS = {"form feed": "\x0c", "backslash": "\\", "bar": "|", "star": "*", "return": "\r", "bang": "!"}
ODD_DELIMITERS |= {"NUL": "\x00", "tab": "\t", "record": "\x1e", "comma-free space": "^", "@": "@"}
ORDER_OF_WORDS = {"$BYTEORD": "3,4,1,2"}

CLASSES: dict[str, Read | Refused] = {
    # versions
    "FCS 2.0": Read(lay(version="2.0")),
    "FCS 3.0": Read(lay(version="3.0")),
    "FCS 3.1": Read(lay()),
    "FCS 3.2": Read(lay(version="3.2", keywords={"$MODE": ABSENT})),
    "FCS 3.7": Read(lay(version="3.7"), "version"),
    "FCS 1.0": Refused(lay(version="1.0"), "FCS 1.0"),
    # types, widths, orders
    "float, big": Read(lay(TABLE.astype(">f4").tobytes(), BIG)),
    "float, mixed order": Read(lay(swapped("<f4"), ORDER_OF_WORDS)),
    "double, little": Read(lay(TABLE.astype("<f8").tobytes(), {"$DATATYPE": "D", **each("B", 64)})),
    "double, big": Read(lay(TABLE.astype(">f8").tobytes(), {"$DATATYPE": "D", **each("B", 64), **BIG})),
    "double, order of four": Refused(
        lay(TABLE.astype("<f8").tobytes(), {"$DATATYPE": "D", **each("B", 64), **ORDER_OF_WORDS}), "8 bytes"
    ),
    "double, order of eight": Read(
        lay(TABLE.astype(">f8").tobytes(), {"$DATATYPE": "D", **each("B", 64), "$BYTEORD": "8,7,6,5,4,3,2,1"})
    ),
    "int8": Read(lay((TABLE % 256).astype("u1").tobytes(), integers(8, 256)), values=TABLE % 256),
    "int8, order of one": Read(
        lay((TABLE % 256).astype("u1").tobytes(), {**integers(8, 256), "$BYTEORD": "1"}), values=TABLE % 256
    ),
    "int16, little": Read(lay(UINT16, integers(16))),
    "int16, big": Read(lay(TABLE.astype(">u2").tobytes(), {**integers(16), **BIG})),
    "int16, order of two": Read(lay(TABLE.astype(">u2").tobytes(), {**integers(16), "$BYTEORD": "2,1"})),
    "int16, odd place": Read(lay(UINT16, integers(16), at=1027)),
    "int24, little": Read(lay(b"".join(int(v).to_bytes(3, "little") for v in TABLE.ravel()), integers(24))),
    "int24, big": Read(lay(b"".join(int(v).to_bytes(3, "big") for v in TABLE.ravel()), {**integers(24), **BIG})),
    "int32": Read(lay(UINT32, integers(32))),
    "int32, mixed order": Read(lay(swapped("<u4"), {**integers(32), **ORDER_OF_WORDS})),
    "int40": Read(lay(b"".join(int(v).to_bytes(5, "big") for v in TABLE.ravel()), {**integers(40), **BIG})),
    "int64": Read(lay(TABLE.astype("<u8").tobytes(), integers(64))),
    "int64 above 2^53": Read(HIGH_FILE, "inexact", HIGH.astype(np.float64)),
    "int64 above 2^53, as stored": Read(HIGH_FILE, values=HIGH, linearise=False),
    "mixed widths, little": Read(lay(widths("little"), {**integers(16), "$P2B": "32", "$P3B": "24"})),
    "mixed widths, big": Read(lay(widths("big"), {**integers(16), "$P2B": "32", "$P3B": "24", **BIG})),
    "$PnDATATYPE": Read(
        lay(typed(TABLE), {"$P1DATATYPE": "I", "$P1B": "16", "$P1R": "2048", "$P3DATATYPE": "D", "$P3B": "64"})
    ),
    "$PnDATATYPE of no type": Read(lay(keywords={"$P1DATATYPE": "x"}), "datatype"),
    "11 bits in 16": Read(lay(UINT16, integers(11)), "padded_bits"),
    "20 bits in 24": Read(
        lay(b"".join(int(v).to_bytes(3, "little") for v in TABLE.ravel()), integers(20)), "padded_bits"
    ),
    "20 bits in 32": Read(lay(UINT32, integers(20)), "padded_bits"),
    "11 bits in 16, dirt above": Read(lay((TABLE + 2**11 * 21).astype("<u2").tobytes(), integers(11)), "padded_bits"),
    "11 bits packed, little": Read(lay(packed(11, True), integers(11)), "packed_bits"),
    "11 bits packed, big": Read(lay(packed(11, False), {**integers(11), **BIG}), "packed_bits"),
    "11 bits packed, mixed order": Refused(lay(packed(11, True), {**integers(11), **ORDER_OF_WORDS}), "bit-packed"),
    "11 bits, no size fits": Refused(lay(UINT16 + b"abc", integers(11)), "Bit-packed"),
    "11 bits, no total": Refused(lay(UINT16, {**integers(11), "$TOT": ABSENT}), "Bit-packed"),
    "65 bits": Refused(lay(UINT16, integers(65)), r"\$P1B"),
    "0 bits": Refused(lay(UINT16, integers(0)), r"\$P1B"),
    "width missing": Refused(lay(UINT32, {**integers(32), "$P2B": ABSENT}), r"\$P2B.*nothing"),
    "width of a float missing": Read(lay(keywords={"$P2B": ABSENT})),
    "width of a float wrong": Read(lay(keywords=each("B", 16)), "width"),
    "float that is double": Read(lay(TABLE.astype("<f8").tobytes(), each("B", 64)), "width"),
    "double that is float": Read(lay(keywords={"$DATATYPE": "D"}), "width"),
    "type in lower case": Read(lay(keywords={"$DATATYPE": "f"}), "datatype"),
    "type of another letter": Refused(lay(keywords={"$DATATYPE": "Q"}), r"\$DATATYPE F, D, I or A"),
    "type missing": Refused(lay(keywords={"$DATATYPE": ABSENT}), r"\$DATATYPE.*nothing"),
    "order of one number": Read(lay(keywords={"$BYTEORD": "1"}), "byte_order"),
    "order missing, little": Read(lay(keywords={"$BYTEORD": ABSENT}), "byte_order"),
    "order missing, big": Read(lay(TABLE.astype(">f4").tobytes(), {"$BYTEORD": ABSENT}), "byte_order"),
    "order without commas": Read(lay(TABLE.astype(">f4").tobytes(), {"$BYTEORD": "4321"}), "byte_order"),
    "order with spaces": Read(lay(TABLE.astype(">f4").tobytes(), {"$BYTEORD": " 4, 3, 2, 1 "})),
    "order of two for floats": Read(lay(TABLE.astype(">f4").tobytes(), {"$BYTEORD": "2,1"})),
    "order that repeats": Refused(lay(keywords={"$BYTEORD": "1,1,2,3"}), r"\$BYTEORD"),
    "order in words": Refused(lay(keywords={"$BYTEORD": "little"}), r"\$BYTEORD.*little"),
    # masks
    "$PnR of no power of two": Read(lay((TABLE + 2048).astype("<u2").tobytes(), integers(16, 1100))),
    "$PnR as a decimal": Read(
        lay((TABLE + 2048).astype("<u2").tobytes(), integers(16) | each("R", "1100.00")), "number"
    ),
    "$PnR with an exponent": Read(lay(UINT16, integers(16) | each("R", "2.048E3")), "number"),
    "$PnR with a fraction": Read(lay(UINT16, integers(16) | each("R", "2047.5")), "number"),
    "$PnR with a group": Read(lay((TABLE + 2048).astype("<u2").tobytes(), integers(16) | each("R", "2 048")), "number"),
    "$PnR with spaces around": Read(lay((TABLE + 2048).astype("<u2").tobytes(), integers(16) | each("R", " 2048 "))),
    "$PnR of all bits": Read(lay(UINT16, integers(16, 65_536))),
    "$PnR beyond the type": Read(lay(UINT16, integers(16, 2**32)), "range"),
    "$PnR 0": Read(lay(UINT16, integers(16, 0)), "range"),
    "$PnR 1": Read(lay(UINT16, integers(16, 1)), "range"),
    "$PnR missing": Read(lay(UINT16, integers(16) | each("R", ABSENT)), "range"),
    "$PnR a word": Read(lay(UINT16, integers(16) | each("R", "high")), "range"),
    "$PnR missing, floats": Read(lay(keywords=each("R", ABSENT))),
    "masks, as stored": Read(lay((TABLE + 4096).astype("<u2").tobytes(), integers(16) | each("G", 2)), linearise=False),
    # text
    "free text, spaces": Read(lay(" ".join(map(str, TABLE.ravel())).encode(), FREE)),
    "free text, commas": Read(lay(",".join(map(str, TABLE.ravel())).encode(), FREE)),
    "free text, lines": Read(lay("\r\n".join(",\t".join(map(str, row)) for row in TABLE).encode() + b"\r\n", FREE)),
    "free text, signs and exponents": Read(
        lay(b"-1 +2 3e2 -4.5E-1 .5 6. 7 8 9", FREE), values=np.array([[-1, 2, 300], [-0.45, 0.5, 6], [7, 8, 9]])
    ),
    "free text, a value missing": Refused(lay(b"1,2,3,4,,6,7,8,9", FREE), "comma"),
    "free text, a word": Refused(lay(b"1 2 3 nan 5 6 7 8 9", FREE), "numbers in the text"),
    "free text, a digit group": Refused(lay(b"1_0 2 3 4 5 6 7 8 9", FREE), "numbers in the text"),
    "free text, too large": Refused(lay(b"1e999 2 3 4 5 6 7 8 9", FREE), "float64"),
    "free text, end one early": Read(
        lay(b"1 2 3 4 5 6 7 8 99", {**FREE, "$ENDDATA": "1040"}, header=(1024, 1040)),
        "data_size",
        np.array([[1, 2, 3], [4, 5, 6], [7, 8, 99]]),
    ),
    "free text, cut in a number": Read(
        lay(b"1 2 3 4 5 6 7 8 9", {**FREE, "$ENDDATA": "1050"}, header=(1024, 1050)),
        "truncated",
        np.array([[1, 2, 3], [4, 5, 6]]),
    ),
    "free text, fewer than $TOT": Read(lay(b"1 2 3 4 5 6 ", FREE), "tot_large", np.array([[1, 2, 3], [4, 5, 6]])),
    "free text, no $TOT": Read(
        lay(b"1 2 3 4 5 6", {**FREE, "$TOT": ABSENT}), "no_total", np.array([[1, 2, 3], [4, 5, 6]])
    ),
    "fixed text": Read(lay("".join(f"{v:6d}" for v in TABLE.ravel()).encode(), FIXED)),
    "fixed text, zeros before": Read(lay("".join(f"{v:06d}" for v in TABLE.ravel()).encode(), FIXED)),
    "fixed text, negative": Read(lay("".join(f"{-v:6d}" for v in TABLE.ravel()).encode(), FIXED), values=-TABLE),
    "fixed text, line ends": Refused(
        lay("".join("".join(f"{v:6d}" for v in row) + "\n" for row in TABLE).encode(), FIXED), "numbers in the text"
    ),
    "fixed text, a blank field": Refused(lay(b"     1" * 8 + b"      ", FIXED), "numbers in the text"),
    "fixed and free text": Refused(lay(b"1 2 3", {**FREE, "$P2B": "4"}), "one format"),
    "text with a logarithm": Read(
        lay(" ".join(map(str, TABLE.ravel())).encode(), {**FREE, **each("E", "4,1"), **each("R", 2048)}), values=LOG
    ),
    # keywords
    **{
        f"delimiter {name}": Read(lay(delimiter=d, keywords={"$COM": f"a{d}{d}b"}))
        for name, d in ODD_DELIMITERS.items()
    },
    "delimiter of a high byte": Read(lay(delimiter="\xff")),
    "doubled delimiter in a value": Read(lay(keywords={"$FIL": "a//b.fcs"})),
    "empty value": Read(lay(keywords={"OP": ""}), "empty_values"),
    "empty value before the rest": Read(lay(raw=b"/OP//" + BODY[1:]), "empty_values"),
    "empty value and doubled delimiter": Read(lay(raw=b"/OP//$FIL/a//b.fcs/" + BODY[1:]), "empty_values"),
    "empty $NEXTDATA": Read(lay(raw=b"/$NEXTDATA//" + BODY[1:].replace(b"$NEXTDATA/0/", b"")), "empty_values"),
    "single delimiters in paths": Read(PATH, "unescaped_delimiter"),
    "keys in lower case": Read(
        lay(raw=BODY.lower().replace(b"/f/", b"/F/").replace(b"/l/", b"/L/")),
        names=("c1", "c2", "c3"),
    ),
    "no final delimiter": Read(lay(closed=""), "no_final_delimiter"),
    "no final delimiter, odd": Read(lay(closed="/ODD"), "no_final_delimiter odd_keywords"),
    "padding after TEXT": Read(lay(closed="/ \r\n\x00\x00  ")),
    "TEXT ends one late": Read(lay(text=(0, 1))),
    "TEXT ends one early": Read(lay(text=(0, -1)), "text_end"),
    "TEXT ends far too early": Read(lay(text=(0, -60)), "text_end"),
    "TEXT ends inside DATA": Read(lay(text=(0, FIRST - 40 - len(BODY))), "text_end"),
    "TEXT begins one late": Read(lay(text=(1, 0)), "text_start"),
    "keys of the whole TEXT lost": Refused(lay(raw=b"/a/b/c/d/"), r"\$PAR"),
    "no keyword at all": Refused(lay(raw=b"nothing at all"), r"\$PAR|keywords in TEXT"),
    "the same keyword twice": Read(lay(raw=BODY + b"$TOT/2/"), "same_keyword"),
    "Latin-1": Read(lay(keywords={"$SRC": "25 \xb5M"}), "latin_1"),
    "UTF-8": Read(lay(keywords={"$P1N": "β-actin".encode().decode("latin-1")}), names=("β-actin", "C2", "C3")),
    "supplemental TEXT": Read(
        supplemented(b"/$P2N/renamed/$CYT/x/", **{"$P2N": ABSENT}), names=("C1", "renamed", "C3")
    ),
    "supplemental TEXT that disagrees": Read(supplemented(b"/$P2N/renamed/")),
    "supplemental TEXT that is a zip": Read(supplemented(b"PK\x03\x04" * 9), "supplemental_text"),
    "supplemental TEXT outside": Read(lay(keywords={"$BEGINSTEXT": "5000", "$ENDSTEXT": "6000"}), "supplemental_text"),
    "name missing": Read(lay(keywords={"$P2N": ABSENT}), "no_name", names=("C1", "P2", "C3")),
    "name empty": Read(lay(keywords={"$P2N": " "}), "no_name", names=("C1", "P2", "C3")),
    "same name": Read(
        lay(keywords={"$P2N": "C1", "$P3N": "C1"}), "same_name same_name", names=("C1", "C1 (2)", "C1 (3)")
    ),
    "$MODE missing": Read(lay(keywords={"$MODE": ABSENT}), "missing_keyword"),
    "$MODE in lower case": Read(lay(keywords={"$MODE": "l"}), "mode"),
    "$MODE H": Refused(lay(keywords={"$MODE": "H"}), "histogram"),
    "$MODE C": Refused(lay(keywords={"$MODE": "C"}), "histogram"),
    "$MODE U": Refused(lay(keywords={"$MODE": "U"}), "histogram"),
    "$MODE x": Refused(lay(keywords={"$MODE": "x"}), "list mode"),
    "$PAR missing": Refused(lay(keywords={"$PAR": ABSENT}), r"\$PAR"),
    "$PAR 0": Refused(lay(keywords={"$PAR": "0"}), r"\$PAR"),
    "$PAR too large": Refused(lay(keywords={"$PAR": "4"}), "channel 4"),
    "$PAR huge": Refused(lay(keywords={"$PAR": "999999999999"}), "channel 4"),
    "$PAR with a decimal": Read(lay(keywords={"$PAR": "3.0"}), "number"),
    # scales
    "log": Read(lay(UINT16, integers(16) | each("E", "4,1")), values=LOG),
    "log, 4.0,1.0": Read(lay(UINT16, integers(16) | each("E", "4.0,1.0")), values=LOG),
    "log, spaces": Read(lay(UINT16, integers(16) | each("E", " 4 , 1 ")), values=LOG),
    "log, 4,0": Read(lay(UINT16, integers(16) | each("E", "4,0")), "log_zero", LOG),
    "log, 4,0.1": Read(lay(UINT16, integers(16) | each("E", "4,0.1")), values=LOG / 10),
    "log, as stored": Read(lay(UINT16, integers(16) | each("E", "4,1")), linearise=False),
    "log, one number": Read(lay(UINT16, integers(16) | each("E", "4")), "amplification"),
    "log, no number": Read(lay(UINT16, integers(16) | each("E", "x,y")), "amplification"),
    "log, 300 decades": Read(lay(UINT16, integers(16) | each("E", "300,1")), "amplification"),
    "log with a gain": Read(lay(UINT16, integers(16) | each("E", "4,1") | each("G", 2)), "gain", LOG),
    "linear, 0.0,0": Read(lay(UINT16, integers(16) | each("E", "0.0,0"))),
    "linear, 0,1": Read(lay(UINT16, integers(16) | each("E", "0,1"))),
    "$PnE missing": Read(lay(UINT16, integers(16) | each("E", ABSENT)), "missing_keyword"),
    "$PnE on floats": Read(lay(keywords={"$P1E": "4,1"}), "float_log"),
    "gain": Read(lay(keywords=each("G", 2)), values=TABLE / 2),
    "gain on integers": Read(lay(UINT16, integers(16) | each("G", 0.5)), values=TABLE * 2),
    "gain 0": Read(lay(keywords=each("G", 0)), "gain"),
    "gain blank": Read(lay(keywords=each("G", " ")), "gain"),
    "gain negative": Read(lay(keywords=each("G", -1)), "gain"),
    "$TIMESTEP": Read(
        lay(keywords={"$P3N": "TIME", "$TIMESTEP": "0.5", "$P3G": "0.01"}),
        values=TABLE * [1, 1, 0.5],
        names=("C1", "C2", "TIME"),
    ),
    "$TIMESTEP on integers": Read(
        lay(UINT16, {**integers(16), "$P3N": "time", "$TIMESTEP": " 0.5 "}),
        values=TABLE * [1, 1, 0.5],
        names=("C1", "C2", "time"),
    ),
    "$TIMESTEP missing": Read(lay(keywords={"$P3N": "Time"}), "timestep", names=("C1", "C2", "Time")),
    "$TIMESTEP missing in FCS 2.0": Read(lay(keywords={"$P3N": "Time"}, version="2.0"), names=("C1", "C2", "Time")),
    "$TIMESTEP blank": Read(lay(keywords={"$P3N": "Time", "$TIMESTEP": " "}), "timestep", names=("C1", "C2", "Time")),
    "$TIMESTEP a word": Read(lay(keywords={"$P3N": "Time", "$TIMESTEP": "xx"}), "timestep", names=("C1", "C2", "Time")),
    "$TIMESTEP without Time": Read(lay(keywords={"$TIMESTEP": "xx"})),
    "spillover that can't be used": Read(lay(keywords={"$SPILLOVER": "2,C1,X,1,0,0,1"}), "spillover"),
    # places
    "HEADER silent": Read(lay(header=(0, 0)), "header_offsets"),
    "HEADER blank": Read(lay(header=("", "")), "header_offsets"),
    "HEADER 99999999": Read(lay(header=(99999999, 99999999)), "offsets"),
    "HEADER negative": Read(lay(header=(-1, -1)), "header_offsets"),
    "TEXT silent": Read(lay(keywords={"$BEGINDATA": "0", "$ENDDATA": "0"}), "text_offsets"),
    "TEXT without offsets": Read(lay(keywords={"$BEGINDATA": ABSENT, "$ENDDATA": ABSENT}), "text_offsets"),
    "TEXT without offsets, FCS 2.0": Read(lay(keywords={"$BEGINDATA": ABSENT, "$ENDDATA": ABSENT}, version="2.0")),
    "no offsets, DATA at the end": Read(
        lay(keywords={"$BEGINDATA": "0", "$ENDDATA": "0"}, header=(0, 0)), "no_offsets"
    ),
    "no offsets, DATA after TEXT": Read(
        lay(
            raw=(t := lay(keywords={"$BEGINDATA": "0", "$ENDDATA": "0"})[58:].split(b" " * 20)[0]),
            header=(0, 0),
            at=58 + len(t),
        ),
        "no_offsets",
    ),
    "both ends one late": Read(lay(keywords={"$ENDDATA": "1060"}, header=(1024, 1060)), "data_size"),
    "both ends one early": Read(lay(keywords={"$ENDDATA": "1058"}, header=(1024, 1058)), "data_size"),
    "both begins one early": Read(lay(keywords={"$BEGINDATA": "1023"}, header=(1023, 1059)), "data_size"),
    "both begins one late": Read(lay(keywords={"$BEGINDATA": "1025"}, header=(1025, 1059)), "data_size"),
    "HEADER's begin one late": Read(lay(header=(1025, 1060)), "offsets"),
    "HEADER's begin one late, sized right": Read(
        lay(header=(1025, 1060), keywords={"$ENDDATA": "1060"}), "offsets data_size"
    ),
    "TEXT's begin one late": Read(lay(keywords={"$BEGINDATA": "1025", "$ENDDATA": "1060"}), "offsets"),
    "HEADER elsewhere, sized right": Read(lay(header=(900, 935)), "offsets"),
    "HEADER of another size": Read(lay(header=(512, 2000)), "offsets"),
    "TEXT of another size": Read(lay(keywords={"$BEGINDATA": "600", "$ENDDATA": "700"}), "offsets"),
    "no $TOT, HEADER one late": Read(lay(header=(1025, 1060), keywords={"$TOT": ABSENT}), "offsets no_total"),
    "end at the begin": Read(lay(keywords={"$ENDDATA": "1024"}, header=(1024, 1024)), "data_size"),
    "end missing": Read(lay(keywords={"$ENDDATA": ABSENT}), "text_offsets"),
    "end missing in HEADER": Read(lay(header=(1024, 0)), "offsets"),
    "DATA beyond the file": Refused(
        lay(keywords={"$BEGINDATA": "9000", "$ENDDATA": "9035"}, header=(9000, 9035)), "place of DATA"
    ),
    "DATA over TEXT": Refused(lay(keywords={"$BEGINDATA": "60", "$ENDDATA": "95"}, header=(60, 95)), "place of DATA"),
    "DATA before TEXT": Read(
        b"FCS3.1    %8d%8d%8d%8d%8d%8d"
        % (94, 93 + len(t := lay(keywords={"$BEGINDATA": "58", "$ENDDATA": "93"})[58:1024].rstrip()), 58, 93, 0, 0)
        + FLOATS
        + t
    ),
    # counts
    "$TOT missing": Read(lay(keywords={"$TOT": ABSENT}), "no_total"),
    "$TOT a word": Read(lay(keywords={"$TOT": "many"}), "no_total"),
    "$TOT negative": Read(lay(keywords={"$TOT": "-3"}), "no_total"),
    "$TOT too small": Read(lay(keywords={"$TOT": "2"}), "tot_small", TABLE[:2]),
    "$TOT too large": Read(lay(keywords={"$TOT": "5"}), "tot_large"),
    "$TOT gigantic": Read(lay(keywords={"$TOT": "999999999999999999"}), "tot_large"),
    "$TOT missing, odd size": Read(lay(FLOATS + b"ab", {"$TOT": ABSENT}), "no_total data_size"),
    "DATA padded": Read(lay(FLOATS + b"\0" * 7), "data_size"),
    "CRC behind DATA": Read(lay(tail=b"00001a2b")),
    "no event": Read(
        lay(b"", {"$TOT": "0", "$BEGINDATA": "0", "$ENDDATA": "0"}, header=(0, 0)), values=np.empty((0, 3))
    ),
    "no event, integers": Read(lay(b"", {**integers(16), "$TOT": "0"}), values=np.empty((0, 3))),
    "cut in the last event": Read(lay()[:-1], "truncated", TABLE[:2]),
    "cut in the first event": Read(lay()[: FIRST + 5], "truncated", TABLE[:0]),
    "cut before DATA": Refused(lay()[: FIRST - 1], "place of DATA"),
    "cut in TEXT": Refused(lay()[:200], "TEXT segment inside"),
    "cut, packed": Read(lay(packed(11, True), integers(11))[:-5], "packed_bits truncated", TABLE[:1]),
    "header only": Refused(lay()[:58], "TEXT segment inside"),
    "half a header": Refused(lay()[:30], "TEXT segment inside"),
    "no number in a float": Read(
        lay(np.array([[np.nan, np.inf, -np.inf]] * 3, "<f4").tobytes()),
        values=np.array([[np.nan, np.inf, -np.inf]] * 3),
    ),
    # data sets
    "first of two data sets": Read(chain(lay(keywords={"$NEXTDATA": "2000"}), lay()), "data_sets"),
    "second of two data sets": Read(
        chain(lay(keywords={"$NEXTDATA": "2000"}), lay((TABLE + 1).astype("<f4").tobytes())),
        values=TABLE + 1,
        dataset=1,
    ),
    "second data set, offsets of the file": Read(
        chain(lay(keywords={"$NEXTDATA": "2000"}), absolute(2000)), "absolute_offsets", dataset=1
    ),
    "$NEXTDATA of the file": Read(
        chain(
            chain(lay(keywords={"$NEXTDATA": "2000"}), lay(keywords={"$NEXTDATA": "4000"})),
            lay((TABLE + 2).astype("<f4").tobytes()),
            4000,
        ),
        values=TABLE + 2,
        dataset=2,
    ),
    "$NEXTDATA to itself": Read(
        chain(lay(keywords={"$NEXTDATA": "2000"}), lay(keywords={"$NEXTDATA": "0"})), dataset=1
    ),
    "$NEXTDATA in a circle": Read(
        chain(lay(keywords={"$NEXTDATA": "2000"}), lay(keywords={"$NEXTDATA": "-2000"})), "next_data", dataset=1
    ),
    "$NEXTDATA negative": Read(lay(keywords={"$NEXTDATA": "-5"}), "next_data"),
    "$NEXTDATA to nowhere": Read(lay(keywords={"$NEXTDATA": "700"}), "next_data"),
    "$NEXTDATA beyond the file": Read(lay(keywords={"$NEXTDATA": "99999"}), "next_data"),
    "$NEXTDATA a word": Read(lay(keywords={"$NEXTDATA": "none"}), "next_data"),
    "$NEXTDATA missing": Read(lay(keywords={"$NEXTDATA": ABSENT}), "missing_keyword"),
    # other files
    "an empty file": Refused(b"", "an empty file"),
    "text": Refused(b"not an FCS file at all", "begins with FCS2.0"),
    "gzip": Refused(b"\x1f\x8b\x08" + bytes(40), "gzip archive.*gunzip"),
    "zip": Refused(b"PK\x03\x04" + bytes(40), "zip archive.*unzip"),
    "offsets that are no numbers": Refused(b"FCS3.1    " + b"x" * 200, "TEXT segment inside"),
    "offsets beyond the file": Refused(b"FCS3.1    " + b"9" * 48, "TEXT segment inside"),
}


@pytest.mark.parametrize("name", [name for name, case in CLASSES.items() if isinstance(case, Read)])
def test_known_values_and_named_repairs(name: str) -> None:
    case = CLASSES[name]
    assert isinstance(case, Read)
    events = read_buffer(case.content, "a.fcs", dataset=case.dataset, linearise=case.linearise)
    if name.startswith(("log", "text with a log")):
        np.testing.assert_allclose(events.values, case.values, rtol=1e-13)
    else:
        np.testing.assert_array_equal(events.values, case.values)
    assert events.values.shape == case.values.shape
    assert sorted(r.split(":")[0] for r in events.repairs) == sorted(case.codes.split())
    assert events.channel_names == case.names
    assert not events.values.flags.writeable


@pytest.mark.parametrize("name", [name for name, case in CLASSES.items() if isinstance(case, Refused)])
def test_named_refusals(name: str, tmp_path: Path) -> None:
    case = CLASSES[name]
    assert isinstance(case, Refused)
    path = tmp_path / "tube.fcs"
    path.write_bytes(case.content)
    with pytest.raises(UnreadableFcs, match=case.words) as refusal:
        read_fcs(path)
    assert str(refusal.value).startswith("tube.fcs: expected ")


def test_there_are_classes_enough_and_every_repair_is_among_them() -> None:
    met = {code for case in CLASSES.values() if isinstance(case, Read) for code in case.codes.split()}
    assert len(CLASSES) >= 60
    assert met == set(REPAIRS)


@pytest.mark.parametrize("name", [name for name, case in CLASSES.items() if isinstance(case, Read)])
def test_a_file_cut_anywhere_gives_whole_events_or_a_refusal(name: str) -> None:
    """Cut in DATA, the events that are whole stay the same; cut in TEXT, the file is refused."""
    case = CLASSES[name]
    assert isinstance(case, Read)
    whole = case.values
    step = 1 if name in ("FCS 3.1", "int16, little", "fixed text", "mixed widths, big") else 37
    for end in range(0, len(case.content), step):
        try:
            events = read_buffer(case.content[:end], "a.fcs", dataset=case.dataset, linearise=case.linearise)
        except UnreadableFcs:
            continue
        assert len(events) <= len(whole)
        np.testing.assert_allclose(events.values, whole[: len(events)], rtol=1e-12)
        assert len(events) == len(whole) or any("whole events" in r for r in events.repairs)
