"""The wells of a study as the rooms of plates use them: every column there, plates told apart, groups of repeats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cytotools.conditions import CONDITIONS

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

COMPOUNDS = ("compound", "compound_2", "compound_3")
PLATE = ("assay", "plate", "batch")
CONTROL_ROLES = ("untreated", "vehicle")
CELL_ROLES = (*CONTROL_ROLES, "positive", "treated")
NOT_CONDITIONS = ("replicate", "technical", "batch", "well")
CONDITION = tuple(column.name for column in CONDITIONS if column.name not in NOT_CONDITIONS)
_TEXTS = ("assay", "plate", "role", "exclude", "said", *(c.name for c in CONDITIONS if c.empty == ""))
_NUMBERS = ("signal", "reference_signal", "dilution", "rows", "columns", *(c.name for c in CONDITIONS if c.empty != ""))


def prepared(wells: pd.DataFrame) -> pd.DataFrame:
    """Return the wells with every column, and what the rooms of plates need beside them.

    Parameters
    ----------
    wells : DataFrame
        One row a well and read. Columns: the condition columns, `assay`, `plate`, `role`, `exclude`, `signal`,
        `reference_signal`, `said`, `rows`, `columns`; absent ones count as empty.

    Returns
    -------
    DataFrame
        In the order given, index 0, 1, ... Beside the columns: `_net`, the signal less the reference wavelength where
        the plate has one (NaN where no number); `_usable`, a number that is not excluded; `_read`, which plate at
        which read time; `_group`, wells of one read that repeat one condition and replicate.

    Examples
    --------
    >>> import pandas as pd
    >>> wells = pd.DataFrame({"well": ["A1", "A2", "A3"], "role": ["blank", "treated", "treated"],
    ...                       "signal": [0.10, 0.62, 0.60], "reference_signal": [0.04, 0.05, 0.05]})
    >>> table = prepared(wells)
    >>> table["_net"].round(2).tolist(), table["_group"].tolist()
    ([0.06, 0.57, 0.55], [0, 1, 1])
    """
    import pandas as pd

    given = wells.reset_index(drop=True)
    blank = pd.Series(np.full(len(given), ""), dtype=object)
    columns: dict[str, Any] = {str(name): given[name] for name in given}
    columns |= {name: texts(given[name]) if name in given else blank for name in _TEXTS}
    columns |= {name: _numbers(given[name]) if name in given else np.full(len(given), np.nan) for name in _NUMBERS}
    net, lacks = _net(columns)
    reads = _numbered([*(columns[name] for name in PLATE), _hours_read(columns)])
    by = ["role", "dilution", "replicate", *CONDITION]
    columns |= {"_net": net, "_lacks_reference": lacks, "_usable": np.isfinite(net) & (columns["exclude"] == "")}
    columns |= {"_read": reads, "_group": _numbered([reads, *(columns[name] for name in by)])}
    return pd.DataFrame(columns)


def _net(columns: Mapping[str, Any]) -> tuple[FloatArray, BoolArray]:
    """Return the signals less the reference wavelength, and which wells lack it while others of their plate have it."""
    signal, reference = columns["signal"], columns["reference_signal"]
    plates = _numbered([columns[name] for name in PLATE])
    has_reference = np.isin(plates, plates[np.isfinite(reference)])
    net = np.where(has_reference, signal - reference, signal)
    return net, has_reference & np.isnan(reference) & np.isfinite(signal)


def _hours_read(columns: Mapping[str, Any]) -> FloatArray:
    """Return the hours of reads where a plate is read at several, so that its wells stand there again; else NaN."""
    hours: FloatArray = columns["hours"]
    seen: dict[tuple[object, ...], set[float]] = {}
    for *well, hour in zip(*(columns[name] for name in (*PLATE, "well")), hours.tolist(), strict=True):
        seen.setdefault(tuple(well), set()).add(hour)
    again = {well[:-1] for well, found in seen.items() if len(found) > 1}
    plates = zip(*(columns[name] for name in PLATE), strict=True)
    return np.where(np.array([plate in again for plate in plates], dtype=np.bool_), hours, np.nan)


def texts(column: pd.Series[str]) -> pd.Series[str]:
    """Return a column of text: empty cells are "", a number is written without needless decimals."""
    return column.map(lambda value: "" if value is None or value != value else _text(value)).astype(object)


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


def _numbers(column: pd.Series[float]) -> FloatArray:
    import pandas as pd

    return np.asarray(pd.to_numeric(column), dtype=np.float64)


def _numbered(columns: Sequence[Iterable[Any]]) -> NDArray[np.int64]:
    """Return a number for each row, alike where all columns are alike; empty numbers are alike too."""
    numbers: dict[tuple[object, ...], int] = {}
    alike = [[None if value != value else value for value in column] for column in columns]
    return np.array([numbers.setdefault(row, len(numbers)) for row in zip(*alike, strict=True)], dtype=np.int64)


def plate_words(row: pd.Series[str]) -> str:
    """Return a plate in words: its name, else the batch, else its assay."""
    return str(row["plate"] or row["batch"] or row["assay"] or "the plate")
