"""ImageJ's selections as boxes: `.roi` files and the `.zip` sets of its ROI Manager, in and out.

The format is that of ImageJ's own RoiDecoder and RoiEncoder (Schneider 2012, doi:10.1038/nmeth.2089), read and written
by roifile (doi:10.5281/zenodo.6941603).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from blots.boxes import COLUMNS
from blots.cautions import caution
from blots.errors import InvalidBoxes
from blots.roi_names import meanings

if TYPE_CHECKING:
    from roifile import ImagejRoi

_SAVE_AGAIN = "Save it again in ImageJ's ROI Manager (More >> Save...)."
_MOST_SELECTIONS = 5000
_LARGEST_BYTES = 4_000_000
_LEFT_BY_SYSTEMS = re.compile(r"(^|/)(__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_LANE_STROKE = b"\xff\x00\x72\xb2"  # opacity, red, green, blue
_BAND_STROKE = b"\xff\xd5\x5e\x00"
_DAY = (1980, 1, 1, 0, 0, 0)  # the same boxes give the same bytes


class _Selection(NamedTuple):
    labels: tuple[str, ...]
    place: tuple[float, float, float, float]
    caution: str


def read_boxes(path: str | Path, *, lanes: int, bands: Sequence[str]) -> pd.DataFrame:
    """Read the selections of an ImageJ file as a boxes sheet.

    A selection is told by its name: lane and target in either order ("3 cIAP1", "cIAP1_lane 3"), or a lane alone
    ("lane 3"). Selections that all bear ImageJ's own labels ("0001-0123-0456") are told by their places, if there are
    as many as lanes and bands make.

    Parameters
    ----------
    path : str or Path
        A `.roi` file, or a `.zip` of them. Content decides, not the ending.
    lanes : int
        How many lanes the picture has.
    bands : sequence of str
        Targets from top to bottom.

    Returns
    -------
    DataFrame
        ``lane, target, x, y, width, height`` in pixels, and `caution`, which says where an outline that is no
        upright rectangle was taken by its bounding box. Lanes and places are checked by `find_geometry`.

    Raises
    ------
    InvalidBoxes
        When the file is missing, damaged or empty, holds points or lines, or a selection's lane or target can't be
        told.

    Examples
    --------
    >>> import tempfile
    >>> boxes = pd.DataFrame([(3, "cIAP1", 10.0, 20.0, 40.0, 12.5)], columns=COLUMNS)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_rois(boxes, Path(folder) / "rep1.zip")
    ...     read_boxes(Path(folder) / "rep1.zip", lanes=12, bands=["cIAP1", "actin"])[list(COLUMNS)].values.tolist()
    [[3, 'cIAP1', 10.0, 20.0, 40.0, 12.5]]
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        got = (error.strerror or "no file").lower()
        raise InvalidBoxes(path.name, expected="an ImageJ ROI file", got=got, remedy="Check the path.") from error
    found = [_selection(path.name, name, data) for name, data in _members(path, content)]
    places = np.array([selection.place for selection in found])
    meant = meanings(path.name, [selection.labels for selection in found], places, lanes, bands)
    rows = [(*meaning, *s.place, s.caution) for meaning, s in zip(meant, found, strict=True)]
    return pd.DataFrame(rows, columns=[*COLUMNS, "caution"])


def write_rois(table: pd.DataFrame, path: str | Path) -> None:
    """Write a boxes sheet as selections that ImageJ's ROI Manager opens, named by lane and target.

    Parameters
    ----------
    table : DataFrame
        ``lane, target, x, y, width, height``, as `boxes_of` returns it.
    path : str or Path
        A `.zip`, or a `.roi` for a single box.

    Raises
    ------
    InvalidBoxes
        When a column is missing, a cell is no number, the table is empty, or several boxes are to go into a `.roi`.

    Examples
    --------
    >>> import tempfile
    >>> boxes = pd.DataFrame([(3, "", 10, 0, 40, 620)], columns=COLUMNS)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_rois(boxes, Path(folder) / "lane 3.roi")
    ...     read_boxes(Path(folder) / "lane 3.roi", lanes=12, bands=["actin"]).lane.tolist()
    [3]
    """
    path = Path(path)
    rois = [_roi_of(path.name, dict(zip(COLUMNS, row, strict=True))) for row in _rows(path.name, table)]
    if path.suffix.lower() == ".roi":
        if len(rois) > 1:
            remedy = "Give the file the ending .zip."
            raise InvalidBoxes(path.name, expected="one box in a .roi file", got=f"{len(rois)}", remedy=remedy)
        path.write_bytes(rois[0].tobytes())
        return
    packed = io.BytesIO()
    count: dict[str, int] = {}
    with zipfile.ZipFile(packed, "w") as archive:
        for roi in rois:
            count[roi.name] = count.get(roi.name, 0) + 1
            roi.name += f" ({count[roi.name]})" if count[roi.name] > 1 else ""
            archive.writestr(zipfile.ZipInfo(re.sub(r'[\\/:*?"<>|]', "_", roi.name) + ".roi", _DAY), roi.tobytes())
    path.write_bytes(packed.getvalue())


def _rows(name: str, table: pd.DataFrame) -> list[tuple[object, ...]]:
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing or table.empty:
        got = f"no {', '.join(missing)}" if missing else "no row"
        raise InvalidBoxes(name, expected=f"boxes with {', '.join(COLUMNS)}", got=got, remedy="Use blots.boxes_of.")
    return list(table[list(COLUMNS)].itertuples(index=False, name=None))


