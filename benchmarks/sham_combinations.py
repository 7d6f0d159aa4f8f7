"""How often the combination index calls what is not there, and finds what is, to two tables beside this file.

Every row of sham_combinations.csv simulates studies of `n` experiments: 7 doses `fold`-fold apart about the median
effect of each curve, triplicate wells with an SD of `well_sd` of the control, six control wells shared by the curves of
an experiment, and a ln Dm that varies with SD `potency_sd`, drawn for each of its three curves. Two agents of slope
`m` in an equipotent ratio; `ci` is the true index (1: a drug combined with itself). The cases: "alike"; "slopes" (m 1
and 2 together); "potencies" (the second agent at a quarter of its equipotent share); "plateau" (the first agent affects
0.8 at most). Their combinations are Loewe additive at every effect, times `ci`.

`affected` is the level, empty for the headline. Shares of all studies: `tested`, `answered` (tested, with limits),
`synergy`, `antagonism`, `additive` (the verdicts). `covers`: intervals that hold `ci`, among those answered.
`classic`: geometric mean of the log-linear index below 0.9, `classic_one`: that of the first experiment alone. `bias`:
mean of ln index less ln `ci`. `differs`: the most that ln indices of the first studies depart from those of
`index_over_experiments`, and `warned` the share of these with the caution plateau_below_one.
sham_combinations_summary.csv has the means over designs, sham_combinations_speed.csv seconds of one index over 6
experiments with its band of 99 effects, beside scipy's `curve_fit` of the same curves without intervals.
Each row has its own seed. Run: python -m benchmarks.sham_combinations [draws]
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from cytotools.doses.affected_fractions import logit
from cytotools.doses.chou_talalay import index_of
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
from cytotools.doses.combined_indices import LEVELS, index_over_experiments
from cytotools.doses.index_verdicts import MARGIN
from cytotools.doses.median_effect_curves import fit_median_effect_curves, ln_dose_at
from cytotools.doses.t_intervals import t_intervals

FloatArray = NDArray[np.float64]
SEED, DRAWS, CHECKED = 20_261_207, 280, 6
DOSES, REPEATS, CONTROLS, CURVES = 7, 3, 6, 3
CLASSIC = 0.9
EFFECTS = np.linspace(1e-4, 1.0 - 1e-4, 4001)
SHARES = {"potencies": (0.8, 0.2)}
AT = np.array(LEVELS)


@dataclass(frozen=True)
class Scenario:
    """One design and its truth."""

    case: str
    ci: float
    n: int
    potency_sd: float
    fold: float = 2.0
    well_sd: float = 0.06
    m: float = 1.0

    @property
    def shares(self) -> tuple[float, float]:
        """Return the share of each agent in a dose of the combination, in units of their own Dm."""
        return SHARES.get(self.case, (0.5, 0.5))

    @property
    def doses(self) -> FloatArray:
        """Return the dose of each well of a curve, in units of its Dm."""
        return np.repeat(self.fold ** (np.arange(DOSES) - DOSES // 2.0), REPEATS)


@dataclass(frozen=True)
class Indices:
    """ln CI of each experiment, (draws, n, levels), and which levels are tested, (draws, levels)."""

    nonlinear: FloatArray
    classic: FloatArray
    tested: NDArray[np.bool_]


def scenarios() -> list[Scenario]:
    """Return every row of the table."""
    designs = [(fold, sd, m) for fold in (2.0, 3.0) for sd in (0.03, 0.06) for m in (1.0, 2.0)]
    studies = [(n, sd) for n in (3, 4, 6) for sd in (0.0, 0.1, 0.2)]
    sham = [Scenario("alike", 1.0, *study, *design) for study in studies for design in designs]
    varied = [study for study in studies if study[1] > 0]
    true = [Scenario("alike", ci, *study, m=m) for ci in (0.5, 0.7) for study in varied for m in (1.0, 2.0)]
    odd = [Scenario(case, 1.0, *study) for case in ("slopes", "potencies", "plateau") for study in varied]
    return [*sham, *true, *odd]


def alone(scenario: Scenario) -> FloatArray:
    """Return the dose of each agent that has each of EFFECTS, (2, n_effects); infinite above its plateau."""
    slopes = (1.0, 2.0) if scenario.case == "slopes" else (scenario.m, scenario.m)
    tops = (0.8, 1.0) if scenario.case == "plateau" else (1.0, 1.0)
    doses = np.full((2, len(EFFECTS)), np.inf)
    for dose, slope, top in zip(doses, slopes, tops, strict=True):
        reached = top > EFFECTS
        dose[reached] = (EFFECTS[reached] / (top - EFFECTS[reached])) ** (1.0 / slope)
    return doses


def affected(scenario: Scenario, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return the fractions affected of all wells, (draws, n, curves, wells): agents alone, combination last."""
    single = alone(scenario)
    together = scenario.ci / np.sum(np.array(scenario.shares)[:, None] / single, axis=0)
    shift = scenario.potency_sd * rng.standard_normal((draws, scenario.n, CURVES, 1))
    ln_dose = np.log(scenario.doses) - shift
    effect = np.empty(ln_dose.shape)
    for curve, dose in enumerate((*single, together)):
        known = np.isfinite(dose)
        effect[:, :, curve] = np.interp(ln_dose[:, :, curve], np.log(dose[known]), EFFECTS[known])
    control = 1.0 + scenario.well_sd / CONTROLS**0.5 * rng.standard_normal((draws, scenario.n, 1, 1))
    return np.asarray(1.0 - (1.0 - effect + scenario.well_sd * rng.standard_normal(effect.shape)) / control)


