from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gating import Channel, Events, GatingError, QuadrantGate, Spillover, count_quadrants
from gating.exchange.populations import write_populations
from gating.quadrants import POPULATIONS

GATE = QuadrantGate("FITC-A", 100.0, "PE-A", 200.0)


@pytest.fixture
def events(rng: np.random.Generator) -> Events:
    spillover = Spillover(np.array([[1.0, 0.2], [0.05, 1.0]]), ["FITC-A", "PE-A"])
    values = rng.normal(150.0, 90.0, (300, 3)).astype(">f4")
    channels = [Channel("FSC-A"), Channel("FITC-A", "Annexin V"), Channel("PE-A", "PI")]
    return Events(values, channels, name="a.fcs", spillover=spillover)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_tables_hold_compensated_events_and_the_counted_populations(
    tmp_path: Path, events: Events, ending: str
) -> None:
    path = write_populations(events, GATE, tmp_path / f"a{ending}")
    table = pd.read_csv(path, float_precision="round_trip") if ending == ".csv" else pd.read_parquet(path)
    counts = count_quadrants(events, GATE)
    assert table["population"].value_counts().to_dict() == {p: getattr(counts, p) for p in POPULATIONS}
    true = np.linalg.solve(events.spillover.matrix.T, events.values[:, 1:].astype(float).T).T  # type: ignore[union-attr]
    np.testing.assert_allclose(table[["FITC-A", "PE-A"]], true, rtol=1e-12)
    np.testing.assert_array_equal(table["FSC-A"], events.values[:, 0].astype(float))


def test_anndata_takes_events_markers_and_populations(
    tmp_path: Path, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, Any] = {}

    class AnnData:
        def __init__(self, **parts: Any) -> None:
            made.update(parts)

        def write_h5ad(self, path: Path) -> None:
            made["path"] = path

    fake = ModuleType("anndata")
    fake.AnnData = AnnData  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "anndata", fake)
    write_populations(events, GATE, tmp_path / "a.h5ad")
    assert made["path"] == tmp_path / "a.h5ad"
    assert made["X"].shape == (300, 3)
    assert made["X"].dtype.isnative
    assert made["var"]["marker"].tolist() == ["", "Annexin V", "PI"]
    assert made["obs"]["population"].value_counts()["live"] == count_quadrants(events, GATE).live
    assert set(made["obs"]["sample"]) == {"a.fcs"}


def test_anndata_itself_reads_the_file_back(tmp_path: Path, events: Events) -> None:
    anndata = pytest.importorskip("anndata", reason="anndata is an extra")
    back = anndata.read_h5ad(write_populations(events, GATE, tmp_path / "a.h5ad"))
    assert back.obs["population"].value_counts()["live"] == count_quadrants(events, GATE).live


def test_what_cannot_be_written_is_refused(tmp_path: Path, events: Events, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GatingError, match=r"ends in \.csv, \.parquet, \.h5ad, got '\.xlsx'"):
        write_populations(events, GATE, tmp_path / "a.xlsx")
    with pytest.raises(GatingError, match="a place that can be written to"):
        write_populations(events, GATE, tmp_path / "nowhere" / "a.csv")
    with pytest.raises(GatingError, match="a channel 'APC-A'"):
        write_populations(events, QuadrantGate("APC-A", 1.0, "PE-A", 1.0), tmp_path / "a.csv")
    for package, ending in (("anndata", ".h5ad"), ("pyarrow", ".parquet")):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(GatingError, match=rf"the package {package}, got none\. Install the extra `exchange`"):
            write_populations(events, GATE, tmp_path / f"a{ending}")
    taken = Events(np.ones((1, 2)), [Channel("population"), Channel("PE-A")])
    with pytest.raises(GatingError, match="no channel called 'population'"):
        write_populations(taken, QuadrantGate("population", 1.0, "PE-A", 1.0), tmp_path / "a.csv")
    holed = Events(np.array([[np.nan, 1.0]]), [Channel("FITC-A"), Channel("PE-A")])
    with pytest.raises(GatingError, match="1 events without one"):
        write_populations(holed, GATE, tmp_path / "a.csv")
