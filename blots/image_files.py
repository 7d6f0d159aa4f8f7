"""Image files: the room that opens them. A path goes in, a Blot comes out."""

from __future__ import annotations

import io
import operator
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import ArrayLike

from blots.bio_rad_1sc import read_bio_rad_1sc
from blots.blot import Blot
from blots.colours import no_such
from blots.errors import UnreadableImage
from blots.file_kinds import LOOKED_AT, document_in, document_refused, kind_of
from blots.fitness import Encoding
from blots.licor_scans import ChosenChannel, channel_of, choose_channel, scan_metadata
from blots.picture_files import FORMATS, read_picture
from blots.picture_signal import as_blot
from blots.stored_image import StoredImage
from blots.tiff_files import read_tiff
from blots.tiff_pages import planes_of

_LARGEST_MEMBER = 2**31
_LARGEST_TEXT = 2**16
_EXPORT = "Export the scan as a 16-bit greyscale TIFF."


def read_blot(path: str | Path, page: int = 0, channel: int | str | None = None) -> Blot:
    """Read one image of a membrane as linear signal, whichever way it stores its bands.

    The content decides how a file is read, never its suffix. The picture is taken as stored: an orientation tag turns
    nothing, so that positions and boxes are pixels of the image as stored.

    Parameters
    ----------
    path : str or Path
        A TIFF (whole numbers of 1 to 64 bits, floating point, grey, colour or palette), PNG, JPEG, BMP, GIF, WebP,
        Bio-Rad `.1sc` or Typhoon `.gel` file, or a LI-COR scan (a folder or zip archive with one TIFF a channel).
    page : int
        The page of a file that holds several, from 0.
    channel : int or str, optional
        The channel, from 0; of a LI-COR scan its name, 700 or "700". When absent, equal colours are taken as grey,
        unlike ones are averaged, and of separate channels the first is taken, the latter two with a caution.

    Returns
    -------
    Blot
        `.signal` (larger is more), `.saturated`, `.fitness`, `.cautions` and `.metadata`.

    Raises
    ------
    UnreadableImage
        When the file is missing, no image, damaged or of a kind that is not read, has no such page or channel, is
        smaller than 32 pixels either way, holds numbers that are not finite, or shows the same level everywhere.

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
    name = path.name or str(path)
    page = _counted(name, "page", page)
    with _access(name):
        if path.is_dir():
            return as_blot(name, _read_folder(name, path, page, channel))
        if path.exists() and not path.is_file():
            raise FileNotFoundError(0, "a pipe or device")
        with path.open("rb") as file:
            stored = _read(name, file, page, channel)
    return as_blot(name, stored)


def picture_size(path: str | Path, page: int = 0) -> tuple[int, int] | None:
    """Return rows and columns of a picture as its header tells them, without decoding it.

    Parameters
    ----------
    path : str or Path
        The file.
    page : int
        Which image of the file, from 0.

    Returns
    -------
    tuple of int or None
        None where the header does not tell (folders, archives, makers' own formats), and for a file that is no image.

    Examples
    --------
    >>> import tempfile
    >>> from blots.simulate import write_blot_tiff
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_blot_tiff(Path(folder) / "rep1.tif", np.zeros((40, 50), dtype=np.uint16))
    ...     picture_size(Path(folder) / "rep1.tif")
    (40, 50)
    """
    path = Path(path)
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            kind = kind_of(path.name, file.read(LOOKED_AT))
            file.seek(0)
            return _tiff_size(file, page) if kind == "tiff" else _size(file) if kind == "picture" else None
    except Exception:  # whoever measures it says what is wrong with the file
        return None


def _tiff_size(file: BinaryIO, page: int) -> tuple[int, int]:
    from tifffile import TiffFile

    with TiffFile(file) as tiff:
        found = planes_of(tiff)[page][0].page
        return int(found.imagelength), int(found.imagewidth)


def _size(file: BinaryIO) -> tuple[int, int]:
    from PIL import Image

    with Image.open(file, formats=FORMATS) as image:
        return int(image.height), int(image.width)


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
    floor = None if ceiling is None else 0.0
    return as_blot(name, StoredImage(np.asarray(image), encoding or Encoding(bits=16), floor, ceiling))


def _read(name: str, file: BinaryIO, page: int, channel: int | str | None) -> StoredImage:
    start = file.read(LOOKED_AT)
    kind = kind_of(name, start)
    file.seek(0)
    if kind == "zip":
        return _read_archive(name, file, page, channel)
    number = _channel_number(name, channel)
    if kind == "tiff":
        return read_tiff(name, file, page, number)
    if kind == "picture":
        return read_picture(name, file, start, page, number)
    if page or number:
        raise no_such("page" if page else "channel", name, page or number, 1)
    return read_bio_rad_1sc(name, file.read())


def _read_folder(name: str, path: Path, page: int, channel: int | str | None) -> StoredImage:
    """Read one channel of a LI-COR scan that lies in a folder."""
    files = {file.name: file for file in path.iterdir() if file.is_file()}
    chosen = choose_channel(name, "a folder", files, channel)
    texts = sorted(file for file in files.values() if file.suffix.casefold() == ".txt")
    said = [file.read_bytes() for file in texts if file.stat().st_size <= _LARGEST_TEXT]
    with files[chosen.file].open("rb") as file:
        return _of_scan(chosen, _read_channel(chosen, file, page), said)


def _read_archive(name: str, file: BinaryIO, page: int, channel: int | str | None) -> StoredImage:
    """Read one channel of a LI-COR scan that lies in a zip archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist() if not member.is_dir()}
            document = document_in(list(sizes))
            if document is not None:
                raise document_refused(name, document)
            chosen = choose_channel(name, "a zip archive", sizes, channel)
            if sizes[chosen.file] > _LARGEST_MEMBER:
                raise UnreadableImage(name, expected="a scan", got=f"{sizes[chosen.file]} bytes", remedy="Unpack it.")
            texts = sorted(n for n, size in sizes.items() if n.casefold().endswith(".txt") and size <= _LARGEST_TEXT)
            said, content = [archive.read(text) for text in texts], archive.read(chosen.file)
    except UnreadableImage:
        raise
    except Exception as error:  # damage shows as one of many errors, by where it lies
        got = "one that is cut, damaged or locked by a password"
        raise UnreadableImage(name, expected="a whole zip archive", got=got, remedy="Unpack it.") from error
    return _of_scan(chosen, _read_channel(chosen, io.BytesIO(content), page), said)


