"""What the vehicle does on its own: vehicle rows against untreated rows of the same line and hours."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from cytotools.experiments import grouped, key_of
from cytotools.labels import assay_label, condition_label
from cytotools.number_words import finite, percent, percent_points
from cytotools.tables import rows_of
from cytotools.verdicts.assay_effects import LEAST_SCALE
from cytotools.verdicts.experiment_values import experiment_values
from cytotools.verdicts.matched_conditions import CONDITIONS
from cytotools.verdicts.pooled_scatter import half_widths
from cytotools.verdicts.verdict_cautions import CAUTIONS, caution

if TYPE_CHECKING:
    import pandas as pd

LIMITS = {"flow": 0.05, "viability": 0.10, "mtt": 0.10}  # difference in fraction, share of the untreated signal lost


def vehicle_checks(values: pd.DataFrame, wells: pd.DataFrame | None = None) -> Iterator[dict[str, Any]]:
    """Yield a row of control_checks.csv for every vehicle that stands beside untreated cells.

    The effect of flow cytometry is the difference in the fraction of Annexin V positive cells, that of viability the
    ratio of the signals above the blank, less 1; both within experiments. The responses of wells.csv do not tell it,
    for each control there is the whole of its own kind. It fails where it is beyond its limit, and its interval beyond
    three quarters of it.
    """
    held = [row for row in rows_of(values) if finite(row["value"]) and row["quantity"] in ("total", "viability")]
    measured = rows_of(experiment_values({"wells": over_untreated(wells)})) if wells is not None else []
    for assay, rows in grouped(held, lambda row: str(row["assay"])).items():
        of_signals = [row for row in measured if row["assay"] == assay]
        controls = of_signals or rows
        tell = [row for row in rows if row["role"] == "treated"] if of_signals else rows
        scatter = [_residuals(own, assay) for own in grouped(tell, lambda row: (row["role"], _place(row))).values()]
        for own in grouped((r for r in controls if r["role"] == "vehicle"), _place).values():
            yield from _against_untreated(
                own, [r for r in controls if r["role"] == "untreated"], assay, scatter, bool(of_signals)
            )


def over_untreated(wells: pd.DataFrame) -> pd.DataFrame:
    """Return the untreated and vehicle wells, their response the signal above the blank over that of untreated wells.

    Wells of a plate without untreated cells of their line, or without signals, are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> roles = {"blank": 10.0, "untreated": 110.0, "vehicle": 80.0}
    >>> wells = pd.DataFrame([{"plate": "p", "role": role, "signal": signal, "compound": "", "response": 1.0}
    ...                       for role, signal in roles.items()])
    >>> over_untreated(wells)["response"].to_list()
    [1.0, 0.7]
    """
    if not {"signal", "plate"} <= set(wells.columns):
        return wells.iloc[:0]
    kept = [row for row in rows_of(wells) if finite(row["signal"]) and key_of(row.get("exclude")) is None]
    found = []
    for own in grouped(kept, lambda row: (row["plate"], row.get("file"))).values():
        blanks = [row["signal"] for row in own if row["role"] == "blank" and key_of(row.get("compound")) is None]
        blank = float(np.mean(blanks)) if blanks else 0.0
        for of_line in grouped((row for row in own if row["role"] in ("untreated", "vehicle")), _line).values():
            base = [row["signal"] - blank for row in of_line if row["role"] == "untreated"]
            if base and np.mean(base) > 0:
                found += [row | {"response": (row["signal"] - blank) / float(np.mean(base))} for row in of_line]
    return wells.iloc[:0] if not found else type(wells)(found)


def _against_untreated(
    vehicle: Sequence[Mapping[str, Any]],
    untreated: Sequence[Mapping[str, Any]],
    assay: str,
    scatter: list[Any],
    over_control: bool,
) -> Iterator[dict[str, Any]]:
    near = {row["replicate"]: row["value"] for row in untreated if _line(row) == _line(vehicle[0])}
    of_flow = assay == "flow"
    pairs = [(row["value"], near[row["replicate"]]) for row in vehicle if row["replicate"] in near]
    pairs = [pair for pair in pairs if of_flow or min(pair) > LEAST_SCALE]
    if not pairs:
        return
    shifts = np.array([one - other if of_flow else np.log(one / other) for one, other in pairs])
    both = 1.0 if over_control else np.sqrt(2)  # a ratio to a control holds the scatter of both already
    half = half_widths([shifts / both, *scatter])[0] * both
    base = float(np.mean([other for _, other in pairs]))
    limits = (float(shifts.mean()) + side * half for side in (0, -1, 1))
    value, low, high = (float(expit(base + x) - expit(base) if of_flow else np.expm1(x)) for x in limits)
    limit = LIMITS[assay]
    told = max(low, -high) > 0.75 * limit
    verdict = "failed" if told and abs(value) > limit else "passed" if -limit < low and high < limit else "not resolved"
    form = percent_points if of_flow else percent
    what = "Annexin V positive" if of_flow else "of the signal"
    words = (
        f"{form(value)} {what} ({form(low)} to {form(high)}) in {condition_label(vehicle[0])} against untreated cells"
    )
    row = {name: vehicle[0][name] for name in CONDITIONS} | {"assay": assay, "check": "vehicle_effect"}
    row |= {"verdict": verdict, "value": value, "low": low, "high": high, "limit": limit, "n": len(pairs)}
    said = caution("vehicle_effect", f"{assay_label(assay)}: {words}") if verdict == "failed" else ""
    yield row | {"remedy": "" if verdict == "passed" else CAUTIONS["vehicle_effect"][2], "caution": said}


def _residuals(rows: Sequence[Mapping[str, Any]], assay: str) -> Any:
    values = np.array([row["value"] for row in rows])
    return values if assay == "flow" else values / max(float(values.mean()), LEAST_SCALE)


def _place(row: Mapping[str, Any]) -> Hashable:
    return tuple(str(row[name]) for name in CONDITIONS)


def _line(row: Mapping[str, Any]) -> Hashable:
    return tuple(str(row.get(name)) for name in ("cell_line", "arm", "hours"))
