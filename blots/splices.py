"""Seams: straight lines along a pixel column or row where the picture's level jumps from one pixel to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_PIECE_PX = 32
_EDGE_PX = 4
_SURE = 7.0  # standard deviations of a sign test
_SHARED = 0.35  # of the jump's share of signs: what the neighbouring steps may show
_COARSE = 2.0  # levels: a smaller jump may be that of rounding


class Seam(NamedTuple):
    """A seam between pixels `at` and `at + 1` across the picture, from pixel `start` to `stop` along it."""

    vertical: bool
    at: int
    start: int
    stop: int
    strength: float

    def __str__(self) -> str:
        """Say where it is."""
        along, across = ("x", "y") if self.vertical else ("y", "x")
        return f"{along} {self.at} to {self.at + 1}, {across} {self.start} to {self.stop}"


def find_seam(signal: Array, step: float = 1.0) -> Seam | None:
    """Find the clearest straight seam of a picture.

    Over a stretch of rows, the difference between two neighbouring columns is compared with those beside it, row by
    row and by its sign alone, so that no band and no speck outweighs the rest. A lens spreads every true edge over
    more than one pixel; a seam lies between two.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        The picture.
    step : float
        The step of its levels; a jump by rounding alone is none.

    Returns
    -------
    Seam or None
        None where nothing exceeds chance; seams in the very middle, from edge to edge, are those of two read-outs.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(900, 30, (200, 300)).round()
    >>> find_seam(picture) is None
    True
    >>> picture[:, 120:160] += 90
    >>> find_seam(picture).at in (119, 159)
    True
    """
    vertical, horizontal = _seam(signal, step, True), _seam(signal.T, step, False)
    found = [seam for seam in (vertical, horizontal) if seam is not None]
    return max(found, key=lambda seam: seam.strength) if found else None


def _seam(picture: Array, step: float, vertical: bool) -> Seam | None:
    if min(picture.shape) < 2 * _PIECE_PX:
        return None
    pieces = len(picture) // _PIECE_PX
    rows = np.ascontiguousarray(picture[: pieces * _PIECE_PX], dtype=np.float32)
    jumps = np.diff(rows, axis=1)
    kink = np.sign(2 * jumps[:, 1:-1] - jumps[:, :-2] - jumps[:, 2:]).astype(np.int8)
    votes, shares = _by_piece(kink), _by_piece(np.sign(jumps).astype(np.int8))
    best: Seam | None = None
    for length in (2, pieces):
        seam = _strongest(rows, votes, shares, length, step, vertical)
        if seam is not None and (best is None or seam.strength > best.strength):
            best = seam
    return best


def _by_piece(signs: NDArray[np.int8]) -> Array:
    pieces = signs.reshape(-1, _PIECE_PX, signs.shape[1])
    return np.asarray(pieces.sum(axis=1, dtype=np.int16), dtype=np.float64)


def _strongest(
    rows: NDArray[np.float32], votes: Array, shares: Array, length: int, step: float, vertical: bool
) -> Seam | None:
    """Return the surest seam over `length` pieces that its neighbours do not share."""
    height = length * _PIECE_PX
    vote, share = (_running(x, length) / height for x in (votes, shares))
    middle, left, right = np.abs(share[:, 1:-1]), share[:, :-2], share[:, 2:]
    chance = 2.5 / np.sqrt(height)
    alone = np.maximum(np.abs(left), np.abs(right)) < _SHARED * middle + chance
    agree = np.sign(share[:, 1:-1]) == np.sign(vote)
    sure = np.where(alone & agree, np.abs(vote) * np.sqrt(height), 0.0)
    sure[:, :_EDGE_PX] = sure[:, -_EDGE_PX:] = 0.0
    for place in np.argsort(sure, axis=None)[::-1][:12]:
        piece, column = (int(k) for k in np.unravel_index(place, sure.shape))
        if sure[piece, column] < _SURE:
            return None
        at, start = column + 1, piece * _PIECE_PX
        jump = _lasting_jump(rows[start : start + height], at)
        read_out = length > 2 and abs(2 * (at + 1) - rows.shape[1]) <= 2
        if jump >= _COARSE * step and jump > 0 and not read_out:
            return Seam(vertical, at, start, start + height, float(sure[piece, column]))
    return None


def _lasting_jump(part: NDArray[np.float32], at: int) -> float:
    """Return the median jump after column `at`, 0 where others near it are as large or the level comes back."""
    jumps = np.median(np.diff(part[:, max(at - 3, 0) : at + 5], axis=1), axis=0)
    place = at - max(at - 3, 0)
    jump, others = float(jumps[place]), np.abs(np.delete(jumps, place))
    beyond = (float(np.median(part[:, at + 1 + k] - part[:, at - 1 + k])) for k in (0, 1))
    lasts = all(step / jump > 0.6 for step in beyond) if jump else False
    return abs(jump) if lasts and abs(jump) > 2 * float(others.max()) else 0.0


def _running(pieces: Array, length: int) -> Array:
    total = np.cumsum(np.vstack([np.zeros(pieces.shape[1]), pieces]), axis=0)
    return np.asarray(total[length:] - total[:-length])
