"""Every real FCS file at hand: read as FlowIO reads it, or refused by name."""

from __future__ import annotations

import warnings
from pathlib import Path

import flowio
import numpy as np
import pytest

from gating import Events, UnreadableFcs, read_fcs
from gating.fcs.repairs import REPAIRS

REFUSED = {"corrupted.fcs", "sample_header.fcs"}
# Our reader departs from FlowIO on purpose: the two offsets that FlowIO takes on trust lead it astray.
LEFT_TO_US = {"data_start_offset_discrepancy_example.fcs"}


def real_files(real_data: Path) -> list[Path]:
    return sorted(p for p in (real_data / "flow").rglob("*") if p.suffix.lower() in (".fcs", ".lmd"))


def as_flowio_reads(path: Path, linearise: bool) -> np.ndarray[tuple[int, int], np.dtype[np.float64]] | None:
    try:
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("ignore")
            data = flowio.read_multiple_data_sets(file, ignore_offset_error=True)[0]
            return np.asarray(data.as_array(preprocess=linearise))
    except Exception:
        return None


def test_every_file_is_read_as_flowio_reads_it_or_refused(real_data: Path) -> None:
    compared = 0
    for path in real_files(real_data):
        if path.name in REFUSED:
            with pytest.raises(UnreadableFcs, match=path.name):
                read_fcs(path)
            continue
        events = read_fcs(path)
        assert len(events) > 0
        assert {r.split(":")[0] for r in events.repairs} <= set(REPAIRS)
        for linearise in (True, False):
            theirs = as_flowio_reads(path, linearise)
            if theirs is not None and path.name not in LEFT_TO_US:
                ours = read_fcs(path, linearise=linearise).values
                np.testing.assert_allclose(ours, theirs, rtol=1e-6, err_msg=path.name)
                compared += 1
    assert compared >= 30


def test_one_channel_is_the_same_alone(real_data: Path) -> None:
    for path in real_files(real_data):
        if path.name in REFUSED:
            continue
        whole = read_fcs(path)
        picked = [whole.channel_names[-1], whole.channel_names[0]]
        np.testing.assert_array_equal(read_fcs(path, channels=picked).values, whole.values[:, [-1, 0]])


def test_the_second_data_set_of_a_coulter_file(real_data: Path) -> None:
    path = real_data / "flow" / "parsers" / "flowio" / "coulter.lmd"
    sets: list[Events] = [read_fcs(path, dataset=i) for i in (0, 1)]
    assert [(e.version, len(e)) for e in sets] == [("2.0", 18_110), ("3.0", 18_110)]
    assert any(r.startswith("data_sets: ") for r in sets[0].repairs)
    with pytest.raises(UnreadableFcs, match="3 data sets"):
        read_fcs(path, dataset=2)


def test_flowio_keeps_the_values_of_its_own_example(real_data: Path) -> None:
    folder = real_data / "flow" / "parsers" / "flowio"
    stored, linear = (np.load(folder / f"data1_{kind}.npy") for kind in ("original_events", "preprocessed"))
    path = real_data / "flow" / "gatingml_isac" / "data1.fcs"
    np.testing.assert_array_equal(read_fcs(path, linearise=False).values, stored.reshape(-1, 8))
    np.testing.assert_allclose(read_fcs(path).values, linear.reshape(-1, 8), rtol=1e-12)
