"""Dividers of populations whose edges are known, and of batches that have misled a placing before."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from gating.errors import GatingError
from gating.evidence import Pool
from gating.negative_cells import Population
from gating.thresholds import FINE, Evidence, Grid, Threshold, grid_for, place_threshold
from gating.valleys import equal_error

FloatArray = NDArray[np.float64]
GRID = grid_for(-164.5, 0.0, 262_144.0)
CONTROL_SIZES = (500, 1_000, 2_000, 5_000, 10_000)


def rng(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(
    share_positive: float, at: float = 9_000.0, n: int = 10_000, seed: int = 5, offset: float = 0.0
) -> FloatArray:
    """Negatives N(offset, 100) and lognormal positives of this median."""
    draw = rng(seed)
    positives = int(share_positive * n)
    return np.concatenate([draw.normal(0, 100, n - positives), at * draw.lognormal(0.0, 0.4, positives)])


def placed(
    control: FloatArray | None, negatives: Sequence[FloatArray], stained: Sequence[FloatArray], grid: Grid = GRID
) -> Threshold:
    evidence = Evidence(
        None if control is None else grid.histogram(control),
        [grid.histogram(tube) for tube in negatives],
        [grid.histogram(tube) for tube in stained],
    )
    return place_threshold(evidence, grid, rng())


def batch(*shares: float, at: float = 9_000.0) -> list[FloatArray]:
    return [normal(share, at, seed=10 + i) for i, share in enumerate(shares)]


# --- where both populations show --------------------------------------------------------------------------------------


@pytest.mark.parametrize("events", CONTROL_SIZES)
def test_a_valley_is_found_with_controls_of_any_size(events: int) -> None:
    found = placed(normal(0.0, n=events, seed=1), batch(0.05, 0.04), batch(0.05, 0.04, 0.3, 0.8))
    assert (found.basis, found.caution) == ("both", "")
    assert stats.norm.sf(found.value, 0, 100) < 0.0005  # the negatives above
    assert stats.norm.cdf(np.log(found.value / 9_000) / 0.4) < 0.0005  # the positives below
    assert found.low <= found.value <= found.high


def test_without_a_control_the_valley_is_the_divider_and_it_is_said() -> None:
    found = placed(None, batch(0.05, 0.04), batch(0.05, 0.04, 0.3, 0.8))
    assert found.basis == "valley"
    assert found.caution.startswith("missing_control")
    assert 300 < found.value < 3_000


@pytest.mark.parametrize("carried_over", [0.005, 0.011, 0.02, 0.05])
def test_bright_events_in_a_control_do_not_capture_the_divider(carried_over: float) -> None:
    clean = placed(normal(0.0, seed=1), batch(0.05, 0.04), batch(0.05, 0.04, 0.3, 0.8))
    dirty = placed(normal(carried_over, seed=1), batch(0.05, 0.04), batch(0.05, 0.04, 0.3, 0.8))
    assert dirty.value == pytest.approx(clean.value, rel=0.02)
    assert (dirty.basis, dirty.caution) == ("both", "")


@pytest.mark.parametrize("carried_over", [0.011, 0.02, 0.05])
def test_nor_where_all_wells_are_negative(carried_over: float) -> None:
    found = placed(normal(carried_over, seed=1), batch(0.0, 0.0), batch(0.0, 0.0, 0.0))
    assert found.basis == "control"
    assert 230 < found.value < 400  # 99 % of the negatives and a little more


def test_of_two_positive_modes_the_dim_one_is_positive_too() -> None:
    def tube(seed: int) -> FloatArray:
        draw = rng(seed)
        dim, bright = 1_500 * draw.lognormal(0, 0.25, 1_000), 30_000 * draw.lognormal(0, 0.3, 3_000)
        return np.concatenate([draw.normal(0, 100, 6_000), dim, bright])

    found = placed(normal(0.0, seed=1), batch(0.02, at=30_000.0), [tube(7), tube(8)])
    assert found.basis == "both"
    assert stats.norm.cdf(np.log(found.value / 1_500) / 0.25) < 0.01
    assert stats.norm.sf(found.value, 0, 100) < 0.005


def test_the_divider_of_overlapping_normals_is_near_the_one_of_equal_errors() -> None:
    """Half of the cells 3 pooled SD away on the display scale: no valley, the true point of equal error is known."""
    grid = Grid(GRID.scale, -1.5, 3.5)
    sd, apart = (0.15, 0.22), 3.0 * np.sqrt((0.15**2 + 0.22**2) / 2)
    draw = rng(3)

    def tube(share: float) -> FloatArray:
        n = int(20_000 * share)
        display = np.concatenate([draw.normal(0, sd[0], 20_000 - n), draw.normal(apart, sd[1], n)])
        return np.asarray(grid.scale.inverse(display))

    found = placed(tube(0.0), [tube(0.0)], [tube(0.35), tube(0.15)], grid)
    share = 0.25
    ideal = optimize.brentq(
        lambda x: (1 - share) * stats.norm.sf(x / sd[0]) - share * stats.norm.cdf((x - apart) / sd[1]), 0, apart
    )
    assert float(grid.scale(found.value)) == pytest.approx(ideal, abs=0.1)
    assert found.basis == "both"
    assert "one_mode" not in found.caution


def pool_of(*parts: tuple[float, float, float]) -> Pool:
    """Normal populations of (share, centre, SD) in bins."""
    x = np.arange(300.0)
    density = np.sum([w * stats.norm.pdf(x, centre, sd) for w, centre, sd in parts], axis=0)
    return Pool(density / density.sum(), 1e5)


def test_no_point_of_equal_errors_lets_more_than_one_in_twenty_negative_cells_lie_above() -> None:
    """Nearly all cells are positive, 3 SD away: the errors are equal where a tenth of the few negative ones are."""
    pool, negative = pool_of((0.1, 80, 10), (0.9, 115, 14)), Population(80, 10.0, 10.0)
    found = equal_error(pool, negative, None, 0.0, 106.0, 2.0)
    assert found == pytest.approx(80 + 1.645 * 10.2, abs=1.5)


def test_no_point_of_equal_errors_where_what_is_left_over_is_a_shoulder_of_the_negative_cells() -> None:
    pool, negative = pool_of((0.8, 80, 10), (0.17, 100, 6), (0.03, 130, 6)), Population(80, 10.0, 10.0)
    assert equal_error(pool, negative, None, 0.0, 106.0, 2.0) is None
    pool = pool_of((0.8, 80, 10), (0.05, 100, 6), (0.15, 115, 8))
    assert equal_error(pool, negative, None, 0.0, 106.0, 2.0) is not None


def test_a_valley_well_inside_the_control_is_a_conflict() -> None:
    control = np.concatenate([normal(0.0, n=7_000, seed=1), rng(2).normal(600, 100, 3_000)])
    found = placed(control, batch(0.0), [np.concatenate([normal(0.0, n=5_000), rng(3).normal(900, 100, 5_000)])])
    assert found.basis == "conflict"
    assert found.caution.startswith("conflict")
    assert found.value > 600


def test_a_wide_clean_control_is_none() -> None:
    """Two in a hundred of the control's cells lie in the valley, as spilled light spreads them."""
    spread = np.concatenate([normal(0.0, n=9_500, seed=1), rng(2).normal(0, 500, 500)])
    found = placed(spread, batch(0.05), batch(0.05, 0.3, 0.8, at=4_000.0))
    assert (found.basis, found.caution) == ("both", "")


