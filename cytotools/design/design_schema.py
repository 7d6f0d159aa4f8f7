"""What may stand in DESIGN.yaml: its keys, their values and their defaults."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, ValidationError

from cytotools.cells.refused import Refused
from cytotools.cells.words import one_of
from cytotools.errors import Problem
from cytotools.plates.dose_units import Dose, read_dose
from cytotools.study_schema import Block, Blocks, Places, Positive, Text, Version, Word, problem_of, reads

MAX_DOSES = 24
EDGES = ("blank", "empty", "used")
READ_AS_DOSES = ("viability", "mtt", "caspase")


def _dose(value: object) -> Dose:
    found = read_dose(value)
    if found.amount <= 0:
        raise Refused("a concentration above 0", "Controls have their own key: `controls`.")
    return found


def _whole(low: int, high: int) -> Any:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Refused(f"a whole number from {low} to {high}", "Write the number alone.")
        return value

    return reads(read)


def _plate(value: object) -> int:
    if value not in (96, 384) or isinstance(value, (bool, float)):
        raise Refused("96 or 384", "Write the number of wells of a plate.")
    return int(str(value))


def _factor(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 1.05 <= value <= 1000:
        raise Refused("a number from 1.05 to 1000", "Write how many times higher the next dose is, such as 3.")
    return float(value)


def _above_zero(value: object, at_most: float) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value <= at_most:
        raise Refused(f"a number above 0, at most {at_most:g}", "Write the number alone.")
    return float(value)


def _doses(value: object) -> tuple[Dose, ...]:
    found = tuple(_dose(item) for item in value) if isinstance(value, list) else ()
    if not 1 <= len(found) <= MAX_DOSES:
        raise Refused(f"1 to {MAX_DOSES} doses", "Write them with their units: [0.3 uM, 1 uM, 3 uM].")
    return found


def _words(least: int, most: int, remedy: str) -> Any:
    def read(value: object) -> tuple[str, ...]:
        names = value if isinstance(value, list) else [value]
        if not least <= len(names) <= most or any(not isinstance(n, (str, int)) or not str(n).strip() for n in names):
            raise Refused(f"a list of {least} to {most} names", remedy)
        found = tuple(" ".join(str(name).split()) for name in names)
        if len({name.casefold() for name in found}) < len(found):
            raise Refused("each name once", "Delete or rename one of them.")
        return found

    return reads(read)


def _limit(value: object) -> dict[str, float]:
    """Read one limit for all vehicles, under "", or one a vehicle."""
    found = value if isinstance(value, dict) else {"": value}
    return {str(vehicle).casefold(): _above_zero(limit, 50) for vehicle, limit in found.items()}


def _which(value: object) -> str:
    return "[list]" if isinstance(value, list) else "[series]"


Molarity = Annotated[Dose, reads(_dose)]
Names = Annotated[tuple[str, ...], _words(1, 12, "Write them in square brackets: [ECA109, ECA109-Smac].")]
Pair = Annotated[tuple[str, ...], _words(2, 3, "Name two or three of `compounds`: [birinapant, cisplatin].")]


class SeriesModel(Block):
    """Doses around a known IC50."""

    around: Molarity
    steps: Annotated[int, _whole(2, MAX_DOSES)] = 8
    factor: Annotated[float, reads(_factor)] = 3.0


Doses = Annotated[
    Annotated[SeriesModel, Tag("[series]")] | Annotated[tuple[Dose, ...], reads(_doses), Tag("[list]")],
    Discriminator(_which),
]


class StockedModel(Block):
    """A compound, its stock and its doses."""

    stock: Molarity
    vehicle: Word
    doses: Doses
    molar_mass: Positive | None = None
    drug_class: Text | None = Field(default=None, alias="class")
    ic50: Molarity | None = None
    hill_slope: Annotated[float, reads(lambda value: _above_zero(value, 10))] = 1.0


class CombinationModel(Block):
    """Compounds in a constant ratio."""

    compounds: Pair
    ratio: Word | None = None
    around: Molarity | None = None
    steps: Annotated[int, _whole(2, MAX_DOSES)] = 7
    factor: Annotated[float, reads(_factor)] = 2.0


class DesignModel(Block):
    """The whole of DESIGN.yaml."""

    version: Version
    title: Text | None = None
    plate: Annotated[int, reads(_plate)] = 96
    assay: Annotated[str, reads(one_of(READ_AS_DOSES))] = "viability"
    cell_lines: Names
    compounds: dict[Word, StockedModel] = Field(min_length=1)
    combinations: list[CombinationModel] = Field(default_factory=list)
    replicates: Annotated[int, _whole(1, 24)] = 3
    hours: Annotated[float, reads(lambda value: _above_zero(value, 1000))] = 72.0
    seed: Annotated[int, _whole(0, 2**31)] = 1
    wells_per_dose: Annotated[int, _whole(1, 24)] = 3
    controls: Annotated[int, _whole(2, 96)] = 6
    untreated: Annotated[int, _whole(0, 96)] = 3
    blanks: Annotated[int, _whole(0, 96)] | None = None
    compound_only: Annotated[int, _whole(0, 24)] = 0
    edge: Annotated[str, reads(one_of(EDGES))] = "blank"
    volume_ul: Annotated[float, reads(lambda value: _above_zero(value, 400))] | None = None
    added_ul: Annotated[float, reads(lambda value: _above_zero(value, 400))] | None = None
    max_vehicle_percent: Annotated[dict[str, float], reads(_limit)] = Field(default_factory=dict)
    smallest_pipette_ul: Annotated[float, reads(lambda value: _above_zero(value, 50))] = 0.5
    dead_volume_ul: Annotated[float, reads(lambda value: _above_zero(value, 5000))] = 30.0
    well_sd_percent: Annotated[float, reads(lambda value: _above_zero(value, 50))] = 5.0
    experiment_sd: Annotated[float, reads(lambda value: _above_zero(value, 3))] = 0.2


_BLOCKS: Blocks = {
    (): DesignModel,
    ("compounds", "*"): StockedModel,
    ("compounds", "*", "doses"): SeriesModel,
    ("combinations",): CombinationModel,
}


def check_design_schema(data: object, places: Places, name: str) -> tuple[DesignModel | None, list[Problem]]:
    """Check the contents of DESIGN.yaml as `study_schema.check_schema` does those of study.yaml.

    Examples
    --------
    >>> _, problems = check_design_schema({"version": 1, "plat": 96}, {("plat",): (2, 1)}, "design.yaml")
    >>> print(problems[-1])
    design.yaml:2:1: plat: expected a key that the design knows, got the key `plat`. Did you mean `plate`? Allowed: ...
    """
    try:
        return DesignModel.model_validate(data), []
    except ValidationError as error:
        return None, [problem_of(detail, places, name, _BLOCKS, "design") for detail in error.errors(include_url=False)]
