"""Regions that occur twice: the same noise in two places, which no camera draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NEAR_PX = 10  # closer than this, filters and lenses repeat things
_FEWEST = 14  # blocks of a copy
_CLEARER = 4.0  # than any other shift
_SURE = 12.0  # standard deviations of the correlation
_ALONE = 1.5  # times any other shift: rows of bands repeat at several
_FLAT = 0.3  # share of pixels without any grain in a picture too coarse to tell
_MOST_PIXELS = 1_600_000  # correlated
_BLOCK = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (1, 3)]


class Copy(NamedTuple):
    """A copied region: where it was found, how far its twin lies (px right and down), and how sure that is."""

    x: int
    y: int
    right: int
    down: int
    strength: float

    def __str__(self) -> str:
        """Say where both are."""
        around = f"around x {self.x}, y {self.y} and " if self.x >= 0 else "at two places "
        apart = f"{abs(self.right)} px across and {abs(self.down)} px down from one another"
        return f"{around}{apart}" if self.x < 0 else f"{around}x {self.x + self.right}, y {self.y + self.down}"


def find_exact_copy(signal: Array) -> Copy | None:
    """Find a region whose pixels occur again, number for number, somewhere else.

    Blocks of 2 x 4 pixels that rise and fall at random are looked up by their numbers; a copy repeats many of them at
    one and the same shift.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        The picture.

    References
    ----------
    Fridrich J., Soukal D., Lukas J., Detection of copy-move forgery in digital images, Proc. DFRWS (2003).

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(900, 30, (200, 300)).round()
    >>> find_exact_copy(picture) is None
    True
    >>> picture[30:60, 200:230] = picture[100:130, 50:80]
    >>> copy = find_exact_copy(picture)
    >>> abs(copy.right), abs(copy.down)
    (150, 70)
    """
    rows, columns, keys = _blocks(signal)
    order = np.argsort(keys, kind="stable")
    keys, rows, columns = keys[order], rows[order], columns[order]
    same = np.flatnonzero(keys[1:] == keys[:-1])
    if same.size < _FEWEST:
        return None
    down, right = rows[same + 1] - rows[same], columns[same + 1] - columns[same]
    far = np.maximum(np.abs(down), np.abs(right)) >= _NEAR_PX
    same, down, right = same[far], down[far], right[far]
    if same.size < _FEWEST:
        return None
    _, which, counts = np.unique(down * 2**20 + right, return_inverse=True, return_counts=True)
    best = int(counts.argmax())
    others = np.delete(counts, best)
    if counts[best] < max(_FEWEST, _CLEARER * (others.max() if others.size else 0)):
        return None
    at = same[which == best]
    place = int(np.median(columns[at])), int(np.median(rows[at]))
    chosen = int(np.flatnonzero(which == best)[0])
    return Copy(*place, int(right[chosen]), int(down[chosen]), float(counts[best]))


def _blocks(signal: Array) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint64]]:
    """Return place and key of the blocks chosen by their content, so that both twins are chosen."""
    bits = np.ascontiguousarray(signal).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    share = np.uint32(max(16, signal.size // 40_000))
    mixed = (bits[:-1, :-3] ^ (bits[1:, 2:-1] >> np.uint64(7))) >> np.uint64(40)
    rows, columns = np.nonzero(mixed.astype(np.uint32) % share == 0)
    pixels = np.stack([signal[rows + dy, columns + dx] for dy, dx in _BLOCK])
    turns = np.sign(np.diff(pixels.reshape(2, 4, -1), axis=1))
    rough = ((turns[:, 1:] * turns[:, :-1]) < 0).any(axis=1).all(axis=0)
    rows, columns = rows[rough], columns[rough]
    keys = np.zeros(rows.size, dtype=np.uint64)
    for dy, dx in _BLOCK:
        keys = (keys ^ bits[rows + dy, columns + dx]) * np.uint64(0xD6E8FEB86659FD93)
        keys ^= keys >> np.uint64(29)
    return rows, columns, keys


def find_noise_copy(signal: Array) -> Copy | None:
    """Find a large region whose noise occurs again somewhere else, brighter or darker perhaps.

    The picture's finest grain, equalised, is correlated with itself at every shift.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        The picture.

    Examples
    --------
    >>> picture = np.random.default_rng(0).normal(900, 30, (300, 400)).round()
    >>> find_noise_copy(picture) is None
    True
    >>> picture[:, 250:300] = np.rint(0.8 * picture[:, 50:100])
    >>> abs(find_noise_copy(picture).right)
    200
    """
    from scipy.fft import irfft2, next_fast_len, rfft2

    grain = _grain(signal[: _MOST_PIXELS // signal.shape[1]])
    if float((np.abs(grain) < 0.05).mean()) > _FLAT:
        return None
    shape = [next_fast_len(n, real=True) for n in grain.shape]
    likeness = irfft2(np.abs(rfft2(grain, shape)) ** 2, shape)
    spread = float(likeness[0, 0]) / np.sqrt(grain.size)
    sharp = np.minimum(likeness, likeness - (np.roll(likeness, 2, 1) + np.roll(likeness, -2, 1)) / 2)
    sharp = np.minimum(sharp, likeness - (np.roll(likeness, 2, 0) + np.roll(likeness, -2, 0)) / 2)
    _blank(sharp, 0, 0)
    down, right = (int(k) for k in np.unravel_index(int(sharp.argmax()), shape))
    strength = float(sharp[down, right]) / spread
    _blank(sharp, down, right)
    _blank(sharp, -down, -right)
    if strength < max(_SURE, _ALONE * float(sharp.max()) / spread):
        return None
    return Copy(-1, -1, min(right, shape[1] - right), min(down, shape[0] - down), strength)


def _blank(sharp: NDArray[np.float32], down: int, right: int) -> None:
    """Take one shift and those around it out."""
    rows = np.arange(down - _NEAR_PX, down + _NEAR_PX + 1) % sharp.shape[0]
    columns = np.arange(right - _NEAR_PX, right + _NEAR_PX + 1) % sharp.shape[1]
    sharp[np.ix_(rows, columns)] = 0


def _grain(signal: Array) -> NDArray[np.float32]:
    """Return the finest grain at equal strength everywhere, without whole rows and columns in common."""
    from scipy.ndimage import uniform_filter

    part = ((signal - signal.mean()) / max(float(signal.std()), 1e-30)).astype(np.float32)
    across = part[:, :-2] - 2 * part[:, 1:-1] + part[:, 2:]
    grain = across[:-2] - 2 * across[1:-1] + across[2:]
    around = uniform_filter(np.abs(grain), 15)
    grain = np.clip(grain / (around + 0.05 * float(around.mean()) + 1e-12), -2, 2)
    grain -= grain.mean(axis=0)
    return np.asarray(grain - grain.mean(axis=1, keepdims=True), dtype=np.float32)
