"""The findings of the plates in words, each with its interval and n."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cytotools.experiments import grouped
from cytotools.ic50_words import KINDS, curve_label, ic50_words
from cytotools.labels import condition_label, printed
from cytotools.number_words import bounded, count, finite, fold, interval, p_value
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

ASSAY_WORDS = {"viability": "viability", "mtt": "MTT"}


def plate_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the findings of the plates, one sentence each, in the order of the report."""
    yield from _ic50_answers(tables["dose_response"])
    yield from _selectivity_answers(tables["comparisons"])
    yield from _caspase_answers(tables["caspase"])
    yield from _concentration_answers(tables["concentrations"])


def _ic50_answers(table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence a curve: both kinds of IC50 over all experiments."""
    whole = [row for row in rows_of(table) if row["level"] == "all"]
    for (label, assay), rows in grouped(whole, lambda row: (curve_label(row), row["assay"])).items():
        kinds = [f"{ic50_words(row)} {KINDS[row['kind']]}" for row in rows]
        n = count(rows[0]["n"])
        alone = ". One experiment: the intervals hold the scatter of its wells alone" if n == "1" else ""
        yield printed(f"{label}: IC50 (95 % CI) {', '.join(kinds)} ({ASSAY_WORDS.get(assay, assay)}); n = {n}{alone}.")


def ic50_comparisons(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of comparisons.csv that are ratios of IC50s."""
    return comparisons[comparisons["quantity"].str.contains("IC50", regex=False)] if len(comparisons) else comparisons


def _selectivity_answers(comparisons: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each pair of lines whose IC50s differ: by the relative IC50, else by the absolute one."""
    rows = [row for row in rows_of(ic50_comparisons(comparisons)) if _differs(row)]
    pairs = grouped(rows, lambda row: (condition_label({**row, "cell_line": "", "arm": ""}), row["contrast"]))
    for (label, contrast), found in pairs.items():
        row = next((row for row in found if finite(row["estimate"])), found[0])
        one, _, other = str(contrast).partition(" against ")
        ratio = bounded(row["estimate"], row["low"], row["high"], fold)
        p = f"adjusted p = {p_value(row['p_adjusted'])}".replace("= <", "<")
        yield printed(
            f"{label}: {row['quantity']} of {one} over {other} (95 % CI): {ratio}, {p}; n = {count(row['n'])}."
        )


def _differs(row: Mapping[str, Any]) -> bool:
    return finite(row["p_adjusted"]) and row["p_adjusted"] < 0.05


def _caspase_answers(table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence a treatment: where caspase-3/7 activity peaks, and what a living cell has."""
    treated = [row for row in rows_of(table) if finite(row["fold"])]
    for label, rows in grouped(treated, lambda row: condition_label({**row, "hours": None})).items():
        top = max(rows, key=lambda row: row["fold"])
        at = f" at {top['hours']:g} h" if finite(top.get("hours")) and len(rows) > 1 else ""
        words = f"{label}: caspase-3/7 activity is highest{at}, {fold(top['fold'])}-fold over the control "
        words += interval(top["low"], top["high"], fold)
        if finite(top["fold_per_viable"]):
            per_cell = bounded(top["fold_per_viable"], top["per_viable_low"], top["per_viable_high"], fold)
            words += f", per viable cell {per_cell}"
        gone = [row for row in rows if "cells_gone:" in row["caution"]]
        late = f" At {_hours(gone)} the fold falls because the cells are gone." if gone else ""
        yield printed(f"{words}; n = {count(top['n'])}.{late}")


def _hours(rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{row['hours']:g} h" for row in rows if finite(row.get("hours"))) or "some conditions"


def _concentration_answers(table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence a sample of an ELISA, over its experiments; the protein of a lysate is no finding."""
    rows = [row for row in rows_of(table) if row["assay"] == "elisa"]
    over = [row for row in rows if row["n"] > 1]
    alone = [row for row in rows if not any(str(row["sample"]).startswith(f"{one['sample']},") for one in over)]
    for row in over + [row for row in alone if row["n"] == 1]:
        words = bounded(row["concentration"], row["low"], row["high"], fold)
        told = f"{row['analyte'] or 'analyte'} {words} {row['unit']} (95 % CI)"
        yield printed(f"{row['sample']}: {told}; n = {count(row['n'])}.")
