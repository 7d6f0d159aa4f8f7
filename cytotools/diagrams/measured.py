"""The nodes of the pathway from the tables: levels on blots, caspase activity, TNF-alpha, apoptosis and grades."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.diagrams.levels import is_target, short, short_lines, state_of, target_key
from cytotools.diagrams.nodes import DOWN, NOT_MEASURED, NOT_RESOLVED, UNCHANGED, UP, Node
from cytotools.diagrams.subjects import (
    Row,
    Subject,
    Tables,
    at_hours,
    codes,
    given,
    hours_of,
    nearest,
    shared_treatments,
    told_rows,
    words,
)
from cytotools.labels import dose_label, line_label, unit
from cytotools.number_words import bounded, finite, percent
from cytotools.tables import rows_of

# A verdict on a whole course says more than the interval of its last hour alone.
VERDICT_STATES = {"overshoot": UP, "induction": UP, "sustained loss": DOWN, "no loss": UNCHANGED}
GRADE_STATES = {"supported": UP, "against": UNCHANGED, "not resolved": NOT_RESOLVED}
LEAST_POINTS = 0.1  # a fraction whose interval excludes a change by 10 points is unchanged, one beyond it changed much
SIGNIFICANT = 0.05

# Targets by name, as regular expressions of the folded name: what stands for each node on a blot.
TARGETS: dict[str, tuple[str, ...]] = {
    "cIAP1": (r"(h|hs|human)?ciap1", r"birc2", r"hiap2"),
    "cIAP2": (r"(h|hs|human)?ciap2", r"birc3", r"hiap1"),
    "XIAP": (r"xiap", r"birc4", r"hilp", r"api3"),
    "NF-κB": (r"p(hospho)?p65.*", r"p65", r"rela", r"nfkb.*", r"p52", r"p100p52"),
    "PI3K/AKT": (r"p(hospho)?akt.*", r"akt[123]?", r"pi3k.*"),
    "Bcl-2": (r"bcl2", r"mcl1", r"bclxl?", r"bclw"),
    "caspase-3/7": (r"cleavedcasp(ase)?[37]", r"cleavedparp1?", r"casp(ase)?[37]cleaved", r"parp1?cleaved"),
    "necroptosis": (r"p(hospho)?mlkl.*", r"p(hospho)?ripk?[13].*"),
    "TNF-α": (),
    "apoptosis": (),
}
# The mechanism of resistance.csv that an inhibitor of each tests, and what its grade says in the picture.
MECHANISMS: dict[str, tuple[str, dict[str, str]]] = {
    "Bcl-2": (
        "BCL2_block",
        {"supported": "blocks death", "against": "no block found", NOT_RESOLVED: "block: not resolved"},
    ),
    "PI3K/AKT": (
        "PI3K_AKT",
        {"supported": "keeps cells alive", "against": "no help found", NOT_RESOLVED: "help: not resolved"},
    ),
    "necroptosis": (
        "necroptosis",
        {"supported": "cells die by it", "against": "not how cells die", NOT_RESOLVED: "death by it: not resolved"},
    ),
}


def measured_nodes(tables: Tables, subject: Subject) -> tuple[Node, ...]:
    """Return every node of the pathway of a line under a Smac mimetic, measured or not."""
    return tuple(_first_measured(name, tables, subject) for name in TARGETS)


def _first_measured(name: str, tables: Tables, subject: Subject) -> Node:
    ways: list[Callable[[], Node]] = [lambda: _on_blot(name, tables, subject)]
    if name == "XIAP":
        ways = [lambda: with_abundance(_on_blot(name, tables, subject), tables, subject)]
    elif name == "caspase-3/7":
        ways.insert(0, lambda: _caspase(tables, subject))
        ways.append(lambda: _cleaved(tables, subject))
    elif name == "TNF-α":
        ways = [lambda: _tnf(tables, subject)]
    elif name == "apoptosis":
        ways = [lambda: _apoptosis(tables, subject)]
    elif name in MECHANISMS:
        ways.insert(0, lambda: _graded(name, tables, subject))
    return next((node for way in ways if (node := way()).is_measured), Node(name))


def elsewhere(row: Row, subject: Subject) -> str:
    """Return the treatment of a row in words where it is another than that of the pathway."""
    return "" if dose_label(row) == subject.treatment else f"with {dose_label(row)}"


def count_of(row: Mapping[str, Any]) -> int:
    """Return the independent experiments of a row."""
    return int(row["n"]) if finite(row.get("n")) else 0


def _on_blot(name: str, tables: Tables, subject: Subject) -> Node:
    """Return a level over that of 0 h at the last hour, with the verdict on its course."""
    rows = list(told_rows(_of_target(tables, "time_course", name), "fold_change"))
    own = nearest(rows, subject, shared_treatments(rows))
    if not own:
        return Node(name)
    own = [row for row in own if _series(row) == _series(own[0])]
    last = own[-1]
    if len(own) == 1 and last["fold_change"] == last["low"] == last["high"] == 1:
        return Node(name)
    judged = next((row for row in rows_of(tables["rebound"]) if _alike(row, last)), {})
    verdict = words(judged.get("verdict")) if count_of(judged) > 1 else ""
    level = state_of(last["low"], last["high"], count_of(last))
    said = short_lines(last["fold_change"], last["low"], last["high"], " ×", at_hours(last))
    if verdict in ("rebound", "overshoot") and finite(judged["nadir_fold"]):
        said = (f"{short(judged['nadir_fold'])} × at {judged['nadir_hours']:g} h", f"then {said[0]}", *said[1:])
    if target_key(words(last["target"])) != target_key(name):
        said = (words(last["target"]), *said)
    state = VERDICT_STATES.get(verdict, level)
    return Node(
        name, state, said, count_of(last), "time_course", elsewhere(last, subject), verdict, codes(last, judged)
    )


def _of_target(tables: Tables, table: str, name: str) -> list[Row]:
    """Return the rows of the first of a node's names that is there."""
    rows = rows_of(tables[table])
    for pattern in TARGETS[name]:
        if own := [row for row in rows if is_target(words(row["target"]), [pattern])]:
            return own
    return []