def _roi_of(name: str, cells: dict[str, object]) -> ImagejRoi:
    from roifile import ROI_OPTIONS, ROI_TYPE, ImagejRoi

    target = "" if pd.isna(cells["target"]) else str(cells["target"])  # type: ignore[call-overload]
    try:
        lane = int(cells["lane"])  # type: ignore[call-overload]
        x, y, width, height = (float(cells[column]) for column in COLUMNS[2:])  # type: ignore[arg-type]
        edges = [round(x), round(y), round(x + width), round(y + height)]
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidBoxes(
            name, expected="numbers in lane, x, y, width, height", got=str(list(cells.values())), remedy="Give pixels."
        ) from error
    roi = ImagejRoi(
        roitype=ROI_TYPE.RECT,
        name=f"{lane} {target}" if target else f"lane {lane}",
        left=edges[0],
        top=edges[1],
        right=edges[2],
        bottom=edges[3],
        stroke_color=_BAND_STROKE if target else _LANE_STROKE,
    )
    if [x, y, x + width, y + height] != edges:
        roi.options |= ROI_OPTIONS.SUB_PIXEL_RESOLUTION
        roi.xd, roi.yd, roi.widthd, roi.heightd = x, y, width, height
    return roi


def _members(path: Path, content: bytes) -> list[tuple[str, bytes]]:
    """Return the name and the bytes of every selection that a file holds."""
    if content[:4] == b"Iout":
        return [(path.stem, content)]
    if content[:2] != b"PK":
        got = "an empty file" if not content else "something else"
        remedy = "Save the selections from ImageJ's ROI Manager; a boxes sheet is read as a table."
        raise InvalidBoxes(path.name, expected="an ImageJ .roi file or a .zip of them", got=got, remedy=remedy)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir() and not _LEFT_BY_SYSTEMS.search(e.filename)]
            _check_entries(path.name, entries)
            return [(PurePosixPath(e.filename.replace("\\", "/")).name, archive.read(e)) for e in entries]
    except InvalidBoxes:
        raise
    except Exception as error:  # a damaged archive can fail anywhere inside zipfile and zlib
        got = f"a damaged one ({error})"
        raise InvalidBoxes(path.name, expected="a whole .zip of selections", got=got, remedy=_SAVE_AGAIN) from error


def _check_entries(name: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    if not entries:
        raise InvalidBoxes(name, expected="selections in the .zip", got="none", remedy=_SAVE_AGAIN)
    if len(entries) > _MOST_SELECTIONS:
        got = f"{len(entries)} files"
        raise InvalidBoxes(name, expected=f"at most {_MOST_SELECTIONS} selections", got=got, remedy=_SAVE_AGAIN)
    large = [e.filename for e in entries if e.file_size > _LARGEST_BYTES]
    if large:
        remedy = "Draw plain rectangles round the bands."
        raise InvalidBoxes(
            name, expected="selections of a few kilobytes", got=f"{large[0]!r}, far larger", remedy=remedy
        )


def _selection(file: str, member: str, data: bytes) -> _Selection:
    import logging

    from roifile import ImagejRoi

    label = re.sub(r"\.roi$", "", member, flags=re.IGNORECASE)
    log = logging.getLogger("roifile")
    quiet, log.disabled = log.disabled, True
    try:
        roi = ImagejRoi.frombytes(data)
    except Exception as error:  # a damaged selection can fail anywhere inside the decoder
        got = f"{label!r}, which is none ({error})"
        raise InvalidBoxes(file, expected="ImageJ selections", got=got, remedy=_SAVE_AGAIN) from error
    finally:
        log.disabled = quiet
    place, outline = _place(file, label, roi)
    if not np.isfinite(place).all() or min(place[2:]) <= 0:
        got = f"{label!r} of {place[2]:g} x {place[3]:g} pixels"
        raise InvalidBoxes(file, expected="selections with a size", got=got, remedy="Draw it again.")
    words = f"{label} is {outline}, of which the bounding box was taken".replace(";", ",")
    said = caution("box_from_outline", words) if outline else ""
    return _Selection(tuple(dict.fromkeys(name for name in (label, roi.name) if name)) or ("",), place, said)


def _place(file: str, label: str, roi: ImagejRoi) -> tuple[tuple[float, float, float, float], str]:
    """Return left, top, width and height of a selection, and what it is where it is no upright rectangle."""
    from roifile import ROI_SUBTYPE, ROI_TYPE

    outlines = {ROI_TYPE.OVAL: "an oval", ROI_TYPE.POLYGON: "a polygon", ROI_TYPE.FREEHAND: "drawn freehand"}
    outlines |= {ROI_TYPE.TRACED: "a traced outline"}
    turned = roi.subtype in (ROI_SUBTYPE.ROTATED_RECT, ROI_SUBTYPE.ELLIPSE)
    words = "a turned rectangle or ellipse" if turned else outlines.get(roi.roitype, "")
    if roi.composite and roi.roitype == ROI_TYPE.RECT:
        words = "made of several outlines"
    if (roi.roitype != ROI_TYPE.RECT and not words) or roi.subtype in (ROI_SUBTYPE.TEXT, ROI_SUBTYPE.IMAGE):
        got = f"{label!r}, a {roi.roitype.name.lower()}" + (" with text or image" if roi.subtype else "")
        raise InvalidBoxes(file, expected="rectangles", got=got, remedy="Draw a rectangle round each band or lane.")
    if roi.subpixelrect:
        return (roi.xd, roi.yd, roi.widthd, roi.heightd), words
    points = roi.subpixel_coordinates if roi.subpixel_coordinates is not None else np.empty((0, 2))
    if len(points):
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return (float(left), float(top), float(right - left), float(bottom - top)), words
    return (float(roi.left), float(roi.top), float(roi.right - roi.left), float(roi.bottom - roi.top)), words
