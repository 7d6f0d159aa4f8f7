"""From a study folder to a `Study`: opens study.yaml and its sheets, and names every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cytotools.blot_rules import check_bands, check_image, fill_membrane, note_membranes
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
from cytotools.draft_questions import open_questions, with_questions
from cytotools.errors import Problem, StudyError, refusal
from cytotools.panel_files import panel_of_recipe, problems_with
from cytotools.plates.lane_loading import LoadingPlan
from cytotools.plates.layout_grids import read_layout
from cytotools.roi_boxes import are_rois, boxes_of_rois
from cytotools.sheet_rules import (
    check_conditions,
    check_files,
    check_lanes,
    check_plates,
    check_standards,
    check_unique,
    check_units,
    note_units,
)
from cytotools.sheets import Given, Sheet, Table, read_sheet, tabulate
from cytotools.sheets.sheet import MAX_BYTES
from cytotools.study import BlotImage, BlotsBlock, Compound, FlowBlock, PlateFile, Study
from cytotools.study_paths import file_inside, folder_of, sample_file, study_file
from cytotools.study_reading import Reading, by_column
from cytotools.study_schema import BlotsModel, FlowModel, ImageModel, Location, PlateModel, StudyModel, check_schema
from cytotools.study_yaml import parse_study
from cytotools.verdicts.agent_classes import near_class
from cytotools.verdicts.resistance_rules import read_rules

if TYPE_CHECKING:
    import pandas as pd

    from blots.panel import Panel

MAX_STUDY_BYTES = 500_000
STANDARD_ASSAYS = ("elisa", "bca")


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
    data, places, repeated = parse_study(_bytes(path, MAX_STUDY_BYTES), path.name)
    model, problems = check_schema(data, places, path.name)
    reading = Reading(path, places, is_partial=bool(problems))
    reading.take(*repeated, *problems)
    study = _study(reading, model) if model else None
    if reading.problems or study is None:
        raise StudyError(by_column(with_questions(reading.problems.values(), reading.notes), path.name))
    return study


def _bytes(path: Path, limit: int, name: str = "") -> bytes:
    try:
        with path.open("rb") as file:
            contents = file.read(limit + 1)
    except OSError as error:
        remedy = "Close it in other programs and look at its permissions."
        got = error.strerror or "none"
        raise refusal(name or path.name, "the file", "a file that can be read", got, remedy) from None
    if len(contents) > limit:
        remedy = "Name the file that describes the study, not one of its measurements."
        raise refusal(name or path.name, "the file", f"at most {limit / 1e6:g} MB", "a larger file", remedy)
    return contents


def _study(reading: Reading, model: StudyModel) -> Study:
    """Read every block; what is wrong is added to the problems."""
    reading.inputs.add(reading.path.name)
    if not (model.flow or model.blots or model.plates or reading.is_partial):
        place = reading.place(())
        reading.add(place, "the study", "`flow`, `blots` or `plates`", "none", "Add what was measured.")
    flow = _flow(reading, model.flow) if model.flow else None
    blots = _blots(reading, model.blots) if model.blots else None
    compounds = _compounds(model)
    reading.notes += _slips(reading, compounds)
    found = [_plate(reading, plate, ("plates", index)) for index, plate in enumerate(model.plates or [])]
    layouts = {layout.sheet.name: layout for _, layout in filter(None, found)}  # one sheet may serve many plates
    masses = {name: compound.molar_mass for name, compound in compounds.items() if compound.molar_mass}
    check_units(reading, list(layouts.values()), masses)
    check_plates(reading, [pair[0] if pair else None for pair in found])
    return Study(
        path=reading.path,
        title=model.title or "",
        control=model.control or "",
        compounds=compounds,
        rules=_rules(reading, model),
        flow=flow,
        blots=blots,
        plates=tuple(plate for plate, _ in filter(None, found)),
        notes=tuple(by_column(list(dict.fromkeys(reading.notes)), reading.path.name)),
        inputs=tuple(sorted(reading.inputs)),
    )


def _rules(reading: Reading, model: StudyModel) -> str:
    """Return the text of the study's own rules of resistance once they were found sound, "" where there are none."""
    file = reading.file(model.resistance, ("resistance",))
    if file is None:
        return ""
    try:
        contents = _bytes(reading.path.parent / file, MAX_STUDY_BYTES, file)
        text = contents.decode("utf-8-sig", errors="replace")
        read_rules(text, file)
    except StudyError as error:
        reading.take(*error.problems)
        return ""
    return text


