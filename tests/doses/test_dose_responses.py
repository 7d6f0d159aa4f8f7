"""Curves at the least squares, whatever the unit, the order of wells or the shape of the design."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from cytotools.doses import FiveParameter, ThreeParameter, fit_dose_response, fit_dose_responses, response_at
from cytotools.doses.sigmoid import FloatArray
from cytotools.errors import StudyError

PLATE = np.repeat([0.0, *np.geomspace(0.01, 100.0, 9)], 3)
DESIGNS = {
    "plate": PLATE,
    "six doses, no control": np.repeat([0.1, 0.3, 1.0, 3.0, 10.0, 30.0], 2),
    "few wells": np.array([0.0, 0.1, 0.3, 1.0, 3.0, 10.0]),
    "nine decades in M": np.repeat([0.0, *np.geomspace(1e-12, 1e-3, 10)], 2),
    "unequal replicates": np.repeat([0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0], [8, 1, 3, 2, 2, 3, 1]),
}


def drawn(dose: FloatArray, n: int, seed: int, sd: float = 0.05, ln_hill: float = 0.2) -> FloatArray:
    """Falling, rising, steep and flat curves, some with a well that is far off."""
    rng = np.random.default_rng(seed)
    low, high = np.log(dose[dose > 0].min()), np.log(dose.max())
    ic50, hill = np.exp(rng.uniform(low - 1, high + 1, (n, 1))), np.exp(rng.normal(ln_hill, 0.7, (n, 1)))
    height = rng.choice([0.0, 0.3, 0.9], (n, 1))
    y = response_at(dose, 0.1, 0.1 + height, ic50, hill * rng.choice([-1.0, 1.0], (n, 1)))
    y = y + sd * rng.standard_normal(y.shape)
    y[rng.random(n) < 0.2, 0] += 0.6
    return y


def best_known(dose: FloatArray, y: FloatArray, seed: int, starts: int = 15) -> float:
    """Return the least sum of squares that scipy finds from many starts."""
    rng = np.random.default_rng(seed)
    x = np.where(dose > 0, np.log(np.where(dose > 0, dose, 1.0)), -1e3)
    low, high = x[dose > 0].min(), x.max()

    def residuals(p: FloatArray) -> FloatArray:
        u = np.clip(np.exp(min(p[3], 4.6)) * (x - p[2]), -700, 700)
        return np.asarray(p[0] + p[1] / (1.0 + np.exp(u)) - y)

    found = np.inf
    for _ in range(starts):
        start = [y.min(), np.ptp(y), rng.uniform(low - 1, high + 1), rng.normal(0.5, 1.0)]
        found = min(found, 2.0 * least_squares(residuals, start, method="lm", xtol=1e-14, ftol=1e-14).cost)
    return found


@pytest.mark.parametrize("design", DESIGNS)
def test_no_search_from_many_starts_finds_less(design: str) -> None:
    dose = DESIGNS[design]
    y = drawn(dose, 6, seed=1)
    fits = fit_dose_responses(dose, y)
    for i, row in enumerate(y):
        assert fits.rss[i] <= best_known(dose, row, seed=i) * (1 + 1e-8), i


@pytest.mark.parametrize("model", ["4PL", "3PL", "5PL"])
def test_the_parameters_give_the_sum_of_squares(model: str) -> None:
    y = drawn(PLATE, 40, seed=2)
    fits = fit_dose_responses(PLATE, y, model=model)
    shape = (fits.bottom, fits.top, fits.ic50, fits.hill_slope, fits.asymmetry)
    again = np.sum((y - response_at(PLATE, *(part[:, None] for part in shape))) ** 2, axis=1)
    assert (fits.top >= fits.bottom).all()
    assert again[fits.converged] == pytest.approx(fits.rss[fits.converged], rel=1e-9)
    assert fits.converged.any()


def test_curves_without_noise_come_back() -> None:
    ic50, hill = np.array([[0.05], [1.0], [20.0], [3.0]]), np.array([[0.7], [10.0], [1.5], [-2.0]])
    fits = fit_dose_responses(PLATE, response_at(PLATE, 5.0, 100.0, ic50, hill))
    assert fits.ic50 == pytest.approx(ic50[:, 0], rel=1e-6)
    assert fits.hill_slope == pytest.approx(hill[:, 0], rel=1e-5)
    five = fit_dose_responses(PLATE, response_at(PLATE, 5.0, 100.0, ic50, 1.5, 0.5), model=FiveParameter())
    assert five.asymmetry == pytest.approx(np.full(4, 0.5), rel=1e-4)
    three = fit_dose_response(PLATE, response_at(PLATE, 0.0, 80.0, 2.0, -1.5), model=ThreeParameter(top=80.0))
    assert (three.top, three.ic50, three.hill_slope) == pytest.approx((80.0, 2.0, -1.5), rel=1e-6)


def numbers(dose: FloatArray, y: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    fits = fit_dose_responses(dose, y, weights)
    return np.array(
        [fits.bottom, fits.top, fits.ic50, fits.hill_slope, fits.rss, *fits.standard_errors, *fits.profile_limits]
    )


def test_neither_the_unit_nor_the_order_of_wells_matters() -> None:
    y = drawn(PLATE, 60, seed=3)
    y[0, 4] = np.nan
    fits = fit_dose_responses(PLATE, y)
    y = y[fits.converged]
    found = numbers(PLATE, y)
    order = np.random.default_rng(4).permutation(len(PLATE))
    assert np.array_equal(found, numbers(PLATE[order], y[:, order]))
    in_m = numbers(PLATE * 1e-9, y)
    in_m[[2, 7, 9, 10]] *= 1e9
    assert in_m == pytest.approx(found, rel=1e-10)
    in_percent = numbers(PLATE, 100.0 * y)
    in_percent[[0, 1, 5, 6]] /= 100.0
    in_percent[4] /= 1e4
    assert in_percent == pytest.approx(found, rel=1e-10)


def test_weights_count_wells() -> None:
    y = drawn(PLATE, 12, seed=5, ln_hill=0.0)
    y = y[fit_dose_responses(PLATE, y).converged]
    twice = fit_dose_responses(np.tile(PLATE, 2), np.tile(y, (1, 2)))
    weighted = fit_dose_responses(PLATE, y, np.full(len(PLATE), 2.0))
    assert weighted.ic50 == pytest.approx(twice.ic50, rel=1e-9)
    assert weighted.rss == pytest.approx(twice.rss, rel=1e-12)
    out = np.ones(y.shape)
    out[:, 7] = 0.0
    missing = y.copy()
    missing[:, 7] = np.nan
    left_out, holed = fit_dose_responses(PLATE, y, out), fit_dose_responses(PLATE, missing)
    assert left_out.rss == pytest.approx(holed.rss, rel=1e-12)
    assert left_out.degrees.tolist() == holed.degrees.tolist() == [25] * len(y)
    assert left_out.standard_errors.top == pytest.approx(holed.standard_errors.top, rel=1e-6)


def test_where_no_finite_curve_is_best_the_limit_is_named() -> None:
    dose = [0.0, 1.0, 2.0, 4.0, 8.0, 16.0]
    step = fit_dose_response(dose, [1.0, 1.01, 0.99, 0.2, 0.21, 0.19])
    line = fit_dose_response(dose, [16.1, 15.0, 13.9, 12.0, 8.1, 0.0])
    flat = fit_dose_response(dose, [3.0] * 6)
    assert (step.limit, line.limit, flat.limit) == ("steep", "above", "flat")
    assert [fit.converged for fit in (step, line, flat)] == [False] * 3
    assert 2.0 < step.ic50 < 4.0
    assert (np.isnan(flat.ic50), flat.ic50_interval) == (True, (0.0, np.inf))
    assert np.isinf(flat.standard_errors.hill_slope)


def test_what_cannot_be_fitted_is_refused_or_nan() -> None:
    fits = fit_dose_responses([0, 1, 2, 3, 4], [[4, 3, np.nan, np.nan, 1], [4, 3.5, 2, 1.2, 1]])
    assert fits.limit.tolist()[0] == "few"
    assert np.isnan([fits.ic50[0], fits.rss[0], fits.profile_limits[0][0], fits.relative().low[0]]).all()
    assert np.isfinite(fits.ic50[1])
    with pytest.raises(StudyError, match="expected 4 or more, got 3"):
        fit_dose_response([0, 1, 2], [3, 2, 1])
    with pytest.raises(StudyError, match="Give doses, not their logarithms"):
        fit_dose_response([-1, 0, 1, 2], [3, 2, 1, 0])
    with pytest.raises(StudyError, match="got inf"):
        fit_dose_response([0, 1, 2, 3], [3, 2, 1, np.inf])
    with pytest.raises(StudyError, match="as many responses a curve as doses"):
        fit_dose_response([0, 1, 2, 3], [3, 2, 1])
    with pytest.raises(StudyError, match="weight"):
        fit_dose_response([0, 1, 2, 3], [3, 2, 1, 0], weights=[1, 1, -1, 1])
    with pytest.raises(StudyError, match="4PL, 3PL or 5PL"):
        fit_dose_response([0, 1, 2, 3], [3, 2, 1, 0], model="2PL")
    with pytest.raises(StudyError, match="bottom or top"):
        ThreeParameter()


def test_words_are_refused_by_name() -> None:
    with pytest.raises(StudyError, match=r"fit: dose: expected numbers, got \['a'\]"):
        fit_dose_response(["a"], [1.0])
    with pytest.raises(StudyError, match="fit: response: expected numbers"):
        fit_dose_response([1.0], ["b"])
