"""Numbers in words: how the report writes a fraction, a fold, a p-value, an interval and a bound."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

SMALLEST_EXCESS = 5e-4  # in fraction affected: what no plate tells from zero


def percent(value: float, digits: int = 1) -> str:
    """Return a fraction in percent.

    Examples
    --------
    >>> percent(0.2364), percent(float("nan"))
    ('23.6 %', 'n/a')
    """
    return f"{100 * value:.{digits}f} %" if finite(value) else "n/a"


def fold(value: float) -> str:
    """Return a fold change to three figures, infinity and missing in words.

    Examples
    --------
    >>> fold(0.08712), fold(1243.0), fold(float("inf"))
    ('0.0871', '1240', '∞')
    """
    if value is None or math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "∞"
    rounded = f"{value:.3g}"
    # 1240, not 1.24e+03: nobody at the bench reads an exponent where four digits do.
    return f"{float(rounded):.0f}" if 1e3 <= abs(value) < 1e6 else rounded


def p_value(value: float) -> str:
    """Return a p-value, never as zero.

    Examples
    --------
    >>> p_value(0.03214), p_value(1e-9)
    ('0.032', '< 0.0001')
    """
    if not finite(value):
        return "n/a"
    return "< 0.0001" if value < 1e-4 else f"{value:.2g}"


def interval(low: float, high: float, form: Any, rests_on: str = "") -> str:
    """Return an interval in brackets, `(95 % CI 0.1 to 0.3)`, with what it rests on, or that there is none.

    Examples
    --------
    >>> interval(0.1, 0.3, percent), interval(0.1, 0.3, fold, "scatter pooled over hours")
    ('(95 % CI 10.0 % to 30.0 %)', '(95 % CI 0.1 to 0.3, scatter pooled over hours)')
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return "(no interval)"
    return f"(95 % CI {form(low)} to {form(high)}{f', {rests_on}' if rests_on else ''})"


def bounded(value: float, low: float, high: float, form: Callable[[float], str], top: float = math.inf) -> str:
    """Return an estimate with its interval, or the bound that stands in its place; `top` is the largest value.

    Examples
    --------
    >>> bounded(0.5, 0.4, 0.7, fold), bounded(math.nan, 0.0, 0.2, fold), bounded(math.nan, 0.9, 1.0, percent, top=1.0)
    ('0.5 (0.4 to 0.7)', '< 0.2', '> 90.0 %')
    """
    if finite(value):
        return f"{form(value)} ({form(low)} to {form(high)})" if finite(low) else form(value)
    if low == 0 and high < top:
        return f"< {form(high)}"
    return f"> {form(low)}" if high == top and low > 0 else "n/a"


def percent_points(value: float) -> str:
    """Return a difference of fractions in percentage points, with its sign.

    Examples
    --------
    >>> percent_points(0.0512)
    '+5.1 points'
    """
    return f"{100 * value:+.1f} points" if finite(value) else "n/a"


def excess(value: float) -> str:
    """Return an excess in fraction affected with its sign; small ones to one figure, so that none turns into zero.

    Examples
    --------
    >>> excess(0.2134), excess(-0.004), excess(1e-17)
    ('+0.21', '-0.004', '0')
    """
    if not finite(value):
        return fold(value)
    if abs(value) < SMALLEST_EXCESS:
        return "0"
    return f"{value:+.2f}" if abs(value) >= 0.01 else f"{value:+.1g}"


def with_interval(value: float, low: float, high: float, form: Callable[[float], str]) -> str:
    """Return an estimate as `bounded` does, its interval called by name: beside a combination index, CI is ambiguous.

    Examples
    --------
    >>> with_interval(0.52, 0.4, 0.67, fold), with_interval(math.nan, 3.0, math.inf, fold)
    ('0.52 (95 % interval 0.4 to 0.67)', '> 3')
    """
    return bounded(value, low, high, form).replace("(", "(95 % interval ", 1)


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> listed(["HSA"]), listed(["HSA", "Loewe", "ZIP"])
    ('HSA', 'HSA, Loewe and ZIP')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def count(value: object) -> str:
    """Return a count without decimals, and text as it is."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def finite(value: object) -> bool:
    """Tell whether a cell holds a finite number."""
    return isinstance(value, int | float) and math.isfinite(value)
