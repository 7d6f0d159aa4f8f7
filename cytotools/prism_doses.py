"""Dose responses as XY tables of Prism: a row a dose, a data set an experiment, its wells side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.labels import condition_label
from cytotools.prism_tables import PrismColumn, PrismTable, column

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
# What a table of Prism is about: the rest of a condition are doses and repeats.
TITLES = (
    "assay",
    "cell_line",
    "arm",
    "compound",
    "dose_unit",
    "compound_2",
    "dose_2",
    "dose_unit_2",
    "compound_3",
    "dose_3",
    "dose_unit_3",
    "schedule",
    "lead_hours",
    "hours",
)


class Points(NamedTuple):
    """One data set: doses and responses, both (n_wells,), and which of them are left out."""

    dose: ArrayLike
    response: ArrayLike
    excluded: ArrayLike = False


def dose_table(title: str, dose_title: str, curves: Mapping[str, Points]) -> PrismTable:
    """Return an XY table: X the doses of all curves in order, one data set a curve, its wells as replicates.

    Doses stand as they are, the control at 0: choose "[Inhibitor] vs. response" in Prism, which takes them without a
    logarithm.

    Examples
    --------
    >>> table = dose_table("MTT", "cisplatin (uM)", {"1": Points([0, 0, 5], [1.0, 0.9, 0.4])})
    >>> table.x.values.ravel().tolist(), table.columns[0].values.tolist()
    ([0.0, 5.0], [[1.0, 0.9], [0.4, nan]])
    """
    arrays = {name: _arrays(points) for name, points in curves.items()}
    doses = np.unique(np.concatenate([dose for dose, _, _ in arrays.values()]))
    most = max(int(np.unique(dose, return_counts=True)[1].max()) for dose, _, _ in arrays.values())
    columns = tuple(_replicates(name, doses, most, *found) for name, found in arrays.items())
    return PrismTable(title, "XY", "replicates", columns, column(dose_title, doses))


def dose_tables(wells: pd.DataFrame) -> list[PrismTable]:
    """Return the dose responses of a wells table, a table a condition with a data set an experiment (`replicate`).

    Parameters
    ----------
    wells : DataFrame
        One row a well with `dose`, `response`, and of the condition columns, `assay` and `exclude` those that there
        are; rows without a dose or a response are not part of a curve.

    Returns
    -------
    list of PrismTable
        In the order of the wells; wells with a text in `exclude` are struck out.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({"cell_line": "ECA109", "compound": "cisplatin", "replicate": [1, 1, 2]})
    >>> tables = dose_tables(wells.assign(dose=[0.0, 5.0, 5.0], dose_unit="uM", response=[1.0, 0.5, 0.4]))
    >>> tables[0].title, tables[0].x.title, [one.title for one in tables[0].columns]
    ('ECA109, cisplatin', 'cisplatin (uM)', ['replicate 1', 'replicate 2'])
    """
    known = wells[wells["dose"].notna() & wells["response"].notna()]
    by = [name for name in TITLES if name in known.columns]
    groups = [(group, group.iloc[0]) for _, group in known.groupby(by, sort=False, dropna=False)] if by else []
    return [dose_table(_title(first), _dose_title(first), _experiments(group)) for group, first in groups]


def _experiments(group: pd.DataFrame) -> dict[str, Points]:
    struck = group["exclude"].fillna("").ne("") if "exclude" in group else group["dose"].isna()
    names = (
        group["replicate"].map("replicate {}".format) if "replicate" in group else group["dose"].map(lambda _: "wells")
    )
    found = {}
    for name in names.drop_duplicates():
        rows = (names == name).to_numpy()
        found[str(name)] = Points(*(part.to_numpy()[rows] for part in (group["dose"], group["response"], struck)))
    return found


def _title(first: pd.Series) -> str:
    condition = {str(name): value for name, value in first.items() if name != "dose"}
    words = condition_label(condition)
    assay = str(condition.get("assay", "") or "")
    return f"{assay}: {words}" if assay else words


def _dose_title(first: pd.Series) -> str:
    compound, unit = (str(first.get(name, "") or "") for name in ("compound", "dose_unit"))
    return f"{compound or 'dose'} ({unit})" if unit else compound or "dose"


def _arrays(points: Points) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    dose = np.array(points.dose, dtype=np.float64)
    return (
        dose,
        np.array(points.response, dtype=np.float64),
        np.broadcast_to(np.array(points.excluded, bool), dose.shape),
    )


def _replicates(
    name: str, doses: FloatArray, most: int, dose: FloatArray, response: FloatArray, struck: NDArray[np.bool_]
) -> PrismColumn:
    values, excluded = np.full((len(doses), most), np.nan), np.zeros((len(doses), most), dtype=bool)
    for row, one in enumerate(doses):
        here = dose == one
        values[row, : here.sum()], excluded[row, : here.sum()] = response[here], struck[here]
    return PrismColumn(name, values, excluded)
