from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gating import Channel, Events, GatingError, QuadrantGate, Quadrants, Spillover, count_quadrants
from gating.intervals import wilson_interval

CHANNELS = (Channel("FITC-A"), Channel("PE-A"))
GATE = QuadrantGate(annexin="FITC-A", annexin_threshold=5.0, dye="PE-A", dye_threshold=5.0)


def test_eight_events_around_the_crossing() -> None:
    values = np.array([[4, 4], [4.999, 0], [5, 4], [9, 4.9], [5, 5], [9, 9], [4, 5], [-1, 9]])
    assert count_quadrants(Events(values, CHANNELS), GATE) == Quadrants(2, 2, 2, 2)


def test_uncompensated_events_are_compensated_first() -> None:
    spillover = Spillover(np.array([[1.0, 0.5], [0.0, 1.0]]), ("FITC-A", "PE-A"))
    events = Events(np.array([[10.0, 6.0]]), CHANNELS, spillover=spillover)
    assert count_quadrants(events, GATE) == Quadrants(0, 1, 0, 0)


def test_an_event_without_a_number_is_refused() -> None:
    with pytest.raises(GatingError, match="1 events without one"):
        count_quadrants(Events(np.array([[np.nan, 1.0]]), CHANNELS), GATE)


@pytest.mark.parametrize("threshold", [np.nan, np.inf])
def test_a_threshold_that_divides_nothing_is_refused(threshold: float) -> None:
    with pytest.raises(GatingError, match="finite number"):
        QuadrantGate(annexin="FITC-A", annexin_threshold=threshold, dye="PE-A", dye_threshold=1.0)


@given(arrays(np.float64, (25, 2), elements=st.floats(-1e6, 1e6)), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_quadrants_partition_and_ignore_order(values: np.ndarray, a: float, d: float) -> None:
    gate = QuadrantGate(annexin="FITC-A", annexin_threshold=a, dye="PE-A", dye_threshold=d)
    counts = count_quadrants(Events(values, CHANNELS), gate)
    assert counts.total == 25
    assert counts == count_quadrants(Events(values[::-1], CHANNELS), gate)


def test_wilson_agrees_with_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    for count, total in ((0, 20), (1, 3), (7, 100), (5_000, 8_000), (8, 8)):
        assert wilson_interval(count, total) == pytest.approx(
            proportion_confint(count, total, method="wilson"), abs=1e-12
        )
