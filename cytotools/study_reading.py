"""What reading a study has found so far: the files it names, its problems and its notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cytotools.cells.refused import Refused, shown
from cytotools.errors import Problem
from cytotools.sheets import Given, Table
from cytotools.study_paths import file_inside
from cytotools.study_schema import Conditions, Location, place_of


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
