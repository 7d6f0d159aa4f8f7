"""False alarms and power of the loading-control audit, to loading_audit_rates.csv beside this file.

Each row draws designs: `n` membranes, on each the lanes of `lanes` (six hours; "one line", "two lines", or "vehicle":
a vehicle's and a treatment's hours, compared with 0 h and with each other), a factor a membrane, and lane errors of SD
0.12 (natural logarithm). `scatter` multiplies the SD of the last hour's lanes, or of the 0 h lanes; "t5" are errors of
5 degrees of freedom of the same SD; `missing` lanes were left out at random. `family_wise` is the share of designs in
which any change of the control is called (`control_changes`): where `fold` is 1 all are false alarms and should be 5 %.
Elsewhere the control of the last hour of the last course is this fold of what it should be, and `found` is the share of
designs that call that change. `covers` is the share of single 95 % intervals that hold the planted change.
Run: python benchmarks/loading_audit_rates.py
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blots.cell_contrasts import compare_cells

FloatArray = NDArray[np.float64]
SEED = 20_161_122
SD = 0.12
N_HOURS = 6


@dataclass(frozen=True)
class Scenario:
    """One kind of design."""

    lanes: str = "one line"
    n: int = 3
    scatter: str = "even"
    missing: int = 0
    fold: float = 1.0
    designs: int = 4_000


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    kinds = ("one line", "two lines", "vehicle")
    null = [Scenario(lanes, n) for lanes in kinds for n in (2, 3, 4, 6)]
    rough = [Scenario("two lines", 3, scatter) for scatter in ("last x2", "last x3", "0 h x2", "t5")]
    rough += [Scenario("one line", n, "last x2") for n in (2, 3, 6)]
    gaps = [Scenario(lanes, 3, missing=2, designs=200) for lanes in kinds]
    power = [Scenario(lanes, n, fold=f) for lanes in kinds for n in (2, 3, 4) for f in (0.8, 0.667, 0.5)]
    return null + rough + gaps + [replace(scenario, designs=1_000) for scenario in power]


def contrasts(lanes: str) -> FloatArray:
    """Return what is asked, a row a difference: each hour over 0 h; the treatment also over the vehicle."""
    courses = 1 if lanes == "one line" else 2
    rows = []
    for course in range(courses):
        zero = 0 if lanes == "vehicle" else N_HOURS * course
        rows += [(N_HOURS * course + hour, zero) for hour in range(1, N_HOURS)]
    rows += [(N_HOURS + hour, hour) for hour in range(1, N_HOURS)] if lanes == "vehicle" else []
    table = np.zeros((len(rows), N_HOURS * courses))
    for i, (later, base) in enumerate(rows):
        table[i, later], table[i, base] = 1, -1
    return table


def draw(scenario: Scenario, n_cells: int, rng: np.random.Generator) -> FloatArray:
    """Return ln volumes (n, n_cells) of the control."""
    hours = np.arange(n_cells) % N_HOURS
    sizes = {"last": hours == N_HOURS - 1, "0 h": hours == 0}
    where, _, factor = scenario.scatter.rpartition(" x")
    scale = np.where(sizes[where], float(factor), 1.0) if where else np.ones(n_cells)
    shape = (scenario.n, n_cells)
    errors = rng.standard_t(5, shape) / np.sqrt(5 / 3) if scenario.scatter == "t5" else rng.normal(size=shape)
    effect = np.where(np.arange(n_cells) == n_cells - 1, np.log(scenario.fold), 0.0)
    return np.asarray(SD * scale * errors + effect + rng.normal(0, 0.4, (scenario.n, 1)))


def run(scenario: Scenario, rng: np.random.Generator) -> dict[str, object]:
    """Return one row of the table."""
    asked = contrasts(scenario.lanes)
    block, cell = (index.ravel() for index in np.indices((scenario.n, asked.shape[1])))
    alarms, found, covers = 0, 0, []
    truth = asked[:, -1] * np.log(scenario.fold)
    for _ in range(scenario.designs):
        values = draw(scenario, asked.shape[1], rng).ravel()
        kept = np.sort(rng.permutation(len(values))[scenario.missing :])
        tested = compare_cells(values[kept], block[kept], cell[kept], asked)
        called = tested.p_adjusted < 0.05
        alarms += bool(called.any())
        found += bool((called & (truth != 0)).any())
        covers.append(np.mean(((tested.low < truth) & (truth < tested.high))[np.isfinite(tested.estimate)]))
    shares = {"family_wise": alarms / scenario.designs, "found": found / scenario.designs, "covers": np.mean(covers)}
    return scenario.__dict__ | {name: round(float(share), 4) for name, share in shares.items()}


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
