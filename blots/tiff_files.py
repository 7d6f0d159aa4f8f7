"""TIFF files: which pages and channels they hold, and the one that is asked for, whatever its bits and packing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from blots.cautions import caution
from blots.colours import Grey, grey_of_channels, grey_of_colours, grey_of_palette, no_such, transparency
from blots.errors import UnreadableImage
from blots.fitness import Encoding
from blots.stored_image import StoredImage, whole_number_range
from blots.tiff_pages import check_whole, planes_of
from blots.typhoon_gel import FILE_TAG, GelLaw, gel_law

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_EXPORT = "Export the scan as a 16-bit greyscale TIFF."
_LOSSY = {6, 7, 34892, 33003, 33005, 34712, 50001, 50002, 52546}  # JPEG and its kin
_GREY, _RGB, _PALETTE, _CMYK, _YCBCR = {0, 1}, 2, 3, 5, 6
_ALPHA = {1, 2}
_ORIENTATION = 274
_DESCRIBED = {271: "maker", 272: "scanner", 305: "program", 306: "acquired"}


def read_tiff(name: str, file: BinaryIO, page: int, channel: int | None) -> StoredImage:
    """Return one image of a TIFF file.

    Pages are the images in the order of the file, reduced copies left out; where ImageJ, OME or another program
    declares channels, a page is a time, slice or position, and its channels are counted apart.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    file : binary file
        The open file.
    page : int
        From 0.
    channel : int, optional
        From 0: a declared channel, or a colour of the page.

    Raises
    ------
    UnreadableImage
        When there is no such page or channel, or the file is cut, damaged or of a kind that is no measured picture.

    Examples
    --------
    >>> import io, tifffile
    >>> stored = io.BytesIO()
    >>> tifffile.imwrite(stored, np.arange(6, dtype=np.uint16).reshape(2, 3))
    >>> read_tiff("a.tif", stored, 0, None).ceiling
    65535.0
    """
    import tifffile

    file.seek(0)
    try:
        with _quiet("tifffile"), tifffile.TiffFile(file, _multifile=False) as tiff:
            return _read(name, tiff, page, channel)
    except UnreadableImage:
        raise
    except Exception as error:  # a damaged file can fail anywhere inside the decoder
        raise _unreadable(name, f"one that can't be decoded ({type(error).__name__})") from error


def _read(name: str, tiff: TiffFile, page: int, channel: int | None) -> StoredImage:
    pages = planes_of(tiff)
    if not pages:
        raise UnreadableImage(name, expected="an image", got="a TIFF that holds none", remedy=_EXPORT)
    if page >= len(pages):
        raise no_such("page", name, page, len(pages))
    cautions: tuple[str, ...] = ()
    if page == 0 and len(pages) > 1:
        cautions = (caution("page_chosen", f"page 0 of {len(pages)} was taken"),)
    planes = pages[page]
    if len(planes) > 1:
        picked = grey_of_channels(name, np.arange(len(planes))[None, None], Encoding(bits=16), channel)
        plane, channel, cautions = planes[int(picked.pixels[0, 0])], None, cautions + picked.cautions
    else:
        plane = planes[0]
    check_whole(name, tiff, plane.page)
    grey = _grey(name, plane.page, np.asarray(plane.decode()), channel)
    return _stored(plane.page, grey, cautions, gel_law(name, _gel_tags(tiff, plane.page)))


def _stored(page: TiffPage, grey: Grey, cautions: tuple[str, ...], law: GelLaw | None) -> StoredImage:
    floor, ceiling = whole_number_range(grey.pixels.dtype, grey.encoding.bits)
    if grey.pixels.dtype.kind == "f" and int(page.photometric) == _PALETTE:
        floor, ceiling = 0.0, 255.0
    elif grey.pixels.dtype.kind == "f" and page.dtype is not None:  # a mean of colours
        floor, ceiling = whole_number_range(page.dtype, grey.encoding.bits)
    said = {key: str(page.tags[code].value).strip() for code, key in _DESCRIBED.items() if code in page.tags}
    cautions = (*cautions, *grey.cautions, *_turned(page))
    if law is None:
        return StoredImage(grey.pixels, grey.encoding, floor, ceiling, cautions, {"format": "TIFF", **said})
    encoding = Encoding(grey.encoding.bits, grey.encoding.colour, grey.encoding.lossy, square_law=law.square)
    limits = [None if limit is None else float(law.signal(limit)) for limit in (floor, ceiling)]
    signal = law.signal(grey.pixels.astype(np.float64))
    return StoredImage(
        signal, encoding, limits[0], limits[1], cautions + law.cautions(), {**said, **law.metadata}, bright_bands=True
    )


def _grey(name: str, page: TiffPage, pixels: NDArray[np.generic], channel: int | None) -> Grey:
    """Return the grey picture of a decoded page."""
    if pixels.dtype.kind not in "buif":
        raise _unreadable(name, f"numbers of type {pixels.dtype}")
    bits, kind = int(np.max(page.bitspersample)), int(page.photometric)
    encoding = Encoding(bits=bits, lossy=int(page.compression) in _LOSSY and bits <= 12)
    layers = _layers(name, page, pixels)
    if kind == _PALETTE and page.colormap is not None and layers.shape[2] == 1:
        if channel is not None and channel > 0:
            raise no_such("channel", name, channel, 1)
        return _of_palette(layers[..., 0], np.asarray(page.colormap).T, encoding)
    if layers.dtype == bool:
        layers = layers.astype(np.uint8)
    if kind in _GREY or kind == _PALETTE:
        colours, extra = layers[..., :1], layers[..., 1:]
        take = grey_of_channels
    elif kind in (_RGB, _CMYK, _YCBCR):
        colours, extra = layers[..., : 4 if kind == _CMYK else 3], layers[..., 4 if kind == _CMYK else 3 :]
        colours, take = _red_green_blue(colours, bits) if kind == _CMYK else colours, grey_of_colours
    else:
        raise _unreadable(name, f"one in the colours of {getattr(page.photometric, 'name', kind)}")
    alpha = [n for n, use in enumerate(page.extrasamples[: extra.shape[2]]) if use in _ALPHA]
    if kind in _GREY:
        colours = np.concatenate([colours, np.delete(extra, alpha, axis=2)], axis=2)
    grey = take(name, colours, encoding, channel)
    seen = [transparency(extra[..., n], whole_number_range(layers.dtype, bits)[1] or 1.0) for n in alpha]
    return Grey(grey.pixels, grey.encoding, (*grey.cautions, *(words for one in seen for words in one)))


def _layers(name: str, page: TiffPage, pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return a decoded page as (rows, columns, samples), however its samples lay."""
    size = (page.imagelength, page.imagewidth)
    if pixels.shape[-2:] == size and pixels.ndim == 2:
        return pixels[..., None]
    if pixels.ndim == 3 and pixels.shape[:2] == size:
        return pixels
    if pixels.ndim == 3 and pixels.shape[1:] == size:
        return np.moveaxis(pixels, 0, -1)
    raise _unreadable(name, f"an array of shape {pixels.shape}")


