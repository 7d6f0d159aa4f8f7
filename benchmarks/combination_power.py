"""What the power of a combination index promises against what simulated studies keep, to combination_power.csv.

Each row draws studies of `n` experiments: two agents in the ratio of their median-effect doses, each alone and both
together at `doses` doses two-fold apart, in triplicate wells of SD `well_sd`, with slope `m`. The potency of each curve
varies between experiments with SD `potency_sd` of ln Dm by itself, and the true index is `index`. `predicted_sd` and
`predicted_power` are what `doses.combination_power` says before. `simulated_sd` is the SD of one experiment's ln index,
the mean over the levels that the doses enclose, of curves fitted by `doses.fit_median_effect_curves`, and
`simulated_power` the share of studies whose t interval excludes 1 on the side of the index (below it for an index of
1). `called` is the share of the first `checked` studies whose headline is "synergy" by `doses.index_over_experiments`,
and `agrees` the share in which that is what their t interval says. Run:
python -m benchmarks.combination_power [studies [checked]]
"""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from cytotools.doses.combination_power import PlannedCurve, curves_ln_sd, levels_reached, power_to_resolve
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
from cytotools.doses.combined_indices import index_over_experiments
from cytotools.doses.median_effect_curves import fit_median_effect_curves

FloatArray = NDArray[np.float64]
STUDIES, CHECKED, SEED = 5000, 200, 20_261_209
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
    def dose(self) -> FloatArray:
        """Doses over the median-effect dose of an agent alone; together, over that if doses add."""
        return np.asarray(SPACING ** (np.arange(self.doses) - (self.doses - 1) / 2))


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    found = [
        Scenario(m=m, well_sd=well, potency_sd=sd) for sd, well, m in product((0.1, 0.2), (0.03, 0.06), (1.0, 2.0))
    ]
    found += [Scenario(0.7, n, potency_sd=sd, well_sd=0.06) for sd, n in product((0.1, 0.2), (3, 4, 6, 8))]
    found += [Scenario(0.7, 4, doses, m) for doses, m in product((5, 9), (1.0, 2.0))]
    return [*found, Scenario(1.0), Scenario(1.0, 6, well_sd=0.06)]


def planned(scenario: Scenario) -> tuple[list[PlannedCurve], PlannedCurve, tuple[float, ...]]:
    """Return the curves of the plan, each agent alone and both together, and the levels that all enclose."""
    alone = [PlannedCurve(scenario.dose, WELLS, scenario.m)] * 2
    together = PlannedCurve(scenario.dose / scenario.index, WELLS, scenario.m)
    return alone, together, levels_reached([*alone, together])


def drawn(scenario: Scenario, studies: int) -> FloatArray:
    """Return fractions affected, shape (3, studies, n, n_wells), the combination last."""
    seed = [SEED, scenario.n, *(int(100 * value) for value in (scenario.index, scenario.potency_sd, scenario.well_sd))]
    rng = np.random.default_rng([*seed, scenario.doses, int(scenario.m)])
    shape = (3, studies, scenario.n, 1)
    ln_dm = np.log([1.0, 1.0, scenario.index])[:, None, None, None] + scenario.potency_sd * rng.standard_normal(shape)
    ln_dose = np.log(np.repeat(scenario.dose, WELLS))
    noise = scenario.well_sd * rng.standard_normal((*shape[:3], len(ln_dose)))
    return np.asarray(1.0 / (1.0 + np.exp(-scenario.m * (ln_dose - ln_dm))) + noise)


def ln_indices(scenario: Scenario, affected: FloatArray) -> FloatArray:
    """Return the mean ln index of each experiment over the levels of the plan, shape (studies, n)."""
    dose = np.repeat(scenario.dose, WELLS)
    levels = planned(scenario)[2]
    first, second, both = (
        fit_median_effect_curves(dose, curve.reshape(-1, len(dose))).ln_dose_at(levels)[0] for curve in affected
    )
    ln_index = both + np.log(0.5 * np.exp(-first) + 0.5 * np.exp(-second))
    return np.asarray(ln_index.mean(axis=1).reshape(-1, scenario.n))


def headline_of(scenario: Scenario, affected: FloatArray) -> str:
    """Return the verdict of the product on one study, (3, n, n_wells)."""
    dose = np.repeat(scenario.dose, WELLS)
    held = []
    for number, curves in enumerate(np.moveaxis(affected, 1, 0)):
        *singles, combined = (CurveWells(dose, curve, np.ones(len(dose))) for curve in curves)
        held.append(CombinedExperiment(str(number), tuple(singles), combined, (0.5, 0.5)))
    return index_over_experiments(held).headline.verdict


def row(scenario: Scenario, studies: int, checked: int) -> dict[str, object]:
    """Return one row of the table."""
    affected = drawn(scenario, studies)
    found = ln_indices(scenario, affected)
    reach = t.ppf(0.975, scenario.n - 1) * found.std(axis=1, ddof=1) / scenario.n**0.5
    below = found.mean(axis=1) + reach < 0
    called = np.array([headline_of(scenario, affected[:, k]) == "synergy" for k in range(checked)])
    alone, together, levels = planned(scenario)
    sd = curves_ln_sd(alone, together, (1.0, 1.0), scenario.well_sd, scenario.potency_sd, levels)
    return asdict(scenario) | {
        "predicted_sd": round(sd, 4),
        "simulated_sd": round(float(np.sqrt(np.mean(found.var(axis=1, ddof=1)))), 4),
        "predicted_power": round(power_to_resolve(scenario.index, sd, scenario.n), 3),
        "simulated_power": round(float(below.mean()), 3),
        "called": round(float(called.mean()), 3),
        "agrees": round(float(np.mean(called == below[:checked])), 3),
        "studies": studies,
        "checked": checked,
    }


def main() -> None:
    """Write the table."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    checked = int(sys.argv[2]) if len(sys.argv) > 2 else CHECKED
    rows = []
    for scenario in scenarios():
        rows.append(row(scenario, studies, checked))
        print(" ".join(str(value) for value in rows[-1].values()), flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
