"""Quarter turns found, said and turned back; an upright picture left alone; scales, fans and upside-down rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from blots.band_scale import usual_band_sigma
from blots.blot import Blot
from blots.geometry import find_geometry
from blots.image_files import blot_from_array
from blots.row_map import RowMap
from blots.simulate import BANDS, SCENES, example_design, simulate_blot
from blots.turns import boxes_from_stored, boxes_to_stored, from_stored, to_stored, turned, upright


@pytest.fixture(scope="module")
def standing() -> Blot:
    rng = np.random.default_rng(3)
    return blot_from_array(simulate_blot(example_design(rng), SCENES["tilt"], rng=rng).image, "rep1.tif")


def test_an_upright_picture_is_left_alone(standing: Blot) -> None:
    assert upright(standing, 12, BANDS) is standing


@pytest.mark.parametrize("quarter_turns", [1, 3])
def test_a_picture_on_its_side_is_stood_up_with_its_loading_control_below(standing: Blot, quarter_turns: int) -> None:
    lying = Blot("scan", np.rot90(standing.signal, quarter_turns), np.rot90(standing.saturated, quarter_turns))
    found = upright(lying, 12, BANDS)
    assert np.array_equal(found.signal, standing.signal)
    assert any(said.startswith("turned: ") and "even row is that of actin" in said for said in found.cautions)


def test_what_can_t_be_told_is_said(standing: Blot) -> None:
    found = upright(Blot("scan", np.rot90(standing.signal), np.rot90(standing.saturated)), 12, list("abcde"))
    assert any("which way round is assumed" in said for said in found.cautions)


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_positions_and_boxes_turn_there_and_back(quarter_turns: int) -> None:
    signal = np.zeros((20, 30))
    signal[4, 7] = 1.0
    blot = turned(Blot("scan", signal, signal > 1), quarter_turns)
    y, x = np.argwhere(blot.signal == 1)[0]
    assert [float(v) for v in to_stored(x, y, blot)] == [7, 4]
    assert [float(v) for v in from_stored(7, 4, blot)] == [x, y]
    boxes = pd.DataFrame({"lane": [1], "target": ["a"], "x": [7], "y": [4], "width": [5], "height": [2]})
    inside = boxes_from_stored(boxes, blot).iloc[0]
    assert inside.x <= x < inside.x + inside.width
    assert inside.y <= y < inside.y + inside.height
    assert boxes_to_stored(boxes_from_stored(boxes, blot), blot).equals(boxes)


def test_bands_named_upside_down_are_said(standing: Blot) -> None:
    over = find_geometry(turned(standing, 2), 12, BANDS)
    assert any(said.startswith("upside_down: the row of actin is uneven") for said in over.cautions)
    assert find_geometry(standing, 12, BANDS).cautions == ()


@pytest.mark.parametrize("sigma", [2.0, 6.0, 20.0])
def test_the_height_of_bands_is_told_from_the_picture(sigma: float) -> None:
    y = np.arange(800.0)[:, None]
    picture = np.random.default_rng(0).normal(0, 1, (800, 300))
    for row in (200, 400, 620):
        picture += 100 * np.exp(-0.5 * ((y - row) / sigma) ** 2)
    assert 0.5 < usual_band_sigma(picture) / sigma < 1.6


def test_a_row_map_turns_rows_there_and_back() -> None:
    rows = RowMap(np.linspace(-9, 9, 101), 0.08, 200)
    x, y = np.array([3.0, 50.0, 97.0]), np.array([20.0, 90.0, 180.0])
    assert rows.level(x, rows.stored(x, y)) == pytest.approx(y)
