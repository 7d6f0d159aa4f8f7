"""Paclitaxel, cisplatin and topotecan (Chou 1994): every m, Dm, r, index and dose reduction beside other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import least_squares

from cytotools.doses import (
    CombinedExperiment,
    CurveWells,
    MedianEffect,
    combination_index,
    combination_index_at,
    constant_ratio,
    dose_reduction_index,
    fit_median_effect,
    index_over_experiments,
)

COMBINED = {
    "paclitaxel+cisplatin (1:100)": ("paclitaxel", "cisplatin"),
    "cisplatin+topotecan (10:1)": ("cisplatin", "topotecan"),
    "paclitaxel+topotecan (1:10)": ("paclitaxel", "topotecan"),
    "3-drug (1:100:10)": ("paclitaxel", "cisplatin", "topotecan"),
}
PRINTED = 1e-9  # the file prints ten digits


@pytest.fixture(scope="module")
def chou(real_data: Path) -> Any:
    return json.loads((real_data / "doses" / "chou1994_ci.json").read_text(encoding="utf-8"))


def doses_of(run: Any, agents: int) -> Any:
    return np.array([run[f"D{k + 1}"] for k in range(agents)])


def fits_of(chou: Any, name: str) -> list[MedianEffect]:
    run, agents = chou["combos"][name], COMBINED[name]
    singles = [fit_median_effect(chou["singles"][agent]["D"], chou["singles"][agent]["fa"]) for agent in agents]
    return [*singles, fit_median_effect(doses_of(run, len(agents)).sum(axis=0), run["fa"])]


@pytest.mark.parametrize("agent", ["paclitaxel", "cisplatin", "topotecan"])
def test_agents_alone(chou: Any, agent: str) -> None:
    truth = chou["singles"][agent]
    found = fit_median_effect(truth["D"], truth["fa"])
    assert (found.m, found.dm, found.r) == pytest.approx((truth["m"], truth["Dm"], truth["r"]), abs=PRINTED)


@pytest.mark.parametrize("name", COMBINED)
def test_combinations(chou: Any, name: str) -> None:
    run, fits = chou["combos"][name], fits_of(chou, name)
    both = fits[-1]
    assert (both.m, both.dm, both.r) == pytest.approx((run["m"], run["Dm_total"], run["r"]), abs=PRINTED)
    doses = doses_of(run, len(fits) - 1)
    ratio, levels = constant_ratio(*doses), [float(at) for at in run["CI_at"]]
    index = combination_index(*fits, ratio=ratio, affected=levels)
    np.testing.assert_allclose(index, list(run["CI_at"].values()), atol=PRINTED)
    observed = combination_index_at(fits[:-1], doses, run["fa"])
    np.testing.assert_allclose(observed, run["CI_at_observed"], atol=PRINTED)


def test_agents_that_do_not_exclude_one_another_and_reductions(chou: Any) -> None:
    name = "paclitaxel+cisplatin (1:100)"
    run, fits = chou["combos"][name], fits_of(chou, name)
    levels = [float(at) for at in run["CI_at"]]
    loose = combination_index(*fits, ratio=(1, 100), affected=levels, exclusive=False)
    np.testing.assert_allclose(loose, list(run["CI_nonexclusive_at"].values()), atol=PRINTED)
    reduced = dose_reduction_index(*fits, ratio=(1, 100), affected=levels)
    np.testing.assert_allclose(reduced, [list(run[f"DRI{k}"].values()) for k in (1, 2)], atol=PRINTED)


def index_of_least_squares(curves: list[CurveWells], levels: Any) -> Any:
    """Return the index of the first two curves and the third, in 1:100, by scipy's search without a tolerance."""
    ln_doses = []
    for one in curves:
        x = np.log(one.dose)

        def errors(theta: Any, x: Any = x, seen: Any = one.affected) -> Any:
            return 1.0 / (1.0 + np.exp(-theta[1] * (x - theta[0]))) - seen

        ln_dm, m = least_squares(errors, (x.mean(), 1.5), xtol=1e-15, ftol=1e-15, gtol=1e-15, jac="3-point").x
        ln_doses.append(ln_dm + np.log(levels / (1 - levels)) / m)
    first, second, both = np.exp(ln_doses)
    return both * (1 / first + 100 / second) / 101


def test_nonlinear_refit(chou: Any) -> None:
    name = "paclitaxel+cisplatin (1:100)"
    run, agents = chou["combos"][name], COMBINED[name]

    def wells(dose: Any, affected: Any) -> CurveWells:
        return CurveWells(np.array(dose), np.array(affected), np.ones(len(dose)))

    singles = tuple(wells(chou["singles"][agent]["D"], chou["singles"][agent]["fa"]) for agent in agents)
    combined = wells(doses_of(run, 2).sum(axis=0), run["fa"])
    truth = chou["nonlinear_refit"]["CI_at"]
    found = index_over_experiments(
        [CombinedExperiment("", singles, combined, (1 / 101, 100 / 101))], [*map(float, truth)]
    )
    # The file's search stopped with more squares than there need be: it is met to 2e-6, the least squares to 1e-8.
    np.testing.assert_allclose(found.index, list(truth.values()), rtol=0, atol=2e-6)
    np.testing.assert_allclose(found.index, index_of_least_squares([*singles, combined], found.levels), rtol=1e-8)
    assert found.headline.verdict == "not resolved"
