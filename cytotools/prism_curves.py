"""The dose-response curves of a study as tables of Prism, a table a curve with a data set an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cytotools.ic50_words import curve_label, unit_of
from cytotools.prism_doses import Points, dose_table
from cytotools.prism_tables import PrismTable

if TYPE_CHECKING:
    from cytotools.fitted_curves import FittedGroup


def prism_curves(groups: Sequence[FittedGroup]) -> list[PrismTable]:
    """Return a table a curve: X the dose (0 for the control), a data set an experiment with its wells side by side."""
    return [_table(found) for found in groups]


def _table(found: FittedGroup) -> PrismTable:
    group = found.group
    row = dict(group.condition) | {"curve_dose": group.runs, "ratio": group.ratio}
    curves = {
        f"replicate {curve.experiment}".strip(): Points(curve.wells["dose"], curve.wells["response"])
        for curve in found.curves
    }
    return dose_table(f"{group.assay}: {curve_label(row)}", f"dose ({unit_of(row)})", curves)
