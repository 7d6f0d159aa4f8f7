"""How cells become words: units, wells, labels and closed choices."""

from __future__ import annotations

import datetime

import pytest

from cytotools.cells.refused import Refused
from cytotools.cells.words import label, one_of, text, unit, well
from cytotools.conditions import FLOW_ROLES


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
