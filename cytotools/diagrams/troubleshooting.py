"""The path of the protocols' troubleshooting tree as a study took it: first its assays, then each line's resistance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cytotools.diagrams.measured import count_of, grade_row, with_abundance
from cytotools.diagrams.nodes import DOWN, FELL_AND_ROSE, UNCHANGED, UP, Node, Pathway
from cytotools.diagrams.pathway import pathways
from cytotools.diagrams.steps import (
    NO,
    NOT_RESOLVED,
    NOT_TESTED,
    YES,
    Branch,
    Step,
    TroubleshootingPath,
)
from cytotools.diagrams.subjects import Agents, Row, Subject, Tables, words
from cytotools.labels import assay_label, condition_label, printed
from cytotools.number_words import finite, listed
from cytotools.tables import rows_of

FUNCTIONAL = ("apoptosis", "caspase", "wells")  # tables of assays that tell living from dying cells
COUNTED = ("apoptosis", "caspase", "rebound", "abundance", "dose_response")
FEW = {
    "few_events": "few events",
    "too_few_cells": "too few cells",
    "few_wells": "few wells",
    "one_well": "single wells",
    "few_viable": "few viable cells",
}
BLOCKING_FEW = ("few_events", "too_few_cells")
FAULTS = (
    "unusable_file",
    "missing_control",
    "no_controls",
    "assay_fails",
    "control_changes",
    "bright_in_control",
    "no_control",
)
TOPICS = {
    "background": ("background", "low_viability", "spontaneous"),
    "positive": ("positive",),
    "time": ("too_early", "too_late"),
}
OF_TIME = ("caspase", "flow")  # the assays whose hour is asked for first
# What each mechanism asks, so that yes goes on, and the experiment that answers it.
QUESTIONS: dict[str, tuple[str, str, str]] = {
    "cIAP1_not_lost": (
        "Target engaged: is cIAP1 lost?",
        "the drug does not reach or hit its target",
        "Blot cIAP1 from 0 to 24 h with a cell-penetrating Smac mimetic beside this one.",
    ),
    "cIAP2_rebound": (
        "Does cIAP2 stay down?",
        "cIAP2 comes back",
        "Blot cIAP2 from 0 to 24 h, with and without an IKK inhibitor.",
    ),
    "high_XIAP": (
        "Is XIAP no higher than in other lines?",
        "XIAP is high",
        "Load the lines on one membrane at 0 h and blot XIAP.",
    ),
    "no_TNF_loop": (
        "Does the TNF-α loop run?",
        "there is no TNF-α loop",
        "Measure TNF-α in the medium, and add 1 to 10 ng/mL of it in a further arm.",
    ),
    "BCL2_block": (
        "Is there no block by Bcl-2?",
        "the Bcl-2 family blocks",
        "Add an arm with venetoclax or an Mcl-1 inhibitor.",
    ),
    "PI3K_AKT": (
        "Is it independent of PI3K/AKT?",
        "PI3K/AKT keeps cells alive",
        "Add an arm with LY294002.",
    ),
    "necroptosis": (
        "Is it apoptosis, not necroptosis?",
        "cells die by necroptosis",
        "Add arms with a caspase inhibitor and with Nec-1s.",
    ),
}
NODES = {"cIAP1_not_lost": "cIAP1", "cIAP2_rebound": "cIAP2", "high_XIAP": "XIAP", "no_TNF_loop": "TNF-α"}
GRADE_ANSWERS = {"supported": NO, "against": YES, "not resolved": NOT_RESOLVED, "not tested": NOT_TESTED}


def troubleshooting_path(tables: Tables, agents: Agents) -> TroubleshootingPath:
    """Return the path that a study took through the troubleshooting tree.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        All tables of a run.
    agents : callable
        From the name of a compound to its class, such as `smac_mimetic`.

    Returns
    -------
    TroubleshootingPath
        A study without an assay has no step of it, one without a Smac mimetic no branch. Mechanisms are asked in
        one order; the path of a line ends at the first that is supported, and what was measured of those after it
        stands there as not reached.

    Examples
    --------
    >>> from cytotools.tables import complete
    >>> troubleshooting_path(complete({}), {}.get).words
    'Are the controls sound? Not tested: no control was judged.'
    """
    steps = [_controls(tables), _enough(tables), _topic(tables, "positive"), _topic(tables, "background")]
    steps += [_time(tables), _agreement(tables)]
    branches = [_branch(tables, one) for one in pathways(tables, agents)]
    return TroubleshootingPath(tuple(step for step in steps if step is not None), tuple(branches))


def _is_there(tables: Tables, names: Iterable[str]) -> bool:
    return any(len(tables[name]) for name in names)


def _topic_of(check: str) -> str:
    return next((topic for topic, marks in TOPICS.items() if any(mark in check for mark in marks)), "controls")


def _checks(tables: Tables, topic: str) -> list[Row]:
    return [row for row in rows_of(tables["control_checks"]) if _topic_of(words(row["check"]).casefold()) == topic]


def _of_checks(question: str, rows: Sequence[Row]) -> Step:
    """Return the answer of several checks: one that failed is a no."""
    verdicts = [words(row["verdict"]) for row in rows]
    told = [verdict for verdict in verdicts if verdict != NOT_TESTED]
    failed = [row for row, verdict in zip(rows, verdicts, strict=True) if verdict == "failed"]
    if failed:
        evidence = f"{len(failed)} of {len(told)} checks failed: {_check_words(failed[0])}"
        return Step(question, NO, evidence, "control_checks", _sentence(failed[0].get("remedy")))
    if not told:
        remedy = next((_sentence(row.get("remedy")) for row in rows), "")
        return Step(question, NOT_TESTED, "no check could be made", "control_checks", remedy)
    passed = verdicts.count("passed")
    answer = YES if passed else NOT_RESOLVED
    remedy = "" if passed else next((_sentence(row.get("remedy")) for row in rows), "")
    return Step(question, answer, f"{passed} of {len(told)} checks passed", "control_checks", remedy)


def _check_words(row: Row) -> str:
    where = condition_label(row)
    check = words(row["check"]).replace("_", " ")
    return ", ".join(filter(None, (check, assay_label(words(row["assay"])), "" if where == "all" else where)))


def _sentence(value: object) -> str:
    return printed(words(value))


def _controls(tables: Tables) -> Step:
    question = "Are the controls sound?"
    entries = [row for row in rows_of(tables["cautions"]) if row["code"] in FAULTS]
    rows = _checks(tables, "controls")
    judged = _of_checks(question, rows) if rows else None
    if judged and judged.answer == NO:
        return judged
    if entries:
        first = entries[0]
        said = f"{words(first['place']) or words(first['file'])}: {words(first['caution'])}".strip(": ")
        return Step(question, NO, said, "cautions", _sentence(first["remedy"]))
    if judged:
        return judged
    if _is_there(tables, (*COUNTED, "wells")):
        return Step(question, YES, "no control raised a caution", "cautions")
    return Step(question, NOT_TESTED, "no control was judged", "control_checks")


def _enough(tables: Tables) -> Step | None:
    question = "Are there enough experiments, events and wells?"
    counts = [(count_of(row), name) for name in COUNTED for row in rows_of(tables[name]) if _is_summary(row)]
    found = {row["code"]: row for row in rows_of(tables["cautions"]) if row["code"] in FEW}
    few = [FEW[code] for code in FEW if code in found]
    if not counts and not few:
        return None
    least = min(counts, default=(0, ""))
    said = [f"n = {least[0]} or more" if len({n for n, _ in counts}) > 1 else f"n = {least[0]}"] if counts else []
    evidence = ", ".join([*said, *few])
    if least[0] == 1:
        return Step(question, NO, evidence, least[1], "Repeat the experiment on another day: three or more.")
    blocking = next((found[code] for code in BLOCKING_FEW if code in found), None)
    if blocking is not None:
        return Step(question, NO, evidence, "cautions", _sentence(blocking["remedy"]))
    return Step(question, YES, evidence.replace(", ", ", though ", 1), least[1] or "cautions")


def _is_summary(row: Row) -> bool:
    """Tell whether a row stands for all experiments of a condition."""
    return count_of(row) > 0 and row.get("level", "all") == "all"


def _topic(tables: Tables, topic: str) -> Step | None:
    question, code = {
        "positive": ("Does the positive control respond?", "weak_positive"),
        "background": ("Is the background low?", "high_background"),
    }[topic]
    if not _is_there(tables, FUNCTIONAL):
        return None
    rows = _checks(tables, topic)
    if rows:
        return _of_checks(question, rows)
    raised = [row for row in rows_of(tables["cautions"]) if row["code"] == code]
    if raised:
        return Step(question, NO, words(raised[0]["caution"]), "cautions", _sentence(raised[0]["remedy"]))
    missing = "Give every batch a positive control." if topic == "positive" else "Give every batch untreated cells."
    return Step(question, NOT_TESTED, "none was judged", "control_checks", missing)


def _time(tables: Tables) -> Step | None:
    question = "Was it measured at the right time?"
    failed = [row for row in _checks(tables, "time") if words(row["verdict"]) == "failed"]
    if failed:
        return _of_checks(question, failed)
    rows = rows_of(tables["end_points"])
    several = sorted((row for row in rows if len(_hours(row)) > 1), key=lambda row: row["assay"] not in OF_TIME)
    best = next((row for row in several if finite(row["hours"])), None)
    if best is not None:
        tried = ", ".join(_hours(best))
        said = f"{assay_label(words(best['assay']))}: largest effect at {best['hours']:g} h, of {tried} h"
        return Step(question, YES, said, "end_points")
    if several:
        return Step(question, NOT_RESOLVED, "no hour stands out", "end_points", "Add hours or experiments.")
    if not _is_there(tables, FUNCTIONAL):
        return None
    return Step(question, NOT_TESTED, "one hour alone", "end_points", "Measure an earlier and a later hour.")


def _hours(row: Row) -> list[str]:
    return words(row["tested_hours"]).replace(",", " ").replace(" h", " ").split()


def _agreement(tables: Tables) -> Step | None:
    question = "Do two methods agree?"
    if not _is_there(tables, FUNCTIONAL):
        return None
    table = rows_of(tables["concordance"])
    rows = [row for row in table if words(row["agrees"]) and row["quantity"] != "rank_agreement"]
    against = [row for row in rows if row["agrees"] == NO]
    if against:
        places, tried = _places(against), _places(_shared(rows))
        brief = f"{len(places)} of {len(tried)} conditions contradict: {places[0]}"
        said = printed(f"{brief}: {words(against[0]['reason'])}")
        remedy = "Do the checks that stand beside it in the concordance."
        return Step(question, NO, said, "concordance", remedy, brief=brief)
    if any(row["agrees"] == YES for row in rows):
        agree = [row for row in rows if row["agrees"] == YES]
        said = f"under {len(_places(agree))} of {len(_places(_shared(rows)))} conditions"
        return Step(question, YES, said, "concordance")
    if rows:
        remedy = "Repeat both assays under the same conditions."
        return Step(question, NOT_RESOLVED, "no comparison is clear", "concordance", remedy)
    remedy = "Measure Annexin V and caspase activity under the same conditions."
    return Step(question, NOT_TESTED, "no two methods under the same conditions", "concordance", remedy)


def _places(rows: Sequence[Row]) -> list[str]:
    """Return the conditions of rows, each once: assays have hours of their own."""
    return list(dict.fromkeys(condition_label({**row, "hours": None}) for row in rows))


def _shared(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of conditions that two assays or more measured."""
    assays: dict[str, set[str]] = {}
    for row in rows:
        assays.setdefault(_places([row])[0], set()).add(words(row["assay"]))
    return [row for row in rows if len(assays[_places([row])[0]]) > 1]


