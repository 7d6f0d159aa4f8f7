"""Ten thousand damaged files: read or refused by name, soon and in little memory. A million: benchmarks/fcs_fuzz.py."""

from __future__ import annotations

import importlib.util
import sys
import time
import tracemalloc
from pathlib import Path
from types import ModuleType

import pytest

from gating import GatingError
from gating.fcs.read import read_buffer


@pytest.fixture(scope="module")
def fuzzer() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "fcs_fuzz.py"
    spec = importlib.util.spec_from_file_location("fcs_fuzz", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fcs_fuzz"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_seeds_are_valid(fuzzer: ModuleType) -> None:
    for name, content in fuzzer.seeds().items():
        codes = {r.split(":")[0] for r in read_buffer(content, name).repairs}
        assert codes <= {"inexact", "padded_bits", "packed_bits", "data_sets", "empty_values", "latin_1"}
        assert len(read_buffer(content, name)) == (0 if name == "no events" else 20)


def test_damaged_files_are_read_or_refused(fuzzer: ModuleType) -> None:
    tallies = fuzzer.fuzz(10_000, seed=7)
    counts = sum((t.counts for t in tallies.values()), start=fuzzer.Counter())
    assert [fault for t in tallies.values() for fault in t.faults] == []
    assert counts["unsound"] == 0
    assert counts["read"] + counts["refused"] == 10_000
    assert min(counts["read"], counts["refused"]) > 2_000
    assert max(t.slowest_s for t in tallies.values()) < 1
    assert max(t.largest_allocation for t in tallies.values()) < 1


@pytest.mark.parametrize("text", [b"/a/b" * 100_000, b"//" * 200_000, b"/$P1N/a" * 50_000, b"/\xff/\xe9" * 100_000])
def test_a_huge_text_does_not_fill_the_memory(text: bytes) -> None:
    content = f"FCS3.1    {58:8d}{57 + len(text):8d}{0:8d}{0:8d}{0:8d}{0:8d}".encode() + text
    tracemalloc.start()
    with pytest.raises(GatingError):
        read_buffer(content, "a.fcs")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * len(content) + 1_000_000


def test_many_channels_of_one_name_take_no_second() -> None:
    n = 5_000
    pairs = {"$PAR": str(n), "$TOT": "100", "$DATATYPE": "I", "$BYTEORD": "1,2,3,4"}
    pairs |= {f"$P{i}{k}": v for i in range(1, n + 1) for k, v in (("N", "same"), ("B", "16"), ("R", "1024"))}
    text = b"/" + "".join(f"{k}/{v}/" for k, v in pairs.items()).encode()
    content = (
        f"FCS3.1    {58:8d}{57 + len(text):8d}{58 + len(text):8d}{57 + len(text) + 200 * n:8d}{0:8d}{0:8d}".encode()
    )
    content += text + bytes(200 * n)
    begun = time.perf_counter()
    assert len(set(read_buffer(content, "a.fcs").channel_names)) == n
    assert time.perf_counter() - begun < 1
