"""A layout drawn as plates, one block a property, to the tidy sheet that it means: one row a well.

Each value keeps the place of the cell in which it was drawn, so that what is wrong with it is named there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cytotools.cells.refused import shown
from cytotools.cells.words import plain_name
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.errors import Problem, StudyError
from cytotools.plates.cell_grid import CellGrid
from cytotools.plates.cell_grids import find_grids
from cytotools.plates.cell_table import CellTable, words_of
from cytotools.plates.file_tables import tables_of_file
from cytotools.plates.property_titles import Property, property_of
from cytotools.plates.titles import is_layout, plate_in, wavelength_in
from cytotools.plates.well_names import well_name, well_place
from cytotools.plates.well_words import agents_of, dose_of, role_of
from cytotools.sheets import Row, Sheet, read_sheet
from cytotools.sheets.sheet import CellValue, is_blank

Well = tuple[str, str]  # the plate, empty where the layout names none, and the well

_MEASURED = re.compile(r"absorb|luminesc|fluoresc|\brlu\b|\brfu\b|\bod\b|raw data|results?\b|signal|glo\b|mtt\b", re.I)
_ORDER = ("plate", "well", "role", *(name for name in CONDITION_COLUMNS if name != "well"), "dilution", "exclude")
_WHOLE_ROW = -1
_ROLE_OF_ZERO = "Write untreated, or the vehicle's name (DMSO, saline), into the well."


@dataclass(frozen=True)
class _Drawn:
    """A value of a well and where it is drawn."""

    value: CellValue
    place: str


@dataclass(frozen=True)
class DrawnSheet(Sheet):
    """A tidy sheet made of drawn blocks: each cell's place is that of the cell in which it was drawn."""

    drawn: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def place(self, line: int, column: int | None = None) -> str:
        """Return where the value of a row's 0-based column was drawn, the first of its values for the whole row."""
        return self.drawn.get((line, _WHOLE_ROW if column is None else column), self.name)


def read_layout(contents: bytes, name: str, wanted: str = "layout") -> Sheet:
    r"""Read a layout, drawn as plates or one row a well, as a tidy sheet.

    A workbook may hold both: they are joined by well, and where they disagree the well is named.

    Parameters
    ----------
    contents : bytes
        The whole file.
    name : str
        Its name as messages shall give it.
    wanted : str
        The title of the tidy sheet to look for in a workbook.

    Returns
    -------
    Sheet
        To be read by `cytotools.sheets.tabulate`; a `DrawnSheet` where blocks were drawn.

    Raises
    ------
    StudyError
        The file can't be read, or a block or cell can't be understood; each is named by its place.

    Examples
    --------
    >>> drawn = b"Compound,,\n,1,2\nA,DMSO,cisplatin\nB,blank,cisplatin\n\nDose (uM),,\n,1,2\nA,,10\nB,,0.5\n"
    >>> sheet = read_layout(drawn, "layout.csv")
    >>> sheet.header.values
    ('well', 'role', 'compound', 'dose', 'dose_unit')
    >>> [row.values for row in sheet.rows][:2], sheet.place(3, 3)
    ([('A1', 'vehicle', 'DMSO', None, None), ('A2', 'treated', 'cisplatin', '10', 'uM')], 'layout.csv:8:3')
    """
    try:
        tables, notes = tables_of_file(contents, name)
    except StudyError:
        return read_sheet(contents, name, wanted)
    drawn = [table for table in tables if is_drawn(table)]
    if not drawn:
        return read_sheet(contents, name, wanted)
    tidy = [table for table in tables if _tidy_header(table) is not None]
    header, rows, places = layout_rows(drawn, tidy)
    return DrawnSheet(name, drawn[0].title, drawn[0].delimiter, header, rows, notes, places)


def is_drawn(table: CellTable) -> bool:
    """Return whether a table holds a layout drawn as plates, and not a list with a column `well`.

    Examples
    --------
    >>> is_drawn(CellTable("layout.csv", "", ",", (("dose",), ("", "1", "2"), ("A", "1", "3"), ("B", "1", "3"))))
    True
    >>> is_drawn(CellTable("layout.csv", "", ",", (("well", "role"), ("A1", "blank"))))
    False
    """
    if _tidy_header(table) is not None:
        return False
    return any(_property(grid) or not _is_measured(grid) for grid in find_grids(table).grids)


