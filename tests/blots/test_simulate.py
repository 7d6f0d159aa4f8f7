"""The simulator's truth: what was drawn is what it says, and the same seed draws the same picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from blots.errors import BlotError
from blots.simulate import SCENES, BlotDesign, Scene, example_design, simulate_blot, write_blot_tiff
from blots.simulated_shapes import SHAPE_FAMILIES, BandShape

BARE = Scene(gain=0, offset=0, shape=(620, 1000))


@pytest.mark.parametrize("shape", SHAPE_FAMILIES.values(), ids=SHAPE_FAMILIES)
@settings(max_examples=15, deadline=None)
@given(sigma=st.floats(3, 12), width=st.floats(20, 80))
def test_every_shape_holds_a_volume_of_one(shape: BandShape, sigma: float, width: float) -> None:
    fine = np.arange(-300, 300, 0.25)
    assert shape.along(fine, sigma).sum() / 4 == pytest.approx(1, abs=1e-3)
    assert shape.across(fine, width).sum() / 4 == pytest.approx(1, abs=1e-3)
    assert (fine * shape.along(fine, sigma)).sum() / 4 == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("shape", SHAPE_FAMILIES.values(), ids=SHAPE_FAMILIES)
def test_a_bent_membrane_without_noise_holds_its_true_volume(shape: BandShape, rng: np.random.Generator) -> None:
    bent = replace(BARE, tilt_degrees=3, smile_px=10, band_smile_px=3, wander_px=3, blur_px=1.0)
    blot = simulate_blot(example_design(rng), bent, shape, rng=rng)
    assert blot.image.sum(dtype=float) == pytest.approx(blot.truth.volume.sum(), rel=1e-3)


def test_the_truth_lies_where_the_light_is(rng: np.random.Generator) -> None:
    abundance = np.zeros((12, 5))
    abundance[4, 3] = 1.0
    blot = simulate_blot(BlotDesign(abundance), replace(BARE, tilt_degrees=-4, wander_px=3), rng=rng)
    rows, columns = np.indices(blot.image.shape)
    weight = blot.image / blot.image.sum(dtype=float)
    truth = blot.truth[(blot.truth.lane == 5) & (blot.truth.target == "XIAP")].iloc[0]
    assert (columns * weight).sum() == pytest.approx(truth.x, abs=0.3)
    assert (rows * weight).sum() == pytest.approx(truth.y, abs=0.3)


def test_the_same_seed_draws_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        rng = np.random.default_rng(3)
        write_blot_tiff(tmp_path / name, simulate_blot(example_design(rng), SCENES["full"], rng=rng).image)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert {"DateTime", "Software"}.isdisjoint(tag.name for tag in file.pages.first.tags.values())


def test_dark_bands_are_the_same_picture_turned_over() -> None:
    light, dark = (
        simulate_blot(BlotDesign(np.ones((12, 5))), Scene(dark_bands=d), rng=np.random.default_rng(1)).image
        for d in (False, True)
    )
    assert np.array_equal(light, 65535 - dark)


def test_noise_has_the_camera_s_variance(rng: np.random.Generator) -> None:
    empty = BlotDesign(np.zeros((1, 5)), loads=[0.0])
    image = simulate_blot(empty, Scene(offset=2000, gain=2, read_noise=12), rng=rng).image
    assert image.var() == pytest.approx(2 * 2000 + 12**2, rel=0.02)


def test_a_full_camera_clips_where_its_well_ends(rng: np.random.Generator) -> None:
    blot = simulate_blot(BlotDesign(np.ones((12, 5)), gain=3), Scene(full_scale=20000), rng=rng)
    assert blot.image.max() == 20000
    assert (blot.truth.clipped_px[blot.truth.target == "actin"] > 0).all()


def test_an_empty_lane_has_neither_band_nor_haze(rng: np.random.Generator) -> None:
    loads = np.ones(12)
    loads[0] = 0
    image = simulate_blot(BlotDesign(np.ones((12, 5)), loads=loads), replace(BARE, haze=900), rng=rng).image
    assert image[:, 60:120].sum() < 1e-3 * image[:, 140:200].sum()


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (lambda: BlotDesign(np.ones(12)), r"a \(lanes, 5\) table"),
        (lambda: BlotDesign(np.ones((12, 4))), r"a \(lanes, 5\) table"),
        (lambda: BlotDesign(np.ones((12, 5)), loads=[1.0]), "one load a lane"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(design: object, words: str) -> None:
    with pytest.raises(BlotError, match=words):
        design()  # type: ignore[operator]


def test_only_16_bits_are_written(tmp_path: Path) -> None:
    with pytest.raises(BlotError, match="of 16 bits, got float64"):
        write_blot_tiff(tmp_path / "a.tif", np.zeros((4, 4)))  # type: ignore[arg-type]
