"""Lanes and bands found without help, in scenes that bend them, and refused where the sheet and the picture differ."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from blots import Blot, LanesNotFound, find_geometry
from blots.errors import BlotError, InvalidBoxes
from blots.image_files import blot_from_array
from blots.simulate import BANDS, SCENES, BlotDesign, Scene, SimulatedBlot, example_design, simulate_blot
from blots.simulated_shapes import SHAPE_FAMILIES


def drawn(scene: Scene, seed: int, empty: tuple[int, ...] = (), family: str = "emg") -> tuple[Blot, SimulatedBlot]:
    rng = np.random.default_rng(seed)
    design = example_design(rng)
    loads = design.lane_loads().copy()
    loads[[lane - 1 for lane in empty]] = 0
    simulated = simulate_blot(BlotDesign(design.abundance, loads=loads), scene, SHAPE_FAMILIES[family], rng=rng)
    return blot_from_array(simulated.image, "rep1.tif"), simulated


@cache
def full() -> tuple[Blot, SimulatedBlot]:
    return drawn(SCENES["full"], 1)


BENT = {
    "tilted the other way": replace(SCENES["tilt"], tilt_degrees=-4),
    "a frown": replace(SCENES["smile"], smile_px=-12),
    "half the picture": replace(SCENES["full"], pitch_px=42, lane_width_px=30),
    "touching lanes": replace(SCENES["full"], lane_width_px=62, pitch_jitter_px=2),
    "narrow lanes": replace(SCENES["haze"], lane_width_px=24),
}


@pytest.mark.parametrize(("scene", "family"), [*zip([*SCENES, *BENT, "full"], [*SHAPE_FAMILIES] * 3, strict=True)])
def test_lanes_and_bands_lie_where_they_were_drawn(scene: str, family: str) -> None:
    blot, simulated = drawn({**SCENES, **BENT}[scene], 21, family=family)
    bands = find_geometry(blot, 12, BANDS).bands
    assert np.abs(np.array([band.x for band in bands]) - simulated.truth.x).max() < 3
    assert np.abs(np.array([band.y for band in bands]) - simulated.truth.y).max() < 4


def test_an_empty_lane_between_others_is_told_by_its_gap() -> None:
    blot, simulated = drawn(SCENES["tilt"], 4, empty=(6,))
    geometry = find_geometry(blot, 12, BANDS)
    assert [lane.basis for lane in geometry.lanes].index("neighbours") == 5
    assert np.abs(np.array([band.x for band in geometry.bands]) - simulated.truth.x).max() < 5


def test_empty_lanes_at_the_edge_must_be_declared() -> None:
    blot, simulated = drawn(SCENES["full"], 4, empty=(1, 12))
    with pytest.raises(LanesNotFound, match="expected 12 lanes as in the sheet, got 10 seen"):
        find_geometry(blot, 12, BANDS)
    placed = find_geometry(blot, 12, BANDS, empty_lanes=[1, 12]).bands
    middle = [i for i, band in enumerate(placed) if band.lane not in (1, 12)]
    assert np.abs(np.array([band.x for band in placed]) - simulated.truth.x)[middle].max() < 3


@pytest.mark.parametrize("lanes", [13, 14, 16, 20, 24])
def test_more_lanes_in_the_sheet_than_in_the_picture_are_refused(lanes: int) -> None:
    with pytest.raises(LanesNotFound, match=rf"rep1\.tif: expected {lanes} lanes as in the sheet, got 1[0-4] seen"):
        find_geometry(full()[0], lanes, BANDS)


@pytest.mark.parametrize("lanes", [6, 9, 10])
def test_far_fewer_lanes_in_the_sheet_are_refused(lanes: int) -> None:
    with pytest.raises(LanesNotFound, match=rf"expected {lanes} lanes"):
        find_geometry(full()[0], lanes, BANDS)


def test_one_lane_too_few_in_the_sheet_is_refused_where_all_are_as_strong() -> None:
    with pytest.raises(LanesNotFound, match="expected 11 lanes as in the sheet, got 12 seen"):
        find_geometry(full()[0], 11, BANDS)
    assert find_geometry(full()[0], 12, BANDS).cautions == ()


@pytest.mark.parametrize("lanes", [1, 2, 3, 4])
def test_few_lanes_of_a_tightly_cropped_membrane_are_found(lanes: int) -> None:
    rng = np.random.default_rng(3)
    blot = blot_from_array(simulate_blot(example_design(rng), SCENES["flat"], rng=rng).image, "flat")
    centres = np.array([lane.x.mean() for lane in find_geometry(blot, 12, BANDS).lanes])
    left, right = (round(centres[k] + side * 0.55 * np.diff(centres)[0]) for k, side in ((0, -1), (lanes - 1, 1)))
    cropped = Blot("cropped", blot.signal[:, left:right], blot.saturated[:, left:right])
    x = [lane.x.mean() + left for lane in find_geometry(cropped, lanes, BANDS).lanes]
    assert x == pytest.approx(centres[:lanes], abs=3)


def test_a_picture_reduced_to_a_sixth_is_said_to_be_coarse() -> None:
    rng = np.random.default_rng(3)
    image = simulate_blot(example_design(rng), SCENES["flat"], rng=rng).image.astype(float)
    rows, columns = (n // 6 * 6 for n in image.shape)
    small = image[:rows, :columns].reshape(rows // 6, 6, columns // 6, 6).mean(axis=(1, 3))
    blot = Blot("small", small, small > 1e9)
    assert any(said.startswith("coarse") for said in find_geometry(blot, 12, BANDS).cautions)


def test_more_rows_than_the_picture_shows_are_refused() -> None:
    with pytest.raises(BlotError, match=r"6 rows of bands .*, got 5 seen"):
        find_geometry(full()[0], 12, [*BANDS, "GAPDH"])


def test_a_row_left_out_is_said() -> None:
    cautions = find_geometry(full()[0], 12, ["cIAP2", "cIAP1", "XIAP", "actin"]).cautions
    assert [caution.partition(":")[0] for caution in cautions] == ["rows_unsure"]


def test_a_faint_row_left_out_beside_bright_ones_is_said() -> None:
    faint = BlotDesign(np.tile([0.04, 1.0, 1.0], (8, 1)), ("cIAP2", "XIAP", "actin"), rows_px=(110, 270, 470),
                       sigmas_px=(5, 6, 6.5), unit_volumes=(6e6, 9e6, 16e6))  # fmt: skip
    simulated = simulate_blot(faint, Scene(shape=(620, 700)), rng=np.random.default_rng(3))
    blot = blot_from_array(simulated.image, "rep1.tif")
    assert [said.partition(":")[0] for said in find_geometry(blot, 8, ["cIAP2", "actin"]).cautions] == ["rows_unsure"]
    assert not find_geometry(blot, 8, ["cIAP2", "XIAP", "actin"]).cautions


def test_an_empty_lane_that_is_not_there_is_refused() -> None:
    with pytest.raises(BlotError, match=r"empty_lanes: expected lanes from 1 to 12, got 0, 13"):
        find_geometry(full()[0], 12, BANDS, empty_lanes=[0, 12, 13])


@pytest.mark.parametrize(("lanes", "bands"), [(0, BANDS), (12, []), (12, ["actin", "actin"]), (12, ["actin", ""])])
def test_a_request_without_meaning_is_refused(lanes: int, bands: list[str]) -> None:
    with pytest.raises(BlotError, match=r"at least one lane|bands with a name each"):
        find_geometry(full()[0], lanes, bands)


def boxes_of(simulated: SimulatedBlot) -> pd.DataFrame:
    half_width, half_height = 25, 14
    return pd.DataFrame(
        {
            "lane": simulated.truth.lane,
            "target": simulated.truth.target,
            "x": simulated.truth.x - half_width,
            "y": simulated.truth.y - half_height,
            "width": 2 * half_width + 1,
            "height": 2 * half_height + 1,
        }
    )


def test_boxes_for_all_need_no_search() -> None:
    blot, simulated = full()
    silent = Blot("bare", np.random.default_rng(0).normal(1000, 30, blot.shape), np.zeros(blot.shape, dtype=bool))
    with pytest.raises(BlotError):
        find_geometry(silent, 12, BANDS)
    geometry = find_geometry(silent, 12, BANDS, boxes_of(simulated))
    assert np.abs(np.array([band.x for band in geometry.bands]) - simulated.truth.x).max() < 0.01
    assert {band.basis for band in geometry.bands} == {"box"}


def test_a_box_overrides_what_was_found() -> None:
    blot, simulated = full()
    box = boxes_of(simulated)[lambda t: (t.lane == 3) & (t.target == "XIAP")].assign(x=lambda t: t.x + 9)
    moved = find_geometry(blot, 12, BANDS, box).band(3, "XIAP")
    assert moved.basis == "box"
    assert moved.x == pytest.approx(box.x.iloc[0] + 25)


def test_a_lane_box_sets_the_lane() -> None:
    whole = pd.DataFrame([(5, None, 350, 0, 40, 620)], columns=["lane", "target", "x", "y", "width", "height"])
    lane = find_geometry(full()[0], 12, BANDS, whole).lanes[4]
    assert (lane.basis, lane.width_px) == ("box", 40)
    assert set(lane.x) == {369.5}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": 980}, "row 1: expected a box inside 1000 x 620 pixels, got columns 980 to 1010"),
        ({"y": -1}, "expected a box inside"),
        ({"width": 0}, "a box of a pixel at least"),
        ({"lane": 13}, "a lane from 1 to 12, got 13"),
        ({"lane": 1.5}, "a lane from 1 to 12, got 1.5"),
        ({"target": "GAPDH"}, "one of cIAP2, .*, got 'GAPDH'"),
        ({"height": "tall"}, "a number in `height`, got 'tall'"),
        ({"height": np.nan}, "a number in `height`"),
    ],
)
def test_a_box_that_can_t_be_meant_is_refused(change: dict[str, object], words: str) -> None:
    row = {"lane": 1, "target": "actin", "x": 10, "y": 20, "width": 30, "height": 12, **change}
    with pytest.raises(InvalidBoxes, match=words):
        find_geometry(full()[0], 12, BANDS, pd.DataFrame([row]))


def test_a_boxes_sheet_needs_its_columns_and_no_twins() -> None:
    row = {"lane": 1, "target": "actin", "x": 10, "y": 20, "width": 30, "height": 12}
    with pytest.raises(InvalidBoxes, match=r"got no width"):
        find_geometry(full()[0], 12, BANDS, pd.DataFrame([row]).drop(columns="width"))
    with pytest.raises(InvalidBoxes, match=r"two for lane 1 actin"):
        find_geometry(full()[0], 12, BANDS, pd.DataFrame([row, row]))
