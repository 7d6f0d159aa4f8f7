"""What `cytotools design` promises of IC50s against what simulated experiments keep, to design_precision.csv beside it.

Each row is a curve of `steps` doses a `factor` apart around 100 nM, with `wells` a dose and `controls`, whose true IC50
lies `off`-fold from there. `predicted_*` is what expected_precision.csv says; `simulated_*` is of experiments drawn
with other seeds, from wells as a reader sees them (signals over a background of 8 blanks, normalised to the controls),
fitted by `doses.fit_dose_responses`. `width` is the median of upper over lower limit inside one experiment (inf where
half are open), `over_width` that of the t interval over `replicates` whose ln IC50 varies with SD 0.2, `told` the share
of experiments with a closed answer. `power` is how often a paired t test finds two lines different whose ratio is the
`smallest_ratio` promised for 80 %; a study with an open experiment finds nothing. Run:
python -m benchmarks.design_precision [draws]
"""

from __future__ import annotations

import csv
import math
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t, ttest_1samp

from cytotools.design.experiment import Curve, Scatter, Wells
from cytotools.design.precision import curve_precision
from cytotools.design.simulated_fits import sigmoid
from cytotools.doses import fit_dose_responses

FloatArray = NDArray[np.float64]
DRAWS, SEED = 1000, 7
EXPERIMENT_SD = 0.2
STUDIES = 20_000
SIGNAL, BACKGROUND, BLANKS = 200_000.0, 2_000.0, 8


@dataclass(frozen=True)
class Scenario:
    """A curve of a design."""

    steps: int = 8
    factor: float = 3.0
    wells: int = 3
    controls: int = 6
    hill_slope: float = 1.0
    well_sd: float = 0.05
    off: float = 1.0
    replicates: int = 3

    @property
    def doses(self) -> tuple[FloatArray, NDArray[np.int64]]:
        """Doses and wells, the controls first."""
        rising = 100.0 * self.factor ** (np.arange(self.steps) - (self.steps - 1) / 2)
        return np.array([0.0, *rising]), np.array([self.controls, *[self.wells] * self.steps])


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    found = [Scenario(off=off) for off in (1 / 3, 1.0, 3.0)]
    found += [Scenario(hill_slope=slope, well_sd=sd) for slope in (0.7, 2.0) for sd in (0.03, 0.10)]
    found += [Scenario(steps=10, factor=2.0, replicates=4), Scenario(steps=6, factor=4.0, wells=2, controls=4)]
    found += [Scenario(steps=7, factor=2.0, hill_slope=1.5), Scenario(steps=6, factor=10**0.5, replicates=6)]
    found += [Scenario(well_sd=0.15, wells=2), Scenario(steps=9, wells=1, controls=3)]
    return found


def simulated(scenario: Scenario, draws: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the IC50s over the truth and their limits, from signals of wells; open answers are NaN."""
    rng = np.random.default_rng([SEED, scenario.steps, int(100 * scenario.well_sd)])
    dose, wells = scenario.doses
    of_well = np.repeat(dose, wells)
    noise = scenario.well_sd * SIGNAL * rng.standard_normal((draws, len(of_well)))
    signal = BACKGROUND + SIGNAL * sigmoid(of_well, 100.0 * scenario.off, scenario.hill_slope) + noise
    blank = BACKGROUND + 0.1 * BACKGROUND * rng.standard_normal((draws, BLANKS)).mean(axis=1, keepdims=True)
    control = signal[:, of_well == 0].mean(axis=1, keepdims=True)
    found = fit_dose_responses(of_well, (signal - blank) / (control - blank)).relative()
    return found.ic50 / (100.0 * scenario.off), found.low, found.high


def row(scenario: Scenario, draws: int) -> dict[str, object]:
    """Return one row of the table."""
    dose, _ = scenario.doses
    curve = Curve(("A",), tuple((float(d),) for d in dose[1:]), (100.0 * scenario.off,), scenario.hill_slope)
    a_plate = Wells(per_dose=scenario.wells, controls=scenario.controls)
    scatter = Scatter(scenario.well_sd, EXPERIMENT_SD)
    promised = curve_precision(curve, "nM", a_plate, scatter, scenario.replicates)
    found, low, high = simulated(scenario, draws)
    with np.errstate(divide="ignore"):
        width = float(np.median(high / low))
    rng = np.random.default_rng(SEED)
    n = scenario.replicates
    lines = np.log(rng.choice(found, (2, STUDIES, n))) + rng.normal(0, EXPERIMENT_SD, (2, STUDIES, n))
    answered = np.isfinite(lines[0]).all(axis=1)
    half = t.ppf(0.975, n - 1) * lines[0][answered].std(axis=1, ddof=1) / math.sqrt(n)
    difference = lines[1] - lines[0] + math.log(promised.smallest_ratio)
    both = np.isfinite(difference).all(axis=1)
    power = np.sum(ttest_1samp(difference[both], 0, axis=1).pvalue < 0.05) / STUDIES
    return asdict(scenario) | {
        "predicted_width": round(promised.fold_width, 3),
        "simulated_width": round(width, 3),
        "width_ratio": round(promised.fold_width / width, 3) if math.isfinite(width) else "",
        "predicted_told": round(promised.answered, 3),
        "simulated_told": round(float(np.isfinite(found).mean()), 3),
        "predicted_over_width": round(promised.fold_width_over_replicates, 3),
        "simulated_over_width": round(float(np.exp(2 * np.median(half))), 3),
        "smallest_ratio": round(promised.smallest_ratio, 3),
        "power": round(float(power), 3) if math.isfinite(promised.smallest_ratio) else "",
        "draws": draws,
    }


def main() -> None:
    """Write the table."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    rows = []
    for scenario in scenarios():
        rows.append(row(scenario, draws))
        print(" ".join(str(value) for value in rows[-1].values()), flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
