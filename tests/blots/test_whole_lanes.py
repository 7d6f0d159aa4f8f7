"""Lanes of stains for total protein, whose bands stand in no common row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from blots import Blot, InvalidBoxes, LanesNotFound, find_geometry, quantify_blot
from blots.boxes import COLUMNS

TOTAL = ["total_protein"]
Array = NDArray[np.float64]


def stain(seed: int, lanes: int = 12, *, turn: float = 0.0, empty: tuple[int, ...] = ()) -> tuple[Blot, Array, Array]:
    """Return a stain of blurred bands and haze with Poisson noise, the lanes' middles at mid-height, their loads."""
    rng = np.random.default_rng(seed)
    y, x = np.arange(420.0)[:, None], np.arange(1000.0)
    pitch = 880 / lanes
    middles = 60 + pitch * (np.arange(lanes) + 0.5) + rng.normal(0, 0.02 * pitch, lanes)
    loads = rng.lognormal(0, 0.25, lanes)
    light = 900 + 0.3 * x + 0.2 * y
    usual = rng.uniform(10, 410, 28), rng.uniform(2, 7, 28), rng.lognormal(0, 0.8, 28)
    for n, (middle, load) in enumerate(zip(middles, loads, strict=True), start=1):
        if n in empty:
            continue
        u = (x - middle - turn * (y - 210)) / (0.33 * pitch)
        down = 0.5 * np.exp(-(((y - 230) / 200) ** 2))
        for place, sigma, height in zip(*usual, strict=True):
            own = height * rng.lognormal(0, 0.7)
            down = down + own * np.exp(-0.5 * ((y - place - rng.normal(0, 1.5)) / sigma) ** 2)
        light = light + 1500 * load * down / (1 + np.exp((np.abs(u) - 1) / 0.08))
    picture = rng.poisson(light).astype(float)
    return Blot("stain.tif", picture, picture > 1e9), middles, loads


@pytest.mark.parametrize(("seed", "lanes", "turn"), [(1, 12, 0.0), (2, 8, 0.02), (3, 15, -0.03), (4, 10, 0.03)])
def test_lanes_of_a_stain_are_told_by_their_sides(seed: int, lanes: int, turn: float) -> None:
    blot, middles, _ = stain(seed, lanes, turn=turn)
    geometry = find_geometry(blot, lanes, TOTAL)
    assert geometry.cautions == ()
    for row in (40, 210, 380):
        found = np.array([lane.x[row] for lane in geometry.lanes])
        assert np.abs(found - middles - turn * (row - 210)).max() < 0.06 * 880 / lanes
    assert [band.target for band in geometry.bands] == TOTAL * lanes


def test_whole_lanes_measure_what_was_loaded() -> None:
    blot, _, _ = stain(5)
    table = quantify_blot(blot, 12, TOTAL)
    truth = blot.signal - (900 + 0.3 * np.arange(1000) + 0.2 * np.arange(420)[:, None])
    middles = stain(5)[1]
    own = [truth[:, round(x - 36) : round(x + 37)].sum() for x in middles]
    assert np.abs(np.log(table["volume"] / own) - np.median(np.log(table["volume"] / own))).max() < 0.05


def test_another_number_of_lanes_is_refused_or_said() -> None:
    blot, _, _ = stain(6)
    for lanes in (6, 10, 15):
        with pytest.raises(LanesNotFound, match=f"expected {lanes} lanes"):
            find_geometry(blot, lanes, TOTAL)
    noise = np.random.default_rng(0).poisson(900.0, (400, 1000)).astype(float)
    with pytest.raises(LanesNotFound, match="none seen"):
        find_geometry(Blot("bare.tif", noise, noise > 1e9), 12, TOTAL)


def test_declared_empty_lanes_at_the_side_are_laid_beside_the_others() -> None:
    blot, middles, _ = stain(7, empty=(12,))
    found = find_geometry(blot, 12, TOTAL, empty_lanes=[12])
    assert np.abs([lane.x[210] for lane in found.lanes] - middles).max() < 6
    assert found.lanes[11].basis == "neighbours"


def test_boxes_of_lanes_are_taken_as_drawn() -> None:
    blot, middles, _ = stain(8)
    boxes = pd.DataFrame([(n, "", x - 20, 0, 40.0, 420) for n, x in enumerate(middles, 1)], columns=list(COLUMNS))
    found = find_geometry(blot, 12, TOTAL, boxes)
    assert {lane.basis for lane in found.lanes} == {"box"}
    one = find_geometry(blot, 12, TOTAL, boxes.iloc[:1])
    assert [lane.basis for lane in one.lanes][:2] == ["box", "found"]
    with pytest.raises(InvalidBoxes, match="got a list"):
        find_geometry(blot, 12, TOTAL, [(1, "", 0, 0, 4, 4)])  # type: ignore[arg-type]
