"""Intervals over few experiments and few conditions: they hold what they claim."""

from __future__ import annotations

import numpy as np
import pytest

from cytotools.verdicts.pooled_scatter import half_widths
from cytotools.verdicts.rank_agreement import rank_agreement


@pytest.mark.parametrize("scatter", [(1.0,) * 6, (1.0, 1.0, 1.0, 1.0, 1.0, 6.0)], ids=["alike", "one wider"])
def test_pooled_intervals_hold_the_mean(scatter: tuple[float, ...]) -> None:
    rng = np.random.default_rng(20_261_204)
    held = []
    for _ in range(600):
        groups = [sd * rng.standard_normal(3) for sd in scatter]
        held.append([abs(group.mean()) < half for group, half in zip(groups, half_widths(groups), strict=True)])
    assert np.mean(held) > 0.93


def test_one_value_has_no_interval() -> None:
    assert np.isnan(half_widths([np.array([1.0]), np.array([1.0, 2.0, 3.0])])[0])


@pytest.mark.parametrize(("n", "tau"), [(5, 0.0), (6, 0.6), (8, 0.9)])
def test_the_interval_of_tau_holds_tau(n: int, tau: float) -> None:
    rng = np.random.default_rng(20_261_205)
    rho = np.sin(np.pi / 2 * tau)
    held = []
    for _ in range(400):
        one, noise = rng.standard_normal((2, n))
        found = rank_agreement(one, rho * one + np.sqrt(1 - rho**2) * noise)
        held.append(found.low <= tau <= found.high)
    assert np.mean(held) > 0.93


def test_perfect_agreement_of_five_conditions_is_told_from_chance_and_that_of_four_is_not_given() -> None:
    five = rank_agreement(np.arange(5.0), np.arange(5.0))
    assert (five.tau, five.high) == (1.0, 1.0)
    assert 0 < five.low < 0.5
    assert np.isnan(rank_agreement(np.arange(4.0), np.arange(4.0)).tau)


def test_an_assay_that_is_the_same_everywhere_ranks_nothing() -> None:
    assert np.isnan(rank_agreement(np.ones(6), np.arange(6.0)).tau)
