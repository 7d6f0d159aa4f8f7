"""find_rebound against planted courses, the published critical values, and simulation under its null hypotheses."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from blots.contrasts import LargestContrast, largest_contrast
from blots.designs import design_of
from blots.errors import InvalidTimeCourse
from blots.families import Family, rises
from blots.rebound import Rebound, find_rebound
from blots.scatter import later_scatter_of, scatter_of

HOURS = [0, 1, 3, 6, 12, 24]
FALL = [1.0, 0.3, 0.1, 0.1, 0.1, 0.1]
PLATEAU = [1.0, 0.1, 0.1, 0.1, 0.1, 0.1]


def blots(curve: list[float], n: int, sd: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return n blots of a planted course: one offset a blot, one error an entry."""
    return np.asarray(np.log(curve) + rng.normal(0, 0.2, (n, 1)) + rng.normal(0, sd, (n, len(curve))))


def called(found: Rebound) -> bool:
    return found.verdict in ("rebound", "overshoot")


def null_of(n: int, n_times: int) -> LargestContrast:
    design = design_of(np.ones((n, n_times), dtype=bool))
    return largest_contrast(design, later_scatter_of(design), rises(n_times))


def pooled(n: int, family: Family) -> LargestContrast:
    """Return the null where all hours share one variance."""
    design = design_of(np.ones((n, family.earlier.shape[1]), dtype=bool))
    return largest_contrast(design, replace(scatter_of(design), prior=1e12), family)


@pytest.mark.parametrize(("n", "published"), [(2, 3.54), (3, 2.95), (4, 2.80), (6, 2.66)])
def test_pairs_of_one_variance_have_the_critical_values_simulated_before(n: int, published: float) -> None:
    every = rises(6)
    pairs = Family(every.matrix[every.single], every.earlier[every.single], every.later[every.single])
    assert pooled(n, pairs).critical_value(0.05) == pytest.approx(published, abs=0.02)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_one_pair_of_hours_is_student_t_on_both_sides(n: int) -> None:
    null = pooled(n, rises(3))
    assert null.critical_value(0.05) == pytest.approx(stats.t.isf(0.025, 2 * (n - 1)), rel=1e-3)
    assert null.p_value(1.0) == pytest.approx(2 * stats.t.sf(1.0, 2 * (n - 1)), rel=5e-3)


def test_null_agrees_with_plain_simulation() -> None:
    rng = np.random.default_rng(5)
    values = rng.standard_normal((40_000, 3, 5))
    means = values.mean(axis=1)
    residuals = values - means[:, None] - values.mean(axis=2, keepdims=True) + values.mean(axis=(1, 2))[:, None, None]
    squares, share = (residuals**2).sum(axis=1), 2 * 4 / 5
    variances = (0.7 * squares.sum(axis=1, keepdims=True) / 8 + squares) / (0.7 + share)
    statistics = [
        (means[:, j] - means[:, i : k + 1].mean(axis=1))
        / np.sqrt((variances[:, j] + variances[:, i : k + 1].sum(axis=1) / (k - i + 1) ** 2) / 3)
        for i in range(5)
        for k in range(i, 5)
        for j in range(k + 1, 5)
    ]
    largest = np.max(statistics, axis=0)
    for statistic in (0.5, 2.0, 3.0, 4.5):
        assert null_of(3, 6).p_value(statistic) == pytest.approx(np.mean(largest >= statistic), abs=0.008)


@pytest.mark.parametrize(
    ("curve", "verdict", "nadir"),
    [
        ([1.0, 0.3, 0.08, 0.1, 0.9, 3.0], "overshoot", 3),
        ([1.0, 0.3, 0.05, 0.06, 0.2, 0.4], "rebound", 3),
        ([1.0, 0.5, 0.25, 0.12, 0.06, 0.03], "sustained loss", 24),
        ([1.0, 1.2, 2.0, 4.0, 6.0, 6.0], "induction", 1),
        ([1.0, 1.0, 1.0, 1.0, 1.0, 1.0], "no loss", None),
        ([1.0, 1.0, 3.0, 3.0, 0.1, 0.1], "sustained loss", None),  # a rise before the loss is no rebound
        ([1.0, 0.1, 0.5, 0.5, 0.04, 0.04], "rebound", 1),  # a transient rebound: the nadir is the trough it starts from
    ],
)
def test_planted_verdicts(curve: list[float], verdict: str, nadir: float | None) -> None:
    found = find_rebound(blots(curve, 3, 0.05, np.random.default_rng(3)), HOURS)
    assert found.verdict == verdict
    assert nadir is None or found.nadir_hours == nadir


