"""Speed and optimum of many curve fits against a scipy loop in the same run, to curve_fits.csv beside this file.

A row is a design with its curves: ic50s spread over `ic50_low` to `ic50_high`, ln hill slopes of SD 0.4 or so about
`hill`, bottoms of 0 to 0.3 below a top of 1, a well SD of `well_sd`; in the rows that say so a third of the curves has
a well 0.5 too high. `seconds` is `fit_dose_responses` with standard errors, `scipy_seconds` a loop of
`scipy.optimize.curve_fit` over the same curves (one start, its default settings; over `scipy_curves` of them, scaled
up), each the least of three runs on one core. `beyond_best` counts curves whose sum of squares is more than 1e-8 of
itself above the best known, that of `starts` runs of MINPACK from random starts and of a grid eight times as fine;
`checked` curves are compared. `scipy_beyond_best` says the same of the scipy loop in percent of its curves.
`profile_seconds` is for the profile limits of all curves, in one process. `unit_change` and `order_change` are the
largest relative change of any parameter, error or limit of the converged curves when doses go from nM to M, and when
wells are shuffled.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.curve_fits [--curves 10000] [--checked 300] [--starts 30]
"""

from __future__ import annotations

import argparse
import csv
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit, least_squares

from cytotools.doses import DoseResponses, curve_grid, fit_dose_responses, response_at
from cytotools.doses.sigmoid import FloatArray

SEED, RUNS, SCIPY_CURVES = 20_261_201, 3, 1000
PLATE = tuple(np.repeat([0.0, *np.geomspace(0.01, 100.0, 9)], 3).tolist())


@dataclass(frozen=True)
class Curves:
    """A design and the curves that are drawn for it."""

    name: str
    doses: tuple[float, ...] = PLATE
    ic50_low: float = 0.03
    ic50_high: float = 30.0
    hill: float = 1.2
    well_sd: float = 0.05
    outliers: bool = False
    height: float = 1.0


def designs() -> list[Curves]:
    """Return every row of the table."""
    six = tuple(np.repeat([0.1, 0.3, 1.0, 3.0, 10.0, 30.0], 2).tolist())
    wide = tuple(np.repeat([0.0, *np.geomspace(1e-3, 1e6, 19)], 2).tolist())
    fine = (0.0, *(1.5 ** np.arange(12)).tolist())
    return [
        Curves("plate: 3 controls, 9 doses x 3"),
        Curves("plate, outliers", outliers=True),
        Curves("plate, rising", height=-0.8),
        Curves("plate, flat", height=0.0),
        Curves("plate, hill 10", ic50_low=0.01, ic50_high=100.0, hill=10.0),
        Curves("plate, ic50 beyond the doses", ic50_low=30.0, ic50_high=3000.0),
        Curves("plate, hardly any scatter", well_sd=1e-4),
        Curves("6 wells", (0.0, 0.1, 0.3, 1.0, 3.0, 10.0), ic50_low=0.05, ic50_high=20.0),
        Curves("6 doses x 2, no control", six, ic50_low=0.05, ic50_high=60.0),
        Curves("19 doses over 9 decades x 2", wide, ic50_low=1e-3, ic50_high=1e6, well_sd=0.08, outliers=True),
        Curves("12 doses, 1.5-fold apart", fine, ic50_low=1.0, ic50_high=86.0, hill=4.5, well_sd=0.1),
    ]


