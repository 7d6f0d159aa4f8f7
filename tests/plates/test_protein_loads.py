"""Volumes for equal lanes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cytotools.errors import StudyError
from cytotools.plates.lane_loading import LoadingPlan, protein_loads


def bca(*concentrations: float, unit: str = "mg/mL") -> pd.DataFrame:
    values = np.array(concentrations)
    names = [f"lysate {k}" for k in range(len(values))]
    table = pd.DataFrame({"assay": "bca", "sample": names, "unit": unit, "concentration": values})
    return table.assign(low=0.95 * values, high=1.05 * values, caution="")


@pytest.mark.parametrize("strength", [2.0, 4.0, 5.0, 6.0])
def test_all_lanes_hold_one_mass_in_one_volume(strength: float) -> None:
    plan = LoadingPlan(buffer_strength=strength, largest_lane_ul=25.0)
    found = protein_loads(bca(2.1, 3.3, 4.8, 6.0), plan)
    assert (found["lane_ul"] == found["lane_ul"].iloc[0]).all()
    assert found["lane_ul"].iloc[0] <= 25.0 + 1e-9
    parts = found["sample_ul"] + found["diluent_ul"] + found["buffer_ul"]
    assert parts.to_numpy() == pytest.approx(found["lane_ul"].to_numpy())
    assert (found["buffer_ul"] * strength).to_numpy() == pytest.approx(found["lane_ul"].to_numpy())
    assert found["protein_ug"].to_numpy() == pytest.approx(found["protein_ug"].mean(), rel=0.02)
    assert found["protein_ug"].between(20.0, 30.5).all()
    assert (found["sample_ul"] * 10).to_numpy() == pytest.approx((found["sample_ul"] * 10).round().to_numpy())


def test_the_weakest_sample_limits_and_the_interval_is_that_of_the_mass() -> None:
    found = protein_loads(bca(1.5, 4.0))
    assert found["protein_ug"].iloc[0] == pytest.approx(22.5)
    assert found["diluent_ul"].iloc[0] == 0.0
    assert found["low"].iloc[0] == pytest.approx(0.95 * 22.5)


def test_what_cannot_be_loaded_is_named() -> None:
    found = protein_loads(bca(0.9, 4.0, float("nan")))
    assert found["sample_ul"].isna().tolist() == [True, False, True]
    assert found["protein_ug"].iloc[1] == pytest.approx(30.0)
    assert found["caution"].tolist() == [
        "not_loaded: a lane holds 13.5 ug of it at most, less than 20 ug",
        "",
        "not_loaded: its concentration is not known",
    ]
    assert protein_loads(bca(0.9)).loc[0, "buffer_ul":].isna()[:3].all()


def test_units_and_small_volumes() -> None:
    assert protein_loads(bca(4000.0, unit="ug/mL"))["sample_ul"].iloc[0] == protein_loads(bca(4.0))["sample_ul"].iloc[0]
    assert "small_volume: 0.8 ul" in protein_loads(bca(40.0))["caution"].iloc[0]
    assert "not_loaded: its standards have the unit uM" in protein_loads(bca(4.0, unit="uM"))["caution"].iloc[0]
    assert "have no unit" in protein_loads(bca(4.0, unit=""))["caution"].iloc[0]
    with pytest.raises(StudyError, match="plan"):
        LoadingPlan(buffer_strength=1.0)


def test_no_samples_make_an_empty_table() -> None:
    assert protein_loads(bca()).empty
