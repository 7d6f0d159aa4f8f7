"""Which way a picture stores its signal: bright bands on a dark ground, or dark bands on a light one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

_ROWS_LOOKED_AT = 300  # the picture is reduced to about this many rows, so that scales mean the same in every scan
_GROUND_PX = (20.0, 40.0)  # in the reduced picture: wider than a band is high, narrower than a membrane
_BAND_PX = 2.0
_SURE_CONTRAST = 0.4
_SURE_SHARE = 0.003  # of the pixels: a few specks tell nothing


class Polarity(NamedTuple):
    """What the picture says: `dark_bands`, and `confidence` from 0 (a toss-up) to 1."""

    dark_bands: bool
    confidence: float


def find_polarity(image: NDArray[np.float64]) -> Polarity:
    """Tell from the picture alone whether its bands are darker than their surroundings.

    Bands stand out of their surroundings one way, far more than anything stands out the other way: what exceeds the
    local mean is compared with what falls short of it, beyond the noise. No tag of the file is asked: the MINISWHITE
    tag stands on real scans whose bands hold the larger numbers.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        The numbers as stored.

    Returns
    -------
    Polarity
        `.dark_bands` and `.confidence`.

    Examples
    --------
    >>> picture = np.zeros((100, 200))
    >>> picture[40:48, 20:180] = 50.0
    >>> find_polarity(picture).dark_bands, find_polarity(-picture).dark_bands
    (False, True)
    """
    small = _reduced(image)
    contrast, standing_out = np.mean([_contrast(small, ground) for ground in _GROUND_PX], axis=0)
    sure = min(1.0, abs(contrast) / _SURE_CONTRAST) * min(1.0, standing_out / _SURE_SHARE)
    return Polarity(bool(contrast < 0), float(sure))


def _reduced(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the picture averaged over whole blocks to about 300 rows."""
    step = max(1, image.shape[0] // _ROWS_LOOKED_AT)
    rows, columns = (n // step * step for n in image.shape)
    blocks = image[:rows, :columns].reshape(rows // step, step, columns // step, step)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float64)


def _contrast(image: NDArray[np.float64], ground_px: float) -> tuple[float, float]:
    """Return (bright - dark) / (bright + dark) of what stands out of the local ground, and which share does."""
    rest = gaussian_filter(image, _BAND_PX) - gaussian_filter(image, ground_px, mode="nearest")
    edge = min(8, min(image.shape) // 8)  # frames of photographs and cut membranes lie there
    rest = rest[edge:-edge, edge:-edge] if edge else rest
    floor = 5 * 1.4826 * float(np.median(np.abs(rest - np.median(rest))))
    bright = float((np.maximum(rest - floor, 0) ** 1.5).sum())
    dark = float((np.maximum(-rest - floor, 0) ** 1.5).sum())
    contrast = (bright - dark) / (bright + dark) if bright + dark > 0 else 0.0
    return contrast, float((np.abs(rest) > floor).mean())
