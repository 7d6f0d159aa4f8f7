"""Potentiation in words: by how much a partner that may do nothing alone shifts the IC50 of an agent."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cytotools.combination_words import SLOTS, circumstances, inverse, of_line, reason
from cytotools.experiments import grouped, key_of
from cytotools.labels import dose_label, printed
from cytotools.number_words import bounded, count, finite, fold, percent
from cytotools.resolution_words import LEAST
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

SAME_PLACE = ("cell_line", "arm", "assay", "hours")


def potentiation_answers(table: pd.DataFrame, wells: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence a shifted curve, from combination.csv; the wells tell what the partner does alone."""
    for row in rows_of(table):
        if row["method"] == "potentiation" and row["level"] == "all":
            yield printed(_sentence(row, _left_viable(row, wells)))


def partner_words(row: Row) -> str:
    """Return the agents of a row that are held at one dose.

    Examples
    --------
    >>> row = {"compound": "cisplatin", "dose": float("nan"), "compound_2": "Smac-N7", "dose_2": 25.0}
    >>> partner_words(row | {"agent": "cisplatin", "dose_unit_2": "uM"})
    'Smac-N7 25 µM'
    """
    runs = [slot for slot in SLOTS if row.get(f"compound{slot}") == row["agent"]]
    bare = {f"{name}{slot}": None for slot in runs[:1] for name in ("compound", "dose", "dose_unit")}
    return dose_label({**row, **bare, "schedule": "", "role": "its partner"})


def _sentence(row: Row, viable: float) -> str:
    agent, partner, where = str(row["agent"]), partner_words(row), circumstances(row)
    alone = f"; {partner} alone leaves {percent(viable, 0)} viable" if finite(viable) else ""
    n = f"n = {count(row['n'])}"
    if not _told(row):
        asked = f"by how much {partner} shifts the IC50 of {agent}{where}"
        return f"{of_line(row)}{asked} is not known: {reason(row)}{alone}."
    if row["n"] == 1:
        shift = f"one experiment gives a shift of its IC50 by {_shift(row, descriptive=True)}"
        asked = f"whether {agent}{where} is potentiated by {partner}"
        return f"{of_line(row)}{asked} is not resolved: {shift}{alone}. {LEAST}"
    if row["verdict"] == "synergy":
        return f"{of_line(row)}{agent}{where} is potentiated {_shift(row)} by {partner}, {n}{alone}."
    if row["verdict"] == "antagonism":
        return f"{of_line(row)}{agent}{where} is weakened {_shift(_turned(row))} by {partner}, {n}{alone}."
    told = f"its IC50 alone is {bounded(row['value'], row['low'], row['high'], fold)} times that with it"
    if row["verdict"] == "additive":
        return f"{of_line(row)}{agent}{where} is not potentiated by {partner}: {told} (95 % interval), {n}{alone}."
    asked = f"whether {agent}{where} is potentiated by {partner}"
    if "partner_active:" in row["caution"]:
        why = f"{partner} kills by itself, so that a shift is no verdict (read Bliss or an index)"
        return f"{of_line(row)}{asked} can't be told: {why}; {told} (95 % interval), {n}{alone}."
    return f"{of_line(row)}{asked} is not resolved: {told} (95 % interval), {n}{alone}."


def _told(row: Row) -> bool:
    """Tell whether a shift is known, on one side at least."""
    return finite(row["value"]) or row["low"] > 0 or row["high"] < math.inf


def _shift(row: Row, descriptive: bool = False) -> str:
    """Return a shift as a fold with its interval, or as the bound that stands in its place."""
    if not finite(row["value"]):
        return f"at least {fold(row['low'])}-fold" if row["low"] > 0 else f"at most {fold(row['high'])}-fold"
    if not finite(row["low"]):
        return f"{fold(row['value'])}-fold"
    limits = f"{fold(row['low'])} to {fold(row['high'])}"
    limits = f"{limits} by the errors within it" if descriptive else f"95 % interval {limits}"
    return f"{fold(row['value'])}-fold ({limits})"


def _turned(row: Row) -> Row:
    """Return a shift the other way round: below 1 it is a fold by which the IC50 rises."""
    return {**row, "value": inverse(row["value"]), "low": inverse(row["high"]), "high": inverse(row["low"])}


def _left_viable(row: Row, wells: pd.DataFrame) -> float:
    """Return the response to the partner alone, as the mean of its experiments; NaN where no well holds it alone."""
    partners = {agent for agent in _agents(row) if agent[0] != row["agent"]}
    place = [key_of(row.get(name)) for name in SAME_PLACE]
    alone = [
        well
        for well in rows_of(wells)
        if well["role"] == "treated"
        and finite(well["response"])
        and key_of(well.get("exclude")) is None
        and [key_of(well.get(name)) for name in SAME_PLACE] == place
        and _agents(well) == partners
    ]
    experiments = grouped(alone, lambda well: key_of(well.get("replicate")) or key_of(well.get("batch"))).values()
    means = [statistics.mean(float(well["response"]) for well in own) for own in experiments]
    return statistics.mean(means) if means else math.nan


def _agents(row: Row) -> set[tuple[Any, ...]]:
    """Return the agents of a row with their doses; dose 0 is none."""
    columns = [(f"compound{slot}", f"dose{slot}", f"dose_unit{slot}") for slot in SLOTS]
    found = [tuple(key_of(row.get(name)) for name in own) for own in columns]
    return {agent for agent in found if agent[0] is not None and agent[1] != 0}
