"""Image files: the only room that opens them. A path goes in, a Blot comes out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blots.blot import Blot
from blots.cautions import caution
from blots.clipping import find_saturated
from blots.errors import UnreadableImage
from blots.fitness import Encoding, judge
from blots.polarity import find_polarity

_SMALLEST_PX = 32
_UNSURE_POLARITY = 0.3
_EXPORT = "Export the scan as a 16-bit greyscale TIFF."


class StoredImage(NamedTuple):
    """One page of a file: `pixels` (rows, columns) or (rows, columns, channels) as stored, and how it was held."""

    pixels: NDArray[np.generic]
    encoding: Encoding


def read_blot(path: str | Path, page: int = 0, channel: int | None = None) -> Blot:
    """Read one image of a membrane as linear signal, whichever way it stores its bands.

    Parameters
    ----------
    path : str or Path
        A TIFF (8, 16 or 32 bits, float, grey or colour), PNG, JPEG or BMP file.
    page : int
        The page of a multi-page TIFF, from 0.
    channel : int, optional
        The colour channel, from 0. When absent, equal channels are taken as grey and unlike ones are averaged, with
        a caution.

    Returns
    -------
    Blot
        `.signal` (larger is more), `.saturated`, `.fitness` and `.cautions`.

    Raises
    ------
    UnreadableImage
        When the file is missing, no image, has no such page or channel, is smaller than 32 pixels either way, holds
        numbers that are not finite, or shows the same level everywhere.

    Examples
    --------
    >>> import tempfile
    >>> from blots.simulate import example_design, simulate_blot, write_blot_tiff
    >>> rng = np.random.default_rng(0)
    >>> picture = simulate_blot(example_design(rng), rng=rng).image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_blot_tiff(Path(folder) / "rep1.tif", picture)
    ...     blot = read_blot(Path(folder) / "rep1.tif")
    >>> blot.name, blot.shape, blot.fitness
    ('rep1.tif', (620, 1000), 'quantitative')
    """
    path = Path(path)
    stored = _read_tiff(path, page) if _is_tiff(path) else _read_picture(path, page)
    image, encoding = _grey(path.name, stored, channel)
    kind = stored.pixels.dtype
    ceiling = None if kind.kind == "f" else float(np.iinfo(kind.str).max) if kind.kind in "iu" else 255.0
    return blot_from_array(image, path.name, encoding=encoding, ceiling=ceiling)


def blot_from_array(
    image: ArrayLike, name: str, encoding: Encoding | None = None, ceiling: float | None = 65535.0
) -> Blot:
    """Return the Blot of a picture that is already in memory.

    Parameters
    ----------
    image : array_like, shape (rows, columns)
        Linear numbers of either polarity.
    name : str
        What messages call it.
    encoding : Encoding, optional
        How it was held; 16-bit grey when absent.
    ceiling : float or None
        The largest number that its type can hold.

    Raises
    ------
    UnreadableImage
        As `read_blot`.

    Examples
    --------
    >>> from blots.simulate import example_design, simulate_blot
    >>> rng = np.random.default_rng(0)
    >>> blot = blot_from_array(simulate_blot(example_design(rng), rng=rng).image, "simulated")
    >>> blot.stored_dark_bands
    False
    """
    image = np.asarray(image, dtype=np.float64)
    _check_measurable(name, image)
    polarity = find_polarity(image)
    full = float(image.max()) if ceiling is None else ceiling
    signal = full - image if polarity.dark_bands else image
    saturated = find_saturated(signal, ceiling)
    fitness, reasons = judge(signal, saturated, encoding or Encoding(bits=16))
    if polarity.confidence < _UNSURE_POLARITY:
        words = f"bands were taken as {'darker' if polarity.dark_bands else 'brighter'} than their ground"
        reasons = (*reasons, caution("polarity_unsure", words))
    return Blot(name, signal, saturated, fitness, reasons, polarity.dark_bands, polarity.confidence)


def _is_tiff(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UnreadableImage(
            path.name, expected="an image file", got=(error.strerror or "no file").lower(), remedy="Check the path."
        ) from error
    return start in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def _read_tiff(path: Path, page: int) -> StoredImage:
    import tifffile

    try:
        with _quiet("tifffile"), tifffile.TiffFile(path) as file:
            pages = len(file.pages)
            if pages == 0:
                raise UnreadableImage(path.name, expected="an image", got="a TIFF that holds none", remedy=_EXPORT)
            if not 0 <= page < pages:
                raise _no_such("page", path.name, page, pages)
            found = file.pages[page]
            if not isinstance(found, tifffile.TiffPage):
                found = file.pages[page].aspage()
            pixels = np.asarray(found.asarray())
            palette = int(found.photometric) == 3
            lossy = int(found.compression) in (6, 7, 34892, 33003, 33005, 34712)
            bits = int(np.max(found.bitspersample))
            if palette:
                pixels = np.moveaxis(np.asarray(found.colormap)[:, pixels], 0, -1)
    except UnreadableImage:
        raise
    except Exception as error:  # a damaged file can fail anywhere inside the decoder
        raise UnreadableImage(path.name, expected="a whole TIFF image", got=_why(error), remedy=_EXPORT) from error
    return StoredImage(np.squeeze(pixels), Encoding(bits=bits, lossy=lossy))


@contextmanager
def _quiet(logger: str) -> Iterator[None]:
    """Keep a library from writing its doubts to the terminal; what goes wrong is said by our own errors."""
    log = logging.getLogger(logger)
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _read_picture(path: Path, page: int) -> StoredImage:
    from PIL import Image, UnidentifiedImageError

    if page != 0:
        raise _no_such("page", path.name, page, 1)
    try:
        with Image.open(path) as file:
            lossy = file.format in ("JPEG", "WEBP", "JPEG2000")
            shown = file.convert("RGB") if file.mode in ("P", "CMYK", "YCbCr", "LAB", "HSV") else file
            pixels = np.asarray(shown)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImage(path.name, expected="an image", got=_why(error), remedy=_EXPORT) from error
    return StoredImage(pixels, Encoding(bits=8 * pixels.dtype.itemsize, lossy=lossy))


def _grey(name: str, stored: StoredImage, channel: int | None) -> tuple[NDArray[np.float64], Encoding]:
    encoding = stored.encoding
    pixels = stored.pixels.astype(np.float64) * (255 if stored.pixels.dtype == bool else 1)
    if pixels.ndim == 2:
        if channel is not None and channel != 0:
            raise _no_such("channel", name, channel, 1)
        return pixels, encoding
    if pixels.ndim != 3 or min(pixels.shape[0], pixels.shape[2]) > 8:
        raise UnreadableImage(name, expected="a flat image", got=f"an array of shape {pixels.shape}", remedy=_EXPORT)
    layers = pixels if pixels.shape[2] <= 8 else np.moveaxis(pixels, 0, -1)
    if channel is not None:
        if not 0 <= channel < layers.shape[2]:
            raise _no_such("channel", name, channel, layers.shape[2])
        return layers[..., channel], encoding
    colours = layers[..., :3] if layers.shape[2] >= 3 else layers[..., :1]
    if (colours == colours[..., :1]).all():
        return colours[..., 0], encoding
    return colours.mean(axis=2), Encoding(bits=encoding.bits, colour=True, lossy=encoding.lossy)


def _check_measurable(name: str, image: NDArray[np.float64]) -> None:
    if image.ndim != 2 or min(image.shape) < _SMALLEST_PX:
        got = " x ".join(map(str, image.shape))
        raise UnreadableImage(
            name, expected=f"at least {_SMALLEST_PX} x {_SMALLEST_PX} pixels", got=got, remedy=_EXPORT
        )
    if not np.isfinite(image).all():
        raise UnreadableImage(name, expected="finite numbers", got="NaN or infinity", remedy=_EXPORT)
    if image.min() == image.max():
        got = f"the level {image.min():g} everywhere"
        raise UnreadableImage(name, expected="a picture of bands", got=got, remedy="Check that this is the right file.")


def _no_such(what: str, name: str, asked: int, there: int) -> UnreadableImage:
    return UnreadableImage(
        name, expected=f"{what} {asked}", got=f"{there} {what}{'s' if there != 1 else ''}", remedy="Count from 0."
    )


def _why(error: Exception) -> str:
    """Return a short reason without the file's path, which the message names already."""
    if type(error).__name__ == "UnidentifiedImageError":
        return "a file that is no image"
    return f"a file that can't be decoded ({type(error).__name__})"