def _series(row: Row) -> tuple[str, str]:
    """Return what tells one series of hours of a treatment from another: of several controls the first is read."""
    return words(row.get("loading_control")), words(row.get("target"))


def _alike(one: Row, other: Row) -> bool:
    columns = [name for name in (*CONDITION_COLUMNS, "target", "loading_control") if name != "hours" and name in one]
    return all(words(one[name]) == words(other.get(name)) for name in columns)


def reference_of(tables: Tables, subject: Subject) -> str:
    """Return the hour that levels are compared with, `the reference` where it is no hour of the course.

    The reference is the row whose fold is 1 with an interval of no width.
    """
    for row in rows_of(tables["time_course"]):
        is_one = row["fold_change"] == row["low"] == row["high"] == 1
        if subject.is_of_line(row) and is_one and finite(row["hours"]):
            return f"{row['hours']:g} h"
    return "the reference"


def with_abundance(node: Node, tables: Tables, subject: Subject) -> Node:
    """Add the level over that of another line, which is the state where the course says no change."""
    for row in rows_of(tables["abundance"]):
        if not is_target(words(row["target"]), TARGETS["XIAP"]):
            continue
        own, reference = subject.is_of_line(row), words(row["reference"])
        if not own and reference != subject.line:
            continue
        value, low, high = float(row["ratio"]), float(row["low"]), float(row["high"])
        other = reference if own else line_label(row)
        if not own:
            value, low, high = _inverse(value), _inverse(high), _inverse(low)
        said = short_lines(value, low, high, f" × {other}", "")
        state = state_of(low, high, count_of(row))
        if not node.is_measured or (state in (UP, DOWN) and node.state not in (UP, DOWN)):
            source = ", ".join(filter(None, ("abundance", node.source)))
            node = replace(node, state=state, words=(*said, *node.words), n=count_of(row), source=source)
        else:
            node = replace(node, words=(*node.words, *said), source=f"{node.source}, abundance")
        return replace(node, cautions=tuple(dict.fromkeys((*node.cautions, *codes(row)))))
    return node


def _inverse(value: float) -> float:
    return math.inf if value == 0 else 1 / value


def _caspase(tables: Tables, subject: Subject) -> Node:
    rows = list(told_rows(rows_of(tables["caspase"]), "fold"))
    own = nearest(rows, subject, shared_treatments([*rows, *_totals(tables)]))
    if not own:
        return Node("caspase-3/7")
    top = max(own, key=lambda row: row["fold"] if finite(row["fold"]) else row["low"])
    said = short_lines(top["fold"], top["low"], top["high"], "-fold", at_hours(top))
    state = state_of(top["low"], top["high"], count_of(top))
    return Node("caspase-3/7", state, said, count_of(top), "caspase", elsewhere(top, subject), cautions=codes(top))


def _cleaved(tables: Tables, subject: Subject) -> Node:
    """Return the share of PARP or of a caspase that is cleaved; without a control beside it there is no direction."""
    rows = list(told_rows(rows_of(tables["cleavage"]), "cleaved_fraction"))
    own = nearest(rows, subject, shared_treatments(rows))
    if not own:
        return Node("caspase-3/7")
    last = own[-1]
    share = bounded(last["cleaved_fraction"], last["low"], last["high"], lambda value: percent(value, 0), top=1.0)
    said = (f"cleaved {last['target']}{at_hours(last)}", share)
    return Node(
        "caspase-3/7", NOT_RESOLVED, said, count_of(last), "cleavage", elsewhere(last, subject), cautions=codes(last)
    )


