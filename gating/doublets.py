"""Which pulses are single cells: no longer than a cell of that height makes them.

Two cells in a row are about as high as the larger one and have the area of both. So the ratio of area to height (or
the width, which is the same ratio) is followed over *height*: there doublets stand above the single cells of every
size, where over area they gather among the largest. Dying cells are small, scatter irregularly and are judged among
their like; the limit stands in the gap between single cells and doublets, not at a number of SD, so that a population
whose pulses are a little long is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gating.smoothing import gaussian, smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS, ROW = 80, 0.05  # heights, natural logarithm
COLUMNS, COLUMN = 140, 0.01  # ratios, natural logarithm
BELOW = 0.4  # of the median ratio, where the columns begin
REACH = 3  # columns: how far the ratio moves from one height to the next
TALL = 0.3  # of the highest place: where single cells may be
# A doublet's pulse is at least a third longer, a single cell's no more than three SD.
NARROWEST, GAP_SD, GAP_TO_SD, GAP_TO = 0.15, 3.0, 5.0, 0.32
TOLERANCE = 0.002
FEW = 100  # events below which nothing can be followed
FEWEST_IN_ROW, FEWEST_SHARE = 8.0, 0.0005


@dataclass(frozen=True, eq=False)
class DoubletLimit:
    """The largest natural logarithm of area over height that a single cell has, over ln height in steps of 0.05.

    `first` is the lowest ln height, `limits` has shape (80,).
    """

    first: float
    limits: NDArray[np.float32]

    def singles(self, area: NDArray[Any], height: NDArray[Any]) -> NDArray[np.bool_]:
        """Return True where a pulse is that of a single cell, shape (n_events,); False where it has no size."""
        size, ratio = _size_and_ratio(area, height)
        # What has no size is NaN or infinite: it is put into some row and is below no limit.
        with np.errstate(invalid="ignore"):
            return np.asarray(ratio < self.limits[_rows(size, self.first)])


def find_doublet_limit(area: NDArray[Any], height: NDArray[Any]) -> DoubletLimit | None:
    """Find where doublets begin at each height, None where fewer than 100 events have a size.

    Parameters
    ----------
    area, height : ndarray, shape (n_events,)
        Linear, of one scatter pulse; area over width stands for a height that was not stored.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> height = rng.uniform(2e4, 1e5, 5_000)
    >>> area = height * rng.normal(1.0, 0.03, 5_000)
    >>> area[:500] *= 1.7
    >>> keep = find_doublet_limit(area, height).singles(area, height)
    >>> int(keep[:500].sum()), bool(keep[500:].mean() > 0.998)
    (0, True)
    """
    size, ratio = _size_and_ratio(area, height)
    usable = np.isfinite(ratio)
    if not usable.all():
        size, ratio = size[usable], ratio[usable]
    if len(size) < FEW:
        return None
    first = float(np.partition(size, len(size) // 1000)[len(size) // 1000]) - 0.5
    rows = _rows(size, first)
    start = float(np.median(ratio[:: max(1, len(ratio) // 4096)])) - BELOW
    table = _table(rows, ratio, start)
    followed, centre = _ridge(table)
    spread = _spread(table, followed, centre)
    typical = float(np.sqrt(np.average(spread[followed] ** 2, weights=table[followed].sum(axis=1))))
    gap = _gap(table, centre, typical)
    middle = start + COLUMN * (centre + 0.5)
    return DoubletLimit(first, (middle + np.maximum(gap, GAP_SD * spread)).astype(np.float32))


def singlets(area: NDArray[Any], height: NDArray[Any]) -> NDArray[np.bool_]:
    """Return True where a pulse is no longer than a single cell of its size makes it, shape (n_events,).

    With fewer than 100 events that have a size, every one of these is kept.

    Examples
    --------
    >>> singlets(np.array([2.0, -1.0]), np.array([1.0, 1.0])).tolist()
    [True, False]
    """
    limit = find_doublet_limit(area, height)
    return np.asarray((area > 0) & (height > 0)) if limit is None else limit.singles(area, height)


def _size_and_ratio(area: NDArray[Any], height: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return ln height and ln (area / height), not finite where either is not above zero."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        size = np.log(np.asarray(height, dtype=np.float32))
        ratio = np.log(np.asarray(area, dtype=np.float32))
        ratio -= size
    return size, ratio


def _rows(size: NDArray[np.float32], first: float) -> NDArray[np.int32]:
    with np.errstate(invalid="ignore"):
        rows = (size - np.float32(first)) * np.float32(1.0 / ROW)
        return np.asarray(np.fmin(np.fmax(rows, 0, out=rows), ROWS - 1, out=rows), dtype=np.int32)


def _table(rows: NDArray[np.int32], ratio: NDArray[np.float32], start: float) -> NDArray[np.float64]:
    """Return the events by height and ratio, smoothed over neighbouring heights, shape (80, 140)."""
    columns = (ratio - np.float32(start)) * np.float32(1.0 / COLUMN)
    places = np.clip(columns, 0, COLUMNS - 1, out=columns).astype(np.int32)
    places += rows * COLUMNS
    counts = np.bincount(places, minlength=ROWS * COLUMNS).reshape(ROWS, COLUMNS).astype(np.float64)
    counts[:, [0, -1]] = 0.0
    return _along_rows(counts, gaussian(1.5))


def _along_rows(table: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a table convolved over its first axis, same shape."""
    padded = np.pad(table, ((len(kernel) // 2,) * 2, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0)
    return np.asarray(windows @ kernel)


def _ridge(table: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Follow the single cells' ratio from where they are densest, up and down in height, as far as there are cells.

    Returns the rows that were followed and the column of the ridge in every row, flat beyond these.
    """
    dense = _along_rows(table.T, gaussian(2.0)).T
    events = table.sum(axis=1)
    enough = events >= max(FEWEST_IN_ROW, FEWEST_SHARE * events.sum())
    ridge = np.full(ROWS, -1)
    column = _lowest_mode(dense.max(axis=0))
    row = int(np.argmax(dense[:, column]))
    ridge[row] = column
    for step in (1, -1):
        at, place = column, row + step
        while 0 <= place < ROWS and enough[place]:
            low = max(at - REACH, 0)
            at = low + int(np.argmax(dense[place, low : at + REACH + 1]))
            ridge[place] = at
            place += step
    followed = np.flatnonzero(ridge >= 0)
    whole = np.interp(np.arange(ROWS), followed, ridge[followed].astype(np.float64))
    return followed, np.convolve(np.pad(whole, 3, mode="edge"), np.ones(7) / 7, mode="valid")


def _lowest_mode(profile: NDArray[np.float64]) -> int:
    """Return the lowest of the tall modes: doublets may be denser where cells differ much in size."""
    best = int(np.argmax(profile >= TALL * profile.max()))
    for column in range(best, COLUMNS):
        if profile[column] > profile[best]:
            best = column
        elif profile[column] < 0.8 * profile[best]:
            break
    return best


def _spread(table: NDArray[np.float64], followed: NDArray[np.intp], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the SD of the ratio at each height, from the side where there are no doublets, shape (80,)."""
    offset = centre[followed, None] - np.arange(COLUMNS)[None, :]
    below = np.where(offset >= 0, table[followed], 0.0)
    reached = np.cumsum(below[:, ::-1], axis=1)[:, ::-1]  # events from here up to the ridge
    inside = np.argmax(reached <= 0.683 * reached[:, :1], axis=1)
    one_sd = np.maximum(centre[followed] - inside + 0.5, 0.5) * COLUMN
    return np.asarray(np.interp(np.arange(ROWS), followed, one_sd), dtype=np.float64)


def _gap(table: NDArray[np.float64], centre: NDArray[np.float64], spread: float) -> float:
    """Return the middle of the emptiest stretch of ratios above the single cells', relative to their own."""
    offset = np.round(np.arange(COLUMNS)[None, :] - centre[:, None]).astype(np.intp)
    above = offset >= 0
    counts = np.asarray(np.bincount(offset[above], weights=table[above], minlength=COLUMNS), dtype=np.float64)
    density = smooth(counts, max(1.0, 0.3 * spread / COLUMN))
    low = max(GAP_SD * spread, NARROWEST)
    high = max(GAP_TO_SD * spread, GAP_TO)
    inside = np.arange(int(np.ceil(low / COLUMN)), int(high / COLUMN) + 1)
    inside = inside[inside < COLUMNS]
    if not len(inside):
        return high
    lowest = density[inside].min()
    near = inside[density[inside] <= lowest + TOLERANCE * density.max()]
    return float(COLUMN * np.median(near))
