"""Rules that hold between the rows of one sheet: samples, lanes, boxes, layouts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from cytotools.cells.refused import Refused
from cytotools.conditions import DOSES
from cytotools.experiments import grouped
from cytotools.plates.dose_units import in_common_unit, is_known
from cytotools.sheets import Table
from cytotools.study import PlateFile
from cytotools.study_reading import Reading


def check_conditions(reading: Reading, table: Table, unnumbered: str = "the rows of a condition count as one") -> None:
    """Check each row's conditions, fill in the batch, and note what may be a slip.

    `unnumbered` says what the rows count as where nobody numbered the independent experiments.
    """
    frame = table.frame
    for dose, dose_unit in DOSES:
        for row in frame.index[(frame[dose] > 0) & (frame[dose_unit] == "")]:
            remedy = "Write the unit, such as uM or ug/mL."
            reading.add(table.place(row, dose), dose_unit, "the dose's unit", "a dose without one", remedy)
    _check_pairs(reading, table)
    frame["batch"] = frame["batch"].where(frame["batch"] != "", frame["replicate"])
    bare = frame.index[(frame["role"] == "treated") & (frame["replicate"] == "") & (frame["exclude"] == "")]
    if len(bare):
        remedy = f"Number the independent experiments; without numbers {unnumbered}."
        got = f"{len(bare)} treated row{'s' if len(bare) > 1 else ''} without one"
        reading.note(table.place(bare[0], "replicate"), "replicate", "the independent experiment", got, remedy)
    for name in ("cell_line", "arm", "compound", "compound_2", "compound_3", "dose_unit", "replicate", "batch"):
        _note_spellings(reading, table, name)


def _check_pairs(reading: Reading, table: Table) -> None:
    """Refuse a second agent of which a well holds half: without its name, or without the dose that its others have."""
    frame = table.frame
    treated = (frame["role"] == "treated") & (frame["exclude"] == "")
    for slot in ("_2", "_3"):
        compound, dose = f"compound{slot}", f"dose{slot}"
        for row in frame.index[treated & (frame[dose] > 0) & (frame[compound] == "")]:
            reading.add(table.place(row, compound), compound, "the compound of this dose", "an empty cell", "Write it.")
        dosed = set(frame.loc[frame[dose] > 0, compound]) - {""}
        for row in frame.index[treated & frame[dose].isna() & frame[compound].isin(dosed)]:
            remedy = "Write it; 0 where the compound is not in it."
            reading.add(
                table.place(row, dose), dose, f"the dose of {frame.loc[row, compound]}", "an empty cell", remedy
            )


def _note_spellings(reading: Reading, table: Table, column: str) -> None:
    """Note words that differ by case, spaces or hyphens only: they count as different conditions."""
    spellings: dict[str, dict[str, int]] = {}
    for row, word in enumerate(table.frame[column]):
        spellings.setdefault(re.sub(r"[\s_-]", "", word).casefold(), {}).setdefault(word, row)
    for words in spellings.values():
        if len(words) > 1:
            place = table.place(max(words.values()), column)
            remedy = "They count as different; write one of them throughout if they are meant to be the same."
            reading.note(place, column, "one spelling", " and ".join(map(repr, words)), remedy)


def note_units(reading: Reading, table: Table) -> None:
    """Note a compound whose doses stand in several units: equal doses in unlike units count as different treatments."""
    for name, cells in grouped(_dose_cells(table), lambda cell: cell[0]).items():
        units = list(dict.fromkeys(unit for *_, unit in cells))
        if len(units) > 1:
            _, row, column, _, _ = next(cell for cell in cells if cell[-1] == units[1])
            got = f"{' and '.join(units)} for {name}"
            remedy = "Write one unit throughout: the same dose in two units counts as two treatments."
            reading.note(table.place(row, column), "dose_unit", "one unit a compound", got, remedy)


def check_units(reading: Reading, tables: Sequence[Table], molar_masses: Mapping[str, float]) -> None:
    """Check that the doses of each compound can be brought to one unit over all sheets; masses are in g/mol.

    A unit that is not known serves where it is the only one, and is noted.
    """
    cells = [(table, *cell) for table in tables for cell in _dose_cells(table)]
    for name, own in grouped(cells, lambda cell: cell[1]).items():
        units = [unit for *_, unit in own]
        try:
            in_common_unit([dose for *_, dose, _ in own], units, molar_masses.get(name))
        except Refused as no:
            table, _, row, column, _, _ = next(cell for cell in own if cell[-1] != units[0])
            got = f"{' and '.join(dict.fromkeys(units))} for {name}"
            reading.add(table.place(row, column), "dose_unit", no.expected, got, no.remedy)
            continue
        if len(set(units)) == 1 and not is_known(units[0]):
            table, _, row, column, _, _ = own[0]
            remedy = "It is kept as it is; correct it where it is a slip of the pen."
            reading.note(table.place(row, column), "dose_unit", "a unit of dose that is known", units[0], remedy)


def check_standards(reading: Reading, table: Table) -> None:
    """Check that every standard of a plate has its concentration, all of them in one unit."""
    frame = table.frame
    standards = frame[(frame["role"] == "standard") & (frame["exclude"] == "")]
    for row in standards.index[standards["dose"].isna()]:
        remedy = "Write its concentration into `dose`, 0 for the zero standard."
        reading.add(table.place(row, "dose"), "dose", "the concentration of a standard", "nothing", remedy)
    units = list(dict.fromkeys(standards.loc[standards["dose"] > 0, "dose_unit"]))
    if len(units) > 1:
        row = standards.index[(standards["dose"] > 0) & (standards["dose_unit"] == units[1])][0]
        remedy = "Write all standards in one unit."
        reading.add(
            table.place(row, "dose_unit"), "dose_unit", "one unit of all standards", " and ".join(units), remedy
        )
    if standards.empty:
        place = table.sheet.place(table.sheet.header.line)
        remedy = "Give the wells of the standards the role `standard` and their concentration in `dose`."
        reading.add(place, "role", "wells with standards", "none", remedy)


def _dose_cells(table: Table) -> list[tuple[str, int, str, float, str]]:
    """Return the doses above 0 with their units: compound, row, column of the unit's cell, dose, unit."""
    found: list[tuple[str, int, str, float, str]] = []
    for slot in ("", "_2", "_3"):
        columns = (table.frame[f"{name}{slot}"] for name in ("compound", "dose", "dose_unit"))
        for row, (name, dose, unit) in enumerate(zip(*columns, strict=True)):
            if name and dose > 0 and unit:
                found.append((name, row, f"dose_unit{slot}", dose, unit))
    return found


