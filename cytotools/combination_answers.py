"""The findings of combinations and schedules in words, each with its interval, n and verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from cytotools.index_answers import index_answers
from cytotools.matrix_answers import matrix_answers
from cytotools.potentiation_answers import potentiation_answers
from cytotools.schedule_answers import schedule_answers

if TYPE_CHECKING:
    import pandas as pd


def combination_answers(tables: Mapping[str, pd.DataFrame], agents: Callable[[str], str]) -> Iterator[str]:
    """Yield the findings of combinations, in the order of the report.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        Of a run: `combination`, `comparisons` and `wells` are read.
    agents : callable
        Class of an agent by its name, such as `cytotools.verdicts.agent_classes.agent_class`.
    """
    yield from index_answers(tables["combination"])
    yield from matrix_answers(tables["combination"], agents)
    yield from potentiation_answers(tables["combination"], tables["wells"])
    yield from schedule_answers(tables["comparisons"])