def drawn(one: Curves, count: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the doses and the responses of the curves."""
    rng, dose = np.random.default_rng([SEED, seed]), np.array(one.doses)
    ic50 = np.exp(rng.uniform(np.log(one.ic50_low), np.log(one.ic50_high), (count, 1)))
    hill, bottom = one.hill * np.exp(rng.normal(0.0, 0.4, (count, 1))), rng.uniform(0.0, 0.3, (count, 1))
    y = response_at(dose, bottom, bottom + one.height * (1.0 - bottom), ic50, hill)
    y = y + one.well_sd * rng.standard_normal(y.shape)
    if one.outliers:
        off = np.flatnonzero(rng.random(count) < 1 / 3)
        y[off, rng.integers(0, len(dose), len(off))] += 0.5
    return dose, y


def least_seconds(work: Callable[[], object]) -> float:
    """Return the least time of some runs."""
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def hill_curve(dose: FloatArray, bottom: float, top: float, ic50: float, hill: float) -> FloatArray:
    """Return a curve as it is usually written for scipy."""
    return np.asarray(bottom + (top - bottom) / (1.0 + (dose / ic50) ** hill))


def scipy_loop(dose: FloatArray, y: FloatArray) -> FloatArray:
    """Return the sums of squares of one curve_fit a curve, NaN where it gives up."""
    found, middle = np.full(len(y), np.nan), float(np.exp(np.mean(np.log(dose[dose > 0]))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", (OptimizeWarning, RuntimeWarning))
        for i, row in enumerate(y):
            try:
                best, _ = curve_fit(hill_curve, dose, row, p0=[row.min(), row.max(), middle, 1.0])
            except RuntimeError:
                continue
            found[i] = np.sum((row - hill_curve(dose, *best)) ** 2)
    return found


def best_known(dose: FloatArray, row: FloatArray, starts: int, rng: np.random.Generator) -> float:
    """Return the least sum of squares of MINPACK from random starts."""
    x = np.log(dose, out=np.full(len(dose), -1e3), where=dose > 0)
    low, high = x[dose > 0].min(), x.max()

    def residuals(p: FloatArray) -> FloatArray:
        u = np.clip(np.exp(min(p[3], 4.6)) * (x - p[2]), -700.0, 700.0)
        return np.asarray(p[0] + p[1] / (1.0 + np.exp(u)) - row)

    found = np.inf
    for _ in range(starts):
        start = [row.min(), np.ptp(row), rng.uniform(low - 1.0, high + 1.0), rng.normal(0.5, 1.0)]
        run = least_squares(residuals, start, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=2000)
        found = min(found, 2.0 * float(run.cost))
    return found


def on_a_finer_grid(dose: FloatArray, y: FloatArray) -> FloatArray:
    """Return the sums of squares from a grid eight times as fine, all of whose valleys are followed."""
    finer = {"PARTS": 8, "MOST_PLACES": 160, "STARTS": 14, "SHALLOW": 20.0, "SHALLOW_FAR": 20.0}
    usual = {name: getattr(curve_grid, name) for name in finer}
    try:
        for name, value in finer.items():
            setattr(curve_grid, name, value)
        return fit_dose_responses(dose, y).rss
    finally:
        for name, value in usual.items():
            setattr(curve_grid, name, value)


def numbers(fits: DoseResponses) -> FloatArray:
    """Return parameters, errors and limits, the doses in the first rows."""
    errors = fits.standard_errors
    in_doses = (fits.ic50, errors.ic50, *fits.profile_limits)
    return np.array([*in_doses, fits.bottom, fits.top, fits.hill_slope, errors.bottom, errors.top, errors.hill_slope])


def largest_change(one: FloatArray, other: FloatArray) -> float:
    """Return the largest relative difference; equal infinities do not differ."""
    differ = one != other
    return float(np.max(np.abs(other[differ] / one[differ] - 1.0), initial=0.0))


def row_of(one: Curves, seed: int, options: argparse.Namespace) -> dict[str, object]:
    """Return one row of the table."""
    dose, y = drawn(one, options.curves, seed)
    some, rng = min(SCIPY_CURVES, options.curves), np.random.default_rng([SEED, seed, 1])

    def ours() -> object:
        return fit_dose_responses(dose, y).standard_errors

    scipy_seconds = least_seconds(lambda: scipy_loop(dose, y[:some])) * options.curves / some
    seconds = least_seconds(ours)
    fits = fit_dose_responses(dose, y)
    begin = time.perf_counter()
    fits.profile_limits  # noqa: B018 (worked out when first asked for)
    profile_seconds = time.perf_counter() - begin
    best = np.minimum(on_a_finer_grid(dose, y), fits.rss)
    for i in range(options.checked):
        best[i] = min(best[i], best_known(dose, y[i], options.starts, rng))
    by_scipy = scipy_loop(dose, y[:some])
    scipy_beyond = ~(by_scipy <= best[:some] * (1 + 1e-8))
    order, kept = np.random.default_rng(SEED).permutation(len(dose)), y[fits.converged]
    whole, in_molar = (numbers(fit_dose_responses(unit * dose, kept)) for unit in (1.0, 1e-9))
    in_molar[:4] *= 1e9
    shuffled = numbers(fit_dose_responses(dose[order], kept[:, order]))
    shape = {name: value for name, value in asdict(one).items() if name != "doses"}
    return shape | {
        "wells": len(dose),
        "curves": len(y),
        "seconds": round(seconds, 3),
        "scipy_seconds": round(scipy_seconds, 2),
        "times_faster": round(scipy_seconds / seconds, 1),
        "profile_seconds": round(profile_seconds, 2),
        "checked": options.checked,
        "starts": options.starts,
        "beyond_best": int(np.sum(fits.rss > best * (1 + 1e-8))),
        "scipy_beyond_best_percent": round(100.0 * float(scipy_beyond.mean()), 2),
        "converged_percent": round(100.0 * float(fits.converged.mean()), 2),
        "unit_change": f"{largest_change(whole, in_molar):.1e}",
        "order_change": f"{largest_change(whole, shuffled):.1e}",
    }


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curves", type=int, default=10_000)
    parser.add_argument("--checked", type=int, default=300)
    parser.add_argument("--starts", type=int, default=30)
    options = parser.parse_args()
    table = []
    for seed, one in enumerate(designs()):
        table.append(row_of(one, seed, options))
        print(table[-1], flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main()
