"""Whether a response changes with the dose."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cytotools.doses import is_flat, response_at
from cytotools.errors import StudyError

DOSE = np.concatenate([np.zeros(3), np.repeat(10.0 * 3.0 ** -np.arange(8.0), 2)])


@pytest.mark.parametrize("heavy", [False, True])
def test_of_flat_curves_5_of_100_are_called_changing(heavy: bool) -> None:
    rng = np.random.default_rng(20_261_202)
    size = (1500, len(DOSE))
    errors = rng.standard_t(5, size) if heavy else rng.standard_normal(size)
    p_values = np.array([is_flat(DOSE, row).p_value for row in errors])
    assert abs(np.mean(p_values < 0.05) - 0.05) < 0.017  # 3 standard errors
    assert np.mean(p_values < 0.005) < 0.011


def test_the_result_depends_neither_on_units_nor_on_the_order_of_wells() -> None:
    rng = np.random.default_rng(2)
    response = response_at(DOSE, 80.0, 100.0, 1.0, 1.0) + 8.0 * rng.standard_normal(len(DOSE))
    found = is_flat(DOSE, response)
    order = rng.permutation(len(DOSE))
    other = is_flat(1000.0 * DOSE[order], 7.0 * response[order] + 3.0)
    assert other.f == pytest.approx(found.f, rel=1e-9)
    assert other.p_value == found.p_value
    assert is_flat(DOSE, -response).f == pytest.approx(found.f, rel=1e-9)
    with_hole = is_flat(np.append(DOSE, 1.0), np.append(response, np.nan))
    assert with_hole.p_value == found.p_value


def test_two_doses_are_compared_as_by_student() -> None:
    rng = np.random.default_rng(5)
    dose, response = np.repeat([0.0, 1.0], 12), rng.standard_normal(24) + np.repeat([0.0, 0.9], 12)
    expected = stats.ttest_ind(response[:12], response[12:])
    found = is_flat(dose, response)
    assert found.f == pytest.approx(expected.statistic**2)
    assert (found.df_1, found.df_2) == (1, 22)
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.2)


def test_a_weight_of_two_counts_as_two_wells_in_f() -> None:
    response = np.linspace(5.0, 1.0, len(DOSE)) ** 2
    twice = is_flat(np.append(DOSE, DOSE[0]), np.append(response, response[0]))
    weighted = is_flat(DOSE, response, np.append(2.0, np.ones(len(DOSE) - 1)))
    assert weighted.f / weighted.df_2 == pytest.approx(twice.f / twice.df_2)


def test_what_cannot_be_tested_is_nan() -> None:
    assert np.isnan(is_flat([0, 1, 2, 4], [1, 2, 3, 4]).p_value)
    assert np.isnan(is_flat([1, 1, 1, 1], [1, 2, 3, 4]).p_value)
    assert np.isnan(is_flat(DOSE, np.full(len(DOSE), np.nan)).p_value)
    assert is_flat(DOSE, np.full(len(DOSE), 0.3)).p_value == 1.0
    with pytest.raises(StudyError):
        is_flat([-1.0, 0.0], [1.0, 2.0])
