"""The tables of the blots as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cytotools.labels import condition_label
from cytotools.shown_table import ShownTable, estimate, whole
from cytotools.tables import rows_of
from cytotools.wording import fold, p_value, percent

if TYPE_CHECKING:
    import pandas as pd


def blot_tables(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that answer, from the results' tables by name."""
    return [_rebound(tables["rebound"]), _time_course(tables["time_course"])]


def blot_details(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that the answers rest on."""
    found = [_ranges(tables["linear_range"]), _masses(tables["molecular_weight"])]
    return [*found, _bands(tables["bands"], tables["error_budget"])]


def _rebound(table: pd.DataFrame) -> ShownTable:
    header = [
        "line and treatment",
        "target",
        "verdict",
        "lowest level (95 % CI)",
        "at",
        "rise after it (95 % CI)",
        "p",
        "p, Holm",
        "n",
    ]
    rows = [
        [
            condition_label({**row, "hours": None}),
            str(row["target"]),
            str(row["verdict"]),
            estimate(row["nadir_fold"], row["nadir_low"], row["nadir_high"], fold),
            f"{row['nadir_hours']:g} h" if row["nadir_hours"] == row["nadir_hours"] else "n/a",
            estimate(row["rebound_fold"], row["low"], row["high"], fold),
            p_value(row["p_value"]),
            p_value(row["p_adjusted"]),
            whole(row["n"]),
        ]
        for row in rows_of(table)
    ]
    caption = (
        "Loss and rebound (levels relative to the reference). Intervals hold for all hours at once and rest on the "
        "scatter of the whole course; those of the next table hold for each hour alone"
    )
    return ShownTable(caption, header, rows)


def _time_course(table: pd.DataFrame) -> ShownTable:
    hours = sorted({row["hours"] for row in rows_of(table)})
    header = ["line and treatment", "target", "loading control", *(f"{h:g} h" for h in hours)]
    cells: dict[tuple[str, str, str], dict[float, str]] = {}
    for row in rows_of(table):
        key = (condition_label({**row, "hours": None}), str(row["target"]), str(row["loading_control"]))
        cells.setdefault(key, {})[row["hours"]] = estimate(row["fold_change"], row["low"], row["high"], fold)
    rows = [[*key, *(found.get(h, "") for h in hours)] for key, found in cells.items()]
    return ShownTable("Fold change over the reference (95 % CI)", header, rows, wraps=True)


def _bands(bands: pd.DataFrame, budget: pd.DataFrame) -> ShownTable:
    header = [
        "image",
        "lane",
        "target",
        "volume (95 % interval between lanes)",
        "error mostly from",
        "below detection",
        "saturated",
        "caution",
    ]
    rows = [
        [
            str(row["image"]),
            whole(row["lane"]),
            str(row["target"]),
            estimate(row["volume"], row["low"], row["high"], lambda v: f"{v:,.0f}".replace(",", "\u202f")),
            _largest(parts),
            "yes" if row["below_detection"] else "",
            percent(row["saturated_fraction"], 0) if row["saturated_fraction"] else "",
            str(row["caution"]),
        ]
        for row, parts in zip(rows_of(bands), rows_of(budget), strict=True)
    ]
    return ShownTable(f"All {len(rows)} band volumes", header, rows, frozenset({7}))


def _ranges(table: pd.DataFrame) -> ShownTable:
    header = ["image", "target", "lanes", "response", "usable range", "half saturation or intercept (95 % CI)"]
    header += ["departure from proportionality (95 % CI)", "scatter (CV)", "n", "caution"]
    rows = [
        [
            str(row["image"]),
            str(row["target"]),
            str(row["lanes"]),
            str(row["response"]) or "n/a",
            _range_in_words(row),
            _bend_in_words(row),
            estimate(row["departure"], row["departure_low"], row["departure_high"], lambda v: percent(v, 0)),
            percent(row["residual_cv"], 0),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    caption = "Usable range of each antibody, from the dilution series of its membrane"
    return ShownTable(caption, header, rows, frozenset({9}), wraps=True)


def _range_in_words(row: Mapping[str, Any]) -> str:
    if row["lowest_ug"] != row["lowest_ug"]:
        return "n/a"
    ug, volume = (f"{row[f'lowest_{unit}']:.3g} to {row[f'highest_{unit}']:.3g}" for unit in ("ug", "volume"))
    return f"{ug} µg, volumes {volume}"


def _bend_in_words(row: Mapping[str, Any]) -> str:
    if row["response"] == "saturating":
        half = estimate(row["half_saturation_ug"], row["half_saturation_low"], row["half_saturation_high"], fold)
        return f"{half} µg"
    if row["response"] == "intercept":
        return f"volume {estimate(row['intercept'], row['intercept_low'], row['intercept_high'], fold)}"
    return ""


def _masses(table: pd.DataFrame) -> ShownTable:
    header = ["image", "target", "apparent mass, kDa (95 % CI)", "expected", "read from", "lanes", "caution"]
    rows = [
        [
            str(row["image"]),
            str(row["target"]),
            estimate(row["kda"], row["low"], row["high"], fold),
            fold(row["expected_kda"]) if row["expected_kda"] == row["expected_kda"] else "",
            str(row["rungs"]),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable("Apparent masses against the ladder", header, rows, frozenset({6}), wraps=True)


def _largest(parts: Mapping[str, Any]) -> str:
    """Return the part of an error budget that weighs most."""
    sizes = {name: value for name, value in parts.items() if name not in ("membrane", "image", "lane", "target")}
    return max(sizes, key=lambda name: sizes[name])
