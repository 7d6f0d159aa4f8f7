"""Which images a TIFF file holds, by page and channel, and whether their pixels are all there."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blots.errors import UnreadableImage

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage, TiffPageSeries

_MOST_PIXELS = 400_000_000
_NAMED_AXES = {"imagej", "ome", "shaped", "lsm", "stk", "fluoview", "mmstack", "scanimage", "nih"}


class Plane(NamedTuple):
    """One image of the file: the page whose tags describe it, and how to decode it."""

    page: TiffPage
    decode: Callable[[], NDArray[np.generic]]


def planes_of(tiff: TiffFile) -> list[list[Plane]]:
    """Return the images of the file by page and channel.

    A page is an image of the file, in its order, reduced copies and masks left out. Where a program declares what its
    axes mean (ImageJ, OME, ...), a page is a time, slice or position, and its channels are counted apart.

    Parameters
    ----------
    tiff : tifffile.TiffFile
        The open file.

    Examples
    --------
    >>> import io, tifffile
    >>> stored = io.BytesIO()
    >>> tifffile.imwrite(stored, np.zeros((3, 2, 40, 50), dtype=np.uint16), imagej=True, metadata={"axes": "TCYX"})
    >>> _ = stored.seek(0)
    >>> with tifffile.TiffFile(stored) as tiff:
    ...     [len(channels) for channels in planes_of(tiff)]
    [2, 2, 2]
    """
    pages = [page.aspage() for page in tiff.pages if page.aspage().imagewidth * page.aspage().imagelength > 0]
    full = [page for page in pages if not page.is_reduced and not page.is_mask] or pages
    if tiff.is_mdgel or not full:  # tifffile has a law of its own for them
        return [[Plane(page, page.asarray)] for page in full]
    series = [one for one in tiff.series if one.kind in _NAMED_AXES and "X" in one.axes]
    if series:
        return [planes for one in series for planes in _declared(one)]
    return [[Plane(page, page.asarray)] for page in full]


def _declared(series: TiffPageSeries) -> list[list[Plane]]:
    """Return the images of a series whose axes are declared, its channels apart."""
    outer = [(axis, size) for axis, size in zip(series.axes, series.shape, strict=True) if axis not in "YXS"]
    order = np.arange(math.prod(size for _, size in outer)).reshape([size for _, size in outer])
    axes = [axis for axis, _ in outer]
    order = np.moveaxis(order, axes.index("C"), -1) if "C" in axes else order[..., None]
    return [[_plane(series, int(n)) for n in row] for row in order.reshape(-1, order.shape[-1])]


def _plane(series: TiffPageSeries, number: int) -> Plane:
    keyframe = series.keyframe.aspage()
    count = math.prod(size for axis, size in zip(series.axes, series.shape, strict=True) if axis not in "YXS")
    if len(series.pages) == count:
        frame = series.pages[number]
        if frame is None:
            raise ValueError
        return Plane(keyframe if count > 1 and frame.index != keyframe.index else frame.aspage(), frame.asarray)
    inner = [size for axis, size in zip(series.axes, series.shape, strict=True) if axis in "YXS"]
    return Plane(keyframe, lambda: series.asarray().reshape(count, *inner)[number])


def check_whole(name: str, tiff: TiffFile, page: TiffPage) -> None:
    """Refuse what is too large to be a scan, and pieces that lie beyond the end of the file.

    Raises
    ------
    UnreadableImage
        When pixels are missing, or there are more of them than a scan has.

    Examples
    --------
    >>> import io, tifffile
    >>> stored = io.BytesIO()
    >>> tifffile.imwrite(stored, np.zeros((40, 50), dtype=np.uint16))
    >>> _ = stored.seek(0)
    >>> with tifffile.TiffFile(stored) as tiff:
    ...     check_whole("a.tif", tiff, tiff.pages[0].aspage())
    """
    pixels = page.imagewidth * page.imagelength * page.samplesperpixel
    if pixels > _MOST_PIXELS or page.imagedepth != 1:
        got = f"{page.imagedepth} x {page.imagelength} x {page.imagewidth} pixels of {page.samplesperpixel} samples"
        raise _unreadable(name, got)
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=False))
    end = tiff.filehandle.size
    there = sum(1 for start, length in pieces if start > 0 and length > 0 and start + length <= end)
    stored = sum(page.databytecounts)
    needed = math.ceil(page.imagewidth * page.bitspersample / 8) * page.imagelength * page.samplesperpixel
    if there < len(pieces) or not pieces or (int(page.compression) == 1 and not page.is_tiled and stored < needed):
        raise _unreadable(name, "one that is cut: pixels are missing at its end")


def _unreadable(name: str, got: str) -> UnreadableImage:
    remedy = "Export the scan as a 16-bit greyscale TIFF."
    return UnreadableImage(name, expected="a whole TIFF image", got=got, remedy=remedy)
