"""What the steps of an analysis have found so far: tables, cautions, and what the figures are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cytotools.cautions import Entry, entries_of
from cytotools.errors import Problem, StudyError
from cytotools.results import MeasuredImage, RefusedImage
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.combination_findings import CombinationFindings
    from cytotools.drawn_plates import DrawnStandards
    from cytotools.fitted_curves import FittedGroup
    from cytotools.study import Study
    from gating.plate import Plate


@dataclass
class Findings:
    """What the steps have found so far."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    plate: Plate | None = None
    images: list[MeasuredImage] = field(default_factory=list)
    refused_images: list[RefusedImage] = field(default_factory=list)
    curves: tuple[FittedGroup, ...] = ()
    standards: tuple[DrawnStandards, ...] = ()
    combinations: CombinationFindings | None = None

    def keep(
        self, name: str, assay: str, table: pd.DataFrame, place_columns: Sequence[str], apart: tuple[str, ...] = ()
    ) -> pd.DataFrame:
        """Keep a table and its cautions, but not those that it only inherits from a table kept before.

        Codes that begin with one of `apart` are told elsewhere, in fewer words.
        """
        known = {(entry.code, entry.caution) for entry in self.entries if entry.assay == assay}
        self.tables[name] = table
        for entry in entries_of(table, assay, place_columns):
            if entry.code.startswith(apart) and apart:
                continue
            if not any(entry.code == code and entry.caution.startswith(words) for code, words in known):
                self.entries.append(entry)
        return table

    def keep_more(self, name: str, assay: str, table: pd.DataFrame, place_columns: Sequence[str]) -> None:
        """Keep a table after the rows of that name which another assay has given."""
        import pandas as pd

        before = self.tables.get(name)
        self.keep(name, assay, table, place_columns)
        if before is not None:
            self.tables[name] = pd.concat([before, table], ignore_index=True)

    def add(self, other: Findings) -> None:
        """Add what the steps of another assay have found; rows of a table that both have follow one another."""
        import pandas as pd

        for name, table in other.tables.items():
            before = self.tables.get(name)
            self.tables[name] = table if before is None else pd.concat([before, table], ignore_index=True)
        self.entries += other.entries
        self.images += other.images
        self.refused_images += other.refused_images
        self.plate = other.plate or self.plate
        self.curves += other.curves
        self.standards += other.standards
        self.combinations = other.combinations or self.combinations


def vehicles_of(study: Study) -> dict[str, str]:
    """Return the vehicle of each compound that has one."""
    return {name: compound.vehicle for name, compound in study.compounds.items() if compound.vehicle}


def excluded(sheet: pd.DataFrame, assay: str, key: str) -> list[Entry]:
    """Return a note for each row of a sheet that was left out of the statistics, with the reason given there."""
    if "exclude" not in sheet.columns:
        return []
    rows = rows_of(sheet[sheet["exclude"] != ""])
    return [
        Entry(
            "note",
            assay,
            str(r.get("file", "")),
            f"{r[key]}, {r['place']}",
            "excluded",
            str(r["exclude"]),
            "None is needed.",
        )
        for r in rows
    ]


def entry_of_note(assay: str, file: str, note: Problem) -> Entry:
    """Return what was understood in a way worth knowing as a caution."""
    words = f"{note.what}: expected {note.expected}, got {note.got}"
    return Entry("note", assay, file, note.place, "sheet", words, note.remedy)


def refusal_of(assay: str, file: str, error: StudyError) -> Entry:
    """Return what is said of a file that the study level itself found of no use."""
    problem = error.problems[0]
    words = f"{problem.place}: {problem.what}: expected {problem.expected}, got {problem.got}."
    return Entry("refused", assay, file, file, "unusable_file", words, problem.remedy)


def refusal(assay: str, file: str, error: ValueError) -> Entry:
    """Return what is said of a file whose content can't be used."""
    remedy = str(getattr(error, "remedy", "See the message."))
    words = str(error).removesuffix(remedy).rstrip()  # the remedy stands beside it
    return Entry("refused", assay, file, file, "unusable_file", words, remedy)
