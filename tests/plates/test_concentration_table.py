"""concentrations.csv: samples by condition, dilutions, limits, plates apart, and what can't be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cytotools.errors import StudyError
from cytotools.plates.concentration_table import CONCENTRATION_COLUMNS, concentrations, recoveries

LEVELS = (0.0, 15.6, 31.2, 62.5, 125.0, 250.0, 500.0, 1000.0)


def signal(concentration: float) -> float:
    return float(3.2 - 3.14 / (1.0 + (concentration / 600.0) ** 1.2))


def standards(levels: tuple[float, ...] = LEVELS, **columns: Any) -> list[dict[str, Any]]:
    rows = []
    for number, level in enumerate(levels, 1):
        for letter, error in (("A", 0.985), ("B", 1.015)):
            row = {"well": f"{letter}{number}", "role": "standard", "dose": level, "dose_unit": "pg/mL"}
            rows.append(row | {"assay": "elisa", "signal": error * signal(level)} | columns)
    return rows


def sample(concentration: float, **columns: Any) -> list[dict[str, Any]]:
    row = {"role": "treated", "cell_line": "ECA109", "compound": "Smac-N7", "assay": "elisa"} | columns
    read = signal(concentration / columns.get("dilution", 1.0))
    return [row | {"well": f"{letter}11", "signal": error * read} for letter, error in (("C", 0.99), ("D", 1.01))]


def table(*rows: list[dict[str, Any]]) -> pd.DataFrame:
    return concentrations(pd.DataFrame([row for part in rows for row in part]), "TNF-alpha")


def test_samples_are_named_by_condition_and_counted_by_experiment() -> None:
    found = table(standards(), sample(120.0, replicate="1"), sample(180.0, replicate="2"))
    assert found["sample"].tolist() == ["ECA109, Smac-N7, replicate 1", "ECA109, Smac-N7, replicate 2"]
    assert found["n"].tolist() == [1, 1]
    assert found["concentration"].to_numpy() == pytest.approx([120.0, 180.0], rel=0.05)
    assert (found["low"] < found["concentration"]).all()
    assert (found["concentration"] < found["high"]).all()
    assert list(found.columns)[-len(CONCENTRATION_COLUMNS) :] == list(CONCENTRATION_COLUMNS)
    assert list(found.columns)[:3] == ["cell_line", "compound", "dose"]
    assert found[["analyte", "unit"]].to_numpy().tolist() == [["TNF-alpha", "pg/mL"]] * 2


def test_limits_of_a_diluted_sample_are_those_before_dilution() -> None:
    found = table(standards(), sample(3.0, dilution=10.0), sample(600.0, dilution=5.0, arm="a")).iloc
    assert np.isnan(found[0]["concentration"])
    assert (found[0]["low"], found[0]["high"]) == (0.0, found[0]["lowest_standard"]) == (0.0, 156.0)
    assert found[1]["concentration"] == pytest.approx(600.0, rel=0.05)
    above = table(standards(), sample(9000.0, dilution=2.0)).iloc[0]
    assert (above["low"], above["high"]) == (above["highest_standard"], np.inf) == (2000.0, np.inf)
    assert "above_standards: > 2000 " in above["caution"]


def test_of_two_dilutions_the_sharper_counts_and_disagreement_is_said() -> None:
    found = table(standards(), sample(5000.0, dilution=1.0), sample(5000.0, dilution=20.0))
    assert len(found) == 1
    assert found["concentration"].iloc[0] == pytest.approx(5000.0, rel=0.05)
    assert found["caution"].iloc[0] == ""
    unlike = table(standards(), sample(100.0, dilution=1.0), sample(900.0, dilution=10.0))
    assert "dilutions_disagree: x1" in unlike["caution"].iloc[0]


def test_each_plate_has_its_own_standards() -> None:
    bright = [row | {"signal": 2 * row["signal"]} for row in (*standards(plate="2"), *sample(120.0, plate="2"))]
    found = table(standards(plate="1"), sample(120.0, plate="1"), bright)
    assert found["concentration"].to_numpy() == pytest.approx([120.0, 120.0], rel=0.05)
    lone = table(standards(plate="1"), sample(120.0, plate="2")).iloc[0]
    assert (np.isnan(lone["concentration"]), lone["low"], lone["high"]) == (True, 0.0, np.inf)
    assert "no_standard_curve" in lone["caution"]


def test_blanks_stand_for_a_missing_zero_standard() -> None:
    blanks = [{"role": "blank", "assay": "elisa", "signal": s, "well": "H1"} for s in (0.059, 0.061)]
    found = table(standards(LEVELS[1:]), blanks, sample(120.0)).iloc[0]
    assert "blank_as_zero: 2 wells" in found["caution"]
    assert "blank_as_zero" not in table(standards(), blanks, sample(120.0))["caution"].iloc[0]


def test_wells_that_the_reader_could_not_read() -> None:
    bright = [row | {"signal": np.nan, "said": "OVRFLW"} for row in sample(1.0)]
    found = table(standards(), bright).iloc[0]
    assert (found["low"], found["high"]) == (1000.0, np.inf)
    assert "no_number: 2 of 2 wells" in found["caution"]
    half = sample(120.0)
    half[0] |= {"signal": np.nan, "said": "MISSED"}
    assert "one_well" in table(standards(), half)["caution"].iloc[0]


def test_excluded_standards_and_a_reference_wavelength_count() -> None:
    rows = standards()
    rows[8] |= {"signal": 9.0, "exclude": "bubble"}
    both = [row | {"reference_signal": 0.04, "signal": row["signal"] + 0.04} for row in (*rows, *sample(120.0))]
    found = table(both).iloc[0]
    assert found["concentration"] == pytest.approx(120.0, rel=0.05)
    assert found["caution"] == ""


def test_standards_without_one_concentration_and_unit_are_refused() -> None:
    with pytest.raises(StudyError, match="one `dose_unit`"):
        table(standards(LEVELS[:4]), standards(LEVELS[4:], dose_unit="ng/mL"), sample(120.0))
    with pytest.raises(StudyError, match="its concentration"):
        table(standards((*LEVELS, float("nan"))), sample(120.0))


def test_other_assays_are_passed_over_and_recoveries_are_told() -> None:
    wells = pd.DataFrame([*standards(), *sample(120.0), {"assay": "viability", "role": "treated", "signal": 1e5}])
    assert len(concentrations(wells)) == 1
    assert concentrations(wells[wells["assay"] == "viability"]).empty
    found = recoveries(wells)
    assert found["statistic"].tolist()[:2] == ["recovery 15.6 pg/mL", "recovery 31.2 pg/mL"]
    assert found["value"].to_numpy() == pytest.approx(np.ones(7), abs=0.2)
