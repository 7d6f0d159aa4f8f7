"""From a stored picture to a Blot: its polarity, what is clipped, and the verdict on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.blot import Blot
from blots.cautions import caution
from blots.clipping import find_saturated
from blots.errors import UnreadableImage
from blots.fitness import judge
from blots.polarity import Polarity, find_polarity
from blots.stored_image import StoredImage

_SMALLEST_PX = 32
_LARGEST_NUMBER = 1e30  # squares and sums of larger ones leave the floating range
UNSURE_POLARITY = 0.3
_EXPORT = "Export the scan as a 16-bit greyscale TIFF."


def as_blot(name: str, stored: StoredImage) -> Blot:
    """Return the Blot of a stored picture: more signal is the larger number, and what is clipped or unfit is said.

    Parameters
    ----------
    name : str
        What messages call it.
    stored : StoredImage
        The numbers of the file, and how they were held.

    Raises
    ------
    UnreadableImage
        When the picture is smaller than 32 pixels either way, holds numbers that are not finite or larger than any
        scanner writes, or shows the same level everywhere.

    Examples
    --------
    >>> from blots.fitness import Encoding
    >>> picture = 60000 - 50 * np.add.outer(np.arange(100.0), np.arange(200))
    >>> picture[40:48, 20:180] -= 20000
    >>> blot = as_blot("dark", StoredImage(picture, Encoding(bits=16), 0.0, 65535.0))
    >>> blot.stored_dark_bands, float(blot.signal[0, 0])
    (True, 5535.0)
    """
    image = np.asarray(stored.pixels, dtype=np.float64)
    _check_measurable(name, image)
    polarity = _polarity(image, stored.bright_bands)
    signal, ceiling = _as_signal(image, polarity.dark_bands, stored)
    saturated = find_saturated(signal, ceiling)
    fitness, reasons = judge(signal, saturated, stored.encoding)
    reasons = (*reasons, *stored.cautions)
    if polarity.confidence < UNSURE_POLARITY:
        words = f"bands were taken as {'darker' if polarity.dark_bands else 'brighter'} than their ground"
        reasons = (*reasons, caution("polarity_unsure", words))
    metadata = dict(stored.metadata)
    return Blot(name, signal, saturated, fitness, reasons, polarity.dark_bands, polarity.confidence, metadata)


def _polarity(image: NDArray[np.float64], bright_bands: bool) -> Polarity:
    """Return the polarity that the picture shows; a format that defines it wins, and a picture that differs is told."""
    seen = find_polarity(image)
    if not bright_bands:
        return seen
    return Polarity(False, 0.0 if seen.dark_bands and seen.confidence >= UNSURE_POLARITY else 1.0)


def _as_signal(
    image: NDArray[np.float64], dark_bands: bool, stored: StoredImage
) -> tuple[NDArray[np.float64], float | None]:
    """Return the picture with more signal as the larger number, and the number at which its type ends."""
    if not dark_bands:
        return image, stored.ceiling
    if stored.ceiling is None or stored.floor is None:
        return float(image.max()) - image, None
    if stored.floor < 0 and image.min() < 0:  # signed numbers that use their sign
        return float(image.max()) - image, float(image.max()) - stored.floor
    return stored.ceiling - image, stored.ceiling


def _check_measurable(name: str, image: NDArray[np.float64]) -> None:
    if image.ndim != 2 or min(image.shape) < _SMALLEST_PX:
        got = " x ".join(map(str, image.shape))
        raise UnreadableImage(
            name, expected=f"at least {_SMALLEST_PX} x {_SMALLEST_PX} pixels", got=got, remedy=_EXPORT
        )
    low, high = float(image.min()), float(image.max())
    if not np.isfinite(low + high):
        raise UnreadableImage(name, expected="finite numbers", got="NaN or infinity", remedy=_EXPORT)
    if max(-low, high) > _LARGEST_NUMBER:
        got = f"numbers up to {max(-low, high):.3g}"
        raise UnreadableImage(name, expected="numbers that a scanner writes", got=got, remedy=_EXPORT)
    if low == high:
        got = f"the level {low:g} everywhere"
        raise UnreadableImage(name, expected="a picture of bands", got=got, remedy="Check that this is the right file.")
