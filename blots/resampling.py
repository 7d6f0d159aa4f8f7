"""Traces of what a picture went through on its way: JPEG's blocks, and enlarging or turning with interpolation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from blots.roughness_spectrum import RoughnessSpectrum

_QUICK = 0.12  # cycles a pixel; slower rhythms may be those of bands
_SURE_QUICK = 22.0
_SURE_SLOW = 65.0
_BLOCK_LINES = 2  # of the four frequencies of a grid of 8 pixels


class PixelGrid(NamedTuple):
    """What the rhythm of the grain tells: `kind` is none, jpeg or resampled; `strength` the power over its ground."""

    kind: str
    strength: float
    words: str = ""


def find_pixel_grid(spectrum: RoughnessSpectrum | None) -> PixelGrid:
    """Tell JPEG blocks and interpolation from the rhythm of a picture's grain.

    Parameters
    ----------
    spectrum : RoughnessSpectrum or None
        See `blots.roughness_spectrum`.

    Returns
    -------
    PixelGrid
        Blocks of 8 pixels (also enlarged ones of 16) are JPEG's; any other rhythm is that of interpolation.

    References
    ----------
    Popescu A. C., Farid H., IEEE Trans. Signal Process. 53:758 (2005), doi:10.1109/TSP.2004.839932.

    Examples
    --------
    >>> from scipy.ndimage import rotate
    >>> from blots.roughness_spectrum import roughness_spectrum
    >>> noise = np.random.default_rng(0).normal(size=(300, 300))
    >>> find_pixel_grid(roughness_spectrum(rotate(noise, 3, reshape=False))).kind
    'resampled'
    """
    if spectrum is None:
        return PixelGrid("none", 0.0)
    for block in (8, 16):
        lines = sorted((spectrum.at(0.0, k / block) for k in (1, 2, 3, 5, 6, 7) if k / block < 0.5), reverse=True)
        sure = _SURE_QUICK if block == 8 else _SURE_SLOW / 2
        if lines[_BLOCK_LINES - 1] > sure:
            return PixelGrid("jpeg", lines[0], f"blocks of {block} pixels as JPEG compression leaves them")
    return _interpolation(spectrum)


def _interpolation(spectrum: RoughnessSpectrum) -> PixelGrid:
    speed = np.hypot(spectrum.frequencies[:, None], spectrum.frequencies)
    sure = spectrum.together / np.where(speed < _QUICK, _SURE_SLOW, _SURE_QUICK)
    place = np.unravel_index(int(sure.argmax()), sure.shape)
    strength = float(spectrum.together[place])
    if sure[place] <= 1:
        return PixelGrid("none", strength)
    down, across = (abs(float(spectrum.frequencies[k])) for k in place)
    return PixelGrid("resampled", strength, f"its grain repeats {max(down, across):.3f} times a pixel")
