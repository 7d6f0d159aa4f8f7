"""Ratios of IC50s: paired, unpaired, one-sided."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cytotools.doses.experiments import ExperimentIc50
from cytotools.doses.selectivity import Ic50Pair, Ic50Ratio, compare_ic50


def plates(*ic50s: float, first: int = 1, highest: float = 100.0) -> dict[str, ExperimentIc50]:
    found = {}
    for number, ic50 in enumerate(ic50s, first):
        high = np.inf if ic50 > highest else 1.2 * ic50
        found[str(number)] = ExperimentIc50(ic50, min(ic50, highest) / 1.2, high, 0.01, highest)
    return found


def ratio(first: dict[str, ExperimentIc50], second: dict[str, ExperimentIc50]) -> Ic50Ratio:
    [found] = compare_ic50([Ic50Pair("B against A", first, second)])
    return found


def test_shared_experiments_are_the_paired_t_test() -> None:
    a, b = np.array([1.0, 1.9, 1.4]), np.array([3.2, 5.1, 4.6])
    found, expected = ratio(plates(*b), plates(*a)), stats.ttest_rel(np.log(b), np.log(a))
    interval = expected.confidence_interval()
    assert found.p_value == pytest.approx(expected.pvalue)
    assert np.allclose(np.log([found.low, found.high]), [interval.low, interval.high])
    assert (found.basis, found.n, found.cautions) == ("paired", 3, "")


def test_other_experiments_are_compared_as_groups() -> None:
    found = ratio(plates(3.2, 5.1, 4.6), plates(1.0, 1.9, 1.4, first=4))
    assert (found.basis, found.n) == ("unpaired", 3)
    assert found.cautions.startswith("unpaired: 3 against 3")
    assert (found.low > 1) == (found.p_value < 0.05)


def test_three_shared_of_four_are_paired_and_said_so() -> None:
    found = ratio(plates(3.2, 5.1, 4.6, 4.0), plates(1.0, 1.9, 1.4))
    assert (found.basis, found.n) == ("paired", 3)
    assert "incomplete_pairs: 1" in found.cautions


@pytest.mark.parametrize("shift", [0, 10])
def test_an_ic50_beyond_its_doses_makes_a_ratio_of_at_least(shift: int) -> None:
    found = ratio(plates(130.0, 150.0, 90.0), plates(2.0, 2.6, 2.2, first=1 + shift))
    assert np.isnan(found.estimate)
    assert found.high == np.inf
    assert 5.0 < found.low < 60.0
    assert np.isnan(found.p_value)
    assert "not_tested: 0 of 3" in found.cautions
    assert "ratio_open: at least" in found.cautions
    turned = ratio(plates(2.0, 2.6, 2.2, first=1 + shift), plates(130.0, 150.0, 90.0))
    assert turned.low == 0
    assert turned.high == pytest.approx(1 / found.low, rel=1e-4)


@pytest.mark.parametrize("shift", [0, 10])
def test_where_two_ratios_are_known_p_is_that_of_their_count(shift: int) -> None:
    found = ratio(plates(80.0, 150.0, 90.0), plates(2.0, 2.6, 2.2, first=1 + shift))
    assert 1e-4 < found.p_value < 0.05
    assert found.low > 1
    turned = ratio(plates(2.0, 2.6, 2.2, first=1 + shift), plates(80.0, 150.0, 90.0))
    assert turned.p_value == pytest.approx(found.p_value, rel=1e-3)


@pytest.mark.parametrize("shift", [0, 10])
def test_a_flat_curve_opens_the_ratio_on_its_side(shift: int) -> None:
    flat = {"4": ExperimentIc50(1.0, 0.2, np.inf, 0.01, 100.0, flat=True)}
    closed, flattened = plates(8.0, 8.5, 9.0, 9.5, first=1 + shift), plates(1.0, 1.2, 1.1) | flat
    found = ratio(flattened, closed)
    assert (found.high, found.n) == (np.inf, 3)
    assert found.p_value == 1.0  # what could be significant is open
    turned = ratio(closed, flattened)
    assert turned.low == 0
    assert turned.cautions.startswith("flat_experiment: 1 of 8 curves")
    assert "not_compared" in ratio(flat, closed).cautions


def test_a_ratio_opened_on_the_side_of_its_significance_is_not_significant() -> None:
    first = plates(0.5, 0.6) | {"3": ExperimentIc50(0.4, 0.3, np.inf, 0.01, 0.45)}
    first |= {"2": ExperimentIc50(0.6, 0.5, np.inf, 0.01, 100.0)}
    found = ratio(first, plates(20.0, 25.0, 18.0))
    assert found.high == np.inf
    assert found.p_value >= 0.05


def test_both_beyond_the_same_end_is_no_ratio() -> None:
    found = ratio(plates(130.0, 150.0), plates(170.0, 120.0))
    assert (found.low, found.high, found.n) == (0.0, np.inf, 0)
    assert "not_compared" in found.cautions
    assert "not_compared" in ratio({}, plates(1.0, 2.0)).cautions


def test_one_experiment_is_not_tested() -> None:
    found = ratio(plates(4.0), plates(1.0))
    assert found.estimate == pytest.approx(4.0)
    assert np.isnan(found.p_value)
    assert np.log(found.high / found.low) / 2 == pytest.approx(np.hypot(np.log(1.2), np.log(1.2)))
    assert "one_experiment" in found.cautions


def test_copied_plates_have_an_interval_and_a_caution() -> None:
    found = ratio(plates(4.0, 4.0, 4.0), plates(1.0, 1.0, 1.0))
    assert found.high > found.low
    assert "same_ic50s" in found.cautions


def test_the_family_is_adjusted_by_holm_and_tells_a_row() -> None:
    pair = Ic50Pair("B against A", plates(3.2, 5.1, 4.6), plates(1.0, 1.9, 1.4))
    first, _second = compare_ic50([pair, pair])
    assert first.p_adjusted == pytest.approx(2 * first.p_value)
    assert list(first.row())[:4] == ["quantity", "contrast", "scale", "estimate"]


def test_interval_and_p_value_agree_about_one() -> None:
    rng = np.random.default_rng(5)
    for k in range(40):
        first, second = (
            plates(*np.exp(rng.normal(m, 0.5, 3)), highest=4.0, first=f) for m, f in ((1, 1), (0, 1 + k % 2))
        )
        found = ratio(first, second)
        if not np.isnan(found.p_value):
            assert (found.low > 1 or found.high < 1) == (found.p_value < 0.05)