@dataclass(frozen=True)
class _Asked:
    """A mechanism as it was asked of a line."""

    mechanism: str
    step: Step


def _branch(tables: Tables, pathway: Pathway) -> Branch:
    asked = [_asked(tables, pathway, mechanism) for mechanism in QUESTIONS]
    explains = next((k for k, found in enumerate(asked) if found.step.answer == NO), len(asked))
    steps = tuple(replace(found.step, is_reached=k <= explains) for k, found in enumerate(asked))
    if explains < len(asked):
        found = asked[explains]
        further = [QUESTIONS[one.mechanism][1] for one in asked[explains + 1 :] if one.step.answer == NO]
        outcome = f"Here the path ends: {QUESTIONS[found.mechanism][1]}"
        outcome += f". Further down: {listed(further)}" if further else ""
        return Branch(pathway.title, steps, outcome, found.step.remedy)
    apoptosis = pathway.node("apoptosis")
    if apoptosis.is_large and not apoptosis.condition:
        outcome = f"It responds (apoptosis {apoptosis.words[0]}), and no cause of resistance was found"
        return Branch(pathway.title, steps, outcome, "nothing, this line responds.")
    open_steps = [step for step in steps if step.answer != YES]
    if open_steps:
        outcome = f"No cause of resistance was found, {len(open_steps)} of {len(steps)} questions are open"
        return Branch(pathway.title, steps, outcome, open_steps[0].remedy)
    return Branch(pathway.title, steps, "No cause of resistance was found", "None of this list is left to test.")


