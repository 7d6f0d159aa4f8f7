"""The scatter of wells: a floor and a share of the signal."""

from __future__ import annotations

import numpy as np
import pytest

from cytotools.plates.well_scatter import coefficients, degrees_of_freedom, fit_scatter


def test_one_group_gives_the_pooled_variance_and_its_degrees() -> None:
    law = fit_scatter(np.array([0.0]), np.array([4.0]), np.array([5.0]))
    assert law.variance(coefficients(0.0)) == pytest.approx(4.0)
    assert degrees_of_freedom([(law, coefficients(0.0))]) == pytest.approx(5.0)


def test_scatter_that_grows_with_the_signal_is_told_from_constant_scatter(rng: np.random.Generator) -> None:
    above, df = np.linspace(0, 100, 60), np.full(60, 20.0)
    grows = fit_scatter(above, (4.0 + 0.01 * above**2) * rng.chisquare(df) / df, df)
    assert [grows.floor, grows.relative] == pytest.approx([4.0, 0.01], rel=0.3)
    even = fit_scatter(above, 4.0 * rng.chisquare(df) / df, df)
    assert even.variance(coefficients(100.0)) == pytest.approx(4.0, rel=0.2)


def test_the_unit_of_the_signal_does_not_matter() -> None:
    above, seen, df = np.array([0.0, 5.0, 10.0]), np.array([1.0, 0.7, 3.0]), np.array([2.0, 3.0, 4.0])
    one, other = fit_scatter(above, seen, df), fit_scatter(above * 1e6, seen * 1e12, df)
    assert other.floor == pytest.approx(one.floor * 1e12, rel=1e-6)
    assert other.relative == pytest.approx(one.relative, rel=1e-6)


def test_no_repeats_tell_nothing() -> None:
    assert fit_scatter(np.array([1.0]), np.array([0.0]), np.array([0.0])).degrees == 0
