"""Adjusted p-values: published critical values, scipy, and simulation as oracles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cytotools.dunnett import adjusted


def half(size: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the correlation of several doses against one control of the same size."""
    return np.full((size, size), 0.5) + 0.5 * np.eye(size)


@pytest.mark.parametrize(("size", "degrees"), [(2, 2), (3, 6), (5, 10), (8, 16), (3, 60)])
def test_dunnetts_probability_is_that_of_the_multivariate_t(size: int, degrees: int) -> None:
    for t in (1.0, 2.5, 3.5):
        box = stats.multivariate_t(shape=half(size), df=degrees, seed=1)
        inside = box.cdf(np.full(size, t), lower_limit=np.full(size, -t), maxpts=200_000)
        assert adjusted([t] * size, half(size), degrees)[0] == pytest.approx(1 - inside, abs=5e-4)


def test_one_contrast_is_students_t() -> None:
    assert adjusted([2.3], np.eye(1), 4)[0] == pytest.approx(2 * stats.t.sf(2.3, 4))


def test_any_correlation_by_simulation() -> None:
    rng = np.random.default_rng(3)
    loadings = rng.normal(size=(4, 3))
    covariance = loadings @ loadings.T + 0.2 * np.eye(4)
    sd = np.sqrt(np.diag(covariance))
    draws = rng.multivariate_normal(np.zeros(4), covariance, 400_000) / sd
    largest = np.abs(draws / np.sqrt(rng.chisquare(5, 400_000) / 5)[:, None]).max(axis=1)
    found = adjusted([2.0, 2.5, 3.0, 4.0], covariance / np.outer(sd, sd), 5)
    assert found == pytest.approx([(largest >= t).mean() for t in (2.0, 2.5, 3.0, 4.0)], abs=0.002)


def test_contrasts_that_follow_from_others() -> None:
    root = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]]) @ np.linalg.cholesky(half(2))
    root /= np.linalg.norm(root, axis=1, keepdims=True)
    largest = 3.5
    wanted = stats.studentized_range.sf(largest * np.sqrt(2), 3, 8)  # three groups, every pair
    assert adjusted([largest] * 3, root @ root.T, 8)[0] == pytest.approx(wanted, abs=5e-4)
