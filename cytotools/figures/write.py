"""Write every figure of a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cytotools.combination_drawings import drawn_combinations
from cytotools.diagrams.pathway import pathways
from cytotools.diagrams.troubleshooting import troubleshooting_path
from cytotools.figures.blots import blot_figures
from cytotools.figures.combinations import combination_figures
from cytotools.figures.diagrams import diagram_figures
from cytotools.figures.flow import flow_figures
from cytotools.figures.plates import plate_figures
from cytotools.figures.style import Saved, styled
from cytotools.plate_drawings import drawn_plates
from cytotools.study_agents import study_agents

if TYPE_CHECKING:
    from cytotools.results import Results


def write_figures(results: Results, folder: Path) -> list[Saved]:
    """Write all figures as SVG and PNG into `folder` and return what each shows, in the order of the report."""
    written: list[Saved] = []
    tables, agents = results.tables, study_agents(results.study)
    with styled():
        written += diagram_figures(pathways(tables, agents), troubleshooting_path(tables, agents), folder)
        if results.plate is not None and len(results.tables["quadrants"]):
            written += flow_figures(results.plate, results.tables["apoptosis"], folder, results.plate.findings)
        if results.images or results.refused_images:
            written += blot_figures(results, folder)
        if len(results.tables["wells"]):
            written += plate_figures(drawn_plates(results), folder)
        if results.combinations is not None:
            written += combination_figures(drawn_combinations(results.combinations), folder)
    return written
