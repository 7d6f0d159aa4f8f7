from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cytotools.errors import StudyError
from cytotools.gate_files import OnMatrix, gates_from_file, label_of, named_gates, workspace_samples
from gating import QuadrantGate, Spillover, UnreadableFcs, gate_plate, read_fcs, write_fcs
from gating.exchange.flowjo import flowjo_workspace
from gating.exchange.gating_ml import gating_ml
from gating.simulate import Tube, simulate_tube

FRACTIONS = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.2, "necrotic": 0.1}
OTHER = Spillover(np.array([[1.0, 0.3], [0.1, 1.0]]), ["FITC-A", "PE-A"])


@pytest.fixture
def study(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Four tubes: two batches of ECA109, one of them with two files."""
    (tmp_path / "flow").mkdir()
    for name in ("a", "b", "c"):
        drawn = simulate_tube(Tube(FRACTIONS), rng).events
        write_fcs(tmp_path / "flow" / f"{name}.fcs", drawn.values, drawn.channels, spillover=drawn.spillover)
    return tmp_path


@pytest.fixture
def sheet() -> pd.DataFrame:
    files = [f"flow/{name}.fcs" for name in "abc"]
    return pd.DataFrame({"file": files, "role": "treated", "cell_line": "ECA109", "batch": ["1", "1", "2"]})


GATES = {
    "flow/a.fcs": QuadrantGate("FITC-A", 1_500.0, "PE-A", 1_700.0),
    "flow/b.fcs": QuadrantGate("FITC-A", 1_500.0, "PE-A", 2_500.0),
    "flow/c.fcs": QuadrantGate("FITC-A", 1_500.0, "PE-A", 1_700.0),
}


@pytest.mark.parametrize("name", ["gates.xml", "gates.wsp"])
def test_the_gates_of_a_run_give_the_same_counts_again(study: Path, sheet: pd.DataFrame, name: str) -> None:
    first = gate_plate(sheet, study, gates=GATES, read=OnMatrix({study / "flow/c.fcs": OTHER}))
    named = named_gates(first)
    assert list(named) == ["ECA109 1", "ECA109 1 flow/b.fcs", "ECA109 2"]
    xml = gating_ml(named) if name == "gates.xml" else flowjo_workspace(workspace_samples(first, study))
    (study / name).write_bytes(xml)
    given = gates_from_file(name, sheet, study, None, None)
    assert given.gates == GATES
    assert given.notes() == []
    again = gate_plate(sheet, study, gates=given.gates, read=given.read)
    assert again.table["events"].tolist() == first.table["events"].tolist()
    plain = gate_plate(sheet, study, gates=GATES)
    assert plain.table["events"].tolist() != first.table["events"].tolist()  # the matrix of c.fcs has travelled too


def test_a_single_gate_serves_all_with_its_axes_turned_and_without_compensation(
    study: Path, sheet: pd.DataFrame
) -> None:
    gate = QuadrantGate("PE-A", 1_700.0, "FITC-A", 1_500.0)
    (study / "gates.xml").write_bytes(gating_ml({"drawn by hand": (gate, None)}))
    given = gates_from_file("gates.xml", sheet, study, "fitc-a", None)
    assert set(given.gates.values()) == {QuadrantGate("FITC-A", 1_500.0, "PE-A", 1_700.0)}
    assert given.read(study / "flow/a.fcs").spillover is None
    assert read_fcs(study / "flow/a.fcs").spillover is not None
    assert re.search("3 tubes lie on uncompensated channels", given.notes()[0])


def test_identifiers_serve_where_names_were_lost(study: Path, sheet: pd.DataFrame) -> None:
    xml = gating_ml({"ECA109 1": (GATES["flow/a.fcs"], None), "ECA109 2": (GATES["flow/b.fcs"], None)})
    (study / "gates.xml").write_bytes(re.sub(rb"\s*<data-type:custom_info[^>]*>", b"", xml))
    given = gates_from_file("gates.xml", sheet, study, None, None)
    assert [gate.dye_threshold for gate in given.gates.values()] == [1_700.0, 1_700.0, 2_500.0]


def test_a_tube_without_a_gate_is_named_with_the_remedy(study: Path, sheet: pd.DataFrame) -> None:
    gates = {"ECA109 1": (GATES["flow/a.fcs"], None), "HeLa 1": (GATES["flow/b.fcs"], None)}
    (study / "gates.xml").write_bytes(gating_ml(gates))
    with pytest.raises(StudyError, match=r"flow/c\.fcs: expected one quadrant gate .*Name a gate 'ECA109 2'"):
        gates_from_file("gates.xml", sheet, study, None, None)
    (study / "gates.xml").write_bytes(gating_ml({"x": (QuadrantGate("FSC-A", 1.0, "PE-A", 2.0), None)}))
    with pytest.raises(StudyError, match=r"on FITC-A and PE-A, got none .*x \(FSC-A by PE-A\)"):
        gates_from_file("gates.xml", sheet, study, None, None)
    (study / "gates.xml").write_text("<gates/>")
    with pytest.raises(StudyError, match=r"gates\.xml: flow: gates: expected a valid Gating-ML"):
        gates_from_file("gates.xml", sheet, study, None, None)


def test_a_file_that_cannot_be_read_is_left_to_gating(study: Path, sheet: pd.DataFrame) -> None:
    (study / "gates.xml").write_bytes(gating_ml({"x": (GATES["flow/a.fcs"], None)}))
    (study / "flow/b.fcs").write_bytes(b"no cytometer wrote this")
    given = gates_from_file("gates.xml", sheet, study, None, None)
    plate = gate_plate(sheet, study, gates=given.gates, read=given.read)
    assert isinstance(plate.refused["flow/b.fcs"], UnreadableFcs)
    assert set(plate.gates) == {"flow/a.fcs", "flow/c.fcs"}


def test_label_of_an_empty_row() -> None:
    assert label_of({"cell_line": "", "batch": None}) == ""
