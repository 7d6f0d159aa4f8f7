"""Which events are whole single cells: debris and doublets left out, dying cells kept.

Dying cells shrink, so both limits follow size: the debris limit is the gap below the smallest cells, and a doublet is
an event whose pulse is too long *for its size*.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCATTER_DECADES = (1.0, 7.5)  # FSC from 10 to 30 million covers 10-bit to 24-bit instruments
SCATTER_BINS = 650
SMOOTHING_DECADES = 0.025
# No cell is this small or this large a part of the main cells; the gap is looked for between.
SEARCH = (0.10, 0.45)
MAD_TO_SD = 1.4826
DOUBLET_LIMIT_SD = 4.0


def scatter_histogram(forward: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the counts of log10 forward scatter, shape (650,); what is zero or below falls into the first bin.

    Examples
    --------
    >>> int(scatter_histogram(np.array([-5.0, 100.0, 1e5])).sum())
    3
    """
    low, high = SCATTER_DECADES
    decades = np.log10(np.clip(np.nan_to_num(forward, nan=1.0), 10.0**low, 10.0**high * 0.999))
    counts, _ = np.histogram(decades, bins=SCATTER_BINS, range=SCATTER_DECADES)
    return counts


def debris_limit(histogram: NDArray[np.float64]) -> float:
    """Return the forward scatter below which events are debris, from a `scatter_histogram` of tubes pooled.

    The limit is the middle of the emptiest stretch between a tenth and 0.45 of the main cells' size.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> cells, debris = rng.normal(90_000, 9_000, 5_000), rng.normal(8_000, 2_000, 500)
    >>> 12_000 < debris_limit(scatter_histogram(np.concatenate([cells, debris])).astype(float)) < 60_000
    True
    """
    edges = np.linspace(*SCATTER_DECADES, SCATTER_BINS + 1)
    centres = (edges[:-1] + edges[1:]) / 2
    density = smooth(histogram, SMOOTHING_DECADES / (edges[1] - edges[0]))
    density[0] = 0.0
    main = centres[_rightmost_mode(density)]
    inside = np.flatnonzero((centres > main + np.log10(SEARCH[0])) & (centres < main + np.log10(SEARCH[1])))
    emptiest = density[inside].min()
    near = inside[density[inside] <= emptiest + 0.002 * density.max()]
    return float(10.0 ** np.median(centres[near]))


def _rightmost_mode(density: NDArray[np.float64]) -> int:
    """Return the largest cells' mode: the last local maximum that is at least 30 % as high as the highest."""
    rising = np.flatnonzero((density[1:-1] >= density[:-2]) & (density[1:-1] > density[2:])) + 1
    tall = rising[density[rising] >= 0.3 * density.max()]
    return int(tall[-1]) if len(tall) else int(np.argmax(density))


def singlets(area: NDArray[np.float64], height: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return True where a pulse is no longer than a single cell of its size makes it, shape (n_events,).

    The ratio of area to height is compared with its own trend over size, so that small, dying cells are judged as
    small cells; only the upper side is cut, at 4 robust SD.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> height = rng.uniform(2e4, 1e5, 2_000)
    >>> area = height * rng.normal(1.0, 0.03, 2_000)
    >>> area[:50] *= 1.8
    >>> keep = singlets(area, height)
    >>> int(keep[:50].sum()), bool(keep[50:].mean() > 0.998)
    (0, True)
    """
    usable = (area > 0) & (height > 0)
    keep = usable.copy()
    if np.count_nonzero(usable) < 100:
        return usable
    size, ratio = np.log(area[usable]), np.log(area[usable]) - np.log(height[usable])
    edges = np.quantile(size, np.linspace(0.05, 0.90, 11))
    bins = [(size >= a) & (size < b) for a, b in itertools.pairwise(edges)]
    middles = np.array([np.median(size[b]) for b in bins if b.any()])
    levels = np.array([np.median(ratio[b]) for b in bins if b.any()])
    slope, offset = np.polyfit(middles, levels, 1) if len(middles) > 2 else (0.0, float(np.median(ratio)))
    residual = ratio - (slope * size + offset)
    central = (size >= edges[0]) & (size <= edges[-1])
    spread = MAD_TO_SD * float(np.median(np.abs(residual[central] - np.median(residual[central]))))
    keep[usable] = residual < np.median(residual[central]) + DOUBLET_LIMIT_SD * max(spread, 0.005)
    return keep


def smooth(histogram: NDArray[np.float64], sigma_bins: float) -> NDArray[np.float64]:
    """Return a histogram convolved with a Gaussian of `sigma_bins`, same shape.

    Examples
    --------
    >>> float(smooth(np.array([0.0, 0.0, 1.0, 0.0, 0.0]), 0.5).argmax())
    2.0
    """
    reach = int(np.ceil(4 * sigma_bins))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_bins) ** 2)
    padded = np.pad(np.asarray(histogram, dtype=np.float64), reach)
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")
