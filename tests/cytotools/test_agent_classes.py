"""An agent is told by any of the ways in which laboratories write its name."""

from __future__ import annotations

import pytest

from cytotools.verdicts.agent_classes import agent_class, agent_classes, folded, near_class


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Smac-N7", "smac_mimetic"),
        ("smac n7", "smac_mimetic"),
        ("BIRINAPANT", "smac_mimetic"),
        ("LCL-161", "smac_mimetic"),
        ("TNFα", "tnf"),
        ("TNF alpha", "tnf"),
        ("Z-VAD(OMe)-FMK", "caspase_inhibitor"),
        ("Nec-1s", "necroptosis_inhibitor"),
        ("ABT199", "bh3_mimetic"),
        ("LY 294002", "pi3k_akt_inhibitor"),
        ("saline", ""),
        ("", ""),
    ],
)
def test_names_are_known_as_they_are_written(name: str, expected: str) -> None:
    assert agent_class(name) == expected


def test_the_study_overrules_the_list() -> None:
    assert agent_class("LCL161", declared="taxane") == "taxane"
    assert agent_class("LCL161", declared="our favourite") == "smac_mimetic"


def test_no_name_belongs_to_two_classes() -> None:
    names = [folded(n) for c in agent_classes() for n in {folded(n) for n in c.names}]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("declared", "near"),
    [
        ("smack mimetic", "Smac mimetic"),
        ("platinium", "platinum"),
        ("anthracycline", ""),
        ("CDK4/6 inhibitor", ""),
        ("", ""),
    ],
)
def test_a_slip_of_the_pen_in_a_class_is_seen(declared: str, near: str) -> None:
    assert near_class(declared) == near
