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
            file = file_inside(self.path.parent, named)
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
