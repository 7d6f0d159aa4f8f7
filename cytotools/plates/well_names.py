"""The wells of a plate by name: A1 to H12, P24 or AF48."""

from __future__ import annotations

import re


def well_place(well: str) -> tuple[int, int]:
    """Return the row and column of a well, both from 0.

    Examples
    --------
    >>> well_place("A1"), well_place("AF48")
    ((0, 0), (31, 47))
    """
    found = re.fullmatch(r"([A-Z]|A[A-F])([1-9]\d?)", well)
    if found is None:
        raise ValueError(well)
    letters = found.group(1)
    row = ord(letters[-1]) - ord("A") + (26 if len(letters) > 1 else 0)
    return row, int(found.group(2)) - 1


def well_name(row: int, column: int) -> str:
    """Return the name of the well at a row and column, both from 0.

    Examples
    --------
    >>> well_name(0, 0), well_name(31, 47)
    ('A1', 'AF48')
    """
    return f"{row_letters(row)}{column + 1}"


def row_letters(row: int) -> str:
    """Return the letters of a row from 0.

    Examples
    --------
    >>> row_letters(0), row_letters(31)
    ('A', 'AF')
    """
    return f"{'A' if row >= 26 else ''}{chr(ord('A') + row % 26)}"
