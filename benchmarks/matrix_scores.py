"""The fits behind ZIP against brute force, and the time of four scores, to matrix_scores.csv beside this file.

A row takes `matrices` dose matrices of 6 x 6: the two of the mathews data, or simulated ones whose agents are usual,
steep, flat, rising (they stimulate), shallow or hardly noisy. `fits` counts single agents and slices. Of these
`beyond_best` have a sum of squares more than 1e-8 above the least that MINPACK finds from `starts` random starts over
the space that `cytotools.doses.curve_valleys` states; `worse` do so where scipy's curve_fit starts once (middle dose,
slope 1, largest response); `stopped` are those whose steps did not come to rest.

`seconds` is the processor's time for Bliss, HSA, Loewe and ZIP over three plates, with 1000 matrices drawn anew for
each score that needs them, on one core; `times_faster` is that of a loop with scipy's curve_fit over the ZIP curves of
as many matrices, measured on 20 of them, over it.

    python -m benchmarks.matrix_scores [--matrices 20] [--starts 60] [--data ../shared/data]
"""

from __future__ import annotations

import argparse
import csv
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit, least_squares

from cytotools.doses.curve_valleys import FARTHEST, FLATTEST, REACH, STEEPEST
from cytotools.doses.dose_matrix import DoseMatrix, FloatArray
from cytotools.doses.excess_scatter import METHODS
from cytotools.doses.matrix_excess import excess_over_plates
from cytotools.doses.single_agents import RisesFromBaseline, fit_rises

SEED, DRAWS, SOME = 20_261_206, 1000, 20
DOSES = np.array([0.0, 0.1, 0.3, 1.0, 3.0, 10.0])
KINDS = {  # slope and height of the agents, SD of wells
    "usual": (1.3, 1.0, 0.04),
    "steep": (8.0, 1.0, 0.04),
    "flat": (1.0, 0.0, 0.04),
    "rising": (1.3, -0.6, 0.04),
    "shallow": (0.4, 1.0, 0.04),
    "hardly noisy": (1.3, 1.0, 1e-4),
}


def simulated(kind: str, count: int, rng: np.random.Generator) -> FloatArray:
    """Return matrices (count, 6, 6) of Bliss-additive agents."""
    slope, height, sd = KINDS[kind]
    half = np.exp(rng.normal(0.0, 1.0, (2, count, 1)))
    with np.errstate(divide="ignore"):
        first, second = height / (1.0 + (half / DOSES) ** slope)
    together = first[:, :, None] + second[:, None] - first[:, :, None] * second[:, None]
    return np.asarray(together + sd * rng.standard_normal(together.shape))


