"""Mechanisms of resistance are graded by what was measured, and by nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from blots import abundance_table, fold_changes, rebound_table
from cytotools.cautions import documented
from cytotools.resistance_answers import resistance_answers
from cytotools.verdicts.agent_classes import agent_class
from cytotools.verdicts.resistance import RESISTANCE_COLUMNS, resistance_table
from cytotools.verdicts.resistance_cautions import CAUTIONS, caution
from cytotools.verdicts.resistance_rules import Rules, default_rules

Arms = dict[tuple[str, ...], float]
Table = pd.DataFrame
HOURS = (0.0, 3.0, 6.0, 24.0)
COLUMNS = {"cell_line": "A", "hours": 24.0, "exclude": "", "parent_events": 8000}


def tubes(arms: Arms, n: int = 3, sd: float = 0.1, line: str = "A") -> Table:
    """Return quadrants of arms by their agents, each with its fraction of apoptotic cells."""
    rng, rows = np.random.default_rng(5), []
    for replicate in range(1, n + 1):
        for agents, fraction in arms.items():
            value = float(expit(logit(fraction) + rng.normal(0, sd)))
            row: dict[str, Any] = COLUMNS | {"cell_line": line, "replicate": str(replicate)}
            row |= {"role": "treated" if agents else "untreated", "file": f"{line}{agents}{replicate}.fcs"}
            for suffix, name in zip(("", "_2", "_3"), (*agents, "", "", ""), strict=False):
                row |= {f"compound{suffix}": name, f"dose{suffix}": 10.0 if name else np.nan}
            shares = {"live": 1 - value, "early_apoptotic": value / 2, "late_apoptotic": value / 2, "necrotic": 0.0}
            rows += [
                row | {"population": part, "fraction": share, "low": 0.9 * share, "high": min(1.1 * share, 1.0)}
                for part, share in shares.items()
            ]
    return pd.DataFrame(rows)


def blots(target: str, levels: dict[str, tuple[float, ...]], n: int = 3, compound: str = "BV6") -> dict[str, Table]:
    """Return the tables of blots of one target in lines, each with its levels over the hours."""
    rng, lanes, ratios = np.random.default_rng(3), [], []
    for replicate in range(1, n + 1):
        for lane, (line, hour, level) in enumerate(
            [(line, h, v) for line, row in levels.items() for h, v in zip(HOURS, row, strict=True)], start=1
        ):
            place = {"membrane": f"m{replicate}", "lane": lane}
            treated = {"compound": compound if hour else "", "dose": 10.0 if hour else np.nan, "hours": hour}
            lanes.append(place | treated | {"role": "treated", "cell_line": line, "replicate": str(replicate)})
            value = float(np.log(level) + rng.normal(0, 0.15))
            named = {"target": target, "loading_control": "actin", "log_ratio": value}
            ratios.append(place | named | {"low": value - 0.1, "high": value + 0.1, "censored": False, "caution": ""})
    made = pd.DataFrame(ratios), pd.DataFrame(lanes)
    return {"rebound": rebound_table(*made), "time_course": fold_changes(*made), "abundance": abundance_table(*made)}


def elisa(levels: dict[tuple[str, str], float], n: int = 3) -> Table:
    """Return concentrations of TNF-alpha by line and compound, those below 15.6 pg/mL as bounds."""
    rows = []
    for (line, compound), level in levels.items():
        for replicate in range(1, n + 1):
            value, below = level * (1 + 0.03 * replicate), level < 15.6
            row = {"cell_line": line, "compound": compound, "dose": 10.0 if compound else np.nan, "hours": 24.0}
            row |= {"replicate": str(replicate), "assay": "elisa", "analyte": "TNFa", "unit": "pg/mL", "n": 1}
            row |= {"concentration": np.nan if below else value, "low": 0.0 if below else 0.9 * value}
            rows.append(row | {"high": 15.6 if below else 1.1 * value, "lowest_standard": 15.6, "caution": ""})
    return pd.DataFrame(rows)


def grade(tables: dict[str, Table], mechanism: str, line: str = "A", rules: Rules | None = None) -> dict[str, Any]:
    """Return the row of one mechanism in one line."""
    rows = resistance_table(tables, agent_class, rules).to_dict("records")
    [found] = [row for row in rows if (row["cell_line"], row["mechanism"]) == (line, mechanism)]
    return {str(name): value for name, value in found.items()}


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((1.0, 0.1, 0.2, 1.0), "supported"),
        ((1.0, 0.1, 0.3, 2.0), "supported"),
        ((1.0, 1.0, 2.0, 4.0), "supported"),
        ((1.0, 0.1, 0.1, 0.1), "against"),
        ((1.0, 1.0, 1.0, 1.0), "against"),
        ((1.0, 0.02, 0.05, 0.2), "not resolved"),
    ],
)
def test_ciap2_must_come_back_to_a_good_part_of_its_start(levels: tuple[float, ...], expected: str) -> None:
    assert grade(blots("c-IAP2", {"A": levels}), "cIAP2_rebound")["grade"] == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((1.0, 1.0, 1.0, 1.0), "supported"), ((1.0, 0.1, 0.1, 0.1), "against"), ((1.0, 0.1, 0.4, 1.0), "against")],
)
def test_ciap1_is_kept_or_lost(levels: tuple[float, ...], expected: str) -> None:
    found = grade(blots("cIAP1", {"A": levels}), "cIAP1_not_lost")
    assert found["grade"] == expected
    assert found["low"] <= found["value"] <= found["high"]


@pytest.mark.parametrize("swapped", [False, True])
def test_xiap_is_compared_with_the_line_that_responds(swapped: bool) -> None:
    levels: dict[str, tuple[float, ...]] = {"A": (3.0,) * 4, "B": (1.0,) * 4}
    tables = blots("XIAP", dict(reversed(levels.items())) if swapped else levels)
    tables["quadrants"] = pd.concat([tubes({(): 0.1, ("BV6",): 0.12}), tubes({(): 0.1, ("BV6",): 0.6}, line="B")])
    assert grade(tables, "high_XIAP")["grade"] == "supported"
    assert grade(tables, "high_XIAP", "B")["grade"] == "against"


def test_a_line_that_never_shared_a_membrane_is_compared_through_a_third() -> None:
    tables = blots("XIAP", {"C": (1.0,) * 4, "A": (3.0,) * 4, "B": (1.0,) * 4})
    tables["quadrants"] = pd.concat([tubes({(): 0.1, ("BV6",): 0.12}), tubes({(): 0.1, ("BV6",): 0.6}, line="B")])
    found = grade(tables, "high_XIAP")
    assert found["grade"] == "supported"
    assert "through_third_line: C" in found["caution"]


def test_a_target_below_detection_gives_a_bound() -> None:
    row = {"target": "XIAP", "cell_line": "A", "reference": "B", "ratio": np.nan, "n": 3, "arm": "", "caution": ""}
    tables = blots("cIAP1", {"A": (1.0, 0.1, 0.1, 0.1)})
    for low, high, expected in ((2.5, np.inf, "supported"), (1.5, np.inf, "not resolved"), (0.0, 0.7, "against")):
        tables["abundance"] = pd.DataFrame([row | {"low": low, "high": high}])
        assert grade(tables, "high_XIAP")["grade"] == expected
    assert "XIAP in A over B < 0.7" in grade(tables, "high_XIAP")["evidence"]


RESCUE: Arms = {(): 0.08, ("BV6",): 0.15, ("TNFa",): 0.09, ("BV6", "TNFa"): 0.5}


@pytest.mark.parametrize("swapped", [False, True])
def test_a_rescue_by_tnf_tells_that_the_loop_is_missing(swapped: bool) -> None:
    arms = {agents[::-1] if swapped else agents: fraction for agents, fraction in RESCUE.items()}
    found = grade({"quadrants": tubes(arms)}, "no_TNF_loop")
    assert found["grade"] == "supported"
    assert found["low"] > 1
    assert "alone taken out" in found["evidence"]


def test_of_several_doses_the_best_supports_and_all_must_be_excluded() -> None:
    high, low = tubes(RESCUE), tubes(RESCUE | {("BV6", "TNFa"): 0.16})
    low["file"] += " low"
    for name, dose in (("compound", "dose"), ("compound_2", "dose_2")):
        low.loc[low[name] == "TNFa", dose] = 1.0
    low = low[(low["compound_2"] == "TNFa") | (low["compound"] == "TNFa")]
    found = grade({"quadrants": pd.concat([high, low])}, "no_TNF_loop")
    assert found["grade"] == "supported"
    assert "TNFa 10" in found["quantity"]
    assert "several_arms: 2 of them" in found["caution"]


def test_names_and_units_of_one_agent_may_differ_between_sheets() -> None:
    quadrants = tubes(RESCUE)
    quadrants.loc[quadrants["compound_2"] == "TNFa", "compound"] = "bv6"
    assert grade({"quadrants": quadrants}, "no_TNF_loop")["grade"] == "supported"


def test_an_agent_that_kills_alone_rescues_nothing() -> None:
    arms = {(): 0.08, ("BV6",): 0.15, ("venetoclax",): 0.5, ("BV6", "venetoclax"): 0.6}
    assert grade({"quadrants": tubes(arms)}, "BCL2_block")["grade"] == "against"
    del arms[("venetoclax",)]
    assert "alone_missing: venetoclax" in grade({"quadrants": tubes(arms)}, "BCL2_block")["caution"]


def test_one_experiment_supports_nothing() -> None:
    tables = blots("cIAP2", {"A": (1.0, 0.1, 0.2, 2.0)}, n=1) | {"quadrants": tubes(RESCUE, n=1)}
    found = resistance_table(tables, agent_class)
    assert set(found["grade"]) == {"not resolved", "not tested"}
    assert "one_of_each" in grade(tables, "no_TNF_loop")["caution"]


@pytest.mark.parametrize(
    ("left", "saved", "expected"), [(0.45, 0.12, "supported"), (0.1, 0.1, "against"), (0.45, 0.45, "against")]
)
def test_necroptosis_is_death_that_zvad_leaves_and_nec_1s_takes(left: float, saved: float, expected: str) -> None:
    arms = {(): 0.1, ("BV6",): 0.5, ("zVAD",): 0.1, ("zVAD", "BV6"): left, ("BV6", "Nec-1s", "zVAD"): saved}
    assert grade({"quadrants": tubes(arms)}, "necroptosis")["grade"] == expected


def test_a_caspase_inhibitor_alone_speaks_against_necroptosis_only() -> None:
    gone = {(): 0.1, ("BV6",): 0.5, ("zVAD",): 0.1, ("BV6", "zVAD"): 0.1}
    assert grade({"quadrants": tubes(gone)}, "necroptosis")["grade"] == "against"
    assert grade({"quadrants": tubes(gone | {("BV6", "zVAD"): 0.5})}, "necroptosis")["grade"] == "not resolved"


def test_tnf_below_the_standards_counts_where_another_line_makes_it() -> None:
    levels = {("A", "BV6"): 3.0, ("A", ""): 3.0, ("B", "BV6"): 300.0, ("B", ""): 20.0}
    assert grade({"concentrations": elisa(levels)}, "no_TNF_loop")["grade"] == "supported"
    assert grade({"concentrations": elisa(levels)}, "no_TNF_loop", "B")["grade"] == "against"
    alone = {key: level for key, level in levels.items() if key[0] == "A"}
    assert grade({"concentrations": elisa(alone)}, "no_TNF_loop")["grade"] == "not resolved"


def test_a_vehicle_is_the_control_of_an_elisa_and_a_level_that_the_mimetic_does_not_raise_tells_nothing() -> None:
    raised = grade({"concentrations": elisa({("A", "BV6"): 300.0, ("A", "DMSO"): 20.0})}, "no_TNF_loop")
    assert raised["grade"] == "against"
    assert "15-fold its control" in raised["evidence"]
    level = grade({"concentrations": elisa({("A", "BV6"): 300.0, ("A", "DMSO"): 290.0})}, "no_TNF_loop")
    assert level["grade"] == "not resolved"


def test_the_arm_decides_over_the_elisa_and_a_contradiction_is_told() -> None:
    levels = {("A", "BV6"): 300.0, ("A", ""): 20.0}
    found = grade({"quadrants": tubes(RESCUE), "concentrations": elisa(levels)}, "no_TNF_loop")
    assert found["grade"] == "supported"
    assert "measurements_disagree" in found["caution"]


def test_the_only_compound_of_the_ciap_blots_is_taken_for_the_mimetic() -> None:
    found = grade(blots("cIAP1", {"A": (1.0,) * 4}, compound="compound 7"), "cIAP1_not_lost")
    assert found["compound"] == "compound 7"
    assert "assumed_smac_mimetic: compound 7" in found["caution"]


def test_each_row_names_the_next_experiment_and_its_source() -> None:
    table = resistance_table({"quadrants": tubes(RESCUE)}, agent_class)
    assert tuple(table.columns) == RESISTANCE_COLUMNS
    assert list(table["mechanism"]) == [mechanism.name for mechanism in default_rules().mechanisms]
    assert table["next_experiment"].str.len().min() > 10
    assert table["source"].str.contains("doi:10.").all()
    assert set(table.loc[table["n"] == 0, "grade"]) == {"not tested"}


def test_a_study_without_a_mimetic_has_no_rows() -> None:
    assert resistance_table({"quadrants": tubes({(): 0.1, ("cisplatin",): 0.5})}, agent_class).empty
    assert resistance_table({}, agent_class).empty


def test_the_first_screen_tells_support_with_the_next_experiment() -> None:
    table = resistance_table({"quadrants": tubes(RESCUE)}, agent_class)
    supported, rest = resistance_answers({"resistance": table})
    assert supported.startswith("A, BV6, supported: the TNF-alpha loop is missing: ")
    assert "Next: Block TNF-alpha (etanercept)" in supported
    assert "not tested: cIAP2 rebound, cIAP1 not lost" in rest


def test_every_caution_is_documented() -> None:
    assert set(CAUTIONS) <= set(documented())
    with pytest.raises(KeyError):
        caution("unheard_of", "")
