"""Combination indices in words: the verdict over the tested effects, where it differs, and what would resolve it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.combination_words import (
    VERDICT_WORDS,
    combination_key,
    of_line,
    on_vehicles,
    reason,
    subject,
    with_verdict,
)
from cytotools.experiments import grouped
from cytotools.labels import printed
from cytotools.number_words import count, finite, fold, listed, with_interval
from cytotools.resolution_words import LEAST, index_resolution
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

INDICES = ("ci", "ci_log_linear", "interaction_index")
NAMES = {"ci": "combination index", "interaction_index": "interaction index"}
OTHER_READINGS = (
    ("ci", False, "taken as mutually non-exclusive"),
    ("ci_log_linear", True, "by the log-linear fit (CompuSyn)"),
    ("interaction_index", None, "by the interaction index of the IC50s"),
)
FLAGS = {
    "unlike_slopes": "The slopes of the agents differ, so that doses which merely add give an index other than 1: see "
    "the cautions.",
    "no_scatter": "Its experiments agree to the last digit, as copies of one do, and count as one.",
    "policy_flips": "The verdict depends on what is done with effects at or beyond 0 and 1.",
    "plateau_below_one": "A curve levels out below full effect, which a combination index does not allow for: rely on "
    "the interaction index.",
}
BEYOND = "untested_effect:"  # the caution of a level outside the tested effects


def index_answers(table: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence a combination in a constant ratio, from combination.csv."""
    found = [row for row in rows_of(table) if row["method"] in INDICES]
    for own in grouped(found, combination_key).values():
        over_all = [row for row in own if row["level"] == "all"]
        head = headline_of(over_all, "ci", True) or headline_of(over_all, "interaction_index", None)
        if head is not None:
            yield printed(" ".join(part for part in _sentences(head, own) if part))


def headline_of(rows: Sequence[Row], method: str, exclusive: bool | None) -> Row | None:
    """Return the headline of one kind of index, None where the rows hold none."""
    return reading_of([row for row in rows if not finite(row["affected"])], method, exclusive)


def reading_of(rows: Sequence[Row], method: str, exclusive: bool | None) -> Row | None:
    """Return the first row of one kind of index, None where there is none; `exclusive` None: of either kind."""
    of_kind = (row for row in rows if row["method"] == method)
    return next((row for row in of_kind if exclusive is None or str(row["exclusive"]) == str(exclusive)), None)


def _sentences(head: Row, own: Sequence[Row]) -> Iterator[str]:
    over_all = [row for row in own if row["level"] == "all"]
    levels = [
        row for row in over_all if row["method"] == "ci" and str(row["exclusive"]) == "True" and finite(row["affected"])
    ]
    tested = [row for row in levels if BEYOND not in row["caution"]]
    yield _headline(head, tested if head["method"] == "ci" else [])
    if not finite(head["value"]):
        return
    if unlike := on_vehicles(head):
        yield unlike
        return
    if head["verdict"] == "not resolved" and head["n"] > 1:
        yield index_resolution(_of_experiments(head, own))
    yield _differing(head, tested)
    yield _untested([row for row in levels if row not in tested])
    yield _other_readings(head, over_all)
    yield from (words for code, words in FLAGS.items() if f"{code}:" in head["caution"])


def _headline(head: Row, tested: Sequence[Row]) -> str:
    named, name = f"{of_line(head)}{subject(head)}", NAMES[head["method"]]
    if not finite(head["value"]):
        return f"{named} have no {name}: {reason(head)}."
    over = f" over {_levels(tested)} affected" if tested else ""
    if head["method"] == "ci" and not head["ratio"]:
        over = " over the dose pairs within the tested effects of both"
    if head["n"] == 1:
        limits = f"{fold(head['value'])} ({fold(head['low'])} to {fold(head['high'])} by the errors within it)"
        words = f"one experiment gives a {name} of {limits}{over}, which describes that experiment alone"
        return f"{of_line(head)}whether {subject(head)} are synergistic is not resolved: {words}. {LEAST}"
    value = with_interval(head["value"], head["low"], head["high"], fold)
    told = f"{name} {value}{over}, n = {count(head['n'])}."
    if head["verdict"] in VERDICT_WORDS:
        return f"{named} {VERDICT_WORDS[head['verdict']]}: {told}"
    return f"{of_line(head)}whether {subject(head)} are synergistic is not resolved: {told}"


def _levels(rows: Sequence[Row]) -> str:
    levels = [f"{100 * row['affected']:g}" for row in rows]
    return f"{listed(levels)} %"


def _differing(head: Row, tested: Sequence[Row]) -> str:
    """Return the tested levels whose verdict is another than that of the headline."""
    told = [
        f"at {100 * row['affected']:g} % affected: {with_verdict(row, fold)}"
        for row in tested
        if row["verdict"] != head["verdict"]
    ]
    return f"Not so {'; '.join(told)}." if told else ""


def _untested(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    lie = "lies" if len(rows) == 1 else "lie"
    return f"{_levels(rows)} affected {lie} beyond the tested effects, where no verdict is given."


def _other_readings(head: Row, over_all: Sequence[Row]) -> str:
    """Return the other indices of the same wells whose verdict is another than that of the headline."""
    found = [(words, headline_of(over_all, method, exclusive)) for method, exclusive, words in OTHER_READINGS]
    told = [
        f"{words}, {with_verdict(row, fold)}"
        for words, row in found
        if row is not None and row is not head and finite(row["value"]) and row["verdict"] != head["verdict"]
    ]
    return f"Read otherwise, the same wells say: {'; '.join(told)}." if told else ""


def _of_experiments(head: Row, own: Sequence[Row]) -> list[float]:
    """Return the headline of each experiment."""
    return [
        float(row["value"])
        for row in own
        if row["level"] == "experiment"
        and row["method"] == head["method"]
        and str(row["exclusive"]) == str(head["exclusive"])
        and not finite(row["affected"])
        and finite(row["value"])
    ]
