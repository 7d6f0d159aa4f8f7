"""Curves that share parameters."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cytotools.doses import compare_curves, fit_dose_response, response_at
from cytotools.doses.curve_bundle import NAMES
from cytotools.errors import StudyError

DOSE = np.concatenate([np.zeros(4), np.repeat(30.0 * 3.0 ** -np.arange(8.0), 3)])
Curves = list[tuple[NDArray[np.float64], NDArray[np.float64]]]


def wells(rng: np.random.Generator, *ic50s: float, spread: float = 6.0) -> Curves:
    return [
        (DOSE, response_at(DOSE, 10.0, 100.0, ic50, 1.5) + spread * rng.standard_normal(len(DOSE))) for ic50 in ic50s
    ]


def test_exact_curves_are_found_again_with_everything_they_share() -> None:
    found = compare_curves(wells(np.random.default_rng(1), 1.0, 3.0, 8.0, spread=1e-6), ["top", "bottom", "hill_slope"])
    assert found.shared == ("bottom", "top", "hill_slope")
    assert np.allclose([found.bottom, found.top, found.hill_slope], [[10.0] * 3, [100.0] * 3, [1.5] * 3])
    assert np.allclose(found.ic50, [1.0, 3.0, 8.0])
    assert found.converged
    ratio, low, high = found.ic50_ratio(2, 0)
    assert low < ratio < high
    assert ratio == pytest.approx(8.0)


def test_where_sharing_is_true_f_is_f_distributed() -> None:
    rng = np.random.default_rng(20_261_203)
    p_values = np.array([compare_curves(wells(rng, 1.0, 1.0), ("ic50",)).test.p_value for _ in range(60)])
    assert np.mean(p_values < 0.05) < 0.134  # 3 standard errors
    assert abs(p_values.mean() - 0.5) < 0.112


def test_other_ic50s_are_told_and_the_same_plateaus_are_not() -> None:
    curves = wells(np.random.default_rng(4), 1.0, 3.0)
    assert compare_curves(curves, ("ic50",)).test.p_value < 1e-3
    assert compare_curves(curves, ("bottom", "top")).test.p_value > 0.05


@pytest.mark.parametrize("shared", [("ic50",), ("bottom", "top"), ("hill_slope", "ic50"), NAMES])
def test_the_least_squares_is_that_of_many_random_starts(shared: tuple[str, ...]) -> None:
    from scipy.optimize import least_squares

    rng = np.random.default_rng(7)
    found = compare_curves(wells(rng, 0.5, 9.0, spread=12.0), shared)
    low, high = found.bundle.limits
    for _ in range(8):
        start = np.concatenate([rng.uniform(0.0, 100.0, 4), rng.uniform(-4.0, 0.0, 2), rng.uniform(0.3, 4.0, 2)])
        place = np.empty(found.bundle.n_parameters)
        place[found.bundle.columns.ravel()] = start
        end = least_squares(found.bundle.errors, place, found.bundle.slopes, (low, high), xtol=1e-12, ftol=1e-12)
        assert found.rss <= 2.0 * end.cost * (1.0 + 1e-9)


def test_errors_of_a_curve_given_twice_are_those_of_twice_the_wells() -> None:
    [(dose, response)] = wells(np.random.default_rng(8), 1.0)
    twice = compare_curves([(dose, response)] * 2, NAMES)
    fit = fit_dose_response(np.tile(dose, 2), np.tile(response, 2))
    assert twice.rss == pytest.approx(fit.rss)
    for ours, theirs in (
        (twice.standard_errors, fit.standard_errors),
        (twice.standard_errors_observed, fit.standard_errors_observed),
    ):
        assert np.array(ours)[:, 0] == pytest.approx(np.array(theirs))
    assert twice.test.f == pytest.approx(0.0, abs=1e-9)


def test_neither_units_nor_the_order_of_wells_matter() -> None:
    rng = np.random.default_rng(9)
    curves = wells(rng, 1.0, 4.0)
    order = rng.permutation(len(DOSE))
    one = compare_curves(curves, ("bottom", "top"))
    other = compare_curves([(1000.0 * dose[order], 0.01 * response[order]) for dose, response in curves], one.shared)
    assert np.allclose(other.ic50, 1000.0 * one.ic50, rtol=1e-10)
    assert other.test.p_value == pytest.approx(one.test.p_value, rel=1e-8)
    assert other.ic50_ratio() == pytest.approx(one.ic50_ratio(), rel=1e-7)


def test_the_limits_of_a_ratio_turn_with_it() -> None:
    found = compare_curves(wells(np.random.default_rng(10), 1.0, 4.0), ("bottom", "top"))
    ratio, low, high = found.ic50_ratio(0, 1)
    assert [1.0 / v for v in found.ic50_ratio(1, 0)] == pytest.approx([ratio, high, low], rel=1e-6)


def test_an_ic50_that_no_dose_reaches_has_a_ratio_that_is_open() -> None:
    curves = wells(np.random.default_rng(11), 1.0, 1e9)
    ratio, low, high = compare_curves(curves, ("bottom", "top")).ic50_ratio(1, 0)
    assert high == np.inf
    assert 10.0 < low < ratio


def test_what_cannot_be_compared_is_refused() -> None:
    curves = wells(np.random.default_rng(12), 1.0, 4.0)
    for given, shared in ((curves[:1], ("top",)), (curves, ()), (curves, ("slope",))):
        with pytest.raises(StudyError, match="compare_curves"):
            compare_curves(given, shared)
    with pytest.raises(StudyError, match="ic50_ratio"):
        compare_curves(curves, ("top",)).ic50_ratio(0, 2)
    with pytest.raises(StudyError, match="ic50_ratio"):
        compare_curves(curves, ("ic50",)).ic50_ratio()
