"""Rules that hold between the lanes sheet, the images and the loading controls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cytotools.cells.refused import nearest, shown
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.sheet_rules import check_box_order, check_boxes, check_boxes_inside
from cytotools.sheets import Given, Table
from cytotools.study import BlotImage, BlotsBlock, Reference
from cytotools.study_reading import Reading
from cytotools.study_schema import ImageModel, Location

NOT_THE_SAMPLE = ("technical", "batch", "well")


def fill_membrane(reading: Reading, table: Table, membrane: str, given: Mapping[str, Given]) -> None:
    """Give the lanes of a membrane what study.yaml says on its image."""
    frame = table.frame
    for name, value in given.items():
        for row in frame.index[frame["membrane"] == membrane]:
            cell = frame[name][row]
            if cell == "" or cell != cell:  # NaN
                frame.at[row, name] = value.value
            elif cell != value.value:
                expected = f"{shown(value.value)}, which {value.place} gives for the membrane"
                remedy = "Correct the cell, or take the key out of study.yaml."
                reading.add(table.place(row, name), name, expected, shown(cell), remedy)


def check_image(reading: Reading, model: ImageModel, location: Location, table: Table, boxes: Table | None) -> None:
    """Check that an image shows lanes of the lanes sheet, and that its boxes lie on them."""
    lanes = table.frame.loc[table.frame["membrane"] == model.membrane, "lane"].tolist()
    if not lanes:
        membranes = dict.fromkeys(name for name in table.frame["membrane"] if name)
        place = reading.place((*location, "membrane"))
        got, remedy = shown(model.membrane), nearest(model.membrane, membranes)
        reading.add(place, "membrane", f"a membrane of {table.sheet.name}", got, remedy)
    elif model.first_lane > max(lanes):
        place = reading.place((*location, "first_lane"))
        remedy = "Name the membrane's lane that is leftmost in the image."
        reading.add(place, "first_lane", f"a lane up to {max(lanes)}", str(model.first_lane), remedy)
    if boxes and lanes and reading.is_sound(table):
        check_boxes(reading, boxes, lanes)
    if boxes and not model.turn:
        check_box_order(reading, boxes, model.bands)
    size = _stored_size(reading, model) if boxes else None
    if boxes and size:
        check_boxes_inside(reading, boxes, model.file, size)


def _stored_size(reading: Reading, model: ImageModel) -> tuple[int, int] | None:
    from blots.image_files import picture_size

    return picture_size(reading.path.parent / model.file, model.page)


def check_bands(reading: Reading, block: BlotsBlock) -> None:
    """Check that the names of bands meet: a loading control on each membrane, masses of bands that are there."""
    bands: dict[str, list[str]] = {}
    for image in block.images:
        bands.setdefault(image.membrane, []).extend(name for name in image.bands if name != "non-specific")
    for membrane, names in bands.items():
        absent = [name for name in block.loading_controls if name not in names]
        for control in absent:
            place, what = reading.place(("blots", "loading_control")), f"loading_control on membrane {membrane}"
            expected = f"a band of an image of membrane {membrane}"
            elsewhere = any(control in others for others in bands.values())
            if len(absent) == len(block.loading_controls) or not elsewhere:
                reading.add(place, what, expected, shown(control), nearest(control, dict.fromkeys(names)))
            else:
                remedy = "Levels over it are not stated there, nor those over the mean of all; add its image."
                reading.note(place, what, expected, f"none called {shown(control)}", remedy)
    every = list(dict.fromkeys(name for names in bands.values() for name in names))
    for name in block.kda:
        if name not in every and name != "non-specific":
            place = reading.place(("blots", "kda", name))
            reading.add(place, f"kda.{name}", "a band of an image", f"the key `{name}`", nearest(name, every))
    _check_images(reading, block.images)


def _check_images(reading: Reading, images: Sequence[BlotImage]) -> None:
    """Refuse two entries that look at the same pixels: the same bands would be found twice, under other names.

    Boxes tell such entries apart; a band of one name may not stand in both even so. One picture for two membranes
    would count one experiment twice.
    """
    first: dict[tuple[object, ...], int] = {}
    for index, image in enumerate(images):
        key = (image.file, image.page, image.channel)
        before = images[first[key]] if key in first else None
        if before is not None and (image.membrane, image.gel) != (before.membrane, before.gel):
            if image.boxes is None or before.boxes is None:
                place, of = reading.place(("blots", "images", index, "file")), f"membrane {before.membrane}"
                got = f"{image.file} again, as in images[{first[key] + 1}] ({of})"
                remedy = "Name the membrane's own image; or, where one scan shows both, give both entries boxes."
                reading.add(place, f"images[{index + 1}]", "a picture of its own for each membrane", got, remedy)
        elif before is not None:
            twice = [name for name in image.bands if name in before.bands and name != "non-specific"]
            place, as_in = reading.place(("blots", "images", index)), f"in {image.file} again, as in images"
            if twice:
                got, remedy = f"{twice[0]} {as_in}[{first[key] + 1}]", "Delete one of the two, or its band."
                reading.add(place, f"images[{index + 1}]", "each band of an image once", got, remedy)
            elif image.boxes is None or before.boxes is None:
                got = f"{', '.join(image.bands)} {as_in}[{first[key] + 1}]"
                remedy = "List all bands of the image in one entry, from top to bottom; or give both entries boxes."
                reading.add(place, f"images[{index + 1}]", "each image of a membrane once", got, remedy)
        first.setdefault(key, index)


def _note_two_loads(reading: Reading, table: Table) -> None:
    """Note lanes of one sample at two loads: no dilution series, and averaged as repeats."""
    frame = table.frame
    samples = frame[(frame["exclude"] == "") & ~frame["role"].isin(("ladder", "empty")) & (frame["protein_ug"] > 0)]
    keys = ["membrane", "role", "replicate", *(c for c in CONDITION_COLUMNS if c in frame and c not in NOT_THE_SAMPLE)]
    for _, lanes in samples.groupby(list(dict.fromkeys(keys)), dropna=False, sort=False):
        loads = sorted(set(lanes["protein_ug"]))
        if len(loads) == 2:
            remedy = (
                "Load a third amount for a dilution series; else give the lane of the other load a reason in `exclude`."
            )
            got = f"{loads[0]:g} and {loads[1]:g} ug of one sample, whose lanes are averaged as repeats"
            reading.note(
                table.place(lanes.index[0], "protein_ug"), "protein_ug", "one load, or three or more", got, remedy
            )


def note_membranes(reading: Reading, table: Table, block: BlotsBlock) -> None:
    """Note membranes without an image, and lanes without the reference that their levels would be set against."""
    frame = table.frame
    shown_membranes = {image.membrane for image in block.images}
    _note_no_course(reading, table, block.reference)
    _note_two_loads(reading, table)
    for membrane in dict.fromkeys(name for name in frame["membrane"] if name):
        lanes = frame[frame["membrane"] == membrane]
        place = table.place(lanes.index[0], "membrane")
        if membrane not in shown_membranes:
            remedy = "Add its image to `blots: images:`, or delete its lanes."
            reading.note(place, f"membrane {membrane}", "an image", "none: it is left out", remedy)
            continue
        used = lanes[lanes["exclude"] == ""]
        for words in _without_reference(used, block.reference):
            remedy = "Load the reference on every membrane, or change `blots: reference:`."
            what = f"membrane {membrane}"
            reading.note(place, what, f"the reference ({block.reference})", f"none for {words}", remedy)
        for replicate, words in _borrowing(used, block.reference):
            remedy = "Load every experiment's own reference: with a shared one they are not independent."
            what, expected = f"membrane {membrane}", f"the reference ({block.reference}) of replicate {replicate}"
            reading.note(place, what, expected, f"that of {words}, which serves it too", remedy)


def _note_no_course(reading: Reading, table: Table, reference: Reference) -> None:
    """Note that no treated lane comes after the reference hour: then there is no verdict on anything."""
    frame, start = table.frame, reference.hours or 0.0
    treated = frame[(frame["role"] == "treated") & (frame["exclude"] == "")]
    if len(treated) and not (treated["hours"] > start).any():
        expected, got = f"a treated lane after {start:g} h", "none: no course over time is judged"
        remedy = "Write each lane's hours from the first agent to the harvest."
        reading.note(table.place(treated.index[0], "hours"), "hours", expected, got, remedy)


def _borrowing(lanes: Any, reference: Reference) -> Iterator[tuple[str, str]]:
    """Name the experiments of one membrane that have no reference hour of their own, and whose serves them."""
    if reference.kind != "hour":
        return
    samples = lanes[lanes["role"].isin(("untreated", "vehicle", "treated"))]
    for _, own in samples.groupby(["cell_line", "arm"], sort=False):
        there = list(dict.fromkeys(own.loc[own["hours"] == reference.hours, "replicate"]))
        if not there or "" in there:
            continue
        for replicate in dict.fromkeys(own.loc[own["role"] == "treated", "replicate"]):
            if replicate and replicate not in there:
                yield replicate, f"replicate {' and '.join(there)}"


def _without_reference(lanes: Any, reference: Reference) -> Iterator[str]:
    """Name the cell lines, arms and hours of one membrane that have no reference lane."""
    treated = lanes[lanes["role"] == "treated"]
    if reference.kind == "lane":
        if len(treated) and not (lanes["role"] == "reference").any():
            yield "its lanes"
        return
    samples = lanes[lanes["role"].isin(("untreated", "vehicle", "treated"))]
    at_hour = reference.kind == "hour"
    references = samples[samples["hours"] == reference.hours] if at_hour else samples[samples["role"] == "vehicle"]
    names = ["cell_line", "arm"] if at_hour else ["cell_line", "arm", "hours"]
    served = set(references[names].itertuples(index=False, name=None))
    for key in dict.fromkeys(treated[names].itertuples(index=False, name=None)):
        if key not in served:
            line, arm, *hours = key
            words = " ".join(word for word in (line, arm, *(f"at {hour:g} h" for hour in hours)) if word)
            yield words or "its treated lanes"
