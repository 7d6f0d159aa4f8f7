"""The text of a drafted sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence


def sheet_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    r"""Return a sheet as CSV; cells that no row fills are empty, and what has no column is left out.

    Examples
    --------
    >>> sheet_text(("well", "role"), [{"well": "A1"}])
    'well,role\nA1,\n'
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
