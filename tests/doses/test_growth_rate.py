"""Growth rates: their definition, exact curves, level ones, intervals and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cytotools.doses import fit_growth_rate, growth_rate_errors, growth_rates
from cytotools.doses.growth_curve import growth_at
from cytotools.doses.growth_profile import HalfWay
from cytotools.errors import StudyError

DOSES = np.geomspace(0.001, 10.0, 9)


def curve(gr_inf: float, gec50: float, slope: float, dose: Any = DOSES) -> Any:
    return gr_inf + (1.0 - gr_inf) / (1.0 + (dose / gec50) ** slope)


def test_growth_rates_are_1_as_the_control_0_at_a_standstill_and_less_where_cells_die() -> None:
    rates = growth_rates([800.0, 100.0, 50.0, 0.0, np.nan], x0=100.0, xctrl=800.0)
    assert rates[:4] == pytest.approx([1.0, 0.0, 2.0 ** (-1 / 3) - 1.0, -1.0])
    assert np.isnan(rates[4])


def test_the_errors_are_those_of_drawn_counts(rng: np.random.Generator) -> None:
    own, shared = growth_rate_errors(300.0, 100.0, 800.0, 6.0, 2.0, 16.0)
    drawn = growth_rates(rng.normal(300.0, 6.0, 40_000), 100.0, 800.0)
    common = growth_rates(300.0, rng.normal(100.0, 2.0, 40_000), rng.normal(800.0, 16.0, 40_000))
    assert float(own) == pytest.approx(drawn.std(), rel=0.02)
    assert float(shared) == pytest.approx(common.std(), rel=0.02)


@pytest.mark.parametrize(("gr_inf", "gec50", "slope"), [(-0.06, 0.032, 1.19), (0.21, 0.9, 2.7), (-0.88, 0.11, 3.0)])
def test_an_exact_curve_comes_back_in_any_unit_and_order(gr_inf: float, gec50: float, slope: float) -> None:
    fit = fit_growth_rate(DOSES, curve(gr_inf, gec50, slope))
    assert (fit.converged, fit.flat, fit.at_limit, fit.caution) == (True, False, (), "")
    assert [fit.gr_inf, fit.gec50, fit.hill_slope] == pytest.approx([gr_inf, gec50, slope], rel=1e-9)
    assert curve(gr_inf, gec50, slope, fit.gr50) == pytest.approx(0.5, abs=1e-12)
    assert fit.gr50_interval == pytest.approx((fit.gr50, fit.gr50), rel=1e-6)
    turned = fit_growth_rate(DOSES[::-1] * 1e-9, curve(gr_inf, gec50, slope)[::-1])
    assert turned.gr50 * 1e9 == pytest.approx(fit.gr50, rel=1e-10)


def test_a_curve_that_stays_above_half_has_no_gr50(rng: np.random.Generator) -> None:
    fit = fit_growth_rate(DOSES, curve(0.7, 0.1, 1.2) + rng.normal(0.0, 0.01, 9))
    assert fit.gr50 == np.inf
    assert fit.gr50_interval == (10.0, np.inf)
    assert not fit.flat


def test_an_open_interval_says_so(rng: np.random.Generator) -> None:
    fit = fit_growth_rate(DOSES, curve(-0.3, 12.0, 1.0) + rng.normal(0.0, 0.1, 9))
    low, high = fit.gr50_interval
    assert 1.0 < low < 10.0
    assert high == np.inf


def test_a_level_curve_is_called_so(rng: np.random.Generator) -> None:
    fit = fit_growth_rate(DOSES, 0.95 + rng.normal(0.0, 0.05, 9))
    assert fit.flat
    assert fit.caution.startswith("growth_level: ")
    assert (fit.gr50, fit.gr50_interval[1]) == (np.inf, np.inf)
    assert np.isnan([fit.gec50, fit.hill_slope]).all()
    assert fit_growth_rate(DOSES, 0.2 + rng.normal(0.0, 0.05, 9)).gr50 == 0.0


def test_a_step_lies_at_the_steepest_slope_and_says_so() -> None:
    fit = fit_growth_rate(DOSES, np.where(DOSES < 0.3, 1.0, -0.2))
    assert fit.at_limit == ("hill_slope",)
    assert fit.caution.startswith("growth_limit: hill_slope")
    assert np.isnan(fit.standard_errors[2])


def test_a_well_of_little_weight_does_not_pull_the_curve() -> None:
    rates = curve(0.0, 0.1, 1.0)
    rates[4] += 0.2
    weights = np.ones(9)
    weights[4] = 1e-9
    plain, weighted = fit_growth_rate(DOSES, rates), fit_growth_rate(DOSES, rates, weights)
    assert weighted.gr50 == pytest.approx(0.1, rel=1e-6)
    assert plain.gr50 > 0.101


def test_the_slopes_of_the_profile_are_those_of_differences(rng: np.random.Generator) -> None:
    points = fit_growth_rate(DOSES, curve(0.0, 0.1, 1.0) + rng.normal(0.0, 0.05, 9)).points
    held, place, step = HalfWay(points, np.log(0.2)), np.array([1.1, 0.3]), 1e-6
    for k in range(2):
        there = place + step * np.eye(2)[k]
        back = place - step * np.eye(2)[k]
        rise = (held.errors(there) - held.errors(back)) / (2.0 * step)
        assert held.slopes(place)[:, k] == pytest.approx(rise, abs=1e-8)
    assert growth_at(np.log(0.2), 1.1, np.log(0.2) + np.log(1.2) / np.exp(0.3), 0.3) == pytest.approx(0.5)


def test_intervals_hold_the_truth(rng: np.random.Generator) -> None:
    doses = np.repeat(np.geomspace(0.01, 10.0, 7), 3)
    truth = 0.3 * 1.8 ** (-1.0 / 1.3)
    held = 0
    for _ in range(40):
        low, high = fit_growth_rate(doses, curve(-0.4, 0.3, 1.3, doses) + rng.normal(0.0, 0.08, 21)).gr50_interval
        held += low <= truth <= high
    assert 34 <= held <= 40


@pytest.mark.parametrize(
    ("x", "x0", "xctrl", "said"),
    [
        (
            50.0,
            100.0,
            90.0,
            "more cells than at time zero, got control 90 at time zero 100. Growth rates are not defined",
        ),
        (-1.0, 100.0, 200.0, "1 below 0"),
        (50.0, 0.0, 200.0, "counts above 0"),
    ],
)
def test_counts_that_have_no_growth_rate_are_refused(x: float, x0: float, xctrl: float, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        growth_rates(x, x0, xctrl)


@pytest.mark.parametrize(
    ("dose", "gr", "said"),
    [
        ([1.0, 2.0, 3.0], [1.0, 0.5, 0.1], "3 wells at 3 doses"),
        ([1.0, 1.0, 2.0, 2.0], [1.0, 0.9, 0.5, 0.4], "at 2 doses above 0"),
        ([1.0, 2.0, 3.0, -4.0], [1.0, 0.9, 0.5, 0.4], "a dose below 0"),
        ([1.0, 2.0], [1.0, 0.9, 0.5, 0.4], "shapes"),
    ],
)
def test_wells_that_make_no_curve_are_refused(dose: list[float], gr: list[float], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        fit_growth_rate(dose, gr)


def test_controls_at_dose_0_leave_the_curve_to_converge(rng: np.random.Generator) -> None:
    doses = np.concatenate([np.zeros(4), np.repeat(DOSES, 3)])
    rates = np.where(doses > 0, curve(0.0, 0.5, 1.2, np.maximum(doses, 1e-9)), 1.0) + rng.normal(0, 0.03, len(doses))
    assert fit_growth_rate(doses, rates).converged
