from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytotools.cells.refused import Refused
from cytotools.plates.dose_units import common_unit, convert_dose, in_common_unit, read_dose, read_unit

MOLAR = ("M", "mM", "uM", "nM", "pM")
MASS = ("g/L", "mg/mL", "ug/mL", "ng/mL", "pg/uL")


@pytest.mark.parametrize(
    ("written", "unit", "amount"),
    [
        ("10 uM", "M", 1e-5),
        ("3 nM", "uM", 0.003),
        ("0.1 µM", "nM", 100.0),
        ("3 µg/mL", "g/L", 0.003),
        ("1 mg/ml", "ug/uL", 1.0),
        ("5 mg/dL", "ug/mL", 50.0),
        ("2 nmol/ml", "uM", 2.0),
        ("1,5 mM", "uM", 1500.0),
        ("1e-5M", "uM", 10.0),
        ("200 cGy", "Gy", 2.0),
        ("1 MU/mL", "mU/mL", 1e9),
    ],
)
def test_powers_of_ten_are_exact(written: str, unit: str, amount: float) -> None:
    assert read_dose(written).to(unit).amount == amount


@given(st.integers(1, 10**15), st.integers(-12, 3), st.sampled_from(MOLAR), st.sampled_from(MOLAR))
def test_what_is_written_in_either_unit_is_one_float(digits: int, power: int, one: str, other: str) -> None:
    shift = read_unit(one).exponent - read_unit(other).exponent
    assert convert_dose(float(f"{digits}e{power}"), one, other) == float(f"{digits}e{power + shift}")


@given(st.floats(1e-9, 1e9), st.floats(10, 2e5), st.sampled_from(MOLAR), st.sampled_from(MASS))
def test_mass_and_molar_return_to_where_they_began(amount: float, molar_mass: float, molar: str, mass: str) -> None:
    there = convert_dose(amount, molar, mass, molar_mass)
    assert convert_dose(there, mass, molar, molar_mass) == pytest.approx(amount, rel=4e-16)


def test_cisplatin_in_mass_is_known_in_molar() -> None:
    assert convert_dose(10, "ug/mL", "uM", 300.05) == pytest.approx(33.3278, rel=1e-5)  # 10e-3 g/L over 300.05 g/mol


@pytest.mark.parametrize(
    ("unit", "to", "words"),
    [
        ("ug/mL", "uM", "molar mass"),
        ("U/mL", "uM", "convert into one another"),
        ("U/mL", "IU/mL", "convert into one another"),
        ("banana", "uM", "a unit of dose"),
        ("uMM", "uM", "Did you mean `uM`"),
    ],
)
def test_units_that_do_not_meet_are_refused(unit: str, to: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        convert_dose(1, unit, to)


@pytest.mark.parametrize("written", ["banana", "10", "uM", "-1 uM", "1,000 nM", "ten uM", "10 banana", "", None])
def test_what_is_no_dose_is_refused(written: str | None) -> None:
    with pytest.raises(Refused):
        read_dose(written)


def test_a_treatment_has_one_unit_in_any_order() -> None:
    amounts, units = [30.0, 0.1, 0.0, math.nan], ["nM", "uM", "", ""]
    doses, unit = in_common_unit(amounts, units)
    back, same = in_common_unit(amounts[::-1], units[::-1])
    assert (doses[:3], unit, same) == ([30.0, 100.0, 0.0], "nM", "nM")
    assert back[::-1][:3] == doses[:3]


def test_a_unit_that_stands_alone_need_not_be_known() -> None:
    assert in_common_unit([1.0, 2.0], ["mOsm", "mOsm"]) == ([1.0, 2.0], "mOsm")
    with pytest.raises(Refused):
        common_unit(["mOsm", "uM"])


def test_a_dose_without_unit_beside_others_is_refused() -> None:
    with pytest.raises(Refused, match="dose_unit"):
        in_common_unit([1.0, 2.0], ["uM", ""])
