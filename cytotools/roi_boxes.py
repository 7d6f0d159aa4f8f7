"""Boxes that were drawn in ImageJ, as the boxes sheet of an image."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from cytotools.errors import Problem, StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

SUFFIXES = (".roi", ".zip")


def are_rois(file: str) -> bool:
    """Say whether a file's ending is that of ImageJ's selections.

    Examples
    --------
    >>> are_rois("rep1_rois.ZIP"), are_rois("rep1_boxes.csv")
    (True, False)
    """
    return PurePath(file).suffix.lower() in SUFFIXES


def boxes_of_rois(path: Path, name: str, bands: Sequence[str], lanes: Sequence[int], first_lane: int) -> pd.DataFrame:
    """Read ImageJ's selections as a boxes sheet whose lanes are those of the membrane.

    Selections that are told by their places count lanes from the image's left side: where `first_lane` is not 1, a
    lane before it can only be meant so, and all are then moved.

    Raises
    ------
    StudyError
        The file is no set of selections, or one of them can't be told or lies on no lane of the membrane.
    """
    from blots import BlotError, read_boxes

    shift = first_lane - 1
    try:
        boxes = read_boxes(path, lanes=max(lanes) - shift, bands=bands)
    except BlotError as error:
        raise StudyError([Problem(name, error.thing, error.expected, error.got, error.remedy)]) from error
    if shift and (boxes["lane"] < first_lane).any():
        boxes["lane"] += shift
    for lane in dict.fromkeys(boxes["lane"]):
        if lane not in lanes:
            remedy = f"The lanes sheet has {', '.join(map(str, sorted(lanes)))}."
            raise StudyError([Problem(name, "lane", "a lane of the membrane", str(lane), remedy)])
    return boxes.assign(place=name)