def _of_palette(indices: NDArray[np.generic], palette: NDArray[np.generic], encoding: Encoding) -> Grey:
    greys = palette.astype(np.float64)
    return grey_of_palette(indices, greys / 257 if (palette % 257 == 0).all() else greys * 255 / 65535, encoding)


def _red_green_blue(inks: NDArray[np.generic], bits: int) -> NDArray[np.generic]:
    full = float(2**bits - 1)
    rest = full - inks.astype(np.float64)
    return np.asarray(np.rint(rest[..., :3] * rest[..., 3:] / full))


def _turned(page: TiffPage) -> tuple[str, ...]:
    turn = page.tags[_ORIENTATION].value if _ORIENTATION in page.tags else 1
    return orientation(turn)


def orientation(tag: object) -> tuple[str, ...]:
    """Return the caution on a picture that viewers turn or mirror before they show it.

    Examples
    --------
    >>> orientation(1), orientation(6)[0].partition(":")[0]
    ((), 'orientation')
    """
    shown = {
        2: "mirrored",
        3: "turned by 180 degrees",
        4: "upside down and mirrored",
        5: "turned and mirrored",
        6: "turned 90 degrees clockwise",
        7: "turned and mirrored",
        8: "turned 90 degrees anticlockwise",
    }.get(tag if isinstance(tag, int) else 1)
    return (caution("orientation", f"viewers show it {shown}, it was measured as stored"),) if shown else ()


def _gel_tags(tiff: TiffFile, page: TiffPage) -> dict[int, object]:
    """Return the private tags of a `.gel` picture, which may stand in the directory after it."""
    directories = [page, *(other.aspage() for other in tiff.pages if other.index == page.index + 1)]
    for directory in directories:
        own = directory is page or directory.imagewidth * directory.imagelength == 0
        if own and FILE_TAG in directory.tags:
            return {int(tag.code): tag.value for tag in directory.tags}
    return {}


def _unreadable(name: str, got: str) -> UnreadableImage:
    return UnreadableImage(name, expected="a whole TIFF image", got=got, remedy=_EXPORT)


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
