"""The columns of a study's sheets: their names, their order, and the reader of each one's cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cytotools.cells.numbers import at_least_zero, number, ordinal, positive
from cytotools.cells.refused import Reader, Refused, nearest, shown
from cytotools.cells.words import band, label, one_of, reason, text, unit, well

# The readers are named here too: study_schema reads the keys of study.yaml by them, as sheets are read.
__all__ = [
    "CONDITIONS",
    "CONDITION_COLUMNS",
    "DOSES",
    "EXCLUDE",
    "FLOW_ROLES",
    "HARVESTS",
    "LANE_COLUMNS",
    "LANE_ROLES",
    "SCHEDULES",
    "WELL_COLUMNS",
    "WELL_ROLES",
    "Column",
    "Refused",
    "at_least_zero",
    "band",
    "box_columns",
    "label",
    "nearest",
    "one_of",
    "ordinal",
    "positive",
    "sample_columns",
    "shown",
    "text",
    "threshold_columns",
    "unit",
    "well",
]

FLOW_ROLES = ("unstained", "annexin_only", "dye_only", "positive", "untreated", "vehicle", "treated")
LANE_ROLES = ("ladder", "reference", "empty", "untreated", "vehicle", "treated")
WELL_ROLES = ("blank", "standard", "untreated", "vehicle", "positive", "treated", "empty")
SCHEDULES = ("pre", "co", "post")
HARVESTS = ("pooled", "adherent", "floating")
_NAN = float("nan")


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    name : str
        Its name in the header.
    read : callable
        What makes a value of a cell.
    empty : object
        What stands where the cell is empty: "" in text columns, NaN in numbers.
    required : bool
        Whether the sheet must have it and each row must fill it.
    """

    name: str
    read: Reader
    empty: object = ""
    required: bool = False


CONDITIONS: tuple[Column, ...] = (
    Column("cell_line", text),
    Column("arm", text),
    Column("compound", text),
    Column("dose", at_least_zero, _NAN),
    Column("dose_unit", unit),
    Column("compound_2", text),
    Column("dose_2", at_least_zero, _NAN),
    Column("dose_unit_2", unit),
    Column("compound_3", text),
    Column("dose_3", at_least_zero, _NAN),
    Column("dose_unit_3", unit),
    Column("schedule", one_of(SCHEDULES)),
    Column("lead_hours", at_least_zero, _NAN),
    Column("hours", at_least_zero, _NAN),
    Column("replicate", label),
    Column("technical", label),
    Column("batch", label),
    Column("well", well),
)
CONDITION_COLUMNS: tuple[str, ...] = tuple(column.name for column in CONDITIONS)
DOSES = (("dose", "dose_unit"), ("dose_2", "dose_unit_2"), ("dose_3", "dose_unit_3"))
EXCLUDE = Column("exclude", reason)


def sample_columns(file: Reader) -> tuple[Column, ...]:
    """Return the columns of samples.csv beside the conditions; `file` reads a path."""
    return (
        Column("file", file, required=True),
        Column("role", one_of(FLOW_ROLES), required=True),
        Column("harvest", one_of(HARVESTS)),
        Column("dissociation", text),
        Column("events_per_ul", positive, _NAN),
        EXCLUDE,
    )


LANE_COLUMNS = (
    Column("membrane", label, required=True),
    Column("lane", ordinal, 0, required=True),
    Column("role", one_of(LANE_ROLES), required=True),
    Column("protein_ug", positive, _NAN),
    EXCLUDE,
)
WELL_COLUMNS = (
    Column("plate", label),
    Column("role", one_of(WELL_ROLES), required=True),
    Column("dilution", positive, _NAN),
    EXCLUDE,
)


def box_columns(bands: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of a boxes sheet for an image with these bands."""

    def target(value: object) -> str:
        word = band(value)
        if word not in bands:
            raise Refused("a band of the image, or nothing for the whole lane", nearest(word, bands))
        return word

    return (
        Column("lane", ordinal, 0, required=True),
        Column("target", target),
        Column("x", at_least_zero, _NAN, required=True),
        Column("y", at_least_zero, _NAN, required=True),
        Column("width", positive, _NAN, required=True),
        Column("height", positive, _NAN, required=True),
    )


def threshold_columns(file: Reader) -> tuple[Column, ...]:
    """Return the columns of a sheet of thresholds set by hand; `file` reads the name of a sample."""
    return (
        Column("batch", label),
        Column("cell_line", text),
        Column("file", file),
        Column("channel", text, required=True),
        Column("threshold", number, _NAN, required=True),
    )
