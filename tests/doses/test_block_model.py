"""Treatments within experiments: one model, its contrasts, and which schedule is best."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cytotools.doses import ExperimentIc50, best_schedule, block_contrasts, compare_schedules_ic50, level_estimates
from cytotools.doses.block_model import BlockContrast
from cytotools.errors import StudyError

PRE, CO, POST = ("pre 24 h", "co", "post 24 h")
Table = dict[str, dict[str, float]]


def table(**columns: list[float]) -> Table:
    names = dict(zip(("pre", "co", "post"), (PRE, CO, POST), strict=True))
    return {names[name]: {str(k): v for k, v in enumerate(values, 1) if v == v} for name, values in columns.items()}


THREE = table(pre=[0.1, 0.4, 0.2, 0.5], co=[0.9, 1.3, 0.9, 1.3], post=[1.0, 1.2, 1.1, 1.2])


def test_two_schedules_are_the_paired_t_test() -> None:
    a, b = [0.1, 0.4, 0.2], [0.9, 1.3, 0.8]
    [found], expected = block_contrasts(table(pre=a, co=b)), stats.ttest_rel(a, b)
    interval = expected.confidence_interval()
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p_adjusted == found.p_value
    assert (found.name, found.n, found.basis) == (f"{PRE} against {CO}", 3, "model")


def test_three_rest_on_the_scatter_of_the_model_and_on_their_own() -> None:
    found = {(one.first, one.second): one for one in block_contrasts(THREE)}
    y = np.array([list(THREE[name].values()) for name in (PRE, CO, POST)])
    residuals = y - y.mean(0) - y.mean(1, keepdims=True) + y.mean()
    pooled = float(np.sum(residuals**2)) / 6
    for i, j, names in ((0, 1, (PRE, CO)), (0, 2, (PRE, POST)), (1, 2, (CO, POST))):
        difference = float(np.mean(y[i] - y[j]))
        assert found[names].estimate == pytest.approx(difference)
        assert found[names].p_value == pytest.approx(
            max(
                2 * stats.t.sf(abs(difference) / np.sqrt(variance / 4), degrees)
                for variance, degrees in ((2 * pooled, 6), (np.var(y[i] - y[j], ddof=1), 4.5))
            )
        )
        assert found[names].family_low < found[names].low < found[names].high < found[names].family_high


def test_an_experiment_that_lacks_a_schedule_still_tells_of_the_others() -> None:
    held = table(pre=[0.1, 0.4, 0.2, float("nan")], co=[0.9, 1.3, 0.9, 1.3], post=[1.0, 1.2, 1.1, 1.2])
    found = {one.name: one for one in block_contrasts(held)}
    assert found[f"{CO} against {POST}"].n == 4
    assert found[f"{PRE} against {CO}"].n == 3
    assert found[f"{PRE} against {CO}"].degrees == 5


def test_an_experiment_of_one_schedule_counts_for_nothing_and_is_named() -> None:
    held = table(pre=[0.1, 0.4, 0.2, 9.0], co=[0.9, 1.3, 0.8])
    [found], [without] = block_contrasts(held), block_contrasts(table(pre=[0.1, 0.4, 0.2], co=[0.9, 1.3, 0.8]))
    assert (found.estimate, found.p_value, found.n) == pytest.approx((without.estimate, without.p_value, 3))
    assert found.cautions == "lone_treatment: 1 of them"


def test_schedules_of_other_days_are_compared_as_groups() -> None:
    held = {PRE: {"1": 0.1, "2": 0.4, "3": 0.2}, CO: {"4": 0.9, "5": 1.3, "6": 0.8}}
    [found] = block_contrasts(held)
    expected = stats.ttest_ind(list(held[PRE].values()), list(held[CO].values()), equal_var=False)
    assert found.basis == "unpaired"
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(expected.statistic), found.degrees))
    assert found.cautions == "unpaired: 3 against 3 experiments"


def test_one_experiment_is_described_and_not_tested() -> None:
    [found] = block_contrasts(table(pre=[0.1], co=[0.9]), errors=table(pre=[0.1], co=[0.1]))
    assert np.isnan([found.p_value, found.p_adjusted]).all()
    assert (found.low, found.high) == pytest.approx((-0.8 - 0.277, -0.8 + 0.277), abs=1e-3)
    assert (found.n, found.basis) == (1, "one experiment")
    [bare] = block_contrasts(table(pre=[0.1], co=[0.9]))
    assert np.isnan([bare.low, bare.high]).all()


def test_a_schedule_of_one_experiment_is_not_tested_among_others() -> None:
    found = {one.name: one for one in block_contrasts(THREE | {POST: {"1": 1.0}})}
    assert found[f"{PRE} against {CO}"].p_adjusted < 0.05
    assert np.isnan(found[f"{CO} against {POST}"].p_value)


def test_copies_are_not_certain() -> None:
    [found] = block_contrasts(table(pre=[0.1, 0.4], co=[0.9, 1.2]))
    assert np.isnan(found.p_value)
    assert found.cautions.startswith("no_scatter")


def test_neither_order_nor_scale_matters() -> None:
    rng = np.random.default_rng(4)
    turned: Table = {name: dict(rng.permutation(list(THREE[name].items())).tolist()) for name in (POST, PRE, CO)}
    turned = {name: {k: 10.0 * float(v) for k, v in held.items()} for name, held in turned.items()}
    one = {frozenset((c.first, c.second)): c.p_adjusted for c in block_contrasts(THREE)}
    other = {frozenset((c.first, c.second)): c.p_adjusted for c in block_contrasts(turned)}
    assert one.keys() == other.keys()
    assert [one[k] for k in one] == pytest.approx([other[k] for k in one], rel=1e-9)


def test_false_alarms_hold_where_schedules_scatter_unlike() -> None:
    rng = np.random.default_rng(20_261_201)
    alarms = 0
    for _ in range(600):
        y = rng.standard_normal((3, 3)) * [[0.1], [0.1], [0.3]] + 0.2 * rng.standard_normal(3)
        values = {str(i): dict(zip("abc", row, strict=True)) for i, row in enumerate(y.tolist())}
        alarms += any(one.p_adjusted < 0.05 for one in block_contrasts(values))
    assert alarms / 600 < 0.05 + 3 * 0.009


def test_levels_are_t_intervals() -> None:
    found = level_estimates(THREE)[PRE]
    interval = stats.t.interval(0.95, 3, np.mean([0.1, 0.4, 0.2, 0.5]), stats.sem([0.1, 0.4, 0.2, 0.5]))
    assert (found.low, found.high) == pytest.approx(interval)


def test_the_best_is_told_only_where_it_beats_every_other() -> None:
    best = best_schedule(block_contrasts(THREE), lower_is_better=True)
    assert (best.name, best.unresolved) == (PRE, ())
    worst = best_schedule(block_contrasts(THREE), lower_is_better=False)
    assert worst.name == ""
    assert worst.leader in (CO, POST)
    assert len(worst.unresolved) == 1
    assert best_schedule([], lower_is_better=True).name == ""


def test_what_is_no_number_or_no_pair_is_refused() -> None:
    with pytest.raises(StudyError, match="finite"):
        block_contrasts({PRE: {"1": float("nan")}, CO: {"1": 1.0}})
    with pytest.raises(StudyError, match="two treatments"):
        block_contrasts(THREE, [(PRE, "never")])


def plates(*ic50s: float) -> dict[str, ExperimentIc50]:
    return {
        str(k): ExperimentIc50(x, min(x, 100.0) / 1.2, np.inf if x > 100 else 1.2 * x, 0.01, 100.0)
        for k, x in enumerate(ic50s)
    }


def test_known_ic50s_are_one_model_and_open_ones_pairs() -> None:
    known = {PRE: plates(1.1, 1.5, 1.2), CO: plates(2.4, 3.6, 2.5), POST: plates(2.6, 3.3, 3.0)}
    found = compare_schedules_ic50(known)
    values = {name: {k: one.ln for k, one in held.items()} for name, held in known.items()}
    assert found.basis == "model"
    assert [one.p_value for one in found.contrasts] == [one.p_value for one in block_contrasts(values)]
    opened = compare_schedules_ic50(known | {CO: plates(24.0, 360.0, 25.0)})
    assert opened.basis == "pairs"
    first: BlockContrast = opened.contrasts[0]
    row = first.row("relative IC50 by schedule")
    assert np.isnan(float(str(row["estimate"])))
    assert (row["contrast"], row["low"], row["scale"]) == (f"{PRE} against {CO}", 0.0, "ratio")
    assert float(str(row["high"])) < 0.3
    assert "compared_in_pairs" in first.cautions
    assert best_schedule(opened.contrasts, lower_is_better=True).leader == PRE


def test_one_experiment_of_each_schedule_has_the_limits_of_its_curves() -> None:
    found = compare_schedules_ic50({PRE: plates(1.0), CO: plates(3.0)}).contrasts[0]
    assert found.n == 1
    assert np.isnan(found.p_value)
    assert found.low < np.log(1 / 3) < found.high
