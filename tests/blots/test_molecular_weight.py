"""Ladders with known masses: rungs get theirs, a doubtful ladder gives none, and bands read what was planted."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from blots import MeasuredBlot, measure_blot
from blots.image_files import blot_from_array
from blots.ladder import find_rungs, match_ladder
from blots.molecular_weight import find_masses
from blots.simulate import BANDS, Scene, example_design, simulate_blot
from blots.simulated_ladder import with_ladder
from blots.simulated_shapes import SHAPE_FAMILIES

KDA = (250.0, 150.0, 100.0, 75.0, 50.0, 37.0, 25.0, 20.0)
PLANTED = {"cIAP2": 72.0, "cIAP1": 62.0, "non-specific": 57.0, "XIAP": 46.0, "actin": 33.0}


def rows(kda: tuple[float, ...], bend: float = 0.25) -> np.ndarray:
    """Return where masses lie on a gel whose log mass bends."""
    t = np.log(250 / np.array(kda)) / np.log(250 / 20)
    return np.asarray(30 + 550 * (t + bend * t * (1 - t)))


@pytest.mark.parametrize("bend", [-0.4, 0.0, 0.4])
@pytest.mark.parametrize("missing", [[], [1], [4]])
def test_rungs_get_their_masses_whichever_inner_one_is_missing(bend: float, missing: list[int]) -> None:
    y = np.delete(rows(KDA, bend), missing)
    found = match_ladder(y, KDA, 620)
    assert not found.doubt
    assert found.kda.tolist() == np.delete(KDA, missing).tolist()
    assert found.missing == tuple(KDA[i] for i in missing)


def test_where_more_are_missing_none_gets_a_wrong_mass(rng: np.random.Generator) -> None:
    wrong = clear = 0
    for _ in range(30):
        shown = np.sort(rng.choice(len(KDA), 6, replace=False))
        found = match_ladder((rows(KDA, rng.uniform(-0.4, 0.4)) + rng.normal(0, 1, len(KDA)))[shown], KDA, 620)
        clear += not found.doubt
        wrong += not found.doubt and found.kda.tolist() != np.array(KDA)[shown].tolist()
    assert clear >= 5
    assert wrong <= 1


def test_a_stray_band_is_no_rung() -> None:
    y = np.sort([*rows(KDA), 300.0])
    found = match_ladder(y, KDA, 620)
    assert found.kda.tolist() == list(KDA)
    assert found.extra == (300.0,)


@pytest.mark.parametrize(
    ("y", "kda", "words"),
    [
        ([100.0, 200.0], KDA, "it shows 2 bands, and 3 are needed"),
        ([100.0, 200.0, 300.0], (50.0, 25.0), "the study names 2 of its masses"),
        (np.arange(60.0, 400.0, 60.0), tuple(640.0 / 2**i for i in range(9)), "its bands may be"),
        ([100.0, 104.0, 108.0], KDA, "its bands may be 250, 150, 100 or"),
    ],
)
def test_a_ladder_that_can_not_be_told_gives_no_masses(y: np.ndarray, kda: tuple[float, ...], words: str) -> None:
    found = match_ladder(y, kda, 620)
    assert words in found.doubt
    assert not len(found.y)


def test_masses_between_and_beyond_the_rungs(rng: np.random.Generator) -> None:
    found = match_ladder(rows(KDA), KDA, 620)
    asked = tuple(np.exp(rng.uniform(np.log(20), np.log(250), 200)))
    off = np.abs(np.log(found.mass(rows(asked)) / asked))
    assert off.max() < 0.03
    assert (off <= 1.96 * found.log_error(rows(asked))).mean() > 0.95
    assert found.outside([20.0, 300.0]).tolist() == [True, False]
    assert found.log_error([10.0])[0] > found.log_error([60.0])[0]


@cache
def measured(ladders: tuple[int, ...] = (1,), rungs: int = len(KDA)) -> MeasuredBlot:
    """Return a tilted, smiling membrane of eleven samples and ladders beside them."""
    rng = np.random.default_rng(12)
    design = replace(example_design(rng), rows_px=tuple(rows(tuple(PLANTED.values()))))
    design = replace(design, abundance=np.asarray(design.abundance)[:11], loads=design.lane_loads()[:11])
    for lane in ladders:
        design = with_ladder(design, rows(KDA)[:rungs].tolist(), rng.uniform(2e6, 8e6, rungs), lane)
    scene = Scene(smile_px=10, tilt_degrees=1.5, haze=200, pitch_px=66)
    blot = blot_from_array(simulate_blot(design, scene, SHAPE_FAMILIES["student"], rng=rng).image, "rep1.tif")
    lanes = 11 + len(ladders)
    return measure_blot(blot, lanes, BANDS, empty_lanes=ladders)


def test_bands_read_the_planted_masses_under_tilt_and_smile() -> None:
    masses = find_masses(measured(), [1], KDA, {"XIAP": 46.0, "actin": 42.0})
    table = masses.table.set_index("target")
    for target in ("cIAP2", "cIAP1", "XIAP", "actin"):
        assert table["kda"][target] == pytest.approx(PLANTED[target], rel=0.012)
        assert table["low"][target] < PLANTED[target] < table["high"][target]
    assert table["caution"]["XIAP"] == ""
    assert table["caution"]["actin"].endswith("kDa, 42 is expected")
    bands = measured().table
    told = np.array(masses.caution)[(bands["target"] == "actin") & (bands["lane"] > 1)]
    assert all(text.startswith("unexpected_mass: actin runs at 3") for text in told)
    assert np.isnan(masses.kda[bands["lane"] == 1]).all()


def test_a_band_outside_the_rungs_is_said_to_be_extrapolated() -> None:
    table = find_masses(measured(rungs=6), [1], KDA[:6]).table.set_index("target")
    assert table["caution"]["actin"] == "mass_extrapolated: actin lies outside the ladder (250 to 37 kDa)"
    assert table["low"]["actin"] < 33 < table["high"]["actin"]
    assert table["caution"]["XIAP"] == ""


def test_a_ladder_that_can_not_be_read_gives_no_masses() -> None:
    masses = find_masses(measured(), [1], KDA[:2])
    assert np.isnan(masses.kda).all()
    assert masses.table["caution"].str.startswith("ladder_unclear: the ladder in lane 1: ").all()
    assert set(masses.table["target"]) == {"cIAP2", "cIAP1", "XIAP", "actin"}


def test_noise_holds_no_rungs(rng: np.random.Generator) -> None:
    assert not len(find_rungs(rng.normal(500, 20, 600), np.full(600, 400.0), 5.0))


def test_two_ladders_serve_the_bands_between_them() -> None:
    masses = find_masses(measured((1, 13)), [1, 13], KDA)
    assert len(masses.ladders) == 2
    for row in masses.table.to_dict("records"):
        assert row["kda"] == pytest.approx(PLANTED[row["target"]], rel=0.012)
