"""Which wells make a curve: one agent, one agent over a fixed partner, a constant ratio; units never matter."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cytotools.conditions import CONDITIONS
from cytotools.curve_groups import CurveGroup, curve_groups, experiments_of
from cytotools.well_agents import read_agents


def wells(*rows: dict[str, Any]) -> pd.DataFrame:
    empty = {column.name: column.empty for column in CONDITIONS}
    base = {"role": "treated", "assay": "viability", "cell_line": "ECA109", "hours": 72.0, "replicate": "1"}
    return pd.DataFrame([empty | base | row for row in rows])


def one(dose: float, unit: str = "uM", **more: Any) -> dict[str, Any]:
    return {"compound": "cisplatin", "dose": dose, "dose_unit": unit} | more


def two(dose: float, dose_2: float, **more: Any) -> dict[str, Any]:
    return one(dose, compound_2="birinapant", dose_2=dose_2, dose_unit_2="nM", **more)


def groups(table: pd.DataFrame, **masses: float) -> list[CurveGroup]:
    return curve_groups(table, read_agents(table, masses).by_row)


def test_one_agent_in_two_units_is_one_curve() -> None:
    [group] = groups(wells(one(0.5), one(1.0), one(2000.0, "nM"), one(4.0)))
    assert list(group.doses.values()) == [0.5, 1.0, 2.0, 4.0]
    assert group.condition["dose_unit"] == "uM"
    assert group.condition["dose"] != group.condition["dose"]


def test_mass_and_molar_doses_meet_by_the_molar_mass_only() -> None:
    table = wells(one(1.0), one(2.0), one(300.05e-3 * 4, "ug/mL"), one(8.0))
    [group] = groups(table, cisplatin=300.05)
    assert sorted(group.doses.values()) == pytest.approx([1.0, 2.0, 4.0, 8.0])
    assert list(read_agents(table, {}).refused) == ["cisplatin"]
    assert groups(table) == []


def test_fewer_than_four_doses_make_no_curve() -> None:
    assert groups(wells(one(1.0), one(2.0), one(4.0), one(4.0))) == []


def test_lines_and_hours_are_curves_of_their_own() -> None:
    doses = (1.0, 2.0, 4.0, 8.0)
    table = wells(*(one(d, cell_line=line, hours=h) for line in ("A", "B") for h in (24.0, 72.0) for d in doses))
    assert [(g.condition["cell_line"], g.condition["hours"]) for g in groups(table)] == [
        ("A", 24.0),
        ("A", 72.0),
        ("B", 24.0),
        ("B", 72.0),
    ]


def test_a_matrix_has_a_curve_for_each_fixed_dose_and_the_partner_alone_is_its_dose_zero() -> None:
    doses = (1.0, 2.0, 4.0, 8.0)
    alone = {"compound": "birinapant", "dose": 10.0, "dose_unit": "nM"}
    table = wells(*(two(d, d2) for d2 in (10.0, 30.0) for d in doses), alone)
    first, second = groups(table)
    assert (first.runs, first.condition["dose_2"], first.partner_rows) == ("compound", 10.0, (8,))
    assert (second.condition["dose_2"], second.partner_rows) == (30.0, ())


def test_a_constant_ratio_runs_in_the_total_dose() -> None:
    [group] = groups(wells(*(two(d, 50.0 * d) for d in (1.0, 2.0, 4.0, 8.0))))
    assert (group.runs, group.ratio) == ("ratio", "1:50")
    assert list(group.doses.values()) == [1.0, 2.0, 4.0, 8.0]  # uM and nM are unlike: the first agent's dose


def test_experiments_are_replicates_and_never_wells() -> None:
    table = wells(*(one(d, replicate=r, well=w) for r in ("1", "2") for w in ("A1", "A2") for d in (1, 2, 4, 8)))
    assert {name: len(rows) for name, rows in experiments_of(table, table.index).items()} == {"1": 8, "2": 8}
