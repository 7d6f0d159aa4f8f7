"""The nouns of the pathway: what was measured of each protein, and what one does to another."""

from __future__ import annotations

from dataclasses import dataclass

from cytotools.number_words import count, listed
from cytotools.shown_table import ShownTable

UP, DOWN, UNCHANGED, NOT_RESOLVED, NOT_MEASURED = "up", "down", "unchanged", "not resolved", "not measured"
STATES = (UP, DOWN, UNCHANGED, NOT_RESOLVED, NOT_MEASURED)
SHOWN, BLOCKED, UNKNOWN = "shown", "blocked", "unknown"
MARKS = {UP: "↑", DOWN: "↓", UNCHANGED: "=", NOT_RESOLVED: "?", NOT_MEASURED: ""}
FELL_AND_ROSE = ("rebound", "overshoot")
GRADES = ("supported", "against", "not resolved")


@dataclass(frozen=True)
class Node:
    """A protein or a process of the pathway, as a study has measured it.

    Attributes
    ----------
    name : str
        As the field writes it, the key of the node.
    state : str
        One of `STATES`.
    words : tuple of str
        What was measured, in short lines, empty where nothing was.
    n : int
        Independent experiments, 0 where nothing was measured.
    source : str
        The table that holds the numbers.
    condition : str
        The treatment, where it is another than the one of the pathway.
    verdict : str
        The verdict of rebound.csv, or the grade of resistance.csv.
    cautions : tuple of str
        The codes that its numbers carry.
    is_large : bool
        Of apoptosis: whether the interval of its rise leaves out a small one.
    """

    name: str
    state: str = NOT_MEASURED
    words: tuple[str, ...] = ()
    n: int = 0
    source: str = ""
    condition: str = ""
    verdict: str = ""
    cautions: tuple[str, ...] = ()
    is_large: bool = False

    @property
    def mark(self) -> str:
        """Return the state as an arrow, for eyes that see no colour; a fall that was undone has both."""
        return "↓↑" if self.verdict in FELL_AND_ROSE else MARKS[self.state]

    @property
    def status(self) -> str:
        """Return the state in words; of a mechanism that an inhibitor has tested no level is known, but a grade."""
        return f"graded {self.verdict}" if self.verdict in GRADES else self.state

    @property
    def is_measured(self) -> bool:
        """Tell whether anything was measured."""
        return self.state != NOT_MEASURED

    @property
    def said(self) -> str:
        """Return everything about the node in one line."""
        if not self.is_measured:
            return NOT_MEASURED
        where = (self.condition,) if self.condition else ()
        doubts = f" (cautions: {listed(self.cautions)})" if self.cautions else ""
        return f"{self.status}: {', '.join((*self.words, *where))}, n = {count(self.n)}{doubts}".replace(", (", " (")


@dataclass(frozen=True)
class Edge:
    """What one node does to another.

    Attributes
    ----------
    start, end : str
        Names of nodes.
    kind : str
        activates, inhibits, degrades or induces.
    state : str
        shown (at work by what was measured), blocked (not at work) or unknown.
    """

    start: str
    end: str
    kind: str
    state: str

    @property
    def said(self) -> str:
        """Return the edge in words."""
        return f"{self.start} {self.kind} {self.end}"


@dataclass(frozen=True)
class Pathway:
    """The pathway of one cell line under one Smac mimetic.

    Attributes
    ----------
    line : str
        Cell line, with its arm where that says more.
    cell_line, arm, compound : str
        As the tables have them.
    treatment : str
        The Smac mimetic with its dose.
    reference : str
        What levels are compared with, such as `0 h`.
    nodes : tuple of Node
    edges : tuple of Edge
    """

    line: str
    cell_line: str
    arm: str
    compound: str
    treatment: str
    reference: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        """Return the node of that name."""
        return next(node for node in self.nodes if node.name == name)

    @property
    def title(self) -> str:
        """Return line and treatment."""
        return f"{self.line}, {self.treatment}" if self.line else self.treatment

    @property
    def words(self) -> str:
        """Return the whole picture in sentences, for who does not see it."""
        measured = [f"{node.name} {node.said}" for node in self.nodes if node.is_measured]
        missing = [node.name for node in self.nodes if not node.is_measured]
        parts = [f"{self.title}. {'; '.join(measured) or 'Nothing of the pathway was measured'}."]
        if missing:
            parts.append(f"Not measured: {listed(missing)}.")
        for state, heading in ((SHOWN, "At work by what was measured"), (BLOCKED, "Not at work")):
            edges = [edge.said for edge in self.edges if edge.state == state]
            if edges:
                parts.append(f"{heading}: {listed(edges)}.")
        return " ".join(parts)

    @property
    def table(self) -> ShownTable:
        """Return the nodes as rows."""
        rows = [
            [
                node.name,
                node.status,
                ", ".join(node.words),
                node.condition,
                count(node.n) if node.n else "",
                node.source,
            ]
            for node in self.nodes
        ]
        header = ["node", "state", "measured", "treatment where another", "n", "table"]
        return ShownTable(f"Pathway, {self.title}", header, rows, frozenset({2}))
