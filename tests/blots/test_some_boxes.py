"""Boxes for some bands only, through `find_geometry`: the rest is found beside them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from blots import Blot, BlotError, find_geometry, measure_bands
from blots.boxes import COLUMNS
from blots.image_files import blot_from_array
from blots.simulate import BANDS, SCENES, SimulatedBlot, example_design, simulate_blot


@cache
def full() -> tuple[Blot, SimulatedBlot]:
    rng = np.random.default_rng(5)
    simulated = simulate_blot(example_design(rng), SCENES["full"], rng=rng)
    return blot_from_array(simulated.image, "rep1.tif"), simulated


def box(lane: int, target: str, x: float, y: float) -> tuple[int, str, float, float, float, float]:
    return lane, target, x - 25, y - 9.5, 51.0, 20.0


def sheet(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def truth_of(lane: int, target: str) -> tuple[float, float]:
    truth = full()[1].truth
    row = truth[(truth.lane == lane) & (truth.target == target)].iloc[0]
    return float(row.x), float(row.y)


def test_a_box_in_one_lane_places_a_row_that_no_lane_shows() -> None:
    blot, simulated = full()
    bands = (*BANDS[:4], "p-tau", "actin")
    with pytest.raises(BlotError, match="a box in one lane at least"):
        find_geometry(blot, 12, bands)
    x, y = truth_of(4, "actin")
    geometry = find_geometry(blot, 12, bands, sheet(box(4, "p-tau", x, y - 70)))
    above = geometry.y()[:, 5] - geometry.y()[:, 4]
    assert np.abs(above - 70).max() < 5
    assert np.abs(geometry.y()[:, 5] - simulated.truth.y.to_numpy().reshape(12, 5)[:, 4]).max() < 3
    table = measure_bands(blot, geometry)
    assert table[table.target == "p-tau"].below_detection.mean() > 0.9


def test_rows_without_a_box_are_looked_for_on_their_own_side_of_it() -> None:
    blot, simulated = full()
    x, y = truth_of(2, "non-specific")
    geometry = find_geometry(blot, 12, ["cIAP1", "non-specific", "actin"], sheet(box(2, "non-specific", x, y)))
    rows = simulated.truth.y.to_numpy().reshape(12, 5)
    assert np.abs(np.median(geometry.y(), axis=0)[1:] - np.median(rows[:, [2, 4]], axis=0)).max() < 4
    assert (np.diff(geometry.y(), axis=1) > 0).all()


def test_one_row_of_boxes_tells_lanes_that_the_picture_does_not() -> None:
    blot, simulated = full()
    hidden = np.random.default_rng(0).normal(1000, 30, blot.shape)
    rows = [box(lane, "actin", *truth_of(lane, "actin")) for lane in range(1, 13)]
    geometry = find_geometry(replace(blot, signal=hidden), 12, ["actin"], sheet(*rows))
    assert {band.basis for band in geometry.bands} == {"box"}
    few = find_geometry(blot, 12, BANDS, sheet(*rows))
    assert np.abs([band.x for band in few.bands] - simulated.truth.x).max() < 5


def test_boxes_over_one_another_and_beside_their_band_are_said() -> None:
    blot, _ = full()
    x, y = truth_of(3, "XIAP")
    over = find_geometry(blot, 12, BANDS, sheet(box(3, "XIAP", x, y), (3, "actin", x - 25, y - 6, 51.0, 20.0)))
    assert any(said.startswith("boxes_overlap: lane 3 XIAP and lane 3 actin") for said in over.cautions)
    others = [box(lane, "XIAP", *truth_of(lane, "XIAP")) for lane in (2, 4)]
    beside = find_geometry(blot, 12, BANDS, sheet(*others, box(3, "XIAP", x, y + 24)))
    assert any(said.startswith("box_beside_band: lane 3 XIAP") for said in beside.cautions)
    alone = find_geometry(blot, 12, BANDS, sheet(box(3, "XIAP", x, y + 24)))
    assert any(said.startswith("rows_unsure") for said in alone.cautions)
