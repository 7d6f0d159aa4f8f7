"""The tables of the blots as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cytotools.blot_answers import rises_compared
from cytotools.labels import condition_label, line_label
from cytotools.number_words import bounded, fold, p_value, percent
from cytotools.shown_table import CAUTION, ShownTable, cautions_of, estimate, whole
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


def blot_tables(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that answer, from the results' tables by name."""
    return [
        _rebound(tables["rebound"]),
        _differences(rises_compared(tables["comparisons"])),
        _time_course(tables["time_course"]),
        _abundance(tables["abundance"]),
        _cleavage(tables["cleavage"]),
    ]


def blot_details(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables that the answers rest on."""
    found = [_ranges(tables["linear_range"]), _masses(tables["molecular_weight"]), _loading(tables["loading"])]
    return [*found, _bands(tables["bands"], tables["error_budget"])]


def _rebound(table: pd.DataFrame) -> ShownTable:
    header = [
        "line and treatment",
        "target",
        "verdict",
        "lowest level (95 % CI)",
        "at",
        "rise after it (95 % CI)",
        "p, Holm",
        "n",
        CAUTION,
    ]
    rows = [
        [
            condition_label({**row, "hours": None}),
            str(row["target"]),
            str(row["verdict"]),
            estimate(row["nadir_fold"], row["nadir_low"], row["nadir_high"], fold),
            _nadir(row),
            estimate(row["rebound_fold"], row["low"], row["high"], fold),
            p_value(row["p_adjusted"]),
            whole(row["n"]),
            cautions_of([row]),
        ]
        for row in rows_of(table)
    ]
    caption = (
        "Loss and rebound (levels over the start of the course, p of loss and rise together). "
        "Intervals hold for all hours at once and rest on the "
        "scatter of the whole course; those of the next table hold for each hour alone"
    )
    return ShownTable(caption, header, rows, wraps=True)


def _nadir(row: Mapping[str, Any]) -> str:
    """Return the hour of the lowest level, and which others may be it: `6 h (or 12, 24)`."""
    if row["nadir_hours"] != row["nadir_hours"]:
        return "n/a"
    hour = f"{row['nadir_hours']:g}"
    others = [other for other in str(row["possible_nadir_hours"]).split() if other != hour]
    return f"{hour} h (or {', '.join(others)})" if others and row["n"] > 1 else f"{hour} h"


def _differences(table: pd.DataFrame) -> ShownTable:
    header = ["treatment", "rise", "lines", "ratio of the rises (95 % CI)", "p, Holm", "n", "caution"]
    rows = [
        [
            condition_label({**row, "cell_line": "", "arm": "", "hours": None}),
            str(row["quantity"]),
            str(row["contrast"]),
            estimate(row["estimate"], row["low"], row["high"], fold),
            p_value(row["p_adjusted"]),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    caption = (
        "Rises compared between lines: the pair of hours where they differ most clearly, with an interval that holds "
        "for all pairs of hours at once"
    )
    return ShownTable(caption, header, rows, frozenset({6}), wraps=True)


def _time_course(table: pd.DataFrame) -> ShownTable:
    hours = sorted({row["hours"] for row in rows_of(table)})
    header = ["line and treatment", "target", "loading control", *(f"{h:g} h" for h in hours), CAUTION]
    cells: dict[tuple[str, str, str], dict[float, str]] = {}
    behind: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows_of(table):
        key = (condition_label({**row, "hours": None}), str(row["target"]), str(row["loading_control"]))
        cells.setdefault(key, {})[row["hours"]] = estimate(row["fold_change"], row["low"], row["high"], fold)
        behind.setdefault(key, []).append(row)
    rows = [[*key, *(found.get(h, "") for h in hours), cautions_of(behind[key])] for key, found in cells.items()]
    return ShownTable("Fold change over the reference (95 % CI)", header, rows, wraps=True)


def _abundance(table: pd.DataFrame) -> ShownTable:
    header = ["line", "over", "target", "ratio of levels (95 % CI)", "n", "caution"]
    rows = [
        [
            line_label(row),
            str(row["reference"]),
            str(row["target"]),
            bounded(row["ratio"], row["low"], row["high"], fold),
            whole(row["n"]),
            str(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    caption = (
        "Levels between lines, at 0 h or untreated. Each interval holds for its own row. The ratio presumes as much "
        "loading control in a microgram of both lines"
    )
    return ShownTable(caption, header, rows, frozenset({5}))


def _cleavage(table: pd.DataFrame) -> ShownTable:
    hours = sorted({row.get("hours", float("nan")) for row in rows_of(table)}, key=lambda h: (h != h, h))
    header = ["line and treatment", "target", *(f"{h:g} h" if h == h else "no hour" for h in hours)]
    cells: dict[tuple[str, str], dict[float, str]] = {}
    for row in rows_of(table):
        key = (condition_label({**row, "hours": None}), str(row["target"]))
        words = bounded(row["cleaved_fraction"], row["low"], row["high"], percent, top=1.0)
        cells.setdefault(key, {})[row.get("hours", float("nan"))] = words
    rows = [[*key, *(found.get(h, "") for h in hours)] for key, found in cells.items()]
    caption = (
        "Cleaved fraction: cleaved / (cleaved + uncleaved) (95 % CI). It presumes that the antibody binds both forms "
        "alike; otherwise its change is right and its height is not"
    )
    return ShownTable(caption, header, rows, wraps=True)


def _loading(table: pd.DataFrame) -> ShownTable:
    header = ["line and treatment", "loading control", "question", "against", "hours", "estimate (95 % CI)", "p", "n"]
    header.append("targets")
    targets: dict[tuple[str, ...], list[str]] = {}
    for row in rows_of(table):
        shown = (
            condition_label({**row, "hours": None}),
            str(row["loading_control"]),
            str(row["question"]),
            str(row["against"]),
            f"{row['hours']:g} h" if row["hours"] == row["hours"] else "",
            estimate(row["estimate"], row["low"], row["high"], fold),
            p_value(row["p_adjusted"]) if row["p_adjusted"] == row["p_adjusted"] else "",
            whole(row["n"]),
        )
        targets.setdefault(shown, []).append(str(row["target"]))
    caption = (
        "The loading controls themselves. Changes are folds, their p adjusted over all of one control; saturation is "
        "the share of its lanes; a ratio scatters by a standard deviation of ln; an effect is the fold over this "
        "control divided by that over the other, alike for all targets of a lane"
    )
    return ShownTable(caption, header, [[*shown, ", ".join(filter(None, names))] for shown, names in targets.items()])


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
