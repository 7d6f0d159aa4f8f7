"""Courses of caspase activity over hours or doses: where it peaks, and whether it falls because cells are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from cytotools.dunnett import adjusted
from cytotools.number_words import percent
from cytotools.plates.cautions import caution
from cytotools.plates.shared_errors import Estimate

FloatArray = NDArray[np.float64]
Condition = tuple[str | float | None, ...]
SIGNIFICANT = 0.05
LEAST_VIABLE = 0.1


@dataclass(frozen=True, eq=False)
class Cell:
    """The fold of one condition in each experiment, and the fraction of viable cells where it was read."""

    folds: Mapping[str, Estimate]
    viable: Mapping[str, Estimate]

    @property
    def paired(self) -> list[str]:
        """Return the experiments that hold both."""
        return [experiment for experiment in self.folds if experiment in self.viable]

    def per_viable(self, experiment: str) -> float:
        """Return the fold over the fraction of viable cells."""
        return self.folds[experiment].value / self.viable[experiment].value


@dataclass(frozen=True, eq=False)
class Course:
    """Conditions that differ in hours, or in dose, alone, in its order: `along` are those hours or doses."""

    along: tuple[float, ...]
    conditions: tuple[Condition, ...]
    cells: tuple[Cell, ...]

    def logs(self, per_viable: bool) -> FloatArray:
        """Return ln folds, (experiments that hold every level, levels); none where a fold is not above 0."""
        held = [e for e in self.cells[0].folds if all(e in (c.paired if per_viable else c.folds) for c in self.cells)]
        values = [[c.per_viable(e) if per_viable else c.folds[e].value for c in self.cells] for e in held]
        found = np.array(values, dtype=np.float64).reshape(-1, len(self.cells))
        return np.log(found[(found > 0).all(axis=1)])


def course_cautions(named: Sequence[str], cells: Mapping[Condition, Cell]) -> dict[Condition, list[str]]:
    """Return what courses say of their conditions: the peak over hours, and folds that fall as cells go.

    `named` are the columns that the conditions hold.
    """
    said: dict[Condition, list[str]] = {}
    for column in ("hours", "dose"):
        for course in courses_of(named, cells, column):
            if column == "hours" and len(course.along) > 2:
                at, words = peak_of(course.logs(per_viable=False), course.along)
                said.setdefault(course.conditions[at], []).append(caution("peak", words))
            for at, earlier in falls_with_cells(course):
                condition = dict(zip(named, course.conditions[at], strict=True))
                unit = "h" if column == "hours" else condition.get("dose_unit") or ""
                words = f"{f'lower than at {course.along[earlier]:g} {unit}'.strip()}, {_why(course.cells[at])}"
                said.setdefault(course.conditions[at], []).append(caution("cells_gone", words))
    return said


def _why(cell: Cell) -> str:
    viable = float(np.mean([cell.viable[e].value for e in cell.paired]))
    return f"viability {percent(viable, 0)}" if viable < LEAST_VIABLE else "per viable cell it is not"


def courses_of(named: Sequence[str], cells: Mapping[Condition, Cell], column: str) -> list[Course]:
    """Return the courses along a column, of two levels or more."""
    if column not in named:
        return []
    place = list(named).index(column)
    together: dict[Condition, list[tuple[float, Condition]]] = {}
    for condition in cells:
        level = condition[place]
        if level is not None:
            together.setdefault((*condition[:place], *condition[place + 1 :]), []).append((float(level), condition))
    found = []
    for levels in together.values():
        if len(levels) > 1:
            along, conditions = zip(*sorted(levels, key=lambda pair: pair[0]), strict=True)
            found.append(Course(along, conditions, tuple(cells[c] for c in conditions)))
    return found


def peak_of(logs: FloatArray, hours: Sequence[float]) -> tuple[int, str]:
    """Return the place of the highest mean, and in words which hours can't be told from it.

    Parameters
    ----------
    logs : ndarray, shape (n_experiments, n_hours)
        ln folds of experiments that hold every hour.
    hours : sequence of float

    Notes
    -----
    Multiple comparisons with the best on the error of the model experiment + hour: the set of the named hours and the
    peak holds the true peak in 95 % of cases or more (J. C. Hsu, Ann. Statist. 9:1026 (1981),
    doi:10.1214/aos/1176345582).

    Examples
    --------
    >>> peak_of(np.log([[1.0, 3.0, 2.9, 1.1], [1.1, 3.3, 3.4, 1.2], [0.9, 3.2, 3.0, 1.0]]), (6, 24, 48, 72))
    (1, 'highest of 4 hours, 48 h not told from it')
    """
    if not len(logs):
        return 0, "not told, no experiment holds every hour"
    means = logs.mean(axis=0)
    best = int(means.argmax())
    words = f"highest of {len(hours)} hours"
    if len(logs) < 2:
        return best, f"{words} in one experiment"
    near = [f"{hours[j]:g} h" for j in np.flatnonzero(near_the_best(logs, best)).tolist() if j != best]
    return best, f"{words}, {' and '.join(near)} not told from it" if near else f"{words}, the others are lower"


def near_the_best(logs: FloatArray, best: int) -> NDArray[np.bool_]:
    """Return which levels can't be told from the best one, itself included; see `peak_of` for the method.

    Parameters
    ----------
    logs : ndarray, shape (n_experiments, n_levels)
        Two experiments or more, each with every level.
    best : int
        The place of the highest mean.

    Examples
    --------
    >>> near_the_best(np.log([[1.0, 3.0, 2.9], [1.1, 3.3, 3.4], [0.9, 3.2, 3.0]]), 1).tolist()
    [False, True, True]
    """
    n, k = logs.shape
    variance, degrees = _left(logs)
    gaps = logs.mean(axis=0)[best] - logs.mean(axis=0)
    others = np.flatnonzero(np.arange(k) != best)
    near = np.ones(k, dtype=np.bool_)
    if variance > 0:
        correlation = np.full((k - 1, k - 1), 0.5) + 0.5 * np.eye(k - 1)
        # The best is above the others: half of the two-sided chance.
        near[others] = adjusted(gaps[others] / np.sqrt(2 * variance / n), correlation, degrees) / 2 >= SIGNIFICANT
    else:
        near[others] = gaps[others] <= 0
    return near


def _left(logs: FloatArray) -> tuple[float, int]:
    """Return the variance that the model experiment + level leaves, and its degrees of freedom."""
    n, k = logs.shape
    left = logs - logs.mean(axis=0) - logs.mean(axis=1, keepdims=True) + logs.mean()
    degrees = (n - 1) * (k - 1)
    return float(np.sum(left**2)) / degrees, degrees


def falls_with_cells(course: Course) -> list[tuple[int, int]]:
    """Return pairs (place, earlier place): the fold falls by more than scatter, per viable cell by less than half.

    The earlier place is that of the highest fold before. Where fewer than a tenth of the cells are viable a fall of the
    fold counts as theirs.
    """
    logs, per_viable = course.logs(per_viable=False), course.logs(per_viable=True)
    found = []
    for at in range(1, len(course.along)):
        if not len(logs):
            break
        earlier = int(logs.mean(axis=0)[:at].argmax())
        if _falls(course, logs, earlier, at) and _cells_explain(course, logs, per_viable, earlier, at):
            found.append((at, earlier))
    return found


def _falls(course: Course, logs: FloatArray, earlier: int, at: int) -> bool:
    """Tell whether the fold falls by more than scatter, the number of pairs of the course paid for."""
    fall = float(np.mean(logs[:, earlier] - logs[:, at]))
    if len(logs) > 1:
        variance, degrees = _left(logs)
        error = float(np.sqrt(2 * variance / len(logs)))
    else:
        one, other = (next(iter(course.cells[place].folds.values())) for place in (earlier, at))
        error = float(np.hypot(one.error / one.value, other.error / other.value))
        degrees = int(min(one.degrees, other.degrees))
    p_value = float(stdtr(degrees, -fall / error)) if error > 0 else float(fall <= 0)
    levels = len(course.along)
    return p_value * levels * (levels - 1) / 2 < SIGNIFICANT


def _cells_explain(course: Course, logs: FloatArray, per_viable: FloatArray, earlier: int, at: int) -> bool:
    viable = [[c.viable[e].value for e in c.paired] for c in (course.cells[earlier], course.cells[at])]
    if not all(viable):
        return False
    before, now = (float(np.mean(values)) for values in viable)
    if now < LEAST_VIABLE:
        return before > now
    if not len(per_viable):
        return False
    fall = float(np.mean(logs[:, earlier] - logs[:, at]))
    return float(np.mean(per_viable[:, earlier] - per_viable[:, at])) < fall / 2