def test_folds_are_those_planted() -> None:
    found = find_rebound(blots([1.0, 0.3, 0.1, 0.2, 0.5, 2.0], 4, 0.01, np.random.default_rng(1)), HOURS)
    assert found.nadir_fold == pytest.approx(0.1, rel=0.05)
    assert found.rebound_fold == pytest.approx(20.0, rel=0.05)
    assert (found.rebound_hours, found.n, found.caution) == (24, 4, "")


@pytest.mark.parametrize(("n", "sd"), [(2, 0.25), (3, 0.40)])
def test_false_rebounds_at_the_least_favourable_null(n: int, sd: float) -> None:
    rng = np.random.default_rng(11)
    false = sum(called(find_rebound(blots(PLATEAU, n, sd, rng), HOURS)) for _ in range(3000))
    assert stats.binomtest(false, 3000, 0.05).pvalue > 0.001


def test_power_for_a_two_fold_rise() -> None:
    rng = np.random.default_rng(12)
    curve = [1.0, 0.1, 0.1, 0.1, 0.1, 0.2]
    assert np.mean([called(find_rebound(blots(curve, 3, 0.25, rng), HOURS)) for _ in range(1500)]) > 0.77


@pytest.mark.parametrize("limit", [0.07, 0.1, 0.12])
def test_a_detection_limit_makes_no_rebounds(limit: float) -> None:
    rng = np.random.default_rng(13)
    false = 0
    for _ in range(800):
        values = blots(PLATEAU, 3, 0.25, rng)
        censored = values < np.log(limit)
        false += called(find_rebound(np.maximum(values, np.log(limit)), HOURS, censored=censored))
    assert stats.binomtest(false, 800, 0.05, alternative="greater").pvalue > 0.01


def random_course(rng: np.random.Generator) -> Rebound:
    n, n_times = int(rng.integers(2, 6)), int(rng.integers(2, 8))
    values = rng.normal(0, 1.5, n_times) * rng.choice([0, 1]) + rng.normal(0, 0.5, (n, n_times))
    values[:, 1:][rng.random((n, n_times - 1)) < 0.15 * (rng.random() < 0.02)] = np.nan
    values[0] = np.nan_to_num(values[0])
    censored = (rng.random(values.shape) < 0.1 * rng.integers(0, 2)) & (np.arange(n_times) > 0)
    errors = rng.uniform(0, 0.6, values.shape) if rng.random() < 0.3 else None
    return find_rebound(values, np.arange(n_times), errors, censored)


def test_limits_agree_with_the_verdict_on_random_courses() -> None:
    rng = np.random.default_rng(14)
    for _ in range(3000):
        found = random_course(rng)
        if "one_replicate" in found.caution:
            continue
        assert (found.low > 1) == (found.rise_p_value < 0.05)
        assert (found.nadir_high < 1) == (found.loss_p_value < 0.05)
        assert called(found) == (found.p_value < 0.05)
        assert np.isnan(found.rebound_fold) or found.low <= found.rebound_fold <= found.high
        assert found.nadir_low <= found.nadir_fold <= found.nadir_high
        assert (found.verdict == "sustained loss") == ("rise_not_excluded" in found.caution)


@pytest.mark.parametrize("curve", [PLATEAU, [1.0, 0.1, 0.2], [1.0, 0.3, 0.1, 0.15, 0.15, 0.2]])
def test_the_interval_covers_the_rise_from_the_reported_nadir(curve: list[float]) -> None:
    rng = np.random.default_rng(15)
    logs, covered = np.log(curve), 0
    for _ in range(1500):
        found = find_rebound(blots(curve, 3, 0.25, rng), HOURS[: len(curve)])
        nadir = HOURS.index(int(found.nadir_hours))
        covered += found.low <= np.exp(logs[nadir:].max() - logs[nadir]) * (1 + 1e-12) and (
            np.exp(logs[nadir:].max() - logs[nadir]) <= found.high * (1 + 1e-12)
        )
    assert stats.binomtest(covered, 1500, 0.95, alternative="less").pvalue > 0.005


