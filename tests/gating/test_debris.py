"""The debris limit where its place is known by eye."""

from __future__ import annotations

import numpy as np
import pytest

from gating.debris import WITHOUT_GAP, find_debris_limit, scatter_histogram

LIVE = 60_000.0


def cells(rng: np.random.Generator, n: int, size: float = 1.0, spread: float = 0.15) -> np.ndarray:
    return LIVE * size * np.exp(spread * rng.standard_normal(n))


def fragments(rng: np.random.Generator, n: int) -> np.ndarray:
    return LIVE * rng.uniform(0.03, 0.17, n)


def limit_of(*tubes: np.ndarray, negatives: int = 0) -> tuple[float, str]:
    histograms = [scatter_histogram(tube) for tube in tubes]
    found = find_debris_limit(histograms, histograms[:negatives])
    assert found is not None
    return found.value / LIVE, found.basis


@pytest.mark.parametrize("debris", [30, 300, 4_500])
def test_the_limit_lies_between_debris_and_dying_cells(rng: np.random.Generator, debris: int) -> None:
    tube = np.concatenate([cells(rng, 7_000), cells(rng, 3_000, 0.5), fragments(rng, debris)])
    value, basis = limit_of(tube)
    assert basis == "gap"
    assert 0.17 < value < 0.36


@pytest.mark.parametrize("unit", [1e-3, 1.0, 60.0])
def test_the_unit_of_scatter_does_not_matter(rng: np.random.Generator, unit: float) -> None:
    tube = np.concatenate([cells(rng, 7_000), fragments(rng, 1_000)])
    value, _ = limit_of(unit * tube)
    assert value / unit == pytest.approx(limit_of(tube)[0], rel=0.03)


def test_shrunken_cells_of_one_tube_among_many_are_kept(rng: np.random.Generator) -> None:
    quiet = [np.concatenate([cells(rng, 9_000), fragments(rng, 900)]) for _ in range(9)]
    dying = cells(rng, 9_000, 0.45, 0.18)
    value, _ = limit_of(*quiet, np.concatenate([dying, fragments(rng, 4_000)]), negatives=1)
    assert np.mean(dying < value * LIVE) < 0.01


def test_where_the_instruments_own_threshold_left_no_debris_nothing_is_lost(rng: np.random.Generator) -> None:
    tube = np.concatenate([cells(rng, 5_000), cells(rng, 5_000, 0.5)])
    tube = tube[tube > 0.2 * LIVE]
    value, basis = limit_of(tube)
    assert basis in ("edge", "none")
    assert np.mean(tube < value * LIVE) < 0.003


def test_a_threshold_among_the_debris_is_not_taken_for_the_gap(rng: np.random.Generator) -> None:
    debris = LIVE * 0.03 * np.exp(rng.uniform(0, np.log(8.0), 5_000))
    tube = np.concatenate([cells(rng, 7_000), cells(rng, 3_000, 0.5), debris])
    value, _ = limit_of(tube[tube > 0.15 * LIVE])
    assert 0.23 < value < 0.36


def test_without_a_gap_no_whole_cell_is_lost_and_it_is_said(rng: np.random.Generator) -> None:
    plateau = LIVE * np.exp(rng.uniform(np.log(0.05), 0.0, 6_000))
    found = find_debris_limit([scatter_histogram(np.concatenate([cells(rng, 10_000), plateau]))])
    assert found is not None
    assert found.basis == "no gap"
    assert found.value == pytest.approx(WITHOUT_GAP * LIVE, rel=0.1)
    assert found.caution == "no_debris_gap: the limit stands at 0.25 of the main cells' forward scatter"


@pytest.mark.parametrize("second", [1.9, 0.5])
def test_cells_of_two_sizes_are_both_kept(rng: np.random.Generator, second: float) -> None:
    value, _ = limit_of(np.concatenate([cells(rng, 6_000), cells(rng, 4_000, second), fragments(rng, 2_000)]))
    assert 0.17 < value < 0.36


def test_untreated_wells_tell_the_size_of_live_cells(rng: np.random.Generator) -> None:
    untreated = np.concatenate([cells(rng, 9_000), fragments(rng, 200)])
    edge = LIVE * np.exp(rng.uniform(np.log(0.1), np.log(0.27), 4_000))
    treated = [np.concatenate([cells(rng, 9_000, 0.5, 0.1), edge]) for _ in range(20)]
    value, _ = limit_of(untreated, *treated, negatives=1)
    assert 0.26 < value < 0.38


def test_piles_at_the_ends_of_the_scale_are_no_cells(rng: np.random.Generator) -> None:
    good = np.concatenate([cells(rng, 8_000), fragments(rng, 1_000)])
    piled = np.concatenate([good, np.full(6_000, 262_143.0), np.full(6_000, 1.0), np.full(50, -4_685_690.0)])
    assert limit_of(piled)[0] == pytest.approx(limit_of(good)[0], rel=0.05)


def test_too_few_events_have_no_gap(rng: np.random.Generator) -> None:
    assert find_debris_limit([scatter_histogram(cells(rng, 150))]) is None
    assert find_debris_limit([scatter_histogram(np.zeros(5_000))]) is None
    assert find_debris_limit([]) is None
