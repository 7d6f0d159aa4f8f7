"""Dose matrices in words: the mean excess, the dose pairs that stand out, and whether the scores agree."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cytotools.combination_words import (
    METHOD_WORDS,
    VERDICT_WORDS,
    circumstances,
    combination_key,
    of_line,
    on_vehicles,
    reason,
    with_verdict,
)
from cytotools.experiments import grouped
from cytotools.labels import agent_names, dose_label, printed
from cytotools.number_words import bounded, count, excess, finite, listed, with_interval
from cytotools.resolution_words import LEAST, excess_resolution
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

REFERENCES = {
    "bliss": "Bliss independence",
    "zip": "the ZIP reference",
    "hsa": "the better agent alone (HSA)",
    "loewe": "Loewe additivity",
}
DOSES = ("dose", "dose_2", "dose_3")
# Classes of agents that are given to learn how cells die or why they do not.
ASKING = (
    "tnf",
    "tnf_blocker",
    "caspase_inhibitor",
    "necroptosis_inhibitor",
    "bh3_mimetic",
    "pi3k_akt_inhibitor",
    "ikk_inhibitor",
    "proteasome_inhibitor",
)
ClassOf = Callable[[str], str]


def matrix_answers(table: pd.DataFrame, agents: ClassOf) -> Iterator[str]:
    """Yield a sentence a dose matrix, from combination.csv: by Bliss, or by the first score that there is.

    Doses in one ratio, or over one fixed dose, have an index or a potentiation that speaks for them. One dose of an
    agent that asks how cells die (TNF-alpha, an inhibitor of caspases ...) is an arm: resistance.csv speaks for it.

    Parameters
    ----------
    table : DataFrame
        combination.csv.
    agents : callable
        Class of an agent by its name, such as `cytotools.verdicts.agent_classes.agent_class`.
    """
    found = [row for row in rows_of(table) if row["method"] in REFERENCES]
    spoken_for = {matrix_key(row) for row in rows_of(table) if row["method"] in ("ci", "potentiation")}
    for key, own in grouped(found, matrix_key).items():
        if (key in spoken_for and not _is_crossed(own)) or _is_arm(own, agents):
            continue
        scores = {row["method"]: row for row in own if row["level"] == "all" and is_whole(row)}
        method = next((method for method in REFERENCES if method in scores), None)
        if method is not None:
            head = scores.pop(method)
            of_method = [row for row in own if row["method"] == method]
            yield printed(" ".join(part for part in _sentences(head, of_method, scores) if part))


def matrix_key(row: Row) -> tuple[Hashable, ...]:
    """Return what tells the dose matrices of combination.csv apart: all but the doses of a cell, and a ratio."""
    return combination_key({**row, **dict.fromkeys((*DOSES, "ratio"))})


def is_whole(row: Row) -> bool:
    """Tell whether a row is of a whole matrix, not of one of its dose pairs."""
    return not any(finite(row.get(name)) for name in DOSES)


def _is_crossed(rows: Sequence[Row]) -> bool:
    """Tell whether several doses of each agent were combined with several of the other."""
    pairs = _pairs(rows)
    return all(len(pairs) > len({pair[k] for pair in pairs}) for k in (0, 1))


def _is_arm(rows: Sequence[Row], agents: ClassOf) -> bool:
    """Tell whether one pair of doses was combined, one of them of an agent that asks how cells die."""
    return len(_pairs(rows)) <= 1 and any(agents(name) in ASKING for name in agent_names(rows[0]))


def _pairs(rows: Sequence[Row]) -> set[tuple[float, float]]:
    return {(row["dose"], row["dose_2"]) for row in rows if finite(row["dose"]) and finite(row["dose_2"])}


def _sentences(head: Row, of_method: Sequence[Row], others: Mapping[str, Row]) -> Iterator[str]:
    yield f"{_headline(head)}{_cells([row for row in of_method if not is_whole(row) and row['level'] == 'all'], head)}."
    if unlike := on_vehicles(head):
        yield unlike
        return
    if head["n"] == 1:
        yield LEAST
    elif head["verdict"] == "not resolved":
        plates = [row for row in of_method if is_whole(row) and row["level"] == "experiment"]
        yield excess_resolution([float(row["value"]) for row in plates if finite(row["value"])])
    yield _other_scores(head, others)


def _headline(head: Row) -> str:
    named = f"{' × '.join(agent_names(head))}{circumstances(head)}"
    reference = REFERENCES[head["method"]]
    if not finite(head["value"]):
        return f"{of_line(head)}{named} have no mean excess over {reference}: {reason(head)}"
    if head["n"] == 1:
        limits = f" ({excess(head['low'])} to {excess(head['high'])} by the errors within it)"
        told = f"{excess(head['value'])}{limits if finite(head['low']) else ''}"
        words = f"one plate gives a mean excess over {reference} of {told}, which describes that plate alone"
        return f"{of_line(head)}whether {named} are synergistic is not resolved: {words}"
    value = with_interval(head["value"], head["low"], head["high"], excess)
    told = f"mean excess over {reference} {value}, n = {count(head['n'])}"
    if head["verdict"] in VERDICT_WORDS:
        return f"{of_line(head)}{named} {VERDICT_WORDS[head['verdict']]} on the whole: {told}"
    return f"{of_line(head)}whether {named} are synergistic on the whole is not resolved: {told}"


def _cells(cells: Sequence[Row], head: Row) -> str:
    """Return how many dose pairs stand out, and by how much at most."""
    told = [row for row in cells if finite(row["value"])]
    if len(told) < 2 or head["n"] == 1:
        return ""
    above = [row for row in told if row["verdict"] == "synergy"]
    below = [row for row in told if row["verdict"] == "antagonism"]
    if not above and not below:
        return f"; none of {len(told)} dose pairs stands out by itself"
    words = []
    if above:
        top = max(above, key=lambda row: row["value"])
        words.append(f"{len(above)} of {len(told)} dose pairs {_verb(above, 'exceed')} it, {_at(top, above)}")
    pairs = "" if above else " dose pairs"
    if below:
        top = min(below, key=lambda row: row["value"])
        words.append(f"{len(below)} of {len(told)}{pairs} {_verb(below, 'fall')} short of it, {_at(top, below)}")
    return f"; {'; '.join(words)}"


def _verb(rows: Sequence[Row], verb: str) -> str:
    return f"{verb}s" if len(rows) == 1 else verb


def _at(row: Row, rows: Sequence[Row]) -> str:
    most = "most " if len(rows) > 1 else ""
    value = bounded(row["value"], row["low"], row["high"], excess)
    return f"{most}at {dose_label({**row, 'schedule': ''})} by {value}"


def _other_scores(head: Row, others: Mapping[str, Row]) -> str:
    told = {method: row for method, row in others.items() if finite(row["value"])}
    missing = [METHOD_WORDS[method] for method in others if method not in told]
    differing = [method for method, row in told.items() if row["verdict"] != head["verdict"]]
    words = []
    if differing:
        scores = (f"{METHOD_WORDS[method]} {with_verdict(told[method], excess)}" for method in differing)
        words.append(f"The scores disagree: {'; '.join(scores)}.")
    alike = [METHOD_WORDS[method] for method in told if method not in differing]
    if alike and head["n"] > 1:
        words.append(
            f"{listed(alike)} {'says' if len(alike) == 1 else 'say'} the same as {METHOD_WORDS[head['method']]}."
        )
    if missing:
        words.append(f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} not defined here.")
    return " ".join(words)
