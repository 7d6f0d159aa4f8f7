"""From the layers of a picture to one grey picture: equal colours, a named channel, a palette, transparent pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blots.burnt_in import has_coloured_marks
from blots.cautions import caution
from blots.errors import UnreadableImage
from blots.fitness import Encoding

_TINT = 40  # of 255: colours whose red, green and blue lie closer together are greys with a tint
_STEP = 24  # of 255: neighbours in a lookup table are no further apart than this


class Grey(NamedTuple):
    """One layer, how it was held, and what is in doubt about it."""

    pixels: NDArray[np.generic]
    encoding: Encoding
    cautions: tuple[str, ...] = ()


def grey_of_colours(name: str, layers: NDArray[np.generic], encoding: Encoding, channel: int | None) -> Grey:
    """Return the grey picture of red, green and blue layers.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    layers : ndarray, shape (rows, columns, layers)
        Colours without their transparency.
    encoding : Encoding
        How they were held.
    channel : int, optional
        The layer to take. When absent, equal layers are grey, a single layer that shows anything is taken, and unlike
        ones are averaged and called colour.

    Raises
    ------
    UnreadableImage
        When there is no such channel.

    Examples
    --------
    >>> equal = np.repeat(np.arange(6).reshape(2, 3, 1), 3, axis=2)
    >>> grey_of_colours("a.png", equal, Encoding(bits=8), None).encoding.colour
    False
    """
    count = layers.shape[2]
    if channel is not None:
        return Grey(layers[..., _there(name, channel, count)], encoding)
    unlike = [n for n in range(1, count) if not np.array_equal(layers[..., n], layers[..., 0])]
    if not unlike:
        return Grey(layers[..., 0], encoding)
    shown = [n for n in range(count) if np.ptp(layers[..., n]) > 0]
    if len(shown) == 1:
        return Grey(layers[..., shown[0]], encoding, (_chosen(shown[0], count, "the others are empty"),))
    marked = has_coloured_marks(layers)
    return Grey(layers.mean(axis=2, dtype=np.float64), replace(encoding, colour=True, coloured_marks=marked))


def grey_of_channels(name: str, layers: NDArray[np.generic], encoding: Encoding, channel: int | None) -> Grey:
    """Return one of several layers that are no colours but separate measurements.

    Parameters are those of `grey_of_colours`; an undeclared channel is the first one, with a caution.

    Examples
    --------
    >>> grey_of_channels("a.tif", np.arange(8).reshape(2, 2, 2), Encoding(bits=16), None).cautions
    ('channel_chosen: channel 0 of 2 was taken',)
    """
    count = layers.shape[2]
    if channel is None and count > 1:
        return Grey(layers[..., 0], encoding, (_chosen(0, count),))
    return Grey(layers[..., _there(name, channel or 0, count)], encoding)


def grey_of_palette(indices: NDArray[np.generic], palette: NDArray[np.float64], encoding: Encoding) -> Grey:
    """Return the grey picture of a palette image.

    A palette of greys, tinted or not, is what it shows. Where the colours follow one another smoothly they are a
    lookup table laid over measured numbers, and those numbers are taken. Else nobody can tell which of two colours
    means more signal: the mean is shown, and called false colour.

    Parameters
    ----------
    indices : ndarray of int, shape (rows, columns)
        The stored numbers.
    palette : ndarray, shape (entries, 3)
        Red, green and blue, 0 to 255.
    encoding : Encoding
        How they were held.

    Examples
    --------
    >>> greys = np.repeat(np.arange(256.0)[::-1, None], 3, axis=1)
    >>> int(grey_of_palette(np.array([[0, 255]]), greys, Encoding(bits=8)).pixels[0, 0])
    255
    """
    entries = palette[: int(indices.max()) + 1] if indices.size else palette
    used = entries[np.unique(indices)]
    tint = float(np.ptp(used, axis=1).max())
    if tint == 0:
        return Grey(palette[:, 0].astype(np.float64)[indices], encoding)
    shown = palette.mean(axis=1)[indices]
    if tint <= _TINT:
        return Grey(shown, replace(encoding, colour=True))
    steps = np.abs(np.diff(used, axis=0)).max(axis=1)
    if len(used) >= 64 and float(np.percentile(steps, 95)) <= _STEP:
        words = "the numbers under the lookup table of colours were taken"
        return Grey(indices, encoding, (caution("lookup_table", words),))
    return Grey(shown, replace(encoding, colour=True, false_colour=True))


def transparency(alpha: NDArray[np.generic], opaque: float) -> tuple[str, ...]:
    """Return the caution on transparent pixels, none where every pixel is opaque.

    Examples
    --------
    >>> transparency(np.array([[255, 0]]), 255)
    ('transparent: 50 % of the pixels are transparent and count with the numbers stored under them',)
    """
    share = float(np.mean(alpha.astype(np.float64) < opaque))
    if share == 0:
        return ()
    words = f"{share * 100:.2g} % of the pixels are transparent and count with the numbers stored under them"
    return (caution("transparent", words),)


def no_such(what: str, name: str, asked: object, there: int) -> UnreadableImage:
    """Return the error for a page or channel that a file does not have.

    Examples
    --------
    >>> print(no_such("page", "a.tif", 3, 2))
    a.tif: expected a page from 0 to 1, got 3. Count from 0.
    """
    expected = f"a {what} from 0 to {there - 1}" if there > 1 else f"{what} 0, the only one"
    return UnreadableImage(name, expected=expected, got=f"{asked}", remedy="Count from 0.")


def _there(name: str, channel: int, count: int) -> int:
    if not 0 <= channel < count:
        raise no_such("channel", name, channel, count)
    return channel


def _chosen(channel: int, count: int, why: str = "") -> str:
    return caution("channel_chosen", f"channel {channel} of {count} was taken{f', {why}' if why else ''}")
