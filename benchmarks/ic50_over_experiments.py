"""How often the IC50 over experiments holds the truth, to ic50_over_experiments.csv beside this file.

Every row simulates studies of n experiments whose ln IC50 varies with SD `between_sd`: each experiment is a plate of
six control wells and triplicates at `doses` doses, three-fold apart, up to `top_over_ic50` times the mean IC50, with a
well SD of `well_sd` of the control (`noisy` times that on the first plate). Curves are fitted and profiled by
`cytotools.doses.fit_dose_responses`, and their IC50s go through `cytotools.doses.over_experiments`. The truth is the
mean of ln IC50 over all experiments, of which n are drawn.

`covers` is the share of intervals that hold it, open ones included; `miss_low` and `miss_high` are the shares whose
lower limit lies above it, and whose upper limit lies below it (2.5 % each is nominal); `answered` is the share with an
IC50 and both limits; `fold` is the median of high / low among these, and `low` the median of the lower limit over the
truth among the others. `covers_pooled` is what pooling all wells into one curve gives (its profile interval), for
`pooled_draws` of the studies. A row has its own seed. Run: python -m benchmarks.ic50_over_experiments [draws]
"""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cytotools.doses.dose_responses import DoseResponses, fit_dose_responses
from cytotools.doses.experiments import ExperimentIc50, Ic50Estimate, over_experiments

FloatArray = NDArray[np.float64]
SEED, DRAWS = 20_261_130, 2000
CONTROLS, REPEATS, FOLD, BOTTOM = 6, 3, 3.0, 0.05


@dataclass(frozen=True)
class Scenario:
    """One design and its errors."""

    n: int
    between_sd: float
    top_over_ic50: float = 30.0
    well_sd: float = 0.06
    doses: int = 8
    hill: float = 1.5
    noisy: float = 1.0


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    full = [Scenario(n, sd, well_sd=w) for n in (3, 4, 6) for sd in (0.2, 0.35) for w in (0.03, 0.06, 0.10)]
    full += [Scenario(2, sd) for sd in (0.2, 0.35)]
    ranges = ((7, 27.0), (10, 81.0))
    designs = [Scenario(n, 0.35, doses=doses, top_over_ic50=top) for n in (3, 6) for doses, top in ranges]
    slopes = [Scenario(3, 0.35, hill=hill) for hill in (0.8, 3.0)]
    noisy = [Scenario(n, sd, noisy=4.0, well_sd=0.03) for n in (3, 6) for sd in (0.2, 0.35)]
    tops = (10.0, 3.0, 1.5, 1.0, 0.5)
    partly = [Scenario(n, 0.35, top, w) for top in tops for n in (2, 3, 6) for w in (0.03, 0.10)]
    return [*full, *designs, *slopes, *noisy, *partly]


def doses_of(scenario: Scenario) -> FloatArray:
    """Return the dose of each well of a plate; the mean IC50 is 1."""
    steps = scenario.top_over_ic50 * FOLD ** -np.arange(scenario.doses, dtype=np.float64)[::-1]
    return np.concatenate([np.zeros(CONTROLS), np.repeat(steps, REPEATS)])


def plates(scenario: Scenario, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return the responses of all plates, shape (draws, n, wells)."""
    dose = doses_of(scenario)
    ic50 = np.exp(scenario.between_sd * rng.standard_normal((draws, scenario.n, 1)))
    curve = BOTTOM + (1.0 - BOTTOM) / (1.0 + (dose / ic50) ** scenario.hill)
    sd = scenario.well_sd * np.where(np.arange(scenario.n) == 0, scenario.noisy, 1.0)[:, None]
    return np.asarray(curve + sd * rng.standard_normal(curve.shape))


def estimates(scenario: Scenario, responses: FloatArray) -> list[Ic50Estimate]:
    """Return the IC50 over the experiments of each study."""
    draws, n, wells = responses.shape
    fits = fit_dose_responses(doses_of(scenario), responses.reshape(draws * n, wells))
    ones = experiments_of(fits)
    return [over_experiments(ones[k * n : (k + 1) * n]) for k in range(draws)]


def experiments_of(fits: DoseResponses) -> list[ExperimentIc50]:
    """Return each curve as an experiment."""
    lows, highs = fits.ic50_interval
    columns = (fits.ic50, lows, highs, fits.dose_min, fits.dose_max)
    return [ExperimentIc50(*row) for row in np.array(columns).T.tolist()]


def pooled(scenario: Scenario, responses: FloatArray) -> float:
    """Return how often the profile interval of all wells in one curve holds the truth."""
    draws, n, wells = responses.shape
    fits = fit_dose_responses(np.tile(doses_of(scenario), n), responses.reshape(draws, n * wells))
    lows, highs = fits.ic50_interval
    return float(np.mean((lows <= 1.0) & (highs >= 1.0)))


def row_of(scenario: Scenario, draws: int, rng: np.random.Generator) -> dict[str, float]:
    """Return one row of the table."""
    responses = plates(scenario, draws, rng)
    found = estimates(scenario, responses)
    lows, highs = (np.array([getattr(one, name) for one in found]) for name in ("low", "high"))
    answered = np.array([not np.isnan(one.ic50) for one in found])
    few = responses[: max(draws // 4, 1)]
    measured = {
        "covers": np.mean((lows <= 1.0) & (highs >= 1.0)),
        "miss_low": np.mean(lows > 1.0),
        "miss_high": np.mean(highs < 1.0),
        "answered": answered.mean(),
        "fold": np.median((highs / lows)[answered]) if answered.any() else np.nan,
        "low": np.median(lows[~answered]) if not answered.all() else np.nan,
        "covers_pooled": pooled(scenario, few),
    }
    rounded = {name: round(float(value), 4) for name, value in measured.items()}
    return asdict(scenario) | {"draws": draws} | rounded | {"pooled_draws": len(few)}


def main() -> None:
    """Write the table; each row has its own seed, none of which the method was tuned on."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    rows = [row_of(one, draws, np.random.default_rng([SEED, k])) for k, one in enumerate(scenarios())]
    path = Path(__file__).with_suffix(".csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
