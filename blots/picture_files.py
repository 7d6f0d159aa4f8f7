"""PNG, JPEG, BMP, GIF, WebP and JPEG 2000 files, decoded by Pillow; the deep colours of PNG by imagecodecs."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from blots.cautions import caution
from blots.colours import Grey, grey_of_colours, grey_of_palette, no_such, transparency
from blots.errors import UnreadableImage
from blots.fitness import Encoding
from blots.stored_image import StoredImage
from blots.tiff_files import orientation

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "JPEG2000")

_EXPORT = "Export the scan as a 16-bit greyscale TIFF."
_ORIENTATION = 274
_PNG_COLOURS = {2, 4, 6}  # colour types that Pillow cuts down to 8 bits


def read_picture(name: str, file: BinaryIO, start: bytes, page: int, channel: int | None) -> StoredImage:
    """Return the picture of a PNG, JPEG, BMP, GIF, WebP or JPEG 2000 file.

    It is returned as stored: an EXIF tag that asks viewers to turn it is named in a caution and not obeyed.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    file : binary file
        The open file.
    start : bytes
        Its first bytes, 32 at least.
    page : int
        The frame of an animated GIF or WebP, from 0.
    channel : int, optional
        The colour, from 0.

    Raises
    ------
    UnreadableImage
        When there is no such page or channel, or the file is cut or damaged.

    Examples
    --------
    >>> import io
    >>> from PIL import Image
    >>> stored = io.BytesIO()
    >>> Image.new("L", (4, 3)).save(stored, "PNG")
    >>> read_picture("a.png", stored, stored.getvalue()[:32], 0, None).pixels.shape
    (3, 4)
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow doubts large scans; what is too large, it refuses
            with Image.open(file, formats=FORMATS) as image:
                pages = getattr(image, "n_frames", 1)
                if page >= pages:
                    raise no_such("page", name, page, pages)
                if pages > 1:
                    image.seek(page)
                return _stored(name, image, file, start, channel, (pages, page))
    except UnreadableImage:
        raise
    except Exception as error:  # a damaged file can fail anywhere inside the decoder
        raise UnreadableImage(name, expected="a whole image", got=_why(error), remedy=_EXPORT) from error


def _stored(
    name: str, image: Image, file: BinaryIO, start: bytes, channel: int | None, pages: tuple[int, int]
) -> StoredImage:
    depth, kind = (start[24], start[25]) if image.format == "PNG" else (_bits(image), -1)
    lossy = image.format in ("JPEG", "MPO", "JPEG2000") or (image.format == "WEBP" and start[12:16] != b"VP8L")
    encoding = Encoding(bits=depth, lossy=lossy)
    turned = orientation(image.getexif().get(_ORIENTATION, 1))
    if depth == 16 and kind in _PNG_COLOURS:
        grey = _deep_colours(name, file, encoding, channel)
    else:
        grey = _grey(name, image, encoding, channel)
    full = 65535.0 if depth == 16 else 1.0 if image.mode == "1" else 255.0
    several = pages[0] > 1 and pages[1] == 0
    chosen = (caution("page_chosen", f"page 0 of {pages[0]} was taken"),) if several else ()
    cautions = (*chosen, *grey.cautions, *turned)
    return StoredImage(grey.pixels, grey.encoding, 0.0, full, cautions, {"format": str(image.format)})


def _bits(image: Image) -> int:
    return {"1": 1, "I;16": 16, "I;16B": 16, "I": 16}.get(image.mode, 8)


def _deep_colours(name: str, file: BinaryIO, encoding: Encoding, channel: int | None) -> Grey:
    import imagecodecs

    file.seek(0)
    layers = np.asarray(imagecodecs.png_decode(file.read()))
    return _without_transparency(name, layers, encoding, channel, 65535)


def _grey(name: str, image: Image, encoding: Encoding, channel: int | None) -> Grey:
    """Return the grey picture of what Pillow decoded."""
    if image.mode in ("P", "PA"):
        return _of_palette(name, image, encoding, channel)
    if "transparency" in image.info and image.mode in ("L", "RGB"):
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    flat = ("1", "L", "LA", "RGB", "RGBA", "I;16", "I;16B", "I")
    pixels = np.asarray(image if image.mode in flat else image.convert("RGB"))
    pixels = pixels.astype(np.uint8) if pixels.dtype == bool else pixels
    layers = pixels[..., None] if pixels.ndim == 2 else pixels
    return _without_transparency(name, layers, encoding, channel, 255)


def _of_palette(name: str, image: Image, encoding: Encoding, channel: int | None) -> Grey:
    transparent = image.convert("RGBA").getchannel("A") if "transparency" in image.info or image.mode == "PA" else None
    if channel is not None:
        return grey_of_colours(name, np.asarray(image.convert("RGB")), encoding, channel)
    indices = np.asarray(image)
    palette = np.asarray(image.getpalette("RGB"), dtype=np.float64).reshape(-1, 3)
    grey = grey_of_palette(indices if indices.ndim == 2 else indices[..., 0], palette, encoding)
    seen = () if transparent is None else transparency(np.asarray(transparent), 255)
    return Grey(grey.pixels, grey.encoding, (*grey.cautions, *seen))


def _without_transparency(
    name: str, layers: NDArray[np.generic], encoding: Encoding, channel: int | None, opaque: int
) -> Grey:
    """Return the grey picture of layers whose last is their opacity where their number is even."""
    has_alpha = layers.shape[2] % 2 == 0
    grey = grey_of_colours(name, layers[..., :-1] if has_alpha else layers, encoding, channel)
    seen = transparency(layers[..., -1], opaque) if has_alpha else ()
    return Grey(grey.pixels, grey.encoding, (*grey.cautions, *seen))


def _why(error: Exception) -> str:
    """Return a short reason without the file's path, which the message names already."""
    if type(error).__name__ == "DecompressionBombError":
        return "one of more pixels than a scan has"
    return f"one that is cut or damaged ({type(error).__name__})"
