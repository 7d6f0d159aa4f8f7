"""From the bytes of DATA to numbers, some thousand events at a time, never more than the file holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.errors import UnreadableFcs
from gating.fcs.byte_order import ByteOrder, is_big, is_little, ranks_of
from gating.fcs.layout import Column, Layout
from gating.fcs.linear import is_scaled, scale_of
from gating.fcs.repairs import Repairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

NATIVE = {("F", 32): "f4", ("D", 64): "f8", ("I", 8): "u1", ("I", 16): "u2", ("I", 32): "u4", ("I", 64): "u8"}
BLOCK = 65_536  # numbers decoded at a time: they stay in the cache
PACKED_BLOCK = 131_072  # bits unpacked at a time, each to one byte
EXACT = 2**53  # up to here float64 holds every integer

Fetch = Callable[["NDArray[np.uint8]"], "NDArray[Any]"]


def decode(
    data: NDArray[np.uint8],
    layout: Layout,
    order: ByteOrder,
    wanted: list[int],
    linearise: bool,
    name: str,
    repairs: Repairs,
) -> NDArray[Any]:
    """Return the wanted columns of binary DATA, shape (n_events, len(wanted)), as stored or in linear units.

    Floating-point data of one type that need no arithmetic come back as a view of the mapped file. Everything else is
    float64; only integers that float64 can't hold, asked for as stored, are uint64.
    """
    n_events = count_events(data.size, layout)
    scaled = [k for k, i in enumerate(wanted) if linearise and is_scaled(layout.columns[i], layout.timestep)]
    table = uniform_table(data, layout, order, n_events)
    if table is not None and table.dtype.kind == "f" and not scaled:
        return table[:, _as_slice(wanted)]
    columns = [layout.columns[i] for i in wanted]
    wide = [k for k, c in enumerate(columns) if c.kind == "I" and c.mask > EXACT]
    exact = bool(wide) and not linearise and all(c.kind == "I" for c in columns)
    out = np.empty((n_events, len(wanted)), dtype=np.uint64 if exact else np.float64)
    scales = {k: scale_of(columns[k], layout.timestep, n_events) for k in scaled}
    if table is not None and wanted == list(range(len(layout.columns))):
        rounded = _decode_table(table, columns, scales, [] if exact else wide, out)
    else:
        fetches = fetches_of(layout, order, wanted, name)
        rounded = _decode_columns(data, layout, fetches, columns, scales, [] if exact else wide, out)
    for k in sorted(rounded):
        repairs.note("inexact", "holds integers above 2^53, rounded to float64", f"$P{wanted[k] + 1}")
    return out


def count_events(n_bytes: int, layout: Layout) -> int:
    """Return how many whole events so many bytes of DATA hold, and no more than $TOT."""
    whole = n_bytes * 8 // layout.row_bits
    return whole if layout.total is None else min(whole, layout.total)


def uniform_table(data: NDArray[np.uint8], layout: Layout, order: ByteOrder, n_events: int) -> NDArray[Any] | None:
    """Return a view of DATA as a table of one type, None where its channels differ or no such type exists."""
    first = layout.columns[0]
    code = NATIVE.get((first.kind, first.bits))
    if code is None or any((c.kind, c.bits) != (first.kind, first.bits) for c in layout.columns):
        return None
    if first.bits > 8 and not is_little(order) and not is_big(order):
        return None
    dtype = np.dtype(("<" if is_little(order) else ">") + code)
    n_bytes = n_events * layout.row_bits // 8
    return data[:n_bytes].view(dtype).reshape(n_events, len(layout.columns))


def fetches_of(layout: Layout, order: ByteOrder, wanted: list[int], name: str) -> list[Fetch]:
    """Return for each wanted column the function that takes it out of a block of whole events."""
    columns = layout.columns
    starts = [0, *itertools.accumulate(c.bits for c in columns)]
    if layout.is_packed:
        return [_from_bits(starts[i], columns[i].bits, layout.row_bits, order, name) for i in wanted]
    return [_from_bytes(columns[i], starts[i] // 8, layout.row_bits // 8, order, name) for i in wanted]


def block_events(layout: Layout) -> int:
    """Return how many events are decoded at a time; blocks of packed events begin at a whole byte."""
    if layout.is_packed:
        return max(1, PACKED_BLOCK // layout.row_bits // 8) * 8
    return max(1, BLOCK // len(layout.columns))


def block_of(data: NDArray[np.uint8], layout: Layout, begin: int, end: int) -> NDArray[np.uint8]:
    """Return the bytes of the events from `begin` to before `end`."""
    return data[begin * layout.row_bits // 8 : -(-end * layout.row_bits // 8)]


def _as_slice(wanted: list[int]) -> slice | list[int]:
    """Return columns at equal distances as a slice, so that they stay a view."""
    if len(wanted) < 2:
        return slice(wanted[0], wanted[0] + 1) if wanted else slice(0, 0)
    step = wanted[1] - wanted[0]
    if step == 0 or any(b - a != step for a, b in itertools.pairwise(wanted)):
        return wanted
    stop = wanted[-1] + (1 if step > 0 else -1)
    return slice(wanted[0], stop if stop >= 0 else None, step)


def _decode_table(
    table: NDArray[Any],
    columns: list[Column],
    scales: dict[int, Callable[[NDArray[Any]], NDArray[np.float64]]],
    wide: list[int],
    out: NDArray[Any],
) -> set[int]:
    """Decode every column of a table of one type; return the columns that lost digits."""
    step = max(1, min(len(table), BLOCK // len(columns)))
    native = table.dtype.newbyteorder("=")
    full = 2 ** (8 * native.itemsize) - 1
    masks = [c.mask for c in columns] if native.kind == "u" else []
    tile = np.tile(np.array(masks, dtype=native), (step, 1)) if any(m != full for m in masks) else None
    scratch = np.empty((step, len(columns)), dtype=native)
    rounded: set[int] = set()
    for begin in range(0, len(table), step):
        block = scratch[: len(table) - begin]
        np.copyto(block, table[begin : begin + step])
        if tile is not None:
            np.bitwise_and(block, tile[: len(block)], out=block)
        out[begin : begin + step] = block
        rounded.update(k for k in wide if int(block[:, k].max()) > EXACT)
        for k, scale in scales.items():
            out[begin : begin + step, k] = scale(block[:, k])
    return rounded


def _decode_columns(
    data: NDArray[np.uint8],
    layout: Layout,
    fetches: list[Fetch],
    columns: list[Column],
    scales: dict[int, Callable[[NDArray[Any]], NDArray[np.float64]]],
    wide: list[int],
    out: NDArray[Any],
) -> set[int]:
    """Decode column by column; return the columns that lost digits."""
    step = block_events(layout)
    rounded: set[int] = set()
    for begin in range(0, len(out), step):
        end = min(begin + step, len(out))
        block = block_of(data, layout, begin, end)
        for k, (fetch, column) in enumerate(zip(fetches, columns, strict=True)):
            values = fetch(block)
            if column.kind == "I" and column.mask != 2**column.bits - 1:
                values = values & values.dtype.type(column.mask)
            if k in wide and int(values.max()) > EXACT:
                rounded.add(k)
            out[begin:end, k] = scales[k](values) if k in scales else values
    return rounded


def _from_bytes(column: Column, start: int, row_bytes: int, order: ByteOrder, name: str) -> Fetch:
    """Assemble one column from its bytes, whatever their number and order."""
    n_bytes = column.bits // 8
    ranks = ranks_of(order, n_bytes, name)
    code = NATIVE.get((column.kind, column.bits))
    if code is not None and ranks in (sorted(ranks), sorted(ranks, reverse=True)):
        dtype = np.dtype(("<" if ranks == sorted(ranks) else ">") + code)
        return lambda block: block.reshape(-1, row_bytes)[:, start : start + n_bytes].view(dtype)[:, 0]
    width, little_code = {"F": (4, "<f4"), "D": (8, "<f8")}.get(column.kind, (8, "<u8"))

    def fetch(block: NDArray[np.uint8]) -> NDArray[Any]:
        rows = block.reshape(-1, row_bytes)
        little = np.zeros((len(rows), width), dtype=np.uint8)
        for byte, rank in enumerate(ranks):
            little[:, rank] = rows[:, start + byte]
        return little.view(little_code)[:, 0]

    return fetch


def _from_bits(start: int, bits: int, row_bits: int, order: ByteOrder, name: str) -> Fetch:
    """Take one column out of a stream of bits.

    Least significant bit first where $BYTEORD is little, most significant first where it is big: the only streams of
    which the byte-wide layouts of the same orders are special cases.
    """
    little = is_little(order)
    if not little and not is_big(order):
        raise UnreadableFcs(
            name,
            expected="$BYTEORD 1,2,3,4 or 4,3,2,1 for bit-packed integers",
            got=",".join(map(str, order)),
            remedy="Export the tube again with 16 or 32 bits.",
        )

    def fetch(block: NDArray[np.uint8]) -> NDArray[Any]:
        n_events = block.size * 8 // row_bits
        stream = np.unpackbits(block, count=n_events * row_bits, bitorder="little" if little else "big")
        field = stream.reshape(n_events, row_bits)[:, start : start + bits]
        wide = np.zeros((n_events, 64), dtype=np.uint8)
        wide[:, slice(0, bits) if little else slice(64 - bits, 64)] = field
        packed = np.packbits(wide, axis=1, bitorder="little" if little else "big")
        return packed.view("<u8" if little else ">u8")[:, 0]

    return fetch
