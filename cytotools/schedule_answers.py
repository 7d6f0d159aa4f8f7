"""Schedules in words: which order of two agents is best, or that it is not resolved."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.combination_words import SLOTS, circumstances, combination_key, of_line, order_words
from cytotools.doses.block_model import BlockContrast
from cytotools.doses.schedule_comparison import BestSchedule, best_schedule
from cytotools.experiments import grouped
from cytotools.labels import agent_names, dose_label, printed
from cytotools.number_words import bounded, count, excess, finite, fold, listed, p_value
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

BY_SCHEDULE = " by schedule"
NO_ORDER = {"schedule": "", "lead_hours": None}


def schedule_comparisons(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of comparisons.csv that compare schedules."""
    return comparisons[comparisons["quantity"].astype(str).str.endswith(BY_SCHEDULE)]


def schedule_answers(comparisons: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each quantity of a combination that was given in more than one order.

    Of the two kinds of IC50 the relative one is told, or the absolute one where only that is known.
    """
    found = rows_of(schedule_comparisons(comparisons))
    for own in grouped(found, lambda row: combination_key({**row, **NO_ORDER})).values():
        by_quantity = grouped(own, lambda row: str(row["quantity"]))
        relative, absolute = (f"{kind} IC50{BY_SCHEDULE}" for kind in ("relative", "absolute"))
        if any(finite(row["estimate"]) for row in by_quantity.get(relative, [])):
            by_quantity.pop(absolute, None)
        elif absolute in by_quantity:
            by_quantity.pop(relative, None)
        yield from (printed(schedule_answer(rows)) for rows in by_quantity.values())


def schedule_answer(rows: Sequence[Row]) -> str:
    """Return the sentence on the contrasts of one quantity of one combination.

    Examples
    --------
    >>> row = {"compound": "cisplatin", "compound_2": "Smac-N7", "quantity": "combination index by schedule", "n": 3,
    ...        "contrast": "pre 24 h against co", "estimate": 0.5, "low": 0.4, "high": 0.6,
    ...        "p_value": 0.004, "p_adjusted": 0.004}
    >>> schedule_answer([row])
    'cisplatin + Smac-N7: giving Smac-N7 24 h before cisplatin has the lower combination index: 2-fold (1.67 to 2.5,
    p = 0.004) against both together (95 % intervals, p after Holm), n = 3.'
    """
    first = rows[0]
    agents = dose_label({**first, **NO_ORDER, "role": ""})
    where = f"{of_line(first)}{agents}{circumstances({**first, **NO_ORDER})}: "
    counts = sorted({int(row["n"]) for row in rows if finite(row["n"])})
    n = f"n = {listed([count(k) for k in counts])}" if counts else "n = 0"
    found = best_schedule([_contrast(row) for row in rows], lower_is_better=not _is_excess(first))
    if not found.name:
        return f"{where}{_unresolved(rows, found, n)}"
    # Of an IC50 or an index the factor by which it is lower is told: what the others are of it.
    side = 0 if _is_excess(first) else 1
    both_ways = [contrast for row in rows for contrast in (row, _turned(row))]
    told = [row for row in both_ways if _sides(row)[side] == found.name]
    over = listed([f"{_number(row)} against {_order(row, _sides(row)[1 - side])}" for row in told])
    best = f"giving {_order(first, found.name)} {_best(first, len(told))}"
    return f"{where}{best}: {over} (95 % intervals, p after Holm), {n}."


def _unresolved(rows: Sequence[Row], found: BestSchedule, n: str) -> str:
    """Return the contrasts of a family in which no order is best."""
    words = f"which order is best by the {_quantity(rows[0])} is not resolved{_legend(rows[0])}, {n}"
    sign = " less " if _is_excess(rows[0]) else " over "
    told = "; ".join(f"{sign.join(_sides(row))} {_number(row)}" for row in rows)
    if not any(finite(row["p_adjusted"]) for row in rows):
        return f"{words}: {told} (95 % intervals). A test takes several independent experiments that hold every order."
    leads = f" {found.leader} looks best, but is not told from {listed(found.unresolved)}." if found.leader else ""
    apart = [f"{one} is better than {other}" for one, other in found.better]
    only = f" Resolved is only: {'; '.join(apart)}." if apart else ""
    return f"{words}: {told} (95 % intervals, p after Holm).{leads}{only}"


def _legend(row: Row) -> str:
    """Return what pre and post mean, by the names of the agents."""
    orders = (f"{name}: {words}" for name in ("pre", "post") if (words := order_words({**row, "schedule": name})))
    told = "; ".join(orders)
    return f" ({told})" if told else ""


def _best(row: Row, others: int) -> str:
    quantity = _quantity(row)
    if _is_excess(row):
        return f"has the {'largest' if others > 1 else 'larger'} {quantity}"
    if "IC50" in quantity:
        return f"lowers the {quantity} {'most' if others > 1 else 'more'}"
    return f"has the {'lowest' if others > 1 else 'lower'} {quantity}"


def _sides(row: Row) -> tuple[str, str]:
    one, _, other = str(row["contrast"]).partition(" against ")
    return one, other


def _contrast(row: Row) -> BlockContrast:
    """Return a row on the scale on which its errors add."""
    numbers = [float(row[name]) for name in ("estimate", "low", "high")]
    if not _is_excess(row):
        numbers = [math.log(value) if value > 0 else -math.inf if value == 0 else math.nan for value in numbers]
    one, other = _sides(row)
    (estimate, low, high), tested = numbers, (float(row["p_value"]), float(row["p_adjusted"]), int(row["n"]))
    return BlockContrast(one, other, estimate, low, high, math.nan, math.nan, *tested, math.nan, "", "")


def _is_excess(row: Row) -> bool:
    return "excess" in str(row["quantity"])


def _turned(row: Row) -> Row:
    """Return a contrast the other way round."""
    one, other = _sides(row)
    numbers = row["estimate"], row["high"], row["low"]
    if _is_excess(row):
        estimate, low, high = (-value for value in numbers)
    else:
        estimate, low, high = (1 / value if value else math.inf for value in numbers)
    return {**row, "contrast": f"{other} against {one}", "estimate": estimate, "low": low, "high": high}


def _order(row: Row, name: str) -> str:
    """Return an order that a contrast names ("pre 24 h") by its agents."""
    schedule, _, lead = name.partition(" ")
    hours = lead.removesuffix(" h")
    known = hours.replace(".", "", 1).isdigit()
    return order_words({**row, "schedule": schedule, "lead_hours": float(hours) if known else None}) or name


def _number(row: Row) -> str:
    """Return the estimate of a contrast with its interval and adjusted p."""
    p = f"p = {p_value(row['p_adjusted'])}".replace("= <", "<") if finite(row["p_adjusted"]) else "not tested"
    number = bounded(row["estimate"], row["low"], row["high"], excess if _is_excess(row) else fold)
    if number == "n/a":
        return "not known"
    if not _is_excess(row):
        number = f"{number.partition(' (')[0]}-fold{''.join(number.partition(' (')[1:])}"
    return f"{number.removesuffix(')')}, {p})" if number.endswith(")") else f"{number} ({p})"


def _quantity(row: Row) -> str:
    """Return what is compared in words: the agent whose IC50 it is, where one runs alone."""
    quantity = str(row["quantity"]).removesuffix(BY_SCHEDULE).replace("bliss", "Bliss")
    running = [row.get(f"compound{slot}") for slot in SLOTS if not finite(row.get(f"dose{slot}"))]
    named = [name for name in running if name in agent_names(row)]
    return f"{quantity} of {named[0]}" if quantity.endswith("IC50") and len(named) == 1 else quantity
