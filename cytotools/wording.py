"""What the first page of the report says: the findings of every assay, one sentence each, question by question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cytotools.blot_answers import blot_answers
from cytotools.combination_answers import combination_answers
from cytotools.concordance_answers import concordance_answers
from cytotools.flow_answers import design_answers, flow_answers
from cytotools.plate_answers import plate_answers
from cytotools.resistance_answers import resistance_answers
from cytotools.study_agents import study_agents

if TYPE_CHECKING:
    from cytotools.results import Results


@dataclass(frozen=True)
class AnswerGroup:
    """The findings that answer one question."""

    title: str
    sentences: tuple[str, ...]


def answers(results: Results) -> list[AnswerGroup]:
    """Return the findings of a study, one sentence each, in the order of the report; no group is empty."""
    tables = results.tables
    groups: list[tuple[str, Iterable[str]]] = [
        ("Why does a line not respond?", resistance_answers(tables)),
        ("Do the methods agree?", concordance_answers(tables)),
        ("Annexin V", [*flow_answers(tables), *design_answers(results)]),
        ("Western blots", blot_answers(results)),
        ("Combinations", combination_answers(tables, study_agents(results.study))),
        ("Plates", plate_answers(tables)),
    ]
    found = [AnswerGroup(title, tuple(sentences)) for title, sentences in groups]
    return [group for group in found if group.sentences]
