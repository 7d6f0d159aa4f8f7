"""The parts of an error add as squares, and the detection limit rests on noise and background alone."""

from __future__ import annotations

import numpy as np
import pytest

from blots.background import SmoothBackground
from blots.band_shapes import BandShape
from blots.error_budget import ErrorBudget
from blots.lane_deviations import with_deviations
from blots.lane_solve import JointFit, Profiles, design


def test_parts_add_as_squares_and_the_limit_is_of_noise_and_background() -> None:
    three, four, none = np.full((1, 1), 3.0), np.full((1, 1), 4.0), np.zeros((1, 1))
    budget = ErrorBudget(three, four, none, none, none, none, none)
    assert budget.total[0, 0] == pytest.approx(5)
    assert budget.detection_limit[0, 0] == pytest.approx(3.3 * np.hypot(3, 4 / 0.3))  # all that empty places read
    assert ErrorBudget(three, none, four, none, none, none, none).detection_limit[0, 0] == pytest.approx(9.9)


def test_a_lane_a_little_broader_keeps_its_volume() -> None:
    rows, sigma = np.arange(200.0), np.array([5.0, 5.0, 5.0, 5.3, 5.0])[:, None]
    signal = 1e5 * np.exp(-0.5 * ((rows - 100) / sigma) ** 2) / np.sqrt(2 * np.pi) / sigma + 300
    profiles = Profiles(signal, np.full_like(signal, 100.0), np.ones(signal.shape, dtype=bool))
    y, shapes = np.full((5, 1), 100.0), (BandShape.gaussian(5.0, -25.0, 25.0),)
    pictures = np.swapaxes(design(y, shapes, 200), 1, 2) * 1e5
    start = JointFit(np.full((5, 1), 1e5), np.full((5, 1), 50.0), y, np.full((5, 200), 300.0), pictures, shapes)
    fit = with_deviations(profiles, start, SmoothBackground.over(200, 10.0, 40.0))
    assert fit.volume[3, 0] / fit.volume[0, 0] == pytest.approx(1, abs=0.004)
