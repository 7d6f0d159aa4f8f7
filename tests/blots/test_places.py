"""Places settle where the bands are, from starts that are off by most of a band's height."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blots.background import SmoothBackground
from blots.band_shapes import BandShape
from blots.lane_solve import Profiles
from blots.places import settled_places

Array = NDArray[np.float64]

_TRUE = 60.0 + np.array([[0.0, 40.0], [1.0, 41.0], [-1.0, 39.0], [2.0, 42.0], [0.0, 40.0], [1.0, 41.0]])


def _profiles(amount: Array) -> Profiles:
    rows = np.arange(200.0)
    bands = np.exp(-0.5 * ((rows - _TRUE[:, :, None]) / 5) ** 2) / np.sqrt(2 * np.pi) / 5
    signal = (amount[:, :, None] * bands).sum(axis=1) + 300 + 2 * rows
    signal = signal + np.random.default_rng(0).normal(0, 10, signal.shape)
    return Profiles(signal, np.full_like(signal, 100.0), np.ones(signal.shape, dtype=bool))


def _settled(amount: Array, start: Array) -> Array:
    shapes = tuple(BandShape.gaussian(5.0, -25.0, 25.0) for _ in range(2))
    return settled_places(_profiles(amount), start, shapes, SmoothBackground.over(200, 10.0, 11.0))


def test_clear_bands_are_found_from_five_pixels_off() -> None:
    start = _TRUE + np.random.default_rng(1).uniform(-5, 5, _TRUE.shape)
    assert np.abs(_settled(np.full(_TRUE.shape, 1e5), start) - _TRUE).max() < 0.1


def test_an_absent_band_takes_the_place_of_its_lane_and_row_when_starts_are_poor() -> None:
    amount, start = np.full(_TRUE.shape, 1e5), _TRUE + np.random.default_rng(1).uniform(-4, 4, _TRUE.shape)
    amount[3, 1], start[3, 1] = 0.0, _TRUE[3, 1] - 5
    assert abs(_settled(amount, start)[3, 1] - _TRUE[3, 1]) < 1.5


def test_an_absent_band_stays_where_good_starts_put_it() -> None:
    amount = np.full(_TRUE.shape, 1e5)
    amount[3, 1] = 0.0
    assert abs(_settled(amount, _TRUE)[3, 1] - _TRUE[3, 1]) < 0.3


def test_an_absent_band_is_not_drawn_to_a_strange_one_beside_it() -> None:
    amount = np.full(_TRUE.shape, 1e5)
    amount[3, 1] = 0.0
    profiles = _profiles(amount)
    strange = 3e4 * np.exp(-0.5 * ((np.arange(200.0) - _TRUE[3, 1] - 8) / 5) ** 2) / np.sqrt(2 * np.pi) / 5
    profiles.signal[3] += strange
    shapes = tuple(BandShape.gaussian(5.0, -25.0, 25.0) for _ in range(2))
    y = settled_places(profiles, _TRUE, shapes, SmoothBackground.over(200, 10.0, 11.0))
    assert abs(y[3, 1] - _TRUE[3, 1]) < 1.5
