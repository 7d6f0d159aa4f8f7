"""Error rates and power of the comparison of schedules, to schedule_error_rates.csv beside this file.

Each row draws studies of three schedules: ln IC50 = experiment (SD 0.2) + schedule + error within, whose SD `within`
is that of each schedule in turn. `family_wise` is the share of studies in which an adjusted p is below 0.05, and
`per_test` that of the worst single contrast; without an effect these are false alarms. With one, the last schedule has
an IC50 `fold` times higher: `power` is how often it is told from both others after adjustment, `told` how often from
one of them, and the false alarms are those of the contrast that is left. `covers` is the share of single intervals that
hold the truth. The same by two other rules: the pooled scatter of the model alone (`pooled_*`), and a paired t test of
each pair with Holm's method (`paired_*`). `missing` takes the last schedule out of the first experiment.
Run: python -m benchmarks.schedule_error_rates [studies]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from blots.designs import design_of
from blots.multiplicity import holm
from cytotools.doses import block_contrasts

FloatArray = NDArray[np.float64]
STUDIES, SEED = 10_000, 20_261_208
BETWEEN = 0.2
PAIRS = list(combinations(range(3), 2))


@dataclass(frozen=True)
class Scenario:
    """One kind of study."""

    n: int
    within: tuple[float, float, float]
    fold: float = 1.0
    missing: bool = False


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    alike = [(0.1, 0.1, 0.1), (0.2, 0.2, 0.2)]
    unlike = [(0.1, 0.1, 0.2), (0.2, 0.1, 0.1), (0.1, 0.2, 0.2), (0.1, 0.1, 0.3)]
    null = [Scenario(n, within) for within in (*alike, *unlike) for n in (3, 4, 6)]
    null += [Scenario(n, within, missing=True) for within in (alike[0], unlike[0]) for n in (3, 4)]
    return null + [Scenario(n, within, 2.0) for within in (*alike, *unlike) for n in (3, 4, 6)]


def drawn(scenario: Scenario, studies: int) -> FloatArray:
    """Return ln IC50s, shape (studies, n, 3), NaN where an experiment lacks a schedule."""
    rng = np.random.default_rng([SEED, scenario.n, int(100 * sum(scenario.within)), int(scenario.fold)])
    values = BETWEEN * rng.standard_normal((studies, scenario.n, 1))
    values = values + np.array(scenario.within) * rng.standard_normal((studies, scenario.n, 3))
    values[:, :, 2] += np.log(scenario.fold)
    if scenario.missing:
        values[:, 0, 2] = np.nan
    return values


def by_product(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return p, adjusted p, and the limits of each pair of one study: what the product says."""
    found = block_contrasts(
        {str(j): {str(i): v for i, v in enumerate(values[:, j].tolist()) if v == v} for j in range(3)}
    )
    limits = np.array([[one.low, one.high] for one in found])
    return np.array([one.p_value for one in found]), np.array([one.p_adjusted for one in found]), limits


def by_others(values: FloatArray) -> Iterator[FloatArray]:
    """Yield the p-values of a study by the pooled scatter alone, then by paired t tests."""
    held = np.isfinite(values)
    design, entries = design_of(held), values[held]
    variance = float(np.sum((design.residual_maker @ entries) ** 2)) / design.degrees_of_freedom
    weights = np.array([design.weights[i] - design.weights[j] for i, j in PAIRS])
    t = weights @ entries / np.sqrt(variance * np.sum(weights**2, axis=1))
    yield np.asarray(2.0 * stdtr(design.degrees_of_freedom, -np.abs(t)))
    differences = [values[:, i] - values[:, j] for i, j in PAIRS]
    differences = [one[np.isfinite(one)] for one in differences]
    yield np.array([2.0 * stdtr(len(d) - 1, -abs(d.mean()) / (d.std(ddof=1) / len(d) ** 0.5)) for d in differences])


def row(scenario: Scenario, studies: int) -> dict[str, object]:
    """Return one row of the table."""
    rules: dict[str, list[tuple[FloatArray, FloatArray]]] = {"": [], "pooled_": [], "paired_": []}
    truth = np.array([0.0, -np.log(scenario.fold), -np.log(scenario.fold)])
    covered = []
    for values in drawn(scenario, studies):
        p, adjusted, limits = by_product(values)
        covered.append((limits[:, 0] <= truth) & (truth <= limits[:, 1]))
        rules[""].append((p, adjusted))
        for rule, others in zip(("pooled_", "paired_"), by_others(values), strict=True):
            rules[rule].append((others, np.array(holm(others.tolist()))))
    shown: dict[str, object] = {"n": scenario.n, "within": " ".join(f"{sd:g}" for sd in scenario.within)}
    shown |= {"fold": scenario.fold, "missing": scenario.missing, "studies": studies}
    shown["covers"] = round(float(np.mean(covered)), 4)
    for rule, found in rules.items():
        shown |= {f"{rule}{name}": value for name, value in _shares(np.array(found), scenario.fold > 1).items()}
    return shown


def _shares(found: FloatArray, effect: bool) -> dict[str, object]:
    """Return the shares of p (studies, 2, 3), single and adjusted, that are below 0.05."""
    single, adjusted = found[:, 0] < 0.05, found[:, 1] < 0.05
    null = slice(0, 1) if effect else slice(0, 3)
    return {
        "per_test": round(float(single[:, null].mean(axis=0).max()), 4),
        "family_wise": round(float(adjusted[:, null].any(axis=1).mean()), 4),
        "power": round(float(adjusted[:, 1:].all(axis=1).mean()), 4) if effect else "",
        "told": round(float(adjusted[:, 1:].mean()), 4) if effect else "",
    }


def main() -> None:
    """Write the table."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    rows = []
    for scenario in scenarios():
        rows.append(row(scenario, studies))
        print(" ".join(str(value) for value in rows[-1].values()), flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
