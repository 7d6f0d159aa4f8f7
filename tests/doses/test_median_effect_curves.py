"""Least squares of median-effect curves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit, least_squares

from cytotools.doses import fit_median_effect_curves
from cytotools.errors import StudyError

DOSE = np.repeat(2.0 ** np.arange(-3.0, 4.0), 3)


def effect(ln_dose: np.ndarray, ln_dm: float, m: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(-m * (ln_dose - ln_dm), -700, 700))))


def noisy(rng: np.random.Generator, curves: int, m: float = 1.3, sd: float = 0.06) -> np.ndarray:
    return effect(np.log(DOSE), 0.2, m) + sd * rng.standard_normal((curves, len(DOSE)))


def test_estimates_and_errors_are_those_of_curve_fit(rng: np.random.Generator) -> None:
    wells, weights = noisy(rng, 20), rng.uniform(0.5, 2.0, len(DOSE))
    fits = fit_median_effect_curves(DOSE, wells, weights)
    assert fits.converged.all()
    for k, own in enumerate(wells):
        best, covariance = curve_fit(effect, np.log(DOSE), own, (0.0, 1.0), weights**-0.5, ftol=1e-14, xtol=1e-14)
        assert (np.log(fits.dm[k]), fits.m[k]) == pytest.approx(best, rel=1e-6)
        assert fits.covariance[k] == pytest.approx(covariance, rel=1e-4)


def test_no_start_of_many_finds_less_however_odd_the_curve(rng: np.random.Generator) -> None:
    for k in range(24):
        n = int(rng.integers(3, 9))
        x, weights = np.sort(rng.normal(0, 2, n)), rng.uniform(0.2, 3, n)
        kinds = (rng.uniform(-0.2, 1.1, n), effect(x, 0, rng.uniform(0.3, 5)) + rng.normal(0, 0.15, n))
        wells = kinds[k % 2]
        found = fit_median_effect_curves(np.exp(x), wells[None], weights).rss[0]
        starts = zip(rng.uniform(x[0] - 2, x[-1] + 2, 12), np.exp(rng.uniform(-3, 4, 12)), strict=True)
        errors = lambda at, x=x, y=wells, w=weights: np.sqrt(w) * (effect(x, *at) - y)  # noqa: E731
        bounds = ([-np.inf, 1e-3], [np.inf, 100])
        least = min(2 * least_squares(errors, start, bounds=bounds).cost for start in starts)
        assert found <= least * (1 + 1e-8)


def test_nothing_depends_on_the_unit_or_on_the_order_of_wells(rng: np.random.Generator) -> None:
    wells, order = noisy(rng, 50), rng.permutation(len(DOSE))
    found, other = fit_median_effect_curves(DOSE, wells), fit_median_effect_curves(1e-6 * DOSE[order], wells[:, order])
    assert 1e6 * other.dm == pytest.approx(found.dm, rel=1e-10)
    assert other.m == pytest.approx(found.m, rel=1e-10)
    assert other.covariance == pytest.approx(found.covariance, rel=1e-8, abs=1e-12)


def test_a_missing_well_is_as_one_that_was_never_there(rng: np.random.Generator) -> None:
    wells = noisy(rng, 2)
    wells[0, [0, 5]] = np.nan
    kept = np.isfinite(wells[0])
    found, alone = fit_median_effect_curves(DOSE, wells), fit_median_effect_curves(DOSE[kept], wells[:1, kept])
    assert (found.dm[0], found.m[0]) == pytest.approx((alone.dm[0], alone.m[0]), rel=1e-9)
    assert found.degrees.tolist() == [len(DOSE) - 4, len(DOSE) - 2]


@pytest.mark.parametrize(
    ("affected", "limit"),
    [
        ([-0.01, -0.02, 1.02, 1.01], "steep"),
        ([-0.1, -0.2, -0.1, -0.2], "above"),
        ([1.1, 1.1, 1.2, 1.1], "below"),
        ([0.6, 0.5, 0.4, 0.3], "flat"),
        ([np.nan, np.nan, 0.4, np.nan], "few"),
    ],
)
def test_the_limit_of_a_curve_without_an_optimum_is_named(affected: list[float], limit: str) -> None:
    fits = fit_median_effect_curves([1.0, 2.0, 4.0, 8.0], [affected])
    assert fits.limit.tolist() == [limit]
    assert not fits.converged[0]
    assert np.isinf(fits.covariance).all()


def test_the_slope_scatters_around_the_truth_by_its_error(rng: np.random.Generator) -> None:
    fits = fit_median_effect_curves(DOSE, noisy(rng, 3000))
    for level, truth in ((0.5, 0.2), (0.9, 0.2 + np.log(9) / 1.3)):
        (ln_dose, error) = (array[:, 0] for array in fits.ln_dose_at(level))
        assert np.mean(np.abs(ln_dose - truth) < 2.09 * error) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("dose", "affected"), [([0.0, 1.0], [[0.1, 0.5]]), ([1.0, 2.0], [[10.0, 50.0]])])
def test_controls_and_percent_are_refused(dose: list[float], affected: list[list[float]]) -> None:
    with pytest.raises(StudyError, match=r"above 0|percent"):
        fit_median_effect_curves(dose, affected)
