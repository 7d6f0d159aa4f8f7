"""Which lane and which target an ImageJ selection means: from its name, or from where it lies among the others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blots.errors import InvalidBoxes

Array = NDArray[np.float64]
Meaning = tuple[int, str]

_REMEDY = 'Name each in the ROI Manager by lane and target ("3 cIAP1"), or by lane alone for a whole lane ("lane 3").'
_GIVEN_BY_IMAGEJ = re.compile(r"\d{4,}(-\d{4,}){1,3}(-\d+)?|")  # slice, y, x of the middle; or nothing
_SHOWN = 4


def meanings(
    name: str, labels: Sequence[Sequence[str]], places: Array, lanes: int, bands: Sequence[str]
) -> list[Meaning]:
    """Return the lane (from 1) and target ("" for a whole lane) of every selection of a file.

    Names win. Where no selection was named by a person, they are told by their places: as many as lanes and bands
    make, standing in clear columns and rows.

    Parameters
    ----------
    name : str
        What messages call the file.
    labels : sequence of sequence of str
        The names that each selection goes by, the most telling first.
    places : ndarray, shape (n, 4)
        Left, top, width and height of each.
    lanes : int
        How many lanes the picture has.
    bands : sequence of str
        Targets from top to bottom.

    Raises
    ------
    InvalidBoxes
        When a name says neither lane nor target, some are named and others not, or places don't make a grid.

    Examples
    --------
    >>> places = np.array([[10.0, 20.0, 30.0, 12.0], [60.0, 20.0, 30.0, 12.0]])
    >>> meanings("set.zip", [["cIAP1 1"], ["lane_2"]], places, 12, ["cIAP1", "actin"])
    [(1, 'cIAP1'), (2, '')]
    >>> meanings("set.zip", [["0001-0026-0025"], ["0001-0026-0075"]], places, 2, ["actin"])
    [(1, 'actin'), (2, 'actin')]
    """
    nameless = [_is_nameless(own) for own in labels]
    if all(nameless):
        return _by_place(name, places, lanes, bands)
    found = [_by_name(own, bands) for own in labels]
    unread = [own[0] for own, meaning in zip(labels, found, strict=True) if meaning is None]
    if unread:
        shown = ", ".join(map(repr, unread[:_SHOWN])) + (f" and {len(unread) - _SHOWN} more" * (len(unread) > _SHOWN))
        raise InvalidBoxes(
            name,
            expected=f"selections named by a lane and one of {', '.join(bands)}",
            got=f"{len(unread)} of {len(found)} that say neither: {shown}",
            remedy=_REMEDY,
        )
    return [meaning for meaning in found if meaning is not None]


def _is_nameless(labels: Sequence[str]) -> bool:
    """Tell whether nobody named it: ImageJ's own label, or a bare count."""
    return all(_GIVEN_BY_IMAGEJ.fullmatch(label.strip()) or label.strip().isdecimal() for label in labels)


def _by_name(labels: Sequence[str], bands: Sequence[str]) -> Meaning | None:
    for label in labels:
        said = re.sub(r"\s*\(\d\)$", "", _folded(label))  # "non-specific" may stand twice in a lane
        lane = re.fullmatch(r"(?:lane|l)[\W_]*0*(\d{1,3})", said)
        if lane:
            return int(lane[1]), ""
        for target in sorted(bands, key=len, reverse=True):
            number = _lane_beside(said, _folded(target))
            if number is not None:
                return number, target
    return None


def _lane_beside(said: str, target: str) -> int | None:
    """Return the lane number that stands before or after the target; marks between them may be of any kind."""
    words = [re.escape(word) for word in re.split(r"[\W_]+", target) if word]
    if not words:
        return None
    spelt = r"[\W_]*".join(words)
    # "cIAP13" might be lane 3 of cIAP1 or a band called so: a mark must stand between two digits.
    after, before = (r"[\W_]+" if target[end].isdigit() else r"[\W_]*" for end in (-1, 0))
    lane = r"(?:lane|l)?[\W_]*0*(\d{1,3})"
    found = re.fullmatch(rf"{spelt}{after}{lane}|{lane}{before}{spelt}", said)
    return int(found[1] or found[2]) if found else None


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().strip()


def _by_place(name: str, places: Array, lanes: int, bands: Sequence[str]) -> list[Meaning]:
    count, full = len(places), lanes * len(bands)
    tall = _stands_upright(places)
    if count == full and (len(bands) > 1 or not tall.all()):
        kinds = [(np.arange(count), tuple(bands))]
    elif count == lanes and tall.all():
        kinds = [(np.arange(count), ("",))]
    elif count == full + lanes and tall.sum() == lanes:
        kinds = [(np.flatnonzero(tall), ("",)), (np.flatnonzero(~tall), tuple(bands))]
    else:
        raise InvalidBoxes(
            name,
            expected=f"{full} unnamed selections, one for each of {lanes} lanes x {len(bands)} bands",
            got=f"{count}",
            remedy=_REMEDY,
        )
    found: list[Meaning] = [(0, "")] * count
    for chosen, targets in kinds:
        for i, meaning in zip(chosen, _in_grid(name, places[chosen], lanes, targets), strict=True):
            found[int(i)] = meaning
    return found


def _stands_upright(places: Array) -> NDArray[np.bool_]:
    """Tell which selections are whole lanes: three times as high as wide, and far higher than the lowest."""
    width, height = places[:, 2], places[:, 3]
    return np.asarray((height > 3 * width) & ((height > 4 * height.min()) | (height.min() > 0.5 * height.max())))


def _in_grid(name: str, places: Array, lanes: int, targets: tuple[str, ...]) -> list[Meaning]:
    """Tell selections by column and row, or refuse where columns or rows run into one another."""
    x, y = places[:, 0] + places[:, 2] / 2, places[:, 1] + places[:, 3] / 2
    columns = np.argsort(x, kind="stable").reshape(lanes, len(targets))
    columns = np.stack([column[np.argsort(y[column], kind="stable")] for column in columns])
    apart = all(x[left].max() < x[right].min() for left, right in pairwise(columns))
    apart = apart and all(_same_row(y[left], y[right]) for left, right in pairwise(columns))
    if not apart:
        raise InvalidBoxes(
            name,
            expected=f"unnamed selections in {lanes} columns and {len(targets)} rows",
            got="columns or rows that run into one another",
            remedy=_REMEDY,
        )
    found: list[Meaning] = [(0, "")] * len(places)
    for lane, column in enumerate(columns, start=1):
        for i, target in zip(column, targets, strict=True):
            found[int(i)] = (lane, target)
    return found


def _same_row(left: Array, right: Array) -> bool:
    """Tell whether every band lies nearer to its own row in the neighbouring lane than to another row."""
    return bool((np.abs(left[:, None] - right[None]).argmin(axis=1) == np.arange(len(left))).all())
