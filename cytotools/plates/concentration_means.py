"""Concentrations over independent experiments; those beyond the standards count as beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.doses.cautions import join
from cytotools.doses.experiments import ExperimentIc50, over_experiments

if TYPE_CHECKING:
    import pandas as pd

REPEATS = ("replicate", "technical", "batch", "well")


def mean_concentrations(concentrations: pd.DataFrame) -> pd.DataFrame:
    """Return the geometric mean of each sample over its experiments, with the t interval of its logarithm.

    Parameters
    ----------
    concentrations : DataFrame
        As `cytotools.plates.concentrations` returns it: a row a sample and experiment.

    Returns
    -------
    DataFrame
        The same columns, a row for each condition that two experiments or more have; `replicate` is empty, `n` counts
        them. The standards are those that all experiments had: the mean is empty below and above them, as in a row of
        one experiment.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"cell_line": "ECA109", "replicate": ["1", "2"], "assay": "elisa", "analyte": "TNF-alpha",
    ...                      "sample": ["ECA109, replicate 1", "ECA109, replicate 2"],
    ...                      "concentration": [40.0, 50.0], "unit": "pg/mL", "low": [38.0, 47.0],
    ...                      "high": [42.0, 53.0], "lowest_standard": 15.6, "highest_standard": 1000.0, "n": 1,
    ...                      "caution": ""})
    >>> mean_concentrations(rows)[["sample", "concentration", "n"]].round(1).to_dict("records")
    [{'sample': 'ECA109', 'concentration': 44.7, 'n': 2}]
    """
    import pandas as pd

    conditions = [name for name in CONDITION_COLUMNS if name in concentrations and name not in REPEATS]
    named = concentrations.assign(sample=[_without_replicate(row) for row in concentrations.to_dict("records")])
    by = ["sample", *conditions, "assay", "analyte", "unit"]
    rows = [
        _over(part.to_dict("records"), conditions)
        for _, part in named.groupby(by, sort=False, dropna=False)
        if len(part) > 1
    ]
    return pd.DataFrame(rows, columns=list(concentrations.columns)).astype({"n": "int64"})


def _over(rows: Sequence[dict[Any, Any]], conditions: Sequence[str]) -> dict[str, Any]:
    """Return the row over the experiments of one condition."""
    first = rows[0]
    lowest, highest = max(r["lowest_standard"] for r in rows), min(r["highest_standard"] for r in rows)
    over = over_experiments([_experiment(row, lowest, highest) for row in rows])
    found = {"concentration": over.ic50, "low": over.low, "high": over.high, "n": over.n}
    if all(row["low"] == 0 for row in rows):
        found |= {"concentration": np.nan, "low": 0.0, "high": max(row["high"] for row in rows)}
    elif all(row["high"] == np.inf for row in rows):
        found |= {"concentration": np.nan, "low": min(row["low"] for row in rows), "high": np.inf}
    head = {name: first[name] for name in ("sample", *conditions, "assay", "analyte", "unit")}
    said = [part for row in rows for part in str(row["caution"]).split("; ")]
    ends = {"lowest_standard": lowest, "highest_standard": highest}
    bare = dict.fromkeys(REPEATS, "")
    return bare | head | ends | found | {"caution": join(*said)}


def _without_replicate(row: dict[Any, Any]) -> str:
    return str(row["sample"]).removesuffix(f", replicate {row.get('replicate', '')}")


def _experiment(row: dict[Any, Any], lowest: float, highest: float) -> ExperimentIc50:
    return ExperimentIc50(row["concentration"], row["low"], row["high"], lowest, highest, str(row.get("replicate", "")))
