"""Sheets as people lay them out, drawn at random with known truth: how many are read, and is any value wrong.

    python -m benchmarks.plate_sheets [SHEETS] [SEED]

Each sheet holds one to four plates (whole or in part), side by side or stacked, with or without titles, notes, means,
letters on either side, words in wells, in any delimiter and decimal mark, as text or XLSX. Writes plate_sheets.csv:
sheets read right, refused, and wrong, by what stands in them.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.plate_exports import letters, text, workbook
from cytotools.errors import StudyError
from cytotools.plates.export_parsing import parse_export

HERE = Path(__file__).parent
WORDS = ("OVRFLW", "-", "OVER", ">4.000")
Cells = list[list[object]]


@dataclass
class Sheet:
    """A sheet being drawn: its cells, the plates in it, and what is special about it."""

    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    plates: list[dict[str, float]] = field(default_factory=list)
    traits: set[str] = field(default_factory=set)

    def put(self, row: int, column: int, cells: Cells) -> None:
        """Put some cells down with their upper left corner at a place."""
        self.cells |= {(row + r, column + c): v for r, line in enumerate(cells) for c, v in enumerate(line) if v != ""}

    def lines(self) -> Cells:
        """Return all cells, row by row."""
        height, width = (1 + max(cell[axis] for cell in self.cells) for axis in (0, 1))
        return [[self.cells.get((row, column), "") for column in range(width)] for row in range(height)]


def draw_plate(sheet: Sheet, draw: np.random.Generator) -> Cells:
    """Return a plate drawn in one of the ways that people do."""
    rows, columns = (8, 12) if draw.random() < 0.8 else (16, 24)
    first, last = (0, columns) if draw.random() < 0.7 else (1, columns - 1)
    top, bottom = (0, rows) if draw.random() < 0.7 else (1, rows - 1)
    values = np.round(draw.choice([0.05, 30.0, 1e6]) * (1 + draw.random((rows, columns))), 4)
    side = draw.choice(["left", "left", "left", "right", "both"])
    truth: dict[str, float] = {}
    head: list[object] = [f"{c + 1:02d}" if draw.random() < 0.01 else c + 1 for c in range(first, last)]
    cells: Cells = [head]
    for row in range(top, bottom):
        line: list[object] = []
        for column in range(first, last):
            kind = draw.random()
            line.append(float(values[row, column]) if kind > 0.02 else str(draw.choice(WORDS)) if kind > 0.01 else "")
            if isinstance(line[-1], float):
                truth[f"{letters(row)}{column + 1}"] = line[-1]
        cells.append(line)
    names: list[object] = ["", *(letters(row) for row in range(top, bottom))]
    if side != "right":
        cells = [[name, *line] for name, line in zip(names, cells, strict=True)]
    if side != "left":
        cells = [[*line, name] for name, line in zip(names, cells, strict=True)]
    if side == "left" and draw.random() < 0.2:
        sheet.traits.add("means beside")
        cells = [[*line, "Mean" if n == 0 else 0.125] for n, line in enumerate(cells)]
    if side == "left" and draw.random() < 0.2:
        sheet.traits.add("means below")
        cells.append(["Mean", *[0.125] * (last - first)])
    sheet.traits.add(f"letters {side}")
    sheet.traits.add("whole plate" if (first, top) == (0, 0) else "part of a plate")
    sheet.plates.append(truth)
    return cells


def draw_sheet(draw: np.random.Generator) -> Sheet:
    """Return a sheet with its truth."""
    sheet = Sheet()
    row, left = int(draw.integers(0, 4)), int(draw.integers(0, 4))
    for band in range(int(draw.integers(1, 3))):
        column, height = left, 0
        beside = int(draw.integers(1, 3))
        is_titled = draw.random() < 0.7
        for place in range(beside):
            cells = draw_plate(sheet, draw)
            if is_titled:
                sheet.put(row, column, [[f"{('570', '630')[place]} nm, plate {band + 1}"]])
            sheet.put(row + 1 + int(is_titled and row % 2), column, cells)
            height = max(height, len(cells))
            column += max(map(len, cells)) + int(draw.integers(1, 4))
        if draw.random() < 0.3:
            sheet.traits.add("notes")
            sheet.put(row + height + 3, left, [["note: C3 had a bubble, 5 % DMSO"]])
        if draw.random() < 0.3:
            sheet.traits.add("a layout too")
            layout: Cells = [["", 1, 2, 3], ["A", 10, 1, 0.1], ["B", 10, 1, 0.1]]
            drugs: Cells = [
                ["Compound"],
                ["", 1, 2, 3],
                ["A", "DMSO", "cisplatin", ""],
                ["B", "", "cisplatin", "blank"],
            ]
            sheet.put(row + height + 6, left, [["Dose (uM)"], *layout])
            sheet.put(row + height + 11, left, drugs)
            height += 12
        sheet.traits.add("side by side" if beside > 1 else "alone")
        sheet.traits.add("titles" if is_titled else "no titles")
        row += height + int(draw.integers(4, 7))
    return sheet


def stored(sheet: Sheet, draw: np.random.Generator) -> tuple[bytes, str]:
    """Return the sheet as a file of some kind."""
    kind = draw.choice(["csv", "german csv", "tab", "xlsx"])
    sheet.traits.add(str(kind))
    lines = [[cell.replace(",", " ") if isinstance(cell, str) else cell for cell in line] for line in sheet.lines()]
    if kind == "xlsx":
        return workbook(("Sheet1", lines)), "sheet.xlsx"
    delimiter, decimal = {"csv": (",", "."), "german csv": (";", ","), "tab": ("\t", ".")}[str(kind)]
    return text(lines, delimiter, decimal=decimal).encode("utf-8"), "sheet.csv"


def outcome(sheet: Sheet, contents: bytes, name: str) -> str:
    """Return whether a sheet is read right, refused or wrong."""
    try:
        export = parse_export(contents, name)
    except StudyError as no:
        return f"refused: {str(no).splitlines()[0].split(': ', 1)[1][:70]}"
    found = [
        {f"{letters(r)}{c + 1}": float(one.signal[r, c]) for r, c in np.argwhere(np.isfinite(one.signal))}
        for one in export.readings
    ]
    return "right" if sorted(map(repr, found)) == sorted(map(repr, sheet.plates)) else "wrong"


def main() -> None:
    """Draw the sheets, read them and write the table."""
    sheets = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    draw = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    counts: dict[str, Counter[str]] = {}
    why: Counter[str] = Counter()
    for _ in range(sheets):
        sheet = draw_sheet(draw)
        result = outcome(sheet, *stored(sheet, draw))
        why[result] += 1
        for trait in ("all", *sheet.traits):
            counts.setdefault(trait, Counter())[result.split(":")[0]] += 1
    with (HERE / "plate_sheets.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sheets_with", "right", "refused", "wrong"])
        for trait, found in sorted(counts.items()):
            writer.writerow([trait, *(found[result] for result in ("right", "refused", "wrong"))])
            print(trait, dict(found), sep=", ")
    print(*(f"{count} {reason}" for reason, count in why.most_common(6)), sep="\n")


if __name__ == "__main__":
    main()
