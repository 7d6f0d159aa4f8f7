"""Real LSR II tubes: Alexa Fluor 488 in the place of Annexin V, 7-AAD as the dye. The percentages mean nothing as
apoptosis; the path must hold, and agree with FlowKit event by event."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gating import GatingError, Plate, compensate, count_quadrants, gate_plate, read_fcs

SHEET = pd.DataFrame(
    {
        "file": [
            "Compensation-Unstained.fcs",
            "Compensation-FITC.fcs",
            "Compensation-7AAD.fcs",
            "Activation_1.fcs",
            "Activation_17.fcs",
            "Activation_32.fcs",
        ],
        "role": ["unstained", "annexin_only", "dye_only", "treated", "treated", "treated"],
    }
)


@pytest.fixture(scope="module")
def tubes(real_data: Path) -> Path:
    return real_data / "flow" / "lsr2_fitc_7aad"


@pytest.fixture(scope="module")
def plate(tubes: Path) -> Plate:
    return gate_plate(SHEET, tubes, annexin="Alexa Fluor 488-A", dye="7-AAD-A")


def test_the_path_holds(plate: Plate) -> None:
    assert not plate.refused
    np.testing.assert_allclose(plate.table.groupby("file")["counted_fraction"].sum(), 1.0)
    unresolved = plate.table["caution"].str.contains("not_resolved")
    assert plate.table["fraction"].isna().equals(unresolved)
    np.testing.assert_allclose(plate.table[~unresolved].groupby("file")["fraction"].sum(), 1.0)
    assert plate.table.groupby("file")["parent_events"].first().between(35_000, 50_000).all()


def test_controls_lie_where_they_must(plate: Plate) -> None:
    wide = plate.table.pivot_table(index="file", columns="population", values="fraction")
    annexin = wide["early_apoptotic"] + wide["late_apoptotic"]
    dye = wide["late_apoptotic"] + wide["necrotic"]
    assert wide["live"]["Compensation-Unstained.fcs"] > 0.99
    assert annexin["Compensation-7AAD.fcs"] < 0.02
    assert dye["Compensation-FITC.fcs"] < 0.02


def test_every_file_of_the_folder_reads_as_flowio_reads_it(tubes: Path) -> None:
    import flowio

    for path in sorted(tubes.glob("*.fcs")):
        np.testing.assert_allclose(read_fcs(path).values, flowio.FlowData(path).as_array(), rtol=1e-6)


def test_the_whole_matrix_is_taken_out_as_flowkit_does(tubes: Path) -> None:
    import flowkit

    events = read_fcs(tubes / "Activation_1.fcs")
    assert events.spillover is not None
    assert len(events.spillover.channels) == 11
    sample = flowkit.Sample(str(tubes / "Activation_1.fcs"))
    sample.apply_compensation(sample.metadata["spill"])
    theirs = sample.get_events(source="comp")
    np.testing.assert_allclose(compensate(events, events.spillover).values, theirs, rtol=1e-4, atol=0.05)


def test_counting_and_compensating_agree(plate: Plate, tubes: Path) -> None:
    events = read_fcs(tubes / "Activation_17.fcs")
    assert events.spillover is not None
    gate = plate.gates["Activation_17.fcs"]
    assert count_quadrants(events, gate) == count_quadrants(compensate(events, events.spillover), gate)


def test_every_real_file_is_read_or_refused_by_name(real_data: Path) -> None:
    for path in sorted((real_data / "flow" / "parsers").rglob("*.[fl][cm][sd]")):
        if path.name in ("corrupted.fcs", "sample_header.fcs"):
            with pytest.raises(GatingError, match=path.name):
                read_fcs(path)
        else:
            assert read_fcs(path).values.shape[1] > 0
