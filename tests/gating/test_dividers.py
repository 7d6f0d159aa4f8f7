from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from gating import Channel, Events, GatingError, QuadrantGate, Quadrants, Spillover, count_quadrants
from gating.cautions import CAUTIONS
from gating.curved_quadrants import count_curved
from gating.divider_fit import fit_curved_gate, fit_divider, fit_offset_divider
from gating.dividers import CurvedDivider, CurvedQuadrantGate, OffsetDivider, StraightDivider
from gating.errors import InvalidGate, UnusableControl
from gating.quantile_curve import quantile_curve
from gating.simulate import Cytometer, Tube, simulate_tube

CHANNELS = (Channel("FITC-A"), Channel("PE-A"))
Z_99 = 2.3263478740408408
FINITE = st.floats(-1e6, 1e6)


def stained(n: int, share_bright: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Brightness of a single stain: dim and bright cells."""
    return np.where(rng.random(n) < share_bright, rng.lognormal(9.0, 0.7, n), rng.normal(100.0, 80.0, n))


def roots(other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(np.maximum(other, 0.0))


def test_eight_events_round_a_curve_and_a_step() -> None:
    gate = CurvedQuadrantGate("FITC-A", OffsetDivider(10.0, 20.0, split=50.0), "PE-A", CurvedDivider(40.0, 2.0))
    # At Annexin 9 the dye is divided at 46, at 25 at 50; Annexin at 10 for a dye below 50, at 20 from 50 on.
    values = np.array([[9, 45.9], [9, 46], [25, 49.9], [25, 50], [-4, 40], [-4, 39.9], [19, 60], [20, 49.9]])
    events = Events(values, CHANNELS)
    assert gate.classes(*values.T).tolist() == [0, 3, 1, 2, 3, 0, 3, 2]
    assert count_curved(events, gate) == Quadrants(2, 1, 2, 3)


@given(arrays(np.float64, (40, 2), elements=FINITE), FINITE, FINITE, st.floats(0.0, 100.0))
def test_four_populations_sum_to_the_parent_and_ignore_order(
    values: NDArray[np.float64], level: float, step: float, spread: float
) -> None:
    gate = CurvedQuadrantGate("FITC-A", CurvedDivider(level, spread), "PE-A", OffsetDivider(level, step, split=step))
    counts = count_curved(Events(values, CHANNELS), gate)
    assert counts.total == 40
    assert counts == count_curved(Events(values[::-1], CHANNELS), gate)


@given(arrays(np.float64, (40, 2), elements=FINITE), FINITE, FINITE)
def test_without_spread_every_divider_is_the_straight_one(
    values: NDArray[np.float64], annexin: float, dye: float
) -> None:
    straight = QuadrantGate("FITC-A", annexin, "PE-A", dye)
    spillover = Spillover(np.array([[1.0, 0.3], [0.05, 1.0]]), ("FITC-A", "PE-A"))
    events = Events(values, CHANNELS, spillover=spillover)
    expected = count_quadrants(events, straight)
    level = CurvedQuadrantGate("FITC-A", CurvedDivider(annexin, 0.0), "PE-A", OffsetDivider(dye, dye, split=7.0))
    assert count_curved(events, CurvedQuadrantGate.from_straight(straight)) == expected == count_curved(events, level)


def test_what_divides_nothing_is_refused() -> None:
    with pytest.raises(InvalidGate, match=r"spread of at least 0.*got -0.1.*over-compensation"):
        CurvedDivider(500.0, -0.1)
    for wrong in (
        lambda: CurvedDivider(np.nan, 1.0),
        lambda: StraightDivider(np.inf),
        lambda: OffsetDivider(1, 2, np.nan),
    ):
        with pytest.raises(InvalidGate, match=r"finite numbers.*got (nan|inf)"):
            wrong()
    with pytest.raises(InvalidGate, match="FITC-A twice"):
        CurvedQuadrantGate("FITC-A", StraightDivider(1.0), "FITC-A", StraightDivider(1.0))
    gate = CurvedQuadrantGate("FITC-A", StraightDivider(1.0), "PE-A", StraightDivider(1.0))
    with pytest.raises(GatingError, match="1 events without one in FITC-A or PE-A"):
        count_curved(Events(np.array([[1.0, np.nan], [1.0, 1.0]]), CHANNELS), gate)
    with pytest.raises(GatingError, match="a channel 'PE-A'"):
        count_curved(Events(np.ones((2, 1)), CHANNELS[:1]), gate)


@pytest.mark.parametrize("quantile", [0.8, 0.99])
@pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.ConvergenceWarning")
def test_the_quantile_regression_agrees_with_statsmodels(quantile: float, rng: np.random.Generator) -> None:
    from statsmodels.regression.quantile_regression import QuantReg

    root = roots(stained(4_000, 0.4, rng))
    y = rng.standard_t(5, 4_000) * (60.0 + 2.5 * root) + 0.4 * root
    oracle = QuantReg(y, np.column_stack([np.ones(4_000), root])).fit(q=quantile, max_iter=5_000, p_tol=1e-10).params
    for bracket in (None, (0.9 * oracle[1], 1.1 * oracle[1]), (5.0 * oracle[1], 6.0 * oracle[1]), (0.1, 0.2)):
        assert quantile_curve(y, root, quantile, bracket) == pytest.approx(tuple(oracle), rel=1e-5)
    falling = y - 20.0 * root
    assert quantile_curve(falling, root, quantile)[1] == 0.0


def test_a_curve_with_a_known_quantile_is_found_and_its_intervals_cover_it() -> None:
    covered = []
    for seed in range(30):
        rng = np.random.default_rng([seed, 44])
        annexin = stained(6_000, 0.3, rng)
        fit = fit_divider(rng.standard_normal(6_000) * (80.0 + 1.5 * roots(annexin)), annexin)
        assert isinstance(fit.divider, CurvedDivider)
        covered += [
            fit.level.low <= Z_99 * 80.0 <= fit.level.high,
            fit.spread.low <= Z_99 * 1.5 <= fit.spread.high,
        ]
    assert np.mean(covered) >= 0.88  # of 60 intervals at 95 %, fewer than 53 cover in three runs of a thousand


def test_photon_counting_gives_the_cut_of_its_variance() -> None:
    """var(dye) = noise^2 + k * annexin, so that Q99 = 2.326 sqrt(noise^2 + k * annexin)."""
    rng = np.random.default_rng(5)
    annexin = stained(60_000, 0.4, rng)
    noise_sd, k = 60.0, 9.0
    dye = rng.standard_normal(60_000) * np.sqrt(noise_sd**2 + k * np.maximum(annexin, 0.0))
    fit = fit_divider(dye, annexin)
    seen = np.array([100.0, 1_000.0, 4_000.0, 2e4, 5e4])
    assert fit.divider.at(seen) == pytest.approx(Z_99 * np.sqrt(noise_sd**2 + k * seen), rel=0.15)
    fresh = stained(400_000, 0.4, rng)
    held_out = rng.standard_normal(400_000) * np.sqrt(noise_sd**2 + k * np.maximum(fresh, 0.0))
    positive = held_out >= fit.divider.at(fresh)
    for low, high in ((-1e9, 150.0), (150.0, 2_000.0), (2_000.0, 8_000.0), (8_000.0, 1e9)):
        assert 0.004 < positive[(fresh >= low) & (fresh < high)].mean() < 0.02
    straight_on_bright = (held_out >= fit.straight.value)[fresh > 8_000.0].mean()
    assert straight_on_bright > 0.03


@pytest.mark.parametrize("heavy", [False, True])
def test_without_spread_the_straight_cut_is_kept_and_says_so(heavy: bool) -> None:
    kept = []
    for seed in range(25):
        rng = np.random.default_rng([seed, heavy])
        annexin = stained(8_000, 0.3, rng)
        dye = 90.0 * (rng.standard_t(4, 8_000) if heavy else rng.standard_normal(8_000))
        fit = fit_divider(dye, annexin)
        kept.append(fit.divider == StraightDivider(float(np.quantile(dye, 0.99))))
        assert "straight cut is kept" in fit.statement
        assert fit.caution.split(":")[0] in ("", "spread_open")
    assert np.mean(kept) >= 0.95


def test_a_control_of_dim_cells_settles_nothing_and_says_so(rng: np.random.Generator) -> None:
    for annexin in (rng.normal(100.0, 80.0, 8_000), 140.0 * rng.lognormal(0.0, 0.6, 8_000)):
        fit = fit_divider(rng.normal(0.0, 50.0, 8_000), annexin)
        assert isinstance(fit.divider, StraightDivider)
        assert fit.caution.startswith("spread_open: the control does not hold both dim and bright cells")


def test_few_events_leave_it_open_and_say_so(rng: np.random.Generator) -> None:
    fit = fit_divider(rng.normal(0.0, 50.0, 1_200), stained(1_200, 0.3, rng))
    assert isinstance(fit.divider, StraightDivider)
    assert "does not settle whether it is more than" in fit.caution


def test_spill_left_in_the_control_is_told_from_spread(rng: np.random.Generator) -> None:
    annexin = stained(20_000, 0.3, rng)
    dye = rng.normal(0.0, 50.0, 20_000)
    under = fit_divider(dye + 0.03 * annexin, annexin)
    assert under.caution.startswith("divider_shift: the middle of the bright events lies")
    over = fit_divider(dye - 0.03 * annexin, annexin)
    assert isinstance(over.divider, StraightDivider)
    assert "divider_shift" in over.caution


def test_a_second_population_above_the_curve_is_named(rng: np.random.Generator) -> None:
    annexin = stained(20_000, 0.5, rng)
    dye = rng.standard_normal(20_000) * (80.0 + 3.0 * roots(annexin))
    middle = (annexin > 2_000.0) & (annexin < 5_000.0)
    dye[middle & (rng.random(20_000) < 0.15)] += 3_000.0
    assert "divider_misfit" in fit_divider(dye, annexin).caution
    assert {"spread_open", "divider_shift", "divider_misfit"} <= set(CAUTIONS)


def test_several_tubes_widen_the_interval(rng: np.random.Generator) -> None:
    tube = np.repeat(np.arange(4), 5_000)
    annexin = stained(20_000, 0.3, rng)
    dye = rng.standard_normal(20_000) * (80.0 + 3.0 * roots(annexin)) * np.array([0.7, 0.9, 1.1, 1.3])[tube]
    alone, together = fit_divider(dye, annexin), fit_divider(dye, annexin, tube)
    assert together.spread.high - together.spread.low > 2.0 * (alone.spread.high - alone.spread.low)
    assert together.spread.value == alone.spread.value


def test_two_levels_are_found_where_there_are_two(rng: np.random.Generator) -> None:
    annexin = stained(20_000, 0.4, rng)
    right = annexin >= 900.0
    step = fit_offset_divider(rng.standard_normal(20_000) * np.where(right, 150.0, 80.0), annexin, split=900.0)
    assert isinstance(step.divider, OffsetDivider)
    assert step.divider.below_split == pytest.approx(Z_99 * 80.0, rel=0.06)
    assert step.divider.from_split == pytest.approx(Z_99 * 150.0, rel=0.06)
    same = fit_offset_divider(rng.normal(0.0, 80.0, 20_000), annexin, split=900.0)
    assert isinstance(same.divider, StraightDivider)
    with pytest.raises(UnusableControl, match=r"from 1e\+06 on: expected at least 1000 events"):
        fit_offset_divider(annexin, annexin, split=1e6)


def test_controls_that_cannot_place_a_divider_are_refused(rng: np.random.Generator) -> None:
    annexin, dye = stained(5_000, 0.3, rng), rng.normal(0.0, 50.0, 5_000)
    with pytest.raises(UnusableControl, match=r"at least 10000 events for a divider at 99.9 %, got 5000"):
        fit_divider(dye, annexin, quantile=0.999)
    with pytest.raises(InvalidGate, match=r"between 0.5 and 1, got 1.0"):
        fit_divider(dye, annexin, quantile=1.0)
    with pytest.raises(UnusableControl, match=r"1 events without one"):
        fit_divider(np.append(dye, np.nan), np.append(annexin, 1.0))
    with pytest.raises(UnusableControl, match=r"a cut at its top, 100"):
        fit_divider(np.minimum(dye + 50.0, 100.0), annexin)
    with pytest.raises(UnusableControl, match=r"a cut at its top, 0"):
        fit_divider(np.zeros(5_000), annexin)
    with pytest.raises(UnusableControl, match=r"one tube, an event, got \(5000,\), \(4000,\)"):
        fit_divider(dye, annexin[:4_000])


def test_both_dividers_come_from_the_single_stains_of_a_simulated_instrument() -> None:
    mixed = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.2, "necrotic": 0.1}
    rng, instrument = np.random.default_rng(8), Cytometer(annexin_into_dye=0.4, units_per_photon=20.0)

    def draw(annexin: bool, dye: bool) -> Events:
        tube = Tube(mixed, 20_000, annexin, dye, debris=0.0, doublets=0.0)
        return simulate_tube(tube, rng, instrument).events

    fit = fit_curved_gate(draw(True, False), draw(False, True), "FITC-A", "PE-A")
    photons = Z_99 * np.sqrt(20.0 * 0.4 * 1.4)  # of the spilt light and of the light that is subtracted
    assert fit.dye.spread.value == pytest.approx(photons, rel=0.2)
    assert fit.gate.dye_divider == fit.dye.divider == CurvedDivider(fit.dye.level.value, fit.dye.spread.value)
    assert fit.gate.annexin_divider == fit.annexin.divider
    held_out = draw(True, False)
    counts = count_curved(held_out, fit.gate)
    assert 0.004 < (counts.late_apoptotic + counts.necrotic) / counts.total < 0.02
    bad = np.array(held_out.values)
    bad[0, 3] = np.nan
    with pytest.raises(UnusableControl, match="1 events without one"):
        fit_curved_gate(Events(bad, held_out.channels), held_out, "FITC-A", "PE-A")
