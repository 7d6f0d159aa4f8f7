"""Control tubes that are not what the sheet says, against clean plates that only look odd."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gating import UnusableControl
from gating.control_light import ControlLight
from gating.control_roles import confirm_roles
from gating.simulate import STATES, Cytometer, State, Tube, simulate_tube

CHANNELS = ("FITC-A", "PE-A")
ROLES = ("unstained", "annexin_only", "dye_only", "positive")
STAINS = {"U": (False, False), "A": (True, False), "D": (False, True), "AD": (True, True)}
GLOWING = {name: replace(s, autofluorescence=4.0) if s.dye > 1_000 else s for name, s in STATES.items()}
NO_UPTAKE = {**STATES, "live": State(100.0, 0.6, 15.0, 0.6, 1.0, 1.0, 1.0)}

PLATES: dict[str, dict[str, Any]] = {
    "plain": {},
    "few events": {"n_events": 500},
    "weak stains": {"annexin_scale": 0.15, "dye_scale": 0.15},
    "few events, weak stains": {"n_events": 500, "annexin_scale": 0.25, "dye_scale": 0.25},
    "80 % apoptosis": {"apoptosis": 0.8},
    "hardly any apoptosis": {"apoptosis": 0.015, "states": NO_UPTAKE},
    "40 % spill": {"spill": (0.4, 0.05)},
    "40 % spill both ways": {"spill": (0.4, 0.4)},
    "glowing dead cells": {"states": GLOWING, "apoptosis": 0.4},
    "heavy tails, debris": {"heavy_tails": True, "debris": 0.3, "doublets": 0.15},
}
SWAPS = {
    "single stains swapped": ("U", "D", "A", "AD"),
    "unstained and annexin_only": ("A", "U", "D", "AD"),
    "unstained and dye_only": ("D", "A", "U", "AD"),
    "all three turned": ("D", "U", "A", "AD"),
    "a sample as unstained": ("AD", "A", "D", "AD"),
    "annexin_only is stained twice": ("U", "AD", "D", "AD"),
    "dye_only is stained twice": ("U", "A", "AD", "AD"),
    "annexin_only is unstained": ("U", "U", "D", "AD"),
    "dye_only is unstained": ("U", "A", "U", "AD"),
    "dye_only as annexin_only": ("U", "D", "D", "AD"),
    "annexin_only as dye_only": ("U", "A", "A", "AD"),
    "positive is unstained": ("U", "A", "D", "U"),
}


def controls(rng: np.random.Generator, kinds: tuple[str, ...], **plate: Any) -> list[ControlLight]:
    settings = {"n_events": 4_000} | plate
    dying = float(settings.pop("apoptosis", 0.12))
    into = settings.pop("spill", (0.16, 0.012))
    cytometer = Cytometer(annexin_into_dye=into[0], dye_into_annexin=into[1])
    tubes = []
    for role, kind in zip(ROLES, kinds, strict=True):
        share = max(dying, 0.4) if kind == "AD" else dying
        mixture = {
            "live": 1 - share,
            "early_apoptotic": 0.45 * share,
            "late_apoptotic": 0.45 * share,
            "necrotic": 0.1 * share,
        }
        annexin, dye = STAINS[kind]
        drawn = Tube(mixture, annexin_stained=annexin, dye_stained=dye, **settings)
        events = simulate_tube(drawn, rng, cytometer).events
        light = np.stack([events.column(name) for name in CHANNELS])
        tubes.append(ControlLight(f"{role}.fcs", role, light[:, events.column("FSC-A") > 20_000.0]))
    return tubes


@pytest.mark.parametrize("plate", PLATES)
def test_clean_controls_raise_no_alarm(rng: np.random.Generator, plate: str) -> None:
    for _ in range(3):
        confirm_roles(controls(rng, ("U", "A", "D", "AD"), **PLATES[plate]), CHANNELS)


@pytest.mark.parametrize("swap", SWAPS)
@pytest.mark.parametrize("plate", PLATES)
def test_controls_that_are_not_what_the_sheet_says_are_refused(rng: np.random.Generator, plate: str, swap: str) -> None:
    if "few events" in plate and swap in ("annexin_only is unstained", "dye_only is unstained"):
        # 500 events may hold no dying cell: the tube is named, not refused.
        dark = confirm_roles(controls(rng, SWAPS[swap], **PLATES[plate]), CHANNELS)
        assert dark == (f"{swap.split()[0]}.fcs",)
        return
    with pytest.raises(UnusableControl, match=r"swapped|stained twice"):
        confirm_roles(controls(rng, SWAPS[swap], **PLATES[plate]), CHANNELS)


def test_the_message_names_the_tubes(rng: np.random.Generator) -> None:
    with pytest.raises(
        UnusableControl, match=r"annexin_only.fcs and dye_only.fcs: expected annexin_only bright in FITC"
    ):
        confirm_roles(controls(rng, SWAPS["single stains swapped"]), CHANNELS)
    with pytest.raises(UnusableControl, match=r"unstained.fcs: expected an unstained tube that is dark in FITC-A"):
        confirm_roles(controls(rng, SWAPS["a sample as unstained"]), CHANNELS)
    with pytest.raises(UnusableControl, match=r"dye_only.fcs: expected dye_only with light of the dye alone"):
        confirm_roles(controls(rng, SWAPS["dye_only is stained twice"]), CHANNELS)
    with pytest.raises(UnusableControl, match=r"dye_only.fcs: expected dye_only brighter than unstained in PE-A"):
        confirm_roles(controls(rng, SWAPS["dye_only is unstained"]), CHANNELS)
    with pytest.raises(UnusableControl, match=r"positive.fcs: expected a positive control that is stained"):
        confirm_roles(controls(rng, SWAPS["positive is unstained"]), CHANNELS)


@pytest.mark.parametrize("missing", [("unstained",), ("annexin_only",), ("dye_only",), ("unstained", "positive")])
def test_with_fewer_controls_swaps_are_still_found_and_clean_ones_pass(
    rng: np.random.Generator, missing: tuple[str, ...]
) -> None:
    def left(kinds: tuple[str, ...]) -> list[ControlLight]:
        return [tube for tube in controls(rng, kinds) if tube.role not in missing]

    confirm_roles(left(("U", "A", "D", "AD")), CHANNELS)
    with pytest.raises(UnusableControl, match="swapped"):
        confirm_roles(left(("U", "D", "A", "AD")), CHANNELS)


def test_nothing_is_said_without_controls(rng: np.random.Generator) -> None:
    confirm_roles([], CHANNELS)
    confirm_roles([tube for tube in controls(rng, ("U", "A", "D", "AD")) if tube.role == "positive"], CHANNELS)
