"""The findings of the flow assay in words, each with its interval and n."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.experiments import NOT_CONDITIONS
from cytotools.labels import condition_label, printed
from cytotools.number_words import count, finite, interval, p_value, percent, percent_points
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.results import Results


def flow_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield a sentence a line: where most cells are apoptotic, and how that compares with its control."""
    totals = tables["apoptosis"]
    totals = totals[totals["population"] == "total"] if len(totals) else totals
    comparisons = tables["comparisons"]
    for key, group in _by_line(totals):
        highest = max(rows_of(group), key=lambda row: row["mean"])
        words = (
            f"{key}most apoptosis (early + late Annexin V positive cells): {percent(highest['mean'])} "
            f"{interval(highest['low'], highest['high'], percent)} of whole single cells at "
            f"{condition_label(highest, ('hours',))}, n = {count(highest['n'])}"
        )
        match = _matching(comparisons, highest)
        if match is not None and finite(match["estimate"]):
            words += (
                f"; {percent_points(match['estimate'])} against {control_of(match['contrast'])} "
                f"{interval(match['low'], match['high'], percent_points)}"
            )
            if finite(match["p_adjusted"]):
                words += f", adjusted p = {p_value(match['p_adjusted'])}".replace("= <", "<")
        elif match is not None:
            words += "; no control serves it, so nothing is compared"
        if highest["n"] == 1:
            words += ". One experiment: these intervals hold counting alone, nothing is tested"
        yield words + "."


def design_answers(results: Results) -> Iterator[str]:
    """Yield what the design can say beyond each condition: interactions, lines, the best hour, the way of dying."""
    from cytotools.combinations import interaction_in_words
    from cytotools.end_points import end_points
    from cytotools.progress import progress

    comparisons, quadrants = results.tables["comparisons"], results.tables["quadrants"]
    for row in rows_of(comparisons):
        if row["quantity"] == "total interaction" and row["scale"] == "odds_ratio":
            yield printed(f"{interaction_in_words(row)}.")
    if not len(quadrants):
        return
    compounds = results.study.compounds
    vehicles = {name: compound.vehicle for name, compound in compounds.items() if compound.vehicle}
    control = results.study.control or None
    points = end_points(quadrants, control, vehicles)
    yield from (printed(f"{found.words}.") for found in points)
    acting = {(point.line, point.treatment) for point in points if point.hours is not None}
    courses = progress(quadrants, control, vehicles)  # where nothing rises there is no peak to speak of
    yield from (printed(f"{found.words}.") for found in courses if (found.line, found.treatment) in acting)


def _matching(comparisons: pd.DataFrame, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the comparison of the same condition, None where it has none (it is the control)."""
    if not len(comparisons):
        return None
    found = comparisons[comparisons["quantity"] == "total"]
    for key in (name for name in CONDITION_COLUMNS if name not in NOT_CONDITIONS):
        if key in found.columns and key in row:
            found = found[(found[key] == row[key]) | (found[key].isna() & (row[key] != row[key]))]
    return {str(k): v for k, v in found.iloc[0].items()} if len(found) else None


def control_of(contrast: str) -> str:
    """Return what a contrast compares with.

    Examples
    --------
    >>> control_of("cisplatin 5 ug/mL against saline")
    'saline'
    """
    return contrast.rpartition(" against ")[2]


def _by_line(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    columns = [c for c in ("cell_line", "arm") if c in table.columns]
    if not columns or not len(table):
        if len(table):
            yield "", table
        return
    for values in dict.fromkeys(table[columns].itertuples(index=False, name=None)):
        rows = table
        for column, value in zip(columns, values, strict=True):
            rows = rows[rows[column] == value]
        label = condition_label({**dict(zip(columns, values, strict=True)), "role": " "}).rstrip(", ").strip()
        yield f"{label}: " if label else "", rows
