"""The median effect: both fits beside closed forms and scipy, odd input, and what may not change the result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.stats import linregress

from cytotools.doses import CurveWells, fit_median_effect, fit_median_effect_curves, median_effects_over
from cytotools.errors import StudyError

DOSE = np.array([1.0, 2.0, 4.0, 8.0, 16.0])


def curve(dose: Any, dm: float = 4.0, m: float = 1.5) -> Any:
    return 1.0 / (1.0 + (dm / np.asarray(dose)) ** m)


def test_line_is_ordinary_least_squares() -> None:
    rng = np.random.default_rng(1)
    affected = np.clip(curve(DOSE) + 0.05 * rng.standard_normal(5), 0.01, 0.99)
    line = linregress(np.log10(DOSE), np.log10(affected / (1 - affected)))
    found = fit_median_effect(DOSE, affected)
    assert (found.m, found.r) == pytest.approx((line.slope, line.rvalue), rel=1e-12)
    assert found.dm == pytest.approx(10 ** (-line.intercept / line.slope), rel=1e-12)
    assert found.covariance[1, 1] == pytest.approx(line.stderr**2, rel=1e-9)


def test_dose_and_effect_are_inverse() -> None:
    found = fit_median_effect(DOSE, curve(DOSE))
    np.testing.assert_allclose(found.affected_at(found.dose_at([0.1, 0.5, 0.95])), [0.1, 0.5, 0.95], rtol=1e-12)


def test_effects_beyond_are_refused_left_out_or_limited() -> None:
    affected = np.array([-0.02, 0.3, 0.5, 0.7, 1.01])
    with pytest.raises(StudyError, match="2 of 5 dose means"):
        fit_median_effect(DOSE, affected)
    left = fit_median_effect(DOSE, affected, "leave out")
    assert (left.n_doses, left.outside) == (3, 2)
    assert left.m == pytest.approx(fit_median_effect(DOSE[1:4], affected[1:4]).m, rel=1e-12)
    limited = fit_median_effect(DOSE, affected, 0.01)
    assert limited.m == pytest.approx(fit_median_effect(DOSE, np.clip(affected, 0.01, 0.99)).m, rel=1e-12)


def test_two_doses_leave_no_error() -> None:
    found = fit_median_effect([1.0, 4.0], [0.2, 0.8])
    assert found.dm == pytest.approx(2.0)
    assert found.degrees == 0
    assert np.isinf(found.covariance).all()


@pytest.mark.parametrize(
    ("dose", "affected", "said"),
    [
        (DOSE, 100 * curve(DOSE), "percent"),
        (DOSE, 1 - curve(DOSE), "one that falls"),
        ([0.0, 1.0, 2.0], [0.1, 0.2, 0.3], "above 0"),
        ([2.0, 2.0], [0.3, 0.4], "two distinct"),
        ([1.0, 2.0], [0.3, np.nan], "missing"),
        ([1.0, 2.0], [0.3], "one fraction a dose"),
    ],
)
def test_bad_input_is_named(dose: Any, affected: Any, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        fit_median_effect(dose, affected)


def test_least_squares_is_the_best_of_many_starts() -> None:
    rng = np.random.default_rng(7)
    x = np.log(DOSE)
    rows = np.vstack([curve(DOSE) + 0.1 * rng.standard_normal((10, 5)), rng.uniform(-0.2, 1.1, (20, 5))])
    found = fit_median_effect_curves(DOSE, rows)
    for affected, rss in zip(rows, found.rss, strict=True):

        def errors(theta: Any, seen: Any = affected) -> Any:
            return 0.5 * (1.0 + np.tanh(0.5 * theta[1] * (x - theta[0]))) - seen

        starts = [(middle, slope) for middle in np.linspace(-1.0, 4.0, 6) for slope in (0.3, 1.5, 8.0)]
        best = min(2 * least_squares(errors, at, bounds=([-50, 1e-3], [50, 100])).cost for at in starts)
        assert rss <= best * (1 + 1e-8) + 1e-12


def test_covariance_is_the_scatter_of_fits() -> None:
    rng = np.random.default_rng(3)
    dose = np.repeat(2.0 ** np.arange(-3, 4), 3)
    found = fit_median_effect_curves(dose, curve(dose, 1.0) + 0.04 * rng.standard_normal((3000, len(dose))))
    assert found.converged.all()
    assert np.log(found.dm).std() == pytest.approx(np.sqrt(found.covariance[:, 0, 0].mean()), rel=0.05)
    assert found.m.std() == pytest.approx(np.sqrt(found.covariance[:, 1, 1].mean()), rel=0.05)
    ln_dose, errors = found.ln_dose_at([0.9])
    assert ln_dose.std() == pytest.approx(np.sqrt(np.mean(errors**2)), rel=0.05)


@pytest.mark.parametrize(
    ("affected", "limit"),
    [
        ([0.0, 0.0, 1.0, 1.0, 1.0], "steep"),
        ([0.9, 0.7, 0.5, 0.3, 0.1], "flat"),
        ([np.nan, np.nan, np.nan, np.nan, 0.5], "few"),
    ],
)
def test_limits_are_named(affected: Any, limit: str) -> None:
    found = fit_median_effect_curves(DOSE, np.array([affected, curve(DOSE)]))
    assert found.limit.tolist() == [limit, ""]
    assert found.dm[1] == pytest.approx(4.0, rel=1e-9)


def test_unit_and_order_of_wells_change_nothing() -> None:
    rng = np.random.default_rng(5)
    affected = curve(DOSE) + 0.1 * rng.standard_normal((8, 5))
    order = rng.permutation(5)
    one, other = (
        fit_median_effect_curves(DOSE, affected),
        fit_median_effect_curves(1e3 * DOSE[order], affected[:, order]),
    )
    np.testing.assert_allclose(other.dm, 1e3 * one.dm, rtol=1e-10)
    np.testing.assert_allclose(other.m, one.m, rtol=1e-10)


def test_over_experiments_is_a_t_interval_of_logarithms() -> None:
    ones = np.ones(5)
    found = median_effects_over([CurveWells(DOSE, curve(DOSE, dm), ones) for dm in (1.0, 2.0, 4.0)])
    reach = 4.302652729749464 * np.log(2.0) / 3**0.5
    assert (found.dm, found.low, found.high) == pytest.approx((2.0, 2 * np.exp(-reach), 2 * np.exp(reach)), rel=1e-7)
    assert found.n == 3
    flat = median_effects_over([CurveWells(DOSE, curve(DOSE), ones), CurveWells(DOSE, 0 * DOSE, ones)])
    assert np.isnan(flat.dm)
    assert flat.cautions[0].startswith("no_median_effect: 1 of 2")
