"""Right digits of the 27 certified nonlinear regressions of NIST, to nist_digits.csv beside this file.

A row is one set from one start by one engine: digits of the worst parameter, of the worst standard deviation and of the
residual sum of squares (at most the 11 that are certified), and the time. The peers run in the same process on the same
models: scipy's curve_fit with its defaults and with tolerances of 1e-15, least_squares by Levenberg-Marquardt with
three-point slopes and by the trust region in the scale of the slopes.
Run: python benchmarks/nist_digits.py
"""

from __future__ import annotations

import csv
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit, least_squares

from cytotools.doses.certified.sets import CertifiedSet, certified_sets
from cytotools.doses.least_squares import fit_curve
from cytotools.doses.selftest import right_digits

FloatArray = NDArray[np.float64]


class Found(NamedTuple):
    """What an engine finds."""

    parameters: FloatArray
    standard_errors: FloatArray
    rss: float


def _ours(one: CertifiedSet, start: FloatArray) -> Found:
    fit = fit_curve(one.model, one.x, one.y, start)
    return Found(fit.parameters, fit.standard_errors, fit.rss)


def _curve_fit(one: CertifiedSet, start: FloatArray, **options: Any) -> Found:
    found, covariance = curve_fit(one.model, one.x, one.y, start, maxfev=100_000, **options)
    return Found(found, np.sqrt(np.diag(covariance)), float(np.sum((one.model(one.x, *found) - one.y) ** 2)))


def _tight(one: CertifiedSet, start: FloatArray) -> Found:
    return _curve_fit(one, start, ftol=1e-15, xtol=1e-15, gtol=1e-15)


def _least_squares(one: CertifiedSet, start: FloatArray, **options: Any) -> Found:
    def errors(parameters: FloatArray) -> FloatArray:
        return np.asarray(one.model(one.x, *parameters) - one.y, dtype=np.float64)

    done = least_squares(errors, start, ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=100_000, **options)
    rss = 2.0 * float(done.cost)
    inverse = np.linalg.pinv(np.asarray(done.jac))
    spread = np.linalg.norm(inverse, axis=1) * np.sqrt(rss / (len(one.y) - len(start)))
    return Found(done.x, spread, rss)


def _lm(one: CertifiedSet, start: FloatArray) -> Found:
    return _least_squares(one, start, method="lm", jac="3-point")


def _trf(one: CertifiedSet, start: FloatArray) -> Found:
    return _least_squares(one, start, method="trf", x_scale="jac", jac="3-point")


ENGINES: dict[str, Callable[[CertifiedSet, FloatArray], Found]] = {
    "fit_curve": _ours,
    "scipy curve_fit": _curve_fit,
    "scipy curve_fit, 1e-15": _tight,
    "scipy least_squares lm": _lm,
    "scipy least_squares trf": _trf,
}


def row(one: CertifiedSet, start: int, engine: str) -> dict[str, object]:
    """Return one row of the table; an engine that gives up has no right digit."""
    begun = time.perf_counter()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = ENGINES[engine](one, one.starts[start - 1])
    except (RuntimeError, ValueError):
        lost = np.full(len(one.parameters), np.nan)
        found = Found(lost, lost, np.nan)
    seconds = time.perf_counter() - begun
    return {
        "set": one.name,
        "level": one.level,
        "start": start,
        "engine": engine,
        "parameter_digits": round(right_digits(found.parameters, one.parameters), 1),
        "sd_digits": round(right_digits(found.standard_errors, one.standard_deviations), 1),
        "rss_digits": round(right_digits(found.rss, one.rss), 1),
        "ms": round(1e3 * seconds, 1),
    }


def main() -> None:
    """Write the table and print how many sets each engine solves to 4, 6 and 8 digits."""
    table = [row(one, start, engine) for engine in ENGINES for start in (1, 2) for one in certified_sets()]
    for engine in ENGINES:
        for start in (1, 2):
            rows = [r for r in table if r["engine"] == engine and r["start"] == start]
            digits = np.array([r["parameter_digits"] for r in rows], dtype=np.float64)
            deviations = np.array([r["sd_digits"] for r in rows], dtype=np.float64)
            counts = ", ".join(f"{int(np.sum(digits >= least))} to {least}" for least in (4, 6, 8))
            print(f"{engine}, start {start}: of {len(rows)} {counts} digits; SDs {int(np.sum(deviations >= 6))} to 6")
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main()