def check_unique(reading: Reading, table: Table, names: Sequence[str]) -> None:
    """Check that no two rows agree in all of these columns; rows whose last one is empty are passed over."""
    first: dict[tuple[object, ...], int] = {}
    for row, key in enumerate(zip(*(table.frame[name] for name in names), strict=True)):
        if not key[-1]:
            continue  # the cell is empty or could not be read, and is named already
        if key in first:
            what = " ".join(f"{name} {value}" for name, value in zip(names, key, strict=True) if value != "")
            got = f"{what} again; it first stands in {table.place(first[key])}"
            remedy = "Delete or correct one of the two rows."
            reading.add(table.place(row, names[-1]), names[-1], f"each {names[-1]} once", got, remedy)
        first.setdefault(key, row)


def check_files(reading: Reading, table: Table) -> None:
    """Check that each row of the samples sheet names a file of its own, by whatever way it leads there."""
    first: dict[Path, int] = {}
    for row, file in enumerate(table.frame["file"]):
        if not file:
            continue
        real = (reading.path.parent / file).resolve()
        if real in first:
            got = f"{file} again; it first stands in {table.place(first[real])}"
            remedy = "Delete one of the two rows, or name the other file."
            reading.add(table.place(row, "file"), "file", "each file once", got, remedy)
        first.setdefault(real, row)


def check_plates(reading: Reading, plates: Sequence[PlateFile | None]) -> None:
    """Check that no two entries take the same read of the same wells: a copy is no second experiment."""
    first: dict[tuple[object, ...], int] = {}
    for index, entry in enumerate(plates):
        if entry is None:
            continue
        real = (reading.path.parent / entry.file).resolve()
        read = (real, entry.assay, entry.sheet.casefold(), entry.read.casefold())
        wells = [(*read, *well) for well in zip(entry.layout["plate"], entry.layout["well"], strict=True) if well[1]]
        before = next((first[well] for well in wells if well in first), None)
        if before is not None:
            got = f"{entry.file} again; it first stands in {reading.place(('plates', before, 'file'))}"
            remedy = "Name the export of this experiment, or give the `read`, `sheet` or plate that is meant."
            reading.add(reading.place(("plates", index, "file")), "file", "each export once", got, remedy)
        first |= dict.fromkeys(wells, index) if before is None else {}


