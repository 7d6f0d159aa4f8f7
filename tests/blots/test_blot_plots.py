"""What the pictures of a blot say, read from the axes; how they look was judged by eye."""

from __future__ import annotations

import io
from functools import cache
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from blots import Blot, BlotGeometry, find_geometry
from blots.image_files import blot_from_array
from blots.plots.blot_image import draw_blot, spread_labels
from blots.plots.lane_profiles import draw_lane_profiles
from blots.simulate import BANDS, SCENES, example_design, simulate_blot

mpl.use("Agg")


@cache
def blot_and_geometry() -> tuple[Blot, BlotGeometry]:
    rng = np.random.default_rng(3)
    image = simulate_blot(example_design(rng, gain=3.2), SCENES["full"], rng=rng).image
    blot = blot_from_array(65535.0 - image, "rep1.tif")
    return blot, find_geometry(blot, 12, BANDS)


@pytest.fixture
def figure() -> Figure:
    return Figure(figsize=(7, 4.6), layout="constrained")


def test_lanes_and_targets_are_named_and_the_contrast_is_stated(figure: Figure) -> None:
    ax = figure.subplots()
    draw_blot(ax, *blot_and_geometry())
    words = [text.get_text() for text in ax.texts]
    assert words == [*map(str, range(1, 13)), *BANDS]
    assert "white to" in ax.get_xlabel()
    assert "stored dark on light" in ax.get_xlabel()
    assert "clipped pixels marked" in ax.get_xlabel()


def test_more_signal_is_drawn_darker(figure: Figure) -> None:
    ax = figure.subplots()
    draw_blot(ax, *blot_and_geometry())
    shown = ax.images[0]
    assert np.array_equal(np.asarray(shown.get_array()), blot_and_geometry()[0].signal)
    assert shown.cmap(1.0)[0] < 0.1 < 0.9 < shown.cmap(0.0)[0]


def test_names_of_targets_do_not_overlap(figure: Figure) -> None:
    ax = figure.subplots()
    draw_blot(ax, *blot_and_geometry(), labels=[f"lane {n} of many" for n in range(12)])
    figure.canvas.draw()
    boxes = sorted((t.get_window_extent() for t in ax.texts if t.get_text() in BANDS), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))


def test_the_picture_is_small_in_svg(figure: Figure) -> None:
    draw_blot(figure.subplots(), *blot_and_geometry())
    written = io.BytesIO()
    figure.savefig(written, format="svg")
    assert len(written.getvalue()) < 600_000


def test_every_lane_has_its_profile_on_one_scale(figure: Figure) -> None:
    draw_lane_profiles(figure, *blot_and_geometry())
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    assert [ax.texts[0].get_text() for ax in figure.axes] == [f"lane {n}" for n in range(1, 13)]
    assert "square-root scale" in figure.axes[4].get_ylabel()


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(1, 20))
def test_spread_labels_keep_apart_in_order_and_inside(wanted: list[float], apart: float) -> None:
    places = spread_labels(np.sort(wanted), apart, 0.0, 100.0)
    gap = min(apart, 100 / max(len(wanted) - 1, 1))
    assert (np.diff(places) >= gap - 1e-9).all()
    assert (places >= -1e-9).all()
    assert (places <= 100 + 1e-9).all()
