"""The sum of squares of many curves over one grid of places and slopes: where to start, and what can be ruled out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.curve_places import BEND, PLACE, SLOPE, Place, Wells, joined
from cytotools.doses.curve_valleys import REACH
from cytotools.doses.sigmoid import CONTROL, FloatArray, Model, ThreeParameter, half_way, shares

HILLS = np.array([0.02, 0.08, 0.25, 0.5, 0.85, 1.4, 2.2, 3.5, 6.0, 12.0, 40.0])
BETWEEN = np.sqrt(HILLS[1:] * HILLS[:-1])  # of a second grid
ASYMMETRIES = np.array([0.3, 1.0, 4.0])
BEYOND = np.array([1.0, 3.0, REACH])  # how far places go beyond the doses, times the hill slope
PARTS, MOST_PLACES = 3, 60  # places between two doses, and in all
STARTS = 6  # valleys of the grid that are followed, the deepest first
SHALLOW, SHALLOW_FAR = 2.0, 1.5  # a valley this many times above the deepest is not followed, one at the end of REACH
CHUNK = 128  # curves whose grid is held at a time: it stays in the cache


def starts(wells: Wells, model: Model, hills: FloatArray = HILLS) -> tuple[NDArray[np.intp], Place]:
    """Return the deepest valleys of the grid: the curve of each, and the place."""
    total, found = squares(wells, model), []
    for grid, shape in grids(wells, model, hills):
        for begin, gain in _gains(wells, model, grid):
            curve, cell = np.nonzero(peaks(gain.reshape(-1, *shape)).reshape(gain.shape))
            found.append((curve + begin, gain[curve, cell], grid.of(cell)))
    owners, gains = (np.concatenate([part[k] for part in found]) for k in (0, 1))
    places = joined([part[2] for part in found])
    order = np.lexsort((-gains, owners))
    owners = owners[order]
    left = np.maximum(total[owners] - gains[order], 0.0)
    new = np.append(True, np.diff(owners) > 0)
    first = np.maximum.accumulate(np.where(new, np.arange(len(owners)), 0))
    places = places.of(order)
    tolerated = np.where(places.theta[:, PLACE] ** 2 >= REACH**2, SHALLOW_FAR, SHALLOW)
    kept = (np.arange(len(owners)) - first < STARTS) & (left <= tolerated * left[first])
    return owners[kept], places.of(kept)


def least_on_grid(wells: Wells, model: Model, grid: Place) -> tuple[FloatArray, Place]:
    """Return the least sum of squares of each curve over the places of a grid, and the place."""
    gains, cells = np.empty(len(wells.means)), np.empty(len(wells.means), dtype=np.intp)
    for begin, gain in _gains(wells, model, grid):
        part = slice(begin, begin + len(gain))
        cells[part] = gain.argmax(axis=1)
        gains[part] = gain.max(axis=1)
    return squares(wells, model) - gains, grid.of(cells)


def squares(wells: Wells, model: Model) -> FloatArray:
    """Return the sum of squares about the mean, or about the asymptote that is given."""
    mean = 0.0
    if not isinstance(model, ThreeParameter):
        mean = (np.sum(wells.weights * wells.means, axis=1) / wells.weights.sum(axis=1))[:, None]
    return np.asarray(wells.within + np.sum(wells.weights * (wells.means - mean) ** 2, axis=1))


def grids(wells: Wells, model: Model, hills: FloatArray = HILLS) -> Iterator[tuple[Place, tuple[int, int]]]:
    """Yield for each direction and asymmetry the grid and its shape (places, slopes)."""
    used = wells.ln_dose[wells.ln_dose > CONTROL]
    first, last = used.min(), used.max()
    between = np.interp(np.arange(0.0, len(used) - 1 + 1e-9, 1 / PARTS), np.arange(len(used)), np.sort(used))
    if len(between) > MOST_PLACES:
        between = np.linspace(first, last, MOST_PLACES)
    nearest = used[np.abs(between[:, None] - used).argmin(axis=1)]  # a step turns about the dose that it passes
    behind, beyond = (np.tile(way[:, None], len(hills)) for way in (-BEYOND[::-1], BEYOND))
    ahead = np.concatenate([behind, hills * (between - nearest)[:, None], beyond])
    pivot = np.repeat(np.concatenate([np.full(len(BEYOND), first), nearest, np.full(len(BEYOND), last)]), len(hills))
    for place in _variants(pivot, ahead.ravel(), np.tile(np.log(hills), len(ahead)), model):
        yield place, (len(ahead), len(hills))


def column(ln_ic50: float, model: Model) -> Place:
    """Return all slopes, directions and asymmetries of the grid at one ic50."""
    n = len(HILLS)
    return joined(list(_variants(np.full(n, ln_ic50), np.zeros(n), np.log(HILLS), model)))


def _variants(pivot: FloatArray, ahead: FloatArray, ln_hill: FloatArray, model: Model) -> Iterator[Place]:
    for sign in (1.0,) if model.either_height else (1.0, -1.0):
        for asymmetry in ASYMMETRIES if model.asymmetric else (1.0,):
            theta = np.stack([ahead, ln_hill, np.full(len(ahead), np.log(asymmetry))], axis=1)
            yield Place(np.full(len(ahead), sign), pivot, theta)


def _gains(wells: Wells, model: Model, grid: Place) -> Iterator[tuple[int, FloatArray]]:
    """Yield for chunks of curves the first row and what each place of the grid takes away from the squares."""
    asymmetry = np.exp(grid.theta[:, BEND:])
    u = grid.sign[:, None] * (grid.hill[:, None] * (wells.ln_dose - grid.pivot[:, None]) - grid.theta[:, :SLOPE])
    share, rest = shares(u + half_way(asymmetry).shift, asymmetry if model.asymmetric else 1.0)
    on_rest = model.top is not None
    centred = not isinstance(model, ThreeParameter)
    q = np.where((share.mean(axis=1) > 0.5)[:, None], rest, share) if centred else rest if on_rest else share
    turn = np.where(share.mean(axis=1) > 0.5, -1.0, 1.0) if centred else -1.0 if on_rest else 1.0
    for begin in range(0, len(wells.means), CHUNK):
        part = slice(begin, begin + CHUNK)
        w = wells.weights if len(wells.weights) == 1 else wells.weights[part]
        wy = w * wells.means[part]
        on, size = wy @ q.T, w @ (q**2).T
        if centred:
            mass, total = w @ q.T, w.sum(axis=1, keepdims=True)
            on -= wy.sum(axis=1, keepdims=True) / total * mass
            size -= mass**2 / total
        gain = on**2 / np.maximum(size, 1e-300)
        gain[:, (size <= 1e-300).all(axis=0)] = 0.0
        if not model.either_height:
            gain[turn * on < 0] = 0.0
        yield begin, gain


def peaks(gain: FloatArray) -> NDArray[np.bool_]:
    """Return which cells are no lower than their eight neighbours."""
    rows = gain.copy()
    rows[:, 1:] = np.maximum(rows[:, 1:], gain[:, :-1])
    rows[:, :-1] = np.maximum(rows[:, :-1], gain[:, 1:])
    both = rows.copy()
    both[:, :, 1:] = np.maximum(both[:, :, 1:], rows[:, :, :-1])
    both[:, :, :-1] = np.maximum(both[:, :, :-1], rows[:, :, 1:])
    return np.asarray(gain >= both)