# --- one population ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("events", CONTROL_SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_a_negative_batch_is_not_split(events: int, seed: int) -> None:
    stained = [normal(0.0, seed=100 * seed + i) for i in range(6)]
    found = placed(normal(0.0, n=events, seed=50 + seed), stained[:2], stained)
    assert found.basis == "control"
    assert found.caution.startswith("one_mode")
    assert max(np.mean(tube >= found.value) for tube in stained) < 0.01


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("known", [4, 2, 0])
def test_the_edge_holds_for_negative_tubes_that_stand_apart(seed: int, known: int) -> None:
    """SD of 0.12 decade from tube to tube; the tubes are untreated ones, or some of them, or none."""
    draw = rng(seed)
    display = [draw.normal(0.12 * draw.standard_normal(), 0.145, 5_000) for _ in range(4)]
    stained = [np.asarray(GRID.scale.inverse(d)) for d in display]
    found = placed(np.asarray(GRID.scale.inverse(draw.normal(0, 0.145, 5_000))), stained[:known], stained)
    positive = [float(np.mean(tube >= found.value)) for tube in stained]
    assert max(positive) < 0.05
    assert found.basis == "control"
    assert GRID.scale(found.high) - GRID.scale(found.low) > 0.12


def test_the_interval_of_an_edge_is_narrow_where_tubes_agree() -> None:
    stained = [normal(0.0, seed=i) for i in range(6)]
    found = placed(normal(0.0, n=10_000, seed=50), stained[:2], stained)
    assert GRID.scale(found.high) - GRID.scale(found.low) < 0.08


