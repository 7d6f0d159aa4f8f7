"""From one image of a study to its bands under the membrane's lane numbers; or the reason why it gives none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from cytotools.results import MeasuredImage, RefusedImage

if TYPE_CHECKING:
    import pandas as pd

    from blots.blot import Blot
    from cytotools.study import BlotImage, Study

_COLOURS = {"red": 0, "green": 1, "blue": 2}


def measure_image(study: Study, lanes: pd.DataFrame, image: BlotImage) -> MeasuredImage | RefusedImage:
    """Read, judge and measure one image.

    Parameters
    ----------
    study : Study
        Whose folder holds the image.
    lanes : DataFrame
        The lanes sheet of all membranes.
    image : BlotImage
        What the study says of the image.

    Returns
    -------
    MeasuredImage or RefusedImage
        A refused image that could be read carries its picture, so that it can be shown without numbers.
    """
    from blots import BlotError, read_blot

    blot = None
    try:
        blot = read_blot(study.folder / image.file, page=image.page, channel=_channel(image))
        return _with_masses(study, _measured(blot, lanes, image), lanes)
    except BlotError as error:
        return RefusedImage(image, error, blot)


def _measured(blot: Blot, lanes: pd.DataFrame, image: BlotImage) -> MeasuredImage:
    from blots import LanesNotFound, measure_blot

    sheet = lanes[(lanes["membrane"] == image.membrane) & (lanes["lane"] >= image.first_lane)]
    shift = image.first_lane - 1
    boxes = None if image.boxes is None else image.boxes.assign(lane=image.boxes["lane"] - shift)
    empty, ladder = (set(sheet.loc[sheet["role"] == role, "lane"] - shift) for role in ("empty", "ladder"))
    count = int(sheet["lane"].max()) - shift
    try:
        measured = measure_blot(blot, count, image.bands, boxes, image.force, empty_lanes=empty, turn=image.turn)
    except LanesNotFound:  # a ladder shows on some scans and not on others
        if not ladder:
            raise
        unseen = empty | ladder
        measured = measure_blot(blot, count, image.bands, boxes, image.force, empty_lanes=unseen, turn=image.turn)
    table = measured.table
    bands = table.assign(membrane=image.membrane, image=image.file, lane=table["lane"] + shift)
    return MeasuredImage(image, measured, bands)


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
