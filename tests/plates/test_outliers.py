"""Outliers: marked by the rule, never dropped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cytotools.doses.cautions import join
from cytotools.plates import mark_outliers, responses, with_and_without


def plate(rng: np.random.Generator, conditions: int = 20) -> pd.DataFrame:
    levels = np.concatenate([np.zeros(4), np.ones(6), np.repeat(np.linspace(0.1, 1, conditions), 4)])
    doses = np.concatenate([np.full(10, np.nan), np.repeat(np.arange(1.0, conditions + 1), 4)])
    roles = ["blank"] * 4 + ["untreated"] * 6 + ["treated"] * (4 * conditions)
    signal = 50 + 1000 * levels * (1 + 0.05 * rng.standard_normal(len(levels))) + 5 * rng.standard_normal(len(levels))
    return pd.DataFrame({"role": roles, "dose": doses, "signal": signal})


def test_a_far_well_is_marked_and_its_size_said(rng: np.random.Generator) -> None:
    wells = plate(rng)
    wells["signal"] += np.where(wells.index == 30, 400.0, 0.0) - np.where(wells.index == 61, 400.0, 0.0)
    marks = mark_outliers(wells)
    assert marks.index[marks != ""].tolist() == [30, 61]
    assert "SD from the mean of its 3 other wells" in marks[30]


def test_nothing_is_dropped(rng: np.random.Generator) -> None:
    wells = plate(rng)
    wells["signal"] += np.where(wells.index == 30, 400.0, 0.0)
    table = responses(wells)
    assert np.isfinite(table["response"].iloc[30])
    both = [join(*pair) for pair in zip(table["caution"], mark_outliers(wells), strict=True)]
    shown = with_and_without(table.assign(caution=both))
    assert len(shown) == 1
    row = shown.iloc[0]
    assert (row["n"], row["n_without"]) == (4, 3)
    assert row["mean"] - row["mean_without"] == pytest.approx(0.1, abs=0.03)


def test_pairs_and_scarce_plates_are_not_judged() -> None:
    pairs = pd.DataFrame({"role": "treated", "dose": [1.0, 1.0, 2.0, 2.0], "signal": [1.0, 9.0, 5.0, 5.1]})
    assert (mark_outliers(pairs) == "").all()


def test_false_marks_are_rare(rng: np.random.Generator) -> None:
    assert np.mean([(mark_outliers(plate(rng)) != "").any() for _ in range(60)]) < 0.08


def test_the_last_digit_of_a_reader_makes_no_outlier() -> None:
    signal = [0.012] * 5 + [0.013] + [1.0, 1.04, 0.97, 1.01, 0.5, 0.51, 0.49, 0.52]
    wells = pd.DataFrame({"role": ["blank"] * 6 + ["untreated"] * 4 + ["treated"] * 4, "signal": signal})
    assert (mark_outliers(wells) == "").all()
