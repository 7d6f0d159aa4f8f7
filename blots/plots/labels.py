"""Where names stand so that none lies over another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LETTER = 0.62  # of the type's size: how wide a letter is at most, on average


def spread_labels(wanted: Array, least_apart: float, lowest: float, highest: float) -> Array:
    """Return places near `wanted` (ascending) that keep `least_apart` from one another, between the two ends.

    Examples
    --------
    >>> spread_labels(np.array([10.0, 12.0, 50.0]), 6.0, 0.0, 60.0).tolist()
    [8.0, 14.0, 50.0]
    """
    apart = min(least_apart, (highest - lowest) / max(len(wanted) - 1, 1))
    steps = apart * np.arange(len(wanted))
    # Labels that touch share their mean displacement: pool adjacent violators on the places less their steps.
    blocks: list[tuple[float, int]] = []
    for value in wanted - steps:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (b, m), (a, n) = blocks.pop(), blocks.pop()
            blocks.append(((a * n + b * m) / (n + m), n + m))
    level = np.repeat([value for value, _ in blocks], [count for _, count in blocks])
    return np.asarray(np.clip(level, lowest, highest - steps[-1]) + steps)


def moved_apart(heights: Array, gap: float) -> Array:
    """Return heights at least `gap` apart, in the same order, each moved as little as their neighbours allow.

    Examples
    --------
    >>> moved_apart(np.array([0.0, 1.0, 50.0]), gap=10.0).tolist()
    [-4.5, 5.5, 50.0]
    """
    order = np.argsort(heights, kind="stable")
    spread = spread_labels(heights[order], gap, -np.inf, np.inf)
    result = np.empty(len(heights))
    result[order] = spread
    return result


def lane_slant(names: Sequence[str], pitch_pt: float) -> tuple[float, int]:
    """Return the size in points and the slant in degrees at which the names of lanes `pitch_pt` apart don't touch.

    Examples
    --------
    >>> lane_slant(["1", "12"], 20.0), lane_slant(["0 h", "vehicle"], 20.0), lane_slant(["vehicle"], 6.0)
    ((7.0, 0), (7.0, 45), (4.8, 90))
    """
    longest = max(map(len, names), default=0)
    if longest * _LETTER * 7.0 + 1.5 <= pitch_pt:
        return 7.0, 0
    if pitch_pt * np.sin(np.pi / 4) >= 8.0:
        return 7.0, 45
    return float(np.clip(pitch_pt / 1.25, 4.0, 7.0)), 90
