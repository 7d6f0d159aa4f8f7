"""Dose matrices over plates: what is called, what is left out and said, and what must not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cytotools.doses import DoseMatrix
from cytotools.doses.common_doses import turned
from cytotools.doses.excess_scatter import METHODS
from cytotools.doses.largest_t import LargestT
from cytotools.doses.matrix_excess import MatrixExcess, excess_over_plates
from cytotools.errors import StudyError

DOSES = np.array([0.0, 0.1, 0.3, 1.0, 3.0, 10.0])


def plates(n: int, seed: int = 1, excess: float = 0.0, sd: float = 0.03) -> list[DoseMatrix]:
    rng, alone = np.random.default_rng(seed), 1.0 / (1.0 + (1.0 / np.maximum(DOSES, 1e-9)) ** 1.3)
    together = alone[:, None] + 0.8 * alone - 0.8 * alone[:, None] * alone
    together[3:5, 3:5] += excess
    covariance = np.diag([0.0, *[sd**2] * 35])
    found = []
    for k in range(n):
        affected = together + sd * rng.standard_normal((6, 6))
        affected[0, 0] = 0.0
        found.append(DoseMatrix(str(k + 1), DOSES, 2.0 * DOSES, affected, covariance))
    return found


def said(found: MatrixExcess) -> set[str]:
    return {one.split(":")[0] for one in found.cautions}


def test_a_planted_block_is_called_and_nothing_else() -> None:
    found = excess_over_plates(plates(3, excess=0.2), "bliss")
    assert (found.verdicts[3:5, 3:5] == "synergy").all()
    assert np.sum(found.verdicts == "synergy") == 4
    assert set(found.verdicts[0]) | set(found.verdicts[:, 0]) == {""}
    assert found.excess == pytest.approx(found.plates.mean(axis=0))
    assert found.overall.value == pytest.approx(found.plate_means.mean())


@pytest.mark.parametrize("method", METHODS)
def test_units_agents_and_order_of_plates_do_not_matter(method: str) -> None:
    own = plates(3)
    found = excess_over_plates(own, method, draws=90)
    others = [
        excess_over_plates([replace(p, doses_1=1e3 * p.doses_1, doses_2=1e-9 * p.doses_2) for p in own], method, 90),
        excess_over_plates([turned(p) for p in own], method, 90).transposed,
        excess_over_plates(own[::-1], method, 90),
    ]
    for other in others:
        assert other.verdicts.tolist() == found.verdicts.tolist()
        for name in ("excess", "low", "high", "p_adjusted"):
            assert np.allclose(getattr(other, name), getattr(found, name), atol=1e-10, rtol=0, equal_nan=True)
        assert np.allclose(other.overall[:4], found.overall[:4], atol=1e-10, rtol=0)


@pytest.mark.parametrize("method", METHODS)
def test_one_plate_describes_itself(method: str) -> None:
    found = excess_over_plates(plates(1), method, draws=100)
    assert said(found) >= {"one_experiment"}
    assert set(found.verdicts[1:, 1:].ravel()) == {"not resolved"}
    assert found.overall.verdict == "not resolved"
    assert np.isnan(found.overall.p_value)
    assert found.overall.low < found.overall.value < found.overall.high


def test_cells_without_a_value_in_one_plate_are_left_out_of_all_and_said() -> None:
    own = plates(3)
    own[1].affected[2, 4] = np.nan
    found = excess_over_plates(own, "bliss")
    assert found.undefined.sum() == 1
    assert found.undefined[2, 4]
    assert np.isnan(found.excess[2, 4])
    assert found.verdicts[2, 4] == "not resolved"
    inner = np.where(found.undefined, np.nan, found.plates)[:, 1:, 1:]
    assert found.plate_means == pytest.approx(np.nanmean(inner, axis=(1, 2)))
    assert "missing_wells" in said(found)


def test_loewe_says_where_it_is_undefined() -> None:
    found = excess_over_plates(plates(3), "loewe", draws=90)
    assert found.undefined.any()
    assert "undefined_cell" in said(found)


def test_a_compound_with_itself_has_no_excess_over_loewe() -> None:
    rng, together = np.random.default_rng(9), DOSES[:, None] + DOSES
    alike = together / (1.0 + together)
    own = [
        DoseMatrix(str(k), DOSES, DOSES, alike + 0.02 * rng.standard_normal((6, 6)) * (together > 0), 4e-4 * np.eye(36))
        for k in range(3)
    ]
    found = excess_over_plates(own, "loewe", draws=90)
    assert abs(found.overall.value) < 0.02
    assert found.overall.low < 0.0 < found.overall.high
    assert not set(found.verdicts[1:, 1:].ravel()) & {"synergy", "antagonism"}


@pytest.mark.parametrize("method", METHODS)
def test_two_plates_are_judged_by_two(method: str) -> None:
    own = plates(2, excess=0.3)
    found = excess_over_plates(own, method, draws=90)
    assert found.n == 2
    reach = 12.706204736 * found.plate_means.std(ddof=1) / 2**0.5
    assert found.overall.value == pytest.approx(found.plate_means.mean())
    assert found.overall.high - found.overall.value == pytest.approx(reach, rel=1e-6)


def test_doses_that_a_plate_lacks_are_named() -> None:
    own = plates(2)
    own[1] = replace(own[1], doses_1=np.append(DOSES[:-1], 30.0))
    found = excess_over_plates(own, "bliss")
    assert found.doses_1.tolist() == DOSES[:-1].tolist()
    assert any("10, 30 of the first agent" in one for one in found.cautions)
    with pytest.raises(StudyError, match="same doses"):
        excess_over_plates([own[0], replace(own[0], doses_2=7.0 * DOSES)], "bliss")


def test_copies_and_unknown_scatter_are_seen() -> None:
    own = plates(1)[0]
    assert "no_scatter" in said(excess_over_plates([own, own, own], "bliss"))
    unknown = [replace(p, covariance=np.zeros((36, 36))) for p in plates(3)]
    assert "unknown_well_scatter" in said(excess_over_plates(unknown, "hsa", draws=90))
    alone = excess_over_plates(unknown[:1], "bliss")
    assert np.isnan(alone.overall.low)
    assert np.isnan(alone.low).all()


def test_odd_requests_are_refused() -> None:
    for given, method, draws, words in (
        ([], "bliss", 100, "plates"),
        (plates(1), "musyc", 100, "bliss, hsa, loewe, zip"),
        (plates(1), "zip", 1, "draws"),
    ):
        with pytest.raises(StudyError, match=words):
            excess_over_plates(given, method, draws)


def test_additive_plates_are_seldom_called() -> None:
    found = [excess_over_plates(plates(3, seed), "bliss") for seed in range(200)]
    whole = np.mean([one.overall.p_value < 0.05 for one in found])
    cells = np.mean([np.nanmin(one.p_adjusted) < 0.05 for one in found])
    assert 0.01 <= whole <= 0.09
    assert cells <= 0.08


def test_the_largest_t_is_the_studentised_maximum_modulus() -> None:
    assert LargestT(np.eye(3), 10.0).critical() == pytest.approx(2.83, abs=0.04)
    assert LargestT(np.eye(1), 4.0).p_values(2.776)[0] == pytest.approx(0.05, abs=0.002)
    assert LargestT(np.eye(20), np.inf).critical() == pytest.approx(3.02, abs=0.05)
