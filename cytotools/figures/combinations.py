"""The figures of combinations, in the order of the report: indices, dose matrices, schedules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cytotools.drawn_combinations import DrawnCombinations
from cytotools.figures.combined_index import index_figure
from cytotools.figures.dose_matrices import matrix_figure
from cytotools.figures.schedule_forest import schedule_figure
from cytotools.figures.style import Saved, save
from cytotools.labels import file_stem

SECTION = "combinations"


def combination_figures(drawn: DrawnCombinations, folder: Path) -> Iterator[Saved]:
    """Write the figures of combinations and yield what each shows.

    Parameters
    ----------
    drawn : DrawnCombinations
        What there is to draw; what is empty has no figure.
    folder : Path
        Where the figures go.
    """
    taken: list[str] = []

    def named(*parts: str) -> str:
        taken.append(file_stem(" ".join(parts).replace("µ", "u"), taken))
        return taken[-1]

    for index in drawn.indices:
        figure, title, caption = index_figure(index)
        saved = Saved(named("combination_index", *index.agents, index.name), title, caption, SECTION)
        yield save(figure, folder, saved, pdf=True)
    for matrix in drawn.matrices:
        figure, title, caption = matrix_figure(matrix)
        yield save(figure, folder, Saved(named("dose_matrix", *matrix.agents, matrix.name), title, caption, SECTION))
    for schedules in (one for one in drawn.schedules if len(one.rows)):
        figure, title, caption = schedule_figure(schedules)
        yield save(
            figure, folder, Saved(named("schedules", schedules.quantity, schedules.name), title, caption, SECTION)
        )
