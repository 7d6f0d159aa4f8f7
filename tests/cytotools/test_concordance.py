"""Concordance, controls, harvest times and best hours from the tables of small studies with known truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cytotools.cautions import documented
from cytotools.comparison import compare_to_control
from cytotools.concordance_answers import concordance_answers
from cytotools.tables import COLUMNS, rows_of
from cytotools.verdicts.assay_effects import Effect, assay_effects
from cytotools.verdicts.best_hours import best_hours
from cytotools.verdicts.concordance import concordance
from cytotools.verdicts.control_checks import control_checks
from cytotools.verdicts.experiment_values import experiment_values
from cytotools.verdicts.matched_conditions import condition_key
from cytotools.verdicts.verdict_cautions import CAUTIONS

PARTS = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
LINE = {"cell_line": "A", "dose_unit": "uM"}


def tubes(
    role: str, compound: str, dose: float, hours: float, total: float, early: float = 0.6
) -> list[dict[str, Any]]:
    rows = []
    for replicate, shift in zip("123", (0.95, 1.0, 1.05), strict=True):
        dying = total * shift
        values = (0.98 * (1 - dying), early * dying, (1 - early) * dying, 0.02 * (1 - dying))
        tube = LINE | {"role": role, "compound": compound, "dose": dose, "hours": hours, "replicate": replicate}
        tube |= {"file": f"{role}{compound}{dose}{hours}{replicate}", "parent_events": 9000, "file_events": 9000}
        rows += [
            tube | {"population": part, "fraction": value, "low": value * 0.95, "high": min(value * 1.05, 1.0)}
            for part, value in zip(PARTS, values, strict=True)
        ]
    return rows


def wells(
    assay: str, compound: str, dose: float, hours: float, level: float, role: str = "treated"
) -> list[dict[str, Any]]:
    well = LINE | {"role": role, "assay": assay, "compound": compound, "dose": dose, "hours": hours, "caution": ""}
    return [
        well | {"replicate": r, "response": level * f, "low": level * f * 0.9, "high": level * f * 1.1}
        for r, f in zip("123", (0.94, 1.0, 1.06), strict=True)
    ]


def judged(tube_rows: list[dict[str, Any]], well_rows: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    quadrants = pd.DataFrame(tube_rows)
    tables = {name: pd.DataFrame(columns=list(columns)) for name, columns in COLUMNS.items()}
    tables |= {"quadrants": quadrants, "wells": pd.DataFrame(well_rows)}
    tables["comparisons"] = compare_to_control(quadrants, "vehicle", {})
    values = experiment_values(tables)
    effects = assay_effects(tables, values)
    tables["concordance"] = concordance(effects)
    tables["end_points"] = best_hours(tables, values, effects, "vehicle", {})
    tables["control_checks"] = control_checks(tables, values, effects)
    return tables


CONTROL = tubes("vehicle", "DMSO", 0.0, 24.0, 0.08)
POSITIVE = tubes("positive", "STS", 1.0, 24.0, 0.6)


def codes(table: pd.DataFrame) -> set[str]:
    return {said.partition(":")[0] for said in table["caution"] if said}


def test_assays_that_see_the_same_agree() -> None:
    found = judged(
        [*CONTROL, *tubes("treated", "X", 1.0, 24.0, 0.4)],
        [*wells("caspase", "X", 1000.0, 24.0, 4.0), *wells("viability", "X", 1.0, 72.0, 0.3)],
    )
    table = found["concordance"]
    held = table[(table["quantity"] != "rank_agreement") & (table["assay"] != "caspase")]
    assert set(held["agrees"]) == {"yes"}
    assert list(table.columns[-10:]) == list(COLUMNS["concordance"])
    assert not codes(table)


def test_doses_match_after_conversion_and_in_any_order_of_agents() -> None:
    one = {"compound": "X", "dose": 2.0, "dose_unit": "uM", "compound_2": "Y", "dose_2": 5.0, "dose_unit_2": "nM"}
    other = {
        "compound": "y",
        "dose": 0.005,
        "dose_unit": "uM",
        "compound_2": "X",
        "dose_2": 2000.0,
        "dose_unit_2": "nM",
    }
    assert condition_key(one) == condition_key(other | {"schedule": "co", "lead_hours": 0.0} | {"schedule": ""})
    assert condition_key(one | {"schedule": "pre"}) != condition_key(other | {"schedule": "pre"})
    assert condition_key(one) != condition_key(one | {"dose_unit": "ug/mL"})
    assert condition_key(one | {"dose_2": 0.0}) == condition_key({"compound": "X", "dose": 2.0, "dose_unit": "uM"})


def test_viability_that_falls_alone_is_named_once_with_its_checks() -> None:
    doses = (1.0, 3.0, 10.0)
    found = judged(
        [*CONTROL, *(row for d in doses for row in tubes("treated", "X", d, 24.0, 0.085))],
        [row for d in doses for row in wells("viability", "X", d, 72.0, 0.4)],
    )
    table = found["concordance"]
    assert set(table.loc[table["quantity"] != "rank_agreement", "agrees"]) == {"no"}
    [said] = [said for said in table["caution"] if said]
    assert said.startswith("viability_without_apoptosis: ")
    assert "LDH" in table["reason"].iloc[0]
    assert any("cytostasis or necrosis?" in words for words in concordance_answers(found))


def test_few_cells_make_little_caspase_signal_and_that_contradicts_nothing() -> None:
    tubes_ = [*CONTROL, *tubes("treated", "X", 1.0, 24.0, 0.6)]
    alone = judged(tubes_, wells("caspase", "X", 1.0, 24.0, 0.5))
    with_cells = judged(tubes_, [*wells("caspase", "X", 1.0, 24.0, 0.5), *wells("viability", "X", 1.0, 24.0, 0.5)])
    assert not codes(alone["concordance"])
    assert codes(with_cells["concordance"]) == {"annexin_without_caspase"}


def test_apoptosis_by_one_method_is_not_claimed() -> None:
    found = judged([*CONTROL, *tubes("treated", "X", 1.0, 24.0, 0.4)], wells("viability", "X", 1.0, 72.0, 0.3))
    [words] = [words for words in concordance_answers(found) if "apoptosis" in words]
    assert words == "A: signs of apoptosis by one method only (Annexin V), not enough to claim it, with X 1 µM."


@pytest.mark.parametrize(
    ("rows", "check", "verdict"),
    [
        (tubes("vehicle", "DMSO", 0.0, 24.0, 0.25), "high_background", "failed"),
        (CONTROL, "high_background", "passed"),
        ([*CONTROL, *tubes("positive", "STS", 1.0, 24.0, 0.12)], "weak_positive_control", "failed"),
        ([*CONTROL, *POSITIVE], "weak_positive_control", "passed"),
        (CONTROL, "missing_positive_control", "not tested"),
        ([*CONTROL, *tubes("untreated", "", 0.0, 24.0, 0.02)], "vehicle_effect", "failed"),
        ([*CONTROL, *tubes("untreated", "", 0.0, 24.0, 0.08)], "vehicle_effect", "passed"),
        ([], "missing_negative_control", "failed"),
    ],
)
def test_controls_are_judged(rows: list[dict[str, Any]], check: str, verdict: str) -> None:
    table = judged([*rows, *tubes("treated", "X", 1.0, 24.0, 0.4)], wells("caspase", "X", 1.0, 24.0, 3.0))[
        "control_checks"
    ]
    found = table[(table["check"] == check) & (table["assay"] == "flow")]
    assert list(found["verdict"]) == [verdict]
    assert (found["remedy"] != "").all() == (verdict != "passed")


def test_what_gating_has_said_of_a_control_is_not_said_again() -> None:
    rows = [*tubes("vehicle", "DMSO", 0.0, 24.0, 0.25), *tubes("treated", "X", 1.0, 24.0, 0.4)]
    tables = judged(rows, wells("caspase", "X", 1.0, 24.0, 3.0))
    assert "spontaneous_death" in codes(tables["control_checks"])
    raised = {"batch": "1", "cell_line": "A", "check": "high_background", "raised": True}
    values = experiment_values(tables)
    again = control_checks(tables | {"artefacts": pd.DataFrame([raised])}, values, assay_effects(tables, values))
    assert "spontaneous_death" not in codes(again)


def test_harvests_too_early_and_too_late_are_told() -> None:
    early = judged(
        [*tubes("vehicle", "DMSO", 0.0, 4.0, 0.08), *tubes("treated", "X", 1.0, 4.0, 0.085)],
        wells("viability", "X", 1.0, 72.0, 0.3),
    )
    late = judged(
        [*tubes("vehicle", "DMSO", 0.0, 96.0, 0.08), *tubes("treated", "X", 1.0, 96.0, 0.95, early=0.03)],
        wells("viability", "X", 1.0, 96.0, 0.02),
    )
    assert codes(early["control_checks"]) >= {"too_early"}
    assert not codes(early["concordance"])
    assert codes(late["control_checks"]) >= {"too_late"}


def test_the_best_hour_is_the_largest_and_names_those_as_good() -> None:
    levels = {6.0: 1.1, 12.0: 3.0, 24.0: 3.1, 48.0: 1.2}
    found = judged(
        [*CONTROL, *tubes("treated", "X", 1.0, 24.0, 0.4)],
        [row for hours, level in levels.items() for row in wells("caspase", "X", 1.0, hours, level)],
    )
    row = next(row for row in rows_of(found["end_points"]) if row["assay"] == "caspase")
    assert (row["hours"], row["tested_hours"]) == (24.0, "6 12 24 48")
    [flow] = [row for row in rows_of(found["end_points"]) if row["assay"] == "flow"]
    assert flow["caution"] == "one_hour: 24 h"


def test_ranks_are_given_from_five_shared_conditions() -> None:
    doses = 3.0 ** np.arange(5)
    totals, left = np.linspace(0.1, 0.6, 5), np.linspace(0.9, 0.2, 5)
    tube_rows = [row for d, t in zip(doses, totals, strict=True) for row in tubes("treated", "X", d, 24.0, t)]
    well_rows = [row for d, v in zip(doses, left, strict=True) for row in wells("viability", "X", d, 72.0, v)]
    [row] = [r for r in rows_of(judged([*CONTROL, *tube_rows], well_rows)["concordance"]) if r["hours"] != r["hours"]]
    assert (row["assay"], row["agrees"], row["value"], row["n"]) == ("flow and viability", "yes", 1.0, 5)


def test_every_code_is_documented_and_its_words_hold_no_separator() -> None:
    assert set(CAUTIONS) <= set(documented())
    assert not [code for code, texts in CAUTIONS.items() for text in texts if "; " in text]


def test_hostile_names_stay_words() -> None:
    place = (("cell_line", "<b>; x"), ("compound", "X; Y"), ("dose", 1.0))
    fall = Effect(place, 72.0, "viability", "viability", "loss", 0.6, 0.5, 0.7, 3, "shows")
    none = Effect(place, 24.0, "annexin", "flow", "Annexin V positive", 0.01, -0.02, 0.04, 3, "lacks")
    said = [text for text in concordance([fall, none])["caution"] if text]
    assert [text.count("; ") for text in said] == [0]
