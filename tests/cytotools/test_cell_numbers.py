"""How cells become numbers: both decimal marks, and nothing that can be read in two ways."""

from __future__ import annotations

import contextlib
import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytotools.cells.numbers import Decimals, at_least_zero, decimals_of, number, ordinal, positive
from cytotools.cells.refused import Reader, Refused


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


@pytest.mark.parametrize(("read", "value"), [(at_least_zero, -1), (positive, 0), (ordinal, 1.5)])
def test_ranges_are_kept(read: Reader, value: float) -> None:
    with pytest.raises(Refused):
        read(value)
