"""The tables of single tubes as the page shows them: their fractions, what the clean-up took, what the cuts move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cytotools.experiments import grouped
from cytotools.labels import condition_label
from cytotools.number_words import percent
from cytotools.shown_table import CAUTION, ShownTable, cautions_of, estimate, whole
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

POPULATIONS = ("early_apoptotic", "late_apoptotic", "necrotic", "live")
POPULATION_HEADER = ("early", "late / necrotic", "dye only", "live")
APOPTOTIC = ("early_apoptotic", "late_apoptotic")


def tube_details(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables of single tubes, from the results' tables by name."""
    return [
        _fractions(tables["quadrants"]),
        _losses(tables["cleanup"]),
        _cuts(tables["sensitivity"]),
        _miflowcyt(tables["miflowcyt"]),
    ]


def _fractions(table: pd.DataFrame) -> ShownTable:
    header = ["tube", "role", "condition", "whole single cells", *POPULATION_HEADER, CAUTION]
    rows = []
    for file, found in grouped(rows_of(table), lambda row: str(row["file"])).items():
        own = {row["population"]: row for row in found}
        first = found[0]
        fractions = [
            estimate(own[name]["fraction"], own[name]["low"], own[name]["high"], percent) for name in POPULATIONS
        ]
        rows.append(
            [
                file,
                str(first["role"]).replace("_", " "),
                condition_label(first),
                whole(first["parent_events"]),
                *fractions,
                cautions_of(found),
            ]
        )
    return ShownTable("The populations of every tube (95 % intervals within the tube)", header, rows, frozenset({8}))


def _losses(table: pd.DataFrame) -> ShownTable:
    header = ["tube", "step", "events taken out", *(f"{name}, share lost" for name in POPULATION_HEADER), CAUTION]
    rows = []
    for (file, step), found in grouped(rows_of(table), lambda row: (str(row["file"]), str(row["step"]))).items():
        lost = {row["population"]: percent(row["lost_fraction"]) for row in found}
        taken = sum(row["lost_events"] for row in found)
        if taken:
            rows.append(
                [file, step, whole(taken), *(lost.get(name, "n/a") for name in POPULATIONS), cautions_of(found)]
            )
    return ShownTable("What each step of the clean-up took from every population", header, rows, frozenset({7}))


def _cuts(table: pd.DataFrame) -> ShownTable:
    """Return the apoptotic fraction of every tube, as counted, with the cuts at several quantiles of the controls."""
    quantiles = sorted({row["quantile"] for row in rows_of(table)})
    header = ["tube", *(f"at {percent(q)} of the controls" for q in quantiles), CAUTION]
    rows = []
    for file, found in grouped(rows_of(table), lambda row: str(row["file"])).items():
        total = dict.fromkeys(quantiles, 0.0)
        for row in found:
            total[row["quantile"]] += row["counted_fraction"] if row["population"] in APOPTOTIC else 0.0
        rows.append([file, *(percent(total[q]) for q in quantiles), cautions_of(found)])
    title = "Apoptosis of every tube as counted, with the cuts at other quantiles of the controls"
    return ShownTable(title, header, rows, frozenset({len(header) - 1}))


def _miflowcyt(table: pd.DataFrame) -> ShownTable:
    header = ["item", "stated", "what the study says, or where to write it"]
    rows = [[str(r["item"]), str(r["stated"]), str(r["value"] or r["remedy"])] for r in rows_of(table)]
    missing = sum(row[1] == "no" for row in rows)
    title = f"MIFlowCyt: {len(rows) - missing} of {len(rows)} items are stated, {missing} are missing"
    return ShownTable(title, header, rows, frozenset({2}))
