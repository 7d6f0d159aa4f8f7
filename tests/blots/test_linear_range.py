"""Dilution series: planted responses are found, ratios lose their bias, and nothing outside the range is a number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from blots.dilution_series import at_other_loads, find_series
from blots.levels import read_levels
from blots.linear_range import find_ranges, range_table
from blots.linearised import linearise, linearised_table
from blots.normalisation import normalise
from blots.responses import fit_response

LOADS = np.array([2.5, 5, 10, 20, 40])
SAMPLES = np.array([1.0, 0.5, 0.25, 0.15, 1.5])


def membrane(
    half: float = np.inf, intercept: float = 0.0, samples: np.ndarray = SAMPLES, target: str = "XIAP"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return bands and lanes of a series of 0 h lysate and of samples loaded at 20 ug, without scatter."""
    ug = np.concatenate([LOADS, 20 * samples])
    lanes = pd.DataFrame({"membrane": "rep1", "lane": np.arange(1, len(ug) + 1)})
    lanes["hours"] = [0.0] * len(LOADS) + [1.0 + hour for hour in range(len(samples))]
    lanes["role"] = ["untreated"] * len(LOADS) + ["treated"] * len(samples)
    lanes["protein_ug"] = [*LOADS, *[20.0] * len(samples)]
    volume = 1e5 * (ug + intercept) / (1 + ug / half)
    bands = lanes[["membrane", "lane"]].assign(image="a.tif", target=target, volume=volume, caution="")
    bands = bands.assign(low=volume / 1.08, high=volume * 1.08, detection_limit=1e3, below_detection=False)
    return bands, lanes.assign(cell_line="ECA109", replicate=1)


def corrected(bands: pd.DataFrame, lanes: pd.DataFrame) -> pd.DataFrame:
    return linearise(bands, find_ranges(bands, lanes)).iloc[len(LOADS) :].reset_index(drop=True)


@pytest.mark.parametrize(
    ("half", "intercept", "name"),
    [(np.inf, 0.0, "proportional"), (30.0, 0.0, "saturating"), (np.inf, 2.0, "intercept"), (np.inf, -1.0, "intercept")],
)
def test_the_planted_response_is_found_and_taken_out(half: float, intercept: float, name: str) -> None:
    bands, lanes = membrane(half, intercept, SAMPLES[:4])
    row = range_table(find_ranges(bands, lanes), bands).iloc[0]
    assert (row["response"], row["n"]) == (name, 5)
    assert row["slope"] == pytest.approx(1e5, rel=1e-3)
    assert row["half_saturation_ug"] == pytest.approx(half, rel=1e-3, nan_ok=True) or half == np.inf
    done = corrected(bands, lanes)
    assert done["equivalent_ug"].to_numpy() == pytest.approx(20 * SAMPLES[:4], rel=1e-3)
    assert (done["volume"] / done["volume"][0]).to_numpy() == pytest.approx(SAMPLES[:4], rel=1e-3)


def test_a_proportional_response_leaves_volumes_as_they_were() -> None:
    bands, lanes = membrane()
    columns = ["volume", "low", "high", "detection_limit", "below_detection"]
    done = linearise(bands, find_ranges(bands, lanes))
    assert np.allclose(done[columns].astype(float), bands[columns].astype(float), rtol=1e-12)


def test_a_clear_departure_too_small_to_matter_is_no_curve() -> None:
    assert fit_response(LOADS, LOADS / (1 + LOADS / 2000)).family.name == "proportional"


def test_ten_percent_scatter_is_not_called_saturating(rng: np.random.Generator) -> None:
    scatter = rng.normal(0, 0.1, (2000, len(LOADS)))
    called = [fit_response(LOADS, LOADS * np.exp(own)).family.name for own in scatter]
    assert called.count("saturating") / 2000 < 0.05
    assert called.count("proportional") / 2000 > 0.95


def test_ratios_lose_the_bias_of_saturation(rng: np.random.Generator) -> None:
    raw, mended, inside = [], [], []
    for _ in range(80):
        bands, lanes = membrane(30.0, samples=SAMPLES[:3])
        factor = np.exp(np.concatenate([rng.normal(0, 0.08, len(LOADS)), rng.normal(0, 0.04, 3)]))
        bands[["volume", "low", "high"]] = bands[["volume", "low", "high"]].mul(factor, axis=0)
        done = corrected(bands, lanes)
        raw.append(done["measured_volume"][2] / done["measured_volume"][0] / 0.25)
        mended.append(done["volume"][2] / done["volume"][0] / 0.25)
        reach = np.hypot(*np.log(done["high"] / done["volume"])[[0, 2]])
        inside.append(abs(np.log(mended[-1])) < reach)
    assert np.median(raw) > 1.35
    stated = np.isfinite(mended)  # where scatter ends the range under the reference itself there is no ratio
    assert stated.mean() > 0.9
    assert np.median(np.array(mended)[stated]) == pytest.approx(1, abs=0.06)
    assert np.mean(np.array(inside)[stated]) > 0.9


