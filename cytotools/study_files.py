"""From a study folder to a `Study`: opens study.yaml and its sheets, and names every problem at once."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from cytotools import conditions
from cytotools.conditions import CONDITIONS, DOSES, LANE_COLUMNS, WELL_COLUMNS, Column, Refused, nearest, shown
from cytotools.errors import Problem, StudyError
from cytotools.sheets import MAX_BYTES, Given, Table, read_sheet, tabulate
from cytotools.study import BlotImage, BlotsBlock, Compound, FlowBlock, PlateFile, Reference, Study
from cytotools.study_schema import (
    BlotsModel,
    Conditions,
    FlowModel,
    ImageModel,
    Location,
    PlateModel,
    StudyModel,
    check_schema,
    place_of,
)

MAX_STUDY_BYTES = 500_000
MAX_DEPTH = 12
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEEP_INSIDE = "Keep the files inside the study folder and name them relative to it."


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
    path = _study_path(Path(path))
    data, places, repeated = _read_yaml(_study_text(_bytes(path, MAX_STUDY_BYTES), path.name), path.name)
    model, problems = check_schema(data, places, path.name)
    reading = _Reading(path, places, is_partial=bool(problems))
    reading.take(*repeated, *problems)
    study = reading.study(model) if model else None
    if reading.problems or study is None:
        raise StudyError(list(reading.problems.values()))
    return study


# --- study.yaml ------------------------------------------------------------------------------------------------------


def _refuse(place: str, what: str, expected: str, got: str, remedy: str) -> NoReturn:
    raise StudyError([Problem(place, what, expected, got, remedy)])


def _study_path(path: Path) -> Path:
    path = path / "study.yaml" if _is(path.is_dir) else path
    if _is(path.is_file):
        return path
    others = sorted(p.name for p in path.parent.glob("*.y*ml")) if _is(path.parent.is_dir) else []
    remedy = f"The folder holds {', '.join(others)}." if others else "Name a study.yaml, or the folder that holds one."
    _refuse(str(path), "the study", "a study file", "nothing under this name", remedy)


def _is(test: Callable[[], bool]) -> bool:
    """Ask the file system; a name that it can't bear (too long, no permission, a NUL) names nothing."""
    try:
        return test()
    except (OSError, ValueError):
        return False


def _bytes(path: Path, limit: int, name: str = "") -> bytes:
    try:
        with path.open("rb") as file:
            contents = file.read(limit + 1)
    except OSError as error:
        remedy = "Close it in other programs and look at its permissions."
        _refuse(name or path.name, "the file", "a file that can be read", error.strerror or "none", remedy)
    if len(contents) > limit:
        remedy = "Name the file that describes the study, not one of its measurements."
        _refuse(name or path.name, "the file", f"at most {limit / 1e6:g} MB", "a larger file", remedy)
    return contents


def _study_text(contents: bytes, name: str) -> str:
    remedy = "Save it as UTF-8."
    try:
        text = contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = contents[: error.start].decode("utf-8-sig", errors="replace")
        got = "UTF-16" if contents[:2] in (b"\xff\xfe", b"\xfe\xff") else f"the byte 0x{contents[error.start]:02X}"
        _refuse(_position(before, name), "the study", "UTF-8 text", got, remedy)
    odd = _UNPRINTABLE.search(text)
    if odd:
        place = _position(text[: odd.start()], name)
        _refuse(place, "the study", "UTF-8 text", f"the character {odd.group()!r}", remedy)
    return text


def _position(before: str, name: str) -> str:
    lines = re.split("\r\n|\r|\n", before)
    return f"{name}:{len(lines)}:{len(lines[-1]) + 1}"


