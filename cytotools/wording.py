"""What the first page of the report says: the findings of every assay, one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cytotools.blot_answers import blot_answers
from cytotools.combination_answers import combination_answers
from cytotools.flow_answers import design_answers, flow_answers
from cytotools.plate_answers import plate_answers

if TYPE_CHECKING:
    from cytotools.results import Results


def answers(results: Results) -> list[str]:
    """Return the findings of a study, one sentence each, in the order of the report."""
    tables = results.tables
    of_plates = [*combination_answers(tables), *plate_answers(tables)]
    return [*flow_answers(tables), *design_answers(results), *blot_answers(results), *of_plates]
