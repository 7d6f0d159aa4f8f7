"""The combination index: closed forms, what may not change it, verdicts and cautions, and odd input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cytotools.doses import (
    CombinedExperiment,
    CurveWells,
    combination_index,
    constant_ratio,
    dose_reduction_index,
    fit_median_effect,
    index_over_experiments,
)
from cytotools.doses.index_verdicts import excess_verdict, index_verdict
from cytotools.errors import StudyError

DOSE = np.repeat(2.0 ** np.arange(-3, 4), 3)


def wells(dm: float, m: float = 1.5, noise: Any = 0.0, top: float = 1.0) -> CurveWells:
    return CurveWells(dm * DOSE, top / (1.0 + DOSE**-m) + noise, np.ones(len(DOSE)))


def studies(ci: float, n: int = 3, seed: int = 1, sd: float = 0.03, m: float = 1.5) -> list[CombinedExperiment]:
    rng = np.random.default_rng(seed)

    def one(dm: float) -> CurveWells:
        return wells(dm * np.exp(0.1 * rng.standard_normal()), m, sd * rng.standard_normal(len(DOSE)))

    return [CombinedExperiment(str(k), (one(1.0), one(10.0)), one(ci), (0.5, 5.0)) for k in range(n)]


def codes(cautions: Sequence[str]) -> list[str]:
    return [said.split(":")[0] for said in cautions]


def test_index_of_curves_without_noise_is_exact() -> None:
    plates = [CombinedExperiment(str(k), (wells(1.0 + k), wells(8.0)), wells(2.0), (0.4, 0.6)) for k in range(3)]
    found = index_over_experiments(plates)
    truth = np.array([0.4 * 2 / (1.0 + k) + 0.6 * 2 / 8 for k in range(3)])
    np.testing.assert_allclose(np.exp(found.ln_index), np.repeat(truth[:, None], 4, axis=1), rtol=1e-7)
    np.testing.assert_allclose(found.dri[1], 8 / (0.6 * 2), rtol=1e-7)
    parts = np.array([(0.8 / (1.0 + k), 0.15) for k in range(3)])
    loose = index_over_experiments(plates, exclusive=False)
    np.testing.assert_allclose(np.exp(loose.ln_index[:, 0]), np.prod(1 + parts, axis=1) - 1, rtol=1e-7)


def test_log_linear_index_is_that_of_compusyn() -> None:
    [plate] = studies(0.7, n=1, m=1.0, sd=0.01)
    means = [one.affected.reshape(-1, 3).mean(axis=1) for one in (*plate.singles, plate.combined)]
    doses = [one.dose[::3] for one in (*plate.singles, plate.combined)]
    fits = [fit_median_effect(dose, mean, "leave out") for dose, mean in zip(doses, means, strict=True)]
    found = index_over_experiments([plate], fit="log_linear")
    parts = np.array([plate.shares[k] * fits[2].dose_at(found.levels) / fits[k].dose_at(found.levels) for k in (0, 1)])
    np.testing.assert_allclose(np.exp(found.ln_index[0]), parts.sum(axis=0), rtol=1e-10)


def test_errors_of_one_experiment_are_the_scatter_of_its_indices() -> None:
    rng = np.random.default_rng(4)

    def one(dm: float) -> CurveWells:
        return wells(dm, noise=0.03 * rng.standard_normal(len(DOSE)))

    plates = [CombinedExperiment(str(k), (one(1.0), one(10.0)), one(0.7), (0.5, 5.0)) for k in range(150)]
    for exclusive in (True, False):
        found = index_over_experiments(plates, exclusive=exclusive)
        scatter, errors = found.ln_index.std(axis=0), np.sqrt(np.mean(found.ln_errors**2, axis=0))
        np.testing.assert_allclose(errors, scatter, rtol=0.15)


@pytest.mark.parametrize("fit", ["nonlinear", "log_linear"])
def test_unit_swap_and_order_of_wells_change_nothing(fit: str) -> None:
    plates = studies(0.6)
    order = np.random.default_rng(2).permutation(len(DOSE))

    def moved(one: CurveWells, unit: float) -> CurveWells:
        return CurveWells(unit * one.dose[order], one.affected[order], one.weight[order])

    turned = [
        replace(
            plate,
            singles=(moved(plate.singles[1], 1e3), moved(plate.singles[0], 1e-6)),
            combined=moved(plate.combined, 1e-6),
            shares=(plate.shares[1] * 1e9, plate.shares[0]),
        )
        for plate in plates
    ]
    one, other = index_over_experiments(plates, fit=fit), index_over_experiments(turned, fit=fit)
    for name in ("index", "low", "high", "p_value", "ln_index", "ln_errors"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(other.dri, one.dri[::-1], rtol=1e-10)
    assert other.headline.high == pytest.approx(one.headline.high, rel=1e-10)
    assert other.verdicts == one.verdicts


def test_verdicts_only_within_tested_effects() -> None:
    found = index_over_experiments(studies(0.4, m=1.0))
    assert found.tested_range[1] < 0.95
    assert found.tested.tolist() == (found.levels <= found.tested_range[1]).tolist()
    assert found.verdicts[0] == found.headline.verdict == "synergy"
    assert found.verdicts[-1] == "not resolved"
    assert found.headline.levels == tuple(found.levels[found.tested])


def test_headline_is_the_t_interval_of_the_mean_of_tested_levels() -> None:
    found = index_over_experiments(studies(0.7, n=4))
    own = found.ln_index[:, found.tested].mean(axis=1)
    reach = 3.182446305284263 * own.std(ddof=1) / 2
    assert np.log([found.headline.low, found.headline.high]) == pytest.approx([own.mean() - reach, own.mean() + reach])


def test_band_goes_through_the_levels() -> None:
    found = index_over_experiments(studies(0.7))
    np.testing.assert_allclose(found.at(found.levels), [found.index, found.low, found.high], rtol=1e-12)
    np.testing.assert_allclose(found.experiment_index([0.5]), np.exp(found.ln_index[:, :1]), rtol=1e-12)


def test_one_experiment_is_described_and_never_judged() -> None:
    found = index_over_experiments(studies(0.2, n=1))
    assert set(found.verdicts) | {found.headline.verdict} == {"not resolved"}
    assert np.isnan(found.headline.p_value)
    assert found.headline.low < found.headline.index < found.headline.high
    assert "one_experiment" in codes(found.cautions)


def test_copies_of_one_plate_are_said() -> None:
    plate = studies(0.7, n=1)[0]
    found = index_over_experiments([plate, plate, plate])
    assert "no_scatter" in codes(found.cautions)
    assert found.headline.low < found.headline.high


def test_an_agent_that_does_nothing_has_no_index() -> None:
    rng = np.random.default_rng(8)
    plates = [replace(one, singles=(one.singles[0], wells(10.0, noise=0.02, top=0.0))) for one in studies(0.7)]
    found = index_over_experiments(plates, names=("cisplatin", "birinapant"))
    assert np.isnan(found.index).all()
    assert set(found.verdicts) == {"not resolved"}
    assert "no_median_effect: birinapant alone" in found.cautions
    noise = rng.uniform(-0.3, 1.1, (3, len(DOSE)))
    odd = [replace(one, combined=wells(1.0, noise=own, top=0.0)) for one, own in zip(plates, noise, strict=True)]
    assert index_over_experiments(odd).headline.verdict == "not resolved"


def test_a_plateau_is_warned_of() -> None:
    rng = np.random.default_rng(6)
    plates = [
        replace(one, singles=(wells(1.0, 2.0, 0.02 * rng.standard_normal(len(DOSE)), top=0.7), one.singles[1]))
        for one in studies(1.0, m=2.0)
    ]
    [said] = [one for one in index_over_experiments(plates).cautions if one.startswith("plateau_below_one")]
    assert "agent 1 alone levels off at 0.7" in said
    assert "plateau_below_one" not in codes(index_over_experiments(studies(1.0, m=2.0)).cautions)


def test_effects_outside_are_counted_and_a_flip_is_said() -> None:
    found = index_over_experiments(studies(0.7, sd=0.06, m=2.0))
    assert found.outside > 0
    assert f"effects_outside: {found.outside} dose means" in " ".join(found.cautions)
    flips = [
        "policy_flips" in codes(index_over_experiments(studies(0.75, seed=k, sd=0.06, m=2.0)).cautions)
        for k in range(8)
    ]
    assert any(flips)
    assert not all(flips)


def test_agents_must_be_alike_in_all_experiments() -> None:
    one, other = studies(0.7, n=2)
    with pytest.raises(StudyError, match="the same two agents or more"):
        index_over_experiments([one, replace(other, singles=other.singles[:1])])
    with pytest.raises(StudyError, match="fractions, got percent"):
        index_over_experiments([one, other], levels=[50.0])


def test_false_synergy_and_coverage_of_a_sham_combination() -> None:
    calls = [index_over_experiments(studies(1.0, seed=seed)).headline for seed in range(1000, 1160)]
    assert np.mean([one.verdict == "synergy" for one in calls]) <= 0.05
    assert np.mean([one.low <= 1 <= one.high for one in calls]) >= 0.92


def test_ratios_and_reductions() -> None:
    assert constant_ratio([1.0, 2.0], [10.0, 20.0], [5.0, 10.0]) == (1.0, 10.0, 5.0)
    with pytest.raises(StudyError, match="another at point 3"):
        constant_ratio([1.0, 2.0, 4.0, 8.0], [10.0, 20.0, 50.0, 80.0])
    one = fit_median_effect([1.0, 2.0, 4.0], [0.2, 0.5, 0.8])
    np.testing.assert_allclose(combination_index(one, one, one, ratio=(1, 1), affected=[0.5]), 1.0)
    np.testing.assert_allclose(dose_reduction_index(one, one, one, ratio=(1, 3), affected=[0.5])[:, 0], [4.0, 4 / 3])
    with pytest.raises(StudyError, match="two agents or more"):
        combination_index(one, one, ratio=(1, 1), affected=[0.5])


def test_verdict_words() -> None:
    assert [index_verdict(low, high, 3) for low, high in ((0.5, 0.99), (1.01, 2), (0.8, 1.25), (0.79, 1.2))] == [
        "synergy",
        "antagonism",
        "additive",
        "not resolved",
    ]
    nan = float("nan")
    assert index_verdict(nan, nan, 3) == excess_verdict(nan, nan, 3) == "not resolved"