def _read_yaml(text: str, name: str) -> tuple[object, dict[Location, tuple[int, int]], list[Problem]]:
    """Return what the file holds, where each key stands, and the keys that stand twice."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    composer = _Composer(name, YAML(typ="safe", pure=True).parse(text))
    try:
        data = composer.document()
    except StudyError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        _refuse(place, "the study", "YAML", *_syntax(str(error.problem), str(error.context or "")))
    except Exception as error:  # the scanner of ruamel.yaml lets number and index errors through
        remedy = "Look for odd escapes, quotes and lines that begin with %."
        _refuse(f"{name}:{composer.line}:1", "the study", "YAML", f"a line that can't be read ({error})", remedy)
    return data, composer.places, composer.repeated


def _syntax(problem: str, context: str) -> tuple[str, str]:
    """Return what came and the remedy, in the words of someone who has never met a scanner."""
    if r"'\t'" in problem:
        return "a tab at the beginning", "Indent with spaces."
    if "quoted scalar" in context or "end of stream" in problem:
        return problem, "Close the quote or bracket that is open."
    if "mapping values" in problem:
        return "a second colon", "Put text that holds a colon in quotes; indent each key under its block."
    if "flow" in context:
        return problem, "Close the bracket, and part its items by commas."
    return f"{problem} {context}".strip(), "Look at the indentation of this line and the one above it."


class _Composer:
    """Builds plain values from YAML events: no alias, tag or second document, and a bound on depth.

    It composes for itself because ruamel.yaml's own loader expands aliases without bound.
    """

    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self.name, self.events = name, events
        self.places: dict[Location, tuple[int, int]] = {}
        self.repeated: list[Problem] = []
        self.line = 1

    def document(self) -> object:
        """Return the value of the only document, None where there is none."""
        from ruamel.yaml import events as kinds

        data: object = None
        documents = 0
        for event in self._passing():
            if isinstance(event, kinds.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "one study in the file", "a second one after ---", "Delete one of them.")
            elif isinstance(event, kinds.NodeEvent):
                data = self._value(event, ())
        return data

    def _passing(self) -> Iterator[Any]:
        for event in self.events:
            self.line = event.start_mark.line + 1
            yield event

    def _refuse(self, event: Any, expected: str, got: str, remedy: str) -> NoReturn:
        place = f"{self.name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
        _refuse(place, "the study", expected, got, remedy)

    def _value(self, event: Any, location: Location) -> object:
        from ruamel.yaml import events as kinds

        self.places.setdefault(location, (event.start_mark.line + 1, event.start_mark.column + 1))
        if isinstance(event, kinds.AliasEvent):
            self._refuse(event, "values", f"the alias *{event.anchor}", "Write the value itself, without * and &.")
        if event.tag not in (None, "!"):
            self._refuse(event, "values", f"the tag {event.tag}", "Write the value without the words after !.")
        if len(location) > MAX_DEPTH:
            self._refuse(event, f"at most {MAX_DEPTH} levels", "more", "Look at the brackets and the indentation.")
        if isinstance(event, kinds.ScalarEvent):
            return _scalar(event.value) if event.implicit[0] else event.value
        if isinstance(event, kinds.SequenceStartEvent):
            return self._list(location)
        return self._mapping(location)

    def _list(self, location: Location) -> list[object]:
        from ruamel.yaml import events as kinds

        items: list[object] = []
        while not isinstance(event := next(self.events), kinds.SequenceEndEvent):
            items.append(self._value(event, (*location, len(items))))
        return items

    def _mapping(self, location: Location) -> dict[str, object]:
        from ruamel.yaml import events as kinds

        items: dict[str, object] = {}
        while not isinstance(key := next(self.events), kinds.MappingEndEvent):
            if not isinstance(key, kinds.ScalarEvent) or key.tag not in (None, "!"):
                self._refuse(key, "a key", "a list, a mapping, an alias or a tag", "Write a word as the key.")
            here = (key.start_mark.line + 1, key.start_mark.column + 1)
            name, first = str(key.value), self.places.get((*location, str(key.value)))
            if name in items and first:
                place = f"{self.name}:{here[0]}:{here[1]}"
                got = f"it again; it first stands in line {first[0]}"
                self.repeated.append(Problem(place, name, "each key once", got, "Delete or rename one of them."))
                self._value(next(self.events), (*location, name, "again"))
                continue
            self.places[(*location, name)] = here
            items[name] = self._value(next(self.events), (*location, name))
        return items


def _scalar(word: str) -> object:
    """Return the value of a bare word: `no` and dates stay text, 1e-6 is a number, 007 stays text.

    Examples
    --------
    >>> [_scalar(word) for word in ("no", "1e-6", "007", "2024-03-01", "24", "true", "~")]
    ['no', 1e-06, '007', '2024-03-01', 24, True, None]
    """
    if word in ("", "~", "null", "Null", "NULL"):
        return None
    if word in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return word.lower() == "true"
    if re.fullmatch(r"(?a:[-+]?(0|[1-9]\d{0,14}))", word):
        return int(word)
    if re.fullmatch(r"(?a:[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?)", word):
        return float(word)
    return word


# --- the blocks ------------------------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """What reading a study has found so far."""

    path: Path
    places: Mapping[Location, tuple[int, int]]
    is_partial: bool  # parts of study.yaml were wrong and are left out: rules that look across parts would cry wolf
    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)

    def study(self, model: StudyModel) -> Study:
        """Read every block; what is wrong is added to the problems."""
        self.inputs.add(self.path.name)
        if not (model.flow or model.blots or model.plates or self.is_partial):
            self.add(self.place(()), "the study", "`flow`, `blots` or `plates`", "none", "Add what was measured.")
        flow = _flow(self, model.flow) if model.flow else None
        blots = _blots(self, model.blots) if model.blots else None
        plates = [_plate(self, plate, ("plates", index)) for index, plate in enumerate(model.plates or [])]
        return Study(
            path=self.path,
            title=model.title or "",
            control=model.control or "",
            compounds=_compounds(model),
            flow=flow,
            blots=blots,
            plates=tuple(plate for plate in plates if plate),
            notes=tuple(dict.fromkeys(self.notes)),
            inputs=tuple(sorted(self.inputs)),
        )

    def place(self, location: Location) -> str:
        return place_of(location, self.places, self.path.name)

    def add(self, place: str, what: str, expected: str, got: str, remedy: str) -> None:
        self.take(Problem(place, what, expected, got, remedy))

    def take(self, *problems: Problem) -> None:
        """Keep the first problem of each cell or key: a second would follow from it."""
        for problem in problems:
            self.problems.setdefault((problem.place, problem.what), problem)

    def is_sound(self, table: Table) -> bool:
        """Whether every row of a sheet could be read, so that others may be held against it."""
        return not any(place.startswith(f"{table.sheet.name}:") for place, _ in self.problems)

    def note(self, place: str, what: str, expected: str, got: str, remedy: str) -> None:
        self.notes.append(Problem(place, what, expected, got, remedy))

    def file(self, named: str | None, location: Location) -> str | None:
        """Return a file that study.yaml names, relative to the study folder; None where it is not there."""
        if named is None:
            return None
        try:
            file = _inside(self.path.parent, named)
        except Refused as no:
            self.add(self.place(location), str(location[-1]), no.expected, shown(named), no.remedy)
            return None
        self.inputs.add(file)
        return file

    def given(self, model: Conditions, location: Location) -> dict[str, Given]:
        values = model.given().items()
        return {name: Given(value, self.place((*location, name))) for name, value in values}

    def table(
        self, file: str | None, columns: Sequence[Column], given: Mapping[str, Given], wanted: str
    ) -> Table | None:
        """Read a sheet; None where it can't be read at all."""
        if file is None:
            return None
        try:
            sheet = read_sheet(_bytes(self.path.parent / file, MAX_BYTES, file), file, wanted)
        except StudyError as error:
            self.take(*error.problems)
            return None
        table = tabulate(sheet, columns, given)
        self.take(*table.problems)
        self.notes += [*sheet.notes, *table.notes]
        if not sheet.rows:
            self.add(
                sheet.place(sheet.header.line), "the sheet", "at least one row", "a header only", "Fill the sheet."
            )
        return table


