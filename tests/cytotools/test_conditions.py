"""The columns of sheets against the contract."""

from __future__ import annotations

from cytotools.conditions import CONDITION_COLUMNS


def test_condition_columns_stand_in_the_order_of_the_contract() -> None:
    named = "cell_line arm compound dose dose_unit compound_2 dose_2 dose_unit_2 compound_3 dose_3 dose_unit_3"
    named += " schedule lead_hours hours replicate technical batch well"
    assert " ".join(CONDITION_COLUMNS) == named
