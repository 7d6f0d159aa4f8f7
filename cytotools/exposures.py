"""Which images of a study are exposures of one membrane, and why others that seem to be are measured alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cytotools.study import BlotImage


@dataclass(frozen=True, eq=False)
class NotMerged:
    """Images that show the same bands of a membrane and are measured alone, with the reason and what to do."""

    images: tuple[BlotImage, ...]
    reason: str
    remedy: str

    @property
    def files(self) -> str:
        """Their names."""
        return " + ".join(labels(self.images))


@dataclass(frozen=True, eq=False)
class Exposures:
    """The images of a study in groups that are measured together (of one where there is nothing to merge)."""

    groups: tuple[tuple[BlotImage, ...], ...]
    apart: tuple[NotMerged, ...]


def exposure_groups(images: Sequence[BlotImage]) -> Exposures:
    """Group the images of a study into exposures of one membrane, the longest first in each group.

    Images belong together when membrane, bands, gel, probe, channel, first lane and turn are the same and each states
    another `exposure_s`. Images without any `exposure_s` are never merged.

    Examples
    --------
    >>> images = [BlotImage(f"{s} s.tif", "rep1", ("XIAP", "actin"), exposure_s=s) for s in (5, 60)]
    >>> [[image.file for image in group] for group in exposure_groups(images).groups]
    [['60 s.tif', '5 s.tif']]
    """
    groups: list[tuple[BlotImage, ...]] = []
    apart: list[NotMerged] = []
    alike: dict[object, list[BlotImage]] = {}
    for image in images:
        alike.setdefault((image.membrane, image.bands, image.gel, image.probe_order), []).append(image)
    for same in alike.values():
        if not any(image.exposure_s for image in same):
            groups += [(image,) for image in same]
            continue
        posed: dict[object, list[BlotImage]] = {}
        for image in same:
            posed.setdefault((image.channel, image.first_lane, image.turn), []).append(image)
        if len(posed) > 1:
            apart.append(NotMerged(tuple(same), f"they differ in {_differing(same)}", _ALIKE))
        for own in posed.values():
            found = _merged_or_not(own)
            groups += found.groups
            apart += found.apart
    order = {id(image): place for place, image in enumerate(images)}
    groups.sort(key=lambda group: min(order[id(image)] for image in group))
    return Exposures(tuple(groups), tuple(apart))


_ALIKE = "Give exposures of one picture the same channel, first_lane and turn; nothing is wrong if they are none."


def _merged_or_not(images: Sequence[BlotImage]) -> Exposures:
    """Return images that differ at most in file, page, exposure and boxes: one group, or each alone with the reason."""
    timed = [image for image in images if image.exposure_s]
    apart, alone = [], [(image,) for image in images]
    if len(timed) < len(images):
        without = ", ".join(labels([image for image in images if not image.exposure_s]))
        remedy = "State the seconds of every exposure, or of none."
        apart.append(NotMerged(tuple(images), f"{without} has no exposure_s", remedy))
    if len(timed) < 2:
        return Exposures(tuple(alone), tuple(apart))
    times = [image.exposure_s for image in timed]
    if len(set(times)) < len(times):
        twice = next(time for time in times if times.count(time) > 1)
        remedy = "Correct exposure_s, or leave all but one of those that are alike out of the study."
        apart.append(NotMerged(tuple(timed), f"two of them state {twice:g} s", remedy))
        return Exposures(tuple(alone), tuple(apart))
    ordered = tuple(sorted(timed, key=lambda image: -(image.exposure_s or 0)))
    if ordered[0].boxes is None and any(image.boxes is not None for image in ordered):
        remedy = f"Give the boxes in the pixels of {labels(ordered)[0]}, the longest exposure."
        apart.append(NotMerged(ordered, "boxes are given for a shorter exposure only", remedy))
        return Exposures(tuple(alone), tuple(apart))
    rest = [(image,) for image in images if not image.exposure_s]
    return Exposures((ordered, *rest), tuple(apart))


def _differing(images: Sequence[BlotImage]) -> str:
    names = ("channel", "first_lane", "turn")
    return " and ".join(name for name in names if len({getattr(image, name) for image in images}) > 1)


def labels(images: Sequence[BlotImage]) -> list[str]:
    """Return a name for each image: its file, with the page where several are pages of one file.

    Examples
    --------
    >>> labels([BlotImage("series.tif", "rep1", ("actin",), page=page) for page in (0, 1)])
    ['series.tif (page 0)', 'series.tif (page 1)']
    """
    files = [image.file for image in images]
    return [f"{i.file} (page {i.page})" if files.count(i.file) > 1 else i.file for i in images]


def as_one(images: Sequence[BlotImage], name: str) -> BlotImage:
    """Return the entry of merged exposures: the longest one's, under the name of all; forced where any is."""
    return replace(images[0], file=name, force=any(image.force for image in images))
