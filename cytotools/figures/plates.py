"""The figures of plates, in the order of the report: IC50s, dose curves, caspase, standards, then each plate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cytotools.figures.caspase_course import caspase_courses
from cytotools.figures.dose_curves import dose_curves
from cytotools.figures.drawing import Drawing
from cytotools.figures.ic50_forest import ic50_forests
from cytotools.figures.plate_heat_maps import plate_heat_maps
from cytotools.figures.standard_curves import standard_curves

if TYPE_CHECKING:
    from cytotools.drawn_plates import DrawnPlates


def plate_figures(drawn: DrawnPlates) -> Iterator[Drawing]:
    """Yield the figures of plates.

    Parameters
    ----------
    drawn : DrawnPlates
        What there is to draw; what is empty has no figure.
    """
    if drawn.dose_response is not None and len(drawn.dose_response):
        yield from ic50_forests(drawn.dose_response)
    yield from dose_curves(drawn.curves)
    if drawn.caspase is not None and len(drawn.caspase):
        yield from caspase_courses(drawn.caspase)
    yield from standard_curves(drawn.standards)
    yield from plate_heat_maps(drawn.wells, drawn.uneven)
