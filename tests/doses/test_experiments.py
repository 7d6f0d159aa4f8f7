"""IC50s over experiments: t where all are closed, honest where some are open."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cytotools.doses.averages import average
from cytotools.doses.censored_mean import censored_mean, p_at_limits
from cytotools.doses.experiments import ExperimentIc50, over_experiments
from cytotools.errors import StudyError


def measured(ic50: float, highest: float = 100.0, lowest: float = 0.01, error: float = 0.1) -> ExperimentIc50:
    return ExperimentIc50(ic50, ic50 * np.exp(-1.96 * error), ic50 * np.exp(1.96 * error), lowest, highest)


def test_closed_experiments_are_students_t_on_ln_ic50() -> None:
    ic50s = np.array([1.1, 1.9, 1.4, 2.6])
    found = over_experiments([measured(x) for x in ic50s])
    expected = stats.t.interval(0.95, 3, np.log(ic50s).mean(), stats.sem(np.log(ic50s)))
    assert np.allclose(np.log([found.low, found.high]), expected)
    assert found.ic50 == pytest.approx(stats.gmean(ic50s))
    assert found.between_sd == pytest.approx(np.log(ic50s).std(ddof=1))
    assert (found.n, found.cautions) == (4, "")


def test_the_unit_of_dose_changes_nothing() -> None:
    plates = [(1.1, 3.0), (1.9, 3.0), (4.0, 3.0)]
    one = over_experiments([measured(x, top) for x, top in plates])
    other = over_experiments([measured(1000 * x, 1000 * top, 10.0) for x, top in plates])
    assert other.low == pytest.approx(1000 * one.low, rel=1e-6)
    assert other.high == one.high == np.inf


def test_an_upper_limit_beyond_the_doses_leaves_the_ic50_open() -> None:
    found = over_experiments([measured(x, highest=3.0) for x in (1.0, 1.5, 2.2)])
    assert np.isnan(found.ic50)
    assert found.high == np.inf
    assert 0 < found.low < 1.0
    assert found.cautions.startswith("ic50_open_above")


def test_an_ic50_beyond_the_doses_counts_as_beyond() -> None:
    values = (1.0, 1.5, 1.3, 1.2, 1.1, 1.4)
    closed = over_experiments([measured(x, highest=50.0) for x in values])
    one_open = over_experiments(
        [*(measured(x, highest=50.0) for x in values[:-1]), ExperimentIc50(9.0, 1.4, np.inf, 0.01, 1.6)]
    )
    left_out = over_experiments([measured(x, highest=50.0) for x in values[:-1]])
    assert one_open.ic50 > left_out.ic50
    assert one_open.high > closed.high
    assert (one_open.n, one_open.n_open_above) == (6, 1)
    assert "open_experiments" in one_open.cautions


@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_all_open_gives_a_lower_limit_near_the_highest_dose(count: int) -> None:
    found = over_experiments([ExperimentIc50(25.0, 8.0, np.inf, 0.01, 10.0)] * count)
    assert np.isnan(found.ic50)
    assert found.high == np.inf
    assert 3.0 < found.low <= 10.0001
    assert "scatter_assumed" in found.cautions


def test_open_below_has_an_upper_limit() -> None:
    found = over_experiments([ExperimentIc50(0.004, 0.0, 0.02, 0.01, 10.0)] * 3)
    assert np.isnan(found.ic50)
    assert found.low == 0
    assert 0.01 <= found.high < 0.03


def test_half_of_the_experiments_open_leaves_the_mean_open() -> None:
    plates = [measured(1.0), measured(1.1), *[ExperimentIc50(1.05, 0.9, np.inf, 0.01, 100.0)] * 2]
    assert over_experiments(plates).high == np.inf
    assert over_experiments([*plates, measured(1.2)]).high < np.inf


def test_copies_get_the_errors_within_experiments_and_a_caution() -> None:
    found = over_experiments([measured(2.0)] * 3)
    assert "same_ic50s" in found.cautions
    assert found.high / found.low > 1.5


def test_one_experiment_is_described_by_its_own_interval() -> None:
    found = over_experiments([measured(2.0)])
    assert (found.ic50, found.n) == (2.0, 1)
    assert (found.low, found.high) == (measured(2.0).low, measured(2.0).high)
    assert found.cautions.startswith("one_experiment")


def test_experiments_open_on_both_sides_are_named_and_not_in_the_mean() -> None:
    found = over_experiments([measured(2.0), measured(2.5), ExperimentIc50(7.0, 0.0, np.inf, 0.01, 100.0)])
    assert found.n == 2
    assert "experiment_unresolved: 1 of 3" in found.cautions


def test_a_flat_curve_is_left_out_and_opens_the_mean_above() -> None:
    flat = ExperimentIc50(12.0, 0.2, np.inf, 0.01, 30.0, flat=True)
    found = over_experiments([measured(8.1, 30.0), measured(8.5, 30.0), flat])
    assert np.isnan(found.ic50)
    assert (found.n, found.high) == (2, np.inf)
    assert found.low < 8.0
    assert found.cautions.startswith("flat_experiment: 1 of 3 experiments; ic50_open_above")
    assert over_experiments([measured(8.1, 30.0), flat]).high == np.inf
    alone = over_experiments([flat])
    assert (alone.low, alone.high, alone.n) == (0.0, np.inf, 0)


def test_an_ic50_that_is_reported_empty_is_not_called_known() -> None:
    beyond, leaning = ExperimentIc50(45.0, 10.0, np.inf, 0.01, 30.0), ExperimentIc50(20.0, 8.1, np.inf, 0.01, 30.0)
    found = over_experiments([beyond, beyond, leaning])
    assert "open_experiments: 3 of 3 IC50s; scatter_assumed: 0 of 3 IC50s known" in found.cautions


def test_open_experiments_are_not_called_imprecise() -> None:
    near, far = ExperimentIc50(0.0097, 0.0, 0.0098, 0.01, 30.0), ExperimentIc50(0.001, 0.0, 0.003, 0.01, 30.0)
    assert "unlike_precision" not in over_experiments([far, near, near]).cautions


def test_none_resolved_is_open_on_both_sides() -> None:
    found = over_experiments([ExperimentIc50(7.0, 0.0, np.inf, 0.01, 100.0)] * 2)
    assert (found.low, found.high, found.n) == (0.0, np.inf, 0)
    assert np.isnan(found.ic50)


def test_a_noisy_experiment_is_named() -> None:
    found = over_experiments([measured(2.0), measured(2.5), measured(1.8, error=0.8)])
    assert "unlike_precision: experiment 3 is 8 times less precise" in found.cautions


def test_unlike_dose_ranges_are_named() -> None:
    assert "unlike_doses" in over_experiments([measured(2.0), measured(2.5, highest=1000.0)]).cautions


@pytest.mark.parametrize("wrong", [(1.0, 2.0, 1.5, 0.1, 10.0), (-1.0, 0.0, 1.0, 0.1, 10.0), (1.0, 0.5, 2.0, 0.0, 10.0)])
def test_what_cannot_be_an_interval_is_refused(wrong: tuple[float, float, float, float, float]) -> None:
    with pytest.raises(StudyError, match="IC50"):
        ExperimentIc50(*wrong)
    with pytest.raises(StudyError, match="at least one"):
        over_experiments([])


def test_likelihood_with_a_far_limit_is_students_t() -> None:
    """A value censored far below all others tells nothing; what is left differs from t by its count alone."""
    values, none = np.array([0.0, 0.3, 0.5, 0.6]), np.zeros(4, dtype=bool)
    exact = censored_mean(values, none, none, np.full(4, 0.01))
    almost = censored_mean(np.append(values, -9.0), np.append(none, True), np.append(none, False), np.full(5, 0.01))
    assert almost.mean == pytest.approx(exact.mean, abs=1e-4)
    assert almost.low == pytest.approx(exact.low, abs=0.1)


def test_interval_and_p_value_agree_about_zero() -> None:
    rng = np.random.default_rng(11)
    for _ in range(60):
        values = rng.normal(0.6, 0.4, 4)
        above = values > rng.uniform(0.2, 1.2)
        found = censored_mean(values, above, np.zeros(4, dtype=bool), np.full(4, 0.1))
        if (~above).sum() > 1:
            assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)


@pytest.mark.parametrize(("count", "tested"), [(0, False), (1, False), (2, True)])
def test_an_assumed_scatter_gives_no_p_value_and_none_below_student(count: int, tested: bool) -> None:
    values, above = np.array([3.0, 3.1, 3.2]), np.arange(3) >= count
    found = censored_mean(values, above, np.zeros(3, dtype=bool), np.full(3, 0.1))
    assert np.isfinite(found.p_value) == tested
    assert 0 < found.low < 3.0
    if tested:
        assert found.p_value == pytest.approx(p_at_limits(found.mean, found.low, found.high, 2))
        assert found.p_value > 0.001


def test_p_at_the_limits_of_student_is_that_of_student() -> None:
    values, none = np.array([0.4, 0.9, 0.7]), np.zeros(3, dtype=bool)
    found = censored_mean(-values, none, none, np.full(3, 0.1))
    assert p_at_limits(found.mean, found.low, found.high, 2) == pytest.approx(found.p_value)
    assert p_at_limits(0.4, -np.inf, np.inf, 2) == 1.0


def test_slopes_average_by_factors() -> None:
    assert average([1.0, 4.0], geometric=True).mean == pytest.approx(2.0)
    assert np.isnan(average([2.0, 2.0]).low)
    assert average([]).n == 0
    with pytest.raises(StudyError, match="above 0"):
        average([-1.0, 1.0], geometric=True)
