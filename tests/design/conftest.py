"""Designs for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cytotools.design.checked_design import checked_design
from cytotools.design.design_schema import DesignModel
from cytotools.design.experiment import Design

DESIGN = """\
version: 1
title: birinapant and cisplatin in ECA109
cell_lines: [ECA109, ECA109-Smac]
wells_per_dose: 2
compounds:
  birinapant: {stock: 10 mM, vehicle: DMSO, doses: {around: 100 nM, steps: 8, factor: 3}}
  cisplatin: {stock: 3.3 mM, vehicle: saline, molar_mass: 300.05, class: platinum, doses: {around: 5 uM, steps: 6}}
combinations:
  - {compounds: [birinapant, cisplatin], ratio: "1:50"}
"""


@pytest.fixture
def design_file(tmp_path: Path) -> Path:
    path = tmp_path / "design.yaml"
    path.write_text(DESIGN)
    return path


def design_of(**keys: Any) -> Design:
    """Return the design of these keys, one compound in DMSO where they name none."""
    compound = {"stock": "10 mM", "vehicle": "DMSO", "doses": {"around": "100 nM"}}
    data = {"version": 1, "cell_lines": ["ECA109"], "compounds": {"birinapant": compound}} | keys
    return checked_design(DesignModel.model_validate(data), {}, "design.yaml")


@pytest.fixture(scope="session")
def design() -> Callable[..., Design]:
    return design_of
