"""From the wells of ELISA and BCA plates to the standard curves that are drawn, with their samples on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from cytotools.drawn_plates import CurveLine, DrawnStandards
from cytotools.labels import condition_label
from cytotools.plates.concentration_table import StandardPlate, standard_plates

if TYPE_CHECKING:
    import pandas as pd

_STEPS = 120


def drawn_standards(wells: pd.DataFrame) -> list[DrawnStandards]:
    """Return the standard curve of every plate that has one; `wells` has `analyte` beside the columns of a well."""
    return [_drawn(plate) for plate in standard_plates(wells) if plate.curve is not None]


def _drawn(plate: StandardPlate) -> DrawnStandards:
    import pandas as pd

    curve, first = plate.curve, plate.rows.iloc[0]
    assert curve is not None
    standards = plate.rows[plate.rows["role"] == "standard"]
    held = {"concentration": standards["dose"], "signal": standards["_net"], "excluded": standards["exclude"]}
    samples = [
        {"name": condition_label(dict(plate.rows.iloc[int(part.places[0])])), "signal": float(part.signals.mean())}
        | {name: getattr(found, at) for name, at in (("concentration", "value"), ("low", "low"), ("high", "high"))}
        for part in plate.samples
        if len(part.signals)
        for found in [curve.concentration_of(part.signals)]
    ]
    return DrawnStandards(
        name=str(first["plate"]),
        assay=str(first["assay"]),
        analyte="protein" if first["assay"] == "bca" else str(first.get("analyte", "") or ""),
        unit=plate.unit,
        standards=pd.DataFrame(held),
        fit=_line(plate),
        samples=pd.DataFrame(samples, columns=["name", "signal", "concentration", "low", "high"]),
        lowest=curve.lowest_standard,
        highest=curve.highest_standard,
        model=curve.shape.name,
    )


def _line(plate: StandardPlate) -> CurveLine:
    """Return the curve between the standards with its 95 % band."""
    curve = plate.curve
    assert curve is not None
    x = np.geomspace(curve.lowest_standard, curve.highest_standard, _STEPS)
    value, gradient = curve.shape.value(x), curve.shape.gradient(x)
    variance, _, degrees = curve.scatter
    error = np.sqrt(variance * np.einsum("xi,ij,xj->x", gradient, curve.spread, gradient))
    reach = float(stdtrit(degrees, 0.975)) * error
    return CurveLine(x, value, value - reach, value + reach)