def _read_channel(chosen: ChosenChannel, file: BinaryIO, page: int) -> StoredImage:
    name = Path(chosen.file).name
    if kind_of(name, file.read(LOOKED_AT)) != "tiff":
        raise UnreadableImage(name, expected="a TIFF", got="another kind of image", remedy=_EXPORT)
    return read_tiff(name, file, page, None)


def _of_scan(chosen: ChosenChannel, stored: StoredImage, texts: list[bytes]) -> StoredImage:
    said = {key: value for text in texts for key, value in scan_metadata(text.decode("utf-8", "replace")).items()}
    own = {"format": "LI-COR scan", "file": Path(chosen.file).name, "channel": chosen.channel}
    return replace(stored, cautions=(*stored.cautions, *chosen.cautions), metadata={**stored.metadata, **said, **own})


def _channel_number(name: str, channel: int | str | None) -> int | None:
    """Return the channel counted from 0; the wavelength that a file of one channel is named after is that channel."""
    if channel is None or str(channel).strip().casefold() == channel_of(name):
        return None
    words = channel.strip() if isinstance(channel, str) else channel
    return _counted(name, "channel", int(words) if isinstance(words, str) and words.isdecimal() else words)


def _counted(name: str, what: str, number: object) -> int:
    try:
        whole = operator.index(number)  # type: ignore[arg-type]
    except TypeError:
        whole = -1
    if whole < 0:
        remedy = "Count from 0." if what == "page" else "Count from 0; a LI-COR scan's channels are 700 and 800."
        raise UnreadableImage(name, expected=f"a {what} from 0", got=repr(number), remedy=remedy)
    return whole


@contextmanager
def _access(name: str) -> Iterator[None]:
    """Say in words why a file can't be opened or read."""
    try:
        yield
    except UnreadableImage:
        raise
    except PermissionError as error:
        got, remedy = "a file that you may not read", "Ask for the right to read it, or copy it."
        raise UnreadableImage(name, expected="an image file", got=got, remedy=remedy) from error
    except (OSError, ValueError) as error:  # a ValueError is a path that holds a zero byte
        got = (getattr(error, "strerror", None) or "no file").lower()
        raise UnreadableImage(name, expected="an image file", got=got, remedy="Check the path.") from error
