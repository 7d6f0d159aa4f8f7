"""From the results of a study to what the figures of its plates are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from cytotools.drawn_plates import CurveLine, DrawnCurve, DrawnPlates, plate_key
from cytotools.ic50_words import curve_label, ic50_words
from cytotools.labels import condition_label, line_label
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.fitted_curves import FittedCurve, FittedGroup
    from cytotools.results import Results

FloatArray = NDArray[np.float64]
_STEPS = 96
_BEYOND = 1.5  # how far past the tested doses a curve is drawn


def drawn_plates(results: Results) -> DrawnPlates:
    """Return all that the figures of the plates show."""
    tables = results.tables
    overall = tables["dose_response"]
    overall = overall[(overall["level"] == "all") & (overall["kind"] == "relative")]
    rows = rows_of(overall)
    curves = [_curve(group, row) for group, row in zip(results.curves, rows, strict=True)]
    effects = rows_of(tables["position_effects"])
    uneven = frozenset(plate_key(row) for row in effects if "position_effect:" in str(row["caution"]))
    drawn = (tables["wells"], tuple(curves), results.standards, tables["caspase"], tables["dose_response"])
    return DrawnPlates(*drawn, uneven)


def _curve(found: FittedGroup, row: Mapping[str, Any]) -> DrawnCurve:
    group = found.group
    fitted = [curve for curve in found.curves if curve.fit is not None]
    doses = [dose for curve in found.curves for dose in curve.wells["dose"] if dose > 0]
    x = np.geomspace(min(doses) / _BEYOND, max(doses) * _BEYOND, _STEPS)
    lines = {curve.experiment: CurveLine(x, _values(curve, x)) for curve in fitted}
    slot = group.runs.removeprefix("compound") if group.runs != "ratio" else ""
    is_open = row["ic50"] != row["ic50"]
    return DrawnCurve(
        name=_name(group.condition),
        cell_line=str(group.condition.get("cell_line", "") or ""),
        compound=_agents(group.condition, group.runs, group.ratio),
        unit=str(group.condition.get(f"dose_unit{slot}", "") or ""),
        assay=group.assay,
        points=_points(found),
        overall=_overall(fitted, x),
        experiments=lines,
        ic50=row["ic50"],
        low=row["low"],
        high=row["high"],
        kind=row["kind"],
        open_text=ic50_words(row).partition(" (")[0] if is_open else "",
    )


def _name(condition: Mapping[str, Any]) -> str:
    """Return what tells a curve from the others of its treatment: its line, and the hours."""
    hours = condition.get("hours")
    parts = [line_label(condition), f"{hours:g} h" if isinstance(hours, float) and hours == hours else ""]
    return ", ".join(part for part in parts if part)


def _agents(condition: Mapping[str, Any], runs: str, ratio: str) -> str:
    words = curve_label({**condition, "cell_line": "", "arm": "", "hours": None, "curve_dose": runs, "ratio": ratio})
    return words or condition_label(condition)


def _points(found: FittedGroup) -> pd.DataFrame:
    import pandas as pd

    parts = [curve.wells.assign(replicate=curve.experiment, excluded="") for curve in found.curves]
    return pd.concat(parts, ignore_index=True)[["dose", "response", "replicate", "excluded", "outlier"]]


def _values(curve: FittedCurve, x: FloatArray) -> FloatArray:
    from cytotools.doses import curve_band

    assert curve.fit is not None
    values, _, _ = curve_band(curve.fit, x)
    return np.asarray(values)


def _overall(fitted: list[FittedCurve], x: FloatArray) -> CurveLine | None:
    """Return the mean of the experiments' curves with its t band, of one experiment its own curve and band."""
    from cytotools.doses import curve_band

    if not fitted:
        return None
    if len(fitted) == 1:
        assert fitted[0].fit is not None
        return CurveLine(x, *curve_band(fitted[0].fit, x))
    values = np.array([_values(curve, x) for curve in fitted])
    mean, n = values.mean(axis=0), len(values)
    reach = float(stdtrit(n - 1, 0.975)) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return CurveLine(x, mean, mean - reach, mean + reach)
