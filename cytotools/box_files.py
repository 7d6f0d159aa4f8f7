"""The lanes and bands of every image that was measured, as files that a person edits and hands back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cytotools.labels import file_stem

if TYPE_CHECKING:
    from cytotools.results import MeasuredImage, Results


def write_boxes(results: Results, folder: Path) -> None:
    """Write a boxes sheet and an ImageJ ROI set for each image into `folder`, which is made where there is one.

    Both number the lanes as the membrane does and count pixels as the image is stored, so that either can be named
    under `boxes:` of its image as it is, or after what is wrong was mended.
    """
    taken: list[str] = []
    for image in results.images:
        folder.mkdir(exist_ok=True)
        taken.append(file_stem(image.stem, taken))
        _write(image, folder / taken[-1])


def _write(image: MeasuredImage, stem: Path) -> None:
    from blots import boxes_of, write_rois

    boxes = boxes_of(image.geometry, image.blot)
    boxes = boxes.assign(lane=boxes["lane"] + image.first_lane - 1)
    boxes.to_csv(stem.with_name(f"{stem.name}_boxes.csv"), index=False, lineterminator="\n", encoding="utf-8")
    write_rois(boxes, stem.with_name(f"{stem.name}_rois.zip"))
