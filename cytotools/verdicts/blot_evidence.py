"""What blots say of a mechanism: a target that comes back, one that is not lost, one that is high in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from blots.line_pairs import line_name
from blots.target_names import plain
from cytotools.number_words import finite, fold, interval
from cytotools.verdicts.evidence import NAN, Evidence
from cytotools.verdicts.resistance_cautions import caution
from cytotools.verdicts.resistance_rules import Measurement
from cytotools.verdicts.treatments import Agent, Line, TableRows, agents_of, line_of

LOST = ("sustained loss", "rebound", "overshoot")
CAME_BACK = ("rebound", "overshoot")


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
class Course:
    """One target under the Smac mimetic over the hours: the verdict of rebound.csv and the later levels."""

    target: str
    agents: frozenset[Agent]
    verdict: Mapping[str, Any]
    levels: tuple[Level, ...]

    @property
    def n(self) -> int:
        """Independent experiments behind the verdict."""
        return int(self.verdict["n"])

    def at(self, level: Level) -> tuple[float, float, float]:
        """Return the fold at one hour and its limits, on the scatter of all hours and on its own; the wider count.

        The scatter is pooled over the hours. Folds of one experiment share its start, so their squares correlate by a
        quarter, and m hours have (n - 1) m / (1 + (m - 1) / 4) degrees of freedom.
        """
        spread, degrees = self._scatter
        if not degrees or level.n < 2 or not np.isfinite(level.error):
            return float(np.exp(level.log_fold)), level.low, level.high
        own = float(stdtrit((level.n - 1 + degrees) / 2, 0.975)) * level.error
        reach = max(own, float(stdtrit(degrees, 0.975)) * spread / level.n**0.5)
        low, value, high = np.exp(level.log_fold + np.array([-reach, 0.0, reach])).tolist()
        return value, low, high

    def mean(self) -> tuple[float, float, float]:
        """Return the geometric mean fold of all later hours and its limits: the start is shared by all of them."""
        spread, degrees = self._scatter
        held = [level for level in self.levels if np.isfinite(level.log_fold)]
        centre = float(np.mean([level.log_fold for level in held]))
        if not degrees:
            return float(np.exp(centre)), NAN, NAN
        variance = spread**2 / 2 * (1 + 1 / len(held)) / min(level.n for level in held)
        reach = float(stdtrit(degrees, 0.975)) * variance**0.5
        low, value, high = np.exp(centre + np.array([-reach, 0.0, reach])).tolist()
        return value, low, high

    @property
    def _scatter(self) -> tuple[float, float]:
        """Return the standard deviation of one ln fold between experiments, and its degrees of freedom (0: none)."""
        told = [level for level in self.levels if level.n > 1 and np.isfinite(level.error)]
        weight = sum(level.n - 1 for level in told)
        if not weight:
            return NAN, 0.0
        square = sum((level.n - 1) * level.n * level.error**2 for level in told) / weight
        return float(square) ** 0.5, weight / (1 + (len(told) - 1) / 4)


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
    agents = agents_of(first)
    levels = [
        _level(row)
        for row in tables["time_course"]
        if line_of(row) == line
        and agents_of(row) == agents
        and row["target"] == first["target"]
        and row["loading_control"] == first["loading_control"]
        and not (row["low"] == row["high"] == 1.0)
        and row["hours"] > 0
    ]
    usable = tuple(level for level in levels if np.isfinite(level.log_fold))
    return Course(str(first["target"]), agents, first, usable) if usable else None


def _dose_of(row: Mapping[str, Any], smac: str) -> float | None:
    return next((agent.dose for agent in agents_of(row) if agent.name == smac), None)


def _level(row: Mapping[str, Any]) -> Level:
    value, low, high, n = row["fold_change"], row["low"], row["high"], int(row["n"])
    error = NAN
    if finite(value) and finite(low) and finite(high) and low > 0 and n > 1:
        error = (np.log(high) - np.log(low)) / (2 * float(stdtrit(n - 1, 0.975)))
    return Level(float(row["hours"]), float(np.log(value)) if finite(value) and value > 0 else NAN, error, n, low, high)


def return_evidence(course: Course, rule: Measurement, class_of: Callable[[str], str]) -> Evidence:
    """Return whether a target that was lost comes back, or is induced above its start."""
    verdict, nadir = str(course.verdict["verdict"]), course.verdict["nadir_hours"]
    fell = verdict in LOST
    later = [one for one in course.levels if not fell or one.hours >= nadir] or course.levels
    peak = max(later, key=lambda one: one.log_fold)
    value, low, high = course.at(peak)
    grade = "not resolved" if course.n < 2 else _return_grade(course, verdict, rule, value, low, high)
    words = f"{course.target} reaches {fold(value)} × its start at {peak.hours:g} h {interval(low, high, fold)}"
    if fell:
        words += f", lowest {fold(course.verdict['nadir_fold'])} × at {nadir:g} h"
    words += f"; verdict of the blots: {verdict}, n = {course.n}"
    if grade == "not resolved" and verdict in CAME_BACK:
        words += "; the rise is partial"
    if grade == "against" and not fell:
        value, low, high = course.mean()
        words += f"; it was never lost, on average {fold(value)} × {interval(low, high, fold)}, so nothing comes back"
        quantity = f"mean {course.target} of all later hours over its start"
    else:
        quantity = f"{course.target} at {peak.hours:g} h over its start"
    return Evidence(grade, words, quantity, value, low, high, course.n, _of_course(course, class_of))


def _return_grade(course: Course, verdict: str, rule: Measurement, value: float, low: float, high: float) -> str:
    if verdict in CAME_BACK and value >= rule.limit("returned") and low > rule.limit("above"):
        return "supported"
    if verdict == "induction" and value >= rule.limit("induced"):
        return "supported"
    if verdict == "sustained loss" and high < rule.limit("stays_below"):
        return "against"
    if verdict == "no loss" and value < rule.limit("induced") and course.mean()[2] < rule.limit("induced"):
        return "against"
    return "not resolved"


def loss_evidence(course: Course, rule: Measurement, class_of: Callable[[str], str]) -> Evidence:
    """Return whether a target that should be lost stays."""
    row = course.verdict
    verdict, nadir = str(row["verdict"]), row["nadir_fold"]
    value, low, high = course.mean()
    lost = verdict in LOST and row["nadir_high"] < rule.limit("lost")
    kept = low > rule.limit("kept") and (not finite(nadir) or nadir >= rule.limit("kept"))
    grade = "not resolved" if course.n < 2 else "against" if lost else "supported" if kept else "not resolved"
    if grade == "against":
        value, low, high = nadir, row["nadir_low"], row["nadir_high"]
        quantity = f"lowest {course.target} ({row['nadir_hours']:g} h) over its start"
        words = f"{course.target} falls to {fold(value)} × its start at {row['nadir_hours']:g} h"
    else:
        hours = ", ".join(f"{level.hours:g}" for level in course.levels)
        quantity = f"mean {course.target} of all later hours over its start"
        words = f"{course.target} is {fold(value)} × its start over {hours} h"
    words = f"{words} {interval(low, high, fold)}; verdict of the blots: {verdict}, n = {course.n}"
    if grade == "against" and verdict in CAME_BACK:
        words += "; it comes back later"
    said = _of_course(course, class_of)
    if any(one.startswith("proteasome") for one in said):
        words += "; a proteasome inhibitor was present, which keeps it"
    return Evidence(grade, words, quantity, value, low, high, course.n, said)


def _of_course(course: Course, class_of: Callable[[str], str]) -> tuple[str, ...]:
    said = [caution("one_of_each", f"{course.target} blot")] if course.n < 2 else []
    others = sorted(agent.name for agent in course.agents if class_of(agent.name) == "proteasome_inhibitor")
    if others:
        said.append(caution("proteasome_blocked", ", ".join(others)))
    if len(course.agents) > 1:
        said.append(caution("other_agents", " + ".join(map(str, sorted(course.agents)))))
    return tuple(said)


@dataclass(frozen=True)
class Ratio:
    """ln of the level in a line over that in another, how far its interval reaches down and up, and n."""

    value: float
    down: float
    up: float
    n: int


def abundance_evidence(tables: TableRows, line: Line, compared: Line | None, rule: Measurement) -> Evidence | None:
    """Return whether a line holds more of a target than the line that it is compared with.

    `compared` is the line that responds (for that line itself the one that responds least), None where it is not known:
    then the comparison that the blots make counts.
    """
    known = {plain(name) for name in rule.names}
    ratios = {
        (str(row["cell_line"]), str(row["reference"])): _ratio(row)
        for row in tables["abundance"]
        if plain(str(row["target"])) in known and row["n"] > 0
    }
    both = ratios | {(other, one): _inverse(ratio) for (one, other), ratio in ratios.items()}
    own = line_name((line.cell_line or None, line.arm or None))
    said = []
    wanted = line_name((compared.cell_line or None, compared.arm or None)) if compared else ""
    if not wanted:
        wanted = next((other for one, other in both if one == own), "")
        said.append(caution("responder_unknown", f"compared with {wanted}"))
    found = both.get((own, wanted))
    if found is None:
        thirds = [third for one, third in both if one == own and (third, wanted) in both]
        if not thirds:
            return None
        found = _through(both[own, thirds[0]], both[thirds[0], wanted])
        said.append(caution("through_third_line", thirds[0]))
    value, low, high = np.exp([found.value, found.value - found.down, found.value + found.up]).tolist()
    if found.n < 2:
        said.append(caution("one_of_each", f"{rule.names[0]} blot"))
    grade = _abundance_grade(rule, value, low, high) if found.n > 1 else "not resolved"
    shown = fold(value) if np.isfinite(value) else "n/a"
    words = f"{rule.names[0]} in {own} is {shown} × that in {wanted} {interval(low, high, fold)}; n = {found.n}"
    quantity = f"{rule.names[0]} over that in {wanted}"
    return Evidence(grade, words + _late_fall(tables, line, known), quantity, value, low, high, found.n, tuple(said))


def _abundance_grade(rule: Measurement, value: float, low: float, high: float) -> str:
    if low > 1 and (value >= rule.limit("higher") or (not np.isfinite(value) and low >= rule.limit("higher"))):
        return "supported"
    return "against" if high < rule.limit("excluded") and low <= 1 else "not resolved"


def _ratio(row: Mapping[str, Any]) -> Ratio:
    """Return a row on the log scale; a bound without a ratio has its finite limit at the centre."""
    low, high = (np.log(row[name]) if row[name] > 0 else -np.inf for name in ("low", "high"))
    value = np.log(row["ratio"]) if finite(row["ratio"]) else NAN
    if np.isfinite(value):
        return Ratio(float(value), float(value - low), float(high - value), int(row["n"]))
    return Ratio(NAN, NAN, NAN, int(row["n"]))


def _inverse(ratio: Ratio) -> Ratio:
    return Ratio(-ratio.value, ratio.up, ratio.down, ratio.n)


def _through(one: Ratio, other: Ratio) -> Ratio:
    """Return the product of two ratios; their errors add as if they were independent, though they share a line."""
    down, up = float(np.hypot(one.down, other.down)), float(np.hypot(one.up, other.up))
    return Ratio(one.value + other.value, down, up, min(one.n, other.n))


def _late_fall(tables: TableRows, line: Line, known: set[str]) -> str:
    """Return what a fall of the target at the last hour of a course may be."""
    rows = [r for r in tables["time_course"] if line_of(r) == line and plain(str(r["target"])) in known]
    last = max(rows, key=lambda row: row["hours"], default=None)
    if last is None or not last["high"] < 1 or last["n"] < 2:
        return ""
    level = fold(last["fold_change"])
    return f"; it falls to {level} × its start by {last['hours']:g} h, which may be its cutting by caspases"