def layout_rows(
    drawn: Sequence[CellTable], tidy: Sequence[CellTable] = ()
) -> tuple[Row, tuple[Row, ...], dict[tuple[int, int], str]]:
    """Return the header, the rows and the place of each cell of the tidy sheet that drawn tables mean.

    Parameters
    ----------
    drawn : sequence of CellTable
        Tables with plate-shaped blocks, each under the name of its property.
    tidy : sequence of CellTable
        Lists with a column `well` to be joined with them.

    Raises
    ------
    StudyError
        Naming every block and cell that can't be understood, and every well on which two of them disagree.
    """
    wells: dict[Well, dict[str, _Drawn]] = {}
    problems: list[Problem] = []
    grids = [grid for table in drawn for grid in _grids(table, problems)]
    for grid in grids:
        found = _property(grid) or _mixed(grid, grids)
        if found is None:
            problems += _untitled(grid, bool(tidy))
        else:
            problems += _take(wells, grid, found)
    for table in tidy:
        problems += _join(wells, table)
    problems += _spread(wells)
    for (_, well), said in wells.items():
        problems += _complete(well, said)
    if problems:
        raise StudyError(problems)
    return _rows(wells)


def _tidy_header(table: CellTable) -> int | None:
    """Return the row of a header with the column `well`, where it is the first that is not blank."""
    first = next((row for row in range(len(table.rows)) if table.line(row)), None)
    if first is None or "well" not in {plain_name(words_of(value)) for value in table.rows[first]}:
        return None
    return first


def _grids(table: CellTable, problems: list[Problem]) -> Sequence[CellGrid]:
    found = find_grids(table)
    problems += found.problems
    return found.grids


def _property(grid: CellGrid) -> Property | None:
    """Return what a block is, from the words nearest to it: its corner, the titles above, the sheet's name."""
    words = [grid.corner, grid.label, *reversed(grid.titles), grid.table.title]
    return next((named for word in words if word and (named := property_of(word))), None)


def _mixed(grid: CellGrid, grids: Sequence[CellGrid]) -> Property | None:
    """Return the compound for a plate of words that has no title or is called layout: `cisplatin 10 uM`, `DMSO`."""
    is_named = bool(grid.titles) and not is_layout(grid.titles[-1]) and not plate_in(grid.titles[-1])
    has_words = any(isinstance(grid.value(well), str) and role_of(words_of(grid.value(well))) for well in grid.wells)
    others = [other for other in grids if other is not grid and _property(other) == Property("compound")]
    return Property("compound") if not is_named and has_words and not others else None


def _is_measured(grid: CellGrid) -> bool:
    words = (grid.corner, grid.label, *grid.titles)
    return any(_MEASURED.search(word) or wavelength_in(word) is not None for word in words)


def _untitled(grid: CellGrid, has_tidy: bool) -> Iterator[Problem]:
    if has_tidy or _is_measured(grid):
        return
    remedy = "Write above it what it is: Role, Compound, Dose (uM), Cell line, Replicate."
    title = grid.titles[-1] if grid.titles else ""
    yield Problem(grid.place, "the block", "the name of a property above it", shown(title), remedy)


def _take(wells: dict[Well, dict[str, _Drawn]], grid: CellGrid, found: Property) -> Iterator[Problem]:
    """Take a block's cells into its wells."""
    plate = next((name for line in reversed(grid.titles) if (name := plate_in(line))), "")
    for well, cell in grid.wells.items():
        value = grid.table.cell(*cell)
        if is_blank(value):
            continue
        place = grid.table.place(*cell)
        said = wells.setdefault((plate, well), {})
        for column, part in _parts(found, value):
            yield from _put(said, well, column, _Drawn(part, place))


def _put(said: dict[str, _Drawn], well: str, column: str, drawn: _Drawn) -> Iterator[Problem]:
    """Put a value into a well; one that is there and differs is a problem."""
    held = said.setdefault(column, drawn)
    if _plain(held.value) != _plain(drawn.value):
        expected, got = f"{shown(words_of(held.value))} as in {held.place}", shown(words_of(drawn.value))
        yield Problem(drawn.place, f"{column} of well {well}", expected, got, "Correct one of them.")


def _plain(value: CellValue) -> str | float:
    words = words_of(value)
    try:
        return float(words.replace(",", "."))
    except ValueError:
        return words.casefold()


def _parts(found: Property, value: CellValue) -> Iterator[tuple[str, CellValue]]:
    """Yield the columns that a cell of a block speaks of: its own, and those that its words name beside."""
    words = words_of(value)
    column, number = found.column.removesuffix("_2").removesuffix("_3"), ""
    if column != found.column:
        number = found.column[-2:]
    if column == "dose":
        yield from _dose_parts(found, number, value)
    elif column == "compound" and not number and role_of(words):
        yield "role", role_of(words)
        if role_of(words) == "vehicle" and plain_name(words) not in ("vehicle", "veh", "solvent"):
            yield "compound", words
    elif column == "compound":
        for place, agent in enumerate(agents_of(words), start=1):
            suffix = number if place == 1 else f"_{place}"
            named = (("compound", agent.compound), ("dose", agent.dose), ("dose_unit", agent.dose_unit))
            yield from ((name + suffix, part) for name, part in named if part)
    elif column == "role":
        yield "role", role_of(words) or words
    else:
        yield found.column, value