def _table(
    reading: Reading,
    file: str | None,
    columns: Sequence[Column],
    given: Mapping[str, Given],
    wanted: str,
    read: Callable[[bytes, str, str], Sheet] = read_sheet,
) -> Table | None:
    """Read a sheet; None where it can't be read at all."""
    if file is None:
        return None
    try:
        sheet = read(_bytes(reading.path.parent / file, MAX_BYTES, file), file, wanted)
    except StudyError as error:
        reading.take(*error.problems)
        return None
    table = tabulate(sheet, columns, given)
    reading.take(*table.problems)
    reading.notes += [*sheet.notes, *table.notes, *open_questions(table)]
    if not sheet.rows:
        place = sheet.place(sheet.header.line)
        reading.add(place, "the sheet", "at least one row", "a header only", "Fill the sheet.")
    return table


def _flow(reading: Reading, model: FlowModel) -> FlowBlock | None:
    sheet = reading.file(model.samples, ("flow", "samples"))
    file = partial(file_inside, reading.path.parent, near=folder_of(sheet))
    columns = (*CONDITIONS, *sample_columns(file))
    table = _table(reading, sheet, columns, reading.given(model, ("flow",)), "samples")
    gates = reading.file(model.gates, ("flow", "gates"))
    by_hand = reading.file(model.thresholds, ("flow", "thresholds"))
    samples = [] if table is None else list(table.frame["file"])
    of_sample = partial(sample_file, reading.path.parent, folder_of(by_hand), samples)
    thresholds = _table(reading, by_hand, threshold_columns(of_sample), {}, "thresholds")
    if table is None:
        return None
    check_conditions(reading, table)
    note_units(reading, table)
    check_files(reading, table)
    reading.inputs.update(file for file in samples if file)
    return FlowBlock(table.frame, model.annexin, model.dye, thresholds.frame if thresholds else None, gates)


def _blots(reading: Reading, model: BlotsModel) -> BlotsBlock | None:
    sheet = reading.file(model.lanes, ("blots", "lanes"))
    table = _table(reading, sheet, (*CONDITIONS, *LANE_COLUMNS), reading.given(model, ("blots",)), "lanes")
    locations: list[Location] = [("blots", "images", index) for index in range(len(model.images))]
    if table:
        for image, location in zip(model.images, locations, strict=True):
            fill_membrane(reading, table, image.membrane, reading.given(image, location))
        check_conditions(reading, table, "each membrane counts as an experiment of its own")
        note_units(reading, table)
        check_lanes(reading, table)
    images = [_image(reading, image, at, table) for image, at in zip(model.images, locations, strict=True)]
    if table is None:
        return None
    block = BlotsBlock(
        table.frame,
        model.loading_control,
        tuple(images),
        model.reference,
        model.ladder_kda,
        dict(model.kda or {}),
        _panels(reading, model, images),
    )
    if not reading.is_partial:
        check_bands(reading, block)
        note_membranes(reading, table, block)
    return block


def _panels(reading: Reading, model: BlotsModel, images: Sequence[BlotImage]) -> dict[str, Panel]:
    """Return the recipes of figures by their files; each must still fit its images."""
    panels = {}
    for name in model.panels:
        file = reading.file(name, ("blots", "panels"))
        if file is None:
            continue
        try:
            panel = panel_of_recipe(_bytes(reading.path.parent / file, MAX_STUDY_BYTES, file), file)
        except StudyError as error:
            reading.take(*error.problems)
            continue
        if not reading.is_partial:
            reading.take(*problems_with(panel, file, reading.path.parent, images))
        panels[file] = panel
    return panels


