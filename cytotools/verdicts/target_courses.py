"""Targets of blots over the hours of a Smac mimetic: levels over the start, and limits on pooled scatter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from blots.target_names import plain
from cytotools.number_words import finite
from cytotools.verdicts.evidence import NAN
from cytotools.verdicts.treatments import Agent, Line, TableRows, agents_of, line_of

SHARED = 0.25  # correlation of squares that share half of their variance: a start, or the loading control of a lane


@dataclass(frozen=True)
class Level:
    """A fold over the start at one hour: ln of it, the standard error that its own interval gives, and n."""

    hours: float
    log_fold: float
    error: float
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class Scatter:
    """The variance of one ln fold between experiments, and its degrees of freedom: 0 where nothing tells it."""

    variance: float
    degrees: float


@dataclass(frozen=True)
class Course:
    """One target under the Smac mimetic over the hours: the verdict of rebound.csv and the later levels.

    Attributes
    ----------
    own, pooled : Scatter
        Of this target over its hours, and of all targets of the treatment. Three blots of one target tell little of
        its scatter, so both are used: the pooled one, and the target's own with degrees of freedom half-way between
        its own and the pooled one's. The wider limits count, as in `cytotools.doses.block_model`.
    """

    target: str
    agents: frozenset[Agent]
    verdict: Mapping[str, Any]
    levels: tuple[Level, ...]
    own: Scatter
    pooled: Scatter

    @property
    def n(self) -> int:
        """Independent experiments behind the verdict."""
        return int(self.verdict["n"])

    def at(self, level: Level) -> tuple[float, float, float]:
        """Return the fold at one hour and its limits; of one experiment those of its measurement."""
        if not self.own.degrees or level.n < 2:
            return float(np.exp(level.log_fold)), level.low, level.high
        own = Scatter(level.n * level.error**2, level.n - 1.0) if np.isfinite(level.error) else self.own
        return self._limits(level.log_fold, own, 1 / level.n)

    def mean(self) -> tuple[float, float, float]:
        """Return the geometric mean fold of all later hours and its limits: the start is shared by all of them."""
        centre = float(np.mean([level.log_fold for level in self.levels]))
        if not self.own.degrees:
            return float(np.exp(centre)), NAN, NAN
        share = (1 + 1 / len(self.levels)) / 2 / min(level.n for level in self.levels)
        return self._limits(centre, self.own, share)

    def _limits(self, centre: float, own: Scatter, share: float) -> tuple[float, float, float]:
        half_way = (own.degrees + self.pooled.degrees) / 2
        tests = ((self.pooled.variance, self.pooled.degrees), (own.variance, half_way))
        reach = max(float(stdtrit(degrees, 0.975)) * (share * variance) ** 0.5 for variance, degrees in tests)
        low, value, high = np.exp(centre + np.array([-reach, 0.0, reach])).tolist()
        return value, low, high


def find_course(tables: TableRows, line: Line, smac: str, names: Sequence[str]) -> Course | None:
    """Return the course of a target in one line under the Smac mimetic: fewest other agents, then the highest dose."""
    known = {plain(name) for name in names}
    verdicts = [
        row
        for row in tables["rebound"]
        if line_of(row) == line and plain(str(row["target"])) in known and _dose_of(row, smac) is not None
    ]
    if not verdicts:
        return None
    first = min(verdicts, key=lambda row: (len(agents_of(row)), -(_dose_of(row, smac) or 0.0)))
    by_target: dict[str, list[Level]] = {}
    for row in tables["time_course"]:
        if _treatment(row) == _treatment(first) and _is_later(row):
            by_target.setdefault(str(row["target"]), []).append(_level(row))
    usable = {name: [one for one in held if np.isfinite(one.log_fold)] for name, held in by_target.items()}
    levels = usable.get(str(first["target"]))
    if not levels:
        return None
    pooled = _pooled([_scatter(held) for held in usable.values()])
    return Course(str(first["target"]), frozenset(agents_of(first)), first, tuple(levels), _scatter(levels), pooled)


def _dose_of(row: Mapping[str, Any], smac: str) -> float | None:
    return next((agent.dose for agent in agents_of(row) if agent.is_called(smac)), None)


def _treatment(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what the hours and targets of one course share."""
    schedule = (row.get("schedule") or "", row.get("lead_hours") if finite(row.get("lead_hours")) else None)
    return (line_of(row), frozenset(agents_of(row)), row["loading_control"], *map(str, schedule))


def _is_later(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is of a later hour: the start itself has the fold 1, from 1 to 1."""
    return bool(row["hours"] > 0 and not row["low"] == row["high"] == 1.0)


def _level(row: Mapping[str, Any]) -> Level:
    value, low, high, n = row["fold_change"], row["low"], row["high"], int(row["n"])
    error = NAN
    if finite(value) and finite(low) and finite(high) and low > 0 and n > 1:
        error = (np.log(high) - np.log(low)) / (2 * float(stdtrit(n - 1, 0.975)))
    return Level(float(row["hours"]), float(np.log(value)) if finite(value) and value > 0 else NAN, error, n, low, high)


def _scatter(levels: Sequence[Level]) -> Scatter:
    """Return the scatter over the hours of one target; folds of one experiment share its start."""
    told = [level for level in levels if level.n > 1 and np.isfinite(level.error)]
    return _pooled([Scatter(level.n * level.error**2, level.n - 1.0) for level in told])


def _pooled(parts: Sequence[Scatter]) -> Scatter:
    """Return the mean variance of parts that share half of their variance, and what degrees of freedom it has."""
    told = [part for part in parts if part.degrees]
    weight = sum(part.degrees for part in told)
    if not weight:
        return Scatter(NAN, 0.0)
    variance = sum(part.degrees * part.variance for part in told) / weight
    return Scatter(float(variance), weight / (1 + (len(told) - 1) * SHARED))
