"""The small rooms under a volume, each against an answer known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blots.background import SmoothBackground
from blots.band_shapes import BandShape, spans
from blots.noise import estimate_noise
from blots.polarity import find_polarity
from blots.row_course import find_row_course, straighten
from blots.second_opinions import valley_volumes
from blots.volumes import FitOptions, Profiles, fit_bands


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(0.5, 4), read=st.floats(2, 30), seed=st.integers(0, 99))
def test_noise_is_told_from_the_picture(gain: float, read: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    level = np.tile(np.linspace(300, 8000, 500), (300, 1))
    noise = estimate_noise(rng.poisson(level / gain) * gain + rng.normal(0, read, level.shape))
    assert noise.variance(np.array([6000.0]))[0] == pytest.approx(6000 * gain + read**2, rel=0.15)


@settings(max_examples=25, deadline=None)
@given(tilt=st.floats(-0.08, 0.08), smile=st.floats(-20, 20))
def test_the_course_of_the_rows_is_found(tilt: float, smile: float) -> None:
    y, x = np.mgrid[:400, :600].astype(float)
    course = tilt * (x[0] - 300) + smile * ((x[0] - 300) / 300) ** 2
    lanes = (x % 50) > 12
    picture = sum(np.exp(-0.5 * ((y - row - course) / 4) ** 2) for row in (110, 190, 300)) * lanes * 5000
    picture = picture + np.random.default_rng(0).normal(0, 20, y.shape)
    found = find_row_course(picture)
    assert np.abs(found - course - np.median(found - course)).max() < 2


def test_straightening_undoes_a_shift_exactly() -> None:
    picture = np.random.default_rng(0).normal(size=(50, 30))
    assert np.array_equal(straighten(np.roll(picture, 3, axis=0), np.full(30, 3.0))[:-3], picture[:-3])


def test_polarity_of_noise_is_a_toss_up() -> None:
    confidences = [find_polarity(np.random.default_rng(s).normal(1000, 30, (400, 600))).confidence for s in range(5)]
    assert max(confidences) < 0.3


def test_the_background_passes_under_a_band_that_nobody_listed() -> None:
    rows = np.arange(400.0)
    listed, other = (np.exp(-0.5 * ((rows - at) / 5) ** 2) for at in (120, 260))
    signal = np.array([1.0, 0.4, 0.7])[:, None] * 5e4 * listed + 8e3 * other + 1000 + 5 * rows
    profiles = Profiles(signal, np.full_like(signal, 400.0), np.ones(signal.shape, dtype=bool))
    options = FitOptions(SmoothBackground.over(400, 10.0, 15.0))
    fit = fit_bands(profiles, np.full((3, 1), 120.0), np.array([5.0]), options)
    assert fit.background[0, 255:266] == pytest.approx(1000 + 5 * rows[255:266], rel=0.25)
    assert fit.volume[:, 0] / fit.volume[0, 0] == pytest.approx([1.0, 0.4, 0.7], abs=0.01)


@settings(max_examples=20, deadline=None)
@given(first=st.floats(0.05, 1), apart=st.floats(5.0, 8.0), seed=st.integers(0, 99))
def test_overlapping_bands_are_separated(first: float, apart: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, sigma = np.arange(300.0), 5.0
    y = np.array([120.0, 120.0 + apart * sigma])
    amounts = np.column_stack([np.r_[1.0, first, rng.uniform(0.1, 1, 6)], np.full(8, 0.3)]) * 1e6
    bands = np.stack([np.exp(-0.5 * ((rows - at) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi) for at in y])
    signal = amounts @ bands + 2000 + rng.normal(0, 20, (8, 300))
    profiles = Profiles(signal, np.full_like(signal, 400.0), np.ones(signal.shape, dtype=bool))
    options = FitOptions(SmoothBackground.over(300, 10.0, 15.0))
    fit = fit_bands(profiles, np.tile(y, (8, 1)), np.array([sigma, sigma]), options)
    ratio = fit.volume / amounts
    assert ratio / np.median(ratio, axis=0) == pytest.approx(1, abs=0.06)


def test_the_valley_line_reads_a_crowded_band_too_low() -> None:
    rows = np.arange(200.0)
    profile = 100 * (np.exp(-0.5 * ((rows - 80) / 5) ** 2) + np.exp(-0.5 * ((rows - 98) / 5) ** 2))
    crowded = valley_volumes(profile, np.array([80.0, 98.0]), np.array([5.0, 5.0]))
    assert (crowded < 0.9 * 100 * 5 * np.sqrt(2 * np.pi)).all()


@given(gap=st.floats(8, 60), sigma=st.floats(2, 8))
def test_shapes_reach_at_most_four_sigma_past_a_neighbour_s_crest(gap: float, sigma: float) -> None:
    (_, below), (above, _) = spans(np.array([100.0, 100.0 + gap]), np.array([sigma, sigma]))
    assert below <= min(gap + 4 * sigma, 5 * sigma) + 1e-9
    assert above == pytest.approx(-below)


@given(sigma=st.floats(1.5, 10))
def test_a_shape_sums_to_one_wherever_its_band_lies(sigma: float) -> None:
    shape = BandShape.gaussian(sigma, -5 * sigma, 5 * sigma)
    for off in (0.0, 0.3, 0.5):
        assert shape.at(np.arange(-60.0, 61.0) - off).sum() == pytest.approx(1, abs=5e-3)
