"""What the flow figures draw of each tube: one row a tube with its fractions, counted and estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CONTROL_ROLES = ("unstained", "annexin_only", "dye_only", "positive")
APOPTOTIC = ("early_apoptotic", "late_apoptotic")


def tubes_of(quadrants: pd.DataFrame) -> pd.DataFrame:
    """Return one row a file, by file, in the order of the sheet.

    Parameters
    ----------
    quadrants : DataFrame
        quadrants.csv.

    Returns
    -------
    DataFrame
        The columns of the sheet, `parent_events, caution` and total apoptosis (early + late): `counted_total, total,
        low, high`. `total` is NaN where one of the two is not resolved. Its interval is the sum of their limits,
        which holds at least 95 % since errors of the two never add up to more.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"file": "a", "population": ["early_apoptotic", "late_apoptotic"], "counted_fraction": 0.2}
    >>> rows |= {"fraction": [0.2, 0.1], "low": 0.05, "high": 0.3, "parent_events": 900, "caution": ""}
    >>> tubes_of(pd.DataFrame(rows))[["counted_total", "total", "low", "high"]].round(2).loc["a"].tolist()
    [0.4, 0.3, 0.1, 0.6]
    """
    tubes = quadrants.drop_duplicates("file").set_index("file", drop=False)
    parts = quadrants[quadrants["population"].isin(APOPTOTIC)].groupby("file")
    total = {
        "counted_total": parts["counted_fraction"].sum(min_count=2),
        "total": parts["fraction"].sum(min_count=2),
        "low": parts["low"].sum(min_count=2),
        "high": parts["high"].sum(min_count=2).clip(upper=1.0),
    }
    return tubes.assign(**{name: column.reindex(tubes.index).astype(np.float64) for name, column in total.items()})


def shares_of(quadrants: pd.DataFrame, column: str = "counted_fraction") -> dict[str, dict[str, float]]:
    """Return the fraction of each population in each file.

    Examples
    --------
    >>> import pandas as pd
    >>> shares_of(pd.DataFrame({"file": "a", "population": ["live", "necrotic"], "counted_fraction": [0.9, 0.1]}))
    {'a': {'live': 0.9, 'necrotic': 0.1}}
    """
    found: dict[str, dict[str, float]] = {}
    for file, population, share in zip(quadrants["file"], quadrants["population"], quadrants[column], strict=True):
        found.setdefault(str(file), {})[str(population)] = float(share)
    return found