def _image(reading: Reading, model: ImageModel, location: Location, table: Table | None) -> BlotImage:
    file = reading.file(model.file, (*location, "file"))
    sheet = reading.file(model.boxes, (*location, "boxes"))
    drawn = sheet is not None and are_rois(sheet)
    boxes = None if drawn else _table(reading, sheet, box_columns(model.bands), {}, "boxes")
    if table:
        check_image(reading, model, location, table, boxes)
    return BlotImage(
        file or model.file,
        model.membrane,
        model.bands,
        _drawn_boxes(reading, sheet, model, table) if drawn and sheet else boxes.frame if boxes else None,
        model.page,
        model.channel,
        model.gel or "",
        model.exposure_s,
        model.probe_order,
        model.first_lane,
        model.turn,
        model.force,
    )


def _drawn_boxes(reading: Reading, file: str, model: ImageModel, table: Table | None) -> pd.DataFrame | None:
    """Return the boxes that were drawn in ImageJ, None where they or the lanes they lie on can't be told."""
    lanes = [] if table is None else table.frame.loc[table.frame["membrane"] == model.membrane, "lane"].tolist()
    if not lanes:
        return None
    try:
        return boxes_of_rois(reading.path.parent / file, file, model.bands, lanes, model.first_lane)
    except StudyError as error:
        reading.take(*error.problems)
        return None


def _plate(reading: Reading, model: PlateModel, location: Location) -> tuple[PlateFile, Table] | None:
    """Return a plate file and its layout; None where either can't be read."""
    file = reading.file(model.file, (*location, "file"))
    sheet = reading.file(model.layout, (*location, "layout"))
    columns = [Column("well", well, required=True) if c.name == "well" else c for c in CONDITIONS]
    table = _table(reading, sheet, (*columns, *WELL_COLUMNS), reading.given(model, location), "layout", read_layout)
    if table is None or file is None:
        return None
    check_conditions(reading, table)
    check_unique(reading, table, ("plate", "well"))
    if model.assay in STANDARD_ASSAYS:
        check_standards(reading, table)
    about = {"sheet": model.sheet or "", "analyte": model.analyte or "", "read": model.read or ""}
    fitting = {"model": model.model, "weights": model.weights}
    plate = PlateFile(
        file,
        model.assay,
        table.frame,
        model.reference_nm,
        **about,
        **fitting,
        correct_positions=model.correct_positions,
        loading=_loading(reading, model, location),
    )
    return plate, table


def _loading(reading: Reading, model: PlateModel, location: Location) -> LoadingPlan | None:
    """Return how lanes are to be loaded, where the study says so."""
    if model.loading is None:
        return None
    try:
        return LoadingPlan(**model.loading.model_dump())
    except StudyError as error:
        problem = error.problems[0]
        reading.add(reading.place((*location, "loading")), "loading", problem.expected, problem.got, problem.remedy)
        return None


def _slips(reading: Reading, compounds: Mapping[str, Compound]) -> Iterator[Problem]:
    """Yield a note for each class that is none of the list but nearly one: the verdict would pass it over."""
    for name, compound in compounds.items():
        near, place = near_class(compound.drug_class), reading.place(("compounds", name, "class"))
        if near:
            expected, remedy = "a class that the verdict knows", f"Write {near} if that is meant."
            yield Problem(place, "class", expected, repr(compound.drug_class), remedy)


def _compounds(model: StudyModel) -> dict[str, Compound]:
    return {
        name: Compound(name, found.molar_mass, found.vehicle or "", found.drug_class or "") if found else Compound(name)
        for name, found in (model.compounds or {}).items()
    }