def test_above_the_range_there_is_no_ratio_although_actin_is_sound() -> None:
    bands, lanes = membrane(15.0, samples=np.array([0.5, 2.0, 0.02]))
    actin, _ = membrane(samples=np.array([1.0, 1.0, 1.0]), target="actin")
    both = pd.concat([bands, actin], ignore_index=True)
    done = linearise(both, find_ranges(both, lanes))
    table = normalise(done, ["actin"], lanes)
    table = table[table["lane"] > len(LOADS)].reset_index(drop=True)
    assert np.isfinite(table["log_ratio"]).tolist() == [True, False, True]
    assert "outside_linear_range: above the range (15 ug)" in table["caution"][1]
    assert table["censored"].tolist() == [False, False, True]  # 0.4 ug, under a curved response's lowest standard
    assert table["log_ratio"][2] == pytest.approx(np.log(2.5 / 20), abs=0.02)
    assert "below_linear_range" in table["caution"][2]


def test_below_the_standards_a_proportional_response_is_carried_on() -> None:
    bands, lanes = membrane(samples=np.array([1.0, 0.02]))
    row = corrected(bands, lanes).iloc[1]
    assert row["volume"] == pytest.approx(0.4e5)
    assert row["caution"] == "outside_standards: 0.4 ug is under the range (2.5 ug)"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"below_detection": True}, "no_linear_range: 0 loads with a volume, and 3 are needed"),
        ({"high": np.inf}, "5 of 5 standards gave no volume"),
        ({"volume": [5e6, 2.6e6, 1.2e6, 6e5, 3e5]}, "no_linear_range: the volume falls where the load rises"),
    ],
)
def test_a_series_that_shows_nothing_changes_nothing(change: dict[str, object], words: str) -> None:
    bands, lanes = membrane()
    standards = bands.iloc[:5].assign(**change)  # type: ignore[arg-type]
    bands = pd.concat([standards, bands.iloc[5:]], ignore_index=True)
    ranges = find_ranges(bands, lanes)
    assert words in range_table(ranges, bands)["caution"].item()
    assert not len(linearised_table(linearise(bands, ranges)))


def test_a_plateau_gives_lower_bounds_alone() -> None:
    bands, lanes = membrane(0.05)
    ranges = find_ranges(bands, lanes)
    assert "no_usable_range" in ranges[0].caution
    assert linearise(bands, ranges)["volume"].iloc[5:].isna().sum() >= 3


def test_a_membrane_without_a_series_is_told_of_a_curved_one_and_left_alone() -> None:
    bands, lanes = membrane(30.0)
    other = bands.assign(membrane="rep2")
    both = pd.concat([bands, other], ignore_index=True)
    sheet = pd.concat([lanes, lanes.assign(membrane="rep2", protein_ug=20.0)], ignore_index=True)
    ranges = find_ranges(both, sheet)
    table = range_table(ranges, both)
    assert table["caution"].iloc[-1] == "range_elsewhere: XIAP is saturating on rep1"
    done = linearise(both, ranges)
    assert np.allclose(done.loc[done["membrane"] == "rep2", "volume"], other["volume"])


def test_standards_are_no_technical_repeats() -> None:
    bands, lanes = membrane()
    actin, _ = membrane(target="actin")
    assert find_series(lanes, ["hours"])[0].lanes == (1, 2, 3, 4, 5)
    assert at_other_loads(lanes, ["hours"]) == {("rep1", 1), ("rep1", 2), ("rep1", 3), ("rep1", 5)}
    levels = read_levels(normalise(pd.concat([bands, actin], ignore_index=True), ["actin"], lanes), lanes)
    zero = [level for level in levels if level.hours == 0]
    assert len(zero) == 1
    assert "unlabelled_repeats" not in zero[0].caution


def test_an_excluded_lane_is_no_standard() -> None:
    _, lanes = membrane()
    assert not find_series(lanes.assign(exclude=["", "", "torn", "torn", "torn", *[""] * 5]), ["hours"])


def test_the_interval_of_a_precise_series_has_a_width() -> None:
    rng = np.random.default_rng(4)
    ug = np.tile(LOADS, 2)
    fits = [fit_response(ug, ug / (1 + ug / 30) * np.exp(rng.normal(0, 0.003, len(ug)))) for _ in range(60)]
    assert all(fit.bend_low < fit.bend < fit.bend_high for fit in fits)
    assert sum(fit.bend_low < 1 / 30 < fit.bend_high for fit in fits) > 50
