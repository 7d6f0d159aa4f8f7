"""Molecular Devices SoftMax Pro: plates as blocks of text, whose first line says where everything stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cytotools.errors import StudyError, refusal
from cytotools.plates.cell_grid import Cell
from cytotools.plates.cell_table import CellTable
from cytotools.plates.readers.described import Described, Signal
from cytotools.plates.titles import hours_of
from cytotools.plates.well_names import PLATE_SHAPES, well_name, well_place

_PLATE_WAY = "Export it again from SoftMax Pro (File > Export, Plate or Time format)."


def is_mine(text: str) -> bool:
    """Return whether a text is SoftMax Pro's."""
    return "##BLOCKS=" in text


def signals(table: CellTable) -> list[Signal]:
    """Return the reads of every plate of a SoftMax Pro export; groups and notes are left to SoftMax Pro.

    Raises
    ------
    StudyError
        The file ends early, or a plate's lines are not as its header says.
    """
    starts = [row for row in range(len(table.rows)) if table.words(row, 0) == "Plate:"]
    ends = [row for row in range(len(table.rows)) if table.words(row, 0).startswith("~End")]
    declared = re.search(r"##BLOCKS=\s*(\d+)", table.line(0))
    if declared is None or int(declared.group(1)) != len(ends):
        expected = f"{declared.group(1) if declared else 'a number of'} blocks, each ending in ~End"
        raise refusal(table.place(0), "the export", expected, str(len(ends)), _PLATE_WAY)
    found: list[Signal] = []
    for start in starts:
        end = next((row for row in ends if row > start), len(table.rows))
        found += _plate_signals(_Section.of(table, start, end))
    return found


@dataclass(frozen=True)
class _Section:
    """A plate's lines and what its first line says of them."""

    table: CellTable
    start: int
    end: int
    name: str
    form: str
    read: str
    mode: str
    kind: str
    wavelengths: tuple[str, ...]
    rows: int
    first_row: int
    wells: int

    @classmethod
    def of(cls, table: CellTable, start: int, end: int) -> _Section:
        words = [table.words(start, column) for column in range(len(table.rows[start]))]
        words += [""] * (24 - len(words))
        mode = words[5]
        shift = 1 if mode.casefold().startswith("fluor") else 0
        counts = [int(word) for word in words[18 + shift :] if word.isascii() and word.isdigit()]
        if len(counts) < 3:
            raise _unlike(table, start, "a plate's first line with its wells and rows", table.line(start)[:60])
        kind = "calculated" if "reduced" in (words[6].casefold(), words[7].casefold()) else "raw"
        wavelengths = tuple(words[15 + shift].split())
        return cls(
            table,
            start,
            end,
            words[1],
            words[3],
            words[4],
            mode,
            kind,
            wavelengths,
            counts[-1],
            counts[-2] - 1,
            counts[0],
        )

    def described(self, wave: int, time: str, kind: str) -> Described:
        """Return what one read of the plate is."""
        nm = self.wavelengths[wave] if wave < len(self.wavelengths) else ""
        is_length = nm.isdigit() and int(nm) >= 190
        clock = f"0:{time:0>5}" if time.count(":") == 1 else time  # minutes and seconds until the first hour is over
        hours = hours_of(clock) if self.read == "Kinetic" else None
        return Described(
            self.name, nm if is_length else self.mode, float(nm) if is_length else None, kind, hours, self.wells
        )


def _unlike(table: CellTable, row: int, expected: str, got: str) -> StudyError:
    return refusal(table.place(row), "the plate", expected, got or "nothing", _PLATE_WAY)


def _plate_signals(section: _Section) -> Iterator[Signal]:
    if section.read not in ("Endpoint", "Kinetic"):
        got = f"a read of the type {section.read or 'unknown'}"
        raise _unlike(section.table, section.start, "an Endpoint or Kinetic read", got)
    if section.form == "TimeFormat":
        yield from _of_time_format(section)
    elif section.form == "PlateFormat":
        yield from _of_plate_format(section)
    else:
        raise _unlike(section.table, section.start, "PlateFormat or TimeFormat", section.form)


