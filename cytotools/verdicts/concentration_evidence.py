"""What an ELISA says of a mechanism: whether the analyte is made under the Smac mimetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import stdtrit

from cytotools.labels import unit
from cytotools.number_words import finite, fold, interval
from cytotools.verdicts.agent_classes import folded
from cytotools.verdicts.evidence import NAN, Evidence
from cytotools.verdicts.resistance_cautions import caution
from cytotools.verdicts.resistance_rules import Measurement
from cytotools.verdicts.treatments import Line, TableRows, agents_of, line_of

IN_PG_ML = {"pg/ml": 1.0, "ng/ml": 1e3, "ug/ml": 1e6, "ng/l": 1.0, "ug/l": 1e3}
VEHICLES = ("dmso", "ethanol", "medium", "pbs", "saline", "vehicle", "water")
Rows = Sequence[Mapping[str, Any]]


def concentration_evidence(tables: TableRows, line: Line, smac: str, rule: Measurement) -> Evidence | None:
    """Return whether a line makes the analyte under the Smac mimetic; None where that was not measured.

    Absence counts only where the standards reach low enough and another line of the study does make it: an ELISA that
    found nothing anywhere may have failed.
    """
    names = {folded(name) for name in rule.names}
    rows = [
        row
        for row in tables["concentrations"]
        if row["assay"] == "elisa" and folded(str(row["analyte"])) in names and _experiment(row)
    ]
    treated = _treated(rows, line, smac)
    if not treated:
        return None
    controls = [r for r in rows if line_of(r) == line and _is_control(r) and _same_hours(r, treated[0])]
    name, n, first = rule.names[0], len(_logs(treated)), treated[0]
    said = (caution("one_of_each", f"{name} ELISA"),) if n < 2 else ()
    if all(row["low"] == 0 and not finite(row["concentration"]) for row in treated):
        limit = max(row["high"] for row in treated)
        elsewhere = _made_elsewhere(rows, line, smac)
        low_enough = limit * IN_PG_ML.get(str(first["unit"]).lower(), np.inf) <= rule.limit("sensitive_to")
        words = f"{name} under {smac} is below the lowest standard, < {fold(limit)} {unit(first['unit'])}, n = {n}"
        words += f"; {elsewhere}" if elsewhere else "; no other line shows that the ELISA finds it"
        words += "" if low_enough else "; the standards do not reach low enough"
        grade = "supported" if n > 1 and low_enough and elsewhere else "not resolved"
        return Evidence(grade, words, f"{name} under {smac}, {first['unit']}", NAN, 0.0, limit, n, said)
    value, low, high = _mean(treated)
    words = f"{name} under {smac} is {fold(value)} {unit(first['unit'])} {interval(low, high, fold)}, n = {n}"
    grade, more = _made(treated, controls, rule)
    return Evidence(grade, words + more, f"{name} under {smac}, {first['unit']}", value, low, high, n, said)


def _experiment(row: Mapping[str, Any]) -> str:
    """Return the experiment of a row; a mean over experiments has none."""
    value = row.get("replicate")
    return "" if value is None or value != value else str(value)


def _is_control(row: Mapping[str, Any]) -> bool:
    """Tell whether a row names no agent but a vehicle: the table has no roles."""
    return all(folded(agent.name) in VEHICLES for agent in agents_of(row))


def _treated(rows: Rows, line: Line, smac: str) -> list[Mapping[str, Any]]:
    """Return the experiments of one line under the mimetic: fewest other agents, highest dose, latest hour."""
    own = [r for r in rows if line_of(r) == line and any(agent.is_called(smac) for agent in agents_of(r))]
    if not own:
        return []
    best = min(own, key=lambda r: (len(agents_of(r)), -_dose(r, smac), -_hours(r)))
    return [r for r in own if set(agents_of(r)) == set(agents_of(best)) and _same_hours(r, best)]


def _dose(row: Mapping[str, Any], smac: str) -> float:
    return next(agent.dose for agent in agents_of(row) if agent.is_called(smac))


def _hours(row: Mapping[str, Any]) -> float:
    value = row.get("hours")
    return float(value) if finite(value) and value is not None else -1.0


def _same_hours(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _hours(row) == _hours(other)


def _made_elsewhere(rows: Rows, line: Line, smac: str) -> str:
    """Return where the mimetic makes the analyte measurable, in words."""
    for other in dict.fromkeys(line_of(row) for row in rows):
        treated = _treated(rows, other, smac)
        if other != line and treated and all(row["low"] > 0 for row in treated):
            value, low, high = _mean(treated)
            made = f"{fold(value)} {unit(treated[0]['unit'])} {interval(low, high, fold)}"
            return f"{other.cell_line or other.arm} makes {made}"
    return ""


def _logs(rows: Rows) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the mean ln concentration of each experiment; beyond the standards counts as the standard passed."""
    found: dict[str, list[float]] = {}
    for row in rows:
        bound = row["high"] if row["low"] == 0 else row["low"]
        told = row["concentration"] if finite(row["concentration"]) else bound
        found.setdefault(_experiment(row), []).append(float(np.log(told)))
    return np.array([np.mean(own) for own in found.values()])


def _mean(rows: Rows) -> tuple[float, float, float]:
    logs = _logs(rows)
    if len(logs) < 2:
        return float(np.exp(logs[0])), float(rows[0]["low"]), float(rows[0]["high"])
    reach = float(stdtrit(len(logs) - 1, 0.975)) * float(logs.std(ddof=1)) / len(logs) ** 0.5
    low, value, high = np.exp(logs.mean() + np.array([-reach, 0.0, reach])).tolist()
    return value, low, high


def _made(treated: Rows, controls: Rows, rule: Measurement) -> tuple[str, str]:
    """Return whether the mimetic raises the analyte, and by how much in words."""
    if len(_logs(treated)) < 2 or any(row["low"] == 0 for row in treated):
        return "not resolved", ""
    if not controls:
        return "against", "; there is no control of its hour"
    one, other = _logs(treated), _logs(controls)
    change = float(one.mean() - other.mean())
    squares = float(np.sum((one - one.mean()) ** 2) + np.sum((other - other.mean()) ** 2))
    degrees = len(one) + len(other) - 2
    error = (squares / degrees * (1 / len(one) + 1 / len(other))) ** 0.5
    reach = float(stdtrit(degrees, 0.975)) * error
    at_least = "at least " if any(row["low"] == 0 for row in controls) else ""
    low, high = np.exp([change - reach, change + reach]).tolist()
    more = f"; {at_least}{fold(float(np.exp(change)))}-fold its control {interval(low, high, fold)}"
    raised = low > 1 and np.exp(change) >= rule.limit("induced")
    return ("against" if raised else "not resolved"), more
