"""The two diagrams of the domain, in their order: the pathway of each line, the troubleshooting path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cytotools.diagrams.nodes import Pathway
from cytotools.diagrams.steps import TroubleshootingPath
from cytotools.figures.pathway import pathway_figures
from cytotools.figures.style import Saved
from cytotools.figures.troubleshooting import troubleshooting_figures


def diagram_figures(pathways: Sequence[Pathway], path: TroubleshootingPath, folder: Path) -> list[Saved]:
    """Write the diagrams of a study and return what each shows; their captions say it in words.

    Parameters
    ----------
    pathways : sequence of Pathway
        From `cytotools.diagrams.pathway.pathways`; none where the study has no Smac mimetic.
    path : TroubleshootingPath
        From `cytotools.diagrams.troubleshooting.troubleshooting_path`; not drawn where nothing was measured.
    folder : Path
        Where the figures go.
    """
    is_asked = path.branches or len(path.steps) > 1
    return [*pathway_figures(pathways, folder), *(troubleshooting_figures(path, folder) if is_asked else [])]
