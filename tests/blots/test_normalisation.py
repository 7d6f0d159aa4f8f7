"""normalise: ratios by hand, errors by hand, and what must never become a number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from blots.errors import InvalidTimeCourse
from blots.normalisation import NORMALISED_COLUMNS, normalise

LANE: dict[str, Any] = {"membrane": "rep1", "image": "a.tif", "lane": 1, "saturated_fraction": 0.0, "caution": ""}


def band(target: str, volume: float, **other: Any) -> dict[str, Any]:
    limits = {"low": volume / 1.1, "high": volume * 1.1, "detection_limit": 10.0, "below_detection": False}
    return LANE | limits | {"target": target, "volume": volume} | other


def normalised(*bands: dict[str, Any], controls: tuple[str, ...] = ("actin",)) -> pd.DataFrame:
    return normalise(pd.DataFrame(bands), controls)


def test_ratio_and_its_interval() -> None:
    table = normalised(band("XIAP", 200.0), band("actin", 100.0), band("non-specific", 5.0))
    assert tuple(table.columns) == NORMALISED_COLUMNS
    assert list(table["target"]) == ["XIAP"]
    row = table.iloc[0]
    assert row["log_ratio"] == pytest.approx(np.log(2))
    reach = np.hypot(np.log(1.1), np.log(1.1))
    assert (row["low"], row["high"]) == pytest.approx((np.log(2) - reach, np.log(2) + reach))
    assert not row["censored"]


def test_target_and_control_on_different_images() -> None:
    table = normalised(band("XIAP", 200.0), band("actin", 100.0, image="b.tif"))
    assert table["log_ratio"].tolist() == pytest.approx([np.log(2)])


def test_several_controls_mean_first_then_each() -> None:
    table = normalised(
        band("XIAP", 100.0), band("actin", 100.0), band("GAPDH", 400.0), controls=("actin", "GAPDH")
    ).set_index("loading_control")
    assert list(table.index) == ["actin+GAPDH", "actin", "GAPDH"]
    assert table["log_ratio"].tolist() == pytest.approx(np.log([1 / 2, 1.0, 1 / 4]))
    reach = np.log(1.1) * np.sqrt(1 + 2 / 4)
    assert table["high"].iloc[0] - table["log_ratio"].iloc[0] == pytest.approx(reach)


def test_one_of_several_controls_missing_gives_no_mean() -> None:
    table = normalised(band("XIAP", 100.0), band("actin", 100.0), controls=("actin", "GAPDH"))
    assert np.isnan(table["log_ratio"]).tolist() == [True, False, True]
    assert "no_loading_control: no usable actin+GAPDH in lane 1 of rep1" in table["caution"].iloc[0]


def test_below_detection_is_an_upper_limit() -> None:
    row = normalised(band("XIAP", 3.0, below_detection=True), band("actin", 100.0)).iloc[0]
    assert row["censored"]
    assert row["log_ratio"] == pytest.approx(np.log(0.1))
    assert (row["low"], row["high"]) == (-np.inf, pytest.approx(np.log(0.1) + np.log(1.1)))
    assert row["caution"] == "below_detection: the ratio is an upper limit"


def test_a_negative_volume_is_below_detection() -> None:
    row = normalised(band("XIAP", -3.0, low=-9.0, high=2.0), band("actin", 100.0)).iloc[0]
    assert row["censored"]
    assert row["log_ratio"] == pytest.approx(np.log(0.1))


@pytest.mark.parametrize(
    "control", [{}, {"volume": 0.0}, {"volume": -5.0}, {"volume": np.nan}, {"below_detection": True}]
)
def test_a_lane_without_control_has_no_ratio(control: dict[str, Any]) -> None:
    bands = [band("XIAP", 100.0)] + ([band("actin", 100.0) | control] if control else [])
    row = normalised(*bands).iloc[0]
    assert np.isnan([row["log_ratio"], row["low"], row["high"]]).all()
    assert not row["censored"]
    assert row["caution"] == "no_loading_control: no usable actin in lane 1 of rep1"


def test_no_limit_to_enter() -> None:
    bands = [band("XIAP", np.nan, below_detection=True, detection_limit=np.nan), band("actin", 100.0)]
    row = normalised(*bands).iloc[0]
    assert np.isnan(row["log_ratio"])
    assert "no_detection_limit" in row["caution"]


def test_an_interval_across_zero_counts_by_its_width() -> None:
    row = normalised(band("XIAP", 100.0, low=-96.0, high=296.0), band("actin", 100.0)).iloc[0]
    assert row["high"] - row["log_ratio"] == pytest.approx(np.hypot(1.96, np.log(1.1)), rel=1e-3)


def test_no_interval_is_said() -> None:
    row = normalised(band("XIAP", 100.0, low=np.nan, high=np.nan), band("actin", 100.0)).iloc[0]
    assert row["log_ratio"] == 0.0
    assert "no_interval" in row["caution"]


def test_cautions_of_the_control_are_named() -> None:
    row = normalised(band("XIAP", 100.0), band("actin", 100.0, caution="saturated: 12 % is clipped; faint: so")).iloc[0]
    assert row["caution"] == "saturated: 12 % is clipped (actin); faint: so (actin)"


def test_two_exposures_use_the_unsaturated_one_in_all_lanes() -> None:
    long = {"image": "long.tif", "saturated_fraction": 0.2}
    table = normalised(
        band("XIAP", 50.0, lane=1, image="short.tif"),
        band("XIAP", 900.0, lane=1, **long),
        band("XIAP", 100.0, lane=2, image="short.tif"),
        band("XIAP", 990.0, lane=2, **long),
        band("actin", 100.0, lane=1),
        band("actin", 100.0, lane=2),
    )
    assert table["log_ratio"].tolist() == pytest.approx(np.log([0.5, 1.0]))
    assert table["caution"].str.contains("several_images: measured on short.tif, long.tif, of which short.tif").all()


def test_two_halves_of_a_membrane_keep_all_lanes() -> None:
    halves = {1: "left.tif", 2: "right.tif"}
    bands = [band(t, 100.0 * n, lane=n, image=halves[n]) for n in halves for t in ("XIAP", "actin")]
    table = normalised(*bands)
    assert table["lane"].tolist() == [1, 2]
    assert table["caution"].str.contains("of which left.tif, right.tif are used").all()


def test_lanes_without_a_sample_and_lanes_unknown() -> None:
    bands = pd.DataFrame([band(t, 100.0, lane=lane) for lane in (1, 2, 3, 4) for t in ("XIAP", "actin")])
    lanes = pd.DataFrame({"membrane": "rep1", "lane": [1, 2, 3], "role": ["ladder", "empty", "treated"]})
    table = normalise(bands, ("actin",), lanes)
    assert table["lane"].tolist() == [3, 4]
    assert table["caution"].tolist()[0] == ""
    assert "lane_not_in_sheet" in table["caution"].tolist()[1]


def test_refusals() -> None:
    with pytest.raises(InvalidTimeCourse, match="none called low, high, detection_limit, below_detection"):
        normalise(pd.DataFrame({"membrane": ["a"], "lane": [1], "target": ["XIAP"], "volume": [1.0]}))
    with pytest.raises(InvalidTimeCourse, match="expected a list of names, got 'actin'"):
        normalise(pd.DataFrame([band("XIAP", 1.0)]), "actin")
    with pytest.raises(InvalidTimeCourse, match="rep1, lane 1: expected XIAP once, got two bands"):
        normalised(band("XIAP", 1.0), band("XIAP", 2.0), band("actin", 1.0))


def test_nothing_in_nothing_out() -> None:
    table = normalise(pd.DataFrame([band("actin", 1.0)]))
    assert table.empty
    assert tuple(table.columns) == NORMALISED_COLUMNS
    assert normalise(pd.DataFrame([band("actin", 1.0)]).head(0)).empty


def test_a_refused_volume_gives_no_ratio_and_is_not_taken_for_a_faint_band() -> None:
    band = {"membrane": "rep1", "lane": 1, "low": 90.0, "high": 110.0, "detection_limit": 5.0, "below_detection": False}
    refused = band | {"target": "XIAP", "volume": np.nan, "low": np.nan, "high": np.nan}
    row = normalise(pd.DataFrame([refused, band | {"target": "actin", "volume": 100.0}])).iloc[0]
    assert np.isnan(row["log_ratio"])
    assert not row["censored"]
    assert row["caution"].startswith("no_volume")


def test_each_target_meets_the_control_of_its_own_gel() -> None:
    table = normalised(
        band("cIAP2", 100.0, gel="1"),
        band("actin", 50.0, gel="1"),
        band("XIAP", 100.0, gel="2", image="b.tif"),
        band("actin", 400.0, gel="2", image="b.tif"),
    ).set_index("target")
    assert table["log_ratio"].to_dict() == pytest.approx({"cIAP2": np.log(2), "XIAP": np.log(1 / 4)})
    assert table["caution"].tolist() == ["", ""]


def test_a_control_on_another_gel_serves_with_a_caution() -> None:
    actin = band("actin", 50.0, gel="1", image="a.tif")
    row = normalised(band("XIAP", 100.0, gel="2", image="b.tif"), actin).iloc[0]
    assert row["log_ratio"] == pytest.approx(np.log(2))
    assert row["caution"] == "across_gels: actin stands on gel 1 of rep1, not on gel 2"
    # A lane that the own gel's control lacks is never filled from another gel: its exposure is another one.
    bands = [band("XIAP", 100.0, gel="2", image="b.tif", lane=n) for n in (1, 2)]
    own = band("actin", 400.0, gel="2", image="b.tif", lane=2)
    assert normalised(*bands, actin, own)["log_ratio"].tolist() == pytest.approx([np.nan, np.log(1 / 4)], nan_ok=True)


def test_total_protein_beside_actin_and_never_a_target() -> None:
    bands = [band("XIAP", 200.0), band("actin", 100.0), band("total_protein", 400.0, image="stain.tif")]
    assert normalised(*bands)["target"].tolist() == ["XIAP"]
    both = normalised(*bands, controls=("actin", "total_protein")).set_index("loading_control")["log_ratio"]
    expected = {"actin+total_protein": 0.0, "actin": np.log(2), "total_protein": np.log(1 / 2)}
    assert both.to_dict() == pytest.approx(expected)


def test_uneven_loading_names_the_lanes() -> None:
    bands = [band("XIAP", 100.0, lane=n) for n in (1, 2, 3)]
    loads = [band("actin", v, lane=n) for n, v in ((1, 100.0), (2, 500.0), (3, 90.0))]
    words = "uneven_loading: actin differs 5.6-fold between lanes 3 (least) and 2 (most)"
    assert normalised(*bands, *loads)["caution"].tolist() == [words] * 3


@pytest.mark.parametrize("controls", [("actin",), ("actin", "total_protein")])
def test_intervals_cover_the_truth_where_those_of_the_bands_do(controls: tuple[str, ...]) -> None:
    rng = np.random.default_rng(20)
    lanes, errors = 4_000, {"XIAP": 0.08, "actin": 0.03, "total_protein": 0.12}
    volumes = {name: 100 * np.exp(rng.normal(0, sd, lanes)) for name, sd in errors.items()}
    parts = [
        pd.DataFrame({"lane": range(lanes), "target": name, "volume": volume, "image": name}).assign(
            low=volume * np.exp(-1.96 * errors[name]), high=volume * np.exp(1.96 * errors[name])
        )
        for name, volume in volumes.items()
    ]
    bands = pd.concat(parts).assign(membrane="rep1", detection_limit=1.0, below_detection=False)
    found = normalise(bands, controls)
    covered = ((found["low"] < 0) & (found["high"] > 0)).groupby(found["loading_control"]).mean()
    assert len(covered) == (1 if len(controls) == 1 else 3)
    assert covered.between(0.94, 0.96).all()
