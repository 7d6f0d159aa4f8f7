"""The findings of the plates in words, each with its interval and n."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.experiments import grouped
from cytotools.ic50_words import curve_label, ic50_words
from cytotools.labels import assay_label, condition_label, dose_label, line_label, printed
from cytotools.number_words import bounded, count, finite, fold, interval, p_value
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

MOST_ARMS = 5  # that are told in one sentence


def plate_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield the findings of the plates, one sentence each, in the order of the report."""
    yield from _ic50_answers(tables["dose_response"], tables["comparisons"])
    yield from _caspase_answers(tables["caspase"])
    yield from _concentration_answers(tables["concentrations"])


def _ic50_answers(table: pd.DataFrame, comparisons: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence a treatment: the IC50 of every line over all experiments, and the lines that differ."""
    whole = [row for row in rows_of(table) if row["level"] == "all"]
    ratios = [row for row in rows_of(ic50_comparisons(comparisons)) if _differs(row)]
    for (treatment, assay), rows in grouped(whole, lambda row: (_treatment(row), row["assay"])).items():
        kinds = [
            f"{kind} IC50 (95 % CI): {', '.join(_of_line(row) for row in of_kind)}"
            for kind, of_kind in grouped(rows, lambda row: row["kind"]).items()
        ]
        counts = sorted({int(row["n"]) for row in rows})
        n = f"n = {counts[0]}" if len(counts) == 1 else f"n = {counts[0]} to {counts[-1]}"
        alone = ". One experiment: its intervals hold the scatter of wells alone" if counts == [1] else ""
        words = f"{treatment} ({assay_label(assay)}): {'; '.join(kinds)}; {n}{alone}."
        own = [
            row
            for row in ratios
            if row["assay"] == assay and _treatment(row | {"curve_dose": rows[0]["curve_dose"]}) == treatment
        ]
        yield printed(words + _ratios(own))


def _treatment(row: Mapping[str, Any]) -> str:
    return curve_label({**row, "cell_line": "", "arm": ""})


def _of_line(row: Mapping[str, Any]) -> str:
    words = ic50_words(row)
    if row["kind"] == "relative" and "flat_curve:" in row["caution"]:
        words = "none, no change with the dose"
    elif row["kind"] == "relative" and "curve_rises:" in row["caution"]:
        words = f"none, the signal rises with the dose (half of the rise at {words})"
    return f"{line_label(row)} {words}".strip()


def _ratios(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the ratios of the lines that differ: by the relative IC50, else by the absolute one."""
    told = []
    for contrast, found in grouped(rows, lambda row: str(row["contrast"])).items():
        row = next((row for row in found if finite(row["estimate"])), found[0])
        one, _, other = contrast.partition(" against ")
        p = f", p = {p_value(row['p_adjusted'])}".replace("= <", "<") if finite(row["p_adjusted"]) else ", not tested"
        told.append(f"{one} over {other} {bounded(row['estimate'], row['low'], row['high'], fold)}{p}")
    return f" Lines differ, ratio of their IC50s (95 % CI, adjusted p): {'; '.join(told)}." if told else ""


def _differs(row: Mapping[str, Any]) -> bool:
    """Tell whether two lines differ: by the test, or by the bound where open IC50s leave nothing to test."""
    if finite(row["p_adjusted"]):
        return bool(row["p_adjusted"] < 0.05)
    return bool(row["low"] > 1 or row["high"] < 1) and row["estimate"] != row["estimate"]


def ic50_comparisons(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of comparisons.csv that are ratios of IC50s between lines."""
    return comparisons[comparisons["quantity"].isin([f"{kind} IC50" for kind in ("relative", "absolute")])]


def _caspase_answers(table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence a treatment: where caspase-3/7 activity peaks, and what a living cell has."""
    treated = [row for row in rows_of(table) if finite(row["fold"])]
    courses = grouped(treated, lambda row: condition_label({**row, "hours": None}))
    arms = [rows[0] for rows in courses.values() if len(rows) == 1]
    for place, rows in grouped(arms, lambda row: (line_label(row), row.get("hours"))).items():
        yield printed(_arms(place[0], rows))
    for label, rows in courses.items():
        if len(rows) == 1 and len(arms) > 1:
            continue
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


def _arms(line: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the caspase activity of the treatments of a line that were read at one hour, the most telling first."""
    ordered = sorted(rows, key=lambda row: -abs(math.log(row["fold"])) if row["fold"] > 0 else 0.0)
    told = [f"{dose_label(row)} {bounded(row['fold'], row['low'], row['high'], fold)}" for row in ordered[:MOST_ARMS]]
    more = f", {len(ordered) - MOST_ARMS} more in the table" if len(ordered) > MOST_ARMS else ""
    hours = rows[0].get("hours")
    at = f" at {hours:g} h" if finite(hours) else ""
    ns = sorted({int(row["n"]) for row in rows})
    n = f"n = {ns[0]}" if len(ns) == 1 else f"n = {ns[0]} to {ns[-1]}"
    return f"{f'{line}: ' if line else ''}caspase-3/7 activity{at}, fold over control: {', '.join(told)}{more}; {n}."


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