def _compounds(model: StudyModel) -> dict[str, Compound]:
    return {
        name: Compound(name, found.molar_mass, found.vehicle or "", found.drug_class or "") if found else Compound(name)
        for name, found in (model.compounds or {}).items()
    }


def _flow(reading: _Reading, model: FlowModel) -> FlowBlock | None:
    sheet = reading.file(model.samples, ("flow", "samples"))
    file = partial(_inside, reading.path.parent, near=_parent(sheet))
    columns = (*CONDITIONS, *conditions.sample_columns(file))
    table = reading.table(sheet, columns, reading.given(model, ("flow",)), "samples")
    gates = reading.file(model.gates, ("flow", "gates"))
    by_hand = reading.file(model.thresholds, ("flow", "thresholds"))
    samples = [] if table is None else list(table.frame["file"])
    of_sample = partial(_sample_file, reading.path.parent, _parent(by_hand), samples)
    thresholds = reading.table(by_hand, conditions.threshold_columns(of_sample), {}, "thresholds")
    if table is None:
        return None
    _check_conditions(reading, table)
    _check_files(reading, table)
    reading.inputs.update(file for file in samples if file)
    return FlowBlock(table.frame, model.annexin, model.dye, thresholds.frame if thresholds else None, gates)


def _blots(reading: _Reading, model: BlotsModel) -> BlotsBlock | None:
    sheet = reading.file(model.lanes, ("blots", "lanes"))
    table = reading.table(sheet, (*CONDITIONS, *LANE_COLUMNS), reading.given(model, ("blots",)), "lanes")
    locations: list[Location] = [("blots", "images", index) for index in range(len(model.images))]
    if table:
        for image, location in zip(model.images, locations, strict=True):
            _fill_membrane(reading, table, image.membrane, reading.given(image, location))
        _check_conditions(reading, table)
        _check_lanes(reading, table)
    images = [_image(reading, image, at, table) for image, at in zip(model.images, locations, strict=True)]
    if table is None:
        return None
    block = BlotsBlock(
        table.frame, model.loading_control, tuple(images), model.reference, model.ladder_kda, dict(model.kda or {})
    )
    if not reading.is_partial:
        _check_bands(reading, block)
        _note_membranes(reading, table, block)
    return block


