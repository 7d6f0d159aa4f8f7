"""Write every figure of a study."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cytotools.combination_drawings import drawn_combinations
from cytotools.diagrams.pathway import pathways
from cytotools.diagrams.troubleshooting import troubleshooting_path
from cytotools.figures.blots import blot_figures
from cytotools.figures.combinations import combination_figures
from cytotools.figures.diagrams import diagram_figures
from cytotools.figures.drawing import Drawing, write_drawing
from cytotools.figures.flow import flow_figures
from cytotools.figures.plates import plate_figures
from cytotools.figures.style import Saved
from cytotools.plate_drawings import drawn_plates
from cytotools.study_agents import study_agents

if TYPE_CHECKING:
    from cytotools.results import Results


def write_figures(results: Results, folder: Path, map: Callable[..., Iterable[Any]] = builtins.map) -> Iterable[Saved]:
    """Write all figures into `folder`, details as PNG alone, and return what each shows, in the order of the report.

    Parameters
    ----------
    results : Results
    folder : Path
    map : callable
        The seam for parallel work: the figures do not depend on one another.
    """
    # The last group has the figures that take longest: begun first, none keeps one process busy at the end alone.
    written = [map(partial(write_drawing, folder=folder), group) for group in reversed(_groups(results))]
    return chain.from_iterable(reversed(written))


def drawings(results: Results) -> Iterator[Drawing]:
    """Yield all figures of a study before they are drawn, in the order of the report."""
    yield from chain.from_iterable(_groups(results))


def _groups(results: Results) -> list[Iterator[Drawing]]:
    """Return the figures of each question, in the order of the report."""
    tables, agents = results.tables, study_agents(results.study)
    found = [diagram_figures(pathways(tables, agents), troubleshooting_path(tables, agents))]
    if results.plate is not None and len(tables["quadrants"]):
        found.append(flow_figures(results.plate, tables["apoptosis"], results.plate.findings))
    if results.images or results.refused_images:
        found.append(blot_figures(results))
    if len(tables["wells"]):
        found.append(plate_figures(drawn_plates(results)))
    if results.combinations is not None:
        found.append(combination_figures(drawn_combinations(results.combinations)))
    return found
