"""DATA written in characters ($DATATYPE A): fixed fields, or numbers with spaces, commas and line ends between them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from gating.errors import UnreadableFcs
from gating.fcs.layout import Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 16_384  # bytes split at a time: a number costs many times its characters while it is split
NUMBER = rb"0123456789+-.eE"
SEPARATORS = b" \t\r\n,"
NO_NUMBER = re.compile(rb"(?:\A|,)[ \t\r\n]*,")
LONGEST = 64  # characters of one number


def decode_text(data: NDArray[np.uint8], layout: Layout, is_cut: bool, name: str) -> NDArray[np.float64]:
    """Return the whole events of DATA in characters, shape (n_events, n_channels).

    Where the file is cut, the last number of free text may be cut too and is left out.
    """
    n = len(layout.columns)
    numbers = _free(data, is_cut, name) if layout.is_free_text else _fixed(data, layout, name)
    n_events = numbers.size // n
    if layout.total is not None:
        n_events = min(n_events, layout.total)
    return numbers[: n_events * n].reshape(n_events, n)


def count_numbers(data: NDArray[np.uint8]) -> int:
    r"""Return how many numbers free text holds.

    Examples
    --------
    >>> count_numbers(np.frombuffer(b"1, 2\n33", dtype=np.uint8))
    3
    """
    return sum(len(block.split()) for block in _blocks(data))


def _free(data: NDArray[np.uint8], is_cut: bool, name: str) -> NDArray[np.float64]:
    if data.size and is_cut and bytes(data[-1:]) not in (b" ", b"\t", b"\r", b"\n", b","):
        last = max((i for i in range(max(0, data.size - 512), data.size) if data[i] in SEPARATORS), default=-1)
        data = data[: last + 1]
    if NO_NUMBER.search(data.data):
        raise _refuse("a comma without a number before it", name)
    parts = [_parsed(block.split(), name) for block in _blocks(data)]
    return np.concatenate(parts) if parts else np.empty(0)


def _blocks(data: NDArray[np.uint8]) -> Iterator[bytes]:
    """Yield DATA in blocks that end between two numbers, commas as spaces."""
    begin = 0
    while begin < data.size:
        end = min(begin + BLOCK, data.size)
        block = bytes(data[begin:end])
        if end < data.size:
            kept = max(block.rfind(byte) for byte in (b" ", b"\t", b"\r", b"\n", b",")) + 1
            if kept:
                block, end = block[:kept], begin + kept
        yield block.replace(b",", b" ")
        begin = end


def _fixed(data: NDArray[np.uint8], layout: Layout, name: str) -> NDArray[np.float64]:
    widths = [c.bits // 8 for c in layout.columns]
    row = sum(widths)
    n_events = data.size // row
    if layout.total is not None:
        n_events = min(n_events, layout.total)
    edges = [0, *itertools.accumulate(widths)]
    out = np.empty((n_events, len(widths)))
    step = max(1, BLOCK // row)
    for a in range(0, n_events, step):
        rows = bytes(data[a * row : min(a + step, n_events) * row])
        fields = [rows[i + x : i + y] for i in range(0, len(rows), row) for x, y in itertools.pairwise(edges)]
        out[a : a + step] = _parsed(fields, name).reshape(-1, len(widths))
    return out.ravel()


def _parsed(fields: list[bytes], name: str) -> NDArray[np.float64]:
    strange = b"".join(fields).translate(None, NUMBER + b" ")
    if strange:  # Python's float also takes nan, infinity, 1_0 and line ends
        raise _refuse(repr(strange[:20]), name)
    if fields and max(map(len, fields)) > LONGEST:
        raise _refuse(f"a number of more than {LONGEST} characters", name)
    try:
        numbers = np.fromiter(map(float, fields), dtype=np.float64, count=len(fields))
    except ValueError as error:
        raise _refuse(str(error), name) from error
    if not np.isfinite(numbers).all():
        raise _refuse("a number that float64 can't hold", name)
    return numbers


def _refuse(got: str, name: str) -> UnreadableFcs:
    return UnreadableFcs(
        name,
        expected="numbers in the text of DATA",
        got=got,
        remedy="The file is damaged: export the tube again with $DATATYPE F.",
    )
