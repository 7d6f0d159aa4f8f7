"""Gaps and spikes in the histogram: the trace of a contrast curve that was laid over whole numbers.

A camera fills its levels smoothly. A stretch leaves some of them empty and a squeeze lays two on one, at equal
distances where the stretch was even, and at distances that change with the level where it was a curve (gamma).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from blots.grey_levels import GreyLevels

Array = NDArray[np.float64]

NONE, EVEN, DOUBTED, CURVED = "none", "even", "doubted", "curved"
_FINE_LEVELS = 400  # with fewer occupied levels than this, teeth are told one by one
_SPARSE = 8  # levels from one that is used to the next
_SURE = 5.5  # standard deviations
_CURVE_SURE = 20.0  # what despeckled and noise-free pictures reach by themselves stays below 15
_ROUGHER = 0.3  # more than the counts' own scatter, as a share of it
_MANY = 20  # pixels at a level: enough that its neighbour can't be empty by chance
_TEETH = 4
_TOOTH = 0.3  # logarithm of a tooth's count over its neighbours'


class Comb(NamedTuple):
    """What the histogram shows: `kind` is none, even, doubted or curved; `strength` in standard deviations or teeth."""

    kind: str
    strength: float


def find_comb(levels: GreyLevels, repeats: float = 1.0) -> Comb:
    """Find the teeth of a histogram and whether they stand at equal distances.

    Parameters
    ----------
    levels : GreyLevels
        The picture's histogram.
    repeats : float
        How often a filter of the camera repeated a number among neighbours, see `repeated_numbers`; it makes counts
        scatter more without any comb.

    References
    ----------
    Stamm M. C., Liu K. J. R., IEEE Trans. Inf. Forensics Secur. 5:492 (2010), doi:10.1109/TIFS.2010.2053202.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> camera = np.rint(np.clip(rng.gamma(4, 900, 300_000), 0, 65535))
    >>> from blots.grey_levels import grey_levels
    >>> find_comb(grey_levels(camera)).kind, find_comb(grey_levels(np.rint(65535 * (camera / 65535) ** 0.7))).kind
    ('none', 'curved')
    """
    if levels.occupied < _FINE_LEVELS:
        filled = np.flatnonzero(levels.counts >= _MANY)
        if len(filled) > 3 * _TEETH and float(np.median(np.diff(filled))) >= _SPARSE:
            return _spacing(filled)
        return _teeth(levels.counts.astype(np.float64))
    return _roughness(levels.counts.astype(np.float64), repeats)


def _roughness(counts: Array, repeats: float) -> Comb:
    """Compare how counts of neighbouring levels differ with how counts of chance do."""
    mean = uniform_filter1d(counts, 9, mode="constant")
    sharp = np.convolve(counts, [1, -4, 6, -4, 1], "same")
    seen = mean > 1.0
    seen[:3] = seen[-3:] = False
    if seen.sum() < 32:
        return Comb(NONE, 0.0)
    deviation = np.where(seen, sharp / np.sqrt(70 * np.maximum(mean, 1e-9) * repeats), 0.0)
    deviation = np.clip(deviation, -4, 4)
    excess = float((deviation[seen] ** 2).mean()) - 1.0
    strength = excess * float(np.sqrt(seen.sum())) / 2.5
    if strength < _SURE or excess < _ROUGHER:
        return Comb(NONE, strength)
    if _one_period(deviation, excess):
        return Comb(EVEN, strength)
    return Comb(CURVED if strength > _CURVE_SURE else DOUBTED, strength)


def _one_period(deviation: Array, excess: float) -> bool:
    """Tell whether a few sharp lines of the spectrum hold much of what exceeds chance."""
    power = np.abs(np.fft.rfft(deviation)) ** 2
    power[0] = 0.0
    chance = float(power.sum()) / (1 + excess)
    above, lines = float(power.sum()) - chance, 0.0
    for _ in range(4):
        k = int(power.argmax())
        near = slice(max(k - 2, 0), k + 3)
        lines += float(power[near].sum()) - 5 * chance / power.size
        power[near] = 0.0
    return lines > 0.4 * above


def _spacing(filled: NDArray[np.intp]) -> Comb:
    """Compare the distances of few levels in a wide range: those of a curve grow or shrink with the level."""
    apart = np.diff(filled).astype(np.float64)
    third = len(apart) // 3
    low, high = (float(np.quantile(part, 0.25)) for part in (apart[:third], apart[-third:]))
    return Comb(CURVED if max(low, high) > 1.5 * min(low, high) else EVEN, float(len(apart)))


def _teeth(counts: Array) -> Comb:
    """Count the gaps and the spikes among a few well-filled levels; an even curve makes one kind of them only."""
    gaps, spikes = _gaps(counts), _spikes(counts)
    found = float(len(gaps) + len(spikes))
    if len(gaps) >= _TEETH:
        both = len(spikes) >= _TEETH
        return Comb(CURVED if both or not _evenly_spaced(gaps) else EVEN, found)
    if len(spikes) >= 2 * _TEETH:
        return Comb(EVEN if _evenly_spaced(spikes) else CURVED, found)
    return Comb(NONE, found)


def _gaps(counts: Array) -> Array:
    """Return the empty levels, singly or in a row, between two that are well filled."""
    filled = np.flatnonzero(counts > 0)
    low, high = filled[:-1], filled[1:]
    full = np.minimum(counts[low], counts[high]) >= _MANY
    return np.asarray((low + high)[(high - low > 1) & (high - low < 8) & full] / 2.0)


def _spikes(counts: Array) -> Array:
    """Return the levels that hold far more pixels than both neighbours, the top of the histogram aside."""
    left, middle, right = counts[:-2], counts[1:-1], counts[2:]
    usual = np.sqrt(np.maximum(left, 1) * np.maximum(right, 1))
    clear = (np.minimum(left, right) >= _MANY) & (middle > usual + 5 * np.sqrt(usual + middle))
    found = np.flatnonzero(clear & (np.log(np.maximum(middle, 1) / usual) > _TOOTH)) + 1
    return np.asarray(found[np.abs(found - counts.argmax()) > 3], dtype=np.float64)


def _evenly_spaced(teeth: Array) -> bool:
    """Tell whether all teeth fit one period."""
    span = float(np.ptp(teeth))
    if len(teeth) < 3 or span == 0:
        return False
    periods = span / np.arange(1.0, min(span / 1.5, 400.0), 0.05)
    return bool(np.abs(np.exp(2j * np.pi * teeth[None, :] / periods[:, None]).mean(axis=1)).max() > 0.72)


def repeated_numbers(signal: NDArray[np.float64], step: float) -> float:
    """Estimate how often a number comes again next to itself beyond chance, as median filters of cameras leave it.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        The picture.
    step : float
        The step of its levels.

    Returns
    -------
    float
        1 where no number is repeated; else about the size of the groups that share one number.

    Examples
    --------
    >>> noise = np.rint(np.random.default_rng(0).normal(500, 30, (300, 300)))
    >>> from scipy.ndimage import median_filter
    >>> round(repeated_numbers(noise, 1.0), 1), repeated_numbers(median_filter(noise, 3), 1.0) > 1.3
    (1.0, True)
    """
    rows = signal[: min(len(signal), 240 * 1000 // signal.shape[1] + 20)]
    far = _repeats(rows, 0, 9, step)
    near = [(0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1)]
    both_ways = [2 * (2 if dy and dx else 1) for dy, dx in near]
    found = [ways * (_repeats(rows, dy, dx, step) - far) for ways, (dy, dx) in zip(both_ways, near, strict=True)]
    return 1.0 + max(0.0, float(sum(found)))


def _repeats(rows: Array, dy: int, dx: int, step: float) -> float:
    """Return the share of equal pairs beyond that of pairs one step apart."""
    difference = np.abs(rows[dy:, dx:] - rows[: len(rows) - dy, : rows.shape[1] - dx])
    same = float((difference < 0.5 * step).mean())
    return same - float(((difference > 0.5 * step) & (difference < 1.5 * step)).mean()) / 2