@given(st.permutations(range(6)), st.permutations(range(3)), st.floats(-3, 3))
def test_order_and_offset_of_blots_do_not_matter(columns: list[int], rows: list[int], offset: float) -> None:
    values = blots([1.0, 0.3, 0.1, 0.1, 0.5, 0.9], 3, 0.3, np.random.default_rng(16))
    moved = values + np.array([[offset], [0.0], [1.0]])
    one, other = find_rebound(values, HOURS), find_rebound(moved[rows][:, columns], np.array(HOURS)[columns])
    assert one.verdict == other.verdict
    assert (other.low, other.p_value) == pytest.approx((one.low, one.p_value), rel=1e-6)


def test_the_input_is_left_alone() -> None:
    values = blots(FALL, 3, 0.1, np.random.default_rng(1))
    before = values.copy()
    find_rebound(values, HOURS[::-1], np.full(values.shape, 0.1), np.zeros(values.shape, dtype=bool))
    assert np.array_equal(values, before)


def test_missing_entries_are_least_squares() -> None:
    values = blots([1.0, 0.3, 0.1, 0.1, 0.5, 0.9], 3, 0.2, np.random.default_rng(17))
    values[1, 0] = values[2, 3] = np.nan
    replicate, hour = np.nonzero(np.isfinite(values))
    matrix = np.column_stack([replicate == i for i in range(3)] + [hour == j for j in range(1, 6)]).astype(float)
    levels = np.linalg.lstsq(matrix, values[np.isfinite(values)], rcond=None)[0][3:]
    found = find_rebound(values, HOURS)
    assert found.nadir_fold == pytest.approx(np.exp(levels.min()))
    assert "replicate_without_reference: 1 of 3" in found.caution


def test_one_blot_is_an_effect_without_a_p_value() -> None:
    found = find_rebound(np.log([[1.0, 0.1, 0.1, 0.1, 0.1, 0.8]]), HOURS)
    assert (found.verdict, found.n) == ("not resolved", 1)
    assert found.rebound_fold == pytest.approx(8.0)
    assert np.isnan([found.p_value, found.low, found.high, found.nadir_low]).all()
    assert "one_replicate" in found.caution


def test_one_blot_has_no_limits_even_with_measurement_errors() -> None:
    found = find_rebound(np.log([[1.0, 0.1, 0.8]]), [0, 6, 24], standard_errors=[[0.1, 0.1, 0.1]])
    assert found.rebound_fold == pytest.approx(8.0)
    assert np.isnan([found.low, found.high, found.nadir_low, found.nadir_high]).all()


def test_measurement_errors_are_a_floor() -> None:
    values = blots([1.0, 0.1, 0.1, 0.1, 0.1, 0.3], 3, 0.05, np.random.default_rng(18))
    assert find_rebound(values, HOURS, np.full((3, 6), 0.01)).verdict == "rebound"
    doubtful = find_rebound(values, HOURS, np.full((3, 6), 1.0))
    assert not called(doubtful)
    assert "measurement_error_larger" in doubtful.caution


def test_equal_replicates_are_named() -> None:
    found = find_rebound(np.log([[1.0, 0.3, 0.1, 0.9]] * 3), [0, 1, 3, 6])
    assert (found.verdict, found.nadir_hours) == ("rebound", 3)
    assert found.rebound_fold == pytest.approx(9.0)
    assert "identical_replicates" in found.caution
    assert find_rebound(np.zeros((3, 6)), HOURS).verdict == "no loss"


def test_a_censored_nadir_leaves_the_limits_open() -> None:
    values = blots([1.0, 0.1, 0.1, 0.1, 0.5, 0.9], 3, 0.05, np.random.default_rng(19))
    censored = np.zeros((3, 6), dtype=bool)
    censored[:, 1:4] = True
    found = find_rebound(values, HOURS, censored=censored)
    assert (found.verdict, found.nadir_low, found.high) == ("rebound", 0.0, np.inf)
    assert found.caution == "below_detection: 1, 3, 6 h enter as upper limits"


def test_a_censored_peak_is_no_rise() -> None:
    values = blots([1.0, 0.1, 0.1, 0.1, 0.1, 0.9], 3, 0.05, np.random.default_rng(20))
    censored = np.zeros((3, 6), dtype=bool)
    censored[1, 5] = True
    assert find_rebound(values, HOURS, censored=censored).verdict == "sustained loss"


