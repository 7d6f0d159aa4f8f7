"""Which way a picture stores its signal: bright bands on a dark ground, or dark bands on a light one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, label, maximum_filter, minimum_filter, uniform_filter

Array = NDArray[np.float64]

_PIXELS_LOOKED_AT = 60_000  # the picture is reduced to about this many, so that scales mean the same in every scan
_FEWEST_A_SIDE = 32
# Lengths and areas in the reduced picture.
_LEVELS = 16
_FLEETING_LEVELS = 2  # what shows at no more of them than this is grain of the ground
_SMALLEST_ISLAND_PX = 12
_LARGEST_ISLANDS = (0.01, 0.02, 0.04, 0.08)  # of the picture: one band, up to a row of bands that run together
_WINDOW_PX = 15  # a band is narrower than this one way at least
_GROUNDS_PX = (27, 53)  # wider than a band is high, narrower than a membrane
_WEIGHT = 0.3  # of the two lesser cues, against the islands
_SURE, _SURE_ISLANDS = 0.65, 0.3
_MOST_AT_ONE_END = 0.97  # of all pixels: what is left of such a picture is specks
_ENOUGH_ISLANDS = 0.01  # of all pixels, summed over the levels: a few specks tell nothing


class Polarity(NamedTuple):
    """What the picture says: `dark_bands`, and `confidence` from 0 (a toss-up) to 1."""

    dark_bands: bool
    confidence: float


def find_polarity(image: Array) -> Polarity:
    """Tell from the picture alone whether its bands are darker than their surroundings.

    Bands are islands, their ground is the sea: cut at any level, what is signal falls into small closed pieces, and
    what is ground hangs together and reaches the picture's edges. So the area of bright islands, over all levels, is
    set against that of dark ones; edges of a membrane, frames, gradients and vignettes make neither. Two lesser cues
    join in: what is narrower than a window (top hat against bottom hat), and what differs from the local mean. Where
    they contradict the islands, or there are hardly any, confidence is low; where nearly all is clipped it is none. No
    tag of the file is asked: MINISWHITE stands on real scans whose bands hold the larger numbers.

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
    islands, share = _islands_contrast(small)
    hats, local = _hats_contrast(small), float(np.mean([_local_contrast(small, ground) for ground in _GROUNDS_PX]))
    score = (islands + _WEIGHT * (hats + local)) / (1 + 2 * _WEIGHT)
    sure = min(1.0, abs(score) / _SURE) * min(1.0, abs(islands) / _SURE_ISLANDS) * min(1.0, share / _ENOUGH_ISLANDS)
    if max((image == image.min()).mean(), (image == image.max()).mean()) > _MOST_AT_ONE_END:
        sure = 0.0
    return Polarity(bool(score < 0), float(sure))


def _reduced(image: Array) -> Array:
    """Return the picture averaged over whole blocks to about 60,000 pixels."""
    step = round(np.sqrt(image.size / _PIXELS_LOOKED_AT))
    step = max(1, min(step, min(image.shape) // _FEWEST_A_SIDE))
    rows, columns = (n // step for n in image.shape)
    high = image[: rows * step, : columns * step].reshape(rows, step, columns * step).mean(axis=1)
    return np.asarray(high.reshape(rows, columns, step).mean(axis=2), dtype=np.float64)


def _islands_contrast(image: Array) -> tuple[float, float]:
    """Return (bright - dark) / (bright + dark) of the area of islands, and how large it is where they are no grain."""
    smooth = gaussian_filter(image, 1.5)
    low, high = np.percentile(smooth, (0.2, 99.8))
    levels = low + (high - low) * (np.arange(_LEVELS) + 0.5) / _LEVELS
    sides = [
        np.array([_islands(side > level) for level in side_levels])
        for side, side_levels in ((smooth, levels), (-smooth, -levels))
    ]
    bright, dark = (areas.sum(axis=0) for areas in sides)
    contrast = float(np.mean([_contrast(b, d) for b, d in zip(bright, dark, strict=True)]))
    seen = int((sides[0 if contrast > 0 else 1][:, -1] > 0).sum())
    lasting = np.clip((seen - _FLEETING_LEVELS) / _FLEETING_LEVELS, 0, 1)
    return contrast, float(lasting * (bright + dark)[-1] / image.size)


def _islands(mask: NDArray[np.bool_]) -> Array:
    """Return the area of the pieces that end inside the picture, up to each of the largest sizes."""
    pieces, count = label(mask)
    areas = np.bincount(pieces.ravel(), minlength=count + 1)
    areas[0] = 0
    for edge in (pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]):
        areas[edge] = 0
    areas = areas[areas >= _SMALLEST_ISLAND_PX]
    return np.array([areas[areas <= share * mask.size].sum() for share in _LARGEST_ISLANDS], dtype=np.float64)


def _hats_contrast(image: Array) -> float:
    """Return the contrast of what is too narrow for a window to fit in; half-planes, edges and frames are not."""
    smooth = np.pad(gaussian_filter(image, 1.0), _WINDOW_PX, mode="edge")
    opened = maximum_filter(minimum_filter(smooth, _WINDOW_PX), _WINDOW_PX)
    closed = minimum_filter(maximum_filter(smooth, _WINDOW_PX), _WINDOW_PX)
    inside = slice(_WINDOW_PX, -_WINDOW_PX)
    bright, dark = (smooth - opened)[inside, inside], (closed - smooth)[inside, inside]
    floor = 4 * max(_spread(bright), _spread(dark)) + min(float(np.median(bright)), float(np.median(dark)))
    return _contrast(_beyond(bright, floor), _beyond(dark, floor))


def _local_contrast(image: Array, ground_px: int) -> float:
    """Return the contrast of what exceeds the local mean, and what falls short of it, beyond the noise."""
    ground = image
    for _ in range(3):  # three boxes are nearly a Gaussian, and fast at any width
        ground = uniform_filter(ground, ground_px, mode="nearest")
    rest = gaussian_filter(image, 2.0) - ground
    edge = min(8, min(image.shape) // 8)  # frames of photographs and cut membranes lie there
    rest = rest[edge:-edge, edge:-edge]
    floor = 5 * _spread(rest)
    return _contrast(_beyond(rest, floor), _beyond(-rest, floor))


def _spread(values: Array) -> float:
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def _beyond(values: Array, floor: float) -> float:
    return float((np.maximum(values - floor, 0) ** 1.5).sum())


def _contrast(bright: float, dark: float) -> float:
    return (bright - dark) / (bright + dark) if bright + dark > 0 else 0.0
