"""From a study folder to a `Study`: opens study.yaml and its sheets, and names every problem at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from cytotools.blot_rules import check_bands, fill_membrane, note_membranes
from cytotools.cells.words import well
from cytotools.conditions import (
    CONDITIONS,
    LANE_COLUMNS,
    WELL_COLUMNS,
    Column,
    box_columns,
    sample_columns,
    threshold_columns,
)
from cytotools.errors import StudyError, refusal
from cytotools.sheet_rules import check_conditions, check_files, check_lanes, check_unique
from cytotools.sheets import Given, Table, read_sheet, tabulate
from cytotools.sheets.sheet import MAX_BYTES
from cytotools.study import BlotImage, BlotsBlock, Compound, FlowBlock, PlateFile, Study
from cytotools.study_paths import file_inside, folder_of, sample_file, study_file
from cytotools.study_reading import Reading
from cytotools.study_schema import BlotsModel, FlowModel, ImageModel, Location, PlateModel, StudyModel, check_schema
from cytotools.study_yaml import parse_study

MAX_STUDY_BYTES = 500_000


def read_study(path: str | Path) -> Study:
    """Read a study and check everything that can be checked without opening its measurements.

    Parameters
    ----------
    path : str or Path
        A study.yaml, or the folder that holds one.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        The study file, a sheet or a named path is wrong; `.problems` holds every problem that was found, each with its
        place, what, what was expected, what came and the remedy.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_study(folder)
    Traceback (most recent call last):
    ...
    cytotools.errors.StudyError: ...study.yaml: the study: expected a study file, got nothing under this name. ...
    """
    path = study_file(Path(path))
    data, places, repeated = _read_yaml(_study_text(_bytes(path, MAX_STUDY_BYTES), path.name), path.name)
    model, problems = check_schema(data, places, path.name)
    reading = Reading(path, places, is_partial=bool(problems))
    reading.take(*repeated, *problems)
    study = reading.study(model) if model else None
    if reading.problems or study is None:
        raise StudyError(list(reading.problems.values()))
    return study


def _bytes(path: Path, limit: int, name: str = "") -> bytes:
    try:
        with path.open("rb") as file:
            contents = file.read(limit + 1)
    except OSError as error:
        remedy = "Close it in other programs and look at its permissions."
        raise refusal(name or path.name, "the file", "a file that can be read", error.strerror or "none", remedy)
    if len(contents) > limit:
        remedy = "Name the file that describes the study, not one of its measurements."
        raise refusal(name or path.name, "the file", f"at most {limit / 1e6:g} MB", "a larger file", remedy)
    return contents


def _flow(reading: Reading, model: FlowModel) -> FlowBlock | None:
    sheet = reading.file(model.samples, ("flow", "samples"))
    file = partial(file_inside, reading.path.parent, near=folder_of(sheet))
    columns = (*CONDITIONS, *conditions.sample_columns(file))
    table = reading.table(sheet, columns, reading.given(model, ("flow",)), "samples")
    gates = reading.file(model.gates, ("flow", "gates"))
    by_hand = reading.file(model.thresholds, ("flow", "thresholds"))
    samples = [] if table is None else list(table.frame["file"])
    of_sample = partial(sample_file, reading.path.parent, folder_of(by_hand), samples)
    thresholds = reading.table(by_hand, conditions.threshold_columns(of_sample), {}, "thresholds")
    if table is None:
        return None
    check_conditions(reading, table)
    check_files(reading, table)
    reading.inputs.update(file for file in samples if file)
    return FlowBlock(table.frame, model.annexin, model.dye, thresholds.frame if thresholds else None, gates)


def _blots(reading: Reading, model: BlotsModel) -> BlotsBlock | None:
    sheet = reading.file(model.lanes, ("blots", "lanes"))
    table = reading.table(sheet, (*CONDITIONS, *LANE_COLUMNS), reading.given(model, ("blots",)), "lanes")
    locations: list[Location] = [("blots", "images", index) for index in range(len(model.images))]
    if table:
        for image, location in zip(model.images, locations, strict=True):
            fill_membrane(reading, table, image.membrane, reading.given(image, location))
        check_conditions(reading, table)
        check_lanes(reading, table)
    images = [_image(reading, image, at, table) for image, at in zip(model.images, locations, strict=True)]
    if table is None:
        return None
    block = BlotsBlock(
        table.frame, model.loading_control, tuple(images), model.reference, model.ladder_kda, dict(model.kda or {})
    )
    if not reading.is_partial:
        check_bands(reading, block)
        note_membranes(reading, table, block)
    return block


def _image(reading: Reading, model: ImageModel, location: Location, table: Table | None) -> BlotImage:
    file = reading.file(model.file, (*location, "file"))
    sheet = reading.file(model.boxes, (*location, "boxes"))
    boxes = reading.table(sheet, conditions.box_columns(model.bands), {}, "boxes")
    if table:
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
    return BlotImage(
        file or model.file,
        model.membrane,
        model.bands,
        boxes.frame if boxes else None,
        model.page,
        model.channel,
        model.gel or "",
        model.exposure_s,
        model.probe_order,
        model.first_lane,
    )


def _plate(reading: Reading, model: PlateModel, location: Location) -> PlateFile | None:
    file = reading.file(model.file, (*location, "file"))
    sheet = reading.file(model.layout, (*location, "layout"))
    columns = [Column("well", conditions.well, required=True) if c.name == "well" else c for c in CONDITIONS]
    table = reading.table(sheet, (*columns, *WELL_COLUMNS), reading.given(model, location), "layout")
    if table is None or file is None:
        return None
    check_conditions(reading, table)
    check_unique(reading, table, ("plate", "well"))
    return PlateFile(file, model.assay, table.frame, model.reference_nm, model.sheet or "", model.analyte or "")


def _compounds(model: StudyModel) -> dict[str, Compound]:
    return {
        name: Compound(name, found.molar_mass, found.vehicle or "", found.drug_class or "") if found else Compound(name)
        for name, found in (model.compounds or {}).items()
    }
