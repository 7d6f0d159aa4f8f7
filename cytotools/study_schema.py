"""What may stand in study.yaml: its keys, their values, and the message for each that is wrong.

The readers of `conditions` read values here as they do in sheets, so that one rule holds in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from cytotools import conditions
from cytotools.conditions import CONDITION_COLUMNS, SCHEDULES, Refused, nearest, one_of, shown
from cytotools.errors import Problem
from cytotools.study import Reference

Location = tuple[int | str, ...]
Places = Mapping[Location, tuple[int, int]]
WITHIN = ("[key]", "[series]", "[list]")  # what pydantic adds to a location that no file holds
ASSAYS = ("viability", "mtt", "caspase", "elisa", "bca")


def reads(read: Callable[[Any], object]) -> BeforeValidator:
    """Let a reader check a key's value; its refusal becomes the message."""

    def validate(value: object) -> object:
        try:
            return read(value)
        except Refused as no:
            raise PydanticCustomError("refused", "refused", {"expected": no.expected, "remedy": no.remedy}) from None

    return BeforeValidator(validate)


def _word(value: object) -> str:
    words = conditions.text(value)
    if not words:
        raise Refused("text", "Write the value, or take the key out.")
    return words


def _file(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Refused("the name of a file", "Name a file inside the study folder.")
    return value.strip()


def _files(value: object) -> object:
    names = _list(_file, "a file or a list of files")(value if isinstance(value, list) else [value])
    assert isinstance(names, tuple)
    if len(set(names)) < len(names):
        raise Refused("each file once", "Name each once.")
    return names


def _number(read: Callable[[Any], object]) -> Callable[[object], object]:
    """Make a reader of numbers that takes no text: in YAML a number is written bare."""

    def bare(value: object) -> object:
        if isinstance(value, str) and re.fullmatch(r"[+-]?0\d+", value.strip()):
            raise Refused("a number", "Write it without leading zeros.")
        if isinstance(value, str):
            try:
                read(value)
            except Refused as no:
                raise Refused(no.expected, "Write the number alone, with a decimal point and no unit.") from None
            raise Refused("a number", "Write it without quotes and with a decimal point.")
        return read(value)

    return bare


def _list(read: Callable[[Any], object], expected: str) -> Callable[[object], object]:
    def several(value: object) -> tuple[object, ...]:
        if not isinstance(value, list) or not value:
            raise Refused(expected, "Write them in square brackets: [first, second].")
        return tuple(read(item) for item in value)

    return several


def _bands(value: object) -> object:
    """Read the bands of an image: unique names, or total protein alone."""
    names = _list(_band, "a list of bands from top to bottom")(value)
    assert isinstance(names, tuple)
    specific = [str(name) for name in names if name != "non-specific"]
    if "total_protein" in specific and len(names) > 1:
        raise Refused("total_protein alone, or bands", "Give the stain for total protein an image of its own.")
    folded = [name.casefold() for name in specific]
    if len(set(folded)) < len(folded):
        raise Refused("each band once", "Name each band once; only non-specific may repeat.")
    if not specific:
        raise Refused("at least one band that is specific", "Name the targets from top to bottom.")
    return names


def _band(value: object) -> str:
    return conditions.band(_word(value))


def _loading_controls(value: object) -> object:
    names = _list(_band, "a band or a list of bands")(value if isinstance(value, list) else [value])
    assert isinstance(names, tuple)
    if "non-specific" in names:
        raise Refused(
            "a specific band", "A non-specific band tells nothing about the load; name actin or total_protein."
        )
    if len(set(names)) < len(names):
        raise Refused("each loading control once", "Name each once.")
    return names


def _ladder(value: object) -> object:
    masses = _list(_number(conditions.positive), "a list of masses in kDa")(value)
    assert isinstance(masses, tuple)
    if any(lower >= upper for upper, lower in pairwise(masses)):
        raise Refused("masses that fall from the top of the gel to its bottom", "Write the largest first.")
    return masses


def _reference(value: object) -> Reference:
    """Read what levels are expressed against.

    Examples
    --------
    >>> _reference("24 h").hours
    24.0
    """
    words = " ".join(str(value).casefold().split())
    if words in ("vehicle at the same hour", "reference lane"):
        return Reference("vehicle" if words.startswith("vehicle") else "lane", None)
    hours = re.fullmatch(r"(?a:(\d+(?:\.\d+)?)\s?(h|hr|hrs|hour|hours))", words)
    if not hours or isinstance(value, (bool, list, dict)):
        raise Refused("`0 h`, `vehicle at the same hour` or `reference lane`", "Write one of them; hours with their h.")
    return Reference("hour", float(hours.group(1)))


def _channel(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return _whole(value)
    return _word(value)


def _turn(value: object) -> int:
    if value not in (0, 90, 180, 270) or isinstance(value, bool):
        raise Refused("0, 90, 180 or 270", "Give the degrees clockwise that set the image upright.")
    return int(str(value))


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise Refused("true or false", "Write `force: true` to measure an image that was judged unfit.")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100_000:
        raise Refused("a whole number from 0", "Pages and channels are counted from 0.")
    return value


def _model(value: object) -> object:
    """Return the name of a curve in capitals."""
    return str(one_of(("4pl", "3pl", "5pl"))(value)).upper()


def _version(value: object) -> object:
    if value != 1 or not isinstance(value, int) or isinstance(value, bool):
        raise Refused("1", "Write `version: 1`, without quotes.")
    return value


Version = Annotated[int, reads(_version)]
Word = Annotated[str, reads(_word)]
Text = Annotated[str, reads(conditions.text)]
Label = Annotated[str, reads(conditions.label)]
Unit = Annotated[str, reads(conditions.unit)]
Well = Annotated[str, reads(conditions.well)]
File = Annotated[str, reads(_file)]
Amount = Annotated[float, reads(_number(conditions.at_least_zero))]
Positive = Annotated[float, reads(_number(conditions.positive))]
Ordinal = Annotated[int, reads(_number(conditions.ordinal))]
Whole = Annotated[int, reads(_whole)]


class Block(BaseModel):
    """A mapping of study.yaml, or of a design, that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Conditions(Block):
    """The condition columns that may stand on a block, as the value of all its rows."""

    cell_line: Text | None = None
    arm: Text | None = None
    compound: Text | None = None
    dose: Amount | None = None
    dose_unit: Unit | None = None
    compound_2: Text | None = None
    dose_2: Amount | None = None
    dose_unit_2: Unit | None = None
    compound_3: Text | None = None
    dose_3: Amount | None = None
    dose_unit_3: Unit | None = None
    schedule: Annotated[str, reads(one_of(SCHEDULES))] | None = None
    lead_hours: Amount | None = None
    hours: Amount | None = None
    replicate: Label | None = None
    technical: Label | None = None
    batch: Label | None = None
    well: Well | None = None

    def given(self) -> dict[str, str | float]:
        """Return the conditions that the block states."""
        values = {name: getattr(self, name) for name in CONDITION_COLUMNS}
        return {name: value for name, value in values.items() if value is not None and value != ""}


class CompoundModel(Block):
    """A compound."""

    molar_mass: Positive | None = None
    vehicle: Text | None = None
    drug_class: Text | None = Field(default=None, alias="class")


class FlowModel(Conditions):
    """The flow cytometry block."""

    samples: File
    annexin: Word | None = None
    dye: Word | None = None
    thresholds: File | None = None
    gates: File | None = None


class ImageModel(Conditions):
    """One image of a membrane."""

    file: File
    membrane: Annotated[str, reads(lambda value: conditions.label(_word(value)))]
    bands: Annotated[tuple[str, ...], reads(_bands)]
    boxes: File | None = None
    page: Whole = 0
    channel: Annotated[int | str, reads(_channel)] | None = None
    gel: Label | None = None
    exposure_s: Positive | None = None
    probe_order: Ordinal | None = None
    first_lane: Ordinal = 1
    turn: Annotated[int, reads(_turn)] | None = None
    force: Annotated[bool, reads(_yes_or_no)] = False


class BlotsModel(Conditions):
    """The Western blots block."""

    lanes: File
    loading_control: Annotated[tuple[str, ...], reads(_loading_controls)]
    reference: Annotated[Reference, reads(_reference)] = Reference()
    ladder_kda: Annotated[tuple[float, ...], reads(_ladder)] = ()
    kda: dict[Annotated[str, reads(_band)], Positive] | None = None
    panels: Annotated[tuple[str, ...], reads(_files)] = ()
    images: list[ImageModel] = Field(min_length=1)


class LoadingModel(Block):
    """How the lanes of a gel are to be loaded from a BCA plate."""

    lowest_ug: Positive = 20.0
    highest_ug: Positive = 30.0
    buffer_strength: Positive = 4.0
    largest_lane_ul: Positive = 20.0


class PlateModel(Conditions):
    """One export of a plate reader."""

    file: File
    assay: Annotated[str, reads(one_of(ASSAYS))]
    layout: File
    reference_nm: Positive | None = None
    read: Label | None = None
    sheet: Label | None = None
    analyte: Text | None = None
    correct_positions: bool = False
    model: Annotated[Literal["4PL", "3PL", "5PL"], reads(_model)] = "4PL"
    weights: Annotated[Literal["scatter", "none"], reads(one_of(("scatter", "none")))] = "scatter"
    loading: LoadingModel | None = None


class StudyModel(Block):
    """The whole of study.yaml."""

    version: Version
    title: Text | None = None
    control: Annotated[Literal["vehicle", "untreated"], reads(one_of(("vehicle", "untreated")))] | None = None
    compounds: dict[Word, CompoundModel | None] | None = None
    resistance: File | None = None
    flow: FlowModel | None = None
    blots: BlotsModel | None = None
    plates: list[PlateModel] | None = None


Blocks = Mapping[tuple[str, ...], type[Block]]
_STUDY_BLOCKS: Blocks = {
    (): StudyModel,
    ("compounds", "*"): CompoundModel,
    ("flow",): FlowModel,
    ("blots",): BlotsModel,
    ("blots", "images"): ImageModel,
    ("plates",): PlateModel,
}


def check_schema(data: object, places: Places, name: str) -> tuple[StudyModel | None, list[Problem]]:
    """Check the contents of study.yaml.

    Parameters
    ----------
    data : object
        What the file holds, as plain mappings, lists, text and numbers.
    places : mapping of location to (line, column)
        Where each key and item stands, 1-based; a location is the path of keys and indices.
    name : str
        The file's name, as messages shall give it.

    Returns
    -------
    model : StudyModel or None
        What is sound, the rest left out, so that its sheets can be checked too; None where nothing is.
    problems : list of Problem

    Examples
    --------
    >>> _, problems = check_schema({"version": 1, "flwo": 2}, {("flwo",): (2, 1)}, "study.yaml")
    >>> print(problems[0])
    study.yaml:2:1: flwo: expected a key that the study knows, got the key `flwo`. Did you mean `flow`? Allowed:
    version, title, control, compounds, resistance, flow, blots, plates.
    """
    try:
        return StudyModel.model_validate(data), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    return _sound_part(data, details), [problem_of(detail, places, name) for detail in details]


def _sound_part(data: object, details: Sequence[ErrorDetails]) -> StudyModel | None:
    """Take what is wrong out until the rest holds; a list or block that lacks what it needs goes with it."""
    for _ in range(8):
        for location in {_culprit(detail) for detail in details}:
            data = _without(data, location)
        try:
            return StudyModel.model_validate({**data, "version": 1} if isinstance(data, dict) else data)
        except ValidationError as error:
            details = error.errors(include_url=False)
    return None


def _culprit(detail: ErrorDetails) -> Location:
    """Return what must go: the key that is wrong, the block that lacks one, the list that has a wrong item.

    A list goes as a whole, because the places of its other items would move.
    """
    location = tuple(part for part in detail["loc"] if part not in WITHIN)
    if detail["type"] == "missing" and location != ("version",):
        location = location[:-1]
    index = next((depth for depth, part in enumerate(location) if isinstance(part, int)), None)
    return location if index is None or detail["type"] == "extra_forbidden" else location[:index]


def _without(data: object, location: Location) -> object:
    if not location or not isinstance(data, (dict, list)):
        return None
    first, *rest = location
    if isinstance(data, list):
        return [_without(item, tuple(rest)) if index == first else item for index, item in enumerate(data)]
    inner = {first: _without(data[first], tuple(rest))} if rest and first in data else {}
    return {key: value for key, value in data.items() if key != first} | inner


def place_of(location: Sequence[int | str], places: Places, name: str) -> str:
    """Return `name:line:column` of a location, or of the nearest one around it."""
    path = tuple(location)
    while path and path not in places:
        path = path[:-1]
    line, column = places.get(path, (1, 1))
    return f"{name}:{line}:{column}"


def problem_of(
    detail: ErrorDetails, places: Places, name: str, blocks: Blocks = _STUDY_BLOCKS, noun: str = "study"
) -> Problem:
    """Return what a validation found wrong as a problem with its place; `blocks` are the models by path, * any name."""
    location = tuple(part for part in detail["loc"] if part not in WITHIN)
    what = dotted(location)
    place, got = place_of(location, places, name), shown(detail["input"])
    what = what or f"the {noun}"
    match detail["type"]:
        case "refused":
            context = detail["ctx"]
            return Problem(place, what, context["expected"], got, context["remedy"])
        case "extra_forbidden":
            remedy = nearest(str(location[-1]), _keys(location[:-1], blocks))
            return Problem(place, what, f"a key that the {noun} knows", f"the key `{location[-1]}`", remedy)
        case "missing":
            remedy = f"Add `{location[-1]}:` to {dotted(location[:-1]) or f'the {noun}'}."
            return Problem(place, what, f"the key `{location[-1]}`", "nothing", remedy)
        case "list_type" | "too_short":
            remedy = "Write each item on a line of its own, with a dash before it."
            return Problem(place, what, "a list of at least one item", got, remedy)
    remedy = f"Write keys with values: {', '.join(_keys(location, blocks)) or 'name: value'}."
    return Problem(place, what, "a mapping of keys to values", got, remedy)


def dotted(location: Iterable[int | str]) -> str:
    """Return a location as people count: images[1].file is the first image's."""
    words = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    return words.removeprefix(".")


def _keys(location: Sequence[int | str], blocks: Blocks) -> list[str]:
    """Return the keys that may stand at a location."""
    path = tuple(part for part in location if isinstance(part, str))
    fits = (m for p, m in blocks.items() if len(p) == len(path) and all(map(lambda a, b: a in ("*", b), p, path)))
    model = next(fits, None)
    own = [field.alias or key for key, field in model.model_fields.items()] if model else []
    return [key for key in own if key not in CONDITION_COLUMNS] + [key for key in own if key in CONDITION_COLUMNS]
