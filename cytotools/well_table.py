"""wells.csv: every well of every plate, its signal as read and its response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

WELL_COLUMNS = COLUMNS["wells"]


def well_table(responses: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return wells.csv.

    Parameters
    ----------
    responses : DataFrame
        Wells of cells, as `cytotools.plates.responses` returns them.
    others : DataFrame
        Wells of standard curves and their samples, which have no response.

    Returns
    -------
    DataFrame
        The condition columns, the layouts' further columns, then those of the contract; columns whose names begin with
        `_` are left out. Where positions were corrected, `signal` is as read and `position_effect` what was taken out.
    """
    import pandas as pd

    nothing = dict.fromkeys(("response", "low", "high"), float("nan")) | {"caution": ""}
    tables = [table for table in (responses, others.assign(**nothing)) if len(table)]
    wells = pd.concat(tables, ignore_index=True)
    named = [name for name in CONDITION_COLUMNS if name in wells and name not in WELL_COLUMNS]
    more = [name for name in wells if name not in (*named, *WELL_COLUMNS, "place") and not str(name).startswith("_")]
    return wells[[*named, *more, *WELL_COLUMNS]]
