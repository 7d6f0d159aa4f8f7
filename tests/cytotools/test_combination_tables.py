"""From wells to combination.csv, median_effect.csv, comparisons and drawings, against what was planted."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cytotools.combination_analysis import analyse_combinations
from cytotools.combination_drawings import drawn_combinations
from cytotools.findings import Findings
from cytotools.fitted_curves import fit_curves
from cytotools.plates import responses
from cytotools.plates.simulate import PlateModel, simulate_plates
from cytotools.plates.simulated_combinations import BlissSurface, LoeweSurface, PlantedSurface, PotentiatedSurface
from cytotools.plates.simulated_curves import Logistic, PlantedCurve
from cytotools.tables import rows_of
from cytotools.well_agents import read_agents

Row = dict[str, Any]
QUIET = PlateModel(well_cv=0.02, ic50_sd=0.06, combined_sd=0.04, additive_sd=5.0)
FIRST, SECOND = Logistic(2.0, 1.4, bottom=0.0), Logistic(40.0, 1.2, bottom=0.0)
DOSES = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
CONTROL = {"role": "untreated", "compound": "", "dose": np.nan, "compound_2": "", "dose_2": np.nan}


def pairs(
    doses: list[tuple[float, float]], schedule: str = "", lead_hours: float = np.nan, wells: int = 3
) -> list[Row]:
    """Return treated wells at pairs of doses of cisplatin and birinapant, 0 for none."""
    found = []
    for one, two in doses:
        names = [(name, dose) for name, dose in (("cisplatin", one), ("birinapant", two)) if dose]
        row: Row = {"role": "treated", "compound_2": "", "dose_2": np.nan}
        row |= {"compound": names[0][0], "dose": names[0][1]}
        if len(names) > 1:
            row |= {"compound_2": names[1][0], "dose_2": names[1][1], "schedule": schedule, "lead_hours": lead_hours}
        found += [row] * wells
    return found


def layout(wells: list[Row]) -> pd.DataFrame:
    rows = [*wells, *[CONTROL] * 8, *[CONTROL | {"role": "blank"}] * 6]
    names = [f"{row}{column}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]
    found = pd.DataFrame(rows).assign(well=names[: len(rows)], cell_line="A", arm="", hours=72.0)
    unit = np.where(found["compound"] == "birinapant", "nM", "uM")
    found = found.assign(dose_unit=np.where(found["compound"] == "", "", unit))
    found["dose_unit_2"] = np.where(found["compound_2"] == "", "", "nM")
    for name, empty in (("schedule", ""), ("lead_hours", np.nan)):
        found[name] = found[name].fillna(empty) if name in found else empty
    return found


def wells_of(
    wells: list[Row], surface: PlantedSurface | dict[str, PlantedSurface], second: PlantedCurve = SECOND, seed: int = 3
) -> pd.DataFrame:
    held = {name for row in wells for name in (row["compound"], row["compound_2"])}
    both = {("A", "cisplatin"): FIRST, ("A", "birinapant"): second}
    curves = {key: curve for key, curve in both.items() if key[1] in held}
    planted = surface if isinstance(surface, dict) else {"": surface}
    surfaces = {("A", "cisplatin", "birinapant", name): one for name, one in planted.items() if len(curves) > 1}
    plates = simulate_plates(
        layout(wells), curves, QUIET, surfaces=surfaces, shape=(16, 24), rng=np.random.default_rng(seed)
    )
    return plates.wells.assign(assay="viability", plate="", exclude="", said="", file="a.txt")


def analysed(table: pd.DataFrame) -> Findings:
    answered = responses(table)
    agents = read_agents(answered, {})
    findings = Findings()
    findings.curves = tuple(fit_curves(answered, agents))
    analyse_combinations(answered, agents.by_row, findings)
    return findings


def found_of(
    wells: list[Row], surface: PlantedSurface | dict[str, PlantedSurface], second: PlantedCurve = SECOND
) -> Findings:
    return analysed(wells_of(wells, surface, second))


def rows(found: Findings, method: str, level: str = "all", **values: object) -> list[Row]:
    table = [row for row in rows_of(found.tables["combination"]) if (row["method"], row["level"]) == (method, level)]
    return [row for row in table if all(row[name] == value for name, value in values.items())]


RATIO = [(d, 0.0) for d in DOSES] + [(0.0, 20 * d) for d in DOSES] + [(d / 2, 10 * d) for d in DOSES]


@pytest.fixture(scope="module")
def ratio() -> Findings:
    return found_of(pairs(RATIO), LoeweSurface(FIRST, SECOND, index=0.5))


def test_the_index_is_that_planted_at_every_level_and_as_a_headline(ratio: Findings) -> None:
    found = rows(ratio, "ci", exclusive=True)
    assert [row["affected"] for row in found[1:]] == [0.5, 0.75, 0.9, 0.95]
    for row in found:
        assert row["low"] < 0.5 < row["high"]
        assert (row["n"], row["ratio"]) == (3, "1:20")
    assert [row["verdict"] for row in found] == ["synergy"] * 4 + ["not resolved"]
    assert "untested_effect" in found[-1]["caution"]  # 16 uM affect 0.948
    assert len(rows(ratio, "ci", "experiment", exclusive=True)) == 15


def test_both_fits_and_both_assumptions_stand_side_by_side(ratio: Findings) -> None:
    [exclusive], [other] = (rows(ratio, "ci", exclusive=way)[:1] for way in (True, False))
    assert other["value"] > exclusive["value"]
    [classic] = rows(ratio, "ci_log_linear", exclusive=True)[:1]
    assert classic["value"] == pytest.approx(exclusive["value"], rel=0.1)
    [index] = rows(ratio, "interaction_index")
    assert index["value"] == pytest.approx(0.5, rel=0.15)
    assert index["verdict"] == "synergy"


def test_dose_reductions_add_up_to_the_index(ratio: Findings) -> None:
    found = rows(ratio, "dose_reduction", affected=0.5)
    [index] = rows(ratio, "ci", exclusive=True, affected=0.5)
    assert [row["agent"] for row in found] == ["cisplatin", "birinapant"]
    assert sum(1.0 / row["value"] for row in found) == pytest.approx(index["value"], rel=0.02)


def test_median_effects_are_those_planted(ratio: Findings) -> None:
    table = ratio.tables["median_effect"]
    found = {row["agent"]: row for row in rows_of(table[(table["level"] == "all") & (table["fit"] == "nonlinear")])}
    assert found["cisplatin"]["dm"] == pytest.approx(2.0, rel=0.15)
    assert found["birinapant"]["m"] == pytest.approx(1.2, rel=0.1)
    assert found["cisplatin + birinapant"]["ratio"] == "1:20"
    assert set(table["fit"]) == {"nonlinear", "log_linear"}


def test_what_is_drawn_is_what_the_tables_say(ratio: Findings) -> None:
    assert ratio.combinations is not None
    [drawn] = drawn_combinations(ratio.combinations).indices
    assert drawn.headline.endswith("synergy")
    assert [agent.label for agent in drawn.curves] == ["cisplatin", "birinapant", "cisplatin + birinapant 1:20"]
    assert len(drawn.isoboles) == 3
    assert np.all((drawn.low < drawn.index) & (drawn.index < drawn.high))


def test_a_missing_single_agent_is_named_and_nothing_is_told() -> None:
    wells = pairs([pair for pair in RATIO if pair[0]])
    found = found_of(wells, LoeweSurface(FIRST, SECOND))
    [row] = rows(found, "ci")
    assert (row["verdict"], np.isnan(row["value"])) == ("not resolved", True)
    assert "single_agent_missing" in row["caution"]
    assert "birinapant" in row["caution"]


def test_an_inactive_agent_has_no_index_and_the_partner_is_potentiated() -> None:
    fixed = [(d, 0.0) for d in DOSES] + [(d, 100.0) for d in DOSES] + [(0.0, 100.0)]
    found = found_of(pairs(fixed), PotentiatedSurface(FIRST, 2.5), second=Logistic(1e6, 1.0))
    [row] = rows(found, "potentiation")
    assert row["low"] < 2.5 < row["high"]
    assert (row["verdict"], row["agent"], row["dose_2"]) == ("synergy", "cisplatin", 100.0)
    contrasts = found.tables["comparisons"]
    assert contrasts["quantity"].tolist() == ["potentiation"]
    assert contrasts["p_adjusted"].iloc[0] < 0.05


def test_a_matrix_has_four_scores_and_marks_the_planted_block() -> None:
    grid = [0.0, 0.5, 1.0, 2.0, 4.0]
    cells = [(one, 20 * two) for one, two in product(grid, grid) if one or two]
    surface = BlissSurface(FIRST, SECOND, excess=0.2, block_1=(0.9, 2.1), block_2=(19.0, 21.0))
    found = found_of(pairs(cells), surface)
    wholes = {method: rows(found, method)[0] for method in ("bliss", "hsa", "loewe", "zip")}
    assert all(np.isnan(row["dose"]) for row in wholes.values())
    marked = {(row["dose"], row["dose_2"]) for row in rows(found, "bliss", verdict="synergy") if row["dose"] > 0}
    assert {(1.0, 20.0), (2.0, 20.0)} == marked
    whole, *others = rows(found, "ci")
    assert (np.isnan(whole["affected"]), whole["ratio"], whole["n"]) == (True, "", 3)
    assert {cell["verdict"] for cell in others if np.isfinite(cell["dose"])} <= {"synergy", "additive", "not resolved"}
    assert found.combinations is not None
    [drawn] = drawn_combinations(found.combinations).matrices
    assert drawn.affected.shape == (5, 5)


def test_schedules_are_compared_within_experiments() -> None:
    shifts = {"pre": 4.0, "co": 2.0, "post": 1.0}
    alone = pairs([(d, 0.0) for d in DOSES] + [(0.0, 100.0)], wells=2)
    wells = alone + [
        well
        for schedule, lead in (("pre", 24.0), ("co", 0.0), ("post", 24.0))
        for well in pairs([(d, 100.0) for d in DOSES], schedule, lead, wells=2)
    ]
    surfaces: dict[str, PlantedSurface] = {name: PotentiatedSurface(FIRST, shift) for name, shift in shifts.items()}
    found = found_of(wells, surfaces, second=Logistic(1e6, 1.0))
    table = found.tables["comparisons"]
    own = table[table["quantity"] == "relative IC50 by schedule"].set_index("contrast")
    assert own.loc["pre 24 h against co", "estimate"] == pytest.approx(0.5, rel=0.2)
    assert own.loc["co against post 24 h", "estimate"] == pytest.approx(0.5, rel=0.2)
    assert found.combinations is not None
    assert {one.best for one in found.combinations.schedules} == {"pre 24 h"}


def test_the_order_of_the_wells_changes_nothing() -> None:
    table = wells_of(pairs(RATIO), LoeweSurface(FIRST, SECOND, index=0.5))
    tables = [analysed(one).tables["combination"] for one in (table, table.sample(frac=1.0, random_state=1))]
    first, other = (
        one[one["level"] == "all"].set_index(["method", "exclusive", "agent", "affected"]) for one in tables
    )
    numbers = ["value", "low", "high"]
    first, other = first[first["dose"].isna()][numbers], other[other["dose"].isna()][numbers]
    np.testing.assert_allclose(other.reindex(first.index), first, rtol=1e-10)


def test_a_study_without_combinations_has_empty_tables() -> None:
    found = found_of(pairs([(d, 0.0) for d in DOSES]), LoeweSurface(FIRST, SECOND))
    assert not len(found.tables["combination"])
    assert found.combinations is not None
    assert not drawn_combinations(found.combinations).indices


def test_experiments_without_a_common_dose_keep_their_index() -> None:
    table = wells_of(pairs(RATIO), LoeweSurface(FIRST, SECOND, index=0.5))
    third = table["replicate"] == "3"
    scaled = table.assign(**{name: table[name].where(~third, 1.07 * table[name]) for name in ("dose", "dose_2")})
    found = analysed(scaled)
    assert rows(found, "ci", exclusive=True)[0]["verdict"] == "synergy"
    [bliss] = rows(found, "bliss")
    assert "unlike_matrix_doses" in bliss["caution"]
