"""Wells by name and place: A1 is the first row's first column, AF48 the last well of a 1536-well plate."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_ROWS, MAX_COLUMNS = 32, 48
PLATE_SHAPES = ((2, 3), (3, 4), (4, 6), (6, 8), (8, 12), (16, 24), (32, 48))
_WELL = re.compile(r"([A-Za-z]|[Aa][A-Fa-f])0*([1-9]\d?)", re.ASCII)


def row_letters(row: int) -> str:
    """Return the letters of a 0-based row.

    Examples
    --------
    >>> row_letters(0), row_letters(31)
    ('A', 'AF')
    """
    return chr(65 + row) if row < 26 else "A" + chr(65 + row - 26)


def row_index(letters: str) -> int | None:
    """Return the 0-based row of its letters, in either case; None where they are none.

    Examples
    --------
    >>> row_index("h"), row_index("AF"), row_index("AG")
    (7, 31, None)
    """
    upper = letters.strip().upper()
    if len(upper) == 1 and "A" <= upper <= "Z":
        return ord(upper) - 65
    if len(upper) == 2 and upper[0] == "A" and "A" <= upper[1] <= "F":
        return 26 + ord(upper[1]) - 65
    return None


def well_name(row: int, column: int) -> str:
    """Return the name of the well at a 0-based row and column.

    Examples
    --------
    >>> well_name(7, 11)
    'H12'
    """
    return f"{row_letters(row)}{column + 1}"


def well_place(name: str) -> tuple[int, int] | None:
    """Return the 0-based row and column of a well's name, A1 or A01; None where it is none.

    Examples
    --------
    >>> well_place("H12"), well_place("a01"), well_place("A49"), well_place("dose")
    ((7, 11), (0, 0), None, None)
    """
    found = _WELL.fullmatch(name.strip())
    row = row_index(found.group(1)) if found else None
    if found is None or row is None or int(found.group(2)) > MAX_COLUMNS:
        return None
    return row, int(found.group(2)) - 1


def plate_shape(wells: Iterable[tuple[int, int]], declared: int = 0) -> tuple[int, int]:
    """Return the rows and columns of the plate that holds these wells.

    A plate of fewer than 96 wells is taken only where it is read in full, or where the file declares it: a few wells
    in a corner are more often part of a 96-well plate.

    Parameters
    ----------
    wells : iterable of (row, column)
        0-based.
    declared : int
        The number of wells that the file gives for the plate, 0 for none.

    Examples
    --------
    >>> plate_shape([(0, 0), (7, 10)]), plate_shape([(0, 0), (8, 0)]), plate_shape([(0, 0), (3, 5)], declared=24)
    ((8, 12), (16, 24), (4, 6))
    """
    held = set(wells)
    rows, columns = 1 + max(row for row, _ in held), 1 + max(column for _, column in held)
    for shape in PLATE_SHAPES:
        is_given = shape[0] * shape[1] in (declared, len(held)) or shape >= (8, 12)
        if rows <= shape[0] and columns <= shape[1] and is_given and shape[0] * shape[1] >= declared:
            return shape
    return PLATE_SHAPES[-1]
