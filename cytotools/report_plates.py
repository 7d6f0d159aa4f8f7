"""The tables of the plates as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cytotools.ic50_words import curve_label, ic50_words
from cytotools.labels import condition_label, printed, unit
from cytotools.number_words import bounded, finite, fold, p_value, percent
from cytotools.plate_answers import ic50_comparisons
from cytotools.shown_table import ShownTable, estimate, whole
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


def plate_tables(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that answer, from the results' tables by name."""
    curves = tables["dose_response"]
    return [
        _curves(curves[curves["level"] == "all"], "IC50 over independent experiments (geometric mean, 95 % CI)"),
        _selectivity(ic50_comparisons(tables["comparisons"])),
        _caspase(tables["caspase"]),
        _concentrations(tables["concentrations"]),
    ]


def plate_details(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that the answers rest on."""
    curves = tables["dose_response"]
    return [
        _curves(curves[curves["level"] == "experiment"], "IC50 of each experiment (profile likelihood, 95 % CI)"),
        _quality(tables["quality"]),
        _positions(tables["position_effects"]),
        _wells(tables["wells"]),
    ]


def _curves(table: pd.DataFrame, caption: str) -> ShownTable:
    header = ["curve", "experiment", "assay", "kind", "IC50 (95 % CI)", "hill slope", "top", "bottom", "n", "caution"]
    rows = [
        [
            printed(curve_label(row)),
            str(row.get("replicate", "") or "all"),
            str(row["assay"]),
            str(row["kind"]),
            ic50_words(row),
            fold(row["hill_slope"]),
            percent(row["top"], 0),
            percent(row["bottom"], 0),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable(
        f"{caption}. Relative: half-way between the plateaus. Absolute: half of the control",
        header,
        rows,
        frozenset({9}),
        wraps=True,
    )


def _selectivity(table: pd.DataFrame) -> ShownTable:
    header = ["treatment", "quantity", "contrast", "ratio (95 % CI)", "p", "p, Holm", "n", "caution"]
    rows = [
        [
            printed(condition_label({**row, "cell_line": "", "arm": ""})),
            str(row["quantity"]),
            str(row["contrast"]),
            bounded(row["estimate"], row["low"], row["high"], fold),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("IC50s compared between lines (ratios)", header, rows, frozenset({7}), wraps=True)


def _caspase(table: pd.DataFrame) -> ShownTable:
    header = ["condition", "fold over control (95 % CI)", "fold per viable cell (95 % CI)", "n", "caution"]
    rows = [
        [
            printed(condition_label(row)),
            estimate(row["fold"], row["low"], row["high"], fold),
            estimate(row["fold_per_viable"], row["per_viable_low"], row["per_viable_high"], fold),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Caspase-3/7 activity", header, rows, frozenset({4}), wraps=True)


def _concentrations(table: pd.DataFrame) -> ShownTable:
    header = ["assay", "analyte", "sample", "concentration (95 % CI)", "standards", "n", "caution"]
    rows = [
        [
            str(row["assay"]),
            str(row["analyte"]),
            printed(str(row["sample"])),
            f"{bounded(row['concentration'], row['low'], row['high'], fold)} {unit(str(row['unit']))}",
            f"{fold(row['lowest_standard'])} to {fold(row['highest_standard'])}",
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Concentrations read from standard curves", header, rows, frozenset({6}), wraps=True)


def _quality(table: pd.DataFrame) -> ShownTable:
    header = ["assay", "plate", "condition", "statistic", "value (95 % CI)", "caution"]
    rows = [
        [
            str(row["assay"]),
            str(row["plate"]),
            printed(condition_label(row)),
            str(row["statistic"]).replace("_", " "),
            estimate(row["value"], row["low"], row["high"], fold),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Quality of the plates", header, rows, frozenset({5}))


def _positions(table: pd.DataFrame) -> ShownTable:
    header = [
        "assay",
        "plate",
        "hours",
        "effect of",
        "largest at",
        "departure (95 % CI)",
        "p",
        "p, adjusted",
        "caution",
    ]
    rows = [
        [
            str(row["assay"]),
            str(row["plate"]),
            f"{row['hours']:g} h" if finite(row["hours"]) else "",
            str(row["effect"]),
            str(row["where"]) if isinstance(row["where"], str) else "",
            estimate(row["value"], row["low"], row["high"], lambda v: f"{100 * v:+.1f} %"),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Effects of the place on the plate", header, rows, frozenset({8}))


def _wells(table: pd.DataFrame) -> ShownTable:
    header = ["plate", "well", "assay", "role", "condition", "signal", "response (95 % CI)", "caution"]
    rows = [
        [
            str(row["plate"]),
            str(row["well"]),
            str(row["assay"]),
            str(row["role"]),
            printed(condition_label(row)),
            f"{row['signal']:,.6g}".replace(",", "\u202f") if finite(row["signal"]) else "",
            estimate(row["response"], row["low"], row["high"], fold) if finite(row["response"]) else "",
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable(f"All {len(rows)} wells", header, rows, frozenset({7}))