def _image(reading: _Reading, model: ImageModel, location: Location, table: Table | None) -> BlotImage:
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
            _check_boxes(reading, boxes, lanes)
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


def _plate(reading: _Reading, model: PlateModel, location: Location) -> PlateFile | None:
    file = reading.file(model.file, (*location, "file"))
    sheet = reading.file(model.layout, (*location, "layout"))
    columns = [Column("well", conditions.well, required=True) if c.name == "well" else c for c in CONDITIONS]
    table = reading.table(sheet, (*columns, *WELL_COLUMNS), reading.given(model, location), "layout")
    if table is None or file is None:
        return None
    _check_conditions(reading, table)
    _check_unique(reading, table, ("plate", "well"))
    return PlateFile(file, model.assay, table.frame, model.reference_nm, model.sheet or "", model.analyte or "")


# --- files -----------------------------------------------------------------------------------------------------------


def _parent(sheet: str | None) -> str:
    return str(PurePosixPath(sheet or "").parent)


def _inside(folder: Path, named: object, near: str = ".") -> str:
    """Return a file's name relative to the study folder; it may be named from there or from the folder `near`."""
    text = str(named).strip().replace("\\", "/")
    candidates = [_normal(text), _normal(f"{near}/{text}")]
    if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:", text) or candidates == [None, None]:
        raise Refused("a file inside the study folder", _KEEP_INSIDE)
    found = {name for candidate in candidates if candidate and (name := _existing(folder, candidate))}
    if len(found) > 1:
        remedy = f"Both {' and '.join(sorted(found))} exist: rename one of them."
        raise Refused("a name that means one file", remedy)
    if not found:
        raise Refused("a file that exists", _missing_remedy(folder, [name for name in candidates if name]))
    return found.pop()


def _normal(name: str) -> str | None:
    """Resolve `.` and `..` in a relative name; None where it leads out of its folder."""
    parts: list[str] = []
    for part in name.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _existing(folder: Path, name: str) -> str | None:
    """Return the name if there is such a file, in whichever form a Mac or a PC composed its accents."""
    forms = dict.fromkeys((name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)))
    return next((form for form in forms if _is((folder / form).is_file)), None)


