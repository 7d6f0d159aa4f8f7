"""Compounds without cells: found, named, subtracted where they can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cytotools.plates import find_interference, responses

DOSES = (1.0, 3.0, 10.0)


def coloured(colour: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return a plate whose compound absorbs `colour` per unit of dose and leaves half of the cells."""
    parts: list[dict[str, object]] = [{"role": "blank", "signal": 0.05}] * 6 + [
        {"role": "untreated", "signal": 1.05}
    ] * 6
    for dose in DOSES:
        drug = {"compound": "doxorubicin", "dose": dose, "dose_unit": "uM"}
        parts += [drug | {"role": "blank", "signal": 0.05 + colour * dose}] * 3
        parts += [drug | {"role": "treated", "signal": 0.55 + colour * dose}] * 3
    wells = pd.DataFrame(parts).fillna({"compound": "", "dose_unit": ""})
    return wells.assign(signal=wells["signal"] + 0.004 * rng.standard_normal(len(wells)))


def test_a_coloured_compound_is_found_named_and_subtracted(rng: np.random.Generator) -> None:
    wells = coloured(0.02, rng)
    table = find_interference(wells)
    top = table[table["dose"] == 10.0].iloc[0]
    assert top["kind"] == "adds signal"
    assert top["low"] < 0.2 < top["high"]
    assert top["caution"].startswith("interference: doxorubicin 10 uM adds signal without cells, 0.2")
    found = responses(wells)
    treated = found[(found["role"] == "treated") & (found["dose"] == 10.0)]
    assert treated["response"].to_numpy() == pytest.approx(0.5, abs=0.03)
    assert treated["_uncorrected"].to_numpy() == pytest.approx(0.7, abs=0.03)
    assert treated["caution"].str.startswith("interference_subtracted").all()
    left = responses(wells, correct_interference=False)
    assert left.loc[treated.index, "response"].to_numpy() == pytest.approx(0.7, abs=0.03)
    assert left.loc[treated.index, "caution"].str.startswith("interference: ").all()


def test_a_dose_without_wells_of_its_own_is_marked_and_left(rng: np.random.Generator) -> None:
    wells = coloured(0.02, rng)
    wells = wells[~((wells["role"] == "blank") & (wells["dose"] == 10.0))]
    found = responses(wells)
    top = found[(found["role"] == "treated") & (found["dose"] == 10.0)]
    assert top["response"].to_numpy() == pytest.approx(0.7, abs=0.03)
    assert top["caution"].str.contains("not measured at this dose").all()


def test_a_clean_compound_is_left_alone(rng: np.random.Generator) -> None:
    wells = coloured(0.0, rng)
    assert (find_interference(wells)["kind"] == "").all()
    found = responses(wells)
    assert (found["caution"] == "").all()
    assert found["response"].equals(found["_uncorrected"])


def test_an_inhibitor_of_the_reporter_falls_below_blanks_with_substrate(rng: np.random.Generator) -> None:
    signal = np.array([1000.0] * 6 + [1000.0] * 3 + [400.0] * 3) * (1 + 0.03 * rng.standard_normal(12))
    wells = pd.DataFrame({"role": "blank", "signal": signal, "compound": [""] * 6 + ["x"] * 6})
    table = find_interference(wells.assign(dose=[np.nan] * 6 + [1.0] * 3 + [10.0] * 3)).set_index("dose")
    assert table["kind"].tolist() == ["", "takes signal"]
    assert set(table["share_of"]) == {"blank"}
    assert table["low"].loc[10.0] < -0.6 < table["high"].loc[10.0]


def test_without_blanks_of_medium_nothing_is_told() -> None:
    wells = pd.DataFrame({"role": "blank", "compound": "x", "dose": [1.0, 2.0], "signal": [1.0, 2.0]})
    assert find_interference(wells)["caution"].str.startswith("interference_not_told").all()
