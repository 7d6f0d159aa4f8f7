"""Assays held against each other: what contradicts, what does not, and which hours may be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from cytotools.verdicts.assay_effects import Effect, assay_effects
from cytotools.verdicts.contradictions import RULES, Rule, contradictions, method_states, supporting_methods
from cytotools.verdicts.effect_sizes import LACKS, OPEN, SHOWS, SIZES, WEAK, over_hours, state_of
from cytotools.verdicts.experiment_values import experiment_values

PLACE = (("cell_line", "A"), ("compound", "X"), ("dose", 1.0))
ASSAYS = {"annexin": "flow", "dye": "flow", "cleavage": "blot", "target": "blot"}


def effect(method: str, state: str, hours: float = 48.0, **changes: Any) -> Effect:
    size = SIZES[method]
    limits = {
        SHOWS: (size.shows + 0.6, size.shows + 1.0),
        WEAK: (size.none + 0.01, size.shows + 0.5),
        LACKS: (size.none - 0.05, size.none + 0.02),
        OPEN: (size.none - 0.1, size.shows + 0.5),
    }[state]
    found = Effect(PLACE, hours, method, ASSAYS.get(method, method), method, sum(limits) / 2, *limits, 3, state)
    return replace(found, **changes)


def codes(*effects: Effect) -> list[str]:
    return [found.code for found in contradictions(effects)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_finds_its_pattern_and_nothing_where_the_sides_agree(rule: Rule) -> None:
    wait = 24.0 if rule.code == "annexin_without_loss" else 0.0
    shows = effect(rule.shows, SHOWS)
    lacks = [effect(method, LACKS, 48.0 + wait) for method in rule.lacks]
    assert rule.code in codes(shows, *lacks)
    assert rule.code not in codes(shows, *(replace(one, state=OPEN, high=9.0) for one in lacks))
    assert rule.code not in codes(replace(shows, state=WEAK), *lacks)
    assert rule.code not in codes(shows, *(effect(method, SHOWS, 48.0 + wait) for method in rule.lacks))


def test_one_experiment_contradicts_nothing() -> None:
    assert {state_of(method, low, high, 1) for method in SIZES for low, high in ((0.9, 0.95), (-0.01, 0.01))} == {OPEN}


def test_what_was_read_before_death_begins_contradicts_no_later_fall() -> None:
    fall = effect("viability", SHOWS, 72.0)
    assert codes(fall, effect("annexin", LACKS, 24.0)) == ["viability_without_apoptosis"]
    assert codes(fall, effect("annexin", LACKS, 6.0)) == []


def test_the_question_says_how_much_earlier_an_assay_was_read() -> None:
    [found] = contradictions([effect("viability", SHOWS, 72.0), effect("annexin", LACKS, 24.0)])
    assert found.asks == "read 48 h too early, cytostasis or necrosis?"


def test_one_hour_that_shows_is_enough_and_all_must_lack() -> None:
    assert over_hours([LACKS, SHOWS, LACKS]) == SHOWS
    assert over_hours([LACKS, OPEN]) == OPEN
    caspase = [effect("caspase", SHOWS, 24.0), effect("caspase", LACKS, 72.0)]
    assert codes(effect("annexin", SHOWS), *caspase) == []


def test_caspase_read_long_after_annexin_may_be_over() -> None:
    assert codes(effect("annexin", SHOWS, 24.0), effect("caspase", LACKS, 24.0)) == ["annexin_without_caspase"]
    assert codes(effect("annexin", SHOWS, 24.0), effect("caspase", LACKS, 72.0)) == []


def test_little_apoptosis_beside_a_large_fall_read_at_the_same_hour_is_none() -> None:
    little = effect("annexin", WEAK, 72.0, low=0.01, high=0.07)
    assert codes(effect("viability", SHOWS, 72.0), little) == ["viability_without_apoptosis"]
    assert codes(effect("viability", SHOWS, 72.0), replace(little, hours=24.0)) == []


def test_lost_annexin_is_seen_by_the_dye_that_outnumbers_it() -> None:
    dye = effect("dye", SHOWS, low=0.3, high=0.4)
    assert codes(dye, effect("annexin", WEAK, low=0.01, high=0.05)) == ["dye_without_annexin"]
    assert codes(dye, effect("annexin", SHOWS, low=0.3, high=0.5)) == []


def test_apoptosis_takes_two_methods() -> None:
    states = method_states([effect("annexin", SHOWS), effect("viability", SHOWS), effect("caspase", LACKS)])
    assert supporting_methods(states) == ("annexin",)
    assert supporting_methods(states | {"caspase": SHOWS}) == ("annexin", "caspase")


def test_a_large_effect_with_a_wide_interval_is_shown_and_a_small_one_is_not() -> None:
    assert state_of("annexin", 0.086, 0.56, 3, 0.29) == SHOWS
    assert state_of("annexin", 0.086, 0.12, 3, 0.10) == WEAK


def test_a_slight_sign_beside_a_strong_one_is_none() -> None:
    tube = {"cell_line": "A", "compound": "drug", "dose": 1.0, "dose_unit": "uM", "hours": 24.0, "quantity": "total"}
    tube |= {"scale": "difference", "estimate": 0.02, "low": 0.004, "high": 0.05, "n": 3, "contrast": "drug"}
    well = {name: tube[name] for name in ("cell_line", "compound", "dose", "dose_unit", "hours")}
    well |= {"assay": "caspase", "role": "treated", "low": 5.0, "high": 7.0}
    wells = pd.DataFrame([well | {"replicate": str(i), "response": fold} for i, fold in enumerate((5.8, 6.0, 6.3))])
    tables = {"comparisons": pd.DataFrame([tube]), "wells": wells}
    found = contradictions(assay_effects(tables, experiment_values(tables)))
    assert [one.code for one in found] == ["caspase_without_annexin"]
    alone = assay_effects({"comparisons": tables["comparisons"]}, experiment_values({}))
    assert [effect.state for effect in alone] == [WEAK]