@pytest.mark.parametrize("seed", range(4))
def test_pointed_and_heavy_negatives_are_not_split_because_a_positive_control_overlaps_them(seed: int) -> None:
    """Laplace negatives are narrow near their mode; one tube of nine is positive, four pooled SD away."""
    draw = rng(seed)

    def tube(shift: float) -> FloatArray:
        return np.asarray(GRID.scale.inverse(0.1 * draw.laplace(shift, 1.0, 8_000)))

    wells = [tube(float(draw.normal(0, 0.3))) for _ in range(8)]
    positive = np.concatenate([tube(0.0)[:2_000], GRID.scale.inverse(draw.normal(0.7, 0.2, 6_000))])
    found = placed(tube(0.0), wells[:2], [*wells, positive])
    assert max(np.mean(well >= found.value) for well in wells) < 0.06


def test_a_left_shoulder_does_not_move_the_edge() -> None:
    def tube(seed: int) -> FloatArray:
        draw = rng(seed)
        return np.concatenate([draw.normal(300, 100, 8_000), draw.normal(-200, 100, 2_000)])

    cells = tube(1)
    grid = grid_for(float(np.quantile(cells, 0.05)), float(np.quantile(cells, 0.5)), 262_144.0)
    for control in (cells, None):
        found = placed(control, [tube(2), tube(3)], [tube(2), tube(3), tube(4)], grid)
        assert 450 < found.value < 750  # their 99.5 % quantile is 549


def test_a_positive_batch_is_all_positive_where_a_control_says_so() -> None:
    stained = batch(1.0, 1.0, 1.0)
    found = placed(normal(0.0, seed=1), stained[:1], stained)
    assert 200 < found.value < 1_000


def test_one_population_and_nothing_that_anchors_it() -> None:
    for control in (None, np.empty(0), normal(0.0, n=20, seed=1)):
        found = placed(control, [], batch(0.0, 0.0))
        assert found.caution.startswith("unanchored")
        assert (found.low, found.high) == (-np.inf, np.inf)


def test_a_control_of_a_few_events_is_not_relied_on_and_it_is_said() -> None:
    found = placed(normal(0.0, n=40, seed=1), batch(0.05), batch(0.05, 0.3))
    assert found.basis == "valley"
    assert found.caution == "missing_control: the tube that lacks this stain alone holds 40 events"


def test_tubes_without_events_weigh_nothing() -> None:
    stained = batch(0.05, 0.3)
    alone = placed(normal(0.0, seed=1), stained[:1], stained)
    beside = placed(normal(0.0, seed=1), stained[:1], [*stained, np.empty(0)])
    assert beside.value == alone.value
    nothing = placed(None, [], [np.empty(0)])
    assert nothing.caution.startswith("unanchored")


# --- grids ------------------------------------------------------------------------------------------------------------


def test_values_without_a_number_are_refused() -> None:
    for grid in (FINE, GRID):
        for bin_of in (grid.histogram, grid.places):
            with pytest.raises(GatingError, match="expected a number for every event, got 2 events without one"):
                bin_of(np.array([1.0, np.nan, 3.0, np.nan]))


def test_values_beyond_the_grid_stay_in_it() -> None:
    counts = GRID.histogram(np.array([-1e9, 0.0, 1e9, np.inf]))
    assert (counts[0], counts[-1], counts.sum()) == (1, 2, 4)


def test_a_place_on_the_grid_and_its_value() -> None:
    assert GRID.value_at(GRID.place(1_234.5)) == pytest.approx(1_234.5)
    assert int(GRID.place(1_234.5)) == int(GRID.places(np.array([1_234.5]))[0])


def test_a_plate_of_96_wells_takes_little_time() -> None:
    draw = rng(1)
    stained = [normal(float(draw.uniform(0, 1)), seed=i) for i in range(96)]
    evidence = Evidence(
        GRID.histogram(normal(0.0, seed=200)),
        [GRID.histogram(tube) for tube in stained[:6]],
        [GRID.histogram(tube) for tube in stained],
    )
    seconds = []
    for _ in range(3):
        started = time.process_time()
        place_threshold(evidence, GRID, rng())
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.3
