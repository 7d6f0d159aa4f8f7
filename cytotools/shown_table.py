"""What the page shows of a table: text in every cell, and how numbers become text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Format = Callable[[Any], str]


@dataclass(frozen=True)
class ShownTable:
    """A table as the page shows it: text in every cell."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    wide: frozenset[int] = frozenset()  # columns of prose
    wraps: bool = False  # let cells break, where there are many columns


def estimate(value: float, low: float, high: float, form: Format) -> str:
    """Return an estimate with its interval, both in the form of `form`; n/a where there is none."""
    if value != value:
        return "n/a"
    if low == high == value or low != low:
        return form(value)
    return f"{form(value)} ({form(low)} to {form(high)})"


def whole(value: Any) -> str:
    """Return a count without decimals, and text as it is."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)
