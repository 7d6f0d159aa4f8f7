"""Bliss, HSA, Loewe and ZIP: known answers, brute force, units, exchanged agents, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.matrix_scores import least_known
from cytotools.doses import DoseMatrix, bliss_excess, hsa_excess, loewe_excess, zip_excess
from cytotools.doses.single_agents import fit_rises
from cytotools.errors import StudyError

FloatArray = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
DOSES = np.array([0.0, 0.1, 0.3, 1.0, 3.0, 10.0])


def curve(dose: FloatArray, half: float | FloatArray, slope: float, height: float = 1.0) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(height / (1.0 + (half / dose) ** slope))


def matrix(affected: FloatArray, sd: float = 0.02, doses_2: FloatArray = DOSES) -> DoseMatrix:
    return DoseMatrix("1", DOSES, doses_2, affected, sd**2 * np.eye(affected.size))


def noisy(rng: np.random.Generator, sd: float = 0.05) -> DoseMatrix:
    first, second = curve(DOSES, 1.0, 1.3)[:, None], curve(DOSES, 0.5, 1.0, 0.8)
    affected = first + second - first * second + sd * rng.standard_normal((6, 6))
    affected[0, 0] = 0.0
    return matrix(affected, sd)


def test_an_agent_alone_against_itself_is_additive_by_loewe() -> None:
    for slope, height in ((0.6, 1.0), (1.0, 0.7), (4.0, 1.0), (1.5, -0.4)):
        own = matrix(curve(DOSES[:, None] + 3.0 * DOSES, 1.0, slope, height))
        assert np.abs(loewe_excess(own).excess).max() < 1e-8


def test_loewe_solves_its_equation() -> None:
    first, second = curve(DOSES, 1.0, 1.3), curve(DOSES, 2.0, 2.1, 0.9)
    together = np.zeros((6, 6))
    together[:, 0], together[0] = first, second
    found = loewe_excess(matrix(together))
    effect = found.expected[1:, 1:]
    a, b = (
        half / (height / effect - 1.0) ** (1.0 / slope) for half, slope, height in ((1.0, 1.3, 1.0), (2.0, 2.1, 0.9))
    )
    solved = ~found.undefined[1:, 1:]
    assert np.allclose((DOSES[1:, None] / a + DOSES[1:] / b)[solved], 1.0, atol=1e-9)


def test_loewe_is_undefined_above_the_weaker_agents_maximum() -> None:
    together = np.zeros((6, 6))
    together[:, 0], together[0] = curve(DOSES, 1.0, 1.5), curve(DOSES, 1.0, 1.5, 0.4)
    found = loewe_excess(matrix(together, 0.001))
    above = curve(DOSES, 1.0, 1.5) > 0.4
    assert found.undefined[above, 1:].all()
    assert not found.undefined[~above].any()
    assert np.isnan(found.excess[found.undefined]).all()


def test_beside_an_inactive_agent_loewe_expects_the_other(rng: np.random.Generator) -> None:
    together = np.tile(curve(DOSES, 1.0, 1.5)[:, None], 6)
    together[0, 1:] += 0.02 * np.array([0.5, -1.0, 0.2, 0.8, -0.4])
    found = loewe_excess(matrix(together))
    assert not found.undefined.any()
    assert np.abs(found.excess).max() < 1e-8


def test_opposite_directions_have_no_loewe_additivity() -> None:
    together = np.zeros((6, 6))
    together[:, 0], together[0] = curve(DOSES, 1.0, 1.5), curve(DOSES, 1.0, 1.5, -0.4)
    assert loewe_excess(matrix(together)).undefined[1:, 1:].all()


def test_zip_is_zero_where_neither_agent_moves_the_other_and_sees_a_shift() -> None:
    first, second = curve(DOSES, 1.0, 1.3)[:, None], curve(DOSES, 2.0, 0.9, 0.7)
    assert np.abs(zip_excess(matrix(first + second - first * second)).excess).max() < 1e-8
    moved = curve(DOSES[:, None], 1.0 / (1.0 + DOSES), 1.3)
    moved = moved + second - moved * second
    moved[:, 0] = first[:, 0]
    assert zip_excess(matrix(moved)).excess[1:, 1:].mean() > 0.03


@pytest.mark.parametrize(
    ("slope", "height", "sd"),
    [(1.2, 0.8, 0.03), (8.0, 0.9, 0.03), (1.0, 0.0, 0.04), (1.5, -0.5, 0.05), (0.3, 1.0, 0.02)],
)
def test_no_start_finds_a_better_slice(slope: float, height: float, sd: float, rng: np.random.Generator) -> None:
    dose = DOSES[1:]
    heights = curve(dose, 1.0, slope, height) + sd * rng.standard_normal((6, 5))
    found = fit_rises(dose, heights)
    assert np.allclose(np.sum((found.at(dose) - heights) ** 2, axis=1), found.rss, rtol=1e-9, atol=1e-15)
    for row, rss in zip(heights, found.rss, strict=True):
        assert rss <= least_known(dose, row, 25, rng) * (1.0 + 1e-8) + 1e-14


def test_scores_do_not_depend_on_units_or_on_which_agent_comes_first(rng: np.random.Generator) -> None:
    own = noisy(rng)
    in_nm = replace(own, doses_1=1e3 * own.doses_1, doses_2=1e-6 * own.doses_2)
    exchanged = replace(own, doses_1=own.doses_2, doses_2=own.doses_1, affected=own.affected.T)
    for score in (loewe_excess, zip_excess):
        assert np.allclose(score(own).excess, score(in_nm).excess, atol=1e-10, rtol=0, equal_nan=True)
        assert np.allclose(score(own).excess, score(exchanged).excess.T, atol=1e-10, rtol=0, equal_nan=True)
    for of_array in (bliss_excess, hsa_excess):
        assert np.array_equal(of_array(own.affected), of_array(own.affected.T).T)


@pytest.mark.parametrize(
    ("affected", "words"),
    [
        ([[0.0, 40.0], [50.0, 80.0]], "percent"),
        ([[1.0, 0.6], [0.5, 0.2]], "survival"),
        ([[0.6, 0.7], [0.7, 0.9]], "each agent alone"),
        ([[0.0, np.nan], [0.5, 0.2]], "second agent alone"),
        ([[0.0, 0.5]], "shape"),
        ([0.0, 0.5], "shape"),
        ([[0.0, np.inf], [0.5, 0.2]], "inf"),
        ([["none", 0.5], [0.5, 0.2]], "numbers"),
    ],
)
def test_what_no_fraction_affected_is(affected: list[list[float]], words: str) -> None:
    for score in (bliss_excess, hsa_excess):
        with pytest.raises(StudyError, match=words):
            score(affected)


def test_a_stray_well_is_no_percent_and_a_missing_one_stays_missing() -> None:
    found = bliss_excess([[0.0, 0.5, 0.6], [-0.87, 1.7, np.nan]])
    assert np.isnan(found[1, 2])
    assert found[1, 1] == pytest.approx(1.7 - (0.5 - 0.87 + 0.5 * 0.87))


def test_zip_and_loewe_need_three_doses() -> None:
    few = DoseMatrix("1", DOSES[:3], DOSES[:3], 0.1 * np.ones((3, 3)), np.eye(9))
    for score in (zip_excess, loewe_excess):
        with pytest.raises(StudyError, match="3 or more beside 0"):
            score(few)
