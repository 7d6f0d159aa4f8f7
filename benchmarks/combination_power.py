"""What the power of a combination index promises against what simulated studies keep, to combination_power.csv.

Each row draws studies of `n` experiments: two agents in the ratio of their median-effect doses, each alone and both
together at `doses` doses two-fold apart, in triplicate wells of SD `well_sd`, with slope `m`. The potency of each curve
varies between experiments with SD `potency_sd` of ln Dm by itself, and the true index is `index`. `predicted_sd` and
`predicted_power` are what `doses.combination_power` says before; `simulated_sd` is the SD of one experiment's headline
ln index, `called` the share of studies whose headline is "synergy" by `doses.index_over_experiments`, and
`standard_error` that of the share. Run: python -m benchmarks.combination_power [studies]
"""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np

from cytotools.doses.combination_power import PlannedCurve, curves_ln_sd, levels_reached, power_to_resolve
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
from cytotools.doses.combined_indices import index_over_experiments

STUDIES, SEED = 1000, 20_261_209
WELLS, SPACING = 3, 2.0


@dataclass(frozen=True)
class Scenario:
    """One kind of study."""

    index: float = 0.5
    n: int = 3
    doses: int = 7
    m: float = 1.0
    well_sd: float = 0.03
    potency_sd: float = 0.1

    @property
    def dose(self) -> np.ndarray:
        """Doses over the median-effect dose of an agent alone; together, over that if doses add."""
        return np.asarray(SPACING ** (np.arange(self.doses) - (self.doses - 1) / 2))


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    found = [
        Scenario(m=m, well_sd=well, potency_sd=sd) for sd, well, m in product((0.1, 0.2), (0.03, 0.06), (1.0, 2.0))
    ]
    found += [Scenario(0.7, n, potency_sd=sd, well_sd=0.06) for sd, n in product((0.1, 0.2), (3, 4, 6, 8))]
    found += [Scenario(0.7, 4, doses, m) for doses, m in product((5, 9), (1.0, 2.0))]
    return [*found, Scenario(1.0, 3), Scenario(1.0, 6, well_sd=0.06)]


def experiment(scenario: Scenario, name: str, rng: np.random.Generator) -> CombinedExperiment:
    """Return the wells of one experiment."""

    def wells(dose: np.ndarray, median: float) -> CurveWells:
        doses = np.repeat(dose, WELLS)
        ln_dm = np.log(median) + scenario.potency_sd * rng.standard_normal()
        affected = 1.0 / (1.0 + np.exp(-scenario.m * (np.log(doses) - ln_dm)))
        affected += scenario.well_sd * rng.standard_normal(len(doses))
        return CurveWells(doses, affected, np.ones(len(doses)))

    singles = wells(scenario.dose, 1.0), wells(scenario.dose, 1.0)
    return CombinedExperiment(name, singles, wells(scenario.dose, scenario.index), (0.5, 0.5))


def predicted_sd(scenario: Scenario) -> float:
    """Return the SD of one experiment's headline ln index that the design's formula gives."""
    alone = PlannedCurve(scenario.dose, WELLS, scenario.m)
    together = PlannedCurve(scenario.dose / scenario.index, WELLS, scenario.m)
    levels = levels_reached([alone, together])
    return curves_ln_sd([alone, alone], together, (1.0, 1.0), scenario.well_sd, scenario.potency_sd, levels)


def row(scenario: Scenario, studies: int) -> dict[str, object]:
    """Return one row of the table."""
    rng = np.random.default_rng([SEED, scenario.n, int(100 * scenario.index), int(100 * scenario.potency_sd)])
    called, spreads = 0, []
    for _ in range(studies):
        held = [experiment(scenario, str(k), rng) for k in range(scenario.n)]
        headline = index_over_experiments(held).headline
        called += headline.verdict == "synergy"
        spreads.append(float(np.var(headline.ln_index, ddof=1)))
    share = called / studies
    sd = predicted_sd(scenario)
    return asdict(scenario) | {
        "predicted_sd": round(sd, 4),
        "simulated_sd": round(float(np.sqrt(np.mean(spreads))), 4),
        "predicted_power": round(power_to_resolve(scenario.index, sd, scenario.n), 3),
        "called": round(share, 3),
        "standard_error": round(float(np.sqrt(share * (1.0 - share) / studies)), 3),
        "studies": studies,
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
