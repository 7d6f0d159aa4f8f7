"""Events at the edge of what a detector can tell: at its ceiling, or at the floor of scatter.

A value at the ceiling says only "at least". In fluorescence that is enough, a saturated cell is positive, and it stays
where it is. In scatter it is not: whether the pulse is one cell can't be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gating.events import Events

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR = 0.02  # below the maximum: where events are counted to compare the pile with
PILE, FEWEST = 3, 5  # times as many events on one value as near it, and at least so many
# Events that are few can be left out, whatever they are; if they are more, they are the larger cells of the tube.
MOST_LEFT_OUT = 0.01
ROUNDING = 1e-6


def declared_top(events: Events, channel: str) -> float:
    """Return the largest linear value that a channel can hold by $PnR, $PnE and $PnG; NaN where nothing is said.

    Examples
    --------
    >>> from gating.events import Channel
    >>> keywords = {"$P1N": "FL1-H", "$P1R": "1024", "$P1E": "4,1", "$DATATYPE": "I"}
    >>> round(declared_top(Events(np.zeros((2, 1)), [Channel("FL1-H")], keywords), "FL1-H"))
    9910
    """
    keywords = events.keywords
    places = (i for i in range(1, len(keywords) + 1) if keywords.get(f"$P{i}N", "").strip() == channel)
    place = next(places, 0)
    steps = _number(keywords.get(f"$P{place}R", ""))
    if not place or not steps > 1:
        return float("nan")
    decades, _, lowest = keywords.get(f"$P{place}E", "").partition(",")
    if _number(decades) > 0 and keywords.get("$DATATYPE", "").strip().upper() == "I":
        return float((_number(lowest) or 1.0) * 10.0 ** (_number(decades) * (steps - 1) / steps))
    gain = _number(keywords.get(f"$P{place}G", ""))
    return (steps - 1) / gain if gain > 0 else steps - 1


def at_ceiling(values: NDArray[Any], top: float = float("nan")) -> NDArray[np.intp]:
    """Return the indices of the events at the ceiling of their detector, empty where it has been reached by none.

    The ceiling is the largest value, if it is the one that the file declares (`top`, from `declared_top`) or if events
    pile up on it; a file that declares less than it holds is not believed.

    Examples
    --------
    >>> at_ceiling(np.array([10.0, 262_143.0, 500.0]), top=262_143.0).tolist()
    [1]
    >>> at_ceiling(np.array([10.0, 200.0, 500.0]), top=262_143.0).tolist()
    []
    """
    maximum = float(np.fmax.reduce(values, initial=-np.inf))
    if top * (1 - ROUNDING) <= maximum <= top + 1.0:
        return np.asarray(np.flatnonzero(values >= top * (1 - ROUNDING)), dtype=np.intp)
    if not maximum > 0:
        return np.empty(0, dtype=np.intp)
    return _pile(values, np.flatnonzero(values >= maximum * (1 - NEAR)), maximum)


def at_floor(scatter: NDArray[Any]) -> NDArray[np.intp]:
    """Return the indices of the events whose scatter is no size: zero, below, no number, or the pile at the minimum.

    Examples
    --------
    >>> at_floor(np.array([-3.0, 0.0, 20.0, np.nan, 800.0])).tolist()
    [0, 1, 3]
    """
    none = np.flatnonzero(~(scatter > 0))
    if len(none):
        return none
    minimum = scatter.min(initial=np.inf)
    return _pile(scatter, np.flatnonzero(scatter <= minimum * (1 + NEAR)), minimum)


def _pile(values: NDArray[Any], near: NDArray[np.intp], edge: float) -> NDArray[np.intp]:
    """Return the events on the outermost value, if they are far more than those on the values beside it."""
    pile = np.asarray(near[values[near] == edge], dtype=np.intp)
    others = len(near) - len(pile)
    if len(pile) < max(FEWEST, PILE * others):
        return pile[:0]
    if others == 0 and len(pile) < len(values):  # whole numbers of few steps: the next one lies further in
        inner = np.delete(values, pile)
        least = np.fmin.reduce(inner)
        others = int(np.count_nonzero(inner == (np.fmax.reduce(inner) if edge > least else least)))
    return pile if len(pile) >= PILE * others else pile[:0]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
