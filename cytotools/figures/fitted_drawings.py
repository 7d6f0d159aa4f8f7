"""From fitted curves to what is drawn of them: wells, a curve an experiment, and their mean with its band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cytotools.drawn_plates import CurveLine, DrawnCurve
from cytotools.ic50_words import unit_of
from cytotools.labels import condition_label
from cytotools.number_words import finite, fold
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from cytotools.doses.dose_response import DoseResponse
    from cytotools.fitted_curves import FittedGroup

FloatArray = NDArray[np.float64]
STEPS = 120
FEWEST_FOR_BAND = 3  # experiments: between two the interval of their mean fills the picture


def drawn_curves(
    groups: Sequence[FittedGroup], dose_response: pd.DataFrame, kind: str = "relative"
) -> tuple[DrawnCurve, ...]:
    """Return what the figures draw of fitted curves.

    Parameters
    ----------
    groups : sequence of FittedGroup
    dose_response : DataFrame
        dose_response.csv of the same groups, in their order.
    kind : {"relative", "absolute"}
        Which IC50 is shown.

    Returns
    -------
    tuple of DrawnCurve
        The overall curve is the pointwise mean of the experiments' curves; its band is the 95 % t interval of that
        mean, where there are three experiments or more.
    """
    rows = rows_of(dose_response[(dose_response["level"] == "all") & (dose_response["kind"] == kind)])
    several_hours = len({row.get("hours") for row in rows if finite(row.get("hours"))}) > 1
    pairs = zip(groups, rows, strict=True)
    return tuple(_drawn(group, row, several_hours=several_hours) for group, row in pairs)


def _drawn(group: FittedGroup, row: Mapping[str, Any], *, several_hours: bool) -> DrawnCurve:
    import pandas as pd

    points = pd.concat([curve.wells.assign(replicate=curve.experiment) for curve in group.curves], ignore_index=True)
    fits = {curve.experiment: curve.fit for curve in group.curves if curve.fit is not None}
    doses = points.loc[points["dose"] > 0, "dose"]
    x = np.geomspace(doses.min(), doses.max(), STEPS)
    lines = {name: CurveLine(x, _heights(fit, x)) for name, fit in fits.items()}
    return DrawnCurve(
        name=_name(row, several_hours=several_hours),
        cell_line=str(row.get("cell_line", "")),
        compound=_agent(row),
        unit=unit_of(row),
        assay=str(row["assay"]),
        points=points.assign(excluded=""),
        overall=_mean(x, [line.y for line in lines.values()]),
        experiments=lines,
        ic50=float(row["ic50"]),
        low=float(row["low"]),
        high=float(row["high"]),
        kind=str(row["kind"]),
        open_text=_open(row),
    )


def _heights(fit: DoseResponse, x: FloatArray) -> FloatArray:
    from cytotools.doses.sigmoid import response_at

    return response_at(x, fit.bottom, fit.top, fit.ic50, fit.hill_slope, fit.asymmetry)


def _mean(x: FloatArray, heights: Sequence[FloatArray]) -> CurveLine | None:
    if not heights:
        return None
    n, mean = len(heights), np.mean(heights, axis=0)
    if n < FEWEST_FOR_BAND:
        return CurveLine(x, mean)
    from scipy.special import stdtrit

    reach = float(stdtrit(n - 1, 0.975)) * np.std(heights, axis=0, ddof=1) / np.sqrt(n)
    return CurveLine(x, mean, mean - reach, mean + reach)


def _running(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the endings of the columns of the agents whose dose runs."""
    return ("", "_2", "_3") if row["curve_dose"] == "ratio" else (str(row["curve_dose"]).removeprefix("compound"),)


def _agent(row: Mapping[str, Any]) -> str:
    names = [str(row.get(f"compound{slot}", "") or "") for slot in _running(row)]
    ratio = f" ({row['ratio']})" if row.get("ratio") else ""
    return " + ".join(name for name in names if name) + ratio


def _name(row: Mapping[str, Any], *, several_hours: bool) -> str:
    """Return the line, the agents that are held, and the hours where curves differ in them."""
    bare = {f"{part}{slot}": "" for slot in _running(row) for part in ("compound", "dose", "dose_unit")}
    columns = ("cell_line", "arm", "hours") if several_hours else ("cell_line", "arm")
    words = condition_label({**row, **bare, "role": " "}, columns)
    return ", ".join(part.strip() for part in words.split(", ") if part.strip()) or "all"


def _open(row: Mapping[str, Any]) -> str:
    """Return what stands for an IC50 that is open."""
    if finite(row["ic50"]):
        return ""
    if row["high"] == np.inf and finite(row["dose_max"]):
        return f"> {fold(row['dose_max'])} {unit_of(row)}".strip()
    if row["low"] == 0 and finite(row["high"]):
        return f"< {fold(row['dose_min'])} {unit_of(row)}".strip()
    return ""