def _missing_remedy(folder: Path, names: Sequence[str]) -> str:
    for name in names:
        if _is((folder / name).is_dir):
            return f"{name or 'This'} is a folder: name a file in it."
        parent = PurePosixPath(name).parent
        beside = _files_in(folder / parent)
        close = _close_file(PurePosixPath(name), beside)
        if close:
            return f"Did you mean `{(parent / close).as_posix()}`? Upper and lower case count."
    return "Put the file there; names are relative to the study folder."


def _files_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.is_file())
    except (OSError, ValueError):
        return []


def _close_file(name: PurePosixPath, files: Sequence[str]) -> str | None:
    """Return the file of the same name but for case, or of the same stem, or else the most similar one."""
    folded = {file.casefold(): file for file in files}
    stems = {PurePosixPath(file).stem.casefold(): file for file in files}
    same = folded.get(name.name.casefold()) or stems.get(name.stem.casefold()) or stems.get(name.name.casefold())
    if same or len(files) > 200:  # similarity is costly, and thousands of rows may miss their file at once
        return same
    return next(iter(difflib.get_close_matches(name.name, files, n=1, cutoff=0.75)), None)


def _sample_file(folder: Path, near: str, samples: Sequence[str], named: object) -> str:
    file = _inside(folder, named, near)
    if samples and file not in samples:
        raise Refused("a file of the samples sheet", nearest(file, samples))
    return file


# --- rules of rows ---------------------------------------------------------------------------------------------------


def _check_conditions(reading: _Reading, table: Table) -> None:
    """Check each row's conditions, fill in the batch, and note what may be a slip."""
    frame = table.frame
    for dose, dose_unit in DOSES:
        for row in frame.index[(frame[dose] > 0) & (frame[dose_unit] == "")]:
            remedy = "Write the unit, such as uM or ug/mL."
            got = f"a dose of {frame[dose][row]:g} without one"
            reading.add(table.place(row, dose), dose_unit, "the dose's unit", got, remedy)
    frame["batch"] = frame["batch"].where(frame["batch"] != "", frame["replicate"])
    bare = frame.index[(frame["role"] == "treated") & (frame["replicate"] == "") & (frame["exclude"] == "")]
    if len(bare):
        remedy = "Number the independent experiments; without numbers the rows of a condition count as one."
        got = f"{len(bare)} treated rows without one"
        reading.note(table.place(bare[0], "replicate"), "replicate", "the independent experiment", got, remedy)
    for name in ("cell_line", "arm", "compound", "compound_2", "compound_3", "dose_unit", "replicate", "batch"):
        _note_spellings(reading, table, name)


def _note_spellings(reading: _Reading, table: Table, column: str) -> None:
    """Note words that differ by case, spaces or hyphens only: they count as different conditions."""
    spellings: dict[str, dict[str, int]] = {}
    for row, word in enumerate(table.frame[column]):
        spellings.setdefault(re.sub(r"[\s_-]", "", word).casefold(), {}).setdefault(word, row)
    for words in spellings.values():
        if len(words) > 1:
            place = table.place(max(words.values()), column)
            remedy = "They count as different; write one of them throughout if they are meant to be the same."
            reading.note(place, column, "one spelling", " and ".join(map(repr, words)), remedy)


def _check_unique(reading: _Reading, table: Table, names: Sequence[str]) -> None:
    first: dict[tuple[object, ...], int] = {}
    for row, key in enumerate(zip(*(table.frame[name] for name in names), strict=True)):
        if not key[-1]:
            continue  # the cell is empty or could not be read, and is named already
        if key in first:
            what = " ".join(f"{name} {value}" for name, value in zip(names, key, strict=True) if value != "")
            got = f"{what} again; it first stands in {table.place(first[key])}"
            remedy = "Delete or correct one of the two rows."
            reading.add(table.place(row, names[-1]), names[-1], f"each {names[-1]} once", got, remedy)
        first.setdefault(key, row)


