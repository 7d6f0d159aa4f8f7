"""How often dose matrices are called, with and without an interaction, to null_matrices.csv beside this file.

A study has `n` independent plates of 6 x 6 doses, `wells` wells a dose pair. Without interaction the combination cells
are Bliss-additive (`bliss`), the larger of the two (`hsa`), one drug with itself (`loewe`), or free of a shift of
potency (`zip`, which for curves from 0 is Bliss's); each is tested by its own score. Errors of wells are normal with
`well_sd` of the control, t with 5 degrees of freedom at the same SD, or for the most part proportional to the signal.
Potencies vary between plates with `potency_sd` in ln: `together`, or drawn `apart` for the single agents and for their
combination, so that a plate shows an interaction which the next one does not.

`global_percent` is the share of studies whose global test is significant at 5 %, `covers_percent` that whose interval
holds the true mean excess, and `bias` the mean of estimate less truth. `familywise_percent` (of `cell_studies`
studies) is the share in which one null cell or more is called, `degrees` the median of those behind single cells.
`undefined` is the mean count of cells without an expected effect. Where an excess is planted, in the 3 x 3 `block` of
the middle or `everywhere`, `called_percent` is the share of its cells that are called synergy, and `any_percent` that
of the studies in which one is. Cells by Loewe and ZIP take a fit of every matrix drawn: they have their own count of
studies, and are blank where it is 0. A row has its own seed.

    python -m benchmarks.null_matrices [--studies 5000] [--cell-studies 5000] [--drawn-studies 200]
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import stdtrit

from cytotools.doses.dose_matrix import DoseMatrix, FloatArray
from cytotools.doses.excess_scatter import scored
from cytotools.doses.loewe import NEITHER
from cytotools.doses.matrix_excess import excess_over_plates

SEED = 20_261_205
DOSES = np.array([0.0, 0.1, 0.3, 1.0, 3.0, 10.0])
HILL, SECOND = 1.3, 2.0  # slope of both, and the potency of the second agent against the first
CHUNK = 250  # studies whose curves are fitted at a time


@dataclass(frozen=True)
class Design:
    """Plates, truth and errors."""

    method: str = "bliss"
    errors: str = "normal"
    well_sd: float = 0.05
    wells: int = 3
    potency_sd: float = 0.0
    drawn: str = "together"
    n: int = 3
    planted: str = ""
    planted_excess: float = 0.0


def designs() -> Iterator[Design]:
    """Yield every row of the table."""
    usual = Design()
    yield usual
    yield from (replace(usual, well_sd=sd) for sd in (0.03, 0.08))
    yield from (replace(usual, n=n) for n in (2, 4, 6))
    yield from (replace(usual, errors=errors) for errors in ("t5", "proportional"))
    yield replace(usual, wells=1)
    yield replace(usual, wells=1, errors="t5")
    yield from (replace(usual, potency_sd=sd) for sd in (0.1, 0.2))
    yield from (replace(usual, potency_sd=sd, drawn="apart", n=n) for sd in (0.1, 0.2) for n in (2, 3, 4, 6))
    for method in ("hsa", "loewe", "zip"):
        yield replace(usual, method=method)
        yield from (replace(usual, method=method, well_sd=sd) for sd in (0.03, 0.08))
        yield replace(usual, method=method, potency_sd=0.1)
    yield from (replace(usual, planted="block", planted_excess=0.15, n=n) for n in (2, 3, 4, 6))
    yield from (replace(usual, planted="everywhere", planted_excess=0.1, n=n) for n in (2, 3, 4, 6))


def alone(dose: FloatArray, potency: FloatArray) -> FloatArray:
    """Return what an agent does alone."""
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / (1.0 + (potency * dose) ** -HILL))


def together(method: str, p: FloatArray) -> FloatArray:
    """Return matrices without interaction of potencies (n_plates, 2)."""
    first, second = alone(DOSES[:, None], p[:, :1, None]), alone(DOSES, p[:, 1:, None])
    if method == "hsa":
        return np.maximum(first, second)
    if method == "loewe":
        return alone(p[:, :1, None] * DOSES[:, None] + p[:, 1:, None] * DOSES, np.ones((1, 1, 1)))
    return np.asarray(first + second - first * second)


def planted(one: Design) -> FloatArray:
    """Return the excess that is planted in each cell."""
    cells = np.zeros((len(DOSES), len(DOSES)))
    if one.planted:
        inside = slice(2, 5) if one.planted == "block" else slice(1, None)
        cells[inside, inside] = one.planted_excess
    return cells


def drawn(one: Design, studies: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return the matrices of plates (studies, n, 6, 6) and the variances of their means."""
    plates = studies * one.n
    ratio = np.array([1.0, 1.0 if one.method == "loewe" else SECOND])
    potency = ratio * np.exp(one.potency_sd * rng.standard_normal((plates, 2)))
    if one.method == "loewe":
        potency[:, 1] = potency[:, 0]  # it is one drug
    of_both = potency
    if one.drawn == "apart":
        of_both = ratio * np.exp(one.potency_sd * rng.standard_normal((plates, 2)))
    truth, cells = together(one.method, potency), together(one.method, of_both)
    truth[:, 1:, 1:] = cells[:, 1:, 1:] + planted(one)[1:, 1:]
    size = one.well_sd * (
        0.25 + 0.75 * np.clip(1.0 - truth, 0.0, 1.0) if one.errors == "proportional" else 1.0 + 0 * truth
    )
    shape = (one.wells, *truth.shape)
    errors = rng.standard_t(5, shape) / np.sqrt(5.0 / 3.0) if one.errors == "t5" else rng.standard_normal(shape)
    affected = truth + size * errors.mean(axis=0)
    variance = size**2 / one.wells
    affected[:, 0, 0] = variance[:, 0, 0] = 0.0
    return tuple(m.reshape(studies, one.n, *truth.shape[1:]) for m in (affected, variance))  # type: ignore[return-value]


