"""Which wells make a curve: one agent, one over fixed partners, constant ratios beside matrices; units never matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cytotools.broken_ratios import broken_ratios
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


def test_a_fixed_partner_has_a_curve_and_alone_is_its_dose_zero() -> None:
    doses = (1.0, 2.0, 4.0, 8.0)
    alone = {"compound": "birinapant", "dose": 10.0, "dose_unit": "nM"}
    table = wells(*(two(d, d2) for d2 in (10.0, 30.0) for d in doses), alone)
    first, second = groups(table)[:2]
    assert (first.runs, first.condition["dose_2"], first.partner_rows) == ("compound", 10.0, (8,))
    assert (second.condition["dose_2"], second.partner_rows) == (30.0, ())


def test_a_constant_ratio_runs_in_the_total_dose() -> None:
    [group] = groups(wells(*(two(d, 50.0 * d) for d in (1.0, 2.0, 4.0, 8.0))))
    assert (group.runs, group.ratio) == ("ratio", "1:50")
    assert list(group.doses.values()) == [1.0, 2.0, 4.0, 8.0]  # uM and nM are unlike: the first agent's dose


def test_a_ratio_that_rounds_its_doses_is_one() -> None:
    table = wells(*(two(d, d2) for d, d2 in ((10.0, 30.0), (3.3, 10.0), (1.1, 3.3), (0.37, 1.1), (0.12, 0.37))))
    assert [(group.ratio, len(group.doses)) for group in groups(table)] == [("1:3", 5)]


SERIES = (1.0, 2.0, 4.0, 8.0, 16.0)
GRID = [two(d, 10.0 * d2) for d in SERIES for d2 in SERIES]


def ray(ratio: float, **more: Any) -> list[dict[str, Any]]:
    return [two(d, ratio * d, **more) for d in SERIES]


def designs(table: pd.DataFrame) -> list[tuple[str, str, int]]:
    return [(group.runs, group.ratio, len(set(group.doses.values()))) for group in groups(table)]


@pytest.mark.parametrize("plates", [("p", "p", "p"), ("p", "q", "r")])
def test_several_ratios_of_the_same_agents_stand_side_by_side(plates: tuple[str, ...]) -> None:
    rows = [row for ratio, plate in zip((10.0, 20.0, 40.0), plates, strict=True) for row in ray(ratio, plate=plate)]
    assert designs(wells(*rows)) == [("ratio", "1:10", 5), ("ratio", "1:20", 5), ("ratio", "1:40", 5)]


def test_a_matrix_is_no_ratios_and_no_curves() -> None:
    assert designs(wells(*GRID)) == []
    assert designs(wells(*(row | {"plate": str(row["dose"] > 2.0)} for row in GRID))) == []  # over two plates
    assert designs(wells(*(row | {"replicate": r} for r in "12" for k, row in enumerate(GRID) if r == "2" or k))) == []


def test_a_matrix_of_three_partner_doses_has_a_curve_over_each() -> None:
    rows = [row for row in GRID if row["dose_2"] <= 40.0]
    assert designs(wells(*rows)) == [("compound", "", 5)] * 3


@pytest.mark.parametrize("plate", ["p", "q"])
def test_a_ratio_stands_beside_a_matrix(plate: str) -> None:
    beside = ray(70.0, plate=plate)
    assert designs(wells(*(row | {"plate": "p"} for row in GRID), *beside)) == [("ratio", "1:70", 5)]


def test_a_ratio_on_a_plate_of_its_own_is_found_though_the_matrix_holds_its_doses() -> None:
    table = wells(*(row | {"plate": "p"} for row in GRID), *ray(10.0, plate="q"))
    [group] = groups(table)
    assert (group.ratio, len(group.doses)) == ("1:10", 10)  # the diagonal of the matrix is of the same treatment


@pytest.mark.parametrize("plate", ["p", "q"])
def test_a_ratio_stands_beside_fixed_partners(plate: str) -> None:
    fixed = [two(d, d2, plate="p") for d2 in (10.0, 30.0) for d in SERIES]
    table = wells(*fixed, *ray(20.0, plate=plate))
    assert designs(table) == [("ratio", "1:20", 5), ("compound", "", 5), ("compound", "", 5)]


def test_three_agents_in_a_ratio() -> None:
    third = {"compound_3": "TRAIL", "dose_unit_3": "ng/mL"}
    [group] = groups(wells(*(two(d, 10.0 * d, dose_3=2.0 * d, **third) for d in SERIES)))
    assert (group.ratio, [agent.name for agent in group.agents]) == ("1:10:2", ["cisplatin", "birinapant", "TRAIL"])


def test_an_agent_alone_is_one_curve_in_whichever_column_it_stands() -> None:
    second = [two(0.0, d, replicate="2") for d in SERIES]  # beside a dose 0 of the other
    first = [{"compound": "birinapant", "dose": d, "dose_unit": "nM", "replicate": "1"} for d in SERIES]
    [group] = groups(wells(*second, *first))
    assert (group.runs, len(group.doses)) == ("compound", 10)
    assert (group.condition["compound"], group.condition["compound_2"]) == ("birinapant", "")


def test_the_order_of_wells_does_not_matter(rng: np.random.Generator) -> None:
    fixed = [two(d, d2) for d2 in (10.0, 30.0) for d in SERIES]
    table = wells(*fixed, *ray(20.0), *ray(70.0), *(one(d) for d in SERIES))
    shuffled = table.iloc[rng.permutation(len(table))].reset_index(drop=True)
    assert sorted(designs(shuffled)) == sorted(designs(table))


def broken(table: pd.DataFrame) -> list[str]:
    agents = read_agents(table, {}).by_row
    in_curves = {row for group in curve_groups(table, agents) for row in group.doses}
    return [found.words for found in broken_ratios(table, agents, in_curves)]


def test_a_well_that_leaves_the_ratio_is_named() -> None:
    named = [row | {"well": f"A{k}"} for k, row in enumerate(ray(10.0), start=1)]
    table = wells(*named, two(4.0, 48.0, well="C5"))
    assert broken(table) == ["cisplatin : birinapant is 1:10, but C5 holds 1:12"]
    assert broken(wells(*named)) == []


def test_doses_diluted_together_without_a_ratio_are_named() -> None:
    doses = [(1.0, 10.0), (2.0, 50.0), (4.0, 300.0), (8.0, 900.0)]
    assert broken(wells(*(two(*pair) for pair in doses))) == [
        "cisplatin : birinapant runs from 1:10 to 1:112.5 over 4 doses"
    ]


def test_matrices_and_fixed_partners_break_no_ratio() -> None:
    assert broken(wells(*GRID)) == []
    assert broken(wells(*ray(10.0), *(two(d, 10.0) for d in (0.5, 0.9, 1.1, 2.0, 4.0)))) == []
    assert broken(wells(two(1.0, 10.0), two(1.0, 20.0), two(2.0, 10.0), two(2.0, 20.0))) == []


def test_experiments_are_replicates_and_never_wells() -> None:
    table = wells(*(one(d, replicate=r, well=w) for r in ("1", "2") for w in ("A1", "A2") for d in (1, 2, 4, 8)))
    assert {name: len(rows) for name, rows in experiments_of(table, table.index).items()} == {"1": 8, "2": 8}
