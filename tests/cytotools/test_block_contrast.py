"""A contrast of several arms agrees with the paired model where that knows the answer, and holds what it claims."""

from __future__ import annotations

import numpy as np
import pytest

from cytotools.doses.block_model import block_contrasts
from cytotools.verdicts.block_contrast import block_contrast

VALUES = [
    {"1": -2.4, "2": -2.0, "3": -2.3},
    {"1": -1.7, "2": -1.5, "3": -1.9},
    {"1": -2.2, "2": -2.1, "3": -2.2},
    {"1": 0.1, "2": 0.3, "3": -0.1},
]


@pytest.mark.parametrize("lacking", [False, True])
def test_a_pair_is_that_of_the_block_model(lacking: bool) -> None:
    values = [{k: v for k, v in held.items() if not (lacking and k == "3" and i == 2)} for i, held in enumerate(VALUES)]
    [known] = block_contrasts({"abcd"[i]: held for i, held in enumerate(values)}, [("d", "c")])
    pair = block_contrasts({"abcd"[i]: held for i, held in enumerate(values)})[-1]
    found = block_contrast(values, [{}] * 4, {3: 1.0, 2: -1.0})
    assert found.n == known.n
    assert found.limits() == pytest.approx((-pair.high, -pair.low))


def test_the_interval_of_four_arms_holds_the_truth() -> None:
    rng, held = np.random.default_rng(8), 0
    for _ in range(1000):
        days = rng.normal(0, 0.5, 3)
        values = [{str(i): float(day + rng.normal(0, 0.2)) for i, day in enumerate(days)} for _ in range(4)]
        low, high = block_contrast(values, [{}] * 4, {3: 1.0, 1: -1.0, 2: -1.0, 0: 1.0}).limits()
        held += low < 0 < high
    assert held >= 940


def test_arms_of_other_experiments_are_compared_as_groups() -> None:
    found = block_contrast([{"1": 0.0, "2": 0.2}, {"3": 1.0, "4": 1.2}], [{}, {}], {1: 1.0, 0: -1.0})
    assert (round(found.estimate, 6), found.n, found.paired) == (1.0, 2, False)


def test_one_experiment_has_limits_of_its_own_errors_and_no_test() -> None:
    found = block_contrast([{"1": 0.0}, {"1": 1.0}], [{"1": 0.1}, {"1": 0.1}], {1: 1.0, 0: -1.0})
    assert (found.errors, found.n) == ((), 1)
    assert found.limits() == pytest.approx((1 - 1.96 * 0.02**0.5, 1 + 1.96 * 0.02**0.5), abs=1e-4)
