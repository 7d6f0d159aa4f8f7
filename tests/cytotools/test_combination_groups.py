"""From wells to combinations: ratios with their single agents, dose matrices, schedules, potentiation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cytotools.conditions import CONDITIONS
from cytotools.constant_ratios import RatioCombination, ratio_combinations
from cytotools.fitted_curves import FittedGroup, fit_curves
from cytotools.matrix_families import MatrixFamily, dose_matrices
from cytotools.plates import responses
from cytotools.potentiated_curves import potentiation_pairs
from cytotools.schedule_order import schedule_families
from cytotools.well_agents import Agents, read_agents

Row = dict[str, Any]
SERIES = (0.5, 1.0, 2.0, 4.0, 8.0)
EXPERIMENTS = ("1", "2")


def treated(first: float = 0.0, second: float = 0.0, third: float = 0.0, **more: Any) -> Row:
    """Return a well of cisplatin, birinapant and TRAIL; those of dose 0 are not named."""
    row: Row = {"role": "treated"}
    given = ("cisplatin", first, "uM"), ("birinapant", second, "nM"), ("TRAIL", third, "ng/mL")
    agents = [agent for agent in given if agent[1] > 0]
    for slot, (name, dose, unit) in zip(("", "_2", "_3"), agents, strict=False):
        row |= {f"compound{slot}": name, f"dose{slot}": dose, f"dose_unit{slot}": unit}
    return row | {"affected": 1.0 - 1.0 / (1.0 + first / 2.0) / (1.0 + second / 20.0) / (1.0 + third / 4.0)} | more


def answered(*rows: Row, experiments: tuple[str, ...] = EXPERIMENTS) -> pd.DataFrame:
    """Return the responses of two wells each, 3 % apart, on one plate an experiment with its controls."""
    empty = {column.name: column.empty for column in CONDITIONS}
    controls: list[Row] = [{"role": "blank", "affected": 1.0}] * 2 + [{"role": "untreated", "affected": 0.0}] * 3
    table: list[Row] = []
    for name in experiments:
        experiment = {"replicate": name, "plate": name}
        base: Row = empty | {"assay": "viability", "cell_line": "ECA109", "hours": 72.0} | experiment
        own: list[Row] = [base | row for row in (*controls, *rows) if row.get("replicate", name) == name]
        for k, (row, error) in enumerate((row, error) for row in own for error in (-15.0, 15.0)):
            signal = 50.0 + 1000.0 * (1.0 - float(row["affected"])) + error
            well = {"well": f"a{k + 1}", "signal": signal, "reference_signal": np.nan, "said": "", "exclude": ""}
            table.append(row | well | {"exclude": row.get("exclude", "")})
    return responses(pd.DataFrame(table).drop(columns="affected"))


def agents_in(table: pd.DataFrame) -> Agents:
    return read_agents(table, {})


def curves(table: pd.DataFrame) -> list[FittedGroup]:
    return fit_curves(table, agents_in(table))


def ratios(*rows: Row, **more: Any) -> list[RatioCombination]:
    return ratio_combinations(curves(answered(*rows, **more)))


def matrices(table: pd.DataFrame) -> list[MatrixFamily]:
    return dose_matrices(table, agents_in(table).by_row)


RAY = [treated(d, 10.0 * d) for d in SERIES]
FIRST = [treated(d) for d in SERIES]
SECOND = [treated(0.0, 10.0 * d) for d in SERIES]


def test_a_ratio_has_its_single_agents_in_every_experiment() -> None:
    [found] = ratios(*RAY, *FIRST, *SECOND)
    assert (found.agents, found.units, found.unit, found.ratio) == (
        ("cisplatin", "birinapant"),
        ("uM", "nM"),
        "uM",
        "1:10",
    )
    assert [one.name for one in found.experiments] == ["1", "2"]
    one = found.experiments[0]
    assert one.shares == (1.0, 10.0)
    assert one.combined.dose.tolist() == [d for d in SERIES for _ in range(2)]
    assert one.combined.affected.reshape(5, 2).mean(axis=1) == pytest.approx([row["affected"] for row in RAY])
    assert one.singles[1].dose.max() == 80.0
    assert (found.notes, found.missing) == ((), "")


def test_units_of_the_single_agents_do_not_matter() -> None:
    in_nm = [row | {"dose": row["dose"] * 1000.0, "dose_unit": "nM"} for row in FIRST[:4]]
    one, other = (ratios(*RAY, *first, *SECOND)[0] for first in (FIRST, [*in_nm, FIRST[4]]))
    assert (other.units, other.ratio) == (one.units, one.ratio)
    assert other.experiments[0].singles[0].dose.tolist() == one.experiments[0].singles[0].dose.tolist()


def test_three_agents() -> None:
    rows = [treated(d, 10.0 * d, d / 2.0) for d in SERIES] + [treated(0.0, 0.0, d / 2.0) for d in SERIES]
    [found] = ratios(*rows, *FIRST, *SECOND)
    assert (found.ratio, len(found.experiments[0].singles)) == ("2:20:1", 3)
    assert found.experiments[0].shares == (1.0, 10.0, 0.5)


def test_a_missing_single_agent_is_named() -> None:
    [found] = ratios(*RAY, *FIRST)
    assert found.experiments == ()
    assert found.missing == "single_agent_missing: birinapant alone has no curve on ECA109 at 72 h"
    assert found.singles[1] is None


def test_an_experiment_that_lacks_a_curve_is_named() -> None:
    second = [row | {"replicate": "1"} for row in SECOND]
    [found] = ratios(*RAY, *FIRST, *second)
    assert [one.name for one in found.experiments] == ["1"]
    assert found.notes == ("incomplete_experiments: replicate 2 lacks birinapant alone",)
    apart = [row | {"replicate": "2"} for row in FIRST]
    [nowhere] = ratios(*RAY, *apart, *second)
    assert nowhere.missing.startswith("no_whole_experiment: replicate 1 lacks cisplatin alone, replicate 2 lacks")


def test_batches_stand_for_replicates_that_are_not_given() -> None:
    table = answered(*RAY, *FIRST, *SECOND)
    found = ratio_combinations(curves(table.assign(batch=table["replicate"], replicate="")))
    assert [one.name for one in found[0].experiments] == ["1", "2"]


def test_excluded_wells_are_out() -> None:
    rows = [row | {"exclude": "bubble"} if row["dose"] == 8.0 else row for row in RAY]
    [found] = ratios(*rows, *FIRST, *SECOND)
    assert found.experiments[0].combined.dose.max() == 4.0


def pre(row: Row, order: str = "pre", lead: float = 24.0) -> Row:
    return row | {"schedule": order, "lead_hours": lead}


def test_single_agents_of_the_same_schedule_serve_else_those_of_none_and_that_is_said() -> None:
    ray = [pre(row) for row in RAY]
    [own] = ratios(*ray, *(pre(row) for row in FIRST), *(pre(row) for row in SECOND), *FIRST, *SECOND)
    assert own.notes == ()
    assert own.singles[0] is not None
    assert own.singles[0].group.condition["schedule"] == "pre"
    [other] = ratios(*ray, *FIRST, *SECOND)
    assert other.notes[0] == "other_schedule: cisplatin alone has no schedule, the combination pre 24 h"
    [none] = ratios(*ray, *(pre(row, "post") for row in FIRST), *SECOND)
    assert none.missing == (
        "single_agent_missing: cisplatin alone is there for post 24 h only, the combination pre 24 h"
    )


def test_orders_of_one_ratio_are_a_family() -> None:
    orders = [pre(row, order, lead) for order, lead in (("post", 24.0), ("co", np.nan), ("pre", 24.0)) for row in RAY]
    [family] = schedule_families(ratios(*orders, *FIRST, *SECOND))
    assert (family.kind, family.schedules) == ("ratio", ("pre 24 h", "co", "post 24 h"))
    assert [member.condition["schedule"] for member in family.members] == ["pre", "co", "post"]
    assert schedule_families(ratios(*RAY, *FIRST, *SECOND)) == []


def test_orders_whose_second_agent_acts_as_long_are_a_family_that_says_so() -> None:
    table = answered(*(pre(row) for row in RAY), *(row | {"schedule": "co"} for row in RAY), *FIRST, *SECOND)
    table.loc[table["schedule"] == "co", "hours"] = 48.0
    [family] = schedule_families(ratio_combinations(curves(table)))
    assert family.notes == ("unlike_hours: pre 24 h is read at 72 h, co is read at 48 h",)
    assert np.isnan(family.condition["hours"])


def test_a_matrix_holds_means_and_the_errors_that_cells_share() -> None:
    doses = SERIES[:3]
    table = answered(*FIRST[:3], *SECOND[:3], *(treated(d, 10.0 * d2) for d in doses for d2 in doses))
    [family] = matrices(table)
    assert (family.agents, family.notes, family.missing) == (("cisplatin", "birinapant"), (), "")
    assert [plate.name for plate in family.plates] == ["1", "2"]
    plate = family.plates[0]
    assert plate.doses_2.tolist() == [0.0, 5.0, 10.0, 20.0]
    expected = [[treated(d, 10.0 * d2)["affected"] for d2 in (0.0, *doses)] for d in (0.0, *doses)]
    assert plate.affected == pytest.approx(np.array(expected))
    errors = plate.covariance.reshape(4, 4, 4, 4)
    assert not errors[0, 0].any()
    assert errors[1, 1, 1, 1] > errors[1, 1, 1, 2] > 0.0  # the control that they share
    assert np.linalg.eigvalsh(plate.covariance).min() > -1e-12


def test_a_single_pair_of_doses_is_a_matrix_of_two_by_two() -> None:
    [family] = matrices(answered(treated(1.0), treated(0.0, 10.0), treated(1.0, 10.0)))
    assert family.plates[0].affected.shape == (2, 2)


def test_single_wells_leave_the_errors_open_and_those_of_the_control_at_0() -> None:
    table = answered(treated(1.0), treated(0.0, 10.0), treated(1.0, 10.0), experiments=("1",))
    single = table.drop_duplicates(["role", "compound", "compound_2"]).drop(columns=["response", "low", "high"])
    [family] = matrices(responses(single))
    assert np.isfinite(family.plates[0].affected).all()
    errors = np.diag(family.plates[0].covariance)
    assert errors[0] == 0.0
    assert np.isnan(errors[1:]).all()


def test_off_the_diagonal_of_a_ratio_there_is_no_number() -> None:
    [family] = matrices(answered(*RAY, *FIRST, *SECOND))
    inner = family.plates[0].affected[1:, 1:]
    assert np.isfinite(inner).tolist() == np.eye(5, dtype=bool).tolist()
    off = np.isnan(family.plates[0].affected).ravel()
    assert not family.plates[0].covariance[off].any()


def test_what_is_not_there_alone_is_named() -> None:
    [family] = matrices(answered(*RAY, *FIRST[:4], *SECOND))
    assert family.plates[0].affected.shape == (5, 5)
    assert family.notes[0] == "single_dose_missing: replicate 1, 2 without cisplatin 8 uM alone"
    [nothing] = matrices(answered(*RAY, *FIRST))
    assert nothing.plates == ()
    assert nothing.missing.startswith("single_agent_missing: birinapant alone")
    [elsewhere] = matrices(answered(*RAY, *FIRST, treated(0.0, 7.0)))
    assert elsewhere.missing.startswith("single_dose_missing: replicate 1, 2 without birinapant 5, 10, 20, 40, 80 nM")


def test_the_order_of_wells_does_not_matter(rng: np.random.Generator) -> None:
    table = answered(*RAY, *FIRST, *SECOND, treated(1.0, 20.0))
    shuffled = table.iloc[rng.permutation(len(table))].reset_index(drop=True)
    [one], [other] = matrices(table), matrices(shuffled)
    by_name = {plate.name: plate for plate in other.plates}
    for plate in one.plates:
        assert by_name[plate.name].affected == pytest.approx(plate.affected, rel=1e-12, nan_ok=True)
        assert by_name[plate.name].covariance == pytest.approx(plate.covariance, rel=1e-10)


def test_a_fixed_partner_is_held_against_its_agent_alone() -> None:
    fixed = [treated(d, 10.0) for d in SERIES]
    table = answered(*fixed, *FIRST, treated(0.0, 10.0))
    [pair] = potentiation_pairs(curves(table), table)
    assert (pair.agent, pair.unit, pair.partner) == ("cisplatin", "uM", "birinapant 10 nM")
    assert pair.alone is not None
    assert {name: round(found.value, 3) for name, found in pair.partner_alone.items()} == {"1": 0.667, "2": 0.667}
    assert pair.partner_alone["1"].low < 2.0 / 3.0 < pair.partner_alone["1"].high
    [without] = potentiation_pairs(curves(answered(*fixed)), table)
    assert without.missing.startswith("single_agent_missing: cisplatin alone has no curve")
    assert without.partner_alone == {}


def test_a_partner_alone_without_a_schedule_serves_the_combination_that_has_one() -> None:
    fixed = [pre(treated(d, 10.0)) for d in SERIES]
    table = answered(*fixed, *FIRST, treated(0.0, 10.0))
    [pair] = potentiation_pairs(curves(table), table)
    assert set(pair.partner_alone) == {"1", "2"}
    assert pair.notes == ("other_schedule: cisplatin alone has no schedule, the combination pre 24 h",)
