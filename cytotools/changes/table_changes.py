"""Two versions of one table: which rows came and went, which cells changed, and how far an estimate moved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cytotools.conditions import CONDITION_COLUMNS

Row = Mapping[str, str]
Key = tuple[tuple[str, str], ...]

# What a row is about, beside its conditions; all other columns are what was found of it.
SUBJECTS = (
    "file", "membrane", "image", "lane", "target", "loading_control", "reference", "population", "role", "plate",
    "assay", "analyte", "sample", "quantity", "contrast", "scale", "channel", "transition", "source", "detector",
    "step", "check", "question", "against", "statistic", "effect", "where", "stage", "kind", "share_of", "level",
    "curve_dose", "ratio", "agent", "fit", "method", "exclusive", "affected", "quantile", "limit_factor", "mechanism",
    "severity", "place", "code", "unit", "section", "item",
)  # fmt: skip
# Columns whose name tells a subject in some tables and what was found in others.
FOUND_OF = {
    "abundance": {"ratio"},
    "compensation": {"method"},
    "end_points": {"hours"},
    "interference": {"kind", "share_of"},
    "position_effects": {"where"},
    "resistance": {"quantity", "source"},
}
# The fraction affected is what a row is about where an index was asked for at it, and found where doses were given.
ASKED_OR_FOUND = "affected"
VERDICTS = ("verdict", "grade", "agrees", "basis", "raised", "censored", "below_detection")
ESTIMATES = (
    "fraction", "mean", "estimate", "value", "rate_per_hour", "ratio", "fold_change", "log_ratio", "volume", "ic50",
    "dm", "response", "concentration", "fold", "threshold", "rebound_fold", "cleaved_fraction", "gr50", "kda", "share",
)  # fmt: skip


@dataclass(frozen=True)
class CellChange:
    """One cell that changed.

    `moved` is the change of an estimate in widths of its old 95 % interval, NaN for other cells.
    """

    row: str
    column: str
    old: str
    new: str
    moved: float = math.nan

    @property
    def is_verdict(self) -> bool:
        """Whether a word of judgement changed."""
        return self.column in VERDICTS

    @property
    def is_rounding(self) -> bool:
        """Whether the two numbers differ by no more than what other rounding makes of a fit.

        Examples
        --------
        >>> CellChange("", "value", "0.1", "0.10000000000000002").is_rounding
        True
        """
        old, new = _number(self.old), _number(self.new)
        return math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-300)


@dataclass(frozen=True)
class TableChange:
    """What changed in one table."""

    table: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    cells: tuple[CellChange, ...]
    new_columns: tuple[str, ...] = ()
    lost_columns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return any((self.added, self.removed, self.cells, self.new_columns, self.lost_columns))


def compare_tables(name: str, old: Sequence[Row], new: Sequence[Row]) -> TableChange:
    """Return what changed between two versions of a table.

    Parameters
    ----------
    name : str
        The table's.
    old, new : sequence of mapping of str to str
        Their rows, as text. Rows are matched by their conditions and by what they are about, in any order; rows that
        are alike in both are matched in turn.

    Examples
    --------
    >>> old = [{"file": "a.fcs", "population": "live", "fraction": "0.5", "low": "0.4", "high": "0.6"}]
    >>> [cell] = compare_tables("quadrants", old, [old[0] | {"fraction": "0.55"}]).cells
    >>> cell.row, cell.column, round(cell.moved, 3)
    ('a.fcs, live', 'fraction', 0.25)
    """
    before, after = _columns(old), _columns(new)
    about = [column for column in _subjects(name) if column in before and column in after]
    found, known = _by_key(new, about), _by_key(old, about)
    shared = [column for column in before if column in after and (column not in about or column == ASKED_OR_FOUND)]
    cells = [
        CellChange(_words(key), column, row[column], found[key][column], _moved(column, row, found[key]))
        for key, row in known.items()
        if key in found
        for column in shared
        if not _same(row[column], found[key][column])
    ]
    filled = bool(old and new)  # of a table without rows nobody can tell what columns it has
    return TableChange(
        name,
        tuple(_words(key) for key in found if key not in known),
        tuple(_words(key) for key in known if key not in found),
        tuple(cells),
        tuple(column for column in after if filled and column not in before),
        tuple(column for column in before if filled and column not in after),
    )


def _subjects(table: str) -> Iterable[str]:
    found = FOUND_OF.get(table, set())
    return [column for column in dict.fromkeys((*CONDITION_COLUMNS, *SUBJECTS)) if column not in found]


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(rows[0]) if rows else []


def _by_key(rows: Sequence[Row], about: Sequence[str]) -> dict[Key, Row]:
    """Return the rows by what they are about; rows about the same are numbered in the order of their cells."""
    alike: dict[Key, list[Row]] = {}
    for row in rows:
        alike.setdefault(_key(row, about), []).append(row)
    return {
        key if number == 1 else (*key, ("", f"row {number}")): row
        for key, own in alike.items()
        for number, row in enumerate(sorted(own, key=lambda row: tuple(row.values())), 1)
    }


def _key(row: Row, about: Sequence[str]) -> Key:
    told = [column for column in about if row[column] and not (column == ASKED_OR_FOUND and row.get("dose"))]
    return tuple((column, _plain(row[column])) for column in told)


def _plain(cell: str) -> str:
    """Return a number in one way of writing it, so that 24 and 24.0 are the same hour."""
    value = _number(cell)
    return f"{value:.15g}" if math.isfinite(value) else cell


def _words(key: Key) -> str:
    return ", ".join(cell for _, cell in key) or "its only row"


def _same(old: str, new: str) -> bool:
    if old == new:
        return True
    one, other = _number(old), _number(new)
    return one == other and not math.isnan(one)


def _moved(column: str, old: Row, new: Row) -> float:
    """Return by how many widths of its old interval an estimate moved."""
    if column not in ESTIMATES:
        return math.nan
    low, high = _number(old.get("low", "")), _number(old.get("high", ""))
    width = high - low
    step = abs(_number(new[column]) - _number(old[column]))
    return step / width if width > 0 and math.isfinite(width) else math.nan


def _number(cell: str) -> float:
    try:
        return math.nan if "_" in cell else float(cell)  # Python reads 1_1 as 11, and a sample may be named so
    except ValueError:
        return math.nan