def problems(doses_1: FloatArray, doses_2: FloatArray, affected: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the doses and heights (n_curves, n_doses) of the single agents and slices of a matrix."""
    first, second = affected[None, 1:, 0], affected[None, 0, 1:]
    yield doses_1, first
    yield doses_2, second
    inner = affected[1:, 1:]
    yield doses_1, (inner - fit_rises(doses_2, second).at(doses_2)).T
    yield doses_2, inner - fit_rises(doses_1, first).at(doses_1).T


def least_known(dose: FloatArray, row: FloatArray, starts: int, rng: np.random.Generator) -> float:
    """Return the least sum of squares from random starts over place and slope; the height has a formula."""
    x = np.log(dose)

    def residuals(p: FloatArray) -> FloatArray:
        hill = np.exp(np.clip(p[1], np.log(FLATTEST), np.log(STEEPEST)))
        reach = min(REACH / hill, FARTHEST)
        place = np.clip(p[0], x[0] - reach, x[-1] + reach)
        share = 1.0 / (1.0 + np.exp(-np.clip(hill * (x - place), -300.0, 300.0)))
        return np.asarray(row - share * (share @ row) / max(float(share @ share), 1e-300))

    found = np.inf
    for _ in range(starts):
        start = [rng.uniform(x[0] - 2.0, x[-1] + 2.0), rng.normal(0.5, 1.2)]
        run = least_squares(residuals, start, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=600)
        found = min(found, 2.0 * float(run.cost))
    return found


def by_scipy(dose: FloatArray, row: FloatArray) -> float:
    """Return the sum of squares of one curve_fit, inf where it gives up."""

    def curve(x: FloatArray, height: float, half: float, slope: float) -> FloatArray:
        return np.asarray(height / (1.0 + (half / x) ** slope))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", (OptimizeWarning, RuntimeWarning))
        try:
            best, _ = curve_fit(curve, dose, row, p0=[row[np.abs(row).argmax()], np.median(dose), 1.0])
        except RuntimeError:
            return np.inf
        rss = float(np.sum((curve(dose, *best) - row) ** 2))
    return rss if np.isfinite(rss) else np.inf


def optima(
    name: str, matrices: list[tuple[FloatArray, FloatArray, FloatArray]], starts: int, rng: np.random.Generator
) -> dict[str, object]:
    """Return how the fits of matrices compare with brute force."""
    beyond = worse = stopped = count = 0
    for doses_1, doses_2, affected in matrices:
        for dose, heights in problems(doses_1[1:], doses_2[1:], affected):
            fits: RisesFromBaseline = fit_rises(dose, heights)
            stopped += int((fits.limit == "stopped").sum())
            for row, rss in zip(heights, fits.rss.tolist(), strict=True):
                rounding = 1e-15 * float(row @ row)
                best = min(least_known(dose, row, starts, rng), rss)
                beyond += rss > best * (1.0 + 1e-8) + rounding
                worse += by_scipy(dose, row) > best * (1.0 + 1e-8) + rounding
                count += 1
    return {
        "kind": name,
        "matrices": len(matrices),
        "fits": count,
        "starts": starts,
        "beyond_best": beyond,
        "worse": worse,
        "stopped": stopped,
    }


def mathews(folder: Path) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Return the two matrices of the mathews data, where they are there."""
    tables = [np.genfromtxt(path, delimiter=",") for path in sorted(folder.glob("doses/mathews_block*_matrix.csv"))]
    return [(table[1:, 0], table[0, 1:], table[1:, 1:] / 100.0) for table in tables]


def speed(rng: np.random.Generator) -> dict[str, object]:
    """Return the time of four scores, and how many times that of curve_fit is."""
    matrices = simulated("usual", 3, rng)
    matrices[:, 0, 0] = 0.0
    covariance = np.diag([0.0, *[0.04**2] * 35])
    plates = [DoseMatrix(str(k), DOSES, DOSES, matrix, covariance) for k, matrix in enumerate(matrices)]
    seconds = []
    for _ in range(3):
        begin = time.process_time()
        for method in METHODS:
            excess_over_plates(plates, method, draws=DRAWS)
        seconds.append(time.process_time() - begin)
    curves = [found for matrix in simulated("usual", SOME, rng) for found in problems(DOSES[1:], DOSES[1:], matrix)]
    begin = time.process_time()
    for dose, heights in curves:
        for row in heights:
            by_scipy(dose, row)
    peer = (time.process_time() - begin) * DRAWS / SOME
    return {"seconds": round(min(seconds), 2), "times_faster": round(peer / min(seconds), 1)}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matrices", type=int, default=20)
    parser.add_argument("--starts", type=int, default=60)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    rng, table = np.random.default_rng(SEED), []
    sets = {"mathews": mathews(options.data)}
    sets |= {kind: [(DOSES, DOSES, m) for m in simulated(kind, options.matrices, rng)] for kind in KINDS}
    table = [optima(kind, matrices, options.starts, rng) for kind, matrices in sets.items()]
    table.append({"kind": f"speed: 3 plates, 4 scores, {DRAWS} draws"} | speed(rng))
    names = list(table[0]) + list(table[-1])[1:]
    for row in table:
        print(row, flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main()
