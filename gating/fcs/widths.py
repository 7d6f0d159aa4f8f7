"""Widths that $PnB states and the type or the size of DATA contradicts: which of them holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gating.errors import UnreadableFcs
from gating.fcs.header import DataSet
from gating.fcs.keywords import whole_number
from gating.fcs.layout import FLOAT_BITS, FREE_TEXT, Column, Layout
from gating.fcs.repairs import Repairs

NARROWEST_PACKED = 8  # bits: narrower values would take more than ten times the file as float64


def settle_widths(layout: Layout, found: DataSet, name: str, repairs: Repairs) -> Layout:
    """Return the layout with the widths that the values are stored in."""
    return _settle_integers(_settle_floats(layout, found, repairs), found, name, repairs)


def stated_sizes(found: DataSet) -> list[int]:
    """Return the sizes of DATA in bytes that HEADER and TEXT state."""
    text = tuple(whole_number(found.keywords.get(k, "")) or 0 for k in ("$BEGINDATA", "$ENDDATA"))
    return [last - first + 1 for first, last in (found.header_data, text) if 0 < first < last]


def _settle_floats(layout: Layout, found: DataSet, repairs: Repairs) -> Layout:
    """Give floating-point channels the width of their type, or the type of their width."""
    odd = [i for i, c in enumerate(layout.columns, 1) if c.bits != FLOAT_BITS.get(c.kind, c.bits)]
    if not odd:
        return layout
    typed = replace(layout, columns=tuple(c._replace(bits=FLOAT_BITS.get(c.kind, c.bits)) for c in layout.columns))
    kinds = {bits: kind for kind, bits in FLOAT_BITS.items()}
    stated = tuple(c._replace(kind=kinds.get(c.bits, "")) if c.kind in FLOAT_BITS else c for c in layout.columns)
    chosen = typed
    if all(c.kind for c in stated) and not _fits(typed, found, 1):
        other = replace(layout, columns=stated)
        chosen = other if _fits(other, found, 1) else typed
    words = "contradicts the type, the width of the type was taken"
    if chosen is not typed:
        words = "contradicts the type, the size of DATA bears it out"
    for i in odd:
        repairs.note("width", words, f"$P{i}B")
    return chosen


def _settle_integers(layout: Layout, found: DataSet, name: str, repairs: Repairs) -> Layout:
    """Store widths that are no whole bytes in whole bytes, or packed: as the size of DATA says."""
    if not layout.is_packed:
        return layout
    kept = list(_storages(layout))
    exact, near = ([option for option in kept if _fits(option[1], found, slack)] for slack in (0, 1))
    fitting = kept[:1] if layout.total == 0 else exact or near
    if len({code for code, _ in fitting}) != 1:
        raise UnreadableFcs(
            name,
            expected="a size of DATA that tells how integers of no whole bytes are stored",
            got=f"$PnB {', '.join(str(c.bits) for c in layout.columns[:8])}, $TOT {layout.total}",
            remedy="Bit-packed integers can't be read here: export the tube again with 16 or 32 bits.",
        )
    code, chosen = fitting[0]
    widths = sorted({(a.bits, b.bits) for a, b in zip(layout.columns, chosen.columns, strict=True) if a.bits % 8})
    if code == "padded_bits":
        told = ", ".join(f"{a} in {b}" for a, b in widths)
        repairs.note(code, f"the bits of integers are stored in whole bytes ({told})")
    else:
        repairs.note(code, f"integers of {', '.join(str(a) for a, _ in widths)} bits were read as one stream of bits")
    return chosen


def _storages(layout: Layout) -> Iterator[tuple[str, Layout]]:
    yield "padded_bits", replace(layout, columns=tuple(_widened(c, -(-c.bits // 8)) for c in layout.columns))
    powers = tuple(_widened(c, 1 << (-(-c.bits // 8) - 1).bit_length()) for c in layout.columns)
    yield "padded_bits", replace(layout, columns=powers)
    if all(c.kind == "I" and c.bits >= NARROWEST_PACKED for c in layout.columns):
        yield "packed_bits", layout


def _widened(column: Column, n_bytes: int) -> Column:
    if column.bits % 8 == 0:
        return column
    # Bits above $PnB are no part of the value, whatever $PnR says.
    maximum = column.maximum if 1 < column.maximum <= 2**column.bits else 2**column.bits
    return column._replace(bits=8 * n_bytes, maximum=maximum)


def _fits(layout: Layout, found: DataSet, slack: int) -> bool:
    if layout.total is None or FREE_TEXT in (c.bits for c in layout.columns):
        return False
    expected = layout.data_bytes(layout.total)
    return any(abs(size - expected) <= slack for size in stated_sizes(found))
