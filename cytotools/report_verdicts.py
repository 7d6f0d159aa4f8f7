"""The tables of the verdict as the page shows them: agreement, controls, end points, mechanisms of resistance."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cytotools.labels import assay_label, condition_label, line_label, mechanism_label, printed
from cytotools.number_words import bounded, count, finite, fold
from cytotools.shown_table import CAUTION, ShownTable, marked
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

_SOURCE = re.compile(r"^(?:\w\. ?|\w\.-)*([^,]+?)(?: et al\.| and [^,]+)?,.*\((\d{4})\).*$")
RESISTANCE_WORDS = (
    "Why a line does not respond: each mechanism with its grade and the measurement that it rests on. ● supported, "
    "○ against, ? not resolved: measured, and the interval spans both; – not tested: the next experiment would tell. "
    "Sources stand in full in resistance.csv"
)
CONCORDANCE_WORDS = (
    "The methods side by side (estimates with 95 % intervals, each at its own hour). ✓ agrees with the other methods "
    "of its condition, ✗ contradicts them, ? not resolved; rank agreement is a correlation of the ranks of conditions. "
    "Limits of caspase activity and viability rest on the scatter of all conditions"
)
CONTROL_WORDS = "The controls and the harvest times, judged before the effects that rest on them"
END_POINT_WORDS = (
    "The hour with the largest well-resolved effect. As good: other hours whose effect is not told from it"
)


def verdict_tables(tables: Mapping[str, pd.DataFrame]) -> list[ShownTable]:
    """Return the tables of the verdict, from the results' tables by name."""
    return [
        _resistance(tables["resistance"]),
        _concordance(tables["concordance"]),
        _controls(tables["control_checks"]),
        _end_points(tables["end_points"]),
    ]


def _resistance(table: pd.DataFrame) -> ShownTable:
    header = ["line", "mechanism", "grade", "evidence", "measured (95 % CI)", "n", "next experiment", "source"]
    rows = [
        [
            _line_and_agent(row),
            mechanism_label(row["mechanism"]),
            marked(_words(row["grade"])),
            printed(_text(row["evidence"])),
            _measured(row),
            _count(row["n"]),
            printed(_text(row["next_experiment"])),
            _short_sources(_text(row["source"])),
            _text(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable(RESISTANCE_WORDS, [*header, CAUTION], rows, frozenset({3, 6, 8}), wraps=True)


def _short_sources(cell: str) -> str:
    """Return sources by their first author and year, as far as they are written so.

    Examples
    --------
    >>> _short_sources("S. L. Petersen et al., PNAS 107:11936 (2010), doi:10.1/x | our own protocol")
    'Petersen 2010, our own protocol'
    """
    return ", ".join(_SOURCE.sub(r"\1 \2", source) for source in cell.split(" | ")) if cell else ""


def _line_and_agent(row: Row) -> str:
    compound = _text(row["compound"])
    return ", ".join(part for part in (line_label(row), compound) if part)


def _measured(row: Row) -> str:
    value, quantity = _value(row), printed(_words(row["quantity"]))
    return f"{quantity}: {value}" if quantity and value != "n/a" else quantity


def _concordance(table: pd.DataFrame) -> ShownTable:
    header = ["condition", "hours", "assay", "quantity", "value (95 % CI)", "agrees", "reason", "n", CAUTION]
    rows = [
        [
            printed(condition_label({**row, "hours": None})),
            _hours(row),
            assay_label(_words(row["assay"])),
            _words(row["quantity"]),
            _value(row),
            marked(_words(row["agrees"])),
            printed(_text(row["reason"])),
            _count(row["n"]),
            _text(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable(CONCORDANCE_WORDS, header, rows, frozenset({6, 8}), wraps=True)


def _controls(table: pd.DataFrame) -> ShownTable:
    header = ["condition", "hours", "assay", "check", "verdict", "value (95 % CI)", "limit", "n", "remedy", CAUTION]
    rows = [
        [
            printed(condition_label({**row, "hours": None})),
            _hours(row),
            assay_label(_words(row["assay"])),
            _words(row["check"]),
            marked(_words(row["verdict"])),
            _value(row),
            _number(row["limit"]),
            _count(row["n"]),
            printed(_text(row["remedy"])),
            _text(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable(CONTROL_WORDS, header, rows, frozenset({8, 9}), wraps=True)


def _end_points(table: pd.DataFrame) -> ShownTable:
    header = [
        "condition",
        "assay",
        "quantity",
        "best hour",
        "effect there (95 % CI)",
        "as good",
        "tested",
        "n",
        CAUTION,
    ]
    rows = [
        [
            printed(condition_label({**row, "hours": None})),
            assay_label(_words(row["assay"])),
            _words(row["quantity"]),
            _hours(row) or "not resolved",
            _value({**row, "value": row["estimate"]}),
            _text(row["as_good"]),
            _text(row["tested_hours"]),
            _count(row["n"]),
            _text(row["caution"]),
        ]
        for row in rows_of(table)
    ]
    return ShownTable(END_POINT_WORDS, header, rows, frozenset({8}), wraps=True)


def _value(row: Row, form: Callable[[float], str] = fold) -> str:
    return bounded(row["value"], row["low"], row["high"], form) if row["value"] is not None else "n/a"


def _hours(row: Row) -> str:
    return f"{row['hours']:g} h" if finite(row["hours"]) else _text(row["hours"])


def _number(value: object) -> str:
    return fold(value) if isinstance(value, float | int) and value == value else _text(value)


def _count(value: object) -> str:
    return count(value) if value == value else ""


def _words(value: object) -> str:
    """Return a name of ours as words."""
    return _text(value).replace("_", " ")


def _text(value: object) -> str:
    """Return a cell's text, nothing where it is empty."""
    return "" if value is None or value != value else str(value)
