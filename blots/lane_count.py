"""Whether the picture shows the lanes that the sheet names, and which lane is which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blots.cautions import caution
from blots.errors import LanesNotFound
from blots.lanes import Comb, RowsAcross, find_combs

Array = NDArray[np.float64]

_NAME_LANES = (
    "Look at the picture: is it upright, its lanes from top to bottom? Name every lane in the sheet, ladder and empty "
    "ones too (role empty), or give lane boxes."
)
_CLEARLY_BETTER = 0.7  # of what the other comb leaves unexplained
_MORE_LANES = 0.85  # the same for a few lanes more than the sheet names
_TWICE_AS_MANY = 0.3  # and for far more: bands brighter at their sides look like two
_WELL_EXPLAINED = 0.09  # a comb that leaves less is right: narrow lanes side by side would explain anything
_FAR_FEWER = 0.67
_NEARLY_AS_GOOD = 1.3
_MANY = 20  # lanes are always looked for, however few the sheet names
_FAINT_EDGE = 0.5  # of the usual lane: fainter, an outermost lane may be one that nobody loaded on purpose
_AS_MUCH = 0.7  # of what the outermost lane of the other side holds
_SHOWS = 0.15  # of what the usual lane holds
_WELL_INSIDE = 0.4  # of the pitch
_HOLDS_BANDS = 0.35  # of what the usual lane holds


class CountedLanes(NamedTuple):
    """A comb with as many lanes as the sheet names, and what is to be said about it."""

    comb: Comb
    caution: str


def count_lanes(
    name: str,
    rows: RowsAcross,
    shape: tuple[int, int],
    lanes: int,
    empty_lanes: Collection[int] = (),
    lean: float = 0.0,
) -> CountedLanes:
    """Return the comb of `lanes` lanes, or refuse where the picture shows another number.

    An empty lane between others is told by the gap that it leaves. One at the edge looks like bare membrane, so it
    must be declared: otherwise nobody could say on which side it lies.

    Parameters
    ----------
    name : str
        What messages call the image.
    rows : RowsAcross
        The rows of bands.
    shape : tuple of int
        Rows and columns of the picture.
    lanes : int
        How many lanes the sheet names.
    empty_lanes : collection of int
        Lanes, from 1, that are known to hold no band.
    lean : float
        Columns that lanes at right angles to the rows move for each row further down.

    Returns
    -------
    CountedLanes
        The comb, and a caution where the picture shows one faint lane more at a side than the sheet names, or where
        all lanes could as well lie one further to a side.

    Raises
    ------
    LanesNotFound
        When the picture shows fewer lanes than the sheet names, two more, or one more that is as strong as the rest.

    Examples
    --------
    >>> answer = np.zeros((1, 400))
    >>> for x in (60, 110, 160, 210, 260):
    ...     answer[0, x - 15 : x + 16] = 1.0
    >>> rows = RowsAcross(np.array([100.0]), answer)
    >>> count_lanes("rep1.tif", rows, (200, 400), 5).comb.count
    5
    >>> count_lanes("rep1.tif", rows, (200, 400), 6, empty_lanes=[6]).comb.x.round(-1).tolist()
    [60.0, 110.0, 160.0, 210.0, 260.0, 310.0]
    """
    if rows.y.size == 0:
        raise _refused(name, lanes, 0)
    combs = find_combs(rows, shape[0], range(max(1, lanes // 2), max(2 * lanes, _MANY) + 3), lean)
    shown = [comb for comb in combs.values() if comb.count == len(comb.x)]
    best = min(shown, key=lambda comb: comb.unexplained, default=None)
    if best is None:
        raise _refused(name, lanes, 0)
    comb = combs.get(lanes)
    fewer = min((c for c in shown if len(c.x) < lanes), key=lambda c: c.unexplained, default=None)
    if comb is None or (fewer is not None and _says_fewer(fewer, comb)):
        comb = fewer or best
    elif comb.count < lanes:
        comb = _with_other_bands(rows, comb)
    if comb.count < lanes:
        likeliest = _likeliest(combs) if 2 * lanes <= _MANY else comb.count
        laid = _with_declared_empty(name, comb, shape, lanes, empty_lanes, likeliest)
        return CountedLanes(laid, says_shifted(rows, shape, laid))
    counted = _with_fewer_than_shown(name, combs, lanes)
    return counted if counted.caution else CountedLanes(counted.comb, says_shifted(rows, shape, counted.comb))


def _says_fewer(fewer: Comb, comb: Comb) -> bool:
    """Tell whether fewer lanes explain the picture better, or half as many nearly as well: bands with bright sides."""
    halved = len(fewer.x) <= _FAR_FEWER * len(comb.x)
    return fewer.unexplained < (_NEARLY_AS_GOOD if halved else _CLEARLY_BETTER) * comb.unexplained


def _with_other_bands(rows: RowsAcross, comb: Comb) -> Comb:
    """Return the comb with those lanes seen, too, that hold bands in other rows than the rest: ladders."""
    seen = comb.seen > comb.threshold
    if rows.slabs.size == 0 or not seen.any():
        return comb
    held = _held(rows.slabs, rows.slabs_y - rows.height_px / 2, comb)
    own = held / max(float(np.median(held[seen])), 1e-9)
    return replace(comb, seen=np.where(~seen & (own > _HOLDS_BANDS), np.maximum(own, comb.threshold * 1.01), comb.seen))


def _held(answers: Array, drop: Array, comb: Comb) -> Array:
    """Return how far every lane stands above its gutters."""
    columns = np.arange(answers.shape[1], dtype=float)
    at = comb.at(drop)
    offsets = np.linspace(-0.2, 0.2, 9) * comb.pitch_px
    gutters = np.array([-0.5, 0.5]) * comb.pitch_px

    def mean(around: Array) -> Array:
        held = [np.interp(x[:, None] + around, columns, row).mean(axis=1) for x, row in zip(at.T, answers, strict=True)]
        return np.asarray(np.mean(held, axis=0))

    return mean(offsets) - mean(gutters)


def says_shifted(rows: RowsAcross, shape: tuple[int, int], comb: Comb) -> str:
    """Return a caution where all lanes could as well lie one lane further to a side; empty where they could not.

    Beside an outermost lane the picture then holds about as much as the outermost lane of the other side does.

    Examples
    --------
    >>> answer = np.zeros((1, 400))
    >>> for x in (60, 110, 160, 210, 260):
    ...     answer[0, x - 15 : x + 16] = 1.0
    >>> rows = RowsAcross(np.array([100.0]), answer)
    >>> shifted = Comb(np.array([110.0, 160.0, 210.0, 260.0, 310.0]), 50.0, 0.0, np.ones(5), 1.0)
    >>> says_shifted(rows, (200, 400), shifted)
    'lanes_unsure: to the left of lane 1 the picture shows as much as in lane 5'
    """
    ends = np.array([comb.x[0] - comb.pitch_px, comb.x[0], comb.x[-1], comb.x[-1] + comb.pitch_px])
    held = _held(rows.answer, rows.y - shape[0] / 2, replace(comb, x=ends))
    inside = (ends > _WELL_INSIDE * comb.pitch_px) & (ends < shape[1] - 1 - _WELL_INSIDE * comb.pitch_px)
    least = _SHOWS * max(float(np.median(_held(rows.answer, rows.y - shape[0] / 2, comb))), 1e-9)
    words = ""
    if inside[0] and held[0] > max(_AS_MUCH * held[2], least):
        words = f"to the left of lane 1 the picture shows as much as in lane {len(comb.x)}"
    elif inside[3] and held[3] > max(_AS_MUCH * held[1], least):
        words = f"to the right of lane {len(comb.x)} the picture shows as much as in lane 1"
    return caution("lanes_unsure", words) if words else ""


def _with_fewer_than_shown(name: str, combs: dict[int, Comb], lanes: int) -> CountedLanes:
    comb = combs[lanes]
    more = _shown_beyond(combs, lanes)
    if more == lanes:
        return CountedLanes(comb, "")
    if more > lanes + 1:
        raise _refused(name, lanes, _likeliest(combs))
    larger = combs[more]
    if min(larger.seen[0], larger.seen[-1]) > _FAINT_EDGE * float(np.median(larger.seen)):
        # All are about as strong: nobody could say which one the sheet leaves out.
        raise _refused(name, lanes, more)
    kept = slice(1, None) if larger.seen[0] < larger.seen[-1] else slice(None, -1)
    side = "leftmost" if kept.start else "rightmost"
    words = f"the picture shows {more} lanes and the sheet names {lanes}, so the {side} was left out"
    kept_comb = replace(larger, x=larger.x[kept], seen=larger.seen[kept])
    return CountedLanes(kept_comb, caution("lanes_left_out", words))


def _likeliest(combs: dict[int, Comb]) -> int:
    """Return the smallest number of lanes that explains the picture about as well as any."""
    # Lanes that overlap count what they share twice: less than nothing is then left.
    shown = {n: max(comb.unexplained, 0.0) for n, comb in combs.items() if comb.count == n}
    least = min(shown.values())
    return min(n for n, rest in shown.items() if rest < 2 * least + 0.01)


def _shown_beyond(combs: dict[int, Comb], lanes: int) -> int:
    """Return the number of lanes shown, counting on from `lanes` while more lanes explain the picture far better."""
    shown = lanes
    for n in range(lanes + 1, max(combs) + 1):
        if n not in combs or combs[n].count < n:
            continue
        far_more = n >= 1.5 * lanes
        if far_more and combs[shown].unexplained < _WELL_EXPLAINED:
            continue
        better = _TWICE_AS_MANY if far_more else _MORE_LANES
        if combs[n].unexplained < better * combs[shown].unexplained:
            shown = n
    return shown


def _with_declared_empty(
    name: str, comb: Comb, shape: tuple[int, int], lanes: int, empty_lanes: Collection[int], likeliest: int
) -> Comb:
    """Return the lanes seen with the declared empty ones added at the sides."""
    occupied = [n for n in range(1, lanes + 1) if n not in set(empty_lanes)]
    if not occupied or comb.count != occupied[-1] - occupied[0] + 1:
        raise _refused(name, lanes, max(likeliest, comb.count) if likeliest != lanes else comb.count)
    clear = np.flatnonzero(comb.seen > comb.threshold)
    seen = slice(int(clear[0]), int(clear[-1]) + 1)
    x, answer = comb.x[seen], comb.seen[seen]
    pitch = float(np.median(np.diff(x))) if len(x) > 1 else comb.pitch_px
    before, after = occupied[0] - 1, lanes - occupied[-1]
    x = np.concatenate([x[0] - pitch * np.arange(before, 0, -1), x, x[-1] + pitch * np.arange(1, after + 1)])
    if x[0] < 0 or x[-1] > shape[1] - 1:
        raise _refused(name, lanes, comb.count)
    return replace(comb, x=x, seen=np.concatenate([np.zeros(before), answer, np.zeros(after)]), pitch_px=pitch)


def _refused(name: str, expected: int, got: int) -> LanesNotFound:
    seen = f"{got} seen" if got else "none seen"
    return LanesNotFound(name, expected=f"{lanes_in_words(expected)} as in the sheet", got=seen, remedy=_NAME_LANES)


def lanes_in_words(lanes: int) -> str:
    """Return a number of lanes as messages say it.

    Examples
    --------
    >>> lanes_in_words(1), lanes_in_words(12)
    ('1 lane', '12 lanes')
    """
    return "1 lane" if lanes == 1 else f"{lanes} lanes"
