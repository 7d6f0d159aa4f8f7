"""What lies in a folder: FCS files, pictures of blots, exports of plate readers and sheets, told by their content."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cytotools.cells.refused import Refused
from cytotools.drafting.drafted_samples import FoundTube
from cytotools.drafting.name_facts import name_facts
from cytotools.errors import StudyError
from cytotools.output import is_ours
from cytotools.plates.well_names import row_letters, well_place
from cytotools.sheets.csv_text import NOT_TEXT
from cytotools.study_paths import file_inside

TABLES = (".csv", ".tsv", ".txt", ".asc", ".xlsx", ".xls", ".xlsm")
FCS = (".fcs", ".lmd")
NOISE = ("thumbs.db", "desktop.ini", "icon\r")
START_BYTES, MAX_TABLE_BYTES = 4_096, 20_000_000
BY_WAVELENGTH = {562.0: "bca", 450.0: "elisa", 570.0: "mtt", 490.0: "mtt", 590.0: "mtt"}
NO_NAME = "a sheet can't hold its name: rename it in plain letters and digits"
QUADRANTS = {"Q1", "Q2", "Q3", "Q4"}
MAKER = 271  # of the camera, in the EXIF of a picture
_PHOTO_NAME = re.compile(r"(?:IMG|DSC|DSCN|PXL|MVIMG)[_\-]?\d|WhatsApp|Screen[\s_\-]?shot|photo", re.IGNORECASE)
SHEETS = {"samples": {"file", "role"}, "lanes": {"membrane", "lane"}, "layout": {"well", "role"}}


@dataclass(frozen=True)
class FoundExport:
    """An export of a plate reader: its file, the assay ("" unknown), and the wells that hold a number."""

    file: str
    assay: str
    wells: tuple[str, ...]


@dataclass(frozen=True)
class FoundFiles:
    """The files of a folder by what they are; paths are relative to it, with forward slashes.

    `sheets` holds the samples, lanes and layout sheets that are there already, each with the columns of its header;
    `aside` what is none of these, with why.
    """

    tubes: tuple[FoundTube, ...] = ()
    images: tuple[str, ...] = ()
    exports: tuple[FoundExport, ...] = ()
    sheets: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    aside: tuple[tuple[str, str], ...] = ()


def find_files(folder: Path) -> FoundFiles:
    """Look at every file of a folder, however deep; hidden ones and results of cytotools are passed over."""
    tubes: list[FoundTube] = []
    images: list[str] = []
    exports: list[FoundExport] = []
    sheets: dict[str, dict[str, frozenset[str]]] = {kind: {} for kind in SHEETS}
    aside: list[tuple[str, str]] = []
    for path in _files(folder):
        file = path.relative_to(folder).as_posix()
        if not _can_be_named(folder, file):
            aside.append((ascii(file)[1:-1], NO_NAME))
            continue
        try:
            start = _start(path)
            if start.startswith(b"FCS"):
                tubes.append(_tube(path, file))
            elif path.suffix.casefold() in TABLES:
                found = _table(path, file)
                if isinstance(found, FoundExport):
                    exports.append(found)
                else:
                    sheets[found.kind][file] = found.columns
            elif _is_picture(path.name, start):
                if _is_photo(path.name, start):
                    aside.append((file, "a photograph or a screenshot; name it in study.yaml if it is a blot"))
                else:
                    images.append(file)
            else:
                aside.append((file, "no FCS file, picture of a blot, export or sheet"))
        except OSError as error:
            aside.append((file, error.strerror or "it can't be read"))
        except StudyError:
            aside.append((file, "no values of a plate, and no sheet of a study"))
        except ValueError as error:
            aside.append((file, str(error).partition("\n")[0].removeprefix(f"{path.name}: ")))
    aside.sort(key=lambda one: not one[0].casefold().endswith(FCS))  # what is damaged first
    return FoundFiles(tuple(tubes), tuple(images), tuple(exports), sheets, tuple(aside))


def _can_be_named(folder: Path, file: str) -> bool:
    """Say whether a sheet that names a file would find it: it may be in an old encoding, or hold signs of control."""
    try:
        file.encode()
        return not NOT_TEXT.search(file) and file_inside(folder, file) == file
    except (UnicodeEncodeError, Refused):
        return False


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != "." and not is_ours(Path(place, name)))
        for name in sorted(files):
            if name[0] != "." and not name.startswith("~$") and name.casefold() not in NOISE:
                yield Path(place, name)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(START_BYTES)


def _tube(path: Path, file: str) -> FoundTube:
    from gating import read_fcs

    return FoundTube(file, dict(read_fcs(path).keywords))


def _is_picture(name: str, start: bytes) -> bool:
    """Say whether a file may be a blot; archives are mostly documents with pictures in them."""
    from blots.errors import BlotError
    from blots.file_kinds import kind_of

    try:
        return kind_of(name, start) != "zip"
    except BlotError:
        return False


def _is_photo(name: str, start: bytes) -> bool:
    """Say whether a picture comes from a camera or a screen: by its name, or a JPEG's camera."""
    from PIL import Image

    if _PHOTO_NAME.match(name):
        return True
    place = start.find(b"Exif\0\0")
    if place < 0 or not start.startswith(b"\xff\xd8\xff"):
        return False
    exif = Image.Exif()
    try:
        exif.load(start[place:])
    except (SyntaxError, ValueError, struct.error):  # a damaged header names no maker
        return False
    return MAKER in exif


@dataclass(frozen=True)
class _Sheet:
    """A sheet of a study that is there already."""

    kind: str
    columns: frozenset[str]


def _table(path: Path, file: str) -> FoundExport | _Sheet:
    """Return an export or a sheet; a ValueError says why a file is neither."""
    with path.open("rb") as opened:
        contents = opened.read(MAX_TABLE_BYTES + 1)
    sheet = _sheet(contents, file)
    if sheet:
        return sheet
    from cytotools.plates.export_parsing import parse_export

    readings = parse_export(contents, file).readings
    wells = {
        f"{row_letters(int(row))}{column + 1}"
        for reading in readings
        for row, column in zip(*np.nonzero(np.isfinite(reading.signal)), strict=True)
    }
    waves = [BY_WAVELENGTH[r.wavelength_nm] for r in readings if r.wavelength_nm in BY_WAVELENGTH]
    assay = name_facts(file.rpartition(".")[0]).assay or (waves[0] if waves else "")
    if wells <= QUADRANTS:
        raise ValueError("Q1 to Q4 are quadrants, and no wells")
    return FoundExport(file, assay, tuple(sorted(wells, key=lambda well: well_place(well) or (0, 0))))


def _sheet(contents: bytes, file: str) -> _Sheet | None:
    """Return the samples, lanes or layout sheet that a file is, None where it is none."""
    from cytotools.plates.layout_grids import read_layout
    from cytotools.sheets import read_sheet

    for read in (read_sheet, read_layout):
        try:
            sheet = read(contents, file, "layout" if read is read_layout else "")
        except StudyError:
            continue
        header = frozenset(str(cell).strip().casefold().replace(" ", "_") for cell in sheet.header.values)
        kind = next((name for name, columns in SHEETS.items() if columns <= header), "")
        if kind and sheet.rows:
            return _Sheet(kind, header)
    return None
