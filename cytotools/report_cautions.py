"""The cautions of a run as the page shows them, and the links between each and the place where it arises."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from cytotools.report_sections import Section
from cytotools.shown_table import CAUTION, ShownTable
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

_SHORTEST_PLACE = 3  # letters: a shorter part of a place is found in every row
_WORDS_WEIGH = 100  # the same words count for more than any number of parts of the place


@dataclass(frozen=True)
class Link:
    """Words of the page, with the id that they lead to, empty where they lead nowhere."""

    words: str
    target: str = ""


@dataclass
class PlacedRow:
    """A row as the page places it: its cells, its cautions, and an id where a caution leads to it."""

    cells: Sequence[str]
    cautions: list[Link] = field(default_factory=list)
    anchor: str = ""


@dataclass(frozen=True)
class PlacedTable:
    """A table as the page places it; a column of cautions that is empty throughout is left out."""

    anchor: str
    table: ShownTable
    header: Sequence[str]
    rows: list[PlacedRow]
    assay: str
    has_cautions: bool


@dataclass(frozen=True)
class PlacedSection:
    """A section with its tables as the page places them."""

    section: Section
    tables: Sequence[PlacedTable]
    details: Sequence[PlacedTable]


@dataclass(frozen=True)
class ShownCaution:
    """One row of cautions.csv with its own id and the first place of the page where it arises."""

    anchor: str
    severity: str
    assay: str
    place: str
    code: str
    words: str
    remedy: str
    arises: Link


def anchor_of(kind: str, *content: str) -> str:
    """Return an id that follows from the content alone; no letter of the content stands in it.

    Examples
    --------
    >>> anchor_of("t", "<script>")
    't-5b63e5b2'
    """
    return f"{kind}-{hashlib.sha256(chr(31).join(content).encode('utf-8', 'replace')).hexdigest()[:8]}"


class Anchors:
    """The ids that a page has given; the same content once more gets a number behind it."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def new(self, kind: str, *content: str) -> str:
        """Return an id that no other element of the page has."""
        anchor = anchor_of(kind, *content)
        self._given[anchor] = self._given.get(anchor, 0) + 1
        return anchor if self._given[anchor] == 1 else f"{anchor}-{self._given[anchor]}"


def placed_sections(sections: Iterable[Section], anchors: Anchors) -> list[PlacedSection]:
    """Return the sections with an id for every table."""
    return [
        PlacedSection(
            section,
            [placed_table(section.key, table, anchors, section.assay) for table in section.tables],
            [placed_table(section.key, table, anchors, section.assay) for table in section.details],
        )
        for section in sections
    ]


def placed_table(key: str, table: ShownTable, anchors: Anchors, assay: str = "") -> PlacedTable:
    """Return a table of the section `key` with its id."""
    anchor = anchors.new("t", key, table.title)
    if not table.header or table.header[-1] != CAUTION:
        rows = [PlacedRow(cells) for cells in table.rows]
        return PlacedTable(anchor, table, table.header, rows, assay, False)
    rows = [PlacedRow(row[:-1], [Link(said) for said in row[-1].split("; ") if said]) for row in table.rows]
    has_cautions = any(row.cautions for row in rows)
    header = table.header if has_cautions else table.header[:-1]
    return PlacedTable(anchor, table, header, rows, assay, has_cautions)


def linked_cautions(table: pd.DataFrame, page: Sequence[PlacedSection], anchors: Anchors) -> list[ShownCaution]:
    """Return the rows of cautions.csv, each leading to its place; the cells that carry one are made to lead to it.

    Parameters
    ----------
    table : DataFrame
        cautions.csv.
    page : sequence of PlacedSection
        The sections in their order; ids of rows and links of cautions are written into their tables.
    anchors : Anchors
        The ids that the page has given so far.
    """
    placed = [table for one in page for table in (*one.tables, *one.details)]
    sections = [one.section for one in page]
    by_code = _rows_by_code(placed)
    shown = []
    for row in rows_of(table):
        anchor = anchors.new("c", *(str(row[name]) for name in ("assay", "file", "place", "code", "caution")))
        arises = _place_in_tables(row, by_code, anchors) or _place_elsewhere(row, sections, placed, anchors)
        shown.append(
            ShownCaution(
                anchor,
                str(row["severity"]),
                str(row["assay"]),
                str(row["place"] or row["file"]),
                str(row["code"]),
                str(row["caution"]),
                str(row["remedy"]),
                arises,
            )
        )
    _link_back(placed, shown)
    return shown


