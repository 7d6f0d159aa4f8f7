"""The figures of combinations, in the order of the report: indices, dose matrices, schedules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cytotools.drawn_combinations import DrawnCombinations
from cytotools.figures.combined_index import index_figure, index_words
from cytotools.figures.dose_matrices import matrix_figure, matrix_words
from cytotools.figures.drawing import Drawing
from cytotools.figures.schedule_forest import schedule_figure, schedule_words
from cytotools.figures.style import Saved
from cytotools.labels import file_stem

SECTION = "combinations"


def combination_figures(drawn: DrawnCombinations) -> Iterator[Drawing]:
    """Yield the figures of combinations.

    Parameters
    ----------
    drawn : DrawnCombinations
        What there is to draw; what is empty has no figure.
    """
    taken: list[str] = []

    def named(*parts: str) -> str:
        taken.append(file_stem(" ".join(parts).replace("µ", "u"), taken))
        return taken[-1]

    for index in drawn.indices:
        saved = Saved(named("combination_index", *index.agents, index.name), *index_words(index), SECTION)
        yield Drawing(saved, partial(index_figure, index))
    for matrix in drawn.matrices:
        saved = Saved(named("dose_matrix", *matrix.agents, matrix.name), *matrix_words(matrix), SECTION)
        yield Drawing(saved, partial(matrix_figure, matrix))
    for schedules in (one for one in drawn.schedules if len(one.rows)):
        saved = Saved(named("schedules", schedules.quantity, schedules.name), *schedule_words(schedules), SECTION)
        yield Drawing(saved, partial(schedule_figure, schedules))
