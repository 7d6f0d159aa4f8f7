"""The flow figures, in the order of the report: what the tubes say, why the cuts are where they are, each tube."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cytotools.figures.apoptosis_by_dose import apoptosis_by_dose
from cytotools.figures.artefacts import artefact_sheets
from cytotools.figures.control_pages import control_pages
from cytotools.figures.drawing import Drawing
from cytotools.figures.estimates import estimates_figure
from cytotools.figures.flow_sheets import quadrant_sheets
from cytotools.figures.fractions_by_condition import fractions_by_condition
from cytotools.figures.plate_maps import plate_maps
from cytotools.figures.tubes import shares_of, tubes_of

if TYPE_CHECKING:
    import pandas as pd

    from gating.artefacts.finding import Finding
    from gating.plate import Plate


def flow_figures(plate: Plate, apoptosis: pd.DataFrame, findings: Sequence[Finding] = ()) -> Iterator[Drawing]:
    """Yield the flow figures, those of the report first.

    Parameters
    ----------
    plate : Plate
        Gated with pictures.
    apoptosis : DataFrame
        apoptosis.csv.
    findings : sequence of Finding
        Of the artefact checks, raised or not; those raised are drawn.
    """
    tubes, shares = tubes_of(plate.table), shares_of(plate.table)
    drawn = tubes[tubes["file"].isin(plate.densities)]
    if len(apoptosis):
        yield from apoptosis_by_dose(tubes, apoptosis)
        yield fractions_by_condition(apoptosis)
    estimates = estimates_figure(tubes)
    if estimates is not None:
        yield estimates
    yield from plate_maps(plate.table, tubes)
    yield from artefact_sheets(findings)
    yield from control_pages(plate, drawn)
    yield from quadrant_sheets(plate, drawn, shares)
