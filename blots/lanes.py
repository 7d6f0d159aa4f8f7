"""Where the lanes run: a comb of lanes laid over what the bands show, each lane's centre line then drawn on its own.

The comb is found by dynamic programming over its teeth (Viterbi 1967, doi:10.1109/TIT.1967.1054010): a lane earns what
its inside stands above its gutters and pays for an uneven distance to its neighbour. So unequal pitch, a comb that
fills half the picture and lanes without a band are all one case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, grey_closing
from scipy.signal import find_peaks

from blots.row_course import band_ridges, smooth_across

Array = NDArray[np.float64]

_UNEVEN = 6.0  # price of a pitch that is wrong by 100 %, in lanes
_EMPTY = 0.04  # price of a lane, so that none is added where nothing is seen
_GUTTER = 0.45  # of the pitch: a dip no wider than this is a gutter, even between bright touching lanes
_GUTTER_WEIGHT = 2.0
_SEEN = 0.2  # a lane is seen when it earns this part of what a clear lane earns
_CLEAREST_ROW = 0.15


class RowsAcross(NamedTuple):
    """Rows of bands across the picture: their level `y` (n,) and each column's `answer` (n, columns)."""

    y: Array
    answer: Array


@dataclass(frozen=True, eq=False)
class Comb:
    """Lane centres at mid-height, and how clearly each is seen (1 for a clear lane, 0 for none).

    `slope` is how many columns all lanes move to the right for each row further down.
    """

    x: Array
    pitch_px: float
    slope: float
    seen: Array
    worth: float

    @property
    def threshold(self) -> float:
        """What `seen` must exceed for a lane to count as seen."""
        return _SEEN

    @property
    def count(self) -> int:
        """How many lanes from the first to the last that is seen."""
        clear = np.flatnonzero(self.seen > self.threshold)
        return int(clear[-1] - clear[0] + 1) if clear.size else 0


def rows_across(level: Array) -> RowsAcross:
    """Return the rows of bands of a picture that was straightened, and how each of its columns answers in them.

    Parameters
    ----------
    level : ndarray, shape (rows, columns)
        The signal after `row_course.straighten`.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(0, 1, (200, 300))
    >>> picture[:, 40:260] += 100 * np.exp(-0.5 * ((np.arange(200) - 99) / 3) ** 2)[:, None]
    >>> rows_across(picture).y.tolist()
    [99.0]
    """
    sigma = max(1.5, len(level) / 130)
    clear = smooth_across(band_ridges(level, sigma), 5)
    height = clear.mean(axis=1) - np.median(clear.mean(axis=1))
    # Pure noise and blotches stay below 0.13 of these logarithmic units, the faintest real blots stand above 1.
    least = max(0.12 * float(height.max()), _CLEAREST_ROW)
    peaks, _ = find_peaks(height, height=least, distance=max(1, round(sigma)))
    strongest = np.sort(peaks[np.argsort(height[peaks])[::-1][:14]])
    reach = max(1, round(sigma))
    if strongest.size == 0:
        return RowsAcross(np.empty(0), np.empty((0, level.shape[1])))
    answer = np.stack([clear[max(0, y - reach) : y + reach + 1].mean(axis=0) for y in strongest])
    return RowsAcross(strongest.astype(float), answer)


def find_combs(rows: RowsAcross, height_px: int, counts: range) -> dict[int, Comb]:
    """Lay combs of every one of `counts` lanes over the rows; the best of each count is returned.

    Parameters
    ----------
    rows : RowsAcross
        From `rows_across`.
    height_px : int
        The picture's height; lane centres are given at its middle.
    counts : range
        How many lanes to place, for instance ``range(6, 25)``.

    Examples
    --------
    >>> answer = np.zeros((1, 400))
    >>> for x in (60, 110, 160, 210, 260):
    ...     answer[0, x - 15 : x + 16] = 1.0
    >>> combs = find_combs(RowsAcross(np.array([100.0]), answer), 200, range(3, 8))
    >>> max(combs, key=lambda n: combs[n].worth), bool(np.abs(combs[5].x - [60, 110, 160, 210, 260]).max() < 5)
    (5, True)
    """
    slope, answer = _upright(rows, height_px)
    bin_px = max(1, len(answer) // 400)
    answer = answer[: len(answer) // bin_px * bin_px].reshape(-1, bin_px).mean(axis=1)
    answer = answer / max(float(np.percentile(answer, 90) - np.percentile(answer, 10)), 1e-9)
    lowest = max(4.0, len(answer) / (3.5 * counts[-1]))
    highest = max(len(answer) / max(counts[0] - 0.9, 0.5), lowest * 1.05)
    best: dict[int, Comb] = {}
    for pitch in np.exp(np.arange(np.log(lowest), np.log(highest), 0.035)):
        for comb in _best_at(answer, float(pitch), counts):
            if len(comb.x) not in best or comb.worth > best[len(comb.x)].worth:
                best[len(comb.x)] = comb
    return {n: _unbinned(comb, bin_px, slope) for n, comb in best.items()}


def _unbinned(comb: Comb, bin_px: int, slope: float) -> Comb:
    return Comb(comb.x * bin_px + (bin_px - 1) / 2, comb.pitch_px * bin_px, slope, comb.seen, comb.worth)


def _upright(rows: RowsAcross, height_px: int) -> tuple[float, Array]:
    """Return the slope of the lanes that makes the sum over all rows sharpest, and that sum."""
    columns = np.arange(rows.answer.shape[1], dtype=float)
    drop = rows.y - height_px / 2

    def laid_over(slope: float) -> Array:
        moved = [np.interp(columns + slope * d, columns, a) for d, a in zip(drop, rows.answer, strict=True)]
        return np.asarray(np.mean(moved, axis=0))

    slopes = np.linspace(-0.1, 0.1, 41)
    sharp = [float((np.diff(gaussian_filter1d(laid_over(s), 2)) ** 2).sum()) for s in slopes]
    best = float(slopes[int(np.argmax(sharp))]) if len(rows.y) > 1 else 0.0
    return best, laid_over(best)


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


def _best_at(answer: Array, pitch: float, counts: range) -> list[Comb]:
    """Return the best comb of this pitch for every count, by dynamic programming over the teeth from left to right."""
    columns = len(answer)
    earned = _earnings(answer, pitch)
    clear = max(float(np.percentile(earned[earned > 0], 90)) if (earned > 0).any() else 0.0, 1e-9)
    most = min(counts[-1], int((columns - 0.5 * pitch) / (0.75 * pitch)) + 1)
    steps = np.arange(int(np.ceil(0.75 * pitch)), int(1.25 * pitch) + 1)
    price = _UNEVEN * clear * (steps / pitch - 1) ** 2
    x = np.arange(columns)
    gain = np.where((x > 0.25 * pitch) & (x < columns - 0.25 * pitch), earned - _EMPTY, -np.inf)
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
                Comb(teeth.astype(float), pitch, 0.0, earned[teeth] / clear, float(total[last]) * pitch / columns)
            )
    return found


def _traced(last: int, came_from: list[NDArray[np.int_]]) -> NDArray[np.int_]:
    x = [last]
    for steps in reversed(came_from):
        x.append(x[-1] - int(steps[x[-1]]))
    return np.array(x[::-1])