def global_test(one: Design, affected: FloatArray) -> dict[str, object]:
    """Return how the test of the whole matrix does, without the cells."""
    studies, n = affected.shape[:2]
    excess = np.concatenate(
        [
            scored(DOSES, DOSES, part.reshape(-1, *affected.shape[2:]), one.method, NEITHER).excess
            for part in np.split(affected, range(CHUNK, studies, CHUNK))
        ]
    ).reshape(affected.shape)[:, :, 1:, 1:]
    missing = np.isnan(excess).any(axis=1, keepdims=True)
    means = np.nanmean(np.where(missing, np.nan, excess).reshape(studies, n, -1), axis=2)
    truth = np.nanmean(np.where(missing, np.nan, planted(one)[1:, 1:]).reshape(studies, -1), axis=1)
    value = means.mean(axis=1)
    half = stdtrit(n - 1, 0.975) * means.std(axis=1, ddof=1) / np.sqrt(n)
    return {
        "studies": studies,
        "global_percent": round(100.0 * float(np.mean(np.abs(value) > half)), 2),
        "covers_percent": round(100.0 * float(np.mean(np.abs(value - truth) <= half)), 2),
        "bias": round(float(np.mean(value - truth)), 5),
        "undefined": round(float(missing.sum(axis=(1, 2, 3)).mean()), 2),
    }


def cell_tests(one: Design, affected: FloatArray, variance: FloatArray) -> dict[str, object]:
    """Return how the tests of single cells do; blanks without studies."""
    if not len(affected):
        return dict.fromkeys(("cell_studies", "familywise_percent", "degrees", "called_percent", "any_percent"), "")
    excess, called, degrees = planted(one)[1:, 1:], [], []
    wrong = 0
    for own, scatter in zip(affected, variance, strict=True):
        plates = [DoseMatrix(str(k), DOSES, DOSES, matrix, np.diag(scatter[k].ravel())) for k, matrix in enumerate(own)]
        found = excess_over_plates(plates, one.method)
        significant = found.p_adjusted[1:, 1:] < 0.05
        wrong += bool(significant[excess == 0].any())
        called.append(found.verdicts[1:, 1:][excess > 0] == "synergy")
        degrees.append(found.degrees)
    is_planted = bool(one.planted)
    return {
        "cell_studies": len(affected),
        "familywise_percent": "" if one.planted == "everywhere" else round(100.0 * wrong / len(affected), 2),
        "degrees": round(float(np.median(degrees)), 1),
        "called_percent": round(100.0 * float(np.mean(called)), 1) if is_planted else "",
        "any_percent": round(100.0 * float(np.any(called, axis=1).mean()), 1) if is_planted else "",
    }


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=5000)
    parser.add_argument("--cell-studies", type=int, default=5000)
    parser.add_argument("--drawn-studies", type=int, default=200)
    options = parser.parse_args()
    table = []
    for seed, one in enumerate(designs()):
        affected, variance = drawn(one, options.studies, np.random.default_rng([SEED, seed]))
        some = options.drawn_studies if one.method in ("loewe", "zip") else options.cell_studies
        found = global_test(one, affected) | cell_tests(one, affected[:some], variance[:some])
        table.append(asdict(one) | found)
        print(table[-1], flush=True)
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


if __name__ == "__main__":
    main()
