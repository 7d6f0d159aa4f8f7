"""Rates over hours: the compartments by another integrator, planted rates, and what can't be known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import expm

from cytotools.compartments import TRANSITIONS, Rates, cells_at
from cytotools.kinetics import KINETICS_COLUMNS, rate_table
from cytotools.progress import progress
from cytotools.rate_fits import joint_limits
from cytotools.simulated_courses import UNTREATED, CourseDesign, simulate_course
from cytotools.tables import rows_of

CLOSED = Rates(0.02, 0.06, 0.002)  # no division, no loss
OPEN = Rates(0.03, 0.05, 0.003, late_lost=0.03, growth=0.02)
Rows = dict[str, dict[str, Any]]


def quiet(rates: Rates, **other: Any) -> CourseDesign:
    """Return a design whose tubes hardly scatter."""
    own: dict[str, Any] = {"rate_scatter": 0.02, "tube_scatter": 0.02, "count_scatter": 0.02, "events": 50_000}
    return CourseDesign(rates, **{**own, **other})


def treated(table: pd.DataFrame) -> Rows:
    found = rate_table(table)
    return {str(row["transition"]): row for row in rows_of(found[found["compound"] == "cisplatin"])}


def rates_of(design: CourseDesign, seed: int = 1) -> Rows:
    return treated(simulate_course(design, np.random.default_rng(seed)))


def said(found: Rows, words: str) -> bool:
    """Return whether every row says so."""
    return all(words in row["caution"] for row in found.values())


@pytest.mark.parametrize(
    "rates", [CLOSED, OPEN, Rates(0.02, 0.02, 0.0, 0.02), Rates(0.0, 0.0, 0.0), Rates(2.0, 0.5, 0.1)]
)
def test_compartments_are_the_matrix_exponential(rates: Rates) -> None:
    out = rates.live_to_early + rates.live_to_necrotic
    matrix = np.diag([rates.growth - out, -rates.early_to_late, -rates.late_lost, 0.0])
    matrix[1, 0], matrix[2, 1], matrix[3, 0] = rates.live_to_early, rates.early_to_late, rates.live_to_necrotic
    start, hours = np.array([0.9, 0.05, 0.03, 0.02]), np.array([0.0, 3.0, 24.0, 72.0])
    wanted = np.array([expm(matrix * hour) @ start for hour in hours])
    assert cells_at(rates, start, hours) == pytest.approx(wanted, abs=3e-4)


def test_planted_rates_are_found_from_cells_a_volume() -> None:
    found = rates_of(quiet(OPEN, hours=(6.0, 12.0, 24.0, 48.0, 72.0)))
    assert list(found) == list(TRANSITIONS)
    for name in TRANSITIONS[:3]:
        assert found[name]["rate_per_hour"] == pytest.approx(getattr(OPEN, name), rel=0.15)
    assert found["late_lost"]["low"] < OPEN.late_lost < found["late_lost"]["high"]
    assert not said(found, "apparent_rates")
    assert {row["n"] for row in found.values()} == {3}


def test_fractions_alone_give_apparent_rates() -> None:
    closed = quiet(CLOSED, untreated=replace(UNTREATED, growth=0.0, late_lost=0.0), counted=False)
    found = rates_of(closed)
    assert list(found) == list(TRANSITIONS[:3])
    for name in TRANSITIONS[:3]:
        assert found[name]["rate_per_hour"] == pytest.approx(getattr(CLOSED, name), rel=0.1)
    assert said(found, "apparent_rates")
    dividing = rates_of(replace(closed, treated=OPEN))
    assert dividing["live_to_early"]["rate_per_hour"] < 0.8 * OPEN.live_to_early


def test_a_treatment_that_stops_division_does_not_raise_the_rate() -> None:
    found = rates_of(quiet(replace(OPEN, growth=0.0), hours=(6.0, 12.0, 24.0, 48.0, 72.0)))
    assert found["live_to_early"]["rate_per_hour"] == pytest.approx(0.03, rel=0.15)


def test_division_is_the_controls_where_the_tubes_do_not_tell() -> None:
    found = rates_of(quiet(replace(UNTREATED, live_to_early=0.004), hours=(6.0, 24.0), events=3_000))
    assert said(found, "growth_from_control: division at 0.0")
    assert found["live_to_early"]["low"] < 0.004 < found["live_to_early"]["high"]


def test_interval_over_experiments_covers() -> None:
    closed = CourseDesign(CLOSED, untreated=replace(UNTREATED, growth=0.0, late_lost=0.0), counted=False)
    held = []
    for seed in range(30):
        found = rates_of(closed, seed)
        held += [found[name]["low"] <= getattr(CLOSED, name) <= found[name]["high"] for name in TRANSITIONS[:3]]
    assert np.mean(held) > 0.88


def test_a_transition_that_never_happens_has_an_upper_limit_alone() -> None:
    design = CourseDesign(replace(CLOSED, live_to_necrotic=0.0), start=(0.97, 0.02, 0.01, 0.0), counted=False)
    found = rates_of(design)["live_to_necrotic"]
    assert (found["low"], found["high"] < 1e-3) == (0.0, True)
    assert "rate_near_zero: at most" in found["caution"]


def test_all_dead_at_the_first_hour_leaves_the_rate_open() -> None:
    gone = Rates(3.0, 0.05, 0.0)
    found = rates_of(CourseDesign(gone, hours=(12.0, 24.0, 48.0), counted=False, start=(0.95, 0.03, 0.02, 0.0)))
    row = found["live_to_early"]
    assert (np.isnan(row["rate_per_hour"]), row["low"] > 0.1, row["high"]) == (True, True, np.inf)
    assert "rate_open: at least" in row["caution"]


def test_two_hours_give_limits_and_no_rate() -> None:
    found = rates_of(CourseDesign(CLOSED, hours=(24.0,), counted=False))
    assert np.isnan(found["live_to_early"]["rate_per_hour"])
    assert 0.005 < found["live_to_early"]["low"] < found["live_to_early"]["high"] < 0.03
    assert said(found, "few_hours: 2 hours")


def test_one_experiment_has_its_own_interval_and_says_so() -> None:
    found = rates_of(CourseDesign(CLOSED, experiments=1, counted=False))
    assert said(found, "one_experiment: the interval is that of its tubes")
    assert all(row["n"] == 1 and row["low"] < row["rate_per_hour"] < row["high"] for row in found.values())


def test_the_control_of_the_first_hour_stands_for_the_start() -> None:
    found = rates_of(CourseDesign(CLOSED, zero_hours=False, counted=False))
    assert said(found, "start_from_control: the control of 6 h stands for 0 h")


def test_rates_that_change_are_noticed() -> None:
    table = simulate_course(quiet(CLOSED, counted=False), np.random.default_rng(1))
    late = (table["role"] == "treated") & (table["hours"] == 48.0)
    moved = {"live": 0.02, "early_apoptotic": 0.9, "late_apoptotic": 0.04, "necrotic": 0.04}
    table.loc[late, "fraction"] = table.loc[late, "population"].map(moved)
    assert said(treated(table), "rates_change")
    assert not said(rates_of(CourseDesign(CLOSED, counted=False)), "rates_change")


def test_an_experiment_without_a_start_is_left_out() -> None:
    table = simulate_course(CourseDesign(CLOSED, counted=False), np.random.default_rng(1))
    table = table[~((table["role"] == "vehicle") & (table["hours"] == 0.0) & (table["replicate"] == "2"))]
    found = treated(table)
    assert {row["n"] for row in found.values()} == {2}
    assert said(found, "no_start: 1 of 3 experiments")


def test_limits_of_a_profile_that_is_flat() -> None:
    grid = np.linspace(-10.0, 1.0, 12)
    assert joint_limits([np.zeros(12)], grid)[1:] == (0.0, np.inf)


def test_a_study_of_one_hour_has_no_rates() -> None:
    table = simulate_course(CourseDesign(CLOSED, hours=(24.0,), zero_hours=False), np.random.default_rng(1))
    assert rate_table(table).empty


def test_nothing_in_nothing_out() -> None:
    table = simulate_course(CourseDesign(CLOSED), np.random.default_rng(1)).head(0)
    assert rate_table(table).columns.tolist()[-6:] == list(KINETICS_COLUMNS)


def test_double_positives_are_late_apoptotic_only_after_early_ones() -> None:
    fast = CourseDesign(Rates(0.06, 0.05, 0.001), hours=(3.0, 12.0, 48.0), counted=False)
    [found] = progress(simulate_course(fast, np.random.default_rng(1)))
    assert found.late_apoptotic
    assert found.early_peak <= found.late_peak == 48.0
    assert "may be called late apoptotic" in found.words
    dead = CourseDesign(replace(UNTREATED, early_to_late=0.5), hours=(3.0, 12.0, 48.0), counted=False)
    table = simulate_course(dead, np.random.default_rng(2))
    [found] = progress(table)
    assert not found.late_apoptotic
    assert "stay late apoptotic or necrotic" in found.words
