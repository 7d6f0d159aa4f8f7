"""LI-COR scans (Odyssey, Image Studio): one TIFF a channel, side by side in a folder or a zip archive.

Image Studio keeps and exchanges an acquisition as its channels' images with their metadata, zipped for exchange
(licor.com, "Image Formats"); the files are named after the scan and the channel, `0000416_01_700.TIF` beside
`0000416_01_800.TIF`. Tested on folders and archives made after this only; none from a scanner was at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from blots.cautions import caution
from blots.errors import UnreadableImage

_CHANNEL = re.compile(r"(?i)^(?P<scan>.*?)[ _.-]*(?<![0-9])(?P<channel>[4-8][0-9]{2}|chemi)(?: ?nm)?$")
_LINE = re.compile(r"^\s*([A-Za-z][\w ()/#.-]{0,60}?)\s*[:=\t]\s*(\S.{0,200}?)\s*$")
_MOST_ENTRIES = 60
_REMEDY = "Name the scan's folder or zip archive as the scanner's program wrote it, or the TIFF of one channel."


class ChosenChannel(NamedTuple):
    """The file of the channel that was asked for, and what is in doubt about the choice."""

    file: str
    channel: str
    cautions: tuple[str, ...]


def channel_of(file: str) -> str | None:
    """Return the channel that a file's name ends on, None where it ends on none.

    Examples
    --------
    >>> channel_of("0000416_01_700.TIF"), channel_of("rep1.tif"), channel_of("scan 1700.tif")
    ('700', None, None)
    """
    path = PurePosixPath(file)
    found = _CHANNEL.match(path.stem) if path.suffix.casefold() in (".tif", ".tiff") else None
    return found["channel"].casefold() if found else None


def choose_channel(name: str, what: str, files: Iterable[str], channel: int | str | None) -> ChosenChannel:
    """Return the TIFF of one channel of a scan.

    Parameters
    ----------
    name : str
        The folder's or archive's name, for messages.
    what : str
        "a folder" or "a zip archive", for messages.
    files : iterable of str
        The names of its files, folders within it parted by slashes.
    channel : int or str, optional
        700 or "700". When absent the lowest is taken, with a caution where there are several.

    Raises
    ------
    UnreadableImage
        When no file is named after a channel, several scans lie together, or the channel is not there.

    Examples
    --------
    >>> choose_channel("scan", "a folder", ["s_700.TIF", "s_800.TIF", "notes.txt"], 800).file
    's_800.TIF'
    """
    shown = [file for file in files if not any(part.startswith((".", "__")) for part in PurePosixPath(file).parts)]
    scans: dict[str, dict[str, str]] = {}
    for file in sorted(shown):
        found = channel_of(file)
        if found is not None:
            scan = _CHANNEL.match(PurePosixPath(file).stem)
            scans.setdefault(f"{PurePosixPath(file).parent}/{scan['scan'] if scan else ''}", {})[found] = file
    if len(scans) != 1:
        got = f"{what} with " + (
            f"{len(scans)} scans" if scans else "no TIFF named after a channel, as in scan_700.tif"
        )
        raise UnreadableImage(name, expected="an image file, or the channels of one scan", got=got, remedy=_REMEDY)
    return _chosen(name, next(iter(scans.values())), channel)


def _chosen(name: str, there: Mapping[str, str], channel: int | str | None) -> ChosenChannel:
    untested = "this reader follows what is known of LI-COR scans and was never tried on one from a scanner"
    cautions: tuple[str, ...] = (caution("untested_format", untested),)
    asked = next(iter(there)) if channel is None else str(channel).strip().casefold().removesuffix("nm").strip()
    if asked not in there:
        got = f"the channels {' and '.join(there)}"
        raise UnreadableImage(name, expected=f"channel {channel}", got=got, remedy="Name one of those channels.")
    if channel is None and len(there) > 1:
        cautions += (caution("channel_chosen", f"channel {asked} of {' and '.join(there)} was taken"),)
    return ChosenChannel(there[asked], asked, cautions)


def scan_metadata(text: str) -> dict[str, str]:
    r"""Return the entries of a scan's description, lines of a name and a value.

    Examples
    --------
    >>> scan_metadata("Scan Date: 2026-11-21\nIntensity 700 = 5.0\n[Image]")
    {'Scan Date': '2026-11-21', 'Intensity 700': '5.0'}
    """
    found = (_LINE.match(line) for line in text.splitlines())
    return dict([(entry[1], entry[2]) for entry in found if entry][:_MOST_ENTRIES])
