"""Caspase folds over experiments, per viable cell, over hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from cytotools.plates import caspase_folds
from cytotools.plates.caspase_courses import peak_of


def table(values: Mapping[str, Mapping[float, Sequence[float]]], error: float = 0.05) -> pd.DataFrame:
    """Return responses: of each assay and hour, the value in each experiment."""
    shared = {"_well_error": error, "_blank_error": 0.0, "_control_error": error / 2, "_degrees": 12.0, "_blank": "b"}
    names = {"_control": "c", "_own_blank": False, "_in_control": False, "role": "treated", "compound": "TNF"}
    return pd.DataFrame(
        [
            {"assay": assay, "hours": hours, "replicate": str(i), "response": value} | shared | names
            for assay, course in values.items()
            for hours, experiments in course.items()
            for i, value in enumerate(experiments)
        ]
    )


def test_a_fold_is_the_geometric_mean_with_its_t_interval() -> None:
    row = caspase_folds(table({"caspase": {24.0: [2.0, 4.0, 8.0]}})).iloc[0]
    half = 4.302652729911275 * np.log(2) / np.sqrt(3)
    assert row["fold"] == pytest.approx(4.0)
    assert [row["low"], row["high"]] == pytest.approx([4 * np.exp(-half), 4 * np.exp(half)])
    assert np.isnan(row["fold_per_viable"])
    assert row["caution"] == "no_viability: not given per viable cell"


def test_activity_per_viable_cell_is_paired_by_experiment() -> None:
    seen = {"caspase": {24.0: [2.0, 4.0, 8.0]}, "viability": {24.0: [0.25, 0.5, 0.9]}}
    row = caspase_folds(table(seen)).iloc[0]
    assert row["fold_per_viable"] == pytest.approx(np.exp(np.mean(np.log([8.0, 8.0, 8 / 0.9]))))
    assert row["per_viable_high"] / row["per_viable_low"] < 1.5 < row["high"] / row["low"]


def test_one_experiment_has_the_interval_of_its_wells() -> None:
    row = caspase_folds(table({"caspase": {24.0: [3.0]}, "mtt": {24.0: [0.5]}})).iloc[0]
    assert row["low"] < 3.0 < row["high"]
    assert row["per_viable_low"] < 6.0 < row["per_viable_high"]
    assert row["caution"].startswith("one_experiment")


def test_too_few_viable_cells_are_refused() -> None:
    row = caspase_folds(table({"caspase": {72.0: [1.2, 1.1]}, "viability": {72.0: [0.04, 0.05]}})).iloc[0]
    assert np.isnan(row["fold_per_viable"])
    assert "few_viable: 4% of the control" in row["caution"] or "few_viable: 5% of the control" in row["caution"]


def test_a_fold_below_0_and_copies_are_said() -> None:
    negative = caspase_folds(table({"caspase": {24.0: [-0.1, 0.2, 0.1]}})).iloc[0]
    assert negative["fold"] == pytest.approx(0.2 / 3)
    assert negative["caution"].startswith("fold_not_positive: 1 of 3")
    copied = caspase_folds(table({"caspase": {24.0: [3.0, 3.0, 3.0]}})).iloc[0]
    assert copied["low"] < 3.0 < copied["high"]
    assert copied["caution"].startswith("same_values")


COURSE = {6.0: [2.0, 2.2, 1.9], 24.0: [5.0, 5.5, 4.8], 48.0: [3.0, 3.3, 2.7], 72.0: [1.0, 1.2, 0.9]}


def test_a_fold_that_falls_as_cells_go_is_said_so() -> None:
    viable = {6.0: [0.95, 1.0, 0.9], 24.0: [0.8, 0.8, 0.8], 48.0: [0.4, 0.45, 0.42], 72.0: [0.15, 0.14, 0.16]}
    found = caspase_folds(table({"caspase": COURSE, "viability": viable})).set_index("hours")["caution"]
    assert found[24.0] == "peak: highest of 4 hours, the others are lower"
    assert found[72.0] == "cells_gone: lower than at 24 h, per viable cell it is not"
    assert "cells_gone" in found[48.0]


def test_a_fold_that_falls_while_cells_stay_is_a_fall_of_activity() -> None:
    viable = {hours: [0.9, 0.95, 0.92] for hours in COURSE}
    found = caspase_folds(table({"caspase": COURSE, "viability": viable}))["caution"]
    assert not found.str.contains("cells_gone").any()


def test_hours_near_the_peak_are_named(rng: np.random.Generator) -> None:
    at, words = peak_of(np.log([[1.0, 3.0, 2.9], [1.1, 3.1, 3.3], [0.9, 3.0, 2.8]]), (6, 24, 48))
    assert (at, words) == (1, "highest of 3 hours, 48 h not told from it")
    held = []
    for _ in range(200):
        at, words = peak_of(0.3 * rng.standard_normal((3, 4)), (6, 24, 48, 72))
        held.append(at == 3 or "72 h" in words)
    assert np.mean(held) > 0.9


def test_doses_are_a_course_too() -> None:
    wells = table({"caspase": {24.0: [5.0, 5.2, 4.9]}, "viability": {24.0: [0.8, 0.8, 0.8]}}).assign(
        dose=1.0, dose_unit="uM"
    )
    high = table({"caspase": {24.0: [1.0, 1.1, 0.9]}, "viability": {24.0: [0.05, 0.04, 0.05]}}).assign(
        dose=10.0, dose_unit="uM"
    )
    both = pd.concat([wells, high], ignore_index=True).assign(dose_unit="uM")
    found = caspase_folds(both).set_index("dose")["caution"]
    assert "cells_gone: lower than at 1 uM, viability 5 %" in found[10.0]
