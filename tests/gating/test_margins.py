"""Ceilings and floors of a detector, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gating import Channel, Events
from gating.margins import at_ceiling, at_floor, declared_top


@pytest.mark.parametrize(
    ("keywords", "top"),
    [
        ({"$P2R": "262144"}, 262_143.0),
        ({"$P2R": "1024", "$P2G": "4"}, 255.75),
        ({"$P2R": "1024", "$P2E": "4,0", "$DATATYPE": "I"}, 10.0 ** (4 * 1023 / 1024)),
        ({"$P2R": "1024", "$P2E": "4,0.1", "$DATATYPE": "I"}, 0.1 * 10.0 ** (4 * 1023 / 1024)),
        ({"$P2R": "262144", "$P2E": "4,1", "$DATATYPE": "F"}, 262_143.0),
        ({"$P2R": "none"}, np.nan),
        ({}, np.nan),
    ],
)
def test_the_declared_top_is_in_linear_units(keywords: dict[str, str], top: float) -> None:
    events = Events(np.zeros((1, 1)), [Channel("PE-A")], {"$P1N": "Time", "$P2N": "PE-A"} | keywords)
    assert declared_top(events, "PE-A") == pytest.approx(top, nan_ok=True)


def test_events_at_the_declared_top_are_at_the_ceiling() -> None:
    assert at_ceiling(np.array([5.0, 262_143.0, 9.0], dtype=np.float32), 262_143.0).tolist() == [1]


def test_a_file_that_holds_more_than_it_declares_is_not_believed(rng: np.random.Generator) -> None:
    assert not len(at_ceiling(rng.lognormal(6, 2, 5_000), top=1_023.0))


def test_a_pile_at_the_maximum_is_a_ceiling_and_a_tail_is_none(rng: np.random.Generator) -> None:
    tail = rng.lognormal(8, 1, 5_000)
    assert not len(at_ceiling(tail))
    assert len(at_ceiling(np.minimum(tail, 20_000))) == np.count_nonzero(tail >= 20_000)


def test_the_highest_of_few_whole_numbers_is_no_pile(rng: np.random.Generator) -> None:
    assert not len(at_ceiling(rng.poisson(3.0, 5_000).clip(max=8).astype(float)))
    assert len(at_ceiling(rng.poisson(30.0, 5_000).clip(max=33).astype(float))) > 500


def test_what_has_no_size_is_at_the_floor() -> None:
    assert at_floor(np.array([0.0, -4_685_690.0, np.nan, 1.0, 50.0])).tolist() == [0, 1, 2]


def test_a_pile_at_the_minimum_is_a_floor(rng: np.random.Generator) -> None:
    amplified = np.concatenate([np.full(300, 1.0), rng.lognormal(3, 1, 4_000).clip(1.01)])
    assert set(at_floor(amplified)) >= set(range(300))
    assert not len(at_floor(rng.lognormal(8, 1, 4_000)))


def test_no_number_is_no_ceiling() -> None:
    assert not len(at_ceiling(np.array([np.nan, np.nan])))
    assert at_ceiling(np.array([np.nan, 255.0]), 255.0).tolist() == [1]
