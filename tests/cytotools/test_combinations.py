"""Combinations, lines and hours: planted odds ratios, and p-values under the null."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from cytotools.combinations import compare_combinations, interaction_in_words
from cytotools.comparison import compare
from cytotools.end_points import compare_hours, end_points
from cytotools.line_responses import compare_lines

PARTS = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
Key = tuple[Any, ...]


def study(planted: dict[Key, float], names: tuple[str, ...], sd: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Return quadrants of three experiments; a condition without compound, or of saline, is the vehicle."""
    rng, rows = np.random.default_rng(seed), []
    days = rng.normal(0, 0.3, 3)
    for (key, level), replicate in product(planted.items(), range(3)):
        sheet = dict(zip(names, key, strict=True))
        role = "treated" if sheet.get("compound") or sheet.get("compound_2") else "vehicle"
        fraction = float(expit(logit(level) + days[replicate] + rng.normal(0, sd)))
        own = {"file": f"{key}{replicate}", "role": role, "replicate": str(replicate), "parent_events": 10_000, **sheet}
        rows += [
            own | {"population": p, "fraction": f, "low": 0.0, "high": 1.0}
            for p, f in zip(PARTS, (1 - fraction, 0.6 * fraction, 0.4 * fraction, 0.0), strict=True)
        ]
    return pd.DataFrame(rows)


def rows_of(table: pd.DataFrame, quantity: str, scale: str = "odds_ratio") -> pd.DataFrame:
    return table[(table["quantity"] == quantity) & (table["scale"] == scale)]


FACTORIAL = ("compound", "dose", "compound_2", "dose_2")


def factorial(factor: float, sd: float, seed: int = 1) -> pd.DataFrame:
    """Return vehicle, cisplatin at two doses, Smac alone and both pairs, with this interaction at the higher dose."""
    base = {("", 0.0): 0.1, ("cisplatin", 5.0): 0.15, ("cisplatin", 10.0): 0.25}
    planted: dict[Key, float] = {(*key, "", np.nan): level for key, level in base.items()}
    for key, level in base.items():
        gain = np.log(1.5) + (np.log(factor) if key[1] == 10.0 else 0.0)
        planted[(*key, "Smac-N7", 25.0)] = float(expit(logit(level) + gain))
    return study(planted, FACTORIAL, sd, seed)


def test_planted_interaction_is_found_and_told() -> None:
    found = rows_of(compare_combinations(factorial(3.0, 0.05, seed=2)), "total interaction")
    assert found["contrast"].tolist() == ["cisplatin 5 with Smac-N7 25", "cisplatin 10 with Smac-N7 25"]
    none, three = found.to_dict("records")
    assert none["low"] < 1 < none["high"]
    assert three["low"] < 3.0 < three["high"]
    assert interaction_in_words({str(k): v for k, v in none.items()}).startswith(
        "cisplatin 5 with Smac-N7 25: interaction not"
    )
    words = interaction_in_words({str(k): v for k, v in three.items()})
    assert f"{three['estimate']:.2g}-fold" in words
    assert words.endswith("the odds of apoptosis that each alone predicts")


def test_excess_is_the_fraction_beyond_the_prediction() -> None:
    table = compare_combinations(factorial(3.0, 0.0))
    excess = rows_of(table, "total interaction", "difference").iloc[1]
    ratio = rows_of(table, "total interaction").iloc[1]
    assert ratio["estimate"] == pytest.approx(3.0, rel=1e-6)
    level = logit(0.25) + np.log(1.5)
    assert excess["estimate"] == pytest.approx(expit(level + np.log(3)) - expit(level), abs=0.02)
    assert excess["p_value"] == ratio["p_value"]


def test_an_agent_alone_may_stand_in_either_column() -> None:
    table = factorial(3.0, 0.05)
    alone = (table["compound"] == "") & (table["compound_2"] != "")
    moved = table.copy()
    moved.loc[alone, "compound"], moved.loc[alone, "dose"] = "Smac-N7", 25.0
    moved.loc[alone, "compound_2"], moved.loc[alone, "dose_2"] = "", np.nan
    before, after = (rows_of(compare_combinations(t), "total interaction")["estimate"] for t in (table, moved))
    assert before.to_numpy() == pytest.approx(after.to_numpy())


