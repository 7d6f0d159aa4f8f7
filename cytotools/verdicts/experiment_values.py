"""What every assay of cells measured in each independent experiment, in one table on the scales that are tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.experiments import NOT_CONDITIONS, SAMPLE_ROLES, grouped, key_of, label, read_groups
from cytotools.fractions import Z_95
from cytotools.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

CONDITIONS = tuple(name for name in CONDITION_COLUMNS if name not in NOT_CONDITIONS)
VALUE_COLUMNS = ("replicate", "role", "assay", "quantity", "scale", "value", "error")
WELL_QUANTITIES = {"viability": "viability", "mtt": "viability", "caspase": "caspase"}
NUMBERS = ("dose", "dose_2", "dose_3", "lead_hours", "hours")


def experiment_values(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every quantity of every condition in each independent experiment.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a run; quadrants and wells are read. Rows with text in `exclude` are left out.

    Returns
    -------
    DataFrame
        The condition columns `cell_line` to `hours` ("" and NaN where empty), then `replicate` (else the batch),
        `role` (untreated, vehicle, treated), `assay` (flow, viability, mtt, caspase), `quantity`, `scale`, `value` and
        `error`, its standard error within the experiment. Of flow cytometry total, live, early_apoptotic,
        late_apoptotic and necrotic as the logit of the fraction; of caspase the ln of the fold over control; of
        viability the response itself (scale identity: 1 is the control, and noise may bring it below 0). Technical
        repeats and the wells of a condition are averaged before.

    Examples
    --------
    >>> import pandas as pd
    >>> well = {"role": "treated", "assay": "viability", "compound": "cisplatin", "low": 0.3, "high": 0.7}
    >>> wells = pd.DataFrame([well | {"replicate": r, "response": v} for r, v in (("1", 0.4), ("1", 0.6), ("2", 0.5))])
    >>> experiment_values({"wells": wells})[["replicate", "quantity", "scale", "value"]].to_dict("split")["data"]
    [['1', 'viability', 'identity', 0.5], ['2', 'viability', 'identity', 0.5]]
    """
    import pandas as pd

    rows = [*_of_tubes(tables.get("quadrants")), *_of_wells(tables.get("wells"))]
    return pd.DataFrame(rows, columns=[*CONDITIONS, *VALUE_COLUMNS])


def _of_tubes(quadrants: pd.DataFrame | None) -> Iterator[dict[str, Any]]:
    if quadrants is None or not len(quadrants):
        return
    for group in read_groups(quadrants, CONDITION_COLUMNS):
        place = _place(dict(group.condition)) | {"role": group.role}
        for name, fraction in zip(group.experiments, group.fractions, strict=True):
            said = {"assay": "flow", "quantity": group.population, "scale": "logit"}
            yield place | said | {"replicate": name, "value": fraction.logit, "error": fraction.logit_error}


def _of_wells(wells: pd.DataFrame | None) -> Iterator[dict[str, Any]]:
    if wells is None or not len(wells):
        return
    rows = [row for row in rows_of(wells) if row["assay"] in WELL_QUANTITIES and row["role"] in SAMPLE_ROLES]
    rows = [row for row in rows if key_of(row.get("exclude")) is None and np.isfinite(row["response"])]
    alike = grouped(rows, lambda row: (row["assay"], row["role"], _experiment(row), *map(key_of, _place(row).values())))
    for (assay, role, name, *_), own in alike.items():
        said = {"role": role, "assay": assay, "quantity": WELL_QUANTITIES[assay], "replicate": name}
        yield _place(own[0]) | said | _mean(own, "log" if assay == "caspase" else "identity")


def _experiment(row: Mapping[str, Any]) -> str:
    return label(row.get("replicate")) or label(row.get("batch")) or ""


def _mean(rows: list[dict[str, Any]], scale: str) -> dict[str, Any]:
    """Return the mean response of the wells of one condition; a fold at or below 0 has no logarithm and is NaN."""
    value = float(np.mean([row["response"] for row in rows]))
    halves = [(row["high"] - row["low"]) / (2 * Z_95) for row in rows]
    error = float(np.sqrt(np.mean(np.square(halves)) / len(rows)))
    if scale == "identity":
        return {"scale": scale, "value": value, "error": error}
    if value <= 0:
        return {"scale": scale, "value": float("nan"), "error": float("nan")}
    return {"scale": scale, "value": float(np.log(value)), "error": error / value}


def _place(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the condition of a row, "" and NaN where a column is empty or absent."""
    filled = {name: key_of(row[name]) if name in row else None for name in CONDITIONS}
    return {name: (float("nan") if name in NUMBERS else "") if v is None else v for name, v in filled.items()}
