from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.stats import t, ttest_1samp

from cytotools.design.experiment import Design
from cytotools.design.precision import expected_precision, smallest_ratio, width_over_experiments
from cytotools.design.simulated_fits import simulate_fits

DOSE = np.array([0.0, *(100 * 3.0 ** np.arange(-3.5, 4))])
WELLS = np.array([6, *[3] * 8])


def logistic(dose: np.ndarray, top: float, bottom: float, ln_ic50: float, slope: float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.asarray(bottom + (top - bottom) / (1 + np.exp(slope * (np.log(dose) - ln_ic50))))


@pytest.mark.parametrize(("slope", "sd"), [(1.0, 0.03), (2.0, 0.08)])
def test_the_width_is_what_another_fit_finds(rng: np.random.Generator, slope: float, sd: float) -> None:
    dose, widths = np.repeat(DOSE, WELLS), []
    for _ in range(150):
        response = logistic(dose, 1, 0, math.log(100), slope) + rng.normal(0, sd, len(dose))
        _, covariance = curve_fit(logistic, dose, response, [1, 0, math.log(100), slope])
        widths.append(math.exp(2 * t.ppf(0.975, len(dose) - 4) * math.sqrt(covariance[2, 2])))
    (fits,) = simulate_fits(DOSE, WELLS, [100.0], slope, sd)
    assert fits.fold_width == pytest.approx(np.median(widths), rel=0.05)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    truths = [30.0, 100.0, 1000.0]
    for truth, fits in zip(truths, simulate_fits(DOSE, WELLS, truths, 1.0, 0.05, draws=600, seed=4), strict=True):
        assert np.mean((fits.low <= truth) & (truth <= fits.high)) == pytest.approx(0.95, abs=0.03)


def test_the_width_over_experiments_is_the_median_of_t_intervals(rng: np.random.Generator) -> None:
    found = rng.normal(0, 0.3, (20_000, 4))
    half = t.ppf(0.975, 3) * found.std(axis=1, ddof=1) / 2
    assert width_over_experiments(0.3, 4) == pytest.approx(np.exp(2 * np.median(half)), rel=0.02)


@pytest.mark.parametrize("n", [2, 3, 6])
def test_the_smallest_ratio_is_found_in_four_of_five(rng: np.random.Generator, n: int) -> None:
    found = rng.normal(math.log(smallest_ratio(0.3, n)), 0.3, (20_000, n))
    assert np.mean(ttest_1samp(found, 0, axis=1).pvalue < 0.05) == pytest.approx(0.80, abs=0.01)


def test_doses_that_end_too_early_are_said(design: Callable[..., Design]) -> None:
    compound = {"stock": "10 mM", "vehicle": "DMSO", "ic50": "100 nM"}
    wide, narrow, few = expected_precision(
        design(
            compounds={
                "wide": compound | {"doses": {"around": "100 nM"}},
                "narrow": compound | {"doses": {"around": "100 nM", "steps": 6, "factor": 2}},
                "few": compound | {"doses": ["100 nM", "300 nM"]},
            }
        )
    )
    assert wide.caution == ""
    assert wide.answered_at_triple > 0.9
    assert "spread them wider" in narrow.caution
    assert math.isnan(few.fold_width)


def test_open_experiments_take_the_promise_away() -> None:
    assert math.isinf(smallest_ratio(0.3, 3, answered=0.9))
    assert smallest_ratio(0.3, 3, answered=0.99) > smallest_ratio(0.3, 3)
    assert math.isinf(width_over_experiments(0.3, 3, answered=0.7))


def test_one_experiment_has_no_interval_over_experiments(design: Callable[..., Design]) -> None:
    (found,) = expected_precision(design(replicates=1))
    assert math.isnan(found.fold_width_over_replicates)
    assert math.isnan(found.smallest_ratio)


def test_too_few_wells_for_a_curve_are_said(design: Callable[..., Design]) -> None:
    compounds = {"A": {"stock": "10 mM", "vehicle": "DMSO", "doses": ["1 uM"]}}
    (found,) = expected_precision(design(compounds=compounds, wells_per_dose=1, controls=2))
    assert math.isnan(found.fold_width)
    assert "too few doses" in found.caution
