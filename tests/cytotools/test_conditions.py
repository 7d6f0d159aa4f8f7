"""How cells become values: numbers in both decimal marks, units, wells, roles, labels."""

from __future__ import annotations

import contextlib
import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytotools import conditions
from cytotools.conditions import FLOW_ROLES, Decimals, Refused, decimals_of, label, number, one_of, text, unit, well


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("1.5", 1.5),
        ("1,5", 1.5),
        (" 10 ", 10.0),
        ("1e-3", 0.001),
        ("\u22122", -2.0),
        (",5", 0.5),
        ("3.", 3.0),
        ("0,125", 0.125),
    ],
)
def test_numbers_are_read_in_both_marks(words: str, value: float) -> None:
    assert number(words) == value


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("ten", "Write the number alone"),
        ("10 uM", "unit goes into `dose_unit`"),
        ("24h", "times are in hours"),
        ("1.234,5", "without group separators"),
        ("1,234,567", "without group separators"),
        ("1'000", "without group separators"),
        ("1_000", "Write the number alone"),
        ("inf", "Write the number alone"),
        ("nan", "Write the number alone"),
        ("1e999", "Write the number, or leave"),
        ("01.05.2024", "Excel made a date"),
        ("5-Mai", "Excel made a date"),
        ("Jan-24", "Excel made a date"),
        ("#N/A", "formula of the workbook failed"),
        ("\u0661", "Write the number alone"),  # an Arabic digit, which float() would take
        (datetime.datetime(2024, 5, 1), "Excel made a date"),
        (datetime.time(12), "Excel made a date"),
        (True, "Write a number"),
    ],
)
def test_what_is_no_number_is_refused(words: object, remedy: str) -> None:
    with pytest.raises(Refused, match=remedy):
        number(words)


def test_a_comma_in_a_comma_sheet_is_refused() -> None:
    with pytest.raises(Refused, match="a number with a decimal point"):
        number("1,5", Decimals(allowed="."))


@pytest.mark.parametrize(
    ("delimiter", "texts", "words", "value"),
    [
        (",", [], "1.250", 1.25),
        (";", [], "1,250", 1.25),
        (";", ["0.5"], "1.250", 1.25),
        ("\t", ["2,5"], "1,250", 1.25),
        ("", ["2.5"], "1.250", 1.25),
    ],
)
def test_three_decimals_are_read_where_the_sheet_shows_its_mark(
    delimiter: str, texts: list[str], words: str, value: float
) -> None:
    assert number(words, decimals_of(delimiter, texts)) == value


@pytest.mark.parametrize(
    ("delimiter", "texts", "words"),
    [
        (";", [], "1.250"),
        (";", ["0,5"], "1.250"),
        ("\t", [], "1,250"),
        ("", [], "1.250"),
        (";", ["0.5", "0,5"], "1,250"),
    ],
)
def test_three_decimals_that_may_be_thousands_are_refused(delimiter: str, texts: list[str], words: str) -> None:
    with pytest.raises(Refused, match=r"It may mean 1.250 or 1250"):
        number(words, decimals_of(delimiter, texts))


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([",", ";", "\t", ""]))
def test_what_python_writes_is_read_back_or_refused(value: float, delimiter: str) -> None:
    written = repr(value) if delimiter == "," else repr(value).replace(".", ",")
    decimals = decimals_of(delimiter, [written, "0,5" if delimiter != "," else "0.5"])
    assert number(written, decimals) == value


@given(st.text())
def test_any_text_is_a_finite_number_or_refused(words: str) -> None:
    with contextlib.suppress(Refused):
        assert math.isfinite(number(words))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("\u00b5M", "uM"), ("\u03bcM", "uM"), ("UM", "uM"), ("nm", "nM"), ("M", "M"),
        ("\u00b5g/ml", "ug/mL"), ("mcg/mL", "ug/mL"),
        ("ng / mL", "ng/mL"), ("\u00b5mol/L", "uM"), ("%", "%"), ("Gy", "Gy"), ("U/ml", "U/mL"),
    ],
)  # fmt: skip
def test_units_are_written_in_plain_letters(written: str, plain: str) -> None:
    assert unit(written) == plain
    assert unit(plain) == plain


@pytest.mark.parametrize("value", [1, 1.0, "1", " 1 ", "1.0", "1,0"])
def test_a_replicate_is_the_same_however_excel_wrote_it(value: object) -> None:
    assert label(value) == "1"


def test_a_batch_may_be_a_date() -> None:
    assert label(datetime.datetime(2024, 5, 1)) == "2024-05-01"
    assert label("01") == "01"
    assert label(1.5) == "1.5"


@pytest.mark.parametrize("value", [datetime.date(2024, 5, 1), True, "#REF!", ["a"]])
def test_text_refuses_what_excel_or_yaml_made_of_it(value: object) -> None:
    with pytest.raises(Refused):
        text(value)


@pytest.mark.parametrize(
    ("written", "plain"), [("A1", "A1"), ("a01", "A1"), ("h12", "H12"), ("AF48", "AF48"), ("P 24", "P24")]
)
def test_wells_are_a_letter_and_a_number(written: str, plain: str) -> None:
    assert well(written) == plain


@pytest.mark.parametrize("written", ["1A", "A0", "A49", "AG1", "A", "12", "A1-A3", "A\u0661"])
def test_what_is_no_well_is_refused(written: str) -> None:
    with pytest.raises(Refused, match="a well such as A1"):
        well(written)


def test_roles_are_matched_without_case_and_offered() -> None:
    assert one_of(FLOW_ROLES)(" Annexin-Only ") == "annexin_only"
    with pytest.raises(Refused, match="Did you mean `treated`"):
        one_of(FLOW_ROLES)("treatd")


@pytest.mark.parametrize(
    ("read", "value"), [(conditions.at_least_zero, -1), (conditions.positive, 0), (conditions.ordinal, 1.5)]
)
def test_ranges_are_kept(read: conditions.Reader, value: float) -> None:
    with pytest.raises(Refused):
        read(value)


def test_condition_columns_stand_in_the_order_of_the_contract() -> None:
    named = "cell_line arm compound dose dose_unit compound_2 dose_2 dose_unit_2 compound_3 dose_3 dose_unit_3"
    named += " schedule lead_hours hours replicate technical batch well"
    assert " ".join(conditions.CONDITION_COLUMNS) == named
