"""The two sides of every band: where it has fallen to half, or the dip to its neighbour."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blots.lanes import Comb

Array = NDArray[np.float64]

_SIDE_ERROR_PX = 0.8
_CLEAR_BAND = 2.5  # over the noise
_OUTSHONE = 1.6
_FLANK = 0.05  # of the pitch, for each e-fold by which a neighbour is stronger
_UNLIKE = 0.1  # of the width: how far lanes differ


class Sides(NamedTuple):
    """The sides of every band found: `left`, `right` (n_lanes, n_bands) in columns, NaN where none was clear."""

    left: Array
    right: Array
    error: Array


def one_sided(sides: Sides, columns: int) -> Sides:
    """Return the sides with those outside the picture put where the lane's usual width places them.

    Examples
    --------
    >>> cut = Sides(np.array([[0.0], [50.0]]), np.array([[20.0], [90.0]]), np.ones((2, 1)))
    >>> one_sided(cut, 200).left.tolist()
    [[-20.0], [50.0]]
    """
    whole = (sides.left > 0.5) & (sides.right < columns - 1.5)
    if not whole.any():
        return sides
    usual = float(np.median((sides.right - sides.left)[whole]))
    left = np.where(sides.left <= 0.5, np.minimum(sides.left, sides.right - usual), sides.left)
    right = np.where(sides.right >= columns - 1.5, np.maximum(sides.right, sides.left + usual), sides.right)
    return Sides(left, right, sides.error)


def find_sides(profiles: Array, drop: Array, comb: Comb, noise: float) -> Sides:
    """Return the sides of what every lane holds in every profile.

    Parameters
    ----------
    profiles : ndarray, shape (n, columns)
        How much of a band each column holds.
    drop : ndarray, shape (n,)
        How far below mid-height each profile lies.
    comb : Comb
        Where the lanes are to a few pixels.
    noise : float
        Of the profiles' pixels.

    Examples
    --------
    >>> profile = np.where(np.abs(np.arange(80.0) - 40) < 15.5, 50.0, 0.0)[None]
    >>> comb = Comb(np.array([42.0]), 45.0, 0.0, np.ones(1), 1.0)
    >>> sides = find_sides(profile, np.zeros(1), comb, 1.0)
    >>> sides.left.round().tolist(), sides.right.round().tolist()
    ([[24.0]], [[56.0]])
    """
    shape = (len(comb.x), len(profiles))
    left, right, error = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    for j, (profile, down) in enumerate(zip(profiles, drop, strict=True)):
        for i, x in enumerate(comb.at(float(down))[:, 0]):
            found = _sides_of(profile, float(x), comb.pitch_px, noise)
            if found is not None:
                left[i, j], right[i, j], error[i, j] = found
    return Sides(left, right, np.hypot(error, _odd_widths(right - left)))


def _odd_widths(width: Array) -> Array | float:
    """Return how far each band's width is off its lane's: such a band has dust or a streak at one side."""
    known = np.isfinite(width)
    if not known.any():
        return 0.0
    common = float(np.median(width[known]))
    own = np.array([np.median(w[k]) if k.sum() > 2 else common for w, k in zip(width, known, strict=True)])
    allowed = np.where(known.sum(axis=1) > 2, 0.0, _UNLIKE * common)
    own = np.clip(own, 0.8 * common, 1.2 * common)
    return np.asarray(np.maximum(np.abs(width - own[:, None]) - allowed[:, None], 0))


def _sides_of(crest: Array, x: float, pitch: float, noise: float) -> tuple[float, float, float] | None:
    a, b = max(0, round(x - 0.65 * pitch)), min(len(crest), round(x + 0.65 * pitch) + 1)
    inner = crest[max(0, round(x - 0.25 * pitch)) : round(x + 0.25 * pitch) + 1]
    if inner.size < 3 or b - a < 5 or not 0 <= x < len(crest):
        return None
    top = float(np.median(inner))
    if top < _CLEAR_BAND * noise / np.sqrt(3):
        return None
    middle = min(max(round(x), a + 1), b - 2)
    left = middle - _edge(crest[a : middle + 1][::-1], top, pitch, a == 0)
    right = middle + _edge(crest[middle:b], top, pitch, b == len(crest))
    if not (0.2 if left <= 0 or right >= len(crest) - 1 else 0.3) * pitch < right - left < 1.2 * pitch:
        return None
    # Beside a far stronger band the sides are where the neighbour's flank lets them be seen.
    outshone = np.log(max(float(crest[a:b].max()) / top / _OUTSHONE, 1.0))
    return left, right, _SIDE_ERROR_PX + 3 * noise / top + _FLANK * pitch * float(outshone)


def _edge(crest: Array, top: float, pitch: float, at_side: bool) -> float:
    """Return where the band ends, at half of what it is just inside: a band may be brighter on one side."""
    if at_side and not (crest < top / 2).any():  # the picture ends before the band does
        return float(len(crest) - 1)
    first = _walk(crest, top / 2)
    inside = crest[max(0, round(first - 0.2 * pitch)) : max(1, round(first - 0.06 * pitch))]
    own = float(np.median(inside)) if inside.size else top
    return _walk(crest, float(np.clip(own, 0.6 * top, 1.6 * top)) / 2)


def _walk(crest: Array, half: float) -> float:
    """Return how many columns out the band falls to half, or where it is lowest if its neighbour begins before that."""
    under = np.flatnonzero(crest < half)
    if under.size == 0:
        outer = len(crest) // 2
        return float(outer + crest[outer:].argmin())
    j = int(under[0])
    if j == 0:
        return 0.0
    return j - 1 + float((crest[j - 1] - half) / (crest[j - 1] - crest[j]))
