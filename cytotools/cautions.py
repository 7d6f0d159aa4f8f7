"""Every caution of a run in one table: gathered from the cells of the results, each with its remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cytotools.labels import condition_label
from cytotools.tables import COLUMNS, rows_of

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("refused", "warning", "note")
MANY = 4  # the same words in more places than this become one row that counts them


class Known(NamedTuple):
    """What the study level can say of a number, beside what gating and blots say."""

    severity: str
    meaning: str
    remedy: str


CAUTIONS: dict[str, Known] = {
    "unusable_file": Known(
        "refused", "a file's content can't be used; the rows that rest on it are left out", "See the message."
    ),
    "excluded": Known("note", "a row was left out of the statistics, for the reason in the sheet", "None is needed."),
    "sheet": Known("note", "something in a sheet was understood in a way worth knowing", "Check the sheet."),
    "gate_file": Known(
        "warning",
        "something that a gate file holds was not taken from it",
        "Compare with the program that drew the gates.",
    ),
}


@dataclass(frozen=True)
class Entry:
    """One caution at one place."""

    severity: str
    assay: str
    file: str
    place: str
    code: str
    caution: str
    remedy: str


@cache
def documented() -> dict[str, Known]:
    """Return every code that a table can carry, of the three packages, in alphabetical order.

    Examples
    --------
    >>> documented()["truncated"].severity
    'warning'
    """
    import blots.cautions
    import gating.cautions

    found = {code: Known(*known) for code, known in {**gating.cautions.CAUTIONS, **blots.cautions.CAUTIONS}.items()}
    found |= CAUTIONS
    from cytotools.comparison import CAUTIONS as COMPARISON

    found |= {code: Known(*known) for code, known in COMPARISON.items()}
    from cytotools.doses.cautions import CAUTIONS as DOSES
    from cytotools.plates.cautions import CAUTIONS as PLATES
    from cytotools.verdicts.resistance_cautions import CAUTIONS as RESISTANCE
    from cytotools.verdicts.verdict_cautions import CAUTIONS as VERDICTS

    found |= {code: Known(*known) for code, known in {**DOSES, **PLATES, **RESISTANCE, **VERDICTS}.items()}
    return dict(sorted(found.items()))


def entries_of(table: pd.DataFrame, assay: str, place_columns: Iterable[str]) -> list[Entry]:
    """Return the cautions in a table's cells, each once a place: the condition, and the cells of `place_columns`."""
    columns = [c for c in place_columns if c in table.columns]
    found: dict[Entry, None] = {}
    for row in rows_of(table[table["caution"].fillna("") != ""]) if len(table) else []:
        condition = condition_label(row) if "compound" in table.columns and "file" not in row else ""
        place = ", ".join(part for part in [condition, *(_words(row[c]) for c in columns)] if part)
        for cell in str(row["caution"]).split("; "):
            found[entry_of(cell, assay, str(row.get("file") or row.get("image") or ""), place)] = None
    return list(found)


def entry_of(said: str, assay: str, file: str, place: str) -> Entry:
    """Return one caution, `code: words`, as an entry with its severity and remedy."""
    code, _, words = said.partition(": ")
    severity, meaning, remedy = documented().get(code, Known("warning", words, "See the message."))
    return Entry(severity, assay, file, place, code, words or meaning, remedy)


def caution_table(entries: Iterable[Entry]) -> pd.DataFrame:
    """Return cautions.csv: refusals first, then warnings, then notes; what stands in many places stands once."""
    import pandas as pd

    listed = list(dict.fromkeys(entries))
    alike = Counter((entry.assay, entry.code) for entry in listed if entry.severity == "note")
    groups: dict[tuple[str, str, str, str], list[Entry]] = {}
    for entry in listed:
        # Notes of one kind differ in their numbers alone: the tables hold each.
        words = "" if alike[entry.assay, entry.code] > MANY else entry.caution
        groups.setdefault((entry.severity, entry.assay, entry.code, words), []).append(entry)
    rows = []
    for (severity, *_), group in groups.items():
        if group[0].code != "unusable_file" and len(group) > MANY:
            first, files = group[0], {entry.file for entry in group}
            file = first.file if len(files) == 1 else ""
            where = f"{file}, {len(group)} places" if file else f"{len(group)} places"
            words = first.caution if len({entry.caution for entry in group}) == 1 else f"such as {first.caution}"
            rows.append(Entry(severity, first.assay, file, where, first.code, words, first.remedy))
        else:
            rows += group
    rows.sort(key=lambda e: SEVERITIES.index(e.severity))
    return pd.DataFrame([e.__dict__ for e in rows], columns=list(COLUMNS["cautions"]))


def _words(value: object) -> str:
    if value is None or value != value:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
