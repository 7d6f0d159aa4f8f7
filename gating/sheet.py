"""The samples sheet as gating reads it: text where text is meant, and a batch for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gating.errors import GatingError

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("file", "role", "batch", "cell_line", "compound")


def read_sheet(samples: pd.DataFrame) -> pd.DataFrame:
    """Return the sheet with the columns that gating needs, as text, empty where nothing is said.

    Raises
    ------
    GatingError
        No row, no column `file` or `role`, or a file that stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> read_sheet(pd.DataFrame({"file": ["a.fcs"], "role": ["treated"], "replicate": [1.0]}))["batch"].tolist()
    ['1']
    """
    missing = [column for column in ("file", "role") if column not in samples.columns]
    if missing or not len(samples):
        raise GatingError(
            "the samples sheet",
            expected="one row a file with columns file and role",
            got=f"{len(samples)} rows, columns {', '.join(map(str, samples.columns))}",
            remedy="Add one row for each FCS file.",
        )
    sheet = samples.copy()
    if "batch" not in sheet.columns:
        sheet["batch"] = sheet["replicate"] if "replicate" in sheet.columns else ""
    for column in NEEDED:
        values = sheet[column] if column in sheet.columns else ""
        sheet[column] = values
        sheet[column] = sheet[column].map(_text)
    twice = sheet["file"][sheet["file"].duplicated()]
    if len(twice):
        raise GatingError(
            "the samples sheet",
            expected="each file once",
            got=f"{twice.iloc[0]} twice",
            remedy="Delete one of the rows.",
        )
    return sheet


def _text(value: object) -> str:
    """Return a cell as text: nothing for a missing one, `1` for 1.0."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