def ln_indices(scenario: Scenario, ln_dm: FloatArray, m: FloatArray) -> FloatArray:
    """Return ln CI at LEVELS, (draws, n, levels), from median effects (draws, n, curves)."""
    ln_dose, _ = ln_dose_at(ln_dm, m, np.zeros((*m.shape, 2, 2)), LEVELS)
    parts = np.array(scenario.shares)[:, None] * np.exp(ln_dose[:, :, -1:] - ln_dose[:, :, :-1])
    return np.asarray(np.log(index_of(np.moveaxis(parts, 2, 0))))


def nonlinear(doses: FloatArray, wells: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ln Dm and m of all curves at once, NaN where the product gives none."""
    fits = fit_median_effect_curves(doses, wells.reshape(-1, len(doses)))
    lost = ~np.isin(fits.limit, ["", "steep"])
    ln_dm, m = (np.where(lost, np.nan, values).reshape(wells.shape[:-1]) for values in (np.log(fits.dm), fits.m))
    return ln_dm, m


def log_linear(doses: FloatArray, means: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ln Dm and m of straight lines through the logits there are; `doses` and means of each dose."""
    inside = (means > 0) & (means < 1)
    y = logit(np.where(inside, means, 0.5))
    count = inside.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.log(doses) - np.sum(np.log(doses) * inside, axis=-1, keepdims=True) / count
        slope = np.sum(x * y * inside, axis=-1) / np.sum(x**2 * inside, axis=-1)
        middle = np.sum(y * inside, axis=-1) / count[..., 0]
        ln_dm = np.sum(np.log(doses) * inside, axis=-1) / count[..., 0] - middle / slope
    told = slope > 0
    return np.where(told, ln_dm, np.nan), np.where(told, slope, np.nan)


def indices_of(scenario: Scenario, wells: FloatArray) -> Indices:
    """Return the index of each experiment by both fits."""
    doses = scenario.doses
    means = wells.reshape(*wells.shape[:-1], DOSES, REPEATS).mean(axis=-1)
    over = means.mean(axis=1)  # draws, curves, doses
    low, high = (np.array(limit)[:, None] for limit in (over.min(axis=2).max(axis=1), over.max(axis=2).min(axis=1)))
    return Indices(
        ln_indices(scenario, *nonlinear(doses, wells)),
        ln_indices(scenario, *log_linear(doses[::REPEATS], means)),
        (low <= AT) & (high >= AT),
    )


def experiments_of(scenario: Scenario, wells: FloatArray) -> list[CombinedExperiment]:
    """Return the experiments of one study, wells (n, curves, wells)."""
    doses, ones = scenario.doses, np.ones(len(scenario.doses))
    curves = [[CurveWells(doses, own, ones) for own in plate] for plate in wells]
    return [CombinedExperiment(str(k), (a, b), both, scenario.shares) for k, (a, b, both) in enumerate(curves)]


def checks(scenario: Scenario, wells: FloatArray, found: Indices) -> dict[str, float]:
    """Return how the first studies depart from the product, and the share of them with the caution."""
    studies = [index_over_experiments(experiments_of(scenario, own)) for own in wells[:CHECKED]]
    differs = [np.nanmax(np.abs(a.ln_index - b), initial=0.0) for a, b in zip(studies, found.nonlinear, strict=False)]
    warned = [any(said.startswith("plateau_below_one") for said in study.cautions) for study in studies]
    return {"differs": float(max(differs)), "warned": float(np.mean(warned))}


def rates(scenario: Scenario, ln: FloatArray, classic: FloatArray, tested: NDArray[np.bool_]) -> dict[str, float]:
    """Return the shares of one level: ln and classic (draws, n), tested (draws,)."""
    over = t_intervals(ln.T, np.zeros(ln.T.shape))
    low, high, truth = np.exp(over.low), np.exp(over.high), scenario.ci
    answered = tested & np.isfinite(over.low)
    synergy, antagonism = answered & (high < 1.0), answered & (low > 1.0)
    additive = answered & ~synergy & ~antagonism & (low >= 1.0 / MARGIN) & (high <= MARGIN)
    held = (low <= truth) & (high >= truth)
    some = bool(answered.any())
    return {
        "tested": float(tested.mean()),
        "answered": float(answered.mean()),
        "synergy": float(synergy.mean()),
        "antagonism": float(antagonism.mean()),
        "additive": float(additive.mean()),
        "covers": float(held[answered].mean()) if some else np.nan,
        "bias": float(over.mean[answered].mean() - np.log(truth)) if some else np.nan,
        "classic": float(np.mean(np.exp(classic.mean(axis=1)) < CLASSIC)),
        "classic_one": float(np.mean(np.exp(classic[:, 0]) < CLASSIC)),
    }


def rows_of(scenario: Scenario, draws: int, rng: np.random.Generator) -> Iterable[dict[str, object]]:
    """Yield the rows of one design: each level, then the headline."""
    wells = affected(scenario, draws, rng)
    found = indices_of(scenario, wells)
    shared = checks(scenario, wells, found)
    head = asdict(scenario) | {"draws": draws}
    for k, level in enumerate(LEVELS):
        numbers = rates(scenario, found.nonlinear[..., k], found.classic[..., k], found.tested[:, k])
        yield head | {"affected": level} | numbers | shared
    counted, weight = (
        np.any(found.tested, axis=1, keepdims=True)[:, 0],
        found.tested[:, None, :] / found.tested.sum(axis=1).clip(1)[:, None, None],
    )
    headline, classic = np.sum(found.nonlinear * weight, axis=2), found.classic.mean(axis=2)
    yield head | {"affected": ""} | rates(scenario, headline, classic, counted) | shared


def summary(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the means over designs (covers: over the studies answered)."""
    keys = ("case", "ci", "n", "potency_sd", "affected")
    measured = ("tested", "answered", "synergy", "antagonism", "additive", "covers", "bias", "classic", "classic_one")
    groups: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    found = []
    for key, own in groups.items():
        answered = np.array([row["answered"] for row in own], dtype=np.float64)
        means: dict[str, object] = {"studies": sum(int(str(row["draws"])) for row in own)}
        for name in measured:
            values = np.array([row[name] for row in own], dtype=np.float64)
            weight = answered if name in ("covers", "bias") else np.ones(len(own))
            told = np.isfinite(values) & (weight > 0)
            means[name] = float(np.average(values[told], weights=weight[told])) if told.any() else np.nan
        found.append(dict(zip(keys, key, strict=True)) | means)
    return found


def speed(repeats: int = 5) -> list[dict[str, object]]:
    """Return the seconds of one index over 6 experiments, and of scipy's fits of the same curves."""
    scenario = Scenario("alike", 0.7, 6, 0.1)
    wells = affected(scenario, 1, np.random.default_rng(SEED))[0]
    plates, grid = experiments_of(scenario, wells), np.linspace(0.1, 0.9, 99)

    def curve(dose: FloatArray, ln_dm: float, m: float) -> FloatArray:
        return np.asarray(1.0 / (1.0 + np.exp(-m * (np.log(dose) - ln_dm))))

    def ours() -> None:
        index_over_experiments(plates).at(grid)

    def scipys() -> None:
        for own in wells.reshape(-1, wells.shape[-1]):
            curve_fit(curve, scenario.doses, own, p0=(0.0, 1.0))

    found: list[dict[str, object]] = []
    for what, run in (("index over 6 experiments, 99-point band", ours), ("scipy curve_fit of 18 curves", scipys)):
        run()
        seconds = []
        for _ in range(repeats):
            start = time.process_time()
            run()
            seconds.append(time.process_time() - start)
        found.append({"what": what, "cpu_seconds": round(min(seconds), 4)})
    return found


def write(name: str, rows: list[dict[str, object]]) -> None:
    """Write one table beside this file."""
    rounded = [
        {key: round(v, 4) if isinstance(v, float) and key != "differs" else v for key, v in r.items()} for r in rows
    ]
    with Path(__file__).with_name(name).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(rounded[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rounded)


def main() -> None:
    """Write the tables; each row has its own seed, none of which the method was tuned on."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    cases = scenarios()
    seeds = np.random.SeedSequence(SEED).spawn(len(cases))
    rows = [
        row
        for scenario, seed in zip(cases, seeds, strict=True)
        for row in rows_of(scenario, draws, np.random.default_rng(seed))
    ]
    write("sham_combinations.csv", rows)
    write("sham_combinations_summary.csv", summary(rows))
    write("sham_combinations_speed.csv", speed())


if __name__ == "__main__":
    main()