def _is_blank(table: CellTable, row: int) -> bool:
    return not table.line(row)


def _chunks(section: _Section) -> Iterator[list[int]]:
    """Yield the lines of a plate, parted where one is blank."""
    chunk: list[int] = []
    for row in range(section.start + 1, section.end):
        if _is_blank(section.table, row):
            if chunk:
                yield chunk
            chunk = []
        else:
            chunk.append(row)
    if chunk:
        yield chunk


def _of_plate_format(section: _Section) -> Iterator[Signal]:
    table = section.table
    heads: list[list[Cell]] = []
    kind = section.kind
    for chunk in _chunks(section):
        numbers = _column_runs(table, chunk[0])
        if numbers:
            kind = "calculated" if heads else kind  # the second header is that of SoftMax Pro's reduced values
            heads, chunk = numbers, chunk[1:]
        counts = [rows for rows in (section.rows, _plate_rows(section.wells)) if rows and len(chunk) % rows == 0]
        if not heads or not chunk or not counts:
            expected = f"{section.rows} lines of values under column numbers"
            raise _unlike(table, chunk[0] if chunk else section.start, expected, f"{len(chunk)} lines")
        _check_lengths(table, chunk)
        first = section.first_row if counts[0] == section.rows else 0
        for start in range(0, len(chunk), counts[0]):
            lines = chunk[start : start + counts[0]]
            for wave, head in enumerate(heads):
                wells = {
                    well_name(first + step, number - 1): (row, column)
                    for step, row in enumerate(lines)
                    for column, number in head
                }
                said = section.described(wave, table.words(lines[0], 0), kind)
                yield Signal(table, wells, said, table.place(lines[0]))


def _check_lengths(table: CellTable, rows: list[int]) -> None:
    """Refuse lines of unlike length: one that lost a tab has its values in the wrong wells."""
    lengths = [len(table.rows[row]) for row in rows]
    if len(set(lengths)) > 1:
        odd = rows[lengths.index(min(lengths))]
        raise _unlike(table, odd, f"{max(lengths)} cells in each line", f"{min(lengths)}")


def _plate_rows(wells: int) -> int:
    return next((rows for rows, columns in PLATE_SHAPES if rows * columns == wells), 0)


def _column_runs(table: CellTable, row: int) -> list[list[Cell]]:
    """Return the columns of a header, a list for each wavelength: numbers start anew where the next one begins."""
    heads: list[list[Cell]] = []
    cells = [(column, table.words(row, column)) for column in range(2, len(table.rows[row]))]
    named = [(column, int(word)) for column, word in cells if word.isascii() and word.isdigit() and int(word) < 49]
    if not named or len(named) != sum(bool(word) for _, word in cells):
        return []
    for column, number in named:
        if not heads or number <= heads[-1][-1][1]:
            heads.append([])
        elif number != heads[-1][-1][1] + 1:
            return []
        heads[-1].append((column, number))
    return heads if len(named) > 1 else []


def _of_time_format(section: _Section) -> Iterator[Signal]:
    table = section.table
    wells: dict[str, int] = {}
    kind, wave = section.kind, -1
    head: list[int] = []
    for chunk in _chunks(section):
        header = {table.words(chunk[0], column): column for column in range(2, len(table.rows[chunk[0]]))}
        header.pop("", None)
        if header and all(map(well_place, header)):
            kind = "calculated" if wells else kind
            wells, head, chunk, wave = header, chunk[:1], chunk[1:], -1
        if not wells:
            raise _unlike(table, chunk[0], "a line of wells (A1, A2) above the values", table.line(chunk[0])[:40])
        wave += 1
        _check_lengths(table, [*head, *chunk])
        for row in chunk:
            cells = {_named(well): (row, column) for well, column in wells.items()}
            yield Signal(table, cells, section.described(wave, table.words(row, 0), kind), table.place(row))


def _named(well: str) -> str:
    place = well_place(well)
    return well_name(*place) if place else well
