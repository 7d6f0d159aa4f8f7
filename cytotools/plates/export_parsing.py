"""The bytes of a plate reader's export to its readings: no file is opened here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cytotools.cells.numbers import Decimals
from cytotools.cells.refused import Refused, shown
from cytotools.errors import Problem, StudyError, refusal
from cytotools.plates.blocks import find_blocks
from cytotools.plates.cell_table import CellTable
from cytotools.plates.file_tables import tables_of_file
from cytotools.plates.readers.described import Signal
from cytotools.plates.readers.software import FREE_FORM, signals_of, software_of
from cytotools.plates.reading import Export, PlateReading
from cytotools.plates.signal_cells import signal_decimals, signal_of
from cytotools.plates.well_names import plate_shape, well_place

_MOST_PROBLEMS = 20


def parse_export(contents: bytes, name: str, sheet: str = "") -> Export:
    r"""Read the bytes of a plate reader's export; the software is recognised by its own words.

    Text in any encoding and delimiter, or XLSX. Every value is given the well in which it was measured, or the file is
    refused; what holds no number (OVRFLW, MISSED, -) is kept as the word that it is.

    Parameters
    ----------
    contents : bytes
        The whole file.
    name : str
        Its name as messages shall give it.
    sheet : str
        The one sheet of a workbook to read; every visible one where it is empty.

    Returns
    -------
    Export

    Raises
    ------
    StudyError
        No plate stands in it, or a value can't be read or placed in one way only.

    Examples
    --------
    >>> export = parse_export(b"MTT 570 nm\n,1,2,3\nA,0.1,0.2,OVRFLW\nB,0.4,,0.6\n", "plate.csv")
    >>> export.software, export.readings[0].wavelength_nm, export.readings[0].signal[0, :2], export.readings[0].said
    ('free-form', 570.0, array([0.1, 0.2]), {'A3': 'OVRFLW'})
    """
    tables, notes = tables_of_file(contents, name, sheet)
    software = software_of(tables)
    signals, left_out = signals_of(tables, software)
    if not signals:
        raise _nothing_found(tables, name, software.name)
    values = (signal.table.cell(*cell) for signal in signals for cell in signal.wells.values())
    decimals = signal_decimals(tables[0].delimiter, values, by_software=software.name != FREE_FORM)
    readings: list[PlateReading] = []
    problems: list[Problem] = []
    for signal in signals:
        reading, wrong = _reading(signal, decimals)
        if reading.kind == "raw":
            problems += wrong
        if wrong and reading.kind == "calculated":  # times of a maximum and the like
            notes += (replace(wrong[0], what=f"{reading.label}, which is left out"),)
        else:
            readings.append(reading)
    if problems:
        raise StudyError(problems[:_MOST_PROBLEMS])
    readings = [reading for reading in readings if reading.hours is None or np.isfinite(reading.signal).any()]
    if not any(np.isfinite(reading.signal).any() for reading in readings):
        raise _nothing_found(tables, name, software.name)
    named = _named_by_sheet(readings, signals)
    return Export(software.name, tuple(named), (*notes, *left_out, *_alike(named)))


def _nothing_found(tables: Sequence[CellTable], name: str, software: str) -> StudyError:
    unfilled = next((b for table in tables for b in find_blocks(table)[0] if not b.has_numbers), None)
    if unfilled:
        got = f"the block at {unfilled.source.place} has no numbers yet"
        return refusal(name, "the file", "the values of a plate", got, "Paste the reader's values into its wells.")
    found = "no block of values with column numbers above and row letters beside, and no list of wells"
    got = found if software == FREE_FORM else f"an export of {software} with {found}"
    remedy = "Export the plate as a matrix or as a list of wells, with row letters and column numbers (A1 to H12)."
    return refusal(name, "the file", "the values of a plate", got, remedy)


def _reading(signal: Signal, decimals: Decimals) -> tuple[PlateReading, list[Problem]]:
    """Return the signal of every well, and each cell that can't be read."""
    said = signal.described
    places = {well: place for well in signal.wells if (place := well_place(well))}
    rows, columns = plate_shape(places.values(), said.wells)
    values = np.full((rows, columns), np.nan)
    words: dict[str, str] = {}
    problems = []
    for well, cell in signal.wells.items():
        value = signal.table.cell(*cell)
        try:
            if cell in signal.table.merged and not isinstance(value, str):
                raise Refused("a cell for each well", "Unmerge the cells: one value stands in several wells.")
            number, word = signal_of(value, decimals)
        except Refused as no:
            number, word = float("nan"), signal.table.words(*cell)
            at = signal.table.place(*cell)
            problems.append(Problem(at, f"well {well}", no.expected, shown(value), no.remedy))
        values[places[well]] = number
        if word:
            words[well] = word
    values.flags.writeable = False
    reading = PlateReading(
        said.plate, said.label, said.wavelength_nm, said.kind, said.hours, rows, columns, values, words, signal.place
    )
    return reading, problems


def _named_by_sheet(readings: Sequence[PlateReading], signals: Sequence[Signal]) -> list[PlateReading]:
    """Return the readings of a workbook with plates on several sheets: one without a name is that of its sheet."""
    titles = {signal.place: signal.table.title for signal in signals}
    if len(set(titles.values())) < 2:
        return list(readings)
    return [r if r.plate else replace(r, plate=titles.get(r.place, "")) for r in readings]


def _alike(readings: Sequence[PlateReading]) -> tuple[Problem, ...]:
    """Name the raw reads of one plate that nothing in the file tells apart."""
    keys = [(r.plate, r.label, r.wavelength_nm, r.hours) for r in readings if r.kind == "raw"]
    twice = [key for key, count in Counter(keys).items() if count > 1]
    notes = []
    for key in twice:
        places = [r.place for r in readings if (r.plate, r.label, r.wavelength_nm, r.hours) == key and r.kind == "raw"]
        got = f"{len(places)} blocks of values that nothing tells apart ({', '.join(places[:4])})"
        remedy = "Write the plate's name and the wavelength above each."
        notes.append(Problem(places[1], "the block", "a title above each block", got, remedy))
    return tuple(notes)
