from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gating import GatingError
from gating.compound_control import compound_shift
from gating.own_light import own_light
from gating.quadrants import POPULATIONS, count_at

Cells = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]
CUTS = (800.0, 700.0)


def cells(rng: np.random.Generator, dying: float, light: float, stained: bool = True, n: int = 10_000) -> Cells:
    """Annexin V, dye and labels; gamma light of `light` times the live cells' dye, over lognormal stains."""
    labels = rng.choice(4, n, p=[0.99 - dying, 0.5 * dying, 0.5 * dying, 0.01])
    bare = [60 * 10 ** (0.15 * rng.standard_normal(n)) + 30 * rng.standard_normal(n) for _ in range(2)]
    annexin = np.where(np.isin(labels, (1, 2)), 9_000.0, 80.0) * 10 ** (0.22 * rng.standard_normal(n))
    dye = np.where(np.isin(labels, (2, 3)), 12_000.0, 70.0) * 10 ** (0.22 * rng.standard_normal(n))
    shine = light * 130.0 * rng.gamma(6.0, 1 / 6.0, n)
    return bare[0] + stained * annexin, bare[1] + stained * dye + shine, labels


@pytest.mark.parametrize("light", [2.0, 5.0])
@pytest.mark.parametrize("dying", [0.05, 0.5, 0.9])
def test_fractions_come_back_within_two_points(light: float, dying: float) -> None:
    rng = np.random.default_rng([int(light), int(100 * dying)])
    bare, shining = cells(rng, 0.03, 0.0, stained=False), cells(rng, dying, light, stained=False)
    lights = (own_light(shining[0], bare[0]), own_light(shining[1], bare[1]))
    annexin, dye, labels = cells(rng, dying, light)
    found = compound_shift(annexin, dye, CUTS, lights, rng)
    truth = {name: float(np.mean(labels == i)) for i, name in enumerate(POPULATIONS)}
    assert found.fractions == pytest.approx(truth, abs=0.015)
    assert sum(found.fractions.values()) == pytest.approx(1.0)
    assert all(found.low[n] <= found.fractions[n] <= found.high[n] for n in POPULATIONS)


def test_without_it_the_compound_makes_live_cells_necrotic() -> None:
    annexin, dye, labels = cells(np.random.default_rng(1), 0.05, 5.0)
    counted = count_at(annexin, dye, *CUTS)
    assert counted.necrotic / counted.total - float(np.mean(labels == 3)) > 0.3


def test_a_compound_that_is_dark_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    bare, treated = cells(rng, 0.03, 0.0, stained=False), cells(rng, 0.4, 0.0, stained=False)
    lights = (own_light(treated[0], bare[0]), own_light(treated[1], bare[1]))
    annexin, dye, _ = cells(rng, 0.4, 0.0)
    found, counted = compound_shift(annexin, dye, CUTS, lights, rng), count_at(annexin, dye, *CUTS)
    for name in POPULATIONS:
        assert found.fractions[name] == pytest.approx(getattr(counted, name) / counted.total, abs=0.006)
    assert found.dye_threshold == pytest.approx(CUTS[1], abs=20)


def test_the_distribution_of_the_light_is_found_not_only_its_median() -> None:
    rng = np.random.default_rng(3)
    shine = 500 * rng.gamma(4.0, 0.25, 20_000)
    found = own_light(rng.normal(80, 40, 20_000) + shine, rng.normal(80, 40, 20_000))
    for q in (0.1, 0.5, 0.9):
        assert found.quantile(q) == pytest.approx(float(np.quantile(shine, q)), rel=0.08)
    assert found.weights.sum() == pytest.approx(1.0)


def test_too_few_cells_are_refused() -> None:
    rng = np.random.default_rng(4)
    with pytest.raises(GatingError, match="dox: expected at least 500 whole single cells"):
        own_light(rng.normal(0, 1, 100), rng.normal(0, 1, 5_000), "dox")
    light = own_light(rng.normal(0, 1, 5_000), rng.normal(0, 1, 5_000))
    with pytest.raises(GatingError, match="got 50"):
        compound_shift(np.zeros(50), np.zeros(50), CUTS, (light, light), rng)
