"""What blots say of a mechanism: a target that comes back, one that is not lost, one that is high in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from blots.line_pairs import line_name
from blots.target_names import plain
from cytotools.number_words import finite, fold, interval, with_interval
from cytotools.verdicts.evidence import NAN, Evidence
from cytotools.verdicts.resistance_cautions import caution
from cytotools.verdicts.resistance_rules import Measurement
from cytotools.verdicts.target_courses import Course
from cytotools.verdicts.treatments import Line, TableRows, agents_of, line_of

LOST = ("sustained loss", "rebound", "overshoot")
CAME_BACK = ("rebound", "overshoot")


def return_evidence(course: Course, rule: Measurement, class_of: Callable[[str], str]) -> Evidence:
    """Return whether a target that was lost comes back, or is induced above its start.

    A fall that leaves more than `stays_below` of the start is none from which a target could come back.
    """
    verdict, nadir = str(course.verdict["verdict"]), course.verdict["nadir_fold"]
    hours = course.verdict["nadir_hours"]
    fell = verdict in LOST and nadir < rule.limit("stays_below")
    later = [one for one in course.levels if not fell or one.hours >= hours] or course.levels
    peak = max(later, key=lambda one: one.log_fold)
    value, low, high = course.at(peak)
    words = f"{course.target} reaches {fold(value)} × its start at {peak.hours:g} h {_limits(course, low, high)}"
    if verdict in LOST:
        words += f", lowest {fold(nadir)} × at {hours:g} h"
    words += f"; verdict of the blots: {verdict}, n = {course.n}"
    quantity = f"{course.target} at {peak.hours:g} h over its start"
    grade = _after_fall(verdict, rule, value, low, high) if fell else _without_fall(course, rule, value)
    if course.n < 2:
        grade = "not resolved"
    if grade == "not resolved" and fell and verdict in CAME_BACK:
        words += "; the rise is partial"
    if grade == "against" and not fell:
        value, low, high = course.mean()
        words += f"; it was never lost, on average {fold(value)} × {_limits(course, low, high)}, so nothing comes back"
        quantity = f"mean {course.target} of all later hours over its start"
    return Evidence(grade, words, quantity, value, low, high, course.n, _of_course(course, class_of))


def _limits(course: Course, low: float, high: float) -> str:
    """Return limits in words that tell them from those of time_course.csv, which each hour has for itself."""
    return interval(low, high, fold, "scatter pooled over hours" if course.own.degrees else "")


def _after_fall(verdict: str, rule: Measurement, value: float, low: float, high: float) -> str:
    if verdict in CAME_BACK:
        return "supported" if value >= rule.limit("returned") and low > rule.limit("above") else "not resolved"
    return "against" if high < rule.limit("stays_below") else "not resolved"


def _without_fall(course: Course, rule: Measurement, value: float) -> str:
    verdict, nadir = str(course.verdict["verdict"]), course.verdict["nadir_fold"]
    if value >= rule.limit("induced"):
        return "supported" if verdict in ("induction", "overshoot") else "not resolved"
    kept = not finite(nadir) or nadir >= rule.limit("stays_below")
    return "against" if kept and course.mean()[2] < rule.limit("induced") else "not resolved"


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
    limits = interval(low, high, fold) if grade == "against" else _limits(course, low, high)
    words = f"{words} {limits}; verdict of the blots: {verdict}, n = {course.n}"
    if grade == "against" and verdict in CAME_BACK:
        words += "; it comes back later"
    said = _of_course(course, class_of)
    if any(one.startswith("proteasome") for one in said):
        words += "; a proteasome inhibitor was present, which keeps it"
    return Evidence(grade, words, quantity, value, low, high, course.n, said)


def _of_course(course: Course, class_of: Callable[[str], str]) -> tuple[str, ...]:
    said = [caution("one_of_each", f"{course.target} blot")] if course.n == 1 else []
    others = sorted(agent.name for agent in course.agents if class_of(agent.name) == "proteasome_inhibitor")
    if others:
        said.append(caution("proteasome_blocked", ", ".join(others)))
    if len(course.agents) > 1:
        said.append(caution("other_agents", " + ".join(map(str, sorted(course.agents)))))
    return tuple(said)


@dataclass(frozen=True)
class Ratio:
    """ln of the level in a line over that in another with its limits, and n; of a mere bound the value is NaN."""

    value: float
    low: float
    high: float
    n: int

    def inverse(self) -> Ratio:
        """Return the ratio of the second line over the first."""
        return Ratio(-self.value, -self.high, -self.low, self.n)

    def times(self, other: Ratio) -> Ratio:
        """Return the ratio through a line that both share; errors add as if they were independent."""
        value, n = self.value + other.value, min(self.n, other.n)
        if not np.isfinite(value):
            return Ratio(NAN, self.low + other.low, self.high + other.high, n)
        down = float(np.hypot(self.value - self.low, other.value - other.low))
        up = float(np.hypot(self.high - self.value, other.high - other.value))
        return Ratio(value, value - down, value + up, n)


def abundance_evidence(
    tables: TableRows, line: Line, smac: str, compared: Line | None, rule: Measurement
) -> Evidence | None:
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
    both = ratios | {(other, one): ratio.inverse() for (one, other), ratio in ratios.items()}
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
        found = both[own, thirds[0]].times(both[thirds[0], wanted])
        said.append(caution("through_third_line", thirds[0]))
    value, low, high = np.exp([found.value, found.low, found.high]).tolist()
    if found.n < 2:
        said.append(caution("one_of_each", f"{rule.names[0]} blot"))
    grade = _abundance_grade(rule, value, low, high) if found.n > 1 else "not resolved"
    words = f"{rule.names[0]} in {own} over {wanted} {with_interval(value, low, high, fold)}; n = {found.n}"
    words += _late_fall(tables, line, smac, known)
    quantity = f"{rule.names[0]} over that in {wanted}"
    return Evidence(grade, words, quantity, value, low, high, found.n, tuple(said))


def _abundance_grade(rule: Measurement, value: float, low: float, high: float) -> str:
    if low > 1 and (value >= rule.limit("higher") or (not np.isfinite(value) and low >= rule.limit("higher"))):
        return "supported"
    return "against" if high < rule.limit("excluded") and low <= 1 else "not resolved"


def _ratio(row: Mapping[str, Any]) -> Ratio:
    value, low, high = (float(np.log(row[name])) if row[name] > 0 else -np.inf for name in ("ratio", "low", "high"))
    return Ratio(value if finite(row["ratio"]) else NAN, low, high, int(row["n"]))


def _late_fall(tables: TableRows, line: Line, smac: str, known: set[str]) -> str:
    """Return what a fall of the target at the last hour under the Smac mimetic may be."""
    rows = [
        row
        for row in tables["time_course"]
        if line_of(row) == line
        and plain(str(row["target"])) in known
        and any(agent.is_called(smac) for agent in agents_of(row))
    ]
    last = max(rows, key=lambda row: row["hours"], default=None)
    if last is None or not last["high"] < 1 or last["n"] < 2:
        return ""
    level = fold(last["fold_change"])
    return f"; it falls to {level} × its start by {last['hours']:g} h, which may be its cutting by caspases"
