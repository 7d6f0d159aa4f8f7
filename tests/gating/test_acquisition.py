"""Disturbances of a run that were put there, and clean runs that must lose nothing."""

from __future__ import annotations

import numpy as np
import pytest

from gating import Channel
from gating.acquisition import find_disturbance, find_time

N = 20_000


def run(rng: np.random.Generator, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    """Return a clock and an Annexin V channel of two populations, one well in three dying."""
    bright = rng.random(n) < 0.35
    return np.sort(rng.uniform(0, 60, n)), np.where(bright, 8_000, 150) * np.exp(0.6 * rng.standard_normal(n))


@pytest.mark.parametrize("n", [3_000, 10_000, 50_000])
@pytest.mark.parametrize("clock", ["steady", "uneven", "falling", "coarse"])
def test_a_clean_run_loses_nothing(rng: np.random.Generator, n: int, clock: str) -> None:
    for _ in range(8):
        time, annexin = run(rng, n)
        if clock == "uneven":
            time = np.cumsum(rng.exponential(1, n) * np.repeat(np.exp(0.3 * rng.standard_normal(n // 50)), 50))
        if clock == "falling":
            time = 60 * np.sort(1 - np.sqrt(1 - 0.75 * rng.random(n)))
        if clock == "coarse":
            time = np.floor(3 * time)
        found = find_disturbance(time, {"FITC-A": annexin.astype(np.float32)})
        assert len(found.events) == 0
        assert found.unsteady == ()


def lost(time: np.ndarray, annexin: np.ndarray, bad: np.ndarray) -> tuple[float, float]:
    """Return the part of the bad events that was found, and the part of all events that was found wrongly."""
    found = np.zeros(len(time), dtype=bool)
    found[find_disturbance(time, {"FITC-A": annexin}).events] = True
    return float(found[bad].mean()), float((found & ~bad).mean())


def test_a_burst_is_left_out(rng: np.random.Generator) -> None:
    time, annexin = run(rng)
    again = np.flatnonzero((time > 30) & (time < 33))
    order = np.sort(np.concatenate([np.arange(N), again, again]))
    found, wrong = lost(time[order], annexin[order], (time[order] > 30) & (time[order] < 33))
    assert found > 0.95
    assert wrong < 0.005


def test_what_passes_a_clog_is_left_out(rng: np.random.Generator) -> None:
    time, annexin = run(rng)
    clogged = (time > 20) & (time < 24)
    keep = ~clogged | (rng.random(N) < 0.15)
    found, wrong = lost(time[keep], annexin[keep], clogged[keep])
    assert found > 0.8
    assert wrong < 0.005


def test_a_step_of_a_channel_is_left_out_and_named(rng: np.random.Generator) -> None:
    time, annexin = run(rng)
    bad = np.arange(N) // 1_000 == 7
    annexin[bad] *= 0.3
    found, wrong = lost(time, annexin, bad)
    assert found > 0.95
    assert wrong < 0.01
    assert find_disturbance(time, {"FITC-A": annexin, "FSC-A": rng.normal(size=N)}).stepped == ("FITC-A",)


def test_a_step_in_the_middle_is_told_and_nothing_lost(rng: np.random.Generator) -> None:
    time, annexin = run(rng)
    annexin[N // 2 :] *= 0.4
    found = find_disturbance(time, {"FITC-A": annexin})
    assert len(found.events) == 0
    assert found.unsteady == ("FITC-A",)


def test_a_run_that_is_mostly_odd_keeps_all(rng: np.random.Generator) -> None:
    time = np.sort(np.concatenate([rng.uniform(0, 60, N // 4), rng.uniform(10, 11, N)]))
    found = find_disturbance(time, {})
    assert len(found.events) == 0
    assert found.unsteady == ("flow rate",)


def test_a_clock_that_was_set_back_runs_on(rng: np.random.Generator) -> None:
    time, annexin = run(rng)
    time[N // 2 :] -= 40.0
    found = find_disturbance(time, {"FITC-A": annexin})
    assert found.unjudged == ""
    assert len(found.events) == 0


def test_time_that_says_nothing_is_not_judged(rng: np.random.Generator) -> None:
    time, annexin = run(rng)
    assert find_disturbance(time[:2_999], {"FITC-A": annexin[:2_999]}).unjudged == "fewer than 3,000 events"
    for bad in (rng.permutation(time), np.zeros(N), np.full(N, np.nan)):
        found = find_disturbance(bad, {"FITC-A": annexin})
        assert found.unjudged == "the clock does not run forward"
        assert len(found.events) == 0


@pytest.mark.parametrize(
    ("name", "found"), [("Time", "Time"), ("HDR-T", "HDR-T"), ("TIME", "TIME"), ("Lifetime", None)]
)
def test_the_clock_is_found_by_its_name(name: str, found: str | None) -> None:
    assert find_time([Channel("FSC-A"), Channel(name)]) == found
