"""The pathway of Smac mimetics, a line at a time, with what this study has measured of it.

A Smac mimetic lets cIAP1 and cIAP2 be degraded and takes XIAP off the caspases; without cIAP1, NF-kB rises and makes
TNF-alpha, which kills through caspase-8, and cIAP2, which may come back and stop that. Which protein does what is
textbook knowledge (Varfolomeev and others 2007, doi:10.1016/j.cell.2007.10.030; Vince and others 2007,
doi:10.1016/j.cell.2007.10.037; on the return of cIAP2 Petersen and others 2010, doi:10.1073/pnas.1005667107);
what is up, down, at work or not is of this study alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from cytotools.diagrams.measured import measured_nodes, reference_of
from cytotools.diagrams.nodes import (
    BLOCKED,
    DOWN,
    FELL_AND_ROSE,
    NOT_MEASURED,
    SHOWN,
    UNCHANGED,
    UNKNOWN,
    UP,
    Edge,
    Node,
    Pathway,
)
from cytotools.diagrams.subjects import Agents, Subject, Tables, subjects

DRUG = "Smac mimetic"
PRESENT = (UP, UNCHANGED)
GRADES = {"supported": SHOWN, "against": BLOCKED}
EDGES = (
    (DRUG, "cIAP1", "degrades"),
    (DRUG, "cIAP2", "degrades"),
    (DRUG, "XIAP", "inhibits"),
    ("cIAP1", "NF-κB", "inhibits"),
    ("NF-κB", "cIAP2", "induces"),
    ("NF-κB", "TNF-α", "induces"),
    ("TNF-α", "NF-κB", "activates"),
    ("TNF-α", "caspase-3/7", "activates"),
    ("cIAP1", "caspase-3/7", "inhibits"),
    ("cIAP2", "caspase-3/7", "inhibits"),
    ("XIAP", "caspase-3/7", "inhibits"),
    ("PI3K/AKT", "caspase-3/7", "inhibits"),
    ("Bcl-2", "caspase-3/7", "inhibits"),
    ("caspase-3/7", "apoptosis", "activates"),
    ("caspase-3/7", "necroptosis", "inhibits"),
)


def pathways(tables: Tables, agents: Agents) -> list[Pathway]:
    """Return the pathway of every line of which something was measured under a Smac mimetic.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        All tables of a run; those without rows may have no condition columns.
    agents : callable
        From the name of a compound to its class, such as `smac_mimetic`.

    Returns
    -------
    list of Pathway
        In the order in which the lines appear; empty where the study has no Smac mimetic.

    Examples
    --------
    >>> import pandas as pd
    >>> from cytotools.tables import complete
    >>> course = pd.DataFrame(
    ...     {"cell_line": "HeLa", "compound": "birinapant", "dose": 1.0, "dose_unit": "uM", "target": "cIAP1",
    ...      "loading_control": "actin", "hours": [0.0, 24.0], "n": 3, "fold_change": [1.0, 0.1],
    ...      "low": [1.0, 0.08], "high": [1.0, 0.13], "caution": ""}
    ... )
    >>> (one,) = pathways(complete({"time_course": course}), {"birinapant": "smac_mimetic"}.get)
    >>> one.title, one.node("cIAP1").said
    ('HeLa, birinapant 1 µM', 'down: 0.10 × at 24 h (0.08 to 0.13), n = 3')
    """
    return [_pathway(tables, subject) for subject in subjects(tables, agents)]


def _pathway(tables: Tables, subject: Subject) -> Pathway:
    nodes = measured_nodes(tables, subject)
    whole = (Node(DRUG, NOT_MEASURED), *nodes)
    return Pathway(
        subject.line,
        subject.cell_line,
        subject.arm,
        subject.compound,
        subject.treatment,
        reference_of(tables, subject),
        nodes,
        tuple(Edge(*edge, _edge_state(edge, {node.name: node for node in whole})) for edge in EDGES),
    )


def _edge_state(edge: tuple[str, str, str], nodes: Mapping[str, Node]) -> str:
    """Return whether what one node does to another is at work, by what was measured of the two."""
    start, end, kind = nodes[edge[0]], nodes[edge[1]], edge[2]
    if kind == "degrades":
        return _degraded(end)
    if kind == "induces":
        return _induced(end)
    if edge[:2] == ("caspase-3/7", "necroptosis"):
        return BLOCKED if end.verdict == "supported" else UNKNOWN
    if start.name in ("cIAP1", "cIAP2"):
        return _brake(start)
    if kind == "activates":
        return _activated(start, end)
    if (
        start.name == "XIAP" and not start.condition
    ):  # the Smac mimetic binds it, so that an unchanged level says nothing
        return {UP: SHOWN, DOWN: BLOCKED}.get(start.state, UNKNOWN)
    return GRADES.get(start.verdict, UNKNOWN)


def _degraded(node: Node) -> str:
    """Return whether a protein was degraded: one that fell was, though it may have come back."""
    if node.condition:
        return UNKNOWN
    if node.state == DOWN or node.verdict in FELL_AND_ROSE:
        return SHOWN
    return BLOCKED if node.state in PRESENT else UNKNOWN


def _induced(node: Node) -> str:
    if node.condition:
        return UNKNOWN
    if node.state == UP or node.verdict in FELL_AND_ROSE:
        return SHOWN
    return BLOCKED if node.state in (UNCHANGED, DOWN) else UNKNOWN


def _brake(node: Node) -> str:
    """Return whether an inhibitor is at work: one that is there is, one that was lost is not."""
    if node.condition or (
        node.state == DOWN and node.verdict in FELL_AND_ROSE
    ):  # another treatment, or half of it back
        return UNKNOWN
    if node.state in PRESENT or node.verdict in FELL_AND_ROSE:
        return SHOWN
    return BLOCKED if node.state == DOWN else UNKNOWN


def _activated(start: Node, end: Node) -> str:
    """Return whether a cause is at work: not where it did not rise, and where it did, if its effect rose with it."""
    if start.state in (UNCHANGED, DOWN) and not start.condition:
        return BLOCKED
    if start.state == UP and start.condition == end.condition:
        return {UP: SHOWN, UNCHANGED: BLOCKED}.get(end.state, UNKNOWN)
    return UNKNOWN
