"""Single pulses against labels, by their area and height or width."""

from __future__ import annotations

import numpy as np
import pytest

from gating.doublets import find_doublet_limit, singlets


def pulses(
    rng: np.random.Generator, n: int = 10_000, doublets: float = 0.15, trend: float = 0.1, dying_longer: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return area, height, which are doublets and which dying cells; the dying are half as large."""
    dying, several = rng.random(n) < 0.5, rng.random(n) < doublets
    size = np.where(dying, 0.5, 1.0) * np.exp(0.16 * rng.standard_normal(n))
    area = 60_000 * (size + np.where(several, size[::-1], 0.0))
    length = (area / 60_000) ** trend * np.where(several, rng.uniform(1.4, 1.95, n), 1.0)
    length *= np.exp(dying_longer * (dying & ~several) + 0.03 * rng.standard_normal(n))
    return area, area / length, several, dying


@pytest.mark.parametrize("doublets", [0.0, 0.02, 0.15])
@pytest.mark.parametrize("trend", [0.0, 0.25])
def test_doublets_go_and_dying_cells_stay(rng: np.random.Generator, doublets: float, trend: float) -> None:
    area, height, several, dying = pulses(rng, doublets=doublets, trend=trend)
    keep = singlets(area, height)
    assert keep[~several & dying].mean() > 0.998
    assert keep[~several & ~dying].mean() > 0.998
    assert keep[several].sum() <= 0.01 * max(several.sum(), 100)


@pytest.mark.parametrize("longer", [0.1, 0.18])
def test_dying_cells_with_longer_pulses_stay(rng: np.random.Generator, longer: float) -> None:
    area, height, several, dying = pulses(rng, doublets=0.08, trend=0.0, dying_longer=longer)
    assert singlets(area, height)[dying & ~several].mean() > 0.99


def test_a_width_tells_the_same_as_a_height(rng: np.random.Generator) -> None:
    area, height, _, _ = pulses(rng)
    width = 65_536.0 * area / height
    np.testing.assert_array_equal(singlets(area, height), singlets(area, area / width))


def test_the_limit_rises_with_size_as_the_pulses_do(rng: np.random.Generator) -> None:
    area, height, _, _ = pulses(rng, doublets=0.0, trend=0.25)
    limit = find_doublet_limit(area, height)
    assert limit is not None
    low, high = (limit.limits[int((np.log(h) - limit.first) / 0.05)] for h in (35_000.0, 55_000.0))
    assert 0.05 < high - low < 0.25


def test_a_pulse_without_a_size_is_no_single_cell(rng: np.random.Generator) -> None:
    area, height, _, _ = pulses(rng, doublets=0.0)
    area[:4], height[:4] = [-4_685_690.0, np.nan, 6e4, 6e4], [5e4, 5e4, 0.0, np.nan]
    assert not singlets(area, height)[:4].any()


def test_few_events_are_all_kept() -> None:
    assert find_doublet_limit(np.full(99, 2.0), np.full(99, 1.0)) is None
    assert singlets(np.array([5.0, 0.0]), np.array([1.0, 1.0])).tolist() == [True, False]


def test_identical_pulses_are_all_single() -> None:
    assert singlets(np.full(500, 3e4), np.full(500, 3e4)).all()
