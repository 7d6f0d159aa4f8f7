"""Numbers and findings in words: what the first page of the report says, each sentence with its interval and n."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cytotools.labels import condition_label, printed
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.results import Results

VERDICT_WORDS = {
    "overshoot": "falls, rebounds and rises above its starting level",
    "rebound": "falls and rebounds",
    "sustained loss": "falls and stays down",
    "induction": "rises above its starting level",
    "no loss": "does not fall (a two-fold loss is excluded)",
    "not resolved": "is not resolved by these replicates",
}


def percent(value: float, digits: int = 1) -> str:
    """Return a fraction in percent.

    Examples
    --------
    >>> percent(0.2364), percent(float("nan"))
    ('23.6 %', 'n/a')
    """
    return f"{100 * value:.{digits}f} %" if _finite(value) else "n/a"


def fold(value: float) -> str:
    """Return a fold change to three figures, infinity and missing in words.

    Examples
    --------
    >>> fold(0.08712), fold(float("inf"))
    ('0.0871', '∞')
    """
    if value is None or math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "∞"
    return f"{value:.3g}"


def p_value(value: float) -> str:
    """Return a p-value, never as zero.

    Examples
    --------
    >>> p_value(0.03214), p_value(1e-9)
    ('0.032', '< 0.0001')
    """
    if not _finite(value):
        return "n/a"
    return "< 0.0001" if value < 1e-4 else f"{value:.2g}"


def interval(low: float, high: float, form: Any) -> str:
    """Return an interval in brackets, `(95 % CI 0.1 to 0.3)`, or nothing where there is none.

    Examples
    --------
    >>> interval(0.1, 0.3, percent)
    '(95 % CI 10.0 % to 30.0 %)'
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return "(no interval)"
    return f"(95 % CI {form(low)} to {form(high)})"


def answers(results: Results) -> list[str]:
    """Return the findings of a study, one sentence each, in the order of the report."""
    return [
        *_flow_answers(results.tables),
        *_design_answers(results),
        *_blot_answers(results.tables),
        *_not_measured(results),
    ]


def _flow_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    totals = tables["apoptosis"]
    totals = totals[totals["population"] == "total"] if len(totals) else totals
    comparisons = tables["comparisons"]
    for key, group in _by_line(totals):
        highest = max(rows_of(group), key=lambda row: row["mean"])
        words = (
            f"{key}most apoptosis (early + late Annexin V positive cells): {percent(highest['mean'])} "
            f"{interval(highest['low'], highest['high'], percent)} of whole single cells at "
            f"{condition_label(highest, ('hours',))}, n = {_n(highest['n'])}"
        )
        match = _matching(comparisons, highest)
        if match is not None and _finite(match["estimate"]):
            words += (
                f"; {percent_points(match['estimate'])} against {control_of(match['contrast'])} "
                f"{interval(match['low'], match['high'], percent_points)}"
            )
            if _finite(match["p_adjusted"]):
                words += f", adjusted p = {p_value(match['p_adjusted'])}".replace("= <", "<")
        elif match is not None:
            words += "; no control serves it, so nothing is compared"
        if highest["n"] == 1:
            words += ". One experiment: these intervals hold counting alone, nothing is tested"
        yield words + "."


def _design_answers(results: Results) -> Iterator[str]:
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
    yield from (printed(f"{found.words}.") for found in end_points(quadrants, control, vehicles))
    yield from (printed(f"{found.words}.") for found in progress(quadrants, control, vehicles))


def percent_points(value: float) -> str:
    """Return a difference of fractions in percentage points, with its sign.

    Examples
    --------
    >>> percent_points(0.0512)
    '+5.1 points'
    """
    return f"{100 * value:+.1f} points" if _finite(value) else "n/a"


def _matching(comparisons: pd.DataFrame, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the comparison of the same condition, None where it has none (it is the control)."""
    if not len(comparisons):
        return None
    keys = ("cell_line", "arm", "compound", "dose", "dose_unit", "compound_2", "dose_2", "schedule", "hours")
    found = comparisons[comparisons["quantity"] == "total"]
    for key in keys:
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


# What makes the volumes of a whole image doubtful, in the words of the answer.
DOUBTS = {
    "uneven_loading": "the loading control varies more than loading does",
    "upside_down": "an image seems to stand upside down",
    "rows_unsure": "an image shows more rows than were named",
    "lanes_left_out": "an image shows more lanes than the sheet has",
    "lanes_unsure": "the lanes of an image may be others",
    "coarse": "the bands of an image are hardly a pixel high",
    "forced": "an image was judged unfit to be measured",
    "eight_bit": "an image has 8 bits only, which may hide a curve over its numbers",
    "lossy": "JPEG changed the numbers of an image",
    "gamma_suspected": "a curve seems to lie over the numbers of an image",
    "exposures_disagree": "two exposures of a membrane are not related by a straight line",
    "lanes_from_sibling": "the lanes of an image are those of another image of its membrane",
    "residual_signal": "a membrane shows bands where those of an earlier probe stood",
}


def _blot_answers(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    rebound, doubt = tables["rebound"], ""
    if len(rebound):
        said = tables["normalised"]["caution"].str.cat(sep="; ") + "; " + tables["bands"]["caution"].str.cat(sep="; ")
        doubts = [words for code, words in DOUBTS.items() if f"{code}:" in said]
        doubt = f" Doubtful: {', and '.join(doubts)}; see the cautions." if doubts else ""
    for row in rows_of(rebound):
        place = condition_label({**row, "hours": None})
        if row["n"] == 0:
            yield f"{place}: {row['target']} gives no level over {row['loading_control']}; the cautions say why.{doubt}"
            continue
        words = f"{place}: {row['target']} {VERDICT_WORDS.get(row['verdict'], row['verdict'])}"
        if _finite(row["nadir_fold"]) and row["verdict"] != "induction":
            words += (
                f"; lowest at {row['nadir_hours']:g} h, {fold(row['nadir_fold'])} × the reference "
                f"{interval(row['nadir_low'], row['nadir_high'], fold)}"
            )
        if row["verdict"] in ("overshoot", "rebound"):
            reached = row["nadir_fold"] * row["rebound_fold"]
            words += f"; then up {fold(row['rebound_fold'])}-fold {interval(row['low'], row['high'], fold)}"
            words += f", to {fold(reached)} × the reference"
        yield f"{words}; n = {_n(row['n'])}, {row['loading_control']} as loading control.{doubt}"


def _not_measured(results: Results) -> Iterator[str]:
    """Yield which blot images gave no numbers, in one sentence; the cautions say why."""
    files = [refused.image.file for refused in results.refused_images]
    if files:
        shown = " They are shown below without numbers." if any(r.blot for r in results.refused_images) else ""
        yield printed(f"Not measured: {', '.join(files)}; the cautions say why.{shown}")


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


def _n(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
