"""How numbers of the tables become the state and the short words of a node."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from blots.target_names import plain
from cytotools.diagrams.nodes import DOWN, NOT_RESOLVED, UNCHANGED, UP
from cytotools.number_words import bounded, finite, fold

LEAST_CHANGE = 2.0  # a level is called unchanged where its interval excludes a change by this factor
GREEK = {"α": "a", "β": "b", "κ": "k"}


def state_of(low: float, high: float, n: float, neutral: float = 1.0, unchanged: float = LEAST_CHANGE) -> str:
    """Return the state of a ratio from its 95 % interval; nothing is said of one experiment.

    Examples
    --------
    >>> state_of(0.08, 0.13, 3), state_of(0.82, 1.2, 3), state_of(0.3, 1.4, 3), state_of(2.0, 3.0, 1)
    ('down', 'unchanged', 'not resolved', 'not resolved')
    """
    if n < 2 or math.isnan(low) or math.isnan(high):
        return NOT_RESOLVED
    if low > neutral:
        return UP
    if high < neutral:
        return DOWN
    return UNCHANGED if neutral / unchanged < low and high < neutral * unchanged else NOT_RESOLVED


def short(value: float) -> str:
    """Return a number in few letters: two decimals below ten, three figures above.

    Examples
    --------
    >>> short(0.1046), short(0.0031), short(631.4)
    ('0.10', '0.0031', '631')
    """
    if not finite(value) or abs(value) >= 10 or value == 0:
        return fold(value)
    return f"{value:.2f}" if abs(value) >= 0.01 else f"{value:.2g}"


def short_lines(value: float, low: float, high: float, unit: str, after: str) -> tuple[str, ...]:
    """Return an estimate in one short line and its interval in the next, or the bound alone.

    Examples
    --------
    >>> short_lines(0.1046, 0.08, 0.13, " ×", " at 24 h")
    ('0.10 × at 24 h', '(0.08 to 0.13)')
    >>> short_lines(float("nan"), 0.0, 15.625, " pg/mL", "")
    ('< 15.6 pg/mL',)
    """
    whole = bounded(value, low, high, short)
    estimate, _, interval = whole.partition(" (")
    first = f"{estimate}{unit}{after}"
    return (first, f"({interval}") if interval else (first,)


def target_key(target: str) -> str:
    """Return a target's name as all ways of writing it share it: small letters and digits, Greek spelled out.

    Examples
    --------
    >>> target_key("phospho-AKT (Ser473)"), target_key("IκBα")
    ('phosphoaktser473', 'ikba')
    """
    spelled = "".join(GREEK.get(letter, letter) for letter in plain(target))
    return re.sub(r"[^a-z0-9]+", "", spelled)


def is_target(target: str, patterns: Iterable[str]) -> bool:
    """Tell whether a target goes by one of these names, written as regular expressions of the whole key.

    Examples
    --------
    >>> is_target("p-AKT (S473)", [r"p(hospho)?akt.*"]), is_target("PARP", [r"p(hospho)?akt.*"])
    (True, False)
    """
    return any(re.fullmatch(pattern, target_key(target)) for pattern in patterns)
