"""Dilution series in the lanes sheet: one material of one membrane, loaded in at least three amounts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

FEWEST_LOADS = 3
_SAME_LOAD = 1.05  # fold
_NO_SERIES = ("ladder", "empty")


@dataclass(frozen=True)
class DilutionSeries:
    """The lanes of one series, with the protein in ug that each holds, in order of lanes."""

    membrane: str
    lanes: tuple[int, ...]
    protein_ug: tuple[float, ...]
    is_reference: bool


def find_series(lanes: pd.DataFrame, conditions: Sequence[str]) -> list[DilutionSeries]:
    """Find the dilution series of a lanes sheet.

    Parameters
    ----------
    lanes : DataFrame
        Rows of lanes.csv: `membrane, lane` and, where there, `role`, `replicate`, `protein_ug`, `exclude` and
        condition columns. Rows with text in `exclude`, ladder and empty lanes hold no standard.
    conditions : sequence of str
        The columns that make a condition.

    Returns
    -------
    list of DilutionSeries
        One for each membrane, role, replicate and condition with at least three unlike loads.

    Examples
    --------
    >>> sheet = pd.DataFrame({"membrane": "rep1", "lane": [1, 2, 3, 4], "hours": [0, 0, 0, 6]})
    >>> find_series(sheet.assign(protein_ug=[5.0, 10.0, 20.0, 20.0]), ["hours"])[0].lanes
    (1, 2, 3)
    """
    groups: dict[tuple[Hashable, ...], list[dict[str, Any]]] = {}
    named = [column for column in ("membrane", "role", "replicate", *conditions) if column in lanes]
    for row in _standards(lanes):
        groups.setdefault(tuple(_cell(row.get(column)) for column in named), []).append(row)
    return [
        DilutionSeries(
            str(rows[0]["membrane"]),
            tuple(int(row["lane"]) for row in rows),
            tuple(float(row["protein_ug"]) for row in rows),
            rows[0].get("role") == "reference",
        )
        for rows in groups.values()
        if len({row["protein_ug"] for row in rows}) >= FEWEST_LOADS
    ]


def at_other_loads(lanes: pd.DataFrame, conditions: Sequence[str]) -> frozenset[tuple[str, int]]:
    """Return the lanes (membrane, lane) of dilution series that hold another load than the membrane's samples.

    They are standards: averaged with the lane at the samples' load, they would stand in a time course as repeats.

    Parameters
    ----------
    lanes, conditions
        As `find_series` takes them.

    Returns
    -------
    frozenset of (str, int)
        Of each series all lanes but those nearest to the usual load of the lanes outside any series; where there are
        none, or their load is not in the sheet, but those with the largest load that every series of the membrane
        reaches.

    Examples
    --------
    >>> sheet = pd.DataFrame({"membrane": "rep1", "lane": [1, 2, 3, 4], "hours": [0, 0, 0, 6]})
    >>> sorted(at_other_loads(sheet.assign(protein_ug=[5.0, 10.0, 20.0, 10.0]), ["hours"]))
    [('rep1', 1), ('rep1', 3)]
    """
    every = find_series(lanes, conditions)
    others: set[tuple[str, int]] = set()
    for series in every:
        near = [one for one in every if one.membrane == series.membrane]
        usual = _usual_load(lanes, near)
        kept = min(series.protein_ug, key=lambda ug: max(ug / usual, usual / ug))
        others |= {
            (series.membrane, lane)
            for lane, ug in zip(series.lanes, series.protein_ug, strict=True)
            if max(ug / kept, kept / ug) > _SAME_LOAD
        }
    return frozenset(others)


def _usual_load(lanes: pd.DataFrame, near: Sequence[DilutionSeries]) -> float:
    standards = {lane for series in near for lane in series.lanes}
    loads = [
        float(row["protein_ug"])
        for row in _standards(lanes)
        if str(row["membrane"]) == near[0].membrane and int(row["lane"]) not in standards
    ]
    return float(pd.Series(loads).median()) if loads else min(max(series.protein_ug) for series in near)


def _standards(lanes: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows that hold a known amount of a sample."""
    if "protein_ug" not in lanes:
        return []
    rows = [{str(column): value for column, value in row.items()} for row in lanes.to_dict("records")]
    counted = [row for row in rows if not _cell(row.get("exclude")) and row.get("role") not in _NO_SERIES]
    return [row for row in counted if _cell(row["protein_ug"]) is not None and row["protein_ug"] > 0]


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return None if pd.isna(value) else value
