"""Limits against a profile made by brute force, their openness, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.special import fdtri

from cytotools.doses import fit_dose_response, fit_dose_responses, response_at
from cytotools.doses.sigmoid import FloatArray

PLATE = np.repeat([0.0, *np.geomspace(0.01, 100.0, 9)], 3)


def up_to(highest: float) -> FloatArray:
    return np.repeat([0.0, *np.geomspace(1e-4 * highest, highest, 9)], 3)


def noisy(dose: FloatArray, n: int, seed: int, sd: float = 0.06, **curve: float) -> FloatArray:
    shape = {"bottom": 0.1, "top": 1.0, "ic50": 1.0, "hill_slope": 1.0} | curve
    rng = np.random.default_rng(seed)
    return response_at(dose, **shape) + sd * rng.standard_normal((n, len(dose)))


def least(dose: FloatArray, y: FloatArray, ic50: float) -> float:
    """Return the least sum of squares at one ic50, by a fine grid of slopes and a golden section."""

    def rss(ln_hill: float) -> float:
        share = response_at(dose, 0.0, 1.0, ic50, np.exp(ln_hill))
        basis = np.stack([np.ones_like(share), share], axis=1)
        return float(np.sum((y - basis @ np.linalg.lstsq(basis, y)[0]) ** 2))

    grid = np.linspace(-2.0, 3.0, 60)
    near = grid[int(np.argmin([rss(v) for v in grid]))]
    return float(minimize_scalar(rss, bounds=(near - 0.2, near + 0.2), method="bounded", options={"xatol": 1e-9}).fun)


def test_limits_are_those_of_a_profile_by_brute_force() -> None:
    y = noisy(PLATE, 1, seed=1)[0]
    fit = fit_dose_response(PLATE, y)
    ceiling = fit.rss * (1 + fdtri(1, fit.degrees, 0.95) / fit.degrees)
    low, high = (
        np.exp(brentq(lambda v: least(PLATE, y, float(np.exp(v))) - ceiling, *np.log(ends)))
        for ends in ((fit.ic50 / 9, fit.ic50), (fit.ic50, fit.ic50 * 9))
    )
    assert fit.ic50_interval == pytest.approx((low, high), rel=1e-6)


def test_the_level_half_way_has_the_limits_of_the_ic50_where_its_error_is_its_own() -> None:
    y = noisy(PLATE, 8, seed=2)
    fits = fit_dose_responses(PLATE, y)
    known = fits.absolute(0.55)
    assert known.ic50 == pytest.approx(fits.dose_at(0.55), rel=1e-12)
    blurred = fits.absolute(0.55, level_error=0.05)
    assert blurred.ic50 == pytest.approx(known.ic50, rel=1e-12)
    assert (blurred.low < known.low).all()
    assert (blurred.high > known.high).all()


def test_an_open_ic50_has_no_estimate_and_no_upper_limit() -> None:
    dose = up_to(1.0)
    for fit in (fit_dose_response(dose, y) for y in noisy(dose, 2, seed=3, ic50=4.0)):
        ic50, low, high = fit.relative()
        assert (np.isnan(ic50), high) == (True, np.inf)
        assert 0.01 < low < 10.0
        assert fit.ic50_interval[1] == np.inf
        level, lowest, highest = fit.absolute(0.5)
        assert (np.isnan(level), highest) == (True, np.inf)
        assert 0.3 < lowest < 10.0


def test_below_the_lowest_dose_there_is_no_lower_limit() -> None:
    dose = np.repeat([0.0, *np.geomspace(2.0, 2e3, 7)], 3)
    ic50, low, high = fit_dose_response(dose, noisy(dose, 1, seed=4, sd=0.03)[0]).relative()
    assert (np.isnan(ic50), low) == (True, 0.0)
    assert 1.0 < high < 4.0


def test_a_level_that_no_curve_reaches_is_beyond_the_highest_dose() -> None:
    falls = fit_dose_response(PLATE, noisy(PLATE, 1, seed=5)[0])
    rises = fit_dose_response(PLATE, noisy(PLATE, 1, seed=5, hill_slope=-1.0, bottom=1.0, top=2.0)[0])
    flat = fit_dose_response(PLATE, noisy(PLATE, 1, seed=5, bottom=1.0)[0])
    for fit, level in ((falls, -3.0), (rises, 0.5), (flat, 0.5)):
        ic50, low, high = fit.absolute(level)
        assert (np.isnan(ic50), high) == (True, np.inf)
        assert low > 30.0


@pytest.mark.parametrize(("highest", "seed"), [(100.0, 11), (3.0, 12), (1.0, 13)])
def test_limits_hold_the_truth_as_often_as_they_say(highest: float, seed: int) -> None:
    dose = up_to(highest)
    low, high = fit_dose_responses(dose, noisy(dose, 2000, seed)).ic50_interval
    assert 0.935 < np.mean((low <= 1.0) & (high >= 1.0)) < 0.98
    assert np.mean(low > 0.0) > 0.99


def test_no_degree_of_freedom_no_limit() -> None:
    assert fit_dose_response([0, 1, 2, 4], [1.0, 0.8, 0.4, 0.3]).ic50_interval == (0.0, np.inf)


@pytest.mark.parametrize("model", ["4PL", "3PL", "5PL"])
def test_whatever_the_wells_limits_stand_in_their_order(model: str) -> None:
    rng = np.random.default_rng(6)
    dose = np.repeat([0.0, 1e-9, 3e-9, 1e-8, 3e-8, 1e-7, 1e-6], 2)
    kinds = [rng.standard_t(1.2, 14), np.round(rng.random(14)), np.full(14, 7.0), np.linspace(1.0, 0.0, 14)]
    kinds += [np.where(rng.random(14) < 0.3, np.nan, response_at(dose, 0.0, 1.0, 2e-8, -3.0))]
    fits = fit_dose_responses(dose, 1e6 * np.array(kinds), model=model)
    for found in (fits.relative(), fits.absolute(5e5, 1e4)):
        known = fits.limit != "few"
        assert (found.low <= found.high)[known].all()
        inside = np.isfinite(found.ic50)
        assert (found.low[inside] <= found.ic50[inside] * (1 + 1e-6)).all()
        assert (found.high[inside] >= found.ic50[inside] * (1 - 1e-6)).all()
