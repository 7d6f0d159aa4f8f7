"""Volumes against their truth, on shapes that the fit does not know; limits, clipping and refusals."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike, NDArray

from blots import Blot, UnfitImage, measure_blot, quantify_blot
from blots.image_files import blot_from_array
from blots.quantify import COLUMNS
from blots.simulate import BANDS, SCENES, BlotDesign, Scene, SimulatedBlot, example_design, simulate_blot
from blots.simulated_shapes import SHAPE_FAMILIES

Array = NDArray[np.float64]


def simulated(scene: Scene, family: str = "emg", seed: int = 31) -> SimulatedBlot:
    rng = np.random.default_rng(seed)
    return simulate_blot(example_design(rng), scene, SHAPE_FAMILIES[family], rng=rng)


def measured(image: ArrayLike, **options: object) -> pd.DataFrame:
    return quantify_blot(blot_from_array(image, "rep1.tif"), 12, BANDS, **options)  # type: ignore[arg-type]


@cache
def clean() -> tuple[SimulatedBlot, pd.DataFrame]:
    blot = simulated(SCENES["flat"])
    return blot, measured(blot.image)


def grid(column: pd.Series) -> Array:
    return np.asarray(column.to_numpy(dtype=float).reshape(12, 5))


def log2_fold_errors(table: pd.DataFrame, truth: pd.DataFrame) -> Array:
    ratio = grid(table.volume) / grid(truth.volume)
    loaded = ratio / ratio[:, 4:]
    return np.abs(np.log2(loaded / loaded[[0] * 6 + [6] * 6]))


@pytest.mark.parametrize(
    ("scene", "family"),
    [
        ("full", "lopsided"),
        ("flat", "student"),
        ("smile", "flat_top"),
    ],
)
def test_fold_changes_hold_for_shapes_that_the_fit_does_not_know(scene: str, family: str) -> None:
    blot = simulated(SCENES[scene], family)
    errors = log2_fold_errors(measured(blot.image), blot.truth)
    assert errors[:, [0, 1, 3]].max() < 0.2


def test_the_constant_band_does_not_exaggerate_the_loss_of_ciap1() -> None:
    blot, table = clean()
    ratio = (grid(table.volume) / grid(blot.truth.volume))[:, 1]
    assert ratio[[1, 2, 3]].mean() / ratio[0] == pytest.approx(1, abs=0.03)


def test_the_table_is_bands_csv() -> None:
    table = clean()[1]
    assert tuple(table.columns) == COLUMNS
    assert list(table.target[:5]) == list(BANDS)
    assert (table.image == "rep1.tif").all()
    assert (table.membrane == "").all()
    assert table.kda.isna().all()


def test_volumes_are_sums_of_signal() -> None:
    blot, table = clean()
    assert (grid(table.volume) / grid(blot.truth.volume))[:, [0, 3, 4]] == pytest.approx(1, abs=0.06)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = []
    for seed in range(50, 52):
        blot = simulated(SCENES["full"], seed=seed)
        table = measured(blot.image)
        truth = grid(blot.truth.volume)
        recovery = np.median(grid(table.volume) / truth, axis=0)
        held.append((grid(table.low) / recovery <= truth) & (truth <= grid(table.high) / recovery))
    assert 0.85 < np.mean(held) <= 1


def test_either_polarity_gives_the_same_volumes() -> None:
    table = clean()[1]
    turned = measured(65535.0 - clean()[0].image)
    assert turned.volume.to_numpy() == pytest.approx(table.volume.to_numpy(), rel=1e-9)


def test_an_absent_band_is_under_its_limit_and_not_zero() -> None:
    rng = np.random.default_rng(2)
    abundance = np.array(example_design(rng).abundance)
    abundance[[2, 8], 0] = 0
    blot = simulate_blot(BlotDesign(abundance), SCENES["haze"], rng=rng)
    table = measured(blot.image)
    row = table[(table.target == "cIAP2") & table.lane.isin([3, 9])]
    assert row.below_detection.all()
    assert (row.detection_limit > 0).all()
    assert (row.volume != 0).all()
    assert row.caution.str.startswith("undetected").all()
    assert np.abs(row.y.to_numpy() - blot.truth.y[row.index].to_numpy()).max() < 4
    assert not table[table.target == "actin"].below_detection.any()


def test_bare_membrane_is_seldom_called_a_band() -> None:
    rng = np.random.default_rng(8)
    loads = np.ones(12)
    loads[[3, 4, 8]] = 0
    blot = simulate_blot(BlotDesign(np.ones((12, 5)), loads=loads), SCENES["gradient"], rng=rng)
    empty = measured(blot.image)[lambda t: t.lane.isin([4, 5, 9])]
    assert empty.below_detection.mean() > 0.85
    assert empty.caution.str.contains("lane_inferred").all()


@pytest.mark.parametrize("full_scale", [65535, 30000])
def test_a_clipped_band_is_recovered_from_its_flanks_and_said(full_scale: int) -> None:
    rng = np.random.default_rng(12)
    abundance = np.array(example_design(rng).abundance)
    abundance[8, 4] = 2.2 * full_scale / 23000
    blot = simulate_blot(BlotDesign(abundance), replace(SCENES["flat"], full_scale=full_scale), rng=rng)
    table = measured(blot.image)
    clipped = table[(table.lane == 9) & (table.target == "actin")].iloc[0]
    ratio = grid(table.volume)[:, 4] / grid(blot.truth.volume)[:, 4]
    assert clipped.saturated_fraction > 0.1
    assert clipped.caution.startswith("saturated")
    assert ratio[8] / np.median(ratio) == pytest.approx(1, abs=0.1)
    assert clipped.high - clipped.low > 0.1 * clipped.volume
    assert (table.saturated_fraction[(table.lane != 9)] == 0).all()


def test_a_row_that_is_clipped_in_every_lane_has_no_upper_limit() -> None:
    rng = np.random.default_rng(12)
    abundance = np.ones((12, 5))
    abundance[:, 4] = 3
    table = measured(simulate_blot(BlotDesign(abundance), Scene(full_scale=30000), rng=rng).image)
    actin = table[table.target == "actin"]
    assert np.isinf(actin.high).all()
    assert actin.caution.str.contains("lower_bound").all()


@pytest.mark.parametrize("scene", ["haze"])
def test_clean_bands_are_seldom_called_doubtful(scene: str) -> None:
    said = [measured(simulated(SCENES[scene], family).image).caution for family in SHAPE_FAMILIES]
    assert np.mean([c.str.contains("methods_disagree").mean() for c in said]) <= 0.02


def test_the_neighbour_s_crowding_does_not_take_from_a_weak_band() -> None:
    rng = np.random.default_rng(31)
    crowded = replace(example_design(rng), rows_px=(110.0, 170.0, 190.0, 270.0, 470.0))
    blot = simulate_blot(crowded, rng=rng)
    ratio = (grid(measured(blot.image).volume) / grid(blot.truth.volume))[:, 1]
    assert ratio[[1, 2, 3]].mean() / ratio[0] == pytest.approx(1, abs=0.1)


def test_the_budget_holds_what_makes_the_interval() -> None:
    done = measure_blot(blot_from_array(clean()[0].image, "rep1.tif"), 12, BANDS)
    half = grid(done.table.high - done.table.low) / 2
    assert done.budget.total * 1.96 == pytest.approx(half)
    assert done.fits is not None
    assert (done.budget.saturation == 0).all()


def test_non_specific_may_stand_more_than_once() -> None:
    image = clean()[0].image
    table = measured(image)
    twice = quantify_blot(blot_from_array(image, "a"), 12, ["non-specific", *BANDS[1:]])
    assert list(twice.target[:3]) == ["non-specific", "cIAP1", "non-specific"]
    assert twice.volume.to_numpy() == pytest.approx(table.volume.to_numpy())


def test_total_protein_sums_whole_lanes() -> None:
    rng = np.random.default_rng(4)
    blot = simulate_blot(BlotDesign(np.ones((12, 5)), loads=np.linspace(0.5, 1.5, 12)), SCENES["gradient"], rng=rng)
    table = quantify_blot(blot_from_array(blot.image, "a"), 12, ["total_protein"])
    ratio = table.volume.to_numpy() / blot.truth.groupby("lane").volume.sum().to_numpy()
    assert list(table.lane) == list(range(1, 13))
    assert ratio == pytest.approx(1, abs=0.06)


def test_dust_in_a_lane_is_not_protein() -> None:
    blot, table = clean()
    dusty = blot.image.astype(float)
    rows, columns = np.indices(dusty.shape)
    band = table[(table.lane == 4) & (table.target == "XIAP")].iloc[0]
    dusty += 20000 * np.exp(-0.5 * ((rows - band.y) ** 2 + (columns - band.x - 6) ** 2) / 1.5**2)
    again = measured(dusty)[(table.lane == 4) & (table.target == "XIAP")].iloc[0]
    assert again.volume == pytest.approx(band.volume, rel=0.02)


def test_boxes_are_measured_as_well_as_what_is_found() -> None:
    blot = simulated(SCENES["full"])
    truth = blot.truth
    boxes = pd.DataFrame(
        {"lane": truth.lane, "target": truth.target, "x": truth.x - 27, "y": truth.y - 16, "width": 55, "height": 33}
    )
    table = measured(blot.image, boxes=boxes)
    assert log2_fold_errors(table, truth)[:, [0, 1, 3]].max() < 0.2


def test_an_unfit_image_is_refused_unless_forced() -> None:
    image = clean()[0].image.astype(float)
    unfit = replace(blot_from_array(image, "rep1.tif"), fitness="do not quantify", cautions=("few_levels: only 12",))
    with pytest.raises(UnfitImage, match=r"judged do not quantify \(only 12\)"):
        quantify_blot(unfit, 12, BANDS)
    assert quantify_blot(unfit, 12, BANDS, force=True).caution.str.startswith("forced").all()


def test_an_8_bit_picture_says_so_on_every_row() -> None:
    image = np.rint(clean()[0].image / clean()[0].image.max() * 250)
    table = quantify_blot(blot_from_array(image, "a.png", ceiling=255.0), 12, BANDS)
    assert not table.caution.str.contains("eight_bit").any()  # told to be 16-bit: nothing to say
    blot = Blot("a.png", image, image > 254, "semi-quantitative", ("eight_bit: 256 levels",))
    assert quantify_blot(blot, 12, BANDS).caution.str.contains("eight_bit").all()


def test_the_scale_of_the_numbers_does_not_matter() -> None:
    image = clean()[0].image
    table = measured(image)
    small = quantify_blot(blot_from_array(image / 65535, "a", ceiling=None), 12, BANDS)
    assert small.volume.to_numpy() * 65535 == pytest.approx(table.volume.to_numpy(), rel=0.002, abs=2e3)
    assert list(small.below_detection) == list(table.below_detection)
