"""The band of a fitted curve."""

from __future__ import annotations

import numpy as np

from cytotools.doses import curve_band, fit_dose_response, fit_dose_responses, response_at
from cytotools.doses.dose_response import curve_of

DOSE = np.concatenate([np.zeros(4), np.repeat(10.0 * 3.0 ** -np.arange(8.0), 3)])


def test_the_band_holds_the_true_curve_in_95_of_100() -> None:
    rng = np.random.default_rng(20_261_201)
    at = np.array([0.0, 0.01, 0.3, 1.0, 3.0, 10.0])
    truth = response_at(at, 5.0, 100.0, 1.0, 1.5)
    fits = fit_dose_responses(
        DOSE, response_at(DOSE, 5.0, 100.0, 1.0, 1.5) + 6.0 * rng.standard_normal((500, len(DOSE)))
    )
    bands = [curve_band(curve_of(fits, row), at) for row in range(len(fits))]
    covered = np.mean([(low <= truth) & (truth <= high) for _, low, high in bands], axis=0)
    assert (np.abs(covered - 0.95) < 0.035).all()  # 3.6 standard errors of 500 draws
    assert abs(covered.mean() - 0.95) < 0.015


def test_the_limits_of_both_asymptotes_are_those_of_the_parameters() -> None:
    fit = fit_dose_response([0, 1, 2, 4, 8, 16, 32], [100, 98, 91, 68, 39, 16, 7])
    value, low, _ = curve_band(fit, [0.0, 1e12])
    assert np.allclose(value, [fit.top, fit.bottom])
    errors = fit.standard_errors
    assert np.allclose((value - low) / 3.182446305, [errors.top, errors.bottom])


def test_a_fit_at_a_limit_has_values_and_no_band() -> None:
    steps = fit_dose_response([0, 1, 2, 4, 8, 16], [1.0, 1.0, 1.0, 0.1, 0.1, 0.1])
    value, low, high = curve_band(steps, [0.0, 16.0])
    assert np.allclose(value, [1.0, 0.1])
    assert np.isnan([low, high]).all()
    exact = fit_dose_response([0, 1, 2, 4], [10.0, 8.0, 5.0, 2.0])
    assert np.isnan(curve_band(exact, [1.0])[1:]).all()
