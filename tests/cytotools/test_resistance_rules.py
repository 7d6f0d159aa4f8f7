"""The file of rules is read, extended by a user, and refused with place and remedy where it is wrong."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from cytotools.errors import StudyError
from cytotools.verdicts.agent_classes import agent_class
from cytotools.verdicts.resistance import resistance_table
from cytotools.verdicts.resistance_rules import LIMITS, default_rules, read_rules

TEXT = files("cytotools.verdicts").joinpath("resistance_rules.yaml").read_text(encoding="utf-8")
OWN = """
version: 1
sources:
  me: {cite: "our notebook, page 7"}
mechanisms:
  NFkB_survival:
    meaning: NF-kB keeps the cells alive
    measurements:
      - kind: added_agent
        agent: ikk_inhibitor
        effect: more
        of: apoptosis
        alone: taken out
        for: an IKK inhibitor restores apoptosis
        against: it does not
        limits:
          odds_ratio: {value: 2, because: ours}
          caspase_fold: {value: 2, because: ours}
          viability: {value: 0.2, because: ours}
    says: {supported: NF-kB saves, against: NF-kB does not, not resolved: open}
    next: {supported: a, against: b, not resolved: c, not tested: d}
    sources: [me]
"""


def test_the_rules_of_the_toolkit_hold_all_mechanisms_partners_and_reasons() -> None:
    rules = default_rules()
    assert {m.kind for mechanism in rules.mechanisms for m in mechanism.measurements} == set(LIMITS)
    reasons = [limit.because for one in rules.mechanisms for m in one.measurements for limit in m.limits.values()]
    assert all(reasons)
    wanted = "taxane proteasome_inhibitor topoisomerase_inhibitor hdac_inhibitor plk1_inhibitor platinum antimetabolite"
    assert set(wanted.split()) <= {partner.agent_class for partner in rules.partners}
    cited = [s for one in rules.mechanisms for s in one.sources] + [s for one in rules.partners for s in one.sources]
    assert all(source.doi.startswith("10.") for source in cited)


def test_a_user_adds_a_mechanism_from_a_known_kind_of_measurement() -> None:
    rules, rng, rows = read_rules(OWN), np.random.default_rng(1), []
    arms = {(): 0.1, ("BV6",): 0.15, ("BAY 11-7082",): 0.1, ("BV6", "BAY 11-7082"): 0.5}
    for replicate in ("1", "2", "3"):
        for agents, fraction in arms.items():
            value = fraction * float(np.exp(rng.normal(0, 0.1)))
            row: dict[str, object] = dict(zip(("compound", "compound_2"), (*agents, "", ""), strict=False))
            row |= {"cell_line": "A", "role": "treated" if agents else "vehicle", "assay": "viability"}
            rows.append(row | {"replicate": replicate, "response": 1 - value, "low": 0.8 - value, "high": 1.2 - value})
    found = resistance_table({"wells": pd.DataFrame(rows)}, agent_class, rules)
    assert found[["mechanism", "grade", "source"]].to_numpy().tolist() == [
        ["NFkB_survival", "supported", "our notebook, page 7"]
    ]
    assert found["high"].item() < 0


def test_other_limits_of_a_user_count() -> None:
    text = TEXT.replace("stays_below: {value: 0.5", "stays_below: {value: 0.05")
    assert read_rules(text).mechanisms[0].measurements[0].limit("stays_below") == 0.05


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: loss", "kind: losses", "kind: expected one of return, loss"),
        ("agent: tnf", "agent: tfn", "a class of agents: expected one of smac_mimetic"),
        ("value: 0.25", "value: low", "a limit: expected a number above 0, got 'low'"),
        ("value: 0.25", "value: -1", "a limit: expected a number above 0, got -1"),
        ("effect: less", "effect: fewer", "effect: expected one of more, less, got 'fewer'"),
        ("sources: [petersen2010,", "sources: [petersen2011,", "a source: expected a key of `sources`"),
        ("version: 1", "version: 2", "version: expected 1, got 2"),
        ("        target: [cIAP1", "        targets: [cIAP1", "a key: expected one of kind, target"),
        ("meaning: cIAP1 stays", "meaning: 7 #", "meaning: expected words, got 7"),
        ("    says:\n      supported: cIAP2 is back", "    say:\n      supported: cIAP2 is back", "got 'say'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(StudyError) as caught:
        read_rules(TEXT.replace(old, new, 1), "mine.yaml")
    problems = caught.value.problems
    assert any(said in str(problem) for problem in problems)
    assert all(problem.place.startswith("mine.yaml:") and problem.remedy for problem in problems)


@pytest.mark.parametrize("text", ["", "- a\n- b", "mechanisms: 7", "version: 1\nmechanisms: {a: b}\nsources: {}"])
def test_what_is_no_file_of_rules_is_refused(text: str) -> None:
    with pytest.raises(StudyError):
        read_rules(text)


def test_a_source_without_doi_is_shown_as_it_is() -> None:
    source = default_rules().mechanisms[0].sources[0]
    assert str(source).endswith(f"doi:{source.doi}")
    assert str(replace(source, doi="")) == source.cite
