"""The one scale of grey of a strip: which signal is printed white and which black, the same in every lane."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

Array = NDArray[np.float64]

_WHITE = 1.0  # percentile of the strip: nearly all of its background stays grey
_GRAIN = 3  # px: a speck of dust is smaller and does not set the scale
_LEAST_NOISES = 25.0  # white to black; where a strip holds no band its noise must not be stretched into one
_DIGITS = 4  # of the window's width: limits that a person can read and type


class GreyWindow(NamedTuple):
    """Signal printed white and signal printed black, linear between them."""

    white: float
    black: float

    def beyond(self, pixels: Array) -> tuple[float, float]:
        """Return which part of the pixels is lighter than white and which is darker than black.

        Examples
        --------
        >>> GreyWindow(1.0, 3.0).beyond(np.array([[0.0, 1.0], [2.0, 9.0]]))
        (0.25, 0.25)
        """
        return float((pixels < self.white).mean()), float((pixels > self.black).mean())


def grey_window(pixels: Array, bands: NDArray[np.bool_]) -> GreyWindow:
    """Return the scale of grey for a strip.

    White is the strip's first percentile, so that the background is seen; black is its strongest band, so that no band
    is cut. Specks smaller than a band may be printed black. Where the strongest band hardly rises over the noise, the
    window is at least 25 times the noise wide.

    Parameters
    ----------
    pixels : ndarray, shape (rows, columns)
        The strip's signal, more being larger.
    bands : ndarray of bool, shape (rows, columns)
        Where its bands lie; all of the strip where none is marked.

    Examples
    --------
    >>> pixels = np.tile(np.arange(100.0, 200.0), (20, 1))
    >>> pixels[8:12, 40:60] = 4000.0
    >>> pixels[3, 3] = 60_000.0
    >>> grey_window(pixels, pixels == 4000.0)
    GreyWindow(white=100.0, black=4000.0)
    """
    white = float(np.percentile(pixels, _WHITE))
    smooth = median_filter(pixels, size=_GRAIN, mode="nearest")
    strongest = float(smooth[bands].max()) if bands.any() else float(smooth.max())
    # A single pixel of a band may stand above its neighbours by noise: that much is left above the median of nine.
    black = max(strongest + 2.0 * _noise(pixels), white + _LEAST_NOISES * _noise(pixels), white + 1e-9)
    step = 10.0 ** (np.floor(np.log10(black - white)) - (_DIGITS - 1))
    return GreyWindow(
        float(_tidy(np.floor(white / step) * step, step)), float(_tidy(np.ceil(black / step) * step, step))
    )


def _tidy(value: float, step: float) -> float:
    return float(round(value, max(0, -int(np.floor(np.log10(step))))))


def _noise(pixels: Array) -> float:
    """Return the noise of a pixel, from second differences along a row, which a slope does not raise."""
    steps = np.abs(np.diff(pixels, 2, axis=1))
    return 1.4826 * float(np.median(steps)) / float(np.sqrt(6)) if steps.size else 0.0
