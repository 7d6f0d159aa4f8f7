"""How often a flat curve is called changing, and a changing one found, to flat_curves.csv beside this file.

Every row simulates plates of `doses` doses, three-fold apart, `wells` wells a dose and `controls` control wells, with
normal errors or Student's t on 5 degrees. `false_positives` is the share of flat curves with p < 0.05 by
`cytotools.doses.is_flat`. The other columns give the share found of curves from 1 to 0, whose sum of squares about
their mean is `SIGNAL` squared error variances: with the IC50 in the `middle` of the doses, at the highest one (`top`),
three-fold `beyond` it, and with a hill slope of 4 (`steep`) or 0.5 (`shallow`) in the middle.

`by` tells the test: `shuffles` is ours, `naive F` compares the F of the fitted 4PL against a flat line with F on 3 and
n - 4 degrees, `anova` is the one-way analysis of variance (none where every dose has one well). A row has its own
seed, none of which the method was tuned on. Run: python -m benchmarks.flat_curves [draws]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from cytotools.doses import fit_dose_responses, is_flat, response_at
from cytotools.doses.dose_groups import dose_groups

FloatArray = NDArray[np.float64]
SEED, DRAWS = 20_261_204, 1000
FOLD, SIGNAL, LEVEL = 3.0, 3.3, 0.05
DESIGNS = (
    (6, 1, 0),
    (6, 1, 2),
    (6, 3, 0),
    (8, 1, 0),
    (8, 1, 12),
    (8, 2, 4),
    (8, 3, 6),
    (10, 3, 3),
    (12, 1, 4),
    (12, 4, 12),
)
ERRORS = ("normal", "t5")


def dose_of(doses: int, wells: int, controls: int) -> FloatArray:
    """Return the dose of each well; the highest is 1."""
    return np.concatenate([np.zeros(controls), np.repeat(FOLD ** -np.arange(doses, dtype=np.float64)[::-1], wells)])


def curves(dose: FloatArray) -> dict[str, FloatArray]:
    """Return the true responses of each kind of curve, in error standard deviations."""
    middle = float(np.sqrt(dose[dose > 0].min()))
    kinds = {"middle": (middle, 1.0), "top": (1.0, 1.5), "beyond": (FOLD, 1.5), "steep": (middle, 4.0)}
    kinds["shallow"] = (middle, 0.5)
    shapes = {name: response_at(dose, 0.0, 1.0, *place) for name, place in kinds.items()}
    sized = {name: SIGNAL * shape / np.sqrt(np.sum((shape - shape.mean()) ** 2)) for name, shape in shapes.items()}
    return {"false_positives": np.zeros(len(dose))} | sized


def by_shuffles(dose: FloatArray, responses: FloatArray) -> FloatArray:
    """Return the p-values of `is_flat`."""
    return np.array([is_flat(dose, row).p_value for row in responses])


def by_naive_f(dose: FloatArray, responses: FloatArray) -> FloatArray:
    """Return the p-values of the fitted 4PL against a flat line, from the F distribution."""
    total = np.sum((responses - responses.mean(axis=1, keepdims=True)) ** 2, axis=1)
    fits = fit_dose_responses(dose, responses)
    return np.asarray(fdtrc(3, fits.degrees, (total / fits.rss - 1.0) / 3 * fits.degrees))


def by_anova(dose: FloatArray, responses: FloatArray) -> FloatArray:
    """Return the p-values of the one-way analysis of variance."""
    within = dose_groups(dose, responses).within
    groups = len(np.unique(dose))
    if len(dose) == groups:
        return np.full(len(responses), np.nan)
    total = np.sum((responses - responses.mean(axis=1, keepdims=True)) ** 2, axis=1)
    df_1, df_2 = groups - 1, len(dose) - groups
    return np.asarray(fdtrc(df_1, df_2, (total / within - 1.0) / df_1 * df_2))


TESTS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "shuffles": by_shuffles,
    "naive F": by_naive_f,
    "anova": by_anova,
}


def rows_of(design: tuple[int, int, int], errors: str, draws: int, rng: np.random.Generator) -> list[dict[str, object]]:
    """Return the rows of one design, a test each, all on the same wells."""
    dose = dose_of(*design)
    size = (draws, len(dose))
    found: dict[str, dict[str, object]] = {name: {} for name in TESTS}
    for kind, truth in curves(dose).items():
        drawn = rng.standard_normal(size) if errors == "normal" else rng.standard_t(5, size) * np.sqrt(0.6)
        for name, test in TESTS.items():
            p_values = test(dose, truth + drawn)
            found[name][kind] = "" if np.isnan(p_values).any() else round(float(np.mean(p_values < LEVEL)), 4)
    head = dict(zip(("doses", "wells", "controls"), design, strict=True)) | {"errors": errors, "draws": draws}
    return [head | {"by": name} | numbers for name, numbers in found.items()]


def main() -> None:
    """Write the table."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    cases = [(design, errors) for design in DESIGNS for errors in ERRORS]
    parts = [rows_of(*case, draws, np.random.default_rng([SEED, k])) for k, case in enumerate(cases)]
    rows = [row for part in parts for row in part]
    with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
