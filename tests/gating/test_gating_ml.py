from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gating import GatingError, QuadrantGate, count_quadrants, read_fcs, write_fcs
from gating.exchange.gating_ml import gating_ml
from gating.simulate import Tube, simulate_tube


def test_flowkit_reads_the_gate_back_with_the_same_counts(tmp_path: Path, rng: np.random.Generator) -> None:
    import flowkit

    fractions = {"live": 0.5, "early_apoptotic": 0.2, "late_apoptotic": 0.25, "necrotic": 0.05}
    drawn = simulate_tube(Tube(fractions), rng).events
    path = write_fcs(tmp_path / "a.fcs", drawn.values, drawn.channels, spillover=drawn.spillover)
    gate = QuadrantGate(annexin="FITC-A", annexin_threshold=1_500.0, dye="PE-A", dye_threshold=1_700.0)
    xml = gating_ml({"ECA109, batch 1": (gate, drawn.spillover), "bare": (gate, None)})
    (tmp_path / "gates.xml").write_bytes(xml)
    strategy = flowkit.parse_gating_xml(str(tmp_path / "gates.xml"))
    report = strategy.gate_sample(flowkit.Sample(str(path))).report.set_index("gate_name")["count"]
    ours = count_quadrants(read_fcs(path), gate)
    for population in ("live", "early_apoptotic", "late_apoptotic", "necrotic"):
        assert report[f"ECA109_batch_1.{population}"] == getattr(ours, population)


def test_no_gate_is_refused() -> None:
    with pytest.raises(GatingError, match="at least one gate"):
        gating_ml({})
