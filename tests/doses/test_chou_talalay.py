"""The formulas of Chou and Talalay: agents in any number, ratios, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cytotools.doses import (
    MedianEffect,
    combination_index,
    combination_index_at,
    constant_ratio,
    dose_reduction_index,
    fit_median_effect,
)
from cytotools.errors import StudyError

DOSE = np.array([0.25, 0.5, 1.0, 2.0, 4.0])
LEVELS = np.array([0.2, 0.5, 0.9])


def agent(dm: float, m: float = 1.2) -> MedianEffect:
    return fit_median_effect(dm * DOSE, 1.0 / (1.0 + DOSE**-m))


ONE, OTHER, THIRD, TOGETHER = agent(1.0), agent(10.0), agent(3.0, 2.0), agent(2.0)


@pytest.mark.parametrize("exclusive", [True, False])
def test_three_agents_by_hand(exclusive: bool) -> None:
    odds = LEVELS / (1 - LEVELS)
    total = 2.0 * odds ** (1 / 1.2)
    alone = np.array([1.0 * odds ** (1 / 1.2), 10.0 * odds ** (1 / 1.2), 3.0 * odds ** (1 / 2.0)])
    a, b, c = np.array([[1 / 8], [5 / 8], [2 / 8]]) * total / alone
    truth = a + b + c if exclusive else a + b + c + a * b + a * c + b * c + a * b * c
    fits, ratio = (ONE, OTHER, THIRD, TOGETHER), (1, 5, 2)
    index = combination_index(*fits, ratio=ratio, affected=LEVELS, exclusive=exclusive)
    np.testing.assert_allclose(index, truth, rtol=1e-12)
    np.testing.assert_allclose(1 / dose_reduction_index(*fits, ratio=ratio, affected=LEVELS), [a, b, c], rtol=1e-12)
    doses = np.outer([1 / 8, 5 / 8, 2 / 8], total)
    np.testing.assert_allclose(combination_index_at(fits[:3], doses, LEVELS, exclusive), truth, rtol=1e-12)


def test_an_agent_with_itself_is_additive_in_any_ratio() -> None:
    for ratio in ((1, 1), (1, 9), (2, 3, 5)):
        own = combination_index(*[ONE] * (len(ratio) + 1), ratio=ratio, affected=LEVELS)
        np.testing.assert_allclose(own, 1.0, rtol=1e-12)


def test_a_rounded_pipetting_list_keeps_its_ratio() -> None:
    assert constant_ratio([0.333, 1.0, 3.0], [3.33, 10.0, 30.0], [1.666, 5.0, 15.0]) == pytest.approx((1, 10, 5))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: constant_ratio([1.0, 2.0, 4.0], [10.0, 20.0, 41.0]), "another at point 3"),
        (lambda: constant_ratio([1.0, 0.0], [1.0, 2.0]), "above 0"),
        (lambda: constant_ratio([1.0, np.nan], [1.0, 2.0]), "above 0"),
        (lambda: constant_ratio([], []), "above 0"),
        (lambda: constant_ratio(), "two agents"),
        (lambda: constant_ratio([1.0, 2.0], [1.0]), "2 of 2, 1 points"),
        (lambda: constant_ratio([1.0, 2.0]), "two agents"),
        (lambda: constant_ratio([1.0, np.inf], [1.0, 2.0]), "above 0"),
        (lambda: constant_ratio(["a"], ["b"]), "number"),
        (lambda: combination_index(ONE, OTHER, TOGETHER, ratio=(1,), affected=[0.5]), "ratio of 1 number"),
        (lambda: combination_index(ONE, OTHER, TOGETHER, ratio=(1, -1), affected=[0.5]), "above 0"),
        (lambda: combination_index(ONE, OTHER, TOGETHER, ratio=(1, np.inf), affected=[0.5]), "inf"),
        (lambda: combination_index(ONE, OTHER, TOGETHER, ratio=(1, 1), affected=[50.0]), "percent"),
        (lambda: combination_index(ONE, OTHER, TOGETHER, ratio=(1, 1), affected=[1.0]), "between 0 and 1"),
        (lambda: combination_index_at([ONE, OTHER], [[1.0], [2.0]], [0.5, 0.6]), "shape"),
        (lambda: combination_index_at([ONE, OTHER], [[-1.0], [2.0]], [0.5]), "0 or above"),
        (lambda: combination_index_at([ONE, OTHER], [[np.nan], [2.0]], [0.5]), "0 or above"),
    ],
)
def test_what_has_no_index_is_refused(asked: Callable[[], Any], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        asked()
