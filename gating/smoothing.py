"""Smoothing a histogram, the first step of every look for a mode or a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gaussian(sigma_bins: float) -> NDArray[np.float64]:
    """Return the weights of a Gaussian of `sigma_bins`, cut at four SD, that sum to 1.

    Examples
    --------
    >>> gaussian(0.5).size, round(float(gaussian(3.0).sum()), 12)
    (5, 1.0)
    """
    reach = int(np.ceil(4 * sigma_bins))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_bins) ** 2)
    return np.asarray(kernel / kernel.sum(), dtype=np.float64)


def smooth(histogram: NDArray[np.float64], sigma_bins: float) -> NDArray[np.float64]:
    """Return a histogram convolved with a Gaussian of `sigma_bins`, same shape.

    Examples
    --------
    >>> float(smooth(np.array([0.0, 0.0, 1.0, 0.0, 0.0]), 0.5).argmax())
    2.0
    """
    kernel = gaussian(sigma_bins)
    padded = np.pad(np.asarray(histogram, dtype=np.float64), len(kernel) // 2)
    return np.convolve(padded, kernel, mode="valid")
