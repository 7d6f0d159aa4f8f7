"""When the inputs of a study were made, as they say themselves; the times of files are never asked."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

NEVER = date(1970, 1, 1)  # what stands for the date where no input records one
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FCS_KEYWORDS = ("$DATE", "$BEGINDATETIME", "$ENDDATETIME", "$LAST_MODIFIED")
EXIF_DATE_TIME = 306
MAX_TEXT = 1_000_000  # bytes of a sheet or an export; what is longer says its date before its wells
MAX_PROPERTIES = 1_000_000
_DATE = re.compile(r"(?<![\d.])(\d{1,4})[-/.: ]([A-Za-z]{3}|\d{1,2})[-/.: ](\d{1,4})(?![\d.])")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]{0,6}\.? (\d{1,2}), ?(\d{4})")  # March 12, 2026
_SAID = re.compile(r"(?i)\b\w{0,12}dat(?:e|um|a)\b[^\n]{0,60}")  # a line of an export that names a date
_HEADED = re.compile(r"(?i)\W*(?:\w* )?(?:date|datum)\W*")  # a column of a sheet that holds dates
_CELLS = re.compile(r"[,;\t]")


def newest_date(folder: Path, files: Iterable[str]) -> date:
    """Return the newest date that is recorded inside the files, 1970-01-01 where none is.

    Parameters
    ----------
    folder : Path
    files : iterable of str
        Relative to it. Read are the dates among the keywords of FCS files, DateTime of TIFF and JPEG files, the
        properties of XLSX workbooks, lines that name a date in exports of plate readers, and columns of that name in
        sheets. What could be two dates (3/4/2026) or lies before 1980, as clocks that were never set do, is passed
        over.
    """
    found = [day for file in files for day in _dates_in(folder / file) if day.year >= 1980]
    return max(found, default=NEVER)


def dates_of(text: str) -> Iterator[date]:
    """Yield the dates in a text that can be read in one way only.

    Examples
    --------
    >>> [str(day) for day in dates_of("12-MAR-2026, 2026:03:14 10:11:12, 25/12/2025, 3/4/2026, June 5, 2026")]
    ['2026-03-12', '2026-03-14', '2025-12-25', '2026-06-05']
    """
    for first, middle, last in _DATE.findall(_MONTH_FIRST.sub(r"\2-\1-\3", text)):
        if middle.isalpha():
            month = MONTHS.index(middle.casefold()) + 1 if middle.casefold() in MONTHS else 0
            readings = [(first, month, last), (last, month, first)]
            if len(first) < 3 and len(last) == 2:  # 12-MAR-98: FCS 2.0
                readings = [(("19" if last >= "70" else "20") + last, month, first)]
        elif len(first) == 4:
            readings = [(first, int(middle), last)]
        else:
            readings = [(last, int(middle), first), (last, int(first), middle)]
        days = {day for year, month, day_of in readings if (day := _day(str(year), month, str(day_of)))}
        if len(days) == 1:
            yield days.pop()


def _day(year: str, month: int, day: str) -> date | None:
    try:
        return date(int(year), month, int(day)) if len(year) == 4 else None
    except ValueError:
        return None


def _dates_in(path: Path) -> Iterator[date]:
    """Yield the dates that a file records; none of a file that can't be read, for that is told elsewhere."""
    try:
        with path.open("rb") as file:
            start = file.read(MAX_TEXT)
        if start[:3] == b"FCS":
            yield from _of_fcs(path)
        elif start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            yield from _of_tiff(path)
        elif start[:3] == b"\xff\xd8\xff":
            yield from _of_jpeg(path)
        elif start[:4] == b"PK\3\4":
            yield from _of_workbook(path)
        elif b"\0" not in start.replace(b"\xff\xfe", b"")[:200:2]:
            yield from _of_text(start.decode("utf-16" if start[:2] == b"\xff\xfe" else "utf-8", errors="replace"))
    except (OSError, ValueError, KeyError, SyntaxError, zipfile.BadZipFile):  # PIL calls a torn file a wrong syntax
        return


def _of_fcs(path: Path) -> Iterator[date]:
    from gating import read_fcs

    keywords = read_fcs(path).keywords
    for name in FCS_KEYWORDS:
        yield from dates_of(keywords.get(name, "").partition("T")[0])


def _of_tiff(path: Path) -> Iterator[date]:
    from tifffile import TiffFile

    with TiffFile(path) as tiff:
        for page in tiff.pages:
            tag = getattr(page, "tags", {}).get("DateTime")
            yield from dates_of(str(tag.value)) if tag else ()


def _of_jpeg(path: Path) -> Iterator[date]:
    from PIL import Image

    with Image.open(path) as picture:
        yield from dates_of(str(picture.getexif().get(EXIF_DATE_TIME, "")))


def _of_workbook(path: Path) -> Iterator[date]:
    with zipfile.ZipFile(path) as book, book.open("docProps/core.xml") as properties:
        text = properties.read(MAX_PROPERTIES).decode("utf-8", errors="replace")
    for found in re.findall(r"<dcterms:(?:created|modified)[^>]*>([^<]{8,40})<", text):
        yield from dates_of(found.partition("T")[0])


def _of_text(text: str) -> Iterator[date]:
    headed: set[int] = set()
    for line in text.splitlines():
        for said in _SAID.findall(line):
            yield from dates_of(said)
        cells = _CELLS.split(line)
        for column in headed:
            yield from dates_of(cells[column]) if column < len(cells) else ()
        headed |= {column for column, cell in enumerate(cells) if _HEADED.fullmatch(cell)}
