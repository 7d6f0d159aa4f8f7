"""The tables of the flow assay as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.combinations import INTERACTION
from cytotools.flow_answers import control_of
from cytotools.hour_series import BETWEEN_HOURS
from cytotools.labels import condition_label, printed
from cytotools.line_responses import BETWEEN_LINES
from cytotools.number_words import fold, p_value, percent
from cytotools.shown_table import CAUTION, Format, ShownTable, cautions_of, estimate, whole
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


def flow_tables(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that answer, from the results' tables by name."""
    comparisons = tables["comparisons"]
    return [
        _apoptosis(tables["apoptosis"]),
        _comparisons(comparisons),
        _beyond(comparisons),
        _kinetics(tables["kinetics"]),
    ]


def flow_details(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that the answers rest on."""
    return [_thresholds(tables["thresholds"]), _compensation(tables["compensation"]), _checks(tables["artefacts"])]


def _apoptosis(table: pd.DataFrame) -> ShownTable:
    header = [
        "condition",
        "n",
        "apoptosis, early + late (95 % CI)",
        "early",
        "late / necrotic",
        "dye only",
        "live",
        CAUTION,
    ]
    keys = _condition_columns(table, ("population", "n", "mean", "sd", "low", "high", "caution"))
    rows = []
    groups: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
    for row in rows_of(table):
        key = tuple("" if row[k] != row[k] else row[k] for k in keys)
        groups.setdefault(key, {})[row["population"]] = {str(k): v for k, v in row.items()}
    for found in groups.values():
        total = found["total"]
        headline = f"{percent(total['mean'])} ({percent(total['low'])} to {percent(total['high'])})"
        others = [percent(found[p]["mean"]) for p in ("early_apoptotic", "late_apoptotic", "necrotic", "live")]
        rows.append([condition_label(total), whole(total["n"]), headline, *others, cautions_of(found.values())])
    return ShownTable("Apoptosis by condition (mean of independent replicates)", header, rows)


def _comparisons(table: pd.DataFrame) -> ShownTable:
    wanted = table[(table["quantity"] == "total") & (table["scale"] == "difference")] if len(table) else table
    header = ["condition", "against", "difference in points (95 % CI)", "p", "p, adjusted", "n", CAUTION]
    rows = [
        [
            condition_label(row),
            control_of(str(row["contrast"])),
            estimate(row["estimate"], row["low"], row["high"], lambda v: f"{100 * v:+.1f}"),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            whole(row["n"]),
            cautions_of([row]),
        ]
        for row in rows_of(wanted)
    ]
    return ShownTable("Total apoptosis, treated against control (percentage points)", header, rows)


def _beyond(table: pd.DataFrame) -> ShownTable:
    """Return what goes beyond one condition against its control: interactions, lines, hours."""
    questions = [f"total {question}" for question in (INTERACTION, BETWEEN_LINES, BETWEEN_HOURS)]
    wanted = table[table["quantity"].isin(questions)]
    header = ["question", "contrast", "scale", "estimate (95 % CI)", "p", "p, adjusted", "n", CAUTION]
    rows = [
        [
            str(row["quantity"]).removeprefix("total "),
            printed(str(row["contrast"])),
            {"odds_ratio": "odds ratio", "difference": "points"}.get(row["scale"], str(row["scale"])),
            estimate(
                row["estimate"],
                row["low"],
                row["high"],
                fold if row["scale"] != "difference" else lambda v: f"{100 * v:+.1f}",
            ),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            whole(row["n"]),
            cautions_of([row]),
        ]
        for row in rows_of(wanted)
    ]
    return ShownTable("Interactions, cell lines and hours compared (total apoptosis)", header, rows, wraps=True)


def _kinetics(table: pd.DataFrame) -> ShownTable:
    header = ["condition", "transition", "rate per hour (95 % CI)", "n", "caution"]
    rows = [
        [
            condition_label(row),
            str(row["transition"]).replace("_", " "),
            _rate(row["rate_per_hour"], row["low"], row["high"]),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Rates from state to state", header, rows, frozenset({4}))


def _rate(value: float, low: float, high: float) -> str:
    """Return a rate, or what is known of one that the hours do not fix."""
    form: Format = "{:.3g}".format
    return estimate(value, low, high, form) if value == value else f"open ({form(low)} to {form(high)})"


def _compensation(table: pd.DataFrame) -> ShownTable:
    header = ["batch", "cell line", "light of", "in", "taken out, %", "single stain gives, % (95 % CI)", "left, points"]
    header.append(CAUTION)
    rows = [
        [
            str(row["batch"]),
            str(row["cell_line"]),
            str(row["source"]),
            str(row["detector"]),
            f"{100 * row['applied']:.2f}",
            estimate(row["measured"], row["low"], row["high"], lambda v: f"{100 * v:.2f}"),
            estimate(row["residual_slope"], row["residual_low"], row["residual_high"], lambda v: f"{100 * v:+.2f}"),
            cautions_of([row]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Compensation: the matrix in use against the single stains", header, rows)


def _checks(table: pd.DataFrame) -> ShownTable:
    """Return one row a check: its limit, how many tubes were looked at and how many raised it."""
    header = ["check", "what is measured", "limit", "looked at", "raised", CAUTION]
    rows = []
    for check in dict.fromkeys(table["check"]):
        found = table[table["check"] == check]
        rows.append(
            [
                str(check).replace("_", " "),
                str(found["statistic"].iloc[0]),
                f"{found['limit'].iloc[0]:,.4g}".replace(",", "\u202f"),
                str(len(found)),
                str(int(found["raised"].astype(bool).sum())),
                cautions_of(rows_of(found)),
            ]
        )
    return ShownTable("Checks for artefacts", header, rows, frozenset({1}))


def _thresholds(table: pd.DataFrame) -> ShownTable:
    header = ["batch", "cell line", "channel", "threshold (95 % interval)", "rests on", CAUTION]
    rows = [
        [
            str(row["batch"]),
            str(row["cell_line"]),
            str(row["channel"]),
            f"{row['threshold']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})".replace(",", "\u202f"),
            {"both": "valley, and above the control"}.get(row["basis"], str(row["basis"])),
            cautions_of([row]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Thresholds (linear, compensated units)", header, rows)


def _condition_columns(table: pd.DataFrame, value_columns: Sequence[str]) -> list[str]:
    return [c for c in table.columns if c not in value_columns]
