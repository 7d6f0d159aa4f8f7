"""Many differences in blocks: least squares by hand, 5 % false alarms in the family, gaps."""

from __future__ import annotations

import numpy as np
import pytest

from blots.cell_contrasts import compare_cells

HOURS = np.hstack([-np.ones((5, 1)), np.eye(5)])  # each hour over the first
BLOCKS, CELLS = (index.ravel() for index in np.indices((3, 6)))


def test_differences_are_means_within_blocks() -> None:
    values = np.random.default_rng(1).normal(0, 1, (3, 6))
    found = compare_cells(values.ravel(), BLOCKS, CELLS, HOURS)
    assert found.estimate == pytest.approx((values[:, 1:] - values[:, :1]).mean(axis=0))
    assert ((found.low > 0) | (found.high < 0)).tolist() == (found.p_value < 0.05).tolist()
    moved = compare_cells((values + np.array([[3.0], [0], [-9]])).ravel(), BLOCKS, CELLS, HOURS)
    assert moved.p_adjusted == pytest.approx(found.p_adjusted)


def test_the_family_has_five_percent_of_false_alarms_and_intervals_cover() -> None:
    rng = np.random.default_rng(2)
    found = [compare_cells(rng.normal(0, 0.12, 18), BLOCKS, CELLS, HOURS) for _ in range(2_000)]
    alarms = np.mean([(one.p_adjusted < 0.05).any() for one in found])
    covered = np.mean([(one.low < 0) & (one.high > 0) for one in found])
    assert 0.04 <= alarms <= 0.06
    assert 0.94 <= covered <= 0.96


def test_a_loss_of_a_third_is_found_in_most() -> None:
    rng = np.random.default_rng(6)
    lost = np.where(CELLS == 5, -np.log(1.5), 0.0)
    found = [compare_cells(rng.normal(lost, 0.12), BLOCKS, CELLS, HOURS).p_adjusted[4] < 0.05 for _ in range(500)]
    assert np.mean(found) > 0.7


def test_one_noisy_hour_is_judged_by_its_own_scatter() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(0, 0.1, (3, 6))
    values[:, 5] = [1.5, -0.8, 1.6]
    assert compare_cells(values.ravel(), BLOCKS, CELLS, HOURS).p_value[4] > 0.2


def test_what_blocks_do_not_tie_is_not_told() -> None:
    kept = ~((CELLS == 5) | ((CELLS == 4) & (BLOCKS > 0)))
    found = compare_cells(np.arange(18.0)[kept], BLOCKS[kept], CELLS[kept], HOURS)
    assert np.isnan(found.estimate).tolist() == [False] * 4 + [True]
    assert np.isnan(found.p_adjusted).tolist() == [False] * 4 + [True]
    alone = compare_cells(np.arange(6.0), np.zeros(6, dtype=int), np.arange(6), HOURS)
    assert alone.estimate.tolist() == pytest.approx([1, 2, 3, 4, 5])
    assert np.isnan(alone.p_value).all()
