"""How much the numbers of a picture scatter by themselves: camera read-out and photon noise, told from the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LEVELS = 24


@dataclass(frozen=True)
class NoiseModel:
    """Variance of a pixel: `floor` + `gain` times its level above `zero`.

    Examples
    --------
    >>> NoiseModel(floor=100.0, gain=2.0, zero=0.0).variance(np.array([0.0, 50.0])).tolist()
    [100.0, 200.0]
    """

    floor: float
    gain: float
    zero: float

    def variance(self, level: Array) -> Array:
        """Return the variance of pixels at these levels."""
        return np.asarray(self.floor + self.gain * np.maximum(level - self.zero, 0))


def estimate_noise(signal: Array, leave_out: NDArray[np.bool_] | None = None) -> NoiseModel:
    """Estimate the noise from how neighbouring pixels of a row differ, level by level (photon transfer).

    Second differences along the row cancel gradients and the flat inside of lanes; medians ignore edges and dust.

    Parameters
    ----------
    signal : ndarray, shape (rows, columns)
        Linear signal.
    leave_out : ndarray of bool, shape (rows, columns), optional
        Pixels whose noise is another: clipped ones have none.

    Returns
    -------
    NoiseModel
        Never below the rounding of whole numbers.

    References
    ----------
    Janesick J. R., Photon Transfer (SPIE 2007), doi:10.1117/3.725073.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> level = np.tile(np.linspace(500, 5000, 400), (300, 1))
    >>> noise = estimate_noise(rng.poisson(level / 2) * 2 + rng.normal(0, 10, level.shape))
    >>> bool(1.8 < noise.gain < 2.2)
    True
    """
    left, middle, right = signal[:, :-2], signal[:, 1:-1], signal[:, 2:]
    spread = ((2 * middle - left - right) ** 2).ravel()[::3]
    level = ((left + middle + right) / 3).ravel()[::3]
    if leave_out is not None and leave_out.any():
        own = ~(leave_out[:, :-2] | leave_out[:, 1:-1] | leave_out[:, 2:]).ravel()[::3]
        if own.any():
            spread, level = spread[own], level[own]
    edges = np.unique(np.quantile(level, np.linspace(0, 1, _LEVELS + 1)))
    bins = np.clip(np.searchsorted(edges, level, side="right") - 1, 0, len(edges) - 2)
    levels, variances, counts = [], [], []
    for b in range(max(len(edges) - 1, 1)):
        inside = spread[bins == b]
        if inside.size >= 50:
            # Median of a squared normal deviate is 0.4549 of its variance; the stencil's gain is 6.
            variances.append(float(np.median(inside)) / 0.4549 / 6)
            levels.append(float(level[bins == b].mean()))
            counts.append(inside.size)
    zero = float(edges[0])
    # Rounding to whole numbers adds a twelfth; floats of 0 to 1 are not rounded so.
    whole = np.array_equal(signal[::7], np.rint(signal[::7]))
    least = 1 / 12 if whole else max((1e-7 * float(np.ptp(signal))) ** 2, 1e-300)
    if not levels:
        return NoiseModel(least, 0.0, zero)
    floor, gain = _line(np.array(levels) - zero, np.array(variances), np.array(counts))
    return NoiseModel(max(floor, least), max(gain, 0.0), zero)


def _line(level: Array, variance: Array, counts: Array) -> tuple[float, float]:
    """Return intercept and slope of variance against level, each variance weighted by its own precision."""
    weight = counts / np.maximum(variance, max(1e-9 * float(variance.max()), 1e-150)) ** 2
    x, y = np.average(level, weights=weight), np.average(variance, weights=weight)
    spread = float((weight * (level - x) ** 2).sum())
    slope = float((weight * (level - x) * (variance - y)).sum()) / spread if spread > 0 else 0.0
    slope = max(slope, 0.0)
    return float(y - slope * x), slope
