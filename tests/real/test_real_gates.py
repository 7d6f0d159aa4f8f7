"""Gates of others on real events: the ISAC compliance set of Gating-ML 2.0 and a FlowJo 10 workspace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gating import Events, count_quadrants, read_fcs
from gating.exchange.event_masks import event_masks
from gating.exchange.read_gates import read_gates

RENAMED = {("gml_parent_quadrant_rect_gate.xml", "ParRectangle1"): "ParQuadRect"}
INVALID = "gml_range_gate_attr_testing.xml"  # breaks the schema on purpose


@pytest.fixture(scope="session")
def isac(real_data: Path) -> Path:
    return real_data / "flow" / "gatingml_isac"


def test_all_masks_of_the_isac_set_are_exact_per_event(isac: Path) -> None:
    events = read_fcs(isac / "data1.fcs")
    truth = {p.stem.removeprefix("Results_"): np.loadtxt(p).astype(bool) for p in (isac / "truth").glob("*.txt")}
    matched = set()
    for path in sorted((isac / "gml").glob("*.xml")):
        if path.name == INVALID:
            continue
        for name, mask in event_masks(path, events).items():
            known = RENAMED.get((path.name, name), name)
            if known in truth:
                np.testing.assert_array_equal(mask, truth[known], err_msg=f"{path.name} {name}")
                matched.add(known)
    assert len(truth) == 51
    assert matched == set(truth)


def test_the_isac_quadrant_gate_counts_as_its_masks(isac: Path) -> None:
    gate = read_gates(isac / "gml" / "gml_quadrant1_gate.xml")["Quadrant1"]
    counts = count_quadrants(read_fcs(isac / "data1.fcs"), gate)
    truth = {p.stem: int(np.loadtxt(p).sum()) for p in (isac / "truth").glob("Results_FL2*.txt")}
    assert counts.live == truth["Results_FL2N-FL4N"]
    assert counts.early_apoptotic == truth["Results_FL2P-FL4N"]
    assert counts.late_apoptotic == truth["Results_FL2P-FL4P"]
    assert counts.necrotic == truth["Results_FL2N-FL4P"]


def test_the_flowjo_workspace_gives_flowjos_four_counts(real_data: Path) -> None:
    folder = real_data / "flow" / "flowjo_quadrant"
    path, events = folder / "simple_diamond_example_quad_gate.wsp", read_fcs(folder / "test_data_diamond_01.fcs")
    (gate,) = read_gates(path).values()
    assert (gate.annexin_threshold, gate.dye_threshold) == (49536.60093896714, 49866.83420593368)
    counts = count_quadrants(events, gate)
    ours = [counts.necrotic, counts.late_apoptotic, counts.early_apoptotic, counts.live]
    assert ours == [49671, 50596, 50330, 49403]
    assert [int(mask.sum()) for mask in _masks(path, events)] == ours


def _masks(path: Path, events: Events) -> list[np.ndarray]:
    return list(event_masks(path, events).values())
