"""Error rates, power and coverage of `blots.find_rebound` by simulation, to rebound_error_rates.csv beside this file.

Each row is one scenario of planted levels over the reference and one way in which the blots err. `called` is the
share of verdicts rebound or overshoot: the false alarms where nothing rises, the power where something does;
`called_holm` the share with a p-value that Holm's method lets pass first of two others. `covers` is the share of
intervals [low, high] that hold the rise from the reported nadir, `nadir_covers` of intervals of the nadir over the
reference, `nadir_named` of sets of hours that hold a lowest one, `width` the median of ln(high / low). `noisier`
multiplies the error of each hour; `told` says whether the measurement errors behind it were given, `wrongly` at half
or twice their size. The shortcuts that people use stand beside it. Run: python -m benchmarks.rebound_error_rates
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from blots.contrasts import largest_contrast
from blots.designs import design_of
from blots.families import rises
from blots.rebound import Rebound, find_rebound
from blots.scatter import later_scatter_of

FloatArray = NDArray[np.float64]
HOURS = np.array([0.0, 1.0, 3.0, 6.0, 12.0, 24.0])
BLOT_SD = 0.2
SEED = 20_261_121
PLATEAU = (1.0, 0.1, 0.1, 0.1, 0.1, 0.1)
COURSES = {
    "plateau": PLATEAU,
    "no loss": (1.0,) * 6,
    "fall to a plateau": (1.0, 0.4, 0.1, 0.1, 0.1, 0.1),
    "2-fold rise": (1.0, 0.1, 0.1, 0.1, 0.1, 0.2),
    "7-fold rise": (1.0, 0.4, 0.05, 0.05, 0.15, 0.35),
    "15-fold rise": (1.0, 0.3, 0.08, 0.1, 0.5, 1.2),
    "30-fold rise to 3": (1.0, 0.3, 0.1, 0.2, 1.0, 3.0),
}
RISING = ("2-fold rise", "7-fold rise", "15-fold rise", "30-fold rise to 3")
REPLICATES = (2, 3, 4, 6)
NOISIER = ("1 2 2 2 2 2", "1 3 3 3 3 3", "1 2 2 2 2 1", "1 3 3 3 3 1", "1 1 2 2 1 1", "1 1 3 3 1 1", "1 1 2 1 1 1",
           "1 1 3 1 1 1")  # fmt: skip
ACTIN_SD, LIMITS_SD, MEASURED_SD = 0.15, 0.3, 0.1


@dataclass(frozen=True)
class Scenario:
    """One planted course and the errors of its blots."""

    course: str
    n: int
    sd: float
    errors: str = "normal"  # or "t with 5 df", "with actin's"
    noisier: str = "1 1 1 1 1 1"  # factor on the error of each hour
    told: str = ""  # "", "told", "half", "twice"
    limit: float = 0.0  # detection limit, as a fold of the reference
    limited: str = "all"  # "all" alike, "lanes" each its own, or the number of replicates
    repeats: int = 4_000


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    nulls = [
        Scenario(c, n, sd, repeats=20_000)
        for c in ("plateau", "no loss", "fall to a plateau")
        for n in REPLICATES
        for sd in (0.25, 0.40)
    ]
    rising = [Scenario(c, n, sd) for c in RISING for n in REPLICATES for sd in (0.25, 0.40)]
    rough = [
        Scenario("plateau", n, 0.25, e, repeats=20_000) for e in ("t with 5 df", "with actin's") for n in REPLICATES
    ]
    noisier = [
        Scenario("plateau", n, 0.25, noisier=noise, told=told, repeats=6_000 if told in ("", "told") else 2_000)
        for n in REPLICATES
        for noise in NOISIER
        for told in ("", "told", "half", "twice")
    ]
    limited = [Scenario("plateau", n, 0.25, limit=limit) for n in REPLICATES for limit in (0.07, 0.1, 0.12)]
    limited += [Scenario("plateau", n, 0.25, limit=limit, limited="lanes") for n in REPLICATES for limit in (0.07, 0.1)]
    limited += [
        Scenario("plateau", n, 0.25, limit=limit, limited=k)
        for n in REPLICATES[1:]
        for limit in (0.1, 0.15)
        for k in ("1", "2")
    ]
    limited += [replace(s, course="2-fold rise") for s in limited if s.n == 3]
    return nulls + rising + rough + noisier + limited


Drawn = tuple[FloatArray, FloatArray | None, NDArray[np.bool_]]


def draw(scenario: Scenario, rng: np.random.Generator) -> Drawn:
    """Return the log ratios of one experiment, what is told of their errors, and which of them are upper limits."""
    shape, factors = (scenario.n, len(HOURS)), np.array([float(word) for word in scenario.noisier.split()])
    t5 = scenario.errors == "t with 5 df"
    standard = rng.standard_t(5, shape) / np.sqrt(5 / 3) if t5 else rng.standard_normal(shape)
    levels = np.log(COURSES[scenario.course]) + rng.normal(0, BLOT_SD, (scenario.n, 1))
    values = levels + scenario.sd * factors * standard
    if scenario.errors == "with actin's":
        values = values - rng.normal(0, ACTIN_SD, shape)
    measured = np.sqrt(scenario.sd**2 * (factors**2 - 1) + MEASURED_SD**2)
    told = {"": None, "told": measured, "half": measured / 2, "twice": np.where(factors > 1, 2 * measured, measured)}
    errors = told[scenario.told]
    lowest = limits_of(scenario, rng)
    return np.maximum(values, lowest), None if errors is None else np.tile(errors, (scenario.n, 1)), values < lowest


def limits_of(scenario: Scenario, rng: np.random.Generator) -> FloatArray:
    """Return the logarithm of the detection limit of each entry."""
    shape = (scenario.n, len(HOURS))
    if not scenario.limit:
        return np.full(shape, -np.inf)
    limits = np.full(shape, np.log(scenario.limit))
    if scenario.limited == "lanes":
        limits += rng.normal(0, LIMITS_SD, shape)
    elif scenario.limited != "all":
        limits[int(scenario.limited) :] = -np.inf
    return limits


def row(scenario: Scenario) -> dict[str, object]:
    """Return one row of the table."""
    rng = np.random.default_rng(SEED)
    drawn = [draw(scenario, rng) for _ in range(scenario.repeats)]
    found = [find_rebound(values, HOURS, errors, censored) for values, errors, censored in drawn]
    true = np.log(COURSES[scenario.course])
    cases: dict[str, Callable[[FloatArray], bool]] = {"paired_t_calls": paired_t, "fold_1.5_calls": one_and_a_half}
    others = {name: round(float(np.mean([rule(v) for v, _, _ in drawn[:4000]])), 4) for name, rule in cases.items()}
    verdicts = [result.verdict for result in found]
    overshoots = verdicts.count("overshoot") / len(verdicts)
    widths = [np.log(r.high / r.low) for r in found if r.low > 0]
    return {
        "course": scenario.course,
        "n": scenario.n,
        "sd": scenario.sd,
        "errors": scenario.errors,
        "noisier": scenario.noisier,
        "told": scenario.told,
        "detection_limit": scenario.limit,
        "limited": scenario.limited if scenario.limit else "",
        "repeats": scenario.repeats,
        "critical_value": round(critical_value(scenario.n), 3),
        "called": round(float(np.mean([v in ("rebound", "overshoot") for v in verdicts])), 4),
        "called_holm": round(float(np.mean([r.p_value < 0.025 for r in found])), 4),
        "overshoot": round(overshoots, 4),
        "covers": round(float(np.mean([covers(result, true) for result in found])), 4),
        "nadir_covers": round(float(np.mean([nadir_covers(result, true) for result in found])), 4),
        "nadir_named": round(float(np.mean([nadir_named(result, true) for result in found])), 4),
        "width": round(float(np.median(widths)), 3),
        **others,
    }


def critical_value(n: int) -> float:
    """Return the critical value of the largest rise in n complete blots."""
    design = design_of(np.ones((n, len(HOURS)), dtype=bool))
    return largest_contrast(design, later_scatter_of(design), rises(len(HOURS))).critical_value(0.05)


def covers(found: Rebound, true: FloatArray) -> bool:
    """Tell whether [low, high] holds the true rise from the reported nadir to the highest level from there on."""
    nadir = int(np.flatnonzero(found.nadir_hours == HOURS)[0])
    rise = float(np.exp(true[nadir:].max() - true[nadir]))
    return found.low <= rise * (1 + 1e-9) and rise <= found.high * (1 + 1e-9)


def nadir_covers(found: Rebound, true: FloatArray) -> bool:
    """Tell whether the interval of the nadir holds the true level at the reported nadir over the reference."""
    level = float(np.exp(true[int(np.flatnonzero(found.nadir_hours == HOURS)[0])] - true[0]))
    return found.nadir_low <= level * (1 + 1e-9) and level <= found.nadir_high * (1 + 1e-9)


def nadir_named(found: Rebound, true: FloatArray) -> bool:
    """Tell whether the hours that may hold the lowest level hold one that does."""
    lowest = HOURS[1:][true[1:] == true[1:].min()]
    return any(hour in found.possible_nadir_hours for hour in lowest)


def paired_t(values: FloatArray) -> bool:
    """Return what a paired t test of the lowest against the best later hour calls."""
    means = values.mean(axis=0)
    nadir = 1 + int(np.argmin(means[1:-1]))
    best = nadir + 1 + int(np.argmax(means[nadir + 1 :]))
    difference = values[:, best] - values[:, nadir]
    error = float(difference.std(ddof=1)) / np.sqrt(len(difference))
    if error == 0.0:
        return False
    return bool(2 * stats.t.sf(abs(difference.mean()) / error, len(difference) - 1) < 0.05 and difference.mean() > 0)


def one_and_a_half(values: FloatArray) -> bool:
    """Return what the rule "a later point above 1.5 times the nadir" calls on the means."""
    means = values.mean(axis=0)
    nadir = 1 + int(np.argmin(means[1:-1]))
    return bool(means[nadir + 1 :].max() - means[nadir] > np.log(1.5))


def main() -> None:
    """Write the table."""
    rows = []
    with ProcessPoolExecutor(int(sys.argv[1]) if len(sys.argv) > 1 else 1) as pool:
        for found in pool.map(row, scenarios()):
            rows.append(found)
            print(*found.values(), sep="\t", flush=True)
    path = Path(__file__).with_suffix(".csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
