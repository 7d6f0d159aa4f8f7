"""The two diagrams of the domain, in their order: the pathway of each line, the troubleshooting path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cytotools.diagrams.nodes import Pathway
from cytotools.diagrams.steps import TroubleshootingPath
from cytotools.figures.drawing import Drawing
from cytotools.figures.pathway import pathway_figures
from cytotools.figures.troubleshooting import troubleshooting_figures


def diagram_figures(pathways: Sequence[Pathway], path: TroubleshootingPath) -> Iterator[Drawing]:
    """Yield the diagrams of a study; their captions say in words what they show.

    Parameters
    ----------
    pathways : sequence of Pathway
        From `cytotools.diagrams.pathway.pathways`; none where the study has no Smac mimetic.
    path : TroubleshootingPath
        From `cytotools.diagrams.troubleshooting.troubleshooting_path`; not drawn where nothing was measured.
    """
    yield from pathway_figures(pathways)
    if path.branches or len(path.steps) > 1:
        yield from troubleshooting_figures(path)
