"""Two controls: coverage of the scatter and of the slope over membranes of unlike factors."""

from __future__ import annotations

import numpy as np
import pytest

from blots.control_agreement import scatter_of_ratio, slope_between

MEMBRANES = np.repeat(["a", "b", "c"], 12)
GAINS = np.repeat([0.0, 1.0, -2.0], 12)


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_intervals_cover(slope: float) -> None:
    rng = np.random.default_rng(4)
    hits = []
    for _ in range(1_000):
        load = rng.normal(0, 0.4, 36)
        first = slope * load + rng.normal(0, 0.1, 36) + GAINS
        second = load + rng.normal(0, 0.1, 36)
        line = slope_between(first, second, MEMBRANES)
        noise = scatter_of_ratio(first - slope * load + load, second, MEMBRANES)
        hits.append((line.low < slope < line.high, noise.low < 0.1 * np.sqrt(2) < noise.high))
    assert np.mean(hits, axis=0) == pytest.approx([0.95, 0.95], abs=0.02)


def test_like_loads_tell_no_slope_and_one_lane_nothing() -> None:
    angle = np.arange(36) * np.pi / 6
    round_cloud = slope_between(np.cos(angle), np.sin(angle) + 0.01 * np.cos(angle), MEMBRANES)
    assert (round_cloud.low, round_cloud.high) == (-np.inf, np.inf)
    assert np.isnan(scatter_of_ratio([1.0], [1.0], ["a"])).all()
    assert np.isnan(slope_between([1.0, 2.0], [1.0, 2.0], ["a", "a"])).all()
