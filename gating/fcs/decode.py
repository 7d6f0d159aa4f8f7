"""From the bytes of DATA to numbers, one whole event at a time, never more than the file holds."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.errors import UnreadableFcs
from gating.fcs.layout import FREE_TEXT, Column, Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

NATIVE = {("F", 32): "f4", ("D", 64): "f8", ("I", 8): "u1", ("I", 16): "u2", ("I", 32): "u4", ("I", 64): "u8"}


def decode(data: NDArray[np.uint8], layout: Layout, wanted: list[int], linearise: bool, name: str) -> NDArray[Any]:
    """Return the wanted columns, shape (n_events, len(wanted)), as stored or in linear units.

    Floating-point data of one type that need no arithmetic come back as a view of the mapped file.
    """
    columns = layout.columns
    if columns[0].kind == "A":
        return _decode_text(data, layout, wanted, name)
    n_events = _n_events(data.size * 8, layout)
    row_bytes = layout.row_bits // 8
    rows = data[: n_events * row_bytes].reshape(n_events, row_bytes)
    uniform = _uniform_type(layout)
    if uniform is not None:
        table = rows.view(uniform) if n_events else np.empty((0, len(columns)), uniform)
        plain = uniform.kind == "f" and not (linearise and any(_scales(columns[i], layout) for i in wanted))
        if plain:
            return table if wanted == list(range(len(columns))) else table[:, wanted]
        stored = [table[:, i] for i in wanted]
    else:
        starts = np.cumsum([0, *(c.bits // 8 for c in columns)])
        stored = [_gather(rows[:, starts[i] : starts[i + 1]], columns[i], layout.byte_order, name) for i in wanted]
    out = np.empty((n_events, len(wanted)), dtype=np.float64)
    for k, i in enumerate(wanted):
        out[:, k] = _linear(_masked(stored[k], columns[i]), columns[i], layout.timestep, linearise)
    return out


def _n_events(bits: int, layout: Layout) -> int:
    whole = bits // layout.row_bits
    return whole if layout.declared_events is None else min(whole, layout.declared_events)


def _uniform_type(layout: Layout) -> np.dtype[Any] | None:
    first = layout.columns[0]
    if any((c.kind, c.bits) != (first.kind, first.bits) for c in layout.columns):
        return None
    code = NATIVE.get((first.kind, first.bits))
    order = layout.byte_order
    if code is None or (first.bits > 8 and sorted(order) != list(order) and sorted(order, reverse=True) != list(order)):
        return None
    return np.dtype(("<" if order[0] == 1 else ">") + code)


def _gather(field: NDArray[np.uint8], column: Column, order: tuple[int, ...], name: str) -> NDArray[Any]:
    """Assemble one column from its bytes, whatever their number and order."""
    n_bytes = field.shape[1]
    if n_bytes == 1 or list(order) == sorted(order):
        ranks = list(range(n_bytes))
    elif list(order) == sorted(order, reverse=True):
        ranks = list(range(n_bytes))[::-1]
    elif len(order) == n_bytes:
        ranks = [rank - 1 for rank in order]
    else:
        raise UnreadableFcs(
            name,
            expected=f"$BYTEORD for values of {n_bytes} bytes",
            got=",".join(map(str, order)),
            remedy="Export the tube again as FCS 3.1 with $BYTEORD 1,2,3,4 or 4,3,2,1.",
        )
    width = {"F": 4, "D": 8}.get(column.kind, 8)
    little = np.zeros((len(field), width), dtype=np.uint8)
    for byte, rank in enumerate(ranks):
        little[:, rank] = field[:, byte]
    return little.view({"F": "<f4", "D": "<f8"}.get(column.kind, "<u8"))[:, 0]


def _masked(values: NDArray[Any], column: Column) -> NDArray[Any]:
    """Clear the bits above $PnR, which some instruments use for other things."""
    if column.kind != "I" or not 0 < column.maximum < 2**column.bits:
        return values
    mask = (1 << (column.maximum - 1).bit_length()) - 1
    return np.asarray(values & values.dtype.type(mask))


def _scales(column: Column, layout: Layout) -> bool:
    if column.is_time:
        return layout.timestep != 1.0
    return column.decades > 0 or column.gain != 1.0


def _linear(values: NDArray[Any], column: Column, timestep: float, linearise: bool) -> NDArray[Any]:
    if not linearise:
        return values
    if column.is_time:
        return values * timestep
    if column.decades > 0:
        top = column.maximum or 2**column.bits
        return column.lowest * 10.0 ** (column.decades * values.astype(np.float64) / top)
    return values / column.gain


def _decode_text(data: NDArray[np.uint8], layout: Layout, wanted: list[int], name: str) -> NDArray[np.float64]:
    columns = layout.columns
    try:
        if any(c.bits == FREE_TEXT for c in columns):
            numbers = np.array(bytes(data).replace(b",", b" ").split(), dtype=np.float64)
            n_events = numbers.size // len(columns)
        else:
            widths = [c.bits // 8 for c in columns]
            n_events = data.size // sum(widths)
            edges = np.cumsum([0, *widths])
            rows = data[: n_events * sum(widths)].reshape(n_events, -1)
            numbers = np.array(
                [float(bytes(row[a:b])) for row in rows for a, b in itertools.pairwise(edges)],
                dtype=np.float64,
            )
    except ValueError as error:
        raise UnreadableFcs(
            name,
            expected="numbers in the text of DATA",
            got=str(error),
            remedy="The file is damaged: export the tube again with $DATATYPE F.",
        ) from error
    if layout.declared_events is not None:
        n_events = min(n_events, layout.declared_events)
    return numbers[: n_events * len(columns)].reshape(n_events, len(columns))[:, wanted]
