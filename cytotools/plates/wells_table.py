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
        the plate has one (NaN where no number); `_usable`, a number that is not excluded; `_batches`, all batches of
        the plate (see `plate_numbers`); `_read`, which plate at which read time; `_group`, wells of one read that
        repeat one condition and replicate.

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
    plates = plate_numbers(columns)
    net, lacks = _net(columns, plates)
    reads = _numbered([plates, _hours_read(columns, plates)])
    by = ["role", "dilution", "replicate", *CONDITION]
    columns |= {"_net": net, "_lacks_reference": lacks, "_usable": np.isfinite(net) & (columns["exclude"] == "")}
    columns |= {"_batches": _batches(columns["batch"], plates)}
    columns |= {"_read": reads, "_group": _numbered([reads, *(columns[name] for name in by)])}
    return pd.DataFrame(columns)


def plate_numbers(columns: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return which plate each row is of: rows alike in assay and plate name are of one.

    Parameters
    ----------
    columns : mapping
        `assay, plate, batch, well, hours`, each (n_rows,).

    Notes
    -----
    Wells of one plate may be of several batches: replicates side by side, with standards, blanks and controls that are
    of none. The batch tells plates apart where a well stands in several of them, as under one name used again, and
    where nothing else does: plates without a name whose rows all have a batch.

    Examples
    --------
    >>> table = {"assay": ["bca"] * 4, "plate": ["p"] * 4, "well": ["A1", "A2", "A3", "A4"], "hours": [24.0] * 4}
    >>> plate_numbers(table | {"batch": ["", "", "1", "2"]}).tolist()
    [0, 0, 0, 0]
    >>> plate_numbers(table | {"batch": ["1", "1", "2", "2"], "well": ["A1", "A2", "A1", "A2"]}).tolist()
    [0, 0, 1, 1]
    """
    names = list(zip(columns["assay"], columns["plate"], strict=True))
    owners: dict[tuple[object, ...], set[object]] = {}
    for name, well, hours, batch in zip(names, columns["well"], columns["hours"], columns["batch"], strict=True):
        owners.setdefault((name, well, None if hours != hours else hours), set()).add(batch)
    apart = {place[0] for place, batches in owners.items() if len(batches) > 1}
    unbatched = {name for name, batch in zip(names, columns["batch"], strict=True) if batch == ""}
    apart |= {name for name in names if name[1] == "" and name not in unbatched}
    told = [batch if name in apart else "" for name, batch in zip(names, columns["batch"], strict=True)]
    return _numbered([columns["assay"], columns["plate"], told])


def _batches(batches: Iterable[str], plates: NDArray[np.int64]) -> list[tuple[str, ...]]:
    """Return the batches of the plate of each row, in order of appearance; ("",) where none has a name."""
    found: dict[int, dict[str, None]] = {}
    for plate, batch in zip(plates.tolist(), batches, strict=True):
        found.setdefault(plate, {}).update({batch: None} if batch else {})
    named = {plate: tuple(of_plate) or ("",) for plate, of_plate in found.items()}
    return [named[plate] for plate in plates.tolist()]


def _net(columns: Mapping[str, Any], plates: NDArray[np.int64]) -> tuple[FloatArray, BoolArray]:
    """Return the signals less the reference wavelength, and which wells lack it while others of their plate have it."""
    signal, reference = columns["signal"], columns["reference_signal"]
    has_reference = np.isin(plates, plates[np.isfinite(reference)])
    net = np.where(has_reference, signal - reference, signal)
    return net, has_reference & np.isnan(reference) & np.isfinite(signal)


def _hours_read(columns: Mapping[str, Any], plates: NDArray[np.int64]) -> FloatArray:
    """Return the hours of reads where a plate is read at several, so that its wells stand there again; else NaN."""
    hours: FloatArray = columns["hours"]
    seen: dict[tuple[int, str], set[float]] = {}
    for plate, well, hour in zip(plates.tolist(), columns["well"], hours.tolist(), strict=True):
        seen.setdefault((plate, well), set()).add(hour)
    again = [plate for (plate, _), found in seen.items() if len(found) > 1]
    return np.where(np.isin(plates, again), hours, np.nan)


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
