"""Simulated plates: without errors they are their model, and each error does what the model says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cytotools.plates.simulate import OVERFLOW, PlateModel, Reference, plate_layout, simulate_plates
from cytotools.plates.simulated_curves import Biphasic, Gompertz, Logistic, PlantedCurve, absolute_ic50

QUIET = PlateModel(100.0, 1000.0, well_cv=0.0, additive_sd=0.0, ic50_sd=0.0, gain_sd=0.0)
DOSES = (0.5, 1.0, 2.0, 4.0)
KEY = ("HeLa", "cisplatin")


@pytest.fixture
def layout() -> pd.DataFrame:
    return plate_layout(*KEY, DOSES, vehicle="saline")


@pytest.mark.parametrize("curve", [Logistic(1.5, 2.0, 0.1), Gompertz(1.5, 2.0, 0.1), Biphasic(0.3, 5.0, 0.4, 2.0)])
def test_without_errors_signals_are_the_curve(
    layout: pd.DataFrame, curve: PlantedCurve, rng: np.random.Generator
) -> None:
    plates = simulate_plates(layout, {KEY: curve}, QUIET, rng=rng)
    treated = plates.wells.query("role == 'treated'")
    np.testing.assert_allclose(treated["signal"], 100.0 + 1000.0 * curve.response(treated["dose"].to_numpy()))
    assert set(plates.wells.query("role == 'vehicle'")["signal"]) == {1100.0}
    assert set(plates.wells.query("role == 'blank'")["signal"]) == {100.0}
    assert float(curve.response(curve.ic50)) == pytest.approx((curve.top + curve.bottom) / 2)
    assert float(curve.response(absolute_ic50(curve))) == pytest.approx(0.5)


def test_an_experiments_curve_moves_along_ln_dose(layout: pd.DataFrame, rng: np.random.Generator) -> None:
    curve = Logistic(1.5, 2.0)
    plates = simulate_plates(layout, {KEY: curve}, replace(QUIET, ic50_sd=0.3), experiments=400, rng=rng)
    logs = np.log(plates.ic50["drawn_ic50"] / plates.ic50["planted_ic50"])
    assert logs.std() == pytest.approx(0.3, rel=0.1)
    one = plates.wells.query("replicate == '7' and role == 'treated'")
    drawn = Logistic(plates.ic50["drawn_ic50"].tolist()[6], 2.0)
    np.testing.assert_allclose(one["signal"], 100.0 + 1000.0 * drawn.response(one["dose"].to_numpy()))


def test_well_errors_have_their_size(rng: np.random.Generator) -> None:
    layout = plate_layout("HeLa", "x", [], control_wells=30, blank_wells=30)
    model = replace(QUIET, well_cv=0.05, additive_sd=3.0)
    wells = simulate_plates(layout, {}, model, experiments=50, rng=rng).wells
    assert wells.query("role == 'blank'")["signal"].std() == pytest.approx(3.0, rel=0.05)
    assert np.log(wells.query("role == 'untreated'")["signal"] - 100.0).std() == pytest.approx(0.05, rel=0.05)


def test_places_on_the_plate_change_the_light_of_cells_alone(rng: np.random.Generator) -> None:
    wells = ["A1", "D4", "H6", "A2"]
    layout = pd.DataFrame({"well": wells, "role": ["untreated"] * 3 + ["blank"], "cell_line": "HeLa"})
    layout = layout.assign(compound="", dose=np.nan, dose_unit="")
    model = replace(QUIET, edge_loss=0.2, row_trend=0.1)
    signal = simulate_plates(layout, {}, model, experiments=1, rng=rng).wells["signal"]
    ways = np.array([0, 3, 7]) / 7 - 0.5
    np.testing.assert_allclose(signal[:3], 100 + 1000 * np.array([0.8, 1, 0.8]) * (1 + 0.1 * ways))
    assert signal[3] == 100.0


def test_outliers_overflow_and_a_coloured_drug(layout: pd.DataFrame, rng: np.random.Generator) -> None:
    model = replace(QUIET, outliers={("1", "B2"): 0.5}, saturation=1050.0, light={"cisplatin": 10.0})
    plates = simulate_plates(layout, {KEY: Logistic(1.0)}, model, experiments=1, rng=rng)
    wells = plates.wells.set_index("well")
    assert wells["signal"]["B2"] == 600.0
    assert plates.truth.query("outlier != 1")["well"].tolist() == ["B2"]
    assert wells["said"]["B3"] == OVERFLOW
    assert np.isnan(wells["signal"]["B3"])
    assert wells.query("dose == 4")["signal"].iloc[0] == pytest.approx(100 + 1000 / 5 + 40)


def test_a_reference_wavelength_takes_the_shade_of_a_well_away(layout: pd.DataFrame, rng: np.random.Generator) -> None:
    model = PlateModel(0.08, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, reference=Reference(0.05, 0.0, shade_sd=0.02))
    wells = simulate_plates(layout, {KEY: Logistic(1.0)}, model, experiments=1, rng=rng).wells
    blanks = wells[wells["role"] == "blank"]
    assert blanks["signal"].std() > 0.005
    np.testing.assert_allclose(blanks["signal"] - blanks["reference_signal"], 0.03)


def test_the_same_generator_gives_the_same_plates(layout: pd.DataFrame) -> None:
    first, again = (simulate_plates(layout, {KEY: Logistic(1.0)}, rng=np.random.default_rng(5)) for _ in range(2))
    pd.testing.assert_frame_equal(first.wells, again.wells)


def test_more_wells_than_a_plate_has_are_refused() -> None:
    with pytest.raises(ValueError, match="plate with 60 inside"):
        plate_layout(*KEY, DOSES, control_wells=60)
