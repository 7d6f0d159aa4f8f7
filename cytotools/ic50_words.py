"""An IC50 in words: with its interval, or as the bound that stands in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cytotools.labels import unit
from cytotools.number_words import finite, fold


def ic50_words(row: Mapping[str, Any]) -> str:
    """Return the IC50 of a row of dose_response.csv with its 95 % interval; an open one is `> highest dose`.

    Examples
    --------
    >>> nan, inf = float("nan"), float("inf")
    >>> row = {"curve_dose": "compound", "dose_unit": "uM", "dose_min": 0.1, "dose_max": 20.0}
    >>> ic50_words(row | {"ic50": 3.214, "low": 2.5, "high": 4.1})
    '3.21 µM (2.5 to 4.1)'
    >>> ic50_words(row | {"ic50": nan, "low": 14.2, "high": inf})
    '> 20 µM (lower limit 14.2)'
    >>> ic50_words(row | {"ic50": nan, "low": 0.0, "high": 0.3})
    '< 0.1 µM (upper limit 0.3)'
    >>> ic50_words(row | {"ic50": nan, "low": 0.0, "high": inf})
    'not resolved'
    """
    name = unit_of(row)
    if finite(row["ic50"]):
        limits = f" ({fold(row['low'])} to {fold(row['high'])})" if row["low"] == row["low"] else ""
        return f"{fold(row['ic50'])} {name}{limits}".strip()
    if row["high"] == float("inf"):
        limit = f"> {fold(row['dose_max'])} {name} (lower limit {fold(row['low'])})"
        return limit if row["low"] > 0 else "not resolved"
    if row["low"] == 0 and finite(row["high"]):
        return f"< {fold(row['dose_min'])} {name} (upper limit {fold(row['high'])})"
    return "n/a"


def unit_of(row: Mapping[str, Any]) -> str:
    """Return the unit of the dose that runs, as it is printed."""
    slot = str(row["curve_dose"]).removeprefix("compound") if row["curve_dose"] != "ratio" else ""
    name = row.get(f"dose_unit{slot}", "")
    return unit(name) if isinstance(name, str) else ""


def curve_label(row: Mapping[str, Any]) -> str:
    """Return what a curve is of: line, agents with the doses that are held, hours.

    Examples
    --------
    >>> row = {"cell_line": "HeLa", "compound": "cisplatin", "dose": float("nan"), "dose_unit": "uM", "hours": 72.0}
    >>> curve_label(row | {"curve_dose": "compound", "ratio": ""})
    'HeLa, cisplatin, 72 h'
    """
    from cytotools.labels import condition_label

    running = ("", "_2", "_3") if row["curve_dose"] == "ratio" else (str(row["curve_dose"]).removeprefix("compound"),)
    bare = {f"dose_unit{slot}": "" for slot in running} | {f"dose{slot}": float("nan") for slot in running}
    ratio = f" (ratio {row['ratio']})" if isinstance(row.get("ratio"), str) and row["ratio"] else ""
    return condition_label({**row, **bare}) + ratio