def test_combinations_are_compared_with_each_agent_alone() -> None:
    found = rows_of(compare_combinations(factorial(3.0, 0.05)), "total", "difference")
    assert found["contrast"].tolist()[-2:] == [
        "cisplatin 10 + Smac-N7 25 against cisplatin 10",
        "cisplatin 10 + Smac-N7 25 against Smac-N7 25",
    ]
    assert (found["estimate"] > 0).all()


def test_a_missing_single_agent_is_said() -> None:
    table = factorial(3.0, 0.05)
    table = table[(table["compound"] != "") | (table["compound_2"] == "")]
    found = rows_of(compare_combinations(table), "total interaction")
    assert found["estimate"].isna().all()
    assert found["caution"].str.startswith("no_single_agent: cisplatin").all()
    assert "not told" in interaction_in_words({str(k): v for k, v in found.iloc[0].items()})


def test_interactions_err_in_five_percent_together() -> None:
    false = 0
    for seed in range(150):
        table = factorial(1.0, 0.2, seed)
        found = rows_of(compare_combinations(table[table["population"] != "live"]), "total interaction")
        false += bool(found["p_adjusted"].min() < 0.05)
    assert 0.01 <= false / 150 <= 0.11


def test_lines_differ_by_the_ratio_of_their_odds_ratios() -> None:
    planted = {("A", "", 24.0): 0.10, ("A", "cisplatin", 24.0): 0.20, ("B", "", 24.0): 0.30}
    planted[("B", "cisplatin", 24.0)] = float(expit(logit(0.30) + logit(0.20) - logit(0.10) + np.log(4)))
    found = rows_of(compare_lines(study(planted, ("cell_line", "compound", "hours"), 0.05)), "total between lines")
    assert found["contrast"].tolist() == ["B against A, cisplatin"]
    assert found["low"].iloc[0] < 4 < found["high"].iloc[0]
    same = dict(planted) | {("B", "cisplatin", 24.0): float(expit(logit(0.30) + logit(0.20) - logit(0.10)))}
    null = rows_of(compare_lines(study(same, ("cell_line", "compound", "hours"), 0.1)), "total between lines")
    assert null["low"].iloc[0] < 1 < null["high"].iloc[0]


COURSE = ("cell_line", "compound", "hours")


def course(levels: dict[float, float]) -> dict[Key, float]:
    control: dict[Key, float] = {("A", "", hours): 0.1 for hours in levels}
    return control | {("A", "cisplatin", hours): level for hours, level in levels.items()}


def test_the_best_hour_and_those_as_good() -> None:
    table = study(course({6.0: 0.11, 24.0: 0.35, 48.0: 0.36}), COURSE, 0.08)
    [found] = end_points(table)
    assert found.tested_hours == (6.0, 24.0, 48.0)
    assert {found.hours, *found.as_good} == {24.0, 48.0}
    assert "can't be told from it" in found.words
    pairs = compare_hours(table)
    assert pairs["contrast"].tolist()[0] == "24 h against 6 h, cisplatin"
    assert len(pairs) == 3


def test_no_hour_where_nothing_happens() -> None:
    [found] = end_points(study(course({6.0: 0.1, 24.0: 0.1}), COURSE, 0.2, seed=3))
    assert found.hours is None
    assert "no hour of 6 h and 24 h has a resolved effect" in found.words


def test_all_comparisons_in_one_table_begin_with_those_against_control() -> None:
    table = compare(factorial(3.0, 0.05))
    assert table["contrast"].iloc[0] == "cisplatin 5 against vehicle"
    assert set(table["scale"]) == {"difference", "odds_ratio"}
    assert not table.duplicated(["compound", "dose", "compound_2", "dose_2", "quantity", "contrast", "scale"]).any()
