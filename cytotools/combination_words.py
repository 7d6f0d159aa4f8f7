"""A combination in words: its agents with their ratio, the order in which they are given, and what a row is of."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.doses.cautions import CAUTIONS
from cytotools.experiments import NOT_CONDITIONS, key_of
from cytotools.labels import agent_names, assay_label, dose_label, line_label, unit
from cytotools.number_words import bounded, finite

METHOD_WORDS = {"bliss": "Bliss", "hsa": "HSA", "loewe": "Loewe", "zip": "ZIP"}
VERDICT_WORDS = {"synergy": "are synergistic", "antagonism": "are antagonistic", "additive": "are additive"}
SLOTS = ("", "_2", "_3")


def subject(row: Mapping[str, Any]) -> str:
    """Return what a row of combination.csv is of, without its line: agents, ratio, order, assay and hours.

    Examples
    --------
    >>> row = {"compound": "cisplatin", "compound_2": "Smac-N7", "schedule": "pre", "lead_hours": 24.0, "hours": 72.0}
    >>> subject(row | {"ratio": "1:10", "assay": "mtt"})
    'cisplatin + Smac-N7 (1:10, Smac-N7 24 h before cisplatin, MTT) after 72 h'
    """
    return f"{dose_label({**row, 'schedule': '', 'role': ''})}{circumstances(row)}"


def circumstances(row: Mapping[str, Any]) -> str:
    """Return what follows the agents of a row: ratio, order and assay in brackets, and the hours.

    Examples
    --------
    >>> circumstances({"assay": "viability", "hours": 48.0})
    ' (viability) after 48 h'
    """
    parts = ratio_words(row), order_words(row), assay_label(str(row.get("assay", "") or ""))
    inside, hours = ", ".join(part for part in parts if part), row.get("hours")
    return (f" ({inside})" if inside else "") + (f" after {hours:g} h" if finite(hours) else "")


def of_line(row: Mapping[str, Any]) -> str:
    """Return what begins a sentence on a row: its line and a colon, or nothing."""
    line = line_label(row)
    return f"{line}: " if line else ""


def ratio_words(row: Mapping[str, Any]) -> str:
    """Return the constant ratio of a row, with its units where they are unlike.

    Examples
    --------
    >>> ratio_words({"ratio": "1:100", "dose_unit": "uM", "dose_unit_2": "uM"})
    '1:100'
    >>> ratio_words({"ratio": "1:100", "dose_unit": "ug/mL", "dose_unit_2": "nM"})
    '1 µg/mL : 100 nM'
    """
    ratio = row.get("ratio")
    if not isinstance(ratio, str):
        return ""
    units = [unit(name) if isinstance(name, str) else "" for name in (row.get(f"dose_unit{slot}") for slot in SLOTS)]
    parts = ratio.split(":")
    if len(set(units[: len(parts)])) == 1:
        return ratio
    return " : ".join(f"{part} {name}".strip() for part, name in zip(parts, units, strict=False))


def order_words(row: Mapping[str, Any]) -> str:
    """Return the order in which the agents of a row are given; pre: compound_2 comes before compound.

    Examples
    --------
    >>> agents = {"compound": "cisplatin", "compound_2": "Smac-N7"}
    >>> order_words(agents | {"schedule": "post", "lead_hours": 24.0}), order_words(agents | {"schedule": "co"})
    ('Smac-N7 24 h after cisplatin', 'both together')
    """
    schedule, lead, names = row.get("schedule"), row.get("lead_hours"), agent_names(row)
    if schedule == "co":
        return "both together" if len(names) < 3 else "all together"
    if schedule not in ("pre", "post") or len(names) < 2:
        return ""
    ahead = f" {lead:g} h" if finite(lead) and lead else ""
    return f"{names[1]}{ahead} {'before' if schedule == 'pre' else 'after'} {names[0]}"


def with_verdict(row: Mapping[str, Any], form: Callable[[float], str]) -> str:
    """Return the verdict of a row with its number and interval.

    Examples
    --------
    >>> with_verdict({"value": 0.52, "low": 0.4, "high": 0.67, "verdict": "synergy"}, "{:g}".format)
    'synergy, 0.52 (0.4 to 0.67)'
    """
    return f"{row['verdict']}, {bounded(row['value'], row['low'], row['high'], form)}"


def reason(row: Mapping[str, Any]) -> str:
    """Return why a number of a row is withheld: what the first of its cautions that refuses it means.

    Examples
    --------
    >>> reason({"caution": "single_agent_missing: birinapant"})
    'an agent of the combination was not tested alone, so nothing tells what to expect of both (birinapant)'
    """
    for part in str(row["caution"]).split("; "):
        code, _, words = part.partition(": ")
        if code == "no_control":
            return f"an agent has no control wells to be compared with ({words})"
        if code in CAUTIONS and CAUTIONS[code].severity == "refused":
            meaning = CAUTIONS[code].meaning.rstrip(".")
            return f"{meaning[0].lower()}{meaning[1:]}" + (f" ({words})" if words else "")
        if code == "untested_effect":
            return f"no effect that is reported was tested with every curve ({words})"
    return "the cautions say why"


def on_vehicles(row: Mapping[str, Any]) -> str:
    """Return that the vehicles of a combination differ, so that there is no verdict; "" where they do not.

    Examples
    --------
    >>> print(on_vehicles({"caution": "unlike_vehicles: DMSO gives 0.80 of saline"}))
    No verdict: its vehicles differ (DMSO gives 0.80 of saline), add control wells that hold every vehicle.
    """
    for part in str(row["caution"]).split("; "):
        code, _, words = part.partition(": ")
        if code == "unlike_vehicles":
            return f"No verdict: its vehicles differ ({words}), add control wells that hold every vehicle."
    return ""


def inverse(value: float) -> float:
    """Return a ratio the other way round; 0 and infinity are each other's.

    Examples
    --------
    >>> inverse(0.5), inverse(0.0)
    (2.0, inf)
    """
    return 1 / value if value else math.inf


def combination_key(row: Mapping[str, Any]) -> tuple[Hashable, ...]:
    """Return what tells the combinations of a table apart: condition, assay and ratio."""
    conditions = (name for name in CONDITION_COLUMNS if name not in NOT_CONDITIONS)
    return tuple(key_of(row.get(name)) for name in (*conditions, "assay", "ratio"))