def _dose_parts(found: Property, number: str, value: CellValue) -> Iterator[tuple[str, CellValue]]:
    words = words_of(value)
    given = dose_of(words) if isinstance(value, str) else None
    if given is None and isinstance(value, str):
        if role_of(words) and not number:
            yield "role", role_of(words)
        else:
            yield found.column, value
        return
    yield found.column, given.dose if given else value
    if found.unit or (given and given.dose_unit):
        yield f"dose_unit{number}", found.unit if not given or not given.dose_unit else given.dose_unit


def _spread(wells: dict[Well, dict[str, _Drawn]]) -> Iterator[Problem]:
    """Give the values of blocks without a plate's name to every plate that others name."""
    plates = sorted({plate for plate, _ in wells if plate})
    for plate, well in list(wells) if plates else ():
        shared = wells.pop((plate, well)) if not plate else {}
        for named in plates if shared else ():
            said = wells.setdefault((named, well), {})
            for column, drawn in shared.items():
                yield from _put(said, well, column, drawn)
    for (plate, _), said in wells.items():
        if plate:
            said.setdefault("plate", _Drawn(plate, next(iter(said.values())).place))


def _join(wells: dict[Well, dict[str, _Drawn]], table: CellTable) -> Iterator[Problem]:
    """Join a list with the drawn wells; it may add columns and wells, and must not disagree."""
    header = _tidy_header(table) or 0
    names = {plain_name(words_of(value)): column for column, value in enumerate(table.rows[header]) if words_of(value)}
    for row in range(header + 1, len(table.rows)):
        written = table.cell(row, names["well"])
        place = well_place(words_of(written))
        if place is None and table.line(row):
            at = table.place(row, names["well"])
            yield Problem(at, "well", "a well such as A1 or H12", shown(written), "Write the well.")
        if place is None:
            continue
        well = well_name(*place)
        plate = table.words(row, names["plate"]) if "plate" in names else ""
        for named in [plate] if plate else sorted({p for p, w in wells if w == well}) or [""]:
            said = wells.setdefault((named, well), {})
            for name, drawn in _listed(table, row, names):
                yield from _put(said, well, name, drawn)


def _listed(table: CellTable, row: int, names: Mapping[str, int]) -> Iterator[tuple[str, _Drawn]]:
    """Yield the values of a row of a list, the roles in our words."""
    for name, column in names.items():
        value = table.cell(row, column)
        if name != "well" and not is_blank(value):
            known = role_of(words_of(value)) or value if name == "role" else value
            yield name, _Drawn(known, table.place(row, column))


def _complete(well: str, said: dict[str, _Drawn]) -> Iterator[Problem]:
    """Give a well the role that its compound and dose mean; a dose of 0 has two meanings, and is a problem."""
    if "role" in said:
        return
    dose = said.get("dose")
    first = next(iter(said.values()))
    if dose is not None and _plain(dose.value) == 0:
        expected = "the role of a well without drug"
        yield Problem(dose.place, f"role of well {well}", expected, "a dose of 0", _ROLE_OF_ZERO)
    elif "compound" in said or dose is not None:
        said["role"] = _Drawn("treated", said.get("compound", first).place)
    else:
        remedy = "Add a block `Role`, or write blank, untreated or the compound into the well."
        yield Problem(first.place, f"role of well {well}", "a role, a compound or a dose", "none", remedy)


def _rows(wells: Mapping[Well, Mapping[str, _Drawn]]) -> tuple[Row, tuple[Row, ...], dict[tuple[int, int], str]]:
    named = {column for said in wells.values() for column in said}
    columns = [column for column in _ORDER if column in named or column == "well"]
    columns += sorted(named - set(columns))
    rows: list[Row] = []
    places: dict[tuple[int, int], str] = {}
    for line, (plate, well) in enumerate(_in_order(wells), start=2):
        said = wells[plate, well]
        first = next(iter(said.values())).place
        rows.append(Row(line, tuple(well if c == "well" else said[c].value if c in said else None for c in columns)))
        places[line, _WHOLE_ROW] = first
        places |= {(line, index): said[c].place if c in said else first for index, c in enumerate(columns)}
    return Row(1, tuple(columns)), tuple(rows), places


def _in_order(wells: Iterable[Well]) -> list[Well]:
    return sorted(wells, key=lambda key: (key[0], well_place(key[1]) or (0, 0)))
