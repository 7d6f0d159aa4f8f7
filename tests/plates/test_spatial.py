"""Position effects: found where they are, refused where they can't be told, taken out without harm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cytotools.plates import correct_positions, position_effects

ROWS, COLUMNS = 8, 12


def full_plate(at_random: bool, rng: np.random.Generator) -> pd.DataFrame:
    """Return 96 wells: controls in the first column and doses in those after it, or all at random."""
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    names = [f"{'ABCDEFGH'[r]}{c + 1}" for r, c in zip(row, column, strict=True)]
    wells = pd.DataFrame({"well": names, "row": row, "column": column, "rows": ROWS, "columns": COLUMNS})
    dose = rng.permutation(column) if at_random else column
    level = 1 / (1 + (dose / 6) ** 3)
    return wells.assign(
        role=np.where(dose == 0, "untreated", "treated"), dose=np.where(dose == 0, np.nan, dose), level=level
    )


def read(wells: pd.DataFrame, factor: float | pd.Series[float], rng: np.random.Generator) -> pd.DataFrame:
    return wells.assign(signal=1000 * wells["level"] * factor * (1 + 0.04 * rng.standard_normal(len(wells))))


def on_edge(wells: pd.DataFrame) -> pd.Series[bool]:
    return wells["row"].isin([0, ROWS - 1]) | wells["column"].isin([0, COLUMNS - 1])


@pytest.mark.parametrize("at_random", [True, False])
def test_an_edge_is_found_and_its_size_told(at_random: bool, rng: np.random.Generator) -> None:
    plate = full_plate(at_random, rng)
    table = position_effects(read(plate, 1 - 0.15 * on_edge(plate), rng)).set_index("effect")
    edge = table.loc["edge"]
    assert edge["p_adjusted"] < 0.01
    assert edge["value"] == pytest.approx(-0.15, abs=0.03)
    assert edge["low"] < edge["value"] < edge["high"] < -0.08
    assert str(edge["caution"]).startswith("position_effect: edge -1")


def test_a_row_is_found_and_named(rng: np.random.Generator) -> None:
    plate = full_plate(False, rng)
    row = position_effects(read(plate, 1 - 0.3 * (plate["row"] == 4), rng)).set_index("effect").loc["row"]
    assert row["where"] == "row E"
    assert row["p_adjusted"] < 0.01


def test_a_dose_per_column_is_no_column_effect(rng: np.random.Generator) -> None:
    column = position_effects(read(full_plate(False, rng), 1.0, rng)).set_index("effect").loc["column"]
    assert np.isnan(float(column["p_value"]))
    assert str(column["caution"]).startswith("position_confounded: columns not tested")


def test_a_plate_without_effects_is_left_as_it_is(rng: np.random.Generator) -> None:
    wells = read(full_plate(True, rng), 1.0, rng)
    table = correct_positions(wells)
    assert (position_effects(wells)["caution"] == "").all()
    assert table["signal"].equals(wells["signal"])
    assert (table["position_effect"] == 0).all()


def test_correction_brings_wells_nearer_to_the_truth_and_shows_both(rng: np.random.Generator) -> None:
    plate = full_plate(True, rng)
    wells = read(plate, 1 + 0.3 * (plate["row"] / 7 - 0.5), rng)
    table = correct_positions(wells)
    assert table["signal_before"].equals(wells["signal"])
    before, after = ((table[name] / 1000 - plate["level"]).std() for name in ("signal_before", "signal"))
    assert after < 0.7 * before


def test_false_alarms_are_those_stated(rng: np.random.Generator) -> None:
    alarms = []
    for i in range(60):
        wells = full_plate(bool(i % 2), rng)
        tails = 1 + 0.04 * rng.standard_t(5, len(wells))
        table = position_effects(wells.assign(signal=1000 * wells["level"] * tails + 50))
        alarms.append(bool((table["p_adjusted"] < 0.05).any()))
    assert np.mean(alarms) < 0.15


def test_wells_without_names_or_repeats_are_not_tested() -> None:
    wells = pd.DataFrame({"well": ["A1", "A2", "H12"], "role": "treated", "dose": [1.0, 2.0, 3.0], "signal": 1.0})
    table = position_effects(wells)
    assert table["p_value"].isna().all()
    assert table["caution"].str.startswith("position_confounded").all()
