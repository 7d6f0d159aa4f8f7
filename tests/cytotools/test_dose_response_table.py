"""From wells to IC50s, ratios, growth rates and Prism tables, against what was planted in simulated plates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cytotools.curve_gaps import curve_gaps
from cytotools.dose_response_table import dose_response_table
from cytotools.fitted_curves import FittedGroup, fit_curves
from cytotools.growth_table import growth_table
from cytotools.ic50_ratios import ic50_ratios
from cytotools.plate_answers import plate_answers
from cytotools.plates import responses
from cytotools.plates.simulate import PlateModel, plate_layout, simulate_plates
from cytotools.plates.simulated_curves import Gompertz, Logistic
from cytotools.prism_curves import prism_curves
from cytotools.tables import complete, rows_of
from cytotools.well_agents import read_agents

Rows = list[dict[str, Any]]

DOSES = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]
QUIET = PlateModel(well_cv=0.01, ic50_sd=0.05, additive_sd=5.0)


def wells(doses: list[float] = DOSES, unit: str = "uM", model: PlateModel = QUIET, seed: int = 5) -> pd.DataFrame:
    """Two lines whose IC50s are 2 and 8 uM, three experiments, each line on a plate of its own."""
    parts = []
    for line, ic50 in (("A", 2.0), ("B", 8.0)):
        planted = {(line, "cisplatin"): Logistic(ic50, 1.3)}
        layout = plate_layout(line, "cisplatin", doses, vehicle="saline", control_wells=6).assign(plate=line)
        rng = np.random.default_rng(seed)
        parts.append(simulate_plates(layout, planted, model, rng=rng).wells)
    found = pd.concat(parts, ignore_index=True).assign(assay="viability", hours=72.0, arm="", exclude="", said="")
    scale = {"uM": 1.0, "nM": 1000.0}[unit]
    treated = found["role"] == "treated"
    return found.assign(
        dose=found["dose"].where(~treated, found["dose"] * scale), dose_unit=found["dose_unit"].where(~treated, unit)
    )


def fitted(table: pd.DataFrame) -> list[FittedGroup]:
    answered = responses(table, None, {"cisplatin": "saline"})
    return fit_curves(answered, read_agents(answered, {}))


def over_all(rows: Rows, line: str, kind: str = "relative") -> dict[str, Any]:
    [found] = [row for row in rows if (row["level"], row["cell_line"], row["kind"]) == ("all", line, kind)]
    return found


@pytest.fixture(scope="module")
def groups() -> list[FittedGroup]:
    return fitted(wells())


def test_both_kinds_of_ic50_are_those_planted(groups: list[FittedGroup]) -> None:
    rows = rows_of(dose_response_table(groups))
    for line, planted in (("A", 2.0), ("B", 8.0)):
        row = over_all(rows, line)
        assert row["low"] < planted < row["high"]
        assert row["n"] == 3
        assert row["hill_slope"] == pytest.approx(1.3, rel=0.15)
        assert over_all(rows, line, "absolute")["ic50"] == pytest.approx(planted, rel=0.3)
    assert sum(row["level"] == "experiment" for row in rows) == 12


def test_an_ic50_beyond_the_doses_is_open(groups: list[FittedGroup]) -> None:
    del groups
    row = over_all(rows_of(dose_response_table(fitted(wells([0.03, 0.1, 0.2, 0.4, 0.8, 1.6])))), "B")
    assert np.isnan(row["ic50"])
    assert (row["low"] > 0, row["high"], row["dose_max"]) == (True, np.inf, 1.6)
    assert "ic50_open_above" in row["caution"]


def test_the_unit_of_the_dose_changes_nothing(groups: list[FittedGroup]) -> None:
    other = dose_response_table(fitted(wells(unit="nM")))
    first = dose_response_table(groups)
    np.testing.assert_allclose(other["ic50"], 1000.0 * first["ic50"], rtol=1e-10)
    np.testing.assert_allclose(other["high"], 1000.0 * first["high"], rtol=1e-10)
    np.testing.assert_allclose(other["hill_slope"], first["hill_slope"], rtol=1e-10)


def test_the_order_of_wells_changes_nothing(groups: list[FittedGroup]) -> None:
    shuffled = wells().sample(frac=1.0, random_state=3).reset_index(drop=True)
    keys = ["cell_line", "kind", "level", "replicate"]
    first, other = (dose_response_table(g).sort_values(keys) for g in (groups, fitted(shuffled)))
    for name in ("ic50", "low", "high", "top", "bottom"):
        np.testing.assert_allclose(other[name], first[name], rtol=1e-10)


def test_ratios_are_paired_by_experiment(groups: list[FittedGroup]) -> None:
    rows = {row["quantity"]: row for row in rows_of(ic50_ratios(groups))}
    row = rows["relative IC50"]
    assert row["contrast"] == "A against B"
    assert row["low"] < 0.25 < row["high"]
    assert (row["n"], row["scale"], row["p_value"] < 0.05) == (3, "ratio", True)


def test_growth_rates_need_a_time_zero(groups: list[FittedGroup]) -> None:
    late = wells()
    assert len(growth_table(groups, late)) == 0
    zero = late[late["role"].isin(["vehicle", "blank"])].assign(hours=0.0)
    zero["signal"] = zero["signal"].where(zero["role"] == "blank", 400.0 + (zero["signal"] - 400.0) / 4.0)
    rows = rows_of(growth_table(groups, pd.concat([late, zero], ignore_index=True)))
    over = [row for row in rows if row["level"] == "all"]
    assert [row["doublings"] for row in over] == pytest.approx([2.0, 2.0], abs=0.05)
    # GR = 0.5 where 2 doublings of the control are 2 log2(1.5) = 1.17: viability 0.5625, above half.
    assert 1.0 < over[0]["gr50"] < 2.0


def test_prism_holds_every_well(groups: list[FittedGroup]) -> None:
    first, second = prism_curves(groups)
    assert first.title == "viability: A, cisplatin, 72 h"
    assert [column.title for column in first.columns] == ["replicate 1", "replicate 2", "replicate 3"]
    assert np.isfinite(second.columns[0].values).sum() == 6 + 3 * len(DOSES)


def test_a_shape_the_model_does_not_share_keeps_its_half_way_dose() -> None:
    layout = plate_layout("A", "x", DOSES, control_wells=6)
    curve = Gompertz(4.0, 1.0)
    made = simulate_plates(layout, {("A", "x"): curve}, QUIET, rng=np.random.default_rng(2)).wells
    rows = rows_of(dose_response_table(fitted(made.assign(assay="mtt", exclude="", said=""))))
    row = over_all(rows, "A", "absolute")
    assert row["ic50"] == pytest.approx(curve.ic50, rel=0.25)


def flat_and_rising() -> list[FittedGroup]:
    """A compound that does nothing on line A, and one that makes line B brighter."""
    parts = []
    for line, curve in (("A", Logistic(1.0, bottom=0.999)), ("B", Logistic(2.0, 1.3, top=1.0, bottom=2.5))):
        layout = plate_layout(line, "x", DOSES, control_wells=6).assign(plate=line)
        made = simulate_plates(layout, {(line, "x"): curve}, PlateModel(), rng=np.random.default_rng(8))
        parts.append(made.wells)
    return fitted(pd.concat(parts, ignore_index=True).assign(assay="mtt", exclude="", said=""))


def test_a_flat_response_has_no_half_way_dose_and_a_rising_one_says_so() -> None:
    groups = flat_and_rising()
    rows = rows_of(dose_response_table(groups))
    flat, rising = over_all(rows, "A"), over_all(rows, "B")
    assert (flat["ic50"] != flat["ic50"], "flat_curve" in flat["caution"]) == (True, True)
    assert "curve_rises" in rising["caution"]
    assert rising["hill_slope"] < 0
    sentence = next(iter(plate_answers(tables(groups))))
    assert "A none, no change with the dose" in sentence
    assert "B none, the signal rises with the dose (half of the rise at" in sentence


def tables(groups: list[FittedGroup]) -> dict[str, pd.DataFrame]:
    return complete({"dose_response": dose_response_table(groups)})


def test_a_compound_with_too_few_doses_is_named() -> None:
    answered = responses(wells([1.0, 3.0, 10.0]), None, {"cisplatin": "saline"})
    groups = fit_curves(answered, read_agents(answered, {}))
    [entry] = curve_gaps(answered, groups, read_agents(answered, {}))
    assert (groups, entry.place, entry.code, entry.severity) == ([], "cisplatin", "no_fit", "refused")
    assert entry.caution.startswith("3 doses")
