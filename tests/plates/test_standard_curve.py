"""Standard curves: shapes, intervals with known answers, and what is said of bad standards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from cytotools.errors import StudyError
from cytotools.plates.signal_variance import signal_variance
from cytotools.plates.standard_checks import misfit, on_standards, standard_recoveries, wells_off
from cytotools.plates.standard_curves import StandardCurve, standard_curve

FloatArray = NDArray[np.float64]
ELISA = np.repeat([0.0, 15.6, 31.2, 62.5, 125.0, 250.0, 500.0, 1000.0], 2)
BCA = np.repeat([0.0, 25.0, 125.0, 250.0, 500.0, 750.0, 1000.0, 1500.0, 2000.0], 2)


def sigmoid(concentration: FloatArray) -> FloatArray:
    return np.asarray(3.2 - 3.14 / (1.0 + (concentration / 600.0) ** 1.2))


def read(curve: Callable[[FloatArray], FloatArray], levels: FloatArray, seed: int = 1, cv: float = 0.04) -> FloatArray:
    signal = curve(levels)
    return np.asarray(signal + np.random.default_rng(seed).normal(size=len(levels)) * np.hypot(0.006, cv * signal))


def plate(levels: FloatArray = ELISA, assay: str = "elisa", seed: int = 1) -> StandardCurve:
    curve = sigmoid if assay == "elisa" else lambda c: 0.1 + 0.0006 * c
    return standard_curve(levels, read(curve, levels, seed), assay)


def names(curve: StandardCurve) -> list[str]:
    return [text.split(":")[0] for text in on_standards(curve, ["A1"] * len(curve.signal), "pg/mL")]


def test_a_line_gives_fiellers_interval() -> None:
    rng = np.random.default_rng(3)
    signal = 0.1 + 0.0006 * BCA + rng.normal(0, 0.01, len(BCA))
    curve = standard_curve(BCA, signal, "bca")
    assert curve.shape.name == "line"
    found, line = curve.concentration_of(np.array([0.5, 0.5])), stats.linregress(BCA, signal)
    s = np.sqrt(np.sum((signal - line.intercept - line.slope * BCA) ** 2) / (len(BCA) - 2))
    t, sxx, away = stats.t.ppf(0.975, len(BCA) - 2), np.sum((BCA - BCA.mean()) ** 2), 0.5 - signal.mean()
    g = (t * s / line.slope) ** 2 / sxx
    root = t * s / line.slope * np.sqrt((1 - g) * (1 / 2 + 1 / len(BCA)) + (away / line.slope) ** 2 / sxx)
    centre = BCA.mean() + away / line.slope / (1 - g)
    assert np.allclose([found.low, found.high], [centre - root / (1 - g), centre + root / (1 - g)], rtol=1e-6)


def test_the_shape_follows_the_assay_and_the_bend() -> None:
    assert plate().shape.name == "4PL"
    assert standard_curve(ELISA[:8], read(sigmoid, ELISA[:8]), "elisa").shape.name == "line"
    bent = read(lambda c: 0.1 + 1e-3 * c - 1.2e-7 * c**2, BCA)
    assert standard_curve(BCA, bent, "bca").shape.name == "quadratic"
    saturated = read(lambda c: 0.1 + 2.0 * c / (c + 300.0), BCA, cv=0.01)
    assert standard_curve(BCA, saturated, "bca").shape.name == "4PL"


def test_a_blank_subtracted_from_all_wells_changes_nothing() -> None:
    signal, sample = read(sigmoid, ELISA), np.array([0.61, 0.66])
    raw = standard_curve(ELISA, signal, "elisa")
    net = StandardCurve(raw.shape, ELISA, signal, raw.law)
    assert net.concentration_of(sample) == raw.concentration_of(sample)
    rng = np.random.default_rng(2)
    even = sigmoid(ELISA) + rng.normal(0, 0.02, len(ELISA))
    one, other = (standard_curve(ELISA, even - b, "elisa").concentration_of(sample - b) for b in (0.0, 0.06))
    assert np.allclose([one.value, one.low, one.high], [other.value, other.low, other.high], rtol=1e-5)


def test_the_unit_of_concentration_changes_nothing() -> None:
    signal, sample = read(sigmoid, ELISA), np.array([0.61, 0.66])
    one = standard_curve(ELISA, signal, "elisa").concentration_of(sample)
    other = standard_curve(ELISA / 1000, signal, "elisa").concentration_of(sample)
    assert np.allclose([one.value, one.low, one.high], np.array([other.value, other.low, other.high]) * 1000, rtol=1e-6)


def test_outside_the_standards_is_a_limit() -> None:
    curve = plate()
    below, above = curve.concentration_of(np.array([0.06, 0.062])), curve.concentration_of(np.array([2.9, 2.95]))
    assert (np.isnan(below.value), below.low, below.high) == (True, 0.0, 15.6)
    assert (np.isnan(above.value), above.low, above.high) == (True, 1000.0, np.inf)


def test_just_below_the_standards_the_limit_reaches_into_them() -> None:
    signal = float(plate().shape.value(15.0))
    found = plate().concentration_of(np.array([signal, signal]))
    assert found.side == "below"
    assert found.high > 15.6


def test_scatter_that_grows_is_seen_and_even_scatter_is_not() -> None:
    rng = np.random.default_rng(4)
    levels = sigmoid(ELISA[::2])
    growing = [x * (1 + 0.05 * rng.normal(size=2)) for x in levels]
    assert signal_variance(growing).grows
    assert not signal_variance([x + 0.03 * rng.normal(size=2) for x in levels]).grows
    assert not signal_variance([x[:1] for x in growing]).grows


def test_wells_apart_widen_the_interval() -> None:
    curve = plate()
    close, apart = np.array([0.60, 0.62]), np.array([0.31, 0.91])
    assert not curve.apart(close)
    assert curve.apart(apart)
    narrow, wide = curve.concentration_of(close), curve.concentration_of(apart)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_good_standards_are_given_back_and_nothing_is_said() -> None:
    curve = standard_curve(ELISA, sigmoid(ELISA) * np.tile([0.985, 1.015], 8), "elisa")
    assert all(abs(one.recovery - 1) < 0.25 for one in standard_recoveries(curve))
    assert names(curve) == []


def test_a_well_that_lies_off_is_marked_and_kept() -> None:
    signal = read(sigmoid, ELISA)
    signal[8] *= 1.8
    curve = standard_curve(ELISA, signal, "elisa")
    assert wells_off(curve) == [8]
    assert len(curve.signal) == len(ELISA)


def test_swapped_standards_and_a_hook_are_named() -> None:
    signal = read(sigmoid, ELISA)
    signal[[8, 9, 10, 11]] = signal[[10, 11, 8, 9]]
    swapped = standard_curve(ELISA, signal, "elisa")
    assert "standards_out_of_order" in names(swapped)
    assert misfit(swapped) < 0.01
    hooked = read(sigmoid, ELISA)
    hooked[-2:] = 0.7 * hooked[-4:-2]
    assert "hook_effect" in names(standard_curve(ELISA, hooked, "elisa"))


def test_what_is_no_curve_is_refused() -> None:
    with pytest.raises(StudyError, match="three levels or more"):
        standard_curve(ELISA[:4], read(sigmoid, ELISA[:4]), "elisa")
    with pytest.raises(StudyError, match="follow the concentration"):
        standard_curve(ELISA, np.random.default_rng(0).normal(1, 0.1, len(ELISA)), "elisa")


@pytest.mark.parametrize("assay", ["elisa", "bca"])
def test_95_percent_intervals_hold_the_truth(assay: str) -> None:
    """Short: the long study is benchmarks/standard_curve_coverage.py."""
    rng = np.random.default_rng(12)
    levels, curve = (ELISA, sigmoid) if assay == "elisa" else (BCA, lambda c: 0.1 + 1e-3 * c - 5e-8 * c**2)
    truths = np.tile((60.0, 250.0, 800.0), 4)
    held = []
    for seed in range(24):
        samples = [curve(np.full(2, c)) * (1 + 0.05 * rng.normal(size=2)) for c in truths]
        found = standard_curve(levels, read(curve, levels, seed + 100, 0.05), assay, samples)
        limits = [found.concentration_of(sample) for sample in samples]
        held += [one.low <= c <= one.high for one, c in zip(limits, truths, strict=True)]
    assert 0.91 < np.mean(held) < 0.985


def test_a_sample_beyond_the_end_standards_is_never_read_among_them() -> None:
    levels = np.repeat([10.0, 100.0, 400.0, 1000.0], 2)
    signal = np.array([0.1, 0.11, 0.9, 0.92, 2.0, 2.02, 2.5, 2.52])  # saturates: a line misfits
    curve = standard_curve(levels, signal, "elisa")
    assert curve.concentration_of(np.array([2.6, 2.61])).side == "above"
    assert curve.concentration_of(np.array([0.09, 0.08])).side == "below"