def _check_files(reading: _Reading, table: Table) -> None:
    first: dict[Path, int] = {}
    for row, file in enumerate(table.frame["file"]):
        if not file:
            continue
        real = (reading.path.parent / file).resolve()
        if real in first:
            got = f"{file} again; it first stands in {table.place(first[real])}"
            remedy = "Delete one of the two rows, or name the other file."
            reading.add(table.place(row, "file"), "file", "each file once", got, remedy)
        first.setdefault(real, row)


def _fill_membrane(reading: _Reading, table: Table, membrane: str, given: Mapping[str, Given]) -> None:
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


# --- rules of blots --------------------------------------------------------------------------------------------------


def _check_lanes(reading: _Reading, table: Table) -> None:
    frame = table.frame
    _check_unique(reading, table, ("membrane", "lane"))
    used = frame["hours"].isna() & (frame["exclude"] == "")
    for row in frame.index[used & (frame["role"] == "treated")]:
        remedy = "Write the hours from the first agent to the harvest, or give `hours` on the image or on `blots`."
        reading.add(table.place(row, "hours"), "hours", "the hours of a treated lane", "nothing", remedy)
    controls = frame.index[used & frame["role"].isin(("untreated", "vehicle"))]
    if len(controls):
        remedy = "Write their hours; a control serves the lanes of its own hours, one of 0 h all."
        got = f"{len(controls)} control lanes without hours"
        reading.note(table.place(controls[0], "hours"), "hours", "the hours of each control lane", got, remedy)


def _check_boxes(reading: _Reading, boxes: Table, lanes: Sequence[int]) -> None:
    seen: dict[tuple[int, str], int] = {}
    for row, (lane, target) in enumerate(zip(boxes.frame["lane"], boxes.frame["target"], strict=True)):
        if lane and lane not in lanes:
            remedy = f"The lanes sheet has {', '.join(map(str, sorted(lanes)))}."
            reading.add(boxes.place(row, "lane"), "lane", "a lane of the membrane", str(lane), remedy)
        if (lane, target) in seen and target != "non-specific":
            got = f"lane {lane} {target or 'whole'} again; it first stands in {boxes.place(seen[lane, target])}"
            reading.add(boxes.place(row, "target"), "target", "one box a band", got, "Delete one of the two rows.")
        seen.setdefault((lane, target), row)


def _check_bands(reading: _Reading, block: BlotsBlock) -> None:
    """Check that the names of bands meet: loading controls on each membrane, masses of bands that are there."""
    bands: dict[str, list[str]] = {}
    for image in block.images:
        bands.setdefault(image.membrane, []).extend(name for name in image.bands if name != "non-specific")
    for membrane, names in bands.items():
        for control in (name for name in block.loading_controls if name not in names):
            place, what = reading.place(("blots", "loading_control")), f"loading_control on membrane {membrane}"
            expected = f"a band of an image of membrane {membrane}"
            reading.add(place, what, expected, shown(control), nearest(control, dict.fromkeys(names)))
    every = list(dict.fromkeys(name for names in bands.values() for name in names))
    for name in block.kda:
        if name not in every and name != "non-specific":
            place = reading.place(("blots", "kda", name))
            reading.add(place, f"kda.{name}", "a band of an image", f"the key `{name}`", nearest(name, every))
    _check_images(reading, block.images)


def _check_images(reading: _Reading, images: Sequence[BlotImage]) -> None:
    """Refuse a band that two entries measure in the same pixels: it would count twice."""
    first: dict[tuple[object, ...], int] = {}
    for index, image in enumerate(images):
        for band in dict.fromkeys(name for name in image.bands if name != "non-specific"):
            key = (image.file, image.page, image.channel, image.membrane, image.gel, band)
            if key in first:
                got = f"{band} in {image.file} again, as in images[{first[key] + 1}]"
                place, remedy = reading.place(("blots", "images", index)), "Delete one of the two, or its band."
                reading.add(place, f"images[{index + 1}]", "each band of an image once", got, remedy)
            first.setdefault(key, index)


def _note_membranes(reading: _Reading, table: Table, block: BlotsBlock) -> None:
    """Note membranes without an image, and lanes without the reference that their levels would be set against."""
    frame = table.frame
    shown_membranes = {image.membrane for image in block.images}
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
