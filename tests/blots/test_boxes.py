"""Boxes by hand: what can't be meant is refused, some are enough, and what was found reads back the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from blots import Blot, BlotGeometry, InvalidBoxes, LanesNotFound, find_geometry, measure_bands
from blots.boxed_geometry import geometry_of_boxes, row_levels, with_doubts
from blots.boxed_lanes import find_lanes
from blots.boxes import COLUMNS, Box, check_boxes, overlaps
from blots.found_boxes import boxes_of
from blots.image_files import blot_from_array
from blots.row_course import find_row_course, straighten
from blots.row_map import RowMap
from blots.simulate import BANDS, SCENES, SimulatedBlot, example_design, simulate_blot
from blots.turns import boxes_from_stored

SHAPE = (620, 1000)


@cache
def full() -> tuple[Blot, SimulatedBlot, BlotGeometry]:
    rng = np.random.default_rng(5)
    simulated = simulate_blot(example_design(rng), SCENES["full"], rng=rng)
    blot = blot_from_array(simulated.image, "rep1.tif")
    return blot, simulated, find_geometry(blot, 12, BANDS)


def drawn(jitter_px: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """Boxes as a person draws them round every band of the blot."""
    truth, rng = full()[1].truth, np.random.default_rng(seed)
    off = rng.normal(0, jitter_px, (len(truth), 4)) if jitter_px else np.zeros((len(truth), 4))
    return pd.DataFrame(
        {
            "lane": truth.lane,
            "target": truth.target,
            "x": truth.x - 25.5 + off[:, 0],
            "y": truth.y - 10.5 + off[:, 1],
            "width": 52 + off[:, 2],
            "height": 22 + off[:, 3],
        }
    )


def checked(rows: list[tuple[object, ...]], lanes: int = 12) -> tuple[Box, ...]:
    return check_boxes(pd.DataFrame(rows, columns=list(COLUMNS)), SHAPE, lanes, BANDS)


def weak_errors(table: pd.DataFrame) -> np.ndarray:
    truth = full()[1].truth.volume.to_numpy().reshape(12, 5)
    ratio = table.volume.to_numpy().reshape(12, 5) / truth
    return np.asarray(np.abs(ratio / np.median(ratio, axis=0) - 1)[truth < 0.2 * truth.max(axis=0)])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(2, "actin", 10, 400, 40, 20), (3, "actin", 10, 400, 40, 20)], "lane 2 actin at column 29.5 and lane 3"),
        ([(3, "", 10, 0, 40, 620), (2, "", 80, 0, 40, 620)], "numbered from left to right"),
        ([(2, "XIAP", 10, 400, 40, 20), (2, "actin", 10, 200, 40, 20)], "lane 2 XIAP at row 409.5 and lane 2 actin"),
        ([(2, "XIAP", 980, 400, 40, 20)], "draw the part that it shows"),
        ([("1,5", "XIAP", 80, 400, 40, 20)], "a number in `lane`"),
    ],
)
def test_boxes_that_contradict_lanes_bands_or_picture_are_refused(rows: list[tuple[object, ...]], words: str) -> None:
    with pytest.raises(InvalidBoxes, match=words):
        checked(rows)


def test_numbers_given_as_text_and_a_blank_target_are_read() -> None:
    assert checked([("3", " ", "10.5", "0", "40", "620")]) == (Box(3, "", 10.5, 0, 40, 620),)
    assert checked([(3, None, 10, 0, 990.0000000001, 620)])[0].target == ""


def test_four_quarter_turns_bring_a_box_back() -> None:
    box = Box(1, "actin", 10, 20, 40, 12)
    turned = box.turned(1, SHAPE)
    assert (turned.x, turned.y, turned.width, turned.height) == (620 - 32, 10, 12, 40)
    assert turned.turned(3, (1000, 620)) == box


def test_a_turned_picture_holds_the_box_s_own_pixels() -> None:
    picture = np.arange(60.0).reshape(6, 10)
    box, turned = Box(1, "", 2, 1, 3, 4), Box(1, "", 2, 1, 3, 4).turned(1, (6, 10))
    own = picture[box.y : box.y + box.height, box.x : box.x + box.width]
    again = np.rot90(picture, -1)[turned.y : turned.y + turned.height, turned.x : turned.x + turned.width]
    assert np.array_equal(np.rot90(own, -1), again)


def test_what_was_found_reads_back_to_the_same_volumes() -> None:
    blot, _, found = full()
    boxes = boxes_of(found, blot)
    assert tuple(boxes.columns) == COLUMNS
    assert len(boxes) == 12 + 60
    first, again = measure_bands(blot, found), measure_bands(blot, find_geometry(blot, 12, BANDS, boxes))
    apart = np.abs(again.volume / first.volume - 1)
    assert apart.median() < 0.005
    assert apart.max() < 0.06
    assert (np.abs(again.volume - first.volume) < (first.high - first.low) / 2).mean() > 0.95
    assert not again.caution.str.contains("box").any()


@pytest.mark.parametrize("jitter_px", [0.0, 3.0])
def test_boxes_drawn_by_hand_measure_weak_bands_as_well(jitter_px: float) -> None:
    blot = full()[0]
    errors = weak_errors(measure_bands(blot, find_geometry(blot, 12, BANDS, drawn(jitter_px))))
    assert np.median(errors) < 0.02
    assert np.percentile(errors, 90) < 0.06


def test_a_box_beside_its_band_is_said() -> None:
    blot = full()[0]
    boxes = drawn()
    boxes.loc[(boxes.lane == 3) & (boxes.target == "XIAP"), "y"] -= 30
    every = check_boxes(boxes, blot.shape, 12, BANDS)
    geometry = geometry_of_boxes(blot.signal, 12, BANDS, {(b.lane, b.target): b for b in every})
    assert any(c.startswith("box_beside_band: lane 3 XIAP") for c in with_doubts(blot.signal, geometry, every).cautions)
    usual = check_boxes(drawn(3.0), blot.shape, 12, BANDS)
    geometry = geometry_of_boxes(blot.signal, 12, BANDS, {(b.lane, b.target): b for b in usual})
    assert with_doubts(blot.signal, geometry, usual).cautions == ()


def test_boxes_of_two_lanes_over_one_another_are_said() -> None:
    assert overlaps([Box(1, "", 0, 0, 40, 620), Box(2, "", 15, 0, 40, 620)]) == "boxes_overlap: lane 1 and lane 2"
    assert overlaps([Box(1, "", 0, 0, 40, 620), Box(1, "actin", 0, 100, 40, 20)]) == ""


def straightened() -> np.ndarray:
    signal = full()[0].signal
    return straighten(signal, find_row_course(signal))


def test_boxes_of_one_row_are_enough_where_lanes_are_not_seen() -> None:
    bare = np.random.default_rng(0).normal(1000, 30, SHAPE)
    with pytest.raises(LanesNotFound):
        find_lanes("rep1.tif", bare, 12, [])
    row = check_boxes(drawn()[drawn().target == "actin"], SHAPE, 12, BANDS)
    lines, said, seen = find_lanes("rep1.tif", bare, 12, row)
    assert np.abs(lines.x[:, 300] - [box.centre[0] for box in row]).max() < 1
    assert said == ()
    assert (seen == 1).all()


def test_boxes_of_the_outer_lanes_place_those_between_and_say_so() -> None:
    bare = np.random.default_rng(0).normal(1000, 30, SHAPE)
    ends = check_boxes(drawn()[drawn().lane.isin([1, 12]) & (drawn().target == "actin")], SHAPE, 12, BANDS)
    lines, said, _ = find_lanes("rep1.tif", bare, 12, ends)
    assert np.ptp(np.diff(lines.x[:, 300])) < 1
    assert said[0].startswith("boxes_place_lanes: lanes 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 were placed")
    with pytest.raises(InvalidBoxes, match="lane 12 lies outside it"):
        find_lanes("rep1.tif", bare, 12, [Box(1, "", 10, 0, 40, 620), Box(2, "", 200, 0, 40, 620)])


def test_boxes_that_agree_with_the_lanes_seen_change_none() -> None:
    level = straightened()
    one = check_boxes(drawn(3.0)[drawn().lane == 7], SHAPE, 12, BANDS)
    assert np.array_equal(find_lanes("a", level, 12, one)[0].x, find_lanes("a", level, 12, [])[0].x)


def test_boxes_that_put_rows_in_another_order_are_refused() -> None:
    boxes = [Box(1, "XIAP", 0, 300, 20, 11), Box(2, "actin", 30, 90, 20, 11)]
    with pytest.raises(InvalidBoxes, match="XIAP near row 305 and actin near row 95"):
        row_levels(boxes, RowMap(np.zeros(60), 0.0, 400), BANDS, "rep1.tif")


def test_an_edge_lane_is_cut_at_the_picture_in_the_sheet() -> None:
    blot, _, found = full()
    cut = Blot("cut", blot.signal[:, 80:], blot.saturated[:, 80:])
    near = float(found.lanes[0].x.min()) - 80
    lanes = tuple(type(lane)(lane.number, lane.x - 80, 2 * near + 40, lane.basis) for lane in found.lanes[:1])
    bands = tuple(type(b)(b.lane, b.target, b.x - 80, b.y, b.half_height_px) for b in found.bands[:5])
    boxes = boxes_of(BlotGeometry(BANDS, lanes, bands, found.course[80:], found.sigma_px), cut)
    assert (boxes.x >= 0).all()
    check_boxes(boxes, cut.shape, 1, BANDS)


def test_boxes_of_a_picture_that_was_set_upright_are_those_of_the_stored_one() -> None:
    blot, _, found = full()
    stored = boxes_of(found, blot)
    lying = boxes_of(found, replace(blot, quarter_turns=1))  # stored turned clockwise against what is seen
    band = (stored.lane == 3) & (stored.target == "XIAP")
    x, y, width, height = stored.loc[band, list(COLUMNS[2:])].iloc[0]
    assert lying.loc[band, list(COLUMNS[2:])].iloc[0].tolist() == pytest.approx(
        [SHAPE[0] - y - height, x, height, width]
    )


def test_boxes_of_a_lying_picture_are_checked_and_used_upright() -> None:
    blot, _, found = full()
    lying = boxes_of(found, replace(blot, quarter_turns=1))
    upright = check_boxes(boxes_of(found, blot), SHAPE, 12, BANDS)
    turned = replace(blot, quarter_turns=1)
    again = check_boxes(boxes_from_stored(lying, turned), SHAPE, 12, BANDS)
    assert np.allclose([box.centre for box in again], [box.centre for box in upright])
    with pytest.raises(InvalidBoxes, match="from left to right"):
        check_boxes(boxes_from_stored(lying, replace(blot, quarter_turns=3)), SHAPE, 12, BANDS)


def test_a_row_named_twice_keeps_its_plain_name_in_the_sheet() -> None:
    blot, _, found = full()
    targets = ("cIAP2", "non-specific", "non-specific (2)", "XIAP", "actin")
    bands = tuple(replace(band, target=targets[i % 5]) for i, band in enumerate(found.bands))
    boxes = boxes_of(replace(found, targets=targets, bands=bands), blot)
    assert boxes.target.tolist()[:6] == ["", "cIAP2", "non-specific", "non-specific", "XIAP", "actin"]
