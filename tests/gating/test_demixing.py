"""The mixture of a batch, against draws whose fractions and shapes are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gating.demixing.demix import Demixed, demix
from gating.demixing.joint import Axis, joint
from gating.demixing.shifted import shifted
from gating.demixing.splines import splines
from gating.intervals import wilson_interval, wilson_limits

AXIS = Axis(-2.0, 0.1, 100)
EDGES = -2.0 + 0.1 * np.arange(101)
PLATE = np.array(
    [
        [0.95, 0.03, 0.02, 0.0],
        [0.94, 0.03, 0.02, 0.01],
        [0.70, 0.20, 0.08, 0.02],
        [0.40, 0.30, 0.25, 0.05],
        [0.10, 0.30, 0.55, 0.05],
        [0.30, 0.10, 0.55, 0.05],
    ]
)


def tube(
    fractions: NDArray[np.float64], distance: float, rng: np.random.Generator, shift: float = 0.0, n: int = 10_000
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """A tube of gamma-tailed negatives and t-tailed positives, SD about 0.4: its histogram and its true fractions."""
    states = rng.choice(4, n, p=fractions)
    axes = []
    for positive in (np.isin(states, (1, 2)), np.isin(states, (2, 3))):
        dim = 0.2 * (rng.gamma(4.0, 1.0, n) - 4.0)
        bright = distance + 0.35 * rng.standard_t(5, n)
        axes.append(np.where(positive, bright, dim) + shift)
    counts = np.histogram2d(axes[0], axes[1], bins=(EDGES, EDGES))[0].astype(np.int64)
    return counts, np.bincount(states, minlength=4) / n


def plate(distance: float, seed: int, shift_sd: float = 0.05) -> tuple[Demixed, NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    drawn = [tube(row, distance, rng, float(rng.normal(0.0, shift_sd * distance))) for row in PLATE]
    found = demix([counts for counts, _ in drawn], (AXIS, AXIS), (distance / 2, distance / 2))
    return found, np.array([truth for _, truth in drawn])


@pytest.mark.parametrize(("distance", "within"), [(2.6, 0.01), (1.9, 0.02), (1.4, 0.05)])
def test_fractions_are_found_where_no_divider_would_tell(distance: float, within: float) -> None:
    found, truth = plate(distance, seed=1)
    assert np.abs(found.fractions - truth).max() < within


def test_intervals_cover_the_population() -> None:
    covered = []
    for seed in range(6):
        found, _ = plate(2.2, seed)
        covered.append((found.low <= PLATE) & (found.high >= PLATE))
    assert np.mean(covered) > 0.9


def test_a_tube_without_positive_cells_stays_without() -> None:
    rng = np.random.default_rng(3)
    rows = [np.array([1.0, 0.0, 0.0, 0.0])] * 2 + list(PLATE[2:])
    counts = [tube(row, 2.0, rng)[0] for row in rows]
    found = demix(counts, (AXIS, AXIS), (1.0, 1.0))
    assert found.fractions[:2, 1:].sum(axis=1).max() < 0.01


def test_separation_is_that_of_the_shapes() -> None:
    found, _ = plate(2.4, seed=5, shift_sd=0.0)
    # Robust SD of 0.2 gamma(4) is 0.38, of 0.35 t(5) is 0.38: the pooled one too. Its median is -0.065.
    assert found.separation == pytest.approx((2.465 / 0.38,) * 2, rel=0.1)


def test_a_tube_of_another_shape_is_noticed() -> None:
    rng = np.random.default_rng(7)
    counts = [tube(row, 2.6, rng)[0] for row in (*PLATE, *PLATE)]
    odd = np.histogram2d(rng.normal(1.3, 0.3, 5_000), rng.normal(0.0, 0.4, 5_000), bins=(EDGES, EDGES))[0]
    found = demix([*counts, odd.astype(np.int64)], (AXIS, AXIS), (1.3, 1.3))
    assert found.misfit[-1] > 2.0 * found.misfit[:-1].max()


def test_one_tube_alone_is_divided_by_its_own_shapes() -> None:
    counts, truth = tube(np.array([0.6, 0.2, 0.15, 0.05]), 3.0, np.random.default_rng(11))
    found = demix([counts], (AXIS, AXIS), (1.5, 1.5))
    assert np.abs(found.fractions[0] - truth).max() < 0.01


def test_a_normal_density_is_free_of_the_penalty() -> None:
    basis = splines(60, 3.0, 0.2)
    x = np.arange(60) - 30.0
    normal = np.exp(-0.5 * (x / 6.0) ** 2)
    normal /= normal.sum()
    coefficients = basis.fitted_to(normal)
    assert np.abs(basis.densities(coefficients) - normal).max() < 1e-4
    assert basis.penalised(coefficients[None], np.zeros((1, len(coefficients) - 1))) == pytest.approx(0.0, abs=0.05)


def test_shifted_counts_come_back_to_their_bins() -> None:
    density = np.exp(-0.5 * ((np.arange(40) - 20.0) / 3.0) ** 2)[None]
    moved = shifted(density, np.array([[2.3], [-1.6]]))
    assert moved.densities.sum(axis=2) == pytest.approx(density.sum() * np.ones((2, 1)), rel=1e-6)
    back = moved.back(moved.densities, density)
    assert back[0] == pytest.approx(2.0 * density[0], abs=1e-6)


def test_margins_are_cut_and_no_event_within_is_lost() -> None:
    table = np.zeros((100, 100), dtype=np.int64)
    table[5:95, 40:60] = 3
    found = joint([table, table], (AXIS, AXIS))
    assert found.counts.sum() >= 0.98 * 2 * table.sum()
    assert max(found.counts.shape[1:]) <= 72


def test_limits_without_overlap_are_those_of_counting() -> None:
    share = np.array([0.02, 0.5])
    low, high = wilson_limits(share, share * (1 - share) / 500, np.array([500.0, 500.0]))
    for i, count in enumerate((10, 250)):
        assert (low[i], high[i]) == pytest.approx(wilson_interval(count, 500), abs=2e-3)
