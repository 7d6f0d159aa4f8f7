"""The independent experiments of each condition: which files belong together, and the fractions that they give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cytotools.fractions import Fraction, averaged
from cytotools.labels import schedule_label
from cytotools.statistical_cautions import CAUTIONS as CAUTIONS
from cytotools.statistical_cautions import caution as caution
from cytotools.statistical_cautions import join as join

NOT_CONDITIONS = ("replicate", "technical", "batch", "well")
SAMPLE_ROLES = ("untreated", "vehicle", "treated")
COMPOUNDS = (
    ("compound", "dose", "dose_unit"),
    ("compound_2", "dose_2", "dose_unit_2"),
    ("compound_3", "dose_3", "dose_unit_3"),
)
PARTS = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
POPULATIONS = ("total", *PARTS)

Item = TypeVar("Item")


@dataclass(frozen=True)
class Group:
    """All experiments of one condition in one role: the fraction of one population in each.

    `condition` holds the condition columns as the table has them; `experiments` and `batches` name what each
    fraction belongs to, in the same order as `fractions`; so do `cells_per_ul`, whole single cells, NaN
    where the sheet gives no `events_per_ul`.
    """

    role: str
    condition: tuple[tuple[str, Any], ...]
    population: str
    experiments: tuple[str, ...]
    batches: tuple[str, ...]
    fractions: tuple[Fraction, ...]
    cautions: tuple[str, ...]
    cells_per_ul: tuple[float, ...] = ()

    def value(self, column: str) -> Any:
        """Return the value of a condition column, None where it is empty or absent."""
        return _filled(dict(self.condition).get(column))

    @property
    def line(self) -> tuple[Any, Any]:
        """Return cell line and arm."""
        return self.value("cell_line"), self.value("arm")

    @property
    def line_name(self) -> str:
        """Return cell line and arm in words."""
        line, arm = map(label, self.line)
        return line if not arm or arm.casefold() in line.casefold() else f"{line} {arm}".strip()

    @property
    def agents(self) -> tuple[str, ...]:
        """Return the agents with their doses, such as `cisplatin 5 ug/mL`; dose 0 is none."""
        rows = [[self.value(column) for column in columns] for columns in COMPOUNDS]
        return tuple(" ".join(filter(None, map(label, row))) for row in rows if row[0] is not None and row[1] != 0)

    @property
    def treatment(self) -> str:
        """Return the treatment in words, such as `cisplatin 5 ug/mL + Smac-N7 25 uM`."""
        parts = [[label(self.value(column)) for column in columns] for columns in COMPOUNDS]
        words = " + ".join(" ".join(filter(None, part)) for part in parts if part[0]) or self.role
        schedule = schedule_label(dict(self.condition))
        return f"{words} ({schedule})" if schedule else words

    @property
    def compounds(self) -> tuple[str, ...]:
        """Return the names of the compounds."""
        return tuple(str(name) for column, _, _ in COMPOUNDS if (name := self.value(column)) is not None)


def read_groups(quadrants: pd.DataFrame, by: Sequence[str]) -> list[Group]:
    """Return every condition of samples, population by population, conditions in order of appearance."""
    named = condition_columns(quadrants, by)
    rows = [row for row in quadrants.to_dict("records") if _filled(row.get("exclude")) is None]
    rows = [row for row in rows if row["role"] in SAMPLE_ROLES]
    files = grouped(rows, lambda row: row["file"])
    conditions = grouped(files.values(), lambda file: (file[0]["role"], *(key_of(file[0].get(c)) for c in named)))
    return [
        group
        for part in conditions.values()
        for population in POPULATIONS
        if (group := _group(part, population, named)) is not None
    ]


def _group(files: list[list[dict[Hashable, Any]]], population: str, named: Sequence[str]) -> Group | None:
    """Return one condition's experiments, technical repeats averaged; None where no file gave a fraction."""
    first = files[0][0]
    experiments = grouped(files, lambda file: _experiment(file[0]))
    fractions, batches, names, cautions, cells = [], [], [], [], []
    for name, repeats in experiments.items():
        found = [fraction for file in repeats if (fraction := _fraction(file, population)) is not None]
        cautions += _on_repeats(name, repeats, len(found))
        if found:
            fractions.append(averaged(found))
            names.append(name)
            cells.append(float(np.mean([_cells_per_ul(file[0]) for file in repeats])))
            batches.append(str(label(repeats[0][0].get("batch")) or name))
    if not fractions:
        return None
    condition = tuple((column, first[column]) for column in named)
    role = str(first["role"])
    order = tuple(names), tuple(batches), tuple(fractions)
    return Group(role, condition, population, *order, tuple(cautions), tuple(cells))


def _cells_per_ul(row: Mapping[Hashable, Any]) -> float:
    """Return whole single cells per microlitre: the events per microlitre that are such cells."""
    per_ul, parent, events = (_number(row.get(name)) for name in ("events_per_ul", "parent_events", "file_events"))
    return per_ul * parent / events if per_ul > 0 and parent > 0 and events > 0 else float("nan")


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _fraction(file: list[dict[Hashable, Any]], population: str) -> Fraction | None:
    """Return a file's fraction of a population; the limits of the total are the sums of its parts' limits."""
    wanted = ("early_apoptotic", "late_apoptotic") if population == "total" else (population,)
    rows = [row for row in file if row["population"] in wanted]
    value, low, high = (float(sum(row[column] for row in rows)) for column in ("fraction", "low", "high"))
    if len(rows) != len(wanted) or not np.isfinite(value):
        return None
    return Fraction(value, max(low, 0.0), min(high, 1.0), float(rows[0]["parent_events"]))


def _experiment(row: Mapping[Hashable, Any]) -> str:
    return label(row.get("replicate")) or label(row.get("batch")) or ""


def label(value: Any) -> str:
    """Return a cell as the name of an experiment: a number without needless decimals, "" where empty."""
    filled = _filled(value)
    return f"{filled:g}" if isinstance(filled, float) else "" if filled is None else str(filled)


def _on_repeats(experiment: str, repeats: list[list[dict[Hashable, Any]]], usable: int) -> list[str]:
    cautions = []
    if usable < len(repeats):
        cautions.append(caution("fraction_missing", f"{len(repeats) - usable} of {len(repeats)} files"))
    marks = {label(file[0].get("technical")) or label(file[0].get("well")) for file in repeats}
    if not experiment and len(repeats) > 1:
        cautions.append(caution("unnumbered_files", f"{len(repeats)} files are averaged"))
    elif len(marks) < len(repeats):
        cautions.append(caution("unnumbered_repeats", f"{len(repeats)} files of replicate {experiment} are averaged"))
    return cautions


def condition_columns(table: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """Return the columns of the table that make a condition."""
    return [column for column in by if column in table and column not in NOT_CONDITIONS]


def _filled(value: Any) -> Any:
    """Return the value of a cell, None where it is empty."""
    if isinstance(value, str):
        return value.strip() or None
    return None if pd.isna(value) else value


def key_of(value: Any) -> Hashable:
    """Return what tells conditions apart: empty cells are alike."""
    filled: Hashable = _filled(value)
    return filled


def grouped(items: Iterable[Item], key: Callable[[Item], Any]) -> dict[Any, list[Item]]:
    """Return the items by key, keys in order of appearance."""
    groups: defaultdict[Any, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)


def place(group: Group) -> tuple[Hashable, ...]:
    """Return what tells the rows of a table apart: condition and population, not the role."""
    return tuple(key_of(value) for _, value in group.condition), group.population
