"""Where the lanes run: a comb of lanes laid over what the bands show, each lane's centre line then drawn on its own.

The comb is found by dynamic programming over its teeth (Viterbi 1967, doi:10.1109/TIT.1967.1054010): a lane earns what
its inside stands above its gutters and pays for an uneven distance to its neighbour. So unequal pitch, a comb that
fills half the picture and lanes without a band are all one case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, grey_closing

from blots.row_answers import RowsAcross, rows_across

__all__ = ["Comb", "RowsAcross", "find_combs", "rows_across", "unexplained"]

Array = NDArray[np.float64]

_UNEVEN = 6.0  # price of a pitch that is wrong by 100 %, in lanes
_EMPTY = 0.04  # price of a lane, so that none is added where nothing is seen
_GUTTER = 0.45  # of the pitch: a dip no wider than this is a gutter, even between bright touching lanes
_GUTTER_WEIGHT = 2.0
_SEEN = 0.2  # a lane is seen when it earns this part of what a clear lane earns
_LIKELY = 8
_SHEAR = 0.06  # columns a row: how far lanes lean off the right angle to their rows
_SHEARED = 0.12
_WIDEST = 0.1  # of the distance to the middle: what lanes spread from mid-height to the outermost row
_SHARPER = 1.1


@dataclass(frozen=True, eq=False)
class Comb:
    """Lane centres at mid-height, and how clearly each is seen (1 for a clear lane, 0 for none).

    `slope` is how many columns all lanes move to the right for each row further down, `spread` by how much more a lane
    does so for each column that it lies right of `centre`.
    """

    x: Array
    pitch_px: float
    slope: float
    seen: Array
    worth: float
    spread: float = 0.0
    centre: float = 0.0
    unexplained: float = 0.0

    def at(self, drop: Array | float) -> Array:
        """Return the columns of all lanes (n_lanes, ...) at rows `drop` below mid-height."""
        steep = self.slope + self.spread * (self.x - self.centre)
        return np.asarray(self.x[:, None] + steep[:, None] * np.atleast_1d(drop))

    @property
    def threshold(self) -> float:
        """What `seen` must exceed for a lane to count as seen."""
        return _SEEN

    @property
    def count(self) -> int:
        """How many lanes from the first to the last that is seen."""
        clear = np.flatnonzero(self.seen > self.threshold)
        return int(clear[-1] - clear[0] + 1) if clear.size else 0


def find_combs(rows: RowsAcross, height_px: int, counts: range, lean: float = 0.0) -> dict[int, Comb]:
    """Lay combs of every one of `counts` lanes over the rows; the best of each count is returned.

    Parameters
    ----------
    rows : RowsAcross
        From `rows_across`.
    height_px : int
        The picture's height; lane centres are given at its middle.
    counts : range
        How many lanes to place, for instance ``range(6, 25)``.
    lean : float
        Columns that lanes at right angles to the rows move for each row further down.

    Examples
    --------
    >>> answer = np.zeros((1, 400))
    >>> for x in (60, 110, 160, 210, 260):
    ...     answer[0, x - 15 : x + 16] = 1.0
    >>> combs = find_combs(RowsAcross(np.array([100.0]), answer), 200, range(3, 8))
    >>> max(combs, key=lambda n: combs[n].worth), bool(np.abs(combs[5].x - [60, 110, 160, 210, 260]).max() < 5)
    (5, True)
    """
    bin_px = max(1, rows.answer.shape[1] // 400)
    binned = rows.answer[:, : rows.answer.shape[1] // bin_px * bin_px]
    binned = binned.reshape(len(binned), -1, bin_px).mean(axis=2)
    slope, spread, answer = _upright(binned, rows.y - height_px / 2, bin_px, lean)
    answer = answer / max(float(np.percentile(answer, 90) - np.percentile(answer, 10)), 1e-9)
    lowest = max(4.0, len(answer) / (3.5 * counts[-1]))
    highest = max(len(answer) / max(counts[0] - 0.9, 0.5), lowest * 1.05)
    margin = int(min(0.6 * highest, len(answer) / 2)) + 1
    padded = np.concatenate([np.full(margin, answer[:3].mean()), answer, np.full(margin, answer[-3:].mean())])
    tried: dict[int, list[Comb]] = {}
    for pitch in np.exp(np.arange(np.log(lowest), np.log(highest), 0.035)):
        for comb in _best_at(padded, float(pitch), counts, margin):
            tried.setdefault(len(comb.x), []).append(comb)
    best = {n: _best_fitting(padded, combs) for n, combs in tried.items()}
    return {n: _unbinned(comb, bin_px, slope, spread, len(answer), margin) for n, comb in best.items()}


def _best_fitting(answer: Array, combs: list[Comb]) -> Comb:
    """Return the comb that leaves least of the answer unexplained, of those that earn most."""
    likely = sorted(combs, key=lambda comb: -comb.worth)[:_LIKELY]
    fitted = [replace(comb, unexplained=unexplained(answer, comb)) for comb in likely]
    return min(fitted, key=lambda comb: comb.unexplained)


def unexplained(answer: Array, comb: Comb) -> float:
    """Return which part of the answer's variance a comb of even lanes on an empty ground does not explain.

    Every lane has a level of its own; all share one width.

    Examples
    --------
    >>> answer = np.tile(np.repeat([0.0, 1.0, 0.0], [5, 10, 5]), 4)
    >>> four = Comb(np.array([9.5, 29.5, 49.5, 69.5]), 20.0, 0.0, np.ones(4), 1.0)
    >>> two = Comb(np.array([19.5, 59.5]), 40.0, 0.0, np.ones(2), 1.0)
    >>> unexplained(answer, four) < 0.05, unexplained(answer, two) > 0.3
    (True, True)
    """
    ground = np.clip(answer - np.percentile(answer, 5), 0, None)
    total = float((ground**2).sum())
    if total == 0:
        return 1.0
    sums = np.concatenate([[0.0], np.cumsum(ground)])
    gaps = np.diff(comb.x)
    side = np.concatenate([[comb.pitch_px], gaps, [comb.pitch_px]])
    room = np.minimum(side[:-1], side[1:])
    best = np.inf
    for share in (0.3, 0.42, 0.54, 0.64, 0.74, 0.84, 0.92):
        start = np.clip(np.rint(comb.x - share * room / 2), 0, len(answer)).astype(int)
        stop = np.clip(np.rint(comb.x + share * room / 2) + 1, 0, len(answer)).astype(int)
        explained = (sums[stop] - sums[start]) ** 2 / np.maximum(stop - start, 1)
        best = min(best, total - float(explained.sum()))
    return best / total


def _unbinned(comb: Comb, bin_px: int, slope: float, spread: float, bins: int, margin: int) -> Comb:
    x, centre = (comb.x - margin) * bin_px + (bin_px - 1) / 2, bins * bin_px / 2
    return replace(comb, x=x, pitch_px=comb.pitch_px * bin_px, slope=slope, spread=spread, centre=centre)


def _upright(answer: Array, drop: Array, bin_px: int, lean: float) -> tuple[float, float, Array]:
    """Return the slope and the spread of the lanes that make the sum over all rows sharpest, and that sum."""
    columns = np.arange(answer.shape[1], dtype=float)
    off = columns - len(columns) / 2

    def laid_over(slope: float, spread: float) -> Array:
        moved = [
            np.interp(columns + (slope / bin_px + spread * off) * d, columns, a)
            for d, a in zip(drop, answer, strict=True)
        ]
        return np.asarray(np.mean(moved, axis=0))

    def sharpness(slope: float, spread: float) -> float:
        # Lanes run at right angles to their rows but for a little; a slope far from that would take them for others.
        likely = np.exp(-0.5 * ((slope - lean) / _SHEAR) ** 2)
        return float(likely * (np.diff(gaussian_filter1d(laid_over(slope, spread), 1.5)) ** 2).sum())

    if len(drop) < 2:
        return lean, 0.0, laid_over(lean, 0)
    slopes = lean + np.linspace(-_SHEARED, _SHEARED, 49)
    best = max(((float(s), 0.0) for s in slopes), key=lambda p: sharpness(*p))
    widest = _WIDEST / max(float(np.abs(drop).max()), 1.0)
    spreads = np.linspace(-widest, widest, 17)
    wide = max(((best[0] + s, float(k)) for k in spreads for s in (-0.02, 0.0, 0.02)), key=lambda p: sharpness(*p))
    if sharpness(*wide) > _SHARPER * sharpness(*best):
        near = [(wide[0] + s, wide[1] + k * widest) for s in np.linspace(-0.02, 0.02, 9) for k in (-0.06, 0, 0.06)]
        best = max(near, key=lambda p: sharpness(*p))
    return *best, laid_over(*best)


def _earnings(answer: Array, pitch: float) -> Array:
    """Return what a lane centred on each column earns: its inside above its two gutters."""
    gutters = grey_closing(answer, (max(3, round(_GUTTER * pitch)),)) - answer
    sums = np.concatenate([[0.0], np.cumsum(answer - _GUTTER_WEIGHT * gutters)])
    x = np.arange(len(answer))

    def mean(start: float, stop: float) -> Array:
        a = np.clip(np.rint(x + start * pitch), 0, len(answer)).astype(int)
        b = np.clip(np.rint(x + stop * pitch) + 1, 0, len(answer)).astype(int)
        return np.asarray((sums[b] - sums[a]) / np.maximum(b - a, 1))

    # A lane is filled at its middle and to both sides: two narrow lanes with a gap between them are not one.
    inside = np.minimum(mean(-0.05, 0.05), np.minimum(mean(-0.2, -0.05), mean(0.05, 0.2)))
    return np.asarray(inside - 0.5 * (mean(-0.58, -0.42) + mean(0.42, 0.58)))


def _best_at(answer: Array, pitch: float, counts: range, margin: int) -> list[Comb]:
    """Return the best comb of this pitch for every count, by dynamic programming over the teeth from left to right."""
    columns = len(answer)
    earned = _earnings(answer, pitch)
    clear = max(float(np.percentile(earned[earned > 0], 90)) if (earned > 0).any() else 0.0, 1e-9)
    most = min(counts[-1], int((columns - 2 * margin) / (0.75 * pitch)) + 1)
    steps = np.arange(int(np.ceil(0.75 * pitch)), int(1.25 * pitch) + 1)
    price = _UNEVEN * clear * (steps / pitch - 1) ** 2
    x = np.arange(columns)
    gain = np.where((x >= margin) & (x < columns - margin), earned - _EMPTY, -np.inf)
    total, came_from, found = gain, [], []
    for n in range(1, most + 1):
        if n > 1:
            tried = np.full((len(steps), columns), -np.inf)
            for j, step in enumerate(steps):
                tried[j, step:] = total[:-step] - price[j]
            came_from.append(steps[tried.argmax(axis=0)])
            total = tried.max(axis=0) + gain
        last = int(total.argmax())
        if n >= counts[0] and np.isfinite(total[last]):
            teeth = _traced(last, came_from)
            found.append(
                Comb(
                    teeth.astype(float),
                    pitch,
                    0.0,
                    earned[teeth] / clear,
                    float(total[last]) * pitch / (columns - 2 * margin),
                )
            )
    return found


def _traced(last: int, came_from: list[NDArray[np.int_]]) -> NDArray[np.int_]:
    x = [last]
    for steps in reversed(came_from):
        x.append(x[-1] - int(steps[x[-1]]))
    return np.array(x[::-1])
