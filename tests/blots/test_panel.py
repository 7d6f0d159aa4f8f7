"""The blot figure of a paper: what is cut, on which scale of grey, and that no word stands in another's way."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from blots import Blot, BlotGeometry, find_geometry
from blots.crops import cut_rows
from blots.grey_window import GreyWindow, grey_window
from blots.image_files import blot_from_array
from blots.panel import Crop, LabelCell, LabelRow, Panel, Source, Strip, strip_pixels
from blots.plots.panel import panel_figure
from blots.plots.uncropped import draw_uncropped
from blots.simulate import BANDS, SCENES, SimulatedBlot, example_design, simulate_blot
from blots.turns import turned

mpl.use("Agg")
TARGETS = [band for band in BANDS if band != "non-specific"]


@cache
def simulated(scene: str, seed: int) -> tuple[SimulatedBlot, Blot, BlotGeometry]:
    rng = np.random.default_rng(seed)
    found = simulate_blot(example_design(rng), SCENES[scene], rng=rng)
    blot = blot_from_array(found.image, "rep1.tif")
    return found, blot, find_geometry(blot, 12, BANDS)


def inside(strip: Crop, x: np.ndarray, y: np.ndarray, room: float) -> bool:
    across = (x - room >= strip.x - 0.5) & (x + room <= strip.x + strip.width - 0.5)
    return bool((across & (y - room >= strip.y - 0.5) & (y + room <= strip.y + strip.height - 0.5)).all())


@pytest.mark.parametrize(("scene", "seed"), [("flat", 1), ("full", 2), ("smile", 3), ("tilt", 4)])
def test_every_band_lies_whole_in_its_crop_and_all_crops_are_as_wide(scene: str, seed: int) -> None:
    found, blot, geometry = simulated(scene, seed)
    cuts = cut_rows(blot, geometry, TARGETS, range(1, 13))
    for target, cut in cuts.items():
        truth = found.truth[found.truth["target"] == target]
        assert cut.crop.within(blot.shape)
        assert inside(cut.crop, truth["x"].to_numpy(), truth["y"].to_numpy(), room=8.0)
        assert np.abs(cut.places[:, 0] - truth["x"].to_numpy()).max() < 4
    assert len({cut.crop.width for cut in cuts.values()}) == 1


def test_some_lanes_are_cut_without_their_neighbours() -> None:
    _, blot, geometry = simulated("flat", 1)
    crop = cut_rows(blot, geometry, TARGETS, range(3, 8))["actin"].crop
    edges = [geometry.lanes[n].x.mean() + side * geometry.lanes[n].width_px / 2 for n, side in ((1, 0.5), (7, -0.5))]
    assert edges[0] < crop.x
    assert crop.x + crop.width < edges[1]


def test_a_near_non_specific_row_is_shown_whole_or_not_at_all() -> None:
    _, blot, geometry = simulated("flat", 1)
    cut = cut_rows(blot, geometry, TARGETS, range(1, 13))["cIAP1"]
    lowest = max(
        geometry.band(n, "non-specific").y + geometry.band(n, "non-specific").half_height_px for n in range(1, 13)
    )
    assert cut.beside is not None
    assert cut.crop.y + cut.crop.height > lowest


@pytest.mark.parametrize("target", TARGETS)
def test_no_band_is_cut_by_the_scale_of_grey_and_the_background_is_seen(target: str) -> None:
    _, blot, geometry = simulated("full", 2)
    cut = cut_rows(blot, geometry, [target], range(1, 13))[target]
    crop = cut.crop
    pixels = blot.signal[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
    lighter, darker = cut.window.beyond(pixels)
    assert darker < 0.002  # dust
    assert lighter < 0.011
    assert (cut.window.black - cut.window.white) < 1.3 * float(np.ptp(pixels))


def test_noise_alone_is_not_stretched_into_bands() -> None:
    pixels = np.random.default_rng(0).normal(1000, 10, (40, 300))
    window = grey_window(pixels, np.ones_like(pixels, dtype=bool))
    assert pixels.std() / (window.black - window.white) < 0.05


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("analysed", [0, 1, 2, 3])
def test_a_strip_is_the_same_however_its_file_lies(quarters: int, analysed: int) -> None:
    """The file holds the picture turned; the recipe sets it upright, whichever way it was measured."""
    picture = np.arange(60.0 * 100).reshape(60, 100)
    upright = Crop(20, 10, 50, 15)
    stored = Blot("a", np.rot90(picture, quarters), np.zeros(np.rot90(picture, quarters).shape, dtype=bool))
    crop = upright.turned(-quarters % 4, picture.shape)
    x, y = 44.0, 17.0
    box = Crop(int(x), int(y), 1, 1).turned(-quarters % 4, picture.shape)
    strip = Strip("t", Source("a"), stored.shape[::-1], crop, quarters * 90, GreyWindow(0, 1), False, ((box.x, box.y),))
    assert np.array_equal(strip_pixels(turned(stored, analysed), strip), picture[10:25, 20:70])
    assert strip.shape == (15, 50)
    assert strip.upright_places().tolist() == [[24.0, 7.0]]


def panel(lanes: int, names: Sequence[str], rows: Sequence[LabelRow], kda: float | None = 70.0) -> tuple[Panel, Blot]:
    rng = np.random.default_rng(0)
    blot = Blot("a", rng.normal(500, 20, (60 * len(names), 40 * lanes)), np.zeros((60 * len(names), 40 * lanes), bool))
    places = [tuple((20.0 + 40 * i, 30.0 + 60 * k) for i in range(lanes)) for k in range(len(names))]
    strips = tuple(
        Strip(
            name, Source("a.tif"), blot.shape[::-1], Crop(0, 60 * k + 10, 40 * lanes, 40), 0,
            GreyWindow(400.0, 900.0 + k), False, places[k], kda, "study",
            asterisk=(20.0, 40.0 + 60 * k) if k == 1 else None,
        )
        for k, name in enumerate(names)
    )  # fmt: skip
    width = float(np.clip(8.5 * lanes, 14.0, 170.0))
    return Panel(
        "rep1", tuple(range(1, lanes + 1)), width, tuple(rows), strips, ("† left out of the statistics",)
    ), blot


def rows_of(lanes: int) -> list[LabelRow]:
    half = max(lanes // 2, 1)
    cells = [LabelCell(n, n, f"{n / 4:g}" if n % 5 else "ladder") for n in range(lanes)]
    spans = [(a, b) for a, b in ((0, half - 1), (half, lanes - 1)) if a <= b]
    return [
        LabelRow("", tuple(LabelCell(a, b, "MDA-MB-231 shXIAP, clone 7 of $3$", bar=True) for a, b in spans)),
        LabelRow("a compound with a long name (µM)", tuple(LabelCell(n, n, "100") for n in range(lanes))),
        LabelRow("Hours", tuple(cells)),
    ]


@pytest.mark.parametrize("lanes", [1, 2, 12, 26])
def test_no_words_overlap_and_none_leaves_the_page(lanes: int) -> None:
    names = ["phospho-S6 (Ser235/236), long antibody name", "cIAP1", "actin"]
    drawn, blot = panel(lanes, names, rows_of(lanes))
    figure = panel_figure(drawn, {Source("a.tif"): blot})
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    boxes = [(t.get_text(), t.get_window_extent()) for t in figure.texts if t.get_text()]
    assert [
        (a, b) for i, (a, x) in enumerate(boxes) for b, y in boxes[i + 1 :] if x.shrunk(0.96, 0.8).overlaps(y)
    ] == []
    page = figure.bbox
    assert all(b.x0 >= page.x0 and b.x1 <= page.x1 and b.y0 >= page.y0 and b.y1 <= page.y1 for _, b in boxes)
    assert {"70", "kDa", "*", "† left out of the statistics"} <= {words for words, _ in boxes}


def test_strips_are_shown_pixel_by_pixel_on_their_own_linear_scale() -> None:
    drawn, blot = panel(6, ["cIAP2", "actin"], rows_of(6), kda=None)
    figure = panel_figure(drawn, {Source("a.tif"): blot})
    for ax, strip in zip(figure.axes, drawn.strips, strict=True):
        (image,) = ax.images
        assert isinstance(image, AxesImage)
        assert np.array_equal(np.asarray(image.get_array()), strip_pixels(blot, strip))
        assert (image.norm.vmin, image.norm.vmax) == strip.window
        assert image.get_interpolation() == "none"
        box = ax.get_window_extent()
        assert box.width / box.height == pytest.approx(strip.shape[1] / strip.shape[0], rel=1e-6)
    assert "kDa" not in {text.get_text() for text in figure.texts}


def test_labels_stand_over_their_lanes() -> None:
    drawn, blot = panel(6, ["cIAP2"], [LabelRow("Hours", tuple(LabelCell(n, n, str(n)) for n in range(6)))])
    figure = panel_figure(drawn, {Source("a.tif"): blot})
    box = figure.axes[0].get_window_extent()
    at = {text.get_text(): text.get_position()[0] / 72 * figure.dpi for text in figure.texts}
    for n in range(6):
        assert at[str(n)] == pytest.approx(box.x0 + box.width * (n + 0.5) / 6 + 0.5 * box.width / 240, abs=1.0)


def test_the_same_panel_gives_the_same_bytes() -> None:
    def written(kind: str) -> bytes:
        drawn, blot = panel(3, ["cIAP2", "actin"], rows_of(3))
        out, meta = io.BytesIO(), {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
        with mpl.rc_context({"svg.hashsalt": "x"}):
            panel_figure(drawn, {Source("a.tif"): blot}).savefig(out, format=kind, metadata=meta)
        return out.getvalue()

    assert all(written(kind) == written(kind) for kind in ("svg", "pdf", "png"))


def test_crops_are_drawn_on_the_whole_picture_where_they_lie() -> None:
    """The picture lies on its side in the file."""
    picture = np.random.default_rng(0).normal(100, 5, (60, 100))
    stored = Blot("a", np.rot90(picture), np.zeros((100, 60), dtype=bool))
    crop = Crop(20, 10, 50, 15).turned(3, (60, 100))
    strip = Strip("actin", Source("a"), (60, 100), crop, 90, GreyWindow(0, 1), False, ())
    ax = Figure().subplots()
    draw_uncropped(ax, turned(stored, 3), [strip], height_in=2.0)
    assert ax.patches[0].get_bbox().bounds == (19.5, 9.5, 50.0, 15.0)  # type: ignore[attr-defined]
