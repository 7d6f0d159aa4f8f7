"""Damaged exports end in right values or in a StudyError. A hundred thousand: benchmarks/plate_readers.py."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.plate_exports import MAKERS, matrix, text
from benchmarks.plate_readers import ANY, PARTS, SAME, Mutation, Tally, reads, try_one
from cytotools.errors import StudyError
from cytotools.plates.export_parsing import parse_export

VALUES = np.round(np.random.default_rng(3).uniform(0.05, 3, (8, 12)), 4)
WHOLE = {name: make(VALUES) for name, (_, _, make) in MAKERS.items() if not name.endswith("xlsx")}
BEFORE = {name: reads(contents, name) for name, contents in WHOLE.items()}


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(WHOLE)), st.sampled_from([*SAME, *PARTS, *ANY]), st.integers(0, 2**32))
def test_right_values_or_a_refusal(name: str, mutation: Mutation, seed: int) -> None:
    tally = Tally()
    try_one(name, WHOLE[name], BEFORE[name], mutation, random.Random(seed), tally)
    assert not tally.faults


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=400))
def test_any_bytes(contents: bytes) -> None:
    with pytest.raises(StudyError):
        parse_export(contents, "plate.csv")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.lists(st.floats(-1e9, 1e9), min_size=5, max_size=5), min_size=3, max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.integers(0, 8),
)
def test_any_numbers_drawn_as_a_plate(values: list[list[float]], delimiter: str, left: int) -> None:
    drawn = [[*[""] * left, *line] for line in matrix(np.array(values))]
    (reading,) = parse_export(text(drawn, delimiter).encode(), "plate.csv").readings
    np.testing.assert_array_equal(reading.signal[: len(values), :5], values)


@pytest.mark.parametrize(
    ("contents", "kind"),
    [
        (b"\x89PNG\r\n", "a PNG picture"),
        (b"FCS3.1    58", "an FCS file"),
        (b'<?xml version="1.0"?>\n<GraphPadPrismFile PrismXMLVersion="5.00">', "a Prism file"),
        (b"%PDF-1.7", "a PDF"),
        (b",1,2,3\nA,,,\nB,,,\n", "the block at plate.csv:1:1 has no numbers yet"),
    ],
)
def test_what_is_no_export_is_named_for_what_it_is(contents: bytes, kind: str) -> None:
    with pytest.raises(StudyError, match=f"got {kind}"):
        parse_export(contents, "plate.csv")
