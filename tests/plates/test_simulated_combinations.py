"""Planted surfaces keep their laws, and the simulator plants them with the potencies that it says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from cytotools.plates.simulate import PlateModel, simulate_plates
from cytotools.plates.simulated_combinations import BlissSurface, LoeweSurface, PotentiatedSurface
from cytotools.plates.simulated_curves import Gompertz, InvertibleCurve, Logistic

QUIET = PlateModel(100.0, 1000.0, 0.0, 0.0, ic50_sd=0.0, combined_sd=0.0, gain_sd=0.0)
CISPLATIN, BIRINAPANT = Logistic(8.0, 1.4), Logistic(0.1, 0.9)
CURVES = {("HeLa", "cisplatin"): CISPLATIN, ("HeLa", "birinapant"): BIRINAPANT}
KEY = ("HeLa", "cisplatin", "birinapant", "")
DOSES = (0.0, 2.0, 4.0, 8.0)


@pytest.fixture
def layout() -> pd.DataFrame:
    pairs = list(product(DOSES, (0.0, 0.05, 0.2)))
    wells = pd.DataFrame(pairs, columns=["dose", "dose_2"])
    wells = wells.assign(well=[f"B{k}" for k in range(1, 13)], role="treated", cell_line="HeLa", dose_unit="uM")
    return wells.assign(compound="cisplatin", compound_2="birinapant", dose_unit_2="uM", schedule="")


@pytest.mark.parametrize("curve", [Logistic(1.5, 2.0, 0.1), Gompertz(1.5, 0.7, 0.2)])
def test_a_curve_is_inverted(curve: InvertibleCurve) -> None:
    doses = np.geomspace(0.1, 10.0, 9)
    np.testing.assert_allclose(curve.dose_at(curve.response(doses)), doses, rtol=1e-10)
    assert curve.dose_at([1.0, curve.bottom, 0.0]).tolist() == [0.0, np.inf, np.inf]


@pytest.mark.parametrize("index", [0.4, 1.0, 2.5])
def test_the_index_is_that_at_every_effect(index: float) -> None:
    surface = LoeweSurface(CISPLATIN, Gompertz(0.1, 0.9), index)
    dose_1, dose_2 = np.geomspace(0.5, 20.0, 7), np.geomspace(0.01, 0.2, 7)[:, None]
    found = surface.response(dose_1, dose_2)
    shares = dose_1 / surface.first.dose_at(found) + dose_2 / surface.second.dose_at(found)
    np.testing.assert_allclose(shares, index, rtol=1e-9)


def test_an_agent_with_itself_is_the_agent() -> None:
    found = LoeweSurface(CISPLATIN, CISPLATIN).response([0.0, 1.0, 3.0], [0.0, 2.0, 30.0])
    np.testing.assert_allclose(found, CISPLATIN.response([0.0, 3.0, 33.0]), rtol=1e-12)


def test_alone_each_agent_follows_its_curve_and_beyond_the_weaker_one_the_other_decides() -> None:
    weak = Logistic(1.0, 1.0, bottom=0.6)
    surface = LoeweSurface(CISPLATIN, weak, 0.5)
    np.testing.assert_allclose(surface.response(DOSES, 0.0), CISPLATIN.response(DOSES), rtol=1e-12)
    np.testing.assert_allclose(surface.response(0.0, DOSES), weak.response(DOSES), rtol=1e-12)
    assert float(surface.response(8.0, 1e-9)) == pytest.approx(float(CISPLATIN.response(16.0)), rel=1e-6)


def test_bliss_has_its_excess_in_its_block_alone() -> None:
    surface = BlissSurface(CISPLATIN, BIRINAPANT, 0.1, (2.0, 4.0), (0.05, 0.05))
    doses_1, doses_2 = np.array(DOSES)[:, None], np.array([0.0, 0.05, 0.2])
    product_left = CISPLATIN.response(doses_1) * BIRINAPANT.response(doses_2)
    excess = product_left - surface.response(doses_1, doses_2)
    assert np.argwhere(excess.round(12) == 0.1).tolist() == [[1, 1], [2, 1]]
    assert np.count_nonzero(excess.round(12)) == 2
    with pytest.raises(ValueError, match="leaves -"):
        replace(surface, excess=0.9).response(4.0, 0.05)


def test_a_partner_shifts_the_ic50() -> None:
    surface = PotentiatedSurface(CISPLATIN, 2.5, half_dose=5.0)
    assert float(surface.response(8.0 / 1.75, 5.0)) == pytest.approx(0.5)
    assert float(surface.response(8.0, 0.0)) == pytest.approx(0.5)
    assert surface.shift_at([0.0, 1e12]).tolist() == pytest.approx([1.0, 2.5])


def test_without_errors_wells_lie_on_the_surface(layout: pd.DataFrame, rng: np.random.Generator) -> None:
    surface = LoeweSurface(CISPLATIN, BIRINAPANT, 0.5)
    wells = simulate_plates(layout, CURVES, QUIET, surfaces={KEY: surface}, experiments=1, rng=rng).wells
    planted = surface.response(layout["dose"].to_numpy(), layout["dose_2"].to_numpy())
    np.testing.assert_allclose(wells["signal"], 100.0 + 1000.0 * planted)


@pytest.mark.parametrize("follows", [True, False])
def test_a_combination_has_a_potency_of_its_own(layout: pd.DataFrame, rng: np.random.Generator, follows: bool) -> None:
    model = replace(QUIET, ic50_sd=0.2, combined_sd=0.1, combined_follows=follows)
    surfaces = {KEY: PotentiatedSurface(CISPLATIN, 1.0)}
    plates = simulate_plates(layout, CURVES, model, surfaces=surfaces, experiments=400, rng=rng)
    drawn = np.log(plates.ic50.pivot_table(index="replicate", columns="compound", values="drawn_ic50", sort=False))
    potency = np.log(plates.combined.set_index("replicate")["potency_1"])
    assert potency.std() == pytest.approx(np.hypot(0.2 if follows else 0.0, 0.1), rel=0.1)
    assert (potency - drawn["cisplatin"] * follows).std() == pytest.approx(0.1, rel=0.1)
    assert plates.combined[["compound", "compound_2", "schedule"]].iloc[0].tolist() == ["cisplatin", "birinapant", ""]
    well = plates.truth.query("replicate == '7' and well == 'B12'")["response"].iloc[0]
    assert well == pytest.approx(float(CISPLATIN.response(8.0 / np.exp(potency["7"]))))


def test_a_schedule_is_a_surface_and_colour_adds_up(layout: pd.DataFrame, rng: np.random.Generator) -> None:
    pre = layout.assign(schedule="pre")
    surfaces = {(*KEY[:3], "pre"): PotentiatedSurface(CISPLATIN, 3.0)}
    model = replace(QUIET, light={"cisplatin": 1.0, "birinapant": 100.0})
    wells = simulate_plates(pre, CURVES, model, surfaces=surfaces, experiments=1, rng=rng).wells
    expected = 100 + 1000 * float(CISPLATIN.response(24.0)) + 8.0 + 20.0
    assert wells.query("dose == 8 and dose_2 == 0.2")["signal"].iloc[0] == pytest.approx(expected)
    with pytest.raises(KeyError):
        simulate_plates(layout, CURVES, QUIET, surfaces=surfaces, rng=rng)
