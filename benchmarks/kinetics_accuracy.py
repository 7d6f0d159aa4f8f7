"""Error and coverage of the rates of kinetics.csv on simulated courses, to kinetics_accuracy.csv beside this file.

Each row plants rates in courses whose rates differ between experiments (SD of the log 0.15) and whose tubes scatter;
cells divide and late cells dissolve. `bias` is the median estimate over the truth (less 1), `rmse` that of the log,
`covers` the share of 95 % intervals that hold the truth, one-sided ones included, `width` the median of ln(high / low)
where both limits are finite, `without` the share without an estimate. Rows without cells a volume show by how much the
apparent rates differ from the true ones where cells divide, and that they don't where none does.
Run: python benchmarks/kinetics_accuracy.py
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cytotools.compartments import TRANSITIONS, Rates
from cytotools.conditions import CONDITION_COLUMNS
from cytotools.courses import treatments
from cytotools.experiments import read_groups
from cytotools.kinetics import rates_of
from cytotools.simulated_courses import UNTREATED, CourseDesign, simulate_course

SEED = 20_261_121
REPEATS = 60
MODERATE = Rates(0.03, 0.05, 0.003, late_lost=0.02, growth=0.02)
SLOW = Rates(0.008, 0.05, 0.001, late_lost=0.02, growth=0.03)
FAST = Rates(0.15, 0.10, 0.01, late_lost=0.02, growth=0.0)
LONG, SHORT, USUAL = (6.0, 12.0, 24.0, 48.0, 72.0), (24.0, 48.0), (12.0, 24.0, 48.0)


@dataclass(frozen=True)
class Scenario:
    """One kind of course."""

    name: str
    design: CourseDesign


def scenarios() -> list[Scenario]:
    """Return every kind of course."""
    still = replace(UNTREATED, growth=0.0, late_lost=0.0)
    closed = replace(MODERATE, growth=0.0, late_lost=0.0)
    usual = CourseDesign(MODERATE, hours=USUAL)
    return [
        Scenario("moderate", usual),
        Scenario("moderate, 5 hours", replace(usual, hours=LONG)),
        Scenario("moderate, 2 hours after 0 h", replace(usual, hours=SHORT)),
        Scenario("moderate, 5 experiments", replace(usual, experiments=5)),
        Scenario("moderate, 1 experiment", replace(usual, experiments=1, rate_scatter=0.0)),
        Scenario("moderate, tubes scatter 0.3", replace(usual, tube_scatter=0.3)),
        Scenario("division stopped", replace(usual, treated=replace(MODERATE, growth=0.0))),
        Scenario("slow", replace(usual, treated=SLOW)),
        Scenario("fast", replace(usual, treated=FAST, hours=(3.0, 6.0, 12.0, 24.0))),
        Scenario("all dead at the first hour", replace(usual, treated=replace(FAST, live_to_early=1.0), hours=USUAL)),
        Scenario("fractions alone, no division", replace(usual, treated=closed, untreated=still, counted=False)),
        Scenario(
            "fractions alone, no division, no 0 h",
            replace(usual, treated=closed, untreated=still, counted=False, zero_hours=False),
        ),
        Scenario("fractions alone, dividing", replace(usual, counted=False)),
    ]


def rows(scenario: Scenario) -> list[dict[str, object]]:
    """Return the rows of one kind of course, a row a transition."""
    rng = np.random.default_rng(SEED)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(REPEATS):
        groups = read_groups(simulate_course(scenario.design, rng), CONDITION_COLUMNS)
        (treated,) = (one for one in treatments(groups, None, {}) if one.group.role == "treated")
        for row in rates_of(treated):
            found.setdefault(row["transition"], []).append((row["rate_per_hour"], row["low"], row["high"]))
    return [_row(scenario, name, np.array(found[name])) for name in TRANSITIONS if name in found]


def _row(scenario: Scenario, name: str, found: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> dict[str, object]:
    design, truth = scenario.design, float(getattr(scenario.design.treated, name))
    known = found[np.isfinite(found[:, 0])]
    errors = np.log(known[:, 0] / truth)
    closed = found[np.isfinite(found).all(axis=1) & (found[:, 1] > 0)]
    shown: dict[str, object] = {"course": scenario.name, "hours": " ".join(f"{h:g}" for h in design.hours)}
    shown |= {"n": design.experiments, "cells_a_volume": design.counted, "transition": name, "truth_per_hour": truth}
    shown |= {"bias": _rounded(np.exp(np.median(errors)) - 1 if len(known) else np.nan)}
    shown |= {"rmse": _rounded(np.sqrt(np.mean(errors**2)) if len(known) else np.nan)}
    shown |= {"covers": _rounded(np.mean((found[:, 1] <= truth) & (truth <= found[:, 2])))}
    shown |= {"width": _rounded(np.median(np.log(closed[:, 2] / closed[:, 1])) if len(closed) else np.nan)}
    return shown | {"without": _rounded(1 - len(known) / len(found)), "repeats": len(found)}


def _rounded(value: float | np.floating[Any]) -> float | str:
    return "" if np.isnan(value) else round(float(value), 3)


def main() -> None:
    """Write the table."""
    table = []
    for scenario in scenarios():
        table += rows(scenario)
        print(f"{len(table)} rows", flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main()
