"""The combination index at any doses: closed form, the family of points, points without an index, and bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from cytotools.doses import CurveWells, IndexAtDoses, index_at_doses
from cytotools.errors import StudyError

DOSE = np.repeat(2.0 ** np.arange(-3, 4), 3)
PAIRS = np.array([[0.25, 0.5, 1.0, 1.0], [5.0, 2.0, 10.0, 2.0]])


def wells(dm: float, noise: Any = 0.0, m: float = 1.5) -> CurveWells:
    return CurveWells(dm * DOSE, 1.0 / (1.0 + DOSE**-m) + noise, np.ones(len(DOSE)))


def effect(ci: float, dm_1: Any = 1.0, dm_2: Any = 10.0, m: float = 1.5) -> Any:
    """Return the effect of PAIRS of agents of the same slope."""
    return 1.0 / (1.0 + ((PAIRS[0] / dm_1 + PAIRS[1] / dm_2) / ci) ** -m)


def sham(seed: int, n: int = 3, ci: float = 1.0, well_sd: float = 0.03) -> IndexAtDoses:
    rng = np.random.default_rng(seed)
    plates, effects = [], []
    for _ in range(n):
        plates.append(
            tuple(
                wells(dm * np.exp(0.1 * rng.standard_normal()), well_sd * rng.standard_normal(len(DOSE)))
                for dm in (1.0, 10.0)
            )
        )
        shift = np.exp(0.1 * rng.standard_normal())
        effects.append(effect(ci * shift) + well_sd / 3**0.5 * rng.standard_normal(PAIRS.shape[1]))
    return index_at_doses(plates, PAIRS, effects)


def test_index_without_noise_is_exact() -> None:
    plates = [(wells(dm), wells(10.0)) for dm in (1.0, 1.2, 1.5)]
    found = index_at_doses(plates, PAIRS, [effect(0.6, dm) for dm in (1.0, 1.2, 1.5)])
    np.testing.assert_allclose(found.index, 0.6, rtol=1e-7)
    parts = 0.6 * np.array([PAIRS[0], PAIRS[1] / 10.0]) / (PAIRS[0] + PAIRS[1] / 10.0)
    loose = index_at_doses(plates[:1], PAIRS, [effect(0.6)], exclusive=False)
    np.testing.assert_allclose(loose.index, np.prod(1 + parts, axis=0) - 1, rtol=1e-7)


def test_limits_hold_for_all_points_together() -> None:
    found = sham(1, n=4)
    error = found.ln_index.std(axis=0, ddof=1) / 2
    reach = t.ppf(1 - 0.025 / 4, 3) * error
    np.testing.assert_allclose(np.log(found.high), found.ln_index.mean(axis=0) + reach, rtol=1e-9)
    p_value = 2 * t.sf(np.abs(found.ln_index.mean(axis=0)) / error, 3)
    np.testing.assert_allclose(found.p_adjusted, np.minimum(4 * p_value, 1.0), rtol=1e-9)
    own = found.ln_index.mean(axis=1)
    assert np.log(found.headline.high) == pytest.approx(own.mean() + t.ppf(0.975, 3) * own.std(ddof=1) / 2)


def test_family_of_points_holds_its_error() -> None:
    found = [sham(seed) for seed in range(200, 350)]
    wrong = [any(word in ("synergy", "antagonism") for word in one.verdicts) for one in found]
    assert np.mean(wrong) <= 0.085  # 5 % and two standard errors of 150 studies
    assert np.mean([one.headline.verdict == "synergy" for one in found]) <= 0.05
    assert 0.91 <= np.mean([one.headline.low <= 1 <= one.headline.high for one in found]) <= 0.99
    assert np.mean([sham(seed, 4, 0.5).headline.verdict == "synergy" for seed in range(30)]) > 0.9


def test_unit_swap_and_order_of_wells_change_nothing() -> None:
    rng = np.random.default_rng(3)
    order = rng.permutation(len(DOSE))
    noise = 0.03 * rng.standard_normal((3, 2, len(DOSE)))
    plates = [(wells(1.0, own[0]), wells(10.0, own[1])) for own in noise]
    effects = [effect(ci) for ci in (0.6, 0.7, 0.9)]

    def moved(one: CurveWells, unit: float) -> CurveWells:
        return CurveWells(unit * one.dose[order], one.affected[order], one.weight[order])

    turned = [(moved(b, 1e3), moved(a, 1e-6)) for a, b in plates]
    one = index_at_doses(plates, PAIRS, effects)
    other = index_at_doses(turned, PAIRS[::-1] * [[1e3], [1e-6]], effects)
    for name in ("index", "low", "high", "p_adjusted"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), rtol=1e-10)


def test_points_without_an_index_are_named_and_not_judged() -> None:
    effects = np.array([effect(0.5), effect(0.55), effect(0.6)])
    effects[:, 1] = [0.97, 1.01, 1.05]
    effects[1, 3] = 1.0
    effects[:, 2] = 0.99
    found = index_at_doses([(wells(1.0), wells(10.0))] * 3, PAIRS, effects)
    assert found.tested.tolist() == [True, False, False, False]
    assert found.verdicts == ("synergy", "not resolved", "not resolved", "not resolved")
    assert found.outside == 3
    said = " ".join(found.cautions)
    assert "effects_outside: 3 effects" in said
    assert "0.5 + 2 (mean effect 1)" in said
    assert len(found.headline.levels) == 1


def test_an_agent_without_effect_and_one_experiment() -> None:
    flat = CurveWells(DOSE, np.zeros(len(DOSE)), np.ones(len(DOSE)))
    found = index_at_doses([(wells(1.0), flat)] * 2, PAIRS, [effect(0.5)] * 2, names=("cisplatin", "birinapant"))
    assert not found.tested.any()
    assert "no_median_effect: birinapant alone in 2 of 2 experiments" in found.cautions
    assert found.headline.verdict == "not resolved"
    one = index_at_doses([(wells(1.0), wells(10.0))], PAIRS, [effect(0.5)])
    assert set(one.verdicts) | {one.headline.verdict} == {"not resolved"}
    assert one.headline.index == pytest.approx(0.5, rel=1e-7)
    assert np.isnan(one.low).all()


@pytest.mark.parametrize(
    ("singles", "doses", "affected", "said"),
    [
        ((wells(1.0),), [[1.0]], [[0.5]], "two agents or more"),
        ((wells(1.0), wells(10.0)), [[1.0], [0.0]], [[0.5]], "above 0"),
        ((wells(1.0), wells(10.0)), [[1.0], [2.0]], [[0.5, 0.6]], "alike in all"),
        ((wells(1.0), wells(10.0)), [[1.0], [2.0]], [[50.0]], "percent"),
    ],
)
def test_bad_input_is_named(singles: Any, doses: Any, affected: Any, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        index_at_doses([singles], doses, affected)