def _tnf(tables: Tables, subject: Subject) -> Node:
    rows = [
        row
        for row in told_rows(rows_of(tables["concentrations"]), "concentration")
        if words(row["assay"]) == "elisa" and target_key(words(row["analyte"])).startswith("tnf")
    ]
    over = [row for row in rows if not words(row.get("replicate"))] or rows
    own = nearest([row for row in over if given(row)], subject, shared_treatments(over))
    own = [row for row in own if subject.distance(row) < 2]
    if not own:
        return Node("TNF-α")
    last = own[-1]
    control = [row for row in over if subject.is_of_line(row) and not given(row) and hours_of(row) == hours_of(last)]
    of_unit = f" {unit(words(last['unit']))}"
    said = short_lines(last["concentration"], last["low"], last["high"], of_unit, at_hours(last))
    if control:
        beside = bounded(control[0]["concentration"], control[0]["low"], control[0]["high"], short)
        said = (*said, f"untreated {beside.partition(' (')[0]}")
    state = _change(last, control[0]) if control else NOT_RESOLVED
    return Node("TNF-α", state, said, count_of(last), "concentrations", elsewhere(last, subject), cautions=codes(last))


def _change(treated: Row, control: Row) -> str:
    """Return how a concentration differs from that of its control: by intervals that leave each other."""
    if min(count_of(treated), count_of(control)) < 2:
        return NOT_RESOLVED
    if treated["low"] > control["high"]:
        return UP
    if treated["high"] < control["low"]:
        return DOWN
    if treated["low"] == 0 and not finite(treated["concentration"]):  # under the standards: no rise above them
        return UNCHANGED if not finite(control["concentration"]) else NOT_RESOLVED
    least = treated["low"] / control["high"] if control["high"] else math.inf
    most = treated["high"] / control["low"] if control["low"] else math.inf
    return state_of(least, most, 2)


def _totals(tables: Tables) -> list[Row]:
    return [row for row in told_rows(rows_of(tables["apoptosis"]), "mean") if row["population"] == "total"]


def _apoptosis(tables: Tables, subject: Subject) -> Node:
    rows = _totals(tables)
    own = nearest(rows, subject, shared_treatments([*rows, *rows_of(tables["caspase"])]))
    own = [row for row in own if _tested(tables, row)] or own
    if not own:
        return Node("apoptosis")
    last = own[-1]
    said: tuple[str, ...] = (f"{percent(last['mean'], 0)}{at_hours(last)}",)
    tested = _tested(tables, last)
    found = Node("apoptosis", NOT_RESOLVED, said, count_of(last), "apoptosis, comparisons", elsewhere(last, subject))
    if not tested:
        return replace(found, cautions=codes(last))
    low, high = (f"{100 * tested[limit]:+.0f}" for limit in ("low", "high"))
    said = (*said, f"{100 * tested['estimate']:+.0f} points", f"({low} to {high})")
    state = _fraction_state(tested)
    is_large = state == UP and tested["low"] > LEAST_POINTS
    return replace(found, state=state, words=said, cautions=codes(last, tested), is_large=is_large)


def _tested(tables: Tables, row: Row) -> Row:
    """Return the row of comparisons.csv that holds a total against its control."""
    conditions = [name for name in CONDITION_COLUMNS if name in row]
    for other in rows_of(tables["comparisons"]):
        is_total = other["quantity"] == "total" and other["scale"] == "difference"
        if is_total and all(words(other.get(name)) == words(row[name]) for name in conditions):
            return other
    return {}


def _fraction_state(tested: Row) -> str:
    if count_of(tested) < 2 or not finite(tested["p_adjusted"]):
        return NOT_RESOLVED
    if tested["p_adjusted"] < SIGNIFICANT:
        return UP if tested["estimate"] > 0 else DOWN
    return UNCHANGED if max(-tested["low"], tested["high"]) < LEAST_POINTS else NOT_RESOLVED


def grade_row(tables: Tables, subject: Subject, mechanism: str) -> Row:
    """Return the row of resistance.csv on a mechanism, of the subject's compound or of any."""
    own = [
        row
        for row in rows_of(tables["resistance"])
        if subject.is_of_line(row)
        and row["mechanism"] == mechanism
        and words(row.get("compound")) in ("", subject.compound)
    ]
    return own[0] if own else {}


def _graded(name: str, tables: Tables, subject: Subject) -> Node:
    """Return what an inhibitor's arm has shown; a level on a blot stands beside it."""
    mechanism, means = MECHANISMS[name]
    row = grade_row(tables, subject, mechanism)
    grade = words(row.get("grade"))
    state = GRADE_STATES.get(grade, NOT_MEASURED)
    level = _on_blot(name, tables, subject)
    if state == NOT_MEASURED:
        return level
    said = (means[grade], *level.words)
    sources = ", ".join(filter(None, ("resistance", level.source)))
    return Node(name, state, said, max(count_of(row), level.n), sources, verdict=grade, cautions=codes(row))
