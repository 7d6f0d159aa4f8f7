"""One step against two over the membranes of a replicate, to calibration_accuracy.csv beside this file.

Each row draws designs: lysates of one course on several membranes, each membrane with a factor of its own (SD 0.4 of
the natural logarithm), each lane with error `sd`, and biology of SD 0.1 that all lanes of a lysate share. `shared` says
which lysates stand on every membrane; the others stand on one. One step is `blots.fold_changes`; two steps divides each
membrane by its own reference lane and averages. `rmse` is that of ln fold, of one replicate against its own lysates,
over the later hours that both ways give; `only_one_step` is the share of hours that two steps can't give, and
`rmse_of_these` the error of one step there. `covers` is how many 95 % intervals of the fold over n replicates hold the
planted fold (n = 1: the lysates' own fold, the measurement error being all).
Run: python benchmarks/calibration_accuracy.py
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blots.time_course import fold_changes

FloatArray = NDArray[np.float64]
SEED = 20_161_122
HOURS = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0)
COURSE = dict(zip(HOURS, (0.0, -1.0, -2.0, -2.3, -1.2, 0.4), strict=True))
SHARED = {
    "0 h": (0.0,),
    "0 and 6 h": (0.0, 6.0),
    "0, 3 and 12 h": (0.0, 3.0, 12.0),
    "all": HOURS,
    "3 and 12 h; 0 h on the first": (3.0, 12.0),
}
DESIGNS = 300


@dataclass(frozen=True)
class Scenario:
    """One kind of design."""

    shared: str
    membranes: int
    sd: float
    n: int


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    return [Scenario(*row) for row in product(SHARED, (2, 3), (0.12, 0.25), (1, 3))]


def layout(scenario: Scenario) -> list[tuple[int, float]]:
    """Return membrane and hour of each lane; hours that are not shared go round the membranes."""
    shared = SHARED[scenario.shared]
    own = [hour for hour in HOURS if hour not in shared]
    lanes = [(m, hour) for m in range(scenario.membranes) for hour in shared]
    return lanes + [(i % scenario.membranes, hour) for i, hour in enumerate(own)]


def draw(scenario: Scenario, rng: np.random.Generator) -> Iterator[tuple[pd.DataFrame, dict[float, float]]]:
    """Yield the lanes of each replicate with their log ratios, and what its lysates hold."""
    for replicate in range(1, scenario.n + 1):
        lysates = {hour: COURSE[hour] + rng.normal(0, 0.1) for hour in HOURS}
        gains = rng.normal(0, 0.4, scenario.membranes)
        rows = [
            (f"{replicate}.{m}", i + 1, hour, replicate, lysates[hour] + gains[m] + rng.normal(0, scenario.sd))
            for i, (m, hour) in enumerate(layout(scenario))
        ]
        yield pd.DataFrame(rows, columns=["membrane", "lane", "hours", "replicate", "log_ratio"]), lysates


def two_steps(lanes: pd.DataFrame) -> dict[float, float]:
    """Return ln fold by hour of one replicate, each membrane over its own reference lane."""
    starts = lanes[lanes["hours"] == 0].set_index("membrane")["log_ratio"]
    folds = lanes["log_ratio"] - lanes["membrane"].map(starts)
    return {float(str(hour)): float(value) for hour, value in folds.groupby(lanes["hours"]).mean().items()}


def one_step(lanes: pd.DataFrame, sd: float) -> pd.DataFrame:
    """Return the rows of time_course.csv, by hour."""
    ratios = lanes[["membrane", "lane", "log_ratio"]].assign(target="XIAP", loading_control="actin", censored=False)
    ratios = ratios.assign(low=ratios["log_ratio"] - 1.96 * sd, high=ratios["log_ratio"] + 1.96 * sd, caution="")
    return fold_changes(ratios, lanes.drop(columns="log_ratio")).set_index("hours")


def run(scenario: Scenario, rng: np.random.Generator) -> dict[str, object]:
    """Return one row of the table."""
    errors: dict[str, list[float]] = {"one": [], "two": []}
    covers: list[bool] = []
    for _ in range(DESIGNS):
        replicates = list(draw(scenario, rng))
        for lanes, lysates in replicates:
            truth = {hour: lysates[hour] - lysates[0.0] for hour in HOURS[1:]}
            one, two = one_step(lanes, scenario.sd)["fold_change"], two_steps(lanes)
            errors["one"] += [float(np.log(one[hour])) - truth[hour] for hour in truth]
            errors["two"] += [two.get(hour, np.nan) - truth[hour] for hour in truth]
        found = one_step(pd.concat([lanes for lanes, _ in replicates]), scenario.sd)
        target = truth if scenario.n == 1 else {hour: COURSE[hour] for hour in HOURS[1:]}
        covers += [bool(found["low"][h] < np.exp(y) < found["high"][h]) for h, y in target.items()]
    sizes = summary(np.array(errors["one"]), np.array(errors["two"]))
    return scenario.__dict__ | sizes | {"covers": round(float(np.mean(covers)), 4), "designs": DESIGNS}


def summary(one: FloatArray, two: FloatArray) -> dict[str, float]:
    """Return the size of the errors of both ways."""
    alone = np.isnan(two)
    sizes = {
        "rmse_one_step": rms(one[~alone]),
        "rmse_two_steps": rms(two[~alone]),
        "only_one_step": float(alone.mean()),
        "rmse_of_these": rms(one[alone]) if alone.any() else np.nan,
    }
    return {name: round(size, 4) for name, size in sizes.items()}


def rms(errors: FloatArray) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(errors**2)))


def main() -> None:
    """Write the table."""
    rows = [run(s, np.random.default_rng([SEED, i])) for i, s in enumerate(scenarios())]
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(*row.values())


if __name__ == "__main__":
    main()
