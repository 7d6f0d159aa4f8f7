"""Counts at the quantiles of the controls: known quantiles, known fractions above them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from gating.errors import UnusableControl
from gating.grids import FINE
from gating.quadrants import POPULATIONS, Quadrants, count_at
from gating.sensitivity import QUANTILES, CutPair, cut_pairs, quantile_cuts, sensitivity_rows


def normal(n: int, seed: int, mean: float = 0.0, sd: float = 100.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, sd, n)


def test_the_cuts_are_the_quantiles_of_the_control() -> None:
    values = normal(50_000, 1, mean=40.0)
    cuts = quantile_cuts(FINE.histogram(values), FINE)
    assert cuts == pytest.approx(np.quantile(values, QUANTILES), rel=0.005)
    assert cuts == pytest.approx(40 + 100 * stats.norm.ppf(QUANTILES), rel=0.06)


@pytest.mark.parametrize("quantile", [0.0, 1e-9, 0.5, 1.0])
def test_any_quantile_of_a_few_events(quantile: float) -> None:
    (cut,) = quantile_cuts(FINE.histogram(np.array([-50.0, 20.0, 700.0])), FINE, [quantile])
    assert -51 < cut < 702


def test_a_control_without_events_is_refused_with_a_word() -> None:
    with pytest.raises(UnusableControl, match="control: expected at least one event, got none"):
        quantile_cuts(np.zeros(FINE.bins, dtype=np.int64), FINE)


def test_a_missing_control_gives_no_pairs() -> None:
    control = FINE.histogram(normal(5_000, 1))
    assert cut_pairs(None, control, FINE) == ()
    assert cut_pairs(control, np.zeros_like(control), FINE) == ()


def test_an_all_negative_tube_counts_what_the_quantiles_leave() -> None:
    pairs = cut_pairs(FINE.histogram(normal(200_000, 1)), FINE.histogram(normal(200_000, 2, 50.0)), FINE)
    annexin, dye = normal(100_000, 3), normal(100_000, 4, 50.0)
    counted = {"A1.fcs": [count_at(annexin, dye, pair.annexin, pair.dye) for pair in pairs]}
    rows = sensitivity_rows(counted, pairs)
    assert [row["quantile"] for row in rows[::4]] == list(QUANTILES)
    assert [row["population"] for row in rows[:4]] == list(POPULATIONS)
    for quantile, row in zip(QUANTILES, rows[::4], strict=True):
        assert row["counted_fraction"] == pytest.approx(quantile**2, abs=0.001)
    assert {row["caution"] for row in rows} == {""}


def test_a_quantile_above_which_few_events_lie_says_so() -> None:
    small, large = FINE.histogram(normal(1_500, 1)), FINE.histogram(normal(50_000, 2))
    said = {pair.quantile: pair.caution for pair in cut_pairs(small, large, FINE)}
    assert said[0.98] == said[0.99] == ""
    assert said[0.999] == "few_above_cut: 2 events of the control of Annexin V lie above this cut"


def test_a_quantile_that_bright_events_of_the_control_capture_says_so() -> None:
    clean = FINE.histogram(normal(20_000, 1))
    dirty = FINE.histogram(np.concatenate([normal(19_760, 1), normal(240, 2, 9_000.0, 900.0)]))
    said = {pair.quantile: pair.caution for pair in cut_pairs(clean, dirty, FINE)}
    assert said[0.98] == ""
    assert all(said[q].startswith("bright_in_control") for q in (0.99, 0.995, 0.999))
    assert "the dye" in said[0.99]


def test_a_tube_without_cells_has_no_fraction() -> None:
    rows = sensitivity_rows({"A1.fcs": [Quadrants(0, 0, 0, 0)]}, [CutPair(0.99, 1.0, 1.0)])
    assert all(np.isnan(row["counted_fraction"]) for row in rows)  # type: ignore[call-overload]


def test_counts_that_do_not_fit_the_pairs_are_no_table() -> None:
    with pytest.raises(ValueError, match="zip"):
        sensitivity_rows({"A1.fcs": [Quadrants(1, 0, 0, 0)]}, [])
