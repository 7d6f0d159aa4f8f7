"""From the plate files of a study to its wells: every reader's export joined with the layout of its plates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cytotools.cautions import Entry
from cytotools.errors import Problem, StudyError, refusal
from cytotools.findings import entry_of_note, refusal_of
from cytotools.plate_reads import PlateReads, reads_by_plate
from cytotools.plates.well_names import well_name, well_place

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.plates.reading import PlateReading
    from cytotools.study import PlateFile, Study

SHOWN_WELLS = 12


@dataclass(frozen=True, eq=False)
class StudyWells:
    """The wells of every plate that could be read, and what must be said of the files.

    `wells` has the condition columns, the layout's further columns, then `file, assay, analyte, plate, signal,
    reference_signal, said, rows, columns`; a row a well that the layout names.
    """

    wells: pd.DataFrame
    entries: tuple[Entry, ...]


def read_wells(study: Study) -> StudyWells:
    """Read every plate file of a study; one that can't be used is left out and named."""
    import pandas as pd

    frames, entries = [], []
    names = plate_names([entry.file for entry in study.plates])
    for entry, name in zip(study.plates, names, strict=True):
        try:
            found, notes = _wells_of(study, entry, name)
        except StudyError as error:
            entries.append(refusal_of("plates", entry.file, error))
            continue
        frames.append(found)
        entries += [entry_of_note("plates", entry.file, note) for note in notes]
    wells = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return StudyWells(wells, tuple(entries))


def plate_names(files: Sequence[str]) -> list[str]:
    """Return a short name for each file, the whole path where two would share it.

    Examples
    --------
    >>> plate_names(["plates/ctg_1.txt", "plates/ctg_2.txt"]), plate_names(["a/x.txt", "b/x.txt"])
    (['ctg_1', 'ctg_2'], ['a/x.txt', 'b/x.txt'])
    """
    owners: dict[str, set[str]] = {}
    for file in files:
        owners.setdefault(PurePosixPath(file).stem, set()).add(file)
    return [file if len(owners[PurePosixPath(file).stem]) > 1 else PurePosixPath(file).stem for file in files]


def _wells_of(study: Study, entry: PlateFile, name: str) -> tuple[pd.DataFrame, list[Problem]]:
    import pandas as pd

    from cytotools.plates.export_files import read_export

    export = read_export(study.folder / entry.file, name=entry.file, sheet=entry.sheet)
    notes, frames = list(export.notes), []
    reads = reads_by_plate(export.readings, entry)
    for found in reads:
        layout = entry.layout[entry.layout["plate"] == found.plate]
        frames.append(_joined(layout, found, entry, name if len(reads) == 1 else f"{name} {found.plate}"))
        notes += [*found.notes, *_unlike(layout, found, entry)]
    return pd.concat(frames, ignore_index=True), notes


def _joined(layout: pd.DataFrame, reads: PlateReads, entry: PlateFile, plate: str) -> pd.DataFrame:
    """Return the rows of a layout with what the reader measured in their wells."""
    signal, reference = reads.signal, reads.reference
    beyond = [
        f"{well} ({place})"
        for well, place in zip(layout["well"], layout["place"], strict=True)
        if _at(signal, well) is None
    ]
    if beyond:
        got = f"{_listed(beyond)} in the layout; the file's plate has {signal.rows} rows and {signal.columns} columns"
        remedy = "Correct the layout's wells, or name the layout of this plate."
        raise refusal(entry.file, "the layout", "wells of the plate that was read", got, remedy)
    nothing = float("nan")
    found = layout.drop(columns="place").assign(
        file=entry.file,
        assay=entry.assay,
        analyte=entry.analyte,
        plate=plate,
        signal=[_value(signal, well) for well in layout["well"]],
        reference_signal=[_value(reference, well) if reference else nothing for well in layout["well"]],
        said=[_said(signal, reference, well) for well in layout["well"]],
        rows=signal.rows,
        columns=signal.columns,
        place=layout["place"],
        _model=entry.model,
        _weights=entry.weights,
    )
    if found["signal"].isna().all() and (found["role"] != "empty").any():
        remedy = "Look whether the layout is that of this file, and `read:` that of the signal."
        raise refusal(entry.file, "the layout", "wells with a signal", "no number in any of its wells", remedy)
    return found


def _unlike(layout: pd.DataFrame, reads: PlateReads, entry: PlateFile) -> list[Problem]:
    """Return what the layout and the file do not share: wells without a signal, signals without a row."""
    used = layout[(layout["role"] != "empty") & (layout["exclude"] == "")]
    unread = [
        well
        for well in used["well"]
        if _value(reads.signal, well) != _value(reads.signal, well) and well not in reads.signal.said
    ]
    notes = []
    if unread:
        got, remedy = f"none in {_listed(unread)}", "Give them the role `empty`, or a reason in `exclude`."
        notes.append(Problem(entry.file, "the layout", "a signal in each of its wells", got, remedy))
    known = set(layout["well"])
    unnamed = [well for well in wells_with_signal(reads.signal) if well not in known]
    if unnamed:
        got = f"{len(unnamed)} without: {_listed(unnamed)}"
        remedy = "They are left out; add them to the layout, as `empty` where nothing was in them."
        notes.append(Problem(entry.file, "the layout", "a row for each well with a signal", got, remedy))
    return notes


def wells_with_signal(reading: PlateReading) -> list[str]:
    """Return the wells in which the reader gave a number, row by row."""
    rows, columns = (reading.signal == reading.signal).nonzero()
    return [well_name(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]


def _at(reading: PlateReading, well: str) -> tuple[int, int] | None:
    row, column = well_place(well) or (reading.rows, 0)
    return (row, column) if row < reading.rows and column < reading.columns else None


def _value(reading: PlateReading, well: str) -> float:
    at = _at(reading, well)
    return float("nan") if at is None else float(reading.signal[at])


def _said(signal: PlateReading, reference: PlateReading | None, well: str) -> str:
    words = [signal.said.get(well, ""), reference.said.get(well, "") if reference else ""]
    return " and ".join(word for word in words if word)


def _listed(wells: Sequence[str]) -> str:
    return ", ".join(wells[:SHOWN_WELLS]) + (
        f" and {len(wells) - SHOWN_WELLS} more" if len(wells) > SHOWN_WELLS else ""
    )