def test_a_censored_reference_gives_no_fold() -> None:
    censored = np.zeros((3, 6), dtype=bool)
    censored[1, 0] = True
    found = find_rebound(blots(FALL, 3, 0.1, np.random.default_rng(21)), HOURS, censored=censored)
    assert (found.verdict, found.n) == ("not resolved", 3)
    assert np.isnan([found.nadir_fold, found.rebound_fold, found.p_value]).all()
    assert found.caution == "reference_below_detection: 0 h is under the detection limit in 1 of 3 replicates"


def test_two_hours_test_the_loss_alone() -> None:
    found = find_rebound(blots([1.0, 0.1], 3, 0.1, np.random.default_rng(22)), [0, 24])
    assert found.verdict == "sustained loss"
    assert np.isnan([found.rebound_fold, found.p_value]).all()
    assert "two_hours" in found.caution
    assert "no rise after 24 h is excluded" in found.caution


def test_hours_without_a_tie_are_left_out() -> None:
    values = np.full((4, 4), np.nan)
    values[:3, :3] = blots([1.0, 0.1, 0.5], 3, 0.1, np.random.default_rng(23))
    values[3, 3] = 1.0
    found = find_rebound(values, [0, 1, 3, 6])
    assert (found.verdict, found.n) == ("rebound", 3)
    assert "hour_left_out: 6 h" in found.caution
    assert "replicate_left_out: 1" in found.caution


@pytest.mark.parametrize(
    ("values", "hours", "words"),
    [
        (np.zeros((3, 6)), HOURS[:5], r"expected log_ratios of shape \(n_replicates, n_times\)"),
        (np.zeros(6), HOURS, "Give each replicate a row"),
        (np.zeros((3, 3)), [0, 6, 6], "got 6 h more than once"),
        (np.zeros((3, 3)), [0, 6, np.nan], "Give every column its hour"),
        (np.full((3, 3), -np.inf), [0, 6, 12], "Give a band without signal as its detection limit"),
        (np.full((3, 3), np.nan), [0, 6, 12], "got no data"),
        ([[np.nan, 1.0, 2.0]] * 2, [0, 6, 12], "got data at 6 h, 12 h"),
        ([[1.0, np.nan, np.nan], [np.nan, 1.0, 2.0]], [0, 6, 12], "a replicate with the reference and a later hour"),
        ([[1.0], [2.0]], [0], "needs its reference and at least one later hour"),
        ([["a", "b"]], [0, 1], "expected an array of numbers"),
    ],
)
def test_refusals(values: object, hours: object, words: str) -> None:
    with pytest.raises(InvalidTimeCourse, match=words):
        find_rebound(values, hours)  # type: ignore[arg-type]


def test_masked_entries_are_missing_and_complex_ones_refused() -> None:
    values = np.ma.masked_greater(blots([1.0, 0.3, 0.1, 0.1, 0.5, 0.9], 3, 0.1, np.random.default_rng(25)), 9.0)
    values[1, 5] = np.ma.masked
    assert find_rebound(values, HOURS).low == find_rebound(values.filled(np.nan), HOURS).low
    with pytest.raises(InvalidTimeCourse, match="expected an array of numbers"):
        find_rebound(np.zeros((3, 6), dtype=complex), HOURS)


@pytest.mark.parametrize("name", ["standard_errors", "censored"])
def test_shapes_of_the_other_arguments(name: str) -> None:
    with pytest.raises(InvalidTimeCourse, match=f"{name}: expected the shape of log_ratios"):
        find_rebound(np.zeros((3, 6)), HOURS, **{name: np.zeros((3, 5))})
    with pytest.raises(InvalidTimeCourse, match="standard_errors: expected 0 or more"):
        find_rebound(np.zeros((3, 6)), HOURS, standard_errors=np.full((3, 6), -1.0))


def test_a_cached_p_value_takes_less_than_ten_milliseconds() -> None:
    values = blots(FALL, 3, 0.2, np.random.default_rng(24))
    find_rebound(values, HOURS)
    durations = []
    for _ in range(20):
        start = time.perf_counter()
        find_rebound(values, HOURS)
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.010


def test_later_hours_that_agree_to_the_last_digit_beside_a_reference_that_does_not() -> None:
    values = np.tile(np.log([1.0, 0.3, 0.1, 0.1, 0.5, 0.9]), (3, 1))
    values[:, 0] = [0.0, 0.1, -0.1]
    assert find_rebound(values, HOURS).verdict == "rebound"
