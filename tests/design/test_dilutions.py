from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cytotools.design.checked_design import checked_design
from cytotools.design.design_schema import DesignModel
from cytotools.design.dilutions import MEDIUM, Solution, solutions, stock_name, vehicle_name
from cytotools.design.experiment import Design
from cytotools.design.pipetting_sheet import drawn_from_bottles
from cytotools.design.plate_sharing import wells_of_experiment
from cytotools.errors import StudyError


def made(design: Design) -> tuple[Solution, ...]:
    return solutions(design, wells_of_experiment(design))


def mixed(design: Design, tubes: tuple[Solution, ...]) -> dict[str, dict[str, float]]:
    """Return what each tube holds by the books: compounds in their units, vehicles in percent."""
    held: dict[str, dict[str, float]] = {MEDIUM: {}}
    for compound in design.compounds.values():
        held[stock_name(compound.name)] = {compound.name: compound.stock, f"% {compound.vehicle}": 100.0}
        held[vehicle_name(compound.vehicle)] = {f"% {compound.vehicle}": 100.0}
    for tube in tubes:
        amounts: dict[str, float] = {}
        for part in tube.parts:
            for what, strength in held[part.source].items():
                amounts[what] = amounts.get(what, 0.0) + strength * part.volume_ul
        held[tube.name] = {what: amount / tube.total_ul for what, amount in amounts.items()}
    return held


def check_books(design: Design) -> None:
    """Check that wells end at their doses and vehicles, and that no tube gives more than it holds."""
    tubes = made(design)
    held, share = mixed(design, tubes), design.wells.added_ul / design.wells.volume_ul
    given_on: dict[str, float] = {}
    for part in (part for tube in tubes for part in tube.parts):
        given_on[part.source] = given_on.get(part.source, 0.0) + part.volume_ul
        assert part.volume_ul >= design.pipetting.smallest_ul * (1 - 1e-9) or part.source == MEDIUM
    vehicles = {curve.compounds: family.vehicles for family in design.families for curve in family.curves}
    dosed = 0
    for tube in tubes:
        assert tube.onward_ul == pytest.approx(given_on.get(tube.name, 0.0))
        assert tube.left_ul > 0
        assert {k: v for k, v in held[tube.name].items() if k[0] != "%"} == pytest.approx(dict(tube.contents), rel=1e-9)
        if tube.treatment is None:
            continue
        dosed += tube.wells
        in_well = {what: strength * share for what, strength in held[tube.name].items()}
        wanted = dict(zip(tube.treatment.compounds, tube.treatment.doses, strict=False))
        own = vehicles.get(tube.treatment.compounds, tube.treatment.compounds)
        wanted |= {f"% {vehicle}": design.vehicle_percent[vehicle] for vehicle in own}
        assert in_well == pytest.approx(wanted, rel=1e-9)
    counts = wells_of_experiment(design)
    assert dosed == sum(n for treatment, n in counts.items() if treatment.compounds)
    drawn, ended = sum(drawn_from_bottles(tubes).values()), sum(t.dosed_ul + t.left_ul for t in tubes)
    assert drawn == pytest.approx(ended)


@st.composite
def designs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw designs of one to three compounds, some combined, whose stocks reach far or just far enough."""
    names = ["A", "B", "C"][: draw(st.integers(1, 3))]
    compounds = {}
    for name in names:
        steps, factor = draw(st.integers(2, 9)), draw(st.sampled_from([1.5, 2.0, 3.0, 10**0.5, 10.0, 900.0]))
        around = draw(st.floats(0.01, 1e4))
        times = draw(st.floats(210, 1e7))
        compounds[name] = {
            "stock": f"{around * factor ** ((steps - 1) / 2) * times:.4g} nM",
            "vehicle": draw(st.sampled_from(["DMSO", "saline", "ethanol"])),
            "doses": {"around": f"{around:.4g} nM", "steps": steps, "factor": factor},
        }
    pairs = [{"compounds": names[:2]}] if len(names) > 1 and draw(st.booleans()) else []
    volume = draw(st.sampled_from([50, 100, 200]))
    return {
        "version": 1,
        "plate": 384,
        "cell_lines": ["ECA109"],
        "replicates": 1,
        "compounds": compounds,
        "combinations": pairs,
        "volume_ul": volume,
        "added_ul": volume / draw(st.sampled_from([1, 2, 5, 10])),
        "wells_per_dose": draw(st.integers(1, 4)),
        "compound_only": draw(st.integers(0, 2)),
        "smallest_pipette_ul": draw(st.sampled_from([0.2, 0.5, 2.0])),
        "dead_volume_ul": draw(st.sampled_from([5, 30])),
    }


@settings(max_examples=60, deadline=None)
@given(designs())
def test_volumes_conserve_mass_and_wells_end_at_their_doses(data: dict[str, Any]) -> None:
    try:
        design = checked_design(DesignModel.model_validate(data), {}, "design.yaml")
    except StudyError:
        assume(False)
    check_books(design)


def test_a_steep_step_is_done_in_two(design: Any) -> None:
    doses = ["1 pM", "100 uM"]
    found = design(compounds={"A": {"stock": "50 mM", "vehicle": "DMSO", "doses": doses}}, replicates=1)
    between = [tube for tube in made(found) if not tube.wells]
    assert between
    check_books(found)


def test_a_strong_stock_is_diluted_in_its_vehicle_first(design: Any) -> None:
    found = design(compounds={"A": {"stock": "1 M", "vehicle": "DMSO", "doses": {"around": "1 nM"}}}, replicates=1)
    first = [tube for tube in made(found) if not tube.wells]
    assert all(part.source != MEDIUM for tube in first for part in tube.parts)
    assert len(first) == 3  # 1 M to 47 uM in steps of at most 100
    check_books(found)


def test_compounds_that_are_combined_share_their_vehicles(design: Any) -> None:
    compounds = {
        "A": {"stock": "10 mM", "vehicle": "DMSO", "doses": {"around": "100 nM", "steps": 4}},
        "B": {"stock": "10 mM", "vehicle": "saline", "doses": {"around": "100 nM", "steps": 4}},
    }
    apart = design(compounds=compounds, replicates=1)
    together = design(compounds=compounds, combinations=[{"compounds": ["A", "B"]}], replicates=1)
    assert [family.vehicles for family in apart.families] == [("DMSO",), ("saline",)]
    assert [family.vehicles for family in together.families] == [("DMSO", "saline")]
    check_books(apart)
    check_books(together)
