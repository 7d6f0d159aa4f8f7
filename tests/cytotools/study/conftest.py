"""A small study of every block, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cytotools.errors import StudyError
from cytotools.study_files import read_study

YAML = """\
version: 1
title: A small study
control: vehicle
compounds:
  cisplatin: {molar_mass: 300.05, vehicle: saline, class: platinum}
flow:
  samples: flow/samples.csv
  annexin: FITC-A
  cell_line: ECA109
  thresholds: flow/thresholds.csv
  gates: gates.xml
blots:
  lanes: blots/lanes.csv
  loading_control: actin
  kda: {XIAP: 53}
  images:
    - file: blots/rep1.tif
      membrane: rep1
      bands: [cIAP1, non-specific, XIAP, actin]
      boxes: blots/boxes.csv
      replicate: 1
plates:
  - file: plates/ctg.txt
    assay: viability
    layout: plates/layout.csv
    hours: 72
    replicate: 1
"""
SAMPLES = """\
file,role,compound,dose,dose_unit,hours,replicate,flask
flow/a.fcs,unstained,,,,,1,x
flow/b.fcs,vehicle,saline,0,,24,1,y
flow/c.fcs,treated,cisplatin,10,µM,24,1,z
"""
LANES = """\
membrane,lane,role,hours,compound
rep1,1,ladder,,
rep1,2,untreated,0,
rep1,3,treated,6,Smac
rep1,4,treated,24,Smac
"""
BOXES = "lane,target,x,y,width,height\n2,XIAP,10,20,30,8.5\n3,,0,0,30,80\n"
LAYOUT = "well;role;dose;dose_unit;compound\na01;untreated;;;\nA2;treated;1,5;uM;cisplatin\n"
THRESHOLDS = "batch,cell_line,file,channel,threshold\n1,ECA109,,FITC-A,900\n1,ECA109,c.fcs,PE-A,-20.5\n"
FILES = {
    "study.yaml": YAML,
    "flow/samples.csv": SAMPLES,
    "flow/thresholds.csv": THRESHOLDS,
    "blots/lanes.csv": LANES,
    "blots/boxes.csv": BOXES,
    "plates/layout.csv": LAYOUT,
}
EMPTY = ("flow/a.fcs", "flow/b.fcs", "flow/c.fcs", "blots/rep1.tif", "plates/ctg.txt", "gates.xml")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the small study, with one text of one file replaced by another."""

    def write_study(name: str = "study.yaml", old: str = "", new: str = "") -> Path:
        for file in (*FILES, *EMPTY):
            (tmp_path / file).parent.mkdir(exist_ok=True)
            (tmp_path / file).write_text(FILES.get(file, ""), encoding="utf-8")
        assert old in FILES[name]
        (tmp_path / name).write_text(FILES[name].replace(old, new, 1) if old else FILES[name] + new, encoding="utf-8")
        return tmp_path / "study.yaml"

    return write_study


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Return what the small study's files hold before they are spoilt."""
    return FILES


@pytest.fixture(scope="session")
def empty_files() -> tuple[str, ...]:
    """Return the measurements that the small study names; nothing opens them while it is read."""
    return EMPTY


@pytest.fixture(scope="session")
def problems_of() -> Callable[[Path], list[str]]:
    """Return what reads a study that must be refused, and gives its problems."""

    def read(path: Path) -> list[str]:
        with pytest.raises(StudyError) as refusal:
            read_study(path)
        return [str(problem) for problem in refusal.value.problems]

    return read
