"""What reading a study has found so far: the files it names, its problems and its notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cytotools.cells.refused import Refused, shown
from cytotools.errors import Problem
from cytotools.sheets import Given, Table
from cytotools.study_paths import file_inside
from cytotools.study_schema import Conditions, Location, place_of

_CELL = re.compile(r"(.*):\d+:(\d+)|(.*![A-Z]+)\d+")  # a cell of a text, or of a workbook


@dataclass
class Reading:
    """What reading a study has found so far.

    Attributes
    ----------
    path : Path
        study.yaml.
    places : mapping of location to (line, column)
        Where each of its keys stands.
    is_partial : bool
        Parts of study.yaml were wrong and are left out: rules that look across parts would cry wolf.
    problems : dict of (place, what) to Problem
    notes : list of Problem
    inputs : set of str
        Every file that the study names, relative to its folder.
    """

    path: Path
    places: Mapping[Location, tuple[int, int]]
    is_partial: bool
    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)

    def place(self, location: Location) -> str:
        """Return where a key of study.yaml stands."""
        return place_of(location, self.places, self.path.name)

    def add(self, place: str, what: str, expected: str, got: str, remedy: str) -> None:
        """Add a problem."""
        self.take(Problem(place, what, expected, got, remedy))

    def take(self, *problems: Problem) -> None:
        """Keep the first problem of each cell or key: a second would follow from it."""
        for problem in problems:
            self.problems.setdefault((problem.place, problem.what), problem)

    def is_sound(self, table: Table) -> bool:
        """Whether every row of a sheet could be read, so that others may be held against it."""
        return not any(place.startswith(f"{table.sheet.name}:") for place, _ in self.problems)

    def note(self, place: str, what: str, expected: str, got: str, remedy: str) -> None:
        """Note what can be answered, and may yet be a slip."""
        self.notes.append(Problem(place, what, expected, got, remedy))

    def file(self, named: str | None, location: Location) -> str | None:
        """Return a file that study.yaml names, relative to the study folder; None where it is not there."""
        if named is None:
            return None
        try:
            file = file_inside(self.path.parent, named)
        except Refused as no:
            self.add(self.place(location), str(location[-1]), no.expected, shown(named), no.remedy)
            return None
        self.inputs.add(file)
        return file

    def given(self, model: Conditions, location: Location) -> dict[str, Given]:
        """Return the conditions that a block states for all its rows."""
        values = model.given().items()
        return {name: Given(value, self.place((*location, name))) for name, value in values}


def by_column(problems: Sequence[Problem], study: str = "study.yaml") -> list[Problem]:
    """Return problems with those that the cells of one column share told once, at the first of them.

    Those of the study file, named `study`, stay as they are: its keys have no columns.

    Examples
    --------
    >>> cells = [Problem(f"l.csv:{n}:5", "dose_unit", "a unit", "none", "Write it.") for n in (2, 3, 4)]
    >>> by_column(cells)[0].place, by_column(cells)[0].got
    ('l.csv:2:5', 'none (and 2 more cells)')
    """
    shared: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        cell = None if problem.place.startswith(f"{study}:") else _CELL.fullmatch(problem.place)
        column = cell.groups() if cell else problem.place
        key = (column, problem.what, problem.expected, problem.got, problem.remedy)
        shared.setdefault(key, []).append(problem)
    return [replace(same[0], got=same[0].got + _more(len(same) - 1)) for same in shared.values()]


def _more(cells: int) -> str:
    return f" (and {cells} more cell{'s' if cells > 1 else ''})" if cells else ""
