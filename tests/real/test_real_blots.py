"""A real Western blot, real gels, and six simulated blots that another program drew, read and measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile

from blots import LanesNotFound, find_geometry, quantify_blot, read_blot
from blots.simulate import BANDS

# Read off the picture by eye: the loading band of each lane, left to right.
BY_EYE = [84, 116, 149, 184, 221, 259, 295, 331, 367, 404, 438, 476, 514, 548, 585, 621]


@pytest.fixture(scope="module")
def western(real_data: Path) -> Path:
    return real_data / "blots" / "biorad_1sc" / "test4_imglab_analysis.tif"


def test_the_miniswhite_tag_does_not_turn_the_blot_over(western: Path) -> None:
    blot = read_blot(western)
    assert np.array_equal(blot.signal, tifffile.imread(western))
    assert not blot.stored_dark_bands


def test_the_lanes_and_the_smiling_band_of_a_real_blot_are_found(western: Path) -> None:
    geometry = find_geometry(read_blot(western), 16, ["loading"])
    assert np.abs(np.array([band.x for band in geometry.bands]) - BY_EYE).max() < 6
    rows = np.array([band.y for band in geometry.bands])
    assert rows[0] == pytest.approx(353, abs=4)
    assert rows[8] == pytest.approx(378, abs=4)
    assert rows[-1] == pytest.approx(382, abs=4)
    (said,) = geometry.cautions  # wells and other bands that the membrane shows and nobody named
    assert said.startswith("rows_unsure: rows that nobody named show near row 115")


def test_its_loading_band_is_measured(western: Path) -> None:
    table = quantify_blot(read_blot(western), 16, ["loading"])
    assert not table.below_detection.any()
    assert table.volume.idxmax() == 11  # lane 12 is the darkest to the eye, and the only clipped one
    assert list(table.lane[table.saturated_fraction > 0]) == [12]


def test_one_lane_fewer_is_measured_with_a_warning_and_others_are_refused(western: Path) -> None:
    table = quantify_blot(read_blot(western), 15, ["loading"])
    assert table.caution.str.contains("lanes_left_out: the picture shows 16 lanes").all()
    for lanes in (10, 18, 22):
        with pytest.raises(LanesNotFound):
            quantify_blot(read_blot(western), lanes, ["loading"])


def test_the_photograph_of_a_gel_is_semi_quantitative(real_data: Path) -> None:
    blot = read_blot(real_data / "blots" / "elife_gel" / "gel-example.png")
    assert blot.fitness == "semi-quantitative"
    assert blot.stored_dark_bands


@pytest.mark.parametrize("name", ["S0_flat", "S1_gradient", "S2_tilt2", "S3_smile", "S4_haze", "S5_full"])
def test_the_simulated_blots_are_measured(real_data: Path, name: str) -> None:
    folder = real_data / "blots" / "synthetic"
    truth = pd.DataFrame(json.loads((folder / f"{name}_0.json").read_text(encoding="utf-8"))["truth"])
    truth["target"] = truth.band.replace("ns", "non-specific")
    truth["lane"] += 1
    table = quantify_blot(read_blot(folder / f"{name}_0.tif"), 12, BANDS)
    both = table.merge(truth[["lane", "target", "volume", "xc", "yc"]], on=["lane", "target"], suffixes=("", "_true"))
    assert np.abs(both.x - both.xc).max() < 3
    assert np.abs(both.y - both.yc).max() < 5
    ratio = (both.volume / both.volume_true).to_numpy().reshape(12, 5)
    loaded = ratio / ratio[:, 4:]
    folds = np.abs(np.log2(loaded / loaded[[0] * 6 + [6] * 6]))
    assert folds[:, [0, 1, 3]].max() < 0.2
    weak = both.volume_true < 0.2 * both.groupby("target").volume_true.transform("max")
    relative = np.abs(ratio / np.median(ratio, axis=0) - 1).ravel()[weak]
    assert np.median(relative) < 0.02
    assert np.percentile(relative, 90) < 0.06
