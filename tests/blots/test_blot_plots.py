"""What the pictures of a blot say, read from the axes; how they look was judged by eye."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from blots import Blot, BlotGeometry, find_geometry
from blots.image_files import blot_from_array
from blots.lane_fits import LaneFits, fit_lanes
from blots.layout import Band, Lane
from blots.plots.blot_image import draw_blot
from blots.plots.flags import band_flags
from blots.plots.labels import lane_slant, spread_labels
from blots.plots.lane_profiles import draw_lane_profiles, profiles_height
from blots.plots.picture import places_in, show_picture
from blots.plots.residual_map import draw_residuals, residuals
from blots.plots.unfit_image import draw_unfit
from blots.quantify import measure_bands
from blots.simulate import BANDS, SCENES, example_design, simulate_blot

mpl.use("Agg")


@cache
def blot_and_geometry() -> tuple[Blot, BlotGeometry]:
    rng = np.random.default_rng(3)
    image = simulate_blot(example_design(rng, gain=3.2), SCENES["full"], rng=rng).image
    blot = blot_from_array(65535.0 - image, "rep1.tif")
    return blot, find_geometry(blot, 12, BANDS)


@cache
def fits() -> LaneFits:
    return fit_lanes(*blot_and_geometry())


@cache
def table() -> pd.DataFrame:
    return measure_bands(*blot_and_geometry())


def overlapping(texts: Sequence[Text]) -> list[tuple[str, str]]:
    boxes = [(text.get_text(), text.get_window_extent().shrunk(0.98, 0.98)) for text in texts]
    return [(a, b) for i, (a, box) in enumerate(boxes) for b, other in boxes[i + 1 :] if box.overlaps(other)]


def even_geometry(lanes: int, targets: tuple[str, ...], shape: tuple[int, int]) -> BlotGeometry:
    rows, columns = shape
    x = (np.arange(lanes) + 0.5) * columns / lanes
    y = (np.arange(len(targets)) + 1) * rows / (len(targets) + 1)
    drawn = tuple(Lane(i + 1, np.full(rows, at), 0.7 * columns / lanes) for i, at in enumerate(x))
    bands = tuple(
        Band(i + 1, t, float(at), float(row), 8.0) for i, at in enumerate(x) for t, row in zip(targets, y, strict=True)
    )
    return BlotGeometry(targets, drawn, bands, np.zeros(columns), np.full(len(targets), 3.0))


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
    assert any("square-root scale" in text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("lanes", [6, 12, 15, 26])
def test_names_of_lanes_and_targets_never_touch(lanes: int, figure: Figure) -> None:
    targets = ("phospho-S6 (Ser235/236)", "cleaved caspase-3", "non-specific", "actin")
    labels = (["0 h", "24 h", "vehicle", "cisplatin 24 h"] * 7)[:lanes]
    ax = figure.subplots()
    blot = Blot("rep1.tif", np.random.default_rng(0).normal(900, 12, (310, 500)), np.zeros((310, 500), dtype=bool))
    draw_blot(ax, blot, even_geometry(lanes, targets, blot.shape), labels=labels)
    figure.canvas.draw()
    level = [text for text in ax.texts if text.get_rotation() in (0.0, 90.0)]
    assert overlapping(level) == []
    slanted = [text for text in ax.texts if text.get_rotation() == 45.0]
    feet = [text.get_window_extent().x0 for text in slanted]
    assert all(b - a > 9 for a, b in pairwise(feet))


def test_flags_say_which_bands_are_clipped_and_the_key_says_so(figure: Figure) -> None:
    ax = figure.subplots()
    draw_blot(ax, *blot_and_geometry(), table=table())
    clipped = table()[table().caution.str.contains("saturated")]
    flags = band_flags(table())
    letter = flags.key.split(": saturated")[0][-1]
    told = [row for row, letters in enumerate(flags.letters) if letter in letters]
    assert told == clipped.index.tolist()
    assert len(told) == 4
    assert f"{letter}: saturated (4 bands)" in ax.get_xlabel()
    assert sum(letter in text.get_text() for text in ax.texts[17:]) == 4


def test_each_basis_has_its_own_line_and_words(figure: Figure) -> None:
    blot, geometry = blot_and_geometry()
    bands = [replace(b, basis=("found", "neighbours", "box")[i % 3]) for i, b in enumerate(geometry.bands)]
    ax = figure.subplots()
    draw_blot(ax, blot, replace(geometry, bands=tuple(bands)))
    outlines = [line for line in ax.lines if line.get_color() == "#D55E00"]
    assert len({str(line._dash_pattern) for line in outlines}) == 3  # type: ignore[attr-defined]
    words = ax.get_xlabel().replace("\n", " ")
    assert all(word in words for word in ("found by its own crest", "too faint", "drawn by hand"))


def test_a_large_scan_is_drawn_from_blocks_without_losing_clipped_pixels(figure: Figure) -> None:
    picture = np.random.default_rng(0).normal(1000, 10, (3300, 4000))
    saturated = np.zeros(picture.shape, dtype=bool)
    saturated[1500, 2000] = True
    ax = figure.subplots()
    words = show_picture(ax, Blot("big.tif", picture, saturated))
    assert max(np.asarray(ax.images[0].get_array()).shape) <= 1600
    assert np.asarray(ax.images[1].get_array())[..., 3].sum() == 1
    assert "1 clipped pixels" in words
    assert ax.get_xlim() == (-0.5, 3999.5)


def test_an_unfit_picture_shows_reasons_and_places_but_no_lanes(figure: Figure) -> None:
    blot, _ = blot_and_geometry()
    said = ("few_levels: only 12 levels", "burnt_in: look here at x 600 to 700, y 20 to 60, letters seem drawn on it")
    ax = figure.subplots()
    draw_unfit(ax, replace(blot, fitness="do not quantify", cautions=said), ["Scan it again."])
    frame = ax.patches[-1].get_bbox()  # type: ignore[attr-defined]
    assert (frame.x0, frame.y0, frame.x1, frame.y1) == (596, 16, 704, 64)
    assert "not measured" in ax.get_title(loc="left")
    assert "Scan it again." in ax.get_xlabel()
    assert "few levels: only 12 levels" in ax.get_xlabel()
    assert not ax.lines


def test_whole_lanes_are_drawn_without_bands(figure: Figure) -> None:
    blot, geometry = blot_and_geometry()
    bands = tuple(replace(geometry.band(n, "actin"), target="total_protein") for n in range(1, 13))
    ax = figure.subplots()
    draw_blot(ax, blot, replace(geometry, targets=("total_protein",), bands=bands))
    assert [text.get_text() for text in ax.texts] == [str(n) for n in range(1, 13)]
    assert "crest" not in ax.get_xlabel()


def test_places_are_read_whichever_axis_comes_first() -> None:
    said = ["seam: look here at y 40 to 41, x 10 to 90, the level jumps", "lossy: JPEG x 1 to 2, y 3 to 4"]
    assert places_in(said) == [("seam", (10, 40, 80, 1))]


def test_profiles_show_intervals_and_limits_from_the_table_without_fitting_again(figure: Figure) -> None:
    height = profiles_height(12, BANDS)
    drawn = Figure(figsize=(7, height))
    below = table().assign(below_detection=lambda t: (t.lane == 2) & (t.target == "cIAP1"))
    draw_lane_profiles(drawn, *blot_and_geometry(), fits=fits(), table=below)
    limits = [
        [len(np.atleast_1d(line.get_xdata())) for line in ax.lines if line.get_marker() == "v"] for ax in drawn.axes
    ]
    assert limits == [[0], [1]] + [[0]] * 10
    assert [len(ax.collections[-1].get_segments()) for ax in drawn.axes] == [5, 4] + [5] * 10  # type: ignore[attr-defined]
    band, bar = below[below.lane == 1].iloc[3], drawn.axes[0].collections[-1].get_segments()[3]  # type: ignore[attr-defined]
    assert np.diff(bar[:, 1])[0] > 0
    assert bar[0, 0] == pytest.approx(band.y, abs=3)
    drawn.canvas.draw()
    names = [t for t in drawn.axes[0].texts if t.get_text() in BANDS]
    assert overlapping(names) == []
    assert all(t.get_window_extent().y1 <= drawn.bbox.height for t in names)


def test_residuals_show_a_band_that_nobody_listed_as_a_plus(figure: Figure) -> None:
    blot, geometry = blot_and_geometry()
    usual = residuals(fits())
    assert np.nanpercentile(np.abs(usual), 90) < 3
    y, x = np.mgrid[: blot.shape[0], : blot.shape[1]]
    at = round(float(geometry.lanes[5].x[360]))
    more = 4000 * np.exp(-0.5 * ((y - 360) / 4) ** 2) * (np.abs(x - at) < 20)
    strange = replace(blot, signal=blot.signal + more)
    ax = figure.subplots()
    draw_residuals(ax, strange, fit_lanes(strange, geometry))
    pluses = [text.get_position() for text in ax.texts if text.get_text() == "+"]
    assert any(abs(px - at) < 6 and abs(py - 360) < 12 for px, py in pluses)
    assert "usual error" in ax.get_xlabel()


def test_names_of_lanes_lie_level_where_there_is_room_else_slanted() -> None:
    assert lane_slant(["0 h", "24 h"], 40) == (7.0, 0)
    assert lane_slant(["cisplatin 24 h"], 14)[1] == 45
    assert lane_slant(["cisplatin 24 h"], 9)[1] == 90


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(1, 20))
def test_spread_labels_keep_apart_in_order_and_inside(wanted: list[float], apart: float) -> None:
    places = spread_labels(np.sort(wanted), apart, 0.0, 100.0)
    gap = min(apart, 100 / max(len(wanted) - 1, 1))
    assert (np.diff(places) >= gap - 1e-9).all()
    assert (places >= -1e-9).all()
    assert (places <= 100 + 1e-9).all()
