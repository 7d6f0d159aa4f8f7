"""From the images of a study to bands under the membranes' lane numbers; or the reason why one gives none."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cytotools.exposures import NotMerged, as_one, exposure_groups, labels
from cytotools.results import MeasuredImage, RefusedImage

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from blots.blot import Blot
    from blots.measured_blot import MeasuredBlot
    from cytotools.study import BlotImage, Study

_COLOURS = {"red": 0, "green": 1, "blue": 2}
Outcome = MeasuredImage | RefusedImage
Map = Callable[..., Iterable[Any]]


@dataclass(frozen=True, eq=False)
class MeasuredImages:
    """The outcome of every image, exposures that were merged being one, and those that could not be merged."""

    outcomes: tuple[Outcome, ...]
    apart: tuple[NotMerged, ...]


def measure_images(
    study: Study, lanes: pd.DataFrame, images: Sequence[BlotImage], map: Map = builtins.map
) -> MeasuredImages:
    """Read, judge and measure the images of a study; exposures of one membrane are merged first.

    Parameters
    ----------
    study : Study
        Whose folder holds the images.
    lanes : DataFrame
        The lanes sheet of all membranes.
    images : sequence of BlotImage
        What the study says of each.
    map : callable
        The seam for parallel work over the images.

    Returns
    -------
    MeasuredImages
        A refused image that could be read carries its picture, so that it can be shown without numbers. Exposures that
        can't be merged are measured each alone.
    """
    found = exposure_groups(images)
    outcomes: list[Outcome] = []
    apart = list(found.apart)
    for one in map(partial(_measured_group, study.folder, lanes, images), found.groups):
        outcomes += one.outcomes
        apart += one.apart
    outcomes = [_with_sibling(outcome, outcomes, lanes) for outcome in outcomes]
    outcomes = [_as_reprobed(outcome, outcomes) for outcome in outcomes]
    outcomes = [_with_masses(study, one, lanes) if isinstance(one, MeasuredImage) else one for one in outcomes]
    return MeasuredImages(tuple(outcomes), tuple(apart))


def _measured_group(
    folder: Path, lanes: pd.DataFrame, images: Sequence[BlotImage], group: Sequence[BlotImage]
) -> MeasuredImages:
    """Measure one image, or the exposures of one membrane as one where they can be merged."""
    read = [_read(folder, image) for image in group]
    outcomes: list[Outcome] = [one for one in read if isinstance(one, RefusedImage)]
    seen = [one for one in read if not isinstance(one, RefusedImage)]
    merged = _merged(seen) if len(seen) > 1 else None
    if isinstance(merged, _Seen):
        return MeasuredImages((*outcomes, _outcome(merged, lanes, images=images)), ())
    outcomes += [_outcome(replace(one, image=_named(one.image, images)), lanes, images=images) for one in seen]
    return MeasuredImages(tuple(outcomes), (merged,) if merged else ())


@dataclass(frozen=True, eq=False)
class _Seen:
    """A picture that was read, its entry, and the entries that its pixels come from."""

    image: BlotImage
    blot: Blot
    sources: tuple[BlotImage, ...]


def _read(folder: Path, image: BlotImage) -> _Seen | RefusedImage:
    from blots import BlotError, read_blot

    try:
        blot = read_blot(folder / image.file, page=image.page, channel=_channel(image))
    except BlotError as error:
        return RefusedImage(image, error)
    return _Seen(image, blot, (image,))


def _merged(seen: Sequence[_Seen]) -> _Seen | NotMerged:
    """Return exposures as one picture, or the reason why they are none."""
    from blots import BlotError, merge_exposures

    images = tuple(one.image for one in seen)
    names = labels(images)
    blots = [replace(one.blot, name=name) for one, name in zip(seen, names, strict=True)]
    try:
        merged = merge_exposures(blots, [image.exposure_s or 0.0 for image in images])
    except BlotError as error:
        return NotMerged(images, f"expected {error.expected}, got {error.got}", error.remedy)
    used = set(merged.name.split(" + "))
    sources = tuple(image for image, name in zip(images, names, strict=True) if name in used)
    return _Seen(as_one(images, merged.name), merged, sources)


def _named(image: BlotImage, images: Iterable[BlotImage]) -> BlotImage:
    """Return the entry under a name that tells it from other pages of its file that show the same bands."""
    wanted = set(image.bands) - {"non-specific"}
    alike = [i for i in images if (i.file, i.membrane) == (image.file, image.membrane) and wanted & set(i.bands)]
    pages = {i.page for i in alike}
    return replace(image, file=f"{image.file} (page {image.page})") if len(pages) > 1 else image


def _outcome(
    seen: _Seen, lanes: pd.DataFrame, beside: MeasuredBlot | None = None, images: Sequence[BlotImage] = ()
) -> Outcome:
    from blots import BlotError, LanesNotFound

    try:
        return _measured(seen, lanes, beside)
    except BlotError as error:
        part = _before_next(seen.image, lanes, images)
        if part is not None and isinstance(error, LanesNotFound):
            return _outcome(seen, part, beside)
        return RefusedImage(seen.image, error, seen.blot, seen.sources)


def _before_next(image: BlotImage, lanes: pd.DataFrame, images: Sequence[BlotImage]) -> pd.DataFrame | None:
    """Return the lanes up to where another image of the membrane goes on with the same bands; None where none does."""
    wanted = set(image.bands) - {"non-specific"}
    goes_on = [
        other.first_lane
        for other in images
        if other.membrane == image.membrane and other.first_lane > image.first_lane and wanted & set(other.bands)
    ]
    if not goes_on:
        return None
    return lanes[(lanes["membrane"] != image.membrane) | (lanes["lane"] < min(goes_on))]


def _measured(seen: _Seen, lanes: pd.DataFrame, beside: MeasuredBlot | None) -> MeasuredImage:
    from blots import LanesNotFound, measure_blot

    image, blot = seen.image, seen.blot
    sheet = lanes[(lanes["membrane"] == image.membrane) & (lanes["lane"] >= image.first_lane)]
    shift = image.first_lane - 1
    boxes = None if image.boxes is None else image.boxes.assign(lane=image.boxes["lane"] - shift)
    empty, ladder = (set(sheet.loc[sheet["role"] == role, "lane"] - shift) for role in ("empty", "ladder"))
    count, bands, force, turn = int(sheet["lane"].max()) - shift, image.bands, image.force, image.turn
    try:
        measured = measure_blot(blot, count, bands, boxes, force, empty_lanes=empty, turn=turn, beside=beside)
    except LanesNotFound:  # a ladder shows on some scans and not on others
        if not ladder:
            raise
        measured = measure_blot(blot, count, bands, boxes, force, empty_lanes=empty | ladder, turn=turn)
    table = measured.table
    found = table.assign(membrane=image.membrane, image=image.file, lane=table["lane"] + shift)
    return MeasuredImage(image, measured, found, exposures=seen.sources)


def _with_sibling(outcome: Outcome, others: Iterable[Outcome], lanes: pd.DataFrame) -> Outcome:
    """Return an image whose lanes were not found measured with those of another image of its membrane, if it can be."""
    from blots import LanesNotFound

    if not isinstance(outcome, RefusedImage) or outcome.blot is None or not isinstance(outcome.error, LanesNotFound):
        return outcome
    for other in others:
        if isinstance(other, MeasuredImage) and _lie_alike(outcome, other):
            seen = _Seen(outcome.image, outcome.blot, outcome.exposures)
            tried = _outcome(seen, lanes, other.measured)
            if isinstance(tried, MeasuredImage):
                return tried
    return outcome


def _lie_alike(image: RefusedImage, other: MeasuredImage) -> bool:
    """Tell whether two images show one membrane and are of the same size as stored and told to stand the same way."""
    keys = ("membrane", "gel", "first_lane", "turn")
    alike = all(getattr(image.image, key) == getattr(other.image, key) for key in keys)
    stored = other.blot.shape if other.blot.quarter_turns % 2 == 0 else other.blot.shape[::-1]
    return alike and image.blot is not None and image.blot.shape == stored


def _as_reprobed(outcome: Outcome, others: Iterable[Outcome]) -> Outcome:
    """Return an image of a stripped membrane with what that means for its bands."""
    from blots.cautions import caution, join
    from blots.residual_signal import residual_signal

    order = outcome.image.probe_order or 1
    if not isinstance(outcome, MeasuredImage) or order < 2:
        return outcome
    words = caution("reprobed", f"by antibody {order} on the membrane")
    bands = outcome.bands.assign(caution=[join(cell, words) for cell in outcome.bands["caution"]])
    for other in others:
        if not isinstance(other, MeasuredImage) or (other.image.probe_order or order) >= order:
            continue
        if all(getattr(outcome.image, key) == getattr(other.image, key) for key in ("membrane", "gel")):
            left = residual_signal(other.measured, outcome.measured)
            bands["caution"] = [
                join(cell, left.get(target, "")) for cell, target in zip(bands["caution"], bands["target"], strict=True)
            ]
    return replace(outcome, bands=bands)


def _with_masses(study: Study, image: MeasuredImage, lanes: pd.DataFrame) -> MeasuredImage:
    """Return the image with the masses of its bands, where the study names its ladder and the sheet the lane."""
    from blots.cautions import join
    from blots.molecular_weight import find_masses

    block = study.blots
    ladder = _ladder_lanes(image, lanes)
    if block is None or not block.ladder_kda or not ladder:
        return image
    masses = find_masses(image.measured, ladder, block.ladder_kda, block.kda)
    cautions = [join(own, said) for own, said in zip(image.bands["caution"], masses.caution, strict=True)]
    return replace(image, bands=image.bands.assign(kda=masses.kda, caution=cautions), masses=masses)


def _ladder_lanes(image: MeasuredImage, lanes: pd.DataFrame) -> list[int]:
    """Return which lanes of the picture, from 1, hold a ladder."""
    of_membrane = lanes[(lanes["membrane"] == image.membrane) & (lanes["role"] == "ladder")]
    if "exclude" in of_membrane:
        of_membrane = of_membrane[of_membrane["exclude"] == ""]
    shown = len(image.geometry.lanes)
    return [lane for lane in (of_membrane["lane"] - image.first_lane + 1).tolist() if 1 <= lane <= shown]


def masses_of(image: MeasuredImage, study: Study) -> pd.DataFrame:
    """Return the rows of molecular_weight.csv of an image; none where the study gives no masses at all."""
    import pandas as pd

    from blots.molecular_weight import MASS_COLUMNS, no_ladder

    block = study.blots
    if image.masses is not None:
        table = image.masses.table
    elif block is None or not (block.ladder_kda or block.kda):
        return pd.DataFrame(columns=list(MASS_COLUMNS))
    else:
        why = "the sheet names no ladder lane of it" if block.ladder_kda else "the study gives no `ladder_kda`"
        table = no_ladder(image.image.bands, block.kda, why)
    return table.assign(membrane=image.membrane, image=image.file)


def refused_as_twin(image: MeasuredImage, others: Sequence[MeasuredImage]) -> RefusedImage | None:
    """Return the refusal of an image whose pixels stand for another membrane already, None where they do not.

    A picture that was saved under two names would count one experiment twice. One scan that shows two membranes has
    boxes in both its entries.

    Parameters
    ----------
    image : MeasuredImage
    others : sequence of MeasuredImage
        Those measured before.

    Returns
    -------
    RefusedImage or None
    """
    import numpy as np

    from blots import BlotError

    for other in others:
        boxed = image.image.boxes is not None and other.image.boxes is not None
        if other.membrane != image.membrane and not boxed and np.array_equal(other.blot.signal, image.blot.signal):
            error = BlotError(
                image.file,
                expected="a picture of its own for each membrane",
                got=f"the same pixels as {other.file} (membrane {other.membrane})",
                remedy="Name the membrane's own image; or, where one scan shows both, give both entries boxes.",
            )
            return RefusedImage(image.image, error, image.blot)
    return None


def budget_of(image: MeasuredImage) -> pd.DataFrame:
    """Return the error budget of an image's bands, one a row: standard deviations in the unit of the volume."""
    budget = image.measured.budget
    bands = image.bands[["membrane", "image", "lane", "target"]]
    return bands.assign(**{part.name: getattr(budget, part.name).ravel() for part in fields(budget)})


def _channel(image: BlotImage) -> int | str | None:
    """Return the channel as the reader knows it: the colours of a study are numbers there."""
    if isinstance(image.channel, str):
        return _COLOURS.get(image.channel.strip().casefold(), image.channel)
    return image.channel
