from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from cytotools.design import read_design
from cytotools.design.experiment import Design
from cytotools.errors import StudyError


def test_doses_lie_around_the_ic50(design_file: Path) -> None:
    birinapant, cisplatin, both = read_design(design_file).curves
    doses = [dose for (dose,) in birinapant.doses]
    assert doses[-1] == 4700  # 100 nM x 3 ** 3.5, to two digits
    assert all(high == pytest.approx(3 * low) for low, high in pairwise(doses))
    assert cisplatin.ic50 == (5.0,)
    assert all(second == pytest.approx(first * 50 / 1000) for first, second in both.doses)  # nM and uM


def test_a_combination_is_at_the_ratio_of_the_ic50s_by_default(design: Callable[..., Design]) -> None:
    compounds = {
        "A": {"stock": "10 mM", "vehicle": "DMSO", "doses": {"around": "100 nM"}},
        "B": {"stock": "10 mM", "vehicle": "DMSO", "doses": ["0.5 uM", "2 uM"]},
    }
    both = design(compounds=compounds, combinations=[{"compounds": ["A", "B"], "steps": 3}]).curves[-1]
    assert both.doses == ((25.0, 0.25), (50.0, 0.5), (100.0, 1.0))
    assert both.ic50 == pytest.approx((50.0, 0.5))  # Loewe: half of each


def test_a_ratio_of_mass_to_molar_goes_through_the_molar_mass(design: Callable[..., Design]) -> None:
    compounds = {
        "A": {"stock": "10 mM", "vehicle": "DMSO", "doses": ["1 uM"]},
        "B": {"stock": "1 mg/mL", "vehicle": "saline", "molar_mass": 500, "doses": ["1 ug/mL"]},
    }
    both = design(
        compounds=compounds, combinations=[{"compounds": ["A", "B"], "ratio": "1:2", "around": "1 uM", "steps": 2}]
    )
    first, second = both.curves[-1].doses[-1]
    assert second == pytest.approx(first * 2 * 500e-3)  # uM to ug/mL


@pytest.mark.parametrize("name", ["cisplatin", "Carboplatin", "CDDP", "oxaliplatin (L-OHP)", "nedaplatin", "L-OHP"])
@pytest.mark.parametrize("vehicle", ["DMSO", "dimethyl sulfoxide", "50 % DMSO in water"])
def test_platinum_in_dmso_is_refused_with_the_reason(design: Callable[..., Design], name: str, vehicle: str) -> None:
    compounds = {name: {"stock": "10 mM", "vehicle": vehicle, "doses": ["1 uM"]}}
    with pytest.raises(StudyError, match=r"10\.1158/0008-5472\.CAN-14-0247.*saline.*water.*DMF"):
        design(compounds=compounds)


def test_platinum_is_known_by_its_class_too(design_file: Path) -> None:
    text = design_file.read_text().replace("cisplatin", "compound 7").replace("vehicle: saline", "vehicle: DMSO")
    design_file.write_text(text)
    with pytest.raises(StudyError, match=r"design.yaml:7:\d+: compounds.compound 7.vehicle: .*CAN-14-0247"):
        read_design(design_file)


def test_platinum_that_meets_its_partners_dmso_is_said(design_file: Path) -> None:
    assert any("cisplatin meets 0.1 % DMSO" in note for note in read_design(design_file).notes)


WRONG = [
    ("10 mM", "10 uM", r"design.yaml:6:\d+: compounds.birinapant.doses: .*at most 50 nM.*4700 nM.*needs 47 % DMSO"),
    ("10 mM", "2 uM", r"needs 235 % DMSO. Take stocks that are 470 times stronger, or lower the doses\.\n"),
    ("10 mM", "1 mg/mL", r"design.yaml:6:\d+: compounds.birinapant.stock: .*a molar mass to turn mg/mL into nM"),
    ("10 mM", "10 banana", r"design.yaml:6:\d+: compounds.birinapant.stock: expected a unit of dose"),
    ("10 mM", "0 mM", r"compounds.birinapant.stock: expected a concentration above 0"),
    ("[birinapant, cisplatin]", "[birinapan, cisplatin]", r"design.yaml:9:\d+: .*Did you mean `birinapant`"),
    ('"1:50"', '"1:0"', r"design.yaml:9:\d+: combinations\[1\].ratio: expected 2 numbers with colons"),
    ("wells_per_dose: 2", "wells_per_dose: two", r"design.yaml:4:1: wells_per_dose: expected a whole number"),
    ("wells_per_dose: 2", "wels_per_dose: 2", r"design.yaml:4:1: .*Did you mean `wells_per_dose`"),
    ("wells_per_dose: 2", "added_ul: 200", r"design.yaml:4:1: added_ul: expected at most `volume_ul`, 100"),
    ("wells_per_dose: 2", "max_vehicle_percent: {DMS: 1}", r"design.yaml:4:1: .*Did you mean `DMSO`"),
    ("steps: 8, factor: 3", "steps: 8, factor: 1", r"design.yaml:6:\d+: compounds.birinapant.doses.factor: "),
    (
        "{around: 100 nM, steps: 8, factor: 3}",
        "[1 nM, 0.001 uM]",
        r"compounds.birinapant.doses: expected each dose once",
    ),
    ("version: 1", "version: 1\nversion: 1", r"design.yaml:2:1: version: expected each key once"),
    ("version: 1", "version: [1", r"design.yaml:\d+:\d+: the design: expected YAML"),
]


@pytest.mark.parametrize(("right", "wrong", "words"), WRONG, ids=[wrong for _, wrong, _ in WRONG])
def test_what_is_wrong_is_named_with_its_place(design_file: Path, right: str, wrong: str, words: str) -> None:
    design_file.write_text(design_file.read_text().replace(right, wrong, 1))
    with pytest.raises(StudyError, match=words):
        read_design(design_file)