def _rows_by_code(placed: Iterable[PlacedTable]) -> dict[str, list[tuple[PlacedTable, PlacedRow]]]:
    found: dict[str, list[tuple[PlacedTable, PlacedRow]]] = {}
    for table in placed:
        for row in table.rows:
            for code in dict.fromkeys(said.words.partition(": ")[0] for said in row.cautions):
                found.setdefault(code, []).append((table, row))
    return found


def _place_in_tables(
    caution: Mapping[str, Any], by_code: Mapping[str, list[tuple[PlacedTable, PlacedRow]]], anchors: Anchors
) -> Link | None:
    """Return the row that carries the caution's code and has most of its place: of equals the first of the page."""
    parts = _parts(caution)
    own = [found for found in by_code.get(str(caution["code"]), []) if found[0].assay == caution["assay"]]
    if not own:
        return None
    said = f"{caution['code']}: {str(caution['caution']).removeprefix('such as ')}"

    def likeness(found: tuple[PlacedTable, PlacedRow]) -> int:
        row = found[1]
        same = any(link.words == said for link in row.cautions)
        return _WORDS_WEIGH * same + _shared(parts, row)

    return _to_row(*max(own, key=likeness), anchors)


def _place_elsewhere(
    caution: Mapping[str, Any], sections: Iterable[Section], placed: Iterable[PlacedTable], anchors: Anchors
) -> Link:
    """Return the figure or the row that names the caution's file, place or check, else the section of its assay."""
    own = [section for section in sections if section.assay == caution["assay"]]
    parts = [part for part in _parts(caution) if len(part) >= _SHORTEST_PLACE]
    named = [part for part in (PurePosixPath(str(caution["file"])).stem, *parts[:1]) if part]
    for figure in (figure for section in own for figure in section.all_figures()):
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", figure.title) for name in named):
            return Link(f"figure: {figure.title}", anchor_of("f", figure.name))
    check = str(caution["code"]).replace("_", " ")
    for table in placed:
        for row in table.rows if table.assay == caution["assay"] else []:
            if check in row.cells or (parts and _shared(parts, row) == len(parts)):
                return _to_row(table, row, anchors)
    return Link(f"section: {own[0].heading}", own[0].key) if own else Link("")


def _parts(caution: Mapping[str, Any]) -> list[str]:
    """Return what a caution says of its place, part by part, its file among them."""
    file = str(caution["file"])
    return list(dict.fromkeys(part for part in (*str(caution["place"]).split(", "), file) if part))


def _shared(parts: Iterable[str], row: PlacedRow) -> int:
    words = "\n".join(row.cells)
    return sum(part in words for part in parts)


def _to_row(table: PlacedTable, row: PlacedRow, anchors: Anchors) -> Link:
    row.anchor = row.anchor or anchors.new("r", table.anchor, *row.cells)
    return Link(f"table: {table.table.name}", row.anchor)


def _link_back(placed: Iterable[PlacedTable], shown: Sequence[ShownCaution]) -> None:
    """Lead every caution in a cell to its row in the table of cautions: that of the same words, else of the code."""
    exact = {(one.assay, one.code, one.words): one.anchor for one in reversed(shown)}
    any_of = {(one.assay, one.code): one.anchor for one in reversed(shown)}
    for table, row in _rows(placed):
        for k, link in enumerate(row.cautions):
            code, _, words = link.words.partition(": ")
            found = exact.get((table.assay, code, words)) or any_of.get((table.assay, code), "")
            row.cautions[k] = Link(link.words, found)


def _rows(placed: Iterable[PlacedTable]) -> Iterator[tuple[PlacedTable, PlacedRow]]:
    return ((table, row) for table in placed for row in table.rows)
