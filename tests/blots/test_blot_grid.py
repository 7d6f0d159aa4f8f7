"""The truth of the blot grid: are its pictures what they say, and do its scores say what they should?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.blot_grid_figures import figures, holds
from benchmarks.blot_grid_membrane import bend
from benchmarks.blot_grid_pictures import DrawnBlot, draw, draw_named
from benchmarks.blot_grid_scenes import (
    BANDS,
    LAYOUTS,
    SCENES,
    Camera,
    Scene,
    random_camera,
    random_scene,
    time_course,
)
from benchmarks.blot_grid_scores import SIMPLE_CLASS, codes, covered, fold_errors, grids, measured, refused
from benchmarks.blot_grid_shapes import DEVELOP, FAMILIES, HELD_OUT, REACH, varied

SMALL = replace(LAYOUTS["6 lanes"], scale=0.75)


IDEAL = Scene()


def drawn(volumes: np.ndarray, scene: Scene = IDEAL, family: str = "logistic", seed: int = 1) -> DrawnBlot:
    return draw(SMALL, scene, Camera(), FAMILIES[family], volumes, np.random.default_rng(seed))


def course(seed: int = 0) -> np.ndarray:
    return time_course(SMALL, np.random.default_rng(seed))


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_shape_is_positive_ends_within_its_reach_and_has_about_the_width_of_its_row(family: str) -> None:
    shape = FAMILIES[family]
    v, u = np.linspace(-20, 20, 801)[:, None], np.linspace(-2.5, 2.5, 101)[None, :]
    for seed in range(5):
        rng = np.random.default_rng(seed)
        form = shape.density(varied(shape.row(rng), 0.1, rng), u + 0 * v, v + 0 * u, 0.7)
        along = form.sum(axis=1)
        assert form.min() >= 0
        assert along[np.abs(v[:, 0]) > REACH].sum() < 2e-3 * along.sum()
        assert form[:, np.abs(u[0]) > 1.7].sum() < 2e-3 * form.sum()
        wide = np.flatnonzero(along > 0.5 * along.max())
        assert 1.4 < v[wide[-1], 0] - v[wide[0], 0] < 4.0


def test_develop_and_held_out_shapes_are_not_the_same() -> None:
    assert len(DEVELOP) >= 4
    assert len(HELD_OUT) >= 4
    assert not set(DEVELOP) & set(HELD_OUT)


@pytest.mark.parametrize("family", ["comet", "overloaded"])
def test_the_light_of_the_bands_is_their_truth(family: str) -> None:
    scene = Scene(tilt_deg=2, smile_px=8, wander_px=3, vignette=0.1)
    volumes = course()
    blot, bare = drawn(volumes, scene, family), drawn(volumes * 1e-9, scene, family)
    light = blot.image.astype(float).sum() - bare.image.astype(float).sum()
    assert light == pytest.approx(blot.truth.volume.sum(), rel=2e-3)


def test_glare_leaves_a_band_what_the_truth_says() -> None:
    volumes = course()
    near, veiled = drawn(volumes), drawn(volumes, Scene(veil=0.04))
    np.testing.assert_allclose(veiled.truth.volume, 0.96 * near.truth.volume)


def test_a_lone_symmetrical_band_lies_where_the_truth_says() -> None:
    volumes = np.full((6, 5), 1e-9)
    volumes[2, 3] = 8e6
    scene = Scene(tilt_deg=2, smile_px=6)
    light = drawn(volumes, scene).image.astype(float) - drawn(volumes * 1e-12, scene).image
    row = drawn(volumes, scene).truth.query("lane == 3 and target == 'XIAP'").iloc[0]
    y0, x0 = int(row.y) - 40, int(row.x) - 40
    part = light[y0 : y0 + 81, x0 : x0 + 81]
    assert part.sum() == pytest.approx(row.volume, rel=0.02)
    assert (part.sum(axis=1) @ np.arange(81)) / part.sum() + y0 == pytest.approx(row.y, abs=0.5)
    assert (part.sum(axis=0) @ np.arange(81)) / part.sum() + x0 == pytest.approx(row.x, abs=0.5)


def test_the_way_to_the_membrane_and_back_is_the_same_place() -> None:
    scene = Scene(tilt_deg=2, smile_px=9, wander_px=3)
    bending = bend(LAYOUTS["12 lanes"], scene, np.random.default_rng(0))
    x, y = np.array([30.0, 500.0, 900.0]), np.array([10.0, 300.0, 600.0])
    np.testing.assert_allclose(bending.to_picture(*bending.to_membrane(x, y)), (x, y), atol=1e-9)


def test_time_courses_fall_and_come_back_as_in_the_protocol() -> None:
    courses = np.mean([course(seed) for seed in range(50)], axis=0)
    fold = courses / courses[0]
    assert fold[:, 1].min() < 0.08
    assert fold[2, 0] < 0.3 < 1 < fold[-1, 0]
    assert fold[-1, 3] < fold[1, 3]
    assert np.ptp(fold[:, 4]) < 0.1


@pytest.mark.parametrize("part", [0.1, 0.4])
def test_clipping_takes_the_part_of_the_height_that_was_asked(part: float) -> None:
    volumes = course()
    volumes[3, 4] *= 2.5
    cells = np.zeros(volumes.shape, dtype=bool)
    cells[3, 4] = True
    rng = np.random.default_rng(1)
    blot = draw(SMALL, Scene(), Camera(bits=14), FAMILIES["logistic"], volumes, rng, clip=(part, cells))
    loud = (blot.truth.lane == 4) & (blot.truth.target == "actin")
    assert blot.truth.clipped[loud].item() == pytest.approx(part, abs=0.02)
    assert (blot.truth.clipped[~loud] == 0).all()
    assert blot.image.max() == 2**14 - 1
    assert (blot.image == blot.image.max()).sum() > 50


@pytest.mark.parametrize("camera", [Camera(dark_bands=True), Camera(bits=12, full_dn=50_000), Camera(binning=2)])
def test_dark_bands_binning_and_bits_keep_the_truth_in_step(camera: Camera) -> None:
    volumes = course()
    blot = draw(SMALL, IDEAL, camera, FAMILIES["doublet"], volumes, np.random.default_rng(2))
    light = blot.image.astype(float)
    light = 65535 - light if camera.dark_bands else light
    bare = light[:15].mean()  # no band lies so high, and an ideal membrane is even
    assert (light - bare).sum() == pytest.approx(blot.truth.volume.sum(), rel=0.02)
    assert blot.image.max() <= 2**camera.bits - 1


@pytest.mark.parametrize("scene", ["faint", "odd", "full"])
def test_the_same_job_gives_the_same_blot(scene: str) -> None:
    one, other = (draw_named(scene, "hyper-Gaussian", 5) for _ in range(2))
    assert np.array_equal(one.image, other.image)
    assert one.truth.equals(other.truth)
    assert (one.truth.volume == 0).any() == (scene == "faint")
    assert one.truth.odd.any() == (scene == "odd")


def test_named_scenes_hold_what_their_names_say() -> None:
    rng = np.random.default_rng(0)
    scenes = {name: random_scene(name, rng) for name in SCENES}
    assert scenes["full"].haze_dn > 0 < scenes["full"].dust
    assert scenes["haze"].haze_dn > 0 == scenes["haze"].tilt_deg
    assert scenes["flat"].haze_dn == 0 == scenes["flat"].smile_px
    cameras = [random_camera(rng) for _ in range(100)]
    assert {c.bits for c in cameras} == {12, 14, 16}
    assert {c.binning for c in cameras} == {1, 2}


def table(factor: float = 1.0) -> pd.DataFrame:
    """What a measurement would say that finds `factor` times the truth of every band."""
    blot = drawn(course())
    true = blot.truth
    found = true.assign(volume_found=factor * true.volume, x_found=true.x, y_found=true.y, caution="", blot="a")
    found = found.assign(low=0.9 * found.volume_found, high=1.1 * found.volume_found, recovery=factor)
    found["relative"] = found.volume / found.groupby("target").volume.transform("max")
    found["error"], found["fold_error"] = 0.0, fold_errors(found, SMALL.references)
    whole: dict[str, str | float] = {
        "scene": "flat",
        "family": "logistic",
        "scene_class": SIMPLE_CLASS,
        "failure": "",
        "crashed": False,
        "blot_caution": "",
    }
    whole |= {"blot_caution": "", "fitness": "quantitative", "layout": "6 lanes", "binning": 1, "apart_px": 26.0}
    return found.assign(seconds=1.0, cpu=1.0, **whole)


def test_a_common_factor_is_no_error_of_fold_change_and_one_doubled_band_is_one() -> None:
    found = table(1.3)
    np.testing.assert_allclose(found.fold_error.dropna(), 0, atol=1e-12)
    assert found.fold_error.isna().sum() == 5
    found.loc[(found.lane == 3) & (found.target == "cIAP1"), "volume_found"] *= 2
    errors = fold_errors(found, SMALL.references)
    assert errors[(found.lane == 3) & (found.target == "cIAP1")].item() == pytest.approx(1.0)
    assert np.nansum(np.abs(errors)) == pytest.approx(1.0)


def test_intervals_that_are_right_up_to_a_factor_cover_scale_free_only() -> None:
    found = table(1.3)
    assert covered(found, scaled=True).all()
    assert not covered(found, scaled=False).any()


def test_a_band_is_refused_when_open_ended_withheld_or_not_there() -> None:
    found = table()
    found.loc[0, "high"] = np.inf
    found.loc[1, "volume_found"] = np.nan
    found.loc[2, "caution"] = "lower_bound: clipped in all lanes"
    found.loc[3, "caution"] = "undetected: under its limit"
    assert refused(found).nonzero()[0].tolist() == [0, 1, 2]
    assert codes("saturated: 4 %; undetected: so") == ["saturated", "undetected"]


def test_a_grid_is_wrong_when_a_lane_is_more_than_3_px_off() -> None:
    found = table()
    assert grids(found).right.all()
    found.loc[found.lane == 2, "x_found"] += 4
    assert not grids(found).lanes_right.any()
    assert not grids(found).flagged.any()
    found.loc[found.lane == 2, "caution"] = "lane_inferred: by its neighbours"
    assert grids(found).flagged.all()


def test_the_figures_of_a_perfect_measurement() -> None:
    shown = figures(table(1.3)).set_index("what")
    assert shown.measured["weak bands, error, p90 (%)"] == 0
    assert shown.measured["cIAP1 at the nadir, bias, median (%)"] == pytest.approx(0, abs=1e-9)
    assert shown.measured["intervals cover, scale-free (%)"] == 100
    assert shown.measured["blots with all lanes within 3 px (%)"] == 100
    assert shown.holds["fold change, p90 (log2)"]
    assert not shown.holds["intervals cover, scale-free (%)"]
    assert (holds("within 3", -3.1), holds("", 1.0), holds("<= 1", float("nan"))) == (False, None, None)


def test_the_front_door_takes_a_drawn_blot_and_a_refusal_is_a_result() -> None:
    blot = draw_named("flat", "logistic", 3)
    found = measured(blot)
    assert len(found) == blot.layout.lanes * len(BANDS)
    assert found.failure.iloc[0] == ""
    assert found.error.abs().median() < 0.05
    blank = replace(blot, image=np.full_like(blot.image, 500))
    without = measured(blank)
    assert without.failure.iloc[0] != ""
    assert not without.crashed.any()
    assert without.volume_found.isna().all()