def check_lanes(reading: Reading, table: Table) -> None:
    """Check that each lane stands once and that treated lanes have their hours; note controls without."""
    frame = table.frame
    check_unique(reading, table, ("membrane", "lane"))
    _note_spellings(reading, table, "membrane")
    used = frame["hours"].isna() & (frame["exclude"] == "")
    for row in frame.index[used & (frame["role"] == "treated")]:
        remedy = "Write the hours from the first agent to the harvest, or give `hours` on the image or on `blots`."
        reading.add(table.place(row, "hours"), "hours", "the hours of a treated lane", "nothing", remedy)
    controls = frame.index[used & frame["role"].isin(("untreated", "vehicle"))]
    if len(controls):
        remedy = "Write their hours; a control serves the lanes of its own hours, one of 0 h all."
        got = f"{len(controls)} control lanes without hours"
        reading.note(table.place(controls[0], "hours"), "hours", "the hours of each control lane", got, remedy)


def check_boxes(reading: Reading, boxes: Table, lanes: Sequence[int]) -> None:
    """Check that each box is on a lane of its membrane, and that a band has one box a lane."""
    seen: dict[tuple[int, str], int] = {}
    for row, (lane, target) in enumerate(zip(boxes.frame["lane"], boxes.frame["target"], strict=True)):
        if lane and lane not in lanes:
            remedy = f"The lanes sheet has {', '.join(map(str, sorted(lanes)))}."
            reading.add(boxes.place(row, "lane"), "lane", "a lane of the membrane", str(lane), remedy)
        if (lane, target) in seen and target != "non-specific":
            got = f"lane {lane} {target or 'whole'} again; it first stands in {boxes.place(seen[lane, target])}"
            reading.add(boxes.place(row, "target"), "target", "one box a band", got, "Delete one of the two rows.")
        seen.setdefault((lane, target), row)


def check_boxes_inside(reading: Reading, boxes: Table, file: str, size: tuple[int, int]) -> None:
    """Check that each box lies inside the image as stored, whose rows and columns `size` gives."""
    rows, columns = size
    for name, extent, end in (("x", "width", columns), ("y", "height", rows)):
        for row, (start, length) in enumerate(zip(boxes.frame[name], boxes.frame[extent], strict=True)):
            if start + length > end:
                got = f"{start:g} and a {extent} of {length:g}"
                remedy = "Positions count from the top left of the image as stored."
                reading.add(boxes.place(row, name), name, f"a box inside {file} ({columns} x {rows})", got, remedy)


def check_box_order(reading: Reading, boxes: Table, bands: Sequence[str]) -> None:
    """Check that the boxes of an upright image run from left to right as its lanes, from top to bottom as its bands."""
    if not reading.is_sound(boxes):
        return
    rows = boxes.frame.assign(row=range(len(boxes.frame)))
    rows["across"], rows["down"] = rows["x"] + rows["width"] / 2, rows["y"] + rows["height"] / 2
    for _, own in rows[rows["target"] != "non-specific"].groupby("target"):
        remedy = "Correct the lane numbers or the positions."
        _in_order(reading, boxes, own.sort_values("lane"), ("lane", "across", "x"), "further right than", remedy)
    named = rows[rows["target"].isin([b for b in bands if b != "non-specific"])]
    named = named.assign(rank=[bands.index(target) for target in named["target"]])
    for _, own in named.groupby("lane"):
        remedy = "Correct the targets of the boxes, or the order of `bands`."
        _in_order(reading, boxes, own.sort_values("rank"), ("target", "down", "y"), "below", remedy)


def _in_order(
    reading: Reading, boxes: Table, own: pd.DataFrame, keys: tuple[str, str, str], where: str, remedy: str
) -> None:
    name, position, cell = keys
    for i in range(1, len(own)):
        first, second = own.iloc[i - 1], own.iloc[i]
        if second[position] <= first[position]:
            other = boxes.place(int(first["row"]), cell)
            expected = f"{name} {second[name]} {where} {name} {first[name]} (in {other})"
            reading.add(boxes.place(int(second["row"]), cell), cell, expected, f"{second[cell]:g}", remedy)
