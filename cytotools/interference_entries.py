"""What is said of compounds that change the signal themselves: once a compound and assay, not once a plate or well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cytotools.cautions import Entry, documented
from cytotools.experiments import grouped
from cytotools.number_words import percent
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


def interference_entries(table: pd.DataFrame) -> list[Entry]:
    """Return one caution for each compound that changes the signal of wells without cells.

    Parameters
    ----------
    table : DataFrame
        As `cytotools.plates.find_interference` returns it.
    """
    rows = [row for row in rows_of(table) if str(row["caution"]).startswith("interference:")]
    known, entries = documented()["interference"], []
    for (assay, compound, kind), found in grouped(rows, lambda r: (r["assay"], r["compound"], r["kind"])).items():
        shares = sorted(abs(row["share"]) for row in found)
        plates = len({row["plate"] for row in found})
        size = percent(shares[0]) if len(shares) == 1 else f"{percent(shares[0])} to {percent(shares[-1])}"
        words = f"{compound} {kind} without cells, {size} of the {found[0]['share_of']}"
        place = f"{compound}, {plates} plate{'s' if plates > 1 else ''} ({assay})"
        entries.append(Entry(known.severity, "plates", "", place, "interference", words, known.remedy))
    return entries