def _asked(tables: Tables, one: Pathway, mechanism: str) -> _Asked:
    """Return what a line answered: by its grade, else by what its node says."""
    question, _, experiment = QUESTIONS[mechanism]
    subject = Subject(one.cell_line, one.arm, one.compound)
    row = grade_row(tables, subject, mechanism)
    grade = GRADE_ANSWERS.get(words(row.get("grade")), "")
    node = one.node(NODES[mechanism]) if mechanism in NODES else Node(mechanism)
    if mechanism == "high_XIAP":
        node = with_abundance(Node("XIAP"), tables, subject)
    level = _node_answer(mechanism, node)
    answer, remedy = grade or level, "" if (grade or level) == YES else experiment
    said = ", ".join(node.words).replace(", (", " (")
    if not grade:
        return _Asked(mechanism, Step(question, answer, said, node.source, remedy))
    evidence = _sentence(row.get("evidence"))
    brief = said if level == grade and node.is_measured else evidence.partition(": ")[0]
    if remedy and (told := _sentence(row.get("next_experiment"))):
        remedy = told
    return _Asked(mechanism, Step(question, answer, evidence, "resistance", remedy, brief=brief))


def _node_answer(mechanism: str, node: Node) -> str:
    """Return what a level says, where no rule has graded it."""
    if not node.is_measured or node.condition:
        return NOT_TESTED
    states: Mapping[str, str] = {
        "cIAP1_not_lost": {DOWN: YES, UNCHANGED: NO, UP: NO},
        "cIAP2_rebound": {DOWN: YES, UP: NO},
        "high_XIAP": {UP: NO, UNCHANGED: YES, DOWN: YES},
        "no_TNF_loop": {UP: YES, UNCHANGED: NO, DOWN: NO},
    }.get(mechanism, {})
    if mechanism == "cIAP2_rebound" and node.verdict in FELL_AND_ROSE:
        return NO
    return states.get(node.state, NOT_RESOLVED)
